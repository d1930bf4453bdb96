#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/status.h"
#include "data/value.h"
#include "millrace/types.h"
#include "processor/duckdb/growing_buffer.h"

namespace millrace::processor::duckdb {

/// Collects the values of one column, nested ones included, and makes an Arrow array of the type
/// that data::ToArrowType gives. Rows at the end can be taken back. One thread; out of memory ends
/// the process.
class ColumnBuilder {
 public:
  /// Unsupported for types that data::ToArrowType refuses.
  static base::Result<std::unique_ptr<ColumnBuilder>> Make(const DataType& type);

  const DataType& type() const { return type_; }
  std::int64_t length() const { return valid_.size(); }
  void Reserve(std::int64_t rows);

  void AppendNull();
  /// For byte to long, date, timestamps.
  void AppendInt(std::int64_t value);
  void AppendBool(bool value);
  void AppendDouble(double value) {
    values_.Append(value);
    valid_.Append<std::uint8_t>(1);
  }
  void AppendFloat(float value);
  void AppendDecimal(__int128 unscaled);
  /// For string and binary.
  void AppendBytes(std::string_view bytes);
  /// Room for `most` bytes of a value; FinishBytes says how many were written to it.
  char* StartBytes(std::size_t most) {
    return reinterpret_cast<char*>(values_.Ensure(static_cast<std::int64_t>(most)));
  }
  void FinishBytes(std::size_t length) {
    values_.Advance(static_cast<std::int64_t>(length));
    AppendOffset(values_.size());
    valid_.Append<std::uint8_t>(1);
  }
  /// Closes a row of a list, map or struct whose children have been appended to child().
  void AppendNested();
  ColumnBuilder& child(std::size_t index) { return *children_[index]; }
  std::size_t child_count() const { return children_.size(); }

  /// Any value of the type, null included.
  void AppendValue(const data::Value& value);

  /// Row `row` of an array of this type, null included.
  void AppendFrom(const arrow::Array& array, std::int64_t row);

  /// Takes back the rows from `length` on.
  void Truncate(std::int64_t length);

  /// The array; the builder is empty again. Unsupported when a column of strings exceeds 2 GiB.
  base::Result<std::shared_ptr<arrow::Array>> Finish();

 private:
  enum class Layout {
    kNull,
    kBool,
    kInt8,
    kInt16,
    kInt32,
    kInt64,
    kFloat,
    kDouble,
    kDecimal,
    kBytes,
    kList,
    kMap,
    kStruct
  };

  ColumnBuilder(DataType type, Layout layout) : type_(std::move(type)), layout_(layout) {}
  bool has_offsets() const {
    return layout_ == Layout::kBytes || layout_ == Layout::kList || layout_ == Layout::kMap;
  }
  int width() const;
  /// Where row `row` starts; length() gives the end of the last.
  std::int64_t Offset(std::int64_t row) const;
  void AppendOffset(std::int64_t end) {
    if (end > std::numeric_limits<std::int32_t>::max()) [[unlikely]] {
      too_long_ = true;
      end = Offset(length());
    }
    ends_.Append(static_cast<std::int32_t>(end));
  }
  base::Result<std::shared_ptr<arrow::Array>> FinishNested(
      std::int64_t rows, const std::shared_ptr<arrow::Buffer>& bitmap);

  DataType type_;
  Layout layout_;
  std::shared_ptr<arrow::DataType> arrow_type_;
  /// One byte a row; packed to bits at the end.
  GrowingBuffer valid_;
  /// Fixed-width values, or the bytes of strings; one byte for a boolean.
  GrowingBuffer values_;
  /// For layouts with offsets: where each row ends; the first starts at 0.
  GrowingBuffer ends_;
  std::int64_t nulls_ = 0;
  bool too_long_ = false;
  std::vector<std::unique_ptr<ColumnBuilder>> children_;
};

}  // namespace millrace::processor::duckdb
