#include <cmath>
#include <cstring>
#include <string>
#include <type_traits>

#include <arrow/array.h>
#include <fmt/format.h>

#include "data/scalar_text.h"
#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/value_errors.h"
#include "processor/duckdb/wide_integer.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;
using Mode = plan::EvalMode;

// What Spark computes with before it rounds to the result type: one digit more than a decimal has.
constexpr int kContextDigits = 39;

enum class Op { kAdd, kSubtract, kMultiply, kDivide, kRemainder, kModulo, kIntegralDivide };

// Needs a divisor that is not 0.
bool Divides(Op op) { return op >= Op::kDivide; }

base::Status ByZero(Op op) {
  return op == Op::kDivide || op == Op::kIntegralDivide ? DivideByZero() : RemainderByZero();
}

struct OpNames {
  std::string_view symbol;
  std::string_view alternative;
};

OpNames NamesOf(Op op) {
  switch (op) {
    case Op::kAdd:
      return {"+", "try_add"};
    case Op::kSubtract:
      return {"-", "try_subtract"};
    case Op::kMultiply:
      return {"*", "try_multiply"};
    default:
      return {"", ""};
  }
}

template <typename Array>
using ValueOf = decltype(std::declval<const Array&>().Value(0));

/// Rows where both sides are there; `compute(i, j)` appends the result or fails.
template <typename Compute>
base::Status ForEachPair(const std::vector<Operand>& args, std::int64_t rows, ColumnBuilder* out,
                         Compute compute) {
  const arrow::Array& a = *args[0].array;
  const arrow::Array& b = *args[1].array;
  for (std::int64_t row = 0; row < rows; ++row) {
    std::int64_t i = args[0].at(row);
    std::int64_t j = args[1].at(row);
    if (a.IsNull(i) || b.IsNull(j)) {
      out->AppendNull();
    } else {
      MILLRACE_RETURN_IF_ERROR(compute(i, j));
    }
  }
  return base::Status::Ok();
}

template <typename Array>
base::Status IntegerOverflow(Op op, ValueOf<Array> x, ValueOf<Array> y) {
  OpNames names = NamesOf(op);
  if constexpr (sizeof(x) < 4) {
    return BinaryOverflow(std::to_string(x), names.symbol, std::to_string(y), names.alternative);
  }
  return ArithmeticOverflow(names.alternative);
}

// (rest + divisor) % divisor: in 32 bits at least, which wrap, as in Java.
template <typename T>
T PositiveRest(T rest, T divisor) {
  using Wide = std::conditional_t<sizeof(T) < 4, std::int32_t, T>;
  Wide sum = 0;
  static_cast<void>(__builtin_add_overflow(Wide{rest}, Wide{divisor}, &sum));
  return divisor == T(-1) ? T(0) : static_cast<T>(sum % Wide{divisor});
}

template <typename Array>
Kernel IntegerKernel(Op op, Mode mode) {
  using T = ValueOf<Array>;
  return [op, mode, tolerant = mode != Mode::kAnsi](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                        ColumnBuilder* out) {
    const auto& a = static_cast<const Array&>(*args[0].array);
    const auto& b = static_cast<const Array&>(*args[1].array);
    return ForEachPair(args, rows, out, [&](std::int64_t i, std::int64_t j) {
      T x = a.Value(i);
      T y = b.Value(j);
      T result = 0;
      bool overflow = false;
      if (op == Op::kAdd) {
        overflow = __builtin_add_overflow(x, y, &result);
      } else if (op == Op::kSubtract) {
        overflow = __builtin_sub_overflow(x, y, &result);
      } else if (op == Op::kMultiply) {
        overflow = __builtin_mul_overflow(x, y, &result);
      } else if (y == 0) {
        if (!tolerant) return ByZero(op);
        out->AppendNull();
        return base::Status::Ok();
      } else if (op == Op::kIntegralDivide) {
        if (y == T(-1)) {
          overflow = __builtin_sub_overflow(T(0), x, &result);
          if (overflow && mode == Mode::kAnsi) return IntegralDivideOverflow();
        } else {
          result = static_cast<T>(x / y);
        }
      } else {
        result = y == T(-1) ? T(0) : static_cast<T>(x % y);
        if (op == Op::kModulo && result < 0) result = PositiveRest(result, y);
      }
      if (!overflow || mode == Mode::kLegacy) {
        out->AppendInt(result);
      } else if (tolerant) {
        out->AppendNull();
      } else {
        return IntegerOverflow<Array>(op, x, y);
      }
      return base::Status::Ok();
    });
  };
}

template <typename Array>
Kernel FloatingKernel(Op op, bool tolerant) {
  using T = ValueOf<Array>;
  return [op, tolerant](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                        ColumnBuilder* out) {
    const auto& a = static_cast<const Array&>(*args[0].array);
    const auto& b = static_cast<const Array&>(*args[1].array);
    return ForEachPair(args, rows, out, [&](std::int64_t i, std::int64_t j) {
      T x = a.Value(i);
      T y = b.Value(j);
      T result = 0;
      if (op == Op::kAdd) {
        result = x + y;
      } else if (op == Op::kSubtract) {
        result = x - y;
      } else if (op == Op::kMultiply) {
        result = x * y;
      } else if (y == 0) {
        if (!tolerant) return ByZero(op);
        out->AppendNull();
        return base::Status::Ok();
      } else {
        result = op == Op::kDivide ? x / y : static_cast<T>(std::fmod(x, y));
        if (op == Op::kModulo && result < 0) result = static_cast<T>(std::fmod(result + y, y));
      }
      if constexpr (std::is_same_v<T, float>)
        out->AppendFloat(result);
      else
        out->AppendDouble(result);
      return base::Status::Ok();
    });
  };
}

// ------------------------------------------------------------------------------------ decimals

__int128 DecimalAt(const arrow::Array& array, std::int64_t row) {
  __int128 value;
  std::memcpy(&value, static_cast<const arrow::Decimal128Array&>(array).GetValue(row),
              sizeof(value));
  return value;
}

/// A decimal of any size: sign, digits, scale (which may be negative).
struct WideDecimal {
  bool negative = false;
  WideInteger digits;
  int scale = 0;
};

WideDecimal Widen(__int128 unscaled, int scale) {
  bool negative = unscaled < 0;
  auto magnitude = static_cast<unsigned __int128>(unscaled);
  return {negative, WideInteger(negative ? -magnitude : magnitude), scale};
}

WideDecimal WithScale(WideDecimal value, int scale) {
  if (scale > value.scale) {
    value.digits = value.digits * WideInteger::PowerOfTen(scale - value.scale);
  }
  value.scale = std::max(scale, value.scale);
  return value;
}

// Cut to these digits, like java.math.BigDecimal with Spark's MathContext.
WideDecimal RoundToContext(WideDecimal value) {
  int excess = static_cast<int>(value.digits.Digits().size()) - kContextDigits;
  if (excess <= 0) return value;
  value.digits = value.digits.DropDigits(excess, WideInteger::Rounding::kDown);
  value.scale -= excess;
  return value;
}

WideDecimal Sum(WideDecimal a, WideDecimal b) {
  int scale = std::max(a.scale, b.scale);
  a = WithScale(a, scale);
  b = WithScale(b, scale);
  if (a.negative == b.negative) return {a.negative, a.digits + b.digits, scale};
  if (a.digits >= b.digits) return {a.negative, a.digits - b.digits, scale};
  return {b.negative, b.digits - a.digits, scale};
}

// The quotient with that many digits behind the point, the rest cut off.
WideDecimal Quotient(const WideDecimal& a, const WideDecimal& b) {
  int shift = kContextDigits - a.scale + b.scale;
  WideInteger rest;
  WideInteger digits = (a.digits * WideInteger::PowerOfTen(shift)).Divide(b.digits, &rest);
  return {a.negative != b.negative, digits, kContextDigits};
}

WideDecimal Remainder(WideDecimal a, WideDecimal b) {
  int scale = std::max(a.scale, b.scale);
  a = WithScale(a, scale);
  b = WithScale(b, scale);
  WideInteger rest;
  static_cast<void>(a.digits.Divide(b.digits, &rest));
  return {a.negative, rest, scale};
}

std::string PlainText(const WideDecimal& value) {
  std::string digits = value.digits.Digits();
  int scale = value.scale;
  if (scale < 0) {
    if (digits != "0") digits.append(static_cast<std::size_t>(-scale), '0');
    scale = 0;
  }
  if (scale > 0) {
    if (static_cast<int>(digits.size()) <= scale) {
      digits.insert(0, static_cast<std::size_t>(scale) + 1 - digits.size(), '0');
    }
    digits.insert(digits.size() - static_cast<std::size_t>(scale), ".");
  }
  return (value.negative && !value.digits.is_zero() ? "-" : "") + digits;
}

/// The value in the column's type, or null or an error when it has too many digits.
base::Status AppendRounded(const WideDecimal& value, const DataType& type, bool tolerant,
                           ColumnBuilder* out) {
  WideInteger digits = value.digits;
  if (value.scale > type.scale()) {
    digits = digits.DropDigits(value.scale - type.scale());
  } else if (value.scale < type.scale()) {
    digits = digits * WideInteger::PowerOfTen(type.scale() - value.scale);
  }
  if (digits >= WideInteger::PowerOfTen(type.precision())) {
    if (!tolerant) return DecimalOutOfRange(PlainText(value), type);
    out->AppendNull();
    return base::Status::Ok();
  }
  auto unscaled = static_cast<__int128>(digits.value());
  out->AppendDecimal(value.negative ? -unscaled : unscaled);
  return base::Status::Ok();
}

void AppendIntegralQuotient(WideDecimal a, WideDecimal b, ColumnBuilder* out) {
  const int scale = std::max(a.scale, b.scale);
  a = WithScale(a, scale);
  b = WithScale(b, scale);
  WideInteger rest;
  const WideInteger quotient = a.digits.Divide(b.digits, &rest);
  const bool negative = a.negative != b.negative;
  // Java takes the lowest 64 bits.
  const auto magnitude = static_cast<std::uint64_t>(quotient.value());
  out->AppendInt(static_cast<std::int64_t>(negative ? -magnitude : magnitude));
}

Kernel DecimalKernel(Op op, const FunctionContext& context) {
  DataType type = context.type();
  int scale_a = context.arg_type(0).scale();
  int scale_b = context.arg_type(1).scale();
  bool tolerant = context.is_tolerant();
  return [=](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
             ColumnBuilder* out) {
    return ForEachPair(args, rows, out, [&](std::int64_t i, std::int64_t j) {
      WideDecimal a = Widen(DecimalAt(*args[0].array, i), scale_a);
      WideDecimal b = Widen(DecimalAt(*args[1].array, j), scale_b);
      if (Divides(op) && b.digits.is_zero()) {
        if (!tolerant) return ByZero(op);
        out->AppendNull();
        return base::Status::Ok();
      }
      WideDecimal result;
      switch (op) {
        case Op::kAdd:
          result = Sum(a, b);
          break;
        case Op::kSubtract:
          b.negative = !b.negative;
          result = Sum(a, b);
          break;
        case Op::kMultiply:
          result =
              RoundToContext({a.negative != b.negative, a.digits * b.digits, a.scale + b.scale});
          break;
        case Op::kDivide:
          result = Quotient(a, b);
          break;
        case Op::kRemainder:
          result = Remainder(a, b);
          break;
        case Op::kModulo:
          result = Remainder(a, b);
          if (result.negative && !result.digits.is_zero()) result = Remainder(Sum(result, b), b);
          break;
        case Op::kIntegralDivide:
          AppendIntegralQuotient(a, b, out);
          return base::Status::Ok();
      }
      return AppendRounded(result, type, tolerant, out);
    });
  };
}

// ------------------------------------------------------------------------------------ negation

template <typename Array>
Kernel NegateInteger(Mode mode, bool only_negative) {
  using T = ValueOf<Array>;
  return [mode, only_negative](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                               ColumnBuilder* out) {
    const auto& a = static_cast<const Array&>(*args[0].array);
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t i = args[0].at(row);
      if (a.IsNull(i)) {
        out->AppendNull();
      } else if (only_negative && a.Value(i) >= 0) {
        out->AppendInt(a.Value(i));
      } else if (a.Value(i) != std::numeric_limits<T>::min()) {
        out->AppendInt(-static_cast<std::int64_t>(a.Value(i)));
      } else if (mode == Mode::kLegacy) {
        out->AppendInt(a.Value(i));
      } else if (mode == Mode::kTry) {
        out->AppendNull();
      } else {
        return ArithmeticOverflow("");
      }
    }
    return base::Status::Ok();
  };
}

// java.math.BigDecimal.toString.
std::string ScientificText(const WideDecimal& value) {
  std::string digits = value.digits.Digits();
  int exponent = static_cast<int>(digits.size()) - 1 - value.scale;
  if (value.scale >= 0 && exponent >= -6) return PlainText(value);
  std::string out = (value.negative ? "-" : "") + digits.substr(0, 1);
  if (digits.size() > 1) out += "." + digits.substr(1);
  return out + fmt::format("E{:+}", exponent);
}

// Scala negates a decimal of more than 18 digits in 34 digits, rounded half even.
base::Status NegateDecimal(__int128 unscaled, const DataType& type, bool tolerant,
                           ColumnBuilder* out) {
  constexpr int kScalaDigits = 34;
  WideDecimal value = Widen(-unscaled, type.scale());
  int excess = static_cast<int>(value.digits.Digits().size()) - kScalaDigits;
  if (excess <= 0) {
    out->AppendDecimal(-unscaled);
    return base::Status::Ok();
  }
  value.digits = value.digits.DropDigits(excess, WideInteger::Rounding::kHalfEven);
  value.scale -= excess;
  // A carry makes one digit too many; it is a zero.
  if (static_cast<int>(value.digits.Digits().size()) > kScalaDigits) {
    value.digits = value.digits.DropDigits(1);
    --value.scale;
  }
  WideDecimal rounded = WithScale(value, type.scale());
  if (rounded.digits >= WideInteger::PowerOfTen(type.precision())) {
    if (!tolerant) {
      return NegatedDecimalOutOfRange(PlainText(rounded), ScientificText(value), type);
    }
    out->AppendNull();
    return base::Status::Ok();
  }
  return AppendRounded(value, type, tolerant, out);
}

Kernel NegateOther(const DataType& type, bool tolerant, bool only_negative) {
  return [type, tolerant, only_negative, kind = type.kind()](const std::vector<Operand>& args, std::int64_t rows,
                                              std::int64_t, ColumnBuilder* out) {
    const arrow::Array& a = *args[0].array;
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t i = args[0].at(row);
      if (a.IsNull(i)) {
        out->AppendNull();
      } else if (kind == Kind::kFloat) {
        const float x = static_cast<const arrow::FloatArray&>(a).Value(i);
        out->AppendFloat(only_negative ? std::fabs(x) : -x);
      } else if (kind == Kind::kDouble) {
        const double x = static_cast<const arrow::DoubleArray&>(a).Value(i);
        out->AppendDouble(only_negative ? std::fabs(x) : -x);
      } else if (only_negative && DecimalAt(a, i) >= 0) {
        out->AppendDecimal(DecimalAt(a, i));
      } else {
        MILLRACE_RETURN_IF_ERROR(NegateDecimal(DecimalAt(a, i), type, tolerant, out));
      }
    }
    return base::Status::Ok();
  };
}

}  // namespace

base::Result<Kernel> MakeArithmetic(const FunctionContext& context) {
  const bool tolerant = context.is_tolerant();
  const Mode mode = context.is_legacy() ? Mode::kLegacy : tolerant ? Mode::kTry : Mode::kAnsi;
  const bool negates_tolerantly = mode == Mode::kTry;  // With ANSI off the digits have to fit too.
  const DataType& type = context.arg_type(0);
  bool absolute = context.function == "abs";
  bool negation = absolute || context.function == "negative";
  Op op = context.function == "+"   ? Op::kAdd
          : context.function == "-" ? Op::kSubtract
          : context.function == "*" ? Op::kMultiply
          : context.function == "/" ? Op::kDivide
          : context.function == "pmod" ? Op::kModulo
          : context.function == "div"  ? Op::kIntegralDivide
                                    : Op::kRemainder;
  bool whole = type.isIntegral();
  switch (whole && op == Op::kDivide && !negation ? Kind::kNull : type.kind()) {
    case Kind::kByte:
      return negation ? NegateInteger<arrow::Int8Array>(mode, absolute)
                      : IntegerKernel<arrow::Int8Array>(op, mode);
    case Kind::kShort:
      return negation ? NegateInteger<arrow::Int16Array>(mode, absolute)
                      : IntegerKernel<arrow::Int16Array>(op, mode);
    case Kind::kInteger:
      return negation ? NegateInteger<arrow::Int32Array>(mode, absolute)
                      : IntegerKernel<arrow::Int32Array>(op, mode);
    case Kind::kLong:
      return negation ? NegateInteger<arrow::Int64Array>(mode, absolute)
                      : IntegerKernel<arrow::Int64Array>(op, mode);
    case Kind::kFloat:
      return negation ? NegateOther(type, negates_tolerantly, absolute)
                      : FloatingKernel<arrow::FloatArray>(op, tolerant);
    case Kind::kDouble:
      return negation ? NegateOther(type, negates_tolerantly, absolute)
                      : FloatingKernel<arrow::DoubleArray>(op, tolerant);
    case Kind::kDecimal:
      return negation ? NegateOther(type, negates_tolerantly, absolute) : DecimalKernel(op, context);
    default:
      return base::Status::Unsupported(fmt::format("{}: operator {} on {} is not supported",
                                                   context.expression.text, context.function,
                                                   type.sql()));
  }
}

}  // namespace millrace::processor::duckdb
