// GROUP BY, HAVING and what ORDER BY may name of a grouping.

#include <algorithm>
#include <utility>

#include "analysis/chance.h"
#include "analysis/error_messages.h"
#include "analysis/relation_analyzer.h"
#include "analysis/rewrite.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

namespace rel = plan::relation;
namespace ex = plan::expression;
using GroupType = rel::Aggregate::GroupType;

base::Status MissingAggregation(const Grouping& grouping, const std::string& text) {
  if (grouping.keys.empty()) return AnalysisError("MISSING_GROUP_BY", {});
  return AnalysisError("MISSING_AGGREGATION",
                       {{"expression", QuoteSql(text)},
                        {"expressionAnyValue", QuoteSql("any_value(" + text + ")")}});
}

std::string KeyTexts(const std::vector<BoundExpressionPtr>& keys) {
  std::string text;
  for (const auto& key : keys) text += (text.empty() ? "" : ",") + key->text;
  return text;
}

// grouping(key): the key's bit of the grouping id.
BoundExpressionPtr GroupingBit(int id_column, int bit, const std::string& text) {
  const BoundExpressionPtr id = MakeColumn(id_column, LongType(), false, "grouping_id()");
  const auto shift = MakeConstant(data::Value::Int(bit), IntegerType(), std::to_string(bit));
  const auto one = MakeConstant(data::Value::Int(1), LongType(), "1");
  const auto shifted = MakeCall("shiftright", {id, shift}, LongType(), false, text);
  return ExplicitCast(MakeCall("&", {shifted, one}, LongType(), false, text), ByteType(),
                      plan::EvalMode::kAnsi, text);
}

// The attribute at or below the expression that stands for the column with this text.
const plan::Expression* FindAttribute(const plan::ExpressionPtr& expression,
                                      const std::string& text) {
  if (const auto* attribute = expression->As<ex::UnresolvedAttribute>()) {
    const auto name = ParseName(attribute->name);
    if (name.ok() && !name->empty() && name->back() == text) return expression.get();
  }
  for (const plan::ExpressionPtr& child : ChildrenOf(*expression)) {
    if (const auto* found = FindAttribute(child, text)) return found;
  }
  return nullptr;
}

const std::int64_t* OrdinalOf(const plan::ExpressionPtr& expression, std::int64_t* value) {
  const auto* literal = expression->As<ex::Literal>();
  if (literal == nullptr || !literal->type.is(DataType::Kind::kInteger) ||
      !literal->value.is_int()) {
    return nullptr;
  }
  *value = literal->value.int_value();
  return value;
}

}  // namespace

std::vector<BoundExpressionPtr> Grouping::BoundKeys() const {
  std::vector<BoundExpressionPtr> bound;
  for (const Resolved& key : keys) bound.push_back(key.bound);
  return bound;
}

bool Grouping::KeyMayBeMissing(int key) const {
  return has_sets && std::any_of(sets.begin(), sets.end(), [key](const std::vector<int>& set) {
           return std::find(set.begin(), set.end(), key) == set.end();
         });
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Aggregate& node,
                                                                const AnalyzedRelationPtr& input) {
  if (node.group_type == GroupType::kPivot) return AnalyzePivot(node, input);
  MILLRACE_ASSIGN_OR_RETURN(
      std::vector<Resolved> outputs,
      ResolveSelectList(node.aggregate_expressions, input, "Aggregate"));
  Grouping grouping;
  grouping.input = input;
  MILLRACE_ASSIGN_OR_RETURN(grouping.keys,
                            ResolveKeys(node, node.grouping_expressions, outputs, input));
  MILLRACE_RETURN_IF_ERROR(SetGroupingSets(node, &grouping, outputs));
  if (!node.is_select) {
    std::vector<Resolved> all = grouping.keys;
    all.insert(all.end(), outputs.begin(), outputs.end());
    outputs = std::move(all);
  }
  MILLRACE_RETURN_IF_ERROR(SetOutputs(&grouping, std::move(outputs)));
  return BuildGrouping(std::move(grouping));
}

base::Result<std::vector<Resolved>> RelationAnalyzer::ResolveKeys(
    const rel::Aggregate& node, const std::vector<plan::ExpressionPtr>& given,
    const std::vector<Resolved>& outputs, const AnalyzedRelationPtr& input) {
  std::vector<Resolved> keys;
  if (node.group_by_all) {
    for (const Resolved& output : outputs) {
      if (!HoldsAggregate(*output.bound) && !HoldsWindow(*output.bound)) keys.push_back(output);
    }
    return keys;
  }
  ExpressionAnalyzer expressions = ExpressionsOver(*input, "Aggregate");
  for (const plan::ExpressionPtr& expression : given) {
    std::int64_t ordinal = 0;
    if (OrdinalOf(expression, &ordinal) != nullptr && node.is_select) {
      if (ordinal < 1 || ordinal > static_cast<std::int64_t>(outputs.size())) {
        return expressions.At(expression->origin,
                              AnalysisError("GROUP_BY_POS_OUT_OF_RANGE",
                                            {{"index", std::to_string(ordinal)},
                                             {"size", std::to_string(outputs.size())}}));
      }
      const Resolved& output = outputs[ordinal - 1];
      if (HoldsAggregate(*output.bound)) {
        return expressions.At(
            expression->origin,
            AnalysisError("GROUP_BY_POS_AGGREGATE",
                          {{"index", std::to_string(ordinal)},
                           {"aggExpr", AggregateTexts(*output.bound, input->scope) + " AS " +
                                           QuoteName(output.name)}}));
      }
      keys.push_back(output);
      continue;
    }
    MILLRACE_RETURN_IF_ERROR(expressions.CheckFunctions(expression));
    auto resolved = expressions.ResolveColumns(expression);
    if (!resolved.ok()) {
      // A name that the input does not have may be an alias of the select list.
      const auto* attribute = expression->As<ex::UnresolvedAttribute>();
      const Resolved* alias = nullptr;
      if (attribute != nullptr && node.is_select) {
        const auto name = ParseName(attribute->name);
        for (const Resolved& output : outputs) {
          if (name.ok() && name->size() == 1 && input->scope.SameName(output.name, name->front())) {
            alias = &output;
            break;
          }
        }
      }
      if (alias == nullptr) return resolved.status();
      resolved = std::vector<Resolved>{*alias};
    }
    for (Resolved& key : *resolved) {
      if (HoldsAggregate(*key.bound)) {
        return expressions.At(
            expression->origin,
            AnalysisError("GROUP_BY_AGGREGATE",
                          {{"sqlExpr", AggregateTexts(*key.bound, input->scope)}}));
      }
      if (!IsGroupable(key.bound->type)) {
        return expressions.At(expression->origin,
                              AnalysisError("GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE",
                                            {{"sqlExpr", QuoteSql(key.bound->text)},
                                             {"dataType", QuoteType(key.bound->type)}}));
      }
      keys.push_back(std::move(key));
    }
  }
  return keys;
}

base::Status RelationAnalyzer::SetGroupingSets(const rel::Aggregate& node, Grouping* grouping,
                                               const std::vector<Resolved>& outputs) {
  const int count = static_cast<int>(grouping->keys.size());
  if (node.group_type == GroupType::kRollup) {
    grouping->has_sets = true;
    for (int size = count; size >= 0; --size) {
      std::vector<int> set;
      for (int i = 0; i < size; ++i) set.push_back(i);
      grouping->sets.push_back(std::move(set));
    }
  } else if (node.group_type == GroupType::kCube) {
    if (count > 12) {
      return NotPossibleHere("CUBE over " + std::to_string(count) + " columns",
                             "Name the sets with GROUPING SETS.");
    }
    grouping->has_sets = true;
    for (int bits = (1 << count) - 1; bits >= 0; --bits) {
      std::vector<int> set;
      for (int i = 0; i < count; ++i) {
        if ((bits >> (count - 1 - i)) & 1) set.push_back(i);
      }
      grouping->sets.push_back(std::move(set));
    }
  } else if (node.group_type == GroupType::kGroupingSets) {
    grouping->has_sets = true;
    for (const auto& expressions : node.grouping_sets) {
      MILLRACE_ASSIGN_OR_RETURN(const auto keys,
                                ResolveKeys(node, expressions, outputs, grouping->input));
      std::vector<int> set;
      for (const Resolved& key : keys) {
        int index = IndexOf(grouping->BoundKeys(), key.bound);
        if (index < 0) {
          index = static_cast<int>(grouping->keys.size());
          grouping->keys.push_back(key);
        }
        set.push_back(index);
      }
      grouping->sets.push_back(std::move(set));
    }
  }
  return base::Status::Ok();
}

base::Result<BoundExpressionPtr> RelationAnalyzer::OverGroups(
    Grouping* grouping, const BoundExpressionPtr& expression) {
  const std::vector<BoundExpressionPtr> keys = grouping->BoundKeys();
  base::Status failure = base::Status::Ok();
  const Replace replace = [&](const BoundExpressionPtr& part) -> BoundExpressionPtr {
    if (const int key = IndexOf(keys, part); key >= 0) {
      return MakeColumn(key, part->type, part->nullable || grouping->KeyMayBeMissing(key),
                        part->text);
    }
    if (std::holds_alternative<plan::AggregateCall>(part->node)) {
      int index = IndexOf(grouping->aggregates, part);
      if (index < 0) {
        index = static_cast<int>(grouping->aggregates.size());
        grouping->aggregates.push_back(part);
      }
      return MakeColumn(grouping->first_aggregate() + index, part->type, part->nullable,
                        part->text);
    }
    if (const auto* window = std::get_if<plan::WindowCall>(&part->node)) {
      plan::BoundExpression copy = *part;
      plan::WindowCall call = *window;
      plan::BoundExpression function = *call.function;
      const auto over = [&](BoundExpressionPtr* inner) {
        if (*inner == nullptr) return;
        auto moved = OverGroups(grouping, *inner);
        if (moved.ok()) {
          *inner = *std::move(moved);
        } else if (failure.ok()) {
          failure = moved.status();
        }
      };
      std::visit(
          [&](auto& node) {
            if constexpr (requires { node.args; }) {
              for (auto& arg : node.args) over(&arg);
            }
            if constexpr (requires { node.filter; }) over(&node.filter);
          },
          function.node);
      call.function = std::make_shared<const plan::BoundExpression>(std::move(function));
      for (auto& key : call.partition_by) over(&key);
      for (auto& key : call.order_by) over(&key.expression);
      copy.node = std::move(call);
      return std::make_shared<const plan::BoundExpression>(std::move(copy));
    }
    if (const auto* call = std::get_if<plan::Call>(&part->node);
        call != nullptr && (call->function == "grouping" || call->function == "grouping_id")) {
      const auto bound = GroupingFunction(*grouping, *call, part->text);
      if (bound.ok()) return *bound;
      if (failure.ok()) failure = bound.status();
      return part;
    }
    if (IsFileFunction(*part)) return WithoutFile(part);  // A group comes from no file.
    if (std::holds_alternative<plan::ColumnRef>(part->node)) {
      if (failure.ok()) failure = MissingAggregation(*grouping, part->text);
      return part;
    }
    return nullptr;
  };
  BoundExpressionPtr moved = Rewrite(expression, replace);
  if (!failure.ok()) return failure;
  return moved;
}

base::Result<BoundExpressionPtr> RelationAnalyzer::GroupingFunction(const Grouping& grouping,
                                                                    const plan::Call& call,
                                                                    const std::string& text) {
  if (!grouping.has_sets) return AnalysisError("UNSUPPORTED_GROUPING_EXPRESSION", {});
  const auto keys = grouping.BoundKeys();
  const auto id_column = static_cast<int>(keys.size());
  if (call.function == "grouping") {
    const int key = IndexOf(keys, call.args[0]);
    if (key < 0) {
      return AnalysisError("GROUPING_COLUMN_MISMATCH",
                           {{"grouping", call.args[0]->text}, {"groupingColumns", KeyTexts(keys)}});
    }
    return GroupingBit(id_column, static_cast<int>(keys.size()) - 1 - key, text);
  }
  const bool is_all = std::equal(call.args.begin(), call.args.end(), keys.begin(), keys.end(),
                                 [](const auto& a, const auto& b) { return plan::Equal(*a, *b); });
  if (!call.args.empty() && !is_all) {
    return AnalysisError("GROUPING_ID_COLUMN_MISMATCH",
                         {{"groupingIdColumn", KeyTexts(call.args)},
                          {"groupByColumns", KeyTexts(keys)}});
  }
  return MakeColumn(id_column, LongType(), false, text);
}

base::Status RelationAnalyzer::SetOutputs(Grouping* grouping, std::vector<Resolved> outputs) {
  const auto width = static_cast<int>(grouping->input->scope.columns.size());
  for (Resolved& output : outputs) {
    const bool names_generated = AnyPart(*output.bound, [&](const plan::BoundExpression& part) {
      const auto* column = std::get_if<plan::ColumnRef>(&part.node);
      return column != nullptr && column->index >= width;
    });
    if (names_generated) {
      return NotPossibleHere("The column of a generator in an aggregation of the same SELECT",
                             "Generate the rows in a subquery.");
    }
    MILLRACE_ASSIGN_OR_RETURN(output.bound, OverGroups(grouping, output.bound));
  }
  grouping->outputs = std::move(outputs);
  return base::Status::Ok();
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::BuildGrouping(Grouping grouping) {
  Scope scope{.columns = {}, .case_sensitive = context_.case_sensitive};
  const AnalyzedRelation& input = *grouping.input;
  for (std::size_t i = 0; i < grouping.keys.size(); ++i) {
    const Resolved& key = grouping.keys[i];
    const auto* column = std::get_if<plan::ColumnRef>(&key.bound->node);
    ScopeColumn added{.name = key.name.empty() ? key.bound->text : key.name,
                      .qualifier = {},
                      .type = key.bound->type,
                      .nullable =
                          key.bound->nullable || grouping.KeyMayBeMissing(static_cast<int>(i)),
                      .metadata = key.metadata,
                      .id = next_id_++};
    if (column != nullptr) {
      added.qualifier = input.scope.columns[column->index].qualifier;
      added.id = input.scope.columns[column->index].id;
    }
    scope.columns.push_back(std::move(added));
  }
  const auto add = [&](const std::string& name, const DataType& type, bool nullable) {
    scope.columns.push_back({.name = name,
                             .qualifier = {},
                             .type = type,
                             .nullable = nullable,
                             .metadata = "{}",
                             .id = next_id_++});
  };
  if (grouping.has_sets) add("spark_grouping_id", LongType(), false);
  for (const auto& call : grouping.aggregates) add(call->text, call->type, call->nullable);
  auto resolved = MakeResolved(
      scope, plan::Aggregate{input.resolved, grouping.BoundKeys(), grouping.aggregates,
                             grouping.has_sets ? grouping.sets : std::vector<std::vector<int>>()});
  for (const auto& condition : grouping.having) {
    resolved = MakeResolved(scope, plan::Filter{std::move(resolved), condition});
  }
  AnalyzedRelation aggregate = *MakeAnalyzed(resolved, std::move(scope), grouping.input);
  aggregate.input = nullptr;
  const auto groups = std::make_shared<const AnalyzedRelation>(std::move(aggregate));
  std::vector<Resolved> columns = grouping.outputs;
  plan::ResolvedRelationPtr below = AddGenerators(groups->resolved, &columns);
  below = AddWindows(std::move(below), &columns);
  AnalyzedRelation result = *MakeProject(groups, std::move(columns), std::move(below));
  result.input = nullptr;
  result.input_names = grouping.input->input_names;
  const bool is_plain = result.scope.columns.size() == grouping.outputs.size();
  if (is_plain) result.grouping = std::make_shared<const Grouping>(std::move(grouping));
  return std::make_shared<const AnalyzedRelation>(std::move(result));
}

bool RelationAnalyzer::NeedsGrouping(const AnalyzedRelation& relation,
                                     const std::vector<plan::ExpressionPtr>& expressions) {
  for (const auto& expression : expressions) {
    if (expression == nullptr) continue;
    if (CallsAggregate(*expression)) return true;
    ExpressionAnalyzer alone = ExpressionsOver(relation, "");
    if (!alone.Resolve(expression).ok()) return true;
  }
  return false;
}

base::Result<std::vector<BoundExpressionPtr>> RelationAnalyzer::ResolveOverGrouping(
    const AnalyzedRelation& relation, Grouping* grouping,
    const std::vector<plan::ExpressionPtr>& list, std::string_view operator_name) {
  ExpressionAnalyzer expressions = ExpressionsOver(relation, operator_name);
  expressions.set_grouping_input(grouping->input.get());
  const auto width = static_cast<int>(grouping->outputs.size());
  std::vector<BoundExpressionPtr> results;
  for (const auto& expression : list) {
    MILLRACE_RETURN_IF_ERROR(expressions.CheckFunctions(expression));
    MILLRACE_ASSIGN_OR_RETURN(const Resolved resolved, expressions.Resolve(expression));
    base::Status failure = base::Status::Ok();
    for (const int index : CorrelatedColumns(resolved.bound)) {
      if (index >= width) continue;
      const plan::BoundExpression& output = *grouping->outputs[index].bound;
      if (!HoldsWindow(output) && !HoldsSubquery(output)) continue;
      return NotPossibleHere("\"" + relation.scope.columns[index].name + "\" in a query inside " +
                                 "HAVING or ORDER BY",
                             "Group in a subquery and name its column.");
    }
    // A part that works on the input alone, as the grouping knows it; null for others.
    const auto to_input = [&](const BoundExpressionPtr& part) -> BoundExpressionPtr {
      bool is_input = true;
      auto moved = Rewrite(part, [&](const BoundExpressionPtr& inner) -> BoundExpressionPtr {
        const auto* column = std::get_if<plan::ColumnRef>(&inner->node);
        if (column == nullptr) return nullptr;
        if (column->index >= width) {
          return MakeColumn(column->index - width, inner->type, inner->nullable, inner->text);
        }
        const auto& output = grouping->outputs[column->index].bound;
        const auto* key = std::get_if<plan::ColumnRef>(&output->node);
        if (key != nullptr && key->index < static_cast<int>(grouping->keys.size())) {
          return grouping->keys[key->index].bound;
        }
        is_input = false;
        return inner;
      });
      return is_input ? moved : nullptr;
    };
    const auto moved = Rewrite(resolved.bound, [&](const BoundExpressionPtr& part) {
      const auto* column = std::get_if<plan::ColumnRef>(&part->node);
      if (column != nullptr && column->index < width) {
        return WithText(grouping->outputs[column->index].bound, part->text);
      }
      const bool is_aggregate = std::holds_alternative<plan::AggregateCall>(part->node);
      const auto* call = std::get_if<plan::Call>(&part->node);
      const bool is_grouping =
          call != nullptr && (call->function == "grouping" || call->function == "grouping_id");
      const bool holds_column = AnyPart(*part, [](const plan::BoundExpression& inner) {
        return std::holds_alternative<plan::ColumnRef>(inner.node);
      });
      if (!is_aggregate && !is_grouping && !holds_column) return BoundExpressionPtr();
      const BoundExpressionPtr over_input = to_input(part);
      if (over_input == nullptr) {
        if (is_aggregate && failure.ok()) failure = AnalysisError("NESTED_AGGREGATE_FUNCTION", {});
        return is_aggregate ? part : BoundExpressionPtr();
      }
      if (!is_aggregate && !is_grouping && IndexOf(grouping->BoundKeys(), over_input) < 0) {
        if (column == nullptr) return BoundExpressionPtr();
        if (failure.ok()) {
          const plan::Expression* attribute = FindAttribute(expression, part->text);
          failure = expressions.At((attribute == nullptr ? *expression : *attribute).origin,
                                   UnresolvedColumn({part->text}, relation.scope.Candidates()));
        }
        return part;
      }
      const auto over_groups = OverGroups(grouping, over_input);
      if (over_groups.ok()) return WithText(*over_groups, part->text);
      if (failure.ok()) failure = over_groups.status();
      return part;
    });
    if (!failure.ok()) return failure;
    results.push_back(moved);
  }
  return results;
}

std::string AggregateTexts(const plan::BoundExpression& expression, const Scope& scope) {
  if (std::holds_alternative<plan::AggregateCall>(expression.node)) {
    const auto& call = std::get<plan::AggregateCall>(expression.node);
    std::string text = expression.text.substr(0, expression.text.find('(')) + "(";
    for (const auto& arg : call.args) {
      if (&arg != &call.args.front()) text += ", ";
      const auto* column = std::get_if<plan::ColumnRef>(&arg->node);
      text += column == nullptr ? arg->text
                                : QuoteNameIfNeeded(scope.columns[column->index].QualifiedName());
    }
    return text + ")";
  }
  std::string texts;
  for (const auto& child : plan::ChildrenOf(expression)) {
    if (child == nullptr) continue;
    const std::string inner = AggregateTexts(*child, scope);
    if (!inner.empty()) texts += (texts.empty() ? "" : ", ") + inner;
  }
  return texts;
}

}  // namespace millrace::analysis
