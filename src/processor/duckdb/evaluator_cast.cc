#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <string>

#include <arrow/array.h>
#include <fmt/format.h>

#include "data/row_text.h"
#include "data/scalar_text.h"
#include "processor/duckdb/cast_text.h"
#include "processor/duckdb/datetime_text.h"
#include "processor/duckdb/decimal_text.h"
#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/interval_casts.h"
#include "processor/duckdb/value_errors.h"
#include "processor/duckdb/wide_integer.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

/// Appends the value of row `row`, which is not null, in the new type; or fails.
using Caster = std::function<base::Status(const arrow::Array& from, std::int64_t row,
                                          std::int64_t timestamp_us, ColumnBuilder* out)>;

struct CastContext {
  DataType from;
  DataType to;
  TimeZone zone;
  /// What fails is null.
  bool tolerant;
  /// Spark 3's casts (ANSI off).
  bool legacy;
};

std::int64_t FloorDiv(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

base::Status Overflow(const arrow::Array& from, std::int64_t row, const CastContext& context) {
  return CastOverflow(ErrorText(from, row, context.from, context.zone), context.from, context.to);
}

struct Range {
  std::int64_t low;
  std::int64_t high;
};

Range RangeOf(Kind kind) {
  switch (kind) {
    case Kind::kByte:
      return {-128, 127};
    case Kind::kShort:
      return {-32768, 32767};
    case Kind::kInteger:
      return {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
    default:
      return {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};
  }
}

/// A number of whichever type, for those casts that only need its value.
struct Number {
  bool floating = false;
  double real = 0;
  __int128 whole = 0;  ///< Unscaled for decimals.
  int scale = 0;
};

Number NumberAt(const arrow::Array& array, std::int64_t row, const DataType& type) {
  data::Value value = ValueAt(array, row);
  Number number;
  if (value.is_double()) {
    number.floating = true;
    number.real = value.double_value();
  } else if (value.is_decimal()) {
    number.whole = value.decimal_value();
    number.scale = type.scale();
  } else if (value.is_bool()) {
    number.whole = value.bool_value() ? 1 : 0;
  } else {
    number.whole = value.int_value();
  }
  return number;
}

__int128 Truncated(const Number& number) {
  __int128 whole = number.whole;
  for (int i = 0; i < number.scale; ++i) whole /= 10;
  return whole;
}

// ---------------------------------------------------------------------------------- to numbers

// A floating number within `range` when its fraction is dropped; Java's conversion saturates.
std::optional<std::int64_t> ExactLong(double value, Range range) {
  if (!(std::floor(value) <= static_cast<double>(range.high) &&
        std::ceil(value) >= static_cast<double>(range.low))) {
    return std::nullopt;
  }
  if (value >= 9223372036854775808.0) return std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(value);
}

// Java's narrowing: the lowest bits.
std::int64_t Wrapped(std::int64_t value, Kind kind) {
  switch (kind) {
    case Kind::kByte:
      return static_cast<std::int8_t>(value);
    case Kind::kShort:
      return static_cast<std::int16_t>(value);
    case Kind::kInteger:
      return static_cast<std::int32_t>(value);
    default:
      return value;
  }
}

// Java's conversion of a floating number: NaN is 0, what is too big the greatest. Smaller types
// than int are cut from that.
std::int64_t Saturated(double value, Kind kind) {
  if (std::isnan(value)) return 0;
  const Range range = RangeOf(kind == Kind::kLong ? Kind::kLong : Kind::kInteger);
  if (value >= static_cast<double>(range.high)) return Wrapped(range.high, kind);
  if (value <= static_cast<double>(range.low)) return Wrapped(range.low, kind);
  return Wrapped(static_cast<std::int64_t>(value), kind);
}

/// Numbers, booleans and timestamps, as in Java.
Caster ToIntegerWrapping(const CastContext& context) {
  return [from_type = context.from, kind = context.to.kind()](
             const arrow::Array& from, std::int64_t row, std::int64_t, ColumnBuilder* out) {
    const Number number = NumberAt(from, row, from_type);
    if (from_type.is(Kind::kTimestamp)) {
      // These alone do not wrap.
      const auto seconds = FloorDiv(static_cast<std::int64_t>(number.whole), kMicrosPerSecond);
      seconds == Wrapped(seconds, kind) ? out->AppendInt(seconds) : out->AppendNull();
    } else if (number.floating) {
      out->AppendInt(Saturated(number.real, kind));
    } else {
      const auto bits = static_cast<std::uint64_t>(Truncated(number));
      out->AppendInt(Wrapped(static_cast<std::int64_t>(bits), kind));
    }
    return base::Status::Ok();
  };
}

Caster ToInteger(const CastContext& context) {
  Range range = RangeOf(context.to.kind());
  if (context.legacy && !context.from.is(Kind::kString)) return ToIntegerWrapping(context);
  switch (context.from.kind()) {
    case Kind::kString:
      return [context, range](const arrow::Array& from, std::int64_t row, std::int64_t,
                              ColumnBuilder* out) {
        std::string_view text = static_cast<const arrow::StringArray&>(from).GetView(row);
        const auto parse = context.legacy ? ParseIntegerPart : ParseInteger;
        std::optional<std::int64_t> value = parse(text, range.low, range.high);
        if (!value) {
          return CastInvalidInput(ErrorText(from, row, context.from, context.zone), context.from,
                                  context.to);
        }
        out->AppendInt(*value);
        return base::Status::Ok();
      };
    case Kind::kTimestamp:
      return [context, range](const arrow::Array& from, std::int64_t row, std::int64_t,
                              ColumnBuilder* out) {
        std::int64_t seconds =
            FloorDiv(static_cast<const arrow::TimestampArray&>(from).Value(row), kMicrosPerSecond);
        if (seconds < range.low || seconds > range.high) return Overflow(from, row, context);
        out->AppendInt(seconds);
        return base::Status::Ok();
      };
    default:
      return [context, range](const arrow::Array& from, std::int64_t row, std::int64_t,
                              ColumnBuilder* out) {
        Number number = NumberAt(from, row, context.from);
        if (number.floating) {
          std::optional<std::int64_t> value = ExactLong(number.real, range);
          if (!value) return Overflow(from, row, context);
          out->AppendInt(*value);
          return base::Status::Ok();
        }
        __int128 whole = Truncated(number);
        if (whole < range.low || whole > range.high) return Overflow(from, row, context);
        out->AppendInt(static_cast<std::int64_t>(whole));
        return base::Status::Ok();
      };
  }
}

double RealOf(const Number& number) {
  if (number.floating) return number.real;
  if (number.scale == 0) return static_cast<double>(number.whole);
  return ParseDouble(data::DecimalPlainText(number.whole, number.scale));
}

float FloatOf(const Number& number) {
  if (number.floating) return static_cast<float>(number.real);
  if (number.scale == 0) return static_cast<float>(number.whole);
  return ParseFloat(data::DecimalPlainText(number.whole, number.scale));
}

Caster ToFloating(const CastContext& context) {
  bool single = context.to.is(Kind::kFloat);
  return [context, single](const arrow::Array& from, std::int64_t row, std::int64_t,
                           ColumnBuilder* out) {
    if (context.from.is(Kind::kString)) {
      std::string_view text = static_cast<const arrow::StringArray&>(from).GetView(row);
      std::optional<double> value;
      if (single) {
        value = ParseJavaFloat(text);
      } else {
        value = ParseJavaDouble(text);
      }
      if (!value) {
        return CastInvalidInput(ErrorText(from, row, context.from, context.zone), context.from,
                                context.to);
      }
      single ? out->AppendFloat(static_cast<float>(*value)) : out->AppendDouble(*value);
      return base::Status::Ok();
    }
    if (context.from.is(Kind::kTimestamp)) {
      double seconds =
          static_cast<double>(static_cast<const arrow::TimestampArray&>(from).Value(row)) /
          static_cast<double>(kMicrosPerSecond);
      single ? out->AppendFloat(static_cast<float>(seconds)) : out->AppendDouble(seconds);
      return base::Status::Ok();
    }
    Number number = NumberAt(from, row, context.from);
    single ? out->AppendFloat(FloatOf(number)) : out->AppendDouble(RealOf(number));
    return base::Status::Ok();
  };
}

std::string PlainText(const BigDecimal& value) {
  std::string digits = value.digits.empty() ? "0" : value.digits;
  if (value.scale < 0) {
    if (!value.digits.empty()) digits.append(static_cast<std::size_t>(-value.scale), '0');
  } else if (value.scale > 0) {
    auto scale = static_cast<std::size_t>(value.scale);
    if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
    digits.insert(digits.size() - scale, 1, '.');
  }
  return (value.negative && !value.digits.empty() ? "-" : "") + digits;
}

base::Status AppendDecimal(const BigDecimal& value, const CastContext& context,
                           ColumnBuilder* out) {
  std::optional<__int128> unscaled = ToDecimal(value, context.to.precision(), context.to.scale());
  if (!unscaled) return DecimalOutOfRange(PlainText(value), context.to);
  out->AppendDecimal(*unscaled);
  return base::Status::Ok();
}

base::Status TextToDecimal(const arrow::Array& from, std::int64_t row, const CastContext& context,
                           ColumnBuilder* out) {
  constexpr std::int64_t kMostDigits = 38;
  std::string_view text = static_cast<const arrow::StringArray&>(from).GetView(row);
  std::optional<BigDecimal> value = ParseBigDecimal(JavaTrim(text));
  if (!value) {
    return CastInvalidInput(ErrorText(from, row, context.from, context.zone), context.from,
                            context.to);
  }
  std::int64_t digits = std::max<std::int64_t>(1, static_cast<std::int64_t>(value->digits.size()));
  if (digits - value->scale > kMostDigits) return MoreThan38Digits(text);
  return AppendDecimal(*value, context, out);
}

Caster ToDecimalCaster(const CastContext& context) {
  return [context](const arrow::Array& from, std::int64_t row, std::int64_t, ColumnBuilder* out) {
    if (context.from.is(Kind::kString)) return TextToDecimal(from, row, context, out);
    Number number = NumberAt(from, row, context.from);
    if (number.floating) {
      if (!std::isfinite(number.real)) {
        out->AppendNull();
        return base::Status::Ok();
      }
      return AppendDecimal(*ParseBigDecimal(data::DoubleText(number.real)), context, out);
    }
    int scale = context.from.is(Kind::kTimestamp) ? 6 : number.scale;
    return AppendDecimal(*ParseBigDecimal(data::DecimalPlainText(number.whole, scale)), context,
                         out);
  };
}

Caster ToBoolean(const CastContext& context) {
  return [context](const arrow::Array& from, std::int64_t row, std::int64_t, ColumnBuilder* out) {
    if (context.from.is(Kind::kString)) {
      std::optional<bool> value =
          ParseBoolean(static_cast<const arrow::StringArray&>(from).GetView(row));
      if (!value) {
        return CastInvalidInput(ErrorText(from, row, context.from, context.zone), context.from,
                                context.to);
      }
      out->AppendBool(*value);
      return base::Status::Ok();
    }
    Number number = NumberAt(from, row, context.from);
    out->AppendBool(number.floating ? number.real != 0 : number.whole != 0);
    return base::Status::Ok();
  };
}

// ------------------------------------------------------------------------------------ to times

base::Status RealToTimestamp(double seconds, const CastContext& context, ColumnBuilder* out) {
  DataType real = DoubleType();
  if (!std::isfinite(seconds)) {
    std::string text = std::isnan(seconds) ? "NaN" : seconds > 0 ? "Infinity" : "-Infinity";
    return CastInvalidInput(text, real, context.to);
  }
  double micros = seconds * static_cast<double>(kMicrosPerSecond);
  if (context.legacy) {
    out->AppendInt(Saturated(micros, Kind::kLong));
    return base::Status::Ok();
  }
  std::optional<std::int64_t> value = ExactLong(micros, RangeOf(Kind::kLong));
  if (!value) {
    std::string text = std::isinf(micros) ? (micros > 0 ? "Infinity" : "-Infinity")
                                          : data::DoubleText(micros) + "D";
    return CastOverflow(text, real, LongType());
  }
  out->AppendInt(*value);
  return base::Status::Ok();
}

std::int64_t SaturatedMicros(std::int64_t seconds) {
  std::int64_t micros;
  if (!__builtin_mul_overflow(seconds, kMicrosPerSecond, &micros)) return micros;
  return seconds < 0 ? std::numeric_limits<std::int64_t>::min()
                     : std::numeric_limits<std::int64_t>::max();
}

// Seconds as microseconds: the product has 34 digits, as in Scala, and what does not fit 64 bits
// wraps around.
std::int64_t DecimalMicros(const Number& number) {
  constexpr int kScalaDigits = 34;
  bool negative = number.whole < 0;
  auto magnitude = static_cast<unsigned __int128>(number.whole);
  WideInteger digits = WideInteger(negative ? -magnitude : magnitude) * WideInteger::PowerOfTen(6);
  int scale = number.scale;
  int excess = static_cast<int>(digits.Digits().size()) - kScalaDigits;
  if (excess > 0) {
    digits = digits.DropDigits(excess, WideInteger::Rounding::kHalfEven);
    scale -= excess;
  }
  digits = scale > 0 ? digits.DropDigits(scale, WideInteger::Rounding::kDown)
                     : digits * WideInteger::PowerOfTen(-scale);
  auto micros = static_cast<std::uint64_t>(digits.value());
  return static_cast<std::int64_t>(negative ? -micros : micros);
}

base::Status NumberToTimestamp(const arrow::Array& from, std::int64_t row,
                               const CastContext& context, ColumnBuilder* out) {
  Number number = NumberAt(from, row, context.from);
  if (context.from.is(Kind::kBoolean)) {
    out->AppendInt(static_cast<std::int64_t>(number.whole));  // true is a microsecond.
    return base::Status::Ok();
  }
  if (number.floating) return RealToTimestamp(number.real, context, out);
  if (context.from.is(Kind::kDecimal)) {
    out->AppendInt(DecimalMicros(number));
    return base::Status::Ok();
  }
  out->AppendInt(SaturatedMicros(static_cast<std::int64_t>(number.whole)));
  return base::Status::Ok();
}

/// Between two kinds of time: through local microseconds.
Caster BetweenTimes(const CastContext& context) {
  return [context](const arrow::Array& from, std::int64_t row, std::int64_t, ColumnBuilder* out) {
    std::int64_t value = ValueAt(from, row).int_value();
    std::int64_t local = value;
    if (context.from.is(Kind::kDate)) {
      local = value * kSecondsPerDay * kMicrosPerSecond;
    } else if (context.from.is(Kind::kTimestamp)) {
      local = value + context.zone.OffsetAt(FloorDiv(value, kMicrosPerSecond)) * kMicrosPerSecond;
    }
    if (context.to.is(Kind::kDate)) {
      out->AppendInt(FloorDiv(local, kSecondsPerDay * kMicrosPerSecond));
    } else if (context.to.is(Kind::kTimestamp)) {
      std::int64_t seconds = FloorDiv(local, kMicrosPerSecond);
      std::int64_t fraction = local - seconds * kMicrosPerSecond;
      out->AppendInt(context.zone.FromLocal(seconds) * kMicrosPerSecond + fraction);
    } else {
      out->AppendInt(local);
    }
    return base::Status::Ok();
  };
}

Caster TextToTime(const CastContext& context) {
  return [context](const arrow::Array& from, std::int64_t row, std::int64_t timestamp_us,
                   ColumnBuilder* out) {
    std::string_view text = static_cast<const arrow::StringArray&>(from).GetView(row);
    std::optional<std::int64_t> value;
    if (context.to.is(Kind::kDate)) {
      value = ParseDate(text);
    } else if (context.to.is(Kind::kTimestamp)) {
      value = ParseTimestamp(text, context.zone, timestamp_us);
    } else {
      value = ParseTimestampNtz(text, true);
    }
    if (!value) {
      return CastInvalidInput(ErrorText(from, row, context.from, context.zone), context.from,
                              context.to);
    }
    out->AppendInt(*value);
    return base::Status::Ok();
  };
}

Caster ToText(const CastContext& context) {
  return [context](const arrow::Array& from, std::int64_t row, std::int64_t, ColumnBuilder* out) {
    switch (context.from.kind()) {
      case Kind::kByte:
      case Kind::kShort:
      case Kind::kInteger:
      case Kind::kLong:
        out->AppendBytes(fmt::format_int(ValueAt(from, row).int_value()).c_str());
        return base::Status::Ok();
      case Kind::kString:
      case Kind::kBinary:
        out->AppendBytes(static_cast<const arrow::BinaryArray&>(from).GetView(row));
        return base::Status::Ok();
      case Kind::kDecimal:
        if (context.legacy) {
          const Number number = NumberAt(from, row, context.from);
          out->AppendBytes(data::DecimalText(number.whole, number.scale));
          return base::Status::Ok();
        }
        [[fallthrough]];
      default: {
        MILLRACE_ASSIGN_OR_RETURN(
            std::string text,
            data::CellText(from, row, context.from, context.zone.zone(), data::CellStyle::kCast));
        out->AppendBytes(text);
        return base::Status::Ok();
      }
    }
  };
}

/// The bytes of an integer, the highest first.
Caster ToBigEndian(const CastContext& context) {
  const int bytes = context.from.is(Kind::kByte)      ? 1
                    : context.from.is(Kind::kShort)   ? 2
                    : context.from.is(Kind::kInteger) ? 4
                                                      : 8;
  return [bytes](const arrow::Array& from, std::int64_t row, std::int64_t, ColumnBuilder* out) {
    const auto bits = static_cast<std::uint64_t>(ValueAt(from, row).int_value());
    std::string text;
    for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(bits >> (8 * i));
    out->AppendBytes(text);
    return base::Status::Ok();
  };
}

base::Result<Caster> MakeCaster(const CastContext& context);

/// A caster of parts: null stays null, and under TRY an error becomes null.
base::Result<Caster> MakePartCaster(const DataType& from, const DataType& to,
                                    const CastContext& whole) {
  CastContext context{from, to, whole.zone, whole.tolerant, whole.legacy};
  MILLRACE_ASSIGN_OR_RETURN(Caster caster, MakeCaster(context));
  // With ANSI off too, an interval that does not fit is an error.
  const bool tolerant =
      whole.tolerant && !(whole.legacy && MakeIntervalCast(from, to, whole.zone) != nullptr);
  return Caster([caster = std::move(caster), tolerant](
                    const arrow::Array& array, std::int64_t row, std::int64_t timestamp_us,
                    ColumnBuilder* out) {
    if (array.IsNull(row)) {
      out->AppendNull();
      return base::Status::Ok();
    }
    std::int64_t length = out->length();
    base::Status status = caster(array, row, timestamp_us, out);
    if (status.ok() || !tolerant) return status;
    out->Truncate(length);
    out->AppendNull();
    return base::Status::Ok();
  });
}

base::Result<Caster> ArrayCaster(const CastContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(Caster element, MakePartCaster(context.from.elementType(),
                                                           context.to.elementType(), context));
  return Caster([element = std::move(element)](const arrow::Array& from, std::int64_t row,
                                               std::int64_t timestamp_us, ColumnBuilder* out) {
    const auto& list = static_cast<const arrow::ListArray&>(from);
    for (std::int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
      MILLRACE_RETURN_IF_ERROR(element(*list.values(), i, timestamp_us, &out->child(0)));
    }
    out->AppendNested();
    return base::Status::Ok();
  });
}

base::Result<Caster> MapCaster(const CastContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(Caster key,
                            MakePartCaster(context.from.keyType(), context.to.keyType(), context));
  MILLRACE_ASSIGN_OR_RETURN(
      Caster value, MakePartCaster(context.from.valueType(), context.to.valueType(), context));
  return Caster([key = std::move(key), value = std::move(value)](
                    const arrow::Array& from, std::int64_t row, std::int64_t timestamp_us,
                    ColumnBuilder* out) {
    const auto& map = static_cast<const arrow::MapArray&>(from);
    for (std::int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
      MILLRACE_RETURN_IF_ERROR(key(*map.keys(), i, timestamp_us, &out->child(0)));
      MILLRACE_RETURN_IF_ERROR(value(*map.items(), i, timestamp_us, &out->child(1)));
    }
    out->AppendNested();
    return base::Status::Ok();
  });
}

base::Result<Caster> StructCaster(const CastContext& context) {
  std::vector<Caster> fields;
  for (std::size_t i = 0; i < context.from.fields().size(); ++i) {
    MILLRACE_ASSIGN_OR_RETURN(Caster field,
                              MakePartCaster(context.from.fields()[i].dataType,
                                             context.to.fields()[i].dataType, context));
    fields.push_back(std::move(field));
  }
  return Caster([fields = std::move(fields)](const arrow::Array& from, std::int64_t row,
                                             std::int64_t timestamp_us, ColumnBuilder* out) {
    const auto& rows = static_cast<const arrow::StructArray&>(from);
    for (std::size_t i = 0; i < fields.size(); ++i) {
      MILLRACE_RETURN_IF_ERROR(
          fields[i](*rows.field(static_cast<int>(i)), row, timestamp_us, &out->child(i)));
    }
    out->AppendNested();
    return base::Status::Ok();
  });
}

base::Status NoCast(const CastContext& context) {
  return base::Status::Unsupported(
      fmt::format("cast of {} to {} is not supported", context.from.sql(), context.to.sql()));
}

bool IsTime(const DataType& type) {
  return type.is(Kind::kDate) || type.is(Kind::kTimestamp) || type.is(Kind::kTimestampNtz);
}

bool IsNumberOrBoolean(const DataType& type) { return type.isNumeric() || type.is(Kind::kBoolean); }

base::Result<Caster> MakeCaster(const CastContext& context) {
  const DataType& from = context.from;
  const DataType& to = context.to;
  bool text = from.is(Kind::kString);
  if (IntervalCast cast = MakeIntervalCast(from, to, context.zone)) {
    return Caster([cast = std::move(cast)](const arrow::Array& array, std::int64_t row, std::int64_t,
                                           ColumnBuilder* out) { return cast(array, row, out); });
  }
  // Spark 3 took dates for these and gave null.
  const bool date_is_null =
      context.legacy && from.is(Kind::kDate) && (to.isNumeric() || to.is(Kind::kBoolean));
  if (from.is(Kind::kNull) || date_is_null) {
    return Caster([](const arrow::Array&, std::int64_t, std::int64_t, ColumnBuilder* out) {
      out->AppendNull();
      return base::Status::Ok();
    });
  }
  switch (to.kind()) {
    case Kind::kBoolean:
      if (text || IsNumberOrBoolean(from) || (context.legacy && from.is(Kind::kTimestamp))) {
        return ToBoolean(context);
      }
      break;
    case Kind::kByte:
    case Kind::kShort:
    case Kind::kInteger:
    case Kind::kLong:
      if (text || IsNumberOrBoolean(from) || from.is(Kind::kTimestamp)) return ToInteger(context);
      break;
    case Kind::kFloat:
    case Kind::kDouble:
      if (text || IsNumberOrBoolean(from) || from.is(Kind::kTimestamp)) return ToFloating(context);
      break;
    case Kind::kDecimal:
      if (text || IsNumberOrBoolean(from) || from.is(Kind::kTimestamp)) {
        return ToDecimalCaster(context);
      }
      break;
    case Kind::kString:
      return ToText(context);
    case Kind::kBinary:
      if (text || from.is(Kind::kBinary)) return ToText(context);
      if (context.legacy && from.isIntegral()) return ToBigEndian(context);
      break;
    case Kind::kTimestamp:
      if (from.isNumeric() || (context.legacy && from.is(Kind::kBoolean))) {
        return Caster(
            [context](const arrow::Array& array, std::int64_t row, std::int64_t,
                      ColumnBuilder* out) { return NumberToTimestamp(array, row, context, out); });
      }
      [[fallthrough]];
    case Kind::kDate:
    case Kind::kTimestampNtz:
      if (text) return TextToTime(context);
      if (IsTime(from)) return BetweenTimes(context);
      break;
    case Kind::kArray:
      if (from.is(Kind::kArray)) return ArrayCaster(context);
      break;
    case Kind::kMap:
      if (from.is(Kind::kMap)) return MapCaster(context);
      break;
    case Kind::kStruct:
      if (from.is(Kind::kStruct) && from.fields().size() == to.fields().size()) {
        return StructCaster(context);
      }
      break;
    default:
      break;
  }
  return NoCast(context);
}

}  // namespace

base::Result<Kernel> MakeCast(const FunctionContext& context) {
  CastContext whole{context.arg_type(0), context.type(), context.zone, context.is_tolerant(),
                    context.is_legacy()};
  MILLRACE_ASSIGN_OR_RETURN(Caster caster, MakePartCaster(whole.from, whole.to, whole));
  return Kernel([caster = std::move(caster)](const std::vector<Operand>& args, std::int64_t rows,
                                             std::int64_t timestamp_us, ColumnBuilder* out) {
    for (std::int64_t row = 0; row < rows; ++row) {
      MILLRACE_RETURN_IF_ERROR(caster(*args[0].array, args[0].at(row), timestamp_us, out));
    }
    return base::Status::Ok();
  });
}

}  // namespace millrace::processor::duckdb
