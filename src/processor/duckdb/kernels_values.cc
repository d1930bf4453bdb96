// Kernels that take values of any type as they are: greatest, least, assert_true, raise_error.

#include <string>

#include <fmt/format.h>

#include "processor/duckdb/kernels.h"
#include "processor/duckdb/kernels_scalar.h"
#include "processor/duckdb/spark_error.h"
#include "processor/duckdb/value_order.h"

namespace millrace::processor::duckdb {
namespace {

// Nulls do not count.
base::Result<Kernel> Extreme(const FunctionContext& context) {
  const Order order = OrderOf(context.type());
  if (order == nullptr) return NoSuchKernel(context);
  const int wanted = context.function == "greatest" ? 1 : -1;
  return Kernel([order, wanted](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                                ColumnBuilder* out) {
    for (std::int64_t row = 0; row < rows; ++row) {
      const Operand* best = nullptr;
      for (const Operand& arg : args) {
        if (arg.array->IsNull(arg.at(row))) continue;
        if (best == nullptr ||
            order(*arg.array, arg.at(row), *best->array, best->at(row)) * wanted > 0) {
          best = &arg;
        }
      }
      if (best == nullptr) {
        out->AppendNull();
      } else {
        out->AppendFrom(*best->array, best->at(row));
      }
    }
    return base::Status::Ok();
  });
}

base::Status UserRaised(std::string_view message) {
  return SparkFailure("SparkRuntimeException", "USER_RAISED_EXCEPTION", "P0001",
                      {{"errorMessage", std::string(message)}}, message);
}

base::Result<Kernel> RaiseError(const FunctionContext&) {
  return ForRows<std::optional<std::string_view>>(
      [](ColumnBuilder*, std::optional<std::string_view> message) {
        return UserRaised(message.value_or("null"));
      });
}

// Null where the condition holds, else an error.
base::Result<Kernel> AssertTrue(const FunctionContext&) {
  return ForRows<std::optional<bool>, std::optional<std::string_view>>(
      [](ColumnBuilder* out, std::optional<bool> holds, std::optional<std::string_view> message) {
        if (!holds.value_or(false)) return UserRaised(message.value_or("null"));
        out->AppendNull();
        return base::Status::Ok();
      });
}

}  // namespace

std::vector<KernelSpec> ValueKernels() {
  return {
      {"greatest", false, Extreme},
      {"least", false, Extreme},
      {"raise_error", true, RaiseError},
      {"assert_true", true, AssertTrue},
  };
}

}  // namespace millrace::processor::duckdb
