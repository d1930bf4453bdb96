// The texts that Spark makes of a type: org.apache.spark.sql.types.DataType and its subclasses.
#include <nlohmann/json.hpp>

#include "data/json_text.h"
#include "data/text_quoting.h"
#include "millrace/types.h"

namespace millrace {
namespace {

using Kind = DataType::Kind;

/// spark.sql.debug.maxToStringFields. A struct with more fields shows one less and how many follow.
constexpr std::size_t kMaxToStringFields = 25;

std::string IntervalName(const DataType& type) {
  static constexpr const char* kDayTime[] = {"day", "hour", "minute", "second"};
  static constexpr const char* kYearMonth[] = {"year", "month"};
  auto name = [&](int field) -> std::string {
    return type.is(Kind::kDayTimeInterval) ? kDayTime[field & 3] : kYearMonth[field & 1];
  };
  std::string text = "interval " + name(type.intervalStart());
  if (type.intervalStart() < type.intervalEnd()) text += " to " + name(type.intervalEnd());
  return text;
}

std::string Parenthesized(const char* name, int value) {
  return std::string(name) + "(" + std::to_string(value) + ")";
}

std::string UpperAscii(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

/// The comment in a field's metadata as ` COMMENT '...'`, or nothing.
std::string CommentClause(const StructField& field) {
  if (field.metadata == "{}") return "";
  const auto metadata = nlohmann::ordered_json::parse(field.metadata, nullptr, false);
  if (!metadata.is_object()) return "";
  const auto comment = metadata.find("comment");
  if (comment == metadata.end() || !comment->is_string()) return "";
  std::string text = " COMMENT '";
  for (char c : comment->get_ref<const std::string&>()) {
    if (c == '\'') text += '\\';
    text += c;
  }
  return text + "'";
}

/// The current default in a field's metadata as ` DEFAULT ...`, or nothing.
std::string DefaultClause(const StructField& field) {
  if (field.metadata == "{}") return "";
  const auto metadata = nlohmann::ordered_json::parse(field.metadata, nullptr, false);
  if (!metadata.is_object()) return "";
  const auto value = metadata.find("CURRENT_DEFAULT");
  if (value == metadata.end() || !value->is_string()) return "";
  return " DEFAULT " + value->get<std::string>();
}

std::string NullClause(const StructField& field) { return field.nullable ? "" : " NOT NULL"; }

std::string StructSql(const DataType& type) {
  std::string text = "STRUCT<";
  bool first = true;
  for (const StructField& field : type.fields()) {
    if (!std::exchange(first, false)) text += ", ";
    text += data::QuoteIfNeeded(field.name) + ": " + field.dataType.sql() + NullClause(field) +
            CommentClause(field);
  }
  return text + ">";
}

std::string StructSimpleString(const DataType& type) {
  const std::vector<StructField>& fields = type.fields();
  const std::size_t shown =
      fields.size() > kMaxToStringFields ? kMaxToStringFields - 1 : fields.size();
  std::string text = "struct<";
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += ',';
    text += fields[i].name + ":" + fields[i].dataType.simpleString();
  }
  if (shown < fields.size()) {
    text += ",... " + std::to_string(fields.size() - shown) + " more fields";
  }
  return text + ">";
}

std::string StructCatalogString(const DataType& type) {
  std::string text = "struct<";
  bool first = true;
  for (const StructField& field : type.fields()) {
    if (!std::exchange(first, false)) text += ',';
    text += field.name + ":" + field.dataType.catalogString();
  }
  return text + ">";
}

void AppendJson(std::string* out, const DataType& type) {
  switch (type.kind()) {
    case Kind::kArray:
      *out += R"({"type":"array","elementType":)";
      AppendJson(out, type.elementType());
      *out += type.containsNull() ? R"(,"containsNull":true})" : R"(,"containsNull":false})";
      return;
    case Kind::kMap:
      *out += R"({"type":"map","keyType":)";
      AppendJson(out, type.keyType());
      *out += R"(,"valueType":)";
      AppendJson(out, type.valueType());
      *out += type.valueContainsNull() ? R"(,"valueContainsNull":true})"
                                       : R"(,"valueContainsNull":false})";
      return;
    case Kind::kStruct: {
      *out += R"({"type":"struct","fields":[)";
      bool first = true;
      for (const StructField& field : type.fields()) {
        if (!std::exchange(first, false)) *out += ',';
        *out += R"({"name":)";
        data::AppendJsonString(out, field.name);
        *out += R"(,"type":)";
        AppendJson(out, field.dataType);
        *out +=
            field.nullable ? R"(,"nullable":true,"metadata":)" : R"(,"nullable":false,"metadata":)";
        *out += field.metadata;
        *out += '}';
      }
      *out += "]}";
      return;
    }
    default:
      data::AppendJsonString(out, type.typeName());
  }
}

void AppendTree(std::string* out, const DataType& type, const std::string& prefix);

void AppendTreeLine(std::string* out, const std::string& prefix, std::string_view name,
                    const DataType& type, const char* what, bool nullable) {
  *out += prefix + "-- ";
  *out += name;
  *out += ": " + type.typeName();
  if (what != nullptr) *out += std::string(" (") + what + (nullable ? " = true)" : " = false)");
  *out += '\n';
  AppendTree(out, type, prefix + "    |");
}

void AppendTree(std::string* out, const DataType& type, const std::string& prefix) {
  if (type.is(Kind::kArray)) {
    AppendTreeLine(out, prefix, "element", type.elementType(), "containsNull", type.containsNull());
  } else if (type.is(Kind::kMap)) {
    AppendTreeLine(out, prefix, "key", type.keyType(), nullptr, false);
    AppendTreeLine(out, prefix, "value", type.valueType(), "valueContainsNull",
                   type.valueContainsNull());
  } else if (type.is(Kind::kStruct)) {
    for (const StructField& field : type.fields()) {
      AppendTreeLine(out, prefix, data::EscapeMetaCharacters(field.name), field.dataType,
                     "nullable", field.nullable);
    }
  }
}

}  // namespace

std::string DataType::typeName() const {
  switch (kind()) {
    case Kind::kNull:
      return "void";
    case Kind::kBoolean:
      return "boolean";
    case Kind::kByte:
      return "byte";
    case Kind::kShort:
      return "short";
    case Kind::kInteger:
      return "integer";
    case Kind::kLong:
      return "long";
    case Kind::kFloat:
      return "float";
    case Kind::kDouble:
      return "double";
    case Kind::kDecimal:
      return "decimal(" + std::to_string(precision()) + "," + std::to_string(scale()) + ")";
    case Kind::kString:
      return "string";
    case Kind::kChar:
      return Parenthesized("char", length());
    case Kind::kVarchar:
      return Parenthesized("varchar", length());
    case Kind::kBinary:
      return "binary";
    case Kind::kDate:
      return "date";
    case Kind::kTimestamp:
      return "timestamp";
    case Kind::kTimestampNtz:
      return "timestamp_ntz";
    case Kind::kTime:
      return Parenthesized("time", timePrecision());
    case Kind::kDayTimeInterval:
    case Kind::kYearMonthInterval:
      return IntervalName(*this);
    case Kind::kCalendarInterval:
      return "interval";
    case Kind::kVariant:
      return "variant";
    case Kind::kArray:
      return "array";
    case Kind::kMap:
      return "map";
    case Kind::kStruct:
      return "struct";
  }
  return "void";
}

std::string DataType::simpleString() const {
  switch (kind()) {
    case Kind::kByte:
      return "tinyint";
    case Kind::kShort:
      return "smallint";
    case Kind::kInteger:
      return "int";
    case Kind::kLong:
      return "bigint";
    case Kind::kArray:
      return "array<" + elementType().simpleString() + ">";
    case Kind::kMap:
      return "map<" + keyType().simpleString() + "," + valueType().simpleString() + ">";
    case Kind::kStruct:
      return StructSimpleString(*this);
    default:
      return typeName();
  }
}

std::string DataType::catalogString() const {
  switch (kind()) {
    case Kind::kArray:
      return "array<" + elementType().catalogString() + ">";
    case Kind::kMap:
      return "map<" + keyType().catalogString() + "," + valueType().catalogString() + ">";
    case Kind::kStruct:
      return StructCatalogString(*this);
    default:
      return simpleString();
  }
}

std::string DataType::sql() const {
  switch (kind()) {
    case Kind::kArray:
      return "ARRAY<" + elementType().sql() + ">";
    case Kind::kMap:
      return "MAP<" + keyType().sql() + ", " + valueType().sql() + ">";
    case Kind::kStruct:
      return StructSql(*this);
    default:
      return UpperAscii(simpleString());
  }
}

std::string DataType::json() const {
  std::string out;
  AppendJson(&out, *this);
  return out;
}

std::string StructType::toDDL() const {
  std::string text;
  for (const StructField& field : fields()) {
    if (!text.empty()) text += ',';
    text += data::QuoteIfNeeded(field.name) + " " + field.dataType.sql() + NullClause(field) +
            DefaultClause(field) + CommentClause(field);
  }
  return text;
}

std::string StructType::treeString() const {
  std::string text = "root\n";
  AppendTree(&text, *this, " |");
  return text;
}

}  // namespace millrace
