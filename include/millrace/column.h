#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/types.h"

namespace millrace {

namespace plan {
struct Expression;
}

class Operand;

/// An expression over the columns of a DataFrame, as org.apache.spark.sql.Column. A value; nothing
/// is checked until the DataFrame is asked for its schema or started.
class Column {
 public:
  /// The column of that name; same as col(name).
  explicit Column(std::string_view name);
  explicit Column(std::shared_ptr<const plan::Expression> expression)
      : expression_(std::move(expression)) {}

  /// Names the result.
  Column alias(std::string_view name) const;
  Column as(std::string_view name) const { return alias(name); }
  Column name(std::string_view name) const { return alias(name); }

  /// `type` is DDL ("bigint", "decimal(10,2)"). Under ANSI a value that does not fit is an error.
  Column cast(std::string_view type) const;
  Column cast(const DataType& type) const;
  /// Like cast, but gives null where cast gives an error.
  Column try_cast(std::string_view type) const;
  Column try_cast(const DataType& type) const;

  Column isNull() const;
  Column isNotNull() const;
  Column isNaN() const;
  /// Equality for which null equals null.
  Column eqNullSafe(const Operand& other) const;
  /// One of the values, under three-valued logic.
  Column isin(std::initializer_list<Operand> values) const;
  Column isin(const std::vector<Operand>& values) const;
  /// lower <= this <= upper.
  Column between(const Operand& lower, const Operand& upper) const;

  /// A field of a struct, or the value of a key of a map.
  Column getField(std::string_view name) const;
  /// An element of an array (from 0) or the value of a key of a map.
  Column getItem(const Operand& key) const;
  /// Characters (or bytes) from `start`, counted from 1; a negative start counts from the end.
  Column substr(int start, int length) const;

  /// One more branch. Precondition: this came from when(); AnalysisException otherwise.
  Column when(const Column& condition, const Operand& value) const;
  Column otherwise(const Operand& value) const;

  const std::shared_ptr<const plan::Expression>& expression() const { return expression_; }

 private:
  std::shared_ptr<const plan::Expression> expression_;
};

/// What may stand on either side of an operator: a column, or a constant with its Spark type
/// (int INT, long BIGINT, double DOUBLE, float FLOAT, bool BOOLEAN, text STRING, nullptr VOID).
class Operand {
 public:
  // NOLINTBEGIN(google-explicit-constructor): implicit on purpose.
  Operand(const Column& column) : column_(column) {}
  Operand(bool value);
  Operand(int value);
  Operand(long value);
  Operand(long long value);
  Operand(float value);
  Operand(double value);
  Operand(const char* text);
  Operand(const std::string& text);
  Operand(std::string_view text);
  Operand(std::nullptr_t);
  // NOLINTEND(google-explicit-constructor)
  const Column& column() const { return column_; }

 private:
  Column column_;
};

/// A column given by name or as an expression: what select() takes.
class ColumnOrName {
 public:
  // NOLINTBEGIN(google-explicit-constructor): implicit on purpose.
  ColumnOrName(const Column& column) : column_(column) {}
  ColumnOrName(const char* name) : column_(std::string_view(name)) {}
  ColumnOrName(const std::string& name) : column_(std::string_view(name)) {}
  ColumnOrName(std::string_view name) : column_(name) {}
  // NOLINTEND(google-explicit-constructor)
  const Column& column() const { return column_; }

 private:
  Column column_;
};

#define MILLRACE_COLUMN_OPERATOR(op)                     \
  Column operator op(const Column& a, const Column& b);  \
  Column operator op(const Column& a, const Operand& b); \
  Column operator op(const Operand& a, const Column& b);
MILLRACE_COLUMN_OPERATOR(==)
MILLRACE_COLUMN_OPERATOR(!=)
MILLRACE_COLUMN_OPERATOR(<)
MILLRACE_COLUMN_OPERATOR(<=)
MILLRACE_COLUMN_OPERATOR(>)
MILLRACE_COLUMN_OPERATOR(>=)
MILLRACE_COLUMN_OPERATOR(+)
MILLRACE_COLUMN_OPERATOR(-)
MILLRACE_COLUMN_OPERATOR(*)
MILLRACE_COLUMN_OPERATOR(/)
MILLRACE_COLUMN_OPERATOR(%)
/// Three-valued logic; `a and b`, `a or b` are the same operators. Both sides are always built.
MILLRACE_COLUMN_OPERATOR(&&)
MILLRACE_COLUMN_OPERATOR(||)
#undef MILLRACE_COLUMN_OPERATOR
Column operator!(const Column& a);
Column operator-(const Column& a);

}  // namespace millrace
