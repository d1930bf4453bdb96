#pragma once

#include <cstdint>
#include <functional>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "data/time_zone.h"
#include "millrace/types.h"
#include "processor/duckdb/column_builder.h"

namespace millrace::processor::duckdb {

/// Appends row `row`, which is not null, in the new type; or CAST_OVERFLOW and
/// NUMERIC_VALUE_OUT_OF_RANGE, whatever ANSI says.
using IntervalCast = std::function<base::Status(const arrow::Array& from, std::int64_t row,
                                                ColumnBuilder* out)>;

/// Between intervals of one kind, and between intervals and exact numbers, which count the
/// interval's last field. None for other types.
IntervalCast MakeIntervalCast(const DataType& from, const DataType& to,
                              const data::TimeZone& zone);

}  // namespace millrace::processor::duckdb
