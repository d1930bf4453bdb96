#include "analysis/relation_analyzer.h"

#include <algorithm>
#include <set>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/error_place.h"
#include "analysis/functions.h"
#include "analysis/not_here.h"
#include "analysis/rewrite.h"

namespace millrace::analysis {
namespace {

namespace rel = plan::relation;
namespace ex = plan::expression;

// How deep relations with several inputs may stand inside each other.
constexpr int kMaxDepth = 200;

std::vector<std::string> SortedNames(const Scope& scope) {
  std::vector<std::string> names;
  for (const ScopeColumn& column : scope.columns) names.push_back(column.name);
  std::sort(names.begin(), names.end());
  return names;
}

bool Contains(const std::vector<std::string>& names, const Scope& scope, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& other) { return scope.SameName(other, name); });
}

// The relation below, the left one of two, or null: what has none stands at the bottom.
const plan::Relation* InputOf(const plan::Relation& relation) {
  return std::visit(
      [](const auto& node) -> const plan::Relation* {
        if constexpr (requires { node.input; }) {
          return node.input.get();
        } else if constexpr (requires { node.left; }) {
          return node.left.get();
        } else {
          return nullptr;
        }
      },
      relation.node);
}

template <typename... Nodes>
bool IsOneOf(const plan::Relation& relation) {
  return (... || (relation.As<Nodes>() != nullptr));
}

// What passes the hidden columns of its input on, or may name them. The others never see them.
bool KeepsHidden(const plan::Relation& relation) {
  if (const auto* distinct = relation.As<rel::Deduplicate>()) {
    return !distinct->all_columns_as_keys && !distinct->column_names.empty();
  }
  return IsOneOf<rel::Project, rel::Filter, rel::Sort, rel::Aggregate, rel::Join, rel::LateralJoin,
                 rel::WithColumns, rel::WithColumnsRenamed, rel::Drop, rel::ToDF, rel::Limit, rel::Offset,
                 rel::Sample, rel::Repartition, rel::RepartitionByExpression, rel::Hint,
                 rel::WithWatermark, rel::CollectMetrics, rel::FillNa, rel::DropNa,
                 rel::ReplaceNa>(relation);
}

}  // namespace

plan::ResolvedRelationPtr MakeResolved(const Scope& scope,
                                       decltype(plan::ResolvedRelation::node) node) {
  return std::make_shared<const plan::ResolvedRelation>(
      plan::ResolvedRelation{scope.Schema(), std::move(node)});
}

AnalyzedRelationPtr MakeAnalyzed(plan::ResolvedRelationPtr resolved, Scope scope,
                                 AnalyzedRelationPtr input) {
  AnalyzedRelation analyzed;
  analyzed.resolved = std::move(resolved);
  analyzed.scope = std::move(scope);
  if (input != nullptr) {
    analyzed.input_names = SortedNames(input->scope);
    analyzed.children = {input};
  }
  analyzed.input = std::move(input);
  return std::make_shared<const AnalyzedRelation>(std::move(analyzed));
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::Analyze(const plan::Relation& relation) {
  // From the top down to the source, then up again: no recursion, however long the chain is.
  if (depth_ >= kMaxDepth) {
    return NotPossibleHere("A query of more than " + std::to_string(kMaxDepth) +
                               " relations inside each other",
                           "Keep an intermediate result in a table.");
  }
  std::vector<const plan::Relation*> chain;
  for (const plan::Relation* next = &relation; next != nullptr; next = InputOf(*next)) {
    chain.push_back(next);
  }
  ++depth_;
  AnalyzedRelationPtr analyzed;
  for (auto next = chain.rbegin(); next != chain.rend(); ++next) {
    const auto around = std::exchange(place_, &(*next)->origin);
    auto one = AnalyzeOne(**next, analyzed);
    place_ = around;
    if (!one.ok()) return AtRelation(one.status(), (*next)->origin);
    AnalyzedRelation named = **one;
    // What gave its input back, or a view in its place, is a relation of its own to plan ids.
    if ((*next)->plan_id) {
      if (named.plan_id) named.children = {*one};
      named.plan_id = (*next)->plan_id;
      analyzed = std::make_shared<const AnalyzedRelation>(std::move(named));
    } else {
      analyzed = *std::move(one);
    }
  }
  --depth_;
  return analyzed;
}

const std::optional<plan::Origin>& RelationAnalyzer::place() const {
  static const std::optional<plan::Origin> kNone;
  return place_ == nullptr ? kNone : *place_;
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeVisible(const plan::Relation& relation) {
  MILLRACE_ASSIGN_OR_RETURN(const AnalyzedRelationPtr analyzed, Analyze(relation));
  return Visible(analyzed);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeOne(const plan::Relation& relation,
                                                               AnalyzedRelationPtr input) {
  if (input != nullptr && !KeepsHidden(relation)) {
    input = relation.As<rel::SubqueryAlias>() != nullptr ? WithMetadata(input) : Visible(input);
  }
  if (const auto* collect = relation.As<rel::CollectMetrics>()) {
    return Observe(*collect, relation.plan_id, input);
  }
  return std::visit(
      [&](const auto& node) -> base::Result<AnalyzedRelationPtr> {
        if constexpr (requires { this->AnalyzeNode(node); }) {
          return AnalyzeNode(node);
        } else if constexpr (requires { this->AnalyzeNode(node, input); }) {
          return AnalyzeNode(node, input);
        } else {
          return NotHere(relation);
        }
      },
      relation.node);
}

ExpressionAnalyzer RelationAnalyzer::ExpressionsOver(const AnalyzedRelation& input,
                                                     std::string_view operator_name) {
  return ExpressionAnalyzer(*this, input, operator_name);
}

Resolved RelationAnalyzer::PassOn(const AnalyzedRelation& input, std::size_t index) const {
  const ScopeColumn& column = input.scope.columns[index];
  return {.bound = MakeColumn(static_cast<int>(index), column.type, column.nullable, column.name),
          .kind = Resolved::Kind::kColumn,
          .name = column.name,
          .metadata = column.metadata,
          .column_id = column.id,
          .hidden = column.hidden,
          .hidden_from = column.hidden_from};
}

std::vector<Resolved> RelationAnalyzer::PassOnAll(const AnalyzedRelation& input) const {
  std::vector<Resolved> columns;
  for (std::size_t i = 0; i < input.scope.columns.size(); ++i) columns.push_back(PassOn(input, i));
  return columns;
}

AnalyzedRelationPtr RelationAnalyzer::FirstColumns(const AnalyzedRelationPtr& input,
                                                   std::size_t count) {
  std::vector<Resolved> columns = PassOnAll(*input);
  columns.resize(count);
  return MakeProject(input, std::move(columns));
}

AnalyzedRelationPtr RelationAnalyzer::Visible(const AnalyzedRelationPtr& relation) {
  return Keep(relation, [](const ScopeColumn& column) { return !column.hidden; });
}

AnalyzedRelationPtr RelationAnalyzer::WithMetadata(const AnalyzedRelationPtr& relation) {
  return Keep(relation, [](const ScopeColumn& column) {
    return !column.hidden || column.hidden_from != HiddenFrom::kBareNames;
  });
}

AnalyzedRelationPtr RelationAnalyzer::AsView(const AnalyzedRelationPtr& relation) {
  AnalyzedRelation view = *WithMetadata(relation);
  for (ScopeColumn& column : view.scope.columns) {
    if (column.hidden) column.hidden_from = HiddenFrom::kNames;
  }
  return std::make_shared<const AnalyzedRelation>(std::move(view));
}

AnalyzedRelationPtr RelationAnalyzer::Keep(const AnalyzedRelationPtr& relation,
                                           bool (*is_kept)(const ScopeColumn& column)) {
  std::vector<Resolved> columns;
  for (std::size_t i = 0; i < relation->scope.columns.size(); ++i) {
    if (is_kept(relation->scope.columns[i])) columns.push_back(PassOn(*relation, i));
  }
  if (columns.size() == relation->scope.columns.size()) return relation;
  const auto* project = std::get_if<plan::Project>(&relation->resolved->node);
  if (project == nullptr) return MakeProject(relation, std::move(columns));
  // Two projects that stand one above the other are one.
  Scope scope = relation->scope;
  std::erase_if(scope.columns, [&](const ScopeColumn& column) { return !is_kept(column); });
  plan::Project narrow{project->input, {}};
  for (const Resolved& column : columns) {
    narrow.expressions.push_back(
        project->expressions[std::get<plan::ColumnRef>(column.bound->node).index]);
  }
  AnalyzedRelation visible = *MakeAnalyzed(MakeResolved(scope, std::move(narrow)), scope, relation);
  visible.input = relation->input;
  return std::make_shared<const AnalyzedRelation>(std::move(visible));
}

AnalyzedRelationPtr RelationAnalyzer::MakeProject(const AnalyzedRelationPtr& input,
                                                  std::vector<Resolved> columns,
                                                  plan::ResolvedRelationPtr below) {
  Scope scope{.columns = {}, .case_sensitive = context_.case_sensitive};
  plan::Project project{below == nullptr ? input->resolved : std::move(below), {}};
  for (Resolved& column : columns) {
    const auto* reference = std::get_if<plan::ColumnRef>(&column.bound->node);
    const bool passed_on =
        column.kind == Resolved::Kind::kColumn && reference != nullptr && column.column_id != 0;
    scope.columns.push_back(
        {.name = column.name,
         .qualifier = passed_on ? input->scope.columns[reference->index].qualifier : NameParts(),
         .type = column.bound->type,
         .nullable = column.bound->nullable,
         .metadata = column.metadata,
         .id = passed_on ? column.column_id : next_id_++,
         .hidden = column.hidden,
         .hidden_from = column.hidden_from});
    project.expressions.push_back(std::move(column.bound));
  }
  auto resolved = MakeResolved(scope, std::move(project));
  return MakeAnalyzed(std::move(resolved), std::move(scope), input);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Project& node,
                                                                const AnalyzedRelationPtr& input) {
  MILLRACE_ASSIGN_OR_RETURN(auto columns, ResolveSelectList(node.expressions, input, "Project"));
  return Select(input, std::move(columns));
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Filter& node,
                                                                const AnalyzedRelationPtr& input) {
  if (input->grouping != nullptr && NeedsGrouping(*input, {node.condition})) {
    Grouping grouping = *input->grouping;
    MILLRACE_ASSIGN_OR_RETURN(
        const auto having, ResolveOverGrouping(*input, &grouping, {node.condition}, "Filter"));
    MILLRACE_RETURN_IF_ERROR(CheckCondition(*having[0]));
    if (HoldsWindow(*having[0])) {
      return AnalysisError("WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE", {{"clauseName", "HAVING"}});
    }
    grouping.having.push_back(having[0]);
    return BuildGrouping(std::move(grouping));
  }
  const AnalyzedRelationPtr widened = Widen(input, {node.condition});
  MILLRACE_ASSIGN_OR_RETURN(const AnalyzedRelationPtr filtered,
                            FilterOver(widened, node.condition));
  if (widened == input) return filtered;
  return FirstColumns(filtered, input->scope.columns.size());
}

base::Status RelationAnalyzer::CheckCondition(const plan::BoundExpression& condition) {
  if (condition.type.is(DataType::Kind::kBoolean)) return base::Status::Ok();
  return TypeMismatch("FILTER_NOT_BOOLEAN", condition.text,
                      {{"filter", QuoteSql(condition.text)}, {"type", QuoteType(condition.type)}});
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::FilterOver(
    const AnalyzedRelationPtr& input, const plan::ExpressionPtr& condition) {
  ExpressionAnalyzer expressions = ExpressionsOver(*input, "Filter");
  MILLRACE_RETURN_IF_ERROR(expressions.CheckFunctions(condition));
  MILLRACE_ASSIGN_OR_RETURN(const Resolved resolved, expressions.Resolve(condition));
  BoundExpressionPtr bound = resolved.bound;
  if (HoldsWindow(*bound)) {
    return AnalysisError("WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE", {{"clauseName", "WHERE"}});
  }
  if (AsGenerator(*bound) != nullptr) {
    return AnalysisError("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", {{"plan", "Filter " + bound->text}});
  }
  if (HoldsAggregate(*bound)) {
    return AnalysisError("INVALID_WHERE_CONDITION",
                         {{"condition", QuoteSql(bound->text)},
                          {"expressionList", AggregateTexts(*bound, input->scope)}});
  }
  MILLRACE_RETURN_IF_ERROR(CheckCondition(*bound));
  AnalyzedRelation filtered =
      *MakeAnalyzed(MakeResolved(input->scope, plan::Filter{input->resolved, std::move(bound)}),
                    input->scope, input);
  return std::make_shared<const AnalyzedRelation>(std::move(filtered));
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::WithColumns& node,
                                                                const AnalyzedRelationPtr& input) {
  ExpressionAnalyzer expressions = ExpressionsOver(*input, "Project");
  std::vector<plan::ExpressionPtr> added;
  std::vector<std::string> names;
  for (const ex::Alias& alias : node.aliases) {
    added.push_back(plan::MakeExpression(alias));
    MILLRACE_RETURN_IF_ERROR(expressions.CheckFunctions(added.back()));
    const std::string name = alias.names.size() == 1 ? alias.names[0] : std::string();
    if (Contains(names, input->scope, name)) {
      return AnalysisError("COLUMN_ALREADY_EXISTS", {{"columnName", QuoteName(LowerCase(name))}});
    }
    names.push_back(name);
  }
  std::vector<Resolved> columns;
  const auto add = [&](std::size_t i) -> base::Status {
    MILLRACE_ASSIGN_OR_RETURN(Resolved column, expressions.Resolve(added[i]));
    column.name = names[i];
    expressions.AddAlias(column);
    columns.push_back(std::move(column));
    return base::Status::Ok();
  };
  std::set<std::size_t> in_place;
  for (std::size_t i = 0; i < input->scope.columns.size(); ++i) {
    if (input->scope.columns[i].hidden) continue;  // Select adds them.
    const std::string& name = input->scope.columns[i].name;
    const auto replacement = std::find_if(names.begin(), names.end(), [&](const auto& other) {
      return input->scope.SameName(other, name);
    });
    if (replacement == names.end()) {
      columns.push_back(PassOn(*input, i));
    } else {
      in_place.insert(replacement - names.begin());
      MILLRACE_RETURN_IF_ERROR(add(replacement - names.begin()));
    }
  }
  for (std::size_t i = 0; i < added.size(); ++i) {
    if (!in_place.contains(i)) MILLRACE_RETURN_IF_ERROR(add(i));
  }
  return Select(input, std::move(columns));
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::WithColumnsRenamed& node,
                                                                const AnalyzedRelationPtr& input) {
  std::vector<Resolved> columns = PassOnAll(*input);
  bool changed = false;
  for (const auto& [from, to] : node.renames) {
    for (Resolved& column : columns) {
      if (column.hidden || !input->scope.SameName(column.name, from)) continue;
      column.name = to;
      column.kind = Resolved::Kind::kAlias;
      changed = true;
    }
  }
  return changed ? MakeProject(input, std::move(columns)) : input;
}

base::Result<std::vector<std::int64_t>> RelationAnalyzer::DroppedIds(const AnalyzedRelation& input,
                                                                     const rel::Drop& node) {
  const Scope& scope = input.scope;
  ExpressionAnalyzer expressions = ExpressionsOver(input, "Drop");
  std::vector<std::int64_t> ids;
  for (const auto& expression : node.columns) {
    const auto* attribute = expression->As<ex::UnresolvedAttribute>();
    if (attribute == nullptr) continue;  // What is no column drops nothing.
    const auto resolved = expressions.Resolve(expression);
    if (resolved.ok()) {
      if (resolved->column_id != 0) ids.push_back(resolved->column_id);
    } else if (resolved.status().spark_error().condition == "AMBIGUOUS_REFERENCE") {
      return resolved.status();
    }
  }
  for (const ScopeColumn& column : scope.columns) {
    if (!column.hidden && Contains(node.column_names, scope, column.name)) {
      ids.push_back(column.id);
    }
  }
  return ids;
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Drop& node,
                                                                const AnalyzedRelationPtr& input) {
  MILLRACE_ASSIGN_OR_RETURN(const auto dropped, DroppedIds(*input, node));
  std::vector<Resolved> columns;
  for (std::size_t i = 0; i < input->scope.columns.size(); ++i) {
    const ScopeColumn& column = input->scope.columns[i];
    if (column.hidden ||
        std::find(dropped.begin(), dropped.end(), column.id) == dropped.end()) {
      columns.push_back(PassOn(*input, i));
    }
  }
  if (columns.size() == input->scope.columns.size()) return input;
  return MakeProject(input, std::move(columns));
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::SubqueryAlias& node,
                                                                const AnalyzedRelationPtr& input) {
  Scope scope = input->scope;
  NameParts qualifier = node.qualifier;
  if (!node.alias.empty()) qualifier.push_back(node.alias);
  for (ScopeColumn& column : scope.columns) column.qualifier = qualifier;
  AnalyzedRelation aliased = *MakeAnalyzed(input->resolved, std::move(scope), input);
  aliased.input = nullptr;
  return std::make_shared<const AnalyzedRelation>(std::move(aliased));
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::ToDF& node,
                                                                const AnalyzedRelationPtr& input) {
  std::vector<Resolved> columns = PassOnAll(*input);
  const auto visible = static_cast<std::size_t>(std::count_if(
      columns.begin(), columns.end(), [](const Resolved& column) { return !column.hidden; }));
  if (node.column_names.size() != visible) {
    return AnalysisError("ASSIGNMENT_ARITY_MISMATCH",
                         {{"numTarget", std::to_string(visible)},
                          {"numExpr", std::to_string(node.column_names.size())}});
  }
  std::size_t next = 0;
  for (Resolved& column : columns) {
    if (column.hidden) continue;
    column.name = node.column_names[next++];
    column.kind = Resolved::Kind::kAlias;
  }
  return MakeProject(input, std::move(columns));
}

}  // namespace millrace::analysis
