#pragma once

#include <string>
#include <string_view>

namespace millrace::data {

/// Spark measures and cuts text in UTF-16 units, because Java does. Bytes that are not UTF-8 become
/// U+FFFD, as many as Java makes of them.
std::u16string DecodeLikeJava(std::string_view utf8);
/// Half of a surrogate pair becomes "?", as in Java.
std::string EncodeLikeJava(std::u16string_view text);

/// How many columns the text takes where East-Asian full-width characters take two
/// (Spark's Utils.stringHalfWidth).
std::size_t HalfWidth(std::u16string_view text);

}  // namespace millrace::data
