#include "data/arrow_schema.h"

#include <arrow/status.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include "data/schema_text.h"

namespace millrace::data {
namespace {

using base::Result;
using base::Status;
using Kind = DataType::Kind;

/// Keys of an Arrow field's metadata for what its type cannot say: the Spark type as JSON, and the
/// Spark field's metadata.
constexpr const char* kTypeKey = "millrace.type";
constexpr const char* kMetadataKey = "millrace.metadata";

Result<std::shared_ptr<arrow::Field>> MakeField(const std::string& name, const DataType& type,
                                                bool nullable, const std::string& metadata);

/// Whether the way back from Arrow needs the type's own text.
bool NeedsTypeText(const DataType& type) {
  switch (type.kind()) {
    case Kind::kChar:
    case Kind::kVarchar:
    case Kind::kYearMonthInterval:
      return true;
    case Kind::kDayTimeInterval:
      return type.intervalStart() != 0 || type.intervalEnd() != 3;
    case Kind::kDecimal:
      return type.precision() == 0;
    default:
      return false;
  }
}

Result<std::shared_ptr<arrow::DataType>> MakeDecimal(const DataType& type) {
  const int precision = type.precision() == 0 ? 1 : type.precision();
  auto made = arrow::Decimal128Type::Make(precision, type.scale());
  if (!made.ok()) return FromArrow(made.status()).WithContext(type.sql());
  return *made;
}

Result<std::shared_ptr<arrow::DataType>> MakeStruct(const DataType& type) {
  arrow::FieldVector fields;
  for (const StructField& field : type.fields()) {
    MILLRACE_ASSIGN_OR_RETURN(auto made, ToArrowField(field));
    fields.push_back(std::move(made));
  }
  return arrow::struct_(std::move(fields));
}

Result<std::shared_ptr<arrow::DataType>> MakeMap(const DataType& type) {
  MILLRACE_ASSIGN_OR_RETURN(auto key, MakeField("key", type.keyType(), false, "{}"));
  MILLRACE_ASSIGN_OR_RETURN(auto value,
                            MakeField("value", type.valueType(), type.valueContainsNull(), "{}"));
  return std::shared_ptr<arrow::DataType>(std::make_shared<arrow::MapType>(key, value));
}

Result<std::shared_ptr<arrow::Field>> MakeField(const std::string& name, const DataType& type,
                                                bool nullable, const std::string& metadata) {
  Result<std::shared_ptr<arrow::DataType>> made = ToArrowType(type);
  if (!made.ok()) return made.status().WithContext("column `" + name + "`");
  std::vector<std::string> keys;
  std::vector<std::string> values;
  if (NeedsTypeText(type)) {
    keys.push_back(kTypeKey);
    values.push_back(type.json());
  }
  if (metadata != "{}") {
    keys.push_back(kMetadataKey);
    values.push_back(metadata);
  }
  auto field_metadata = keys.empty() ? nullptr : arrow::key_value_metadata(keys, values);
  return arrow::field(name, *made, nullable, field_metadata);
}

Result<StructField> FromArrowField(const arrow::Field& field) {
  StructField result;
  result.name = field.name();
  result.nullable = field.nullable();
  if (field.metadata() != nullptr) {
    if (const auto text = field.metadata()->Get(kMetadataKey); text.ok()) result.metadata = *text;
    if (const auto text = field.metadata()->Get(kTypeKey); text.ok()) {
      // Believed only where it fits: a writer may have kept the key and changed the column.
      const Result<DataType> type = ParseJsonType(*text);
      if (type.ok()) {
        const auto storage = ToArrowType(*type);
        if (storage.ok() && (*storage)->Equals(*field.type())) {
          result.dataType = *type;
          return result;
        }
      }
    }
  }
  Result<DataType> type = FromArrowType(*field.type());
  if (!type.ok()) return type.status().WithContext("column `" + field.name() + "`");
  result.dataType = std::move(type).value();
  return result;
}

Result<DataType> FromList(const arrow::Field& element) {
  MILLRACE_ASSIGN_OR_RETURN(StructField field, FromArrowField(element));
  return DataType(ArrayType(field.dataType, field.nullable));
}

Result<DataType> FromMap(const arrow::MapType& map) {
  MILLRACE_ASSIGN_OR_RETURN(StructField key, FromArrowField(*map.key_field()));
  MILLRACE_ASSIGN_OR_RETURN(StructField value, FromArrowField(*map.item_field()));
  return DataType(MapType(key.dataType, value.dataType, value.nullable));
}

Result<DataType> FromDecimal(const arrow::DecimalType& decimal) {
  if (decimal.precision() > 38 || decimal.scale() < 0 || decimal.scale() > decimal.precision()) {
    return Status::Unsupported("The type " + decimal.ToString() +
                               " is beyond DECIMAL(38) or has its scale outside 0..precision.");
  }
  return DataType(DecimalType(decimal.precision(), decimal.scale()));
}

Result<DataType> FromFields(const arrow::FieldVector& fields) {
  std::vector<StructField> result;
  for (const auto& field : fields) {
    MILLRACE_ASSIGN_OR_RETURN(StructField made, FromArrowField(*field));
    result.push_back(std::move(made));
  }
  return DataType(StructType(std::move(result)));
}

}  // namespace

Result<std::shared_ptr<arrow::DataType>> ToArrowType(const DataType& type) {
  switch (type.kind()) {
    case Kind::kNull:
      return arrow::null();
    case Kind::kBoolean:
      return arrow::boolean();
    case Kind::kByte:
      return arrow::int8();
    case Kind::kShort:
      return arrow::int16();
    case Kind::kInteger:
      return arrow::int32();
    case Kind::kLong:
      return arrow::int64();
    case Kind::kFloat:
      return arrow::float32();
    case Kind::kDouble:
      return arrow::float64();
    case Kind::kDecimal:
      return MakeDecimal(type);
    case Kind::kString:
    case Kind::kChar:
    case Kind::kVarchar:
      return arrow::utf8();
    case Kind::kBinary:
      return arrow::binary();
    case Kind::kDate:
      return arrow::date32();
    case Kind::kTimestamp:
      return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
    case Kind::kTimestampNtz:
      return arrow::timestamp(arrow::TimeUnit::MICRO);
    case Kind::kDayTimeInterval:
      return arrow::duration(arrow::TimeUnit::MICRO);
    case Kind::kYearMonthInterval:
      return arrow::int32();
    case Kind::kArray: {
      MILLRACE_ASSIGN_OR_RETURN(
          auto element, MakeField("element", type.elementType(), type.containsNull(), "{}"));
      return arrow::list(element);
    }
    case Kind::kMap:
      return MakeMap(type);
    case Kind::kStruct:
      return MakeStruct(type);
    case Kind::kTime:
    case Kind::kCalendarInterval:
    case Kind::kVariant:
      break;
  }
  return Status::Unsupported("Columns of type " + type.sql() + " are not supported.");
}

Result<std::shared_ptr<arrow::Field>> ToArrowField(const StructField& field) {
  return MakeField(field.name, field.dataType, field.nullable, field.metadata);
}

Result<std::shared_ptr<arrow::Schema>> ToArrowSchema(const StructType& schema) {
  arrow::FieldVector fields;
  for (const StructField& field : schema.fields()) {
    MILLRACE_ASSIGN_OR_RETURN(auto made, ToArrowField(field));
    fields.push_back(std::move(made));
  }
  return arrow::schema(std::move(fields));
}

Result<DataType> FromArrowType(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::NA:
      return DataType(NullType());
    case arrow::Type::BOOL:
      return DataType(BooleanType());
    case arrow::Type::INT8:
      return DataType(ByteType());
    case arrow::Type::INT16:
    case arrow::Type::UINT8:
      return DataType(ShortType());
    case arrow::Type::INT32:
    case arrow::Type::UINT16:
      return DataType(IntegerType());
    case arrow::Type::INT64:
    case arrow::Type::UINT32:
      return DataType(LongType());
    case arrow::Type::UINT64:
      return DataType(DecimalType(20, 0));
    case arrow::Type::FLOAT:
      return DataType(FloatType());
    case arrow::Type::DOUBLE:
      return DataType(DoubleType());
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256:
      return FromDecimal(static_cast<const arrow::DecimalType&>(type));
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING_VIEW:
      return DataType(StringType());
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::BINARY_VIEW:
    case arrow::Type::FIXED_SIZE_BINARY:
      return DataType(BinaryType());
    case arrow::Type::DATE32:
    case arrow::Type::DATE64:
      return DataType(DateType());
    case arrow::Type::TIMESTAMP:
      return static_cast<const arrow::TimestampType&>(type).timezone().empty()
                 ? DataType(TimestampNTZType())
                 : DataType(TimestampType());
    case arrow::Type::TIME32:
    case arrow::Type::TIME64:
      return DataType(TimeType());
    case arrow::Type::DURATION:
      return DataType(DayTimeIntervalType());
    case arrow::Type::INTERVAL_MONTHS:
      return DataType(YearMonthIntervalType());
    case arrow::Type::DICTIONARY:
      return FromArrowType(*static_cast<const arrow::DictionaryType&>(type).value_type());
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::FIXED_SIZE_LIST:
    case arrow::Type::LIST_VIEW:
    case arrow::Type::LARGE_LIST_VIEW:
      return FromList(*static_cast<const arrow::BaseListType&>(type).value_field());
    case arrow::Type::MAP:
      return FromMap(static_cast<const arrow::MapType&>(type));
    case arrow::Type::STRUCT:
      return FromFields(type.fields());
    default:
      return Status::Unsupported("The Arrow type " + type.ToString() + " has no Spark type.");
  }
}

Result<StructType> FromArrowSchema(const arrow::Schema& schema) {
  MILLRACE_ASSIGN_OR_RETURN(DataType type, FromFields(schema.fields()));
  return StructType(type);
}

Status FromArrow(const arrow::Status& status) {
  switch (status.code()) {
    case arrow::StatusCode::OK:
      return Status::Ok();
    case arrow::StatusCode::IOError:
      return Status::Unavailable(status.message());
    case arrow::StatusCode::Invalid:
    case arrow::StatusCode::SerializationError:
      return Status::Corrupt(status.message());
    case arrow::StatusCode::Cancelled:
      return Status::Cancelled(status.message());
    case arrow::StatusCode::NotImplemented:
      return Status::Unsupported(status.message());
    default:
      return Status::Internal("Arrow: " + status.ToString());
  }
}

}  // namespace millrace::data
