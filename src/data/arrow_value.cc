#include "data/arrow_value.h"

#include <cstring>
#include <utility>
#include <vector>

#include <arrow/array.h>
#include <fmt/format.h>

namespace millrace::data {
namespace {

template <typename Array>
const Array& As(const arrow::Array& array) {
  return static_cast<const Array&>(array);
}

base::Result<Value> ListValue(const arrow::Array& elements, std::int64_t begin, std::int64_t end,
                              const DataType& type) {
  std::vector<Value> values;
  for (std::int64_t i = begin; i < end; ++i) {
    MILLRACE_ASSIGN_OR_RETURN(Value value, ValueOfCell(elements, i, type));
    values.push_back(std::move(value));
  }
  return Value::List(std::move(values));
}

base::Result<Value> MapValue(const arrow::MapArray& map, std::int64_t row, const DataType& type) {
  std::vector<Value> entries;
  for (std::int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
    MILLRACE_ASSIGN_OR_RETURN(Value key, ValueOfCell(*map.keys(), i, type.keyType()));
    MILLRACE_ASSIGN_OR_RETURN(Value value, ValueOfCell(*map.items(), i, type.valueType()));
    entries.push_back(Value::List({std::move(key), std::move(value)}));
  }
  return Value::List(std::move(entries));
}

base::Result<Value> StructValue(const arrow::StructArray& fields, std::int64_t row,
                                const DataType& type) {
  std::vector<Value> values;
  for (std::size_t i = 0; i < type.fields().size(); ++i) {
    MILLRACE_ASSIGN_OR_RETURN(Value value, ValueOfCell(*fields.field(static_cast<int>(i)), row,
                                                       type.fields()[i].dataType));
    values.push_back(std::move(value));
  }
  return Value::List(std::move(values));
}

}  // namespace

base::Result<Value> ValueOfCell(const arrow::Array& array, std::int64_t row, const DataType& type) {
  if (array.IsNull(row)) return Value::Null();
  switch (array.type_id()) {
    case arrow::Type::NA:
      return Value::Null();
    case arrow::Type::BOOL:
      return Value::Bool(As<arrow::BooleanArray>(array).Value(row));
    case arrow::Type::INT8:
      return Value::Int(As<arrow::Int8Array>(array).Value(row));
    case arrow::Type::INT16:
      return Value::Int(As<arrow::Int16Array>(array).Value(row));
    case arrow::Type::INT32:
      return Value::Int(As<arrow::Int32Array>(array).Value(row));
    case arrow::Type::INT64:
      return Value::Int(As<arrow::Int64Array>(array).Value(row));
    case arrow::Type::DATE32:
      return Value::Int(As<arrow::Date32Array>(array).Value(row));
    case arrow::Type::TIMESTAMP:
      return Value::Int(As<arrow::TimestampArray>(array).Value(row));
    case arrow::Type::DURATION:
      return Value::Int(As<arrow::DurationArray>(array).Value(row));
    case arrow::Type::INTERVAL_MONTHS:
      return Value::Int(As<arrow::MonthIntervalArray>(array).Value(row));
    case arrow::Type::FLOAT:
      return Value::Double(As<arrow::FloatArray>(array).Value(row));
    case arrow::Type::DOUBLE:
      return Value::Double(As<arrow::DoubleArray>(array).Value(row));
    case arrow::Type::DECIMAL128: {
      __int128 unscaled;
      std::memcpy(&unscaled, As<arrow::Decimal128Array>(array).GetValue(row), sizeof(unscaled));
      return Value::Decimal(unscaled);
    }
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return Value::Bytes(std::string(As<arrow::BinaryArray>(array).GetView(row)));
    case arrow::Type::LIST: {
      const auto& list = As<arrow::ListArray>(array);
      if (!type.is(DataType::Kind::kArray)) break;
      return ListValue(*list.values(), list.value_offset(row), list.value_offset(row + 1),
                       type.elementType());
    }
    case arrow::Type::MAP:
      if (!type.is(DataType::Kind::kMap)) break;
      return MapValue(As<arrow::MapArray>(array), row, type);
    case arrow::Type::STRUCT:
      if (!type.is(DataType::Kind::kStruct)) break;
      return StructValue(As<arrow::StructArray>(array), row, type);
    default:
      break;
  }
  return base::Status::Internal(fmt::format("a column of {} holds Arrow's {}", type.simpleString(),
                                            array.type()->ToString()));
}

}  // namespace millrace::data
