// Aggregate functions of statistics: moments, correlations, percentiles.

#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "analysis/aggregates.h"
#include "analysis/aggregates_registry.h"
#include "analysis/error_messages.h"
#include "analysis/names.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;
using Options = std::map<std::string, std::string>;
using Bound = base::Result<BoundExpressionPtr>;

std::string_view CanonicalName(std::string_view name) {
  if (name == "stddev" || name == "std") return "stddev_samp";
  if (name == "variance") return "var_samp";
  return name;
}

// Functions of one or two DOUBLEs that give one.
Bound BindMoments(const AggregateInput& input) {
  const std::string text = input.Text(input.call.BoundArgs());
  MILLRACE_ASSIGN_OR_RETURN(
      auto args,
      CoerceArguments(input.call.BoundArgs(), {{ParameterType::One(DoubleType())}}, text));
  return MakeAggregate(input, CanonicalName(input.call.name), std::move(args), DoubleType(), true,
                       text);
}

Bound BindRegrCount(const AggregateInput& input) {
  const std::string text = input.Text(input.call.BoundArgs());
  MILLRACE_ASSIGN_OR_RETURN(
      auto args,
      CoerceArguments(input.call.BoundArgs(), {{ParameterType::One(DoubleType())}}, text));
  return MakeAggregate(input, "regr_count", std::move(args), LongType(), false, text);
}

// The number of a constant of a numeric type.
std::optional<double> NumberOf(const BoundExpressionPtr& expression) {
  if (const auto* cast = std::get_if<plan::CastTo>(&expression->node)) {
    return NumberOf(cast->child);
  }
  const data::Value* value = AsConstant(expression);
  if (value == nullptr) return std::nullopt;
  if (value->is_double()) return value->double_value();
  if (value->is_int()) return static_cast<double>(value->int_value());
  if (value->is_decimal()) {
    return static_cast<double>(value->decimal_value()) / std::pow(10.0, expression->type.scale());
  }
  return std::nullopt;
}

struct Percentages {
  std::vector<double> numbers;
  bool is_array = false;

  BoundExpressionPtr Constant(std::string_view text) const {
    if (!is_array) return MakeConstant(data::Value::Double(numbers[0]), DoubleType(), text);
    std::vector<data::Value> values;
    for (const double number : numbers) values.push_back(data::Value::Double(number));
    return MakeConstant(data::Value::List(std::move(values)), ArrayType(DoubleType(), false), text);
  }
};

base::Result<Percentages> ReadPercentages(const BoundExpressionPtr& arg, const std::string& text) {
  Percentages percentages;
  const plan::BoundExpression* node = arg.get();
  while (const auto* cast = std::get_if<plan::CastTo>(&node->node)) node = cast->child.get();
  const auto* call = std::get_if<plan::Call>(&node->node);
  const auto* constant = std::get_if<plan::Constant>(&node->node);
  std::vector<std::optional<double>> found;
  if (call != nullptr && call->function == "array") {
    percentages.is_array = true;
    for (const auto& element : call->args) found.push_back(NumberOf(element));
  } else if (constant != nullptr && constant->value.is_list()) {
    percentages.is_array = true;
    for (const data::Value& value : constant->value.list()) {
      found.push_back(NumberOf(MakeConstant(value, node->type.elementType(), "")));
    }
  } else {
    found.push_back(NumberOf(arg));
  }
  for (const auto& number : found) {
    if (!number) {
      if (IsFoldable(*arg)) {
        return NotPossibleHere("The computed percentage \"" + arg->text + "\"", "Write a number.");
      }
      return TypeMismatch("NON_FOLDABLE_INPUT", text,
                          {{"inputName", "`percentage`"},
                           {"inputType", "\"DOUBLE\""},
                           {"inputExpr", QuoteSql(arg->text)}});
    }
    if (*number < 0 || *number > 1) {
      return TypeMismatch(
          "VALUE_OUT_OF_RANGE", text,
          {{"exprName", "percentage"},
           {"valueRange", "[0.0, 1.0]"},
           {"currentValue", data::ToSql(data::Value::Double(*number), DoubleType())}});
    }
    percentages.numbers.push_back(*number);
  }
  return percentages;
}

DataType OneOrArray(const DataType& type, bool is_array) {
  return is_array ? DataType(ArrayType(type, false)) : type;
}

BoundExpressionPtr IntegerConstant(int value) {
  return MakeConstant(data::Value::Int(value), IntegerType(), std::to_string(value));
}

Bound BindMedian(const AggregateInput& input) {
  const std::string text = input.Text(input.call.BoundArgs());
  MILLRACE_ASSIGN_OR_RETURN(
      auto args, CoerceArguments(input.call.BoundArgs(), {{ParameterType::Numeric()}}, text));
  return MakeAggregate(input, "median", {ImplicitCast(args[0], DoubleType())}, DoubleType(), true,
                       text);
}

Bound BindPercentile(const AggregateInput& input) {
  std::vector<BoundExpressionPtr> args = input.call.BoundArgs();
  if (args.size() == 2) args.push_back(IntegerConstant(1));
  const std::string text = input.Text(args);
  MILLRACE_ASSIGN_OR_RETURN(auto value,
                            CoerceArguments({args[0]}, {{ParameterType::Numeric()}}, text));
  if (!args[2]->type.isIntegral()) {
    return UnexpectedInputType(text, 2, {ParameterType::Integral()}, args[2]);
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto percentages, ReadPercentages(args[1], text));
  return MakeAggregate(input, "percentile",
                       {ImplicitCast(value[0], DoubleType()), percentages.Constant(args[1]->text),
                        ImplicitCast(args[2], LongType())},
                       OneOrArray(DoubleType(), percentages.is_array), true, text);
}

bool HasApproximatePercentiles(const DataType& type) {
  return type.isNumeric() || type.is(Kind::kDate) || type.is(Kind::kTimestamp) ||
         type.is(Kind::kTimestampNtz);
}

Bound BindPercentileApprox(const AggregateInput& input) {
  std::vector<BoundExpressionPtr> args = input.call.BoundArgs();
  if (args.size() == 2) args.push_back(IntegerConstant(10000));
  const std::string text = input.Text(args);
  if (args[0]->type.is(Kind::kString) || args[0]->type.is(Kind::kNull)) {
    args[0] = ImplicitCast(args[0], DoubleType());
  }
  if (!HasApproximatePercentiles(args[0]->type)) {
    return UnexpectedInputType(
        text, 0,
        {ParameterType::Numeric(), ParameterType::One(DateType()),
         ParameterType::One(TimestampType()), ParameterType::One(TimestampNTZType())},
        args[0]);
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto percentages, ReadPercentages(args[1], text));
  const data::Value* accuracy = AsConstant(args[2]);
  if (accuracy == nullptr || !accuracy->is_int()) {
    return NotPossibleHere("The accuracy \"" + args[2]->text + "\" of percentile_approx",
                           "Write an integer.");
  }
  if (accuracy->int_value() <= 0 || accuracy->int_value() > 2147483647) {
    return TypeMismatch("VALUE_OUT_OF_RANGE", text,
                        {{"exprName", "accuracy"},
                         {"valueRange", "(0, 2147483647]"},
                         {"currentValue", std::to_string(accuracy->int_value()) + "L"}});
  }
  const DataType type = args[0]->type;
  return MakeAggregate(input, "percentile_approx",
                       {args[0], percentages.Constant(args[1]->text),
                        ImplicitCast(args[2], LongType())},
                       OneOrArray(type, percentages.is_array), true, text);
}

// percentile_cont and percentile_disc: the value stands in WITHIN GROUP.
Bound BindInverseDistribution(const AggregateInput& input) {
  if (input.within_group.size() != 1) {
    return AnalysisError("INVALID_WITHIN_GROUP_EXPRESSION.WITHIN_GROUP_MISSING",
                         {{"funcName", QuoteName(input.call.name)}});
  }
  const plan::SortKey& key = input.within_group[0];
  AggregateInput without = input;
  without.within_group.clear();
  without.within_group_text = " WITHIN GROUP (ORDER BY " + key.expression->text +
                              (key.ascending ? ")" : " DESC)");
  const std::string text = input.Text({input.call.arg(0)});
  MILLRACE_ASSIGN_OR_RETURN(
      auto value, CoerceArguments({key.expression}, {{ParameterType::Numeric()}}, text));
  MILLRACE_ASSIGN_OR_RETURN(const auto percentages, ReadPercentages(input.call.arg(0), text));
  Options options;
  if (!key.ascending) options["descending"] = "true";
  return MakeAggregate(without, input.call.name,
                       {ImplicitCast(value[0], DoubleType()),
                        percentages.Constant(input.call.arg(0)->text)},
                       OneOrArray(DoubleType(), percentages.is_array), true, text,
                       std::move(options));
}

}  // namespace

std::vector<AggregateSpec> StatisticalAggregates() {
  std::vector<AggregateSpec> specs = {
      {"regr_count", 2, 2, BindRegrCount},
      {"median", 1, 1, BindMedian},
      {"percentile", 2, 3, BindPercentile},
      {"percentile_approx", 2, 3, BindPercentileApprox},
      {"approx_percentile", 2, 3, BindPercentileApprox},
      {"percentile_cont", 1, 1, BindInverseDistribution},
      {"percentile_disc", 1, 1, BindInverseDistribution},
      {"product", 1, 1, BindMoments},
  };
  for (const std::string_view name : {"stddev", "std", "stddev_samp", "stddev_pop", "variance",
                                      "var_samp", "var_pop", "skewness", "kurtosis"}) {
    specs.push_back({name, 1, 1, BindMoments});
  }
  for (const std::string_view name :
       {"corr", "covar_samp", "covar_pop", "regr_avgx", "regr_avgy", "regr_slope",
        "regr_intercept", "regr_r2", "regr_sxx", "regr_sxy", "regr_syy"}) {
    specs.push_back({name, 2, 2, BindMoments});
  }
  return specs;
}

}  // namespace millrace::analysis
