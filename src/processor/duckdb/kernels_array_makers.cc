// Functions that make arrays.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "processor/duckdb/collection_errors.h"
#include "processor/duckdb/list_values.h"
#include "processor/duckdb/spark_error.h"
#include "processor/duckdb/time_arithmetic.h"
#include "processor/duckdb/time_errors.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;
using base::Status;

ValueRef ValueOf(const RowView& row, std::size_t i) { return {&row.array(i), row.at(i)}; }

base::Result<Kernel> Array(const FunctionContext&) {
  return EachRow([](const RowView& row, ColumnBuilder* out) {
    for (std::size_t i = 0; i < row.size(); ++i) AppendRef(ValueOf(row, i), &out->child(0));
    out->AppendNested();
    return Status::Ok();
  });
}

// One more element in front or at the end; the element may be null, the array not.
template <bool in_front>
base::Result<Kernel> AddElement(const FunctionContext&) {
  return EachRow([](const RowView& row, ColumnBuilder* out) {
    if (row.is_null(0)) {
      out->AppendNull();
      return Status::Ok();
    }
    const ListRef list = ListAt(row, 0);
    if (list.length + 1 > kMostElements) {
      return TooManyElements(list.length + 1, in_front ? "array_prepend" : "array_append");
    }
    if (in_front) AppendRef(ValueOf(row, 1), &out->child(0));
    AppendElements(list, 0, list.length, out);
    if (!in_front) AppendRef(ValueOf(row, 1), &out->child(0));
    out->AppendNested();
    return Status::Ok();
  });
}

void AppendNulls(std::int64_t count, ColumnBuilder* out) {
  for (std::int64_t i = 0; i < count; ++i) out->child(0).AppendNull();
}

// array_insert(array, position, element): positions count from 1, or from the end when negative;
// what lies outside is reached over nulls.
Status InsertElement(const RowView& row, ColumnBuilder* out) {
  const ListRef list = ListAt(row, 0);
  const std::int64_t position = row.integer(1);
  if (position == 0) return IndexOfZero();
  const std::int64_t length = std::max(list.length + 1, std::abs(position));
  if (length > kMostElements) return TooManyElements(length, "array_insert");
  const ValueRef element = ValueOf(row, 2);
  // Where the element goes; for negative positions behind what it is counted from.
  std::int64_t place = position > 0 ? position - 1 : list.length + position + 1;
  if (place >= 0) {
    AppendElements(list, 0, std::min(place, list.length), out);
    AppendNulls(place - list.length, out);
    AppendRef(element, &out->child(0));
    AppendElements(list, std::min(place, list.length), list.length, out);
  } else {
    AppendRef(element, &out->child(0));
    AppendNulls(-place, out);
    AppendElements(list, 0, list.length, out);
  }
  out->AppendNested();
  return Status::Ok();
}

base::Result<Kernel> Insert(const FunctionContext&) {
  return EachRow([](const RowView& row, ColumnBuilder* out) {
    if (!row.is_null(0) && !row.is_null(1)) return InsertElement(row, out);
    out->AppendNull();
    return Status::Ok();
  });
}

base::Result<Kernel> Repeat(const FunctionContext&) {
  return EachRow([](const RowView& row, ColumnBuilder* out) {
    if (row.is_null(1)) {
      out->AppendNull();
      return Status::Ok();
    }
    const std::int64_t count = std::max<std::int64_t>(row.integer(1), 0);
    if (count > kMostElements) return TooManyElementsBy(count, "count", "array_repeat");
    for (std::int64_t i = 0; i < count; ++i) AppendRef(ValueOf(row, 0), &out->child(0));
    out->AppendNested();
    return Status::Ok();
  });
}

// Structs of the elements at the same place, as many as the longest array has.
base::Result<Kernel> Zip(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    std::int64_t longest = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      longest = std::max(longest, ListAt(row, i).length);
    }
    ColumnBuilder& structs = out->child(0);
    for (std::int64_t place = 0; place < longest; ++place) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        const ListRef list = ListAt(row, i);
        if (place < list.length) {
          AppendRef(list[place], &structs.child(i));
        } else {
          structs.child(i).AppendNull();
        }
      }
      structs.AppendNested();
    }
    out->AppendNested();
    return Status::Ok();
  });
}

// ------------------------------------------------------------------------------ sequence

Status BadStep(const std::string& step, const std::string& start, const std::string& stop) {
  base::SparkError error;
  error.exception_class = "IllegalArgumentException";
  return Status::InvalidArgument(
             fmt::format("requirement failed: Illegal sequence boundaries: {} to {} by {}", start,
                         stop, step))
      .WithSparkError(std::move(error));
}

Status BadStep(std::int64_t step, std::int64_t start, std::int64_t stop) {
  return BadStep(std::to_string(step), std::to_string(start), std::to_string(stop));
}

bool IsStep(std::int64_t start, std::int64_t stop, std::int64_t step) {
  return (step > 0 && start <= stop) || (step < 0 && start >= stop) || (step == 0 && start == stop);
}

// The number of elements, checked against what an array can hold.
base::Result<std::int64_t> CountSteps(std::int64_t start, std::int64_t stop, std::int64_t step) {
  if (start == stop) return 1;
  const __int128 count = (static_cast<__int128>(stop) - start) / step + 1;
  if (count > kMostElements) {
    const bool fits = count <= std::numeric_limits<std::int64_t>::max();
    return TooManyElements(fits ? static_cast<std::int64_t>(count)
                                : std::numeric_limits<std::int64_t>::max(),
                           "sequence");
  }
  return static_cast<std::int64_t>(count);
}

base::Result<Kernel> IntegerSequence(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) -> Status {
    const std::int64_t start = row.integer(0);
    const std::int64_t stop = row.integer(1);
    const std::int64_t step = row.size() > 2 ? row.integer(2) : start <= stop ? 1 : -1;
    if (!IsStep(start, stop, step)) return BadStep(step, start, stop);
    MILLRACE_ASSIGN_OR_RETURN(const std::int64_t count, CountSteps(start, stop, step));
    for (std::int64_t i = 0; i < count; ++i) out->child(0).AppendInt(start + i * step);
    out->AppendNested();
    return Status::Ok();
  });
}

/// Of a step between times.
struct TimeStep {
  std::int64_t months = 0;
  std::int64_t days = 0;
  std::int64_t micros = 0;
};

// Dates are that far apart at least.
Status NotInDays(bool months) {
  const std::string type = DataType(months ? DataType(YearMonthIntervalType())
                                           : DataType(DayTimeIntervalType()))
                               .simpleString();
  base::SparkError error;
  error.exception_class = "SparkIllegalArgumentException";
  error.condition = "_LEGACY_ERROR_TEMP_3242";
  error.parameters = {{"intervalType", type}};
  return Status::InvalidArgument(
             fmt::format("sequence step must be an {} of day granularity if start and end values "
                         "are dates",
                         type))
      .WithSparkError(std::move(error));
}

// What the step is in microseconds, a month having 28 days: only for its sign and for an estimate.
std::int64_t Estimate(const TimeStep& step) {
  return (step.months * 28 + step.days) * kMicrosPerDay + step.micros;
}

Status AppendTimes(std::int64_t start, std::int64_t stop, const TimeStep& step,
                   const TimeZone& zone, bool dates, ColumnBuilder* out) {
  const std::int64_t sign = start <= stop ? 1 : -1;
  const auto within = [&](std::int64_t time) {
    return sign > 0 ? time <= stop : time >= stop;
  };
  std::int64_t time = start;
  for (std::int64_t i = 0; within(time);) {
    if (i > kMostElements) return TooManyElements(i, "sequence");
    out->child(0).AppendInt(dates ? DaysOf(time, zone) : time);
    ++i;
    // Counted from the start, so that the last days of months are kept.
    auto next = AddMonthsToTime(start, step.months * i, zone);
    if (next) next = AddDayTime(*next, step.days * i * kMicrosPerDay, zone);
    if (next) next = AddExact(*next, step.micros * i);
    if (!next) return JavaOverflow("long overflow");
    if (*next == time) break;
    time = *next;
  }
  out->AppendNested();
  return Status::Ok();
}

base::Result<Kernel> TimeSequence(const FunctionContext& context) {
  const bool dates = context.arg_type(0).is(Kind::kDate);
  const bool with_step = context.args.size() > 2;
  const bool months = with_step && context.arg_type(2).is(Kind::kYearMonthInterval);
  const TimeZone zone = context.arg_type(0).is(Kind::kTimestamp) ? context.zone : TimeZone();
  return EachFullRow([=](const RowView& row, ColumnBuilder* out) -> Status {
    const std::int64_t unit = dates ? kMicrosPerDay : 1;
    const auto start = MultiplyExact(row.integer(0), unit);
    const auto stop = MultiplyExact(row.integer(1), unit);
    if (!start || !stop) return JavaOverflow("long overflow");
    TimeStep step;
    if (!with_step) {
      step.days = *start <= *stop ? 1 : -1;
    } else if (months) {
      step.months = row.integer(2);
    } else {
      step.days = row.integer(2) / kMicrosPerDay;
      step.micros = row.integer(2) % kMicrosPerDay;
    }
    if (dates && step.months == 0 && step.days == 0) return NotInDays(months);
    if (!IsStep(*start, *stop, Estimate(step))) {
      return BadStep(Estimate(step), *start, *stop);
    }
    if (*start == *stop) {
      out->child(0).AppendInt(row.integer(0));
      out->AppendNested();
      return Status::Ok();
    }
    return AppendTimes(*start, *stop, step, zone, dates, out);
  });
}

base::Result<Kernel> Sequence(const FunctionContext& context) {
  return context.arg_type(0).isIntegral() ? IntegerSequence(context) : TimeSequence(context);
}

}  // namespace

std::vector<KernelSpec> ArrayMakerKernels() {
  return {
      {"array", false, Array},
      {"array_append", true, AddElement<false>},
      {"array_prepend", true, AddElement<true>},
      {"array_insert", true, Insert},
      {"array_repeat", true, Repeat},
      {"arrays_zip", false, Zip},
      {"sequence", true, Sequence},
  };
}

}  // namespace millrace::processor::duckdb
