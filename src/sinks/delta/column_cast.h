#pragma once

#include <functional>
#include <memory>
#include <string>

#include <absl/time/time.h>
#include <arrow/type_fwd.h>

#include "base/result.h"
#include "millrace/types.h"

namespace millrace::sinks::delta {

/// Makes a column of the data into one of the table. Empty when nothing is to be done.
using ColumnCast = std::function<base::Result<std::shared_ptr<arrow::Array>>(
    const std::shared_ptr<arrow::Array>&)>;

/// Spark's store assignment, ANSI: numbers by value, with CAST_OVERFLOW_IN_TABLE_INSERT where one
/// does not fit; dates and times in the session's zone; anything atomic to string as Spark prints
/// it; structs by field name, missing fields null. Unsupported, naming column and types, for the
/// casts from string, which Spark does too: those belong in the query.
base::Result<ColumnCast> MakeColumnCast(const DataType& from, const DataType& to,
                                        const std::string& column, absl::TimeZone zone);

/// The same values under another type of the same layout: other names of fields, other nullability.
std::shared_ptr<arrow::Array> WithType(const std::shared_ptr<arrow::Array>& values,
                                       const std::shared_ptr<arrow::DataType>& type);

}  // namespace millrace::sinks::delta
