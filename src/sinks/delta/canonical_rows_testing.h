#pragma once

// For tests: rows in the form of tests/spark/README.md, as record batches and back.

#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/api.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "clients/delta/json_text.h"
#include "data/arrow_schema.h"
#include "data/datetime_text.h"
#include "data/decimal_text.h"
#include "data/scalar_text.h"
#include "millrace/types.h"

namespace millrace::sinks::delta {

using Json = nlohmann::ordered_json;

inline std::string Base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned value = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      value = value << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += i + k <= bytes.size() ? kDigits[(value >> (18 - 6 * k)) & 63] : '=';
    }
  }
  return out;
}

inline std::string FromBase64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned value = 0;
  int bits = 0;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) continue;
    value = value << 6 | static_cast<unsigned>(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(value >> bits & 0xFF);
    }
  }
  return out;
}

inline double RealOf(const Json& value) {
  const auto text = value.get<std::string>();
  if (text == "NaN") return std::nan("");
  if (text == "Infinity") return HUGE_VAL;
  return text == "-Infinity" ? -HUGE_VAL : std::stod(text);
}

inline std::string BytesOf(const Json& value) {
  return value.is_string() ? value.get<std::string>()
                           : FromBase64(value.at("b64").get<std::string>());
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
      return static_cast<arrow::BinaryBuilder*>(builder)->Append(BytesOf(value));
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

inline std::string RealText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

/// Row `row` of an array in canonical form.
inline Json ToCanonical(const arrow::Array& array, std::int64_t row) {
  if (array.IsNull(row)) return nullptr;
  switch (array.type_id()) {
    case arrow::Type::BOOL:
      return static_cast<const arrow::BooleanArray&>(array).Value(row);
    case arrow::Type::INT8:
      return static_cast<const arrow::Int8Array&>(array).Value(row);
    case arrow::Type::INT16:
      return static_cast<const arrow::Int16Array&>(array).Value(row);
    case arrow::Type::INT32:
      return static_cast<const arrow::Int32Array&>(array).Value(row);
    case arrow::Type::INT64:
      return static_cast<const arrow::Int64Array&>(array).Value(row);
    case arrow::Type::FLOAT:
      return RealText(static_cast<const arrow::FloatArray&>(array).Value(row));
    case arrow::Type::DOUBLE:
      return RealText(static_cast<const arrow::DoubleArray&>(array).Value(row));
    case arrow::Type::DECIMAL128: {
      __int128 unscaled;
      std::memcpy(&unscaled, static_cast<const arrow::Decimal128Array&>(array).GetValue(row),
                  sizeof(unscaled));
      return data::DecimalPlainText(
          unscaled, static_cast<const arrow::Decimal128Type&>(*array.type()).scale());
    }
    case arrow::Type::STRING: {
      const std::string text(static_cast<const arrow::StringArray&>(array).GetView(row));
      return clients::delta::IsUtf8(text) ? Json(text) : Json{{"b64", Base64(text)}};
    }
    case arrow::Type::BINARY:
      return Json{{"b64", Base64(static_cast<const arrow::BinaryArray&>(array).GetView(row))}};
    case arrow::Type::DATE32:
      return data::DateText(static_cast<const arrow::Date32Array&>(array).Value(row));
    case arrow::Type::TIMESTAMP:
      return Json{{"us", static_cast<const arrow::TimestampArray&>(array).Value(row)}};
    case arrow::Type::LIST: {
      const auto& list = static_cast<const arrow::ListArray&>(array);
      Json out = Json::array();
      for (auto i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
        out.push_back(ToCanonical(*list.values(), i));
      }
      return out;
    }
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapArray&>(array);
      Json out = Json::array();
      for (auto i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
        out.push_back(Json::array({ToCanonical(*map.keys(), i), ToCanonical(*map.items(), i)}));
      }
      return Json{{"map", out}};
    }
    case arrow::Type::STRUCT: {
      const auto& fields = static_cast<const arrow::StructArray&>(array);
      Json out = Json::array();
      for (int i = 0; i < fields.num_fields(); ++i) {
        out.push_back(Json::array(
            {fields.struct_type()->field(i)->name(), ToCanonical(*fields.field(i), row)}));
      }
      return out;
    }
    default:
      return "no canonical form for " + array.type()->ToString();
  }
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
      return RealText(static_cast<float>(RealOf(*text)));
    case Kind::kDouble:
      return RealText(RealOf(*text));
    case Kind::kTimestamp:
      return Json{{"us", data::ParseTimestamp(*text, data::TimeZone(), 0).value()}};
    case Kind::kTimestampNtz:
      return Json{{"us", data::ParseTimestampNtz(*text, true).value()}};
    default:
      return *text;
  }
}

}  // namespace millrace::sinks::delta
