#pragma once

#include <memory>
#include <string>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "data/time_zone.h"
#include "millrace/types.h"
#include "sinks/delta/atomic_cast.h"

namespace millrace::sinks::delta {

/// The implicit cast of delta-spark's streaming sink (UpdateExpressionsSupport.castIfNeeded, ANSI):
/// values as MakeAtomicCast; structs by field name whatever the case, missing fields null; arrays
/// and maps element by element. CAST_OVERFLOW_IN_TABLE_INSERT names the column, or the field of a
/// struct, whose cast it was. Precondition: MergeSchemas has accepted the pair.
base::Result<ColumnCast> MakeColumnCast(const DataType& from, const DataType& to,
                                        const std::string& column, const data::TimeZone& zone);

/// The same values under another type of the same layout: other names of fields, other nullability.
std::shared_ptr<arrow::Array> WithType(const std::shared_ptr<arrow::Array>& values,
                                       const std::shared_ptr<arrow::DataType>& type);

}  // namespace millrace::sinks::delta
