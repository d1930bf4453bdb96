#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "plan/plan.h"

namespace millrace::analysis {

/// The arguments of a call in the order of the function's parameters: `f(1, c => 2)` of a function
/// f(a, b, c) is f(1, default of b, 2). NAMED_PARAMETERS_NOT_SUPPORTED when the function's
/// parameters have no names, UNRECOGNIZED_PARAMETER_NAME, REQUIRED_PARAMETER_NOT_FOUND,
/// DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT, UNEXPECTED_POSITIONAL_ARGUMENT.
base::Result<std::vector<plan::ExpressionPtr>> ArgumentsInOrder(
    const std::string& function, const std::vector<plan::ExpressionPtr>& args);

}  // namespace millrace::analysis
