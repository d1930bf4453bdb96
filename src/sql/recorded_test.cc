// What real Spark's parser says to the same texts (tests/spark/recorded/sql_parse.jsonl).

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sql/parser.h"

namespace millrace::sql {
namespace {

using Json = nlohmann::json;

/// Texts in which Spark takes a keyword for the name of a column, table or function that only seems to
/// be missing.
bool IsKnownDifference(const std::string& sql) {
  static const std::set<std::string> texts = {
      "SELECT FROM t",   "SELECT a, FROM t", "SELECT + FROM t", "SELECT a IS", "SELECT a LIKE",
      "SELECT CASE END", "SELECT * FROM t AS", "SELECT sum(a) OVER FROM t", "DESCRIBE FUNCTION",
      "SELECT not FROM t",
  };
  return texts.contains(sql);
}

TEST(SqlRecordedTest, AcceptsAndRejectsAsSpark) {
  std::ifstream file(MILLRACE_SOURCE_DIR "/tests/spark/recorded/sql_parse.jsonl");
  ASSERT_TRUE(file);
  std::string text;
  int compared = 0;
  int syntax_errors = 0;
  int same_place = 0;
  for (; std::getline(file, text); ++compared) {
    const Json line = Json::parse(text);
    const std::string sql = line["sql"];
    const auto parsed = ParseStatement(sql);
    SCOPED_TRACE(sql);
    if (IsKnownDifference(sql)) continue;
    if (line.contains("ok")) {
      const bool refused = parsed.status().code() == base::StatusCode::kUnsupported ||
                           parsed.status().spark_error().condition == "UNBOUND_SQL_PARAMETER";
      EXPECT_TRUE(parsed.ok() || refused) << parsed.status().message();
      continue;
    }
    const Json& error = line["error"];
    if (parsed.ok()) {
      const auto* command = std::get_if<plan::Command>(&*parsed);
      const bool refused = command != nullptr && command->As<plan::command::Refused>() != nullptr;
      EXPECT_TRUE(refused) << "accepted; Spark: " << error["message"];
      continue;
    }
    if (parsed.status().code() == base::StatusCode::kUnsupported) continue;
    const base::SparkError& ours = parsed.status().spark_error();
    EXPECT_EQ(ours.condition, error["condition"]) << parsed.status().message();
    EXPECT_EQ(ours.exception_class, error["class"]);
    EXPECT_EQ(ours.sql_state, error["sqlState"].is_null() ? "" : error["sqlState"]);
    if (error["condition"] == "PARSE_SYNTAX_ERROR") {
      ++syntax_errors;
      const bool same = parsed.status().message() == error["message"];
      same_place += same ? 1 : 0;
      if (!same && std::getenv("MILLRACE_SHOW_DIFFERENCES") != nullptr) {
        std::cerr << sql << "\n" << parsed.status().message() << error["message"] << "\n";
      }
      continue;
    }
    EXPECT_EQ(parsed.status().message(), error["message"]);
    EXPECT_EQ(Json(ours.parameters), error["parameters"]);
  }
  // Where a syntax error is, is told by a generated parser that looks ahead through many rules.
  EXPECT_GE(same_place, syntax_errors * 60 / 100) << syntax_errors;
  EXPECT_GT(compared, 500);
}

}  // namespace
}  // namespace millrace::sql
