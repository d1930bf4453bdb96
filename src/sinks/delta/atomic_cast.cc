#include "sinks/delta/atomic_cast.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/compute/cast.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <fmt/format.h>

#include "base/clock.h"
#include "clients/delta/errors.h"
#include "data/arrow_schema.h"
#include "data/cast_text.h"
#include "data/datetime_text.h"
#include "data/decimal_text.h"
#include "data/row_text.h"
#include "data/scalar_text.h"
#include "data/value.h"

namespace millrace::sinks::delta {

namespace {

using base::Result;
using base::Status;
using base::StatusCode;
using Array = std::shared_ptr<arrow::Array>;
using Kind = DataType::Kind;

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

std::int64_t FloorDivide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

// What became of one value.
enum class Outcome { kValue, kNull, kFailed };

// Calls `convert(i, &value)` for each value that is not null; `fail(i)` tells of the first failure.
template <typename Value, typename Builder, typename Convert, typename Fail>
Result<Array> BuildEach(const arrow::Array& values, Builder&& builder, const Convert& convert,
                        const Fail& fail) {
  arrow::Status status = builder.Reserve(values.length());
  for (std::int64_t i = 0; status.ok() && i < values.length(); ++i) {
    Value value{};
    const Outcome outcome = values.IsNull(i) ? Outcome::kNull : convert(i, &value);
    if (outcome == Outcome::kFailed) return fail(i);
    status = outcome == Outcome::kValue ? builder.Append(value) : builder.AppendNull();
  }
  Array out;
  if (status.ok()) status = builder.Finish(&out);
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(status));
  return out;
}

Result<Array> CastWithArrow(const arrow::Array& values, const DataType& to, bool checked) {
  MILLRACE_ASSIGN_OR_RETURN(const auto type, data::ToArrowType(to));
  const auto options =
      checked ? arrow::compute::CastOptions::Safe(type) : arrow::compute::CastOptions::Unsafe(type);
  arrow::Result<Array> cast = arrow::compute::Cast(values, type, options);
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(cast.status()));
  return *std::move(cast);
}

// ------------------------------------------------------------------------------------ numbers

__int128 DecimalAt(const arrow::Array& values, std::int64_t i) {
  __int128 value;
  std::memcpy(&value, static_cast<const arrow::Decimal128Array&>(values).GetValue(i),
              sizeof(value));
  return value;
}

double RealAt(const arrow::Array& values, std::int64_t i) {
  if (values.type_id() == arrow::Type::FLOAT) {
    return static_cast<const arrow::FloatArray&>(values).Value(i);
  }
  return static_cast<const arrow::DoubleArray&>(values).Value(i);
}

std::string_view TextAt(const arrow::Array& values, std::int64_t i) {
  return static_cast<const arrow::StringArray&>(values).GetView(i);
}

struct Range {
  std::int64_t low;
  std::int64_t high;
};

Range RangeOf(const DataType& type) {
  const int bits = type.is(Kind::kByte)      ? 8
                   : type.is(Kind::kShort)   ? 16
                   : type.is(Kind::kInteger) ? 32
                                             : 64;
  const std::int64_t high = std::numeric_limits<std::int64_t>::max() >> (64 - bits);
  return {-high - 1, high};
}

// Cut towards zero. Scala compares with the largest long as a double, which is one more, and then
// converts as Java does, to the nearest long.
bool CutToLong(double value, Range range, std::int64_t* out) {
  const bool fits = std::floor(value) <= static_cast<double>(range.high) &&
                    std::ceil(value) >= static_cast<double>(range.low);
  if (!fits) return false;
  *out = value >= std::ldexp(1.0, 63) ? range.high : static_cast<std::int64_t>(value);
  return true;
}

// One integer of those that `from` can be read as.
bool IntegerAt(const arrow::Array& values, const DataType& from, Range range, std::int64_t i,
               std::int64_t* out) {
  if (from.is(Kind::kString)) {
    const auto value = data::ParseInteger(TextAt(values, i), range.low, range.high);
    *out = value.value_or(0);
    return value.has_value();
  }
  if (!from.is(Kind::kDecimal)) return CutToLong(RealAt(values, i), range, out);
  __int128 whole = DecimalAt(values, i);
  for (int digit = 0; digit < from.scale(); ++digit) whole /= 10;
  *out = static_cast<std::int64_t>(whole);
  return whole >= range.low && whole <= range.high;
}

template <typename Fail>
Result<Array> CastToInteger(const arrow::Array& values, const DataType& from, const DataType& to,
                            const Fail& fail) {
  const Range range = RangeOf(to);
  const auto convert = [&](std::int64_t i, std::int64_t* out) {
    return IntegerAt(values, from, range, i, out) ? Outcome::kValue : Outcome::kFailed;
  };
  MILLRACE_ASSIGN_OR_RETURN(const Array longs,
                            BuildEach<std::int64_t>(values, arrow::Int64Builder(), convert, fail));
  return to.is(Kind::kLong) ? Result<Array>(longs) : CastWithArrow(*longs, to, true);
}

template <typename Real, typename Builder, typename Fail>
Result<Array> CastToReal(const arrow::Array& values, const DataType& from, const Fail& fail) {
  constexpr bool kSingle = sizeof(Real) == sizeof(float);
  const auto convert = [&](std::int64_t i, Real* out) {
    if (from.is(Kind::kString)) {
      std::optional<Real> value;
      if constexpr (kSingle) {
        value = data::ParseJavaFloat(TextAt(values, i));
      } else {
        value = data::ParseJavaDouble(TextAt(values, i));
      }
      *out = value.value_or(Real{0});
      return value ? Outcome::kValue : Outcome::kFailed;
    }
    if (from.is(Kind::kDecimal)) {
      const std::string digits = data::DecimalPlainText(DecimalAt(values, i), from.scale());
      *out = kSingle ? static_cast<Real>(data::ParseFloat(digits))
                     : static_cast<Real>(data::ParseDouble(digits));
      return Outcome::kValue;
    }
    *out = static_cast<Real>(RealAt(values, i));
    return Outcome::kValue;
  };
  return BuildEach<Real>(values, Builder(), convert, fail);
}

// The decimal number that value `i` stands for; empty for a text that stands for none.
std::optional<data::BigDecimal> BigDecimalAt(const arrow::Array& values, const DataType& from,
                                             std::int64_t i) {
  switch (from.kind()) {
    case Kind::kString:
      return data::ParseBigDecimal(data::JavaTrim(TextAt(values, i)));
    case Kind::kDecimal:
      return data::ParseBigDecimal(data::DecimalPlainText(DecimalAt(values, i), from.scale()));
    default:  // A float is widened first.
      return data::ParseBigDecimal(data::DoubleText(RealAt(values, i)));
  }
}

Result<Array> CastToDecimal(const arrow::Array& values, const DataType& from, const DataType& to,
                            const std::function<Status(std::int64_t)>& malformed,
                            const MakeOverflow& overflow) {
  MILLRACE_ASSIGN_OR_RETURN(const auto type, data::ToArrowType(to));
  const bool is_real = from.is(Kind::kFloat) || from.is(Kind::kDouble);
  bool unreadable = false;
  const auto convert = [&](std::int64_t i, arrow::Decimal128* out) {
    if (is_real && !std::isfinite(RealAt(values, i))) return Outcome::kNull;
    const auto number = BigDecimalAt(values, from, i);
    unreadable = !number;
    if (unreadable) return Outcome::kFailed;
    const auto unscaled = data::ToDecimal(*number, to.precision(), to.scale());
    if (!unscaled) return Outcome::kFailed;
    *out = arrow::Decimal128(static_cast<std::int64_t>(*unscaled >> 64),
                             static_cast<std::uint64_t>(*unscaled));
    return Outcome::kValue;
  };
  return BuildEach<arrow::Decimal128>(
      values, arrow::Decimal128Builder(type), convert,
      [&](std::int64_t i) { return unreadable ? malformed(i) : overflow(); });
}

Result<Array> CastInteger(const arrow::Array& values, const DataType& from, const DataType& to,
                          const MakeOverflow& overflow) {
  if (to.is(Kind::kDecimal)) {
    MILLRACE_ASSIGN_OR_RETURN(const Array digits, CastWithArrow(values, DecimalType(20, 0), true));
    return CastToDecimal(*digits, DecimalType(20, 0), to, nullptr, overflow);
  }
  const bool checked = !to.is(Kind::kFloat) && !to.is(Kind::kDouble);
  Result<Array> cast = CastWithArrow(values, to, checked);
  if (!cast.ok() && checked && !from.is(to.kind())) return overflow();
  return cast;
}

// -------------------------------------------------------------------------- dates and times

std::int64_t MomentAt(const arrow::Array& values, std::int64_t i) {
  if (values.type_id() == arrow::Type::DATE32) {
    return static_cast<const arrow::Date32Array&>(values).Value(i);
  }
  return static_cast<const arrow::TimestampArray&>(values).Value(i);
}

// Value `i` as microseconds on the clock on the wall; false beyond 64 bits.
bool WallTimeAt(const arrow::Array& values, const DataType& from, const data::TimeZone& zone,
                std::int64_t i, std::int64_t* out) {
  const std::int64_t value = MomentAt(values, i);
  if (from.is(Kind::kDate)) return !__builtin_mul_overflow(value, kMicrosPerDay, out);
  std::int64_t shift = 0;
  if (from.is(Kind::kTimestamp)) {
    shift = zone.OffsetAt(FloorDivide(value, kMicrosPerSecond)) * kMicrosPerSecond;
  }
  return !__builtin_add_overflow(value, shift, out);
}

// The moment at which the clock on the wall shows this; false beyond 64 bits.
bool MomentOf(std::int64_t wall, const data::TimeZone& zone, std::int64_t* out) {
  const std::int64_t seconds = FloorDivide(wall, kMicrosPerSecond);
  const std::int64_t fraction = wall - seconds * kMicrosPerSecond;
  return !__builtin_mul_overflow(zone.FromLocal(seconds), kMicrosPerSecond, out) &&
         !__builtin_add_overflow(*out, fraction, out);
}

Status LongOverflow(std::int64_t) {
  return Status::InvalidArgument("long overflow")
      .WithSparkError({"ArithmeticException", "", "", {}});
}

Result<Array> CastDatetime(const arrow::Array& values, const DataType& from, const DataType& to,
                           const data::TimeZone& zone) {
  const auto convert = [&](std::int64_t i, std::int64_t* out) {
    std::int64_t wall = 0;
    if (!WallTimeAt(values, from, zone, i, &wall)) return Outcome::kFailed;
    *out = wall;
    if (to.is(Kind::kDate)) *out = FloorDivide(wall, kMicrosPerDay);
    if (to.is(Kind::kTimestamp) && !MomentOf(wall, zone, out)) return Outcome::kFailed;
    return Outcome::kValue;
  };
  if (to.is(Kind::kDate)) {
    return BuildEach<std::int32_t>(
        values, arrow::Date32Builder(),
        [&](std::int64_t i, std::int32_t* days) {
          std::int64_t wide = 0;
          const Outcome outcome = convert(i, &wide);
          *days = static_cast<std::int32_t>(wide);
          return outcome;
        },
        LongOverflow);
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto type, data::ToArrowType(to));
  return BuildEach<std::int64_t>(
      values, arrow::TimestampBuilder(type, arrow::default_memory_pool()), convert, LongOverflow);
}

// -------------------------------------------------------------------------------------- texts

Status InvalidInput(std::string_view text, const DataType& to) {
  const bool is_time = to.is(Kind::kDate) || to.is(Kind::kTimestamp) || to.is(Kind::kTimestampNtz);
  const std::string shown = data::ToSql(data::Value::Bytes(std::string(text)), StringType());
  const std::string target = fmt::format("\"{}\"", to.sql());
  return clients::delta::DeltaError(
      StatusCode::kInvalidArgument,
      is_time ? "SparkDateTimeException" : "SparkNumberFormatException", "CAST_INVALID_INPUT",
      "22018",
      fmt::format("The value {} of the type \"STRING\" cannot be cast to {} because it is "
                  "malformed. Correct the value as per the syntax, or change its target type. Use "
                  "`try_cast` to tolerate malformed input and return NULL instead.",
                  shown, target),
      {{"expression", shown},
       {"sourceType", "\"STRING\""},
       {"targetType", target},
       {"ansiConfig", "\"spark.sql.ansi.enabled\""}});
}

template <typename Fail>
Result<Array> CastTextToMoment(const arrow::Array& values, const DataType& to,
                               const data::TimeZone& zone, const Fail& fail) {
  if (to.is(Kind::kDate)) {
    return BuildEach<std::int32_t>(
        values, arrow::Date32Builder(),
        [&](std::int64_t i, std::int32_t* out) {
          const auto days = data::ParseDate(TextAt(values, i));
          *out = days.value_or(0);
          return days ? Outcome::kValue : Outcome::kFailed;
        },
        fail);
  }
  // The day of texts that hold a time only.
  const std::int64_t now_us = base::ToMillis(base::Clock::System()->Now()) * 1000;
  MILLRACE_ASSIGN_OR_RETURN(const auto type, data::ToArrowType(to));
  return BuildEach<std::int64_t>(
      values, arrow::TimestampBuilder(type, arrow::default_memory_pool()),
      [&](std::int64_t i, std::int64_t* out) {
        const auto micros = to.is(Kind::kTimestamp)
                                ? data::ParseTimestamp(TextAt(values, i), zone, now_us)
                                : data::ParseTimestampNtz(TextAt(values, i), true);
        *out = micros.value_or(0);
        return micros ? Outcome::kValue : Outcome::kFailed;
      },
      fail);
}

Result<Array> CastToText(const arrow::Array& values, const DataType& from,
                         const data::TimeZone& zone) {
  Status failure;
  return BuildEach<std::string>(
      values, arrow::StringBuilder(),
      [&](std::int64_t i, std::string* out) {
        auto text = data::CellText(values, i, from, zone.zone(), data::CellStyle::kCast);
        failure = text.status();
        if (!text.ok()) return Outcome::kFailed;
        *out = *std::move(text);
        return Outcome::kValue;
      },
      [&](std::int64_t) { return failure; });
}

bool IsText(const DataType& type) {
  return type.is(Kind::kString) || type.is(Kind::kChar) || type.is(Kind::kVarchar);
}
bool IsDatetime(const DataType& type) {
  return type.is(Kind::kDate) || type.is(Kind::kTimestamp) || type.is(Kind::kTimestampNtz);
}

Result<Array> CastNumber(const arrow::Array& values, const DataType& from, const DataType& to,
                         const MakeOverflow& overflow) {
  const std::function<Status(std::int64_t)> fail = [&](std::int64_t i) {
    return from.is(Kind::kString) ? InvalidInput(TextAt(values, i), to) : overflow();
  };
  if (from.isIntegral()) return CastInteger(values, from, to, overflow);
  if (to.isIntegral()) return CastToInteger(values, from, to, fail);
  if (to.is(Kind::kDecimal)) return CastToDecimal(values, from, to, fail, overflow);
  if (to.is(Kind::kFloat)) return CastToReal<float, arrow::FloatBuilder>(values, from, fail);
  return CastToReal<double, arrow::DoubleBuilder>(values, from, fail);
}

}  // namespace

Result<ColumnCast> MakeAtomicCast(const DataType& from, const DataType& to,
                                  const data::TimeZone& zone, MakeOverflow overflow) {
  if (from == to || (IsText(from) && IsText(to))) return ColumnCast();
  const DataType read = IsText(from) ? DataType(StringType()) : from;
  if ((read.isNumeric() || read.is(Kind::kString)) && to.isNumeric()) {
    return ColumnCast([read, to, overflow = std::move(overflow)](const Array& values) {
      return CastNumber(*values, read, to, overflow);
    });
  }
  if (IsDatetime(read) && IsDatetime(to)) {
    return ColumnCast(
        [read, to, zone](const Array& values) { return CastDatetime(*values, read, to, zone); });
  }
  if (IsText(to)) {
    return ColumnCast(
        [read, zone](const Array& values) { return CastToText(*values, read, zone); });
  }
  if (read.is(Kind::kString) && IsDatetime(to)) {
    return ColumnCast([to, zone](const Array& values) {
      return CastTextToMoment(*values, to, zone,
                              [&](std::int64_t i) { return InvalidInput(TextAt(*values, i), to); });
    });
  }
  if (read.is(Kind::kString) && to.is(Kind::kBinary)) {
    return ColumnCast([](const Array& values) -> Result<Array> {
      auto bytes = values->data()->Copy();
      bytes->type = arrow::binary();
      return arrow::MakeArray(std::move(bytes));
    });
  }
  return Status::Internal(fmt::format("delta sink: no cast from {} to {}", from.sql(), to.sql()));
}

}  // namespace millrace::sinks::delta
