#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/status.h"
#include "millrace/types.h"

namespace millrace::sinks::delta {

/// delta-spark's SchemaMergingUtils.mergeSchemas with implicit casts, as its streaming sink calls
/// it: columns are matched by name whatever the case; the table's names, order, nullability,
/// metadata and types stay; new columns and new fields of structs come at the end, nullable.
/// DELTA_FAILED_TO_MERGE_FIELDS where the data cannot be cast to the table's type,
/// DELTA_DUPLICATE_COLUMNS_FOUND for data with one name twice.
base::Result<StructType> MergeSchemas(const StructType& table, const StructType& data);

/// Everything nullable, as a new table stores it; char and varchar become string.
StructType AsNullable(const StructType& schema);

/// Does a value of `from` go into a column of `to` by Spark's implicit cast?
bool CanCastImplicitly(const DataType& from, const DataType& to);

/// Is there a void type anywhere in it?
bool HoldsVoid(const DataType& type);

/// DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES naming the columns that hold one of " ,;{}()\n\t=".
base::Status CheckColumnNames(const StructType& schema);
/// The same for the partition columns of a new table: DELTA_INVALID_PARTITION_COLUMN_NAME.
base::Status CheckPartitionNames(const std::vector<std::string>& names);
/// DELTA_UNSUPPORTED_DATA_TYPES naming the columns of types that Delta does not store;
/// UNSUPPORTED_TIME_TYPE for TIME, which Spark refuses before Delta does.
base::Status CheckColumnTypes(const StructType& schema);

bool EqualsIgnoringCase(std::string_view a, std::string_view b);
/// Position of the field with this name whatever the case, or -1.
int FindField(const std::vector<StructField>& fields, std::string_view name);

}  // namespace millrace::sinks::delta
