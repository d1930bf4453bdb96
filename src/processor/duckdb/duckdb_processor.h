#pragma once

#include <memory>

#include "processor/batch.h"
#include "processor/processor.h"

namespace millrace::processor::duckdb {

/// DuckDB over Arrow batches, in memory, one connection and one thread for each worker; statements
/// are prepared once for a query. from_json is not DuckDB's: it goes from the record's bytes to
/// Arrow columns by simdjson before the SQL sees them.
base::Result<std::unique_ptr<Processor>> NewDuckDbProcessor();

/// Whole queries, each as one statement in a DuckDB of its own over Arrow table functions; what
/// DuckDB does not do as Spark does are native functions that the statement calls.
base::Result<std::unique_ptr<BatchProcessor>> NewDuckDbBatchProcessor();

}  // namespace millrace::processor::duckdb
