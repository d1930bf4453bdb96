#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <arrow/array.h>
#include <fmt/format.h>

#include "data/scalar_text.h"
#include "processor/duckdb/datetime_text.h"
#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/from_json_options.h"
#include "processor/duckdb/row_kernel.h"
#include "processor/duckdb/time_arithmetic.h"
#include "processor/duckdb/time_errors.h"
#include "processor/duckdb/value_errors.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;
using base::Status;

// ------------------------------------------------------------------------------ Unix times

template <std::int64_t unit>
base::Result<Kernel> UnixUnits(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    out->AppendInt(FloorDiv(row.integer(0), unit));
    return Status::Ok();
  });
}

template <std::int64_t unit>
Status AppendUnits(const RowView& row, ColumnBuilder* out) {
  const auto micros = MultiplyExact(row.integer(0), unit);
  if (!micros) return JavaOverflow("long overflow");
  out->AppendInt(*micros);
  return Status::Ok();
}

// Java's conversion to long saturates; NaN and infinities give null.
Status AppendRealSeconds(const RowView& row, ColumnBuilder* out) {
  const double seconds = row.real(0);
  if (std::isnan(seconds) || std::isinf(seconds)) {
    out->AppendNull();
    return Status::Ok();
  }
  const double micros = seconds * 1e6;
  if (micros >= 9223372036854775808.0) {
    out->AppendInt(std::numeric_limits<std::int64_t>::max());
  } else if (micros <= -9223372036854775808.0) {
    out->AppendInt(std::numeric_limits<std::int64_t>::min());
  } else {
    out->AppendInt(static_cast<std::int64_t>(micros));
  }
  return Status::Ok();
}

// BigDecimal.longValueExact: more digits than microseconds are an error.
RowFunction DecimalSeconds(int scale) {
  return [scale](const RowView& row, ColumnBuilder* out) -> Status {
    __int128 value = row.decimal(0);
    for (int i = scale; i < 6; ++i) {
      if (__builtin_mul_overflow(value, static_cast<__int128>(10), &value)) {
        return JavaOverflow("Overflow");
      }
    }
    for (int i = 6; i < scale; ++i) {
      if (value % 10 != 0) return JavaOverflow("Rounding necessary");
      value /= 10;
    }
    if (value > std::numeric_limits<std::int64_t>::max() ||
        value < std::numeric_limits<std::int64_t>::min()) {
      return JavaOverflow("Overflow");
    }
    out->AppendInt(static_cast<std::int64_t>(value));
    return Status::Ok();
  };
}

base::Result<Kernel> TimestampSeconds(const FunctionContext& context) {
  const DataType& type = context.arg_type(0);
  if (type.is(Kind::kDecimal)) return EachFullRow(DecimalSeconds(type.scale()));
  if (type.is(Kind::kDouble) || type.is(Kind::kFloat)) return EachFullRow(AppendRealSeconds);
  return EachFullRow(AppendUnits<kMicrosPerSecond>);
}

template <std::int64_t unit>
base::Result<Kernel> TimestampUnits(const FunctionContext&) {
  return EachFullRow(AppendUnits<unit>);
}

// ------------------------------------------------------------------------------ making

// Zones of one argument, looked up once each.
class Zones {
 public:
  std::optional<TimeZone> Get(std::string_view id) {
    constexpr std::size_t kMost = 1000;
    auto known = zones_.find(id);
    if (known == zones_.end()) {
      if (zones_.size() >= kMost) zones_.clear();
      known = zones_.emplace(std::string(id), TimeZone::Parse(id)).first;
    }
    return known->second;
  }

 private:
  std::map<std::string, std::optional<TimeZone>, std::less<>> zones_;
};

constexpr std::int64_t kUtc = 0;

struct Made {
  std::int64_t local = 0;
  Status status = Status::Ok();
};

// The wall clock time of the six arguments, year to second.
Made MakeLocal(const RowView& row, bool ansi) {
  // The digits of the seconds as Java's int.
  const auto micros = static_cast<std::int32_t>(static_cast<std::uint32_t>(row.decimal(5)));
  std::int64_t seconds = FloorDiv(micros, kMicrosPerSecond);
  const std::int64_t fraction = FloorMod(micros, kMicrosPerSecond);
  std::int64_t extra = 0;
  if (seconds == 60) {
    if (fraction != 0) {
      const double shown = std::stod(data::DecimalPlainText(row.decimal(5), 6));
      return {0, InvalidFractionOfSecond(data::DoubleText(shown))};
    }
    seconds = 0;
    extra = kMicrosPerMinute;
  }
  std::string why = WhyNoDate(row.integer(0), row.integer(1), row.integer(2));
  if (why.empty()) why = WhyNoTime(row.integer(3), row.integer(4), seconds);
  if (!why.empty()) return {0, FieldOutOfBounds(why, ansi)};
  const std::int64_t days = DaysFromCivil(row.integer(0), static_cast<int>(row.integer(1)),
                                          static_cast<int>(row.integer(2)));
  const auto start = MultiplyExact(days, kMicrosPerDay);
  const std::int64_t clock = row.integer(3) * kMicrosPerHour + row.integer(4) * kMicrosPerMinute +
                             seconds * kMicrosPerSecond + fraction + extra;
  const auto local = start ? AddExact(*start, clock) : std::nullopt;
  if (!local) return {0, JavaOverflow("long overflow")};
  return {*local, Status::Ok()};
}

base::Result<Kernel> MakeTimestamp(const FunctionContext& context) {
  const bool tolerant = context.is_tolerant();
  const bool ntz = context.type().is(Kind::kTimestampNtz);
  auto zones = std::make_shared<Zones>();
  return EachFullRow([=, zone = ntz ? TimeZone() : context.zone](const RowView& row,
                                                                 ColumnBuilder* out) {
    TimeZone given = zone;
    if (row.size() == 7) {
      const auto known = zones->Get(row.bytes(6));
      if (!known) return InvalidTimeZone(row.bytes(6));
      given = *known;
    }
    Made made = MakeLocal(row, !tolerant);
    if (!made.status.ok()) {
      const bool is_overflow = made.status.spark_error().condition.empty();
      if (!tolerant || is_overflow) return made.status;
      out->AppendNull();
      return Status::Ok();
    }
    out->AppendInt(FromLocal(made.local, given));
    return Status::Ok();
  });
}

// ------------------------------------------------------------------------------ zones

// Wall clock of one zone read as that of another.
std::int64_t ConvertZone(std::int64_t micros, const TimeZone& from, const TimeZone& to) {
  return FromLocal(ToLocal(micros, to), from);
}

template <bool to_utc>
base::Result<Kernel> ShiftUtc(const FunctionContext&) {
  auto zones = std::make_shared<Zones>();
  return EachFullRow([zones](const RowView& row, ColumnBuilder* out) {
    const auto zone = zones->Get(row.bytes(1));
    if (!zone) return InvalidTimeZone(row.bytes(1));
    const TimeZone utc = TimeZone::Offset(kUtc);
    out->AppendInt(to_utc ? ConvertZone(row.integer(0), *zone, utc)
                          : ConvertZone(row.integer(0), utc, *zone));
    return Status::Ok();
  });
}

base::Result<Kernel> ConvertTimezone(const FunctionContext&) {
  auto zones = std::make_shared<Zones>();
  return EachFullRow([zones](const RowView& row, ColumnBuilder* out) {
    const auto from = zones->Get(row.bytes(0));
    if (!from) return InvalidTimeZone(row.bytes(0));
    const auto to = zones->Get(row.bytes(1));
    if (!to) return InvalidTimeZone(row.bytes(1));
    out->AppendInt(ToLocal(FromLocal(row.integer(2), *from), *to));
    return Status::Ok();
  });
}

// ------------------------------------------------------------------------------ units

struct Unit {
  std::string_view name;
  std::int64_t micros;  ///< 0: months count.
  std::int64_t months;
};

constexpr Unit kUnits[] = {
    {"YEAR", 0, 12},
    {"QUARTER", 0, 3},
    {"MONTH", 0, 1},
    {"WEEK", 7 * kMicrosPerDay, 0},
    {"DAY", kMicrosPerDay, 0},
    {"DAYOFYEAR", kMicrosPerDay, 0},
    {"HOUR", kMicrosPerHour, 0},
    {"MINUTE", kMicrosPerMinute, 0},
    {"SECOND", kMicrosPerSecond, 0},
    {"MILLISECOND", kMicrosPerMilli, 0},
    {"MICROSECOND", 1, 0},
};

base::Result<Unit> UnitOf(const FunctionContext& context) {
  const auto& options = std::get<plan::Call>(context.expression.node).options;
  const auto found = options.find("unit");
  for (const Unit& unit : kUnits) {
    if (found != options.end() && unit.name == found->second) return unit;
  }
  return Status::Unsupported(
      fmt::format("{}: the unit is not supported", context.expression.text));
}

std::optional<std::int64_t> AddUnits(std::int64_t micros, std::int64_t count, const Unit& unit,
                                     const TimeZone& zone) {
  if (unit.micros == 0) {
    const auto months = MultiplyExact(count, unit.months);
    if (!months || *months > std::numeric_limits<std::int32_t>::max() ||
        *months < std::numeric_limits<std::int32_t>::min()) {
      return std::nullopt;
    }
    return AddMonthsToTime(micros, *months, zone);
  }
  const auto interval = MultiplyExact(count, unit.micros);
  if (!interval) return std::nullopt;
  // Days are those of the calendar, hours and less of the clock.
  return unit.micros % kMicrosPerDay == 0 ? AddDayTime(micros, *interval, zone)
                                          : AddExact(micros, *interval);
}

base::Result<Kernel> TimestampAdd(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(const Unit unit, UnitOf(context));
  const DataType type = context.arg_type(1);
  const TimeZone zone = type.is(Kind::kTimestampNtz) ? TimeZone() : context.zone;
  return EachFullRow([=, shown = context.zone.id()](const RowView& row, ColumnBuilder* out) {
    const auto sum = AddUnits(row.integer(1), row.integer(0), unit, zone);
    if (!sum) {
      const data::Value time = data::Value::Int(row.integer(1));
      return DatetimeOverflow(
          fmt::format("add {} {} to {}", data::ToSql(data::Value::Int(row.integer(0)), LongType()),
                      unit.name, data::ToSql(time, TimestampType(), shown)));
    }
    out->AppendInt(*sum);
    return Status::Ok();
  });
}

base::Result<Kernel> TimestampDiff(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(const Unit unit, UnitOf(context));
  if (unit.name == "DAYOFYEAR") {
    return EachFullRow(
        [](const RowView&, ColumnBuilder*) { return NoDifferenceUnit("DAYOFYEAR"); });
  }
  return EachFullRow([unit, zone = context.zone](const RowView& row, ColumnBuilder* out) {
    const std::int64_t start = ToLocal(row.integer(0), zone);
    const std::int64_t end = ToLocal(row.integer(1), zone);
    if (unit.micros == 0) {
      out->AppendInt(MonthsBetween(start, end) / unit.months);
      return Status::Ok();
    }
    const auto difference = static_cast<__int128>(end) - start;
    out->AppendInt(static_cast<std::int64_t>(difference / unit.micros));
    return Status::Ok();
  });
}

// ------------------------------------------------------------------------------ fields

// Seconds of the minute with microseconds, DECIMAL(8,6).
base::Result<Kernel> SecondWithFraction(const FunctionContext& context) {
  const TimeZone zone =
      context.arg_type(0).is(Kind::kTimestampNtz) ? TimeZone() : context.zone;
  return EachFullRow([zone](const RowView& row, ColumnBuilder* out) {
    out->AppendDecimal(FloorMod(ToLocal(row.integer(0), zone), kMicrosPerMinute));
    return Status::Ok();
  });
}

}  // namespace

std::vector<KernelSpec> TimestampKernels() {
  return {
      {"unix_seconds", false, UnixUnits<kMicrosPerSecond>},
      {"unix_millis", false, UnixUnits<kMicrosPerMilli>},
      {"unix_micros", false, UnixUnits<1>},
      {"timestamp_seconds", true, TimestampSeconds},
      {"timestamp_millis", true, TimestampUnits<kMicrosPerMilli>},
      {"timestamp_micros", false, TimestampUnits<1>},
      {"make_timestamp", true, MakeTimestamp},
      {"from_utc_timestamp", true, ShiftUtc<false>},
      {"to_utc_timestamp", true, ShiftUtc<true>},
      {"convert_timezone", true, ConvertTimezone},
      {"timestampadd", true, TimestampAdd},
      {"timestampdiff", false, TimestampDiff},
      {"second_with_fraction", false, SecondWithFraction},
  };
}

}  // namespace millrace::processor::duckdb
