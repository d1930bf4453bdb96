#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/analyzer.h"
#include "analysis/functions.h"
#include "plan/resolved.h"

namespace millrace::analysis {

/// Gives the same for the same row: holds none of rand, uuid, shuffle and their kin.
bool IsDeterministic(const plan::BoundExpression& expression);

std::vector<FunctionSpec> RandomFunctions();
std::vector<FunctionSpec> NumberFormatFunctions();
/// current_user() and its kin; what they say comes from SessionText.
std::vector<FunctionSpec> SessionFunctions();
std::optional<std::string> SessionText(std::string_view function, const AnalysisContext& context);

}  // namespace millrace::analysis
