#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <absl/time/time.h>
#include <arrow/type_fwd.h>

#include "base/result.h"
#include "millrace/types.h"

namespace millrace::data {

enum class CellStyle {
  kShow,  ///< As `show` and the console sink: null is NULL, binary is [61 62].
  kCast,  ///< As CAST(x AS STRING) in ANSI mode: null inside is null, binary is its bytes.
};

/// One value of a column as Spark prints it: 1.0E10, 2026-01-01 00:00:00.5 in `zone`, [1, 2],
/// {k -> v}, {a, NULL}. `type` is the column's type and `array` what ToArrowType gives for it,
/// Internal otherwise. A null at the top is the text NULL (kCast: null).
base::Result<std::string> CellText(const arrow::Array& array, std::int64_t row,
                                   const DataType& type, absl::TimeZone zone,
                                   CellStyle style = CellStyle::kShow);

/// The same with the type that FromArrowType gives, in the zone of that name.
base::Result<std::string> CellText(const arrow::Array& array, std::int64_t row,
                                   std::string_view time_zone);

}  // namespace millrace::data
