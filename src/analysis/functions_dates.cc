// Functions of dates and timestamps with fixed parameters.

#include <map>
#include <string>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/legacy_rules.h"
#include "analysis/time_operators.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

/// A function that casts its arguments to what its parameters accept.
struct Signature {
  std::string_view function;  ///< In the plan.
  std::vector<Parameter> parameters;
  DataType type;
  bool makes_null = false;
};

Parameter OneOf(const DataType& type) { return {ParameterType::One(type)}; }

const std::map<std::string_view, Signature>& Signatures() {
  static const std::map<std::string_view, Signature> signatures = [] {
    const Parameter date = OneOf(DateType());
    const Parameter number = OneOf(IntegerType());
    const Parameter text = OneOf(StringType());
    const Parameter time = OneOf(TimestampType());
    const Parameter whole = {ParameterType::Integral()};
    return std::map<std::string_view, Signature>{
        {"add_months", {"add_months", {date, number}, DateType()}},
        {"last_day", {"last_day", {date}, DateType()}},
        {"next_day", {"next_day", {date, text}, DateType()}},
        {"make_date", {"make_date", {number, number, number}, DateType()}},
        {"dayname", {"dayname", {date}, StringType()}},
        {"monthname", {"monthname", {date}, StringType()}},
        {"date_from_unix_date", {"date_from_unix_date", {number}, DateType()}},
        {"datediff", {"datediff", {date, date}, IntegerType()}},
        {"date_diff", {"datediff", {date, date}, IntegerType()}},
        {"trunc", {"trunc", {date, text}, DateType(), true}},
        {"date_trunc", {"date_trunc", {text, time}, TimestampType(), true}},
        {"from_utc_timestamp", {"from_utc_timestamp", {time, text}, TimestampType()}},
        {"to_utc_timestamp", {"to_utc_timestamp", {time, text}, TimestampType()}},
        {"timestamp_millis", {"timestamp_millis", {whole}, TimestampType()}},
        {"timestamp_micros", {"timestamp_micros", {whole}, TimestampType()}},
        {"timestamp_seconds",
         {"timestamp_seconds", {{ParameterType::Numeric()}}, TimestampType(), true}},
    };
  }();
  return signatures;
}

base::Result<BoundExpressionPtr> BindSignature(const FunctionCall& call) {
  const Signature& signature = Signatures().at(call.name);
  const std::string sql = CallText(call.name, call.BoundArgs());
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  // No text becomes a number of seconds.
  if (call.name == "timestamp_seconds" && args[0]->type.is(Kind::kString)) {
    return UnexpectedInputType(sql, 0, signature.parameters[0], args[0]);
  }
  MILLRACE_ASSIGN_OR_RETURN(args, CoerceArguments(std::move(args), signature.parameters, sql));
  const bool nullable = signature.makes_null || AnyNullable(args);
  return MakeCall(signature.function, std::move(args), signature.type, nullable, sql);
}

// unix_date, unix_seconds, ...: no implicit cast.
base::Result<BoundExpressionPtr> BindUnixNumber(const FunctionCall& call) {
  const bool date = call.name == "unix_date";
  const DataType wanted = date ? DataType(DateType()) : DataType(TimestampType());
  const std::string sql = CallText(call.name, call.BoundArgs());
  BoundExpressionPtr arg = call.arg(0);
  if (arg->type.is(Kind::kNull)) arg = ImplicitCast(arg, wanted);
  if (!SameType(arg->type, wanted)) return UnexpectedInputType(sql, 0, OneOf(wanted), arg);
  return MakeCall(call.name, {arg}, date ? DataType(IntegerType()) : DataType(LongType()),
                  arg->nullable, sql);
}

base::Result<BoundExpressionPtr> BindDateAdd(const FunctionCall& call) {
  const std::string function = call.name == "date_sub" ? "date_sub" : "date_add";
  const std::string sql = CallText(function, call.BoundArgs());
  MILLRACE_ASSIGN_OR_RETURN(
      auto date, CoerceArguments({call.arg(0)}, {OneOf(DateType())}, sql));
  // With ANSI off only a constant may be a text.
  const bool text = call.arg(1)->type.is(Kind::kString) &&
                    (!LegacyRules::Active() || AsConstant(call.arg(1)) != nullptr);
  return BindDateShift(function, date[0],
                       text ? ImplicitCast(call.arg(1), IntegerType()) : call.arg(1));
}

base::Result<BoundExpressionPtr> BindMonthsBetween(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  if (args.size() == 2) {
    args.push_back(MakeConstant(data::Value::Bool(true), BooleanType(), "true"));
  }
  const std::string sql = CallText(call.name, args);
  static const std::vector<Parameter> parameters = {OneOf(TimestampType()), OneOf(TimestampType()),
                                                    OneOf(BooleanType())};
  MILLRACE_ASSIGN_OR_RETURN(args, CoerceArguments(std::move(args), parameters, sql));
  const bool nullable = AnyNullable(args);
  return MakeCall(call.name, std::move(args), DoubleType(), nullable, sql);
}

base::Result<BoundExpressionPtr> BindCurrentTimezone(const FunctionCall& call) {
  return MakeConstant(data::Value::Bytes(call.time_zone), StringType(), "current_timezone()");
}

base::Result<BoundExpressionPtr> BindLocalTimestamp(const FunctionCall&) {
  return MakeCall("localtimestamp", {}, TimestampNTZType(), false, "localtimestamp()");
}

base::Result<BoundExpressionPtr> BindConvertTimezone(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  if (args.size() == 2) {
    args.insert(args.begin(), MakeConstant(data::Value::Bytes(call.time_zone), StringType(),
                                           "current_timezone()"));
  }
  const std::string sql = CallText(call.name, args);
  static const std::vector<Parameter> parameters = {OneOf(StringType()), OneOf(StringType()),
                                                    OneOf(TimestampNTZType())};
  MILLRACE_ASSIGN_OR_RETURN(args, CoerceArguments(std::move(args), parameters, sql));
  const bool nullable = AnyNullable(args);
  return MakeCall(call.name, std::move(args), TimestampNTZType(), nullable, sql);
}

}  // namespace

std::vector<FunctionSpec> DateFunctions() {
  std::vector<FunctionSpec> functions = {
      {"date_add", 2, 2, BindDateAdd},
      {"dateadd", 2, 2, BindDateAdd},
      {"date_sub", 2, 2, BindDateAdd},
      {"months_between", 2, 3, BindMonthsBetween},
      {"current_timezone", 0, 0, BindCurrentTimezone},
      {"localtimestamp", 0, 0, BindLocalTimestamp},
      {"convert_timezone", 2, 3, BindConvertTimezone},
      {"unix_date", 1, 1, BindUnixNumber},
      {"unix_seconds", 1, 1, BindUnixNumber},
      {"unix_millis", 1, 1, BindUnixNumber},
      {"unix_micros", 1, 1, BindUnixNumber},
  };
  for (const auto& [name, signature] : Signatures()) {
    const int count = static_cast<int>(signature.parameters.size());
    functions.push_back({name, count, count, BindSignature});
  }
  return functions;
}

}  // namespace millrace::analysis
