#include "analysis/functions.h"

#include <algorithm>
#include <map>
#include <utility>

#include "analysis/chance.h"
#include "analysis/error_messages.h"
#include "analysis/legacy_rules.h"
#include "analysis/names.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

const std::map<std::string_view, FunctionSpec>& Registry() {
  static const std::map<std::string_view, FunctionSpec> registry = [] {
    std::map<std::string_view, FunctionSpec> functions;
    for (const auto& group : {
             OperatorFunctions(),
             CastFunctions(),
             ConditionalFunctions(),
             StringFunctions(),
             TimeFunctions(),
             DateFunctions(),
             TimestampFunctions(),
             ArrayFunctions(),
             ArrayPartFunctions(),
             MapFunctions(),
             HigherOrderFunctions(),
             StructFunctions(),
             JsonFunctions(),
             JsonTextFunctions(),
             CsvFunctions(),
             SchemaOfFunctions(),
             MathFunctions(),
             NullFunctions(),
             TextFunctions(),
             RandomFunctions(),
             SessionFunctions(),
             FileFunctions(),
             NumberFormatFunctions(),
             SignatureFunctions(),
         }) {
      for (const FunctionSpec& spec : group) functions.emplace(spec.name, spec);
    }
    return functions;
  }();
  return registry;
}

std::string ExpectedArguments(int min, int max) {
  if (max < 0) return "> " + std::to_string(min - 1);
  if (min == max) return std::to_string(min);
  std::string counts;
  for (int n = min; n <= max; ++n) {
    if (!counts.empty()) counts += ", ";
    counts += std::to_string(n);
  }
  return "[" + counts + "]";
}

std::optional<DataType> CoerceToParameter(const DataType& given, const Parameter& parameter) {
  for (const ParameterType& alternative : parameter) {
    if (alternative.Accepts(given)) return given;
  }
  std::vector<DataType> possible;
  for (const ParameterType& alternative : parameter) {
    if (auto type = alternative.CoercedFrom(given)) possible.push_back(*type);
  }
  if (LegacyRules::Active() && !possible.empty()) return possible.front();
  // Of several, the one that could go on to be each of the others.
  for (const DataType& type : possible) {
    if (std::all_of(possible.begin(), possible.end(),
                    [&](const DataType& other) { return CanImplicitlyCast(type, other); })) {
      return type;
    }
  }
  return std::nullopt;
}

bool IsAccepted(const DataType& type, const Parameter& parameter) {
  return std::any_of(parameter.begin(), parameter.end(),
                     [&](const ParameterType& alternative) { return alternative.Accepts(type); });
}

}  // namespace

std::vector<BoundExpressionPtr> FunctionCall::BoundArgs() const {
  std::vector<BoundExpressionPtr> bound;
  for (const Resolved& arg : args) bound.push_back(arg.bound);
  return bound;
}

std::size_t FunctionCall::LambdaArity(std::size_t index) const {
  return IsLambda(index) ? args[index].lambda->arity : 0;
}

base::Result<BoundExpressionPtr> FunctionCall::BindLambda(
    std::size_t index, const std::vector<LambdaParameter>& parameters) const {
  if (IsLambda(index)) return args[index].lambda->bind(parameters);
  const BoundExpressionPtr& body = arg(index);
  // Ids of variables that nothing names.
  plan::Lambda lambda{{}, body};
  std::string text = "lambdafunction(" + body->text;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    lambda.variables.push_back(-1 - static_cast<std::int64_t>(i));
    text += ", namedlambdavariable()";
  }
  return BoundExpressionPtr(std::make_shared<const plan::BoundExpression>(
      plan::BoundExpression{body->type, body->nullable, std::move(lambda), text + ")"}));
}

const FunctionSpec* FindFunction(std::string_view name) {
  const auto found = Registry().find(name);
  return found == Registry().end() ? nullptr : &found->second;
}

base::Status WrongNumberOfArguments(std::string_view name, std::string_view expected,
                                    std::size_t actual) {
  return AnalysisError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                       {{"functionName", QuoteName(name)},
                        {"expectedNum", std::string(expected)},
                        {"actualNum", std::to_string(actual)},
                        {"docroot", "https://spark.apache.org/docs/latest"}});
}

base::Result<BoundExpressionPtr> Bind(const FunctionSpec& spec, const FunctionCall& call) {
  const bool has_lambda = std::any_of(call.args.begin(), call.args.end(), [](const Resolved& arg) {
    return arg.lambda != nullptr;
  });
  if (has_lambda && !spec.takes_lambdas) {
    return AnalysisError("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION",
                         {{"class", call.name}});
  }
  MILLRACE_RETURN_IF_ERROR(CheckArgumentCount(spec.min, spec.max, call));
  return spec.bind(call);
}

base::Status CheckArgumentCount(int min, int max, const FunctionCall& call) {
  const int count = static_cast<int>(call.args.size());
  if (count >= min && (max < 0 || count <= max)) return base::Status::Ok();
  return WrongNumberOfArguments(call.name, ExpectedArguments(min, max), call.args.size());
}

bool ParameterType::Accepts(const DataType& given) const {
  switch (family) {
    case Family::kNumeric:
      return given.isNumeric();
    case Family::kIntegral:
      return given.isIntegral();
    case Family::kDecimal:
      return given.is(Kind::kDecimal);
    case Family::kAnyTimestamp:
      return given.is(Kind::kTimestamp) || given.is(Kind::kTimestampNtz);
    case Family::kOne:
      break;
  }
  if (type.is(Kind::kDayTimeInterval) || type.is(Kind::kYearMonthInterval)) {
    return given.kind() == type.kind();
  }
  return SameType(given, type);
}

std::optional<DataType> ParameterType::CoercedFrom(const DataType& given) const {
  if (given.is(Kind::kNull)) return type;
  switch (family) {
    case Family::kNumeric:
      return given.is(Kind::kString) ? std::optional<DataType>(type) : std::nullopt;
    case Family::kAnyTimestamp:
      return given.is(Kind::kString) || given.is(Kind::kDate) ? std::optional<DataType>(type)
                                                              : std::nullopt;
    case Family::kIntegral:
      return std::nullopt;
    case Family::kDecimal:
      if (given.is(Kind::kString)) return type;
      if (given.is(Kind::kFloat)) return DecimalType(14, 7);
      if (given.is(Kind::kDouble)) return DecimalType(30, 15);
      if (given.isIntegral()) return DecimalForIntegral(given);
      return std::nullopt;
    case Family::kOne:
      break;
  }
  return CanImplicitlyCast(given, type) ? std::optional<DataType>(type) : std::nullopt;
}

std::string ParameterType::Text() const {
  switch (family) {
    case Family::kNumeric:
      return "\"NUMERIC\"";
    case Family::kIntegral:
      return "\"INTEGRAL\"";
    case Family::kDecimal:
      return "\"DECIMAL\"";
    case Family::kAnyTimestamp:
      return "\"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)\"";
    case Family::kOne:
      break;
  }
  return QuoteType(type);
}

base::Status UnexpectedInputType(std::string_view sql, std::size_t index,
                                 const Parameter& parameter, const BoundExpressionPtr& arg) {
  std::string required;
  for (const ParameterType& alternative : parameter) {
    if (!required.empty()) required += " or ";
    required += alternative.Text();
  }
  if (parameter.size() > 1) required = "(" + required + ")";
  return TypeMismatch("UNEXPECTED_INPUT_TYPE", sql,
                      {{"paramIndex", Ordinal(index)},
                       {"requiredType", required},
                       {"inputSql", QuoteSql(arg->text)},
                       {"inputType", QuoteType(arg->type)}});
}

base::Result<std::vector<BoundExpressionPtr>> CoerceArguments(
    std::vector<BoundExpressionPtr> args, const std::vector<Parameter>& parameters,
    std::string_view sql) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    const Parameter& parameter = parameters[std::min(i, parameters.size() - 1)];
    const auto type = CoerceToParameter(args[i]->type, parameter);
    if (type) args[i] = ImplicitCast(args[i], *type);
  }
  for (std::size_t i = 0; i < args.size(); ++i) {
    const Parameter& parameter = parameters[std::min(i, parameters.size() - 1)];
    if (!IsAccepted(args[i]->type, parameter)) {
      return UnexpectedInputType(sql, i, parameter, args[i]);
    }
  }
  return args;
}

base::Status DifferentTypes(std::string_view sql, std::string_view function,
                            const std::vector<BoundExpressionPtr>& args, TypeListStyle style) {
  std::string types;
  for (const BoundExpressionPtr& arg : args) {
    if (!types.empty()) types += style == TypeListStyle::kBrackets ? ", " : " or ";
    types += QuoteType(arg->type);
  }
  types = style == TypeListStyle::kBrackets ? "[" + types + "]" : "(" + types + ")";
  return TypeMismatch("DATA_DIFF_TYPES", sql,
                      {{"functionName", QuoteName(function)}, {"dataType", types}});
}

std::optional<std::vector<BoundExpressionPtr>> CastToCommonType(
    std::vector<BoundExpressionPtr> args) {
  std::vector<DataType> types;
  for (const BoundExpressionPtr& arg : args) types.push_back(arg->type);
  const auto common = WiderCommonType(std::move(types));
  if (!common) return std::nullopt;
  for (BoundExpressionPtr& arg : args) arg = ImplicitCast(arg, *common);
  return args;
}

}  // namespace millrace::analysis
