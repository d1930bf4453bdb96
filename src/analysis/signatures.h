#pragma once

#include <string_view>
#include <vector>

#include "analysis/functions.h"

namespace millrace::analysis {

/// A function whose arguments are cast one by one to what its parameters accept, and whose result
/// has a type that is known beforehand: most of Spark's functions. BindBySignature binds them.
struct Signature {
  std::string_view name;
  /// One letter for each parameter; behind `|` those that may be left out; `+` at the end: the last
  /// one any number of times more.
  ///   b BOOLEAN   i INT   l BIGINT   d DOUBLE   s STRING   y BINARY   D DATE   t TIMESTAMP
  ///   c TINYINT   n any number   I any integer   q any integer or BOOLEAN   w INT or BIGINT
  ///   e STRING without a cast   z INT or STRING   S DOUBLE, or an interval, which is refused
  ///   f DOUBLE or FLOAT   h BIGINT, BINARY or STRING   x STRING or BINARY   a anything, as it is
  std::string_view parameters;
  /// A letter as above, or the digit of the argument whose type it is, from 0.
  char result;
  /// Null also for arguments that are not.
  bool makes_null = false;
  /// The name of the plan's Call, when it is not `name`.
  std::string_view call = {};
  /// What texts show in place of `name`.
  std::string_view shown = {};
  /// SQL texts of the integers and strings that stand for arguments left out: "1", "' '".
  std::vector<std::string_view> defaults = {};
  /// The function that errors name, when Spark puts it in the place of `name`; `name` itself is then
  /// its variant that gives null where it would fail.
  std::string_view tried = {};
};

/// Each file of signatures gives its part.
std::vector<Signature> MathSignatures();
std::vector<Signature> TextSignatures();
std::vector<Signature> HashSignatures();
std::vector<Signature> RegexSignatures();

/// The parameter that a letter stands for.
Parameter ParameterOf(char letter);
DataType TypeOf(char letter);

/// The functions of regular expressions that bind by themselves; TextFunctions has them.
std::vector<FunctionSpec> RegexFunctions();

/// All signatures as functions of the registry.
std::vector<FunctionSpec> SignatureFunctions();

base::Result<BoundExpressionPtr> BindBySignature(const FunctionCall& call);

/// The call of a signature's function with these arguments, coerced.
base::Result<BoundExpressionPtr> BindWith(const Signature& signature,
                                          std::vector<BoundExpressionPtr> args);

}  // namespace millrace::analysis
