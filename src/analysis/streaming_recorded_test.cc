// tests/spark/recorded/streaming_legality.jsonl: which queries real Spark starts on a stream.

#include <cstdio>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "analysis/analyzer.h"
#include "sql/parser.h"

namespace millrace::analysis {
namespace {

using Json = nlohmann::ordered_json;

// s and s2 are streams of the rate source, b is a batch.
class Streams : public SourceCatalog {
 public:
  base::Result<StructType> SourceSchema(const std::string&,
                                        const std::map<std::string, std::string>&,
                                        const std::optional<StructType>&) const override {
    return StructType().add("timestamp", TimestampType()).add("value", LongType());
  }
  base::Result<std::optional<NamedRelation>> FindTable(const std::vector<std::string>& name_parts,
                                                       const plan::Options&,
                                                       bool) const override {
    const std::string& name = name_parts.back();
    NamedRelation found{.view = plan::ReadStream("rate", {}), .source = {}, .qualifier = {name}};
    if (name == "b") {
      MILLRACE_ASSIGN_OR_RETURN(
          found.view, sql::ParseQuery("SELECT * FROM VALUES (1L, 'a'), (2L, 'b') AS b(value, name)"));
    }
    return std::optional<NamedRelation>(found);
  }
};

// The condition of what Millrace says; empty when the query starts.
std::string Start(const std::string& text, const std::string& mode) {
  const Streams catalog;
  AnalysisContext context;
  context.sources = &catalog;
  const auto parsed = sql::ParseQuery(text);
  if (!parsed.ok()) return parsed.status().spark_error().condition;
  const auto query = Analyze(*parsed, context);
  if (!query.ok()) return query.status().spark_error().condition;
  base::Status status = CheckOutputMode(*query, mode);
  if (status.ok()) status = CheckRunnable(*query);
  return status.spark_error().condition;
}

TEST(StreamingRecordedTest, WhatMayStart) {
  std::ifstream file(std::string(MILLRACE_SOURCE_DIR) +
                     "/tests/spark/recorded/streaming_legality.jsonl");
  ASSERT_TRUE(file.is_open());
  int same = 0;
  int refused = 0;
  for (std::string line; std::getline(file, line);) {
    const Json record = Json::parse(line);
    const std::string text = record["sql"];
    const std::string mode = record["mode"];
    const std::string spark =
        record.contains("error") ? record["error"].value("condition", "") : "";
    const std::string here = Start(text, mode);
    if (here == "UNSUPPORTED_FEATURE") {
      ++refused;
      continue;
    }
    EXPECT_EQ(here, spark) << text << " (" << mode << ")";
    same += here == spark;
  }
  std::printf("streaming_legality: %d same, %d refused by name\n", same, refused);
  EXPECT_GE(same, 95);
}

}  // namespace
}  // namespace millrace::analysis
