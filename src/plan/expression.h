#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "data/value.h"
#include "millrace/types.h"

namespace millrace::plan {

/// An expression as a user wrote it: names are names, types may be missing. The alternatives and
/// their fields follow Spark Connect's expressions.proto, so each of its messages has a place here.
/// Immutable; shared freely between threads.
struct Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

/// A call in the user's program.
struct CallSite {
  std::string fragment;   ///< The function that was called, e.g. "col" or "+".
  std::string call_site;  ///< File and line, or a stack.
};

/// A SQL text. What it is the text of: an object, as "VIEW" and its name, or, when both are empty,
/// what the user's program gave.
struct SqlText {
  std::string text;
  std::string object_type;
  std::string object_name;
};

/// The bytes [start, end) of a SQL text.
struct SqlPlace {
  std::shared_ptr<const SqlText> text;
  std::uint32_t start = 0;
  std::uint32_t end = 0;
};

/// Where the user wrote a node; shown in the query context of errors. It is no part of what the
/// node means.
using Origin = std::variant<CallSite, SqlPlace>;

namespace expression {

/// `value` is read together with `type`. A calendar interval is the List of its months, days and
/// microseconds.
struct Literal {
  data::Value value;
  DataType type;
};

/// A column or nested field. `name` is unparsed: parts are separated by dots, and a part in
/// backticks holds anything (`` ` `` doubled).
struct UnresolvedAttribute {
  std::string name;
  /// The relation whose column is meant (`df["a"]`), by its Relation::plan_id.
  std::optional<std::int64_t> plan_id;
  bool is_metadata_column = false;
};

enum class SortDirection { kUnspecified, kAscending, kDescending };
enum class NullOrdering { kUnspecified, kNullsFirst, kNullsLast };

struct SortOrder {
  ExpressionPtr child;
  SortDirection direction = SortDirection::kAscending;
  NullOrdering null_ordering = NullOrdering::kUnspecified;
  std::optional<Origin> origin = std::nullopt;  ///< Of SQL: with the words behind the child.
};

struct UnresolvedFunction {
  std::string name;  ///< One part, or unparsed and qualified when is_user_defined.
  std::vector<ExpressionPtr> args;
  bool is_distinct = false;
  bool is_user_defined = false;
  bool is_internal = false;
  ExpressionPtr filter;             ///< `FILTER (WHERE ...)` of SQL; null: none.
  std::optional<bool> ignore_nulls;  ///< `IGNORE NULLS` or `RESPECT NULLS` of SQL.
  std::vector<SortOrder> within_group;  ///< `WITHIN GROUP (ORDER BY ...)` of SQL.
  bool is_from_text = false;  ///< A name in SQL text: not each DataFrame function is one.
};

/// Like UnresolvedFunction, but the name is always unparsed and may be qualified.
struct CallFunction {
  std::string name;
  std::vector<ExpressionPtr> args;
};

/// SQL text of an expression, as of `expr("a + 1")`.
struct ExpressionString {
  std::string text;
};

struct UnresolvedStar {
  /// The unparsed relation or struct before `.*`, without the star.
  std::optional<std::string> target;
  std::optional<std::int64_t> plan_id;
  std::vector<std::string> except;  ///< Unparsed names of `* EXCEPT (...)`.
};

struct UnresolvedRegex {
  std::string pattern;
  std::optional<std::int64_t> plan_id;
};

/// Several names belong to a generator that gives several columns.
struct Alias {
  ExpressionPtr child;
  std::vector<std::string> names;
  std::optional<std::string> metadata;  ///< A JSON object.
};

enum class CastMode {
  kSession,  ///< ANSI or legacy, as spark.sql.ansi.enabled says.
  kLegacy,
  kAnsi,
  kTry,
};

struct Cast {
  ExpressionPtr child;
  std::variant<DataType, std::string> type;  ///< A type, or its DDL text.
  CastMode mode = CastMode::kSession;
  bool is_literal = false;  ///< TIMESTAMP 'text', to be read in the session's time zone.
  bool is_from_text = false;  ///< Of SQL, which names its columns otherwise than a DataFrame.
};

struct NamedLambdaVariable {
  std::vector<std::string> name_parts;
};

struct LambdaFunction {
  ExpressionPtr function;
  std::vector<NamedLambdaVariable> arguments;
};

struct FrameBoundary {
  struct CurrentRow {};
  struct Unbounded {
    bool wrong_side = false;  ///< FOLLOWING as the lower bound, PRECEDING as the upper one.
  };
  std::variant<CurrentRow, Unbounded, ExpressionPtr> boundary;
};

struct WindowFrame {
  enum class Type { kUndefined, kRow, kRange };
  Type type = Type::kUndefined;
  FrameBoundary lower;
  FrameBoundary upper;
};

struct Window {
  ExpressionPtr function;
  std::vector<ExpressionPtr> partition_spec;
  std::vector<SortOrder> order_spec;
  std::optional<WindowFrame> frame;
  std::optional<Origin> definition_origin;  ///< Of what stands behind OVER in SQL.
};

/// `child[extraction]`, `child.extraction`: a field, an array element or a map value.
struct UnresolvedExtractValue {
  ExpressionPtr child;
  ExpressionPtr extraction;
};

/// `child.withField(field_name, value)`; without a value `child.dropFields(field_name)`.
struct UpdateFields {
  ExpressionPtr child;
  std::string field_name;
  ExpressionPtr value;  ///< Null: the field is dropped.
};

/// Code of the user in a form that only its own language reads.
struct PythonUdf {
  DataType output_type;
  int eval_type = 0;
  std::string command;  ///< Pickled bytes.
  std::string python_version;
  std::vector<std::string> additional_includes;
};
struct ScalaUdf {
  std::string payload;
  std::vector<DataType> input_types;
  DataType output_type;
  bool nullable = true;
  bool aggregate = false;
};
struct JavaUdf {
  std::string class_name;
  std::optional<DataType> output_type;
  bool aggregate = false;
};

struct InlineUdf {
  std::string name;
  bool deterministic = true;
  bool is_distinct = false;
  std::vector<ExpressionPtr> args;
  std::variant<PythonUdf, ScalaUdf, JavaUdf> function;
};

struct TypedAggregate {
  ScalaUdf function;
};

struct NamedArgument {
  std::string key;
  ExpressionPtr value;
};

struct MergeAction {
  enum class Type { kDelete, kInsert, kInsertStar, kUpdate, kUpdateStar };
  Type type = Type::kDelete;
  ExpressionPtr condition;                                           ///< Null: always.
  std::vector<std::pair<ExpressionPtr, ExpressionPtr>> assignments;  ///< Key, value.
};

/// A relation inside an expression; `plan_id` names one of the references of WithRelations.
struct SubqueryExpression {
  enum class Type { kScalar, kExists, kTableArgument, kIn };
  std::int64_t plan_id = 0;
  Type type = Type::kScalar;
  std::vector<ExpressionPtr> in_values;
  std::vector<ExpressionPtr> partition_spec;
  std::vector<SortOrder> order_spec;
  std::optional<bool> with_single_partition;
};

/// The row's target partition in repartitionById.
struct DirectShufflePartitionId {
  ExpressionPtr child;
};

/// A message of somebody's own; nothing here reads it.
struct Extension {
  std::string type_url;
  std::string value;
};

}  // namespace expression

struct Expression {
  using Node = std::variant<
      expression::Literal, expression::UnresolvedAttribute, expression::UnresolvedFunction,
      expression::CallFunction, expression::ExpressionString, expression::UnresolvedStar,
      expression::UnresolvedRegex, expression::Alias, expression::Cast, expression::SortOrder,
      expression::NamedLambdaVariable, expression::LambdaFunction, expression::Window,
      expression::UnresolvedExtractValue, expression::UpdateFields, expression::InlineUdf,
      expression::TypedAggregate, expression::NamedArgument, expression::MergeAction,
      expression::SubqueryExpression, expression::DirectShufflePartitionId, expression::Extension>;

  Node node;
  std::optional<Origin> origin;

  /// This node as `T`, or null when it is another one.
  template <typename T>
  const T* As() const {
    return std::get_if<T>(&node);
  }
};

ExpressionPtr MakeExpression(Expression::Node node, std::optional<Origin> origin = std::nullopt);
/// The same node, written somewhere else.
ExpressionPtr WithOrigin(const Expression& expression, Origin origin);

ExpressionPtr Literal(data::Value value, const DataType& type);
/// STRING.
ExpressionPtr Literal(std::string_view text);
/// INT.
ExpressionPtr Literal(std::int32_t value);
/// BIGINT.
ExpressionPtr Literal(std::int64_t value);
/// DOUBLE.
ExpressionPtr Literal(double value);
/// BOOLEAN.
ExpressionPtr Literal(bool value);
inline ExpressionPtr Literal(const char* text) { return Literal(std::string_view(text)); }
/// The null of type VOID.
ExpressionPtr NullLiteral();

/// `*`, `data.*` and `a.b` as `col()` takes them: a name that ends in `*` is a star.
ExpressionPtr Column(std::string_view name);
ExpressionPtr Function(std::string_view name, std::vector<ExpressionPtr> args,
                       std::optional<Origin> origin = std::nullopt);
ExpressionPtr Alias(ExpressionPtr child, std::string_view name);
ExpressionPtr Cast(ExpressionPtr child, std::variant<DataType, std::string> type,
                   expression::CastMode mode = expression::CastMode::kSession);
/// `child[extraction]`.
ExpressionPtr Extract(ExpressionPtr child, ExpressionPtr extraction);

/// The node's name in Spark's words, for refusals: "Window", "LambdaFunction", ...
std::string_view NodeName(const Expression& expression);

}  // namespace millrace::plan
