#include <functional>
#include <map>
#include <string>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/type_rules.h"
#include "data/schema_text.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;
using Options = std::map<std::string, std::string>;

bool IsJsonRoot(const DataType& type) {
  return type.is(Kind::kStruct) || type.is(Kind::kArray) || type.is(Kind::kMap) ||
         type.is(Kind::kVariant);
}

bool HasOnlyStringKeys(const DataType& type) {
  switch (type.kind()) {
    case Kind::kMap:
      return type.keyType().is(Kind::kString) && HasOnlyStringKeys(type.valueType());
    case Kind::kArray:
      return HasOnlyStringKeys(type.elementType());
    case Kind::kStruct:
      for (const StructField& field : type.fields()) {
        if (!HasOnlyStringKeys(field.dataType)) return false;
      }
      return true;
    default:
      return true;
  }
}

// The schema argument of from_json: DDL or JSON text.
base::Result<DataType> SchemaFrom(const BoundExpressionPtr& arg) {
  const auto text = ConstantText(arg);
  if (!text) {
    if (AsConstant(arg) == nullptr && IsFoldable(*arg) && arg->type.is(Kind::kString)) {
      return NotPossibleHere("The computed schema \"" + arg->text + "\" of from_json",
                             "Write the schema as a string literal, DDL or JSON.");
    }
    return AnalysisError("INVALID_SCHEMA.NON_STRING_LITERAL",
                         {{"inputSchema", QuoteSql(arg->text)}});
  }
  auto schema = data::ParseSchemaText(*text);
  if (!schema.ok()) {
    // The function reports what the parser found as a failure of the analysis.
    base::SparkError error = schema.status().spark_error();
    error.exception_class = "AnalysisException";
    std::string message = schema.status().message();
    message.erase(0, message.find_first_not_of('\n'));
    return base::Status(schema.status().code(), std::move(message))
        .WithSparkError(std::move(error));
  }
  if (ContainsCharVarchar(*schema)) {
    return AnalysisError("UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING", {});
  }
  return schema;
}

// A void column is as good as NULL here, and shows as that.
BoundExpressionPtr JsonArgument(const BoundExpressionPtr& arg) {
  if (!arg->type.is(Kind::kNull)) return arg;
  return MakeConstant(data::Value::Null(), StringType(), "NULL");
}

base::Result<BoundExpressionPtr> BindFromJson(const FunctionCall& call) {
  MILLRACE_ASSIGN_OR_RETURN(const DataType schema, SchemaFrom(call.arg(1)));
  Options options;
  if (call.args.size() == 3) {
    MILLRACE_ASSIGN_OR_RETURN(options, OptionsFromMap(call.arg(2)));
  }
  const BoundExpressionPtr json = JsonArgument(call.arg(0));
  const std::string sql = schema.is(Kind::kMap) ? "entries" : CallText(call.name, {json});
  if (!IsJsonRoot(schema)) {
    return TypeMismatch("INVALID_JSON_SCHEMA", sql, {{"schema", QuoteType(schema)}});
  }
  const DataType type = AsNullable(schema);
  if (!HasOnlyStringKeys(type)) {
    return TypeMismatch("INVALID_JSON_MAP_KEY_TYPE", sql, {{"schema", QuoteType(type)}});
  }
  if (!json->type.is(Kind::kString)) {
    return UnexpectedInputType(sql, 0, {ParameterType::One(StringType())}, json);
  }
  return MakeCall("from_json", {json}, type, true, sql, std::move(options));
}

base::Result<BoundExpressionPtr> BindToJson(const FunctionCall& call) {
  Options options;
  if (call.args.size() == 2) {
    MILLRACE_ASSIGN_OR_RETURN(options, OptionsFromMap(call.arg(1)));
  }
  const BoundExpressionPtr value = JsonArgument(call.arg(0));
  const std::string sql = CallText(call.name, {value});
  const DataType& type = call.arg(0)->type;
  if (type.is(Kind::kNull)) return WithText(value, sql);
  if (!IsJsonRoot(type)) {
    return TypeMismatch("INVALID_JSON_SCHEMA", sql, {{"schema", QuoteType(type)}});
  }
  return MakeCall("to_json", {value}, StringType(), true, sql, std::move(options));
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
  if (!same_keys) return DifferentTypes(sql, "map", keys, TypeListStyle::kBrackets);
  auto same_values = CastToCommonType(values);
  if (!same_values) return DifferentTypes(sql, "map", values, TypeListStyle::kBrackets);
  std::vector<BoundExpressionPtr> args;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    args.push_back((*same_keys)[i]);
    args.push_back((*same_values)[i]);
  }
  const DataType key = keys.empty() ? DataType(StringType()) : same_keys->front()->type;
  const DataType value = keys.empty() ? DataType(StringType()) : same_values->front()->type;
  return MakeCall("map", std::move(args), MapType(key, value, AnyNullable(*same_values)), false,
                  sql);
}

}  // namespace

base::Result<Options> OptionsFromMap(const BoundExpressionPtr& map) {
  if (const data::Value* value = AsConstant(map); value != nullptr && map->type.is(Kind::kMap)) {
    if (!map->type.keyType().is(Kind::kString) || !map->type.valueType().is(Kind::kString)) {
      return AnalysisError("INVALID_OPTIONS.NON_STRING_TYPE", {{"mapType", QuoteType(map->type)}});
    }
    Options options;
    if (value->is_list()) {
      for (const data::Value& entry : value->list()) {
        options[entry.list()[0].bytes()] = entry.list()[1].is_null() ? "" : entry.list()[1].bytes();
      }
    }
    return options;
  }
  const auto* call = std::get_if<plan::Call>(&map->node);
  if (call == nullptr || call->function != "map") {
    return AnalysisError("INVALID_OPTIONS.NON_MAP_FUNCTION", {});
  }
  if (!map->type.keyType().is(Kind::kString) || !map->type.valueType().is(Kind::kString)) {
    return AnalysisError("INVALID_OPTIONS.NON_STRING_TYPE", {{"mapType", QuoteType(map->type)}});
  }
  Options options;
  for (std::size_t i = 0; i + 1 < call->args.size(); i += 2) {
    const auto key = ConstantText(call->args[i]);
    const auto value = ConstantText(call->args[i + 1]);
    if (!key || !value) {
      return NotPossibleHere("The computed options \"" + map->text + "\"",
                             "Write keys and values as string literals.");
    }
    options[*key] = *value;
  }
  return options;
}

std::vector<FunctionSpec> JsonFunctions() {
  return {
      {"from_json", 2, 3, BindFromJson},
      {"to_json", 1, 2, BindToJson},
      {"map", 0, -1, BindMap},
  };
}

}  // namespace millrace::analysis
