#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "processor/duckdb/time_zone.h"

namespace millrace::processor::duckdb {

/// Calendar arithmetic as java.time does it for Spark (SparkDateTimeUtils, DateTimeUtils). Dates
/// are days, times microseconds since 1970-01-01. Empty where java.time or Math.xxxExact overflows.

inline constexpr std::int64_t kMicrosPerMilli = 1'000;
inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;
inline constexpr std::int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
inline constexpr std::int64_t kMicrosPerHour = 60 * kMicrosPerMinute;
inline constexpr std::int64_t kMicrosPerDay = 24 * kMicrosPerHour;
inline constexpr std::int64_t kSecondsPerDay = 86'400;

inline std::int64_t FloorDiv(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a % b < 0) != (b < 0) ? 1 : 0);
}
inline std::int64_t FloorMod(std::int64_t a, std::int64_t b) { return a - FloorDiv(a, b) * b; }

std::optional<std::int64_t> AddExact(std::int64_t a, std::int64_t b);
std::optional<std::int64_t> SubtractExact(std::int64_t a, std::int64_t b);
std::optional<std::int64_t> MultiplyExact(std::int64_t a, std::int64_t b);

/// Microseconds of the wall clock, as an NTZ timestamp.
std::int64_t ToLocal(std::int64_t micros, const TimeZone& zone);
/// The instant of a wall clock time; in an overlap the earlier one, in a gap moved forward.
std::int64_t FromLocal(std::int64_t local_micros, const TimeZone& zone);
/// The same, but in an overlap with the offset of the instant `origin` where that is possible:
/// ZonedDateTime.resolveLocal.
std::int64_t FromLocalNear(std::int64_t local_micros, std::int64_t origin, const TimeZone& zone);
std::int64_t DaysOf(std::int64_t micros, const TimeZone& zone);
/// Start of the day.
std::int64_t MicrosOfDays(std::int64_t days, const TimeZone& zone);

/// LocalDate.plusMonths: the day is cut to the month's last.
std::optional<std::int64_t> AddMonthsToDate(std::int64_t days, std::int64_t months);
std::optional<std::int64_t> AddMonthsToTime(std::int64_t micros, std::int64_t months,
                                            const TimeZone& zone);
/// Whole days on the calendar, then the rest on the clock.
std::optional<std::int64_t> AddDayTime(std::int64_t micros, std::int64_t interval,
                                       const TimeZone& zone);

/// Whole months from `start` to `end`, both wall clock: ChronoUnit.MONTHS.between.
std::int64_t MonthsBetween(std::int64_t start_local, std::int64_t end_local);

/// The levels of trunc and date_trunc, coarse to fine; kInvalid for what is none.
enum class TruncLevel {
  kInvalid,
  kYear,
  kQuarter,
  kMonth,
  kWeek,
  kDay,
  kHour,
  kMinute,
  kSecond,
  kMilli,
  kMicro,
};
TruncLevel ParseTruncLevel(std::string_view text);
/// Precondition: kYear to kWeek.
std::int64_t TruncateDate(std::int64_t days, TruncLevel level);
std::int64_t TruncateTime(std::int64_t micros, TruncLevel level, const TimeZone& zone);

/// 0 = Monday.
std::int64_t WeekdayOf(std::int64_t days);

}  // namespace millrace::processor::duckdb
