#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "processor/duckdb/collection_errors.h"
#include "processor/duckdb/list_values.h"

namespace millrace::processor::duckdb {

/// Spark's ArrayBasedMapBuilder: the entries of one map in the order given, keys checked. One
/// thread; cleared by each Finish.
class MapEntries {
 public:
  MapEntries(const DataType& key, const TimeZone& zone);

  /// NULL_MAP_KEY, or DUPLICATED_MAP_KEY for a key that is there.
  base::Status Add(const ValueRef& key, const ValueRef& value);
  bool Has(const ValueRef& key) const { return places_.contains(key); }
  void Clear();
  /// Closes a row of a map.
  void Finish(ColumnBuilder* out);

 private:
  struct Less {
    Order order;
    bool operator()(const ValueRef& a, const ValueRef& b) const {
      return CompareNullable(order, a, b) < 0;
    }
  };
  DataType key_type_;
  TimeZone zone_;
  std::map<ValueRef, std::size_t, Less> places_;
  std::vector<std::pair<ValueRef, ValueRef>> entries_;
};

/// A value in the way that Java's toString shows Spark's own form of it: a date as days.
std::string InternalText(const arrow::Array& array, std::int64_t row, const DataType& type);

}  // namespace millrace::processor::duckdb
