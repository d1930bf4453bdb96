#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "millrace/types.h"

namespace millrace::processor::duckdb {

/// One value of a flat type; `row` may be null.
struct FormatArgument {
  const arrow::Array* array;
  std::int64_t row;
  const DataType* type;
};

/// java.util.Formatter over what Spark gives it: numbers and booleans as themselves, dates and
/// times as their numbers, decimals only as text. Fails with Java's exceptions. Unsupported: %a, %h
/// and %t.
base::Result<std::string> FormatLikeJava(std::string_view format,
                                         const std::vector<FormatArgument>& args);

}  // namespace millrace::processor::duckdb
