// Which file a row comes from, as functions.

#include <algorithm>
#include <array>

#include "analysis/chance.h"
#include "analysis/functions.h"

namespace millrace::analysis {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"input_file_name", "input_file_block_start",
                                                    "input_file_block_length"};

base::Result<BoundExpressionPtr> BindFile(const FunctionCall& call) {
  const bool is_name = call.name == "input_file_name";
  return MakeCall(call.name, {}, is_name ? DataType(StringType()) : DataType(LongType()), false,
                  call.name + "()");
}

}  // namespace

std::vector<FunctionSpec> FileFunctions() {
  std::vector<FunctionSpec> functions;
  for (const std::string_view name : kNames) functions.push_back({name, 0, 0, BindFile});
  return functions;
}

bool IsFileFunction(const plan::BoundExpression& expression) {
  const auto* call = std::get_if<plan::Call>(&expression.node);
  return call != nullptr && std::ranges::find(kNames, call->function) != kNames.end();
}

BoundExpressionPtr WithoutFile(const BoundExpressionPtr& call) {
  return MakeCall(std::get<plan::Call>(call->node).function, {}, call->type, false, call->text);
}

}  // namespace millrace::analysis
