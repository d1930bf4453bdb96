// PIVOT, UNPIVOT, other schemas; what is only advice; samples.

#include <algorithm>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/not_here.h"
#include "analysis/relation_analyzer.h"
#include "analysis/rewrite.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;
namespace rel = plan::relation;
namespace ex = plan::expression;

// A pivot value as the name of its column: what casting it to a string gives.
std::string ValueName(const ex::Literal& value) {
  if (value.value.is_null()) return "null";
  std::string text = data::ToPrettySql(value.value, value.type);
  const std::size_t quote = text.find('\'');
  if ((value.type.is(Kind::kDate) || value.type.is(Kind::kTimestamp) ||
       value.type.is(Kind::kTimestampNtz)) &&
      quote != std::string::npos) {
    text = text.substr(quote + 1, text.size() - quote - 2);
  }
  return text;
}

// The aggregate functions in the expression count only rows for which `condition` holds.
BoundExpressionPtr OnlyWhere(const BoundExpressionPtr& expression,
                             const BoundExpressionPtr& condition) {
  return Rewrite(expression, [&](const BoundExpressionPtr& part) -> BoundExpressionPtr {
    const auto* aggregate = std::get_if<plan::AggregateCall>(&part->node);
    if (aggregate == nullptr) return nullptr;
    plan::BoundExpression copy = *part;
    plan::AggregateCall call = *aggregate;
    call.filter = call.filter == nullptr
                      ? condition
                      : MakeCall("and", {call.filter, condition}, BooleanType(), true,
                                 "(" + call.filter->text + " AND " + condition->text + ")");
    copy.node = std::move(call);
    return std::make_shared<const plan::BoundExpression>(std::move(copy));
  });
}

BoundExpressionPtr CountWhere(const BoundExpressionPtr& condition) {
  plan::AggregateCall count;
  count.function = "count";
  count.filter = condition;
  return std::make_shared<const plan::BoundExpression>(
      plan::BoundExpression{LongType(), false, std::move(count), "count(1)"});
}

// The aggregate for one pivot value: null when there is no row with the value.
BoundExpressionPtr PivotCell(const BoundExpressionPtr& aggregate,
                             const BoundExpressionPtr& condition) {
  const BoundExpressionPtr cell = OnlyWhere(aggregate, condition);
  const auto zero = MakeConstant(data::Value::Int(0), LongType(), "0");
  const auto exists =
      MakeCall(">", {CountWhere(condition), zero}, BooleanType(), false, "(count(1) > 0)");
  return MakeCall("case_when", {exists, cell}, cell->type, true, cell->text);
}

void CollectIndexes(const plan::BoundExpression& expression, std::vector<int>* indexes) {
  AnyPart(expression, [&](const plan::BoundExpression& part) {
    if (const auto* column = std::get_if<plan::ColumnRef>(&part.node)) {
      indexes->push_back(column->index);
    }
    return false;
  });
}

bool ReadsStream(const plan::ResolvedRelation& top) {
  std::vector<const plan::ResolvedRelation*> left = {&top};
  while (!left.empty()) {
    const plan::ResolvedRelation* relation = left.back();
    left.pop_back();
    const auto* scan = std::get_if<plan::Scan>(&relation->node);
    if (scan != nullptr && scan->is_streaming) return true;
    for (const auto& input : plan::InputsOf(*relation)) left.push_back(input.get());
  }
  return false;
}

}  // namespace

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzePivot(const rel::Aggregate& node,
                                                                 const AnalyzedRelationPtr& input) {
  if (!node.pivot) return NotPossibleHere("A pivot without a column", "Name its column.");
  ExpressionAnalyzer expressions = ExpressionsOver(*input, "Pivot");
  MILLRACE_RETURN_IF_ERROR(expressions.CheckFunctions(node.pivot->column));
  MILLRACE_ASSIGN_OR_RETURN(const Resolved pivot, expressions.Resolve(node.pivot->column));
  MILLRACE_ASSIGN_OR_RETURN(const auto aggregates,
                            ResolveSelectList(node.aggregate_expressions, input, "Pivot"));
  for (const Resolved& aggregate : aggregates) {
    if (!HoldsAggregate(*aggregate.bound)) {
      return AnalysisError("_LEGACY_ERROR_TEMP_1006", {{"sql", aggregate.bound->text}});
    }
  }
  Grouping grouping;
  grouping.input = input;
  if (node.is_select) {
    std::vector<int> used;
    CollectIndexes(*pivot.bound, &used);
    for (const Resolved& aggregate : aggregates) CollectIndexes(*aggregate.bound, &used);
    for (std::size_t i = 0; i < input->scope.columns.size(); ++i) {
      if (input->scope.columns[i].hidden) continue;
      if (std::find(used.begin(), used.end(), static_cast<int>(i)) == used.end()) {
        grouping.keys.push_back(PassOn(*input, i));
      }
    }
  } else {
    MILLRACE_ASSIGN_OR_RETURN(grouping.keys,
                              ResolveKeys(node, node.grouping_expressions, {}, input));
  }
  std::vector<Resolved> outputs = grouping.keys;
  rel::Aggregate::Pivot values = *node.pivot;
  if (values.values.empty()) {
    MILLRACE_RETURN_IF_ERROR(FindPivotValues(input, pivot.bound->type, &values));
  }
  for (std::size_t i = 0; i < values.values.size(); ++i) {
    const ex::Literal& value = values.values[i];
    const std::string value_name =
        i < values.value_names.size() && !values.value_names[i].empty() ? values.value_names[i]
                                                                        : ValueName(value);
    const auto constant = MakeConstant(value.value, value.type, value_name);
    if (!CanCast(value.type, pivot.bound->type, LegacyOrAnsi::kAnsi)) {
      return AnalysisError("PIVOT_VALUE_DATA_TYPE_MISMATCH",
                           {{"value", value_name},
                            {"valueType", value.type.simpleString()},
                            {"pivotType", pivot.bound->type.simpleString()}});
    }
    const auto condition =
        MakeCall("<=>", {pivot.bound, ImplicitCast(constant, pivot.bound->type)}, BooleanType(),
                 false, "(" + pivot.bound->text + " <=> " + value_name + ")");
    for (const Resolved& aggregate : aggregates) {
      const std::string name =
          aggregates.size() == 1 ? value_name : value_name + "_" + aggregate.name;
      outputs.push_back({.bound = PivotCell(aggregate.bound, condition),
                         .kind = Resolved::Kind::kAlias,
                         .name = name});
    }
  }
  MILLRACE_RETURN_IF_ERROR(SetOutputs(&grouping, std::move(outputs)));
  return BuildGrouping(std::move(grouping));
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Unpivot& node,
                                                                const AnalyzedRelationPtr& input) {
  std::vector<Resolved> values;
  std::vector<Resolved> ids;
  if (node.values) {
    MILLRACE_ASSIGN_OR_RETURN(values, ResolveSelectList(*node.values, input, "Unpivot"));
  }
  MILLRACE_ASSIGN_OR_RETURN(ids, ResolveSelectList(node.ids, input, "Unpivot"));
  if (node.is_sql || !node.values) {
    // What is not named on the other side.
    std::vector<Resolved>& rest = node.values ? ids : values;
    const std::vector<Resolved>& named = node.values ? values : ids;
    for (std::size_t i = 0; i < input->scope.columns.size(); ++i) {
      const std::int64_t id = input->scope.columns[i].id;
      if (std::none_of(named.begin(), named.end(),
                       [id](const Resolved& column) { return column.column_id == id; })) {
        rest.push_back(PassOn(*input, i));
      }
    }
  }
  if (values.empty()) return AnalysisError("UNPIVOT_REQUIRES_VALUE_COLUMNS", {});
  std::optional<DataType> type = values[0].bound->type;
  for (const Resolved& value : values) {
    if (type) type = WiderNumberType(*type, value.bound->type);
  }
  if (!type) {
    std::string types;
    for (const Resolved& value : values) {
      types += (types.empty() ? "" : ", ") + QuoteType(value.bound->type) + " (" +
               QuoteName(value.name) + ")";
    }
    return AnalysisError("UNPIVOT_VALUE_DATA_TYPE_MISMATCH", {{"types", types}});
  }
  std::vector<BoundExpressionPtr> args = {
      MakeConstant(data::Value::Int(static_cast<std::int64_t>(values.size())), IntegerType(),
                   std::to_string(values.size()))};
  bool nullable = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool has_alias = i < node.value_aliases.size() && !node.value_aliases[i].empty();
    const std::string name = has_alias ? node.value_aliases[i] : values[i].name;
    args.push_back(MakeConstant(data::Value::Bytes(name), StringType(), name));
    args.push_back(ImplicitCast(values[i].bound, *type));
    nullable = nullable || values[i].bound->nullable;
  }
  const StructType columns =
      StructType().add("col0", StringType(), false).add("col1", *type, nullable);
  Resolved generator{.bound = MakeCall("stack", args, columns, false, CallText("stack", args)),
                     .names = {node.variable_column_name, node.value_column_name}};
  std::vector<Resolved> outputs = ids;
  outputs.push_back(std::move(generator));
  MILLRACE_ASSIGN_OR_RETURN(const AnalyzedRelationPtr rows, Select(input, std::move(outputs)));
  if (node.include_nulls) return rows;
  const auto last = PassOn(*rows, rows->scope.columns.size() - 1).bound;
  const auto is_there = MakeCall("isnotnull", {last}, BooleanType(), false,
                                 "(" + last->text + " IS NOT NULL)");
  return MakeAnalyzed(MakeResolved(rows->scope, plan::Filter{rows->resolved, is_there}),
                      rows->scope, rows);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::ToSchema& node,
                                                                const AnalyzedRelationPtr& input) {
  std::vector<Resolved> columns;
  for (const StructField& field : node.schema.fields()) {
    MILLRACE_ASSIGN_OR_RETURN(const auto match, input->scope.Find({field.name}));
    if (!match) {
      if (!field.nullable) return UnresolvedColumn({field.name}, input->scope.Candidates());
      columns.push_back({.bound = MakeConstant(data::Value::Null(), field.dataType, "NULL"),
                         .kind = Resolved::Kind::kAlias,
                         .name = field.name,
                         .metadata = field.metadata});
      continue;
    }
    Resolved column = PassOn(*input, match->column);
    if (column.bound->nullable && !field.nullable) {
      return AnalysisError("NULLABLE_COLUMN_OR_FIELD", {{"name", QuoteName(field.name)}});
    }
    if (!SameType(column.bound->type, field.dataType) &&
        !CanImplicitlyCast(column.bound->type, field.dataType)) {
      return AnalysisError("INVALID_COLUMN_OR_FIELD_DATA_TYPE",
                           {{"name", QuoteName(field.name)},
                            {"type", QuoteType(column.bound->type)},
                            {"expectedType", QuoteType(field.dataType)}});
    }
    column.bound = ImplicitCast(column.bound, field.dataType);
    column.kind = Resolved::Kind::kAlias;
    column.name = field.name;
    column.metadata = field.metadata;
    columns.push_back(std::move(column));
  }
  return MakeProject(input, std::move(columns));
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Sample& node,
                                                                const AnalyzedRelationPtr& input) {
  const double fraction = node.upper_bound - node.lower_bound;
  if (fraction < 0 || (!node.with_replacement && fraction > 1.000001)) {
    return base::Status::InvalidArgument("requirement failed: Sampling fraction (" +
                                         std::to_string(fraction) + ") must be on interval [0, 1]")
        .WithSparkError({.exception_class = "IllegalArgumentException",
                         .condition = "",
                         .sql_state = "",
                         .parameters = {}});
  }
  plan::Sample sample{input->resolved, node.lower_bound, node.upper_bound, node.with_replacement,
                      node.seed.value_or(0)};
  return MakeAnalyzed(MakeResolved(input->scope, std::move(sample)), input->scope, input);
}

// How rows are spread over partitions changes no result.

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Repartition& node,
                                                                const AnalyzedRelationPtr& input) {
  if (node.num_partitions <= 0) {
    return base::Status::InvalidArgument("requirement failed: Number of partitions (" +
                                         std::to_string(node.num_partitions) +
                                         ") must be positive.")
        .WithSparkError({.exception_class = "IllegalArgumentException",
                         .condition = "",
                         .sql_state = "",
                         .parameters = {}});
  }
  return input;
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(
    const rel::RepartitionByExpression& node, const AnalyzedRelationPtr& input) {
  const AnalyzedRelationPtr widened = Widen(input, node.partition_expressions);
  ExpressionAnalyzer expressions = ExpressionsOver(*widened, "RepartitionByExpression");
  for (const plan::ExpressionPtr& given : node.partition_expressions) {
    const auto* order = given->As<ex::SortOrder>();
    const plan::ExpressionPtr& expression = order == nullptr ? given : order->child;
    MILLRACE_RETURN_IF_ERROR(expressions.CheckFunctions(expression));
    const auto resolved = expressions.Resolve(expression);
    if (!resolved.ok()) return resolved.status();
  }
  return input;
}

// Without a stream a watermark means nothing.
base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::WithWatermark& node,
                                                                const AnalyzedRelationPtr& input) {
  if (ReadsStream(*input->resolved)) return NotHere(plan::Relation{node});
  MILLRACE_ASSIGN_OR_RETURN(const NameParts name, ParseName(node.event_time));
  MILLRACE_ASSIGN_OR_RETURN(const auto match, input->scope.Find(name));
  if (!match) return UnresolvedColumn(name, input->scope.Candidates());
  return input;
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Hint&,
                                                                const AnalyzedRelationPtr& input) {
  return input;
}

}  // namespace millrace::analysis
