#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>

#include "base/status.h"
#include "connector/sink.h"
#include "connector/table.h"

namespace millrace::sinks::foreach {

/// Gets the rows of one batch, all of them, as a table that stays as it is. Called again with the
/// same id and rows when the batch was not completed.
using BatchFunction = std::function<base::Status(std::shared_ptr<connector::Table> rows,
                                                 std::int64_t batch_id, std::stop_token stop)>;

/// Spark's foreachBatch: gathers a batch in memory and gives it to `function` on the query's thread.
/// At least once: the sink keeps no record of what is done. A failure of the function is
/// FOREACH_BATCH_USER_FUNCTION_ERROR with its message. In no list of connectors; all output modes,
/// temporary checkpoints allowed.
std::unique_ptr<connector::SinkProvider> MakeForeachBatchSink(BatchFunction function);

}  // namespace millrace::sinks::foreach
