#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include <arrow/api.h>
#include <arrow/compute/api_vector.h>

#include "base/check.h"
#include "data/arrow_schema.h"
#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/flat_plan.h"

namespace millrace::processor::duckdb {
namespace {

using plan::BoundExpression;
using plan::BoundExpressionPtr;

void CollectColumns(const BoundExpression& expression, std::set<int>* columns) {
  if (const auto* column = std::get_if<plan::ColumnRef>(&expression.node)) {
    columns->insert(column->index);
  }
  for (const BoundExpressionPtr& child : Children(expression)) CollectColumns(*child, columns);
}

/// Counts columns anew, the variables of one lambda behind them.
class Renumbering {
 public:
  explicit Renumbering(const std::vector<int>& columns) {
    for (std::size_t i = 0; i < columns.size(); ++i) places_[columns[i]] = static_cast<int>(i);
  }
  void AddVariable(std::int64_t id, int place) { variables_[id] = place; }

  BoundExpressionPtr Apply(const BoundExpressionPtr& expression) {
    if (const auto* column = std::get_if<plan::ColumnRef>(&expression->node)) {
      return MakeColumnRef(places_.at(column->index), expression->type, expression->nullable,
                           expression->text);
    }
    if (const auto* variable = std::get_if<plan::LambdaVariable>(&expression->node)) {
      const auto place = variables_.find(variable->id);
      if (place == variables_.end()) return expression;
      return MakeColumnRef(place->second, expression->type, expression->nullable,
                           expression->text);
    }
    auto [done, fresh] = done_.try_emplace(expression.get());
    if (!fresh) return done->second;
    std::vector<BoundExpressionPtr> children = Children(*expression);
    if (children.empty()) return done_[expression.get()] = expression;
    for (BoundExpressionPtr& child : children) child = Apply(child);
    return done_[expression.get()] = WithChildren(*expression, std::move(children));
  }

 private:
  std::map<int, int> places_;
  std::map<std::int64_t, int> variables_;
  std::unordered_map<const BoundExpression*, BoundExpressionPtr> done_;
};

base::Result<std::shared_ptr<arrow::Array>> TakeRows(const std::shared_ptr<arrow::Array>& column,
                                                     const std::shared_ptr<arrow::Array>& rows) {
  auto taken = arrow::compute::Take(*column, *rows, arrow::compute::TakeOptions::NoBoundsCheck());
  if (!taken.ok()) return data::FromArrow(taken.status());
  return *taken;
}

std::shared_ptr<arrow::Array> AsColumn(const Operand& operand, std::int64_t rows) {
  return operand.constant ? Repeat(operand.array, rows) : operand.array;
}

std::shared_ptr<arrow::Array> Numbers(const std::vector<std::int64_t>& numbers) {
  auto buffer = arrow::Buffer::FromVector(numbers);
  return std::make_shared<arrow::Int64Array>(static_cast<std::int64_t>(numbers.size()),
                                             std::move(buffer));
}

}  // namespace

base::Result<std::unique_ptr<PartEvaluator>> PartEvaluator::Make(
    const BoundExpressionPtr& expression, const TimeZone& zone) {
  auto part = std::make_unique<PartEvaluator>();
  std::set<int> columns;
  CollectColumns(*expression, &columns);
  part->columns_.assign(columns.begin(), columns.end());
  MILLRACE_ASSIGN_OR_RETURN(part->evaluator_,
                            Evaluator::Make(Renumbering(part->columns_).Apply(expression), zone));
  return part;
}

base::Result<Operand> PartEvaluator::Evaluate(const EvalInput& input,
                                              const std::shared_ptr<arrow::Array>& rows) {
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (int column : columns_) {
    auto whole = input.columns[static_cast<std::size_t>(column)];
    if (rows != nullptr) {
      MILLRACE_ASSIGN_OR_RETURN(whole, TakeRows(whole, rows));
    }
    columns.push_back(std::move(whole));
  }
  EvalInput part{columns, rows == nullptr ? input.rows : rows->length(), input.timestamp_us};
  return evaluator_->Evaluate(part);
}

base::Result<std::shared_ptr<LambdaEvaluator>> LambdaEvaluator::Make(const BoundExpression& lambda,
                                                                     const TimeZone& zone) {
  const auto& node = std::get<plan::Lambda>(lambda.node);
  std::shared_ptr<LambdaEvaluator> made(new LambdaEvaluator);
  made->variable_count_ = node.variables.size();
  made->type_ = node.body->type;
  std::set<int> columns;
  CollectColumns(*node.body, &columns);
  made->outer_columns_.assign(columns.begin(), columns.end());
  Renumbering renumbering(made->outer_columns_);
  int next = static_cast<int>(columns.size());
  for (std::int64_t id : node.variables) renumbering.AddVariable(id, next++);
  MILLRACE_ASSIGN_OR_RETURN(made->body_, Evaluator::Make(renumbering.Apply(node.body), zone));
  return made;
}

base::Result<std::shared_ptr<arrow::Array>> LambdaEvaluator::Evaluate(
    const std::vector<Operand>& variables, const std::shared_ptr<arrow::Array>& parents) {
  MILLRACE_CHECK(input_ != nullptr && variables.size() == variable_count_);
  const std::int64_t rows = parents->length();
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (int column : outer_columns_) {
    MILLRACE_ASSIGN_OR_RETURN(
        auto taken, TakeRows(input_->columns[static_cast<std::size_t>(column)], parents));
    columns.push_back(std::move(taken));
  }
  for (const Operand& variable : variables) columns.push_back(AsColumn(variable, rows));
  return body_->EvaluateColumn(EvalInput{columns, rows, input_->timestamp_us});
}

std::shared_ptr<arrow::Array> ParentRows(const Operand& lists, std::int64_t rows) {
  const auto& array = static_cast<const arrow::ListArray&>(*lists.array);
  std::vector<std::int64_t> parents;
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t place = lists.at(row);
    if (!array.IsNull(place)) {
      parents.insert(parents.end(), static_cast<std::size_t>(array.value_length(place)), row);
    }
  }
  return Numbers(parents);
}

std::shared_ptr<arrow::Array> FlatElements(const Operand& lists, std::int64_t rows) {
  const auto& array = static_cast<const arrow::ListArray&>(*lists.array);
  if (rows == 0) return array.values()->Slice(0, 0);
  bool one_run = !lists.constant || rows == 1;
  for (std::int64_t row = 0; one_run && row < rows; ++row) {
    one_run = !array.IsNull(row) || array.value_length(row) == 0;
  }
  if (one_run) {
    return array.values()->Slice(array.value_offset(0),
                                 array.value_offset(rows) - array.value_offset(0));
  }
  std::vector<std::int64_t> places;
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t place = lists.at(row);
    if (array.IsNull(place)) continue;
    for (std::int64_t i = array.value_offset(place); i < array.value_offset(place + 1); ++i) {
      places.push_back(i);
    }
  }
  auto taken = TakeRows(array.values(), Numbers(places));
  MILLRACE_CHECK(taken.ok());
  return *taken;
}

}  // namespace millrace::processor::duckdb
