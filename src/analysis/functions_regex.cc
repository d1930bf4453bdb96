#include <string>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/signatures.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

BoundExpressionPtr Number(std::int32_t value) {
  return MakeConstant(data::Value::Int(value), IntegerType(), std::to_string(value));
}

std::string UpperAscii(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

base::Result<BoundExpressionPtr> BindRlike(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  const std::string sql = CallText(UpperAscii(call.name), args);
  MILLRACE_ASSIGN_OR_RETURN(args, CoerceArguments(std::move(args), {ParameterOf('s')}, sql));
  const bool nullable = AnyNullable(args);
  return MakeCall(call.name, std::move(args), BooleanType(), nullable, sql);
}

base::Result<BoundExpressionPtr> BindReplace(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  if (args.size() == 3) args.push_back(Number(1));
  const std::string sql = CallText("regexp_replace", args);
  MILLRACE_ASSIGN_OR_RETURN(
      args, CoerceArguments(std::move(args),
                            {ParameterOf('s'), ParameterOf('s'), ParameterOf('s'), ParameterOf('i')},
                            sql));
  if (!IsFoldable(*args[3])) {
    return TypeMismatch("NON_FOLDABLE_INPUT", sql,
                        {{"inputName", "`position`"},
                         {"inputType", QuoteType(IntegerType())},
                         {"inputExpr", QuoteSql(args[3]->text)}});
  }
  const data::Value* position = AsConstant(args[3]);
  if (position != nullptr && position->is_int() && position->int_value() <= 0) {
    return TypeMismatch("VALUE_OUT_OF_RANGE", sql,
                        {{"exprName", "position"},
                         {"valueRange", "(0, 2147483647]"},
                         {"currentValue", std::to_string(position->int_value())}});
  }
  const bool nullable = AnyNullable(args);
  return MakeCall("regexp_replace", std::move(args), StringType(), nullable, sql);
}

// Functions that give a list of strings: regexp_extract_all and split, whose third argument is left
// out as 1 and -1.
base::Result<BoundExpressionPtr> BindPieces(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  if (args.size() == 2) args.push_back(Number(call.name == "split" ? -1 : 1));
  const std::string sql = CallText(call.name, args);
  MILLRACE_ASSIGN_OR_RETURN(
      args, CoerceArguments(std::move(args),
                            {ParameterOf('s'), ParameterOf('s'), ParameterOf('i')}, sql));
  const bool nullable = AnyNullable(args);
  return MakeCall(call.name, std::move(args),
                  ArrayType(StringType(), call.name == "regexp_extract_all"), nullable, sql);
}

// The escape character is one constant.
base::Result<BoundExpressionPtr> BindLike(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  const bool insensitive = call.name == "ilike";
  std::string escape = "\\";
  if (args.size() == 3) {
    const auto text = ConstantText(args[2]);
    if (!text || text->empty() || (text->size() > 1 && (text->front() & 0x80) == 0)) {
      return AnalysisError("INVALID_ESCAPE_CHAR", {{"sqlExpr", QuoteSql(args[2]->text)}});
    }
    escape = *text;
    args.pop_back();
  }
  const std::string suffix = escape == "\\" ? "" : " ESCAPE '" + escape + "'";
  const std::string sql = insensitive
                              ? CallText("ilike", args)
                              : args[0]->text + " LIKE " + args[1]->text + suffix;
  MILLRACE_ASSIGN_OR_RETURN(args, CoerceArguments(std::move(args), {ParameterOf('s')}, sql));
  if (insensitive) {
    for (BoundExpressionPtr& arg : args) {
      const bool nullable = arg->nullable;
      const std::string text = "lower(" + arg->text + ")";
      arg = MakeCall("lower", {arg}, StringType(), nullable, text);
    }
  }
  args.push_back(MakeConstant(data::Value::Bytes(escape), StringType(), escape));
  const bool nullable = AnyNullable(args);
  return MakeCall("like", std::move(args), BooleanType(), nullable, sql);
}

}  // namespace

std::vector<Signature> RegexSignatures() {
  return {
      {"regexp_extract", "ss|i", 's', false, {}, {}, {"1"}},
      {"regexp_count", "ss", 'i'},
      {"regexp_substr", "ss", 's', true},
      {"regexp_instr", "ss|i", 'i', false, {}, {}, {"0"}},
  };
}

std::vector<FunctionSpec> RegexFunctions() {
  return {
      {"rlike", 2, 2, BindRlike},
      {"regexp", 2, 2, BindRlike},
      {"regexp_like", 2, 2, BindRlike},
      {"regexp_replace", 3, 4, BindReplace},
      {"regexp_extract_all", 2, 3, BindPieces},
      {"split", 2, 3, BindPieces},
      {"like", 2, 3, BindLike},
      {"ilike", 2, 3, BindLike},
  };
}

}  // namespace millrace::analysis
