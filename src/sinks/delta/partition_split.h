#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/status.h"
#include "millrace/types.h"

namespace millrace::sinks::delta {

/// The values of the partition columns of some rows, as the log writes them: null for null and for
/// an empty string.
using PartitionKey = std::vector<std::optional<std::string>>;

/// Rows of one batch that go into one partition.
struct PartitionRows {
  PartitionKey key;
  std::shared_ptr<arrow::RecordBatch> rows;
};

/// DELTA_INVALID_PARTITION_COLUMN_TYPE for a type that cannot partition; Unsupported for binary,
/// whose text form in the log does not keep every value.
base::Status CheckPartitionType(const StructField& field);

/// Splits `rows` by the values of `keys`, columns of the same length with the types `types`; the
/// partitions come in the order of their first row. InvalidArgument names the column (`names`) when
/// a value is not UTF-8.
base::Result<std::vector<PartitionRows>> SplitByPartition(
    const std::shared_ptr<arrow::RecordBatch>& rows,
    const std::vector<std::shared_ptr<arrow::Array>>& keys, const std::vector<DataType>& types,
    const std::vector<std::string>& names);

}  // namespace millrace::sinks::delta
