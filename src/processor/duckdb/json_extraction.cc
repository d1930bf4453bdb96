#include "processor/duckdb/json_extraction.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace millrace::processor::duckdb {
namespace {

using plan::BoundExpression;
using plan::BoundExpressionPtr;

const plan::Call* AsFromJson(const BoundExpression& expression) {
  const auto* call = std::get_if<plan::Call>(&expression.node);
  return call != nullptr && call->function == "from_json" ? call : nullptr;
}

class Extraction {
 public:
  explicit Extraction(FlatPlan* flat) : flat_(flat) {}

  std::vector<JsonColumns> Run() {
    for (const auto& condition : flat_->conditions) Collect(condition);
    for (const auto& output : flat_->outputs) Collect(output);
    // Calls inside a call's argument were found before it, so columns only lie before their users.
    int next = static_cast<int>(flat_->input.size());
    for (Found& found : found_) {
      JsonColumns columns;
      const plan::Call& call = *AsFromJson(*found.expression);
      columns.text = Rewrite(call.args[0]);
      columns.schema = found.expression->type;
      columns.options = call.options;
      columns.whole = found.whole;
      std::sort(found.fields.begin(), found.fields.end());
      columns.fields = found.whole ? std::vector<int>{} : found.fields;
      columns.first_column = next;
      next += found.whole ? 1 : static_cast<int>(columns.fields.size());
      done_.push_back(std::move(columns));
    }
    for (auto& condition : flat_->conditions) condition = Rewrite(condition);
    for (auto& output : flat_->outputs) output = Rewrite(output);
    return std::move(done_);
  }

 private:
  struct Found {
    BoundExpressionPtr expression;
    bool whole = false;
    std::vector<int> fields;
  };

  std::size_t Find(const BoundExpressionPtr& expression) {
    auto known = index_.find(expression.get());
    if (known != index_.end()) return known->second;
    std::size_t i = 0;
    while (i < found_.size() && !plan::Equal(*found_[i].expression, *expression)) ++i;
    if (i == found_.size()) {
      Collect(AsFromJson(*expression)->args[0]);
      // The argument's own calls stand before this one.
      i = found_.size();
      found_.push_back({expression, false, {}});
    }
    index_[expression.get()] = i;
    return i;
  }

  void Collect(const BoundExpressionPtr& expression) {
    if (AsFromJson(*expression) != nullptr) {
      found_[Find(expression)].whole = true;
      return;
    }
    const auto* field = std::get_if<plan::GetField>(&expression->node);
    if (field != nullptr && AsFromJson(*field->child) != nullptr) {
      std::size_t i = Find(field->child);
      std::vector<int>& fields = found_[i].fields;
      if (std::find(fields.begin(), fields.end(), field->index) == fields.end()) {
        fields.push_back(field->index);
      }
      return;
    }
    if (!visited_.insert({expression.get(), true}).second) return;
    for (const BoundExpressionPtr& child : Children(*expression)) Collect(child);
  }

  BoundExpressionPtr Rewrite(const BoundExpressionPtr& expression) {
    if (AsFromJson(*expression) != nullptr) {
      const JsonColumns& columns = done_[index_.at(expression.get())];
      return MakeColumnRef(columns.first_column, expression->type, true, expression->text);
    }
    const auto* field = std::get_if<plan::GetField>(&expression->node);
    if (field != nullptr && AsFromJson(*field->child) != nullptr) {
      const JsonColumns& columns = done_[index_.at(field->child.get())];
      if (!columns.whole) {
        auto place = std::find(columns.fields.begin(), columns.fields.end(), field->index);
        int offset = static_cast<int>(place - columns.fields.begin());
        return MakeColumnRef(columns.first_column + offset, expression->type, true,
                             expression->text);
      }
    }
    auto [place, fresh] = rewritten_.try_emplace(expression.get());
    if (!fresh) return place->second;
    std::vector<BoundExpressionPtr> children = Children(*expression);
    bool changed = false;
    for (BoundExpressionPtr& child : children) {
      BoundExpressionPtr replaced = Rewrite(child);
      changed |= replaced != child;
      child = std::move(replaced);
    }
    BoundExpressionPtr result =
        changed ? WithChildren(*expression, std::move(children)) : expression;
    rewritten_[expression.get()] = result;
    return result;
  }

  FlatPlan* flat_;
  std::vector<Found> found_;
  std::vector<JsonColumns> done_;
  std::unordered_map<const BoundExpression*, std::size_t> index_;
  std::unordered_map<const BoundExpression*, bool> visited_;
  std::unordered_map<const BoundExpression*, BoundExpressionPtr> rewritten_;
};

}  // namespace

std::vector<JsonColumns> ExtractJson(FlatPlan* flat) { return Extraction(flat).Run(); }

}  // namespace millrace::processor::duckdb
