#pragma once

#include <memory>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/status.h"
#include "millrace/types.h"

namespace millrace::data {

/// The one mapping between Spark types and Arrow types; every record batch in the engine follows
/// it: void null, boolean bool, byte..long int8..int64, float and double, decimal(p,s) decimal128,
/// string, char and varchar utf8 (bytes as they came; not always valid UTF-8, as in Spark), binary
/// binary, date date32, timestamp timestamp[us, UTC], timestamp_ntz timestamp[us], array list
/// (child "element"), map map (children "key", "value"), struct struct, day-time interval
/// duration[us], year-month interval int32. Unsupported for the others. What an Arrow type cannot
/// say (char(3), interval fields, metadata) stands in the field's metadata, and comes back.
base::Result<std::shared_ptr<arrow::DataType>> ToArrowType(const DataType& type);
base::Result<std::shared_ptr<arrow::Field>> ToArrowField(const StructField& field);
base::Result<std::shared_ptr<arrow::Schema>> ToArrowSchema(const StructType& schema);

/// The way back, also for the types that other writers use (large_utf8, dictionary, millisecond
/// timestamps, ...), which come out as the Spark type that Spark's Parquet reader gives.
base::Result<DataType> FromArrowType(const arrow::DataType& type);
base::Result<StructType> FromArrowSchema(const arrow::Schema& schema);

/// An Arrow failure as ours: IOError Unavailable, Invalid/Serialization Corrupt, Cancelled,
/// NotImplemented Unsupported, else Internal.
base::Status FromArrow(const arrow::Status& status);

}  // namespace millrace::data
