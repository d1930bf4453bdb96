#pragma once

#include <cstdint>

#include <arrow/array.h>

#include "processor/duckdb/column_builder.h"
#include "processor/duckdb/row_kernel.h"
#include "processor/duckdb/value_order.h"

namespace millrace::processor::duckdb {

/// One value of a column.
struct ValueRef {
  const arrow::Array* array;
  std::int64_t row;

  bool is_null() const { return array->IsNull(row); }
};

inline int CompareNullable(const Order& order, const ValueRef& a, const ValueRef& b) {
  return CompareNullable(order, *a.array, a.row, *b.array, b.row);
}

/// The elements of one row of a list, or the entries of one row of a map, where they lie.
struct ListRef {
  const arrow::Array* values;
  std::int64_t start;
  std::int64_t length;

  ValueRef operator[](std::int64_t i) const { return {values, start + i}; }
};

/// Precondition: not null. `array` is a ListArray.
inline ListRef ListAt(const arrow::Array& array, std::int64_t row) {
  const auto& list = static_cast<const arrow::ListArray&>(array);
  return {list.values().get(), list.value_offset(row), list.value_length(row)};
}
inline ListRef ListAt(const ValueRef& value) { return ListAt(*value.array, value.row); }
inline ListRef ListAt(const RowView& row, std::size_t i) { return ListAt(row.array(i), row.at(i)); }

struct MapRef {
  ListRef keys;
  ListRef values;

  std::int64_t length() const { return keys.length; }
};

/// Precondition: not null. `array` is a MapArray.
inline MapRef MapAt(const arrow::Array& array, std::int64_t row) {
  const auto& map = static_cast<const arrow::MapArray&>(array);
  const std::int64_t start = map.value_offset(row);
  const std::int64_t length = map.value_length(row);
  return {{map.keys().get(), start, length}, {map.items().get(), start, length}};
}
inline MapRef MapAt(const RowView& row, std::size_t i) { return MapAt(row.array(i), row.at(i)); }

inline void AppendRef(const ValueRef& value, ColumnBuilder* out) {
  out->AppendFrom(*value.array, value.row);
}
/// Appends the elements from `from` up to `to` to the children of a list being built.
inline void AppendElements(const ListRef& list, std::int64_t from, std::int64_t to,
                           ColumnBuilder* out) {
  for (std::int64_t i = from; i < to; ++i) AppendRef(list[i], &out->child(0));
}

/// Spark's ByteArrayMethods.MAX_ROUNDED_ARRAY_LENGTH: no array holds more elements.
inline constexpr std::int64_t kMostElements = 2'147'483'632;

}  // namespace millrace::processor::duckdb
