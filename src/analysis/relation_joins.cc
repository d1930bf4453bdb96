// Joins.

#include <algorithm>
#include <utility>

#include "analysis/chance.h"
#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/relation_analyzer.h"
#include "analysis/rewrite.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

namespace rel = plan::relation;
namespace ex = plan::expression;
using rel::JoinType;

plan::ResolvedJoinType Resolve(JoinType type) {
  switch (type) {
    case JoinType::kInner:
      return plan::ResolvedJoinType::kInner;
    case JoinType::kFullOuter:
      return plan::ResolvedJoinType::kFull;
    case JoinType::kLeftOuter:
      return plan::ResolvedJoinType::kLeft;
    case JoinType::kRightOuter:
      return plan::ResolvedJoinType::kRight;
    case JoinType::kLeftAnti:
      return plan::ResolvedJoinType::kLeftAnti;
    case JoinType::kLeftSemi:
      return plan::ResolvedJoinType::kLeftSemi;
    case JoinType::kCross:
      break;
  }
  return plan::ResolvedJoinType::kCross;
}

bool HasLeftOnly(JoinType type) {
  return type == JoinType::kLeftSemi || type == JoinType::kLeftAnti;
}

// Both sides' columns, as conditions see them.
Scope BothSides(const Scope& left, const Scope& right) {
  Scope both = left;
  both.columns.insert(both.columns.end(), right.columns.begin(), right.columns.end());
  return both;
}

// What comes out: a side whose rows may be missing has nullable columns.
Scope JoinedScope(const Scope& left, const Scope& right, JoinType type) {
  if (HasLeftOnly(type)) return left;
  Scope joined = BothSides(left, right);
  const bool left_may_miss = type == JoinType::kRightOuter || type == JoinType::kFullOuter;
  const bool right_may_miss = type == JoinType::kLeftOuter || type == JoinType::kFullOuter;
  for (std::size_t i = 0; i < joined.columns.size(); ++i) {
    const bool may_miss = i < left.columns.size() ? left_may_miss : right_may_miss;
    joined.columns[i].nullable = joined.columns[i].nullable || may_miss;
  }
  return joined;
}

AnalyzedRelation Joined(plan::ResolvedRelationPtr resolved, Scope scope,
                        const AnalyzedRelationPtr& left, const AnalyzedRelationPtr& right) {
  AnalyzedRelation joined = *MakeAnalyzed(std::move(resolved), std::move(scope), left);
  joined.input = nullptr;
  joined.children = {left, right};
  for (const ScopeColumn& column : right->scope.columns) joined.input_names.push_back(column.name);
  std::sort(joined.input_names.begin(), joined.input_names.end());
  return joined;
}

base::Status NoUsingColumn(const std::string& name, std::string_view side, const Scope& scope) {
  std::vector<std::string> names;
  for (const ScopeColumn& column : scope.columns) {
    if (!column.hidden) names.push_back(QuoteName(column.name));
  }
  std::sort(names.begin(), names.end());
  std::string suggestion;
  for (const std::string& one : names) suggestion += (suggestion.empty() ? "" : ", ") + one;
  return AnalysisError("UNRESOLVED_USING_COLUMN_FOR_JOIN", {{"colName", QuoteName(name)},
                                                            {"side", std::string(side)},
                                                            {"suggestion", suggestion}});
}

// Each name as often as it stands on both sides.
std::vector<std::string> CommonNames(const Scope& left, const Scope& right) {
  std::vector<std::string> names;
  std::vector<bool> taken(right.columns.size());
  for (const ScopeColumn& column : left.columns) {
    for (std::size_t i = 0; i < taken.size() && !column.hidden; ++i) {
      const ScopeColumn& other = right.columns[i];
      if (taken[i] || other.hidden || !left.SameName(column.name, other.name)) continue;
      taken[i] = true;
      names.push_back(column.name);
      break;
    }
  }
  return names;
}

// The first column with the name: of several, USING takes one.
std::optional<int> FirstNamed(const Scope& scope, const std::string& name) {
  for (std::size_t i = 0; i < scope.columns.size(); ++i) {
    const ScopeColumn& column = scope.columns[i];
    if (!column.hidden && scope.SameName(column.name, name)) return static_cast<int>(i);
  }
  return std::nullopt;
}

}  // namespace

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Join& node,
                                                                const AnalyzedRelationPtr& left) {
  if (node.sides_are_structs) {
    return NotPossibleHere("joinWith", "Use join and struct(...).");
  }
  MILLRACE_ASSIGN_OR_RETURN(const AnalyzedRelationPtr right, Analyze(*node.right));
  std::vector<std::string> names = node.using_columns;
  if (node.is_natural) names = CommonNames(left->scope, right->scope);
  if (!names.empty()) return JoinUsing(node.type, names, left, right);
  plan::Join join{left->resolved, right->resolved, Resolve(node.type), nullptr, false};
  if (node.condition != nullptr) {
    MILLRACE_ASSIGN_OR_RETURN(join.condition, JoinCondition(node.condition, left, right));
    if (node.type == JoinType::kCross) join.type = plan::ResolvedJoinType::kInner;
  } else if (node.type == JoinType::kInner) {
    join.type = plan::ResolvedJoinType::kCross;
  }
  Scope scope = JoinedScope(left->scope, right->scope, node.type);
  auto resolved = MakeResolved(scope, std::move(join));
  return std::make_shared<const AnalyzedRelation>(
      Joined(std::move(resolved), std::move(scope), left, right));
}

base::Result<BoundExpressionPtr> RelationAnalyzer::JoinCondition(
    const plan::ExpressionPtr& condition, const AnalyzedRelationPtr& left,
    const AnalyzedRelationPtr& right) {
  const AnalyzedRelation both =
      Joined(nullptr, BothSides(left->scope, right->scope), left, right);
  ExpressionAnalyzer expressions = ExpressionsOver(both, "Join");
  MILLRACE_RETURN_IF_ERROR(expressions.CheckFunctions(condition));
  MILLRACE_ASSIGN_OR_RETURN(const Resolved resolved, expressions.Resolve(condition));
  const plan::BoundExpression& bound = *resolved.bound;
  if (HoldsAggregate(bound) || HoldsWindow(bound)) {
    std::string texts;
    AnyPart(bound, [&](const plan::BoundExpression& part) {
      if (std::holds_alternative<plan::AggregateCall>(part.node) ||
          std::holds_alternative<plan::WindowCall>(part.node)) {
        texts += (texts.empty() ? "" : ", ") + QuoteSql(part.text);
      }
      return false;
    });
    return AnalysisError("UNSUPPORTED_EXPR_FOR_OPERATOR", {{"invalidExprSqls", texts}});
  }
  if (!IsDeterministic(bound)) {
    return AnalysisError("INVALID_NON_DETERMINISTIC_EXPRESSIONS",
                         {{"sqlExprs", QuoteSql(bound.text)}});
  }
  if (!bound.type.is(DataType::Kind::kBoolean)) {
    return AnalysisError(
        "JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE",
        {{"joinCondition", QuoteSql(bound.text)}, {"conditionType", QuoteType(bound.type)}});
  }
  return resolved.bound;
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::JoinUsing(
    JoinType type, const std::vector<std::string>& names, const AnalyzedRelationPtr& left,
    const AnalyzedRelationPtr& right) {
  const auto width = static_cast<int>(left->scope.columns.size());
  std::vector<int> left_keys;
  std::vector<int> right_keys;
  BoundExpressionPtr condition;
  for (const std::string& name : names) {
    const auto in_left = FirstNamed(left->scope, name);
    if (!in_left) return NoUsingColumn(name, "left", left->scope);
    const auto in_right = FirstNamed(right->scope, name);
    if (!in_right) return NoUsingColumn(name, "right", right->scope);
    left_keys.push_back(*in_left);
    right_keys.push_back(*in_right);
    const ScopeColumn& a = left->scope.columns[*in_left];
    const ScopeColumn& b = right->scope.columns[*in_right];
    MILLRACE_ASSIGN_OR_RETURN(
        auto equal, BindBinary("=", MakeColumn(*in_left, a.type, a.nullable, a.name),
                               MakeColumn(width + *in_right, b.type, b.nullable, b.name)));
    if (condition == nullptr) {
      condition = std::move(equal);
    } else {
      MILLRACE_ASSIGN_OR_RETURN(condition, BindBinary("and", condition, equal));
    }
  }
  Scope scope = JoinedScope(left->scope, right->scope, type);
  const plan::ResolvedJoinType resolved_type =
      type == JoinType::kCross ? plan::ResolvedJoinType::kInner : Resolve(type);
  auto resolved = MakeResolved(
      scope, plan::Join{left->resolved, right->resolved, resolved_type, condition, false});
  const auto joined = std::make_shared<const AnalyzedRelation>(
      Joined(std::move(resolved), std::move(scope), left, right));
  // First the keys, then the rest of both sides, then what only qualified names find.
  std::vector<Resolved> columns;
  std::vector<Resolved> hidden;
  for (std::size_t i = 0; i < names.size(); ++i) {
    Resolved from_left = PassOn(*joined, left_keys[i]);
    if (HasLeftOnly(type)) {
      columns.push_back(std::move(from_left));
      continue;
    }
    Resolved from_right = PassOn(*joined, width + right_keys[i]);
    if (type == JoinType::kFullOuter) {
      const auto both = CastToCommonType({from_left.bound, from_right.bound});
      if (!both) {
        return NotPossibleHere("A full join on " + QuoteName(names[i]) + " of unlike types",
                               "Cast one of them.");
      }
      columns.push_back({.bound = MakeCall("coalesce", *both, both->front()->type,
                                           both->front()->nullable && both->back()->nullable,
                                           CallText("coalesce", *both)),
                         .kind = Resolved::Kind::kAlias,
                         .name = from_left.name});
      hidden.push_back(std::move(from_left));
      hidden.push_back(std::move(from_right));
    } else if (type == JoinType::kRightOuter) {
      columns.push_back(std::move(from_right));
      hidden.push_back(std::move(from_left));
    } else {
      columns.push_back(std::move(from_left));
      hidden.push_back(std::move(from_right));
    }
  }
  const auto add_rest = [&](int first, int count, const std::vector<int>& keys) {
    for (int i = 0; i < count; ++i) {
      if (std::find(keys.begin(), keys.end(), i) != keys.end()) continue;
      Resolved column = PassOn(*joined, first + i);
      if (column.hidden && column.hidden_from != HiddenFrom::kBareNames) continue;
      (column.hidden ? hidden : columns).push_back(std::move(column));
    }
  };
  add_rest(0, width, left_keys);
  if (!HasLeftOnly(type)) {
    add_rest(width, static_cast<int>(right->scope.columns.size()), right_keys);
  }
  for (Resolved& column : hidden) {
    column.hidden = true;
    columns.push_back(std::move(column));
  }
  AnalyzedRelation result = *MakeProject(joined, std::move(columns));
  result.input = nullptr;
  return std::make_shared<const AnalyzedRelation>(std::move(result));
}

namespace {

// The right side of LATERAL VIEW in parts.
struct LateralView {
  const rel::TableValuedFunction* function = nullptr;
  const std::vector<std::string>* names = nullptr;
  NameParts qualifier;
};

std::optional<LateralView> AsLateralView(const plan::Relation& right) {
  LateralView view;
  const plan::Relation* at = &right;
  if (const auto* alias = at->As<rel::SubqueryAlias>()) {
    view.qualifier = alias->qualifier;
    if (!alias->alias.empty()) view.qualifier.push_back(alias->alias);
    at = alias->input.get();
  }
  if (const auto* names = at->As<rel::ToDF>()) {
    view.names = &names->column_names;
    at = names->input.get();
  }
  view.function = at->As<rel::TableValuedFunction>();
  if (view.function == nullptr) return std::nullopt;
  const std::string name = RegistryName(view.function->function_name);
  if (FindGenerator(name) == nullptr && FindFunction(name) == nullptr) return std::nullopt;
  return view;
}

}  // namespace

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::LateralJoin& node,
                                                                const AnalyzedRelationPtr& left) {
  const bool is_outer = node.type == JoinType::kLeftOuter;
  if (const auto view = AsLateralView(*node.right); view && node.condition == nullptr) {
    MILLRACE_ASSIGN_OR_RETURN(
        const Resolved generator,
        ResolveGenerator(*view->function, *left,
                         view->names == nullptr ? std::vector<std::string>() : *view->names));
    return GenerateOver(left, generator, view->qualifier, is_outer);
  }
  outer_.push_back(left.get());
  auto analyzed = Analyze(*node.right);
  outer_.pop_back();
  if (!analyzed.ok()) return analyzed.status();
  const AnalyzedRelationPtr right = *std::move(analyzed);
  plan::Join join{left->resolved, right->resolved, Resolve(node.type), nullptr, true};
  if (node.condition != nullptr) {
    MILLRACE_ASSIGN_OR_RETURN(join.condition, JoinCondition(node.condition, left, right));
  } else if (join.type == plan::ResolvedJoinType::kInner) {
    join.type = plan::ResolvedJoinType::kCross;
  }
  Scope scope = JoinedScope(left->scope, right->scope, node.type);
  auto resolved = MakeResolved(scope, std::move(join));
  return std::make_shared<const AnalyzedRelation>(
      Joined(std::move(resolved), std::move(scope), left, right));
}

base::Result<Resolved> RelationAnalyzer::ResolveGenerator(const rel::TableValuedFunction& function,
                                                          const AnalyzedRelation& input,
                                                          const std::vector<std::string>& names) {
  const std::string name = RegistryName(function.function_name);
  if (FindGenerator(name) == nullptr) {
    return AnalysisError(
        "UNSUPPORTED_GENERATOR.NOT_GENERATOR",
        {{"functionName", QuoteName(name)}, {"classCanonicalName", name}});
  }
  plan::ExpressionPtr call = plan::Function(name, function.args);
  if (!names.empty()) call = plan::MakeExpression(ex::Alias{call, names, std::nullopt});
  ExpressionAnalyzer expressions = ExpressionsOver(input, "Generate");
  MILLRACE_RETURN_IF_ERROR(expressions.CheckFunctions(call));
  MILLRACE_ASSIGN_OR_RETURN(auto columns, expressions.ResolveColumns(call));
  return columns.front();
}

AnalyzedRelationPtr RelationAnalyzer::GenerateOver(const AnalyzedRelationPtr& input,
                                                   const Resolved& generator,
                                                   const NameParts& qualifier, bool is_outer) {
  Scope scope = input->scope;
  const auto& fields = generator.bound->type.fields();
  const plan::Call& given = *AsGenerator(*generator.bound);
  is_outer = is_outer || given.options.contains("outer");
  for (std::size_t i = 0; i < fields.size(); ++i) {
    scope.columns.push_back({.name = generator.names[i],
                             .qualifier = qualifier,
                             .type = fields[i].dataType,
                             .nullable = fields[i].nullable || is_outer,
                             .metadata = "{}",
                             .id = next_id_++});
  }
  plan::Call call = given;
  call.options.erase("outer");
  plan::BoundExpression plain = *generator.bound;
  plain.node = std::move(call);
  auto resolved = MakeResolved(
      scope,
      plan::Generate{input->resolved,
                     std::make_shared<const plan::BoundExpression>(std::move(plain)), is_outer});
  AnalyzedRelation result = *MakeAnalyzed(std::move(resolved), std::move(scope), input);
  result.input = nullptr;
  return std::make_shared<const AnalyzedRelation>(std::move(result));
}

namespace {

// An integer that is written down, also as text or negated; none for anything else.
std::optional<std::int64_t> ConstantInteger(const BoundExpressionPtr& expression) {
  if (const auto* call = std::get_if<plan::Call>(&expression->node)) {
    if (call->function != "negative") return std::nullopt;
    const auto value = ConstantInteger(call->args[0]);
    return value ? std::optional<std::int64_t>(-*value) : std::nullopt;
  }
  if (const auto* cast = std::get_if<plan::CastTo>(&expression->node)) {
    return expression->type.isIntegral() ? ConstantInteger(cast->child) : std::nullopt;
  }
  const data::Value* value = AsConstant(expression);
  if (value == nullptr || !value->is_int()) return std::nullopt;
  return value->int_value();
}

}  // namespace

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(
    const rel::TableValuedFunction& node) {
  MILLRACE_ASSIGN_OR_RETURN(const AnalyzedRelationPtr nothing, AnalyzeNode(rel::OneRow{}));
  const std::string name = RegistryName(node.function_name);
  if (FindGenerator(name) != nullptr) {
    MILLRACE_ASSIGN_OR_RETURN(const Resolved generator, ResolveGenerator(node, *nothing, {}));
    return GenerateOver(nothing, generator, {}, false);
  }
  if (name != "range") {
    if (SparkHasFunction(name) || FindFunction(name) != nullptr || FindAggregate(name) != nullptr) {
      if (FindFunction(name) == nullptr && FindAggregate(name) == nullptr) {
        return NotPossibleHere("The table function `" + name + "`", "Use explode, inline or stack.");
      }
    }
    const auto parts = ParseName(node.function_name);
    return AnalysisError(
        "UNRESOLVABLE_TABLE_VALUED_FUNCTION",
        {{"name", parts.ok() ? QuoteName(*parts) : QuoteName(node.function_name)}});
  }
  ExpressionAnalyzer expressions = ExpressionsOver(*nothing, "range");
  std::vector<std::int64_t> numbers;
  for (const plan::ExpressionPtr& arg : node.args) {
    MILLRACE_RETURN_IF_ERROR(expressions.CheckFunctions(arg));
    MILLRACE_ASSIGN_OR_RETURN(const Resolved resolved, expressions.Resolve(arg));
    const auto number = ConstantInteger(resolved.bound);
    if (!number) {
      if (const auto text = ConstantText(resolved.bound)) {
        return AnalysisError("CAST_INVALID_INPUT",
                             {{"expression", "'" + *text + "'"},
                              {"sourceType", "\"STRING\""},
                              {"targetType", "\"BIGINT\""},
                              {"ansiConfig", "\"spark.sql.ansi.enabled\""}});
      }
      return NotPossibleHere("range(...) with \"" + resolved.bound->text + "\"",
                             "Write integers.");
    }
    numbers.push_back(*number);
  }
  if (numbers.empty() || numbers.size() > 4) {
    return WrongNumberOfArguments("range", "[1, 2, 3, 4]", numbers.size());
  }
  rel::Range range;
  range.end = numbers.size() == 1 ? numbers[0] : numbers[1];
  range.start = numbers.size() == 1 ? 0 : numbers[0];
  if (numbers.size() > 2) range.step = numbers[2];
  if (range.step == 0) return AnalysisError("FAILED_FUNCTION_CALL", {{"funcName", "`range`"}});
  return AnalyzeNode(range);
}

}  // namespace millrace::analysis
