#pragma once

#include <functional>
#include <optional>

#include "base/status.h"
#include "plan/plan.h"

namespace millrace::connect {

/// Where the client's program made the expression that failed in analysis: the innermost one that
/// says so and that fails alone as the whole did. `analyze` says how the analysis of a relation ends;
/// it is asked for parts of the plan, so this is for failures only. None when it cannot be told: SQL
/// texts have no such places.
std::optional<plan::Origin> OriginOfFailure(
    const plan::RelationPtr& relation, const base::Status& failure,
    const std::function<base::Status(const plan::RelationPtr&)>& analyze);

}  // namespace millrace::connect
