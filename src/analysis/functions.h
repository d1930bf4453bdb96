#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/bound.h"
#include "base/result.h"

namespace millrace::analysis {

/// A function with its arguments resolved.
struct FunctionCall {
  std::string name;  ///< Lower case, as it shows in texts.
  std::vector<Resolved> args;
  std::string time_zone;

  std::vector<BoundExpressionPtr> BoundArgs() const;
  const BoundExpressionPtr& arg(std::size_t index) const { return args[index].bound; }
};

using BindFunction = base::Result<BoundExpressionPtr> (*)(const FunctionCall& call);

/// How many arguments a function takes; `max` < 0: no limit.
struct FunctionSpec {
  std::string_view name;
  int min;
  int max;
  BindFunction bind;
};

/// Each file of functions gives its part of the registry; they are ordered by nothing.
std::vector<FunctionSpec> OperatorFunctions();
std::vector<FunctionSpec> ConditionalFunctions();
std::vector<FunctionSpec> StringFunctions();
std::vector<FunctionSpec> TimeFunctions();
std::vector<FunctionSpec> StructFunctions();
std::vector<FunctionSpec> JsonFunctions();

/// The function of this lower-case name, or null.
const FunctionSpec* FindFunction(std::string_view name);

/// Is this the lower-case name of a function that Spark has and that FindFunction may not find?
bool SparkHasFunction(std::string_view name);

/// Checks the number of arguments (WRONG_NUM_ARGS), then binds: coerces the arguments as Spark does
/// under ANSI and gives the typed call, or Spark's type error.
base::Result<BoundExpressionPtr> Bind(const FunctionSpec& spec, const FunctionCall& call);

/// WRONG_NUM_ARGS.WITHOUT_SUGGESTION.
base::Status WrongNumberOfArguments(std::string_view name, std::string_view expected,
                                    std::size_t actual);

/// A type that a parameter accepts: one type, or a family of types.
struct ParameterType {
  enum class Family { kOne, kNumeric, kIntegral, kAnyTimestamp };
  Family family = Family::kOne;
  DataType type;  ///< The type itself, or what the family's null becomes.

  static ParameterType One(const DataType& type) { return {Family::kOne, type}; }
  static ParameterType Numeric() { return {Family::kNumeric, DoubleType()}; }
  static ParameterType Integral() { return {Family::kIntegral, IntegerType()}; }
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

/// The options of from_json and to_json from a `map(...)` of strings, or INVALID_OPTIONS.
base::Result<std::map<std::string, std::string>> OptionsFromMap(const BoundExpressionPtr& map);

}  // namespace millrace::analysis
