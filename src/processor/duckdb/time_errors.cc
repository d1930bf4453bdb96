#include "processor/duckdb/time_errors.h"

#include <fmt/format.h>

#include "processor/duckdb/datetime_names.h"
#include "processor/duckdb/datetime_text.h"
#include "processor/duckdb/spark_error.h"

namespace millrace::processor::duckdb {
namespace {

constexpr std::int64_t kMaxYear = 999'999'999;

std::string OutOfRange(std::string_view field, std::string_view values, std::int64_t value) {
  return fmt::format("Invalid value for {} (valid values {}): {}", field, values, value);
}

std::string UpperCase(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return upper;
}

}  // namespace

base::Status JavaOverflow(std::string_view message) {
  base::SparkError error;
  error.exception_class = "ArithmeticException";
  return base::Status::InvalidArgument(std::string(message)).WithSparkError(std::move(error));
}

base::Status IllegalDayOfWeek(std::string_view text) {
  return SparkFailure("SparkIllegalArgumentException", "ILLEGAL_DAY_OF_WEEK", "22009",
                      {{"string", std::string(text)}},
                      fmt::format("Illegal input for day of week: {}.", text));
}

base::Status FieldOutOfBounds(std::string_view range_message, bool ansi) {
  std::string text = fmt::format("{}.", range_message);
  if (ansi) {
    text += " If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.";
  }
  return SparkFailure("SparkDateTimeException",
                      ansi ? "DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION"
                           : "DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION",
                      "22023",
                      {{"rangeMessage", std::string(range_message)},
                       {"ansiConfig", "\"spark.sql.ansi.enabled\""}},
                      text);
}

base::Status DatetimeOverflow(std::string_view operation) {
  return SparkFailure("SparkArithmeticException", "DATETIME_OVERFLOW", "22008",
                      {{"operation", std::string(operation)}},
                      fmt::format("Datetime operation overflow: {}.", operation));
}

base::Status InvalidFractionOfSecond(std::string_view value) {
  return SparkFailure(
      "SparkDateTimeException", "INVALID_FRACTION_OF_SECOND", "22023",
      {{"secAndMicros", std::string(value)}},
      fmt::format("Valid range for seconds is [0, 60] (inclusive), but the provided value is {}. "
                  "To avoid this error, use `try_make_timestamp`, which returns NULL on error. If "
                  "you do not want to use the session default timestamp version of this function, "
                  "use `try_make_timestamp_ntz` or `try_make_timestamp_ltz`.",
                  value));
}

base::Status NoDifferenceUnit(std::string_view unit) {
  return SparkFailure(
      "SparkIllegalArgumentException", "INVALID_PARAMETER_VALUE.DATETIME_UNIT", "22023",
      {{"functionName", "`TIMESTAMPDIFF`"},
       {"parameter", "`unit`"},
       {"invalidValue", fmt::format("'{}'", unit)}},
      fmt::format("The value of parameter(s) `unit` in `TIMESTAMPDIFF` is invalid: expects one of "
                  "the units without quotes YEAR, QUARTER, MONTH, WEEK, DAY, DAYOFYEAR, HOUR, "
                  "MINUTE, SECOND, MILLISECOND, MICROSECOND, but got the string literal '{}'.",
                  unit));
}

base::Status IntervalOverflow(std::string_view alternative) {
  if (alternative.empty()) {
    return SparkFailure("SparkArithmeticException",
                        "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", "22015", {},
                        "Integer overflow while operating with intervals. Try devising appropriate "
                        "values for the interval parameters.");
  }
  const std::string quoted = fmt::format("`{}`", alternative);
  return SparkFailure("SparkArithmeticException", "INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION",
                      "22015", {{"functionName", quoted}},
                      fmt::format("Integer overflow while operating with intervals. Use {} to "
                                  "tolerate overflow and return NULL instead.",
                                  quoted));
}

base::Status IntervalDividedByZero() {
  return SparkFailure("SparkArithmeticException", "INTERVAL_DIVIDED_BY_ZERO", "22012", {},
                      "Division by zero. Use `try_divide` to tolerate divisor being 0 and return "
                      "NULL instead.");
}

std::string WhyNoDate(std::int64_t year, std::int64_t month, std::int64_t day) {
  if (year < -kMaxYear || year > kMaxYear) {
    return OutOfRange("Year", "-999999999 - 999999999", year);
  }
  if (month < 1 || month > 12) return OutOfRange("MonthOfYear", "1 - 12", month);
  if (day < 1 || day > 31) return OutOfRange("DayOfMonth", "1 - 28/31", day);
  if (day <= DaysInMonth(year, static_cast<int>(month))) return "";
  if (day == 29) return fmt::format("Invalid date 'February 29' as '{}' is not a leap year", year);
  return fmt::format("Invalid date '{} {}'",
                     UpperCase(kMonths[static_cast<std::size_t>(month - 1)]), day);
}

std::string WhyNoTime(std::int64_t hour, std::int64_t minute, std::int64_t second) {
  if (hour < 0 || hour > 23) return OutOfRange("HourOfDay", "0 - 23", hour);
  if (minute < 0 || minute > 59) return OutOfRange("MinuteOfHour", "0 - 59", minute);
  if (second < 0 || second > 59) return OutOfRange("SecondOfMinute", "0 - 59", second);
  return "";
}

}  // namespace millrace::processor::duckdb
