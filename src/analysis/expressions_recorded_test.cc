// The types of the expressions of tests/spark/recorded/expressions.jsonl, as real Spark gave them.

#include <cstdio>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "analysis/analyzer.h"
#include "data/schema_text.h"
#include "plan/plan.h"

namespace millrace::analysis {
namespace {

using Json = nlohmann::ordered_json;
using plan::ExpressionPtr;

class GivenSchema : public SourceCatalog {
 public:
  base::Result<StructType> SourceSchema(
      const std::string&, const std::map<std::string, std::string>&,
      const std::optional<StructType>& user_schema) const override {
    return user_schema.value();
  }
};

// The SQL literals 'text', 12, 1.5D, NULL and true; none for others.
std::optional<ExpressionPtr> ReadLiteral(const std::string& sql) {
  if (sql == "NULL") return plan::NullLiteral();
  if (sql == "true") return plan::Literal(true);
  if (sql.size() >= 2 && sql.front() == '\'' && sql.back() == '\'') {
    const std::string text = sql.substr(1, sql.size() - 2);
    if (text.find('\\') != std::string::npos) return std::nullopt;
    return plan::Literal(std::string_view(text));
  }
  if (sql.find_first_not_of("0123456789") == std::string::npos && sql.size() < 10) {
    return plan::Literal(static_cast<std::int32_t>(std::stoi(sql)));
  }
  if (sql.back() == 'D' && sql.find_first_not_of("0123456789.") == sql.size() - 1) {
    return plan::Literal(std::stod(sql));
  }
  return std::nullopt;
}

std::optional<ExpressionPtr> ReadCall(const Json& call) {
  if (call.is_string()) return plan::Column(call.get<std::string>());
  if (call.is_object()) {
    return call.contains("lit") ? ReadLiteral(call["lit"]) : std::nullopt;
  }
  std::string head = call[0];
  if (head == "cast" || head == "try_cast") {
    const auto child = ReadCall(call[1]);
    if (!child) return std::nullopt;
    const auto mode =
        head == "cast" ? plan::expression::CastMode::kSession : plan::expression::CastMode::kTry;
    return plan::Cast(*child, call[2]["type"].get<std::string>(), mode);
  }
  if (head == "getfield") {
    const auto child = ReadCall(call[1]);
    const std::string name = call[2]["name"];
    return plan::Extract(*child, plan::Literal(std::string_view(name)));
  }
  std::vector<ExpressionPtr> args;
  for (std::size_t i = 1; i < call.size(); ++i) {
    const auto arg = ReadCall(call[i]);
    if (!arg) return std::nullopt;
    args.push_back(*arg);
  }
  if (head == "getitem") return plan::Extract(args[0], args[1]);
  if (head == "case") head = "when";
  if (head == "-" && args.size() == 1) head = "negative";
  if (head == "+" && args.size() == 1) head = "positive";
  return plan::Function(head, std::move(args));
}

TEST(ExpressionsRecordedTest, TypesAndErrors) {
  std::ifstream file(std::string(MILLRACE_SOURCE_DIR) + "/tests/spark/recorded/expressions.jsonl");
  ASSERT_TRUE(file.is_open());
  const GivenSchema catalog;
  AnalysisContext context;
  context.sources = &catalog;
  std::set<std::string> seen;
  int same = 0;
  int refused = 0;
  int unreadable = 0;
  for (std::string line; std::getline(file, line);) {
    const Json record = Json::parse(line);
    if (!record.contains("call")) continue;
    std::string ddl;
    for (const Json& column : record["columns"]) {
      ddl += (ddl.empty() ? "" : ", ") + column[0].get<std::string>() + " " +
             column[1].get<std::string>();
    }
    const std::string text = record["expr"].get<std::string>() + " over " + ddl;
    if (!seen.insert(text).second) continue;
    const auto expression = ReadCall(record["call"]);
    const auto schema = data::ParseTableSchema(ddl);
    if (!expression || (!schema.ok() && !ddl.empty())) {
      ++unreadable;
      continue;
    }
    const auto query =
        Analyze(plan::Select(plan::ReadStream("given", {}, ddl.empty() ? StructType() : *schema),
                             {plan::Alias(*expression, "q")}),
                context);
    if (query.status().spark_error().condition == "UNSUPPORTED_FEATURE") {
      ++refused;
      continue;
    }
    const Json error = record.value("error", Json::object());
    const std::string expected =
        record.contains("type") ? record["type"].get<std::string>() : error.value("condition", "");
    const std::string actual = query.ok() ? query->schema()[0].dataType.catalogString()
                                          : query.status().spark_error().condition;
    EXPECT_EQ(actual, expected) << text << "\n" << query.status().ToString();
    const Json parameters = error.value("parameters", Json::object());
    for (const auto& [name, value] : parameters.items()) {
      const auto& given = query.status().spark_error().parameters;
      EXPECT_TRUE(given.contains(name) && given.at(name) == value.get<std::string>())
          << text << "\n"
          << query.status().ToString();
    }
    same += actual == expected;
  }
  std::printf("expressions: %d same, %d refused by name, %d not read here\n", same, refused,
              unreadable);
  EXPECT_GE(same, 1500);
}

}  // namespace
}  // namespace millrace::analysis
