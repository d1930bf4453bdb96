#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "data/time_zone.h"
#include "millrace/types.h"

namespace millrace::clients::parquet {

/// The values of the partition columns of some rows, as text: null for null and for an empty
/// string.
using PartitionKey = std::vector<std::optional<std::string>>;

/// Rows of one batch that go into one partition.
struct PartitionRows {
  PartitionKey key;
  std::shared_ptr<arrow::RecordBatch> rows;
};

/// Splits `rows` by the values of `keys`, columns of the same length with the types `types`; the
/// partitions come in the order of their first row. Texts are those of Spark's cast to string, in
/// `zone`; without one, timestamps are written as Delta's log has them ("2026-01-01T00:00:00.000000Z").
base::Result<std::vector<PartitionRows>> SplitByPartition(
    const std::shared_ptr<arrow::RecordBatch>& rows,
    const std::vector<std::shared_ptr<arrow::Array>>& keys, const std::vector<DataType>& types,
    const std::optional<data::TimeZone>& zone);

/// The way back: the text of a folder name or of Delta's log as a value of `type`, which is null
/// for nullopt. Reads what Spark's cast from string reads. InvalidArgument names text and type.
base::Result<std::shared_ptr<arrow::Scalar>> PartitionValue(const std::optional<std::string>& text,
                                                            const DataType& type,
                                                            const data::TimeZone& zone);

}  // namespace millrace::clients::parquet
