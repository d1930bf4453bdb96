#include <cmath>

#include <arrow/array.h>

#include "processor/duckdb/evaluator.h"

namespace millrace::processor::duckdb {
namespace {

/// $poisson(draw, mean): how often a row comes when rows are drawn with replacement; `draw` is
/// uniform from 0 to 1.
base::Result<Kernel> Poisson(const FunctionContext&) {
  return Kernel([](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                   ColumnBuilder* out) {
    const auto& draws = static_cast<const arrow::DoubleArray&>(*args[0].array);
    const auto& means = static_cast<const arrow::DoubleArray&>(*args[1].array);
    for (std::int64_t row = 0; row < rows; ++row) {
      const double draw = draws.Value(args[0].at(row));
      const double mean = means.Value(args[1].at(row));
      std::int64_t times = 0;
      double probability = std::exp(-mean);
      double below = probability;
      while (draw >= below && times < 1'000'000 && probability > 0) {
        probability *= mean / static_cast<double>(++times);
        below += probability;
      }
      out->AppendInt(times);
    }
    return base::Status::Ok();
  });
}

}  // namespace

std::vector<KernelSpec> SampleKernels() {
  return {
      {"$poisson", false, Poisson},
  };
}

}  // namespace millrace::processor::duckdb
