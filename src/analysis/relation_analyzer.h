#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analysis/analyzer.h"
#include "analysis/bound.h"
#include "analysis/expression_analyzer.h"
#include "analysis/scope.h"
#include "base/result.h"
#include "plan/plan.h"
#include "plan/resolved.h"

namespace millrace::analysis {

/// A resolved relation with the names of its columns, which the resolved plan has no more.
struct AnalyzedRelation {
  plan::ResolvedRelationPtr resolved;
  Scope scope;
  /// The relation below. Null for a leaf, and for an alias, through which no hidden column is seen.
  std::shared_ptr<const AnalyzedRelation> input;
  /// The columns of what stands directly below, sorted: CANNOT_RESOLVE_STAR_EXPAND lists them.
  std::vector<std::string> input_names;
};
using AnalyzedRelationPtr = std::shared_ptr<const AnalyzedRelation>;

/// Resolves one query, relation by relation, from the sources up.
class RelationAnalyzer {
 public:
  explicit RelationAnalyzer(const AnalysisContext& context) : context_(context) {}

  base::Result<AnalyzedRelationPtr> Analyze(const plan::Relation& relation);
  std::vector<plan::StreamSource> TakeSources() { return std::move(sources_); }

 private:
  /// `input` is what the relation below gave; null for a leaf.
  base::Result<AnalyzedRelationPtr> AnalyzeOne(const plan::Relation& relation,
                                               const AnalyzedRelationPtr& input);
  base::Result<AnalyzedRelationPtr> AnalyzeNode(const plan::relation::Read& node);
  base::Result<AnalyzedRelationPtr> AnalyzeNode(const plan::relation::Project& node,
                                                const AnalyzedRelationPtr& input);
  base::Result<AnalyzedRelationPtr> AnalyzeNode(const plan::relation::Filter& node,
                                                const AnalyzedRelationPtr& input);
  base::Result<AnalyzedRelationPtr> AnalyzeNode(const plan::relation::WithColumns& node,
                                                const AnalyzedRelationPtr& input);
  base::Result<AnalyzedRelationPtr> AnalyzeNode(const plan::relation::WithColumnsRenamed& node,
                                                const AnalyzedRelationPtr& input);
  base::Result<AnalyzedRelationPtr> AnalyzeNode(const plan::relation::Drop& node,
                                                const AnalyzedRelationPtr& input);
  base::Result<AnalyzedRelationPtr> AnalyzeNode(const plan::relation::SubqueryAlias& node,
                                                const AnalyzedRelationPtr& input);
  base::Result<AnalyzedRelationPtr> AnalyzeNode(const plan::relation::ToDF& node,
                                                const AnalyzedRelationPtr& input);

  ExpressionAnalyzer ExpressionsOver(const AnalyzedRelation& input, std::string_view operator_name);
  /// The columns as a Project over `input`. What is only passed on keeps its identity.
  AnalyzedRelationPtr MakeProject(const AnalyzedRelationPtr& input, std::vector<Resolved> columns);
  /// A column of `input` as it is.
  Resolved PassOn(const AnalyzedRelation& input, std::size_t index) const;
  base::Result<AnalyzedRelationPtr> FilterOver(const AnalyzedRelationPtr& input,
                                               const plan::ExpressionPtr& condition);
  /// `relation` with more columns at its end: those of the relations below it that `names` mean and
  /// that its projection had left out.
  AnalyzedRelationPtr Widen(const AnalyzedRelationPtr& relation,
                            const std::vector<NameParts>& names);
  base::Result<std::vector<std::int64_t>> DroppedIds(const Scope& scope,
                                                     const plan::relation::Drop& node);

  const AnalysisContext& context_;
  std::vector<plan::StreamSource> sources_;
  PlanScopes plan_scopes_;
  std::int64_t next_id_ = 1;
};

}  // namespace millrace::analysis
