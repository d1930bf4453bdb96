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
/// input_file_name(), input_file_block_start(), input_file_block_length(): without arguments where no
/// file is read; else over the field of the file's metadata that they show. The name begins with
/// "file:///", or, with the option `as_is`, as the metadata has it: Delta's files.
std::vector<FunctionSpec> FileFunctions();
bool IsFileFunction(const plan::BoundExpression& expression);
/// The same where no file is read.
BoundExpressionPtr WithoutFile(const BoundExpressionPtr& call);
/// current_user() and its kin; what they say comes from SessionText.
std::vector<FunctionSpec> SessionFunctions();
std::optional<std::string> SessionText(std::string_view function, const AnalysisContext& context);

}  // namespace millrace::analysis
