#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/value.h"
#include "plan/resolved.h"

namespace millrace::processor::duckdb {

/// A function of ours that the SQL calls: `name(rid, args...)`. It reads the batch's columns by the
/// row number `rid`, so that these never have to become DuckDB's.
struct SqlFunction {
  std::string name;
  /// Over `batch_columns`, then the SQL arguments.
  plan::BoundExpressionPtr expression;
  std::vector<int> batch_columns;
  std::vector<DataType> arg_types;
};

struct SqlParameter {
  /// Empty: the batch's time.
  std::optional<data::Value> value;
  DataType type;
};

/// One statement over the table function batch(): `SELECT rid, ... FROM batch() WHERE ...`.
/// DuckDB does what it does as Spark does (comparisons, AND, OR, CASE, COALESCE, IN, filters, and
/// in which order things are evaluated); the rest are functions of ours.
struct SqlPlan {
  std::string text;
  /// Columns of the batch that the table function gives, as c<index>.
  std::vector<int> scan_columns;
  std::vector<DataType> scan_types;
  std::vector<SqlFunction> functions;
  std::vector<SqlParameter> parameters;
  std::vector<DataType> output_types;
};

/// Unsupported for functions that are not there and for types that DuckDB cannot carry.
base::Result<SqlPlan> MakeSqlPlan(const std::vector<plan::BoundExpressionPtr>& conditions,
                                  const std::vector<plan::BoundExpressionPtr>& outputs);

/// Whether the whole expression can be evaluated without SQL.
bool IsNative(const plan::BoundExpression& expression);

/// DuckDB's name of a type; none when it has no equal one.
std::optional<std::string> SqlTypeName(const DataType& type);

}  // namespace millrace::processor::duckdb
