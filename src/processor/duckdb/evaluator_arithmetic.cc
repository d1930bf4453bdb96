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

// What Spark computes with before it rounds to the result type: one digit more than a decimal has.
constexpr int kContextDigits = 39;

enum class Op { kAdd, kSubtract, kMultiply, kDivide, kRemainder };

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

template <typename Array>
Kernel IntegerKernel(Op op, bool tolerant) {
  using T = ValueOf<Array>;
  return [op, tolerant](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
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
        if (!tolerant) return RemainderByZero();
        out->AppendNull();
        return base::Status::Ok();
      } else {
        result = y == T(-1) ? T(0) : static_cast<T>(x % y);
      }
      if (!overflow) {
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
        if (!tolerant) return op == Op::kDivide ? DivideByZero() : RemainderByZero();
        out->AppendNull();
        return base::Status::Ok();
      } else {
        result = op == Op::kDivide ? x / y : static_cast<T>(std::fmod(x, y));
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

Kernel DecimalKernel(Op op, const FunctionContext& context) {
  DataType type = context.type();
  int scale_a = context.arg_type(0).scale();
  int scale_b = context.arg_type(1).scale();
  bool tolerant = context.is_try();
  return [=](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
             ColumnBuilder* out) {
    return ForEachPair(args, rows, out, [&](std::int64_t i, std::int64_t j) {
      WideDecimal a = Widen(DecimalAt(*args[0].array, i), scale_a);
      WideDecimal b = Widen(DecimalAt(*args[1].array, j), scale_b);
      if ((op == Op::kDivide || op == Op::kRemainder) && b.digits.is_zero()) {
        if (!tolerant) return op == Op::kDivide ? DivideByZero() : RemainderByZero();
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
      }
      return AppendRounded(result, type, tolerant, out);
    });
  };
}

// ------------------------------------------------------------------------------------ negation

template <typename Array>
Kernel NegateInteger(bool tolerant) {
  using T = ValueOf<Array>;
  return [tolerant](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                    ColumnBuilder* out) {
    const auto& a = static_cast<const Array&>(*args[0].array);
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t i = args[0].at(row);
      if (a.IsNull(i)) {
        out->AppendNull();
      } else if (a.Value(i) != std::numeric_limits<T>::min()) {
        out->AppendInt(-static_cast<std::int64_t>(a.Value(i)));
      } else if (tolerant) {
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

Kernel NegateOther(const DataType& type, bool tolerant) {
  return [type, tolerant, kind = type.kind()](const std::vector<Operand>& args, std::int64_t rows,
                                              std::int64_t, ColumnBuilder* out) {
    const arrow::Array& a = *args[0].array;
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t i = args[0].at(row);
      if (a.IsNull(i)) {
        out->AppendNull();
      } else if (kind == Kind::kFloat) {
        out->AppendFloat(-static_cast<const arrow::FloatArray&>(a).Value(i));
      } else if (kind == Kind::kDouble) {
        out->AppendDouble(-static_cast<const arrow::DoubleArray&>(a).Value(i));
      } else {
        MILLRACE_RETURN_IF_ERROR(NegateDecimal(DecimalAt(a, i), type, tolerant, out));
      }
    }
    return base::Status::Ok();
  };
}

}  // namespace

base::Result<Kernel> MakeArithmetic(const FunctionContext& context) {
  bool tolerant = context.is_try();
  const DataType& type = context.arg_type(0);
  bool negation = context.function == "negative";
  Op op = context.function == "+"   ? Op::kAdd
          : context.function == "-" ? Op::kSubtract
          : context.function == "*" ? Op::kMultiply
          : context.function == "/" ? Op::kDivide
                                    : Op::kRemainder;
  bool whole = type.isIntegral();
  switch (whole && op == Op::kDivide && !negation ? Kind::kNull : type.kind()) {
    case Kind::kByte:
      return negation ? NegateInteger<arrow::Int8Array>(tolerant)
                      : IntegerKernel<arrow::Int8Array>(op, tolerant);
    case Kind::kShort:
      return negation ? NegateInteger<arrow::Int16Array>(tolerant)
                      : IntegerKernel<arrow::Int16Array>(op, tolerant);
    case Kind::kInteger:
      return negation ? NegateInteger<arrow::Int32Array>(tolerant)
                      : IntegerKernel<arrow::Int32Array>(op, tolerant);
    case Kind::kLong:
      return negation ? NegateInteger<arrow::Int64Array>(tolerant)
                      : IntegerKernel<arrow::Int64Array>(op, tolerant);
    case Kind::kFloat:
      return negation ? NegateOther(type, tolerant)
                      : FloatingKernel<arrow::FloatArray>(op, tolerant);
    case Kind::kDouble:
      return negation ? NegateOther(type, tolerant)
                      : FloatingKernel<arrow::DoubleArray>(op, tolerant);
    case Kind::kDecimal:
      return negation ? NegateOther(type, tolerant) : DecimalKernel(op, context);
    default:
      return base::Status::Unsupported(fmt::format("{}: operator {} on {} is not supported",
                                                   context.expression.text, context.function,
                                                   type.sql()));
  }
}

}  // namespace millrace::processor::duckdb
