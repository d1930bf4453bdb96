#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include <arrow/type_fwd.h>
#include <duckdb.h>

#include "base/result.h"
#include "processor/duckdb/batch_errors.h"
#include "processor/duckdb/batch_plan.h"
#include "processor/duckdb/duckdb_arrow.h"
#include "processor/duckdb/evaluator.h"

namespace millrace::processor::duckdb {

/// A native function as DuckDB calls it, from any of its threads. Must outlive the statement.
class ScalarFunction {
 public:
  /// `function`, `options` and `errors` must outlive it.
  static base::Result<std::unique_ptr<ScalarFunction>> Register(
      duckdb_connection connection, duckdb_arrow_options options, const NativeFunction& function,
      const TimeZone& zone, std::int64_t timestamp_us, BatchErrors* errors);

 private:
  static void Call(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output);
  base::Status Evaluate(duckdb_data_chunk input, duckdb_vector output);
  /// Evaluators are for one thread each: one for each call at a time.
  base::Result<std::unique_ptr<Evaluator>> Take();
  void Return(std::unique_ptr<Evaluator> evaluator);

  const NativeFunction* function_ = nullptr;
  duckdb_arrow_options options_ = nullptr;
  BatchErrors* errors_ = nullptr;
  TimeZone zone_;
  std::int64_t timestamp_us_ = 0;
  std::shared_ptr<arrow::Schema> input_;
  std::vector<std::shared_ptr<arrow::DataType>> arg_types_;
  std::shared_ptr<arrow::DataType> result_type_;
  ArrowInput output_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Evaluator>> idle_;
};

}  // namespace millrace::processor::duckdb
