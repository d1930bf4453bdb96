#include "processor/duckdb/map_values.h"

#include <utility>

#include "data/row_text.h"
#include "data/scalar_text.h"
#include "processor/duckdb/value_errors.h"

namespace millrace::processor::duckdb {

using Kind = DataType::Kind;

MapEntries::MapEntries(const DataType& key, const TimeZone& zone)
    : key_type_(key), zone_(zone), places_(Less{OrderOf(key)}) {}

base::Status MapEntries::Add(const ValueRef& key, const ValueRef& value) {
  if (key.is_null()) return NullMapKey();
  if (!places_.emplace(key, entries_.size()).second) {
    return DuplicatedMapKey(InternalText(*key.array, key.row, key_type_));
  }
  entries_.emplace_back(key, value);
  return base::Status::Ok();
}

void MapEntries::Clear() {
  places_.clear();
  entries_.clear();
}

void MapEntries::Finish(ColumnBuilder* out) {
  for (const auto& [key, value] : entries_) {
    AppendRef(key, &out->child(0));
    AppendRef(value, &out->child(1));
  }
  out->AppendNested();
  Clear();
}

std::string InternalText(const arrow::Array& array, std::int64_t row, const DataType& type) {
  const data::Value value = ValueAt(array, row);
  if (value.is_bytes()) return value.bytes();
  if (value.is_int()) return std::to_string(value.int_value());
  if (value.is_bool()) return value.bool_value() ? "true" : "false";
  if (value.is_decimal()) return data::DecimalPlainText(value.decimal_value(), type.scale());
  if (value.is_double()) {
    return type.is(Kind::kFloat) ? data::FloatText(static_cast<float>(value.double_value()))
                                 : data::DoubleText(value.double_value());
  }
  return type.sql();
}

}  // namespace millrace::processor::duckdb
