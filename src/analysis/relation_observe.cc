// df.observe(): aggregates beside a query, which leave its rows as they are.

#include <algorithm>
#include <array>

#include "analysis/error_messages.h"
#include "analysis/relation_analyzer.h"
#include "analysis/rewrite.h"

namespace millrace::analysis {
namespace {

namespace rel = plan::relation;

constexpr std::array<std::string_view, 5> kNonDeterministic = {
    "monotonically_increasing_id", "rand", "randn", "spark_partition_id", "uuid"};

bool IsNonDeterministic(const plan::BoundExpression& part) {
  const auto* call = std::get_if<plan::Call>(&part.node);
  return call != nullptr && std::ranges::count(kNonDeterministic, call->function) > 0;
}

/// What of the metric is wrong: the rest of INVALID_OBSERVED_METRICS' name; empty: nothing.
std::string_view Mistake(const plan::BoundExpression& metric) {
  if (AnyPart(metric, IsNonDeterministic)) return "NON_AGGREGATE_FUNC_ARG_IS_NON_DETERMINISTIC";
  if (HoldsWindow(metric)) return "WINDOW_EXPRESSIONS_UNSUPPORTED";
  std::string_view mistake;
  AnyPart(metric, [&](const plan::BoundExpression& part) {
    const auto* aggregate = std::get_if<plan::AggregateCall>(&part.node);
    if (aggregate == nullptr) return false;
    if (aggregate->distinct) mistake = "AGGREGATE_EXPRESSION_WITH_DISTINCT_UNSUPPORTED";
    if (aggregate->filter != nullptr) mistake = "AGGREGATE_EXPRESSION_WITH_FILTER_UNSUPPORTED";
    return !mistake.empty();
  });
  return mistake;
}

/// A column outside of an aggregate function, or null.
BoundExpressionPtr LooseColumn(const BoundExpressionPtr& metric) {
  BoundExpressionPtr found;
  Rewrite(metric, [&](const BoundExpressionPtr& part) -> BoundExpressionPtr {
    if (std::holds_alternative<plan::AggregateCall>(part->node)) return part;
    if (std::holds_alternative<plan::ColumnRef>(part->node)) {
      if (found == nullptr) found = part;
      return part;
    }
    return nullptr;
  });
  return found;
}

base::Status CheckMetric(const Resolved& metric) {
  constexpr std::string_view kCondition = "INVALID_OBSERVED_METRICS.";
  if (const std::string_view mistake = Mistake(*metric.bound); !mistake.empty()) {
    return AnalysisError(std::string(kCondition).append(mistake), {{"expr", QuoteSql(metric.bound->text)}});
  }
  if (LooseColumn(metric.bound) != nullptr) {
    return AnalysisError(std::string(kCondition) + "NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE",
                         {{"expr", QuoteSql(metric.bound->text)}});
  }
  return base::Status::Ok();
}

}  // namespace

base::Result<AnalyzedRelationPtr> RelationAnalyzer::Observe(const rel::CollectMetrics& node,
                                                            std::optional<std::int64_t> plan_id,
                                                            const AnalyzedRelationPtr& input) {
  if (node.name.empty()) {
    return AnalysisError("INVALID_OBSERVED_METRICS.MISSING_NAME",
                         {{"operator", "CollectMetrics"}});
  }
  MILLRACE_ASSIGN_OR_RETURN(std::vector<Resolved> metrics,
                            ResolveSelectList(node.metrics, input, "CollectMetrics"));
  for (const Resolved& metric : metrics) MILLRACE_RETURN_IF_ERROR(CheckMetric(metric));
  for (const plan::ObservedMetrics& other : observed_) {
    if (other.name != node.name) continue;
    // One DataFrame that stands in the query twice.
    if (plan_id && other.plan_id == plan_id) return input;
    return AnalysisError("DUPLICATED_METRICS_NAME", {{"metricName", node.name}});
  }
  Grouping grouping;
  grouping.input = input;
  MILLRACE_RETURN_IF_ERROR(SetOutputs(&grouping, std::move(metrics)));
  MILLRACE_ASSIGN_OR_RETURN(const AnalyzedRelationPtr row, BuildGrouping(std::move(grouping)));
  observed_.push_back({node.name, plan_id, row->resolved});
  return input;
}

}  // namespace millrace::analysis
