#include <string>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

base::Result<BoundExpressionPtr> BindNow(const FunctionCall& call) {
  const std::string sql = call.name + "()";
  if (call.name != "current_timestamp" && call.name != "now") {
    return MakeCall("current_date", {}, DateType(), false, sql);
  }
  return MakeCall("current_timestamp", {}, TimestampType(), false, sql);
}

base::Result<BoundExpressionPtr> BindDateField(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  MILLRACE_ASSIGN_OR_RETURN(
      auto args, CoerceArguments(call.BoundArgs(), {{ParameterType::One(DateType())}}, sql));
  const bool nullable = AnyNullable(args);
  const std::string function = call.name == "day" ? "dayofmonth" : call.name;
  return MakeCall(function, std::move(args), IntegerType(), nullable, sql);
}

base::Result<BoundExpressionPtr> BindTimeField(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  MILLRACE_ASSIGN_OR_RETURN(
      auto args, CoerceArguments(call.BoundArgs(), {{ParameterType::AnyTimestamp()}}, sql));
  const bool nullable = AnyNullable(args);
  return MakeCall(call.name, std::move(args), IntegerType(), nullable, sql);
}

base::Result<BoundExpressionPtr> BindDateFormat(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  static const std::vector<Parameter> parameters = {{ParameterType::One(TimestampType())},
                                                    {ParameterType::One(StringType())}};
  MILLRACE_ASSIGN_OR_RETURN(auto args, CoerceArguments(call.BoundArgs(), parameters, sql));
  const bool nullable = AnyNullable(args);
  return MakeCall("date_format", std::move(args), StringType(), nullable, sql);
}

// Without a format, and for what is a time already, this is a cast.
base::Result<BoundExpressionPtr> BindToTimestamp(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  const Parameter times = {ParameterType::One(StringType()), ParameterType::One(DateType()),
                           ParameterType::One(TimestampType()),
                           ParameterType::One(TimestampNTZType())};
  Parameter input = times;
  input.push_back(ParameterType::Numeric());
  const std::vector<Parameter> parameters = {input, {ParameterType::One(StringType())}};
  MILLRACE_ASSIGN_OR_RETURN(auto args, CoerceArguments(call.BoundArgs(), parameters, sql));
  if (args.size() == 2 && args[0]->type.isNumeric()) {
    return UnexpectedInputType(sql, 0, times, args[0]);
  }
  if (args.size() == 1 || !args[0]->type.is(Kind::kString)) {
    return WithText(ImplicitCast(args[0], TimestampType()), sql);
  }
  const bool nullable = AnyNullable(args);
  return MakeCall("to_timestamp", std::move(args), TimestampType(), nullable, sql);
}

}  // namespace

std::vector<FunctionSpec> TimeFunctions() {
  std::vector<FunctionSpec> functions = {
      {"current_timestamp", 0, 0, BindNow},  {"now", 0, 0, BindNow},
      {"current_date", 0, 0, BindNow},       {"curdate", 0, 0, BindNow},
      {"date_format", 2, 2, BindDateFormat}, {"to_timestamp", 1, 2, BindToTimestamp},
  };
  for (const std::string_view name : {"year", "quarter", "month", "day", "dayofmonth", "dayofweek",
                                      "dayofyear", "weekofyear", "weekday"}) {
    functions.push_back({name, 1, 1, BindDateField});
  }
  for (const std::string_view name : {"hour", "minute", "second"}) {
    functions.push_back({name, 1, 1, BindTimeField});
  }
  return functions;
}

}  // namespace millrace::analysis
