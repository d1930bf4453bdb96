#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "connector/table.h"
#include "millrace/types.h"
#include "plan/resolved.h"
#include "processor/batch.h"

namespace millrace::session {

/// A query that gives its rows now. The stream keeps alive what it reads.
struct BatchResult {
  StructType schema;
  std::unique_ptr<processor::RowStream> rows;
};

/// Starts a query over the tables behind its sources. Precondition: it is no stream.
base::Result<BatchResult> StartBatch(plan::ResolvedQuery query,
                                     processor::BatchProcessor& processor,
                                     const processor::ProcessorConf& conf,
                                     const processor::BatchContext& context, std::stop_token stop);

/// The rows of a table as they are.
base::Result<BatchResult> ReadTable(std::shared_ptr<connector::Table> table,
                                    std::vector<int> columns, std::stop_token stop);

/// All rows of a stream as a table.
base::Result<std::shared_ptr<connector::Table>> Gather(BatchResult result,
                                                       std::string description);

}  // namespace millrace::session
