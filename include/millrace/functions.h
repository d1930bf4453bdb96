#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/column.h"
#include "millrace/types.h"

/// org.apache.spark.sql.functions: names, arguments and answers are Spark's.
namespace millrace {

using FunctionOptions = std::map<std::string, std::string>;

/// The column of that name; dots reach into structs, backticks quote, "*" and "data.*" are stars.
Column col(std::string_view name);
/// SQL text of an expression: expr("a + 1 AS b"). Throws ParseException.
Column expr(std::string_view sql);
/// A constant.
Column lit(const Operand& value);

/// Parses JSON text. A malformed record gives a struct of nulls; options as Spark's JSON source
/// (mode PERMISSIVE or FAILFAST, timestampFormat, columnNameOfCorruptRecord, ...).
Column from_json(const Column& text, const DataType& schema, const FunctionOptions& options = {});
/// `schema` is DDL or JSON text.
Column from_json(const Column& text, std::string_view schema, const FunctionOptions& options = {});
/// JSON text of a struct, array or map; null fields are left out.
Column to_json(const Column& value, const FunctionOptions& options = {});

/// A struct of the columns; `structOf("*")` takes all. (`struct` is a word of C++.)
Column structOf(const std::vector<ColumnOrName>& columns);
template <typename... C>
Column structOf(const ColumnOrName& first, const C&... rest) {
  return structOf(std::vector<ColumnOrName>{first, ColumnOrName(rest)...});
}

/// The time of the batch, also when the batch is run again.
Column current_timestamp();

/// The first value that is not null.
Column coalesce(const std::vector<Column>& columns);
template <typename... C>
Column coalesce(const Column& first, const C&... rest) {
  return coalesce(std::vector<Column>{first, rest...});
}
Column when(const Column& condition, const Operand& value);

Column upper(const Column& text);
Column lower(const Column& text);
/// Characters of a string, bytes of a binary.
Column length(const Column& value);
Column concat(const std::vector<Column>& columns);
template <typename... C>
Column concat(const Column& first, const C&... rest) {
  return concat(std::vector<Column>{first, rest...});
}
Column substring(const Column& value, int position, int length);

Column to_timestamp(const Column& text);
/// `format` is one of Spark's datetime patterns.
Column to_timestamp(const Column& text, std::string_view format);
Column date_format(const Column& time, std::string_view format);
Column year(const Column& time);
Column quarter(const Column& time);
Column month(const Column& time);
Column dayofmonth(const Column& time);
Column day(const Column& time);
Column dayofweek(const Column& time);
Column dayofyear(const Column& time);
Column weekofyear(const Column& time);
Column hour(const Column& time);
Column minute(const Column& time);
Column second(const Column& time);

/// Any function by its SQL name: call_function("upper", {col("a")}).
Column call_function(std::string_view name, const std::vector<Column>& args);

}  // namespace millrace
