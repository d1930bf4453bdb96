// Where errors have their cause in SQL texts, as real Spark tells it. tests/connect compares what a
// client is told, and programs.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "analysis/analyzer.h"
#include "analysis/names.h"
#include "sql/parser.h"

namespace millrace::analysis {
namespace {

using Json = nlohmann::json;

class Views : public SourceCatalog {
 public:
  base::Result<StructType> SourceSchema(const std::string& format,
                                        const std::map<std::string, std::string>&,
                                        const std::optional<StructType>&) const override {
    return base::Status::NotFound("no such format: " + format);
  }
  base::Result<std::optional<NamedRelation>> FindTable(const std::vector<std::string>& name_parts,
                                                       const plan::Options&, bool) const override {
    const auto view = views.find(LowerCase(name_parts.back()));
    if (view == views.end() || name_parts.size() > 1) return std::optional<NamedRelation>();
    NamedRelation found;
    found.qualifier = {view->first};
    found.view = view->second;
    return std::optional<NamedRelation>(std::move(found));
  }

  std::map<std::string, plan::RelationPtr> views;
};

base::Status FailureOf(const std::string& sql, const AnalysisContext& context) {
  const auto statement = sql::ParseStatement(sql);
  if (!statement.ok()) return statement.status();
  const auto* query = std::get_if<plan::RelationPtr>(&*statement);
  return query == nullptr ? base::Status::Ok() : Analyze(*query, context).status();
}

Json Contexts(const base::Status& failure) {
  Json contexts = Json::array();
  const base::QueryContext* context = failure.query_context();
  if (context == nullptr || context->kind == base::QueryContext::Kind::kNone) return contexts;
  contexts.push_back({{"type", "SQL"},
                      {"objectType", context->object_type},
                      {"objectName", context->object_name},
                      {"startIndex", context->start_index},
                      {"stopIndex", context->stop_index},
                      {"fragment", context->fragment},
                      {"summary", context->summary}});
  return contexts;
}

/// What stands behind the text: "SQLSTATE: 42703; line 1 pos 7".
std::string End(const std::string& message) {
  const std::size_t state = message.rfind(" SQLSTATE: ");
  if (state != std::string::npos) return message.substr(state);
  return message.substr(std::min(message.rfind("; line"), message.size()));
}

TEST(QueryContextsRecordedTest, OfSqlTexts) {
  std::ifstream file(std::string(MILLRACE_SOURCE_DIR) +
                     "/tests/spark/recorded/query_contexts.jsonl");
  ASSERT_TRUE(file.is_open());
  Views catalog;
  AnalysisContext context;
  context.sources = &catalog;
  int same = 0;
  for (std::string line; std::getline(file, line);) {
    const Json record = Json::parse(line);
    if (record.contains("setup")) {
      const auto statement = sql::ParseStatement(record["setup"].get<std::string>());
      ASSERT_TRUE(statement.ok()) << statement.status().ToString();
      const auto* view = std::get<plan::Command>(*statement).As<plan::command::CreateView>();
      ASSERT_NE(view, nullptr);
      catalog.views[view->name] = view->input;
    }
    if (!record.contains("sql") || !record.contains("condition")) continue;
    const auto sql = record["sql"].get<std::string>();
    const base::Status failure = FailureOf(sql, context);
    if (record["condition"] != failure.spark_error().condition) continue;
    // Where the functions stand is not known here (docs/differences.md).
    if (record["condition"] == "UNSUPPORTED_GROUPING_EXPRESSION") continue;
    EXPECT_EQ(Contexts(failure), record["contexts"]) << sql << "\n" << failure.message();
    EXPECT_EQ(End(failure.message()), End(record["message"].get<std::string>())) << sql;
    ++same;
  }
  EXPECT_GE(same, 200);
  std::printf("query_contexts: %d\n", same);
}

}  // namespace
}  // namespace millrace::analysis
