#include "data/scalar_text.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include <absl/time/civil_time.h>
#include <fmt/format.h>

namespace millrace::data {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::uint64_t kMicrosPerMinute = 60'000'000;
constexpr std::uint64_t kMicrosPerHour = 3'600'000'000;
constexpr std::uint64_t kMicrosPerDay = 86'400'000'000;

/// Significant digits without point, and the power of ten of the first of them.
struct Digits {
  std::string digits;
  int exponent = 0;
};

Digits ParseScientific(std::string_view text) {
  Digits result;
  const std::size_t e = text.find('e');
  for (char c : text.substr(0, e)) {
    if (c != '.') result.digits += c;
  }
  result.exponent = std::atoi(std::string(text.substr(e + 1)).c_str());
  return result;
}

/// The digits that Java prints: the shortest that read back as the same number, but where one digit
/// is enough the two that are nearest (Java always prints one behind the point: 4.9E-324).
template <typename T>
Digits JavaDigits(T positive) {
  char buffer[64];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, positive, std::chars_format::scientific);
  Digits shortest = ParseScientific({buffer, end.ptr});
  if (shortest.digits.size() > 1) return shortest;
  end = std::to_chars(buffer, buffer + sizeof buffer, positive, std::chars_format::scientific, 1);
  return ParseScientific({buffer, end.ptr});
}

template <typename T>
std::string FloatingText(T value) {
  if (std::isnan(value)) return "NaN";
  std::string text = std::signbit(value) ? "-" : "";
  if (std::isinf(value)) return text + "Infinity";
  if (value == 0) return text + "0.0";
  auto [digits, exponent] = JavaDigits(std::abs(value));
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  if (exponent < -3 || exponent >= 7) {
    const std::string fraction = digits.size() > 1 ? digits.substr(1) : "0";
    return text + digits[0] + "." + fraction + "E" + std::to_string(exponent);
  }
  if (exponent < 0) return text + "0." + std::string(-exponent - 1, '0') + digits;
  const std::size_t whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() < whole) digits.resize(whole, '0');
  return text + digits.substr(0, whole) + "." +
         (digits.size() > whole ? digits.substr(whole) : "0");
}

std::string Unsigned128Text(unsigned __int128 value) {
  char buffer[40];
  char* position = buffer + sizeof buffer;
  do {
    *--position = static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  } while (value != 0);
  return {position, buffer + sizeof buffer};
}

unsigned __int128 Magnitude(__int128 value) {
  const auto bits = static_cast<unsigned __int128>(value);
  return value < 0 ? -bits : bits;
}

std::string YearText(absl::civil_year_t year) {
  if (year > 9999) return fmt::format("+{}", year);
  if (year < 0) return fmt::format("-{:04}", -year);
  return fmt::format("{:04}", year);
}

/// ".0421" for 42100 of 1000000, nothing for 0.
std::string FractionText(std::int64_t fraction, int digits) {
  if (fraction == 0) return "";
  std::string text = fmt::format(".{:0{}}", fraction, digits);
  while (text.back() == '0') text.pop_back();
  return text;
}

/// "04.5", "59", "90.000001"
std::string SecondsText(std::uint64_t micros) {
  return fmt::format("{:02}", micros / kMicrosPerSecond) +
         FractionText(static_cast<std::int64_t>(micros % kMicrosPerSecond), 6);
}

/// "DAY TO SECOND" for `interval day to second`.
std::string IntervalFields(const DataType& type) {
  return type.sql().substr(std::string_view("INTERVAL ").size());
}

}  // namespace

std::string DoubleText(double value) { return FloatingText(value); }
std::string FloatText(float value) { return FloatingText(value); }

std::string DecimalPlainText(__int128 unscaled, int scale) {
  std::string digits = Unsigned128Text(Magnitude(unscaled));
  if (scale > 0) {
    const auto behind = static_cast<std::size_t>(scale);
    if (digits.size() <= behind) digits.insert(0, behind + 1 - digits.size(), '0');
    digits.insert(digits.size() - behind, ".");
  } else if (scale < 0 && unscaled != 0) {
    digits.append(static_cast<std::size_t>(-scale), '0');
  }
  return (unscaled < 0 ? "-" : "") + digits;
}

std::string DecimalText(__int128 unscaled, int scale) {
  const std::string digits = Unsigned128Text(Magnitude(unscaled));
  const int adjusted = static_cast<int>(digits.size()) - 1 - scale;
  if (scale >= 0 && adjusted >= -6) return DecimalPlainText(unscaled, scale);
  std::string text = (unscaled < 0 ? "-" : "") + digits.substr(0, 1);
  if (digits.size() > 1) text += "." + digits.substr(1);
  if (adjusted == 0) return text;
  return text + fmt::format("E{:+}", adjusted);
}

std::string DateText(std::int64_t days_since_epoch) {
  const absl::CivilDay day = absl::CivilDay(1970, 1, 1) + days_since_epoch;
  return fmt::format("{}-{:02}-{:02}", YearText(day.year()), day.month(), day.day());
}

std::string TimestampText(std::int64_t micros, absl::TimeZone zone) {
  const absl::CivilSecond second = zone.At(absl::FromUnixMicros(micros)).cs;
  const std::int64_t fraction = (micros % kMicrosPerSecond + kMicrosPerSecond) % kMicrosPerSecond;
  return fmt::format("{}-{:02}-{:02} {:02}:{:02}:{:02}{}", YearText(second.year()), second.month(),
                     second.day(), second.hour(), second.minute(), second.second(),
                     FractionText(fraction, 6));
}

std::string TimeText(std::int64_t nanos) {
  const std::int64_t seconds = nanos / 1'000'000'000;
  return fmt::format("{:02}:{:02}:{:02}{}", seconds / 3600, seconds / 60 % 60, seconds % 60,
                     FractionText(nanos % 1'000'000'000, 9));
}

std::string DayTimeIntervalText(std::int64_t micros, const DataType& type) {
  enum { kDay, kHour, kMinute, kSecond };
  const int start = type.intervalStart();
  const int end = type.intervalEnd();
  std::uint64_t rest = static_cast<std::uint64_t>(micros);
  if (micros < 0) rest = -rest;
  std::string body = micros < 0 ? "-" : "";
  auto take = [&](std::uint64_t unit) {
    const std::uint64_t count = rest / unit;
    rest %= unit;
    return count;
  };
  if (start == kDay) body += std::to_string(take(kMicrosPerDay));
  if (start == kHour) body += fmt::format("{:02}", take(kMicrosPerHour));
  if (start == kMinute) body += fmt::format("{:02}", take(kMicrosPerMinute));
  if (start == kSecond) body += SecondsText(rest);
  if (start < kHour && kHour <= end) body += fmt::format(" {:02}", take(kMicrosPerHour));
  if (start < kMinute && kMinute <= end) body += fmt::format(":{:02}", take(kMicrosPerMinute));
  if (start < kSecond && kSecond <= end) body += ":" + SecondsText(rest);
  return "INTERVAL '" + body + "' " + IntervalFields(type);
}

std::string YearMonthIntervalText(std::int64_t months, const DataType& type) {
  enum { kYear, kMonth };
  const std::int64_t magnitude = months < 0 ? -months : months;
  std::string body = months < 0 ? "-" : "";
  if (type.intervalStart() == kMonth) {
    body += std::to_string(magnitude);
  } else {
    body += std::to_string(magnitude / 12);
    if (type.intervalEnd() == kMonth) body += "-" + std::to_string(magnitude % 12);
  }
  return "INTERVAL '" + body + "' " + IntervalFields(type);
}

std::string BinaryText(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string text = "[";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) text += ' ';
    const auto byte = static_cast<unsigned char>(bytes[i]);
    text += kHex[byte >> 4];
    text += kHex[byte & 0xf];
  }
  return text + "]";
}

}  // namespace millrace::data
