#include "analysis/signatures.h"

#include <charconv>
#include <map>
#include <string>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/type_rules.h"
#include "base/check.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

const std::map<std::string_view, Signature>& Signatures() {
  static const std::map<std::string_view, Signature> all = [] {
    std::map<std::string_view, Signature> signatures;
    for (const auto& group : {MathSignatures(), TextSignatures(), HashSignatures(),
                              RegexSignatures()}) {
      for (const Signature& signature : group) signatures.emplace(signature.name, signature);
    }
    return signatures;
  }();
  return all;
}

struct Shape {
  std::string letters;
  int min = 0;
  int max = 0;
};

Shape ShapeOf(std::string_view parameters) {
  Shape shape;
  bool optional = false;
  bool repeated = false;
  for (const char letter : parameters) {
    if (letter == '|') {
      optional = true;
    } else if (letter == '+') {
      repeated = true;
    } else {
      shape.letters += letter;
      if (!optional) ++shape.min;
    }
  }
  shape.max = repeated ? -1 : static_cast<int>(shape.letters.size());
  return shape;
}

BoundExpressionPtr DefaultArgument(std::string_view sql) {
  if (sql.front() == '\'') {
    const std::string text(sql.substr(1, sql.size() - 2));
    return MakeConstant(data::Value::Bytes(text), StringType(), text);
  }
  std::int64_t number = 0;
  std::from_chars(sql.data(), sql.data() + sql.size(), number);
  return MakeConstant(data::Value::Int(number), IntegerType(), sql);
}

}  // namespace

DataType TypeOf(char letter) {
  switch (letter) {
    case 'b':
      return BooleanType();
    case 'i':
      return IntegerType();
    case 'l':
      return LongType();
    case 'd':
      return DoubleType();
    case 's':
      return StringType();
    case 'y':
      return BinaryType();
    case 'c':
      return ByteType();
    case 'D':
      return DateType();
    case 't':
      return TimestampType();
    default:
      base::CheckFailed(__FILE__, __LINE__, "letter of a type");
  }
}

Parameter ParameterOf(char letter) {
  switch (letter) {
    case 'n':
      return {ParameterType::Numeric()};
    case 'I':
      return {ParameterType::Integral()};
    case 'x':
      return {ParameterType::One(StringType()), ParameterType::One(BinaryType())};
    case 'h':
      return {ParameterType::One(LongType()), ParameterType::One(BinaryType()),
              ParameterType::One(StringType())};
    case 'f':
      return {ParameterType::One(DoubleType()), ParameterType::One(FloatType())};
    case 'w':
      return {ParameterType::One(IntegerType()), ParameterType::One(LongType())};
    case 'q':
      return {ParameterType::Integral(), ParameterType::One(BooleanType())};
    case 'S':
      return {ParameterType::One(DoubleType()), ParameterType::One(YearMonthIntervalType()),
              ParameterType::One(DayTimeIntervalType())};
    case 'e':
      return {ParameterType::One(StringType())};
    case 'z':
      return {ParameterType::One(IntegerType()), ParameterType::One(StringType())};
    case 'a':
      return {};
    default:
      return {ParameterType::One(TypeOf(letter))};
  }
}

base::Result<BoundExpressionPtr> BindWith(const Signature& signature,
                                          std::vector<BoundExpressionPtr> args) {
  const Shape shape = ShapeOf(signature.parameters);
  const std::size_t missing = shape.letters.size() - std::min(args.size(), shape.letters.size());
  for (std::size_t i = 0; i < missing && i < signature.defaults.size(); ++i) {
    const std::size_t given = signature.defaults.size();
    const std::size_t first = given - std::min(missing, given);
    args.push_back(DefaultArgument(signature.defaults[first + i]));
  }
  const std::string shown =
      CallText(signature.shown.empty() ? signature.name : signature.shown, args);
  const std::string sql = signature.tried.empty() ? shown : CallText(signature.tried, args);
  std::vector<Parameter> parameters;
  for (const char letter : shape.letters) {
    // What takes anything is checked against its own type.
    const std::size_t place = std::min(parameters.size(), args.size() - 1);
    parameters.push_back(letter == 'a' ? Parameter{ParameterType::One(args[place]->type)}
                                       : ParameterOf(letter));
  }
  for (std::size_t i = 0; i < args.size(); ++i) {
    const DataType& given = args[i]->type;
    if (given.is(Kind::kYearMonthInterval) || given.is(Kind::kDayTimeInterval) ||
        given.is(Kind::kCalendarInterval)) {
      return NotPossibleHere("The function `" + std::string(signature.name) + "` on intervals",
                             "Use epoch seconds (cast a timestamp to BIGINT) instead.");
    }
    if (i < shape.letters.size() && shape.letters[i] == 'e' && !given.is(Kind::kString) &&
        !given.is(Kind::kNull)) {
      return UnexpectedInputType(sql, i, ParameterOf('e'), args[i]);
    }
    const bool to_double = i < shape.letters.size() && shape.letters[i] == 'S' &&
                           CanImplicitlyCast(given, DoubleType());
    if (to_double) args[i] = ImplicitCast(args[i], DoubleType());
  }
  if (!args.empty()) {
    MILLRACE_ASSIGN_OR_RETURN(args, CoerceArguments(std::move(args), parameters, sql));
  }
  const bool digit = signature.result >= '0' && signature.result <= '9';
  const DataType type = digit ? args[signature.result - '0']->type : TypeOf(signature.result);
  const bool nullable = signature.makes_null || AnyNullable(args);
  std::map<std::string, std::string> options;
  if (!signature.tried.empty()) options["eval"] = "try";
  return MakeCall(signature.call.empty() ? signature.name : signature.call, std::move(args), type,
                  nullable, shown, std::move(options));
}

base::Result<BoundExpressionPtr> BindBySignature(const FunctionCall& call) {
  return BindWith(Signatures().at(call.name), call.BoundArgs());
}

std::vector<FunctionSpec> SignatureFunctions() {
  std::vector<FunctionSpec> functions;
  for (const auto& [name, signature] : Signatures()) {
    const Shape shape = ShapeOf(signature.parameters);
    functions.push_back({name, shape.min, shape.max, BindBySignature});
  }
  return functions;
}

}  // namespace millrace::analysis
