#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "clients/parquet/parquet_reader.h"
#include "millrace/types.h"

namespace millrace::clients::parquet {

/// Makes a column as the file gives it into one of Spark's type.
using ColumnConversion = std::function<base::Result<std::shared_ptr<arrow::Array>>(
    const std::shared_ptr<arrow::Array>&)>;

/// The conversions of Spark's Parquet reader: integers to wider ones, to double and to decimals
/// with room for all their digits; float to double; decimals to ones with at least as many digits
/// on both sides of the point; dates to timestamp_ntz; timestamps of either kind; text and bytes.
/// Fields of structs are matched by name, missing ones are null. Otherwise Corrupt with
/// FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH, or .NO_HINT where one side has parts and the
/// other has none. `file` is for that text.
base::Result<ColumnConversion> MakeConversion(const ParquetField& from, const DataType& to,
                                              const std::string& column, const std::string& file);

/// The same values under another type of the same layout: other names of fields, other nullability.
std::shared_ptr<arrow::Array> AsType(const std::shared_ptr<arrow::Array>& values,
                                     const std::shared_ptr<arrow::DataType>& type);

/// Position of the field with this name: exactly, or in any case; -1 when there is none. As for
/// Spark, two that only differ in case are an error, where the name fits both: Corrupt.
base::Result<int> FindByName(const std::vector<ParquetField>& fields, const std::string& name);

/// The schema that Spark reads from the file: the one that Spark has left in its footer, or else
/// what the columns are. PARQUET_TYPE_ILLEGAL for what Spark does not read.
base::Result<StructType> SparkSchemaOf(const ParquetReader& reader);

}  // namespace millrace::clients::parquet
