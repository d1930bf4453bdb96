#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "processor/batch.h"
#include "processor/duckdb/batch_plan.h"
#include "processor/duckdb/time_zone.h"

namespace millrace::processor::duckdb {

/// What a batch query runs with.
struct BatchRun {
  StructType schema;
  std::vector<std::shared_ptr<InputTable>> inputs;
  TimeZone zone;
  int threads = 1;
  std::int64_t timestamp_us = 0;
  std::stop_token stop;
  std::string memory_limit;  ///< As DuckDB takes it ("1GB"); empty: its own.
};

/// Starts the query in a DuckDB of its own, which lives as long as the stream: it spills to the
/// temporary folder when memory is short, reads no files and loads no extensions.
base::Result<std::unique_ptr<RowStream>> StartBatch(BatchPlan plan, BatchRun run);

/// For each of run.inputs the columns that DuckDB reads of it once it has optimised the statement:
/// indexes into its schema, ascending. Nothing is read.
base::Result<std::vector<std::vector<int>>> ColumnsOfSources(BatchPlan plan, BatchRun run);

}  // namespace millrace::processor::duckdb
