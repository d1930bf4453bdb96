#pragma once

#include <optional>

#include <arrow/type_fwd.h>

#include "base/status.h"
#include "millrace/types.h"

namespace millrace::sinks::delta {

/// May the column itself, or a field of a struct below it, not be null?
bool HasNotNull(const StructField& field);
/// DELTA_NOT_NULL_CONSTRAINT_VIOLATED with the path of the first field that is null and may not be.
/// As for Spark, such a field may not stand in a null struct either.
base::Status CheckNotNull(const StructField& field, const arrow::Array& values);

/// The most characters that a string column was declared with: char(n), varchar(n).
std::optional<int> LengthLimit(const StructField& field);
/// DELTA_EXCEED_CHAR_VARCHAR_LIMIT with the first string of more than `limit` characters.
base::Status CheckLength(const StructField& field, int limit, const arrow::Array& values);

}  // namespace millrace::sinks::delta
