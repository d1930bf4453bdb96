#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plan/resolved.h"
#include "processor/duckdb/batch_plan.h"

namespace millrace::processor::duckdb {

/// Writes a resolved plan as SQL. Each relation is a SELECT whose columns are c0, c1, ...; what
/// DuckDB does not do as Spark does becomes calls of native functions. One use.
class BatchWriter {
 public:
  explicit BatchWriter(std::int64_t timestamp_us) : timestamp_us_(timestamp_us) {}

  base::Result<BatchPlan> Write(const plan::ResolvedQuery& query);

 private:
  using Texts = std::vector<std::string>;
  /// Something in parentheses to select from, and how its columns are named from outside.
  struct Input {
    std::string from;
    Texts columns;
  };
  /// A text and the type of its values.
  struct Typed {
    std::string text;
    DataType type;
  };
  /// How the parts of an aggregate function are called: what stands behind each of them.
  struct Calling {
    std::string filter;  ///< A condition, or empty.
    std::string over;    ///< " OVER (...)", or empty.
    bool distinct = false;
  };

  // batch_relations.cc
  base::Result<std::string> Relation(const plan::ResolvedRelation& relation);
  base::Result<Input> InputOf(const plan::ResolvedRelation& relation);
  Input Named(const std::string& sql, std::size_t columns);
  static std::string Columns(const Texts& texts);
  base::Result<std::string> Write(const plan::Scan& node, const StructType& schema);
  base::Result<std::string> Write(const plan::Project& node, const StructType& schema);
  base::Result<std::string> Write(const plan::Filter& node, const StructType& schema);
  base::Result<std::string> Write(const plan::OneRow& node, const StructType& schema);
  base::Result<std::string> Write(const plan::Range& node, const StructType& schema);
  base::Result<std::string> Write(const plan::Values& node, const StructType& schema);
  base::Result<std::string> Write(const plan::Aggregate& node, const StructType& schema);
  base::Result<std::string> Write(const plan::Window& node, const StructType& schema);
  base::Result<std::string> Write(const plan::Join& node, const StructType& schema);
  base::Result<std::string> Write(const plan::Sort& node, const StructType& schema);
  base::Result<std::string> Write(const plan::Limit& node, const StructType& schema);
  base::Result<std::string> Write(const plan::Tail& node, const StructType& schema);
  base::Result<std::string> Write(const plan::SetOperation& node, const StructType& schema);
  base::Result<std::string> Write(const plan::Deduplicate& node, const StructType& schema);
  base::Result<std::string> Write(const plan::Generate& node, const StructType& schema);
  base::Result<std::string> Write(const plan::Sample& node, const StructType& schema);
  base::Result<std::string> JoinCondition(const plan::Join& node);
  base::Result<std::string> OrderBy(const std::vector<plan::SortKey>& keys);
  static std::string KeyText(const std::string& text, const plan::SortKey& key);

  // batch_expressions.cc: over columns_.
  base::Result<std::string> Expression(const plan::BoundExpressionPtr& expression);
  base::Result<Texts> Expressions(const std::vector<plan::BoundExpressionPtr>& expressions);
  base::Result<std::string> Operator(const plan::BoundExpression& expression,
                                     const plan::Call& call);
  base::Result<std::string> SubqueryText(const plan::Subquery& subquery);
  base::Result<std::string> Native(const plan::BoundExpressionPtr& expression);
  /// A call of the native function `function` over texts.
  base::Result<std::string> NativeCall(std::string_view function, const std::vector<Typed>& args,
                                       const DataType& type, std::string text);
  /// What sorts as the values do.
  base::Result<std::string> OrderKey(const plan::BoundExpressionPtr& expression);
  base::Result<std::string> AddFunction(plan::BoundExpressionPtr expression, const Texts& args,
                                        std::vector<DataType> types);
  /// All of these, evaluated in order where one of them can fail.
  base::Result<std::string> All(const std::vector<plan::BoundExpressionPtr>& conditions);

  // batch_aggregates.cc, batch_windows.cc
  base::Result<std::string> AggregateText(const plan::BoundExpression& expression,
                                          const std::string& over);
  base::Result<std::string> WindowText(const plan::BoundExpression& expression);
  friend class AggregateWriter;

  std::string Fresh(std::string_view prefix) {
    return std::string(prefix) + std::to_string(next_name_++);
  }

  std::int64_t timestamp_us_;
  BatchPlan plan_;
  int next_name_ = 0;
  /// What ColumnRefs mean in the expressions at work.
  Texts columns_;
  /// What OuterColumns mean, the innermost last.
  std::vector<Texts> outer_;
};

}  // namespace millrace::processor::duckdb
