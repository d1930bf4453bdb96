#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

const Parameter& StringParameter() {
  static const Parameter parameter = {ParameterType::One(StringType())};
  return parameter;
}

const Parameter& StringOrBinary() {
  static const Parameter parameter = {ParameterType::One(StringType()),
                                      ParameterType::One(BinaryType())};
  return parameter;
}

base::Result<BoundExpressionPtr> BindCase(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  MILLRACE_ASSIGN_OR_RETURN(auto args, CoerceArguments(call.BoundArgs(), {StringParameter()}, sql));
  const bool nullable = AnyNullable(args);
  return MakeCall(call.name, std::move(args), StringType(), nullable, sql);
}

base::Result<BoundExpressionPtr> BindLength(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  MILLRACE_ASSIGN_OR_RETURN(auto args, CoerceArguments(call.BoundArgs(), {StringOrBinary()}, sql));
  const bool nullable = AnyNullable(args);
  return MakeCall("length", std::move(args), IntegerType(), nullable, sql);
}

base::Result<BoundExpressionPtr> BindSubstring(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  if (args.size() == 2) {
    const std::int32_t rest = std::numeric_limits<std::int32_t>::max();
    args.push_back(MakeConstant(data::Value::Int(rest), IntegerType(), std::to_string(rest)));
  }
  const std::string sql = CallText(call.name, args);
  static const std::vector<Parameter> parameters = {
      StringOrBinary(), {ParameterType::One(IntegerType())}, {ParameterType::One(IntegerType())}};
  MILLRACE_ASSIGN_OR_RETURN(args, CoerceArguments(std::move(args), parameters, sql));
  const DataType type = args[0]->type;
  const bool nullable = AnyNullable(args);
  return MakeCall("substring", std::move(args), type, nullable, sql);
}

bool IsArray(const BoundExpressionPtr& arg) { return arg->type.is(Kind::kArray); }

base::Status ConcatElementError(std::string_view sql, std::size_t index,
                                const BoundExpressionPtr& arg) {
  return TypeMismatch("UNEXPECTED_INPUT_TYPE", sql,
                      {{"paramIndex", Ordinal(index)},
                       {"requiredType", "(\"STRING\" or \"BINARY\" or \"ARRAY\")"},
                       {"inputSql", QuoteSql(arg->text)},
                       {"inputType", QuoteType(arg->type)}});
}

// Arrays go to their common type; all binary stays binary; all else becomes a string.
std::vector<BoundExpressionPtr> CoerceConcat(std::vector<BoundExpressionPtr> args) {
  if (!args.empty() && std::all_of(args.begin(), args.end(), IsArray)) {
    return CastToCommonType(args).value_or(args);
  }
  const bool all_binary = std::all_of(args.begin(), args.end(),
                                      [](const auto& arg) { return arg->type.is(Kind::kBinary); });
  if (all_binary) return args;
  for (BoundExpressionPtr& arg : args) {
    if (CanImplicitlyCast(arg->type, StringType())) arg = ImplicitCast(arg, StringType());
  }
  return args;
}

base::Result<BoundExpressionPtr> BindConcat(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  std::vector<BoundExpressionPtr> args = CoerceConcat(call.BoundArgs());
  if (args.empty()) return MakeCall("concat", {}, StringType(), false, sql);
  for (std::size_t i = 0; i < args.size(); ++i) {
    const DataType& type = args[i]->type;
    if (!type.is(Kind::kString) && !type.is(Kind::kBinary) && !type.is(Kind::kArray)) {
      return ConcatElementError(sql, i, args[i]);
    }
  }
  const DataType type = args.front()->type;
  for (const BoundExpressionPtr& arg : args) {
    if (!SameType(arg->type, type)) {
      return DifferentTypes(sql, "concat", args, TypeListStyle::kAlternatives);
    }
  }
  const bool nullable = AnyNullable(args);
  const char* function = type.is(Kind::kArray) ? "concat_arrays" : "concat";
  return MakeCall(function, std::move(args), type, nullable, sql);
}

}  // namespace

std::vector<FunctionSpec> StringFunctions() {
  return {
      {"upper", 1, 1, BindCase},          {"lower", 1, 1, BindCase},
      {"length", 1, 1, BindLength},       {"concat", 0, -1, BindConcat},
      {"substring", 2, 3, BindSubstring}, {"substr", 2, 3, BindSubstring},
  };
}

}  // namespace millrace::analysis
