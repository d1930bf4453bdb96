#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::processor::duckdb {

/// What stands inside brackets of PCRE2 for Java's \d, \D, \s, \S, \w, \W, \h, \H, \v, \V.
std::optional<std::string> SetOfEscape(char32_t letter);

/// The same for \p{name}, or \P{name} when negated. InvalidArgument: Java has no such property.
base::Result<std::string> SetOfProperty(std::string_view name, bool negated);

}  // namespace millrace::processor::duckdb
