// Functions, operators and casts against what real Spark answered: analysis, then the processor.

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "processor/duckdb/recorded_expressions_testing.h"

namespace millrace::processor::duckdb {
namespace {

TEST(ExpressionTest, AnswersAsRecordedFromSpark) {
  std::map<std::string, std::vector<Json>> groups;
  std::vector<std::string> order;
  bool found = ForEachRecorded("expressions.jsonl", [&](const Json& record) {
    if (record.contains("error")) return;  // Analysis refuses these.
    std::string key = record["expr"].get<std::string>() + record["tz"].get<std::string>();
    for (const Json& column : record["columns"]) key += column[1].get<std::string>() + ",";
    if (groups[key].empty()) order.push_back(key);
    groups[key].push_back(record);
  });
  if (!found) GTEST_SKIP() << "tests/spark/recorded/expressions.jsonl is not there";
  RecordedExpressions recorded;
  for (const std::string& key : order) recorded.Check(groups[key]);
  std::string refused;
  for (const auto& [what, count] : recorded.refused) {
    refused += std::to_string(count) + " groups: " + what + "\n";
  }
  RecordProperty("checked", recorded.checked);
  std::printf("checked %d, not checked %d\n%s", recorded.checked, recorded.skipped,
              refused.c_str());
  EXPECT_GT(recorded.checked, 20'000);
  EXPECT_EQ(recorded.failures, 0);
}

}  // namespace
}  // namespace millrace::processor::duckdb
