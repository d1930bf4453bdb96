#pragma once

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

struct BoundExpression {
  DataType type;
  bool nullable = true;
  std::variant<ColumnRef, Constant, Call, CastTo, GetField> node;
  /// The text that Spark shows for this expression in errors and plans, e.g. "(a + 1)".
  std::string text;
};

/// Arithmetic and other ANSI-dependent calls carry their mode in Call::options["eval"]: absent =
/// ANSI, "try" or "legacy" otherwise.

struct ResolvedRelation;
using ResolvedRelationPtr = std::shared_ptr<const ResolvedRelation>;

/// Rows of source `source` (an index into ResolvedQuery::sources) in this batch.
struct Scan {
  int source;
};
struct Project {
  ResolvedRelationPtr input;
  std::vector<BoundExpressionPtr> expressions;  ///< One for each field of the schema.
};
struct Filter {
  ResolvedRelationPtr input;
  BoundExpressionPtr condition;
};

/// Stateful operators join this list with their own issues.
struct ResolvedRelation {
  StructType schema;
  std::variant<Scan, Project, Filter> node;
};

/// A source as the query names it; made into a connector::Source when the query starts.
struct StreamSource {
  std::string format;
  std::map<std::string, std::string> options;
  std::optional<StructType> user_schema;
  StructType schema;
};

struct ResolvedQuery {
  ResolvedRelationPtr root;
  std::vector<StreamSource> sources;
  bool is_streaming = false;
  const StructType& schema() const { return root->schema; }
};

/// Same meaning: structure, types, constants and options equal; texts and nullability ignored.
bool Equal(const BoundExpression& a, const BoundExpression& b);

/// Spark's tree text of a resolved plan, for explain(): one operator a line, leaves last.
std::string TreeText(const ResolvedRelation& relation);

}  // namespace millrace::plan
