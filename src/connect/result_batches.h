#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "connect/operation.h"
#include "connector/table.h"
#include "millrace/types.h"
#include "processor/batch.h"

namespace millrace::connect {

/// Sends the schema, then the rows: each batch a whole Arrow IPC stream, at least one batch. One
/// that is longer than a message may be comes in chunks when the client takes them, else as several
/// batches. RESULT_SIZE's limit: `max_bytes`, 0 for none.
base::Status SendRows(const StructType& schema, processor::RowStream* rows,
                      std::int64_t max_bytes, Operation* operation);

/// All rows of a table as one Arrow IPC stream: the data of a LocalRelation.
base::Result<std::string> IpcStreamOf(connector::Table* table, std::stop_token stop);
base::Result<std::string> IpcStreamOf(const StructType& schema, processor::RowStream* rows);

}  // namespace millrace::connect
