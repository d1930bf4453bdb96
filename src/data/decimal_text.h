#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::data {

/// A java.math.BigDecimal: digits × 10^-scale.
struct BigDecimal {
  bool negative = false;
  /// Without leading zeros; empty for zero.
  std::string digits;
  std::int64_t scale = 0;
};

/// What `new BigDecimal(text)` reads: a sign, decimal digits of any script, a point, an exponent.
/// Empty where it throws.
std::optional<BigDecimal> ParseBigDecimal(std::string_view text);

/// Rounded HALF_UP to `scale`; empty when more than `precision` digits remain.
std::optional<__int128> ToDecimal(const BigDecimal& value, int precision, int scale);

/// Integer.parseInt: a sign and decimal digits of any script within 32 bits.
std::optional<std::int32_t> ParseJavaInt(std::string_view text);

/// The nearest double or float of a JSON number; beyond the range infinity or zero.
double ParseDouble(std::string_view number);
float ParseFloat(std::string_view number);

}  // namespace millrace::data
