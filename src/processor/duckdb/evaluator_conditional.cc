#include <algorithm>
#include <utility>

#include <arrow/api.h>
#include <arrow/compute/api_vector.h>

#include "data/arrow_schema.h"
#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/flat_plan.h"

namespace millrace::processor::duckdb {
namespace {

using plan::BoundExpression;
using plan::BoundExpressionPtr;
using Rows = std::vector<std::int64_t>;
using ArrayPtr = std::shared_ptr<arrow::Array>;

ArrayPtr Numbers(const Rows& rows) {
  return std::make_shared<arrow::Int64Array>(static_cast<std::int64_t>(rows.size()),
                                             arrow::Buffer::FromVector(rows));
}

Rows AllRows(std::int64_t count) {
  Rows rows(static_cast<std::size_t>(count));
  for (std::int64_t row = 0; row < count; ++row) rows[static_cast<std::size_t>(row)] = row;
  return rows;
}

/// Null for all rows: nothing has to be taken.
ArrayPtr Selection(const Rows& rows, std::int64_t all) {
  return static_cast<std::int64_t>(rows.size()) == all ? nullptr : Numbers(rows);
}

/// -1 null, 0 false, 1 true.
int TruthAt(const Operand& operand, std::int64_t row) {
  const auto& bits = static_cast<const arrow::BooleanArray&>(*operand.array);
  const std::int64_t place = operand.at(row);
  return bits.IsNull(place) ? -1 : static_cast<int>(bits.Value(place));
}

/// Puts a column together from values of some rows each. Rows that get none are null.
class Assembly {
 public:
  explicit Assembly(std::int64_t rows) : places_(static_cast<std::size_t>(rows), -1) {}

  /// `value` has a value for each of `rows`, or is constant.
  void Add(const Operand& value, const Rows& rows) {
    if (rows.empty()) return;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      places_[static_cast<std::size_t>(rows[i])] =
          length_ + value.at(static_cast<std::int64_t>(i));
    }
    auto piece = value.constant ? value.array->Slice(0, 1) : value.array;
    length_ += piece->length();
    pieces_.push_back(std::move(piece));
  }

  base::Result<Operand> Finish(const DataType& type) {
    MILLRACE_ASSIGN_OR_RETURN(auto arrow_type, data::ToArrowType(type));
    const std::int64_t rows = static_cast<std::int64_t>(places_.size());
    if (pieces_.empty()) {
      auto nulls = arrow::MakeArrayOfNull(arrow_type, rows);
      if (!nulls.ok()) return data::FromArrow(nulls.status());
      return Operand{*nulls, false};
    }
    // Parts may differ in what their inner fields are called.
    for (auto& piece : pieces_) {
      if (piece->type()->Equals(*arrow_type)) continue;
      auto viewed = piece->View(arrow_type);
      if (!viewed.ok()) return data::FromArrow(viewed.status());
      piece = *viewed;
    }
    auto all = arrow::Concatenate(pieces_);
    if (!all.ok()) return data::FromArrow(all.status());
    arrow::Int64Builder numbers;
    for (std::int64_t place : places_) {
      auto status = place < 0 ? numbers.AppendNull() : numbers.Append(place);
      if (!status.ok()) return data::FromArrow(status);
    }
    auto indexes = numbers.Finish();
    if (!indexes.ok()) return data::FromArrow(indexes.status());
    auto taken =
        arrow::compute::Take(**all, **indexes, arrow::compute::TakeOptions::NoBoundsCheck());
    if (!taken.ok()) return data::FromArrow(taken.status());
    return Operand{*taken, false};
  }

 private:
  Rows places_;
  std::vector<ArrayPtr> pieces_;
  std::int64_t length_ = 0;
};

class PartsNode : public Evaluator {
 public:
  base::Status Open(const BoundExpression& expression, const TimeZone& zone) {
    type_ = expression.type;
    for (const BoundExpressionPtr& arg : std::get<plan::Call>(expression.node).args) {
      MILLRACE_ASSIGN_OR_RETURN(auto part, PartEvaluator::Make(arg, zone));
      parts_.push_back(std::move(part));
    }
    return base::Status::Ok();
  }

 protected:
  base::Result<Operand> Part(std::size_t i, const EvalInput& input, const Rows& rows) {
    return parts_[i]->Evaluate(input, Selection(rows, input.rows));
  }

  DataType type_;
  std::vector<std::unique_ptr<PartEvaluator>> parts_;
};

/// case_when(condition, value, ..., [else]) and if(condition, value, else).
class CaseNode : public PartsNode {
 public:
  base::Result<Operand> Evaluate(const EvalInput& input) override {
    Assembly assembly(input.rows);
    Rows open = AllRows(input.rows);
    std::size_t i = 0;
    for (; i + 1 < parts_.size() && !open.empty(); i += 2) {
      MILLRACE_ASSIGN_OR_RETURN(Operand condition, Part(i, input, open));
      Rows met;
      Rows rest;
      for (std::size_t k = 0; k < open.size(); ++k) {
        const bool is_met = TruthAt(condition, static_cast<std::int64_t>(k)) == 1;
        (is_met ? met : rest).push_back(open[k]);
      }
      if (!met.empty()) {
        MILLRACE_ASSIGN_OR_RETURN(Operand value, Part(i + 1, input, met));
        assembly.Add(value, met);
      }
      open = std::move(rest);
    }
    if (parts_.size() % 2 == 1 && !open.empty()) {
      MILLRACE_ASSIGN_OR_RETURN(Operand value, Part(parts_.size() - 1, input, open));
      assembly.Add(value, open);
    }
    return assembly.Finish(type_);
  }
};

class CoalesceNode : public PartsNode {
 public:
  base::Result<Operand> Evaluate(const EvalInput& input) override {
    Assembly assembly(input.rows);
    Rows open = AllRows(input.rows);
    for (std::size_t i = 0; i < parts_.size() && !open.empty(); ++i) {
      MILLRACE_ASSIGN_OR_RETURN(Operand value, Part(i, input, open));
      assembly.Add(value, open);
      Rows rest;
      for (std::size_t k = 0; k < open.size(); ++k) {
        if (value.array->IsNull(value.at(static_cast<std::int64_t>(k)))) rest.push_back(open[k]);
      }
      open = std::move(rest);
    }
    return assembly.Finish(type_);
  }
};

/// The left side decides before the right one is looked at.
class LogicNode : public PartsNode {
 public:
  explicit LogicNode(bool is_and) : decisive_(is_and ? 0 : 1) {}

  base::Result<Operand> Evaluate(const EvalInput& input) override {
    std::vector<int> truth(static_cast<std::size_t>(input.rows), 1 - decisive_);
    Rows open = AllRows(input.rows);
    for (std::size_t i = 0; i < parts_.size() && !open.empty(); ++i) {
      MILLRACE_ASSIGN_OR_RETURN(Operand value, Part(i, input, open));
      Rows rest;
      for (std::size_t k = 0; k < open.size(); ++k) {
        const int side = TruthAt(value, static_cast<std::int64_t>(k));
        int& whole = truth[static_cast<std::size_t>(open[k])];
        if (side == decisive_) {
          whole = decisive_;
        } else {
          if (side < 0) whole = -1;
          rest.push_back(open[k]);
        }
      }
      open = std::move(rest);
    }
    return Finish(truth);
  }

 private:
  static base::Result<Operand> Finish(const std::vector<int>& truth) {
    MILLRACE_ASSIGN_OR_RETURN(auto builder, ColumnBuilder::Make(BooleanType()));
    for (int value : truth) {
      if (value < 0) {
        builder->AppendNull();
      } else {
        builder->AppendBool(value == 1);
      }
    }
    MILLRACE_ASSIGN_OR_RETURN(auto array, builder->Finish());
    return Operand{std::move(array), false};
  }

  int decisive_;
};

BoundExpressionPtr MakeBoolean(const char* function, std::vector<BoundExpressionPtr> args,
                               const std::string& text) {
  auto made = std::make_shared<BoundExpression>();
  made->type = BooleanType();
  made->node = plan::Call{function, std::move(args), {}};
  made->text = text;
  return made;
}

// value IN (a, b): null for a null value, before the list is looked at; else value = a OR value = b.
BoundExpressionPtr InAsCase(const BoundExpression& in) {
  const auto& args = std::get<plan::Call>(in.node).args;
  BoundExpressionPtr any;
  for (std::size_t i = 1; i < args.size(); ++i) {
    auto equal = MakeBoolean("=", {args[0], args[i]}, in.text);
    any = any == nullptr ? equal : MakeBoolean("or", {any, equal}, in.text);
  }
  auto none = std::make_shared<BoundExpression>();
  none->type = BooleanType();
  none->node = plan::Constant{data::Value::Bool(false)};
  return MakeBoolean(
      "case_when", {MakeBoolean("isnotnull", {args[0]}, in.text), any == nullptr ? none : any},
      in.text);
}

}  // namespace

base::Result<std::unique_ptr<Evaluator>> MakeConditional(const BoundExpressionPtr& expression,
                                                         const TimeZone& zone) {
  const auto* call = std::get_if<plan::Call>(&expression->node);
  if (call == nullptr) return std::unique_ptr<Evaluator>();
  const std::string& name = call->function;
  if (name == "in") return Evaluator::Make(InAsCase(*expression), zone);
  std::unique_ptr<PartsNode> node;
  if (name == "case_when" || name == "if") node = std::make_unique<CaseNode>();
  if (name == "coalesce") node = std::make_unique<CoalesceNode>();
  if ((name == "and" || name == "or") && CanFail(*expression)) {
    node = std::make_unique<LogicNode>(name == "and");
  }
  if (node == nullptr) return std::unique_ptr<Evaluator>();
  MILLRACE_RETURN_IF_ERROR(node->Open(*expression, zone));
  return std::unique_ptr<Evaluator>(std::move(node));
}

}  // namespace millrace::processor::duckdb
