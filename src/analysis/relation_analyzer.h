#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/analyzer.h"
#include "analysis/bound.h"
#include "analysis/expression_analyzer.h"
#include "analysis/scope.h"
#include "base/result.h"
#include "plan/plan.h"
#include "plan/resolved.h"

namespace millrace::analysis {

struct Grouping;

/// A resolved relation with the names of its columns, which the resolved plan has no more.
struct AnalyzedRelation {
  plan::ResolvedRelationPtr resolved;
  Scope scope;
  /// The relation below, through which hidden columns are seen. Null for a leaf, and where no
  /// column below can be seen: an alias, a grouping.
  std::shared_ptr<const AnalyzedRelation> input;
  /// The columns of what stands directly below, sorted: CANNOT_RESOLVE_STAR_EXPAND lists them.
  std::vector<std::string> input_names;
  /// All relations directly below, and the id that this one was given: how df["a"] finds df.
  std::vector<std::shared_ptr<const AnalyzedRelation>> children;
  std::optional<std::int64_t> plan_id;
  /// Of the result of a grouping, to which HAVING and ORDER BY may add.
  std::shared_ptr<const Grouping> grouping;
};
using AnalyzedRelationPtr = std::shared_ptr<const AnalyzedRelation>;

/// SELECT ... GROUP BY in parts. It gives an Aggregate, whose columns are the groupings, the
/// grouping id if there are sets, and the aggregates; `having` and `outputs` work on these.
struct Grouping {
  AnalyzedRelationPtr input;
  std::vector<Resolved> keys;  ///< Over the input.
  std::vector<std::vector<int>> sets;
  bool has_sets = false;
  std::vector<BoundExpressionPtr> aggregates;  ///< Over the input.
  std::vector<BoundExpressionPtr> having;
  std::vector<Resolved> outputs;

  int first_aggregate() const { return static_cast<int>(keys.size()) + (has_sets ? 1 : 0); }
  std::vector<BoundExpressionPtr> BoundKeys() const;
  /// Can a row be of a set without this key?
  bool KeyMayBeMissing(int key) const;
};

/// Resolves one query, relation by relation, from the sources up.
class RelationAnalyzer {
 public:
  /// `offers_metadata`: files give their metadata as hidden columns.
  RelationAnalyzer(const AnalysisContext& context, bool offers_metadata)
      : context_(context), offers_metadata_(offers_metadata) {}

  base::Result<AnalyzedRelationPtr> Analyze(const plan::Relation& relation);
  /// The same without hidden columns.
  base::Result<AnalyzedRelationPtr> AnalyzeVisible(const plan::Relation& relation);
  /// The query names metadata that its files could give and were not asked for.
  bool WantsMetadata() const;
  std::vector<plan::StreamSource> TakeSources() { return std::move(sources_); }
  std::vector<plan::ObservedMetrics> TakeObserved() { return std::move(observed_); }

  // For the expressions of a relation.

  const AnalysisContext& context() const { return context_; }
  std::int64_t NextId() { return next_id_++; }
  /// What is known of where a source's rows come from.
  struct Origin {
    std::optional<StructField> metadata_column;  ///< `_metadata` of files.
    bool is_result = false;  ///< From another query, which may have read files.
  };
  const Origin& OriginOf(const plan::Scan& scan) const {
    return origins_[static_cast<std::size_t>(scan.source)];
  }
  const plan::StreamSource& SourceOf(const plan::Scan& scan) const {
    return sources_[static_cast<std::size_t>(scan.source)];
  }
  bool offers_metadata() const { return offers_metadata_; }
  void NoteMetadata() { names_metadata_ = true; }
  /// Where the relation stands that is analyzed now.
  const std::optional<plan::Origin>& place() const;
  /// The relations whose columns a query inside them may name, innermost last.
  const std::vector<const AnalyzedRelation*>& outer() const { return outer_; }
  /// The query that a SubqueryExpression names; it may name columns of `outer`.
  base::Result<AnalyzedRelationPtr> AnalyzeSubquery(std::int64_t plan_id,
                                                    const AnalyzedRelation& outer);

 private:
  using Analyzed = base::Result<AnalyzedRelationPtr>;

  /// `input` is what the relation below (the left one of two) gave; null for a leaf.
  Analyzed AnalyzeOne(const plan::Relation& relation, AnalyzedRelationPtr input);

  // Leaves (relation_leaves.cc).
  Analyzed AnalyzeNode(const plan::relation::Read& node);
  /// The DataFrame that spark.catalog.createTable gave is the table.
  Analyzed AnalyzeNode(const plan::relation::Catalog& node);
  Analyzed AnalyzeNode(const plan::relation::LocalRelation& node);
  Analyzed AnalyzeNode(const plan::relation::CachedLocalRelation& node);
  Analyzed AnalyzeNode(const plan::relation::CachedRemoteRelation& node);
  Analyzed AnalyzeNode(const plan::relation::Range& node);
  Analyzed AnalyzeNode(const plan::relation::Sql& node);
  Analyzed AnalyzeNode(const plan::relation::InlineTable& node);
  Analyzed AnalyzeNode(const plan::relation::OneRow& node);
  Analyzed AnalyzeNode(const plan::relation::WithRelations& node);
  Analyzed ReadTable(const plan::relation::NamedTable& table, bool is_streaming);
  Analyzed ReadSource(plan::StreamSource source);
  Analyzed ReadNamed(NamedRelation relation);
  Analyzed ScanOf(plan::StreamSource source);
  Analyzed ParseLines(plan::StreamSource source);
  const plan::RelationPtr* FindReference(std::int64_t plan_id) const;
  const plan::RelationPtr* FindReference(const std::string& alias) const;

  // Columns of one input (relation_analyzer.cc).
  Analyzed AnalyzeNode(const plan::relation::Project& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::Filter& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::WithColumns& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::WithColumnsRenamed& node,
                       const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::Drop& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::SubqueryAlias& node,
                       const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::ToDF& node, const AnalyzedRelationPtr& input);

  // Joins, generators (relation_joins.cc), set operations (relation_sets.cc).
  Analyzed AnalyzeNode(const plan::relation::Join& node, const AnalyzedRelationPtr& left);
  Analyzed AnalyzeNode(const plan::relation::LateralJoin& node, const AnalyzedRelationPtr& left);
  Analyzed AnalyzeNode(const plan::relation::TableValuedFunction& node);
  Analyzed AnalyzeNode(const plan::relation::SetOperation& node,
                       const AnalyzedRelationPtr& given_left);
  base::Result<BoundExpressionPtr> JoinCondition(const plan::ExpressionPtr& condition,
                                                 const AnalyzedRelationPtr& left,
                                                 const AnalyzedRelationPtr& right);
  Analyzed JoinUsing(plan::relation::JoinType type, const std::vector<std::string>& names,
                     const AnalyzedRelationPtr& left, const AnalyzedRelationPtr& right);
  base::Result<Resolved> ResolveGenerator(const plan::relation::TableValuedFunction& function,
                                          const AnalyzedRelation& input,
                                          const std::vector<std::string>& names);
  AnalyzedRelationPtr GenerateOver(const AnalyzedRelationPtr& input, const Resolved& generator,
                                   const NameParts& qualifier, bool is_outer);
  base::Result<std::pair<AnalyzedRelationPtr, AnalyzedRelationPtr>> MatchByName(
      const AnalyzedRelationPtr& left, const AnalyzedRelationPtr& right, bool allow_missing);
  AnalyzedRelationPtr CastAll(const AnalyzedRelationPtr& relation,
                              const std::vector<DataType>& types);

  // Other shapes (relation_reshape.cc), df.na and df.stat (relation_statistics.cc).
  Analyzed AnalyzeNode(const plan::relation::Unpivot& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::ToSchema& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::Sample& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::Repartition& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::RepartitionByExpression& node,
                       const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::Hint& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::WithWatermark& node,
                       const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::FillNa& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::DropNa& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::ReplaceNa& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::Summary& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::Describe& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::Covariance& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::Correlation& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::ApproxQuantile& node,
                       const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::SampleBy& node, const AnalyzedRelationPtr& input);
  Analyzed Statistics(const std::vector<std::string>& statistics,
                      const std::vector<std::string>& names, const AnalyzedRelationPtr& input);

  /// The rows stay as they are (relation_observe.cc).
  Analyzed Observe(const plan::relation::CollectMetrics& node, std::optional<std::int64_t> plan_id,
                   const AnalyzedRelationPtr& input);

  // What takes its columns from values (relation_answers.cc).
  Analyzed AnalyzeNode(const plan::relation::Crosstab& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::FrequentItems& node,
                       const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::Transpose& node, const AnalyzedRelationPtr& input);
  /// The rows of what was analyzed so far.
  base::Result<std::vector<std::vector<data::Value>>> RowsOf(const AnalyzedRelation& relation);
  /// The different values of the pivot's column, sorted, as its values and their names.
  base::Status FindPivotValues(const AnalyzedRelationPtr& input, const DataType& type,
                               plan::relation::Aggregate::Pivot* pivot);
  Analyzed TransposeBy(const plan::ExpressionPtr& index, const AnalyzedRelationPtr& input);

  // Grouping (relation_groups.cc).
  Analyzed AnalyzeNode(const plan::relation::Aggregate& node, const AnalyzedRelationPtr& input);

  // Rows (relation_rows.cc).
  Analyzed AnalyzeNode(const plan::relation::Sort& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::Limit& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::Offset& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::Tail& node, const AnalyzedRelationPtr& input);
  Analyzed AnalyzeNode(const plan::relation::Deduplicate& node, const AnalyzedRelationPtr& input);

  ExpressionAnalyzer ExpressionsOver(const AnalyzedRelation& input, std::string_view operator_name);
  base::Result<std::vector<Resolved>> ResolveSelectList(
      const std::vector<plan::ExpressionPtr>& expressions, const AnalyzedRelationPtr& input,
      std::string_view operator_name);
  /// The columns over `input`, with what they need below: a global grouping, generators, windows.
  Analyzed Select(const AnalyzedRelationPtr& input, std::vector<Resolved> columns);
  /// The columns as a Project. What is only passed on keeps its identity. `below` stands between
  /// the project and `input`: its columns begin with those of the input.
  AnalyzedRelationPtr MakeProject(const AnalyzedRelationPtr& input, std::vector<Resolved> columns,
                                  plan::ResolvedRelationPtr below = nullptr);
  plan::ResolvedRelationPtr AddGenerators(plan::ResolvedRelationPtr below,
                                          std::vector<Resolved>* columns);
  plan::ResolvedRelationPtr AddWindows(plan::ResolvedRelationPtr below,
                                       std::vector<Resolved>* columns);
  /// A column of `input` as it is.
  Resolved PassOn(const AnalyzedRelation& input, std::size_t index) const;
  std::vector<Resolved> PassOnAll(const AnalyzedRelation& input) const;
  /// The first `count` columns.
  AnalyzedRelationPtr FirstColumns(const AnalyzedRelationPtr& input, std::size_t count);
  AnalyzedRelationPtr Visible(const AnalyzedRelationPtr& relation);
  /// Without what only qualified names find.
  AnalyzedRelationPtr WithMetadata(const AnalyzedRelationPtr& relation);
  /// The same, where names do not see the metadata of the files behind it: a view.
  AnalyzedRelationPtr AsView(const AnalyzedRelationPtr& relation);
  AnalyzedRelationPtr Keep(const AnalyzedRelationPtr& relation,
                           bool (*is_kept)(const ScopeColumn& column));
  static base::Status CheckCondition(const plan::BoundExpression& condition);
  Analyzed FilterOver(const AnalyzedRelationPtr& input, const plan::ExpressionPtr& condition);

  /// `relation` with more columns at its end: those of the relations below it that the names in
  /// `expressions` mean and that its projection had left out.
  AnalyzedRelationPtr Widen(const AnalyzedRelationPtr& relation,
                            const std::vector<plan::ExpressionPtr>& expressions);
  struct Wanted;
  AnalyzedRelationPtr WidenFor(const AnalyzedRelationPtr& relation,
                               const std::vector<Wanted>& wanted);
  base::Result<std::vector<std::int64_t>> DroppedIds(const AnalyzedRelation& input,
                                                     const plan::relation::Drop& node);

  base::Result<std::vector<Resolved>> ResolveKeys(const plan::relation::Aggregate& node,
                                                  const std::vector<plan::ExpressionPtr>& keys,
                                                  const std::vector<Resolved>& outputs,
                                                  const AnalyzedRelationPtr& input);
  base::Status SetGroupingSets(const plan::relation::Aggregate& node, Grouping* grouping,
                               const std::vector<Resolved>& outputs);
  Analyzed AnalyzePivot(const plan::relation::Aggregate& node, const AnalyzedRelationPtr& input);
  /// An expression over the grouping's input as one over its Aggregate.
  base::Result<BoundExpressionPtr> OverGroups(Grouping* grouping,
                                              const BoundExpressionPtr& expression);
  static base::Result<BoundExpressionPtr> GroupingFunction(const Grouping& grouping,
                                                           const plan::Call& call,
                                                           const std::string& text);
  /// Sets the outputs, which are given over the input.
  base::Status SetOutputs(Grouping* grouping, std::vector<Resolved> outputs);
  Analyzed BuildGrouping(Grouping grouping);
  /// Expressions of HAVING or ORDER BY over the grouping's Aggregate; none when one of them cannot
  /// be resolved there.
  base::Result<std::vector<BoundExpressionPtr>> ResolveOverGrouping(
      const AnalyzedRelation& relation, Grouping* grouping,
      const std::vector<plan::ExpressionPtr>& expressions, std::string_view operator_name);
  /// Can HAVING or ORDER BY be resolved by the columns alone?
  bool NeedsGrouping(const AnalyzedRelation& relation,
                     const std::vector<plan::ExpressionPtr>& expressions);

  AnalysisContext context_;  // Its sources change inside a view.
  std::vector<plan::StreamSource> sources_;
  std::vector<Origin> origins_;  ///< Of sources_.
  std::vector<plan::ObservedMetrics> observed_;
  std::vector<const AnalyzedRelation*> outer_;
  std::vector<const std::vector<plan::RelationPtr>*> references_;
  const std::optional<plan::Origin>* place_ = nullptr;  ///< Null: none is analyzed.
  std::int64_t next_id_ = 1;
  int depth_ = 0;
  const bool offers_metadata_;
  bool names_metadata_ = false;
};

/// A resolved operator over these columns.
plan::ResolvedRelationPtr MakeResolved(const Scope& scope,
                                       decltype(plan::ResolvedRelation::node) node);
/// `input` both as the relation below and as what hidden columns are seen through.
AnalyzedRelationPtr MakeAnalyzed(plan::ResolvedRelationPtr resolved, Scope scope,
                                 AnalyzedRelationPtr input);
/// "sum(t.a)": the aggregate functions in an expression, for messages.
std::string AggregateTexts(const plan::BoundExpression& expression, const Scope& scope);
/// Is the expression a call of a generator, perhaps with an alias?
bool CallsGenerator(const plan::Expression& expression);
/// Does the expression call an aggregate function, outside of windows and subqueries?
bool CallsAggregate(const plan::Expression& expression);

}  // namespace millrace::analysis
