#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "millrace/types.h"

namespace millrace::clients::files {

/// The columns that folders named `k=v` make (Spark's PartitioningUtils).
struct PartitionSpec {
  StructType columns;  ///< Empty: the folders are not partitioned.
  /// For each folder given, the values as text, null for `__HIVE_DEFAULT_PARTITION__`; nullopt for a
  /// folder that is not a partition, whose files are then not read.
  std::vector<std::optional<std::vector<std::optional<std::string>>>> values;
};

/// Reads the columns out of the paths of `folders`, up to one of `base_paths`. Types are inferred
/// from all values of a column unless `infer_types` is off (then STRING) or `user_schema` has the
/// column. CONFLICTING_DIRECTORY_STRUCTURES, CONFLICTING_PARTITION_COLUMN_NAMES,
/// EMPTY_PARTITION_COLUMN_NAME, EMPTY_PARTITION_COLUMN_VALUE, COLUMN_ALREADY_EXISTS.
base::Result<PartitionSpec> ParsePartitions(const std::vector<std::string>& folders,
                                            const std::set<std::string>& base_paths,
                                            bool infer_types,
                                            const std::optional<StructType>& user_schema);

/// The type of one value's text: INT, BIGINT, DECIMAL(p,0), DOUBLE, DATE, TIMESTAMP, else STRING.
DataType InferPartitionType(const std::string& text);

}  // namespace millrace::clients::files
