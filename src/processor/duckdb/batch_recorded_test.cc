// The queries of tests/spark/recorded/batch_queries.jsonl: SQL text to rows, as real Spark gave them.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "analysis/analyzer.h"
#include "data/canonical_json_testing.h"
#include "processor/duckdb/batch_testing.h"
#include "sql/parser.h"

namespace millrace::processor::duckdb::testing {
namespace {

using data::Canonical;
using data::ForEachRecorded;
using data::Json;

class Views : public analysis::SourceCatalog {
 public:
  base::Result<StructType> SourceSchema(const std::string& format,
                                        const std::map<std::string, std::string>&,
                                        const std::optional<StructType>&) const override {
    return base::Status::NotFound("no such format: " + format);
  }
  base::Result<std::optional<analysis::NamedRelation>> FindTable(
      const std::vector<std::string>& name_parts, const plan::Options&, bool) const override {
    const auto view = views.find(name_parts.back());
    if (view == views.end() || name_parts.size() > 1) {
      return std::optional<analysis::NamedRelation>();
    }
    return std::optional<analysis::NamedRelation>(
        analysis::NamedRelation{.view = view->second, .source = {}, .qualifier = {view->first}});
  }
  std::map<std::string, plan::RelationPtr> views;
};

/// Doubles that differ in how they were summed up are the same.
bool Same(const Json& a, const Json& b) {
  if (a == b) return true;
  if (a.is_array() && b.is_array() && a.size() == b.size()) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!Same(a[i], b[i])) return false;
    }
    return true;
  }
  if (!a.is_string() || !b.is_string()) return false;
  const std::string x = a.get<std::string>();
  const std::string y = b.get<std::string>();
  char* x_end = nullptr;
  char* y_end = nullptr;
  const double u = std::strtod(x.c_str(), &x_end);
  const double v = std::strtod(y.c_str(), &y_end);
  return *x_end == '\0' && *y_end == '\0' && !x.empty() && !y.empty() &&
         std::abs(u - v) <= 1e-12 * std::max(std::abs(u), std::abs(v));
}

Json RowsAsJson(const arrow::Table& table) {
  auto combined = *table.CombineChunksToBatch();
  Json rows = Json::array();
  for (std::int64_t row = 0; row < combined->num_rows(); ++row) {
    Json out = Json::array();
    for (const auto& column : combined->columns()) out.push_back(Canonical(*column, row));
    rows.push_back(std::move(out));
  }
  return rows;
}

Json SortedByText(Json rows) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Json& a, const Json& b) { return a.dump() < b.dump(); });
  return rows;
}

std::string Outcome(const base::Status& status) {
  const std::string& condition = status.spark_error().condition;
  return condition.empty() ? status.ToString() : condition;
}

/// What is to be compared, as text. Empty `here`: analysis has another opinion, or none yet.
struct Compared {
  std::string spark;
  std::string here;
};

Compared Compare(const Json& record, const analysis::AnalysisContext& context) {
  const auto parsed = sql::ParseQuery(record["sql"].get<std::string>());
  if (!parsed.ok()) return {};
  const auto query = analysis::Analyze(*parsed, context);
  if (!query.ok() && record.contains("columns")) {
    std::printf("not run: %s\n", query.status().message().c_str());
  }
  if (!query.ok() || !record.contains("columns")) return {};
  const Answer answer = RunPlan(query->root);
  if (record.contains("error")) {
    const Json condition = record["error"].value("condition", Json());
    return {condition.dump(), answer.status.ok() ? "rows"
                                                 : Json(answer.status.spark_error().condition).dump()};
  }
  if (!answer.status.ok()) return {record["rows"].dump(), Outcome(answer.status)};
  Json spark = record["rows"];
  Json here = RowsAsJson(*answer.table);
  if (!record["ordered"].get<bool>()) {
    spark = SortedByText(std::move(spark));
    here = SortedByText(std::move(here));
  }
  const std::string text = spark.dump();
  return {text, Same(spark, here) ? text : here.dump()};
}

TEST(BatchRecorded, RowsAndErrorsOfSpark) {
  Views catalog;
  analysis::AnalysisContext context;
  context.sources = &catalog;
  int same = 0;
  int not_run = 0;
  int different = 0;
  ASSERT_TRUE(ForEachRecorded("batch_queries.jsonl", [&](const Json& record) {
    if (record.contains("view")) {
      const auto view = sql::ParseQuery(record["sql"].get<std::string>());
      ASSERT_TRUE(view.ok()) << view.status().ToString();
      catalog.views[record["view"]] = *view;
      return;
    }
    const Compared compared = Compare(record, context);
    if (compared.here.empty()) {
      ++not_run;
    } else if (compared.here == compared.spark) {
      ++same;
    } else {
      ++different;
      std::printf("%s\n  Spark:    %s\n  Millrace: %s\n", record["sql"].get<std::string>().c_str(),
                  compared.spark.c_str(), compared.here.c_str());
    }
  }));
  std::printf("batch_queries: %d same, %d not run, %d different\n", same, not_run, different);
  EXPECT_GE(same, 386);
  EXPECT_EQ(different, 0);
}

}  // namespace
}  // namespace millrace::processor::duckdb::testing
