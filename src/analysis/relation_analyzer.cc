#include "analysis/relation_analyzer.h"

#include <algorithm>
#include <set>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"

namespace millrace::analysis {
namespace {

namespace rel = plan::relation;
namespace ex = plan::expression;

plan::ResolvedRelationPtr MakeResolved(const Scope& scope,
                                       std::variant<plan::Scan, plan::Project, plan::Filter> node) {
  return std::make_shared<const plan::ResolvedRelation>(
      plan::ResolvedRelation{scope.Schema(), std::move(node)});
}

std::vector<std::string> SortedNames(const Scope& scope) {
  std::vector<std::string> names;
  for (const ScopeColumn& column : scope.columns) names.push_back(column.name);
  std::sort(names.begin(), names.end());
  return names;
}

AnalyzedRelationPtr MakeAnalyzed(plan::ResolvedRelationPtr resolved, Scope scope,
                                 AnalyzedRelationPtr input) {
  std::vector<std::string> names;
  if (input != nullptr) names = SortedNames(input->scope);
  return std::make_shared<const AnalyzedRelation>(
      AnalyzedRelation{std::move(resolved), std::move(scope), std::move(input), std::move(names)});
}

// The plain column names in an expression.
void CollectNames(const plan::Expression& expression, std::vector<NameParts>* names) {
  if (const auto* attribute = expression.As<ex::UnresolvedAttribute>()) {
    if (attribute->plan_id) return;
    if (auto name = ParseName(attribute->name); name.ok()) names->push_back(*std::move(name));
  } else if (const auto* call = expression.As<ex::UnresolvedFunction>()) {
    for (const auto& arg : call->args) CollectNames(*arg, names);
  } else if (const auto* function = expression.As<ex::CallFunction>()) {
    for (const auto& arg : function->args) CollectNames(*arg, names);
  } else if (const auto* alias = expression.As<ex::Alias>()) {
    CollectNames(*alias->child, names);
  } else if (const auto* cast = expression.As<ex::Cast>()) {
    CollectNames(*cast->child, names);
  } else if (const auto* extract = expression.As<ex::UnresolvedExtractValue>()) {
    CollectNames(*extract->child, names);
    CollectNames(*extract->extraction, names);
  }
}

bool Finds(const Scope& scope, const NameParts& name) {
  const auto match = scope.Find(name);
  return !match.ok() || match->has_value();
}

bool Contains(const std::vector<std::string>& names, const Scope& scope, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& other) { return scope.SameName(other, name); });
}

// The one relation below, or null: a relation with several, or with none, stands at the bottom.
const plan::Relation* InputOf(const plan::Relation& relation) {
  return std::visit(
      [](const auto& node) -> const plan::Relation* {
        if constexpr (requires { node.input; }) {
          return node.input.get();
        } else {
          return nullptr;
        }
      },
      relation.node);
}

std::string_view AdviceFor(const plan::Relation& relation) {
  if (relation.As<rel::Sql>() != nullptr) return "Use the DataFrame methods instead of SQL text.";
  return "A stream can be read, projected (select, withColumn, withColumnRenamed, drop, toDF, "
         "alias) and filtered; docs/differences.md says what else is planned.";
}

}  // namespace

base::Result<AnalyzedRelationPtr> RelationAnalyzer::Analyze(const plan::Relation& relation) {
  // From the top down to the source, then up again: no recursion, however long the chain is.
  std::vector<const plan::Relation*> chain;
  for (const plan::Relation* next = &relation; next != nullptr; next = InputOf(*next)) {
    chain.push_back(next);
  }
  AnalyzedRelationPtr analyzed;
  for (auto next = chain.rbegin(); next != chain.rend(); ++next) {
    MILLRACE_ASSIGN_OR_RETURN(analyzed, AnalyzeOne(**next, analyzed));
    if ((*next)->plan_id) plan_scopes_.insert_or_assign(*(*next)->plan_id, analyzed->scope);
  }
  return analyzed;
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeOne(const plan::Relation& relation,
                                                               const AnalyzedRelationPtr& input) {
  return std::visit(
      [&](const auto& node) -> base::Result<AnalyzedRelationPtr> {
        if constexpr (requires { this->AnalyzeNode(node); }) {
          return AnalyzeNode(node);
        } else if constexpr (requires { this->AnalyzeNode(node, input); }) {
          return AnalyzeNode(node, input);
        } else {
          return NotPossibleHere("The relation " + std::string(NodeName(relation)),
                                 AdviceFor(relation));
        }
      },
      relation.node);
}

ExpressionAnalyzer RelationAnalyzer::ExpressionsOver(const AnalyzedRelation& input,
                                                     std::string_view operator_name) {
  ExpressionAnalyzer expressions(context_, input.scope, plan_scopes_, operator_name);
  expressions.set_star_candidates(input.input_names);
  return expressions;
}

Resolved RelationAnalyzer::PassOn(const AnalyzedRelation& input, std::size_t index) const {
  const ScopeColumn& column = input.scope.columns[index];
  return {.bound = MakeColumn(static_cast<int>(index), column.type, column.nullable, column.name),
          .kind = Resolved::Kind::kColumn,
          .name = column.name,
          .metadata = column.metadata,
          .column_id = column.id};
}

AnalyzedRelationPtr RelationAnalyzer::MakeProject(const AnalyzedRelationPtr& input,
                                                  std::vector<Resolved> columns) {
  Scope scope{.columns = {}, .case_sensitive = context_.case_sensitive};
  plan::Project project{input->resolved, {}};
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
         .id = passed_on ? column.column_id : next_id_++});
    project.expressions.push_back(std::move(column.bound));
  }
  auto resolved = MakeResolved(scope, std::move(project));
  return MakeAnalyzed(std::move(resolved), std::move(scope), input);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Read& node) {
  const auto* source = std::get_if<rel::DataSource>(&node.source);
  if (source == nullptr) {
    const std::string& name = std::get<rel::NamedTable>(node.source).unparsed_identifier;
    const auto parts = ParseName(name);
    return AnalysisError(
        "TABLE_OR_VIEW_NOT_FOUND",
        {{"relationName", parts.ok() ? QuoteName(*parts) : QuoteName(name)},
         {"searchPath", "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]"}});
  }
  if (!node.is_streaming) {
    return NotPossibleHere("Reading a batch (spark.read)", "Read a stream: spark.readStream().");
  }
  const std::string format = source->format.value_or(context_.default_source);
  std::map<std::string, std::string> options = source->options;
  if (source->paths.size() == 1) options.insert_or_assign("path", source->paths.front());
  if (source->paths.size() > 1) {
    return NotPossibleHere("A stream of several paths", "Give one path; it may hold wildcards.");
  }
  MILLRACE_ASSIGN_OR_RETURN(StructType schema,
                            context_.sources->SourceSchema(format, options, source->schema));
  Scope scope{.columns = {}, .case_sensitive = context_.case_sensitive};
  for (const StructField& field : schema.fields()) {
    scope.columns.push_back({.name = field.name,
                             .qualifier = {},
                             .type = field.dataType,
                             .nullable = field.nullable,
                             .metadata = field.metadata,
                             .id = next_id_++});
  }
  const int index = static_cast<int>(sources_.size());
  sources_.push_back({format, std::move(options), source->schema, std::move(schema)});
  auto resolved = MakeResolved(scope, plan::Scan{index});
  return MakeAnalyzed(std::move(resolved), std::move(scope), nullptr);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Project& node,
                                                                const AnalyzedRelationPtr& input) {
  ExpressionAnalyzer expressions = ExpressionsOver(*input, "Project");
  for (const auto& expression : node.expressions) {
    MILLRACE_RETURN_IF_ERROR(expressions.CheckFunctions(expression));
  }
  std::vector<Resolved> columns;
  for (const auto& expression : node.expressions) {
    MILLRACE_ASSIGN_OR_RETURN(auto resolved, expressions.ResolveColumns(expression));
    for (Resolved& column : resolved) {
      if (column.kind == Resolved::Kind::kAlias) expressions.AddAlias(column);
      columns.push_back(std::move(column));
    }
  }
  return MakeProject(input, std::move(columns));
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Filter& node,
                                                                const AnalyzedRelationPtr& input) {
  std::vector<NameParts> names;
  CollectNames(*node.condition, &names);
  std::erase_if(names, [&](const NameParts& name) { return Finds(input->scope, name); });
  const AnalyzedRelationPtr widened = names.empty() ? input : Widen(input, names);
  if (widened->scope.columns.size() == input->scope.columns.size()) {
    return FilterOver(input, node.condition);
  }
  MILLRACE_ASSIGN_OR_RETURN(const AnalyzedRelationPtr filtered,
                            FilterOver(widened, node.condition));
  std::vector<Resolved> columns;
  for (std::size_t i = 0; i < input->scope.columns.size(); ++i) {
    columns.push_back(PassOn(*filtered, i));
  }
  return MakeProject(filtered, std::move(columns));
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::FilterOver(
    const AnalyzedRelationPtr& input, const plan::ExpressionPtr& condition) {
  ExpressionAnalyzer expressions = ExpressionsOver(*input, "Filter");
  MILLRACE_RETURN_IF_ERROR(expressions.CheckFunctions(condition));
  MILLRACE_ASSIGN_OR_RETURN(const Resolved resolved, expressions.Resolve(condition));
  const plan::BoundExpression& bound = *resolved.bound;
  if (!bound.type.is(DataType::Kind::kBoolean)) {
    return TypeMismatch("FILTER_NOT_BOOLEAN", bound.text,
                        {{"filter", QuoteSql(bound.text)}, {"type", QuoteType(bound.type)}});
  }
  return MakeAnalyzed(MakeResolved(input->scope, plan::Filter{input->resolved, resolved.bound}),
                      input->scope, input);
}

AnalyzedRelationPtr RelationAnalyzer::Widen(const AnalyzedRelationPtr& relation,
                                            const std::vector<NameParts>& names) {
  if (relation->input == nullptr) return relation;
  const AnalyzedRelationPtr below = Widen(relation->input, names);
  if (const auto* filter = std::get_if<plan::Filter>(&relation->resolved->node)) {
    if (below == relation->input) return relation;
    // The condition's positions still hold, because new columns stand at the end.
    plan::Filter widened{below->resolved, filter->condition};
    return MakeAnalyzed(MakeResolved(below->scope, std::move(widened)), below->scope, below);
  }
  Scope scope = relation->scope;
  plan::Project project = std::get<plan::Project>(relation->resolved->node);
  project.input = below->resolved;
  for (const NameParts& name : names) {
    const auto match = below->scope.Find(name);
    if (!match.ok() || !match->has_value()) continue;
    const ScopeColumn& column = below->scope.columns[(*match)->column];
    if (scope.FindId(column.id)) continue;
    project.expressions.push_back(
        MakeColumn((*match)->column, column.type, column.nullable, column.name));
    scope.columns.push_back(column);
  }
  if (scope.columns.size() == relation->scope.columns.size()) return relation;
  auto resolved = MakeResolved(scope, std::move(project));
  return MakeAnalyzed(std::move(resolved), std::move(scope), below);
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
    expressions.AddAlias(column);
    columns.push_back(std::move(column));
    return base::Status::Ok();
  };
  std::set<std::size_t> in_place;
  for (std::size_t i = 0; i < input->scope.columns.size(); ++i) {
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
  return MakeProject(input, std::move(columns));
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::WithColumnsRenamed& node,
                                                                const AnalyzedRelationPtr& input) {
  std::vector<Resolved> columns;
  for (std::size_t i = 0; i < input->scope.columns.size(); ++i) {
    columns.push_back(PassOn(*input, i));
  }
  bool changed = false;
  for (const auto& [from, to] : node.renames) {
    for (Resolved& column : columns) {
      if (!input->scope.SameName(column.name, from)) continue;
      column.name = to;
      column.kind = Resolved::Kind::kAlias;
      changed = true;
    }
  }
  return changed ? MakeProject(input, std::move(columns)) : input;
}

base::Result<std::vector<std::int64_t>> RelationAnalyzer::DroppedIds(const Scope& scope,
                                                                     const rel::Drop& node) {
  std::vector<std::int64_t> ids;
  for (const auto& expression : node.columns) {
    const auto* attribute = expression->As<ex::UnresolvedAttribute>();
    if (attribute == nullptr) continue;  // What is no column drops nothing.
    MILLRACE_ASSIGN_OR_RETURN(const NameParts name, ParseName(attribute->name));
    const Scope* named = &scope;
    if (attribute->plan_id) {
      const auto origin = plan_scopes_.find(*attribute->plan_id);
      if (origin == plan_scopes_.end()) continue;
      named = &origin->second;
    }
    MILLRACE_ASSIGN_OR_RETURN(const auto match, named->Find(name));
    if (match && match->fields.empty()) ids.push_back(named->columns[match->column].id);
  }
  for (const ScopeColumn& column : scope.columns) {
    if (Contains(node.column_names, scope, column.name)) ids.push_back(column.id);
  }
  return ids;
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Drop& node,
                                                                const AnalyzedRelationPtr& input) {
  MILLRACE_ASSIGN_OR_RETURN(const auto dropped, DroppedIds(input->scope, node));
  std::vector<Resolved> columns;
  for (std::size_t i = 0; i < input->scope.columns.size(); ++i) {
    const std::int64_t id = input->scope.columns[i].id;
    if (std::find(dropped.begin(), dropped.end(), id) == dropped.end()) {
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
  qualifier.push_back(node.alias);
  for (ScopeColumn& column : scope.columns) column.qualifier = qualifier;
  return std::make_shared<const AnalyzedRelation>(
      AnalyzedRelation{input->resolved, std::move(scope), nullptr, SortedNames(input->scope)});
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::ToDF& node,
                                                                const AnalyzedRelationPtr& input) {
  if (node.column_names.size() != input->scope.columns.size()) {
    return AnalysisError("ASSIGNMENT_ARITY_MISMATCH",
                         {{"numTarget", std::to_string(input->scope.columns.size())},
                          {"numExpr", std::to_string(node.column_names.size())}});
  }
  std::vector<Resolved> columns;
  for (std::size_t i = 0; i < input->scope.columns.size(); ++i) {
    columns.push_back(PassOn(*input, i));
    columns.back().name = node.column_names[i];
    columns.back().kind = Resolved::Kind::kAlias;
  }
  return MakeProject(input, std::move(columns));
}

}  // namespace millrace::analysis
