// Functions that take lambdas.

#include <memory>
#include <string>
#include <utility>

#include "analysis/collection_types.h"
#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/names.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;


// The call's text while its lambdas are not bound.
std::string UnboundText(const FunctionCall& call) {
  std::string text = call.name + "(";
  for (std::size_t i = 0; i < call.args.size(); ++i) {
    if (i > 0) text += ", ";
    text += call.IsLambda(i) ? "lambdafunction(...)" : call.arg(i)->text;
  }
  return text + ")";
}

base::Status CheckArray(const FunctionCall& call, std::size_t index) {
  if (call.IsLambda(index) || !call.arg(index)->type.is(Kind::kArray)) {
    const BoundExpressionPtr& arg = call.arg(index);
    if (arg == nullptr) {
      return AnalysisError("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION",
                           {{"class", call.name}});
    }
    return NotAnArray(UnboundText(call), index, arg);
  }
  return base::Status::Ok();
}

base::Status CheckMap(const FunctionCall& call, std::size_t index) {
  if (call.IsLambda(index)) {
    return AnalysisError("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION",
                         {{"class", call.name}});
  }
  if (call.arg(index)->type.is(Kind::kMap)) return base::Status::Ok();
  return NotAMap(UnboundText(call), index, call.arg(index));
}

LambdaParameter ElementOf(const DataType& array) {
  return {array.elementType(), array.containsNull()};
}

// One variable for the element, or two when the lambda wants its place too.
std::vector<LambdaParameter> ElementParameters(const FunctionCall& call, const DataType& array) {
  std::vector<LambdaParameter> parameters = {ElementOf(array)};
  if (call.IsLambda(1) && call.LambdaArity(1) == 2) parameters.push_back({IntegerType(), false});
  return parameters;
}

// The lambda with its body cast.
BoundExpressionPtr CastLambda(const BoundExpressionPtr& lambda, const DataType& type) {
  plan::BoundExpression copy = *lambda;
  auto& node = std::get<plan::Lambda>(copy.node);
  node.body = ImplicitCast(node.body, type);
  copy.type = node.body->type;
  copy.nullable = node.body->nullable;
  return std::make_shared<const plan::BoundExpression>(std::move(copy));
}

// A condition: BOOLEAN, or NULL that becomes one.
base::Result<BoundExpressionPtr> BooleanLambda(BoundExpressionPtr lambda, std::size_t index,
                                               const std::string& sql) {
  if (lambda->type.is(Kind::kNull)) return CastLambda(lambda, BooleanType());
  if (lambda->type.is(Kind::kBoolean)) return lambda;
  return UnexpectedInputType(sql, index, {ParameterType::One(BooleanType())}, lambda);
}

base::Result<BoundExpressionPtr> BindTransform(const FunctionCall& call) {
  MILLRACE_RETURN_IF_ERROR(CheckArray(call, 0));
  const BoundExpressionPtr& array = call.arg(0);
  MILLRACE_ASSIGN_OR_RETURN(auto lambda,
                            call.BindLambda(1, ElementParameters(call, array->type)));
  return MakeCall(call.name, {array, lambda}, ArrayType(lambda->type, lambda->nullable),
                  array->nullable, CallText(call.name, {array, lambda}));
}

// filter, exists and forall.
base::Result<BoundExpressionPtr> BindCondition(const FunctionCall& call) {
  MILLRACE_RETURN_IF_ERROR(CheckArray(call, 0));
  const BoundExpressionPtr& array = call.arg(0);
  const bool filter = call.name == "filter";
  std::vector<LambdaParameter> parameters = {ElementOf(array->type)};
  if (filter) parameters = ElementParameters(call, array->type);
  MILLRACE_ASSIGN_OR_RETURN(auto lambda, call.BindLambda(1, parameters));
  const std::string sql = CallText(call.name, {array, lambda});
  MILLRACE_ASSIGN_OR_RETURN(lambda, BooleanLambda(lambda, 1, sql));
  return MakeCall(call.name, {array, lambda}, filter ? array->type : DataType(BooleanType()),
                  array->nullable || (!filter && lambda->nullable), sql);
}

// The lambda `x -> x`.
BoundExpressionPtr Identity(const DataType& type) {
  constexpr std::int64_t kId = -1;
  const auto variable = std::make_shared<const plan::BoundExpression>(plan::BoundExpression{
      type, true, plan::LambdaVariable{kId}, "namedlambdavariable()"});
  return std::make_shared<const plan::BoundExpression>(
      plan::BoundExpression{type, true, plan::Lambda{{kId}, variable},
                            "lambdafunction(namedlambdavariable(), namedlambdavariable())"});
}

// aggregate and reduce.
base::Result<BoundExpressionPtr> BindAggregate(const FunctionCall& call) {
  MILLRACE_RETURN_IF_ERROR(CheckArray(call, 0));
  const BoundExpressionPtr& array = call.arg(0);
  if (call.IsLambda(1)) return CheckMap(call, 1);
  const BoundExpressionPtr& start = call.arg(1);
  const LambdaParameter gathered = {start->type, true};
  MILLRACE_ASSIGN_OR_RETURN(auto merge, call.BindLambda(2, {gathered, ElementOf(array->type)}));
  BoundExpressionPtr finish = Identity(start->type);
  if (call.args.size() == 4) {
    MILLRACE_ASSIGN_OR_RETURN(finish, call.BindLambda(3, {gathered}));
  }
  const std::string sql = CallText(call.name, {array, start, merge, finish});
  if (!SameType(merge->type, start->type)) {
    return UnexpectedInputType(sql, 2, {ParameterType::One(start->type)}, merge);
  }
  // What is gathered may hold nulls that the start does not.
  const DataType kept = AsNullable(start->type);
  return MakeCall("aggregate",
                  {array, ImplicitCast(start, kept), CastLambda(merge, kept), finish},
                  finish->type, true, sql);
}

base::Result<BoundExpressionPtr> BindZipWith(const FunctionCall& call) {
  MILLRACE_RETURN_IF_ERROR(CheckArray(call, 0));
  MILLRACE_RETURN_IF_ERROR(CheckArray(call, 1));
  const BoundExpressionPtr& a = call.arg(0);
  const BoundExpressionPtr& b = call.arg(1);
  MILLRACE_ASSIGN_OR_RETURN(
      auto lambda,
      call.BindLambda(2, {{a->type.elementType(), true}, {b->type.elementType(), true}}));
  return MakeCall(call.name, {a, b, lambda}, ArrayType(lambda->type, lambda->nullable),
                  a->nullable || b->nullable, CallText(call.name, {a, b, lambda}));
}

// What Spark shows for the comparator that is not given.
constexpr std::string_view kNaturalOrder =
    "lambdafunction((IF(((namedlambdavariable() IS NULL) AND (namedlambdavariable() IS NULL)), 0, "
    "(IF((namedlambdavariable() IS NULL), 1, (IF((namedlambdavariable() IS NULL), -1, "
    "(IF((namedlambdavariable() < namedlambdavariable()), -1, (IF((namedlambdavariable() > "
    "namedlambdavariable()), 1, 0)))))))))), namedlambdavariable(), namedlambdavariable())";

base::Result<BoundExpressionPtr> BindArraySort(const FunctionCall& call) {
  MILLRACE_RETURN_IF_ERROR(CheckArray(call, 0));
  const BoundExpressionPtr& array = call.arg(0);
  if (call.args.size() == 1) {
    const std::string sql = call.name + "(" + array->text + ", " + std::string(kNaturalOrder) + ")";
    MILLRACE_RETURN_IF_ERROR(CheckOrdering(array->type.elementType(), call.name, sql));
    return MakeCall("array_sort_natural", {array}, array->type, array->nullable, sql);
  }
  const LambdaParameter element = ElementOf(array->type);
  MILLRACE_ASSIGN_OR_RETURN(auto lambda, call.BindLambda(1, {element, element}));
  const std::string sql = CallText(call.name, {array, lambda});
  if (!lambda->type.is(Kind::kInteger)) {
    return TypeMismatch("UNEXPECTED_RETURN_TYPE", sql,
                        {{"functionName", "`lambdafunction`"},
                         {"expectedType", QuoteType(IntegerType())},
                         {"actualType", QuoteType(lambda->type)}});
  }
  return MakeCall(call.name, {array, lambda}, array->type, array->nullable, sql);
}

std::vector<LambdaParameter> EntryParameters(const DataType& map) {
  return {{map.keyType(), false}, {map.valueType(), map.valueContainsNull()}};
}

base::Result<BoundExpressionPtr> BindMapFilter(const FunctionCall& call) {
  MILLRACE_RETURN_IF_ERROR(CheckMap(call, 0));
  const BoundExpressionPtr& map = call.arg(0);
  MILLRACE_ASSIGN_OR_RETURN(auto lambda, call.BindLambda(1, EntryParameters(map->type)));
  const std::string sql = CallText(call.name, {map, lambda});
  MILLRACE_ASSIGN_OR_RETURN(lambda, BooleanLambda(lambda, 1, sql));
  return MakeCall(call.name, {map, lambda}, map->type, map->nullable, sql);
}

base::Result<BoundExpressionPtr> BindTransformEntries(const FunctionCall& call) {
  MILLRACE_RETURN_IF_ERROR(CheckMap(call, 0));
  const BoundExpressionPtr& map = call.arg(0);
  MILLRACE_ASSIGN_OR_RETURN(auto lambda, call.BindLambda(1, EntryParameters(map->type)));
  const std::string sql = CallText(call.name, {map, lambda});
  const bool keys = call.name == "transform_keys";
  if (keys && ContainsMap(lambda->type)) {
    return TypeMismatch("INVALID_MAP_KEY_TYPE", sql, {{"keyType", QuoteType(lambda->type)}});
  }
  const DataType type =
      keys ? MapType(lambda->type, map->type.valueType(), map->type.valueContainsNull())
           : MapType(map->type.keyType(), lambda->type, lambda->nullable);
  return MakeCall(call.name, {map, lambda}, type, map->nullable, sql);
}

base::Result<BoundExpressionPtr> BindMapZipWith(const FunctionCall& call) {
  MILLRACE_RETURN_IF_ERROR(CheckMap(call, 0));
  MILLRACE_RETURN_IF_ERROR(CheckMap(call, 1));
  const DataType& left = call.arg(0)->type;
  const DataType& right = call.arg(1)->type;
  const auto key = TightestCommonType(left.keyType(), right.keyType());
  if (!key) {
    return TypeMismatch("MAP_ZIP_WITH_DIFF_TYPES", UnboundText(call),
                        {{"functionName", QuoteName(call.name)},
                         {"leftType", QuoteType(left.keyType())},
                         {"rightType", QuoteType(right.keyType())}});
  }
  MILLRACE_RETURN_IF_ERROR(CheckOrdering(*key, call.name, UnboundText(call)));
  const BoundExpressionPtr a = CastKeys(call.arg(0), *key);
  const BoundExpressionPtr b = CastKeys(call.arg(1), *key);
  MILLRACE_ASSIGN_OR_RETURN(
      auto lambda, call.BindLambda(2, {{*key, false},
                                       {left.valueType(), true},
                                       {right.valueType(), true}}));
  return MakeCall(call.name, {a, b, lambda}, MapType(*key, lambda->type, lambda->nullable),
                  a->nullable || b->nullable, CallText(call.name, {a, b, lambda}));
}

}  // namespace

std::vector<FunctionSpec> HigherOrderFunctions() {
  return {
      {"transform", 2, 2, BindTransform, true},
      {"filter", 2, 2, BindCondition, true},
      {"exists", 2, 2, BindCondition, true},
      {"forall", 2, 2, BindCondition, true},
      {"aggregate", 3, 4, BindAggregate, true},
      {"reduce", 3, 4, BindAggregate, true},
      {"zip_with", 3, 3, BindZipWith, true},
      {"array_sort", 1, 2, BindArraySort, true},
      {"map_filter", 2, 2, BindMapFilter, true},
      {"transform_keys", 2, 2, BindTransformEntries, true},
      {"transform_values", 2, 2, BindTransformEntries, true},
      {"map_zip_with", 3, 3, BindMapZipWith, true},
  };
}

}  // namespace millrace::analysis
