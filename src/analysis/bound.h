#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/scope.h"
#include "millrace/types.h"
#include "plan/resolved.h"

namespace millrace::analysis {

using plan::BoundExpressionPtr;

struct LambdaArgument;

/// A bound expression and what its surroundings may ask of it: Spark's NamedExpression.
struct Resolved {
  enum class Kind {
    kColumn,  ///< A column; `name` as the user spelled it.
    kField,   ///< A field of a struct, or of the structs of an array; `name` is the field's.
    kAlias,   ///< `name` as given.
    kCast,    ///< A cast that the user wrote; `name` is that of the column inside, if any.
    kUnnamed,
  };
  BoundExpressionPtr bound;
  Kind kind = Kind::kUnnamed;
  std::string name;
  /// Of a generator: its columns.
  std::vector<std::string> names;
  /// What a column made of this inherits.
  std::string metadata = "{}";
  /// The column's identity; 0 for what is computed.
  std::int64_t column_id = 0;
  /// A column that is passed on and not among those of its relation.
  bool hidden = false;
  HiddenFrom hidden_from = HiddenFrom::kBareNames;
  /// Of an argument `x -> body`: `bound` is null then.
  std::shared_ptr<const LambdaArgument> lambda;

  static Resolved Unnamed(BoundExpressionPtr bound) {
    Resolved resolved;
    resolved.bound = std::move(bound);
    return resolved;
  }
};

BoundExpressionPtr MakeColumn(int index, const DataType& type, bool nullable,
                              std::string_view text);
BoundExpressionPtr MakeConstant(data::Value value, const DataType& type, std::string_view text);
BoundExpressionPtr MakeCall(std::string_view function, std::vector<BoundExpressionPtr> args,
                            const DataType& type, bool nullable, std::string_view text,
                            std::map<std::string, std::string> options = {});
/// A field of a struct; `name` as the user spelled it.
BoundExpressionPtr MakeGetField(const BoundExpressionPtr& child, int index, std::string_view name);

/// The cast that coercion adds: it does not show in texts. The child itself when it has the type.
BoundExpressionPtr ImplicitCast(const BoundExpressionPtr& child, const DataType& type);
/// A cast that the user wrote.
BoundExpressionPtr ExplicitCast(const BoundExpressionPtr& child, const DataType& type,
                                plan::EvalMode mode, std::string_view text);
/// The same expression under another text.
BoundExpressionPtr WithText(const BoundExpressionPtr& expression, std::string_view text);

bool IsNullable(const BoundExpressionPtr& expression);
bool AnyNullable(const std::vector<BoundExpressionPtr>& expressions);
/// Depends on no column and not on the time.
bool IsFoldable(const plan::BoundExpression& expression);
/// The constant, or null when the expression is none.
const data::Value* AsConstant(const BoundExpressionPtr& expression);
/// The text of a STRING constant that is not null.
std::optional<std::string> ConstantText(const BoundExpressionPtr& expression);

/// "name(a, b)".
std::string CallText(std::string_view name, const std::vector<BoundExpressionPtr>& args);
std::string JoinTexts(const std::vector<BoundExpressionPtr>& expressions);

}  // namespace millrace::analysis
