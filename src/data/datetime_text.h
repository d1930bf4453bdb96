#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "data/time_zone.h"

namespace millrace::data {

/// Dates and times as Spark's casts read and write them (SparkDateTimeUtils). Dates are days,
/// times microseconds since 1970-01-01 in the proleptic Gregorian calendar.

struct CivilDate {
  std::int64_t year;
  int month;
  int day;
};

std::int64_t DaysFromCivil(std::int64_t year, int month, int day);
CivilDate CivilFromDays(std::int64_t days);
bool IsLeapYear(std::int64_t year);
int DaysInMonth(std::int64_t year, int month);

std::optional<std::int32_t> ParseDate(std::string_view text);
/// `now_us` gives the date of texts that hold a time only.
std::optional<std::int64_t> ParseTimestamp(std::string_view text, const TimeZone& zone,
                                           std::int64_t now_us);
/// Empty for a text with a zone unless `allow_zone`, which then is dropped.
std::optional<std::int64_t> ParseTimestampNtz(std::string_view text, bool allow_zone);

/// What Spark's JSON reader tries when ParseDate fails: without "GMT", then as a number of days in
/// the Julian calendar.
std::optional<std::int32_t> ParseLegacyDate(std::string_view text);
/// What Spark's JSON reader tries when the timestamp is not readable: without "GMT".
std::optional<std::int64_t> ParseLegacyTimestamp(std::string_view text, const TimeZone& zone,
                                                 std::int64_t now_us);

}  // namespace millrace::data
