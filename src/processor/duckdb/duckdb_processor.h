#pragma once

#include <memory>

#include "processor/processor.h"

namespace millrace::processor::duckdb {

/// DuckDB over Arrow batches, in memory, one connection and one thread for each worker; statements
/// are prepared once for a query. from_json is not DuckDB's: it goes from the record's bytes to
/// Arrow columns by simdjson before the SQL sees them.
base::Result<std::unique_ptr<Processor>> NewDuckDbProcessor();

}  // namespace millrace::processor::duckdb
