#include "analysis/bound.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "analysis/chance.h"
#include "analysis/legacy_rules.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

BoundExpressionPtr Make(plan::BoundExpression expression) {
  return std::make_shared<const plan::BoundExpression>(std::move(expression));
}

// Functions whose bad values are errors under ANSI only.
bool DependsOnAnsi(std::string_view function) {
  static const std::set<std::string_view> names = {
      "+",           "-",           "*",         "/",          "%",          "div",
      "mod",         "pmod",        "negative",  "abs",        "getarrayitem", "getmapvalue",
      "element_at",  "elt",         "to_date",   "to_timestamp", "to_timestamp_ltz",
      "to_timestamp_ntz", "unix_timestamp", "to_unix_timestamp", "make_date", "make_timestamp",
      "make_timestamp_ltz", "make_timestamp_ntz", "make_interval", "next_day", "conv", "round",
      "bround",      "size",        "parse_url",  "interval_div"};
  return names.contains(function);
}

}  // namespace

BoundExpressionPtr MakeColumn(int index, const DataType& type, bool nullable,
                              std::string_view text) {
  return Make({type, nullable, plan::ColumnRef{index}, std::string(text)});
}

BoundExpressionPtr MakeConstant(data::Value value, const DataType& type, std::string_view text) {
  const bool nullable = value.is_null();
  return Make({type, nullable, plan::Constant{std::move(value)}, std::string(text)});
}

BoundExpressionPtr MakeCall(std::string_view function, std::vector<BoundExpressionPtr> args,
                            const DataType& type, bool nullable, std::string_view text,
                            std::map<std::string, std::string> options) {
  if (LegacyRules::Active() && DependsOnAnsi(function)) options.emplace("eval", "legacy");
  return Make({type, nullable,
               plan::Call{std::string(function), std::move(args), std::move(options)},
               std::string(text)});
}

BoundExpressionPtr MakeGetField(const BoundExpressionPtr& child, int index, std::string_view name) {
  const StructField& field = child->type.fields()[index];
  return Make({field.dataType, child->nullable || field.nullable, plan::GetField{child, index},
               child->text + "." + std::string(name)});
}

BoundExpressionPtr ImplicitCast(const BoundExpressionPtr& child, const DataType& type) {
  if (SameType(child->type, type)) return child;
  if (const data::Value* value = AsConstant(child); value != nullptr && value->is_null()) {
    return MakeConstant(data::Value::Null(), type, child->text);
  }
  const auto mode = LegacyRules::Active() ? plan::EvalMode::kLegacy : plan::EvalMode::kAnsi;
  return ExplicitCast(child, type, mode, child->text);
}

BoundExpressionPtr ExplicitCast(const BoundExpressionPtr& child, const DataType& type,
                                plan::EvalMode mode, std::string_view text) {
  const bool may_fail = mode == plan::EvalMode::kTry && !SameType(child->type, type);
  const bool nullable = may_fail || child->nullable || CastMakesNullable(child->type, type);
  return Make({type, nullable, plan::CastTo{child, mode}, std::string(text)});
}

BoundExpressionPtr WithText(const BoundExpressionPtr& expression, std::string_view text) {
  plan::BoundExpression copy = *expression;
  copy.text = text;
  return Make(std::move(copy));
}

bool IsNullable(const BoundExpressionPtr& expression) { return expression->nullable; }

bool AnyNullable(const std::vector<BoundExpressionPtr>& expressions) {
  return std::any_of(expressions.begin(), expressions.end(), IsNullable);
}

bool IsDeterministic(const plan::BoundExpression& expression) {
  static const std::set<std::string_view> random = {
      "rand", "randn", "randstr", "shuffle", "uuid", "monotonically_increasing_id",
      "spark_partition_id", "input_file_name", "input_file_block_start",
      "input_file_block_length"};
  const auto* call = std::get_if<plan::Call>(&expression.node);
  if (call != nullptr && random.contains(call->function)) return false;
  const auto children = plan::ChildrenOf(expression);
  return std::all_of(children.begin(), children.end(),
                     [](const BoundExpressionPtr& child) { return IsDeterministic(*child); });
}

bool IsFoldable(const plan::BoundExpression& expression) {
  if (std::holds_alternative<plan::Constant>(expression.node)) return true;
  if (const auto* cast = std::get_if<plan::CastTo>(&expression.node)) {
    return IsFoldable(*cast->child);
  }
  if (const auto* field = std::get_if<plan::GetField>(&expression.node)) {
    return IsFoldable(*field->child);
  }
  const auto* call = std::get_if<plan::Call>(&expression.node);
  if (call == nullptr) return false;
  if (call->args.empty()) return call->function == "struct" || call->function == "concat";
  if (!IsDeterministic(expression)) return false;
  return std::all_of(call->args.begin(), call->args.end(),
                     [](const BoundExpressionPtr& arg) { return IsFoldable(*arg); });
}

const data::Value* AsConstant(const BoundExpressionPtr& expression) {
  const auto* constant = std::get_if<plan::Constant>(&expression->node);
  return constant == nullptr ? nullptr : &constant->value;
}

std::optional<std::string> ConstantText(const BoundExpressionPtr& expression) {
  const data::Value* value = AsConstant(expression);
  if (value == nullptr || !value->is_bytes() || !expression->type.is(DataType::Kind::kString)) {
    return std::nullopt;
  }
  return value->bytes();
}

std::string JoinTexts(const std::vector<BoundExpressionPtr>& expressions) {
  std::string joined;
  for (const BoundExpressionPtr& expression : expressions) {
    if (&expression != &expressions.front()) joined += ", ";
    joined += expression->text;
  }
  return joined;
}

std::string CallText(std::string_view name, const std::vector<BoundExpressionPtr>& args) {
  return std::string(name) + "(" + JoinTexts(args) + ")";
}

}  // namespace millrace::analysis
