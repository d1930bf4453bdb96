#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "data/value.h"
#include "millrace/types.h"

namespace millrace::plan {

/// A query after analysis: every name is a position, every type is known, every coercion is an
/// explicit Cast, every alias and star is gone. Immutable; shared freely between threads.

struct BoundExpression;
using BoundExpressionPtr = std::shared_ptr<const BoundExpression>;

/// Column `index` of the input operator's schema.
struct ColumnRef {
  int index;
};

struct Constant {
  data::Value value;
};

/// A function or operator under Spark's registry name, lower case: "upper", "concat", "from_json",
/// "current_timestamp"; operators as "+", "-", "*", "/", "%", "=", "<=>", "<", "<=", ">", ">=",
/// "!=", "and", "or", "not", "negative", "isnull", "isnotnull", "in" (value first, then the list),
/// "case_when" (condition, value, ..., [else]), "struct" (values; names stand in the type).
/// Arguments have exactly the types that the signature wants; analysis has cast them.
struct Call {
  std::string function;
  std::vector<BoundExpressionPtr> args;
  /// Constant options of from_json, to_json; names as Spark spells them.
  std::map<std::string, std::string> options;
};

enum class EvalMode {
  kAnsi,    ///< Bad values are errors (Spark's default since 4.0).
  kTry,     ///< Bad values give null.
  kLegacy,  ///< Spark 3's rules, spark.sql.ansi.enabled=false.
};

struct CastTo {
  BoundExpressionPtr child;
  EvalMode mode = EvalMode::kAnsi;
};

/// Field `index` of a struct.
struct GetField {
  BoundExpressionPtr child;
  int index;
};

/// `x -> body`, an argument of a higher-order Call ("transform", "filter", "aggregate", ...). The
/// expression's type is that of the body.
struct Lambda {
  std::vector<std::int64_t> variables;  ///< Ids, unique within the query.
  BoundExpressionPtr body;
};
/// One variable of a Lambda around this expression.
struct LambdaVariable {
  std::int64_t id;
};

struct SortKey {
  BoundExpressionPtr expression;
  bool ascending = true;
  bool nulls_first = true;
};

/// An aggregate function under Spark's registry name, lower case: "sum", "count" (no argument:
/// `count(*)`), "avg", "collect_list", ... Stands only in Aggregate::aggregates and
/// WindowCall::function.
struct AggregateCall {
  std::string function;
  std::vector<BoundExpressionPtr> args;
  bool distinct = false;
  BoundExpressionPtr filter;  ///< `FILTER (WHERE ...)`; null: all rows.
  std::vector<SortKey> order_by;  ///< `WITHIN GROUP (ORDER BY ...)` of listagg.
  /// As of Call: "eval"; "ignore_nulls" = "true" of first, last, any_value.
  std::map<std::string, std::string> options;
};

/// Rows around the current one. A bound is an offset from it (negative: before), or none:
/// unbounded.
struct WindowFrame {
  bool is_rows = false;  ///< Else RANGE, in units of the one sort key.
  BoundExpressionPtr lower;
  BoundExpressionPtr upper;
};

/// A function over a window; stands only in Window::functions. `function` is an AggregateCall, or a
/// Call of "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead",
/// "nth_value" (the last three with options "ignore_nulls").
struct WindowCall {
  BoundExpressionPtr function;
  std::vector<BoundExpressionPtr> partition_by;
  std::vector<SortKey> order_by;
  WindowFrame frame;
};

struct ResolvedRelation;
using ResolvedRelationPtr = std::shared_ptr<const ResolvedRelation>;

/// A query inside an expression. kScalar: its one column of its one row, null without a row, an
/// error with several. kExists: is there a row. kIn: `values` is among its rows.
struct Subquery {
  enum class Kind { kScalar, kExists, kIn };
  Kind kind = Kind::kScalar;
  ResolvedRelationPtr query;
  std::vector<BoundExpressionPtr> values;  ///< kIn only; as many as the query has columns.
};
/// Column `index` of the input of the operator that holds the `depth`-th subquery around this
/// expression, 1 = the innermost.
struct OuterColumn {
  int index;
  int depth = 1;
};

struct BoundExpression {
  DataType type;
  bool nullable = true;
  std::variant<ColumnRef, Constant, Call, CastTo, GetField, Lambda, LambdaVariable, AggregateCall,
               WindowCall, Subquery, OuterColumn>
      node;
  /// The text that Spark shows for this expression in errors and plans, e.g. "(a + 1)".
  std::string text;
};

/// Arithmetic and other ANSI-dependent calls carry their mode in Call::options["eval"]: absent =
/// ANSI, "try" or "legacy" otherwise.

/// Rows of source `source` (an index into ResolvedQuery::sources) in this batch.
struct Scan {
  int source;
  bool is_streaming = true;
};
struct Project {
  ResolvedRelationPtr input;
  std::vector<BoundExpressionPtr> expressions;  ///< One for each field of the schema.
};
struct Filter {
  ResolvedRelationPtr input;
  BoundExpressionPtr condition;
};

/// One row without columns: SELECT without FROM.
struct OneRow {};
/// One column "id" BIGINT: start, start + step, ... before `end`.
struct Range {
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::int64_t step = 1;
};
/// Rows of constants, each with one expression for each field of the schema: VALUES.
struct Values {
  std::vector<std::vector<BoundExpressionPtr>> rows;
};

/// Gives the grouping columns in order, then, with grouping sets, `grouping_id` BIGINT (bit i from
/// the right set: the i-th grouping column from the right is not in this row's set), then the
/// aggregates. Without groupings and sets: one row, also over no rows.
struct Aggregate {
  ResolvedRelationPtr input;
  std::vector<BoundExpressionPtr> groupings;
  std::vector<BoundExpressionPtr> aggregates;  ///< AggregateCalls over the input.
  /// Indexes into groupings; empty: one set, of all.
  std::vector<std::vector<int>> grouping_sets;
};
/// Gives the columns of the input, then one for each function.
struct Window {
  ResolvedRelationPtr input;
  std::vector<BoundExpressionPtr> functions;  ///< WindowCalls over the input.
};
enum class ResolvedJoinType { kInner, kLeft, kRight, kFull, kLeftSemi, kLeftAnti, kCross };
/// Gives the columns of the left side, then (not kLeftSemi, kLeftAnti) those of the right side. In
/// the condition ColumnRefs count through both.
struct Join {
  ResolvedRelationPtr left;
  ResolvedRelationPtr right;
  ResolvedJoinType type = ResolvedJoinType::kInner;
  BoundExpressionPtr condition;  ///< Null: true.
  /// The right side may name columns of the left one as OuterColumns of depth 1.
  bool is_lateral = false;
};
struct Sort {
  ResolvedRelationPtr input;
  std::vector<SortKey> keys;
};
struct Limit {
  ResolvedRelationPtr input;
  std::optional<std::int64_t> limit;
  std::int64_t offset = 0;
};
/// The last `limit` rows.
struct Tail {
  ResolvedRelationPtr input;
  std::int64_t limit = 0;
};
/// By position; both sides have the types of the schema.
struct SetOperation {
  enum class Type { kUnion, kIntersect, kExcept };
  ResolvedRelationPtr left;
  ResolvedRelationPtr right;
  Type type = Type::kUnion;
  bool is_all = false;
};
/// One row of each set of rows that agree in the columns `keys`.
struct Deduplicate {
  ResolvedRelationPtr input;
  std::vector<int> keys;
};
/// Each row once for each row that the generator gives of it: the columns of the input, then the
/// generator's. `generator` is a Call of "explode", "posexplode", "inline", "stack", "json_tuple",
/// whose type is the struct of the generator's columns.
struct Generate {
  ResolvedRelationPtr input;
  BoundExpressionPtr generator;
  bool outer = false;  ///< A row for which it gives none comes once, with nulls.
};
struct Sample {
  ResolvedRelationPtr input;
  double lower_bound = 0;
  double upper_bound = 1;
  bool with_replacement = false;
  std::int64_t seed = 0;
};

struct ResolvedRelation {
  StructType schema;
  std::variant<Scan, Project, Filter, OneRow, Range, Values, Aggregate, Window, Join, Sort, Limit,
               Tail, SetOperation, Deduplicate, Generate, Sample>
      node;
};

/// A source of rows as the query names it. A stream is made into a connector::Source when the query
/// starts, anything else into a connector::Table when the query runs.
struct StreamSource {
  std::string format;
  std::map<std::string, std::string> options;
  std::optional<StructType> user_schema;
  StructType schema;
  bool is_streaming = true;
  std::vector<std::string> paths;
  /// What the session opens instead of a format: rows that came with the plan, a table in memory.
  /// Nothing below the session looks inside.
  std::shared_ptr<void> handle;
};

/// What df.observe() asks to know of the rows that pass it: `row` is a query of one row, a Project
/// over an Aggregate without groupings, over those rows.
struct ObservedMetrics {
  std::string name;
  std::optional<std::int64_t> plan_id;  ///< Of the relation that asks, when its client gave one.
  ResolvedRelationPtr row;
};

struct ResolvedQuery {
  ResolvedRelationPtr root;
  std::vector<StreamSource> sources;
  bool is_streaming = false;
  std::vector<ObservedMetrics> observed;
  const StructType& schema() const { return root->schema; }
};

/// The expressions directly inside, in order; a Subquery's query is not among them.
std::vector<BoundExpressionPtr> ChildrenOf(const BoundExpression& expression);
/// The relations directly below, in order; those inside expressions are not among them.
std::vector<ResolvedRelationPtr> InputsOf(const ResolvedRelation& relation);

/// Same meaning: structure, types, constants and options equal; texts and nullability ignored.
bool Equal(const BoundExpression& a, const BoundExpression& b);

/// Spark's tree text of a resolved plan, for explain(): one operator a line, inputs below it.
std::string TreeText(const ResolvedRelation& relation);

}  // namespace millrace::plan
