#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::data {

/// Texts as Spark's casts read them; empty where they are malformed or out of range.

std::optional<bool> ParseBoolean(std::string_view text);
/// A whole number between `low` and `high`.
std::optional<std::int64_t> ParseInteger(std::string_view text, std::int64_t low,
                                         std::int64_t high);
/// The same, and what stands behind a point is cut off when it is digits: "12.5" and "." are whole
/// numbers (UTF8String.toLong).
std::optional<std::int64_t> ParseIntegerPart(std::string_view text, std::int64_t low,
                                             std::int64_t high);
/// Java's Double.parseDouble, and "inf", "infinity", "nan" in any case.
std::optional<double> ParseJavaDouble(std::string_view text);
std::optional<float> ParseJavaFloat(std::string_view text);

/// Without the characters up to U+0020 at both ends: String.trim.
std::string_view JavaTrim(std::string_view text);

}  // namespace millrace::data
