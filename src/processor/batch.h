#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "millrace/types.h"
#include "plan/resolved.h"
#include "processor/processor.h"

namespace millrace::processor {

/// Record batches one after the other. One thread at a time.
class RowStream {
 public:
  virtual ~RowStream() = default;
  /// The next rows, or null at the end. Cancelled soon after the query's stop is requested.
  virtual base::Result<std::shared_ptr<arrow::RecordBatch>> Next() = 0;
};

/// The rows of one source of a batch query. Thread-safe.
class InputTable {
 public:
  virtual ~InputTable() = default;
  /// How many streams Open() takes, numbered from 0.
  virtual int partitions() const = 0;
  /// Known without reading, or -1.
  virtual std::int64_t row_count() const = 0;
  /// `columns`: indexes into the source's schema, ascending. May be opened again.
  virtual base::Result<std::unique_ptr<RowStream>> Open(int partition,
                                                        const std::vector<int>& columns,
                                                        std::stop_token stop) = 0;
};

/// What runs where, for explain().
struct BatchDescription {
  std::string statement;               ///< Of DuckDB.
  std::vector<std::string> functions;  ///< Spark's text of what runs in our own kernels.
  /// For each source the columns that are read of it: indexes into its schema, ascending.
  std::vector<std::vector<int>> source_columns;
};

/// Runs whole queries: aggregations, joins, sorts, subqueries. Thread-safe.
class BatchProcessor {
 public:
  virtual ~BatchProcessor() = default;

  /// Starts the query; its rows come while it runs, in memory that is bounded by what its operators
  /// must keep. `inputs` has one entry for each of query.sources. The stream gives the plan's
  /// columns, ordered when the plan says so, and outlives neither the processor nor the inputs.
  /// Errors of values as PlanWorker's. Unsupported names what cannot run here.
  virtual base::Result<std::unique_ptr<RowStream>> Run(
      const plan::ResolvedQuery& query, std::vector<std::shared_ptr<InputTable>> inputs,
      const ProcessorConf& conf, const BatchContext& context, std::stop_token stop) = 0;

  virtual base::Result<BatchDescription> Describe(const plan::ResolvedQuery& query,
                                                  const ProcessorConf& conf) = 0;
};

}  // namespace millrace::processor
