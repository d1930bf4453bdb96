#include <string>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

base::Result<BoundExpressionPtr> BindCoalesce(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  auto args = CastToCommonType(call.BoundArgs());
  if (!args) return DifferentTypes(sql, "coalesce", call.BoundArgs(), TypeListStyle::kAlternatives);
  bool nullable = true;
  for (const BoundExpressionPtr& arg : *args) nullable = nullable && arg->nullable;
  const DataType type = args->front()->type;
  return MakeCall("coalesce", *std::move(args), type, nullable, sql);
}

base::Result<BoundExpressionPtr> BindIn(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> list = call.BoundArgs();
  list.erase(list.begin());
  const std::string sql = "(" + call.arg(0)->text + " IN (" + JoinTexts(list) + "))";
  auto args = CastToCommonType(call.BoundArgs());
  if (!args) return DifferentTypes(sql, "in", call.BoundArgs(), TypeListStyle::kBrackets);
  const DataType& type = args->front()->type;
  if (!IsOrderable(type)) {
    return TypeMismatch("INVALID_ORDERING_TYPE", sql,
                        {{"functionName", "`in`"}, {"dataType", QuoteType(type)}});
  }
  const bool nullable = AnyNullable(*args);
  return MakeCall("in", *std::move(args), BooleanType(), nullable, sql);
}

std::string CaseText(const std::vector<BoundExpressionPtr>& args) {
  std::string sql = "CASE";
  for (std::size_t i = 0; i + 1 < args.size(); i += 2) {
    sql += " WHEN " + args[i]->text + " THEN " + args[i + 1]->text;
  }
  if (args.size() % 2 == 1) sql += " ELSE " + args.back()->text;
  return sql + " END";
}

// Arguments: condition, value, condition, value, ..., and the value of ELSE when it is there.
base::Result<BoundExpressionPtr> BindCaseWhen(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  const std::string sql = CaseText(args);
  const auto is_value = [&](std::size_t i) { return i % 2 == 1 || i + 1 == args.size(); };
  std::vector<BoundExpressionPtr> values;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (is_value(i)) values.push_back(args[i]);
  }
  auto coerced = CastToCommonType(values);
  if (!coerced) return DifferentTypes(sql, "casewhen", values, TypeListStyle::kBrackets);
  bool nullable = args.size() % 2 == 0;
  std::size_t next = 0;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (is_value(i)) {
      args[i] = (*coerced)[next++];
      nullable = nullable || args[i]->nullable;
    } else if (!args[i]->type.is(Kind::kBoolean)) {
      return UnexpectedInputType(sql, i / 2, {ParameterType::One(BooleanType())}, args[i]);
    }
  }
  const DataType type = coerced->front()->type;
  return MakeCall("case_when", std::move(args), type, nullable, sql);
}

base::Result<BoundExpressionPtr> BindBetween(const FunctionCall& call) {
  // What Spark tells of an error names the value so.
  const BoundExpressionPtr value = WithText(call.arg(0), "commonexpressionref()");
  for (const auto& [op, bound] : {std::pair{">=", call.arg(1)}, std::pair{"<=", call.arg(2)}}) {
    MILLRACE_RETURN_IF_ERROR(BindBinary(op, value, bound).status());
  }
  MILLRACE_ASSIGN_OR_RETURN(auto lower, BindBinary(">=", call.arg(0), call.arg(1)));
  MILLRACE_ASSIGN_OR_RETURN(auto upper, BindBinary("<=", call.arg(0), call.arg(2)));
  MILLRACE_ASSIGN_OR_RETURN(auto both, BindBinary("and", lower, upper));
  return WithText(both, CallText(call.name, call.BoundArgs()));
}

}  // namespace

std::vector<FunctionSpec> ConditionalFunctions() {
  return {
      {"coalesce", 1, -1, BindCoalesce},
      {"in", 1, -1, BindIn},
      {"when", 2, -1, BindCaseWhen},
      {"between", 3, 3, BindBetween},
  };
}

}  // namespace millrace::analysis
