// Functions of times, collections, JSON and CSV against what real Spark answered
// (tests/spark/function_cases_b.py): every line of the recording is the same here, or its function
// stands below as refused.

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "processor/duckdb/recorded_expressions_testing.h"

namespace millrace::processor::duckdb {
namespace {

// Refused by name: docs/differences.md says so.
constexpr std::string_view kRefused[] = {
    "make_interval", "window_time", "schema_of_csv", "schema_of_json",
    "a INTERVAL",    "a VARIANT",   "locale",        "named_struct('x',",
};

bool MayRefuse(const Json& record) {
  const std::string expression = record["expr"];
  for (const std::string_view name : kRefused) {
    if (expression.find(name) != std::string::npos) return true;
  }
  // Nested fields.
  if (!expression.starts_with("to_csv(named_struct('a', a0))")) return false;
  const std::string type = record["columns"][0][1];
  return type.starts_with("array") || type.starts_with("map");
}

// What docs/differences.md says.
bool IsKnown(const Json& record) {
  const std::string expression = record["expr"];
  if (expression.starts_with("aggregate(a0, array(0), ")) return true;
  if (expression.starts_with("from_csv(") && expression.find("'a\\\\'") != std::string::npos) {
    return true;
  }
  // What is wrong with constant options is told when the query starts.
  if (expression.starts_with("from_csv(") && record["columns"][0][2].is_null() &&
      record.value("output", Json()).is_null() && !record.contains("error")) {
    return expression.find("DROPMALFORMED") != std::string::npos ||
           expression.find("'sep', ''") != std::string::npos ||
           expression.find("columnNameOfCorruptRecord', 'c'") != std::string::npos;
  }
  if (record.contains("error")) {
    const std::string sql = record["error"]["parameters"].value("sqlExpr", "");
    return sql == "\"transform(a0, lambdafunction((x + 1), x))\"" ||
           sql == "\"map_zip_with(a0, a1, lambdafunction(x, k, x, y))\"";
  }
  return expression == "element_at(a0, a1)" && record["output"].is_object() &&
         record["output"].contains("error") &&
         record["output"]["error"]["class"] == "ArrayIndexOutOfBoundsException";
}

TEST(FunctionsBTest, AnswersAsRecordedFromSpark) {
  RecordedExpressions recorded;
  recorded.strict = true;
  recorded.may_refuse = MayRefuse;
  recorded.is_known = IsKnown;
  recorded.CheckFile("functions_b.jsonl");
}

}  // namespace
}  // namespace millrace::processor::duckdb
