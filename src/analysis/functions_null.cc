// Functions about nulls, conditions and the session: if, nvl, nullif, typeof, assert_true, ...

#include <string>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

base::Result<BoundExpressionPtr> BindIf(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  const std::string sql =
      "(IF(" + args[0]->text + ", " + args[1]->text + ", " + args[2]->text + "))";
  if (args[0]->type.is(Kind::kNull)) args[0] = ImplicitCast(args[0], BooleanType());
  auto values = CastToCommonType({args[1], args[2]});
  if (!args[0]->type.is(Kind::kBoolean)) {
    return UnexpectedInputType(sql, 0, {ParameterType::One(BooleanType())}, args[0]);
  }
  if (!values) return DifferentTypes(sql, "if", {args[1], args[2]}, TypeListStyle::kBrackets);
  const DataType type = (*values)[0]->type;
  const bool nullable = AnyNullable(*values);
  return MakeCall("case_when", {args[0], (*values)[0], (*values)[1]}, type, nullable, sql);
}

base::Result<BoundExpressionPtr> Coalesced(const FunctionCall& call,
                                           const std::vector<BoundExpressionPtr>& given) {
  auto args = CastToCommonType(given);
  if (!args) {
    return DifferentTypes(CallText("coalesce", given), "coalesce", given,
                          TypeListStyle::kAlternatives);
  }
  const bool nullable = (*args)[0]->nullable && (*args)[1]->nullable;
  const DataType type = args->front()->type;
  return MakeCall("coalesce", *std::move(args), type, nullable,
                  CallText(call.name, call.BoundArgs()));
}

base::Result<BoundExpressionPtr> BindNvl(const FunctionCall& call) {
  return Coalesced(call, call.BoundArgs());
}

BoundExpressionPtr Zero() { return MakeConstant(data::Value::Int(0), IntegerType(), "0"); }

base::Result<BoundExpressionPtr> BindZeroIfNull(const FunctionCall& call) {
  return Coalesced(call, {call.arg(0), Zero()});
}

BoundExpressionPtr IsNotNull(const BoundExpressionPtr& operand) {
  return MakeCall("isnotnull", {operand}, BooleanType(), false,
                  "(" + operand->text + " IS NOT NULL)");
}

base::Result<BoundExpressionPtr> BindNvl2(const FunctionCall& call) {
  const std::vector<BoundExpressionPtr> values = {call.arg(1), call.arg(2)};
  auto args = CastToCommonType(values);
  if (!args) {
    const std::string sql = "(IF((" + call.arg(0)->text + " IS NOT NULL), " + values[0]->text +
                            ", " + values[1]->text + "))";
    return DifferentTypes(sql, "if", values, TypeListStyle::kBrackets);
  }
  const DataType type = (*args)[0]->type;
  const bool nullable = AnyNullable(*args);
  return MakeCall("case_when", {IsNotNull(call.arg(0)), (*args)[0], (*args)[1]}, type, nullable,
                  CallText(call.name, call.BoundArgs()));
}

base::Result<BoundExpressionPtr> NullWhenEqual(const FunctionCall& call,
                                               const BoundExpressionPtr& other) {
  const BoundExpressionPtr& value = call.arg(0);
  const BoundExpressionPtr shown =
      call.name == "nullif" ? WithText(value, "commonexpressionref()") : value;
  MILLRACE_ASSIGN_OR_RETURN(auto equal, BindBinary("=", shown, other));
  const BoundExpressionPtr null = MakeConstant(data::Value::Null(), value->type, "NULL");
  return MakeCall("case_when", {equal, null, value}, value->type, true,
                  CallText(call.name, call.BoundArgs()));
}

base::Result<BoundExpressionPtr> BindNullIf(const FunctionCall& call) {
  return NullWhenEqual(call, call.arg(1));
}

base::Result<BoundExpressionPtr> BindNullIfZero(const FunctionCall& call) {
  return NullWhenEqual(call, Zero());
}

base::Result<BoundExpressionPtr> BindEqualNull(const FunctionCall& call) {
  MILLRACE_ASSIGN_OR_RETURN(auto equal, BindBinary("<=>", call.arg(0), call.arg(1)));
  return WithText(equal, CallText(call.name, call.BoundArgs()));
}

base::Result<BoundExpressionPtr> BindNanvl(const FunctionCall& call) {
  const std::string sql = CallText("nanvl", call.BoundArgs());
  const bool floats = call.arg(0)->type.is(Kind::kFloat) && call.arg(1)->type.is(Kind::kFloat);
  static const Parameter either = {ParameterType::One(DoubleType()),
                                   ParameterType::One(FloatType())};
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  if (!floats) {
    for (BoundExpressionPtr& arg : args) {
      if (arg->type.is(Kind::kFloat)) arg = ImplicitCast(arg, DoubleType());
    }
  }
  MILLRACE_ASSIGN_OR_RETURN(args, CoerceArguments(std::move(args), {either, either}, sql));
  const DataType type = args[0]->type;
  const bool nullable = AnyNullable(args);
  return MakeCall("nanvl", std::move(args), type, nullable, sql);
}

base::Result<BoundExpressionPtr> BindTypeOf(const FunctionCall& call) {
  return MakeConstant(data::Value::Bytes(call.arg(0)->type.catalogString()), StringType(),
                      CallText("typeof", call.BoundArgs()));
}

base::Result<BoundExpressionPtr> BindVersion(const FunctionCall&) {
  return MakeConstant(data::Value::Bytes("4.2.0 32f7299601108917fb01920a54e084595b7b3bf8"),
                      StringType(), "version()");
}

// Spark puts the message into a map from STRING to STRING.
base::Result<BoundExpressionPtr> Message(const BoundExpressionPtr& message) {
  if (CanImplicitlyCast(message->type, StringType())) return ImplicitCast(message, StringType());
  const std::string map = "map(errorMessage, " + message->text + ")";
  const DataType wanted = MapType(StringType(), StringType(), true);
  const BoundExpressionPtr given = MakeCall(
      "map", {message}, MapType(StringType(), message->type, message->nullable), false, map);
  return UnexpectedInputType("raise_error(USER_RAISED_EXCEPTION, " + map + ")", 1,
                             {ParameterType::One(wanted)}, given);
}

base::Result<BoundExpressionPtr> BindAssertTrue(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  if (args.size() == 1) {
    const std::string message = "'" + args[0]->text + "' is not true!";
    args.push_back(MakeConstant(data::Value::Bytes(message), StringType(), message));
  }
  const std::string sql = CallText("assert_true", args);
  const std::string whole = "(IF(" + args[0]->text +
                            ", NULL, raise_error(USER_RAISED_EXCEPTION, map(errorMessage, " +
                            args[1]->text + "))))";
  if (args[0]->type.is(Kind::kNull)) args[0] = ImplicitCast(args[0], BooleanType());
  if (!args[0]->type.is(Kind::kBoolean)) {
    return UnexpectedInputType(whole, 0, {ParameterType::One(BooleanType())}, args[0]);
  }
  MILLRACE_ASSIGN_OR_RETURN(args[1], Message(args[1]));
  return MakeCall("assert_true", std::move(args), NullType(), true, sql);
}

base::Result<BoundExpressionPtr> BindRaiseError(const FunctionCall& call) {
  MILLRACE_ASSIGN_OR_RETURN(auto message, Message(call.arg(0)));
  return MakeCall("raise_error", {message}, NullType(), true,
                  "raise_error(USER_RAISED_EXCEPTION, map(errorMessage, " + call.arg(0)->text +
                      "))");
}

}  // namespace

std::vector<FunctionSpec> NullFunctions() {
  return {
      {"if", 3, 3, BindIf},
      {"ifnull", 2, 2, BindNvl},
      {"nvl", 2, 2, BindNvl},
      {"nvl2", 3, 3, BindNvl2},
      {"nullif", 2, 2, BindNullIf},
      {"nullifzero", 1, 1, BindNullIfZero},
      {"zeroifnull", 1, 1, BindZeroIfNull},
      {"equal_null", 2, 2, BindEqualNull},
      {"nanvl", 2, 2, BindNanvl},
      {"assert_true", 1, 2, BindAssertTrue},
      {"raise_error", 1, 1, BindRaiseError},
      {"typeof", 1, 1, BindTypeOf},
      {"version", 0, 0, BindVersion},
  };
}

}  // namespace millrace::analysis
