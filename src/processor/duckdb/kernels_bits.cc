#include <bit>
#include <string>
#include <type_traits>

#include <fmt/format.h>

#include "processor/duckdb/kernels.h"
#include "processor/duckdb/kernels_scalar.h"
#include "processor/duckdb/spark_error.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;

base::Result<Kernel> Combine(const FunctionContext& context) {
  return ForIntegralType(context.type(), [&]<typename T>() -> Kernel {
    if (context.function == "&") return ForRows<T, T>([](T x, T y) { return T(x & y); });
    if (context.function == "|") return ForRows<T, T>([](T x, T y) { return T(x | y); });
    return ForRows<T, T>([](T x, T y) { return T(x ^ y); });
  });
}

base::Result<Kernel> Complement(const FunctionContext& context) {
  return ForIntegralType(context.type(), []<typename T>() -> Kernel {
    return ForRows<T>([](T x) { return T(~x); });
  });
}

// As in Java, only the lowest bits of the distance count.
template <typename T>
Kernel ShiftKernel(std::string_view function) {
  using Unsigned = std::make_unsigned_t<T>;
  constexpr int kMask = 8 * sizeof(T) - 1;
  if (function == "shiftleft") {
    return ForRows<T, std::int32_t>([](T x, std::int32_t n) {
      return static_cast<T>(static_cast<Unsigned>(x) << (n & kMask));
    });
  }
  if (function == "shiftright") {
    return ForRows<T, std::int32_t>([](T x, std::int32_t n) { return T(x >> (n & kMask)); });
  }
  return ForRows<T, std::int32_t>([](T x, std::int32_t n) {
    return static_cast<T>(static_cast<Unsigned>(x) >> (n & kMask));
  });
}

base::Result<Kernel> Shift(const FunctionContext& context) {
  if (context.type().is(Kind::kLong)) return ShiftKernel<std::int64_t>(context.function);
  return ShiftKernel<std::int32_t>(context.function);
}

base::Result<Kernel> BitCount(const FunctionContext& context) {
  if (context.arg_type(0).is(Kind::kBoolean)) {
    return ForRows<bool>([](bool x) { return x ? 1 : 0; });
  }
  return ForRows<Whole>(
      [](Whole x) { return std::popcount(static_cast<std::uint64_t>(x.value)); });
}

int BitsOf(const DataType& type) {
  switch (type.kind()) {
    case Kind::kByte:
      return 8;
    case Kind::kShort:
      return 16;
    case Kind::kInteger:
      return 32;
    default:
      return 64;
  }
}

base::Result<Kernel> BitGet(const FunctionContext& context) {
  const int bits = BitsOf(context.arg_type(0));
  return ForRows<Whole, std::int32_t>(
      [bits](Whole x, std::int32_t place) -> base::Result<std::int64_t> {
        if (place >= 0 && place < bits) return x.value >> place & 1;
        return SparkFailure(
            "SparkIllegalArgumentException", "INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE", "22023",
            {{"parameter", "`pos`"},
             {"functionName", "`bit_get`"},
             {"upper", std::to_string(bits)},
             {"invalidValue", std::to_string(place)}},
            fmt::format("The value of parameter(s) `pos` in `bit_get` is invalid: expects an "
                        "integer value in [0, {}), but got {}.",
                        bits, place));
      });
}

}  // namespace

std::vector<KernelSpec> BitKernels() {
  return {
      {"&", false, Combine},          {"|", false, Combine},
      {"^", false, Combine},          {"~", false, Complement},
      {"shiftleft", false, Shift},    {"shiftright", false, Shift},
      {"shiftrightunsigned", false, Shift}, {"bit_count", false, BitCount},
      {"bit_get", true, BitGet},
  };
}

}  // namespace millrace::processor::duckdb
