#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "processor/duckdb/from_json_fast.h"

namespace millrace::processor::duckdb {

/// What a value becomes.
struct FastJsonParser::Target {
  DataType::Kind kind = DataType::Kind::kNull;
  ColumnBuilder* column = nullptr;  ///< Null: read over the value.
  /// Holds binary: wrong base64 spoils what follows, also where the value is not wanted.
  bool holds_binary = false;
  int precision = 0;
  int scale = 0;
  std::unique_ptr<Object> object;   ///< Of a struct.
  std::unique_ptr<Target> element;  ///< Of an array; the value of a map.
};

/// The fields of a struct that are looked for.
struct FastJsonParser::Object {
  struct Field {
    std::string key;  ///< The name with its closing quote.
    std::unique_ptr<Target> target;
    std::uint64_t seen = 0;  ///< The row in which it came last.
  };
  std::vector<Field> fields;
  std::unordered_map<std::string_view, std::size_t> index;
  std::uint64_t row = 0;
};

}  // namespace millrace::processor::duckdb
