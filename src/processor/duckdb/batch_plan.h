#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/resolved.h"

namespace millrace::processor::duckdb {

/// A function of ours that the statement calls: `name(args...)`.
struct NativeFunction {
  std::string name;
  /// Over the arguments as columns.
  plan::BoundExpressionPtr expression;
  std::vector<DataType> arg_types;
  /// Gives other values when called again, or can fail: must be called where it stands.
  bool is_volatile = false;
};

/// A table function of ours: `name()` gives the columns c0, c1, ... of a source.
struct NativeScan {
  std::string name;
  int source;
  std::vector<DataType> types;
};

/// `name()` gives one column c0 BIGINT: start, start + step, ..., `count` of them.
struct NativeRange {
  std::string name;
  std::int64_t start = 0;
  std::int64_t step = 1;
  std::int64_t count = 0;
};

/// A whole query as one statement of DuckDB over carriers (carrier.h). Its columns are c0, c1, ...;
/// a query without columns gives one that means nothing.
struct BatchPlan {
  std::string text;
  std::vector<NativeFunction> functions;
  std::vector<NativeScan> scans;
  std::vector<NativeRange> ranges;
  std::vector<DataType> types;
  /// Something in it must see the rows one after the other: one thread runs it.
  bool in_order = false;
};

/// Unsupported, naming what cannot run here. `timestamp_us`: the batch's time.
base::Result<BatchPlan> MakeBatchPlan(const plan::ResolvedQuery& query, std::int64_t timestamp_us);

}  // namespace millrace::processor::duckdb
