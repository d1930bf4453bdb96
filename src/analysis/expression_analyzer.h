#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/analyzer.h"
#include "analysis/bound.h"
#include "analysis/scope.h"
#include "base/result.h"
#include "plan/plan.h"

namespace millrace::analysis {

/// Columns of the relations that carry a plan id, for references such as df["a"].
using PlanScopes = std::map<std::int64_t, Scope>;

/// Binds the expressions of one relation to the columns of its input.
class ExpressionAnalyzer {
 public:
  /// All must outlive the analyzer. `operator_name` is what messages call the relation.
  ExpressionAnalyzer(const AnalysisContext& context, const Scope& scope,
                     const PlanScopes& plan_scopes, std::string_view operator_name)
      : context_(context),
        scope_(scope),
        plan_scopes_(plan_scopes),
        operator_name_(operator_name) {}

  /// UNRESOLVED_ROUTINE when a function anywhere in the expression is unknown: Spark looks
  /// functions up before columns.
  base::Status CheckFunctions(const plan::ExpressionPtr& expression);

  base::Result<Resolved> Resolve(const plan::ExpressionPtr& expression);
  /// Like Resolve, and a star becomes its columns. Each has the name that a SELECT gives it.
  base::Result<std::vector<Resolved>> ResolveColumns(const plan::ExpressionPtr& expression);

  /// From now on `name` may be used for this expression (SELECT a AS x, x + 1).
  void AddAlias(const Resolved& alias) { aliases_.push_back(alias); }
  /// What CANNOT_RESOLVE_STAR_EXPAND lists: the columns below the relation's input.
  void set_star_candidates(std::vector<std::string> names) { star_candidates_ = std::move(names); }

 private:
  base::Result<Resolved> ResolveNode(const plan::expression::Literal& node);
  base::Result<Resolved> ResolveNode(const plan::expression::UnresolvedAttribute& node);
  base::Result<Resolved> ResolveNode(const plan::expression::Alias& node);
  base::Result<Resolved> ResolveNode(const plan::expression::Cast& node);
  base::Result<Resolved> ResolveNode(const plan::expression::UnresolvedExtractValue& node);
  base::Result<Resolved> ResolveNode(const plan::expression::UnresolvedStar& node);

  base::Result<Resolved> ResolveCall(const std::string& name,
                                     const std::vector<plan::ExpressionPtr>& args);
  base::Result<Resolved> ResolvePlanColumn(const plan::expression::UnresolvedAttribute& node,
                                           const NameParts& name);
  base::Result<Resolved> ResolveLateralAlias(const NameParts& name);
  base::Result<Resolved> WithFields(Resolved column, const NameParts& fields);
  base::Result<Resolved> ExtractValue(const BoundExpressionPtr& child,
                                      const BoundExpressionPtr& extraction);
  base::Result<Resolved> ExtractField(const BoundExpressionPtr& child, const DataType& structure,
                                      const std::string& name);
  base::Result<std::vector<Resolved>> ExpandStar(const plan::expression::UnresolvedStar& star);
  base::Result<std::vector<Resolved>> ExpandStructStar(const NameParts& target);
  Resolved Column(int index, const std::string& name) const;

  const AnalysisContext& context_;
  const Scope& scope_;
  const PlanScopes& plan_scopes_;
  std::string operator_name_;
  std::vector<Resolved> aliases_;
  std::vector<std::string> star_candidates_;
  int depth_ = 0;
};

}  // namespace millrace::analysis
