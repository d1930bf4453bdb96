#include "plan/expression.h"

#include <array>

namespace millrace::plan {

ExpressionPtr MakeExpression(Expression::Node node, std::optional<Origin> origin) {
  return std::make_shared<const Expression>(Expression{std::move(node), std::move(origin)});
}

ExpressionPtr WithOrigin(const Expression& expression, Origin origin) {
  return MakeExpression(expression.node, std::move(origin));
}

ExpressionPtr Literal(data::Value value, const DataType& type) {
  return MakeExpression(expression::Literal{std::move(value), type});
}

ExpressionPtr Literal(std::string_view text) {
  return Literal(data::Value::Bytes(std::string(text)), StringType());
}

ExpressionPtr Literal(std::int32_t value) {
  return Literal(data::Value::Int(value), IntegerType());
}

ExpressionPtr Literal(std::int64_t value) { return Literal(data::Value::Int(value), LongType()); }

ExpressionPtr Literal(double value) { return Literal(data::Value::Double(value), DoubleType()); }

ExpressionPtr Literal(bool value) { return Literal(data::Value::Bool(value), BooleanType()); }

ExpressionPtr NullLiteral() { return Literal(data::Value::Null(), NullType()); }

ExpressionPtr Column(std::string_view name) {
  if (name == "*") return MakeExpression(expression::UnresolvedStar{});
  if (name.ends_with(".*")) {
    expression::UnresolvedStar star;
    star.target = std::string(name.substr(0, name.size() - 2));
    return MakeExpression(std::move(star));
  }
  return MakeExpression(expression::UnresolvedAttribute{std::string(name), std::nullopt, false});
}

ExpressionPtr Function(std::string_view name, std::vector<ExpressionPtr> args,
                       std::optional<Origin> origin) {
  expression::UnresolvedFunction function;
  function.name = name;
  function.args = std::move(args);
  return MakeExpression(std::move(function), std::move(origin));
}

ExpressionPtr Alias(ExpressionPtr child, std::string_view name) {
  return MakeExpression(expression::Alias{std::move(child), {std::string(name)}, std::nullopt});
}

ExpressionPtr Cast(ExpressionPtr child, std::variant<DataType, std::string> type,
                   expression::CastMode mode) {
  return MakeExpression(expression::Cast{std::move(child), std::move(type), mode});
}

ExpressionPtr Extract(ExpressionPtr child, ExpressionPtr extraction) {
  return MakeExpression(
      expression::UnresolvedExtractValue{std::move(child), std::move(extraction)});
}

std::string_view NodeName(const Expression& expression) {
  // In the order of Expression::Node.
  static constexpr std::array<std::string_view, std::variant_size_v<Expression::Node>> kNames = {
      "Literal",
      "UnresolvedAttribute",
      "UnresolvedFunction",
      "CallFunction",
      "ExpressionString",
      "UnresolvedStar",
      "UnresolvedRegex",
      "Alias",
      "Cast",
      "SortOrder",
      "NamedLambdaVariable",
      "LambdaFunction",
      "Window",
      "UnresolvedExtractValue",
      "UpdateFields",
      "InlineUdf",
      "TypedAggregate",
      "NamedArgument",
      "MergeAction",
      "SubqueryExpression",
      "DirectShufflePartitionId",
      "Extension"};
  static_assert(!kNames.back().empty());
  return kNames[expression.node.index()];
}

}  // namespace millrace::plan
