#include "data/value.h"

#include <bit>

#include <absl/time/time.h>

#include "base/check.h"
#include "data/scalar_text.h"
#include "data/time_zone.h"

namespace millrace::data {
namespace {

using Kind = DataType::Kind;

std::string QuotedString(const std::string& text) {
  std::string quoted = "'";
  for (char c : text) {
    if (c == '\\' || c == '\'') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string HexLiteral(const std::string& bytes) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string text = "X'";
  for (char c : bytes) {
    text += kHex[static_cast<unsigned char>(c) >> 4];
    text += kHex[static_cast<unsigned char>(c) & 0xf];
  }
  return text + "'";
}

bool IsSpecial(const std::string& number) { return number.find_first_of("Nn") != number.npos; }

std::string DoubleSql(double value) {
  const std::string text = DoubleText(value);
  return IsSpecial(text) ? "CAST('" + text + "' AS DOUBLE)" : text + "D";
}

std::string TimestampSql(std::int64_t micros, std::string_view time_zone) {
  const base::Result<absl::TimeZone> zone = LoadTimeZone(time_zone);
  return TimestampText(micros, zone.ok() ? *zone : absl::UTCTimeZone());
}

std::string ListSql(const Value& value, const DataType& type, std::string_view time_zone) {
  std::string text;
  auto append = [&](const std::string& part) {
    if (!text.empty()) text += ", ";
    text += part;
  };
  if (type.is(Kind::kArray)) {
    for (const Value& element : value.list()) {
      append(ToSql(element, type.elementType(), time_zone));
    }
    return "ARRAY(" + text + ")";
  }
  if (type.is(Kind::kMap)) {
    for (const Value& entry : value.list()) {
      MILLRACE_CHECK(entry.list().size() == 2);
      append(ToSql(entry.list()[0], type.keyType(), time_zone));
      append(ToSql(entry.list()[1], type.valueType(), time_zone));
    }
    return "MAP(" + text + ")";
  }
  MILLRACE_CHECK(value.list().size() == type.fields().size());
  for (std::size_t i = 0; i < type.fields().size(); ++i) {
    append(type.fields()[i].name);
    append(ToSql(value.list()[i], type.fields()[i].dataType, time_zone));
  }
  return "NAMED_STRUCT(" + text + ")";
}

bool IsNested(const DataType& type) {
  return type.is(Kind::kArray) || type.is(Kind::kMap) || type.is(Kind::kStruct);
}

}  // namespace

template <typename T>
const T& Value::Get() const {
  const T* value = std::get_if<T>(&value_);
  MILLRACE_CHECK(value != nullptr);
  return *value;
}

template const bool& Value::Get<bool>() const;
template const std::int64_t& Value::Get<std::int64_t>() const;
template const double& Value::Get<double>() const;
template const Decimal128Value& Value::Get<Decimal128Value>() const;
template const std::string& Value::Get<std::string>() const;
template const std::vector<Value>& Value::Get<std::vector<Value>>() const;

bool operator==(const Value& a, const Value& b) {
  if (a.is_double() && b.is_double()) {
    const double x = a.double_value();
    const double y = b.double_value();
    if (x != x || y != y) return x != x && y != y;
    return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
  }
  return a.value_ == b.value_;
}

std::string ToSql(const Value& value, const DataType& type, std::string_view time_zone) {
  if (value.is_null()) {
    const bool bare = type.is(Kind::kNull) || IsNested(type);
    return bare ? "NULL" : "CAST(NULL AS " + type.sql() + ")";
  }
  switch (type.kind()) {
    case Kind::kBoolean:
      return value.bool_value() ? "true" : "false";
    case Kind::kByte:
      return std::to_string(value.int_value()) + "Y";
    case Kind::kShort:
      return std::to_string(value.int_value()) + "S";
    case Kind::kInteger:
      return std::to_string(value.int_value());
    case Kind::kLong:
      return std::to_string(value.int_value()) + "L";
    case Kind::kFloat:  // Has no suffix of its own.
      return "CAST('" + FloatText(static_cast<float>(value.double_value())) + "' AS FLOAT)";
    case Kind::kDouble:
      return DoubleSql(value.double_value());
    case Kind::kDecimal:
      return DecimalText(value.decimal_value(), type.scale()) + "BD";
    case Kind::kString:
    case Kind::kChar:
    case Kind::kVarchar:
      return QuotedString(value.bytes());
    case Kind::kBinary:
      return HexLiteral(value.bytes());
    case Kind::kDate:
      return "DATE '" + DateText(value.int_value()) + "'";
    case Kind::kTimestamp:
      return "TIMESTAMP '" + TimestampSql(value.int_value(), time_zone) + "'";
    case Kind::kTimestampNtz:
      return "TIMESTAMP_NTZ '" + TimestampText(value.int_value(), absl::UTCTimeZone()) + "'";
    case Kind::kTime:
      return "TIME '" + TimeText(value.int_value()) + "'";
    case Kind::kDayTimeInterval:
      return DayTimeIntervalText(value.int_value(), type);
    case Kind::kYearMonthInterval:
      return YearMonthIntervalText(value.int_value(), type);
    case Kind::kArray:
    case Kind::kMap:
    case Kind::kStruct:
      return ListSql(value, type, time_zone);
    case Kind::kNull:
    case Kind::kCalendarInterval:
    case Kind::kVariant:
      break;  // These types have no constants but null.
  }
  MILLRACE_CHECK(value.is_null());
  return "NULL";
}

std::string ToPrettySql(const Value& value, const DataType& type, std::string_view time_zone) {
  if (value.is_null()) return "NULL";
  switch (type.kind()) {
    case Kind::kByte:
    case Kind::kShort:
    case Kind::kInteger:
    case Kind::kLong:
      return std::to_string(value.int_value());
    case Kind::kFloat:
      return FloatText(static_cast<float>(value.double_value()));
    case Kind::kDouble:
      return DoubleText(value.double_value());
    case Kind::kDecimal:
      return DecimalText(value.decimal_value(), type.scale());
    case Kind::kString:
    case Kind::kChar:
    case Kind::kVarchar:
      return value.bytes();
    default:
      return ToSql(value, type, time_zone);
  }
}

}  // namespace millrace::data
