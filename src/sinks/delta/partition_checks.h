#pragma once

#include "base/status.h"
#include "clients/parquet/partition_split.h"
#include "millrace/types.h"

namespace millrace::sinks::delta {

/// DELTA_INVALID_PARTITION_COLUMN_TYPE for a type that cannot partition; Unsupported for binary,
/// whose text form in the log does not keep every value.
base::Status CheckPartitionType(const StructField& field);

/// InvalidArgument names the column (`names`) when a value is not UTF-8.
base::Status CheckPartitionTexts(const clients::parquet::PartitionKey& key,
                                 const std::vector<std::string>& names);

}  // namespace millrace::sinks::delta
