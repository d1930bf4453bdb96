#pragma once

// For tests: rows in the form of tests/spark/README.md, as record batches and back.

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "data/arrow_schema.h"
#include "data/canonical_json_testing.h"
#include "data/datetime_text.h"
#include "data/decimal_text.h"
#include "data/scalar_text.h"
#include "millrace/types.h"

namespace millrace::sinks::delta {

using data::Json;

inline double RealOf(const Json& value) {
  const auto text = value.get<std::string>();
  if (text == "NaN") return std::nan("");
  if (text == "Infinity") return HUGE_VAL;
  return text == "-Infinity" ? -HUGE_VAL : std::stod(text);
}

inline arrow::Status AppendCanonical(const Json& value, const DataType& type,
                                     arrow::ArrayBuilder* builder) {
  using Kind = DataType::Kind;
  if (value.is_null()) return builder->AppendNull();
  const auto number = [&](auto* typed) {
    return typed->Append(value.get<typename std::remove_pointer_t<decltype(typed)>::value_type>());
  };
  switch (type.kind()) {
    case Kind::kBoolean:
      return number(static_cast<arrow::BooleanBuilder*>(builder));
    case Kind::kByte:
      return number(static_cast<arrow::Int8Builder*>(builder));
    case Kind::kShort:
      return number(static_cast<arrow::Int16Builder*>(builder));
    case Kind::kInteger:
      return number(static_cast<arrow::Int32Builder*>(builder));
    case Kind::kLong:
      return number(static_cast<arrow::Int64Builder*>(builder));
    case Kind::kFloat:
      return static_cast<arrow::FloatBuilder*>(builder)->Append(static_cast<float>(RealOf(value)));
    case Kind::kDouble:
      return static_cast<arrow::DoubleBuilder*>(builder)->Append(RealOf(value));
    case Kind::kDecimal: {
      const __int128 unscaled = data::ToDecimal(*data::ParseBigDecimal(value.get<std::string>()),
                                                type.precision(), type.scale())
                                    .value();
      return static_cast<arrow::Decimal128Builder*>(builder)->Append(arrow::Decimal128(
          static_cast<std::int64_t>(unscaled >> 64), static_cast<std::uint64_t>(unscaled)));
    }
    case Kind::kDate:
      return static_cast<arrow::Date32Builder*>(builder)->Append(
          data::ParseDate(value.get<std::string>()).value());
    case Kind::kTimestamp:
    case Kind::kTimestampNtz:
      return static_cast<arrow::TimestampBuilder*>(builder)->Append(
          value.at("us").get<std::int64_t>());
    case Kind::kArray: {
      auto* list = static_cast<arrow::ListBuilder*>(builder);
      ARROW_RETURN_NOT_OK(list->Append());
      for (const Json& element : value) {
        ARROW_RETURN_NOT_OK(AppendCanonical(element, type.elementType(), list->value_builder()));
      }
      return arrow::Status::OK();
    }
    case Kind::kMap: {
      auto* map = static_cast<arrow::MapBuilder*>(builder);
      ARROW_RETURN_NOT_OK(map->Append());
      for (const Json& entry : value.at("map")) {
        ARROW_RETURN_NOT_OK(AppendCanonical(entry[0], type.keyType(), map->key_builder()));
        ARROW_RETURN_NOT_OK(AppendCanonical(entry[1], type.valueType(), map->item_builder()));
      }
      return arrow::Status::OK();
    }
    case Kind::kStruct: {
      auto* row = static_cast<arrow::StructBuilder*>(builder);
      ARROW_RETURN_NOT_OK(row->Append());
      for (std::size_t i = 0; i < type.fields().size(); ++i) {
        ARROW_RETURN_NOT_OK(AppendCanonical(value[i][1], type.fields()[i].dataType,
                                            row->field_builder(static_cast<int>(i))));
      }
      return arrow::Status::OK();
    }
    default:
      return static_cast<arrow::BinaryBuilder*>(builder)->Append(data::RecordedBytes(value));
  }
}

/// Rows in canonical form as a record batch of this schema.
inline std::shared_ptr<arrow::RecordBatch> ToBatch(const Json& rows, const StructType& schema) {
  const auto arrow_schema = data::ToArrowSchema(schema).value();
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    auto builder = arrow::MakeBuilder(arrow_schema->field(static_cast<int>(i))->type());
    for (const Json& row : rows) {
      EXPECT_TRUE(AppendCanonical(row[i], schema[i].dataType, builder->get()).ok());
    }
    columns.push_back((*builder)->Finish().ValueOrDie());
  }
  return arrow::RecordBatch::Make(arrow_schema, static_cast<std::int64_t>(rows.size()), columns);
}

/// A partition value of the log in canonical form.
inline Json PartitionToCanonical(const std::optional<std::string>& text, const DataType& type) {
  using Kind = DataType::Kind;
  if (!text) return nullptr;
  switch (type.kind()) {
    case Kind::kBoolean:
      return *text == "true";
    case Kind::kByte:
    case Kind::kShort:
    case Kind::kInteger:
    case Kind::kLong:
      return std::stoll(*text);
    case Kind::kFloat:
      return data::CanonicalNumber(static_cast<float>(RealOf(*text)));
    case Kind::kDouble:
      return data::CanonicalNumber(RealOf(*text));
    case Kind::kTimestamp:
      return Json{{"us", data::ParseTimestamp(*text, data::TimeZone(), 0).value()}};
    case Kind::kTimestampNtz:
      return Json{{"us", data::ParseTimestampNtz(*text, true).value()}};
    default:
      return *text;
  }
}

}  // namespace millrace::sinks::delta
