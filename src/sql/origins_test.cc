// Where in its text what the parser makes stands.

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sql/parser.h"

namespace millrace::sql {
namespace {

namespace ex = plan::expression;
namespace rel = plan::relation;
using ::testing::ElementsAre;

std::string Fragment(const std::optional<plan::Origin>& origin) {
  const auto* place = origin ? std::get_if<plan::SqlPlace>(&*origin) : nullptr;
  if (place == nullptr) return "nowhere";
  return place->text->text.substr(place->start, place->end - place->start);
}

void Collect(const plan::Expression& expression, std::vector<std::string>* fragments) {
  fragments->push_back(Fragment(expression.origin));
  if (const auto* alias = expression.As<ex::Alias>()) Collect(*alias->child, fragments);
  if (const auto* cast = expression.As<ex::Cast>()) Collect(*cast->child, fragments);
  if (const auto* extract = expression.As<ex::UnresolvedExtractValue>()) {
    Collect(*extract->child, fragments);
  }
  if (const auto* call = expression.As<ex::UnresolvedFunction>()) {
    for (const auto& arg : call->args) Collect(*arg, fragments);
  }
  if (const auto* window = expression.As<ex::Window>()) {
    Collect(*window->function, fragments);
    fragments->push_back(Fragment(window->definition_origin));
    for (const auto& order : window->order_spec) fragments->push_back(Fragment(order.origin));
  }
}

/// The pieces of the text that its expression and those inside it stand for, outermost first.
std::vector<std::string> Fragments(std::string_view sql) {
  const auto expression = ParseExpression(sql);
  EXPECT_TRUE(expression.ok()) << expression.status().ToString();
  std::vector<std::string> fragments;
  if (expression.ok()) Collect(**expression, &fragments);
  return fragments;
}

TEST(SqlOriginsTest, OperatorsAreWholeWithoutTheirParentheses) {
  EXPECT_THAT(Fragments(" (a + b) * -c AS d "),
              ElementsAre("(a + b) * -c AS d", "(a + b) * -c", "a + b", "a", "b", "-c", "c"));
  EXPECT_THAT(Fragments("a <> 1"), ElementsAre("a <> 1", "a <> 1", "a", "1"));
  EXPECT_THAT(Fragments("a AND b AND c"),
              ElementsAre("a AND b AND c", "a AND b AND c", "a", "b", "c"));
}

TEST(SqlOriginsTest, PredicatesBeginBehindTheirValue) {
  EXPECT_THAT(Fragments("a NOT IN (1)"), ElementsAre("NOT IN (1)", "NOT IN (1)", "a", "1"));
  EXPECT_THAT(Fragments("a IS NULL"), ElementsAre("IS NULL", "a"));
  EXPECT_THAT(Fragments("a BETWEEN 1 AND b"), ElementsAre("BETWEEN 1 AND b", "a", "1", "b"));
  EXPECT_THAT(Fragments("a LIKE ANY ('x', b)"),
              ElementsAre("LIKE ANY ('x', b)", "LIKE ANY ('x', b)", "a", "'x'",
                          "LIKE ANY ('x', b)", "a", "b"));
}

TEST(SqlOriginsTest, Primaries) {
  EXPECT_THAT(Fragments("CAST(a AS INT)"), ElementsAre("CAST(a AS INT)", "a"));
  EXPECT_THAT(Fragments("a.b[1]::int"), ElementsAre("a.b[1]::int", "a.b[1]", "a.b"));
  EXPECT_THAT(Fragments("CASE a WHEN 1 THEN b END"),
              ElementsAre("CASE a WHEN 1 THEN b END", "CASE a WHEN 1 THEN b END", "a", "1", "b"));
  EXPECT_THAT(Fragments("upper( `x y` )"), ElementsAre("upper( `x y` )", "`x y`"));
  EXPECT_THAT(Fragments("trim(BOTH a FROM b)"), ElementsAre("trim(BOTH a FROM b)", "a", "b"));
  EXPECT_THAT(Fragments("sum(a) FILTER (WHERE b) OVER (ORDER BY c DESC)"),
              ElementsAre("sum(a) FILTER (WHERE b) OVER (ORDER BY c DESC)",
                          "sum(a) FILTER (WHERE b) OVER (ORDER BY c DESC)", "a",
                          "(ORDER BY c DESC)", "c DESC"));
}

/// The pieces that the relations of a query stand for, from the top down its left side.
std::vector<std::string> Relations(std::string_view sql) {
  const auto query = ParseQuery(sql);
  EXPECT_TRUE(query.ok()) << query.status().ToString();
  std::vector<std::string> fragments;
  const plan::Relation* next = query.ok() ? query->get() : nullptr;
  while (next != nullptr) {
    fragments.push_back(Fragment(next->origin));
    next = std::visit(
        [](const auto& node) -> const plan::Relation* {
          if constexpr (requires { node.input; }) {
            return node.input.get();
          } else if constexpr (requires { node.left; }) {
            return node.left.get();
          } else {
            return nullptr;
          }
        },
        next->node);
  }
  return fragments;
}

TEST(SqlOriginsTest, RelationsOfASelectAreAllOfIt) {
  constexpr std::string_view kSelect = "SELECT a FROM db.t x WHERE b GROUP BY a HAVING c";
  EXPECT_THAT(Relations(std::string(kSelect) + " ORDER BY a LIMIT 10"),
              ElementsAre("10", "ORDER BY a", kSelect, kSelect, kSelect, "nowhere", "db.t"));
}

TEST(SqlOriginsTest, OtherRelations) {
  EXPECT_THAT(Relations("(SELECT 1) UNION ALL (SELECT 2)"),
              ElementsAre("(SELECT 1) UNION ALL (SELECT 2)", "SELECT 1", "nowhere"));
  EXPECT_THAT(Relations("SELECT * FROM t JOIN u ON a"),
              ElementsAre("SELECT * FROM t JOIN u ON a", "JOIN u ON a", "t"));
  EXPECT_THAT(Relations("SELECT * FROM range(1) AS r (x)"),
              ElementsAre("SELECT * FROM range(1) AS r (x)", "nowhere", "range(1) AS r (x)",
                          "range(1) AS r (x)"));
}

TEST(SqlOriginsTest, AViewsTextIsTheViews) {
  const auto query = ParseQuery("SELECT a FROM t", {}, "VIEW", "v");
  ASSERT_TRUE(query.ok());
  const auto& place = std::get<plan::SqlPlace>(*(*query)->origin);
  EXPECT_EQ(place.text->object_type, "VIEW");
  EXPECT_EQ(place.text->object_name, "v");
}

TEST(SqlOriginsTest, ErrorsOfMeaningHaveAContextThoseOfSyntaxNone) {
  const auto meaning = ParseExpression("'\xC3\xA4' || DATE 'x'").status();
  ASSERT_NE(meaning.query_context(), nullptr);
  EXPECT_EQ(meaning.query_context()->fragment, "DATE 'x'");
  EXPECT_EQ(meaning.query_context()->start_index, 7);
  EXPECT_EQ(meaning.query_context()->stop_index, 14);
  EXPECT_THAT(meaning.message(), ::testing::EndsWith("\n" + meaning.query_context()->summary));
  EXPECT_EQ(ParseExpression("(").status().query_context(), nullptr);
}

}  // namespace
}  // namespace millrace::sql
