#pragma once

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
  DataFrame filter(const Column& condition) const;
  DataFrame where(const Column& condition) const { return filter(condition); }
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

  DataStreamWriter writeStream() const;

  struct State;
  explicit DataFrame(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  const std::shared_ptr<const State>& state() const { return state_; }

 private:
  std::shared_ptr<const State> state_;
};

}  // namespace millrace
