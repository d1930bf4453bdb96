// to_char and to_number.

#include <string>
#include <utility>

#include "analysis/chance.h"
#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/names.h"
#include "analysis/type_rules.h"
#include "data/number_pattern.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

/// The pattern in a constant; none when it is null.
base::Result<std::optional<data::NumberPattern>> PatternOf(const BoundExpressionPtr& arg,
                                                           const std::string& sql) {
  using Found = std::optional<data::NumberPattern>;
  if (const data::Value* value = AsConstant(arg); value != nullptr && value->is_null()) {
    return Found();
  }
  const auto text = ConstantText(arg);
  if (!text) {
    return TypeMismatch("NON_FOLDABLE_INPUT", sql,
                        {{"inputName", "`format`"},
                         {"inputType", "\"STRING\""},
                         {"inputExpr", QuoteSql(arg->text)}});
  }
  data::NumberPattern::Problem problem;
  data::NumberPattern pattern = data::NumberPattern::Parse(*text, &problem);
  const std::string quoted = "'" + pattern.text() + "'";
  switch (problem) {
    case data::NumberPattern::Problem::kNone:
      return Found(std::move(pattern));
    case data::NumberPattern::Problem::kEmpty:
      return AnalysisError("INVALID_FORMAT.EMPTY", {{"format", quoted}});
    case data::NumberPattern::Problem::kNoDigit:
      return AnalysisError("INVALID_FORMAT.WRONG_NUM_DIGIT", {{"format", quoted}});
    case data::NumberPattern::Problem::kOther:
      break;
  }
  return NotPossibleHere("The number format " + quoted,
                         "It is [S|MI][$] digits as 0, 9 and commas, [.digits], [S|MI|PR].");
}

base::Result<BoundExpressionPtr> BindByName(const char* name, FunctionCall call) {
  call.name = name;
  return Bind(*FindFunction(name), call);
}

base::Result<BoundExpressionPtr> BindToChar(const FunctionCall& call) {
  const BoundExpressionPtr& value = call.arg(0);
  const std::string sql = CallText("to_char", call.BoundArgs());
  if (value->type.is(Kind::kDate) || value->type.is(Kind::kTimestamp) ||
      value->type.is(Kind::kTimestampNtz)) {
    return BindByName("date_format", call);
  }
  if (value->type.is(Kind::kBinary)) {
    const auto format = ConstantText(call.arg(1));
    const std::string name = format ? LowerCase(*format) : std::string();
    FunctionCall one = call;
    one.args.resize(1);
    if (name == "hex" || name == "base64") return BindByName(name.c_str(), std::move(one));
    if (name == "utf-8") return BindByName("decode", call);
    return AnalysisError("INVALID_PARAMETER_VALUE.BINARY_FORMAT",
                         {{"parameter", "`format`"},
                          {"functionName", "`to_char`"},
                          {"invalidFormat", "'" + format.value_or("") + "'"}});
  }
  MILLRACE_ASSIGN_OR_RETURN(
      auto args, CoerceArguments(call.BoundArgs(),
                                 {{ParameterType::Decimal()}, {ParameterType::One(StringType())}},
                                 sql));
  MILLRACE_ASSIGN_OR_RETURN(const auto pattern, PatternOf(args[1], sql));
  const bool nullable = AnyNullable(args);
  if (!pattern) return MakeConstant(data::Value::Null(), StringType(), sql);
  return MakeCall("to_char", std::move(args), StringType(), nullable, sql);
}

base::Result<BoundExpressionPtr> BindToNumber(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  const bool tolerant = call.name == "try_to_number";
  MILLRACE_ASSIGN_OR_RETURN(
      auto args, CoerceArguments(call.BoundArgs(), {{ParameterType::One(StringType())}}, sql));
  MILLRACE_ASSIGN_OR_RETURN(const auto pattern, PatternOf(args[1], sql));
  if (!pattern) return MakeConstant(data::Value::Null(), DecimalType(38, 18), sql);
  const bool nullable = tolerant || AnyNullable(args);
  std::map<std::string, std::string> options;
  if (tolerant) options["eval"] = "try";
  return MakeCall("to_number", std::move(args), DecimalType(pattern->precision(), pattern->scale()),
                  nullable, sql, std::move(options));
}

}  // namespace

std::vector<FunctionSpec> NumberFormatFunctions() {
  return {
      {"to_char", 2, 2, BindToChar},
      {"to_varchar", 2, 2, BindToChar},
      {"to_number", 2, 2, BindToNumber},
      {"try_to_number", 2, 2, BindToNumber},
  };
}

}  // namespace millrace::analysis
