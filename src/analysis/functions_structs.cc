#include <string>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

// A field of its own for each argument, named after it, or col1, col2, ... by position.
base::Result<BoundExpressionPtr> BindStruct(const FunctionCall& call) {
  StructType fields;
  for (std::size_t i = 0; i < call.args.size(); ++i) {
    const Resolved& arg = call.args[i];
    const bool is_named = arg.kind == Resolved::Kind::kColumn ||
                          arg.kind == Resolved::Kind::kField || arg.kind == Resolved::Kind::kAlias;
    fields = fields.add(is_named ? arg.name : "col" + std::to_string(i + 1), arg.bound->type,
                        arg.bound->nullable, is_named ? arg.metadata : "{}");
  }
  return MakeCall("struct", call.BoundArgs(), fields, false, CallText(call.name, call.BoundArgs()));
}

base::Result<BoundExpressionPtr> BindNamedStruct(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  if (call.args.size() % 2 != 0) {
    return WrongNumberOfArguments("named_struct", "2n (n > 0)", call.args.size());
  }
  StructType fields;
  std::vector<BoundExpressionPtr> values;
  std::string wrong_names;
  for (std::size_t i = 0; i < call.args.size(); i += 2) {
    const BoundExpressionPtr& name = call.arg(i);
    const BoundExpressionPtr& value = call.arg(i + 1);
    const auto text = ConstantText(name);
    if (!text && IsFoldable(*name) && name->type.is(Kind::kString) && AsConstant(name) == nullptr) {
      return NotPossibleHere("A computed field name in \"" + sql + "\"",
                             "Write the name as a string literal.");
    }
    if (!text && !(AsConstant(name) != nullptr && name->type.is(Kind::kString))) {
      if (!wrong_names.empty()) wrong_names += ", ";
      wrong_names += QuoteSql(name->text);
      continue;
    }
    if (!text) return TypeMismatch("UNEXPECTED_NULL", sql, {{"exprName", "[" + name->text + "]"}});
    fields = fields.add(*text, value->type, value->nullable, call.args[i + 1].metadata);
    values.push_back(value);
  }
  if (!wrong_names.empty()) {
    return TypeMismatch("CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING", sql,
                        {{"inputExprs", "[" + wrong_names + "]"}});
  }
  return MakeCall("struct", std::move(values), fields, false, sql);
}

}  // namespace

std::vector<FunctionSpec> StructFunctions() {
  return {
      {"struct", 0, -1, BindStruct},
      {"named_struct", 0, -1, BindNamedStruct},
  };
}

}  // namespace millrace::analysis
