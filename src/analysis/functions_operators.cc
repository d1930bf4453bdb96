#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/time_operators.h"
#include "analysis/legacy_rules.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

enum class OperatorClass {
  kAdditive,
  kMultiplicative,
  kDivision,
  kIntegralDivision,
  kBitwise,
  kLogical,
  kComparison
};

OperatorClass ClassOf(std::string_view op) {
  if (op == "+" || op == "-") return OperatorClass::kAdditive;
  if (op == "*" || op == "%" || op == "mod" || op == "pmod") {
    return OperatorClass::kMultiplicative;
  }
  if (op == "/") return OperatorClass::kDivision;
  if (op == "div") return OperatorClass::kIntegralDivision;
  if (op == "&" || op == "|" || op == "^") return OperatorClass::kBitwise;
  if (op == "and" || op == "or") return OperatorClass::kLogical;
  return OperatorClass::kComparison;
}

bool IsArithmetic(std::string_view op) {
  return ClassOf(op) != OperatorClass::kLogical && ClassOf(op) != OperatorClass::kComparison &&
         ClassOf(op) != OperatorClass::kBitwise;
}

bool IsInterval(const DataType& type) {
  return type.is(Kind::kDayTimeInterval) || type.is(Kind::kYearMonthInterval) ||
         type.is(Kind::kCalendarInterval);
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
    case OperatorClass::kIntegralDivision:
      return type.is(Kind::kLong) || type.is(Kind::kDecimal) || IsAnsiInterval(type);
    case OperatorClass::kBitwise:
      return type.isIntegral();
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
    case OperatorClass::kIntegralDivision:
      return "(\"BIGINT\" or \"DECIMAL\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO "
             "SECOND\")";
    case OperatorClass::kBitwise:
      return "\"INTEGRAL\"";
    case OperatorClass::kLogical:
      return "\"BOOLEAN\"";
    default:
      return "\"NUMERIC\"";
  }
}

std::string OperatorText(std::string_view op, const BoundExpressionPtr& left,
                         const BoundExpressionPtr& right) {
  if (op == "pmod" || op == "mod") return CallText(op, {left, right});
  std::string symbol(op);
  if (op == "and") symbol = "AND";
  if (op == "or") symbol = "OR";
  return "(" + left->text + " " + symbol + " " + right->text + ")";
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

// Spark 3: a text in an operator of numbers is a double. Whether there was one.
bool TextsAsDoubles(std::string_view op, Operands* operands) {
  const bool numbers = (IsArithmetic(op) || ClassOf(op) == OperatorClass::kBitwise) &&
                       !IsInterval(operands->left->type) && !IsInterval(operands->right->type);
  bool any = false;
  for (BoundExpressionPtr* side : {&operands->left, &operands->right}) {
    if (!numbers || !(*side)->type.is(Kind::kString)) continue;
    *side = ImplicitCast(*side, DoubleType());
    any = true;
  }
  return any;
}

// Spark 3: `true = 1`.
void NumberBesideBoolean(Operands* operands) {
  auto& [left, right] = *operands;
  if (left->type.is(Kind::kBoolean) && right->type.isNumeric()) {
    left = ImplicitCast(left, right->type);
  } else if (left->type.isNumeric() && right->type.is(Kind::kBoolean)) {
    right = ImplicitCast(right, left->type);
  }
}

void CoerceOperands(std::string_view op, Operands* operands) {
  if (op == "div") {
    for (BoundExpressionPtr* side : {&operands->left, &operands->right}) {
      if ((*side)->type.isIntegral()) *side = ImplicitCast(*side, LongType());
    }
  }
  const bool comparison = ClassOf(op) == OperatorClass::kComparison;
  if (!LegacyRules::Active() || comparison) {
    const auto promoted = StringPromotion(operands->left->type, operands->right->type);
    if (promoted) operands->CastBoth(*promoted);
  } else {
    TextsAsDoubles(op, operands);
  }
  CoerceDecimals(op, operands);
  if (LegacyRules::Active() && (op == "=" || op == "<=>")) NumberBesideBoolean(operands);
  const DataType& a = operands->left->type;
  const DataType& b = operands->right->type;
  const bool both_decimal = a.is(Kind::kDecimal) && b.is(Kind::kDecimal);
  const auto number_or_null = [](const DataType& type) {
    return type.isNumeric() || type.is(Kind::kNull);
  };
  if (a.is(Kind::kNull) && b.is(Kind::kNull) && ClassOf(op) != OperatorClass::kComparison) {
    if (op == "div") {
      operands->CastBoth(LongType());
    } else if (ClassOf(op) == OperatorClass::kBitwise) {
      operands->CastBoth(IntegerType());
    } else {
      operands->CastBoth(IsArithmetic(op) ? DataType(DoubleType()) : DataType(BooleanType()));
    }
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
  const DataType& type = operands.left->type;
  if (ClassOf(op) == OperatorClass::kBitwise) return type;
  if (op == "div") return LongType();
  if (!IsArithmetic(op)) return BooleanType();
  if (!type.is(Kind::kDecimal)) return type;
  return DecimalResult(op == "pmod" || op == "mod" ? '%' : op.front(), type, operands.right->type);
}

base::Result<BoundExpressionPtr> BindNegative(const FunctionCall& call);

base::Result<BoundExpressionPtr> BindSymbol(const FunctionCall& call) {
  if (call.args.size() == 1) return BindNegative(call);
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
  const std::string sql = call.name == "-" ? "(- " + operand->text + ")"  // `-a` in SQL text.
                                           : CallText("negative", {operand});
  if (IsAnsiInterval(operand->type)) {
    return MakeCall("interval_negative", {operand}, operand->type, operand->nullable, sql);
  }
  if (IsInterval(operand->type)) return CalendarIntervalRefused(sql);
  const bool becomes_double = operand->type.is(Kind::kString) || operand->type.is(Kind::kNull);
  const BoundExpressionPtr number = becomes_double ? ImplicitCast(operand, DoubleType()) : operand;
  if (!number->type.isNumeric()) return UnexpectedInputType(sql, 0, NumericOrInterval(), operand);
  return MakeCall("negative", {number}, number->type, number->nullable, sql);
}

// Spark 3: `flag = 1` is the flag itself, `flag = 0` its negation. Null: not this case.
BoundExpressionPtr TruthBesideNumber(std::string_view op, const BoundExpressionPtr& truth,
                                     const BoundExpressionPtr& number) {
  const data::Value* value = AsConstant(number);
  if (!truth->type.is(Kind::kBoolean) || value == nullptr) return nullptr;
  if (!number->type.isIntegral() || !value->is_int()) return nullptr;
  if (value->int_value() != 0 && value->int_value() != 1) return nullptr;
  const BoundExpressionPtr same =
      value->int_value() == 1 ? truth
                              : MakeCall("not", {truth}, BooleanType(), truth->nullable,
                                         "(NOT " + truth->text + ")");
  if (op == "=") return same;
  const auto is_there = MakeCall("isnotnull", {truth}, BooleanType(), false,
                                 "(" + truth->text + " IS NOT NULL)");
  return MakeCall("and", {is_there, same}, BooleanType(), truth->nullable,
                  "(" + is_there->text + " AND " + same->text + ")");
}

// The decimal that is written down, or null.
const data::Value* WrittenDecimal(const BoundExpressionPtr& side) {
  const data::Value* value = side->type.is(Kind::kDecimal) ? AsConstant(side) : nullptr;
  return value != nullptr && value->is_decimal() ? value : nullptr;
}

// DecimalPrecision: an integer that is less or more than a decimal that is written down is so than
// the next integer, and `n > 1.5` becomes `n > 1`. Null: not this case.
BoundExpressionPtr WholeNumberBesideInteger(std::string_view op, const BoundExpressionPtr& number,
                                            const BoundExpressionPtr& integer) {
  const data::Value* value = WrittenDecimal(number);
  if (value == nullptr || !integer->type.isIntegral()) return nullptr;
  __int128 power = 1;
  for (int i = 0; i < number->type.scale(); ++i) power *= 10;
  const __int128 unscaled = value->decimal_value();
  const bool has_rest = unscaled % power != 0;
  const __int128 floor = unscaled / power - (has_rest && unscaled < 0 ? 1 : 0);
  const __int128 ceiling = floor + (has_rest ? 1 : 0);
  // `op` stands between the number and the integer.
  const bool rounds_down = op == ">=" || op == "<";
  const auto fixed = [](bool holds) {
    return MakeConstant(data::Value::Bool(holds), BooleanType(), holds ? "true" : "false");
  };
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kGreatest = std::numeric_limits<std::int64_t>::max();
  const bool number_is_less = op == "<" || op == "<=";
  if (floor < kLeast) return fixed(number_is_less);
  if (ceiling > kGreatest) return fixed(!number_is_less);
  const auto whole = static_cast<std::int64_t>(rounds_down ? floor : ceiling);
  return MakeConstant(data::Value::Int(whole), LongType(), std::to_string(whole));
}

// The operator with its sides exchanged.
std::string_view Mirrored(std::string_view op) {
  if (op == "<") return ">";
  if (op == "<=") return ">=";
  return op == ">" ? "<" : "<=";
}

base::Result<BoundExpressionPtr> BindIsNull(const FunctionCall& call) {
  const bool negated = call.name == "isnotnull";
  const std::string sql = "(" + call.arg(0)->text + (negated ? " IS NOT NULL)" : " IS NULL)");
  return MakeCall(call.name, call.BoundArgs(), BooleanType(), false, sql);
}

}  // namespace

base::Result<BoundExpressionPtr> BindBinary(std::string_view op, const BoundExpressionPtr& left,
                                            const BoundExpressionPtr& right) {
  if (LegacyRules::Active() && (op == "=" || op == "<=>")) {
    if (auto truth = TruthBesideNumber(op, left, right)) return truth;
    if (auto truth = TruthBesideNumber(op, right, left)) return truth;
  }
  if (op == "<" || op == "<=" || op == ">" || op == ">=") {
    if (const auto whole = WholeNumberBesideInteger(op, left, right)) {
      return whole->type.is(Kind::kBoolean) ? whole : BindBinary(op, whole, right);
    }
    if (const auto whole = WholeNumberBesideInteger(Mirrored(op), right, left)) {
      return whole->type.is(Kind::kBoolean) ? whole : BindBinary(op, left, whole);
    }
  }
  const std::string sql = OperatorText(op, left, right);
  Operands operands{left, right};
  if (IsArithmetic(op)) {
    if (auto bound = BindTimeArithmetic(op, left, right)) return *std::move(bound);
    const auto promoted = StringPromotion(left->type, right->type);
    if (LegacyRules::Active() ? TextsAsDoubles(op, &operands) : promoted.has_value()) {
      if (!LegacyRules::Active()) operands.CastBoth(*promoted);
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
  const bool always_null = op == "/" || op == "%" || op == "mod" || op == "div" || op == "pmod";
  const bool nullable =
      op != "<=>" && (always_null || operands.left->nullable || operands.right->nullable);
  const DataType type = ResultType(op, operands);
  std::string_view function = op == "mod" ? "%" : op;
  if (op == "div" && IsAnsiInterval(a)) function = "interval_div";
  return MakeCall(function, {operands.left, operands.right}, type, nullable, sql);
}

std::vector<FunctionSpec> OperatorFunctions() {
  std::vector<FunctionSpec> functions = {
      {"!=", 2, 2, BindNotEqual},       {"<>", 2, 2, BindNotEqual},
      {"not", 1, 1, BindNotFunction},   {"!", 1, 1, BindNotFunction},
      {"negative", 1, 1, BindNegative}, {"isnull", 1, 1, BindIsNull},
      {"isnotnull", 1, 1, BindIsNull},
  };
  for (const std::string_view op :
       {"+", "-", "*", "/", "%", "=", "==", "<=>", "<", "<=", ">", ">=", "and", "or",
        "div", "pmod", "mod", "&", "|", "^"}) {
    functions.push_back({op, op == "-" ? 1 : 2, 2, BindSymbol});
  }
  return functions;
}

}  // namespace millrace::analysis
