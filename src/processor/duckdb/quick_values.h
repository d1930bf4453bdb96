#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "processor/duckdb/datetime_text.h"
#include "processor/duckdb/decimal_text.h"
#include "processor/duckdb/json_scan.h"
#include "processor/duckdb/time_zone.h"

namespace millrace::processor::duckdb {

/// The common spellings of numbers and times, read quickly.

inline constexpr std::array<double, 23> kPowers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/// A plain number with few digits is exact in one division; others go the long way.
inline double QuickDouble(const char* start, const char* end) {
  const char* p = start;
  bool negative = *p == '-';
  if (negative) ++p;
  std::uint64_t mantissa = 0;
  const char* first = p;
  int fraction = 0;
  while (p < end && IsDigit(*p)) mantissa = mantissa * 10 + static_cast<std::uint64_t>(*p++ - '0');
  if (p < end && *p == '.') {
    const char* point = ++p;
    while (p < end && IsDigit(*p))
      mantissa = mantissa * 10 + static_cast<std::uint64_t>(*p++ - '0');
    fraction = static_cast<int>(p - point);
  }
  if (p != end || p - first > 16 || mantissa > (1ull << 53)) {
    return ParseDouble(std::string_view(start, static_cast<std::size_t>(end - start)));
  }
  double value = static_cast<double>(mantissa) / kPowers[static_cast<std::size_t>(fraction)];
  return negative ? -value : value;
}

/// The most common spelling, 2026-01-31T12:34:56[.fraction][Z|+hh:mm] with T or a space.
inline std::optional<std::int64_t> QuickTimestamp(std::string_view text, const TimeZone& zone) {
  constexpr std::size_t kSeconds = 19;
  if (text.size() < kSeconds) return std::nullopt;
  bool good = text[4] == '-' && text[7] == '-' && (text[10] == 'T' || text[10] == ' ') &&
              text[13] == ':' && text[16] == ':';
  auto two = [&](std::size_t i) {
    auto tens = static_cast<unsigned char>(text[i] - '0');
    auto ones = static_cast<unsigned char>(text[i + 1] - '0');
    good &= tens < 10 && ones < 10;
    return tens * 10 + ones;
  };
  int year = two(0) * 100 + two(2);
  int month = two(5);
  int day = two(8);
  int hour = two(11);
  int minute = two(14);
  int second = two(17);
  if (!good || month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month) || hour > 23 ||
      minute > 59 || second > 59) {
    return std::nullopt;
  }
  std::size_t at = kSeconds;
  std::int64_t fraction = 0;
  if (at < text.size() && text[at] == '.') {
    std::int64_t unit = 100'000;
    for (++at; at < text.size() && IsDigit(text[at]); ++at, unit /= 10) {
      fraction += unit * (text[at] - '0');
    }
  }
  std::int64_t seconds =
      DaysFromCivil(year, month, day) * 86'400 + hour * 3600 + minute * 60 + second;
  const std::string_view suffix = text.substr(at);
  if (suffix.empty()) {
    seconds = zone.fixed_offset() ? seconds - *zone.fixed_offset() : zone.FromLocal(seconds);
  } else if (suffix.size() == 6 && (suffix[0] == '+' || suffix[0] == '-') && suffix[3] == ':') {
    const int hours = two(at + 1);
    const int minutes = two(at + 4);
    if (!good || hours > 17 || minutes > 59) return std::nullopt;
    const int offset = hours * 3600 + minutes * 60;
    seconds += suffix[0] == '-' ? offset : -offset;
  } else if (suffix != "Z") {
    return std::nullopt;
  }
  return seconds * 1'000'000 + fraction;
}

}  // namespace millrace::processor::duckdb
