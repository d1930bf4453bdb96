#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/status.h"
#include "millrace/types.h"
#include "plan/resolved.h"

namespace millrace::processor {

/// What of the session's conf changes answers. Constant for the life of a prepared plan.
struct ProcessorConf {
  std::string time_zone = "UTC";
  int threads = 1;  ///< For whole queries.
};

/// What is constant within one batch, also when it is replayed.
struct BatchContext {
  /// current_timestamp(), now(), ...: microseconds since the epoch. Spark keeps milliseconds.
  std::int64_t timestamp_us = 0;
};

/// Runs a prepared stateless plan for one worker thread; owns that worker's scratch memory and its
/// connection. One thread at a time.
class PlanWorker {
 public:
  virtual ~PlanWorker() = default;
  /// `input` has exactly PreparedPlan::required_columns(), in that order. The result has the plan's
  /// output columns and may have no rows; row order is kept. Precondition: input is not null.
  /// Errors of values under ANSI are InvalidArgument with Spark's condition (CAST_INVALID_INPUT,
  /// DIVIDE_BY_ZERO, ARITHMETIC_OVERFLOW, ...). Cancelled soon after `stop` is requested.
  virtual base::Result<std::shared_ptr<arrow::RecordBatch>> Process(
      const std::shared_ptr<arrow::RecordBatch>& input, const BatchContext& context,
      std::stop_token stop) = 0;
};

/// A plan made ready once for a query. Immutable; shared by its workers, outlives them.
class PreparedPlan {
 public:
  virtual ~PreparedPlan() = default;
  virtual const StructType& output_schema() const = 0;
  /// Indexes into the schema of source `source`, ascending: all that the plan reads of it.
  virtual const std::vector<int>& required_columns(int source) const = 0;
  virtual base::Result<std::unique_ptr<PlanWorker>> NewWorker() const = 0;
  /// What runs where, for explain(): a line for each operator, from the last to the first: the
  /// projection, DuckDB's part as SQL, the filters, native from_json with its fields.
  virtual std::vector<std::string> Describe() const = 0;
};

/// Turns resolved plans into something that runs. Thread-safe.
class Processor {
 public:
  virtual ~Processor() = default;
  /// Unsupported names the function, operator or type that cannot run here.
  virtual base::Result<std::unique_ptr<PreparedPlan>> Prepare(const plan::ResolvedQuery& query,
                                                              const ProcessorConf& conf) = 0;
};

}  // namespace millrace::processor
