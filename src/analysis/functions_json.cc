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

}  // namespace

base::Result<DataType> SchemaArgument(const BoundExpressionPtr& arg) {
  const auto text = ConstantText(arg);
  if (!text) {
    if (AsConstant(arg) == nullptr && IsFoldable(*arg) && arg->type.is(Kind::kString)) {
      return NotPossibleHere("The computed schema \"" + arg->text + "\" ",
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
    // Not where in the schema's text.
    const std::string state = " SQLSTATE: " + error.sql_state;
    if (const auto at = message.find(state); at != std::string::npos) {
      message.erase(at + state.size());
    }
    return base::Status(schema.status().code(), std::move(message))
        .WithSparkError(std::move(error));
  }
  if (ContainsCharVarchar(*schema)) {
    return AnalysisError("UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING", {});
  }
  return schema;
}

namespace {

// A void column is as good as NULL here, and shows as that.
BoundExpressionPtr JsonArgument(const BoundExpressionPtr& arg) {
  if (!arg->type.is(Kind::kNull)) return arg;
  return MakeConstant(data::Value::Null(), StringType(), "NULL");
}

base::Result<BoundExpressionPtr> BindFromJson(const FunctionCall& call) {
  MILLRACE_ASSIGN_OR_RETURN(const DataType schema, SchemaArgument(call.arg(1)));
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
  };
}

}  // namespace millrace::analysis
