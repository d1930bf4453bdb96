#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "processor/duckdb/sql_plan.h"
#include "processor/duckdb/time_zone.h"

namespace millrace::processor::duckdb {

/// A DuckDB in memory with one thread and one prepared statement, and what the statement calls: the
/// batch as a table, our functions. It reads no files and loads no extensions. One thread.
class DuckDbSession {
 public:
  /// `plan` must outlive it.
  static base::Result<std::unique_ptr<DuckDbSession>> Open(const SqlPlan& plan,
                                                           const TimeZone& zone);
  ~DuckDbSession();

  struct Answer {
    /// The rows that passed, ascending; int32.
    std::shared_ptr<arrow::Array> rows;
    std::vector<std::shared_ptr<arrow::Array>> columns;
  };
  /// Runs the statement over a batch of columns. Errors of values as Spark's; Cancelled.
  base::Result<Answer> Run(const std::vector<std::shared_ptr<arrow::Array>>& columns,
                           std::int64_t rows, std::int64_t timestamp_us, std::stop_token stop);

 private:
  struct State;
  explicit DuckDbSession(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace millrace::processor::duckdb
