#include "processor/duckdb/column_builder.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <arrow/array.h>
#include <arrow/memory_pool.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>
#include <fmt/format.h>

#include "base/check.h"
#include "data/arrow_schema.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;

// 0/1 bytes as bits, least significant first.
std::shared_ptr<arrow::Buffer> PackBits(const std::uint8_t* bytes, std::int64_t count) {
  auto allocated = arrow::AllocateBuffer(arrow::bit_util::BytesForBits(count));
  MILLRACE_CHECK(allocated.ok());
  std::shared_ptr<arrow::Buffer> bits = std::move(*allocated);
  std::uint8_t* out = bits->mutable_data();
  std::int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, bytes + i, 8);
    // Gathers the lowest bit of each byte into the top byte.
    *out++ = static_cast<std::uint8_t>((eight * 0x0102040810204080ull) >> 56);
  }
  if (i < count) {
    std::uint8_t last = 0;
    for (int bit = 0; i < count; ++i, ++bit) last |= static_cast<std::uint8_t>(bytes[i] << bit);
    *out = last;
  }
  return bits;
}

}  // namespace

void GrowingBuffer::Grow(std::int64_t more) {
  constexpr std::int64_t kFirst = 4096;
  std::int64_t wanted = std::max({size_ + more, capacity_ * 2, kFirst});
  if (buffer_ == nullptr) {
    auto allocated = arrow::AllocateResizableBuffer(wanted);
    MILLRACE_CHECK(allocated.ok());
    buffer_ = std::move(*allocated);
  } else {
    MILLRACE_CHECK(buffer_->Resize(wanted, false).ok());
  }
  data_ = buffer_->mutable_data();
  capacity_ = buffer_->capacity();
}

std::shared_ptr<arrow::Buffer> GrowingBuffer::Finish() {
  if (buffer_ == nullptr) Grow(0);
  // Shrinking would copy; what is not used costs no memory pages.
  MILLRACE_CHECK(buffer_->Resize(size_, false).ok());
  std::shared_ptr<arrow::Buffer> out = std::move(buffer_);
  buffer_.reset();
  data_ = nullptr;
  size_ = capacity_ = 0;
  return out;
}

base::Result<std::unique_ptr<ColumnBuilder>> ColumnBuilder::Make(const DataType& type) {
  MILLRACE_ASSIGN_OR_RETURN(auto arrow_type, data::ToArrowType(type));
  Layout layout = Layout::kNull;
  switch (type.kind()) {
    case Kind::kNull:
      break;
    case Kind::kBoolean:
      layout = Layout::kBool;
      break;
    case Kind::kByte:
      layout = Layout::kInt8;
      break;
    case Kind::kShort:
      layout = Layout::kInt16;
      break;
    case Kind::kInteger:
    case Kind::kDate:
    case Kind::kYearMonthInterval:
      layout = Layout::kInt32;
      break;
    case Kind::kLong:
    case Kind::kTimestamp:
    case Kind::kTimestampNtz:
    case Kind::kDayTimeInterval:
      layout = Layout::kInt64;
      break;
    case Kind::kFloat:
      layout = Layout::kFloat;
      break;
    case Kind::kDouble:
      layout = Layout::kDouble;
      break;
    case Kind::kDecimal:
      layout = Layout::kDecimal;
      break;
    case Kind::kString:
    case Kind::kChar:
    case Kind::kVarchar:
    case Kind::kBinary:
      layout = Layout::kBytes;
      break;
    case Kind::kArray:
      layout = Layout::kList;
      break;
    case Kind::kMap:
      layout = Layout::kMap;
      break;
    case Kind::kStruct:
      layout = Layout::kStruct;
      break;
    default:
      return base::Status::Unsupported(
          fmt::format("columns of type {} are not supported here", type.sql()));
  }
  std::unique_ptr<ColumnBuilder> builder(new ColumnBuilder(type, layout));
  builder->arrow_type_ = std::move(arrow_type);
  std::vector<DataType> children;
  if (layout == Layout::kList) children = {type.elementType()};
  if (layout == Layout::kMap) children = {type.keyType(), type.valueType()};
  if (layout == Layout::kStruct) {
    for (const StructField& field : type.fields()) children.push_back(field.dataType);
  }
  for (const DataType& child : children) {
    MILLRACE_ASSIGN_OR_RETURN(auto made, Make(child));
    builder->children_.push_back(std::move(made));
  }
  return builder;
}

int ColumnBuilder::width() const {
  switch (layout_) {
    case Layout::kBool:
    case Layout::kInt8:
      return 1;
    case Layout::kInt16:
      return 2;
    case Layout::kInt32:
    case Layout::kFloat:
      return 4;
    case Layout::kInt64:
    case Layout::kDouble:
      return 8;
    case Layout::kDecimal:
      return 16;
    default:
      return 0;
  }
}

void ColumnBuilder::Reserve(std::int64_t rows) {
  valid_.Ensure(rows);
  if (width() > 0) values_.Ensure(rows * width());
  if (has_offsets()) ends_.Ensure(rows * static_cast<std::int64_t>(sizeof(std::int32_t)));
  if (layout_ == Layout::kStruct) {
    for (auto& child : children_) child->Reserve(rows);
  }
}

std::int64_t ColumnBuilder::Offset(std::int64_t row) const {
  if (row == 0) return 0;
  std::int32_t end;
  std::memcpy(&end, ends_.data() + (row - 1) * static_cast<std::int64_t>(sizeof(end)), sizeof(end));
  return end;
}

void ColumnBuilder::AppendNull() {
  if (int bytes = width(); bytes > 0) {
    std::memset(values_.Ensure(bytes), 0, static_cast<std::size_t>(bytes));
    values_.Advance(bytes);
  }
  if (has_offsets()) AppendOffset(Offset(length()));
  if (layout_ == Layout::kStruct) {
    for (auto& child : children_) child->AppendNull();
  }
  valid_.Append<std::uint8_t>(0);
  ++nulls_;
}

void ColumnBuilder::AppendInt(std::int64_t value) {
  switch (layout_) {
    case Layout::kInt8:
      values_.Append(static_cast<std::int8_t>(value));
      break;
    case Layout::kInt16:
      values_.Append(static_cast<std::int16_t>(value));
      break;
    case Layout::kInt32:
      values_.Append(static_cast<std::int32_t>(value));
      break;
    default:
      values_.Append(value);
  }
  valid_.Append<std::uint8_t>(1);
}

void ColumnBuilder::AppendBool(bool value) {
  values_.Append<std::uint8_t>(value ? 1 : 0);
  valid_.Append<std::uint8_t>(1);
}

void ColumnBuilder::AppendFloat(float value) {
  values_.Append(value);
  valid_.Append<std::uint8_t>(1);
}

void ColumnBuilder::AppendDecimal(__int128 unscaled) {
  values_.Append(unscaled);
  valid_.Append<std::uint8_t>(1);
}

void ColumnBuilder::AppendBytes(std::string_view bytes) {
  values_.Append(bytes.data(), static_cast<std::int64_t>(bytes.size()));
  AppendOffset(values_.size());
  valid_.Append<std::uint8_t>(1);
}

void ColumnBuilder::AppendNested() {
  if (has_offsets()) AppendOffset(children_[0]->length());
  valid_.Append<std::uint8_t>(1);
}

void ColumnBuilder::AppendValue(const data::Value& value) {
  if (value.is_null()) return AppendNull();
  switch (layout_) {
    case Layout::kNull:
      return AppendNull();
    case Layout::kBool:
      return AppendBool(value.bool_value());
    case Layout::kFloat:
      return AppendFloat(static_cast<float>(value.double_value()));
    case Layout::kDouble:
      return AppendDouble(value.double_value());
    case Layout::kDecimal:
      return AppendDecimal(value.decimal_value());
    case Layout::kBytes:
      return AppendBytes(value.bytes());
    case Layout::kList:
      for (const data::Value& element : value.list()) children_[0]->AppendValue(element);
      return AppendNested();
    case Layout::kMap:
      for (const data::Value& entry : value.list()) {
        children_[0]->AppendValue(entry.list()[0]);
        children_[1]->AppendValue(entry.list()[1]);
      }
      return AppendNested();
    case Layout::kStruct:
      for (std::size_t i = 0; i < children_.size(); ++i) {
        children_[i]->AppendValue(value.list()[i]);
      }
      return AppendNested();
    default:
      return AppendInt(value.int_value());
  }
}

void ColumnBuilder::AppendFrom(const arrow::Array& array, std::int64_t row) {
  if (layout_ == Layout::kNull || array.IsNull(row)) return AppendNull();
  const arrow::ArrayData& data = *array.data();
  const std::int64_t place = data.offset + row;
  switch (layout_) {
    case Layout::kBool:
      return AppendBool(static_cast<const arrow::BooleanArray&>(array).Value(row));
    case Layout::kBytes:
      return AppendBytes(static_cast<const arrow::BinaryArray&>(array).GetView(row));
    case Layout::kList:
    case Layout::kMap: {
      // A map's elements are structs of key and value, which here are two children.
      const auto& list = static_cast<const arrow::ListArray&>(array);
      const std::int64_t end = list.value_offset(row + 1);
      for (std::int64_t i = list.value_offset(row); i < end; ++i) {
        if (layout_ == Layout::kList) {
          children_[0]->AppendFrom(*list.values(), i);
          continue;
        }
        const auto& entries = static_cast<const arrow::StructArray&>(*list.values());
        children_[0]->AppendFrom(*entries.field(0), i);
        children_[1]->AppendFrom(*entries.field(1), i);
      }
      return AppendNested();
    }
    case Layout::kStruct: {
      const auto& rows = static_cast<const arrow::StructArray&>(array);
      for (std::size_t i = 0; i < children_.size(); ++i) {
        children_[i]->AppendFrom(*rows.field(static_cast<int>(i)), row);
      }
      return AppendNested();
    }
    default:
      values_.Append(reinterpret_cast<const char*>(data.buffers[1]->data()) + place * width(),
                     width());
      valid_.Append<std::uint8_t>(1);
  }
}

void ColumnBuilder::Truncate(std::int64_t length) {
  // Children may have got values of a row that was never closed.
  for (std::int64_t row = length; row < this->length(); ++row) nulls_ -= valid_.data()[row] == 0;
  if (has_offsets()) {
    std::int64_t end = Offset(length);
    if (layout_ == Layout::kBytes) values_.Truncate(end);
    for (auto& child : children_) child->Truncate(end);
    ends_.Truncate(length * static_cast<std::int64_t>(sizeof(std::int32_t)));
  } else if (layout_ == Layout::kStruct) {
    for (auto& child : children_) child->Truncate(length);
  } else {
    values_.Truncate(length * width());
  }
  valid_.Truncate(length);
}

base::Result<std::shared_ptr<arrow::Array>> ColumnBuilder::Finish() {
  if (too_long_) {
    return base::Status::Unsupported(
        fmt::format("a batch holds more than 2 GiB in one column of type {}: read fewer records a "
                    "batch (maxOffsetsPerTrigger)",
                    type_.sql()));
  }
  std::int64_t rows = length();
  std::int64_t nulls = std::exchange(nulls_, 0);
  std::shared_ptr<arrow::Buffer> bitmap;
  if (nulls > 0 && layout_ != Layout::kNull) bitmap = PackBits(valid_.data(), rows);
  valid_.Truncate(0);
  switch (layout_) {
    case Layout::kNull:
      return std::shared_ptr<arrow::Array>(std::make_shared<arrow::NullArray>(rows));
    case Layout::kBool: {
      auto bits = PackBits(values_.data(), rows);
      values_.Truncate(0);
      return arrow::MakeArray(arrow::ArrayData::Make(arrow_type_, rows, {bitmap, bits}, nulls));
    }
    case Layout::kBytes:
    case Layout::kList:
    case Layout::kMap:
    case Layout::kStruct:
      return FinishNested(rows, bitmap);
    default:
      return arrow::MakeArray(
          arrow::ArrayData::Make(arrow_type_, rows, {bitmap, values_.Finish()}, nulls));
  }
}

base::Result<std::shared_ptr<arrow::Array>> ColumnBuilder::FinishNested(
    std::int64_t rows, const std::shared_ptr<arrow::Buffer>& bitmap) {
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  for (auto& child : children_) {
    MILLRACE_ASSIGN_OR_RETURN(auto array, child->Finish());
    children.push_back(array->data());
  }
  if (layout_ == Layout::kStruct) {
    return arrow::MakeArray(
        arrow::ArrayData::Make(arrow_type_, rows, {bitmap}, std::move(children)));
  }
  auto allocated =
      arrow::AllocateBuffer((rows + 1) * static_cast<std::int64_t>(sizeof(std::int32_t)));
  MILLRACE_CHECK(allocated.ok());
  std::shared_ptr<arrow::Buffer> offsets = std::move(*allocated);
  std::memset(offsets->mutable_data(), 0, sizeof(std::int32_t));
  if (rows > 0) {
    std::memcpy(offsets->mutable_data() + sizeof(std::int32_t), ends_.data(),
                static_cast<std::size_t>(rows) * sizeof(std::int32_t));
  }
  ends_.Truncate(0);
  if (layout_ == Layout::kBytes) {
    return arrow::MakeArray(
        arrow::ArrayData::Make(arrow_type_, rows, {bitmap, offsets, values_.Finish()}));
  }
  if (layout_ == Layout::kMap) {
    const auto& map = static_cast<const arrow::MapType&>(*arrow_type_);
    std::int64_t entries = children[0]->length;
    children = {
        arrow::ArrayData::Make(map.value_type(), entries, {nullptr}, std::move(children), 0)};
  }
  return arrow::MakeArray(
      arrow::ArrayData::Make(arrow_type_, rows, {bitmap, offsets}, std::move(children)));
}

}  // namespace millrace::processor::duckdb
