#pragma once

#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "millrace/types.h"

namespace millrace::streams {

/// Rows given as JSON arrays, as one batch. Columns may be STRING, BINARY, BOOLEAN, INT, BIGINT,
/// DOUBLE, TIMESTAMP (microseconds). Fails the running test otherwise.
std::shared_ptr<arrow::RecordBatch> ToBatch(const StructType& schema,
                                            const std::vector<std::string>& rows);

/// Each row as its cells, joined by " | ", sorted.
std::vector<std::string> ToLines(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches);

}  // namespace millrace::streams
