#include <map>
#include <string>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/legacy_rules.h"
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

const Parameter& TextOrTime() {
  static const Parameter parameter = {
      ParameterType::One(StringType()), ParameterType::One(DateType()),
      ParameterType::One(TimestampType()), ParameterType::One(TimestampNTZType())};
  return parameter;
}

plan::EvalMode CastModeOf(bool tolerant) {
  if (tolerant) return plan::EvalMode::kTry;
  return LegacyRules::Active() ? plan::EvalMode::kLegacy : plan::EvalMode::kAnsi;
}

// Without a format, and for what is a time already, this is a cast. `sql` is the whole call's text.
base::Result<BoundExpressionPtr> ParseTime(const FunctionCall& call, const DataType& type,
                                           bool tolerant, const std::string& sql) {
  const Parameter& times = TextOrTime();
  Parameter input = times;
  const bool numbers = type.is(Kind::kTimestamp);
  if (numbers) input.push_back(ParameterType::Numeric());
  const std::vector<Parameter> parameters = {input, {ParameterType::One(StringType())}};
  MILLRACE_ASSIGN_OR_RETURN(auto args, CoerceArguments(call.BoundArgs(), parameters, sql));
  if (args.size() == 2 && args[0]->type.isNumeric()) {
    return UnexpectedInputType(sql, 0, times, args[0]);
  }
  if (args.size() == 1 || !args[0]->type.is(Kind::kString)) {
    if (SameType(args[0]->type, type)) return WithText(args[0], sql);
    // With a format, Spark takes the number of microseconds as it is.
    const bool time = args[0]->type.is(Kind::kTimestamp) || args[0]->type.is(Kind::kTimestampNtz);
    if (args.size() == 2 && time) {
      return MakeCall("same_micros", {args[0]}, type, args[0]->nullable, sql);
    }
    return ExplicitCast(args[0], type, CastModeOf(tolerant), sql);
  }
  const bool nullable = tolerant || AnyNullable(args);
  std::map<std::string, std::string> options;
  if (tolerant) options["eval"] = "try";
  if (call.name == "to_date") options["func"] = "try_to_date";
  return MakeCall("to_timestamp", std::move(args), type, nullable, sql, std::move(options));
}

base::Result<BoundExpressionPtr> BindToTimestamp(const FunctionCall& call) {
  const DataType type = call.name == "to_timestamp_ntz" ? DataType(TimestampNTZType())
                                                        : DataType(TimestampType());
  return ParseTime(call, type, call.name == "try_to_timestamp",
                   CallText(call.name, call.BoundArgs()));
}

base::Result<BoundExpressionPtr> BindToDate(const FunctionCall& call) {
  const bool tolerant = call.name == "try_to_date";
  const std::string sql = CallText(call.name, call.BoundArgs());
  const auto mode = CastModeOf(tolerant);
  if (call.args.size() == 1) {
    MILLRACE_ASSIGN_OR_RETURN(auto args, CoerceArguments(call.BoundArgs(), {TextOrTime()}, sql));
    return ExplicitCast(args[0], DateType(), mode, sql);
  }
  MILLRACE_ASSIGN_OR_RETURN(auto time, ParseTime(call, TimestampType(), tolerant, sql));
  return ExplicitCast(time, DateType(), mode, sql);
}

constexpr std::string_view kDefaultFormat = "yyyy-MM-dd HH:mm:ss";

BoundExpressionPtr DefaultFormat() {
  return MakeConstant(data::Value::Bytes(std::string(kDefaultFormat)), StringType(),
                      kDefaultFormat);
}

// unix_timestamp and to_unix_timestamp: whole seconds.
base::Result<BoundExpressionPtr> BindUnixTimestamp(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  if (args.empty()) {
    args.push_back(
        MakeCall("current_timestamp", {}, TimestampType(), false, "current_timestamp()"));
  }
  if (args.size() == 1) args.push_back(DefaultFormat());
  const std::string sql = CallText(call.name, args);
  // A number is no text here, unlike elsewhere.
  if (args[0]->type.isNumeric() || args[0]->type.is(Kind::kBoolean)) {
    return UnexpectedInputType(sql, 0, TextOrTime(), args[0]);
  }
  MILLRACE_ASSIGN_OR_RETURN(
      args, CoerceArguments(std::move(args), {TextOrTime(), {ParameterType::One(StringType())}},
                            sql));
  const bool nullable = AnyNullable(args);
  if (args[0]->type.is(Kind::kString)) {
    return MakeCall("unix_timestamp", std::move(args), LongType(), nullable, sql);
  }
  const BoundExpressionPtr time =
      args[0]->type.is(Kind::kDate) ? ImplicitCast(args[0], TimestampType()) : args[0];
  return MakeCall("unix_timestamp_of_time", {time}, LongType(), nullable, sql);
}

base::Result<BoundExpressionPtr> BindFromUnixtime(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  if (args.size() == 1) args.push_back(DefaultFormat());
  const std::string sql = CallText(call.name, args);
  static const std::vector<Parameter> parameters = {{ParameterType::One(LongType())},
                                                    {ParameterType::One(StringType())}};
  MILLRACE_ASSIGN_OR_RETURN(args, CoerceArguments(std::move(args), parameters, sql));
  const bool nullable = AnyNullable(args);
  return MakeCall(call.name, std::move(args), StringType(), nullable, sql);
}

}  // namespace

std::vector<FunctionSpec> TimeFunctions() {
  std::vector<FunctionSpec> functions = {
      {"current_timestamp", 0, 0, BindNow},  {"now", 0, 0, BindNow},
      {"current_date", 0, 0, BindNow},       {"curdate", 0, 0, BindNow},
      {"date_format", 2, 2, BindDateFormat}, {"to_timestamp", 1, 2, BindToTimestamp},
      {"to_timestamp_ltz", 1, 2, BindToTimestamp},  {"to_timestamp_ntz", 1, 2, BindToTimestamp},
      {"try_to_timestamp", 1, 2, BindToTimestamp},  {"to_date", 1, 2, BindToDate},
      {"try_to_date", 1, 2, BindToDate},            {"unix_timestamp", 0, 2, BindUnixTimestamp},
      {"to_unix_timestamp", 1, 2, BindUnixTimestamp}, {"from_unixtime", 1, 2, BindFromUnixtime},
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
