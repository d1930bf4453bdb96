#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/aggregates.h"
#include "analysis/analyzer.h"
#include "analysis/bound.h"
#include "analysis/functions.h"
#include "analysis/scope.h"
#include "base/result.h"
#include "plan/plan.h"

namespace millrace::analysis {

class RelationAnalyzer;
struct AnalyzedRelation;

/// The expressions directly inside an expression, in order; those inside a SQL text are not there.
std::vector<plan::ExpressionPtr> ChildrenOf(const plan::Expression& expression);

/// The expression of a SQL text.
base::Result<plan::ExpressionPtr> ParseText(const std::string& text);

/// The function's name for the registries: lower case, without the prefixes of built-in functions.
std::string RegistryName(const std::string& name);

/// ORDER BY `bound`. INVALID_ORDERING_TYPE when it has no order.
base::Result<plan::SortKey> MakeSortKey(const plan::expression::SortOrder& order,
                                        BoundExpressionPtr bound);

/// Binds the expressions of one relation to the columns of its input. Aggregate functions, window
/// functions and generators come as they stand; the relation takes them apart.
class ExpressionAnalyzer {
 public:
  /// All must outlive the analyzer. `operator_name` is what messages call the relation.
  ExpressionAnalyzer(RelationAnalyzer& relations, const AnalyzedRelation& input,
                     std::string_view operator_name);

  /// UNRESOLVED_ROUTINE when a function anywhere in the expression is unknown: Spark looks
  /// functions up before columns.
  base::Status CheckFunctions(const plan::ExpressionPtr& expression);

  base::Result<Resolved> Resolve(const plan::ExpressionPtr& expression);
  /// Like Resolve, and a star becomes its columns. Each has the name that a SELECT gives it; a
  /// generator's columns have theirs in `names`.
  base::Result<std::vector<Resolved>> ResolveColumns(const plan::ExpressionPtr& expression);

  /// From now on `name` may be used for this expression (SELECT a AS x, x + 1).
  void AddAlias(const Resolved& alias) { aliases_.push_back(alias); }
  /// Like AddAlias, for a column that a generator puts below the select list.
  void AddGenerated(const Resolved& column) { generated_.push_back(column); }
  /// What CANNOT_RESOLVE_STAR_EXPAND lists: the columns below the relation's input.
  void set_star_candidates(std::vector<std::string> names) { star_candidates_ = std::move(names); }
  /// Names that the input does not have are looked up here, and those inside aggregate functions
  /// here first. Its columns are counted behind those of the input.
  void set_grouping_input(const AnalyzedRelation* grouping_input) {
    grouping_input_ = grouping_input;
  }

  /// `failure` as one of what stands at `origin`; see AtExpression.
  base::Status At(const std::optional<plan::Origin>& origin, const base::Status& failure) const;

 private:
  base::Result<std::vector<Resolved>> ColumnsOf(const plan::ExpressionPtr& expression);
  base::Result<Resolved> ResolveNode(const plan::expression::Literal& node);
  base::Result<Resolved> ResolveNode(const plan::expression::UnresolvedAttribute& node);
  base::Result<Resolved> ResolveNode(const plan::expression::UnresolvedFunction& node);
  base::Result<Resolved> ResolveNode(const plan::expression::CallFunction& node);
  base::Result<Resolved> ResolveNode(const plan::expression::ExpressionString& node);
  base::Result<Resolved> ResolveNode(const plan::expression::Alias& node);
  base::Result<Resolved> ResolveNode(const plan::expression::Cast& node);
  base::Result<Resolved> ResolveNode(const plan::expression::UnresolvedExtractValue& node);
  base::Result<Resolved> ResolveNode(const plan::expression::UpdateFields& node);
  base::Result<Resolved> ResolveNode(const plan::expression::UnresolvedStar& node);
  base::Result<Resolved> ResolveNode(const plan::expression::Window& node);
  base::Result<Resolved> ResolveNode(const plan::expression::SubqueryExpression& node);
  base::Result<Resolved> ResolveNode(const plan::expression::NamedLambdaVariable& node);
  base::Result<Resolved> ResolveNode(const plan::expression::LambdaFunction& node);

  // Lambdas (lambda_analyzer.cc).
  /// None when no lambda around has a variable of this name.
  std::optional<base::Result<Resolved>> ResolveLambdaVariable(const NameParts& name);
  base::Result<Resolved> MakeLambdaArgument(const plan::expression::LambdaFunction& lambda);
  base::Result<BoundExpressionPtr> BindLambda(const plan::expression::LambdaFunction& lambda,
                                              const std::vector<LambdaParameter>& parameters);

  // Calls (call_analyzer.cc).
  base::Result<Resolved> ResolveCall(const plan::expression::UnresolvedFunction& call,
                                     bool is_windowed);
  base::Result<Resolved> ResolveAggregate(const AggregateSpec& spec,
                                          const plan::expression::UnresolvedFunction& call,
                                          bool is_windowed);
  base::Result<std::vector<Resolved>> ResolveArguments(
      const std::vector<plan::ExpressionPtr>& args);
  base::Result<std::vector<plan::SortKey>> ResolveOrder(
      const std::vector<plan::expression::SortOrder>& order);
  base::Result<plan::WindowFrame> ResolveFrame(const plan::expression::Window& node,
                                               const plan::WindowCall& call, std::string* text);

  // Metadata of files (file_analyzer.cc).
  base::Result<Resolved> ResolveMetadataColumn(const plan::expression::UnresolvedAttribute& node,
                                               const NameParts& name);
  void NoteMetadata(const NameParts& name);
  /// A call of input_file_name() and its kin for the rows of the input.
  base::Result<BoundExpressionPtr> OfFile(const BoundExpressionPtr& call);

  base::Result<Resolved> ResolvePlanColumn(const plan::expression::UnresolvedAttribute& node,
                                           const NameParts& name);
  base::Result<Resolved> ResolveLateralAlias(const NameParts& name);
  std::optional<base::Result<Resolved>> ResolveOuter(const NameParts& name);
  /// Column `index` of the relation at `level` of those around.
  Resolved OuterColumn(std::size_t level, int index) const;
  base::Status AddPlanColumns(std::int64_t plan_id, std::vector<Resolved>* columns);
  base::Result<Resolved> WithFields(Resolved column, const NameParts& fields);
  base::Result<Resolved> ExtractValue(const BoundExpressionPtr& child,
                                      const BoundExpressionPtr& extraction);
  base::Result<Resolved> ExtractField(const BoundExpressionPtr& child, const DataType& structure,
                                      const std::string& name);
  base::Result<std::vector<Resolved>> ExpandStar(const plan::expression::UnresolvedStar& star);
  base::Result<std::vector<Resolved>> ExpandRegex(const plan::expression::UnresolvedRegex& regex);
  base::Result<std::vector<Resolved>> ExpandStructStar(const NameParts& target);
  base::Status LeaveOut(const std::vector<std::string>& except, std::vector<Resolved>* columns);
  /// `index` counts through the input and, behind it, the grouping's input.
  Resolved Column(int index, const std::string& name) const;
  const ScopeColumn& ColumnAt(int index) const;
  base::Result<std::optional<Scope::Match>> FindColumn(const NameParts& name) const;
  std::optional<int> FindColumnId(std::int64_t id) const;

  RelationAnalyzer& relations_;
  const AnalysisContext& context_;
  const AnalyzedRelation& input_;
  const Scope& scope_;
  std::string operator_name_;
  const AnalyzedRelation* grouping_input_ = nullptr;
  std::vector<Resolved> aliases_;
  std::vector<Resolved> generated_;
  std::vector<std::string> star_candidates_;
  struct Variable {
    std::string name;
    BoundExpressionPtr bound;
  };
  std::vector<Variable> variables_;  ///< Of the lambdas around, innermost last.
  std::vector<plan::ExpressionPtr> parsed_;  ///< What SQL texts gave; lambdas point into it.
  int aggregates_around_ = 0;
  int depth_ = 0;
};

}  // namespace millrace::analysis
