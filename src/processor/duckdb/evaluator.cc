#include "processor/duckdb/evaluator.h"

#include <algorithm>
#include <array>
#include <utility>

#include <arrow/array.h>
#include <arrow/array/concatenate.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "base/check.h"
#include "data/arrow_schema.h"
#include "processor/duckdb/random_functions.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;
using plan::BoundExpression;
using plan::BoundExpressionPtr;

constexpr std::array<std::string_view, 12> kLogic = {
    "=", "!=", "<", "<=", ">", ">=", "<=>", "and", "or", "not", "isnull", "isnotnull"};
constexpr std::array<std::string_view, 9> kArithmetic = {"+",        "-",   "*",    "/",  "%",
                                                         "negative", "abs", "pmod", "div"};
constexpr std::array<std::string_view, 5> kStrings = {"upper", "lower", "length", "concat",
                                                      "substring"};
constexpr std::array<std::string_view, 14> kTimes = {
    "year",    "quarter", "month",  "dayofmonth", "dayofweek",   "dayofyear",    "weekofyear",
    "weekday", "hour",    "minute", "second",     "date_format", "to_timestamp", "date_add"};

template <std::size_t N>
bool In(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class ColumnNode : public Evaluator {
 public:
  explicit ColumnNode(int index) : index_(index) {}
  base::Result<Operand> Evaluate(const EvalInput& input) override {
    return Operand{input.columns[static_cast<std::size_t>(index_)], false};
  }

 private:
  int index_;
};

class ConstantNode : public Evaluator {
 public:
  explicit ConstantNode(std::shared_ptr<arrow::Array> value) : value_(std::move(value)) {}
  base::Result<Operand> Evaluate(const EvalInput&) override { return Operand{value_, true}; }

 private:
  std::shared_ptr<arrow::Array> value_;
};

/// current_timestamp and current_date.
class NowNode : public Evaluator {
 public:
  NowNode(DataType type, const TimeZone& zone) : type_(std::move(type)), zone_(zone) {}
  base::Result<Operand> Evaluate(const EvalInput& input) override {
    MILLRACE_ASSIGN_OR_RETURN(auto builder, ColumnBuilder::Make(type_));
    std::int64_t seconds = input.timestamp_us / 1'000'000 - (input.timestamp_us % 1'000'000 < 0);
    std::int64_t local = seconds + zone_.OffsetAt(seconds);
    constexpr std::int64_t kDay = 86'400;
    builder->AppendInt(type_.is(Kind::kDate) ? local / kDay - (local % kDay < 0)
                                             : input.timestamp_us);
    MILLRACE_ASSIGN_OR_RETURN(auto array, builder->Finish());
    return Operand{std::move(array), true};
  }

 private:
  DataType type_;
  TimeZone zone_;
};

class FieldNode : public Evaluator {
 public:
  FieldNode(std::unique_ptr<Evaluator> child, int index)
      : child_(std::move(child)), index_(index) {}
  base::Result<Operand> Evaluate(const EvalInput& input) override {
    MILLRACE_ASSIGN_OR_RETURN(Operand parent, child_->Evaluate(input));
    const auto& rows = static_cast<const arrow::StructArray&>(*parent.array);
    auto field = rows.GetFlattenedField(index_);
    if (!field.ok()) return data::FromArrow(field.status());
    return Operand{*field, parent.constant};
  }

 private:
  std::unique_ptr<Evaluator> child_;
  int index_;
};

class StructNode : public Evaluator {
 public:
  StructNode(std::shared_ptr<arrow::DataType> type, std::vector<std::unique_ptr<Evaluator>> fields)
      : type_(std::move(type)), fields_(std::move(fields)) {}
  base::Result<Operand> Evaluate(const EvalInput& input) override {
    std::vector<std::shared_ptr<arrow::ArrayData>> children;
    for (auto& field : fields_) {
      MILLRACE_ASSIGN_OR_RETURN(auto array, field->EvaluateColumn(input));
      children.push_back(array->data());
    }
    return Operand{arrow::MakeArray(arrow::ArrayData::Make(type_, input.rows, {nullptr},
                                                           std::move(children), 0)),
                   false};
  }

 private:
  std::shared_ptr<arrow::DataType> type_;
  std::vector<std::unique_ptr<Evaluator>> fields_;
};

/// The same buffers under another type: binary as string.
class ViewNode : public Evaluator {
 public:
  ViewNode(std::unique_ptr<Evaluator> child, std::shared_ptr<arrow::DataType> type)
      : child_(std::move(child)), type_(std::move(type)) {}
  base::Result<Operand> Evaluate(const EvalInput& input) override {
    MILLRACE_ASSIGN_OR_RETURN(Operand value, child_->Evaluate(input));
    auto data = value.array->data()->Copy();
    data->type = type_;
    return Operand{arrow::MakeArray(std::move(data)), value.constant};
  }

 private:
  std::unique_ptr<Evaluator> child_;
  std::shared_ptr<arrow::DataType> type_;
};

/// A call of a function; its lambdas stand where its other arguments have their evaluators.
class KernelNode : public Evaluator {
 public:
  KernelNode(DataType type, Kernel kernel, ArrayKernel array_kernel,
             std::vector<std::unique_ptr<Evaluator>> args,
             std::vector<std::shared_ptr<LambdaEvaluator>> lambdas, bool is_random)
      : type_(std::move(type)),
        kernel_(std::move(kernel)),
        array_kernel_(std::move(array_kernel)),
        args_(std::move(args)),
        lambdas_(std::move(lambdas)),
        is_random_(is_random) {}

  base::Result<Operand> Evaluate(const EvalInput& input) override {
    std::vector<Operand> operands;
    bool constant = !is_random_;
    for (std::size_t i = 0; i < args_.size(); ++i) {
      if (lambdas_[i] != nullptr) {
        lambdas_[i]->SetInput(&input);
        constant &= lambdas_[i]->is_closed();
        operands.push_back({nullptr, true});
        continue;
      }
      MILLRACE_ASSIGN_OR_RETURN(Operand operand, args_[i]->Evaluate(input));
      constant &= operand.constant;
      operands.push_back(std::move(operand));
    }
    // Nothing is evaluated, and so nothing fails, where there are no rows.
    std::int64_t rows = constant ? std::min<std::int64_t>(input.rows, 1) : input.rows;
    if (array_kernel_ != nullptr && rows > 0) {
      MILLRACE_ASSIGN_OR_RETURN(auto array, array_kernel_(operands, rows, input.timestamp_us));
      MILLRACE_CHECK(array->length() == rows);
      return Operand{std::move(array), constant};
    }
    MILLRACE_ASSIGN_OR_RETURN(auto builder, ColumnBuilder::Make(type_));
    builder->Reserve(rows);
    if (rows > 0)
      MILLRACE_RETURN_IF_ERROR(kernel_(operands, rows, input.timestamp_us, builder.get()));
    MILLRACE_CHECK(builder->length() == rows);
    MILLRACE_ASSIGN_OR_RETURN(auto array, builder->Finish());
    return Operand{std::move(array), constant};
  }

 private:
  DataType type_;
  Kernel kernel_;
  ArrayKernel array_kernel_;
  std::vector<std::unique_ptr<Evaluator>> args_;
  std::vector<std::shared_ptr<LambdaEvaluator>> lambdas_;
  bool is_random_;
};

bool IsSameBytes(const DataType& from, const DataType& to) {
  auto bytes = [](const DataType& type) {
    return type.is(Kind::kString) || type.is(Kind::kBinary);
  };
  return bytes(from) && bytes(to);
}

// How far an exact or floating number goes; 0: neither.
int Rank(const DataType& type) {
  switch (type.kind()) {
    case Kind::kByte:
      return 1;
    case Kind::kShort:
      return 2;
    case Kind::kInteger:
      return 3;
    case Kind::kLong:
      return 4;
    case Kind::kFloat:
      return 5;
    case Kind::kDouble:
      return 6;
    default:
      return 0;
  }
}

// The mode of a cast or of a call that depends on ANSI.
plan::EvalMode ModeOf(const BoundExpression& expression) {
  if (const auto* cast = std::get_if<plan::CastTo>(&expression.node)) return cast->mode;
  const auto* call = std::get_if<plan::Call>(&expression.node);
  if (call == nullptr) return plan::EvalMode::kAnsi;
  const auto mode = call->options.find("eval");
  if (mode == call->options.end()) return plan::EvalMode::kAnsi;
  return mode->second == "legacy" ? plan::EvalMode::kLegacy : plan::EvalMode::kTry;
}

// Whether `expression`, a `call`, is arithmetic that no value makes fail.
bool IsSafeArithmetic(const BoundExpression& expression, const plan::Call& call) {
  if (ModeOf(expression) != plan::EvalMode::kAnsi) return true;
  const std::string& name = call.function;
  if (name == "%") {
    const auto* divisor = std::get_if<plan::Constant>(&call.args[1]->node);
    return divisor != nullptr && divisor->value.is_int() && divisor->value.int_value() != 0;
  }
  return name != "/" && Rank(call.args[0]->type) >= 5;
}

bool IsInterval(const DataType& type) {
  return type.is(Kind::kDayTimeInterval) || type.is(Kind::kYearMonthInterval);
}

// A cast to an interval that ends with a greater field: the rest is cut off.
bool NarrowsInterval(const FunctionContext& context) {
  const DataType& from = context.arg_type(0);
  const DataType& to = context.type();
  return from.kind() == to.kind() && IsInterval(to) && to.intervalEnd() < from.intervalEnd();
}

std::string_view FunctionName(const BoundExpression& expression) {
  if (const auto* call = std::get_if<plan::Call>(&expression.node)) return call->function;
  return std::holds_alternative<plan::CastTo>(expression.node) ? "cast" : "";
}

}  // namespace

bool IsWidening(const DataType& from, const DataType& to) {
  if (Rank(from) > 0) return Rank(from) <= Rank(to);
  return from.is(Kind::kDate) && (to.is(Kind::kTimestamp) || to.is(Kind::kTimestampNtz));
}

bool FunctionContext::is_tolerant() const {
  return ModeOf(expression) != plan::EvalMode::kAnsi;
}

bool FunctionContext::is_legacy() const { return ModeOf(expression) == plan::EvalMode::kLegacy; }

bool CanFail(const BoundExpression& expression) {
  if (const auto* cast = std::get_if<plan::CastTo>(&expression.node)) {
    const DataType& from = cast->child->type;
    const bool interval = IsInterval(from) || IsInterval(expression.type);
    bool safe = cast->mode == plan::EvalMode::kTry || from == expression.type ||
                (cast->mode == plan::EvalMode::kLegacy && !interval) ||
                from.is(Kind::kNull) || expression.type.is(Kind::kString) ||
                IsSameBytes(from, expression.type) || IsWidening(from, expression.type);
    return !safe || CanFail(*cast->child);
  }
  if (const auto* field = std::get_if<plan::GetField>(&expression.node))
    return CanFail(*field->child);
  if (const auto* lambda = std::get_if<plan::Lambda>(&expression.node)) return CanFail(*lambda->body);
  const auto* call = std::get_if<plan::Call>(&expression.node);
  if (call == nullptr) return false;
  if (const KernelSpec* kernel = FindKernel(call->function); kernel != nullptr && kernel->can_fail) {
    return true;
  }
  if ((In(kArithmetic, call->function) && !IsSafeArithmetic(expression, *call)) ||
      call->function == "to_timestamp" ||
      call->function == "date_format" || call->function == "to_json" ||
      call->function == "date_add" || call->function == "date_sub" ||
      call->function == "getarrayitem" || call->function == "concat") {
    return true;
  }
  return std::any_of(call->args.begin(), call->args.end(),
                     [](const BoundExpressionPtr& arg) { return CanFail(*arg); });
}

bool Evaluator::Handles(const BoundExpression& expression) {
  const auto* call = std::get_if<plan::Call>(&expression.node);
  if (call == nullptr) return true;
  const std::string& name = call->function;
  if (name == "and" || name == "or") return !CanFail(expression);
  return FindKernel(name) != nullptr || In(kLogic, name) || In(kArithmetic, name) || In(kStrings, name) || In(kTimes, name) ||
         name == "struct" || name == "to_json" || name == "current_timestamp" ||
         name == "current_date" || name == "date_sub";
}

base::Result<Kernel> MakeKernel(const FunctionContext& context) {
  std::string_view name = context.function;
  if (const KernelSpec* kernel = FindKernel(name); kernel != nullptr && kernel->make != nullptr) {
    return kernel->make(context);
  }
  if (name == "cast") return MakeCast(context);
  if (In(kLogic, name)) return MakeComparison(context);
  if (In(kArithmetic, name)) return MakeArithmetic(context);
  if (In(kStrings, name)) return MakeStringFunction(context);
  if (In(kTimes, name) || name == "date_sub") return MakeTimeFunction(context);
  if (name == "to_json") return MakeToJson(context);
  return base::Status::Unsupported(fmt::format("function {} is not supported", name));
}

base::Result<std::unique_ptr<Evaluator>> Evaluator::Make(const BoundExpressionPtr& expression,
                                                         const TimeZone& zone) {
  if (const auto* column = std::get_if<plan::ColumnRef>(&expression->node)) {
    return std::unique_ptr<Evaluator>(std::make_unique<ColumnNode>(column->index));
  }
  if (const auto* constant = std::get_if<plan::Constant>(&expression->node)) {
    MILLRACE_ASSIGN_OR_RETURN(auto builder, ColumnBuilder::Make(expression->type));
    builder->AppendValue(constant->value);
    MILLRACE_ASSIGN_OR_RETURN(auto array, builder->Finish());
    return std::unique_ptr<Evaluator>(std::make_unique<ConstantNode>(std::move(array)));
  }
  MILLRACE_ASSIGN_OR_RETURN(auto conditional, MakeConditional(expression, zone));
  if (conditional != nullptr) return conditional;
  FunctionContext context{*expression, FunctionName(*expression), {}, zone};
  std::vector<std::unique_ptr<Evaluator>> children;
  if (const auto* field = std::get_if<plan::GetField>(&expression->node)) {
    MILLRACE_ASSIGN_OR_RETURN(auto child, Make(field->child, zone));
    return std::unique_ptr<Evaluator>(std::make_unique<FieldNode>(std::move(child), field->index));
  }
  if (const auto* cast = std::get_if<plan::CastTo>(&expression->node)) {
    context.args = {cast->child};
  } else if (const auto* call = std::get_if<plan::Call>(&expression->node)) {
    context.args = call->args;
  } else {
    return base::Status::Unsupported(
        fmt::format("{}: this expression is not supported here", expression->text));
  }
  context.lambdas.resize(context.args.size());
  for (std::size_t i = 0; i < context.args.size(); ++i) {
    std::unique_ptr<Evaluator> child;
    if (std::holds_alternative<plan::Lambda>(context.args[i]->node)) {
      MILLRACE_ASSIGN_OR_RETURN(context.lambdas[i], LambdaEvaluator::Make(*context.args[i], zone));
    } else {
      MILLRACE_ASSIGN_OR_RETURN(child, Make(context.args[i], zone));
    }
    children.push_back(std::move(child));
  }
  MILLRACE_ASSIGN_OR_RETURN(auto arrow_type, data::ToArrowType(expression->type));
  if (context.function == "current_timestamp" || context.function == "current_date") {
    return std::unique_ptr<Evaluator>(std::make_unique<NowNode>(expression->type, zone));
  }
  if (context.function == "struct") {
    return std::unique_ptr<Evaluator>(
        std::make_unique<StructNode>(std::move(arrow_type), std::move(children)));
  }
  MILLRACE_ASSIGN_OR_RETURN(
      auto from_type,
      data::ToArrowType(context.args.empty() ? expression->type : context.arg_type(0)));
  const bool same_form = from_type->Equals(*arrow_type);
  if (context.function == "cast" && !NarrowsInterval(context) &&
      (IsSameBytes(context.arg_type(0), expression->type) || same_form)) {
    return std::unique_ptr<Evaluator>(
        std::make_unique<ViewNode>(std::move(children[0]), std::move(arrow_type)));
  }
  Kernel kernel;
  ArrayKernel array_kernel;
  const KernelSpec* spec = FindKernel(context.function);
  if (spec != nullptr && spec->make_array != nullptr) {
    MILLRACE_ASSIGN_OR_RETURN(array_kernel, spec->make_array(context));
  } else {
    MILLRACE_ASSIGN_OR_RETURN(kernel, MakeKernel(context));
  }
  return std::unique_ptr<Evaluator>(
      std::make_unique<KernelNode>(expression->type, std::move(kernel), std::move(array_kernel),
                                   std::move(children), std::move(context.lambdas),
                                   IsRandomFunction(context.function)));
}

std::shared_ptr<arrow::Array> Repeat(const std::shared_ptr<arrow::Array>& array,
                                     std::int64_t rows) {
  if (rows <= array->length()) return array->Slice(0, rows);
  std::shared_ptr<arrow::Array> out = array;
  while (out->length() < rows) {
    auto doubled =
        arrow::Concatenate({out, out->Slice(0, std::min(out->length(), rows - out->length()))});
    MILLRACE_CHECK(doubled.ok());
    out = *doubled;
  }
  return out;
}

base::Result<std::shared_ptr<arrow::Array>> Evaluator::EvaluateColumn(const EvalInput& input) {
  MILLRACE_ASSIGN_OR_RETURN(Operand operand, Evaluate(input));
  if (!operand.constant) return std::move(operand.array);
  if (operand.array->length() == 0 || input.rows == 0) return operand.array->Slice(0, 0);
  return Repeat(operand.array, input.rows);
}

}  // namespace millrace::processor::duckdb
