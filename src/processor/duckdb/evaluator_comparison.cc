#include <cmath>
#include <cstring>
#include <functional>
#include <string_view>

#include <arrow/array.h>
#include <fmt/format.h>

#include "processor/duckdb/evaluator.h"

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

using Order =
    std::function<int(const arrow::Array&, std::int64_t, const arrow::Array&, std::int64_t)>;

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

Order OrderOf(const DataType& type);

// Within arrays and structs null equals null and is the least.
int ThreeNullable(const Order& order, const arrow::Array& a, std::int64_t i, const arrow::Array& b,
                  std::int64_t j) {
  bool x = a.IsNull(i);
  bool y = b.IsNull(j);
  if (x || y) return Three<int>(!x, !y);
  return order(a, i, b, j);
}

Order OrderOfList(const DataType& type) {
  return [order = OrderOf(type.elementType())](const arrow::Array& a, std::int64_t i,
                                               const arrow::Array& b, std::int64_t j) {
    const auto& x = static_cast<const arrow::ListArray&>(a);
    const auto& y = static_cast<const arrow::ListArray&>(b);
    std::int64_t count = std::min(x.value_length(i), y.value_length(j));
    for (std::int64_t k = 0; k < count; ++k) {
      int result = ThreeNullable(order, *x.values(), x.value_offset(i) + k, *y.values(),
                                 y.value_offset(j) + k);
      if (result != 0) return result;
    }
    return Three(x.value_length(i), y.value_length(j));
  };
}

Order OrderOfStruct(const DataType& type) {
  std::vector<Order> orders;
  for (const StructField& field : type.fields()) orders.push_back(OrderOf(field.dataType));
  return [orders = std::move(orders)](const arrow::Array& a, std::int64_t i, const arrow::Array& b,
                                      std::int64_t j) {
    const auto& x = static_cast<const arrow::StructArray&>(a);
    const auto& y = static_cast<const arrow::StructArray&>(b);
    for (std::size_t k = 0; k < orders.size(); ++k) {
      int field = static_cast<int>(k);
      int result = ThreeNullable(orders[k], *x.field(field), i, *y.field(field), j);
      if (result != 0) return result;
    }
    return 0;
  };
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
      return Fixed<arrow::Int32Array>();
    case Kind::kLong:
      return Fixed<arrow::Int64Array>();
    case Kind::kDate:
      return Fixed<arrow::Date32Array>();
    case Kind::kTimestamp:
    case Kind::kTimestampNtz:
      return Fixed<arrow::TimestampArray>();
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

using Test = bool (*)(int);

Test TestOf(std::string_view op) {
  if (op == "=" || op == "<=>") return [](int order) { return order == 0; };
  if (op == "!=") return [](int order) { return order != 0; };
  if (op == "<") return [](int order) { return order < 0; };
  if (op == "<=") return [](int order) { return order <= 0; };
  if (op == ">") return [](int order) { return order > 0; };
  return [](int order) { return order >= 0; };
}

// Equality of texts with one constant text: what most filters are.
Kernel TextEquality(bool wanted) {
  return [wanted](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                  ColumnBuilder* out) {
    const auto& a = static_cast<const arrow::BinaryArray&>(*args[0].array);
    const auto& b = static_cast<const arrow::BinaryArray&>(*args[1].array);
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t i = args[0].at(row);
      std::int64_t j = args[1].at(row);
      if (a.IsNull(i) || b.IsNull(j)) {
        out->AppendNull();
      } else {
        out->AppendBool((a.GetView(i) == b.GetView(j)) == wanted);
      }
    }
    return base::Status::Ok();
  };
}

Kernel Comparison(Order order, Test test) {
  return [order = std::move(order), test](const std::vector<Operand>& args, std::int64_t rows,
                                          std::int64_t, ColumnBuilder* out) {
    const arrow::Array& a = *args[0].array;
    const arrow::Array& b = *args[1].array;
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t i = args[0].at(row);
      std::int64_t j = args[1].at(row);
      if (a.IsNull(i) || b.IsNull(j)) {
        out->AppendNull();
      } else {
        out->AppendBool(test(order(a, i, b, j)));
      }
    }
    return base::Status::Ok();
  };
}

Kernel NullSafeEquality(Order order) {
  return [order = std::move(order)](const std::vector<Operand>& args, std::int64_t rows,
                                    std::int64_t, ColumnBuilder* out) {
    for (std::int64_t row = 0; row < rows; ++row) {
      out->AppendBool(ThreeNullable(order, *args[0].array, args[0].at(row), *args[1].array,
                                    args[1].at(row)) == 0);
    }
    return base::Status::Ok();
  };
}

// Three-valued AND and OR: `decisive` on either side decides.
Kernel Logic(bool decisive) {
  return [decisive](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                    ColumnBuilder* out) {
    const auto& a = static_cast<const arrow::BooleanArray&>(*args[0].array);
    const auto& b = static_cast<const arrow::BooleanArray&>(*args[1].array);
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t i = args[0].at(row);
      std::int64_t j = args[1].at(row);
      bool a_null = a.IsNull(i);
      bool b_null = b.IsNull(j);
      if ((!a_null && a.Value(i) == decisive) || (!b_null && b.Value(j) == decisive)) {
        out->AppendBool(decisive);
      } else if (a_null || b_null) {
        out->AppendNull();
      } else {
        out->AppendBool(!decisive);
      }
    }
    return base::Status::Ok();
  };
}

Kernel Not() {
  return [](const std::vector<Operand>& args, std::int64_t rows, std::int64_t, ColumnBuilder* out) {
    const auto& a = static_cast<const arrow::BooleanArray&>(*args[0].array);
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t i = args[0].at(row);
      a.IsNull(i) ? out->AppendNull() : out->AppendBool(!a.Value(i));
    }
    return base::Status::Ok();
  };
}

Kernel IsNull(bool wanted) {
  return [wanted](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                  ColumnBuilder* out) {
    for (std::int64_t row = 0; row < rows; ++row) {
      out->AppendBool(args[0].array->IsNull(args[0].at(row)) == wanted);
    }
    return base::Status::Ok();
  };
}

}  // namespace

base::Result<Kernel> MakeComparison(const FunctionContext& context) {
  std::string_view name = context.function;
  if (name == "and" || name == "or") return Logic(name == "or");
  if (name == "not") return Not();
  if (name == "isnull" || name == "isnotnull") return IsNull(name == "isnull");
  const DataType& type = context.arg_type(0);
  Order order = OrderOf(type);
  if (order == nullptr) {
    return base::Status::Unsupported(fmt::format("{}: comparing values of type {} is not supported",
                                                 context.expression.text, type.sql()));
  }
  if (name == "<=>") return NullSafeEquality(std::move(order));
  if ((type.is(Kind::kString) || type.is(Kind::kBinary)) && (name == "=" || name == "!=")) {
    return TextEquality(name == "=");
  }
  return Comparison(std::move(order), TestOf(name));
}

}  // namespace millrace::processor::duckdb
