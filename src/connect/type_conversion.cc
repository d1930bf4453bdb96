#include "connect/type_conversion.h"

#include <fmt/format.h>

#include "connect/refusals.h"
#include "data/schema_text.h"

namespace millrace::connect {
namespace {

namespace pb = spark::connect;

base::Status CheckRange(const char* what, int value, int low, int high) {
  if (low <= value && value <= high) return base::Status::Ok();
  return InvalidPlan(fmt::format("{} must be from {} to {}, not {}", what, low, high, value));
}

base::Result<DataType> DecimalFromProto(const pb::DataType::Decimal& type) {
  const int precision = type.has_precision() ? type.precision() : 10;
  const int scale = type.has_scale() ? type.scale() : 0;
  MILLRACE_RETURN_IF_ERROR(CheckRange("the precision of a decimal", precision, 1, 38));
  MILLRACE_RETURN_IF_ERROR(CheckRange("the scale of a decimal", scale, 0, precision));
  return DecimalType(precision, scale);
}

base::Result<DataType> StringFromProto(const pb::DataType::String& type) {
  const std::string& collation = type.collation();
  if (!collation.empty() && collation != "UTF8_BINARY") {
    return RefusedPart("the string collation " + collation, "use the default, UTF8_BINARY");
  }
  return StringType();
}

base::Result<DataType> ArrayFromProto(const pb::DataType::Array& type) {
  MILLRACE_ASSIGN_OR_RETURN(const DataType element, FromProto(type.element_type()));
  return ArrayType(element, type.contains_null());
}

base::Result<DataType> MapFromProto(const pb::DataType::Map& type) {
  MILLRACE_ASSIGN_OR_RETURN(const DataType key, FromProto(type.key_type()));
  MILLRACE_ASSIGN_OR_RETURN(const DataType value, FromProto(type.value_type()));
  return MapType(key, value, type.value_contains_null());
}

base::Result<DataType> FieldsFromProto(const pb::DataType::Struct& type) {
  std::vector<StructField> fields;
  fields.reserve(type.fields_size());
  for (const auto& field : type.fields()) {
    MILLRACE_ASSIGN_OR_RETURN(const DataType field_type, FromProto(field.data_type()));
    const bool has_metadata = field.has_metadata() && !field.metadata().empty();
    fields.push_back(
        {field.name(), field_type, field.nullable(), has_metadata ? field.metadata() : "{}"});
  }
  return StructType(std::move(fields));
}

base::Result<DataType> DayTimeFromProto(const pb::DataType::DayTimeInterval& type) {
  const int start = type.has_start_field() ? type.start_field() : 0;
  const int end = type.has_end_field() ? type.end_field() : 3;
  MILLRACE_RETURN_IF_ERROR(CheckRange("the first field of a day-time interval", start, 0, 3));
  MILLRACE_RETURN_IF_ERROR(CheckRange("the last field of a day-time interval", end, start, 3));
  return DayTimeIntervalType(start, end);
}

base::Result<DataType> YearMonthFromProto(const pb::DataType::YearMonthInterval& type) {
  const int start = type.has_start_field() ? type.start_field() : 0;
  const int end = type.has_end_field() ? type.end_field() : 1;
  MILLRACE_RETURN_IF_ERROR(CheckRange("the first field of a year-month interval", start, 0, 1));
  MILLRACE_RETURN_IF_ERROR(CheckRange("the last field of a year-month interval", end, start, 1));
  return YearMonthIntervalType(start, end);
}

void StructToProto(const DataType& type, pb::DataType::Struct* out) {
  for (const StructField& field : type.fields()) {
    auto* added = out->add_fields();
    added->set_name(field.name);
    ToProto(field.dataType, added->mutable_data_type());
    added->set_nullable(field.nullable);
    if (!field.metadata.empty() && field.metadata != "{}") added->set_metadata(field.metadata);
  }
}

}  // namespace

base::Result<DataType> FromProto(const pb::DataType& type) {
  switch (type.kind_case()) {
    case pb::DataType::kNull:
      return NullType();
    case pb::DataType::kBinary:
      return BinaryType();
    case pb::DataType::kBoolean:
      return BooleanType();
    case pb::DataType::kByte:
      return ByteType();
    case pb::DataType::kShort:
      return ShortType();
    case pb::DataType::kInteger:
      return IntegerType();
    case pb::DataType::kLong:
      return LongType();
    case pb::DataType::kFloat:
      return FloatType();
    case pb::DataType::kDouble:
      return DoubleType();
    case pb::DataType::kDecimal:
      return DecimalFromProto(type.decimal());
    case pb::DataType::kString:
      return StringFromProto(type.string());
    case pb::DataType::kChar:
      MILLRACE_RETURN_IF_ERROR(CheckRange("the length of a char", type.char_().length(), 1,
                                          std::numeric_limits<int>::max()));
      return CharType(type.char_().length());
    case pb::DataType::kVarChar:
      MILLRACE_RETURN_IF_ERROR(CheckRange("the length of a varchar", type.var_char().length(), 1,
                                          std::numeric_limits<int>::max()));
      return VarcharType(type.var_char().length());
    case pb::DataType::kDate:
      return DateType();
    case pb::DataType::kTimestamp:
      return TimestampType();
    case pb::DataType::kTimestampNtz:
      return TimestampNTZType();
    case pb::DataType::kTime: {
      const int precision = type.time().has_precision() ? type.time().precision() : 6;
      MILLRACE_RETURN_IF_ERROR(CheckRange("the precision of a time", precision, 0, 6));
      return TimeType(precision);
    }
    case pb::DataType::kCalendarInterval:
      return CalendarIntervalType();
    case pb::DataType::kYearMonthInterval:
      return YearMonthFromProto(type.year_month_interval());
    case pb::DataType::kDayTimeInterval:
      return DayTimeFromProto(type.day_time_interval());
    case pb::DataType::kArray:
      return ArrayFromProto(type.array());
    case pb::DataType::kStruct:
      return FieldsFromProto(type.struct_());
    case pb::DataType::kMap:
      return MapFromProto(type.map());
    case pb::DataType::kVariant:
      return VariantType();
    case pb::DataType::kUnparsed:
      return data::ParseSchemaText(type.unparsed().data_type_string());
    case pb::DataType::kUdt:
      return RefusedPart("the user-defined type " + type.udt().type(),
                         "use a struct of its fields");
    case pb::DataType::kGeometry:
    case pb::DataType::kGeography:
      return RefusedPart("geometry and geography types", "keep such values as binary (WKB)");
    case pb::DataType::KIND_NOT_SET:
      break;
  }
  return InvalidPlan("a data type is missing, or is one that this server does not know");
}

base::Result<StructType> StructFromProto(const pb::DataType& type) {
  MILLRACE_ASSIGN_OR_RETURN(const DataType converted, FromProto(type));
  if (!converted.is(DataType::Kind::kStruct)) {
    return InvalidPlan("a schema must be a struct, not " + converted.simpleString());
  }
  return StructType(converted);
}

void ToProto(const DataType& type, pb::DataType* out) {
  switch (type.kind()) {
    case DataType::Kind::kNull:
      out->mutable_null();
      return;
    case DataType::Kind::kBoolean:
      out->mutable_boolean();
      return;
    case DataType::Kind::kByte:
      out->mutable_byte();
      return;
    case DataType::Kind::kShort:
      out->mutable_short_();
      return;
    case DataType::Kind::kInteger:
      out->mutable_integer();
      return;
    case DataType::Kind::kLong:
      out->mutable_long_();
      return;
    case DataType::Kind::kFloat:
      out->mutable_float_();
      return;
    case DataType::Kind::kDouble:
      out->mutable_double_();
      return;
    case DataType::Kind::kDecimal:
      out->mutable_decimal()->set_precision(type.precision());
      out->mutable_decimal()->set_scale(type.scale());
      return;
    case DataType::Kind::kString:
      out->mutable_string();
      return;
    case DataType::Kind::kChar:
      out->mutable_char_()->set_length(type.length());
      return;
    case DataType::Kind::kVarchar:
      out->mutable_var_char()->set_length(type.length());
      return;
    case DataType::Kind::kBinary:
      out->mutable_binary();
      return;
    case DataType::Kind::kDate:
      out->mutable_date();
      return;
    case DataType::Kind::kTimestamp:
      out->mutable_timestamp();
      return;
    case DataType::Kind::kTimestampNtz:
      out->mutable_timestamp_ntz();
      return;
    case DataType::Kind::kTime:
      out->mutable_time()->set_precision(type.timePrecision());
      return;
    case DataType::Kind::kDayTimeInterval:
      out->mutable_day_time_interval()->set_start_field(type.intervalStart());
      out->mutable_day_time_interval()->set_end_field(type.intervalEnd());
      return;
    case DataType::Kind::kYearMonthInterval:
      out->mutable_year_month_interval()->set_start_field(type.intervalStart());
      out->mutable_year_month_interval()->set_end_field(type.intervalEnd());
      return;
    case DataType::Kind::kCalendarInterval:
      out->mutable_calendar_interval();
      return;
    case DataType::Kind::kVariant:
      out->mutable_variant();
      return;
    case DataType::Kind::kArray:
      ToProto(type.elementType(), out->mutable_array()->mutable_element_type());
      out->mutable_array()->set_contains_null(type.containsNull());
      return;
    case DataType::Kind::kMap:
      ToProto(type.keyType(), out->mutable_map()->mutable_key_type());
      ToProto(type.valueType(), out->mutable_map()->mutable_value_type());
      out->mutable_map()->set_value_contains_null(type.valueContainsNull());
      return;
    case DataType::Kind::kStruct:
      StructToProto(type, out->mutable_struct_());
      return;
  }
}

}  // namespace millrace::connect
