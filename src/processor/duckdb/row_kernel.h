#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include <arrow/array.h>

#include "base/check.h"
#include "processor/duckdb/evaluator.h"

namespace millrace::processor::duckdb {

/// An integer, date, timestamp or interval. Precondition: not null.
inline std::int64_t IntegerAt(const arrow::Array& array, std::int64_t row) {
  switch (array.type_id()) {
    case arrow::Type::INT8:
      return static_cast<const arrow::Int8Array&>(array).Value(row);
    case arrow::Type::INT16:
      return static_cast<const arrow::Int16Array&>(array).Value(row);
    case arrow::Type::INT32:
      return static_cast<const arrow::Int32Array&>(array).Value(row);
    case arrow::Type::DATE32:
      return static_cast<const arrow::Date32Array&>(array).Value(row);
    case arrow::Type::TIMESTAMP:
      return static_cast<const arrow::TimestampArray&>(array).Value(row);
    case arrow::Type::DURATION:
      return static_cast<const arrow::DurationArray&>(array).Value(row);
    case arrow::Type::INT64:
      return static_cast<const arrow::Int64Array&>(array).Value(row);
    default:
      base::CheckFailed(__FILE__, __LINE__, "not an array of integers");
  }
}

/// One row of a call's arguments. The readers have the precondition that the argument is of the
/// type and not null.
class RowView {
 public:
  RowView(const std::vector<Operand>& args, std::int64_t row, std::int64_t timestamp_us)
      : args_(args), row_(row), timestamp_us_(timestamp_us) {}

  std::size_t size() const { return args_.size(); }
  std::int64_t timestamp_us() const { return timestamp_us_; }
  const arrow::Array& array(std::size_t i) const { return *args_[i].array; }
  /// The place of the row in array(i).
  std::int64_t at(std::size_t i) const { return args_[i].at(row_); }

  bool is_null(std::size_t i) const { return array(i).IsNull(at(i)); }
  bool any_null() const {
    for (std::size_t i = 0; i < args_.size(); ++i) {
      if (is_null(i)) return true;
    }
    return false;
  }
  std::int64_t integer(std::size_t i) const { return IntegerAt(array(i), at(i)); }
  bool boolean(std::size_t i) const {
    return static_cast<const arrow::BooleanArray&>(array(i)).Value(at(i));
  }
  double real(std::size_t i) const {
    if (array(i).type_id() == arrow::Type::FLOAT) {
      return static_cast<const arrow::FloatArray&>(array(i)).Value(at(i));
    }
    return static_cast<const arrow::DoubleArray&>(array(i)).Value(at(i));
  }
  __int128 decimal(std::size_t i) const {
    __int128 value;
    std::memcpy(&value, static_cast<const arrow::Decimal128Array&>(array(i)).GetValue(at(i)),
                sizeof(value));
    return value;
  }
  /// A string or binary.
  std::string_view bytes(std::size_t i) const {
    return static_cast<const arrow::BinaryArray&>(array(i)).GetView(at(i));
  }

 private:
  const std::vector<Operand>& args_;
  std::int64_t row_;
  std::int64_t timestamp_us_;
};

/// Appends the value of one row.
using RowFunction = std::function<base::Status(const RowView& row, ColumnBuilder* out)>;

/// Row by row, rows with nulls too.
inline Kernel EachRow(RowFunction function) {
  return [function = std::move(function)](const std::vector<Operand>& args, std::int64_t rows,
                                          std::int64_t timestamp_us, ColumnBuilder* out) {
    for (std::int64_t row = 0; row < rows; ++row) {
      MILLRACE_RETURN_IF_ERROR(function(RowView(args, row, timestamp_us), out));
    }
    return base::Status::Ok();
  };
}

/// Row by row; a null argument gives null.
inline Kernel EachFullRow(RowFunction function) {
  return EachRow([function = std::move(function)](const RowView& row, ColumnBuilder* out) {
    if (!row.any_null()) return function(row, out);
    out->AppendNull();
    return base::Status::Ok();
  });
}

}  // namespace millrace::processor::duckdb
