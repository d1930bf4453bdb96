#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "millrace/types.h"

namespace millrace::data {

/// A decimal's digits without its point. The scale is the type's.
struct Decimal128Value {
  __int128 unscaled = 0;
  bool operator==(const Decimal128Value&) const = default;
};

/// One constant, to be read together with its DataType. What stands for what:
/// null of any type Null · boolean Bool · byte..long, date (days since 1970-01-01), timestamp and
/// timestamp_ntz (microseconds), time (nanoseconds of the day), day-time interval (microseconds),
/// year-month interval (months) Int · float, double Double · decimal Decimal · string, char,
/// varchar, binary Bytes · array List of elements · struct List of fields in order · map List of
/// two-element Lists, key and value.
class Value {
 public:
  /// Null.
  Value() = default;

  static Value Null() { return Value(); }
  static Value Bool(bool value) { return Value(Variant(std::in_place_type<bool>, value)); }
  static Value Int(std::int64_t value) {
    return Value(Variant(std::in_place_type<std::int64_t>, value));
  }
  static Value Double(double value) { return Value(Variant(std::in_place_type<double>, value)); }
  static Value Decimal(__int128 unscaled) { return Value(Variant(Decimal128Value{unscaled})); }
  static Value Bytes(std::string value) { return Value(Variant(std::move(value))); }
  static Value List(std::vector<Value> values) { return Value(Variant(std::move(values))); }

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_int() const { return std::holds_alternative<std::int64_t>(value_); }
  bool is_double() const { return std::holds_alternative<double>(value_); }
  bool is_decimal() const { return std::holds_alternative<Decimal128Value>(value_); }
  bool is_bytes() const { return std::holds_alternative<std::string>(value_); }
  bool is_list() const { return std::holds_alternative<std::vector<Value>>(value_); }

  /// Each has the precondition that its question above is answered with yes.
  bool bool_value() const { return Get<bool>(); }
  std::int64_t int_value() const { return Get<std::int64_t>(); }
  double double_value() const { return Get<double>(); }
  __int128 decimal_value() const { return Get<Decimal128Value>().unscaled; }
  const std::string& bytes() const { return Get<std::string>(); }
  const std::vector<Value>& list() const { return Get<std::vector<Value>>(); }

  /// Same kind and same content: NaN equals NaN, and 0.0 does not equal -0.0, so that two equal
  /// constants are interchangeable.
  friend bool operator==(const Value& a, const Value& b);

 private:
  using Variant = std::variant<std::monostate, bool, std::int64_t, double, Decimal128Value,
                               std::string, std::vector<Value>>;
  explicit Value(Variant value) : value_(std::move(value)) {}
  template <typename T>
  const T& Get() const;

  Variant value_;
};

/// The constant as SQL, as Spark's `Literal.sql` gives it in error messages and plans: `1`, `1L`,
/// `1.5D`, `'it\'s'`, `DATE '2026-01-01'`, `CAST(NULL AS INT)`. Timestamps are shown in
/// `time_zone` (an IANA name or an offset, as spark.sql.session.timeZone takes them; UTC when it is
/// not known). A value that does not fit its type is an internal error.
std::string ToSql(const Value& value, const DataType& type, std::string_view time_zone = "UTC");

/// The same for names that Spark makes for columns without an alias: numbers and strings without
/// suffix or quotes, null as NULL; else as ToSql.
std::string ToPrettySql(const Value& value, const DataType& type,
                        std::string_view time_zone = "UTC");

}  // namespace millrace::data
