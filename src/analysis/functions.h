#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/bound.h"
#include "base/result.h"

namespace millrace::analysis {

/// What a function puts into one variable of its lambda.
struct LambdaParameter {
  DataType type;
  bool nullable = true;
};

/// An argument `(x, y) -> body`. Its body is bound when the function says what its variables are.
struct LambdaArgument {
  std::size_t arity = 0;
  std::function<base::Result<BoundExpressionPtr>(const std::vector<LambdaParameter>&)> bind;
};

/// A function with its arguments resolved.
struct FunctionCall {
  std::string name;  ///< Lower case, as it shows in texts.
  std::vector<Resolved> args;
  std::string time_zone;
  bool ansi = true;  ///< spark.sql.ansi.enabled

  bool IsLambda(std::size_t index) const { return args[index].lambda != nullptr; }
  /// The number of variables of a lambda argument; 0 for another one.
  std::size_t LambdaArity(std::size_t index) const;
  /// The argument as a plan::Lambda over these variables, its type and nullability those of the
  /// body: "lambdafunction((namedlambdavariable() + 1), namedlambdavariable())". An argument that is
  /// no lambda becomes the body of one. INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH when it has
  /// another number of variables. May be called again with other types.
  base::Result<BoundExpressionPtr> BindLambda(
      std::size_t index, const std::vector<LambdaParameter>& parameters) const;

  std::vector<BoundExpressionPtr> BoundArgs() const;
  /// Null for a lambda.
  const BoundExpressionPtr& arg(std::size_t index) const { return args[index].bound; }
};

using BindFunction = base::Result<BoundExpressionPtr> (*)(const FunctionCall& call);

/// How many arguments a function takes; `max` < 0: no limit.
struct FunctionSpec {
  std::string_view name;
  int min;
  int max;
  BindFunction bind;
  /// A lambda may be among the arguments; elsewhere it is refused.
  bool takes_lambdas = false;
};

/// Each file of functions gives its part of the registry; they are ordered by nothing.
std::vector<FunctionSpec> OperatorFunctions();
std::vector<FunctionSpec> CastFunctions();
std::vector<FunctionSpec> ConditionalFunctions();
std::vector<FunctionSpec> StringFunctions();
std::vector<FunctionSpec> TimeFunctions();
std::vector<FunctionSpec> DateFunctions();
std::vector<FunctionSpec> TimestampFunctions();
std::vector<FunctionSpec> ArrayFunctions();
std::vector<FunctionSpec> ArrayPartFunctions();
std::vector<FunctionSpec> MapFunctions();
std::vector<FunctionSpec> HigherOrderFunctions();
std::vector<FunctionSpec> StructFunctions();
std::vector<FunctionSpec> JsonFunctions();
std::vector<FunctionSpec> JsonTextFunctions();
std::vector<FunctionSpec> CsvFunctions();
std::vector<FunctionSpec> SchemaOfFunctions();
std::vector<FunctionSpec> MathFunctions();
std::vector<FunctionSpec> NullFunctions();
std::vector<FunctionSpec> TextFunctions();
/// Those of signatures.h.
std::vector<FunctionSpec> SignatureFunctions();

/// The function of this lower-case name, or null.
const FunctionSpec* FindFunction(std::string_view name);

/// Is this the lower-case name of a function that Spark has and that FindFunction may not find?
bool SparkHasFunction(std::string_view name);
/// All lower-case names of Spark's functions, sorted.
std::vector<std::string> SparkFunctionNames();

/// Checks the number of arguments (WRONG_NUM_ARGS), then binds: coerces the arguments as Spark does
/// under ANSI and gives the typed call, or Spark's type error.
base::Result<BoundExpressionPtr> Bind(const FunctionSpec& spec, const FunctionCall& call);

/// WRONG_NUM_ARGS when the call has fewer than `min` or more than `max` (< 0: no limit) arguments.
base::Status CheckArgumentCount(int min, int max, const FunctionCall& call);

/// WRONG_NUM_ARGS.WITHOUT_SUGGESTION.
base::Status WrongNumberOfArguments(std::string_view name, std::string_view expected,
                                    std::size_t actual);

/// A type that a parameter accepts: one type, or a family of types.
struct ParameterType {
  enum class Family { kOne, kNumeric, kIntegral, kAnyTimestamp, kDecimal };
  Family family = Family::kOne;
  DataType type;  ///< The type itself, or what the family's null becomes.

  static ParameterType One(const DataType& type) { return {Family::kOne, type}; }
  static ParameterType Numeric() { return {Family::kNumeric, DoubleType()}; }
  static ParameterType Integral() { return {Family::kIntegral, IntegerType()}; }
  static ParameterType Decimal() { return {Family::kDecimal, DecimalType(38, 18)}; }
  static ParameterType AnyTimestamp() { return {Family::kAnyTimestamp, TimestampType()}; }

  bool Accepts(const DataType& given) const;
  /// The type that an argument of type `given` is cast to; none when no implicit cast exists.
  std::optional<DataType> CoercedFrom(const DataType& given) const;
  std::string Text() const;
};

/// What one parameter accepts. More than one alternative: Spark's TypeCollection.
using Parameter = std::vector<ParameterType>;

/// Casts the arguments to what the parameters accept (ImplicitCastInputTypes).
/// UNEXPECTED_INPUT_TYPE for the first that cannot be. `sql` is the whole call's text.
base::Result<std::vector<BoundExpressionPtr>> CoerceArguments(
    std::vector<BoundExpressionPtr> args, const std::vector<Parameter>& parameters,
    std::string_view sql);

base::Status UnexpectedInputType(std::string_view sql, std::size_t index,
                                 const Parameter& parameter, const BoundExpressionPtr& arg);

/// DATA_DIFF_TYPES: `[...]` for IN and CASE, `(... or ...)` for the others.
enum class TypeListStyle { kBrackets, kAlternatives };
base::Status DifferentTypes(std::string_view sql, std::string_view function,
                            const std::vector<BoundExpressionPtr>& args, TypeListStyle style);
/// All cast to their wider common type, or none when there is no such type.
std::optional<std::vector<BoundExpressionPtr>> CastToCommonType(
    std::vector<BoundExpressionPtr> args);

/// A binary operator of two bound operands: arithmetic, comparison, and, or.
base::Result<BoundExpressionPtr> BindBinary(std::string_view op, const BoundExpressionPtr& left,
                                            const BoundExpressionPtr& right);

/// The schema argument of from_json and from_csv: a constant with DDL or JSON text.
base::Result<DataType> SchemaArgument(const BoundExpressionPtr& arg);

/// The options of from_json and to_json from a `map(...)` of strings, or INVALID_OPTIONS.
base::Result<std::map<std::string, std::string>> OptionsFromMap(const BoundExpressionPtr& map);

/// Ok, or Spark's refusal of the cast, which names what is to be done instead.
base::Status CheckCast(const DataType& from, const DataType& to, plan::EvalMode mode,
                       std::string_view sql);

}  // namespace millrace::analysis
