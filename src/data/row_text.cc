#include "data/row_text.h"

#include <arrow/array.h>
#include <arrow/util/decimal.h>

#include "data/arrow_schema.h"
#include "data/scalar_text.h"
#include "data/time_zone.h"

namespace millrace::data {
namespace {

using base::Result;
using base::Status;
using Kind = DataType::Kind;

__int128 ToInt128(const std::uint8_t* bytes) {
  const arrow::Decimal128 decimal(bytes);
  return static_cast<__int128>(decimal.high_bits()) << 64 |
         static_cast<__int128>(decimal.low_bits());
}

class CellWriter {
 public:
  CellWriter(absl::TimeZone zone, CellStyle style, std::string* out)
      : zone_(zone), style_(style), out_(out) {}

  Status Append(const arrow::Array& array, std::int64_t row, const DataType& type) {
    if (type.is(Kind::kNull) || array.IsNull(row)) {
      *out_ += style_ == CellStyle::kShow ? "NULL" : "null";
      return Status::Ok();
    }
    switch (type.kind()) {
      case Kind::kArray:
        return AppendList(array, row, type);
      case Kind::kMap:
        return AppendMap(array, row, type);
      case Kind::kStruct:
        return AppendStruct(array, row, type);
      default:
        return AppendScalar(array, row, type);
    }
  }

 private:
  static Status Mismatch(const arrow::Array& array, const DataType& type) {
    return Status::Internal("an Arrow column of type " + array.type()->ToString() +
                            " stands where one of " + type.sql() + " belongs");
  }

  /// Appends what `text` makes of the value, if the array is an `ArrayType`.
  template <typename ArrayType, typename Text>
  Status AppendValue(const arrow::Array& array, std::int64_t row, const DataType& type, Text text) {
    const auto* typed = dynamic_cast<const ArrayType*>(&array);
    if (typed == nullptr) return Mismatch(array, type);
    *out_ += text(typed->GetView(row));
    return Status::Ok();
  }

  Status AppendScalar(const arrow::Array& array, std::int64_t row, const DataType& type) {
    auto number = [](auto value) { return std::to_string(value); };
    auto text = [](std::string_view value) { return std::string(value); };
    auto timestamp = [&](absl::TimeZone zone) {
      return AppendValue<arrow::TimestampArray>(
          array, row, type, [&](std::int64_t micros) { return TimestampText(micros, zone); });
    };
    switch (type.kind()) {
      case Kind::kBoolean:
        return AppendValue<arrow::BooleanArray>(array, row, type,
                                                [](bool b) { return b ? "true" : "false"; });
      case Kind::kByte:
        return AppendValue<arrow::Int8Array>(array, row, type, number);
      case Kind::kShort:
        return AppendValue<arrow::Int16Array>(array, row, type, number);
      case Kind::kInteger:
        return AppendValue<arrow::Int32Array>(array, row, type, number);
      case Kind::kLong:
        return AppendValue<arrow::Int64Array>(array, row, type, number);
      case Kind::kFloat:
        return AppendValue<arrow::FloatArray>(array, row, type, FloatText);
      case Kind::kDouble:
        return AppendValue<arrow::DoubleArray>(array, row, type, DoubleText);
      case Kind::kDecimal:
        return AppendValue<arrow::Decimal128Array>(array, row, type, [&](std::string_view bytes) {
          return DecimalPlainText(ToInt128(reinterpret_cast<const std::uint8_t*>(bytes.data())),
                                  type.scale());
        });
      case Kind::kString:
      case Kind::kChar:
      case Kind::kVarchar:
        return AppendValue<arrow::StringArray>(array, row, type, text);
      case Kind::kBinary:
        if (style_ == CellStyle::kCast) {
          return AppendValue<arrow::BinaryArray>(array, row, type, text);
        }
        return AppendValue<arrow::BinaryArray>(array, row, type, BinaryText);
      case Kind::kDate:
        return AppendValue<arrow::Date32Array>(array, row, type, DateText);
      case Kind::kTimestamp:
        return timestamp(zone_);
      case Kind::kTimestampNtz:
        return timestamp(absl::UTCTimeZone());
      case Kind::kDayTimeInterval:
        return AppendValue<arrow::DurationArray>(array, row, type, [&](std::int64_t micros) {
          return DayTimeIntervalText(micros, type);
        });
      case Kind::kYearMonthInterval:
        return AppendValue<arrow::Int32Array>(array, row, type, [&](std::int64_t months) {
          return YearMonthIntervalText(months, type);
        });
      default:
        return Mismatch(array, type);
    }
  }

  Status AppendList(const arrow::Array& array, std::int64_t row, const DataType& type) {
    const auto* list = dynamic_cast<const arrow::ListArray*>(&array);
    if (list == nullptr) return Mismatch(array, type);
    *out_ += '[';
    for (std::int64_t i = list->value_offset(row); i < list->value_offset(row + 1); ++i) {
      if (i > list->value_offset(row)) *out_ += ", ";
      MILLRACE_RETURN_IF_ERROR(Append(*list->values(), i, type.elementType()));
    }
    *out_ += ']';
    return Status::Ok();
  }

  Status AppendMap(const arrow::Array& array, std::int64_t row, const DataType& type) {
    const auto* map = dynamic_cast<const arrow::MapArray*>(&array);
    if (map == nullptr) return Mismatch(array, type);
    *out_ += '{';
    for (std::int64_t i = map->value_offset(row); i < map->value_offset(row + 1); ++i) {
      if (i > map->value_offset(row)) *out_ += ", ";
      MILLRACE_RETURN_IF_ERROR(Append(*map->keys(), i, type.keyType()));
      *out_ += " -> ";
      MILLRACE_RETURN_IF_ERROR(Append(*map->items(), i, type.valueType()));
    }
    *out_ += '}';
    return Status::Ok();
  }

  Status AppendStruct(const arrow::Array& array, std::int64_t row, const DataType& type) {
    const auto* record = dynamic_cast<const arrow::StructArray*>(&array);
    const std::vector<StructField>& fields = type.fields();
    if (record == nullptr || record->num_fields() != static_cast<int>(fields.size())) {
      return Mismatch(array, type);
    }
    *out_ += '{';
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) *out_ += ", ";
      MILLRACE_RETURN_IF_ERROR(
          Append(*record->field(static_cast<int>(i)), row, fields[i].dataType));
    }
    *out_ += '}';
    return Status::Ok();
  }

  absl::TimeZone zone_;
  CellStyle style_;
  std::string* out_;
};

}  // namespace

Result<std::string> CellText(const arrow::Array& array, std::int64_t row, const DataType& type,
                             absl::TimeZone zone, CellStyle style) {
  MILLRACE_CHECK(row >= 0 && row < array.length());
  std::string text;
  MILLRACE_RETURN_IF_ERROR(CellWriter(zone, style, &text).Append(array, row, type));
  return text;
}

Result<std::string> CellText(const arrow::Array& array, std::int64_t row,
                             std::string_view time_zone) {
  MILLRACE_ASSIGN_OR_RETURN(absl::TimeZone zone, LoadTimeZone(time_zone));
  MILLRACE_ASSIGN_OR_RETURN(DataType type, FromArrowType(*array.type()));
  return CellText(array, row, type, zone);
}

}  // namespace millrace::data
