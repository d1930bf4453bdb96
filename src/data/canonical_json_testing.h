#pragma once

// For tests: values recorded from real Spark in the form of tests/spark/README.md, and ours in it.

#include <cmath>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>

#include <absl/strings/escaping.h>
#include <arrow/api.h>
#include <arrow/util/utf8.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/datetime_text.h"
#include "data/decimal_text.h"
#include "data/scalar_text.h"

namespace millrace::data {

using Json = nlohmann::ordered_json;

inline std::string Base64(std::string_view bytes) {
  return absl::Base64Escape({bytes.data(), bytes.size()});
}

/// Text as it is where it is UTF-8, else in base64.
inline Json CanonicalText(std::string_view bytes) {
  arrow::util::InitializeUTF8();  // Else all bytes count as valid.
  if (arrow::util::ValidateUTF8(bytes)) return std::string(bytes);
  return Json{{"b64", Base64(bytes)}};
}

/// A recorded input: a text, or bytes in base64.
inline std::string RecordedBytes(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  std::string bytes;
  EXPECT_TRUE(absl::Base64Unescape(value.at("b64").get<std::string>(), &bytes)) << value;
  return bytes;
}

/// Python's repr of a float.
inline std::string CanonicalNumber(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

/// Row `row` of an array as canonical.py writes it.
inline Json Canonical(const arrow::Array& array, std::int64_t row) {
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
      return CanonicalNumber(static_cast<const arrow::FloatArray&>(array).Value(row));
    case arrow::Type::DOUBLE:
      return CanonicalNumber(static_cast<const arrow::DoubleArray&>(array).Value(row));
    case arrow::Type::DECIMAL128: {
      const auto& decimals = static_cast<const arrow::Decimal128Array&>(array);
      __int128 unscaled;
      std::memcpy(&unscaled, decimals.GetValue(row), sizeof(unscaled));
      int scale = static_cast<const arrow::Decimal128Type&>(*array.type()).scale();
      return DecimalPlainText(unscaled, scale);
    }
    case arrow::Type::STRING:
      return CanonicalText(static_cast<const arrow::StringArray&>(array).GetView(row));
    case arrow::Type::BINARY:
      return Json{{"b64", Base64(static_cast<const arrow::BinaryArray&>(array).GetView(row))}};
    case arrow::Type::DATE32:
      return DateText(static_cast<const arrow::Date32Array&>(array).Value(row));
    case arrow::Type::TIMESTAMP:
      return Json{{"us", static_cast<const arrow::TimestampArray&>(array).Value(row)}};
    case arrow::Type::DURATION:
      return Json{{"us", static_cast<const arrow::DurationArray&>(array).Value(row)}};
    case arrow::Type::LIST: {
      const auto& list = static_cast<const arrow::ListArray&>(array);
      Json out = Json::array();
      for (auto i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
        out.push_back(Canonical(*list.values(), i));
      }
      return out;
    }
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapArray&>(array);
      Json out = Json::array();
      for (auto i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
        out.push_back(Json::array({Canonical(*map.keys(), i), Canonical(*map.items(), i)}));
      }
      return Json{{"map", out}};
    }
    case arrow::Type::STRUCT: {
      const auto& row_array = static_cast<const arrow::StructArray&>(array);
      Json out = Json::array();
      for (int i = 0; i < row_array.num_fields(); ++i) {
        out.push_back(Json::array(
            {row_array.struct_type()->field(i)->name(), Canonical(*row_array.field(i), row)}));
      }
      return out;
    }
    default:
      return "no canonical form for " + array.type()->ToString();
  }
}

/// Calls `visit` for each record of tests/spark/recorded/`name`. False: the file is not there.
inline bool ForEachRecorded(const std::string& name,
                            const std::function<void(const Json&)>& visit) {
  std::ifstream file(std::string(MILLRACE_SOURCE_DIR) + "/tests/spark/recorded/" + name);
  if (!file) return false;
  for (std::string line; std::getline(file, line);) visit(Json::parse(line));
  return true;
}

}  // namespace millrace::data
