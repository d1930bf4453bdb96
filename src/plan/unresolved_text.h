#pragma once

#include <string>

#include "plan/command.h"
#include "plan/expression.h"
#include "plan/relation.h"

namespace millrace::plan {

/// An unresolved expression on one line, for tests and logs: `(a + 1) AS b`, `f(DISTINCT x)`,
/// `col` for a column, `'text'`, `1L`, `CAST(a AS BIGINT)`. Nodes that SQL cannot make are shown by
/// their name. Subqueries are `subquery#n`, n being their place among the ids below zero that the
/// text met so far.
std::string UnresolvedText(const Expression& expression);

/// An unresolved relation on one line, inputs first: `t | Filter((a > 1)) | Project(a)`; two inputs
/// as `Join[Inner](left; right; condition)`.
std::string UnresolvedText(const Relation& relation);

}  // namespace millrace::plan
