#include <cmath>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/kernels.h"

namespace millrace::processor::duckdb {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// What is no number in mathematics is NaN, as in Java.
template <double (*function)(double)>
base::Result<Kernel> OfDouble(const FunctionContext&) {
  return ForRows<double>([](double x) { return function(x); });
}

template <double (*function)(double, double)>
base::Result<Kernel> OfTwoDoubles(const FunctionContext&) {
  return ForRows<double, double>([](double x, double y) { return function(x, y); });
}

/// A logarithm: null up to where it goes to minus infinity.
template <double (*function)(double), int asymptote>
base::Result<Kernel> Logarithm(const FunctionContext&) {
  return ForRows<double>([](double x) -> std::optional<double> {
    if (x <= asymptote) return std::nullopt;
    return function(x);
  });
}

base::Result<Kernel> LogarithmOfBase(const FunctionContext&) {
  return ForRows<double, double>([](double base, double x) -> std::optional<double> {
    if (base <= 0 || x <= 0) return std::nullopt;
    return std::log(x) / std::log(base);
  });
}

double Log2(double x) { return std::log(x) / std::log(2.0); }
double Cot(double x) { return 1 / std::tan(x); }
double Csc(double x) { return 1 / std::sin(x); }
double Sec(double x) { return 1 / std::cos(x); }
double Degrees(double x) { return x * 57.29577951308232; }
double Radians(double x) { return x * 0.017453292519943295; }
double Atanh(double x) { return 0.5 * (std::log1p(x) - std::log1p(-x)); }
double Atan2(double y, double x) { return std::atan2(y + 0.0, x + 0.0); }
double Hypot(double x, double y) { return std::hypot(x, y); }

double Signum(double x) { return std::isnan(x) || x == 0 ? x : std::copysign(1.0, x); }

// C gives 1 where Java gives NaN.
double Power(double x, double y) {
  if (std::isnan(y)) return kNaN;
  if (std::isinf(y) && std::fabs(x) == 1) return kNaN;
  return std::pow(x, y);
}

base::Result<Kernel> Factorial(const FunctionContext&) {
  return ForRows<std::int32_t>([](std::int32_t n) -> std::optional<std::int64_t> {
    if (n < 0 || n > 20) return std::nullopt;
    std::int64_t product = 1;
    for (std::int32_t i = 2; i <= n; ++i) product *= i;
    return product;
  });
}

base::Result<Kernel> Bin(const FunctionContext&) {
  return ForRows<std::int64_t>(
      [](std::int64_t x) { return fmt::format("{:b}", static_cast<std::uint64_t>(x)); });
}

std::string HexOf(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const char byte : bytes) {
    out += kDigits[static_cast<unsigned char>(byte) >> 4];
    out += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return out;
}

base::Result<Kernel> Hex(const FunctionContext& context) {
  if (context.arg_type(0).is(DataType::Kind::kLong)) {
    return ForRows<std::int64_t>(
        [](std::int64_t x) { return fmt::format("{:X}", static_cast<std::uint64_t>(x)); });
  }
  return ForRows<std::string_view>(HexOf);
}

base::Result<Kernel> Unhex(const FunctionContext&) { return ForRows<std::string_view>(FromHex); }

// Java's cast of a double to a long: saturates, NaN is 0.
std::int64_t Saturated(double x) {
  if (std::isnan(x)) return 0;
  if (x >= 9223372036854775808.0) return std::numeric_limits<std::int64_t>::max();
  if (x < -9223372036854775808.0) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(x);
}

std::optional<std::int64_t> Bucket(double value, double min, double max, std::int64_t count) {
  if (count <= 0 || count == std::numeric_limits<std::int64_t>::max() || std::isnan(value) ||
      min == max || !std::isfinite(min) || !std::isfinite(max)) {
    return std::nullopt;
  }
  const double width = std::fabs(max - min);
  const double buckets = static_cast<double>(count);
  if (min < max) {
    if (value < min) return 0;
    if (value >= max) return count + 1;
    return Saturated(buckets * (value - min) / width) + 1;
  }
  if (value > min) return 0;
  if (value <= max) return count + 1;
  return Saturated(buckets * (min - value) / width) + 1;
}

base::Result<Kernel> WidthBucket(const FunctionContext&) {
  return ForRows<double, double, double, std::int64_t>(Bucket);
}

base::Result<Kernel> CeilOrFloor(const FunctionContext& context) {
  if (!context.arg_type(0).is(DataType::Kind::kDouble)) return NoSuchKernel(context);
  if (context.function == "ceil") {
    return ForRows<double>([](double x) { return Saturated(std::ceil(x)); });
  }
  return ForRows<double>([](double x) { return Saturated(std::floor(x)); });
}

base::Result<Kernel> Nanvl(const FunctionContext& context) {
  if (context.type().is(DataType::Kind::kFloat)) {
    return ForRows<float, std::optional<float>>([](float x, std::optional<float> y) {
      return std::isnan(x) ? y : std::optional<float>(x);
    });
  }
  return ForRows<double, std::optional<double>>([](double x, std::optional<double> y) {
    return std::isnan(x) ? y : std::optional<double>(x);
  });
}

base::Result<Kernel> IsNan(const FunctionContext& context) {
  if (context.arg_type(0).is(DataType::Kind::kFloat)) {
    return ForRows<std::optional<float>>([](std::optional<float> x) { return x && std::isnan(*x); });
  }
  return ForRows<std::optional<double>>([](std::optional<double> x) { return x && std::isnan(*x); });
}

}  // namespace

std::vector<KernelSpec> MathKernels() {
  return {
      {"sqrt", false, OfDouble<std::sqrt>},
      {"acos", false, OfDouble<std::acos>},
      {"acosh", false, OfDouble<std::acosh>},
      {"asin", false, OfDouble<std::asin>},
      {"asinh", false, OfDouble<std::asinh>},
      {"atan", false, OfDouble<std::atan>},
      {"atanh", false, OfDouble<Atanh>},
      {"cbrt", false, OfDouble<std::cbrt>},
      {"cos", false, OfDouble<std::cos>},
      {"cosh", false, OfDouble<std::cosh>},
      {"cot", false, OfDouble<Cot>},
      {"csc", false, OfDouble<Csc>},
      {"degrees", false, OfDouble<Degrees>},
      {"exp", false, OfDouble<std::exp>},
      {"expm1", false, OfDouble<std::expm1>},
      {"radians", false, OfDouble<Radians>},
      {"rint", false, OfDouble<std::nearbyint>},
      {"sec", false, OfDouble<Sec>},
      {"signum", false, OfDouble<Signum>},
      {"sin", false, OfDouble<std::sin>},
      {"sinh", false, OfDouble<std::sinh>},
      {"tan", false, OfDouble<std::tan>},
      {"tanh", false, OfDouble<std::tanh>},
      {"ln", false, Logarithm<std::log, 0>},
      {"log10", false, Logarithm<std::log10, 0>},
      {"log2", false, Logarithm<Log2, 0>},
      {"log1p", false, Logarithm<std::log1p, -1>},
      {"log", false, LogarithmOfBase},
      {"atan2", false, OfTwoDoubles<Atan2>},
      {"hypot", false, OfTwoDoubles<Hypot>},
      {"power", false, OfTwoDoubles<Power>},
      {"factorial", false, Factorial},
      {"bin", false, Bin},
      {"hex", false, Hex},
      {"unhex", false, Unhex},
      {"width_bucket", false, WidthBucket},
      {"ceil", false, CeilOrFloor},
      {"floor", false, CeilOrFloor},
      {"nanvl", false, Nanvl},
      {"isnan", false, IsNan},
  };
}

}  // namespace millrace::processor::duckdb
