#include "processor/duckdb/flat_plan.h"

#include <unordered_map>
#include <utility>

#include "processor/duckdb/random_functions.h"

namespace millrace::processor::duckdb {
namespace {

using plan::BoundExpression;
using plan::BoundExpressionPtr;

/// Replaces columns once for each shared node.
class Substitution {
 public:
  explicit Substitution(const std::vector<BoundExpressionPtr>& columns) : columns_(columns) {}

  BoundExpressionPtr Apply(const BoundExpressionPtr& expression) {
    if (const auto* column = std::get_if<plan::ColumnRef>(&expression->node)) {
      return columns_[static_cast<std::size_t>(column->index)];
    }
    auto [place, fresh] = done_.try_emplace(expression.get());
    if (!fresh) return place->second;
    std::vector<BoundExpressionPtr> children = Children(*expression);
    bool changed = false;
    for (BoundExpressionPtr& child : children) {
      BoundExpressionPtr replaced = Apply(child);
      changed |= replaced != child;
      child = std::move(replaced);
    }
    BoundExpressionPtr result = Simplified(expression, std::move(children), changed);
    done_[expression.get()] = result;
    return result;
  }

 private:
  static BoundExpressionPtr Simplified(const BoundExpressionPtr& expression,
                                       std::vector<BoundExpressionPtr> children, bool changed) {
    if (const auto* field = std::get_if<plan::GetField>(&expression->node)) {
      const auto* call = std::get_if<plan::Call>(&children[0]->node);
      if (call != nullptr && call->function == "struct") {
        return call->args[static_cast<std::size_t>(field->index)];
      }
    }
    return changed ? WithChildren(*expression, std::move(children)) : expression;
  }

  const std::vector<BoundExpressionPtr>& columns_;
  std::unordered_map<const BoundExpression*, BoundExpressionPtr> done_;
};

}  // namespace

std::vector<BoundExpressionPtr> Children(const BoundExpression& expression) {
  if (const auto* call = std::get_if<plan::Call>(&expression.node)) return call->args;
  if (const auto* cast = std::get_if<plan::CastTo>(&expression.node)) return {cast->child};
  if (const auto* field = std::get_if<plan::GetField>(&expression.node)) return {field->child};
  if (const auto* lambda = std::get_if<plan::Lambda>(&expression.node)) return {lambda->body};
  return {};
}

BoundExpressionPtr WithChildren(const BoundExpression& expression,
                                std::vector<BoundExpressionPtr> children) {
  auto copy = std::make_shared<BoundExpression>(expression);
  if (auto* call = std::get_if<plan::Call>(&copy->node)) {
    call->args = std::move(children);
  } else if (auto* cast = std::get_if<plan::CastTo>(&copy->node)) {
    cast->child = std::move(children[0]);
  } else if (auto* field = std::get_if<plan::GetField>(&copy->node)) {
    field->child = std::move(children[0]);
  } else if (auto* lambda = std::get_if<plan::Lambda>(&copy->node)) {
    lambda->body = std::move(children[0]);
  }
  return copy;
}

BoundExpressionPtr MakeColumnRef(int index, const DataType& type, bool nullable, std::string text) {
  auto column = std::make_shared<BoundExpression>();
  column->type = type;
  column->nullable = nullable;
  column->node = plan::ColumnRef{index};
  column->text = std::move(text);
  return column;
}

BoundExpressionPtr Substitute(const BoundExpressionPtr& expression,
                              const std::vector<BoundExpressionPtr>& columns) {
  return Substitution(columns).Apply(expression);
}

namespace {

void CountColumns(const BoundExpression& expression, std::vector<int>* uses) {
  if (const auto* column = std::get_if<plan::ColumnRef>(&expression.node)) {
    ++(*uses)[static_cast<std::size_t>(column->index)];
  }
  for (const BoundExpressionPtr& child : Children(expression)) CountColumns(*child, uses);
}

/// A column of chance is computed where it is used: in one place, or it would be two columns.
base::Status CheckUses(const FlatPlan& flat, const std::vector<int>& uses) {
  for (std::size_t i = 0; i < uses.size(); ++i) {
    if (uses[i] < 2 || !IsRandom(*flat.outputs[i])) continue;
    return base::Status::Unsupported(
        flat.outputs[i]->text +
        ": a random column that is used more than once is not supported on streams: use it once, "
        "or compute it in foreachBatch");
  }
  return base::Status::Ok();
}

}  // namespace

base::Result<FlatPlan> Flatten(const plan::ResolvedRelation& relation) {
  if (const auto* scan = std::get_if<plan::Scan>(&relation.node)) {
    FlatPlan flat;
    flat.source = scan->source;
    flat.input = relation.schema;
    for (std::size_t i = 0; i < relation.schema.size(); ++i) {
      const StructField& field = relation.schema[i];
      flat.outputs.push_back(
          MakeColumnRef(static_cast<int>(i), field.dataType, field.nullable, field.name));
    }
    return flat;
  }
  if (const auto* filter = std::get_if<plan::Filter>(&relation.node)) {
    MILLRACE_ASSIGN_OR_RETURN(FlatPlan flat, Flatten(*filter->input));
    // The columns go on behind the filter.
    std::vector<int> uses(flat.outputs.size(), 1);
    CountColumns(*filter->condition, &uses);
    MILLRACE_RETURN_IF_ERROR(CheckUses(flat, uses));
    flat.conditions.push_back(Substitute(filter->condition, flat.outputs));
    return flat;
  }
  if (const auto* project = std::get_if<plan::Project>(&relation.node)) {
    MILLRACE_ASSIGN_OR_RETURN(FlatPlan flat, Flatten(*project->input));
    std::vector<int> uses(flat.outputs.size(), 0);
    for (const BoundExpressionPtr& expression : project->expressions) {
      CountColumns(*expression, &uses);
    }
    MILLRACE_RETURN_IF_ERROR(CheckUses(flat, uses));
    Substitution substitution(flat.outputs);
    std::vector<BoundExpressionPtr> outputs;
    for (const BoundExpressionPtr& expression : project->expressions) {
      outputs.push_back(substitution.Apply(expression));
    }
    flat.outputs = std::move(outputs);
    return flat;
  }
  return base::Status::Unsupported("this relation cannot be run by the DuckDB processor");
}

}  // namespace millrace::processor::duckdb
