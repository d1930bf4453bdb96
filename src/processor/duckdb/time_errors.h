#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace millrace::processor::duckdb {

/// Spark's errors for times that do not exist.

/// java.lang.ArithmeticException: "long overflow", "integer overflow".
base::Status JavaOverflow(std::string_view message);
base::Status IllegalDayOfWeek(std::string_view text);
/// DATETIME_FIELD_OUT_OF_BOUNDS.
base::Status FieldOutOfBounds(std::string_view range_message, bool ansi);
base::Status DatetimeOverflow(std::string_view operation);
/// `value`: the seconds that were given.
base::Status InvalidFractionOfSecond(std::string_view value);
/// timestampdiff knows no such unit.
base::Status NoDifferenceUnit(std::string_view unit);
/// INTERVAL_ARITHMETIC_OVERFLOW; with the function that tolerates it, or an empty text.
base::Status IntervalOverflow(std::string_view alternative);
base::Status IntervalDividedByZero();

/// java.time's message when year, month and day are no date of LocalDate; else empty.
std::string WhyNoDate(std::int64_t year, std::int64_t month, std::int64_t day);
/// The same for hour, minute and second of LocalTime.
std::string WhyNoTime(std::int64_t hour, std::int64_t minute, std::int64_t second);

}  // namespace millrace::processor::duckdb
