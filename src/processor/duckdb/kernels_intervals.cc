#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include <arrow/array.h>
#include <fmt/format.h>

#include "data/scalar_text.h"
#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/row_kernel.h"
#include "processor/duckdb/time_arithmetic.h"
#include "processor/duckdb/time_errors.h"
#include "processor/duckdb/value_errors.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;
using base::Status;

Status AppendOrOverflow(std::optional<std::int64_t> value, ColumnBuilder* out) {
  if (!value) return JavaOverflow("long overflow");
  out->AppendInt(*value);
  return Status::Ok();
}

bool FitsMonths(std::int64_t months) {
  return months <= std::numeric_limits<std::int32_t>::max() &&
         months >= std::numeric_limits<std::int32_t>::min();
}

// ------------------------------------------------------------------------------ making

base::Result<Kernel> MakeDayTime(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    auto total = MultiplyExact(row.integer(0), kMicrosPerDay);
    const auto add = [&total](std::optional<std::int64_t> part) {
      total = total && part ? AddExact(*total, *part) : std::nullopt;
    };
    // The digits of the seconds are microseconds, as the type has six behind the point.
    const auto micros = static_cast<std::int64_t>(row.decimal(3));
    add(MultiplyExact(row.integer(1), kMicrosPerHour));
    add(MultiplyExact(row.integer(2), kMicrosPerMinute));
    add(micros);
    if (!total) return IntervalOverflow("");
    out->AppendInt(*total);
    return Status::Ok();
  });
}

base::Result<Kernel> MakeYearMonth(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    const std::int64_t months = row.integer(0) * 12 + row.integer(1);
    if (!FitsMonths(months) || !FitsMonths(row.integer(0) * 12)) return IntervalOverflow("");
    out->AppendInt(months);
    return Status::Ok();
  });
}

// ------------------------------------------------------------------------------ times

TimeZone ZoneOf(const DataType& time, const FunctionContext& context) {
  return time.is(Kind::kTimestampNtz) ? TimeZone() : context.zone;
}

// timestamp + day-time or year-month interval.
base::Result<Kernel> TimeAddInterval(const FunctionContext& context) {
  const TimeZone zone = ZoneOf(context.arg_type(0), context);
  if (context.arg_type(1).is(Kind::kYearMonthInterval)) {
    return EachFullRow([zone](const RowView& row, ColumnBuilder* out) {
      return AppendOrOverflow(AddMonthsToTime(row.integer(0), row.integer(1), zone), out);
    });
  }
  return EachFullRow([zone](const RowView& row, ColumnBuilder* out) {
    return AppendOrOverflow(AddDayTime(row.integer(0), row.integer(1), zone), out);
  });
}

base::Result<Kernel> DateAddYearMonth(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    const auto days = AddMonthsToDate(row.integer(0), row.integer(1));
    if (!days || !FitsMonths(*days)) return ArithmeticOverflow("");
    out->AppendInt(*days);
    return Status::Ok();
  });
}

// Instants are subtracted on the session's clock.
base::Result<Kernel> SubtractTimes(const FunctionContext& context) {
  const TimeZone zone = ZoneOf(context.arg_type(0), context);
  return EachFullRow([zone](const RowView& row, ColumnBuilder* out) {
    return AppendOrOverflow(
        SubtractExact(ToLocal(row.integer(0), zone), ToLocal(row.integer(1), zone)), out);
  });
}

base::Result<Kernel> SubtractDates(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    return AppendOrOverflow(MultiplyExact(row.integer(0) - row.integer(1), kMicrosPerDay), out);
  });
}

// ------------------------------------------------------------------------------ intervals

base::Result<Kernel> AddIntervals(const FunctionContext& context) {
  const bool subtract = context.function == "interval_subtract";
  const bool months = context.type().is(Kind::kYearMonthInterval);
  const bool tolerant = context.is_tolerant();
  return EachFullRow([=](const RowView& row, ColumnBuilder* out) {
    auto sum = subtract ? SubtractExact(row.integer(0), row.integer(1))
                        : AddExact(row.integer(0), row.integer(1));
    if (sum && months && !FitsMonths(*sum)) sum.reset();
    if (!sum && !tolerant) return IntervalOverflow(subtract ? "try_subtract" : "try_add");
    sum ? out->AppendInt(*sum) : out->AppendNull();
    return Status::Ok();
  });
}

base::Result<Kernel> NegateInterval(const FunctionContext& context) {
  const bool months = context.type().is(Kind::kYearMonthInterval);
  return EachFullRow([months](const RowView& row, ColumnBuilder* out) {
    auto negated = SubtractExact(0, row.integer(0));
    if (negated && months && !FitsMonths(*negated)) negated.reset();
    if (!negated) return IntervalOverflow("");
    out->AppendInt(*negated);
    return Status::Ok();
  });
}

base::Result<Kernel> AbsInterval(const FunctionContext& context) {
  const bool months = context.type().is(Kind::kYearMonthInterval);
  return EachFullRow([months](const RowView& row, ColumnBuilder* out) {
    auto value = row.integer(0) < 0 ? SubtractExact(0, row.integer(0)) : row.integer(0);
    if (value && months && !FitsMonths(*value)) value.reset();
    if (!value) return IntervalOverflow("");
    out->AppendInt(*value);
    return Status::Ok();
  });
}

// DoubleMath.roundToLong and roundToInt, HALF_UP.
Status AppendRounded(double value, bool months, ColumnBuilder* out) {
  if (std::isnan(value) || std::isinf(value)) {
    return JavaOverflow("input is infinite or NaN");
  }
  const double rounded = std::round(value);
  const double limit = months ? 2147483648.0 : 9223372036854775808.0;
  if (rounded >= limit || rounded < -limit) {
    return JavaOverflow(
        fmt::format("rounded value is out of range for input {} and rounding mode HALF_UP",
                    data::DoubleText(value)));
  }
  out->AppendInt(static_cast<std::int64_t>(rounded));
  return Status::Ok();
}

// A quotient rounded half up, away from zero.
__int128 DivideRounded(__int128 value, __int128 divisor) {
  const bool negative = (value < 0) != (divisor < 0);
  const __int128 a = value < 0 ? -value : value;
  const __int128 b = divisor < 0 ? -divisor : divisor;
  const __int128 quotient = a / b + (a % b * 2 >= b ? 1 : 0);
  return negative ? -quotient : quotient;
}

__int128 PowerOfTen(int exponent) {
  __int128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

Status AppendWhole(__int128 value, bool months, ColumnBuilder* out) {
  const __int128 limit = months ? std::numeric_limits<std::int32_t>::max()
                                : std::numeric_limits<std::int64_t>::max();
  if (value > limit || value < -limit - 1) {
    return JavaOverflow(months ? "integer overflow" : "long overflow");
  }
  out->AppendInt(static_cast<std::int64_t>(value));
  return Status::Ok();
}

base::Result<Kernel> MultiplyInterval(const FunctionContext& context) {
  const bool months = context.type().is(Kind::kYearMonthInterval);
  const DataType& number = context.arg_type(1);
  if (number.is(Kind::kDouble) || number.is(Kind::kFloat)) {
    return EachFullRow([months](const RowView& row, ColumnBuilder* out) {
      return AppendRounded(static_cast<double>(row.integer(0)) * row.real(1), months, out);
    });
  }
  if (number.is(Kind::kDecimal)) {
    const __int128 power = PowerOfTen(number.scale());
    return EachFullRow([months, power](const RowView& row, ColumnBuilder* out) -> Status {
      __int128 product;
      if (__builtin_mul_overflow(static_cast<__int128>(row.integer(0)), row.decimal(1), &product)) {
        return JavaOverflow("Overflow");
      }
      return AppendWhole(DivideRounded(product, power), months, out);
    });
  }
  return EachFullRow([months](const RowView& row, ColumnBuilder* out) {
    return AppendWhole(static_cast<__int128>(row.integer(0)) * row.integer(1), months, out);
  });
}

base::Result<Kernel> DivideInterval(const FunctionContext& context) {
  const bool months = context.type().is(Kind::kYearMonthInterval);
  const DataType& number = context.arg_type(1);
  if (number.is(Kind::kDouble) || number.is(Kind::kFloat)) {
    return EachFullRow([months](const RowView& row, ColumnBuilder* out) {
      if (row.real(1) == 0) return IntervalDividedByZero();
      return AppendRounded(static_cast<double>(row.integer(0)) / row.real(1), months, out);
    });
  }
  const bool is_decimal = number.is(Kind::kDecimal);
  const __int128 power = is_decimal ? PowerOfTen(number.scale()) : 1;
  return EachFullRow([=](const RowView& row, ColumnBuilder* out) -> Status {
    const __int128 divisor = is_decimal ? row.decimal(1) : row.integer(1);
    if (divisor == 0) return IntervalDividedByZero();
    __int128 scaled;
    if (__builtin_mul_overflow(static_cast<__int128>(row.integer(0)), power, &scaled)) {
      return JavaOverflow("Overflow");
    }
    const __int128 quotient = DivideRounded(scaled, divisor);
    if (!is_decimal && divisor == -1 && quotient > std::numeric_limits<std::int64_t>::max()) {
      return IntervalOverflow("");
    }
    return AppendWhole(quotient, months, out);
  });
}

// How often an interval is in another: months or microseconds on both sides.
base::Result<Kernel> IntervalInInterval(const FunctionContext& context) {
  const bool null_for_zero = context.is_tolerant();
  return EachFullRow([null_for_zero](const RowView& row, ColumnBuilder* out) -> Status {
    if (row.integer(1) == 0) {
      if (!null_for_zero) return DivideByZero();
      out->AppendNull();
      return Status::Ok();
    }
    // As in Java, the least number divided by -1 is itself.
    const __int128 quotient = static_cast<__int128>(row.integer(0)) / row.integer(1);
    out->AppendInt(static_cast<std::int64_t>(quotient));
    return Status::Ok();
  });
}

// ------------------------------------------------------------------------------ fields

template <std::int64_t unit, std::int64_t modulus>
base::Result<Kernel> IntervalField(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    const std::int64_t count = row.integer(0) / unit;
    out->AppendInt(modulus == 0 ? count : count % (modulus == 0 ? 1 : modulus));
    return Status::Ok();
  });
}

base::Result<Kernel> IntervalSeconds(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    out->AppendDecimal(row.integer(0) % kMicrosPerMinute);
    return Status::Ok();
  });
}

}  // namespace

std::vector<KernelSpec> IntervalKernels() {
  return {
      {"make_dt_interval", true, MakeDayTime},
      {"make_ym_interval", true, MakeYearMonth},
      {"time_add_interval", true, TimeAddInterval},
      {"date_add_interval", true, DateAddYearMonth},
      {"subtract_times", true, SubtractTimes},
      {"subtract_dates", true, SubtractDates},
      {"interval_add", true, AddIntervals},
      {"interval_subtract", true, AddIntervals},
      {"interval_negative", true, NegateInterval},
      {"interval_abs", true, AbsInterval},
      {"interval_multiply", true, MultiplyInterval},
      {"interval_divide", true, DivideInterval},
      {"interval_div", true, IntervalInInterval},
      {"interval_years", false, IntervalField<12, 0>},
      {"interval_months", false, IntervalField<1, 12>},
      {"interval_days", false, IntervalField<kMicrosPerDay, 0>},
      {"interval_hours", false, IntervalField<kMicrosPerHour, 24>},
      {"interval_minutes", false, IntervalField<kMicrosPerMinute, 60>},
      {"interval_seconds", false, IntervalSeconds},
  };
}

}  // namespace millrace::processor::duckdb
