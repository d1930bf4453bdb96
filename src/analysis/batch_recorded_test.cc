// The queries of tests/spark/recorded/batch_queries.jsonl: columns and errors as real Spark gave
// them.

#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "analysis/analyzer.h"
#include "sql/parser.h"

namespace millrace::analysis {
namespace {

using Json = nlohmann::ordered_json;

class Views : public SourceCatalog {
 public:
  base::Result<StructType> SourceSchema(
      const std::string& format, const std::map<std::string, std::string>&,
      const std::optional<StructType>&) const override {
    return base::Status::NotFound("no such format: " + format);
  }
  base::Result<std::optional<NamedRelation>> FindTable(const std::vector<std::string>& name_parts,
                                                       const plan::Options&,
                                                       bool) const override {
    const auto view = views.find(name_parts.back());
    if (view == views.end() || name_parts.size() > 1) return std::optional<NamedRelation>();
    return std::optional<NamedRelation>(
        NamedRelation{.view = view->second, .source = {}, .qualifier = {view->first}});
  }
  std::map<std::string, plan::RelationPtr> views;
};

Json Columns(const StructType& schema) {
  Json columns = Json::array();
  for (const StructField& field : schema.fields()) {
    columns.push_back({field.name, field.dataType.simpleString(), field.nullable});
  }
  return columns;
}

// What the two say of one query; Spark's failures while it runs are not analysis's.
struct Answers {
  std::string spark;
  std::string here;
  bool refused_by_name = false;
};

bool IsRefusal(const base::Status& status) {
  const std::string& condition = status.spark_error().condition;
  return condition == "UNSUPPORTED_FEATURE" || condition.empty();
}

Answers Ask(const Json& record, const AnalysisContext& context) {
  Answers answers;
  answers.spark = record.contains("columns")
                      ? record["columns"].dump()
                      : record["error"].value("condition", Json()).dump();
  const auto query = sql::ParseQuery(record["sql"].get<std::string>());
  if (!query.ok()) {
    answers.here = Json(query.status().spark_error().condition).dump();
    answers.refused_by_name = IsRefusal(query.status());
    return answers;
  }
  const auto analyzed = Analyze(*query, context);
  if (analyzed.ok()) {
    answers.here = Columns(analyzed->schema()).dump();
    return answers;
  }
  answers.here = Json(analyzed.status().spark_error().condition).dump();
  answers.refused_by_name = IsRefusal(analyzed.status());
  if (answers.here != answers.spark) answers.here += " " + std::string(analyzed.status().message());
  return answers;
}

TEST(BatchRecordedTest, ColumnsAndErrors) {
  std::ifstream file(std::string(MILLRACE_SOURCE_DIR) +
                     "/tests/spark/recorded/batch_queries.jsonl");
  ASSERT_TRUE(file.is_open());
  Views catalog;
  AnalysisContext context;
  context.sources = &catalog;
  int same = 0;
  int refused = 0;
  int different = 0;
  for (std::string line; std::getline(file, line);) {
    const Json record = Json::parse(line);
    if (record.contains("view")) {
      const auto view = sql::ParseQuery(record["sql"].get<std::string>());
      ASSERT_TRUE(view.ok()) << view.status().ToString();
      catalog.views[record["view"]] = *view;
      continue;
    }
    const Answers answers = Ask(record, context);
    if (answers.spark == answers.here) {
      ++same;
    } else if (answers.refused_by_name) {
      ++refused;
      std::printf("refused: %s\n  %s\n", record["sql"].get<std::string>().c_str(),
                  answers.here.c_str());
    } else {
      ++different;
      std::printf("different: %s\n  Spark:    %s\n  Millrace: %s\n",
                  record["sql"].get<std::string>().c_str(), answers.spark.c_str(),
                  answers.here.c_str());
    }
  }
  EXPECT_GE(same, 525);
  EXPECT_EQ(different, 0);
  std::printf("batch_queries: %d same, %d refused by name, %d different\n", same, refused,
              different);
}

}  // namespace
}  // namespace millrace::analysis
