#include <cmath>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "data/scalar_text.h"
#include "processor/duckdb/decimal_text.h"
#include "processor/duckdb/kernels.h"
#include "processor/duckdb/kernels_scalar.h"
#include "processor/duckdb/value_errors.h"
#include "processor/duckdb/wide_integer.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;

enum class Mode { kHalfUp, kHalfEven, kCeiling, kFloor };

// A step away from zero?
bool RoundsAway(Mode mode, bool negative, int compared_with_half, bool any_rest, bool odd) {
  switch (mode) {
    case Mode::kHalfUp:
      return compared_with_half >= 0;
    case Mode::kHalfEven:
      return compared_with_half > 0 || (compared_with_half == 0 && odd);
    case Mode::kCeiling:
      return any_rest && !negative;
    default:
      return any_rest && negative;
  }
}

/// A magnitude without its last `drop` digits. Precondition: it is below 10^76.
WideInteger Dropped(const WideInteger& magnitude, int drop, bool negative, Mode mode) {
  if (drop <= 0) return magnitude;
  if (drop > 80) {
    const bool up = RoundsAway(mode, negative, -1, !magnitude.is_zero(), false);
    return up ? WideInteger(1) : WideInteger();
  }
  WideInteger rest;
  const WideInteger divisor = WideInteger::PowerOfTen(drop);
  const WideInteger quotient = magnitude.Divide(divisor, &rest);
  const WideInteger twice = rest + rest;
  const int compared = twice < divisor ? -1 : twice > divisor ? 1 : 0;
  const bool odd = (static_cast<std::uint64_t>(quotient.value()) & 1) != 0;
  const bool up = RoundsAway(mode, negative, compared, !rest.is_zero(), odd);
  return up ? quotient + WideInteger(1) : quotient;
}

WideInteger Magnitude(__int128 value) {
  const auto bits = static_cast<unsigned __int128>(value);
  return WideInteger(value < 0 ? -bits : bits);
}

// java.math.BigDecimal.toPlainString of magnitude × 10^-scale.
std::string PlainText(const std::string& magnitude, bool negative, int scale) {
  std::string digits = magnitude;
  if (scale < 0) digits.append(static_cast<std::size_t>(-scale), '0');
  if (scale > 0) {
    if (static_cast<int>(digits.size()) <= scale) {
      digits.insert(0, static_cast<std::size_t>(scale) + 1 - digits.size(), '0');
    }
    digits.insert(digits.size() - static_cast<std::size_t>(scale), ".");
  }
  return (negative ? "-" : "") + digits;
}

// java.math.BigDecimal.toString.
std::string ScientificText(const std::string& magnitude, bool negative, int scale) {
  const int exponent = static_cast<int>(magnitude.size()) - 1 - scale;
  if (scale >= 0 && exponent >= -6) return PlainText(magnitude, negative, scale);
  std::string out = (negative ? "-" : "") + magnitude.substr(0, 1);
  if (magnitude.size() > 1) out += "." + magnitude.substr(1);
  return out + fmt::format("E{:+}", exponent);
}

/// `places` digits behind the point, or that many zeros in front of it.
Kernel RoundDecimal(const DataType& from, const DataType& to, int places, Mode mode) {
  return ForRows<__int128>([=](__int128 value) -> base::Result<__int128> {
    const bool negative = value < 0;
    const int scale = std::min(places, from.scale());
    WideInteger kept = Dropped(Magnitude(value), from.scale() - scale, negative, mode);
    if (kept.is_zero()) return __int128{0};
    const std::string digits = kept.Digits();
    const int zeros = to.scale() - scale;
    if (static_cast<int>(digits.size()) + zeros > to.precision()) {
      return NegatedDecimalOutOfRange(PlainText(digits, negative, scale),
                                      ScientificText(digits, negative, scale), to);
    }
    kept = kept * WideInteger::PowerOfTen(zeros);
    const auto unscaled = static_cast<__int128>(kept.value());
    return negative ? -unscaled : unscaled;
  });
}

template <typename T>
Kernel RoundInteger(int places, Mode mode, bool wraps) {
  return ForRows<T>([=](T value) -> base::Result<T> {
    if (places >= 0) return value;
    WideInteger kept = Dropped(Magnitude(value), -places, value < 0, mode);
    if (kept.is_zero()) return T{0};
    if (places < -30) {
      if (wraps) return T{0};
      return ArithmeticOverflow("Overflow", "");
    }
    kept = kept * WideInteger::PowerOfTen(-places);
    const WideInteger limit(static_cast<unsigned __int128>(std::numeric_limits<T>::max()) +
                            (value < 0 ? 1 : 0));
    if (kept > limit && !wraps) return ArithmeticOverflow("Overflow", "");
    const auto magnitude = static_cast<__int128>(kept.value());
    return static_cast<T>(value < 0 ? -magnitude : magnitude);
  });
}

/// Rounds what the number's text shows, which is what Java's BigDecimal takes of a double.
double RoundDouble(double value, int places, Mode mode) {
  if (!std::isfinite(value)) return value;
  const auto decimal = ParseBigDecimal(data::DoubleText(value));
  if (!decimal || decimal->digits.empty()) return 0.0;
  const std::int64_t drop = decimal->scale - places;
  std::string digits = decimal->digits;
  std::int64_t scale = decimal->scale;
  if (drop > 0) {
    // A double's text has at most 17 digits, and zeros behind them.
    WideInteger magnitude;
    for (const char digit : digits.substr(0, 70)) {
      magnitude = magnitude * WideInteger(10) + WideInteger(static_cast<unsigned>(digit - '0'));
    }
    const bool far = drop > static_cast<std::int64_t>(digits.size()) + 1;
    const WideInteger kept =
        far ? Dropped(WideInteger(1), 81, decimal->negative, mode)
            : Dropped(magnitude, static_cast<int>(drop), decimal->negative, mode);
    digits = kept.Digits();
    scale = places;
  }
  if (digits == "0") return 0.0;
  return ParseDouble(fmt::format("{}{}e{}", decimal->negative ? "-" : "", digits, -scale));
}

base::Result<Kernel> RoundTo(const FunctionContext& context, Mode mode) {
  const DataType& from = context.arg_type(0);
  const auto* constant = std::get_if<plan::Constant>(&context.args[1]->node);
  if (constant == nullptr) return NoSuchKernel(context);
  if (constant->value.is_null()) {
    return ForRows<Cell>([](ColumnBuilder* out, Cell) { out->AppendNull(); });
  }
  const auto places = static_cast<int>(constant->value.int_value());
  switch (from.kind()) {
    case Kind::kDecimal:
      return RoundDecimal(from, context.type(), std::clamp(places, -100, 100), mode);
    case Kind::kDouble:
      return ForRows<double>([=](double x) { return RoundDouble(x, places, mode); });
    case Kind::kFloat:
      return ForRows<float>([=](float x) -> float {
        return static_cast<float>(RoundDouble(x, places, mode));
      });
    default:
      return ForIntegralType(from, [&]<typename T>() -> Kernel {
        return RoundInteger<T>(std::max(places, -100), mode, context.is_legacy());
      });
  }
}

template <Mode mode>
base::Result<Kernel> Rounding(const FunctionContext& context) {
  return RoundTo(context, mode);
}

}  // namespace

std::vector<KernelSpec> RoundingKernels() {
  return {
      {"round", true, Rounding<Mode::kHalfUp>},
      {"bround", true, Rounding<Mode::kHalfEven>},
      {"ceil_decimal", true, Rounding<Mode::kCeiling>},
      {"floor_decimal", true, Rounding<Mode::kFloor>},
  };
}

}  // namespace millrace::processor::duckdb
