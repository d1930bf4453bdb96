// Lambdas of higher-order functions.

#include <memory>
#include <set>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/expression_analyzer.h"
#include "analysis/relation_analyzer.h"

namespace millrace::analysis {
namespace {

namespace ex = plan::expression;

base::Status CheckArgumentNames(const ex::LambdaFunction& lambda, bool case_sensitive) {
  std::set<std::string> names;
  std::string all;
  bool duplicate = false;
  for (const ex::NamedLambdaVariable& argument : lambda.arguments) {
    const std::string name = argument.name_parts.empty() ? "" : argument.name_parts.back();
    duplicate |= !names.insert(case_sensitive ? name : LowerCase(name)).second;
    if (!all.empty()) all += ", ";
    all += QuoteName(case_sensitive ? name : LowerCase(name));
  }
  if (!duplicate) return base::Status::Ok();
  return AnalysisError(
      "INVALID_LAMBDA_FUNCTION_CALL.DUPLICATE_ARG_NAMES",
      {{"args", all}, {"caseSensitiveConfig", "\"spark.sql.caseSensitive\""}});
}

}  // namespace

base::Result<Resolved> ExpressionAnalyzer::MakeLambdaArgument(const ex::LambdaFunction& lambda) {
  MILLRACE_RETURN_IF_ERROR(CheckArgumentNames(lambda, context_.case_sensitive));
  Resolved resolved;
  resolved.lambda = std::make_shared<const LambdaArgument>(LambdaArgument{
      .arity = lambda.arguments.size(),
      .bind = [this, &lambda](const std::vector<LambdaParameter>& parameters) {
        return BindLambda(lambda, parameters);
      }});
  return resolved;
}

base::Result<BoundExpressionPtr> ExpressionAnalyzer::BindLambda(
    const ex::LambdaFunction& lambda, const std::vector<LambdaParameter>& parameters) {
  if (parameters.size() != lambda.arguments.size()) {
    return AnalysisError("INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH",
                         {{"expectedNumArgs", std::to_string(lambda.arguments.size())},
                          {"actualNumArgs", std::to_string(parameters.size())}});
  }
  plan::Lambda bound;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::int64_t id = relations_.NextId();
    bound.variables.push_back(id);
    const auto& parts = lambda.arguments[i].name_parts;
    variables_.push_back({parts.empty() ? "" : parts.back(),
                          std::make_shared<const plan::BoundExpression>(plan::BoundExpression{
                              parameters[i].type, parameters[i].nullable, plan::LambdaVariable{id},
                              "namedlambdavariable()"})});
  }
  auto body = Resolve(lambda.function);
  variables_.resize(variables_.size() - parameters.size());
  if (!body.ok()) return body.status();
  bound.body = body->bound;
  std::string text = "lambdafunction(" + bound.body->text;
  for (std::size_t i = 0; i < parameters.size(); ++i) text += ", namedlambdavariable()";
  const DataType type = bound.body->type;
  const bool nullable = bound.body->nullable;
  return BoundExpressionPtr(std::make_shared<const plan::BoundExpression>(
      plan::BoundExpression{type, nullable, std::move(bound), text + ")"}));
}

std::optional<base::Result<Resolved>> ExpressionAnalyzer::ResolveLambdaVariable(
    const NameParts& name) {
  for (auto variable = variables_.rbegin(); variable != variables_.rend(); ++variable) {
    if (!scope_.SameName(variable->name, name[0])) continue;
    Resolved resolved = Resolved::Unnamed(variable->bound);
    resolved.kind = Resolved::Kind::kColumn;
    resolved.name = name[0];
    return WithFields(std::move(resolved), NameParts(name.begin() + 1, name.end()));
  }
  return std::nullopt;
}

base::Result<Resolved> ExpressionAnalyzer::ResolveNode(const ex::NamedLambdaVariable& node) {
  if (auto variable = ResolveLambdaVariable(node.name_parts)) return *std::move(variable);
  // SQL text takes every name inside a lambda for a variable.
  return ResolveNode(ex::UnresolvedAttribute{QuoteName(node.name_parts), std::nullopt, false});
}

base::Result<Resolved> ExpressionAnalyzer::ResolveNode(const ex::LambdaFunction&) {
  return AnalysisError("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION",
                       {{"class", operator_name_}});
}

}  // namespace millrace::analysis
