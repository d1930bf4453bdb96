#include "clients/delta/field_metadata.h"

#include <simdjson.h>

#include "clients/delta/json_text.h"

namespace millrace::clients::delta {

namespace {

// Almost every field has none, and parsing costs more than this look.
bool MayHave(const StructField& field, std::string_view key) {
  return field.metadata.size() > 2 && field.metadata.find(key) != std::string::npos;
}

template <typename T>
std::optional<T> Lookup(const StructField& field, std::string_view key) {
  if (!MayHave(field, key)) return std::nullopt;
  simdjson::dom::parser parser;
  T value;
  const auto root = parser.parse(field.metadata.data(), field.metadata.size());
  if (root.get_object()[key].get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

}  // namespace

bool HasFieldMetadata(const StructField& field, std::string_view key) {
  if (!MayHave(field, key)) return false;
  simdjson::dom::parser parser;
  const auto root = parser.parse(field.metadata.data(), field.metadata.size());
  return root.get_object()[key].error() == simdjson::SUCCESS;
}

std::optional<std::string> FieldMetadataString(const StructField& field, std::string_view key) {
  if (!MayHave(field, key)) return std::nullopt;
  simdjson::dom::parser parser;
  std::string_view value;
  const auto root = parser.parse(field.metadata.data(), field.metadata.size());
  if (root.get_object()[key].get(value) != simdjson::SUCCESS) return std::nullopt;
  return std::string(value);
}

std::optional<std::int64_t> FieldMetadataLong(const StructField& field, std::string_view key) {
  return Lookup<std::int64_t>(field, key);
}

std::string WithFieldMetadata(const std::string& metadata, std::string_view key,
                              std::string_view json_value) {
  std::string text = metadata.empty() ? "{}" : metadata;
  text.pop_back();
  if (text.size() > 1) text.push_back(',');
  AppendJsonString(key, &text);
  text.push_back(':');
  text.append(json_value);
  text.push_back('}');
  return text;
}

std::string PhysicalName(const StructField& field) {
  return FieldMetadataString(field, "delta.columnMapping.physicalName").value_or(field.name);
}

}  // namespace millrace::clients::delta
