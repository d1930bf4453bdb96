#include "connect/error_origin.h"

#include <vector>

#include "analysis/expression_analyzer.h"

namespace millrace::connect {
namespace {

namespace rel = plan::relation;

/// Deeper plans are not searched.
constexpr int kMaxSteps = 200;

class Search {
 public:
  Search(const base::Status& failure,
         const std::function<base::Status(const plan::RelationPtr&)>& analyze)
      : failure_(failure), analyze_(analyze) {}

  std::optional<plan::Origin> In(plan::RelationPtr relation) {
    while (const plan::RelationPtr below = FailingInput(*relation)) relation = below;
    const plan::RelationPtr input = InputsOf(*relation)[0];
    if (input == nullptr) return std::nullopt;
    for (const plan::ExpressionPtr& expression : ExpressionsOf(*relation)) {
      if (expression != nullptr && FailsOver(input, expression)) return Innermost(input, expression);
    }
    return std::nullopt;
  }

 private:
  static std::vector<plan::RelationPtr> InputsOf(const plan::Relation& relation) {
    return std::visit(
        [](const auto& node) -> std::vector<plan::RelationPtr> {
          if constexpr (requires { node.input; }) {
            return {node.input};
          } else if constexpr (requires { node.left; node.right; }) {
            return {node.left, node.right};
          } else {
            return {nullptr};
          }
        },
        relation.node);
  }

  static std::vector<plan::ExpressionPtr> ExpressionsOf(const plan::Relation& relation) {
    std::vector<plan::ExpressionPtr> all;
    if (const auto* project = relation.As<rel::Project>()) all = project->expressions;
    if (const auto* filter = relation.As<rel::Filter>()) all = {filter->condition};
    if (const auto* with = relation.As<rel::WithColumns>()) {
      for (const auto& alias : with->aliases) all.push_back(alias.child);
    }
    if (const auto* sort = relation.As<rel::Sort>()) {
      for (const auto& key : sort->order) all.push_back(key.child);
    }
    if (const auto* aggregate = relation.As<rel::Aggregate>()) {
      all = aggregate->grouping_expressions;
      all.insert(all.end(), aggregate->aggregate_expressions.begin(),
                 aggregate->aggregate_expressions.end());
    }
    return all;
  }

  bool Fails(const plan::RelationPtr& relation) {
    if (relation == nullptr || ++steps_ > kMaxSteps) return false;
    const base::Status status = analyze_(relation);
    return !status.ok() && status.spark_error().condition == failure_.spark_error().condition &&
           status.spark_error().parameters == failure_.spark_error().parameters;
  }

  bool FailsOver(const plan::RelationPtr& input, const plan::ExpressionPtr& expression) {
    return Fails(plan::MakeRelation(rel::Project{input, {expression}}));
  }

  plan::RelationPtr FailingInput(const plan::Relation& relation) {
    for (const plan::RelationPtr& input : InputsOf(relation)) {
      if (Fails(input)) return input;
    }
    return nullptr;
  }

  std::optional<plan::Origin> Innermost(const plan::RelationPtr& input,
                                        plan::ExpressionPtr expression) {
    std::optional<plan::Origin> origin;
    while (expression != nullptr) {
      if (expression->origin) origin = expression->origin;
      plan::ExpressionPtr next;
      for (const plan::ExpressionPtr& child : analysis::ChildrenOf(*expression)) {
        if (next == nullptr && FailsOver(input, child)) next = child;
      }
      expression = std::move(next);
    }
    return origin;
  }

  const base::Status& failure_;
  const std::function<base::Status(const plan::RelationPtr&)>& analyze_;
  int steps_ = 0;
};

}  // namespace

std::optional<plan::Origin> OriginOfFailure(
    const plan::RelationPtr& relation, const base::Status& failure,
    const std::function<base::Status(const plan::RelationPtr&)>& analyze) {
  const std::string& kind = failure.spark_error().exception_class;
  if (kind != "AnalysisException" && kind != "ExtendedAnalysisException") return std::nullopt;
  if (failure.spark_error().condition.empty()) return std::nullopt;
  return Search(failure, analyze).In(relation);
}

}  // namespace millrace::connect
