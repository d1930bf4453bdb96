#pragma once

#include <cstdint>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "data/value.h"
#include "millrace/types.h"

namespace millrace::data {

/// Row `row` of a column of `type`, nested ones included, as a constant. `array` is what
/// ToArrowType(type) gives; Internal otherwise.
base::Result<Value> ValueOfCell(const arrow::Array& array, std::int64_t row, const DataType& type);

}  // namespace millrace::data
