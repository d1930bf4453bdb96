// What a session knows of itself. These are constants of the query.

#include "analysis/chance.h"
#include "analysis/functions.h"

namespace millrace::analysis {
namespace {

base::Result<BoundExpressionPtr> BindSession(const FunctionCall& call) {
  const std::string shown = call.name == "current_database" ? "current_schema" : call.name;
  return MakeConstant(data::Value::Bytes(""), StringType(), shown + "()");
}

}  // namespace

std::vector<FunctionSpec> SessionFunctions() {
  std::vector<FunctionSpec> functions;
  for (const std::string_view name : {"current_user", "user", "session_user", "current_database",
                                      "current_schema", "current_catalog"}) {
    functions.push_back({name, 0, 0, BindSession});
  }
  return functions;
}

std::optional<std::string> SessionText(std::string_view function, const AnalysisContext& context) {
  if (function == "current_user" || function == "user" || function == "session_user") {
    return context.user;
  }
  if (function == "current_database" || function == "current_schema") {
    return context.current_database;
  }
  if (function == "current_catalog") return "spark_catalog";
  return std::nullopt;
}

}  // namespace millrace::analysis
