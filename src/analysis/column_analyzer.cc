// Names of columns: of the input, of a certain relation, of aliases, of what stands around.

#include <memory>
#include <optional>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/expression_analyzer.h"
#include "analysis/relation_analyzer.h"

namespace millrace::analysis {

namespace ex = plan::expression;

const ScopeColumn& ExpressionAnalyzer::ColumnAt(int index) const {
  const auto own = static_cast<int>(scope_.columns.size());
  return index < own ? scope_.columns[index] : grouping_input_->scope.columns[index - own];
}

Resolved ExpressionAnalyzer::Column(int index, const std::string& name) const {
  const ScopeColumn& column = ColumnAt(index);
  return {.bound = MakeColumn(index, column.type, column.nullable, name),
          .kind = Resolved::Kind::kColumn,
          .name = name,
          .metadata = column.metadata,
          .column_id = column.id};
}

base::Result<std::optional<Scope::Match>> ExpressionAnalyzer::FindColumn(
    const NameParts& name) const {
  const auto below = [&]() -> base::Result<std::optional<Scope::Match>> {
    MILLRACE_ASSIGN_OR_RETURN(auto match, grouping_input_->scope.Find(name));
    if (match) match->column += static_cast<int>(scope_.columns.size());
    return match;
  };
  if (grouping_input_ != nullptr && aggregates_around_ > 0) {
    MILLRACE_ASSIGN_OR_RETURN(auto match, below());
    if (match) return match;
  }
  MILLRACE_ASSIGN_OR_RETURN(auto match, scope_.Find(name));
  if (!match && grouping_input_ != nullptr) return below();
  return match;
}

std::optional<int> ExpressionAnalyzer::FindColumnId(std::int64_t id) const {
  if (const auto index = scope_.FindId(id)) return index;
  if (grouping_input_ == nullptr) return std::nullopt;
  const auto index = grouping_input_->scope.FindId(id);
  if (!index) return std::nullopt;
  return *index + static_cast<int>(scope_.columns.size());
}

base::Result<Resolved> ExpressionAnalyzer::ResolveNode(const ex::UnresolvedAttribute& node) {
  MILLRACE_ASSIGN_OR_RETURN(const NameParts name, ParseName(node.name));
  if (node.is_metadata_column) return ResolveMetadataColumn(node, name);
  NoteMetadata(name);
  if (node.plan_id) return ResolvePlanColumn(node, name);
  if (auto variable = ResolveLambdaVariable(name)) return *std::move(variable);
  MILLRACE_ASSIGN_OR_RETURN(const auto match, FindColumn(name));
  if (!match) return ResolveLateralAlias(name);
  const std::string& spelled = name[name.size() - match->fields.size() - 1];
  return WithFields(Column(match->column, spelled), match->fields);
}

namespace {

struct PlanColumn {
  int depth = 0;
  std::int64_t id = 0;
  NameParts fields;
};

// The column `name` of each relation with this plan id at or below `relation`, nearest first.
base::Result<std::vector<PlanColumn>> FindPlanColumns(const AnalyzedRelation& relation,
                                                      std::int64_t plan_id, const NameParts& name,
                                                      bool* plan_found) {
  std::vector<PlanColumn> found;
  std::vector<const AnalyzedRelation*> level = {&relation};
  for (int depth = 0; !level.empty(); ++depth) {
    std::vector<const AnalyzedRelation*> next;
    for (const AnalyzedRelation* at : level) {
      if (at->plan_id == plan_id) {
        *plan_found = true;
        MILLRACE_ASSIGN_OR_RETURN(const auto match, at->scope.Find(name));
        if (!match) return UnresolvedColumn(name, at->scope.Candidates());
        found.push_back({depth, at->scope.columns[match->column].id, match->fields});
        continue;
      }
      for (const auto& child : at->children) next.push_back(child.get());
    }
    level = std::move(next);
  }
  return found;
}

}  // namespace

// A column of a certain relation below: found there by name, here by its identity.
base::Result<Resolved> ExpressionAnalyzer::ResolvePlanColumn(const ex::UnresolvedAttribute& node,
                                                             const NameParts& name) {
  bool plan_found = false;
  MILLRACE_ASSIGN_OR_RETURN(const auto found,
                            FindPlanColumns(input_, *node.plan_id, name, &plan_found));
  std::optional<PlanColumn> chosen;
  int index = 0;
  for (const PlanColumn& candidate : found) {
    const auto here = FindColumnId(candidate.id);
    if (!here) continue;
    if (chosen && chosen->depth < candidate.depth) break;
    if (chosen && chosen->id != candidate.id) {
      return AnalysisError("AMBIGUOUS_COLUMN_REFERENCE",
                           {{"name", QuoteSql(QuoteNameIfNeeded(name))}});
    }
    chosen = candidate;
    index = *here;
  }
  if (chosen) {
    const std::string& spelled = name[name.size() - chosen->fields.size() - 1];
    return WithFields(Column(index, spelled), chosen->fields);
  }
  const auto& outer = relations_.outer();
  for (std::size_t i = outer.size(); i-- > 0 && !plan_found;) {
    MILLRACE_ASSIGN_OR_RETURN(const auto outside,
                              FindPlanColumns(*outer[i], *node.plan_id, name, &plan_found));
    for (const PlanColumn& candidate : outside) {
      const auto there = outer[i]->scope.FindId(candidate.id);
      if (!there) continue;
      return WithFields(OuterColumn(i, *there), candidate.fields);
    }
  }
  return AnalysisError("CANNOT_RESOLVE_DATAFRAME_COLUMN",
                       {{"name", QuoteSql(QuoteNameIfNeeded(name))}});
}

Resolved ExpressionAnalyzer::OuterColumn(std::size_t level, int index) const {
  const ScopeColumn& column = relations_.outer()[level]->scope.columns[index];
  const int depth = static_cast<int>(relations_.outer().size() - level);
  return Resolved{.bound = std::make_shared<const plan::BoundExpression>(plan::BoundExpression{
                      column.type, column.nullable, plan::OuterColumn{index, depth},
                      "outer(" + QuoteNameIfNeeded(column.QualifiedName()) + ")"}),
                  .kind = Resolved::Kind::kAlias,
                  .name = column.name,
                  .metadata = column.metadata};
}

std::optional<base::Result<Resolved>> ExpressionAnalyzer::ResolveOuter(const NameParts& name) {
  for (std::size_t i = relations_.outer().size(); i-- > 0;) {
    const auto match = relations_.outer()[i]->scope.Find(name);
    if (!match.ok()) return base::Result<Resolved>(match.status());
    if (*match) return WithFields(OuterColumn(i, (*match)->column), (*match)->fields);
  }
  return std::nullopt;
}

base::Result<Resolved> ExpressionAnalyzer::ResolveLateralAlias(const NameParts& name) {
  for (const Resolved& column : generated_) {
    if (!scope_.SameName(column.name, name[0])) continue;
    return WithFields(column, NameParts(name.begin() + 1, name.end()));
  }
  const Resolved* found = nullptr;
  int matches = 0;
  for (const Resolved& alias : aliases_) {
    if (!scope_.SameName(alias.name, name[0])) continue;
    found = &alias;
    ++matches;
  }
  if (matches == 0 && name.size() == 1) {
    // Some functions may be called without parentheses.
    const std::string lower = LowerCase(name[0]);
    for (const std::string_view function :
         {"current_timestamp", "current_date", "current_user", "user", "session_user"}) {
      if (lower != function) continue;
      ex::UnresolvedFunction call;
      call.name = lower.ends_with("user") ? "current_user" : lower;
      return ResolveCall(call, false);
    }
    if (lower == "current_time") {
      return NotPossibleHere("The function `current_time`", "Use current_timestamp().");
    }
  }
  if (matches == 0) {
    if (auto outer = ResolveOuter(name)) return *std::move(outer);
    return UnresolvedColumn(name, scope_.Candidates());
  }
  if (matches > 1) {
    return AnalysisError("AMBIGUOUS_LATERAL_COLUMN_ALIAS",
                         {{"name", QuoteName(name[0])}, {"n", std::to_string(matches)}});
  }
  Resolved reference = *found;
  reference.bound = WithText(reference.bound, "lateralAliasReference(" + name[0] + ")");
  reference.kind = Resolved::Kind::kColumn;
  reference.name = name[0];
  return WithFields(std::move(reference), NameParts(name.begin() + 1, name.end()));
}

}  // namespace millrace::analysis
