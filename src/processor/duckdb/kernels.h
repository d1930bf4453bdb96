#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <arrow/array.h>

#include "base/result.h"
#include "processor/duckdb/column_builder.h"
#include "processor/duckdb/evaluator.h"

namespace millrace::processor::duckdb {

/// Frames for kernels that compute row by row: what is written for a function is a C++ function of
/// plain values.
///
///   {"bit_length", false, [](const FunctionContext&) -> base::Result<Kernel> {
///      return ForRows<std::string_view>([](std::string_view text) { return 8 * text.size(); }); }}

/// An integer of any width, and dates and times: widened.
struct Whole {
  std::int64_t value;
};

/// Any value of any type: the array and the place in it.
struct Cell {
  const arrow::Array* array;
  std::int64_t row;
};

/// The values of one operand. T: bool, std::int8_t ... std::int64_t (dates and times too), float,
/// double, __int128 (decimals, unscaled), std::string_view (string and binary), Whole, Cell; it has
/// to be the operand's type. std::optional<T>: null is a value like others.
template <typename T>
class Reader {
 public:
  static constexpr bool kTakesNull = false;
  explicit Reader(const Operand& operand)
      : values_(operand.array->data()->GetValues<T>(1)), constant_(operand.constant) {}
  T operator()(std::int64_t row) const { return values_[constant_ ? 0 : row]; }

 private:
  const T* values_;
  bool constant_;
};

template <>
class Reader<bool> {
 public:
  static constexpr bool kTakesNull = false;
  explicit Reader(const Operand& operand) : operand_(operand) {}
  bool operator()(std::int64_t row) const {
    return static_cast<const arrow::BooleanArray&>(*operand_.array).Value(operand_.at(row));
  }

 private:
  const Operand& operand_;
};

template <>
class Reader<std::string_view> {
 public:
  static constexpr bool kTakesNull = false;
  explicit Reader(const Operand& operand) : operand_(operand) {}
  std::string_view operator()(std::int64_t row) const {
    return static_cast<const arrow::BinaryArray&>(*operand_.array).GetView(operand_.at(row));
  }

 private:
  const Operand& operand_;
};

template <>
class Reader<__int128> {
 public:
  static constexpr bool kTakesNull = false;
  explicit Reader(const Operand& operand) : operand_(operand) {}
  __int128 operator()(std::int64_t row) const {
    __int128 value;
    std::memcpy(&value,
                static_cast<const arrow::Decimal128Array&>(*operand_.array).GetValue(operand_.at(row)),
                sizeof(value));
    return value;
  }

 private:
  const Operand& operand_;
};

template <>
class Reader<Whole> {
 public:
  static constexpr bool kTakesNull = false;
  explicit Reader(const Operand& operand) : operand_(operand) {
    const auto& type = static_cast<const arrow::FixedWidthType&>(*operand.array->type());
    width_ = type.bit_width();
  }
  Whole operator()(std::int64_t row) const {
    const arrow::ArrayData& data = *operand_.array->data();
    const std::int64_t i = operand_.at(row);
    switch (width_) {
      case 8:
        return {data.GetValues<std::int8_t>(1)[i]};
      case 16:
        return {data.GetValues<std::int16_t>(1)[i]};
      case 32:
        return {data.GetValues<std::int32_t>(1)[i]};
      default:
        return {data.GetValues<std::int64_t>(1)[i]};
    }
  }

 private:
  const Operand& operand_;
  int width_;
};

template <>
class Reader<Cell> {
 public:
  static constexpr bool kTakesNull = false;
  explicit Reader(const Operand& operand) : operand_(operand) {}
  Cell operator()(std::int64_t row) const { return {operand_.array.get(), operand_.at(row)}; }

 private:
  const Operand& operand_;
};

template <typename T>
class Reader<std::optional<T>> {
 public:
  static constexpr bool kTakesNull = true;
  explicit Reader(const Operand& operand) : operand_(operand), reader_(operand) {}
  std::optional<T> operator()(std::int64_t row) const {
    if (operand_.array->IsNull(operand_.at(row))) return std::nullopt;
    return reader_(row);
  }

 private:
  const Operand& operand_;
  Reader<T> reader_;
};

inline void Append(ColumnBuilder* out, bool value) { out->AppendBool(value); }
inline void Append(ColumnBuilder* out, double value) { out->AppendDouble(value); }
inline void Append(ColumnBuilder* out, float value) { out->AppendFloat(value); }
inline void Append(ColumnBuilder* out, __int128 value) { out->AppendDecimal(value); }
inline void Append(ColumnBuilder* out, std::string_view value) { out->AppendBytes(value); }
inline void Append(ColumnBuilder* out, const std::string& value) { out->AppendBytes(value); }
template <typename T>
  requires std::is_integral_v<T>
void Append(ColumnBuilder* out, T value) {
  out->AppendInt(static_cast<std::int64_t>(value));
}
template <typename T>
void Append(ColumnBuilder* out, const std::optional<T>& value) {
  if (value) {
    Append(out, *value);
  } else {
    out->AppendNull();
  }
}

namespace kernels_detail {

template <typename T>
struct IsResult : std::false_type {};
template <typename T>
struct IsResult<base::Result<T>> : std::true_type {};

/// Calls `compute` and appends what it gives. A Status means that it has appended by itself.
template <typename Compute, typename... Values>
base::Status Emit(ColumnBuilder* out, const Compute& compute, Values... values) {
  if constexpr (std::is_invocable_v<Compute, ColumnBuilder*, Values...>) {
    using Given = std::invoke_result_t<Compute, ColumnBuilder*, Values...>;
    if constexpr (std::is_void_v<Given>) {
      compute(out, values...);
      return base::Status::Ok();
    } else {
      return compute(out, values...);
    }
  } else if constexpr (IsResult<std::invoke_result_t<Compute, Values...>>::value) {
    MILLRACE_ASSIGN_OR_RETURN(auto value, compute(values...));
    Append(out, value);
    return base::Status::Ok();
  } else {
    Append(out, compute(values...));
    return base::Status::Ok();
  }
}

template <typename Compute, typename... Args, std::size_t... I>
base::Status Run(const Compute& compute, const std::vector<Operand>& operands, std::int64_t rows,
                 ColumnBuilder* out, std::index_sequence<I...>, std::tuple<Args...>*) {
  const std::tuple<Reader<Args>...> readers{Reader<Args>(operands[I])...};
  for (std::int64_t row = 0; row < rows; ++row) {
    const bool missing = ((!Reader<Args>::kTakesNull &&
                           operands[I].array->IsNull(operands[I].at(row))) || ...);
    if (missing) {
      out->AppendNull();
      continue;
    }
    MILLRACE_RETURN_IF_ERROR(Emit(out, compute, std::get<I>(readers)(row)...));
  }
  return base::Status::Ok();
}

}  // namespace kernels_detail

/// `compute` of the values of each row; null in, null out (Reader says how to take nulls). It gives
/// the value, an optional (none: null), or a Result of either; or it takes a ColumnBuilder* first,
/// appends exactly one row there, and gives nothing or a Status.
template <typename... Args, typename Compute>
Kernel ForRows(Compute compute) {
  return [compute](const std::vector<Operand>& operands, std::int64_t rows, std::int64_t,
                   ColumnBuilder* out) -> base::Status {
    return kernels_detail::Run(compute, operands, rows, out, std::index_sequence_for<Args...>{},
                               static_cast<std::tuple<Args...>*>(nullptr));
  };
}

/// The kernel that `make`.operator()<T>() gives for the width of an integral type.
template <typename Make>
base::Result<Kernel> ForIntegralType(const DataType& type, Make make) {
  switch (type.kind()) {
    case DataType::Kind::kByte:
      return make.template operator()<std::int8_t>();
    case DataType::Kind::kShort:
      return make.template operator()<std::int16_t>();
    case DataType::Kind::kInteger:
      return make.template operator()<std::int32_t>();
    default:
      return make.template operator()<std::int64_t>();
  }
}

/// Unsupported: the function is not there for these types.
base::Status NoSuchKernel(const FunctionContext& context);

/// The value of argument `index` where it is a constant that is not null; else none.
std::optional<std::string> ConstantBytes(const FunctionContext& context, std::size_t index);

/// What unhex reads: pairs of hexadecimal digits, the first may be alone. None when there is another
/// character.
std::optional<std::string> FromHex(std::string_view text);

}  // namespace millrace::processor::duckdb
