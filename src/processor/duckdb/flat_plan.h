#pragma once

#include <vector>

#include "base/result.h"
#include "plan/resolved.h"

namespace millrace::processor::duckdb {

/// A chain of projections and filters over one scan, as one filter and one projection over the
/// scan's columns.
struct FlatPlan {
  int source = 0;
  StructType input;
  /// All must be true for a row to pass; to be evaluated in this order.
  std::vector<plan::BoundExpressionPtr> conditions;
  std::vector<plan::BoundExpressionPtr> outputs;  ///< One for each field of the plan's schema.
};

/// Unsupported for a relation that is no such chain.
base::Result<FlatPlan> Flatten(const plan::ResolvedRelation& relation);

/// `expression` with column i replaced by `columns[i]`; fields of struct(...) become its arguments.
plan::BoundExpressionPtr Substitute(const plan::BoundExpressionPtr& expression,
                                    const std::vector<plan::BoundExpressionPtr>& columns);

/// The direct parts of an expression, in order.
std::vector<plan::BoundExpressionPtr> Children(const plan::BoundExpression& expression);
/// The same expression over other parts.
plan::BoundExpressionPtr WithChildren(const plan::BoundExpression& expression,
                                      std::vector<plan::BoundExpressionPtr> children);
plan::BoundExpressionPtr MakeColumnRef(int index, const DataType& type, bool nullable,
                                       std::string text);

}  // namespace millrace::processor::duckdb
