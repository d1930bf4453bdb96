#include "processor/duckdb/time_arithmetic.h"

#include <algorithm>
#include <limits>

#include "processor/duckdb/datetime_names.h"
#include "processor/duckdb/datetime_text.h"

namespace millrace::processor::duckdb {
namespace {

constexpr std::int64_t kMaxYear = 999'999'999;

// LocalDate's range.
bool IsYear(std::int64_t year) { return year >= -kMaxYear && year <= kMaxYear; }

}  // namespace

std::optional<std::int64_t> AddExact(std::int64_t a, std::int64_t b) {
  std::int64_t sum;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

std::optional<std::int64_t> SubtractExact(std::int64_t a, std::int64_t b) {
  std::int64_t difference;
  if (__builtin_sub_overflow(a, b, &difference)) return std::nullopt;
  return difference;
}

std::optional<std::int64_t> MultiplyExact(std::int64_t a, std::int64_t b) {
  std::int64_t product;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

std::int64_t ToLocal(std::int64_t micros, const TimeZone& zone) {
  const std::int64_t shift =
      kMicrosPerSecond * zone.OffsetAt(FloorDiv(micros, kMicrosPerSecond));
  return AddExact(micros, shift).value_or(micros);
}

std::int64_t FromLocal(std::int64_t local_micros, const TimeZone& zone) {
  const std::int64_t seconds = FloorDiv(local_micros, kMicrosPerSecond);
  const std::int64_t shift = (zone.FromLocal(seconds) - seconds) * kMicrosPerSecond;
  return AddExact(local_micros, shift).value_or(local_micros);
}

std::int64_t FromLocalNear(std::int64_t local_micros, std::int64_t origin, const TimeZone& zone) {
  const std::int64_t offset = zone.OffsetAt(FloorDiv(origin, kMicrosPerSecond));
  const auto near = SubtractExact(local_micros, offset * kMicrosPerSecond);
  if (near && zone.OffsetAt(FloorDiv(*near, kMicrosPerSecond)) == offset) return *near;
  return FromLocal(local_micros, zone);
}

std::int64_t DaysOf(std::int64_t micros, const TimeZone& zone) {
  return FloorDiv(ToLocal(micros, zone), kMicrosPerDay);
}

std::int64_t MicrosOfDays(std::int64_t days, const TimeZone& zone) {
  return FromLocal(days * kMicrosPerDay, zone);
}

std::optional<std::int64_t> AddMonthsToDate(std::int64_t days, std::int64_t months) {
  const CivilDate date = CivilFromDays(days);
  const auto count = AddExact(date.year * 12 + date.month - 1, months);
  if (!count) return std::nullopt;
  const std::int64_t year = FloorDiv(*count, 12);
  const int month = static_cast<int>(FloorMod(*count, 12)) + 1;
  if (!IsYear(year)) return std::nullopt;
  return DaysFromCivil(year, month, std::min(date.day, DaysInMonth(year, month)));
}

std::optional<std::int64_t> AddMonthsToTime(std::int64_t micros, std::int64_t months,
                                            const TimeZone& zone) {
  const std::int64_t local = ToLocal(micros, zone);
  const auto days = AddMonthsToDate(FloorDiv(local, kMicrosPerDay), months);
  if (!days) return std::nullopt;
  const auto whole = MultiplyExact(*days, kMicrosPerDay);
  if (!whole) return std::nullopt;
  const auto moved = AddExact(*whole, FloorMod(local, kMicrosPerDay));
  if (!moved) return std::nullopt;
  return FromLocalNear(*moved, micros, zone);
}

std::optional<std::int64_t> AddDayTime(std::int64_t micros, std::int64_t interval,
                                       const TimeZone& zone) {
  if (!AddExact(micros, interval)) return std::nullopt;
  const std::int64_t days = interval / kMicrosPerDay;
  std::int64_t moved = micros;
  if (days != 0) {
    const auto local = AddExact(ToLocal(micros, zone), days * kMicrosPerDay);
    // At the ends of time the wall clock may not fit, but the instant does.
    if (!local) return AddExact(micros, interval);
    moved = FromLocalNear(*local, micros, zone);
  }
  return AddExact(moved, interval % kMicrosPerDay);
}

std::int64_t MonthsBetween(std::int64_t start_local, std::int64_t end_local) {
  const auto packed = [](std::int64_t local) {
    const CivilDate date = CivilFromDays(FloorDiv(local, kMicrosPerDay));
    return (date.year * 12 + date.month - 1) * 32 + date.day;
  };
  // The last day does not count when it is not whole.
  std::int64_t end = end_local;
  const std::int64_t start_clock = FloorMod(start_local, kMicrosPerDay);
  const std::int64_t end_clock = FloorMod(end_local, kMicrosPerDay);
  const std::int64_t start_day = FloorDiv(start_local, kMicrosPerDay);
  const std::int64_t end_day = FloorDiv(end_local, kMicrosPerDay);
  if (end_day > start_day && end_clock < start_clock) end -= kMicrosPerDay;
  if (end_day < start_day && end_clock > start_clock) end += kMicrosPerDay;
  return (packed(end) - packed(start_local)) / 32;
}

TruncLevel ParseTruncLevel(std::string_view text) {
  struct Name {
    std::string_view text;
    TruncLevel level;
  };
  static constexpr Name kNames[] = {
      {"MICROSECOND", TruncLevel::kMicro}, {"MILLISECOND", TruncLevel::kMilli},
      {"SECOND", TruncLevel::kSecond},     {"MINUTE", TruncLevel::kMinute},
      {"HOUR", TruncLevel::kHour},         {"DAY", TruncLevel::kDay},
      {"DD", TruncLevel::kDay},            {"WEEK", TruncLevel::kWeek},
      {"MON", TruncLevel::kMonth},         {"MONTH", TruncLevel::kMonth},
      {"MM", TruncLevel::kMonth},          {"QUARTER", TruncLevel::kQuarter},
      {"YEAR", TruncLevel::kYear},         {"YYYY", TruncLevel::kYear},
      {"YY", TruncLevel::kYear},
  };
  for (const Name& name : kNames) {
    if (std::equal(text.begin(), text.end(), name.text.begin(), name.text.end(),
                   [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 32 : a) == b; })) {
      return name.level;
    }
  }
  return TruncLevel::kInvalid;
}

std::int64_t TruncateDate(std::int64_t days, TruncLevel level) {
  if (level == TruncLevel::kWeek) return days - WeekdayOf(days);
  const CivilDate date = CivilFromDays(days);
  int month = 1;
  if (level == TruncLevel::kMonth) month = date.month;
  if (level == TruncLevel::kQuarter) month = (date.month - 1) / 3 * 3 + 1;
  return DaysFromCivil(date.year, month, 1);
}

std::int64_t TruncateTime(std::int64_t micros, TruncLevel level, const TimeZone& zone) {
  const auto on_clock = [&](std::int64_t unit) {
    const std::int64_t local = ToLocal(micros, zone);
    return FromLocalNear(local - FloorMod(local, unit), micros, zone);
  };
  switch (level) {
    case TruncLevel::kMicro:
      return micros;
    case TruncLevel::kMilli:
      return micros - FloorMod(micros, kMicrosPerMilli);
    case TruncLevel::kSecond:
      return micros - FloorMod(micros, kMicrosPerSecond);
    case TruncLevel::kMinute:
      return on_clock(kMicrosPerMinute);
    case TruncLevel::kHour:
      return on_clock(kMicrosPerHour);
    case TruncLevel::kDay:
      return on_clock(kMicrosPerDay);
    default:
      return MicrosOfDays(TruncateDate(DaysOf(micros, zone), level), zone);
  }
}

std::int64_t WeekdayOf(std::int64_t days) { return FloorMod(days + 3, 7); }

}  // namespace millrace::processor::duckdb
