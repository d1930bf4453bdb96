// What the fast parser makes of a schema before it reads.

#include "processor/duckdb/from_json_target.h"

#include <algorithm>

namespace millrace::processor::duckdb {

using Kind = DataType::Kind;

bool FastJsonParser::Handles(const DataType& schema) {
  if (!schema.is(Kind::kStruct)) return false;
  std::unordered_map<std::string_view, int> names;
  for (const StructField& field : schema.fields()) {
    if (names[field.name]++ > 0) return false;
    for (char c : field.name) {
      if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) return false;
    }
  }
  return true;
}

void FastJsonParser::MakeFields(const DataType& type, std::string_view unreadable, Object* object) {
  for (const StructField& field : type.fields()) {
    Object::Field made;
    // No key of a document holds a line feed.
    made.key = (!unreadable.empty() && field.name == unreadable ? "\n" : field.name) + '"';
    object->fields.push_back(std::move(made));
  }
  for (std::size_t i = 0; i < object->fields.size(); ++i) {
    std::string_view key = object->fields[i].key;
    object->index[key.substr(0, key.size() - 1)] = i;
  }
}

namespace {

bool HoldsBinary(const DataType& type) {
  if (type.is(Kind::kArray)) return HoldsBinary(type.elementType());
  if (type.is(Kind::kMap)) return HoldsBinary(type.valueType());
  if (!type.is(Kind::kStruct)) return type.is(Kind::kBinary);
  return std::any_of(type.fields().begin(), type.fields().end(),
                     [](const StructField& field) { return HoldsBinary(field.dataType); });
}

}  // namespace

std::unique_ptr<FastJsonParser::Target> FastJsonParser::MakeTarget(const DataType& type,
                                                                   ColumnBuilder* column) {
  auto target = std::make_unique<Target>();
  target->kind = type.kind();
  target->column = column;
  target->holds_binary = HoldsBinary(type);
  if (column == nullptr) return target;
  if (type.is(Kind::kDecimal)) {
    target->precision = type.precision();
    target->scale = type.scale();
  } else if (type.is(Kind::kArray)) {
    target->element = MakeTarget(type.elementType(), &column->child(0));
  } else if (type.is(Kind::kMap)) {
    target->element = MakeTarget(type.valueType(), &column->child(1));
  } else if (type.is(Kind::kStruct)) {
    target->object = std::make_unique<Object>();
    MakeFields(type, "", target->object.get());
    for (std::size_t i = 0; i < type.fields().size(); ++i) {
      target->object->fields[i].target = MakeTarget(type.fields()[i].dataType, &column->child(i));
    }
  }
  return target;
}

FastJsonParser::FastJsonParser(const DataType& schema, const FromJsonOptions& options,
                               const std::vector<ColumnBuilder*>& columns)
    : options_(options), root_(std::make_unique<Object>()) {
  MakeFields(schema, options.corrupt_column, root_.get());
  bool corrupt = false;
  for (const StructField& field : schema.fields()) corrupt |= field.name == options.corrupt_column;
  tolerant_ = !options.fail_fast && !corrupt;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    root_->fields[i].target = MakeTarget(schema.fields()[i].dataType, columns[i]);
  }
}

FastJsonParser::~FastJsonParser() = default;

}  // namespace millrace::processor::duckdb
