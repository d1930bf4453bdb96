#include "processor/duckdb/value_errors.h"

#include <cmath>
#include <cstring>
#include <utility>

#include <arrow/array.h>
#include <fmt/format.h>

#include "data/scalar_text.h"
#include "processor/duckdb/spark_error.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;

constexpr std::string_view kAnsi = "\"spark.sql.ansi.enabled\"";

std::string QuotedType(const DataType& type) { return fmt::format("\"{}\"", type.sql()); }

std::string_view CastErrorClass(const DataType& to) {
  switch (to.kind()) {
    case Kind::kDate:
    case Kind::kTimestamp:
    case Kind::kTimestampNtz:
      return "SparkDateTimeException";
    case Kind::kBoolean:
      return "SparkRuntimeException";
    default:
      return "SparkNumberFormatException";
  }
}

}  // namespace

base::Status DivideByZero() {
  return SparkFailure(
      "SparkArithmeticException", "DIVIDE_BY_ZERO", "22012", {{"config", std::string(kAnsi)}},
      "Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL "
      "instead. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this "
      "error.");
}

base::Status RemainderByZero() {
  return SparkFailure(
      "SparkArithmeticException", "REMAINDER_BY_ZERO", "22012", {{"config", std::string(kAnsi)}},
      "Remainder by zero. Use `try_mod` to tolerate divisor being 0 and return NULL "
      "instead. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this "
      "error.");
}

base::Status ArithmeticOverflow(std::string_view alternative) {
  return ArithmeticOverflow("overflow", alternative);
}

base::Status IntegralDivideOverflow() {
  return ArithmeticOverflow("Overflow in integral divide", "try_divide");
}

base::Status ArithmeticOverflow(std::string_view message, std::string_view alternative) {
  std::string hint;
  if (!alternative.empty()) {
    hint = fmt::format(" Use '{}' to tolerate overflow and return NULL instead.", alternative);
  }
  return SparkFailure(
      "SparkArithmeticException", "ARITHMETIC_OVERFLOW", "22003",
      {{"message", std::string(message)}, {"alternative", hint}, {"config", std::string(kAnsi)}},
      fmt::format("{}.{} If necessary set \"spark.sql.ansi.enabled\" to \"false\" "
                  "to bypass this error.",
                  message, hint));
}

base::Status DecimalSumOverflow(std::string_view alternative) {
  const std::string hint =
      fmt::format(" Use '{}' to tolerate overflow and return NULL instead.", alternative);
  return SparkFailure("SparkArithmeticException", "ARITHMETIC_OVERFLOW", "22003",
                      {{"message", "Overflow in sum of decimals"},
                       {"alternative", hint},
                       {"config", std::string(kAnsi)}},
                      fmt::format("Overflow in sum of decimals.{} If necessary set "
                                  "\"spark.sql.ansi.enabled\" to \"false\" to bypass this error.",
                                  hint));
}

base::Status BinaryOverflow(std::string_view left, std::string_view symbol, std::string_view right,
                            std::string_view alternative) {
  std::string value1 = fmt::format("{}S", left);
  std::string value2 = fmt::format("{}S", right);
  return SparkFailure(
      "SparkArithmeticException", "BINARY_ARITHMETIC_OVERFLOW", "22003",
      {{"value1", value1},
       {"symbol", std::string(symbol)},
       {"value2", value2},
       {"functionName", fmt::format("`{}`", alternative)}},
      fmt::format("{} {} {} caused overflow. Use `{}` to ignore overflow problem and "
                  "return NULL.",
                  value1, symbol, value2, alternative));
}

base::Status DecimalOutOfRange(std::string_view value, const DataType& type) {
  return SparkFailure(
      "SparkArithmeticException", "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", "22003",
      {{"value", std::string(value)},
       {"precision", std::to_string(type.precision())},
       {"scale", std::to_string(type.scale())},
       {"config", std::string(kAnsi)}},
      fmt::format("{} cannot be represented as Decimal({}, {}). If necessary set "
                  "\"spark.sql.ansi.enabled\" to \"false\" to bypass this error, and "
                  "return NULL instead.",
                  value, type.precision(), type.scale()));
}

base::Status NegatedDecimalOutOfRange(std::string_view rounded, std::string_view original,
                                      const DataType& type) {
  return SparkFailure(
      "SparkArithmeticException", "NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION", "22003",
      {{"roundedValue", std::string(rounded)},
       {"originalValue", std::string(original)},
       {"precision", std::to_string(type.precision())},
       {"scale", std::to_string(type.scale())}},
      fmt::format("The {} rounded half up from {} cannot be represented as Decimal({}, "
                  "{}).",
                  rounded, original, type.precision(), type.scale()));
}

base::Status MoreThan38Digits(std::string_view value) {
  return SparkFailure(
      "SparkArithmeticException", "NUMERIC_OUT_OF_SUPPORTED_RANGE", "22003",
      {{"value", std::string(value)}},
      fmt::format("The value {} cannot be interpreted as a numeric since it has more than "
                  "38 digits.",
                  value));
}

base::Status CastOverflow(std::string_view value, const DataType& from, const DataType& to) {
  return SparkFailure(
      "SparkArithmeticException", "CAST_OVERFLOW", "22003",
      {{"value", std::string(value)},
       {"sourceType", QuotedType(from)},
       {"targetType", QuotedType(to)},
       {"ansiConfig", std::string(kAnsi)}},
      fmt::format("The value {} of the type {} cannot be cast to {} due to an overflow. "
                  "Use `try_cast` to tolerate overflow and return NULL instead.",
                  value, QuotedType(from), QuotedType(to)));
}

base::Status CastInvalidInput(std::string_view value, const DataType& from, const DataType& to) {
  return SparkFailure(
      CastErrorClass(to), "CAST_INVALID_INPUT", "22018",
      {{"expression", std::string(value)},
       {"sourceType", QuotedType(from)},
       {"targetType", QuotedType(to)},
       {"ansiConfig", std::string(kAnsi)}},
      fmt::format("The value {} of the type {} cannot be cast to {} because it is "
                  "malformed. Correct the value as per the syntax, or change its target "
                  "type. Use `try_cast` to tolerate malformed input and return NULL "
                  "instead.",
                  value, QuotedType(from), QuotedType(to)));
}

base::Status CannotParseTimestamp(std::string_view message, std::string_view function) {
  return SparkFailure(
      "SparkDateTimeException", "CANNOT_PARSE_TIMESTAMP", "22007",
      {{"message", std::string(message)}, {"func", fmt::format("`{}`", function)}},
      fmt::format("{}. Use `{}` to tolerate invalid input string and return NULL instead.", message,
                  function));
}

data::Value ValueAt(const arrow::Array& array, std::int64_t row) {
  if (array.IsNull(row)) return data::Value::Null();
  switch (array.type_id()) {
    case arrow::Type::BOOL:
      return data::Value::Bool(static_cast<const arrow::BooleanArray&>(array).Value(row));
    case arrow::Type::INT8:
      return data::Value::Int(static_cast<const arrow::Int8Array&>(array).Value(row));
    case arrow::Type::INT16:
      return data::Value::Int(static_cast<const arrow::Int16Array&>(array).Value(row));
    case arrow::Type::INT32:
      return data::Value::Int(static_cast<const arrow::Int32Array&>(array).Value(row));
    case arrow::Type::INT64:
      return data::Value::Int(static_cast<const arrow::Int64Array&>(array).Value(row));
    case arrow::Type::DATE32:
      return data::Value::Int(static_cast<const arrow::Date32Array&>(array).Value(row));
    case arrow::Type::TIMESTAMP:
      return data::Value::Int(static_cast<const arrow::TimestampArray&>(array).Value(row));
    case arrow::Type::DURATION:
      return data::Value::Int(static_cast<const arrow::DurationArray&>(array).Value(row));
    case arrow::Type::FLOAT:
      return data::Value::Double(static_cast<const arrow::FloatArray&>(array).Value(row));
    case arrow::Type::DOUBLE:
      return data::Value::Double(static_cast<const arrow::DoubleArray&>(array).Value(row));
    case arrow::Type::DECIMAL128: {
      __int128 unscaled;
      std::memcpy(&unscaled, static_cast<const arrow::Decimal128Array&>(array).GetValue(row),
                  sizeof(unscaled));
      return data::Value::Decimal(unscaled);
    }
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return data::Value::Bytes(
          std::string(static_cast<const arrow::BinaryArray&>(array).GetView(row)));
    default:
      return data::Value::Null();
  }
}

std::string ErrorText(const arrow::Array& array, std::int64_t row, const DataType& type,
                      const TimeZone& zone) {
  data::Value value = ValueAt(array, row);
  if (value.is_double()) {
    double number = value.double_value();
    if (std::isnan(number)) return "NaN";
    if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
    if (type.is(Kind::kFloat)) return data::FloatText(static_cast<float>(number));
    return data::DoubleText(number) + "D";
  }
  return data::ToSql(value, type, zone.id());
}

}  // namespace millrace::processor::duckdb
