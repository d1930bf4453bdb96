// Spark's JSON form of types: DataType.fromJson.
#include <charconv>
#include <optional>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/decimal_limits.h"
#include "data/json_text.h"
#include "data/schema_text.h"

namespace millrace::data {
namespace {

using base::Result;
using base::Status;
using Json = nlohmann::ordered_json;

constexpr int kMaxDepth = 500;

Status InvalidType(const std::string& what) {
  return Status::InvalidArgument("[INVALID_JSON_DATA_TYPE] Failed to convert the JSON string '" +
                                 what +
                                 "' to a data type. Please enter a valid data type. "
                                 "SQLSTATE: 2203G")
      .WithSparkError(
          {"IllegalArgumentException", "INVALID_JSON_DATA_TYPE", "2203G", {{"invalidType", what}}});
}

/// The numbers of `name(1, 2)`; nothing when `text` is not `name(...)` with `count` numbers.
std::optional<std::vector<int>> Parameters(std::string_view text, std::string_view name,
                                           std::size_t count) {
  if (!text.starts_with(name) || !text.substr(name.size()).starts_with("(") ||
      !text.ends_with(")")) {
    return std::nullopt;
  }
  std::string_view rest = text.substr(name.size() + 1, text.size() - name.size() - 2);
  std::vector<int> numbers;
  while (true) {
    const std::size_t comma = rest.find(',');
    std::string_view part = rest.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    int number = 0;
    const auto end = std::from_chars(part.data(), part.data() + part.size(), number);
    if (part.empty() || end.ec != std::errc() || end.ptr != part.data() + part.size()) {
      return std::nullopt;
    }
    numbers.push_back(number);
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  if (numbers.size() != count) return std::nullopt;
  return numbers;
}

/// Types that are one word, or words, in JSON.
std::optional<DataType> NamedType(std::string_view name) {
  static const auto* types = [] {
    auto* all = new std::vector<std::pair<std::string, DataType>>{
        {"null", NullType()}, {"decimal", DecimalType()}, {"timestamp_ltz", TimestampType()}};
    auto add = [&](const DataType& type) { all->emplace_back(type.typeName(), type); };
    for (const DataType& type : std::initializer_list<DataType>{
             NullType(), BooleanType(), ByteType(), ShortType(), IntegerType(), LongType(),
             FloatType(), DoubleType(), StringType(), BinaryType(), DateType(), TimestampType(),
             TimestampNTZType(), CalendarIntervalType(), VariantType()}) {
      add(type);
    }
    for (int start = 0; start < 4; ++start) {
      for (int end = start; end < 4; ++end) add(DayTimeIntervalType(start, end));
    }
    for (int start = 0; start < 2; ++start) {
      for (int end = start; end < 2; ++end) add(YearMonthIntervalType(start, end));
    }
    return all;
  }();
  for (const auto& [text, type] : *types) {
    if (text == name) return type;
  }
  return std::nullopt;
}

Result<DataType> ParseTypeName(const std::string& name) {
  if (const auto type = NamedType(name)) return *type;
  if (const auto numbers = Parameters(name, "decimal", 2)) {
    MILLRACE_RETURN_IF_ERROR(CheckDecimal((*numbers)[0], (*numbers)[1]));
    return DataType(DecimalType((*numbers)[0], (*numbers)[1]));
  }
  for (const char* kind : {"char", "varchar", "time"}) {
    const auto numbers = Parameters(name, kind, 1);
    if (!numbers || (*numbers)[0] < 0) continue;
    if (kind[0] == 'c') return DataType(CharType((*numbers)[0]));
    if (kind[0] == 'v') return DataType(VarcharType((*numbers)[0]));
    if ((*numbers)[0] <= 6) return DataType(TimeType((*numbers)[0]));
  }
  if (name.starts_with("string collate ")) {
    return Status::Unsupported("The type \"" + name +
                               "\" is not supported: only the collation UTF8_BINARY is.");
  }
  return InvalidType(name);
}

bool HasExactly(const Json& object, const std::set<std::string>& keys) {
  if (object.size() != keys.size()) return false;
  for (const auto& [key, value] : object.items()) {
    if (!keys.contains(key)) return false;
  }
  return true;
}

Result<DataType> ParseType(const Json& json, int depth);

/// Metadata keeps every key, known or not.
Result<std::string> ParseMetadata(const std::string& field, const Json& metadata) {
  if (metadata.contains("__COLLATIONS")) {
    return Status::Unsupported("The column `" + field +
                               "` has a collation, which is not supported: only UTF8_BINARY is.");
  }
  return CompactJson(metadata);
}

Result<StructField> ParseField(const Json& json, int depth) {
  const bool shaped =
      json.is_object() &&
      (HasExactly(json, {"name", "type", "nullable", "metadata"}) ||
       HasExactly(json, {"name", "type", "nullable"}) || HasExactly(json, {"name", "type"}));
  if (!shaped || !json["name"].is_string() ||
      (json.contains("nullable") && !json["nullable"].is_boolean()) ||
      (json.contains("metadata") && !json["metadata"].is_object())) {
    return InvalidType(CompactJson(json));
  }
  StructField field;
  field.name = json["name"].get<std::string>();
  MILLRACE_ASSIGN_OR_RETURN(field.dataType, ParseType(json["type"], depth));
  field.nullable = json.value("nullable", true);
  if (json.contains("metadata")) {
    MILLRACE_ASSIGN_OR_RETURN(field.metadata, ParseMetadata(field.name, json["metadata"]));
  }
  return field;
}

Result<DataType> ParseObject(const Json& json, int depth) {
  const auto type = json.find("type");
  const std::string name = type != json.end() && type->is_string() ? type->get<std::string>() : "";
  if (name == "array" && HasExactly(json, {"type", "elementType", "containsNull"}) &&
      json["containsNull"].is_boolean()) {
    MILLRACE_ASSIGN_OR_RETURN(DataType element, ParseType(json["elementType"], depth + 1));
    return DataType(ArrayType(element, json["containsNull"].get<bool>()));
  }
  if (name == "map" && HasExactly(json, {"type", "keyType", "valueType", "valueContainsNull"}) &&
      json["valueContainsNull"].is_boolean()) {
    MILLRACE_ASSIGN_OR_RETURN(DataType key, ParseType(json["keyType"], depth + 1));
    MILLRACE_ASSIGN_OR_RETURN(DataType value, ParseType(json["valueType"], depth + 1));
    return DataType(MapType(key, value, json["valueContainsNull"].get<bool>()));
  }
  if (name == "struct" && HasExactly(json, {"type", "fields"}) && json["fields"].is_array()) {
    std::vector<StructField> fields;
    for (const Json& field : json["fields"]) {
      MILLRACE_ASSIGN_OR_RETURN(StructField parsed, ParseField(field, depth + 1));
      fields.push_back(std::move(parsed));
    }
    return DataType(StructType(std::move(fields)));
  }
  if (name == "udt") {
    const std::string user_class = json.contains("pyClass") && json["pyClass"].is_string()
                                       ? json["pyClass"].get<std::string>()
                                       : CompactJson(json);
    return Status::Unsupported("The user-defined type " + user_class +
                               " is not supported; use the type that it stores (sqlType).");
  }
  return InvalidType(CompactJson(json));
}

Result<DataType> ParseType(const Json& json, int depth) {
  if (depth > kMaxDepth) {
    return Status::InvalidArgument(
        fmt::format("The type is nested more than {} levels deep.", kMaxDepth));
  }
  if (json.is_string()) return ParseTypeName(json.get_ref<const std::string&>());
  if (json.is_object()) return ParseObject(json, depth);
  return InvalidType(CompactJson(json));
}

/// Whether brackets nest deeper than any type within kMaxDepth needs, metadata included.
bool TooDeep(std::string_view json) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      if (++depth > 4 * kMaxDepth) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

}  // namespace

Result<DataType> ParseJsonType(std::string_view json) {
  if (TooDeep(json)) return Status::InvalidArgument("The schema's JSON is nested too deeply.");
  Json parsed;
  std::istringstream input{std::string(json)};
  try {
    input >> parsed;  // Whatever follows the value is ignored, as in Spark.
  } catch (const Json::exception& error) {
    return Status::InvalidArgument("The schema is not JSON: " + std::string(error.what()) + ": " +
                                   std::string(json.substr(0, 200)))
        .WithSparkError({"IllegalArgumentException", "", "", {}});
  }
  return ParseType(parsed, 0);
}

Result<StructType> ParseJsonSchema(std::string_view json) {
  MILLRACE_ASSIGN_OR_RETURN(DataType type, ParseJsonType(json));
  if (!type.is(DataType::Kind::kStruct)) return InvalidType(std::string(json));
  return StructType(type);
}

}  // namespace millrace::data
