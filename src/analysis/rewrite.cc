#include "analysis/rewrite.h"

#include <memory>
#include <unordered_map>
#include <utility>

namespace millrace::analysis {
namespace {

using plan::BoundExpression;
using plan::ResolvedRelation;
using plan::ResolvedRelationPtr;

// Rewrites expressions, and the correlated columns of the queries inside them.
class Rewriter {
 public:
  explicit Rewriter(Replace replace) : replace_(std::move(replace)) {}

  BoundExpressionPtr operator()(const BoundExpressionPtr& expression) {
    if (expression == nullptr) return nullptr;
    const auto done = done_.find(expression.get());
    if (done != done_.end()) return done->second;
    BoundExpressionPtr result = depth_ == 0 ? replace_(expression) : Correlated(expression);
    if (result == nullptr) result = Inside(expression);
    done_.emplace(expression.get(), result);
    kept_.push_back(expression);
    return result;
  }

  /// The columns of the operator that the queries inside named so far.
  std::vector<int> TakeCorrelated() { return std::move(correlated_); }

 private:
  // A column of the operator that is rewritten, seen from `depth_` subqueries further in.
  BoundExpressionPtr Correlated(const BoundExpressionPtr& expression) {
    const auto* outer = std::get_if<plan::OuterColumn>(&expression->node);
    if (outer == nullptr || outer->depth != depth_) return nullptr;
    correlated_.push_back(outer->index);
    const BoundExpressionPtr replaced = replace_(
        MakeColumn(outer->index, expression->type, expression->nullable, expression->text));
    if (replaced == nullptr) return nullptr;
    const auto from_inside = [this](const BoundExpressionPtr& part) -> BoundExpressionPtr {
      const auto* column = std::get_if<plan::ColumnRef>(&part->node);
      if (column == nullptr) return nullptr;
      BoundExpression moved = *part;
      moved.node = plan::OuterColumn{column->index, depth_};
      return std::make_shared<const BoundExpression>(std::move(moved));
    };
    return WithText(Rewriter(from_inside)(replaced), expression->text);
  }

  void All(std::vector<BoundExpressionPtr>* expressions) {
    for (BoundExpressionPtr& expression : *expressions) expression = (*this)(expression);
  }
  void All(std::vector<plan::SortKey>* keys) {
    for (plan::SortKey& key : *keys) key.expression = (*this)(key.expression);
  }

  BoundExpressionPtr Inside(const BoundExpressionPtr& expression) {
    BoundExpression copy = *expression;
    std::visit(
        [&](auto& node) {
          if constexpr (requires { node.args; }) All(&node.args);
          if constexpr (requires { node.child; }) node.child = (*this)(node.child);
          if constexpr (requires { node.body; }) node.body = (*this)(node.body);
          if constexpr (requires { node.filter; }) node.filter = (*this)(node.filter);
          if constexpr (requires { node.order_by; }) All(&node.order_by);
          if constexpr (requires { node.partition_by; }) {
            node.function = (*this)(node.function);
            All(&node.partition_by);
            node.frame.lower = (*this)(node.frame.lower);
            node.frame.upper = (*this)(node.frame.upper);
          }
          if constexpr (requires { node.query; }) {
            All(&node.values);
            const auto outside = std::exchange(done_, {});
            ++depth_;
            node.query = Inside(*node.query);
            --depth_;
            done_ = outside;
          }
        },
        copy.node);
    return std::make_shared<const BoundExpression>(std::move(copy));
  }

  ResolvedRelationPtr Inside(const ResolvedRelation& relation) {
    ResolvedRelation copy = relation;
    std::visit(
        [&](auto& node) {
          if constexpr (requires { node.condition; }) node.condition = (*this)(node.condition);
          if constexpr (requires { node.expressions; }) All(&node.expressions);
          if constexpr (requires { node.groupings; }) {
            All(&node.groupings);
            All(&node.aggregates);
          }
          if constexpr (requires { node.functions; }) All(&node.functions);
          if constexpr (requires { node.generator; }) node.generator = (*this)(node.generator);
          if constexpr (requires { node.rows; }) {
            for (auto& row : node.rows) All(&row);
          }
          if constexpr (std::is_same_v<std::decay_t<decltype(node)>, plan::Sort>) All(&node.keys);
          if constexpr (requires { node.input; }) node.input = Inside(*node.input);
          if constexpr (requires { node.left; }) node.left = Inside(*node.left);
          if constexpr (requires { node.is_lateral; }) {
            const auto outside = std::exchange(done_, {});
            depth_ += node.is_lateral ? 1 : 0;
            node.right = Inside(*node.right);
            depth_ -= node.is_lateral ? 1 : 0;
            done_ = outside;
          } else if constexpr (requires { node.right; }) {
            node.right = Inside(*node.right);
          }
        },
        copy.node);
    return std::make_shared<const ResolvedRelation>(std::move(copy));
  }

  Replace replace_;
  std::vector<int> correlated_;
  std::unordered_map<const BoundExpression*, BoundExpressionPtr> done_;
  std::vector<BoundExpressionPtr> kept_;  // So that no address is used twice.
  int depth_ = 0;
};

template <typename Node>
bool Holds(const BoundExpression& expression) {
  return AnyPart(expression, [](const BoundExpression& part) {
    return std::holds_alternative<Node>(part.node);
  });
}

}  // namespace

BoundExpressionPtr Rewrite(const BoundExpressionPtr& expression, const Replace& replace) {
  return Rewriter(replace)(expression);
}

std::vector<int> CorrelatedColumns(const BoundExpressionPtr& expression) {
  Rewriter rewriter([](const BoundExpressionPtr&) { return BoundExpressionPtr(); });
  rewriter(expression);
  return rewriter.TakeCorrelated();
}

bool AnyPart(const BoundExpression& expression,
             const std::function<bool(const BoundExpression&)>& holds) {
  if (holds(expression)) return true;
  for (const BoundExpressionPtr& child : plan::ChildrenOf(expression)) {
    if (child != nullptr && AnyPart(*child, holds)) return true;
  }
  return false;
}

bool HoldsAggregate(const BoundExpression& expression) {
  if (std::holds_alternative<plan::AggregateCall>(expression.node)) return true;
  std::vector<BoundExpressionPtr> parts = plan::ChildrenOf(expression);
  if (const auto* window = std::get_if<plan::WindowCall>(&expression.node)) {
    // The function itself is no aggregate of the relation, what it works on may be.
    parts.front() = nullptr;
    for (const auto& arg : plan::ChildrenOf(*window->function)) parts.push_back(arg);
  }
  for (const BoundExpressionPtr& part : parts) {
    if (part != nullptr && HoldsAggregate(*part)) return true;
  }
  return false;
}

bool HoldsWindow(const BoundExpression& expression) { return Holds<plan::WindowCall>(expression); }

bool HoldsSubquery(const BoundExpression& expression) { return Holds<plan::Subquery>(expression); }

BoundExpressionPtr MoveColumns(const BoundExpressionPtr& expression,
                               const std::vector<int>& targets) {
  return Rewrite(expression, [&](const BoundExpressionPtr& part) -> BoundExpressionPtr {
    const auto* column = std::get_if<plan::ColumnRef>(&part->node);
    if (column == nullptr) return nullptr;
    return MakeColumn(targets[column->index], part->type, part->nullable, part->text);
  });
}

int IndexOf(const std::vector<BoundExpressionPtr>& expressions, const BoundExpressionPtr& wanted) {
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    if (expressions[i] == wanted || plan::Equal(*expressions[i], *wanted)) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

}  // namespace millrace::analysis
