#include <algorithm>
#include <string>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/legacy_rules.h"
#include "analysis/signatures.h"
#include "analysis/time_operators.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

constexpr int kMaxPrecision = 38;

bool IsInterval(const DataType& type) {
  return type.is(Kind::kDayTimeInterval) || type.is(Kind::kYearMonthInterval) ||
         type.is(Kind::kCalendarInterval);
}

// A number as it is; text and NULL become DOUBLE.
base::Result<BoundExpressionPtr> Number(const FunctionCall& call, const std::string& sql,
                                        const Parameter& parameter) {
  const BoundExpressionPtr& operand = call.arg(0);
  if (IsInterval(operand->type)) {
    return NotPossibleHere("The function `" + call.name + "` on intervals",
                           "Use epoch seconds (cast a timestamp to BIGINT) instead.");
  }
  if (operand->type.is(Kind::kString) || operand->type.is(Kind::kNull)) {
    return ImplicitCast(operand, DoubleType());
  }
  if (!operand->type.isNumeric()) return UnexpectedInputType(sql, 0, parameter, operand);
  return operand;
}

base::Result<BoundExpressionPtr> BindAbs(const FunctionCall& call) {
  static const Parameter parameter = {ParameterType::Numeric(),
                                      ParameterType::One(DayTimeIntervalType()),
                                      ParameterType::One(YearMonthIntervalType())};
  const std::string sql = CallText("abs", call.BoundArgs());
  const BoundExpressionPtr& interval = call.arg(0);
  if (IsAnsiInterval(interval->type)) {
    return MakeCall("interval_abs", {interval}, interval->type, interval->nullable, sql);
  }
  MILLRACE_ASSIGN_OR_RETURN(auto number, Number(call, sql, parameter));
  return MakeCall("abs", {number}, number->type, number->nullable, sql);
}

base::Result<BoundExpressionPtr> BindPositive(const FunctionCall& call) {
  static const Parameter parameter = {
      ParameterType::Numeric(), ParameterType::One(DayTimeIntervalType()),
      ParameterType::One(YearMonthIntervalType()), ParameterType::One(CalendarIntervalType())};
  const std::string sql = "(+ " + call.arg(0)->text + ")";
  MILLRACE_ASSIGN_OR_RETURN(auto number, Number(call, sql, parameter));
  return WithText(number, sql);
}

// Room for a carry in front of the point.
DataType RoundedDecimal(const DataType& type, int scale) {
  const int whole_digits = type.precision() - type.scale() + 1;
  if (scale < 0) {
    return DecimalType(std::min(std::max(whole_digits, -scale + 1), kMaxPrecision), 0);
  }
  const int kept = std::min(type.scale(), scale);
  return DecimalType(std::min(whole_digits + kept, kMaxPrecision), kept);
}

base::Status NotFoldable(std::string_view sql, std::string_view name,
                         const BoundExpressionPtr& arg) {
  return TypeMismatch("NON_FOLDABLE_INPUT", sql,
                      {{"inputName", "`" + std::string(name) + "`"},
                       {"inputType", QuoteType(IntegerType())},
                       {"inputExpr", QuoteSql(arg->text)}});
}

// round, bround, and ceil and floor with a number of digits. These two want a decimal, `wanted`.
base::Result<BoundExpressionPtr> BindRounding(const FunctionCall& call, std::string_view function,
                                              std::string_view shown, const Parameter& wanted) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  if (args.size() == 1) args.push_back(MakeConstant(data::Value::Int(0), IntegerType(), "0"));
  const std::string sql = CallText(shown, args);
  MILLRACE_ASSIGN_OR_RETURN(
      args, CoerceArguments(std::move(args), {wanted, {ParameterType::One(IntegerType())}}, sql));
  const bool exact = function != call.name;
  const data::Value* given = AsConstant(args[1]);
  if (!IsFoldable(*args[1]) || (exact && given != nullptr && given->is_null())) {
    if (!exact) return NotFoldable(sql, "scale", args[1]);
    return AnalysisError("NON_FOLDABLE_ARGUMENT", {{"funcName", "`" + call.name + "`"},
                                                   {"paramName", "`scale`"},
                                                   {"paramType", QuoteType(IntegerType())}});
  }
  const data::Value* scale = AsConstant(args[1]);
  if (scale == nullptr) {
    return NotPossibleHere("A computed number of digits in `" + call.name + "`",
                           "Write the number.");
  }
  DataType type = args[0]->type;
  if (type.is(Kind::kDecimal)) {
    const std::int64_t places = scale->is_null() ? 0 : scale->int_value();
    type = RoundedDecimal(type, static_cast<int>(std::clamp<std::int64_t>(places, -100, 100)));
  }
  const bool nullable = AnyNullable(args);
  return MakeCall(function, std::move(args), type, nullable, sql);
}

base::Result<BoundExpressionPtr> BindRound(const FunctionCall& call) {
  return BindRounding(call, call.name, call.name, {ParameterType::Numeric()});
}

// DOUBLE to BIGINT; exact numbers as decimals, integers as BIGINT.
base::Result<BoundExpressionPtr> BindCeilOrFloor(const FunctionCall& call) {
  if (call.args.empty() || call.args.size() > 2) {
    return WrongNumberOfArguments(call.name, "2", call.args.size());
  }
  const std::string function = call.name == "floor" ? "floor" : "ceil";
  const std::string shown = call.name == "floor"  ? "FLOOR"
                            : call.name == "ceil" ? "CEIL"
                                                  : "ceiling";
  if (call.args.size() == 2) {
    FunctionCall exact = call;
    BoundExpressionPtr& first = exact.args[0].bound;
    const DataType& given = first->type;
    const data::Value* value = AsConstant(first);
    if (given.isIntegral() && value != nullptr && value->is_int()) {
      first = ImplicitCast(first, DecimalForValue(value->int_value()));
    }
    return BindRounding(exact, function + "_decimal", call.name,
                        {ParameterType::Decimal()});
  }
  BoundExpressionPtr operand = call.arg(0);
  const std::string sql = CallText(shown, {operand});
  static const Parameter wanted = {ParameterType::One(DoubleType()),
                                   ParameterType::Decimal(),
                                   ParameterType::One(LongType())};
  const DataType given = operand->type;
  if (given.is(Kind::kFloat) || given.is(Kind::kString) || given.is(Kind::kNull)) {
    operand = ImplicitCast(operand, DoubleType());
  } else if (given.isIntegral()) {
    operand = ImplicitCast(operand, LongType());
  } else if (!given.isNumeric()) {
    return UnexpectedInputType(sql, 0, wanted, operand);
  }
  if (!operand->type.is(Kind::kDecimal)) {
    if (operand->type.is(Kind::kLong)) return WithText(operand, sql);
    return MakeCall(function, {operand}, LongType(), operand->nullable, sql);
  }
  const DataType& type = operand->type;
  if (type.scale() == 0) return WithText(operand, sql);
  const DataType result = DecimalType(
      std::min(type.precision() - type.scale() + 1, kMaxPrecision), 0);
  return MakeCall(function + "_decimal",
                  {operand, MakeConstant(data::Value::Int(0), IntegerType(), "0")}, result,
                  operand->nullable, sql);
}

std::optional<DataType> CommonWithoutPromotion(const std::vector<BoundExpressionPtr>& args) {
  DataType common = NullType();
  for (const BoundExpressionPtr& arg : args) {
    const bool promotes = common.is(Kind::kString) != arg->type.is(Kind::kString);
    const auto wider = promotes               ? TightestCommonType(common, arg->type)
                       : LegacyRules::Active() ? WiderNumberType(common, arg->type)
                                               : WiderType(common, arg->type);
    if (!wider) return std::nullopt;
    common = *wider;
  }
  return common;
}

base::Result<BoundExpressionPtr> BindGreatest(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  const std::string sql = CallText(call.name, args);
  const auto common = CommonWithoutPromotion(args);
  if (!common) return DifferentTypes(sql, call.name, args, TypeListStyle::kBrackets);
  for (BoundExpressionPtr& arg : args) arg = ImplicitCast(arg, *common);
  if (!IsOrderable(*common)) {
    return TypeMismatch(
        "INVALID_ORDERING_TYPE", sql,
        {{"functionName", "`" + call.name + "`"}, {"dataType", QuoteType(*common)}});
  }
  const bool nullable = std::all_of(args.begin(), args.end(), IsNullable);
  return MakeCall(call.name, std::move(args), *common, nullable, sql);
}

base::Result<BoundExpressionPtr> BindConstant(const FunctionCall& call) {
  const double value = call.name == "pi" ? 3.141592653589793 : 2.718281828459045;
  return MakeConstant(data::Value::Double(value), DoubleType(),
                      call.name == "pi" ? "PI()" : "E()");
}

// With one argument the natural logarithm.
base::Result<BoundExpressionPtr> BindLog(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  if (args.size() == 1) {
    args.insert(args.begin(),
                MakeConstant(data::Value::Double(2.718281828459045), DoubleType(), "E()"));
  }
  static const Signature two = {"log", "dd", 'd', true, {}, "LOG"};
  MILLRACE_ASSIGN_OR_RETURN(auto bound, BindWith(two, std::move(args)));
  if (call.args.size() == 2) return bound;
  const auto& operands = std::get<plan::Call>(bound->node).args;
  return MakeCall("ln", {operands[1]}, DoubleType(), true, bound->text);
}

base::Result<BoundExpressionPtr> BindShift(const FunctionCall& call) {
  const std::string_view function = call.name == "<<"   ? "shiftleft"
                                    : call.name == ">>" ? "shiftright"
                                                        : "shiftrightunsigned";
  const std::string sql = "(" + call.arg(0)->text + " " + call.name + " " + call.arg(1)->text + ")";
  MILLRACE_ASSIGN_OR_RETURN(
      auto args, CoerceArguments(call.BoundArgs(), {ParameterOf('w'), ParameterOf('i')}, sql));
  const DataType type = args[0]->type;
  const bool nullable = AnyNullable(args);
  return MakeCall(function, std::move(args), type, nullable, sql);
}

base::Result<BoundExpressionPtr> BindComplement(const FunctionCall& call) {
  const std::string sql = "~" + call.arg(0)->text;
  MILLRACE_ASSIGN_OR_RETURN(auto args,
                            CoerceArguments(call.BoundArgs(), {{ParameterType::Integral()}}, sql));
  const DataType type = args[0]->type;
  const bool nullable = AnyNullable(args);
  return MakeCall("~", std::move(args), type, nullable, sql);
}

// The casts that coercion put around `inner`, giving null where they would fail.
BoundExpressionPtr Tolerant(const BoundExpressionPtr& arg, const BoundExpressionPtr& inner) {
  if (arg == inner) return arg;
  const auto* cast = std::get_if<plan::CastTo>(&arg->node);
  if (cast == nullptr) return arg;
  return ExplicitCast(Tolerant(cast->child, inner), arg->type, plan::EvalMode::kTry, arg->text);
}

// The operator, null where it would fail.
base::Result<BoundExpressionPtr> BindTry(const FunctionCall& call) {
  const std::string_view op = call.name == "try_add"        ? "+"
                              : call.name == "try_subtract" ? "-"
                              : call.name == "try_multiply" ? "*"
                              : call.name == "try_divide"   ? "/"
                                                            : "%";
  MILLRACE_ASSIGN_OR_RETURN(auto bound, BindBinary(op, call.arg(0), call.arg(1)));
  const auto* operation = std::get_if<plan::Call>(&bound->node);
  if (operation == nullptr || operation->function != op) {
    return NotPossibleHere("The function `" + call.name + "` on times and intervals",
                           "Use numbers.");
  }
  // Text that is no number is null too.
  std::vector<BoundExpressionPtr> args = operation->args;
  for (std::size_t i = 0; i < args.size(); ++i) args[i] = Tolerant(args[i], call.arg(i));
  return MakeCall(op, std::move(args), bound->type, true,
                  CallText(call.name, call.BoundArgs()), {{"eval", "try"}});
}

}  // namespace

std::vector<Signature> MathSignatures() {
  return {
      {"acos", "d", 'd', false, {}, "ACOS"},
      {"acosh", "d", 'd', false, {}, "ACOSH"},
      {"asin", "d", 'd', false, {}, "ASIN"},
      {"asinh", "d", 'd', false, {}, "ASINH"},
      {"atan", "d", 'd', false, {}, "ATAN"},
      {"atan2", "dd", 'd', false, {}, "ATAN2"},
      {"atanh", "d", 'd', false, {}, "ATANH"},
      {"bin", "l", 's'},
      {"cbrt", "d", 'd', false, {}, "CBRT"},
      {"conv", "sii", 's', true},
      {"cos", "d", 'd', false, {}, "COS"},
      {"cosh", "d", 'd', false, {}, "COSH"},
      {"cot", "d", 'd', false, {}, "COT"},
      {"csc", "d", 'd', false, {}, "CSC"},
      {"degrees", "d", 'd', false, {}, "DEGREES"},
      {"exp", "d", 'd', false, {}, "EXP"},
      {"expm1", "d", 'd', false, {}, "EXPM1"},
      {"factorial", "i", 'l', true},
      {"hypot", "dd", 'd', false, {}, "HYPOT"},
      {"ln", "d", 'd', true},
      {"log10", "d", 'd', true, {}, "LOG10"},
      {"log1p", "d", 'd', true, {}, "LOG1P"},
      {"log2", "d", 'd', true, {}, "LOG2"},
      {"pow", "dd", 'd', false, "power", "pow"},
      {"power", "dd", 'd', false, {}, "POWER"},
      {"radians", "d", 'd', false, {}, "RADIANS"},
      {"rint", "d", 'd', false, {}, "rint"},
      {"sec", "d", 'd', false, {}, "SEC"},
      {"sign", "S", 'd', false, "signum", "sign"},
      {"signum", "S", 'd', false, {}, "SIGNUM"},
      {"sin", "d", 'd', false, {}, "SIN"},
      {"sinh", "d", 'd', false, {}, "SINH"},
      {"sqrt", "d", 'd', false, {}, "SQRT"},
      {"tan", "d", 'd', false, {}, "TAN"},
      {"tanh", "d", 'd', false, {}, "TANH"},
      {"unhex", "s", 'y', true},
      {"hex", "h", 's'},
      {"width_bucket", "SSSl", 'l', true},
      {"isnan", "f", 'b'},
      {"bit_count", "q", 'i'},
      {"bit_get", "Ii", 'c'},
      {"getbit", "Ii", 'c', false, "bit_get"},
      {"shiftleft", "wi", '0'},
      {"shiftright", "wi", '0'},
      {"shiftrightunsigned", "wi", '0'},
  };
}

std::vector<FunctionSpec> MathFunctions() {
  std::vector<FunctionSpec> functions = {
      {"~", 1, 1, BindComplement},      {"<<", 2, 2, BindShift},
      {">>", 2, 2, BindShift},          {">>>", 2, 2, BindShift},
      {"abs", 1, 1, BindAbs},           {"positive", 1, 1, BindPositive},
      {"round", 1, 2, BindRound},       {"bround", 1, 2, BindRound},
      {"ceil", 0, -1, BindCeilOrFloor},  {"ceiling", 0, -1, BindCeilOrFloor},
      {"floor", 0, -1, BindCeilOrFloor}, {"greatest", 2, -1, BindGreatest},
      {"least", 2, -1, BindGreatest},   {"pi", 0, 0, BindConstant},
      {"e", 0, 0, BindConstant},        {"log", 1, 2, BindLog},
      {"try_add", 2, 2, BindTry},       {"try_subtract", 2, 2, BindTry},
      {"try_multiply", 2, 2, BindTry},  {"try_divide", 2, 2, BindTry},
      {"try_mod", 2, 2, BindTry},
  };
  return functions;
}

}  // namespace millrace::analysis
