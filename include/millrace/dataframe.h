#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/column.h"
#include "millrace/types.h"

namespace millrace {

namespace plan {
struct Relation;
}
namespace session {
class SessionState;
}

class DataFrameWriter;
class DataStreamWriter;

/// A query that has not run, as org.apache.spark.sql.DataFrame. A value. Each step is analyzed when
/// it is made: AnalysisException comes from the call that is wrong.
class DataFrame {
 public:
  DataFrame select(const std::vector<ColumnOrName>& columns) const;
  template <typename... C>
  DataFrame select(const ColumnOrName& first, const C&... rest) const {
    return select(std::vector<ColumnOrName>{first, ColumnOrName(rest)...});
  }
  /// Replaces the column of that name (whatever its case) or adds one at the end.
  DataFrame withColumn(std::string_view name, const Column& value) const;
  DataFrame withColumns(const std::vector<std::pair<std::string, Column>>& columns) const;
  /// No change when there is no such column.
  DataFrame withColumnRenamed(std::string_view existing, std::string_view renamed) const;
  /// Aggregates of the rows that pass here, which stay as they are: a stream tells them of each
  /// batch, in its progress.
  DataFrame observe(std::string_view name, const std::vector<Column>& metrics) const;
  DataFrame filter(const Column& condition) const;
  DataFrame where(const Column& condition) const { return filter(condition); }
  /// SQL text: filter("a > 1 AND b IS NOT NULL"). Throws ParseException.
  DataFrame filter(std::string_view condition) const;
  DataFrame filter(const char* condition) const { return filter(std::string_view(condition)); }
  DataFrame where(std::string_view condition) const { return filter(condition); }
  DataFrame where(const char* condition) const { return filter(std::string_view(condition)); }
  /// SQL texts: selectExpr({"a", "b + 1 AS c"}).
  DataFrame selectExpr(const std::vector<std::string>& expressions) const;
  template <typename... S>
  DataFrame selectExpr(std::string_view first, const S&... rest) const {
    return selectExpr(std::vector<std::string>{std::string(first), std::string(rest)...});
  }
  DataFrame limit(int rows) const;
  DataFrame orderBy(const std::vector<ColumnOrName>& columns) const;
  template <typename... C>
  DataFrame orderBy(const ColumnOrName& first, const C&... rest) const {
    return orderBy(std::vector<ColumnOrName>{first, ColumnOrName(rest)...});
  }
  /// A name that `col("alias.column")` can use.
  DataFrame alias(std::string_view name) const;
  /// Names that do not exist are ignored.
  DataFrame drop(const std::vector<std::string>& names) const;
  template <typename... S>
  DataFrame drop(std::string_view first, const S&... rest) const {
    return drop(std::vector<std::string>{std::string(first), std::string(rest)...});
  }
  DataFrame toDF(const std::vector<std::string>& names) const;

  /// Column of this DataFrame.
  Column operator[](std::string_view name) const { return Column(name); }

  const StructType& schema() const;
  std::vector<std::string> columns() const;
  /// To stdout.
  void printSchema() const;
  bool isStreaming() const;
  /// Prints the analyzed plan and what runs where.
  void explain(bool extended = false) const;

  // What follows runs the query, which must not be a stream.

  /// Prints the first rows as a table. `truncate`: cells longer than 20 characters are cut.
  void show(int numRows = 20, bool truncate = true) const;
  /// What show prints.
  std::string showString(int numRows = 20, bool truncate = true) const;
  std::int64_t count() const;
  /// Replaces a temporary view of that name. (A view of a stream may be made, too.)
  void createOrReplaceTempView(std::string_view name) const;
  DataFrameWriter write() const;

  DataStreamWriter writeStream() const;

  struct State;
  explicit DataFrame(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  const std::shared_ptr<const State>& state() const { return state_; }

 private:
  std::shared_ptr<const State> state_;
};

}  // namespace millrace
