#pragma once

#include <string>
#include <string_view>

namespace millrace::data {

/// `a` as it is; anything but ASCII letters, digits and _ (not a digit first) in backticks, with
/// backticks doubled.
std::string QuoteIfNeeded(std::string_view name);
std::string QuoteIdentifier(std::string_view name);

/// Line breaks, tabs, form feeds, backspaces, vertical tabs and bells as \n, \r, \t, \f, \b, \v,
/// \a: so that one cell or name stays on one line. Nothing else is changed.
std::string EscapeMetaCharacters(std::string_view text);

}  // namespace millrace::data
