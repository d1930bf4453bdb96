// Functions that read JSON texts without a schema.

#include <string>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

// Texts as they are; only NULL becomes one.
base::Result<std::vector<BoundExpressionPtr>> Texts(std::vector<BoundExpressionPtr> args,
                                                    const std::string& sql) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i]->type.is(Kind::kNull)) args[i] = ImplicitCast(args[i], StringType());
    if (!args[i]->type.is(Kind::kString)) {
      return UnexpectedInputType(sql, i, {ParameterType::One(StringType())}, args[i]);
    }
  }
  return args;
}

base::Result<BoundExpressionPtr> BindJsonText(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  MILLRACE_ASSIGN_OR_RETURN(auto args, Texts(call.BoundArgs(), sql));
  DataType type = StringType();
  if (call.name == "json_array_length") type = IntegerType();
  if (call.name == "json_object_keys") type = ArrayType(StringType());
  return MakeCall(call.name, std::move(args), type, true, sql);
}

}  // namespace

std::vector<FunctionSpec> JsonTextFunctions() {
  return {
      {"get_json_object", 2, 2, BindJsonText},
      {"json_array_length", 1, 1, BindJsonText},
      {"json_object_keys", 1, 1, BindJsonText},
  };
}

}  // namespace millrace::analysis
