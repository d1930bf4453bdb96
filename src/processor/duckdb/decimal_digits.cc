#include "processor/duckdb/decimal_digits.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "data/scalar_text.h"
#include "processor/duckdb/decimal_text.h"

namespace millrace::processor::duckdb {
namespace {

void DropLeadingZeros(std::string* digits) {
  digits->erase(0, std::min(digits->find_first_not_of('0'), digits->size()));
}

void AddOne(std::string* digits) {
  std::size_t i = digits->size();
  while (i > 0 && (*digits)[i - 1] == '9') (*digits)[--i] = '0';
  if (i > 0) {
    ++(*digits)[i - 1];
  } else {
    digits->insert(0, "1");
  }
}

}  // namespace

DecimalDigits ShownDigits(double value) {
  const auto shown = ParseBigDecimal(data::DoubleText(std::fabs(value)));
  DecimalDigits out{shown->digits, static_cast<int>(shown->scale)};
  while (!out.digits.empty() && out.digits.back() == '0') {
    out.digits.pop_back();
    --out.scale;
  }
  return out;
}

DecimalDigits ExactDigits(double value) {
  // A double has at most 1074 digits behind the point.
  std::string text = fmt::format("{:.1074f}", std::fabs(value));
  const std::size_t point = text.find('.');
  DecimalDigits out{text.substr(0, point) + text.substr(point + 1),
                    static_cast<int>(text.size() - point - 1)};
  while (!out.digits.empty() && out.digits.back() == '0') {
    out.digits.pop_back();
    --out.scale;
  }
  DropLeadingZeros(&out.digits);
  return out;
}

DecimalDigits Rounded(DecimalDigits value, int places, DigitRounding rounding) {
  const int drop = value.scale - places;
  if (drop <= 0 || value.digits.empty()) return value;
  const int kept = static_cast<int>(value.digits.size()) - drop;
  if (kept < 0) return {"", places};
  const std::string rest = value.digits.substr(static_cast<std::size_t>(kept));
  std::string digits = value.digits.substr(0, static_cast<std::size_t>(kept));
  const bool half = rest[0] == '5' && rest.find_first_not_of('0', 1) == std::string::npos;
  const bool odd = !digits.empty() && (digits.back() - '0') % 2 == 1;
  const bool up = half ? rounding == DigitRounding::kHalfUp || odd : rest[0] >= '5';
  if (up) AddOne(&digits);
  DropLeadingZeros(&digits);
  return {digits, places};
}

std::string FixedText(const DecimalDigits& value, int places) {
  std::string digits = value.digits;
  if (!digits.empty()) digits.append(static_cast<std::size_t>(places - value.scale), '0');
  const auto least = static_cast<std::size_t>(places) + 1;
  if (digits.size() < least) digits.insert(0, least - digits.size(), '0');
  if (places > 0) digits.insert(digits.size() - static_cast<std::size_t>(places), ".");
  return digits;
}

std::string Grouped(std::string fixed, int group_size) {
  std::size_t end = std::min(fixed.find('.'), fixed.size());
  while (group_size > 0 && end > static_cast<std::size_t>(group_size)) {
    end -= static_cast<std::size_t>(group_size);
    fixed.insert(end, 1, ',');
  }
  return fixed;
}

}  // namespace millrace::processor::duckdb
