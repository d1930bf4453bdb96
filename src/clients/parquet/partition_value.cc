#include <charconv>
#include <limits>

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <fmt/format.h>

#include "clients/parquet/partition_split.h"
#include "data/arrow_schema.h"
#include "data/cast_text.h"
#include "data/datetime_text.h"
#include "data/decimal_text.h"

namespace millrace::clients::parquet {

namespace {

using base::Result;
using base::Status;
using Kind = DataType::Kind;
using ScalarPtr = std::shared_ptr<arrow::Scalar>;

template <typename ScalarType, typename Native>
ScalarPtr Whole(std::string_view text) {
  const auto value = data::ParseInteger(text, std::numeric_limits<Native>::min(),
                                        std::numeric_limits<Native>::max());
  return value ? std::make_shared<ScalarType>(static_cast<Native>(*value)) : nullptr;
}

ScalarPtr Decimal(const std::string& text, const DataType& type,
                  const std::shared_ptr<arrow::DataType>& arrow_type) {
  const auto parsed = data::ParseBigDecimal(data::JavaTrim(text));
  if (!parsed) return nullptr;
  const auto unscaled = data::ToDecimal(*parsed, type.precision(), type.scale());
  if (!unscaled) return nullptr;
  return std::make_shared<arrow::Decimal128Scalar>(
      arrow::Decimal128(static_cast<std::int64_t>(*unscaled >> 64),
                        static_cast<std::uint64_t>(*unscaled)),
      arrow_type);
}

template <typename T>
ScalarPtr Time(const std::optional<T>& value, const std::shared_ptr<arrow::DataType>& type) {
  return value ? std::make_shared<arrow::TimestampScalar>(*value, type) : nullptr;
}

// Null when the text is not of the type.
ScalarPtr Parse(const std::string& text, const DataType& type,
                const std::shared_ptr<arrow::DataType>& arrow_type, const data::TimeZone& zone) {
  switch (type.kind()) {
    case Kind::kString:
    case Kind::kChar:
    case Kind::kVarchar:
      return std::make_shared<arrow::StringScalar>(text);
    case Kind::kBinary:
      return std::make_shared<arrow::BinaryScalar>(text);
    case Kind::kBoolean: {
      const auto value = data::ParseBoolean(text);
      return value ? std::make_shared<arrow::BooleanScalar>(*value) : nullptr;
    }
    case Kind::kByte:
      return Whole<arrow::Int8Scalar, std::int8_t>(text);
    case Kind::kShort:
      return Whole<arrow::Int16Scalar, std::int16_t>(text);
    case Kind::kInteger:
      return Whole<arrow::Int32Scalar, std::int32_t>(text);
    case Kind::kLong:
      return Whole<arrow::Int64Scalar, std::int64_t>(text);
    case Kind::kFloat: {
      const auto value = data::ParseJavaFloat(text);
      return value ? std::make_shared<arrow::FloatScalar>(*value) : nullptr;
    }
    case Kind::kDouble: {
      const auto value = data::ParseJavaDouble(text);
      return value ? std::make_shared<arrow::DoubleScalar>(*value) : nullptr;
    }
    case Kind::kDecimal:
      return Decimal(text, type, arrow_type);
    case Kind::kDate: {
      const auto value = data::ParseDate(text);
      return value ? std::make_shared<arrow::Date32Scalar>(*value) : nullptr;
    }
    case Kind::kTimestamp:
      return Time(data::ParseTimestamp(text, zone, 0), arrow_type);
    case Kind::kTimestampNtz:
      return Time(data::ParseTimestampNtz(text, true), arrow_type);
    default:
      return nullptr;
  }
}

}  // namespace

Result<ScalarPtr> PartitionValue(const std::optional<std::string>& text, const DataType& type,
                                 const data::TimeZone& zone) {
  MILLRACE_ASSIGN_OR_RETURN(const auto arrow_type, data::ToArrowType(type));
  if (!text) return arrow::MakeNullScalar(arrow_type);
  ScalarPtr value = Parse(*text, type, arrow_type, zone);
  if (value != nullptr) return value;
  return Status::InvalidArgument(
      fmt::format("the partition value '{}' is not of type {}", *text, type.sql()));
}

}  // namespace millrace::clients::parquet
