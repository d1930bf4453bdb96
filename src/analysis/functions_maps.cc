// Functions of maps.

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

base::Status CheckKey(const DataType& key, std::string_view sql) {
  if (!ContainsMap(key)) return base::Status::Ok();
  return TypeMismatch("INVALID_MAP_KEY_TYPE", sql, {{"keyType", QuoteType(key)}});
}

std::string TypesText(const std::vector<BoundExpressionPtr>& args) {
  std::string types;
  for (const BoundExpressionPtr& arg : args) {
    types += (types.empty() ? "" : ", ") + QuoteType(arg->type);
  }
  return "[" + types + "]";
}

base::Status DifferentEntries(std::string_view sql, std::string_view reason,
                              const std::vector<BoundExpressionPtr>& args) {
  return TypeMismatch(reason, sql, {{"functionName", "`map`"}, {"dataType", TypesText(args)}});
}

// `map(key, value, ...)`; it serves as the options of the functions here.
base::Result<BoundExpressionPtr> BindMap(const FunctionCall& call) {
  const std::string sql = CallText("map", call.BoundArgs());
  if (call.args.size() % 2 != 0) {
    return WrongNumberOfArguments("map", "2n (n > 0)", call.args.size());
  }
  std::vector<BoundExpressionPtr> keys;
  std::vector<BoundExpressionPtr> values;
  for (std::size_t i = 0; i < call.args.size(); ++i) {
    (i % 2 == 0 ? keys : values).push_back(call.arg(i));
  }
  auto same_keys = CastToCommonType(keys);
  if (!keys.empty() && !same_keys) return DifferentEntries(sql, "CREATE_MAP_KEY_DIFF_TYPES", keys);
  auto same_values = CastToCommonType(values);
  if (!keys.empty() && !same_values) {
    return DifferentEntries(sql, "CREATE_MAP_VALUE_DIFF_TYPES", values);
  }
  std::vector<BoundExpressionPtr> args;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    args.push_back((*same_keys)[i]);
    args.push_back((*same_values)[i]);
  }
  if (keys.empty()) return MakeCall("map", {}, MapType(NullType(), NullType(), false), false, sql);
  const DataType key = same_keys->front()->type;
  MILLRACE_RETURN_IF_ERROR(CheckKey(key, sql));
  return MakeCall("map", std::move(args),
                  MapType(key, same_values->front()->type, AnyNullable(*same_values)), false, sql);
}

base::Result<BoundExpressionPtr> BindFromArrays(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  for (std::size_t i = 0; i < 2; ++i) {
    if (!call.arg(i)->type.is(Kind::kArray)) return NotAnArray(sql, i, call.arg(i));
  }
  const DataType& keys = call.arg(0)->type;
  const DataType& values = call.arg(1)->type;
  MILLRACE_RETURN_IF_ERROR(CheckKey(keys.elementType(), sql));
  return MakeCall(call.name, call.BoundArgs(),
                  MapType(keys.elementType(), values.elementType(), values.containsNull()),
                  AnyNullable(call.BoundArgs()), sql);
}

base::Result<BoundExpressionPtr> BindFromEntries(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  const BoundExpressionPtr& entries = call.arg(0);
  const DataType& type = entries->type;
  const bool pairs = type.is(Kind::kArray) && type.elementType().is(Kind::kStruct) &&
                     type.elementType().fields().size() == 2;
  if (!pairs) return NotOfType(sql, 0, entries, "\"ARRAY\" of pair \"STRUCT\"");
  const auto& fields = type.elementType().fields();
  MILLRACE_RETURN_IF_ERROR(CheckKey(fields[0].dataType, sql));
  return MakeCall(call.name, {entries},
                  MapType(fields[0].dataType, fields[1].dataType, fields[1].nullable),
                  entries->nullable || type.containsNull(), sql);
}

base::Result<BoundExpressionPtr> BindMapConcat(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  if (args.empty()) {
    return MakeCall("map", {}, MapType(StringType(), StringType(), false), false, sql);
  }
  auto common = CastToCommonType(args);
  const bool maps = common && common->front()->type.is(Kind::kMap);
  if (!maps) {
    for (const BoundExpressionPtr& arg : args) {
      if (arg->type.is(Kind::kMap)) continue;
      return TypeMismatch("MAP_CONCAT_DIFF_TYPES", sql,
                          {{"functionName", QuoteName(call.name)}, {"dataType", TypesText(args)}});
    }
    return DifferentTypes(sql, call.name, args, TypeListStyle::kAlternatives);
  }
  const DataType type = common->front()->type;
  MILLRACE_RETURN_IF_ERROR(CheckKey(type.keyType(), sql));
  const bool nullable = AnyNullable(*common);
  return MakeCall(call.name, std::move(*common), type, nullable, sql);
}

// map_keys, map_values and map_entries.
base::Result<BoundExpressionPtr> BindSide(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  const BoundExpressionPtr& map = call.arg(0);
  if (!map->type.is(Kind::kMap)) return NotAMap(sql, 0, map);
  const DataType& key = map->type.keyType();
  const DataType& value = map->type.valueType();
  DataType type = ArrayType(key, false);
  if (call.name == "map_values") type = ArrayType(value, map->type.valueContainsNull());
  if (call.name == "map_entries") {
    type = ArrayType(StructType()
                         .add("key", key, false)
                         .add("value", value, map->type.valueContainsNull()),
                     false);
  }
  return MakeCall(call.name, {map}, type, map->nullable, sql);
}

base::Result<BoundExpressionPtr> BindContainsKey(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  const BoundExpressionPtr& map = call.arg(0);
  const BoundExpressionPtr& key = call.arg(1);
  if (map->type.is(Kind::kNull) || key->type.is(Kind::kNull)) {
    return TypeMismatch("NULL_TYPE", sql, {{"functionName", QuoteName(call.name)}});
  }
  const auto common = map->type.is(Kind::kMap) ? TightestCommonType(map->type.keyType(), key->type)
                                               : std::nullopt;
  if (!common) {
    return TypeMismatch("MAP_FUNCTION_DIFF_TYPES", sql,
                        {{"functionName", QuoteName(call.name)},
                         {"dataType", "\"MAP\""},
                         {"leftType", QuoteType(map->type)},
                         {"rightType", QuoteType(key->type)}});
  }
  MILLRACE_RETURN_IF_ERROR(CheckOrdering(*common, call.name, sql));
  return MakeCall(call.name, {CastKeys(map, *common), ImplicitCast(key, *common)}, BooleanType(),
                  map->nullable || key->nullable, sql);
}

// str_to_map(text, between pairs, between key and value): texts as they are.
base::Result<BoundExpressionPtr> BindStrToMap(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  for (const char* separator : {",", ":"}) {
    if (args.size() < (separator[0] == ',' ? 2U : 3U)) {
      args.push_back(MakeConstant(data::Value::Bytes(separator), StringType(), separator));
    }
  }
  const std::string sql = CallText(call.name, args);
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i]->type.is(Kind::kNull)) args[i] = ImplicitCast(args[i], StringType());
    if (!args[i]->type.is(Kind::kString)) {
      return UnexpectedInputType(sql, i, {ParameterType::One(StringType())}, args[i]);
    }
  }
  const bool nullable = AnyNullable(args);
  return MakeCall(call.name, std::move(args), MapType(StringType(), StringType()), nullable, sql);
}

}  // namespace

std::vector<FunctionSpec> MapFunctions() {
  return {
      {"map", 0, -1, BindMap},
      {"map_from_arrays", 2, 2, BindFromArrays}, {"map_from_entries", 1, 1, BindFromEntries},
      {"map_concat", 0, -1, BindMapConcat},      {"map_keys", 1, 1, BindSide},
      {"map_values", 1, 1, BindSide},            {"map_entries", 1, 1, BindSide},
      {"map_contains_key", 2, 2, BindContainsKey},
      {"str_to_map", 1, 3, BindStrToMap},
  };
}

}  // namespace millrace::analysis
