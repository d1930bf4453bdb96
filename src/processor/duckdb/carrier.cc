#include "processor/duckdb/carrier.h"

#include <cmath>
#include <vector>

#include <arrow/api.h>
#include <fmt/format.h>

#include "base/check.h"
#include "data/arrow_schema.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;

std::vector<DataType> PartsOf(const DataType& type) {
  std::vector<DataType> parts;
  if (type.is(Kind::kArray)) parts = {type.elementType()};
  if (type.is(Kind::kMap)) parts = {type.keyType(), type.valueType()};
  if (type.is(Kind::kStruct)) {
    for (const StructField& field : type.fields()) parts.push_back(field.dataType);
    if (parts.empty()) parts.push_back(NullType());
  }
  return parts;
}

base::Result<std::shared_ptr<arrow::DataType>> ArrowStruct(const std::vector<DataType>& parts) {
  arrow::FieldVector fields;
  for (const DataType& part : parts) {
    MILLRACE_ASSIGN_OR_RETURN(auto made, CarrierArrowType(part));
    fields.push_back(arrow::field(fmt::format("s{}", fields.size()), std::move(made)));
  }
  return arrow::struct_(std::move(fields));
}

LogicalType LogicalStruct(const std::vector<DataType>& parts) {
  std::vector<LogicalType> fields;
  std::vector<std::string> names;
  for (const DataType& part : parts) {
    names.push_back(fmt::format("s{}", fields.size()));
    fields.push_back(CarrierLogicalType(part));
  }
  std::vector<duckdb_logical_type> types;
  std::vector<const char*> texts;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    types.push_back(fields[i].type);
    texts.push_back(names[i].c_str());
  }
  return LogicalType(duckdb_create_struct_type(types.data(), texts.data(), types.size()));
}

std::string SqlStruct(const std::vector<DataType>& parts) {
  std::string text = "STRUCT(";
  for (std::size_t i = 0; i < parts.size(); ++i) {
    text += fmt::format("{}s{} {}", i > 0 ? ", " : "", i, CarrierSql(parts[i]));
  }
  return text + ")";
}

/// What stands for the type in DuckDB when it has no parts.
duckdb_type FlatType(const DataType& type) {
  switch (type.kind()) {
    case Kind::kBoolean:
    case Kind::kNull:
      return DUCKDB_TYPE_BOOLEAN;
    case Kind::kByte:
      return DUCKDB_TYPE_TINYINT;
    case Kind::kShort:
      return DUCKDB_TYPE_SMALLINT;
    case Kind::kInteger:
    case Kind::kDate:
    case Kind::kYearMonthInterval:
      return DUCKDB_TYPE_INTEGER;
    case Kind::kFloat:
      return DUCKDB_TYPE_FLOAT;
    case Kind::kDouble:
      return DUCKDB_TYPE_DOUBLE;
    case Kind::kString:
    case Kind::kChar:
    case Kind::kVarchar:
    case Kind::kBinary:
      return DUCKDB_TYPE_BLOB;
    default:
      return DUCKDB_TYPE_BIGINT;
  }
}

std::string_view FlatSql(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN:
      return "BOOLEAN";
    case DUCKDB_TYPE_TINYINT:
      return "TINYINT";
    case DUCKDB_TYPE_SMALLINT:
      return "SMALLINT";
    case DUCKDB_TYPE_INTEGER:
      return "INTEGER";
    case DUCKDB_TYPE_FLOAT:
      return "FLOAT";
    case DUCKDB_TYPE_DOUBLE:
      return "DOUBLE";
    case DUCKDB_TYPE_BLOB:
      return "BLOB";
    default:
      return "BIGINT";
  }
}

int Precision(const DataType& type) { return type.precision() == 0 ? 1 : type.precision(); }

std::string BlobLiteral(std::string_view bytes) {
  std::string text = "'";
  for (char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 32 && byte < 127 && c != '\'' && c != '\\') {
      text += c;
    } else {
      text += fmt::format("\\x{:02X}", byte);
    }
  }
  return text + "'::BLOB";
}

std::string DoubleText(double value, bool is_float) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  return is_float ? fmt::format("{:.9g}", value) : fmt::format("{:.17g}", value);
}

std::string DecimalText(__int128 unscaled, int scale) {
  const bool negative = unscaled < 0;
  unsigned __int128 digits =
      negative ? -static_cast<unsigned __int128>(unscaled) : static_cast<unsigned __int128>(unscaled);
  std::string text;
  for (int place = 0; digits != 0 || place <= scale; ++place) {
    if (place == scale && scale > 0) text.insert(0, 1, '.');
    text.insert(0, 1, static_cast<char>('0' + static_cast<int>(digits % 10)));
    digits /= 10;
  }
  return (negative ? "-" : "") + text;
}

std::string StructLiteral(const std::vector<data::Value>& values,
                          const std::vector<DataType>& parts) {
  std::string text = "{";
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const data::Value value = i < values.size() ? values[i] : data::Value::Null();
    text += fmt::format("{}'s{}': {}", i > 0 ? ", " : "", i, CarrierLiteral(value, parts[i]));
  }
  return text + "}";
}

std::string ListLiteral(const data::Value& value, const DataType& type) {
  const std::vector<DataType> parts = PartsOf(type);
  std::string text = "[";
  for (const data::Value& element : value.list()) {
    if (text.size() > 1) text += ", ";
    text += type.is(Kind::kMap) ? StructLiteral(element.list(), parts)
                                : CarrierLiteral(element, parts[0]);
  }
  return text + "]";
}

using DataPtr = std::shared_ptr<arrow::ArrayData>;

// All null, with the offset that the data around it counts by.
DataPtr AllNull(const std::shared_ptr<arrow::DataType>& type, std::int64_t offset,
                std::int64_t length) {
  auto made = arrow::MakeArrayOfNull(type, offset + length);
  MILLRACE_CHECK(made.ok());
  return (*made)->data()->Slice(offset, length);
}

DataPtr RetypeData(const DataPtr& data, const std::shared_ptr<arrow::DataType>& type) {
  if (data->type->id() == arrow::Type::NA || type->id() == arrow::Type::NA) {
    return AllNull(type, data->offset, data->length);
  }
  DataPtr copy = data->Copy();
  copy->type = type;
  const auto& fields = type->fields();
  copy->child_data.resize(fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    copy->child_data[i] = i < data->child_data.size()
                              ? RetypeData(data->child_data[i], fields[i]->type())
                              : AllNull(fields[i]->type(), 0, data->offset + data->length);
  }
  return copy;
}

}  // namespace

base::Result<std::shared_ptr<arrow::DataType>> CarrierArrowType(const DataType& type) {
  switch (type.kind()) {
    case Kind::kNull:
      return arrow::boolean();
    case Kind::kString:
    case Kind::kChar:
    case Kind::kVarchar:
      return arrow::binary();
    case Kind::kDate:
      return arrow::int32();
    case Kind::kTimestamp:
    case Kind::kTimestampNtz:
    case Kind::kDayTimeInterval:
      return arrow::int64();
    case Kind::kArray: {
      MILLRACE_ASSIGN_OR_RETURN(auto element, CarrierArrowType(type.elementType()));
      return arrow::list(arrow::field("l", std::move(element)));
    }
    case Kind::kMap: {
      MILLRACE_ASSIGN_OR_RETURN(auto entry, ArrowStruct(PartsOf(type)));
      return arrow::list(arrow::field("l", std::move(entry)));
    }
    case Kind::kStruct:
      return ArrowStruct(PartsOf(type));
    default:
      return data::ToArrowType(type);
  }
}

base::Result<std::shared_ptr<arrow::Schema>> CarrierSchema(const std::vector<DataType>& types) {
  arrow::FieldVector fields;
  for (const DataType& type : types) {
    MILLRACE_ASSIGN_OR_RETURN(auto made, CarrierArrowType(type));
    fields.push_back(arrow::field(fmt::format("c{}", fields.size()), std::move(made)));
  }
  return arrow::schema(std::move(fields));
}

LogicalType CarrierLogicalType(const DataType& type) {
  switch (type.kind()) {
    case Kind::kDecimal:
      return LogicalType(duckdb_create_decimal_type(static_cast<std::uint8_t>(Precision(type)),
                                                    static_cast<std::uint8_t>(type.scale())));
    case Kind::kArray: {
      LogicalType element = CarrierLogicalType(type.elementType());
      return LogicalType(duckdb_create_list_type(element.type));
    }
    case Kind::kMap: {
      LogicalType entry = LogicalStruct(PartsOf(type));
      return LogicalType(duckdb_create_list_type(entry.type));
    }
    case Kind::kStruct:
      return LogicalStruct(PartsOf(type));
    default:
      return LogicalType(duckdb_create_logical_type(FlatType(type)));
  }
}

std::string CarrierSql(const DataType& type) {
  switch (type.kind()) {
    case Kind::kDecimal:
      return fmt::format("DECIMAL({},{})", Precision(type), type.scale());
    case Kind::kArray:
      return CarrierSql(type.elementType()) + "[]";
    case Kind::kMap:
      return SqlStruct(PartsOf(type)) + "[]";
    case Kind::kStruct:
      return SqlStruct(PartsOf(type));
    default:
      return std::string(FlatSql(FlatType(type)));
  }
}

std::string CarrierLiteral(const data::Value& value, const DataType& type) {
  const std::string name = CarrierSql(type);
  if (value.is_null()) return fmt::format("CAST(NULL AS {})", name);
  switch (type.kind()) {
    case Kind::kNull:
      return "CAST(NULL AS BOOLEAN)";
    case Kind::kBoolean:
      return value.bool_value() ? "TRUE" : "FALSE";
    case Kind::kFloat:
    case Kind::kDouble:
      return fmt::format("CAST('{}' AS {})",
                         DoubleText(value.double_value(), type.is(Kind::kFloat)), name);
    case Kind::kDecimal:
      return fmt::format("CAST('{}' AS {})", DecimalText(value.decimal_value(), type.scale()),
                         name);
    case Kind::kString:
    case Kind::kChar:
    case Kind::kVarchar:
    case Kind::kBinary:
      return BlobLiteral(value.bytes());
    case Kind::kArray:
    case Kind::kMap:
      return fmt::format("CAST({} AS {})", ListLiteral(value, type), name);
    case Kind::kStruct:
      return fmt::format("CAST({} AS {})", StructLiteral(value.list(), PartsOf(type)), name);
    default:
      return fmt::format("CAST('{}' AS {})", value.int_value(), name);
  }
}

std::shared_ptr<arrow::Array> Retype(const std::shared_ptr<arrow::Array>& array,
                                     const std::shared_ptr<arrow::DataType>& type) {
  if (array->type()->Equals(*type, true)) return array;
  return arrow::MakeArray(RetypeData(array->data(), type));
}

bool IsNested(const DataType& type) {
  return type.is(Kind::kArray) || type.is(Kind::kMap) || type.is(Kind::kStruct);
}

}  // namespace millrace::processor::duckdb
