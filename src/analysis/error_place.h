#pragma once

#include <optional>

#include "base/status.h"
#include "plan/expression.h"

namespace millrace::analysis {

/// The failure of an expression that stands at `origin`, inside a relation that stands at
/// `relation`, with the place that Spark 4.2 tells for it: its query context and, when the place is
/// in a SQL text, "; line 1 pos 7" behind the message. A failure that has its place keeps it, so
/// what is told first counts: the innermost expression. No effect on what is no AnalysisException.
base::Status AtExpression(base::Status failure, const std::optional<plan::Origin>& origin,
                          const std::optional<plan::Origin>& relation);

/// The same for the failure of a relation. Spark tells no calls of programs that made relations.
base::Status AtRelation(base::Status failure, const std::optional<plan::Origin>& relation);

/// The failure as one of which Spark tells no place, unless it has one.
base::Status Nowhere(const base::Status& failure);

}  // namespace millrace::analysis
