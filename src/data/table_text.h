#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "millrace/types.h"

namespace millrace::data {

/// The table that Spark 4's Dataset.showString makes of the first `num_rows` rows, byte for byte.
/// `truncate` > 0 cuts cells to so many UTF-16 units and aligns right; 0 shows them whole, aligned
/// left. `vertical` prints a line for each value. When rows are left out the last line says so and
/// has, as in Spark, no line break. The batches hold what ToArrowSchema(schema) describes.
/// InvalidArgument when `time_zone` is unknown.
base::Result<std::string> ShowString(
    const StructType& schema, const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches,
    int num_rows, int truncate, std::string_view time_zone, bool vertical = false);

}  // namespace millrace::data
