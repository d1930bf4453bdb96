#pragma once

#include <functional>
#include <vector>

#include "analysis/bound.h"
#include "plan/resolved.h"

namespace millrace::analysis {

/// What stands in place of an expression, or null: the same, with its parts rewritten.
using Replace = std::function<BoundExpressionPtr(const BoundExpressionPtr&)>;

/// The expression rewritten from the top down. Columns of the surrounding operator that a
/// correlated subquery names are offered to `replace` as ColumnRefs too; what they become holds no
/// aggregate, window or query. Shared parts are rewritten once.
BoundExpressionPtr Rewrite(const BoundExpressionPtr& expression, const Replace& replace);
/// The columns of the surrounding operator that the queries inside name: from the top of a query
/// down, each as often as it stands there.
std::vector<int> CorrelatedColumns(const BoundExpressionPtr& expression);

/// Does it hold for the expression or any part of it? Subqueries' queries are not looked into.
bool AnyPart(const plan::BoundExpression& expression,
             const std::function<bool(const plan::BoundExpression&)>& holds);

bool HoldsAggregate(const plan::BoundExpression& expression);
bool HoldsWindow(const plan::BoundExpression& expression);
bool HoldsSubquery(const plan::BoundExpression& expression);

/// Column i becomes column `targets[i]`.
BoundExpressionPtr MoveColumns(const BoundExpressionPtr& expression,
                               const std::vector<int>& targets);

/// The index of an equal expression, or -1.
int IndexOf(const std::vector<BoundExpressionPtr>& expressions, const BoundExpressionPtr& wanted);

}  // namespace millrace::analysis
