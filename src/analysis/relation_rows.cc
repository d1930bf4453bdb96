// Order, number and sameness of rows.

#include <algorithm>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/error_place.h"
#include "analysis/relation_analyzer.h"
#include "analysis/rewrite.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

namespace rel = plan::relation;
namespace ex = plan::expression;

// The position that `ORDER BY 2` means, or none.
std::optional<std::int64_t> OrdinalOf(const plan::ExpressionPtr& expression) {
  const auto* literal = expression->As<ex::Literal>();
  if (literal == nullptr || !literal->type.is(DataType::Kind::kInteger) ||
      !literal->value.is_int()) {
    return std::nullopt;
  }
  return literal->value.int_value();
}

base::Status NegativeRows(std::string_view name, std::int64_t value) {
  return AnalysisError("INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE",
                       {{"name", std::string(name)},
                        {"expr", QuoteSql(std::to_string(value))},
                        {"v", std::to_string(value)}});
}

AnalyzedRelationPtr Above(const AnalyzedRelationPtr& input,
                          decltype(plan::ResolvedRelation::node) node) {
  return MakeAnalyzed(MakeResolved(input->scope, std::move(node)), input->scope, input);
}

}  // namespace

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Sort& node,
                                                                const AnalyzedRelationPtr& input) {
  const std::size_t width = input->scope.columns.size();
  std::vector<int> visible;
  for (std::size_t i = 0; i < width; ++i) {
    if (!input->scope.columns[i].hidden) visible.push_back(static_cast<int>(i));
  }
  std::vector<plan::ExpressionPtr> expressions;
  std::vector<ex::SortOrder> orders;
  // Keys that stand for a column of the output have their index, the others -1.
  std::vector<int> columns;
  for (const ex::SortOrder& order : node.order) {
    if (node.by_all) {
      orders.insert(orders.end(), visible.size(), order);
      columns.insert(columns.end(), visible.begin(), visible.end());
      continue;
    }
    orders.push_back(order);
    columns.push_back(-1);
    if (const auto ordinal = OrdinalOf(order.child)) {
      if (*ordinal < 1 || *ordinal > static_cast<std::int64_t>(visible.size())) {
        return AtExpression(AnalysisError("ORDER_BY_POS_OUT_OF_RANGE",
                                          {{"index", std::to_string(*ordinal)},
                                           {"size", std::to_string(visible.size())}}),
                            order.child->origin, place());
      }
      columns.back() = visible[*ordinal - 1];
    } else {
      expressions.push_back(order.child);
    }
  }

  AnalyzedRelationPtr wide = input;
  std::vector<BoundExpressionPtr> bound;
  const bool over_grouping = input->grouping != nullptr && input->grouping->having.empty() &&
                             NeedsGrouping(*input, expressions);
  if (over_grouping) {
    Grouping grouping = *input->grouping;
    MILLRACE_ASSIGN_OR_RETURN(const auto keys,
                              ResolveOverGrouping(*input, &grouping, expressions, "Sort"));
    for (const auto& key : keys) {
      int index = -1;
      for (std::size_t i = 0; i < grouping.outputs.size() && index < 0; ++i) {
        if (plan::Equal(*grouping.outputs[i].bound, *key)) index = static_cast<int>(i);
      }
      if (index < 0) {
        index = static_cast<int>(grouping.outputs.size());
        grouping.outputs.push_back(
            {.bound = key, .kind = Resolved::Kind::kAlias, .name = key->text});
      }
      bound.push_back(MakeColumn(index, key->type, key->nullable, key->text));
    }
    // Keys added late may have moved nothing: aggregates are only appended.
    MILLRACE_ASSIGN_OR_RETURN(wide, BuildGrouping(std::move(grouping)));
  } else {
    wide = Widen(input, expressions);
    ExpressionAnalyzer analyzer = ExpressionsOver(*wide, "Sort");
    for (const auto& expression : expressions) {
      MILLRACE_RETURN_IF_ERROR(analyzer.CheckFunctions(expression));
      MILLRACE_ASSIGN_OR_RETURN(Resolved resolved, analyzer.Resolve(expression));
      if (AsGenerator(*resolved.bound) != nullptr) {
        return AnalysisError("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT",
                             {{"plan", "Sort [" + resolved.bound->text + "]"}});
      }
      if (HoldsWindow(*resolved.bound) || HoldsAggregate(*resolved.bound)) {
        return AnalysisError("UNSUPPORTED_EXPR_FOR_OPERATOR",
                             {{"invalidExprSqls", QuoteSql(resolved.bound->text)}});
      }
      bound.push_back(std::move(resolved.bound));
    }
  }
  plan::Sort sort{wide->resolved, {}};
  std::size_t next = 0;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const BoundExpressionPtr key =
        columns[i] >= 0 ? PassOn(*wide, columns[i]).bound : bound[next++];
    auto sort_key = MakeSortKey(orders[i], key);
    if (!sort_key.ok()) return AtExpression(sort_key.status(), orders[i].origin, place());
    sort.keys.push_back(*std::move(sort_key));
  }
  const AnalyzedRelationPtr sorted = Above(wide, std::move(sort));
  if (wide->scope.columns.size() == width) return sorted;
  const AnalyzedRelationPtr narrow = FirstColumns(sorted, width);
  if (!over_grouping) return narrow;
  AnalyzedRelation closed = *narrow;
  closed.input = nullptr;
  return std::make_shared<const AnalyzedRelation>(std::move(closed));
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Limit& node,
                                                                const AnalyzedRelationPtr& input) {
  if (node.limit < 0) return NegativeRows("limit", node.limit);
  // LIMIT over OFFSET is one operator.
  if (const auto* below = std::get_if<plan::Limit>(&input->resolved->node);
      below != nullptr && !below->limit) {
    plan::Limit limit = *below;
    limit.limit = node.limit;
    return Above(input, std::move(limit));
  }
  return Above(input, plan::Limit{input->resolved, node.limit, 0});
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Offset& node,
                                                                const AnalyzedRelationPtr& input) {
  if (node.offset < 0) return NegativeRows("offset", node.offset);
  return Above(input, plan::Limit{input->resolved, std::nullopt, node.offset});
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Tail& node,
                                                                const AnalyzedRelationPtr& input) {
  if (node.limit < 0) return NegativeRows("tail", node.limit);
  return Above(input, plan::Tail{input->resolved, node.limit});
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Deduplicate& node,
                                                                const AnalyzedRelationPtr& input) {
  if (node.within_watermark) {
    return NotPossibleHere("dropDuplicatesWithinWatermark", "Use dropDuplicates on a batch.");
  }
  plan::Deduplicate dedup{input->resolved, {}};
  if (node.all_columns_as_keys || node.column_names.empty()) {
    for (std::size_t i = 0; i < input->scope.columns.size(); ++i) {
      dedup.keys.push_back(static_cast<int>(i));
    }
  }
  for (const std::string& name : node.column_names) {
    bool found = false;
    for (std::size_t i = 0; i < input->scope.columns.size(); ++i) {
      const ScopeColumn& column = input->scope.columns[i];
      if (column.hidden || !input->scope.SameName(column.name, name)) continue;
      found = true;
      dedup.keys.push_back(static_cast<int>(i));
    }
    if (!found) return UnresolvedAmong(input->scope, name);
  }
  for (const int key : dedup.keys) {
    const ScopeColumn& column = input->scope.columns[key];
    if (ContainsMap(column.type)) {
      return AnalysisError("UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE",
                           {{"colName", QuoteName(column.name)},
                            {"dataType", QuoteType(column.type)}});
    }
  }
  AnalyzedRelation distinct = *Above(input, std::move(dedup));
  distinct.input = nullptr;
  return std::make_shared<const AnalyzedRelation>(std::move(distinct));
}

}  // namespace millrace::analysis
