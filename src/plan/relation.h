#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "millrace/types.h"
#include "plan/expression.h"

namespace millrace::plan {

/// A query as a user wrote it. The alternatives and their fields follow Spark Connect's
/// relations.proto, so each of its messages has a place here. Immutable; shared freely between
/// threads.
struct Relation;
using RelationPtr = std::shared_ptr<const Relation>;

using Options = std::map<std::string, std::string>;

namespace relation {

// Leaves.

struct NamedTable {
  std::string unparsed_identifier;
  Options options;
};

struct DataSource {
  std::optional<std::string> format;  ///< Without one the session's default source.
  std::optional<StructType> schema;   ///< What the user gave with `.schema(...)`.
  Options options;                    ///< Keys as the user spelled them.
  std::vector<std::string> paths;
  std::vector<std::string> predicates;
  std::string source_name;
};

struct Read {
  std::variant<NamedTable, DataSource> source;
  bool is_streaming = false;
};

/// `data` is an Arrow IPC stream; `schema` wins over its types. Without data: no rows.
struct LocalRelation {
  std::optional<std::string> data;
  std::optional<StructType> schema;
};
/// Data that the client uploaded before, by hash.
struct CachedLocalRelation {
  std::vector<std::string> data_hashes;
  std::optional<std::string> schema_hash;
};
/// A DataFrame that the server keeps, by id (foreachBatch).
struct CachedRemoteRelation {
  std::string relation_id;
};

struct Range {
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::int64_t step = 1;
  std::optional<int> num_partitions;
};

struct Sql {
  std::string query;
  std::map<std::string, ExpressionPtr> named_arguments;
  std::vector<ExpressionPtr> positional_arguments;
};

struct TableValuedFunction {
  std::string function_name;
  std::vector<ExpressionPtr> args;
};
/// A Python table function, `command` pickled.
struct InlineTableFunction {
  std::string name;
  bool deterministic = true;
  std::vector<ExpressionPtr> args;
  std::optional<DataType> return_type;
  int eval_type = 0;
  std::string command;
  std::string python_version;
};
/// A Python data source, `command` pickled.
struct InlineDataSource {
  std::string name;
  std::string command;
  std::string python_version;
};
/// The change feed of a table.
struct RelationChanges {
  std::string unparsed_identifier;
  Options options;
  bool is_streaming = false;
};

/// SQL's VALUES: rows of expressions, all of the same length. Without names: col1, col2, ...
struct InlineTable {
  std::vector<std::vector<ExpressionPtr>> rows;
  std::vector<std::string> column_names;
};
/// One row without columns: SQL's SELECT without FROM.
struct OneRow {};

// Columns of one input.

/// With aggregate functions among the expressions: a global Aggregate.
struct Project {
  RelationPtr input;
  std::vector<ExpressionPtr> expressions;
};
/// Over an Aggregate also HAVING: aggregate functions of the condition belong to it.
struct Filter {
  RelationPtr input;
  ExpressionPtr condition;
};
/// Replaces columns in place or adds them at the end.
struct WithColumns {
  RelationPtr input;
  std::vector<expression::Alias> aliases;
};
struct WithColumnsRenamed {
  RelationPtr input;
  std::vector<std::pair<std::string, std::string>> renames;  ///< Old name, new name.
};
struct Drop {
  RelationPtr input;
  std::vector<ExpressionPtr> columns;
  std::vector<std::string> column_names;
};
struct SubqueryAlias {
  RelationPtr input;
  std::string alias;
  std::vector<std::string> qualifier;
};
/// New names for all columns, in order.
struct ToDF {
  RelationPtr input;
  std::vector<std::string> column_names;
};
struct ToSchema {
  RelationPtr input;
  StructType schema;
};
struct WithWatermark {
  RelationPtr input;
  std::string event_time;
  std::string delay_threshold;
};
struct CollectMetrics {
  RelationPtr input;
  std::string name;
  std::vector<ExpressionPtr> metrics;
};
struct Hint {
  RelationPtr input;
  std::string name;
  std::vector<ExpressionPtr> parameters;
};

// Rows of one input.

struct Sort {
  RelationPtr input;
  std::vector<expression::SortOrder> order;
  bool is_global = true;
  /// SQL's ORDER BY ALL: by every column; `order` has one element, whose child is null.
  bool by_all = false;
};
struct Limit {
  RelationPtr input;
  int limit = 0;
};
struct Offset {
  RelationPtr input;
  int offset = 0;
};
struct Tail {
  RelationPtr input;
  int limit = 0;
};
struct Sample {
  RelationPtr input;
  double lower_bound = 0;
  double upper_bound = 1;
  bool with_replacement = false;
  std::optional<std::int64_t> seed;
  bool deterministic_order = false;
};
struct Deduplicate {
  RelationPtr input;
  std::vector<std::string> column_names;
  bool all_columns_as_keys = false;
  bool within_watermark = false;
};
struct Repartition {
  RelationPtr input;
  int num_partitions = 0;
  bool shuffle = true;
};
struct RepartitionByExpression {
  RelationPtr input;
  std::vector<ExpressionPtr> partition_expressions;
  std::optional<int> num_partitions;
};

// Grouping and reshaping.

struct Aggregate {
  enum class GroupType { kGroupBy, kRollup, kCube, kPivot, kGroupingSets };
  struct Pivot {
    ExpressionPtr column;
    std::vector<expression::Literal> values;
    /// SQL's `value AS name`: empty, or one for each value, empty where it has none.
    std::vector<std::string> value_names;
  };
  RelationPtr input;
  GroupType group_type = GroupType::kGroupBy;
  std::vector<ExpressionPtr> grouping_expressions;
  std::vector<ExpressionPtr> aggregate_expressions;
  std::optional<Pivot> pivot;
  std::vector<std::vector<ExpressionPtr>> grouping_sets;
  /// SQL's SELECT ... GROUP BY: aggregate_expressions are all of the output, and a grouping
  /// expression may be their ordinal or alias. With kPivot SQL's PIVOT: groups by every column that
  /// neither the pivot nor the aggregates name. Else the grouping expressions come out first.
  bool is_select = false;
  bool group_by_all = false;  ///< SQL's GROUP BY ALL.
};
struct Unpivot {
  RelationPtr input;
  std::vector<ExpressionPtr> ids;
  std::optional<std::vector<ExpressionPtr>> values;
  std::string variable_column_name;
  std::string value_column_name;
  /// SQL's UNPIVOT: the ids are all columns that are no values, and nulls go unless they are
  /// included. `value_aliases` are one for each value, empty where it has none.
  bool is_sql = false;
  bool include_nulls = true;
  std::vector<std::string> value_aliases;
};
struct Transpose {
  RelationPtr input;
  std::vector<ExpressionPtr> index_columns;
};

// Several inputs.

enum class JoinType { kInner, kFullOuter, kLeftOuter, kRightOuter, kLeftAnti, kLeftSemi, kCross };

struct Join {
  RelationPtr left;
  RelationPtr right;
  ExpressionPtr condition;  ///< Null: none.
  JoinType type = JoinType::kInner;
  std::vector<std::string> using_columns;
  bool is_natural = false;  ///< SQL's NATURAL: using the names that both sides have.
  /// joinWith: each side comes out as one column; true where it is a struct.
  std::optional<std::pair<bool, bool>> sides_are_structs;
};
/// SQL's LATERAL VIEW too, OUTER as kLeftOuter: `right` is then
/// SubqueryAlias(ToDF(TableValuedFunction)), with ToDF only where columns are named.
struct LateralJoin {
  RelationPtr left;
  RelationPtr right;
  ExpressionPtr condition;
  JoinType type = JoinType::kInner;
};
struct AsOfJoin {
  RelationPtr left;
  RelationPtr right;
  ExpressionPtr left_as_of;
  ExpressionPtr right_as_of;
  ExpressionPtr condition;
  std::vector<std::string> using_columns;
  std::string join_type;
  ExpressionPtr tolerance;
  bool allow_exact_matches = true;
  std::string direction;
};
struct NearestByJoin {
  RelationPtr left;
  RelationPtr right;
  ExpressionPtr ranking_expression;
  int num_results = 0;
  std::string join_type;
  std::string mode;
  std::string direction;
};
struct SetOperation {
  enum class Type { kIntersect, kUnion, kExcept };
  RelationPtr left;
  RelationPtr right;
  Type type = Type::kUnion;
  bool is_all = false;
  bool by_name = false;
  bool allow_missing_columns = false;
};
/// `references` are what subquery expressions and SQL texts inside `root`, and inside the references
/// themselves, name by plan id; the innermost WithRelations with an id counts. SQL text gives its
/// subqueries in this way, with negative ids.
struct WithRelations {
  RelationPtr root;
  std::vector<RelationPtr> references;
};

// Functions of the user over whole partitions or groups.

struct MapPartitions {
  RelationPtr input;
  expression::InlineUdf function;
  bool is_barrier = false;
  std::optional<int> profile_id;
};
struct TransformWithState {
  std::string time_mode;
  std::optional<std::string> event_time_column_name;
  std::optional<DataType> output_schema;
};
struct GroupMap {
  RelationPtr input;
  std::vector<ExpressionPtr> grouping_expressions;
  expression::InlineUdf function;
  std::vector<ExpressionPtr> sorting_expressions;
  RelationPtr initial_input;  ///< Null: none.
  std::vector<ExpressionPtr> initial_grouping_expressions;
  std::optional<bool> is_map_groups_with_state;
  std::optional<std::string> output_mode;
  std::optional<std::string> timeout_conf;
  std::optional<DataType> state_schema;
  std::optional<TransformWithState> transform_with_state;
};
struct CoGroupMap {
  RelationPtr input;
  std::vector<ExpressionPtr> input_grouping_expressions;
  RelationPtr other;
  std::vector<ExpressionPtr> other_grouping_expressions;
  expression::InlineUdf function;
  std::vector<ExpressionPtr> input_sorting_expressions;
  std::vector<ExpressionPtr> other_sorting_expressions;
};
struct ApplyInPandasWithState {
  RelationPtr input;
  std::vector<ExpressionPtr> grouping_expressions;
  expression::InlineUdf function;
  std::string output_schema;
  std::string state_schema;
  std::string output_mode;
  std::string timeout_conf;
};

/// Texts of one column as rows of a format: `spark.read.json(dataset)`.
struct Parse {
  enum class Format { kCsv, kJson, kXml };
  RelationPtr input;
  Format format = Format::kJson;
  std::optional<DataType> schema;
  Options options;
};

// Answers as a table.

struct ShowString {
  RelationPtr input;
  int num_rows = 20;
  int truncate = 20;
  bool vertical = false;
};
struct HtmlString {
  RelationPtr input;
  int num_rows = 20;
  int truncate = 20;
};

struct FillNa {
  RelationPtr input;
  std::vector<std::string> columns;
  std::vector<expression::Literal> values;  ///< One for all, or one for each column.
};
struct DropNa {
  RelationPtr input;
  std::vector<std::string> columns;
  std::optional<int> min_non_nulls;
};
struct ReplaceNa {
  RelationPtr input;
  std::vector<std::string> columns;
  std::vector<std::pair<expression::Literal, expression::Literal>> replacements;  ///< Old, new.
};

struct Summary {
  RelationPtr input;
  std::vector<std::string> statistics;
};
struct Describe {
  RelationPtr input;
  std::vector<std::string> columns;
};
struct Crosstab {
  RelationPtr input;
  std::string column1;
  std::string column2;
};
struct Covariance {
  RelationPtr input;
  std::string column1;
  std::string column2;
};
struct Correlation {
  RelationPtr input;
  std::string column1;
  std::string column2;
  std::optional<std::string> method;
};
struct ApproxQuantile {
  RelationPtr input;
  std::vector<std::string> columns;
  std::vector<double> probabilities;
  double relative_error = 0;
};
struct FrequentItems {
  RelationPtr input;
  std::vector<std::string> columns;
  std::optional<double> support;
};
struct SampleBy {
  RelationPtr input;
  ExpressionPtr column;
  std::vector<std::pair<expression::Literal, double>> fractions;
  std::optional<std::int64_t> seed;
};

/// One of catalog.proto's messages. `operation` is its field name ("list_tables", "get_table",
/// ...); what the message does not have stays empty.
struct Catalog {
  std::string operation;
  std::string name;  ///< Of the table, view, function, database, catalog or path.
  std::optional<std::string> database;
  std::optional<std::string> pattern;
  std::optional<std::string> path;
  std::optional<std::string> source;
  std::optional<std::string> description;
  std::optional<StructType> schema;
  std::optional<std::string> storage_level;
  Options options;
  std::map<std::string, bool> flags;  ///< "if_exists", "purge", "cascade", "no_scan", ...
};

/// A machine-learning relation or a message of somebody's own; nothing here reads it.
struct Extension {
  std::string type_url;
  std::string value;
};

}  // namespace relation

struct Relation {
  using Node = std::variant<
      relation::Read, relation::LocalRelation, relation::CachedLocalRelation,
      relation::CachedRemoteRelation, relation::Range, relation::Sql, relation::TableValuedFunction,
      relation::InlineTableFunction, relation::InlineDataSource, relation::RelationChanges,
      relation::InlineTable, relation::OneRow,
      relation::Project, relation::Filter, relation::WithColumns, relation::WithColumnsRenamed,
      relation::Drop, relation::SubqueryAlias, relation::ToDF, relation::ToSchema,
      relation::WithWatermark, relation::CollectMetrics, relation::Hint, relation::Sort,
      relation::Limit, relation::Offset, relation::Tail, relation::Sample, relation::Deduplicate,
      relation::Repartition, relation::RepartitionByExpression, relation::Aggregate,
      relation::Unpivot, relation::Transpose, relation::Join, relation::LateralJoin,
      relation::AsOfJoin, relation::NearestByJoin, relation::SetOperation, relation::WithRelations,
      relation::MapPartitions, relation::GroupMap, relation::CoGroupMap,
      relation::ApplyInPandasWithState, relation::Parse, relation::ShowString, relation::HtmlString,
      relation::FillNa, relation::DropNa, relation::ReplaceNa, relation::Summary,
      relation::Describe, relation::Crosstab, relation::Covariance, relation::Correlation,
      relation::ApproxQuantile, relation::FrequentItems, relation::SampleBy, relation::Catalog,
      relation::Extension>;

  Node node;
  /// What UnresolvedAttribute::plan_id and SubqueryExpression::plan_id refer to.
  std::optional<std::int64_t> plan_id;
  std::optional<Origin> origin;

  /// This node as `T`, or null when it is another one.
  template <typename T>
  const T* As() const {
    return std::get_if<T>(&node);
  }
};

RelationPtr MakeRelation(Relation::Node node, std::optional<std::int64_t> plan_id = std::nullopt,
                         std::optional<Origin> origin = std::nullopt);

/// `spark.readStream.format(format).options(options).load()`.
RelationPtr ReadStream(std::string_view format, Options options,
                       std::optional<StructType> schema = std::nullopt);
RelationPtr Select(RelationPtr input, std::vector<ExpressionPtr> expressions);
RelationPtr Where(RelationPtr input, ExpressionPtr condition);
RelationPtr WithColumn(RelationPtr input, std::string_view name, ExpressionPtr value);

/// The node's name in Spark Connect's words, for refusals: "Join", "Deduplicate", ...
std::string_view NodeName(const Relation& relation);

}  // namespace millrace::plan
