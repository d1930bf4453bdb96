// Operators, casts, coercions and functions with spark.sql.ansi.enabled=false against what real
// Spark answered (tests/spark/ansi_off_cases.py): every line of the recording is the same here, or
// stands below as refused.

#include <cstdint>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "processor/duckdb/recorded_expressions_testing.h"

namespace millrace::processor::duckdb {
namespace {

constexpr std::int64_t kRecorded = 1'795'867'200'000'000;  // 2026-11-28 12:00 UTC.

bool HasColumn(const Json& record, std::string_view part) {
  for (const Json& column : record["columns"]) {
    if (column[1].get<std::string>().find(part) != std::string::npos) return true;
  }
  return false;
}

/// What a stream refuses whatever ANSI says; docs/differences.md and docs/functions.md name it.
bool MayRefuse(const Json& record) {
  const std::string expression = record["expr"];
  const bool is_cast = expression.starts_with("CAST(");
  if (is_cast && HasColumn(record, "string") && expression.find("AS interval") != std::string::npos) {
    return true;
  }
  if (expression.starts_with("sum(")) return true;  // An aggregate.
  // In CASE, IN and the like; functions of numbers that take intervals in Spark.
  return (HasColumn(record, "interval") && !is_cast) || HasColumn(record, "map<") || HasColumn(record, "array<") ||
         HasColumn(record, "struct<") || HasColumn(record, "void");
}

bool IsKnown(const Json& record) {
  const std::string expression = record["expr"];
  // Columns of no type: Spark writes NULL for their names.
  if (HasColumn(record, "void")) return true;
  // The quotient of two intervals.
  if (expression.find(" div ") != std::string::npos && HasColumn(record, "interval")) return true;
  // How Java shows the key.
  const Json output = record.value("output", Json());
  if (expression.starts_with("map(") && output.is_object() && output.contains("error")) {
    return output["error"]["condition"] == "DUPLICATED_MAP_KEY";
  }
  if (expression == "array_contains(array(a0), a1)" && HasColumn(record, "timestamp_ntz")) {
    return true;  // Spark's optimizer fails on it.
  }
  return expression == "unix_timestamp(a0)" && record.contains("error");
}

// The C library's last digit differs from Java's.
bool IsNear(const Json& record, const Json& ours) {
  return record["type"] == "double" && DifferInLastBits(record, ours);
}

TEST(AnsiOffTest, AnswersAsRecordedFromSpark) {
  RecordedExpressions recorded;
  recorded.ansi = false;
  recorded.strict = true;
  recorded.now_us = kRecorded;
  recorded.may_refuse = MayRefuse;
  recorded.is_near = IsNear;
  recorded.is_known = IsKnown;
  recorded.CheckFile("ansi_off.jsonl");
}

}  // namespace
}  // namespace millrace::processor::duckdb
