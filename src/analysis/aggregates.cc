#include "analysis/aggregates.h"

#include <map>

#include "analysis/aggregates_registry.h"
#include "analysis/error_messages.h"
#include "analysis/names.h"

namespace millrace::analysis {

const AggregateSpec* FindAggregate(std::string_view name) {
  static const std::map<std::string_view, AggregateSpec> registry = [] {
    std::map<std::string_view, AggregateSpec> functions;
    for (const auto& group : {BasicAggregates(), StatisticalAggregates()}) {
      for (const AggregateSpec& spec : group) functions.emplace(spec.name, spec);
    }
    return functions;
  }();
  const auto found = registry.find(name);
  return found == registry.end() ? nullptr : &found->second;
}

base::Result<BoundExpressionPtr> Bind(const AggregateSpec& spec, const AggregateInput& input) {
  for (const Resolved& arg : input.call.args) {
    if (arg.lambda != nullptr) {
      return AnalysisError("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION",
                           {{"class", input.call.name}});
    }
  }
  MILLRACE_RETURN_IF_ERROR(CheckArgumentCount(spec.min, spec.max, input.call));
  if (input.filter != nullptr) {
    const plan::BoundExpression& filter = *input.filter;
    if (!filter.type.is(DataType::Kind::kBoolean)) {
      return AnalysisError("INVALID_AGGREGATE_FILTER.NOT_BOOLEAN",
                           {{"filterExpr", QuoteSql(filter.text)}});
    }
  }
  const bool takes_order = spec.name == "listagg" || spec.name == "string_agg" ||
                           spec.name == "percentile_cont" || spec.name == "percentile_disc" ||
                           spec.name == "mode";
  if (!input.within_group.empty() && !takes_order) {
    return AnalysisError("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
                         {{"prettyName", QuoteName(input.call.name)},
                          {"syntax", "WITHIN GROUP (ORDER BY ...)"}});
  }
  return spec.bind(input);
}

std::string SortKeyText(const plan::SortKey& key) {
  return key.expression->text + (key.ascending ? " ASC" : " DESC") +
         (key.nulls_first ? " NULLS FIRST" : " NULLS LAST");
}

}  // namespace millrace::analysis
