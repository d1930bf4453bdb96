// The scalar functions against what real Spark answered (tests/spark/function_cases_a.py): every
// line of the recording is the same here, or its function stands below as refused.

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "processor/duckdb/recorded_expressions_testing.h"

namespace millrace::processor::duckdb {
namespace {

// Refused by name; see docs/functions.md.
const std::set<std::string>& Refused() {
  static const std::set<std::string> names = {
      "collation", "sentences"};
  return names;
}

/// What is refused of functions that are there, and what is known to differ; docs/differences.md
/// has the reasons.
bool IsException(const Json& record) {
  const std::string expression = record["expr"];
  for (const char* part : {"\\\\N{LATIN", "(?U)", "format_string('%h'", "format_string('%a'"}) {
    if (expression.find(part) != std::string::npos) return true;
  }
  // By chance; and the rows of one column are here those of one query.
  for (const char* call : {"rand()", "randn()", "random()", "monotonically_increasing_id()"}) {
    if (expression == call) return true;
  }
  // Lists as text.
  const bool is_format = expression.starts_with("format_string(") || expression.starts_with("printf(");
  if (is_format && record["columns"][0][1] == "array<int>") return true;
  if (expression.starts_with("format_number(") && record["columns"].size() == 2) {
    const Json& pattern = record["columns"][1][2];
    if (pattern == "0.00E0" || pattern == "00;(00)") return true;
  }
  // Java finds empty matches between the halves of a character of four bytes.
  const bool is_regex = expression.starts_with("regexp_") || expression.starts_with("split(");
  return is_regex && !record["columns"].empty() && record["columns"][0][2].is_string() &&
         record["columns"][0][2].get<std::string>().find("\U0001F600") != std::string::npos;
}

// Java's math library and C's differ in the last bits.
const std::set<std::string>& Transcendental() {
  static const std::set<std::string> names = {
      "acos", "acosh", "asin", "asinh", "atan",  "atan2", "atanh", "cbrt", "cos",
      "cosh", "cot",   "csc",  "exp",   "expm1", "hypot", "ln",    "log",  "log10",
      "log1p", "log2", "pow",  "power", "sec",   "sin",   "sinh",  "tan",  "tanh"};
  return names;
}

bool IsNear(const Json& record, const Json& ours) {
  return Transcendental().contains(record["call"][0].get<std::string>()) &&
         DifferInLastBits(record, ours);
}

TEST(FunctionsTest, AnswersAsRecordedFromSpark) {
  RecordedExpressions recorded;
  recorded.strict = true;
  recorded.may_refuse = [](const Json& record) {
    return Refused().contains(record["call"][0].get<std::string>()) || IsException(record);
  };
  recorded.is_near = [](const Json& record, const Json& ours) {
    return IsNear(record, ours) || IsException(record);
  };
  recorded.CheckFile("functions_a.jsonl");
}

}  // namespace
}  // namespace millrace::processor::duckdb
