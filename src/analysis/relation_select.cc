// Select lists: what they hold besides columns, and the columns that stand hidden below them.

#include <algorithm>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/relation_analyzer.h"
#include "analysis/rewrite.h"

namespace millrace::analysis {
namespace {

namespace ex = plan::expression;

// Names and identities of the columns in an expression.
void CollectColumns(const plan::ExpressionPtr& expression, std::vector<NameParts>* names,
                    std::vector<const ex::UnresolvedAttribute*>* plan_columns) {
  if (expression == nullptr) return;
  if (const auto* attribute = expression->As<ex::UnresolvedAttribute>()) {
    if (attribute->plan_id) {
      plan_columns->push_back(attribute);
    } else if (auto name = ParseName(attribute->name); name.ok()) {
      names->push_back(*std::move(name));
    }
  }
  for (const auto& child : ChildrenOf(*expression)) CollectColumns(child, names, plan_columns);
}

bool Finds(const Scope& scope, const NameParts& name) {
  const auto match = scope.Find(name);
  return !match.ok() || match->has_value();
}

}  // namespace

base::Result<std::vector<Resolved>> RelationAnalyzer::ResolveSelectList(
    const std::vector<plan::ExpressionPtr>& list, const AnalyzedRelationPtr& input,
    std::string_view operator_name) {
  ExpressionAnalyzer expressions = ExpressionsOver(*input, operator_name);
  for (const auto& expression : list) {
    MILLRACE_RETURN_IF_ERROR(expressions.CheckFunctions(expression));
  }
  // Generators first: their columns stand below the list, and its expressions may name them.
  std::vector<std::vector<Resolved>> resolved(list.size());
  int next_index = static_cast<int>(input->scope.columns.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!CallsGenerator(*list[i])) continue;
    MILLRACE_ASSIGN_OR_RETURN(resolved[i], expressions.ResolveColumns(list[i]));
    if (resolved[i].size() != 1 || AsGenerator(*resolved[i][0].bound) == nullptr) continue;
    const Resolved& generator = resolved[i][0];
    const auto& fields = generator.bound->type.fields();
    for (std::size_t k = 0; k < fields.size(); ++k) {
      expressions.AddGenerated(
          {.bound = MakeColumn(next_index++, fields[k].dataType, fields[k].nullable,
                               generator.names[k]),
           .kind = Resolved::Kind::kAlias,
           .name = generator.names[k]});
    }
  }
  std::vector<Resolved> columns;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (resolved[i].empty()) {
      MILLRACE_ASSIGN_OR_RETURN(resolved[i], expressions.ResolveColumns(list[i]));
    }
    for (Resolved& column : resolved[i]) {
      if (column.kind == Resolved::Kind::kAlias) expressions.AddAlias(column);
      columns.push_back(std::move(column));
    }
  }
  return columns;
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::Select(const AnalyzedRelationPtr& input,
                                                           std::vector<Resolved> columns) {
  bool is_global = false;
  for (const Resolved& column : columns) {
    is_global = is_global || HoldsAggregate(*column.bound);
    if (AnyPart(*column.bound, [](const plan::BoundExpression& part) {
          const auto* call = std::get_if<plan::Call>(&part.node);
          return call != nullptr && (call->function == "grouping" || call->function == "grouping_id");
        })) {
      return AnalysisError("UNSUPPORTED_GROUPING_EXPRESSION", {});
    }
  }
  if (is_global) {
    Grouping grouping;
    grouping.input = input;
    MILLRACE_RETURN_IF_ERROR(SetOutputs(&grouping, std::move(columns)));
    return BuildGrouping(std::move(grouping));
  }
  for (std::size_t i = 0; i < input->scope.columns.size(); ++i) {
    if (input->scope.columns[i].hidden) columns.push_back(PassOn(*input, i));
  }
  plan::ResolvedRelationPtr below = AddGenerators(input->resolved, &columns);
  below = AddWindows(std::move(below), &columns);
  return MakeProject(input, std::move(columns), std::move(below));
}

plan::ResolvedRelationPtr RelationAnalyzer::AddGenerators(plan::ResolvedRelationPtr below,
                                                          std::vector<Resolved>* columns) {
  std::vector<Resolved> expanded;
  for (Resolved& column : *columns) {
    const plan::Call* generator = AsGenerator(*column.bound);
    if (generator == nullptr) {
      expanded.push_back(std::move(column));
      continue;
    }
    auto schema = below->schema.fields();
    const auto& fields = column.bound->type.fields();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      expanded.push_back({.bound = MakeColumn(static_cast<int>(schema.size()), fields[i].dataType,
                                              fields[i].nullable, column.names[i]),
                          .kind = Resolved::Kind::kAlias,
                          .name = column.names[i]});
      schema.push_back({column.names[i], fields[i].dataType, fields[i].nullable});
    }
    plan::Call call = *generator;
    const bool outer = call.options.erase("outer") > 0;
    plan::BoundExpression plain = *column.bound;
    plain.node = std::move(call);
    below = std::make_shared<const plan::ResolvedRelation>(plan::ResolvedRelation{
        StructType(std::move(schema)),
        plan::Generate{below, std::make_shared<const plan::BoundExpression>(std::move(plain)),
                       outer}});
  }
  *columns = std::move(expanded);
  return below;
}

plan::ResolvedRelationPtr RelationAnalyzer::AddWindows(plan::ResolvedRelationPtr below,
                                                       std::vector<Resolved>* columns) {
  // Windows over the results of windows stand one above the other: the innermost first.
  while (true) {
    std::vector<BoundExpressionPtr> functions;
    const auto first = static_cast<int>(below->schema.size());
    for (Resolved& column : *columns) {
      column.bound = Rewrite(column.bound, [&](const BoundExpressionPtr& part) {
        if (!std::holds_alternative<plan::WindowCall>(part->node)) return BoundExpressionPtr();
        for (const auto& child : plan::ChildrenOf(*part)) {
          if (child != nullptr && HoldsWindow(*child)) return BoundExpressionPtr();
        }
        int index = IndexOf(functions, part);
        if (index < 0) {
          index = static_cast<int>(functions.size());
          functions.push_back(part);
        }
        return MakeColumn(first + index, part->type, part->nullable, part->text);
      });
    }
    if (functions.empty()) return below;
    auto schema = below->schema.fields();
    for (const auto& function : functions) {
      schema.push_back({function->text, function->type, function->nullable});
    }
    below = std::make_shared<const plan::ResolvedRelation>(plan::ResolvedRelation{
        StructType(std::move(schema)), plan::Window{below, std::move(functions)}});
  }
}

struct RelationAnalyzer::Wanted {
  NameParts name;
  std::int64_t id = 0;  ///< When not 0: the column with this identity.
};

AnalyzedRelationPtr RelationAnalyzer::Widen(const AnalyzedRelationPtr& relation,
                                            const std::vector<plan::ExpressionPtr>& expressions) {
  std::vector<NameParts> names;
  std::vector<const ex::UnresolvedAttribute*> plan_columns;
  for (const auto& expression : expressions) CollectColumns(expression, &names, &plan_columns);
  std::vector<Wanted> wanted;
  for (NameParts& name : names) {
    if (!Finds(relation->scope, name)) wanted.push_back({std::move(name), 0});
  }
  for (const ex::UnresolvedAttribute* column : plan_columns) {
    const auto name = ParseName(column->name);
    if (!name.ok()) continue;
    std::vector<const AnalyzedRelation*> level = {relation.get()};
    while (!level.empty()) {
      std::vector<const AnalyzedRelation*> next;
      for (const AnalyzedRelation* at : level) {
        if (at->plan_id == column->plan_id) {
          const auto match = at->scope.Find(*name);
          if (match.ok() && *match) {
            const std::int64_t id = at->scope.columns[(*match)->column].id;
            if (!relation->scope.FindId(id)) wanted.push_back({{}, id});
          }
          continue;
        }
        for (const auto& child : at->children) next.push_back(child.get());
      }
      level = std::move(next);
    }
  }
  if (wanted.empty()) return relation;
  const AnalyzedRelationPtr widened = WidenFor(relation, wanted);
  return widened->scope.columns.size() == relation->scope.columns.size() ? relation : widened;
}

AnalyzedRelationPtr RelationAnalyzer::WidenFor(const AnalyzedRelationPtr& relation,
                                               const std::vector<Wanted>& wanted) {
  if (relation->input == nullptr) return relation;
  const auto* project = std::get_if<plan::Project>(&relation->resolved->node);
  const bool is_direct = project != nullptr && project->input == relation->input->resolved;
  // With windows or generators between, positions would shift if the input itself were wider.
  const AnalyzedRelationPtr below =
      project == nullptr || is_direct ? WidenFor(relation->input, wanted) : relation->input;
  if (project == nullptr) {
    if (below == relation->input) return relation;
    // Positions still hold, because new columns stand at the end.
    plan::ResolvedRelation copy = *relation->resolved;
    copy.schema = below->scope.Schema();
    bool passes_on = false;
    std::visit(
        [&](auto& node) {
          using Node = std::decay_t<decltype(node)>;
          if constexpr (std::is_same_v<Node, plan::Filter> || std::is_same_v<Node, plan::Sort> ||
                        std::is_same_v<Node, plan::Limit> || std::is_same_v<Node, plan::Sample>) {
            node.input = below->resolved;
            passes_on = true;
          }
        },
        copy.node);
    if (!passes_on) return relation;
    return MakeAnalyzed(std::make_shared<const plan::ResolvedRelation>(std::move(copy)),
                        below->scope, below);
  }
  Scope scope = relation->scope;
  plan::Project wider = *project;
  if (is_direct) wider.input = below->resolved;
  for (const Wanted& want : wanted) {
    std::optional<int> index;
    if (want.id != 0) {
      index = below->scope.FindId(want.id);
    } else if (const auto match = below->scope.Find(want.name); match.ok() && *match) {
      index = (*match)->column;
    }
    if (!index) continue;
    const ScopeColumn& column = below->scope.columns[*index];
    if (scope.FindId(column.id)) continue;
    wider.expressions.push_back(MakeColumn(*index, column.type, column.nullable, column.name));
    scope.columns.push_back(column);
  }
  if (scope.columns.size() == relation->scope.columns.size()) return relation;
  auto resolved = MakeResolved(scope, std::move(wider));
  return MakeAnalyzed(std::move(resolved), std::move(scope), below);
}

bool CallsGenerator(const plan::Expression& expression) {
  if (const auto* call = expression.As<ex::UnresolvedFunction>()) {
    return FindGenerator(RegistryName(call->name)) != nullptr;
  }
  if (const auto* call = expression.As<ex::CallFunction>()) {
    return FindGenerator(RegistryName(call->name)) != nullptr;
  }
  if (expression.As<ex::Alias>() == nullptr && expression.As<ex::ExpressionString>() == nullptr) {
    return false;
  }
  const auto children = ChildrenOf(expression);
  return children.size() == 1 && CallsGenerator(*children[0]);
}

bool CallsAggregate(const plan::Expression& expression) {
  const std::string* name = nullptr;
  if (const auto* call = expression.As<ex::UnresolvedFunction>()) name = &call->name;
  if (const auto* call = expression.As<ex::CallFunction>()) name = &call->name;
  if (name != nullptr) {
    const std::string lower = RegistryName(*name);
    if (FindAggregate(lower) != nullptr || lower == "grouping" || lower == "grouping_id") {
      return true;
    }
  }
  auto children = ChildrenOf(expression);
  if (expression.As<ex::Window>() != nullptr) {
    const auto arguments = ChildrenOf(*children[0]);
    children.erase(children.begin());
    children.insert(children.end(), arguments.begin(), arguments.end());
  }
  return std::any_of(children.begin(), children.end(), [](const plan::ExpressionPtr& child) {
    return child != nullptr && CallsAggregate(*child);
  });
}

}  // namespace millrace::analysis
