#pragma once

#include <string>
#include <string_view>

namespace millrace::data {

/// String.toUpperCase and toLowerCase with the root locale, over UTF-8: one character may become
/// several, a sigma at the end of a word is a final one. What is no UTF-8 becomes U+FFFD, once for
/// each byte that cannot begin or continue a character.
std::string ToUpper(std::string_view text);
std::string ToLower(std::string_view text);

}  // namespace millrace::data
