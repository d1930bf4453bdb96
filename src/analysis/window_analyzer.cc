// Functions over windows.

#include <memory>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/expression_analyzer.h"
#include "analysis/rewrite.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;
namespace ex = plan::expression;

bool IsOffsetFunction(const std::string& name) { return name == "lag" || name == "lead"; }

const plan::Call* AsWindowFunction(const plan::BoundExpression& expression) {
  const auto* call = std::get_if<plan::Call>(&expression.node);
  return call != nullptr && FindWindowFunction(call->function) != nullptr ? call : nullptr;
}

BoundExpressionPtr IntegerBound(std::int64_t value) {
  return MakeConstant(data::Value::Int(value), IntegerType(), std::to_string(value));
}

// Rows up to the current one.
plan::WindowFrame UpToCurrent(bool is_rows) { return {is_rows, nullptr, IntegerBound(0)}; }

bool IsWrongSide(const ex::FrameBoundary& boundary) {
  const auto* unbounded = std::get_if<ex::FrameBoundary::Unbounded>(&boundary.boundary);
  return unbounded != nullptr && unbounded->wrong_side;
}

bool IsUpToCurrentRow(const ex::WindowFrame& frame) {
  return frame.type == ex::WindowFrame::Type::kRow &&
         std::holds_alternative<ex::FrameBoundary::Unbounded>(frame.lower.boundary) &&
         !IsWrongSide(frame.lower) &&
         std::holds_alternative<ex::FrameBoundary::CurrentRow>(frame.upper.boundary);
}

bool IsNegative(const BoundExpressionPtr& bound) {
  const data::Value* value = AsConstant(bound);
  if (value == nullptr) {
    const auto* call = std::get_if<plan::Call>(&bound->node);
    return call != nullptr && call->function == "negative";
  }
  if (value->is_int()) return value->int_value() < 0;
  if (value->is_double()) return value->double_value() < 0;
  return value->is_decimal() && value->decimal_value() < 0;
}

bool IsZero(const BoundExpressionPtr& bound) {
  const data::Value* value = AsConstant(bound);
  return value != nullptr && value->is_int() && value->int_value() == 0;
}

// "1 PRECEDING" of the offset -1.
std::string BoundText(const BoundExpressionPtr& bound, bool is_lower) {
  if (bound == nullptr) return is_lower ? "UNBOUNDED PRECEDING" : "UNBOUNDED FOLLOWING";
  if (IsZero(bound)) return "CURRENT ROW";
  if (IsNegative(bound)) {
    std::string text = bound->text;
    if (text.starts_with("(- ")) text = text.substr(3, text.size() - 4);
    if (text.starts_with("-")) text = text.substr(1);
    return text + " PRECEDING";
  }
  return bound->text + " FOLLOWING";
}

std::string FrameText(const plan::WindowFrame& frame) {
  return std::string(frame.is_rows ? "ROWS" : "RANGE") + " BETWEEN " +
         BoundText(frame.lower, true) + " AND " + BoundText(frame.upper, false);
}

std::string SpecText(const plan::WindowCall& call, const std::string& frame) {
  std::string text;
  const auto add = [&](const std::string& part) {
    if (!text.empty()) text += ' ';
    text += part;
  };
  if (!call.partition_by.empty()) add("PARTITION BY " + JoinTexts(call.partition_by));
  for (const plan::SortKey& key : call.order_by) {
    if (&key == &call.order_by.front()) {
      add("ORDER BY " + SortKeyText(key));
    } else {
      text += ", " + SortKeyText(key);
    }
  }
  add(frame);
  return "(" + text + ")";
}

bool IsInterval(const DataType& type) {
  return type.is(Kind::kDayTimeInterval) || type.is(Kind::kYearMonthInterval) ||
         type.is(Kind::kCalendarInterval);
}

// What a RANGE frame over a key of type `key` may be offset by, cast to it; null: nothing.
BoundExpressionPtr RangeOffset(const DataType& key, const BoundExpressionPtr& bound) {
  if (key.is(Kind::kDate) && (bound->type.is(Kind::kInteger) || IsInterval(bound->type))) {
    return bound;
  }
  if (key.is(Kind::kTimestamp) || key.is(Kind::kTimestampNtz)) {
    return IsInterval(bound->type) ? bound : nullptr;
  }
  if (key.isNumeric() && bound->type.isNumeric()) {
    return CanUpCast(bound->type, key) || SameType(bound->type, key) ||
                   (key.isIntegral() && bound->type.isIntegral())
               ? ImplicitCast(bound, key)
               : nullptr;
  }
  return nullptr;
}

base::Status UnacceptedBound(const plan::WindowFrame& frame, bool is_lower,
                             const BoundExpressionPtr& bound, const std::string& expected) {
  return TypeMismatch("SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE", FrameText(frame),
                      {{"location", is_lower ? "lower" : "upper"},
                       {"exprType", QuoteType(bound->type)},
                       {"expectedType", expected}});
}

base::Status CheckRange(const plan::WindowCall& call, plan::WindowFrame* frame) {
  const bool has_offset = (frame->lower != nullptr && !IsZero(frame->lower)) ||
                          (frame->upper != nullptr && !IsZero(frame->upper));
  if (call.order_by.empty()) {
    if (frame->lower == nullptr && frame->upper == nullptr) return base::Status::Ok();
    return TypeMismatch("RANGE_FRAME_WITHOUT_ORDER", SpecText(call, FrameText(*frame)), {});
  }
  if (!has_offset) return base::Status::Ok();
  if (call.order_by.size() > 1) {
    std::string order;
    for (const plan::SortKey& key : call.order_by) {
      order += (order.empty() ? "" : ",") + SortKeyText(key);
    }
    return TypeMismatch("RANGE_FRAME_MULTI_ORDER", SpecText(call, FrameText(*frame)),
                        {{"orderSpec", order}});
  }
  const DataType& key = call.order_by[0].expression->type;
  for (BoundExpressionPtr* bound : {&frame->lower, &frame->upper}) {
    if (*bound == nullptr || IsZero(*bound)) continue;
    const BoundExpressionPtr offset = RangeOffset(key, *bound);
    if (offset == nullptr) {
      return UnacceptedBound(*frame, bound == &frame->lower, *bound,
                             "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO "
                             "MONTH\" or \"INTERVAL\")");
    }
    *bound = offset;
  }
  return base::Status::Ok();
}

base::Status CheckRows(const plan::WindowFrame& frame) {
  for (const BoundExpressionPtr* bound : {&frame.lower, &frame.upper}) {
    if (*bound == nullptr || (*bound)->type.is(Kind::kInteger)) continue;
    return UnacceptedBound(frame, bound == &frame.lower, *bound, "\"INT\"");
  }
  return base::Status::Ok();
}

// UNBOUNDED FOLLOWING is no lower bound, UNBOUNDED PRECEDING no upper one.
base::Status CheckSides(const ex::WindowFrame& given, const plan::WindowFrame& frame) {
  const bool lower_wrong = IsWrongSide(given.lower);
  const bool upper_wrong = IsWrongSide(given.upper);
  if (!lower_wrong && !upper_wrong) return base::Status::Ok();
  const auto sql = [](const ex::FrameBoundary& boundary, const BoundExpressionPtr& bound,
                      bool is_lower) {
    const bool written = std::holds_alternative<plan::ExpressionPtr>(boundary.boundary);
    return written ? bound->text : BoundText(bound, is_lower);
  };
  const auto range = std::string(frame.is_rows ? "ROWS" : "RANGE") + " BETWEEN " +
                     BoundText(frame.lower, !lower_wrong) + " AND " +
                     BoundText(frame.upper, upper_wrong);
  return TypeMismatch(
      "SPECIFIED_WINDOW_FRAME_INVALID_BOUND", range,
      {{"upper", QuoteSql(sql(given.upper, frame.upper, upper_wrong))},
       {"lower", QuoteSql(sql(given.lower, frame.lower, !lower_wrong))}});
}

// The lower bound does not come after the upper one.
base::Status CheckOrder(const plan::WindowFrame& frame) {
  if (frame.lower == nullptr || frame.upper == nullptr) return base::Status::Ok();
  const data::Value* lower = AsConstant(frame.lower);
  const data::Value* upper = AsConstant(frame.upper);
  if (lower == nullptr || upper == nullptr || !lower->is_int() || !upper->is_int()) {
    return base::Status::Ok();
  }
  if (lower->int_value() <= upper->int_value()) return base::Status::Ok();
  return TypeMismatch("SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON", FrameText(frame),
                      {{"comparison", "less than or equal"}});
}

}  // namespace

base::Result<plan::WindowFrame> ExpressionAnalyzer::ResolveFrame(const ex::Window& node,
                                                                 const plan::WindowCall& call,
                                                                 std::string* text) {
  plan::WindowFrame frame;
  const plan::Call* function = AsWindowFunction(*call.function);
  const bool is_given = node.frame && node.frame->type != ex::WindowFrame::Type::kUndefined;
  if (function != nullptr && function->function != "nth_value" &&
      !IsOffsetFunction(function->function) && function->function != "cume_dist") {
    if (is_given && !IsUpToCurrentRow(*node.frame)) {
      return AnalysisError(
          "_LEGACY_ERROR_TEMP_1036",
          {{"wf", "the frame given"},
           {"required",
            "specifiedwindowframe(RowFrame, unboundedpreceding$(), currentrow$())"}});
    }
    frame = UpToCurrent(true);
    *text = FrameText(frame);
    return frame;
  }
  if (function != nullptr && IsOffsetFunction(function->function)) {
    // The function itself says which row; its frame is only a text.
    std::string offset = function->args[1]->text;
    if (function->function == "lag") {
      offset = offset.starts_with("-") ? offset.substr(1) : "-" + offset;
    }
    *text = "ROWS BETWEEN " + offset + " FOLLOWING AND " + offset + " FOLLOWING";
    return plan::WindowFrame{true, nullptr, nullptr};
  }
  if (!is_given) {
    frame = call.order_by.empty() ? plan::WindowFrame{true, nullptr, nullptr} : UpToCurrent(false);
    *text = FrameText(frame);
    return frame;
  }
  frame.is_rows = node.frame->type == ex::WindowFrame::Type::kRow;
  const auto resolve = [&](const ex::FrameBoundary& boundary,
                           bool is_lower) -> base::Result<BoundExpressionPtr> {
    if (std::holds_alternative<ex::FrameBoundary::Unbounded>(boundary.boundary)) {
      return BoundExpressionPtr();
    }
    if (std::holds_alternative<ex::FrameBoundary::CurrentRow>(boundary.boundary)) {
      return IntegerBound(0);
    }
    MILLRACE_ASSIGN_OR_RETURN(const Resolved value,
                              Resolve(std::get<plan::ExpressionPtr>(boundary.boundary)));
    BoundExpressionPtr bound = value.bound;
    if (!IsFoldable(*bound)) {
      return TypeMismatch("SPECIFIED_WINDOW_FRAME_WITHOUT_FOLDABLE", bound->text,
                          {{"location", is_lower ? "lower" : "upper"},
                           {"expression", QuoteSql(bound->text)}});
    }
    // `- 1` is the constant -1.
    const auto* negated = std::get_if<plan::Call>(&bound->node);
    if (negated != nullptr && negated->function == "negative") {
      const data::Value* number = AsConstant(negated->args[0]);
      if (number != nullptr && number->is_int()) {
        bound = MakeConstant(data::Value::Int(-number->int_value()), bound->type, bound->text);
      }
    }
    const data::Value* number = AsConstant(bound);
    if (bound->type.is(Kind::kLong) && number != nullptr && number->is_int() && frame.is_rows) {
      bound = MakeConstant(*number, IntegerType(), bound->text);  // As PySpark sends it.
    }
    return bound;
  };
  MILLRACE_ASSIGN_OR_RETURN(frame.lower, resolve(node.frame->lower, true));
  MILLRACE_ASSIGN_OR_RETURN(frame.upper, resolve(node.frame->upper, false));
  *text = FrameText(frame);
  MILLRACE_RETURN_IF_ERROR(CheckSides(*node.frame, frame));
  MILLRACE_RETURN_IF_ERROR(frame.is_rows ? CheckRows(frame) : CheckRange(call, &frame));
  MILLRACE_RETURN_IF_ERROR(CheckOrder(frame));
  return frame;
}

base::Result<Resolved> ExpressionAnalyzer::ResolveNode(const ex::Window& node) {
  plan::WindowCall call;
  const auto* function = node.function->As<ex::UnresolvedFunction>();
  ex::UnresolvedFunction plain;
  if (const auto* called = node.function->As<ex::CallFunction>()) {
    plain.name = called->name;
    plain.args = called->args;
    function = &plain;
  }
  if (function == nullptr) {
    MILLRACE_ASSIGN_OR_RETURN(const Resolved resolved, Resolve(node.function));
    return AnalysisError("UNSUPPORTED_EXPR_FOR_WINDOW",
                         {{"sqlExpr", QuoteSql(resolved.bound->text)}});
  }
  MILLRACE_ASSIGN_OR_RETURN(const Resolved resolved, ResolveCall(*function, true));
  call.function = resolved.bound;
  for (const plan::ExpressionPtr& expression : node.partition_spec) {
    MILLRACE_ASSIGN_OR_RETURN(Resolved key, Resolve(expression));
    call.partition_by.push_back(std::move(key.bound));
  }
  MILLRACE_ASSIGN_OR_RETURN(call.order_by, ResolveOrder(node.order_spec));
  const auto* aggregate = std::get_if<plan::AggregateCall>(&call.function->node);
  const plan::Call* window_function = AsWindowFunction(*call.function);
  if (aggregate == nullptr && window_function == nullptr) {
    return AnalysisError("UNSUPPORTED_EXPR_FOR_WINDOW",
                         {{"sqlExpr", QuoteSql(call.function->text)}});
  }
  std::string frame_text;
  auto frame = ResolveFrame(node, call, &frame_text);
  if (!frame.ok()) return At(node.definition_origin, frame.status());
  call.frame = *std::move(frame);
  if (window_function != nullptr && call.order_by.empty() &&
      window_function->function != "nth_value") {
    return AnalysisError("WINDOW_FUNCTION_FRAME_NOT_ORDERED",
                         {{"wf_name", window_function->function},
                          {"wf_expr", call.function->text}});
  }
  const std::string text = call.function->text + " OVER " + SpecText(call, frame_text);
  if (aggregate != nullptr && aggregate->distinct) {
    return AnalysisError("DISTINCT_WINDOW_FUNCTION_UNSUPPORTED", {{"windowExpr", QuoteSql(text)}});
  }
  const DataType type = call.function->type;
  const bool nullable = call.function->nullable;
  return Resolved::Unnamed(std::make_shared<const plan::BoundExpression>(
      plan::BoundExpression{type, nullable, std::move(call), text}));
}

}  // namespace millrace::analysis
