#pragma once

#include <functional>
#include <memory>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/status.h"
#include "data/time_zone.h"
#include "millrace/types.h"

namespace millrace::sinks::delta {

/// Makes a column of the data into one of the table. Empty when nothing is to be done.
using ColumnCast = std::function<base::Result<std::shared_ptr<arrow::Array>>(
    const std::shared_ptr<arrow::Array>&)>;

/// What is said of a value that the target cannot hold.
using MakeOverflow = std::function<base::Status()>;

/// Spark's ANSI cast from one type without parts to another, for the pairs that
/// CanCastImplicitly allows: numbers by value, dates and times in `zone`, texts as Spark reads and
/// prints them. A number outside the target's range gives `overflow()`; a text that cannot be read
/// CAST_INVALID_INPUT with the text; NaN and infinity as a decimal null. Internal for other pairs.
base::Result<ColumnCast> MakeAtomicCast(const DataType& from, const DataType& to,
                                        const data::TimeZone& zone, MakeOverflow overflow);

}  // namespace millrace::sinks::delta
