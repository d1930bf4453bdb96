// Aggregate functions of one value: sums, extremes, counts, collections.

#include <algorithm>
#include <map>
#include <utility>

#include "analysis/aggregates.h"
#include "analysis/aggregates_registry.h"
#include "analysis/error_messages.h"
#include "analysis/names.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {

using Kind = DataType::Kind;
using Options = std::map<std::string, std::string>;
using Bound = base::Result<BoundExpressionPtr>;

Bound MakeAggregate(const AggregateInput& input, std::string_view function,
                    std::vector<BoundExpressionPtr> args, const DataType& type, bool nullable,
                    std::string text, Options options) {
  plan::AggregateCall call;
  call.function = function;
  call.args = std::move(args);
  call.distinct = input.distinct;
  call.filter = input.filter;
  call.order_by = input.within_group;
  call.options = std::move(options);
  text += input.within_group_text;
  if (input.filter != nullptr) text += " FILTER (WHERE " + input.filter->text + ")";
  return BoundExpressionPtr(std::make_shared<const plan::BoundExpression>(
      plan::BoundExpression{type, nullable, std::move(call), std::move(text)}));
}

std::string AggregateInput::Text(const std::vector<BoundExpressionPtr>& args) const {
  return call.name + (distinct ? "(DISTINCT " : "(") + JoinTexts(args) + ")";
}

namespace {

bool IsInterval(const DataType& type) {
  return type.is(Kind::kDayTimeInterval) || type.is(Kind::kYearMonthInterval);
}

// The argument of sum and avg as a number, or Spark's refusal.
Bound NumberOrInterval(const AggregateInput& input) {
  const BoundExpressionPtr& arg = input.call.arg(0);
  if (arg->type.isNumeric() || IsInterval(arg->type)) return arg;
  if (arg->type.is(Kind::kString) || arg->type.is(Kind::kNull)) {
    return ImplicitCast(arg, DoubleType());
  }
  return TypeMismatch("UNEXPECTED_INPUT_TYPE", input.Text({arg}),
                      {{"paramIndex", "first"},
                       {"requiredType", "\"NUMERIC\" or \"ANSI INTERVAL\""},
                       {"inputSql", QuoteSql(arg->text)},
                       {"inputType", QuoteType(arg->type)}});
}

Options ModeOf(const AggregateInput& input) {
  if (input.call.name.starts_with("try_")) return {{"eval", "try"}};
  if (!input.call.ansi) return {{"eval", "legacy"}};
  return {};
}

Bound BindSum(const AggregateInput& input) {
  MILLRACE_ASSIGN_OR_RETURN(const BoundExpressionPtr arg, NumberOrInterval(input));
  DataType type = arg->type;
  if (type.isIntegral()) type = LongType();
  if (type.is(Kind::kFloat)) type = DoubleType();
  if (type.is(Kind::kDecimal)) {
    type = DecimalType(std::min(type.precision() + 10, 38), type.scale());
  }
  return MakeAggregate(input, "sum", {arg}, type, true, input.Text({arg}), ModeOf(input));
}

Bound BindAvg(const AggregateInput& input) {
  MILLRACE_ASSIGN_OR_RETURN(const BoundExpressionPtr arg, NumberOrInterval(input));
  DataType type = DoubleType();
  if (arg->type.is(Kind::kDecimal)) {
    type = DecimalType(std::min(arg->type.precision() + 4, 38), std::min(arg->type.scale() + 4, 38));
  } else if (arg->type.is(Kind::kDayTimeInterval)) {
    type = DayTimeIntervalType();
  } else if (arg->type.is(Kind::kYearMonthInterval)) {
    type = YearMonthIntervalType();
  }
  return MakeAggregate(input, "avg", {arg}, type, true, input.Text({arg}), ModeOf(input));
}

Bound BindCount(const AggregateInput& input) {
  const auto args = input.call.BoundArgs();
  return MakeAggregate(input, "count", args, LongType(), false, input.Text(args));
}

Bound BindCountIf(const AggregateInput& input) {
  const std::string text = input.Text({input.call.arg(0)});
  const BoundExpressionPtr arg = input.call.arg(0)->type.is(Kind::kNull)
                                     ? ImplicitCast(input.call.arg(0), BooleanType())
                                     : input.call.arg(0);
  if (!arg->type.is(Kind::kBoolean)) {
    return UnexpectedInputType(text, 0, {ParameterType::One(BooleanType())}, arg);
  }
  return MakeAggregate(input, "count_if", {arg}, LongType(), false, text);
}

base::Status NotOrderable(const AggregateInput& input, const DataType& type,
                          const std::string& text) {
  return TypeMismatch("INVALID_ORDERING_TYPE", text,
                      {{"functionName", QuoteName(input.call.name)}, {"dataType", QuoteType(type)}});
}

Bound BindExtreme(const AggregateInput& input) {
  const BoundExpressionPtr& arg = input.call.arg(0);
  const std::string text = input.Text({arg});
  if (!IsOrderable(arg->type)) return NotOrderable(input, arg->type, text);
  return MakeAggregate(input, input.call.name, {arg}, arg->type, true, text);
}

Bound BindExtremeBy(const AggregateInput& input) {
  const auto args = input.call.BoundArgs();
  const std::string text = input.Text(args);
  if (!IsOrderable(args[1]->type)) return NotOrderable(input, args[1]->type, text);
  return MakeAggregate(input, input.call.name, args, args[0]->type, true, text);
}

// first, last, any_value: whether nulls are passed over is a second argument or a clause.
Bound BindPick(const AggregateInput& input) {
  const BoundExpressionPtr& arg = input.call.arg(0);
  AggregateInput shown = input;
  if (input.ignore_nulls.value_or(false)) {
    // The clause makes Spark forget how the function was called.
    if (shown.call.name == "first_value") shown.call.name = "first";
    if (shown.call.name == "last_value") shown.call.name = "last";
  }
  const std::string text = shown.Text({arg});
  bool ignore_nulls = input.ignore_nulls.value_or(false);
  if (input.call.args.size() == 2) {
    const BoundExpressionPtr& flag = input.call.arg(1);
    const data::Value* value = AsConstant(flag);
    if (!flag->type.is(Kind::kBoolean)) {
      return UnexpectedInputType(input.Text({arg, flag}), 1, {ParameterType::One(BooleanType())},
                                 flag);
    }
    if (value == nullptr || !value->is_bool()) {
      return TypeMismatch("NON_FOLDABLE_INPUT", input.Text({arg, flag}),
                          {{"inputName", "`ignoreNulls`"},
                           {"inputType", "\"BOOLEAN\""},
                           {"inputExpr", QuoteSql(flag->text)}});
    }
    ignore_nulls = value->bool_value();
  }
  std::string_view function = input.call.name;
  if (function == "first_value") function = "first";
  if (function == "last_value") function = "last";
  Options options;
  if (ignore_nulls) options["ignore_nulls"] = "true";
  return MakeAggregate(input, function, {arg}, arg->type, true, text, std::move(options));
}

Bound BindCollectList(const AggregateInput& input) {
  const BoundExpressionPtr& arg = input.call.arg(0);
  AggregateInput shown = input;
  shown.call.name = "collect_list";
  return MakeAggregate(input, "collect_list", {arg}, ArrayType(arg->type, false), false,
                       shown.Text({arg}));
}

Bound BindCollectSet(const AggregateInput& input) {
  const BoundExpressionPtr& arg = input.call.arg(0);
  const std::string text = input.Text({arg});
  if (ContainsMap(arg->type)) {
    return TypeMismatch(
        "UNSUPPORTED_INPUT_TYPE", text,
        {{"functionName", "`collect_set`"}, {"dataType", "\"MAP\""}});
  }
  return MakeAggregate(input, "collect_set", {arg}, ArrayType(arg->type, false), false, text);
}

Bound BindBoolean(const AggregateInput& input) {
  const BoundExpressionPtr& given = input.call.arg(0);
  const std::string text = input.Text({given});
  const BoundExpressionPtr arg =
      given->type.is(Kind::kNull) ? ImplicitCast(given, BooleanType()) : given;
  if (!arg->type.is(Kind::kBoolean)) {
    return UnexpectedInputType(text, 0, {ParameterType::One(BooleanType())}, arg);
  }
  const bool all = input.call.name == "bool_and" || input.call.name == "every";
  return MakeAggregate(input, all ? "bool_and" : "bool_or", {arg}, BooleanType(), true, text);
}

Bound BindBits(const AggregateInput& input) {
  const BoundExpressionPtr& arg = input.call.arg(0);
  const std::string text = input.Text({arg});
  if (arg->type.is(Kind::kNull)) {
    return NotPossibleHere("The NULL of no type in \"" + text + "\"", "Cast it to BIGINT.");
  }
  if (!arg->type.isIntegral()) {
    return UnexpectedInputType(text, 0, {ParameterType::Integral()}, arg);
  }
  return MakeAggregate(input, input.call.name, {arg}, arg->type, true, text);
}

Bound BindApproxCountDistinct(const AggregateInput& input) {
  const BoundExpressionPtr& arg = input.call.arg(0);
  const std::string text = input.Text({arg});
  if (input.call.args.size() == 2 && AsConstant(input.call.arg(1)) == nullptr) {
    return NotPossibleHere("The computed relative error of \"" + text + "\"", "Write a number.");
  }
  return MakeAggregate(input, "approx_count_distinct", input.call.BoundArgs(), LongType(), false,
                       text);
}

Bound BindMode(const AggregateInput& input) {
  BoundExpressionPtr arg;
  if (input.call.args.empty()) {
    if (input.within_group.size() != 1) {
      return AnalysisError("INVALID_WITHIN_GROUP_EXPRESSION.WITHIN_GROUP_MISSING",
                           {{"funcName", "`mode`"}});
    }
    arg = input.within_group[0].expression;
  } else {
    arg = input.call.arg(0);
  }
  if (input.call.args.size() > 1 || !input.within_group.empty()) {
    return NotPossibleHere("mode with a second argument or WITHIN GROUP", "Use mode(column).");
  }
  const std::string text = input.Text({arg});
  if (ContainsMap(arg->type)) {
    return TypeMismatch("UNSUPPORTED_INPUT_TYPE", text,
                        {{"functionName", "`mode`"}, {"dataType", QuoteType(arg->type)}});
  }
  return MakeAggregate(input, "mode", {arg}, arg->type, true, text);
}

Bound BindListagg(const AggregateInput& input) {
  std::vector<BoundExpressionPtr> args = input.call.BoundArgs();
  if (args.size() == 1) {
    args.push_back(MakeConstant(data::Value::Null(), NullType(), "NULL"));
  }
  const std::string text = input.Text(args);
  if (args[0]->type.is(Kind::kBinary)) {
    return NotPossibleHere("\"" + text + "\" over BINARY", "Cast the column to STRING.");
  }
  MILLRACE_ASSIGN_OR_RETURN(
      args, CoerceArguments(args,
                            {{ParameterType::One(StringType()), ParameterType::One(BinaryType())},
                             {ParameterType::One(StringType()), ParameterType::One(BinaryType())}},
                            text));
  if (!IsFoldable(*args[1])) {
    return TypeMismatch("NON_FOLDABLE_INPUT", text,
                        {{"inputName", "`delimiter`"},
                         {"inputType", QuoteType(args[1]->type)},
                         {"inputExpr", QuoteSql(args[1]->text)}});
  }
  args[1] = ImplicitCast(args[1], StringType());
  return MakeAggregate(input, "listagg", std::move(args), StringType(), true, text);
}

Bound BindHistogram(const AggregateInput& input) {
  return NotPossibleHere("The function `" + input.call.name + "`",
                         "Group by width_bucket(...) and count.");
}

}  // namespace

std::vector<AggregateSpec> BasicAggregates() {
  return {
      {"sum", 1, 1, BindSum},
      {"try_sum", 1, 1, BindSum},
      {"avg", 1, 1, BindAvg},
      {"mean", 1, 1, BindAvg},
      {"try_avg", 1, 1, BindAvg},
      {"count", 0, -1, BindCount},
      {"count_if", 1, 1, BindCountIf},
      {"min", 1, 1, BindExtreme},
      {"max", 1, 1, BindExtreme},
      {"min_by", 2, 2, BindExtremeBy},
      {"max_by", 2, 2, BindExtremeBy},
      {"first", 1, 2, BindPick},
      {"first_value", 1, 2, BindPick},
      {"last", 1, 2, BindPick},
      {"last_value", 1, 2, BindPick},
      {"any_value", 1, 2, BindPick},
      {"collect_list", 1, 1, BindCollectList},
      {"array_agg", 1, 1, BindCollectList},
      {"collect_set", 1, 1, BindCollectSet},
      {"bool_and", 1, 1, BindBoolean},
      {"every", 1, 1, BindBoolean},
      {"bool_or", 1, 1, BindBoolean},
      {"some", 1, 1, BindBoolean},
      {"any", 1, 1, BindBoolean},
      {"bit_and", 1, 1, BindBits},
      {"bit_or", 1, 1, BindBits},
      {"bit_xor", 1, 1, BindBits},
      {"approx_count_distinct", 1, 2, BindApproxCountDistinct},
      {"mode", 0, 2, BindMode},
      {"listagg", 1, 2, BindListagg},
      {"string_agg", 1, 2, BindListagg},
      {"histogram_numeric", 2, 2, BindHistogram},
  };
}

}  // namespace millrace::analysis
