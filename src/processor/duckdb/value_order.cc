#include "processor/duckdb/value_order.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <arrow/array.h>

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;

template <typename T>
int Three(T a, T b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

// NaN equals itself and is the greatest; the zeros are equal.
template <typename Float>
int ThreeFloating(Float a, Float b) {
  if (std::isnan(a) || std::isnan(b)) return Three(std::isnan(a), std::isnan(b));
  return Three(a, b);
}

int ThreeBytes(std::string_view a, std::string_view b) { return Three(a.compare(b), 0); }

__int128 DecimalAt(const arrow::Decimal128Array& array, std::int64_t row) {
  __int128 value;
  std::memcpy(&value, array.GetValue(row), sizeof(value));
  return value;
}

template <typename Array>
Order Fixed() {
  return [](const arrow::Array& a, std::int64_t i, const arrow::Array& b, std::int64_t j) {
    auto x = static_cast<const Array&>(a).Value(i);
    auto y = static_cast<const Array&>(b).Value(j);
    if constexpr (std::is_floating_point_v<decltype(x)>)
      return ThreeFloating(x, y);
    else
      return Three(x, y);
  };
}

Order OrderOfList(const DataType& type) {
  Order element = OrderOf(type.elementType());
  if (element == nullptr) return nullptr;
  return [order = std::move(element)](const arrow::Array& a, std::int64_t i,
                                               const arrow::Array& b, std::int64_t j) {
    const auto& x = static_cast<const arrow::ListArray&>(a);
    const auto& y = static_cast<const arrow::ListArray&>(b);
    std::int64_t count = std::min(x.value_length(i), y.value_length(j));
    for (std::int64_t k = 0; k < count; ++k) {
      int result = CompareNullable(order, *x.values(), x.value_offset(i) + k, *y.values(),
                                 y.value_offset(j) + k);
      if (result != 0) return result;
    }
    return Three(x.value_length(i), y.value_length(j));
  };
}

Order OrderOfStruct(const DataType& type) {
  std::vector<Order> orders;
  for (const StructField& field : type.fields()) {
    orders.push_back(OrderOf(field.dataType));
    if (orders.back() == nullptr) return nullptr;
  }
  return [orders = std::move(orders)](const arrow::Array& a, std::int64_t i, const arrow::Array& b,
                                      std::int64_t j) {
    const auto& x = static_cast<const arrow::StructArray&>(a);
    const auto& y = static_cast<const arrow::StructArray&>(b);
    for (std::size_t k = 0; k < orders.size(); ++k) {
      int field = static_cast<int>(k);
      int result = CompareNullable(orders[k], *x.field(field), i, *y.field(field), j);
      if (result != 0) return result;
    }
    return 0;
  };
}

}  // namespace

int CompareNullable(const Order& order, const arrow::Array& a, std::int64_t i,
                    const arrow::Array& b, std::int64_t j) {
  const bool x = a.IsNull(i);
  const bool y = b.IsNull(j);
  if (x || y) return Three<int>(!x, !y);
  return order(a, i, b, j);
}

Order OrderOf(const DataType& type) {
  switch (type.kind()) {
    case Kind::kBoolean:
      return Fixed<arrow::BooleanArray>();
    case Kind::kByte:
      return Fixed<arrow::Int8Array>();
    case Kind::kShort:
      return Fixed<arrow::Int16Array>();
    case Kind::kInteger:
    case Kind::kYearMonthInterval:
      return Fixed<arrow::Int32Array>();
    case Kind::kLong:
      return Fixed<arrow::Int64Array>();
    case Kind::kDate:
      return Fixed<arrow::Date32Array>();
    case Kind::kTimestamp:
    case Kind::kTimestampNtz:
      return Fixed<arrow::TimestampArray>();
    case Kind::kDayTimeInterval:
      return Fixed<arrow::DurationArray>();
    case Kind::kFloat:
      return Fixed<arrow::FloatArray>();
    case Kind::kDouble:
      return Fixed<arrow::DoubleArray>();
    case Kind::kDecimal:
      return [](const arrow::Array& a, std::int64_t i, const arrow::Array& b, std::int64_t j) {
        return Three(DecimalAt(static_cast<const arrow::Decimal128Array&>(a), i),
                     DecimalAt(static_cast<const arrow::Decimal128Array&>(b), j));
      };
    case Kind::kString:
    case Kind::kBinary:
      return [](const arrow::Array& a, std::int64_t i, const arrow::Array& b, std::int64_t j) {
        return ThreeBytes(static_cast<const arrow::BinaryArray&>(a).GetView(i),
                          static_cast<const arrow::BinaryArray&>(b).GetView(j));
      };
    case Kind::kNull:
      return [](const arrow::Array&, std::int64_t, const arrow::Array&, std::int64_t) { return 0; };
    case Kind::kArray:
      return OrderOfList(type);
    case Kind::kStruct:
      return OrderOfStruct(type);
    default:
      return nullptr;
  }
}

}  // namespace millrace::processor::duckdb
