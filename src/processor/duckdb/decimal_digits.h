#pragma once

#include <string>

namespace millrace::processor::duckdb {

/// digits × 10^-scale, without sign; digits without leading zeros, empty for zero.
struct DecimalDigits {
  std::string digits;
  int scale = 0;
};

enum class DigitRounding { kHalfUp, kHalfEven };

/// Of a finite number, as Java's Double.toString shows it.
DecimalDigits ShownDigits(double value);
/// Of a finite number, exactly.
DecimalDigits ExactDigits(double value);

/// At most `places` digits behind the point (negative: zeros in front of it).
DecimalDigits Rounded(DecimalDigits value, int places, DigitRounding rounding);
/// "12.50": exactly `places` digits behind the point. Precondition: not more are there.
std::string FixedText(const DecimalDigits& value, int places);
/// "1,234.50".
std::string Grouped(std::string fixed, int group_size);

}  // namespace millrace::processor::duckdb
