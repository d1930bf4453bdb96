#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

enum class OperatorClass { kAdditive, kMultiplicative, kDivision, kLogical, kComparison };

OperatorClass ClassOf(std::string_view op) {
  if (op == "+" || op == "-") return OperatorClass::kAdditive;
  if (op == "*" || op == "%") return OperatorClass::kMultiplicative;
  if (op == "/") return OperatorClass::kDivision;
  if (op == "and" || op == "or") return OperatorClass::kLogical;
  return OperatorClass::kComparison;
}

bool IsArithmetic(std::string_view op) {
  return ClassOf(op) != OperatorClass::kLogical && ClassOf(op) != OperatorClass::kComparison;
}

bool IsInterval(const DataType& type) {
  return type.is(Kind::kDayTimeInterval) || type.is(Kind::kYearMonthInterval) ||
         type.is(Kind::kCalendarInterval);
}

bool IsTimestamp(const DataType& type) {
  return type.is(Kind::kTimestamp) || type.is(Kind::kTimestampNtz);
}

const Parameter& NumericOrInterval() {
  static const Parameter parameter = {
      ParameterType::Numeric(), ParameterType::One(DayTimeIntervalType()),
      ParameterType::One(YearMonthIntervalType()), ParameterType::One(CalendarIntervalType())};
  return parameter;
}

bool AcceptsOperand(std::string_view op, const DataType& type) {
  switch (ClassOf(op)) {
    case OperatorClass::kAdditive:
      return type.isNumeric() || IsInterval(type);
    case OperatorClass::kMultiplicative:
      return type.isNumeric();
    case OperatorClass::kDivision:
      return type.is(Kind::kDouble) || type.is(Kind::kDecimal);
    case OperatorClass::kLogical:
      return type.is(Kind::kBoolean);
    case OperatorClass::kComparison:
      break;
  }
  return true;
}

std::string_view OperandText(std::string_view op) {
  switch (ClassOf(op)) {
    case OperatorClass::kAdditive:
      return "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or "
             "\"INTERVAL\")";
    case OperatorClass::kDivision:
      return "(\"DOUBLE\" or \"DECIMAL\")";
    case OperatorClass::kLogical:
      return "\"BOOLEAN\"";
    default:
      return "\"NUMERIC\"";
  }
}

std::string OperatorText(std::string_view op, const BoundExpressionPtr& left,
                         const BoundExpressionPtr& right) {
  std::string symbol(op);
  if (op == "and") symbol = "AND";
  if (op == "or") symbol = "OR";
  return "(" + left->text + " " + symbol + " " + right->text + ")";
}

// DATE plus or minus days. `days` is what is added.
base::Result<BoundExpressionPtr> BindDateShift(std::string_view function,
                                               const BoundExpressionPtr& date,
                                               const BoundExpressionPtr& days) {
  const std::string sql = CallText(function, {date, days});
  static const Parameter integer = {ParameterType::One(IntegerType()),
                                    ParameterType::One(ShortType()),
                                    ParameterType::One(ByteType())};
  const BoundExpressionPtr number =
      days->type.is(Kind::kNull) ? ImplicitCast(days, IntegerType()) : days;
  // No implicit cast, unlike most functions.
  if (!number->type.isIntegral() || number->type.is(Kind::kLong)) {
    return UnexpectedInputType(sql, 1, integer, number);
  }
  return MakeCall(function, {date, number}, DateType(), date->nullable || number->nullable, sql);
}

// The + and - of dates, timestamps and intervals, which Spark turns into functions before it looks
// at numbers. None when there is nothing of the kind here.
std::optional<base::Result<BoundExpressionPtr>> BindTimeArithmetic(
    std::string_view op, const BoundExpressionPtr& left, const BoundExpressionPtr& right) {
  const DataType& a = left->type;
  const DataType& b = right->type;
  if (IsInterval(a) || IsInterval(b)) {
    return NotPossibleHere("The operator `" + std::string(op) + "` on intervals in \"" +
                               OperatorText(op, left, right) + "\"",
                           "Add and subtract epoch seconds (cast a timestamp to BIGINT) instead.");
  }
  if (ClassOf(op) != OperatorClass::kAdditive) return std::nullopt;
  const auto is_time = [](const DataType& type) {
    return type.is(Kind::kDate) || IsTimestamp(type);
  };
  if ((is_time(a) && b.is(Kind::kNull)) || (is_time(b) && a.is(Kind::kNull))) {
    return NotPossibleHere("A time and NULL in \"" + OperatorText(op, left, right) + "\"",
                           "Spark takes the NULL for an interval; cast it to INT for days.");
  }
  if (op == "+") {
    if (a.is(Kind::kDate) && !b.is(Kind::kString)) return BindDateShift("date_add", left, right);
    if (b.is(Kind::kDate) && !a.is(Kind::kString)) return BindDateShift("date_add", right, left);
    return std::nullopt;
  }
  const bool gives_interval = IsTimestamp(a) || IsTimestamp(b) || b.is(Kind::kDate);
  const DataType& other = is_time(a) ? b : a;
  if (gives_interval && (is_time(other) || other.is(Kind::kString))) {
    return NotPossibleHere(
        "The difference of two times in \"" + OperatorText(op, left, right) + "\", an interval",
        "Subtract epoch seconds (cast a timestamp to BIGINT) instead.");
  }
  if (gives_interval) {
    const bool dates = !IsTimestamp(a) && !IsTimestamp(b);
    const Parameter parameter = {dates ? ParameterType::One(DateType())
                                       : ParameterType::AnyTimestamp()};
    const bool left_is_wrong = !(IsTimestamp(a) || a.is(Kind::kDate));
    return UnexpectedInputType(OperatorText(op, left, right), left_is_wrong ? 0 : 1, parameter,
                               left_is_wrong ? left : right);
  }
  if (a.is(Kind::kDate) && !b.is(Kind::kString)) return BindDateShift("date_sub", left, right);
  return std::nullopt;
}

struct Operands {
  BoundExpressionPtr left;
  BoundExpressionPtr right;

  void CastBoth(const DataType& type) {
    left = ImplicitCast(left, type);
    right = ImplicitCast(right, type);
  }
};

// An integer beside a decimal becomes a decimal: a constant the narrowest, another by its type.
BoundExpressionPtr IntegralAsDecimal(const BoundExpressionPtr& operand) {
  const data::Value* value = AsConstant(operand);
  if (value != nullptr && value->is_int()) {
    return ImplicitCast(operand, DecimalForValue(value->int_value()));
  }
  return ImplicitCast(operand, DecimalForIntegral(operand->type));
}

// DecimalPrecision: an operator with a decimal on one side at least.
void CoerceDecimals(std::string_view op, Operands* operands) {
  auto& [left, right] = *operands;
  if (left->type.is(Kind::kDecimal) && right->type.isIntegral()) right = IntegralAsDecimal(right);
  if (right->type.is(Kind::kDecimal) && left->type.isIntegral()) left = IntegralAsDecimal(left);
  const auto is_float = [](const DataType& type) {
    return type.is(Kind::kFloat) || type.is(Kind::kDouble);
  };
  if (left->type.is(Kind::kDecimal) && is_float(right->type)) {
    left = ImplicitCast(left, DoubleType());
  } else if (right->type.is(Kind::kDecimal) && is_float(left->type)) {
    right = ImplicitCast(right, DoubleType());
  }
  if (ClassOf(op) == OperatorClass::kComparison && left->type.is(Kind::kDecimal) &&
      right->type.is(Kind::kDecimal)) {
    operands->CastBoth(WiderDecimal(left->type, right->type));
  }
}

void CoerceOperands(std::string_view op, Operands* operands) {
  if (const auto promoted = StringPromotion(operands->left->type, operands->right->type)) {
    operands->CastBoth(*promoted);
  }
  CoerceDecimals(op, operands);
  const DataType& a = operands->left->type;
  const DataType& b = operands->right->type;
  const bool both_decimal = a.is(Kind::kDecimal) && b.is(Kind::kDecimal);
  const auto number_or_null = [](const DataType& type) {
    return type.isNumeric() || type.is(Kind::kNull);
  };
  if (a.is(Kind::kNull) && b.is(Kind::kNull) && ClassOf(op) != OperatorClass::kComparison) {
    operands->CastBoth(IsArithmetic(op) ? DataType(DoubleType()) : DataType(BooleanType()));
    return;
  }
  if (op == "/" && !a.is(Kind::kDecimal) && number_or_null(a) && number_or_null(b)) {
    operands->CastBoth(DoubleType());
    return;
  }
  if (both_decimal && IsArithmetic(op)) return;
  const auto common = TightestCommonType(a, b);
  if (common && AcceptsOperand(op, *common)) operands->CastBoth(*common);
}

DataType ResultType(std::string_view op, const Operands& operands) {
  if (!IsArithmetic(op)) return BooleanType();
  const DataType& type = operands.left->type;
  if (!type.is(Kind::kDecimal)) return type;
  return DecimalResult(op.front(), type, operands.right->type);
}

base::Result<BoundExpressionPtr> BindSymbol(const FunctionCall& call) {
  const std::string op = call.name == "==" ? "=" : call.name;
  return BindBinary(op, call.arg(0), call.arg(1));
}

base::Result<BoundExpressionPtr> BindNot(const BoundExpressionPtr& operand) {
  const std::string sql = "(NOT " + operand->text + ")";
  MILLRACE_ASSIGN_OR_RETURN(auto args,
                            CoerceArguments({operand}, {{ParameterType::One(BooleanType())}}, sql));
  const bool nullable = AnyNullable(args);
  return MakeCall("not", std::move(args), BooleanType(), nullable, sql);
}

base::Result<BoundExpressionPtr> BindNotFunction(const FunctionCall& call) {
  return BindNot(call.arg(0));
}

// Spark has no operator for !=: it is the negated =.
base::Result<BoundExpressionPtr> BindNotEqual(const FunctionCall& call) {
  MILLRACE_ASSIGN_OR_RETURN(auto equal, BindBinary("=", call.arg(0), call.arg(1)));
  return BindNot(equal);
}

base::Result<BoundExpressionPtr> BindNegative(const FunctionCall& call) {
  const BoundExpressionPtr& operand = call.arg(0);
  const std::string sql = CallText("negative", {operand});
  if (IsInterval(operand->type)) {
    return NotPossibleHere("The function `negative` on intervals",
                           "Subtract epoch seconds (cast a timestamp to BIGINT) instead.");
  }
  const bool becomes_double = operand->type.is(Kind::kString) || operand->type.is(Kind::kNull);
  const BoundExpressionPtr number = becomes_double ? ImplicitCast(operand, DoubleType()) : operand;
  if (!number->type.isNumeric()) return UnexpectedInputType(sql, 0, NumericOrInterval(), operand);
  return MakeCall("negative", {number}, number->type, number->nullable, sql);
}

base::Result<BoundExpressionPtr> BindIsNull(const FunctionCall& call) {
  const bool negated = call.name == "isnotnull";
  const std::string sql = "(" + call.arg(0)->text + (negated ? " IS NOT NULL)" : " IS NULL)");
  return MakeCall(call.name, call.BoundArgs(), BooleanType(), false, sql);
}

}  // namespace

base::Result<BoundExpressionPtr> BindBinary(std::string_view op, const BoundExpressionPtr& left,
                                            const BoundExpressionPtr& right) {
  const std::string sql = OperatorText(op, left, right);
  Operands operands{left, right};
  if (IsArithmetic(op)) {
    if (auto bound = BindTimeArithmetic(op, left, right)) return *std::move(bound);
    if (const auto promoted = StringPromotion(left->type, right->type)) {
      operands.CastBoth(*promoted);
      if (auto bound = BindTimeArithmetic(op, operands.left, operands.right)) {
        return *std::move(bound);
      }
    }
  }
  CoerceOperands(op, &operands);
  const DataType& a = operands.left->type;
  const DataType& b = operands.right->type;
  const bool both_decimal = a.is(Kind::kDecimal) && b.is(Kind::kDecimal);
  if (!SameType(a, b) && !(both_decimal && IsArithmetic(op))) {
    return TypeMismatch("BINARY_OP_DIFF_TYPES", sql,
                        {{"left", QuoteType(a)}, {"right", QuoteType(b)}});
  }
  if (!AcceptsOperand(op, a)) {
    return TypeMismatch(
        "BINARY_OP_WRONG_TYPE", sql,
        {{"inputType", std::string(OperandText(op))}, {"actualDataType", QuoteType(a)}});
  }
  if (ClassOf(op) == OperatorClass::kComparison && !IsOrderable(a)) {
    return TypeMismatch(
        "INVALID_ORDERING_TYPE", sql,
        {{"functionName", "`" + std::string(op) + "`"}, {"dataType", QuoteType(a)}});
  }
  const bool always_null = op == "/" || op == "%";
  const bool nullable =
      op != "<=>" && (always_null || operands.left->nullable || operands.right->nullable);
  const DataType type = ResultType(op, operands);
  return MakeCall(op, {operands.left, operands.right}, type, nullable, sql);
}

std::vector<FunctionSpec> OperatorFunctions() {
  std::vector<FunctionSpec> functions = {
      {"!=", 2, 2, BindNotEqual},       {"<>", 2, 2, BindNotEqual},
      {"not", 1, 1, BindNotFunction},   {"!", 1, 1, BindNotFunction},
      {"negative", 1, 1, BindNegative}, {"isnull", 1, 1, BindIsNull},
      {"isnotnull", 1, 1, BindIsNull},
  };
  for (const std::string_view op :
       {"+", "-", "*", "/", "%", "=", "==", "<=>", "<", "<=", ">", ">=", "and", "or"}) {
    functions.push_back({op, 2, 2, BindSymbol});
  }
  return functions;
}

}  // namespace millrace::analysis
