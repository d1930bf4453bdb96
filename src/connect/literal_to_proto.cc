// Values on their way to the client.

#include "connect/expression_conversion.h"
#include "connect/type_conversion.h"
#include "data/scalar_text.h"

// element_type, key_type, value_type and struct_type are deprecated, and what every client reads.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace millrace::connect {
namespace {

namespace pb = spark::connect;
using data::Value;
using Kind = DataType::Kind;

void ArrayToProto(const Value& value, const DataType& type, pb::Expression::Literal* out) {
  auto* array = out->mutable_array();
  ToProto(type.elementType(), array->mutable_element_type());
  for (const Value& element : value.list()) {
    ToProto(element, type.elementType(), array->add_elements());
  }
}

void MapToProto(const Value& value, const DataType& type, pb::Expression::Literal* out) {
  auto* map = out->mutable_map();
  ToProto(type.keyType(), map->mutable_key_type());
  ToProto(type.valueType(), map->mutable_value_type());
  for (const Value& entry : value.list()) {
    ToProto(entry.list()[0], type.keyType(), map->add_keys());
    ToProto(entry.list()[1], type.valueType(), map->add_values());
  }
}

void StructToProto(const Value& value, const DataType& type, pb::Expression::Literal* out) {
  auto* fields = out->mutable_struct_();
  ToProto(type, fields->mutable_struct_type());
  for (std::size_t i = 0; i < value.list().size(); ++i) {
    ToProto(value.list()[i], type.fields()[i].dataType, fields->add_elements());
  }
}

void DecimalToProto(const Value& value, const DataType& type, pb::Expression::Literal* out) {
  out->mutable_decimal()->set_value(data::DecimalPlainText(value.decimal_value(), type.scale()));
  out->mutable_decimal()->set_precision(type.precision());
  out->mutable_decimal()->set_scale(type.scale());
}

}  // namespace

void ToProto(const Value& value, const DataType& type, pb::Expression::Literal* out) {
  if (value.is_null()) return ToProto(type, out->mutable_null());
  switch (type.kind()) {
    case Kind::kBoolean:
      return out->set_boolean(value.bool_value());
    case Kind::kByte:
      return out->set_byte(static_cast<std::int32_t>(value.int_value()));
    case Kind::kShort:
      return out->set_short_(static_cast<std::int32_t>(value.int_value()));
    case Kind::kInteger:
      return out->set_integer(static_cast<std::int32_t>(value.int_value()));
    case Kind::kLong:
      return out->set_long_(value.int_value());
    case Kind::kFloat:
      return out->set_float_(static_cast<float>(value.double_value()));
    case Kind::kDouble:
      return out->set_double_(value.double_value());
    case Kind::kDecimal:
      return DecimalToProto(value, type, out);
    case Kind::kBinary:
      return out->set_binary(value.bytes());
    case Kind::kDate:
      return out->set_date(static_cast<std::int32_t>(value.int_value()));
    case Kind::kTimestamp:
      return out->set_timestamp(value.int_value());
    case Kind::kTimestampNtz:
      return out->set_timestamp_ntz(value.int_value());
    case Kind::kDayTimeInterval:
      return out->set_day_time_interval(value.int_value());
    case Kind::kYearMonthInterval:
      return out->set_year_month_interval(static_cast<std::int32_t>(value.int_value()));
    case Kind::kTime:
      out->mutable_time()->set_nano(value.int_value());
      return;
    case Kind::kArray:
      return ArrayToProto(value, type, out);
    case Kind::kMap:
      return MapToProto(value, type, out);
    case Kind::kStruct:
      return StructToProto(value, type, out);
    default:
      return out->set_string(value.bytes());
  }
}

}  // namespace millrace::connect
