#include "clients/parquet/partition_split.h"

#include <cstring>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/compute/api_vector.h>
#include <arrow/datum.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "data/arrow_schema.h"
#include "data/scalar_text.h"

namespace millrace::clients::parquet {

namespace {

using base::Result;
using base::Status;
using Kind = DataType::Kind;

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

// The bytes of one value: equal bytes are equal values.
std::string_view BytesAt(const arrow::Array& values, std::int64_t row) {
  if (values.type_id() == arrow::Type::STRING || values.type_id() == arrow::Type::BINARY) {
    return static_cast<const arrow::BinaryArray&>(values).GetView(row);
  }
  if (values.type_id() == arrow::Type::BOOL) {
    return static_cast<const arrow::BooleanArray&>(values).Value(row) ? "1" : "0";
  }
  const auto width = static_cast<std::size_t>(
      static_cast<const arrow::FixedWidthType&>(*values.type()).bit_width() / 8);
  const auto* bytes = reinterpret_cast<const char*>(values.data()->buffers[1]->data());
  return {bytes + static_cast<std::size_t>(values.offset() + row) * width, width};
}

template <typename T>
T ValueOf(std::string_view bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof(value));
  return value;
}

// "2026-01-01T00:00:00.000000Z", what delta-spark writes since 4.0.
std::string UtcTimestamp(std::int64_t micros) {
  const std::int64_t in_day = ((micros % kMicrosPerDay) + kMicrosPerDay) % kMicrosPerDay;
  const std::int64_t days = (micros - in_day) / kMicrosPerDay;
  const std::int64_t seconds = in_day / kMicrosPerSecond;
  return fmt::format("{}T{:02}:{:02}:{:02}.{:06}Z", data::DateText(days), seconds / 3600,
                     seconds / 60 % 60, seconds % 60, in_day % kMicrosPerSecond);
}

std::optional<std::string> TextOf(std::string_view bytes, const DataType& type,
                                  const std::optional<data::TimeZone>& zone) {
  switch (type.kind()) {
    case Kind::kString:
    case Kind::kChar:
    case Kind::kVarchar:
    case Kind::kBinary:
      if (bytes.empty()) return std::nullopt;  // Spark's Empty2Null.
      return std::string(bytes);
    case Kind::kBoolean:
      return bytes == "1" ? "true" : "false";
    case Kind::kByte:
      return std::to_string(ValueOf<std::int8_t>(bytes));
    case Kind::kShort:
      return std::to_string(ValueOf<std::int16_t>(bytes));
    case Kind::kInteger:
      return std::to_string(ValueOf<std::int32_t>(bytes));
    case Kind::kLong:
      return std::to_string(ValueOf<std::int64_t>(bytes));
    case Kind::kFloat:
      return data::FloatText(ValueOf<float>(bytes));
    case Kind::kDouble:
      return data::DoubleText(ValueOf<double>(bytes));
    case Kind::kDecimal:
      return data::DecimalPlainText(ValueOf<__int128>(bytes), type.scale());
    case Kind::kDate:
      return data::DateText(ValueOf<std::int32_t>(bytes));
    case Kind::kTimestamp:
      return zone ? data::TimestampText(ValueOf<std::int64_t>(bytes), zone->zone())
                  : UtcTimestamp(ValueOf<std::int64_t>(bytes));
    case Kind::kDayTimeInterval:
      return data::DayTimeIntervalText(ValueOf<std::int64_t>(bytes), type);
    case Kind::kYearMonthInterval:
      return data::YearMonthIntervalText(ValueOf<std::int32_t>(bytes), type);
    default:
      return data::TimestampText(ValueOf<std::int64_t>(bytes), data::TimeZone().zone());
  }
}

// Numbers the distinct values of one column; equal texts get equal numbers.
struct Numbering {
  std::vector<int> row_numbers;
  std::vector<std::optional<std::string>> texts;
};

Numbering NumberValues(const arrow::Array& values, const DataType& type,
                       const std::optional<data::TimeZone>& zone) {
  Numbering numbering;
  std::unordered_map<std::string_view, int> by_bytes;
  std::map<std::optional<std::string>, int> by_text;
  const auto number_of = [&](std::optional<std::string> text) {
    const auto [found, added] = by_text.try_emplace(text, static_cast<int>(by_text.size()));
    if (added) numbering.texts.push_back(std::move(text));
    return found->second;
  };
  int null_number = -1;
  numbering.row_numbers.reserve(static_cast<std::size_t>(values.length()));
  for (std::int64_t row = 0; row < values.length(); ++row) {
    if (values.IsNull(row)) {
      if (null_number < 0) null_number = number_of(std::nullopt);
      numbering.row_numbers.push_back(null_number);
      continue;
    }
    const std::string_view bytes = BytesAt(values, row);
    auto found = by_bytes.find(bytes);
    if (found == by_bytes.end()) {
      found = by_bytes.emplace(bytes, number_of(TextOf(bytes, type, zone))).first;
    }
    numbering.row_numbers.push_back(found->second);
  }
  return numbering;
}

Result<std::shared_ptr<arrow::RecordBatch>> TakeRows(
    const std::shared_ptr<arrow::RecordBatch>& rows, const std::vector<std::int64_t>& indices) {
  arrow::Int64Builder builder;
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(builder.AppendValues(indices)));
  std::shared_ptr<arrow::Array> index_array;
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(builder.Finish(&index_array)));
  auto taken =
      arrow::compute::Take(rows, index_array, arrow::compute::TakeOptions::NoBoundsCheck());
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(taken.status()));
  return taken->record_batch();
}

}  // namespace

Result<std::vector<PartitionRows>> SplitByPartition(
    const std::shared_ptr<arrow::RecordBatch>& rows,
    const std::vector<std::shared_ptr<arrow::Array>>& keys, const std::vector<DataType>& types,
    const std::optional<data::TimeZone>& zone) {
  std::vector<Numbering> columns;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    columns.push_back(NumberValues(*keys[i], types[i], zone));
  }
  std::map<std::vector<int>, std::size_t> groups;
  std::vector<std::vector<std::int64_t>> indices;
  std::vector<PartitionRows> partitions;
  std::vector<int> numbers(columns.size());
  for (std::int64_t row = 0; row < rows->num_rows(); ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      numbers[i] = columns[i].row_numbers[static_cast<std::size_t>(row)];
    }
    const auto [found, added] = groups.try_emplace(numbers, groups.size());
    if (added) {
      PartitionRows partition;
      for (std::size_t i = 0; i < columns.size(); ++i) {
        partition.key.push_back(columns[i].texts[static_cast<std::size_t>(numbers[i])]);
      }
      partitions.push_back(std::move(partition));
      indices.emplace_back();
    }
    indices[found->second].push_back(row);
  }
  if (partitions.size() == 1) {
    partitions[0].rows = rows;
    return partitions;
  }
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    MILLRACE_ASSIGN_OR_RETURN(partitions[i].rows, TakeRows(rows, indices[i]));
  }
  return partitions;
}

}  // namespace millrace::clients::parquet
