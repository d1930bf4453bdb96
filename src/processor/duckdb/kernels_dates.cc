#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <arrow/array.h>
#include <fmt/format.h>

#include "processor/duckdb/datetime_names.h"
#include "processor/duckdb/datetime_text.h"
#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/row_kernel.h"
#include "processor/duckdb/time_arithmetic.h"
#include "processor/duckdb/time_errors.h"
#include "processor/duckdb/value_errors.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;
using base::Status;

Status AppendDays(std::int64_t days, ColumnBuilder* out) {
  if (days > std::numeric_limits<std::int32_t>::max() ||
      days < std::numeric_limits<std::int32_t>::min()) {
    return ArithmeticOverflow("");
  }
  out->AppendInt(days);
  return Status::Ok();
}

base::Result<Kernel> AddMonths(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    const auto days = AddMonthsToDate(row.integer(0), row.integer(1));
    if (!days) return ArithmeticOverflow("");
    return AppendDays(*days, out);
  });
}

base::Result<Kernel> LastDay(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    const CivilDate date = CivilFromDays(row.integer(0));
    out->AppendInt(row.integer(0) + DaysInMonth(date.year, date.month) - date.day);
    return Status::Ok();
  });
}

// MO, MON, MONDAY and so on; 0 = Monday, -1 for what is no day.
int DayOfWeekNamed(std::string_view text) {
  for (std::size_t i = 0; i < kDays.size(); ++i) {
    for (const std::size_t length : {std::size_t{2}, std::size_t{3}, kDays[i].size()}) {
      if (EqualAnyCase(text, kDays[i].substr(0, length))) return static_cast<int>(i);
    }
  }
  return -1;
}

base::Result<Kernel> NextDay(const FunctionContext& context) {
  return EachFullRow([tolerant = context.is_tolerant()](const RowView& row, ColumnBuilder* out) {
    const int wanted = DayOfWeekNamed(row.bytes(1));
    if (wanted < 0) {
      if (!tolerant) return IllegalDayOfWeek(row.bytes(1));
      out->AppendNull();
      return Status::Ok();
    }
    const std::int64_t days = row.integer(0);
    out->AppendInt(days + 1 + FloorMod(wanted - WeekdayOf(days + 1), 7));
    return Status::Ok();
  });
}

base::Result<Kernel> MakeDate(const FunctionContext& context) {
  const bool tolerant = context.is_tolerant();
  return EachFullRow([tolerant](const RowView& row, ColumnBuilder* out) {
    std::string why = WhyNoDate(row.integer(0), row.integer(1), row.integer(2));
    if (why.empty()) {
      const std::int64_t days = DaysFromCivil(row.integer(0), static_cast<int>(row.integer(1)),
                                              static_cast<int>(row.integer(2)));
      return AppendDays(days, out);
    }
    if (!tolerant) return FieldOutOfBounds(why, !tolerant);
    out->AppendNull();
    return Status::Ok();
  });
}

template <const auto& names>
std::string_view ShortName(std::int64_t index) {
  return names[static_cast<std::size_t>(index)].substr(0, 3);
}

base::Result<Kernel> DayName(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    out->AppendBytes(ShortName<kDays>(WeekdayOf(row.integer(0))));
    return Status::Ok();
  });
}

base::Result<Kernel> MonthName(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    out->AppendBytes(ShortName<kMonths>(CivilFromDays(row.integer(0)).month - 1));
    return Status::Ok();
  });
}

base::Result<Kernel> SameNumber(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    out->AppendInt(row.integer(0));
    return Status::Ok();
  });
}

base::Result<Kernel> DateDiff(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    // Wraps around like Java's int.
    out->AppendInt(static_cast<std::int32_t>(
        static_cast<std::uint32_t>(row.integer(0) - row.integer(1))));
    return Status::Ok();
  });
}

base::Result<Kernel> TruncDate(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    const TruncLevel level = ParseTruncLevel(row.bytes(1));
    if (level == TruncLevel::kInvalid || level > TruncLevel::kWeek) {
      out->AppendNull();
    } else {
      out->AppendInt(TruncateDate(row.integer(0), level));
    }
    return Status::Ok();
  });
}

base::Result<Kernel> TruncTime(const FunctionContext& context) {
  return EachFullRow([zone = context.zone](const RowView& row, ColumnBuilder* out) {
    const TruncLevel level = ParseTruncLevel(row.bytes(0));
    if (level == TruncLevel::kInvalid) {
      out->AppendNull();
    } else {
      out->AppendInt(TruncateTime(row.integer(1), level, zone));
    }
    return Status::Ok();
  });
}

// The ISO year of the week that holds the day.
base::Result<Kernel> YearOfWeek(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    const std::int64_t thursday = row.integer(0) - WeekdayOf(row.integer(0)) + 3;
    out->AppendInt(CivilFromDays(thursday).year);
    return Status::Ok();
  });
}

base::Result<Kernel> DayOfWeekIso(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    out->AppendInt(WeekdayOf(row.integer(0)) + 1);
    return Status::Ok();
  });
}

// DateTimeUtils.monthsBetween: whole months when both days are the same or both the last of their
// month, else with a fraction of a month of 31 days.
double MonthsBetweenTimes(std::int64_t a, std::int64_t b, bool round, const TimeZone& zone) {
  const std::int64_t x = ToLocal(a, zone);
  const std::int64_t y = ToLocal(b, zone);
  const std::int64_t x_days = FloorDiv(x, kMicrosPerDay);
  const std::int64_t y_days = FloorDiv(y, kMicrosPerDay);
  const CivilDate p = CivilFromDays(x_days);
  const CivilDate q = CivilFromDays(y_days);
  const auto months =
      static_cast<double>((p.year * 12 + p.month) - (q.year * 12 + q.month));
  const int p_rest = DaysInMonth(p.year, p.month) - p.day;
  const int q_rest = DaysInMonth(q.year, q.month) - q.day;
  if (p.day == q.day || (p_rest == 0 && q_rest == 0)) return months;
  constexpr double kSecondsPerMonth = 31 * 86'400;
  // Time of the day in whole seconds since the day's start, which a change of the clock moves.
  const auto seconds_in_day = [&](std::int64_t micros, std::int64_t days) {
    return (micros - MicrosOfDays(days, zone)) / kMicrosPerSecond;
  };
  const std::int64_t seconds = (p.day - q.day) * kSecondsPerDay + seconds_in_day(a, x_days) -
                               seconds_in_day(b, y_days);
  const double difference = months + static_cast<double>(seconds) / kSecondsPerMonth;
  if (!round) return difference;
  return std::round(difference * 1e8) / 1e8;
}

base::Result<Kernel> MonthsBetweenKernel(const FunctionContext& context) {
  return EachFullRow([zone = context.zone](const RowView& row, ColumnBuilder* out) {
    out->AppendDouble(
        MonthsBetweenTimes(row.integer(0), row.integer(1), row.boolean(2), zone));
    return Status::Ok();
  });
}

base::Result<Kernel> LocalTimestamp(const FunctionContext& context) {
  return EachRow([zone = context.zone](const RowView& row, ColumnBuilder* out) {
    out->AppendInt(ToLocal(row.timestamp_us(), zone));
    return Status::Ok();
  });
}

}  // namespace

std::vector<KernelSpec> DateKernels() {
  return {
      {"add_months", true, AddMonths},
      {"last_day", false, LastDay},
      {"next_day", true, NextDay},
      {"make_date", true, MakeDate},
      {"dayname", false, DayName},
      {"monthname", false, MonthName},
      {"unix_date", false, SameNumber},
      {"same_micros", false, SameNumber},
      {"date_from_unix_date", false, SameNumber},
      {"datediff", false, DateDiff},
      {"trunc", false, TruncDate},
      {"date_trunc", false, TruncTime},
      {"yearofweek", false, YearOfWeek},
      {"dayofweek_iso", false, DayOfWeekIso},
      {"months_between", false, MonthsBetweenKernel},
      {"localtimestamp", false, LocalTimestamp},
  };
}

}  // namespace millrace::processor::duckdb
