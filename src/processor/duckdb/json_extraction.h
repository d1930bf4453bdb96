#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/resolved.h"
#include "processor/duckdb/flat_plan.h"

namespace millrace::processor::duckdb {

/// One from_json call of a plan and the columns that it gives. The columns of a batch are those of
/// the scan, then those of each call in order.
struct JsonColumns {
  plan::BoundExpressionPtr text;  ///< The argument, over the columns before first_column.
  DataType schema;
  std::map<std::string, std::string> options;
  /// The value itself is used somewhere: one column. Else one column for each of `fields`.
  bool whole = false;
  std::vector<int> fields;
  int first_column = 0;
};

/// Takes the from_json calls out of `flat`: each different one is done once, before everything
/// else, and expressions read its columns. Where only fields of a call are used, only these are
/// made.
std::vector<JsonColumns> ExtractJson(FlatPlan* flat);

}  // namespace millrace::processor::duckdb
