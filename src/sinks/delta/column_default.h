#pragma once

#include <memory>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "data/time_zone.h"
#include "millrace/types.h"

namespace millrace::sinks::delta {

/// The value that a column gets when the data does not have it: its `CURRENT_DEFAULT`, null without
/// one. Constants only (NULL, TRUE, numbers, strings, DATE'...', TIMESTAMP'...'); Unsupported with
/// the text for anything that would have to be evaluated. `type`: the column's Arrow type.
base::Result<std::shared_ptr<arrow::Scalar>> DefaultOf(const StructField& field,
                                                       const std::shared_ptr<arrow::DataType>& type,
                                                       const data::TimeZone& zone);

}  // namespace millrace::sinks::delta
