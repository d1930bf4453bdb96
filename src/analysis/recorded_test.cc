// Analysis against what real Spark answered: tests/spark/recorded.

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "analysis/analyzer.h"
#include "analysis/testing/python_plan.h"
#include "data/schema_text.h"
#include "plan/plan.h"

namespace millrace::analysis {
namespace {

using Json = nlohmann::ordered_json;
using plan::RelationPtr;

constexpr const char* kKafkaSchema =
    "key BINARY, value BINARY, topic STRING, partition INT, offset BIGINT, timestamp TIMESTAMP, "
    "timestampType INT";

// Every source has the schema that the plan gives it.
class GivenSchema : public SourceCatalog {
 public:
  base::Result<StructType> SourceSchema(
      const std::string&, const std::map<std::string, std::string>&,
      const std::optional<StructType>& user_schema) const override {
    return user_schema.value();
  }
};

std::vector<Json> ReadRecords(const std::string& name) {
  std::ifstream file(std::string(MILLRACE_SOURCE_DIR) + "/tests/spark/recorded/" + name);
  EXPECT_TRUE(file.is_open()) << name;
  std::vector<Json> records;
  for (std::string line; std::getline(file, line);) records.push_back(Json::parse(line));
  return records;
}

std::map<std::string, RelationPtr> FramesOver(const std::string& schema) {
  const auto source = [](const std::string& ddl) {
    return plan::ReadStream("given", {}, data::ParseTableSchema(ddl).value());
  };
  const auto data =
      plan::Function("from_json", {plan::Cast(plan::Column("value"), StringType()),
                                   plan::Literal("user_id BIGINT, event_type STRING")});
  return {{"df", source(schema)},
          {"kafka", source(kKafkaSchema)},
          {"events", plan::Select(source(kKafkaSchema), {plan::Alias(data, "data")})},
          {"rate", source("timestamp TIMESTAMP, value BIGINT")},
          {"t", source(schema)}};
}

Json ErrorOf(const base::Status& status) {
  const base::SparkError& error = status.spark_error();
  Json parameters = Json::object();
  for (const auto& [name, value] : error.parameters) parameters[name] = value;
  return {{"condition", error.condition},
          {"sqlState", error.sql_state},
          {"parameters", std::move(parameters)},
          {"message", status.message()}};
}

// What a record says, cut down to what ErrorOf and the schemas give. Parameters lose their order.
Json Expected(const Json& record) {
  if (!record.contains("error")) return record.value("schema", Json());
  const Json& error = record["error"];
  std::map<std::string, std::string> parameters = error.value("parameters", Json::object());
  Json sorted = Json::object();
  for (const auto& [name, value] : parameters) sorted[name] = value;
  const std::string state = error["sqlState"].is_null() ? "" : error["sqlState"];
  return {{"condition", error["condition"]},
          {"sqlState", state},
          {"parameters", std::move(sorted)},
          {"message", error["message"]}};
}

// For a schema text that does not parse, Millrace adds where and why to what Spark says.
bool IsLongerParseError(Json actual, const Json& expected) {
  if (!actual.is_object() || !expected.is_object()) return false;
  const std::string condition = expected["condition"];
  const std::string message = actual["message"];
  const bool is_parse_error =
      condition.starts_with("PARSE_") || condition == "UNSUPPORTED_DATATYPE";
  if (!is_parse_error || !message.starts_with(std::string(expected["message"]))) return false;
  actual["message"] = expected["message"];
  return actual == expected;
}

struct Counts {
  int same = 0;
  int unreadable = 0;
  std::map<std::string, int> refused;
  std::vector<std::string> different;

  void Report(const std::string& name) const {
    int refusals = 0;
    for (const auto& [reason, count] : refused) refusals += count;
    ::testing::Test::RecordProperty(name + "_same", same);
    std::printf("%s: %d same, %d refused by name, %d not read here, %zu different\n", name.c_str(),
                same, refusals, unreadable, different.size());
    for (const std::string& text : different) ADD_FAILURE() << text;
  }
};

class RecordedTest : public ::testing::Test {
 protected:
  RecordedTest() { context_.sources = &catalog_; }

  // Compares `actual` of a query with the record, unless Millrace refuses by name what Spark does.
  void Compare(const Json& record, const Json& expected,
               const std::function<Json(const plan::ResolvedQuery&)>& actual_of, Counts* counts) {
    const std::string text = record["plan"];
    const auto relation = ReadPythonPlan(text, frames_);
    // What Python itself refused, and where Spark fails with a bug of its own.
    const Json error = record.value("error", Json::object());
    const bool not_an_answer =
        error.contains("python_side") || error.value("condition", Json()) == "INTERNAL_ERROR";
    if (!relation || not_an_answer) {
      ++counts->unreadable;
      return;
    }
    const auto query = Analyze(*relation, context_);
    if (!query.ok() && query.status().spark_error().condition == "UNSUPPORTED_FEATURE") {
      ++counts->refused[query.status().spark_error().parameters.at("feature")];
      return;
    }
    const Json actual = query.ok() ? actual_of(*query) : ErrorOf(query.status());
    if (actual == expected || IsLongerParseError(actual, expected)) {
      ++counts->same;
    } else {
      counts->different.push_back(text + "\n  Spark:    " + expected.dump() +
                                  "\n  Millrace: " + actual.dump());
    }
  }

  GivenSchema catalog_;
  AnalysisContext context_;
  std::map<std::string, RelationPtr> frames_;
};

TEST_F(RecordedTest, OperatorTypes) {
  const auto records = ReadRecords("operator_types.jsonl");
  ASSERT_FALSE(records.empty());
  frames_ = FramesOver(records[0]["schema"]);
  Counts counts;
  for (const Json& record : records) {
    if (!record.contains("plan")) continue;
    if (record.contains("accepted")) {
      Compare(record, "accepted", [](const auto&) { return "accepted"; }, &counts);
      continue;
    }
    if (record.contains("error")) {
      Compare(record, Expected(record), [](const auto&) { return "accepted"; }, &counts);
      continue;
    }
    const Json expected = {record["name"], record["type"], record["nullable"]};
    Compare(
        record, expected,
        [&](const plan::ResolvedQuery& query) -> Json {
          if (query.schema().size() != 1) return "not one column";
          const StructField& field = query.schema()[0];
          return {field.name, field.dataType.simpleString(), field.nullable};
        },
        &counts);
  }
  counts.Report("operator_types");
  EXPECT_GE(counts.same, 8000);
}

TEST_F(RecordedTest, AnalysisErrors) {
  const auto records = ReadRecords("analysis_errors.jsonl");
  ASSERT_FALSE(records.empty());
  frames_ = FramesOver(records[0]["schema"]);
  Counts counts;
  for (const Json& record : records) {
    if (!record.contains("plan")) continue;
    Compare(
        record, Expected(record),
        [](const plan::ResolvedQuery& query) -> Json { return query.schema().simpleString(); },
        &counts);
  }
  counts.Report("analysis_errors");
  EXPECT_GE(counts.same, 100);
}

TEST_F(RecordedTest, FramePlans) {
  const auto records = ReadRecords("frame_plans.jsonl");
  ASSERT_FALSE(records.empty());
  frames_ = FramesOver(records[0]["schema"]);
  Counts counts;
  for (const Json& record : records) {
    if (!record.contains("plan")) continue;
    const Json expected = record.contains("columns") ? record["columns"] : Expected(record);
    Compare(
        record, expected,
        [](const plan::ResolvedQuery& query) -> Json {
          Json columns = Json::array();
          for (const StructField& field : query.schema().fields()) {
            // PySpark never shortens a struct's text, unlike Spark's own simpleString.
            columns.push_back({field.name, field.dataType.catalogString(), field.nullable});
          }
          return columns;
        },
        &counts);
  }
  counts.Report("frame_plans");
  EXPECT_GE(counts.same, 100);
}

}  // namespace
}  // namespace millrace::analysis
