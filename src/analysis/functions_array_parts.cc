// Functions that take arrays and maps apart, or put elements of an array in another order.

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "analysis/collection_types.h"
#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/legacy_rules.h"
#include "analysis/names.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

Parameter OneOf(const DataType& type) { return {ParameterType::One(type)}; }

std::map<std::string, std::string> TryOption(bool tolerant) {
  std::map<std::string, std::string> options;
  if (tolerant) options["eval"] = "try";
  return options;
}

base::Result<BoundExpressionPtr> ElementOfMap(const FunctionCall& call, const std::string& sql) {
  const BoundExpressionPtr& map = call.arg(0);
  const BoundExpressionPtr& key = call.arg(1);
  const auto common = TightestCommonType(map->type.keyType(), key->type);
  if (!common) {
    return TypeMismatch("MAP_FUNCTION_DIFF_TYPES", sql,
                        {{"functionName", QuoteName(call.name)},
                         {"dataType", "\"MAP\""},
                         {"leftType", QuoteType(map->type)},
                         {"rightType", QuoteType(key->type)}});
  }
  MILLRACE_RETURN_IF_ERROR(CheckOrdering(*common, call.name, sql));
  return MakeCall("getmapvalue", {CastKeys(map, *common), ImplicitCast(key, *common)},
                  map->type.valueType(), true, sql);
}

// element_at and try_element_at.
base::Result<BoundExpressionPtr> BindElementAt(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  const BoundExpressionPtr& source = call.arg(0);
  if (source->type.is(Kind::kMap)) return ElementOfMap(call, sql);
  if (!source->type.is(Kind::kArray)) return NotOfType(sql, 0, source, "(\"ARRAY\" or \"MAP\")");
  BoundExpressionPtr index = call.arg(1);
  const bool fits = (index->type.isIntegral() && !index->type.is(Kind::kLong)) ||
                    index->type.is(Kind::kNull);
  if (!fits) return UnexpectedInputType(sql, 1, OneOf(IntegerType()), index);
  return MakeCall("element_at", {source, ImplicitCast(index, IntegerType())},
                  source->type.elementType(), true, sql, TryOption(call.name == "try_element_at"));
}

base::Result<BoundExpressionPtr> BindGet(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  const BoundExpressionPtr& array = call.arg(0);
  if (!array->type.is(Kind::kArray)) return NotAnArray(sql, 0, array);
  MILLRACE_ASSIGN_OR_RETURN(
      auto args,
      CoerceArguments(call.BoundArgs(), {OneOf(array->type), OneOf(IntegerType())}, sql));
  return MakeCall("get", std::move(args), array->type.elementType(), true, sql);
}

// size and cardinality take maps as well, array_size does not.
base::Result<BoundExpressionPtr> BindSize(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  const BoundExpressionPtr& source = call.arg(0);
  const bool only_arrays = call.name == "array_size";
  // spark.sql.legacy.sizeOfNull follows ANSI: the size of NULL is -1.
  const bool legacy = LegacyRules::Active() && !only_arrays;
  if (source->type.is(Kind::kNull)) {
    return MakeConstant(legacy ? data::Value::Int(-1) : data::Value::Null(), IntegerType(), sql);
  }
  if (!source->type.is(Kind::kArray) && (only_arrays || !source->type.is(Kind::kMap))) {
    return NotOfType(sql, 0, source, only_arrays ? "\"ARRAY\"" : "(\"ARRAY\" or \"MAP\")");
  }
  return MakeCall("size", {source}, IntegerType(), source->nullable && !legacy, sql,
                  TryOption(only_arrays));
}

base::Result<BoundExpressionPtr> BindSlice(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  const BoundExpressionPtr& array = call.arg(0);
  if (!array->type.is(Kind::kArray)) return NotAnArray(sql, 0, array);
  MILLRACE_ASSIGN_OR_RETURN(
      auto args, CoerceArguments(call.BoundArgs(),
                                 {OneOf(array->type), OneOf(IntegerType()), OneOf(IntegerType())},
                                 sql));
  const bool nullable = AnyNullable(args);
  return MakeCall("slice", std::move(args), array->type, nullable, sql);
}

base::Result<BoundExpressionPtr> BindFlatten(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  const BoundExpressionPtr& arrays = call.arg(0);
  if (!arrays->type.is(Kind::kArray) || !arrays->type.elementType().is(Kind::kArray)) {
    return NotOfType(sql, 0, arrays, "\"ARRAY\" of \"ARRAY\"");
  }
  return MakeCall("flatten", {arrays}, arrays->type.elementType(),
                  arrays->nullable || arrays->type.containsNull(), sql);
}

base::Result<BoundExpressionPtr> BindCompact(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  const BoundExpressionPtr& array = call.arg(0);
  if (!array->type.is(Kind::kArray)) return NotAnArray(sql, 0, array);
  return MakeCall(call.name, {array}, ArrayType(array->type.elementType(), false), array->nullable,
                  sql);
}

// array_max, array_min and array_distinct.
base::Result<BoundExpressionPtr> BindOrdered(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  const BoundExpressionPtr& array = call.arg(0);
  if (!array->type.is(Kind::kArray)) return NotAnArray(sql, 0, array);
  MILLRACE_RETURN_IF_ERROR(CheckOrdering(array->type.elementType(), call.name, sql));
  const bool distinct = call.name == "array_distinct";
  return MakeCall(call.name, {array}, distinct ? array->type : array->type.elementType(),
                  !distinct || array->nullable, sql);
}

base::Result<BoundExpressionPtr> BindSortArray(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  if (args.size() == 1) {
    args.push_back(MakeConstant(data::Value::Bool(true), BooleanType(), "true"));
  }
  const std::string sql = CallText(call.name, args);
  if (!args[0]->type.is(Kind::kArray)) return NotAnArray(sql, 0, args[0]);
  if (!args[1]->type.is(Kind::kBoolean) && !args[1]->type.is(Kind::kNull)) {
    return UnexpectedInputType(sql, 1, OneOf(BooleanType()), args[1]);
  }
  MILLRACE_RETURN_IF_ERROR(
      CheckOrdering(args[0]->type.elementType(), call.name, sql, &args[0]->type));
  if (!IsFoldable(*args[1])) {
    return TypeMismatch("NON_FOLDABLE_INPUT", sql,
                        {{"inputName", "`ascendingOrder`"},
                         {"inputType", QuoteType(BooleanType())},
                         {"inputExpr", QuoteSql(args[1]->text)}});
  }
  args[1] = ImplicitCast(args[1], BooleanType());
  const DataType type = args[0]->type;
  const bool nullable = AnyNullable(args);
  return MakeCall(call.name, std::move(args), type, nullable, sql);
}

base::Result<BoundExpressionPtr> BindJoin(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  const DataType texts = ArrayType(StringType());
  const bool of_texts =
      args[0]->type.is(Kind::kArray) && args[0]->type.elementType().is(Kind::kString);
  const bool flat = args[0]->type.is(Kind::kArray) &&
                    CanImplicitlyCast(args[0]->type.elementType(), StringType());
  if (!of_texts && flat) args[0] = CastElements(args[0], StringType());
  if (!of_texts && !flat) return UnexpectedInputType(sql, 0, OneOf(texts), args[0]);
  for (std::size_t i = 1; i < args.size(); ++i) {
    if (args[i]->type.is(Kind::kNull)) args[i] = ImplicitCast(args[i], StringType());
    if (!args[i]->type.is(Kind::kString)) {
      return UnexpectedInputType(sql, i, OneOf(StringType()), args[i]);
    }
  }
  const bool nullable = AnyNullable(args);
  return MakeCall(call.name, std::move(args), StringType(), nullable, sql);
}

}  // namespace

std::vector<FunctionSpec> ArrayPartFunctions() {
  return {
      {"element_at", 2, 2, BindElementAt}, {"try_element_at", 2, 2, BindElementAt},
      {"get", 2, 2, BindGet},              {"size", 1, 1, BindSize},
      {"cardinality", 1, 1, BindSize},     {"array_size", 1, 1, BindSize},
      {"slice", 3, 3, BindSlice},          {"flatten", 1, 1, BindFlatten},
      {"array_compact", 1, 1, BindCompact}, {"array_max", 1, 1, BindOrdered},
      {"array_min", 1, 1, BindOrdered},    {"array_distinct", 1, 1, BindOrdered},
      {"sort_array", 1, 2, BindSortArray}, {"array_join", 2, 3, BindJoin},
  };
}

}  // namespace millrace::analysis
