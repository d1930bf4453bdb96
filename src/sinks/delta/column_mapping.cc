#include "sinks/delta/column_mapping.h"

#include <charconv>
#include <string>
#include <vector>

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>

#include "base/uuid.h"
#include "clients/delta/field_metadata.h"
#include "data/arrow_schema.h"

namespace millrace::sinks::delta {

namespace {

using base::Result;
using Kind = DataType::Kind;

constexpr char kIdKey[] = "delta.columnMapping.id";
constexpr char kNameKey[] = "delta.columnMapping.physicalName";
constexpr char kMaxIdKey[] = "delta.columnMapping.maxColumnId";

Result<std::shared_ptr<arrow::DataType>> ToFileType(const DataType& type, bool with_field_ids) {
  if (type.is(Kind::kStruct)) {
    std::vector<std::shared_ptr<arrow::Field>> fields;
    for (const StructField& field : type.fields()) {
      MILLRACE_ASSIGN_OR_RETURN(auto file_field, ToFileField(field, with_field_ids));
      fields.push_back(std::move(file_field));
    }
    return arrow::struct_(std::move(fields));
  }
  if (type.is(Kind::kArray)) {
    MILLRACE_ASSIGN_OR_RETURN(auto element, ToFileType(type.elementType(), with_field_ids));
    return arrow::list(arrow::field("element", std::move(element)));
  }
  if (type.is(Kind::kMap)) {
    MILLRACE_ASSIGN_OR_RETURN(auto key, ToFileType(type.keyType(), with_field_ids));
    MILLRACE_ASSIGN_OR_RETURN(auto value, ToFileType(type.valueType(), with_field_ids));
    return arrow::map(std::move(key), std::move(value));
  }
  return data::ToArrowType(type);
}

// Hands out ids above those in use.
class IdAssigner {
 public:
  IdAssigner(std::int64_t max_id, base::Random* random) : max_id_(max_id), random_(random) {}

  DataType Assign(const DataType& type) {
    if (type.is(Kind::kStruct)) {
      std::vector<StructField> fields;
      for (const StructField& field : type.fields()) fields.push_back(AssignField(field));
      return StructType(std::move(fields));
    }
    if (type.is(Kind::kArray)) return ArrayType(Assign(type.elementType()), type.containsNull());
    if (type.is(Kind::kMap)) {
      return MapType(Assign(type.keyType()), Assign(type.valueType()), type.valueContainsNull());
    }
    return type;
  }
  std::int64_t max_id() const { return max_id_; }

 private:
  StructField AssignField(StructField field) {
    if (!clients::delta::HasFieldMetadata(field, kIdKey)) {
      field.metadata =
          clients::delta::WithFieldMetadata(field.metadata, kIdKey, std::to_string(++max_id_));
    }
    if (!clients::delta::HasFieldMetadata(field, kNameKey)) {
      const std::string name = fmt::format("\"col-{}\"", base::Uuid::Random(random_).ToString());
      field.metadata = clients::delta::WithFieldMetadata(field.metadata, kNameKey, name);
    }
    field.dataType = Assign(field.dataType);
    return field;
  }

  std::int64_t max_id_;
  base::Random* random_;
};

}  // namespace

Result<std::shared_ptr<arrow::Field>> ToFileField(const StructField& field, bool with_field_ids) {
  MILLRACE_ASSIGN_OR_RETURN(auto type, ToFileType(field.dataType, with_field_ids));
  std::shared_ptr<arrow::Field> file_field =
      arrow::field(clients::delta::PhysicalName(field), std::move(type));
  const auto id = clients::delta::FieldMetadataLong(field, kIdKey);
  if (!with_field_ids || !id) return file_field;
  return file_field->WithMetadata(
      arrow::key_value_metadata({"PARQUET:field_id"}, {std::to_string(*id)}));
}

StructType AssignColumnIds(const StructType& schema, clients::delta::Metadata* metadata,
                           base::Random* random) {
  std::int64_t max_id = 0;
  if (const auto text = metadata->Property(kMaxIdKey)) {
    std::from_chars(text->data(), text->data() + text->size(), max_id);
  }
  IdAssigner assigner(max_id, random);
  const StructType assigned(assigner.Assign(schema));
  metadata->configuration[kMaxIdKey] = std::to_string(assigner.max_id());
  return assigned;
}

}  // namespace millrace::sinks::delta
