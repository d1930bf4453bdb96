#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "processor/duckdb/batch_writer.h"
#include "processor/duckdb/carrier.h"
#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/sql_text.h"
#include "processor/duckdb/value_errors.h"

namespace millrace::processor::duckdb {

using Kind = DataType::Kind;
using plan::BoundExpression;
using plan::BoundExpressionPtr;

namespace {

/// How far a frame's bound is from the current row.
struct Distance {
  data::Value value;  ///< Not negative.
  DataType type;
  bool is_before = false;
};

/// The value of an expression without columns.
base::Result<data::Value> Folded(const BoundExpressionPtr& expression) {
  if (const auto* constant = std::get_if<plan::Constant>(&expression->node)) {
    return constant->value;
  }
  const TimeZone zone = *TimeZone::Parse("UTC");
  MILLRACE_ASSIGN_OR_RETURN(auto evaluator, Evaluator::Make(expression, zone));
  MILLRACE_ASSIGN_OR_RETURN(auto column, evaluator->EvaluateColumn(EvalInput{{}, 1, 0}));
  return ValueAt(*column, 0);
}

/// How far `bound` is from the current row; over carriers of the sort key in a RANGE frame.
base::Result<Distance> DistanceOf(const BoundExpressionPtr& bound, const plan::WindowCall& window) {
  MILLRACE_ASSIGN_OR_RETURN(data::Value value, Folded(bound));
  DataType type = bound->type;
  // Dates are counted in days.
  constexpr std::int64_t kDay = 86'400'000'000;
  if (type.is(Kind::kDayTimeInterval) && value.is_int() && !window.order_by.empty() &&
      window.order_by[0].expression->type.is(Kind::kDate)) {
    if (value.int_value() % kDay != 0) {
      return base::Status::Unsupported(
          fmt::format("{}: window frames over dates must be of whole days", bound->text));
    }
    value = data::Value::Int(value.int_value() / kDay);
    type = IntegerType();
  }
  if (value.is_int() && value.int_value() != INT64_MIN) {
    const bool is_before = value.int_value() < 0;
    if (is_before) value = data::Value::Int(-value.int_value());
    return Distance{value, type, is_before};
  }
  if (value.is_double()) {
    const bool is_before = value.double_value() < 0;
    return Distance{data::Value::Double(std::abs(value.double_value())), type, is_before};
  }
  if (value.is_decimal()) {
    const bool is_before = value.decimal_value() < 0;
    if (is_before) value = data::Value::Decimal(-value.decimal_value());
    return Distance{value, type, is_before};
  }
  return base::Status::Unsupported(
      fmt::format("{}: a window frame's bound of type {} is not supported", bound->text,
                  bound->type.sql()));
}

bool IsZero(const Distance& distance) {
  return distance.value.is_int() && distance.value.int_value() == 0;
}

std::string DistanceText(const Distance& distance, const plan::WindowCall& window) {
  if (window.frame.is_rows) return CarrierLiteral(distance.value, LongType());
  if (!distance.value.is_int()) return CarrierLiteral(distance.value, distance.type);
  const DataType& key = window.order_by[0].expression->type;
  if (distance.type.is(Kind::kYearMonthInterval) && !key.is(Kind::kYearMonthInterval)) {
    return fmt::format("to_months({})", distance.value.int_value());
  }
  return fmt::format("CAST({} AS {})", distance.value.int_value(),
                     CarrierSql(key));
}

base::Result<std::string> BoundText(const BoundExpressionPtr& bound, bool is_lower,
                                    const plan::WindowCall& window) {
  if (bound == nullptr) {
    return std::string(is_lower ? "UNBOUNDED PRECEDING" : "UNBOUNDED FOLLOWING");
  }
  MILLRACE_ASSIGN_OR_RETURN(Distance distance, DistanceOf(bound, window));
  if (IsZero(distance)) return std::string("CURRENT ROW");
  return fmt::format("{} {}", DistanceText(distance, window),
                     distance.is_before ? "PRECEDING" : "FOLLOWING");
}

/// The sort key of a RANGE frame, as what months can be added to. Empty: it stays as it is.
base::Result<std::string> RangeKey(const plan::WindowCall& window, const std::string& key) {
  const DataType& type = window.order_by[0].expression->type;
  bool in_months = false;
  for (const BoundExpressionPtr& bound : {window.frame.lower, window.frame.upper}) {
    in_months |= bound != nullptr && bound->type.is(Kind::kYearMonthInterval);
  }
  if (!in_months || window.frame.is_rows || type.is(Kind::kYearMonthInterval)) {
    return std::string();
  }
  if (type.is(Kind::kDate)) return fmt::format("(DATE '1970-01-01' + ({}))", key);
  if (type.is(Kind::kTimestampNtz)) return fmt::format("make_timestamp({})", key);
  return base::Status::Unsupported(fmt::format(
      "{}: window frames of months over timestamps are not supported: order by its date",
      window.order_by[0].expression->text));
}

base::Result<std::string> FrameText(const plan::WindowCall& window) {
  const plan::WindowFrame& frame = window.frame;
  if (window.order_by.empty() && !frame.is_rows) return std::string();
  MILLRACE_ASSIGN_OR_RETURN(std::string lower, BoundText(frame.lower, true, window));
  MILLRACE_ASSIGN_OR_RETURN(std::string upper, BoundText(frame.upper, false, window));
  return fmt::format(" {} BETWEEN {} AND {}", frame.is_rows ? "ROWS" : "RANGE", lower, upper);
}

}  // namespace

base::Result<std::string> BatchWriter::WindowText(const BoundExpression& expression) {
  const auto& window = std::get<plan::WindowCall>(expression.node);
  Texts partition;
  for (const BoundExpressionPtr& key : window.partition_by) {
    MILLRACE_ASSIGN_OR_RETURN(std::string text, OrderKey(key));
    partition.push_back(std::move(text));
  }
  std::string over = " OVER (";
  if (!partition.empty()) over += "PARTITION BY " + JoinTexts(partition, ", ");
  const auto* call = std::get_if<plan::Call>(&window.function->node);
  std::string range_key;
  if (call == nullptr && window.order_by.size() == 1) {
    MILLRACE_ASSIGN_OR_RETURN(std::string key, OrderKey(window.order_by[0].expression));
    MILLRACE_ASSIGN_OR_RETURN(range_key, RangeKey(window, key));
  }
  if (range_key.empty()) {
    MILLRACE_ASSIGN_OR_RETURN(std::string order, OrderBy(window.order_by));
    over += order;
  } else {
    over += " ORDER BY " + KeyText(range_key, window.order_by[0]);
  }
  // Only nth_value and aggregates look at the frame.
  if (call == nullptr || call->function == "nth_value") {
    MILLRACE_ASSIGN_OR_RETURN(std::string frame, FrameText(window));
    over += frame;
  }
  over += ")";
  if (call == nullptr) return AggregateText(*window.function, over);
  MILLRACE_ASSIGN_OR_RETURN(Texts args, Expressions(call->args));
  auto ignore = call->options.find("ignore_nulls");
  const bool ignores = ignore != call->options.end() && ignore->second == "true";
  // Spark counts rows in INT where DuckDB does in BIGINT.
  return fmt::format("CAST({}({}{}){} AS {})", call->function, JoinTexts(args, ", "),
                     ignores ? " IGNORE NULLS" : "", over, CarrierSql(window.function->type));
}

base::Result<std::string> BatchWriter::Write(const plan::Window& node, const StructType&) {
  MILLRACE_ASSIGN_OR_RETURN(Input input, InputOf(*node.input));
  columns_ = input.columns;
  Texts outputs = input.columns;
  for (const BoundExpressionPtr& function : node.functions) {
    MILLRACE_RETURN_IF_ERROR(CarrierArrowType(function->type).status());
    MILLRACE_ASSIGN_OR_RETURN(std::string text, WindowText(*function));
    outputs.push_back(std::move(text));
  }
  return fmt::format("SELECT {} FROM {}", Columns(outputs), input.from);
}

}  // namespace millrace::processor::duckdb
