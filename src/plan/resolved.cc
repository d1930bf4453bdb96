#include "plan/resolved.h"

#include <algorithm>
#include <string_view>

#include "plan/tree_text.h"

namespace millrace::plan {
namespace {

bool EqualPointers(const BoundExpressionPtr& a, const BoundExpressionPtr& b) {
  return a == b || (a != nullptr && b != nullptr && Equal(*a, *b));
}

bool EqualLists(const std::vector<BoundExpressionPtr>& a,
                const std::vector<BoundExpressionPtr>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), EqualPointers);
}

bool EqualNodes(const ColumnRef& a, const ColumnRef& b) { return a.index == b.index; }

bool EqualNodes(const Constant& a, const Constant& b) { return a.value == b.value; }

bool EqualNodes(const Call& a, const Call& b) {
  return a.function == b.function && a.options == b.options && EqualLists(a.args, b.args);
}

bool EqualNodes(const CastTo& a, const CastTo& b) {
  return a.mode == b.mode && EqualPointers(a.child, b.child);
}

bool EqualNodes(const GetField& a, const GetField& b) {
  return a.index == b.index && EqualPointers(a.child, b.child);
}

bool EqualNodes(const Lambda& a, const Lambda& b) {
  return a.variables == b.variables && EqualPointers(a.body, b.body);
}

bool EqualNodes(const LambdaVariable& a, const LambdaVariable& b) { return a.id == b.id; }

bool EqualKeys(const SortKey& a, const SortKey& b) {
  return a.ascending == b.ascending && a.nulls_first == b.nulls_first &&
         EqualPointers(a.expression, b.expression);
}

bool EqualNodes(const AggregateCall& a, const AggregateCall& b) {
  return a.function == b.function && a.distinct == b.distinct && a.options == b.options &&
         EqualLists(a.args, b.args) && EqualPointers(a.filter, b.filter) &&
         std::equal(a.order_by.begin(), a.order_by.end(), b.order_by.begin(), b.order_by.end(),
                    EqualKeys);
}

bool EqualNodes(const WindowCall& a, const WindowCall& b) {
  return EqualPointers(a.function, b.function) && EqualLists(a.partition_by, b.partition_by) &&
         std::equal(a.order_by.begin(), a.order_by.end(), b.order_by.begin(), b.order_by.end(),
                    EqualKeys) &&
         a.frame.is_rows == b.frame.is_rows && EqualPointers(a.frame.lower, b.frame.lower) &&
         EqualPointers(a.frame.upper, b.frame.upper);
}

bool EqualNodes(const Subquery& a, const Subquery& b) {
  return a.kind == b.kind && a.query == b.query && EqualLists(a.values, b.values);
}

bool EqualNodes(const OuterColumn& a, const OuterColumn& b) {
  return a.index == b.index && a.depth == b.depth;
}

std::string Texts(const std::vector<BoundExpressionPtr>& expressions) {
  std::string text = "[";
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    if (i > 0) text += ", ";
    text += expressions[i]->text;
  }
  return text + "]";
}

std::string KeyTexts(const std::vector<SortKey>& keys) {
  std::string text = "[";
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i > 0) text += ", ";
    text += keys[i].expression->text;
    text += keys[i].ascending ? " ASC" : " DESC";
    text += keys[i].nulls_first ? " NULLS FIRST" : " NULLS LAST";
  }
  return text + "]";
}

std::string NameTexts(const StructType& schema) {
  std::string text = "[";
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (i > 0) text += ", ";
    text += schema[i].name;
  }
  return text + "]";
}

// The column's name behind what it is made of, unless that is the column itself.
std::string NamedText(const BoundExpression& expression, const std::string& name) {
  const std::string alias = " AS " + name;
  if (expression.text == name || expression.text.ends_with(alias)) return expression.text;
  return expression.text + alias;
}

std::string_view JoinName(ResolvedJoinType type) {
  switch (type) {
    case ResolvedJoinType::kInner:
      return "Inner";
    case ResolvedJoinType::kLeft:
      return "LeftOuter";
    case ResolvedJoinType::kRight:
      return "RightOuter";
    case ResolvedJoinType::kFull:
      return "FullOuter";
    case ResolvedJoinType::kLeftSemi:
      return "LeftSemi";
    case ResolvedJoinType::kLeftAnti:
      return "LeftAnti";
    case ResolvedJoinType::kCross:
      break;
  }
  return "Cross";
}

std::string LineOf(const Project& node, const StructType& schema) {
  std::string text = "Project [";
  for (std::size_t i = 0; i < node.expressions.size(); ++i) {
    if (i > 0) text += ", ";
    text += NamedText(*node.expressions[i], schema[i].name);
  }
  return text + "]";
}

std::string LineOf(const Scan& node, const StructType& schema) {
  return std::string(node.is_streaming ? "StreamingRelation" : "Relation") + " source " + std::to_string(node.source) + ", " + NameTexts(schema);
}

std::string LineOf(const Filter& node, const StructType&) {
  return "Filter " + node.condition->text;
}

std::string LineOf(const OneRow&, const StructType&) { return "OneRowRelation"; }

std::string LineOf(const Range& node, const StructType&) {
  return "Range (" + std::to_string(node.start) + ", " + std::to_string(node.end) +
         ", step=" + std::to_string(node.step) + ")";
}

std::string LineOf(const Values&, const StructType& schema) {
  return "LocalRelation " + NameTexts(schema);
}

std::string LineOf(const Aggregate& node, const StructType&) {
  return "Aggregate " + Texts(node.groupings) + ", " + Texts(node.aggregates);
}

std::string LineOf(const Window& node, const StructType&) {
  return "Window " + Texts(node.functions);
}

std::string LineOf(const Join& node, const StructType&) {
  std::string text = node.is_lateral ? "LateralJoin " : "Join ";
  text += JoinName(node.type);
  if (node.condition != nullptr) text += ", " + node.condition->text;
  return text;
}

std::string LineOf(const Sort& node, const StructType&) { return "Sort " + KeyTexts(node.keys); }

std::string LineOf(const Limit& node, const StructType&) {
  std::string text = node.limit ? "Limit " + std::to_string(*node.limit) : "Offset";
  if (node.offset != 0) text += (node.limit ? ", offset " : " ") + std::to_string(node.offset);
  return text;
}

std::string LineOf(const Tail& node, const StructType&) {
  return "Tail " + std::to_string(node.limit);
}

std::string LineOf(const SetOperation& node, const StructType&) {
  const std::string all = node.is_all ? " All" : "";
  switch (node.type) {
    case SetOperation::Type::kUnion:
      return "Union" + all;
    case SetOperation::Type::kIntersect:
      return "Intersect" + all;
    case SetOperation::Type::kExcept:
      break;
  }
  return "Except" + all;
}

std::string LineOf(const Deduplicate& node, const StructType& schema) {
  std::string text = "Deduplicate [";
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    if (i > 0) text += ", ";
    text += schema[static_cast<std::size_t>(node.keys[i])].name;
  }
  return text + "]";
}

std::string LineOf(const Generate& node, const StructType&) {
  return "Generate " + node.generator->text + (node.outer ? ", outer" : "");
}

std::string LineOf(const Sample& node, const StructType&) {
  return "Sample " + std::to_string(node.lower_bound) + ", " + std::to_string(node.upper_bound);
}

void AppendTree(const ResolvedRelation& relation, const ScanLine& scan_line, int depth,
                std::string* text) {
  if (depth > 0) {
    text->append(static_cast<std::size_t>(3 * (depth - 1)), ' ');
    *text += "+- ";
  }
  const auto* scan = std::get_if<Scan>(&relation.node);
  *text += scan != nullptr && scan_line ? scan_line(*scan, relation.schema)
                                        : std::visit([&](const auto& node) {
                                            return LineOf(node, relation.schema);
                                          }, relation.node);
  *text += "\n";
  for (const ResolvedRelationPtr& input : InputsOf(relation)) {
    AppendTree(*input, scan_line, depth + 1, text);
  }
}

}  // namespace

bool Equal(const BoundExpression& a, const BoundExpression& b) {
  if (!(a.type == b.type) || a.node.index() != b.node.index()) return false;
  return std::visit(
      [&](const auto& node) {
        return EqualNodes(node, std::get<std::decay_t<decltype(node)>>(b.node));
      },
      a.node);
}

std::vector<BoundExpressionPtr> ChildrenOf(const BoundExpression& expression) {
  if (const auto* call = std::get_if<Call>(&expression.node)) return call->args;
  if (const auto* cast = std::get_if<CastTo>(&expression.node)) return {cast->child};
  if (const auto* field = std::get_if<GetField>(&expression.node)) return {field->child};
  if (const auto* lambda = std::get_if<Lambda>(&expression.node)) return {lambda->body};
  if (const auto* subquery = std::get_if<Subquery>(&expression.node)) return subquery->values;
  if (const auto* aggregate = std::get_if<AggregateCall>(&expression.node)) {
    std::vector<BoundExpressionPtr> children = aggregate->args;
    if (aggregate->filter != nullptr) children.push_back(aggregate->filter);
    for (const SortKey& key : aggregate->order_by) children.push_back(key.expression);
    return children;
  }
  if (const auto* window = std::get_if<WindowCall>(&expression.node)) {
    std::vector<BoundExpressionPtr> children = {window->function};
    children.insert(children.end(), window->partition_by.begin(), window->partition_by.end());
    for (const SortKey& key : window->order_by) children.push_back(key.expression);
    if (window->frame.lower != nullptr) children.push_back(window->frame.lower);
    if (window->frame.upper != nullptr) children.push_back(window->frame.upper);
    return children;
  }
  return {};
}

std::vector<ResolvedRelationPtr> InputsOf(const ResolvedRelation& relation) {
  return std::visit(
      [](const auto& node) -> std::vector<ResolvedRelationPtr> {
        if constexpr (requires { node.input; }) {
          return {node.input};
        } else if constexpr (requires { node.left; }) {
          return {node.left, node.right};
        } else {
          return {};
        }
      },
      relation.node);
}

std::string TreeText(const ResolvedRelation& relation) { return TreeText(relation, {}); }

std::string TreeText(const ResolvedRelation& relation, const ScanLine& scan_line) {
  std::string text;
  AppendTree(relation, scan_line, 0, &text);
  return text;
}

}  // namespace millrace::plan
