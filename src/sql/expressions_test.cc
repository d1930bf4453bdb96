#include <string>

#include <gtest/gtest.h>

#include "plan/unresolved_text.h"
#include "sql/parser.h"

namespace millrace::sql {
namespace {

std::string Parsed(std::string_view sql) {
  const auto expression = ParseExpression(sql);
  return expression.ok() ? plan::UnresolvedText(**expression) : expression.status().message();
}

TEST(SqlExpressionTest, OperatorsBindAsInSpark) {
  EXPECT_EQ(Parsed("1 + 2 * 3 - 4"), "((1 + (2 * 3)) - 4)");
  EXPECT_EQ(Parsed("-a * b"), "(-(a) * b)");
  EXPECT_EQ(Parsed("a - -1"), "(a - -1)");
  EXPECT_EQ(Parsed("a -1"), "(a - 1)");
  EXPECT_EQ(Parsed("a || b || 'c'"), "concat(concat(a, b), 'c')");
  EXPECT_EQ(Parsed("a | b ^ c & d << 2"), "(a | (b ^ (c & (d << 2))))");
  EXPECT_EQ(Parsed("a div 2 % 3"), "((a div 2) % 3)");
  EXPECT_EQ(Parsed("NOT a = b AND c OR d"), "((not((a == b)) and c) or d)");
  EXPECT_EQ(Parsed("a <> b"), "not((a == b))");
  EXPECT_EQ(Parsed("a !< b or a !> b"), "((a >= b) or (a <= b))");
  EXPECT_EQ(Parsed("a <=> b = c"), "((a <=> b) == c)");
  EXPECT_EQ(Parsed("a and b and c"), "((a and b) and c)");
}

TEST(SqlExpressionTest, Predicates) {
  EXPECT_EQ(Parsed("a BETWEEN 1 AND 2 AND b"), "(between(a, 1, 2) and b)");
  EXPECT_EQ(Parsed("a NOT IN (1, 2)"), "not(in(a, 1, 2))");
  EXPECT_EQ(Parsed("a NOT LIKE 'x%' ESCAPE '/'"), "not(like(a, 'x%', '/'))");
  EXPECT_EQ(Parsed("a ILIKE ANY ('x', 'y')"), "(ilike(a, 'x') or ilike(a, 'y'))");
  EXPECT_EQ(Parsed("a NOT LIKE ALL ('x', 'y')"), "(not(like(a, 'x')) and not(like(a, 'y')))");
  EXPECT_EQ(Parsed("a RLIKE 'x'"), "rlike(a, 'x')");
  EXPECT_EQ(Parsed("a IS NULL"), "isnull(a)");
  EXPECT_EQ(Parsed("a IS NOT NULL"), "isnotnull(a)");
  EXPECT_EQ(Parsed("a IS NOT TRUE"), "not((a <=> true))");
  EXPECT_EQ(Parsed("a IS DISTINCT FROM b"), "not((a <=> b))");
  EXPECT_EQ(Parsed("a IS NOT DISTINCT FROM b"), "(a <=> b)");
}

TEST(SqlExpressionTest, Literals) {
  EXPECT_EQ(Parsed("1"), "1");
  EXPECT_EQ(Parsed("3000000000"), "3000000000L");
  EXPECT_EQ(Parsed("1L"), "1L");
  EXPECT_EQ(Parsed("1S"), "1S");
  EXPECT_EQ(Parsed("1Y"), "1Y");
  EXPECT_EQ(Parsed("1.50"), "1.50BD");
  EXPECT_EQ(Parsed("1e3"), "1000.0D");
  EXPECT_EQ(Parsed("1.5F"), "CAST('1.5' AS FLOAT)");
  EXPECT_EQ(Parsed("1.5D"), "1.5D");
  EXPECT_EQ(Parsed("-2147483648"), "-2147483648");
  EXPECT_EQ(Parsed("'it''s' ' so'"), "'it\\'s so'");
  EXPECT_EQ(Parsed("r'a\\n'"), "'a\\\\n'");
  EXPECT_EQ(Parsed("X'1F2'"), "X'01F2'");
  EXPECT_EQ(Parsed("DATE '2026-01-02'"), "DATE '2026-01-02'");
  EXPECT_EQ(Parsed("TIMESTAMP '2026-01-02 03:04:05Z'"), "TIMESTAMP '2026-01-02 03:04:05'");
  EXPECT_EQ(Parsed("TIMESTAMP '2026-01-02 03:04:05'"),
            "CAST('2026-01-02 03:04:05' AS TIMESTAMP)");
  EXPECT_EQ(Parsed("TIMESTAMP_NTZ '2026-01-02 03:04:05'"), "TIMESTAMP_NTZ '2026-01-02 03:04:05'");
  EXPECT_EQ(Parsed("NULL"), "NULL");
  EXPECT_EQ(Parsed("true"), "true");
}

TEST(SqlExpressionTest, Intervals) {
  EXPECT_EQ(Parsed("INTERVAL '1' DAY"), "INTERVAL '1' DAY");
  EXPECT_EQ(Parsed("INTERVAL 1 DAY 2 HOURS"), "INTERVAL '1 02' DAY TO HOUR");
  EXPECT_EQ(Parsed("INTERVAL -1 MONTH"), "INTERVAL '-1' MONTH");
  EXPECT_EQ(Parsed("INTERVAL '1-2' YEAR TO MONTH"), "INTERVAL '1-2' YEAR TO MONTH");
  EXPECT_EQ(Parsed("INTERVAL '1 02:03:04.5' DAY TO SECOND"),
            "INTERVAL '1 02:03:04.5' DAY TO SECOND");
  EXPECT_EQ(Parsed("INTERVAL '10 minutes'"), "INTERVAL '10' MINUTE");
  EXPECT_EQ(Parsed("INTERVAL 1.5 SECONDS"), "INTERVAL '01.5' SECOND");
  EXPECT_EQ(Parsed("interval - 1"), "(interval - 1)");
}

TEST(SqlExpressionTest, Names) {
  EXPECT_EQ(Parsed("a.b.`c d`"), "a.b.`c d`");
  EXPECT_EQ(Parsed("t.*"), "t.*");
  EXPECT_EQ(Parsed("* EXCEPT (a, b.c)"), "* EXCEPT(a, b.c)");
  EXPECT_EQ(Parsed("a[1].b"), "a[1]['b']");
  EXPECT_EQ(Parsed("f(x).y"), "f(x)['y']");
  EXPECT_EQ(Parsed("a AS b"), "a AS b");
  EXPECT_EQ(Parsed("a b"), "a AS b");
  EXPECT_EQ(Parsed("a AS (b, c)"), "a AS b+c");
  EXPECT_EQ(Parsed("date"), "date");
  EXPECT_EQ(Parsed("timestamp + year"), "(timestamp + year)");
  EXPECT_EQ(Parsed("current_date"), "current_date");
}

TEST(SqlExpressionTest, Calls) {
  EXPECT_EQ(Parsed("count(*)"), "count(*)");
  EXPECT_EQ(Parsed("count(DISTINCT a, b)"), "count(DISTINCT a, b)");
  EXPECT_EQ(Parsed("sum(a) FILTER (WHERE b > 1)"), "sum(a) FILTER((b > 1))");
  EXPECT_EQ(Parsed("first(a) IGNORE NULLS"), "first(a) IGNORE NULLS");
  EXPECT_EQ(Parsed("first(a IGNORE NULLS)"), "first(a) IGNORE NULLS");
  EXPECT_EQ(Parsed("listagg(a, ',') WITHIN GROUP (ORDER BY b DESC)"),
            "listagg(a, ',') WITHIN(b DESC)");
  EXPECT_EQ(Parsed("f(a => 1, b => 2)"), "f(a => 1, b => 2)");
  EXPECT_EQ(Parsed("transform(a, x -> x.y + z)"), "transform(a, (x) -> (@x.y + z))");
  EXPECT_EQ(Parsed("aggregate(a, 0, (x, y) -> x + y)"), "aggregate(a, 0, (x, y) -> (@x + @y))");
  EXPECT_EQ(Parsed("CASE WHEN a THEN 1 ELSE 2 END"), "when(a, 1, 2)");
  EXPECT_EQ(Parsed("CASE a WHEN 1 THEN 'x' END"), "when((a == 1), 'x')");
  EXPECT_EQ(Parsed("CAST(a AS DECIMAL(10, 2))"), "CAST(a AS DECIMAL(10,2))");
  EXPECT_EQ(Parsed("TRY_CAST(a AS array<map<string,int>>)"),
            "TRY_CAST(a AS ARRAY<MAP<STRING, INT>>)");
  EXPECT_EQ(Parsed("a::bigint::string"), "CAST(CAST(a AS BIGINT) AS STRING)");
  EXPECT_EQ(Parsed("EXTRACT(YEAR FROM a)"), "extract('YEAR', a)");
  EXPECT_EQ(Parsed("SUBSTRING(a FROM 2 FOR 3)"), "substring(a, 2, 3)");
  EXPECT_EQ(Parsed("TRIM(BOTH 'x' FROM a)"), "trim('x', a)");
  EXPECT_EQ(Parsed("TRIM(LEADING FROM a)"), "ltrim(a)");
  EXPECT_EQ(Parsed("trim(a)"), "trim(a)");
  EXPECT_EQ(Parsed("POSITION('x' IN a)"), "locate('x', a)");
  EXPECT_EQ(Parsed("OVERLAY(a PLACING 'x' FROM 2)"), "overlay(a, 'x', 2)");
  EXPECT_EQ(Parsed("TIMESTAMPADD(HOUR, 1, a)"), "timestampadd('HOUR', 1, a)");
  EXPECT_EQ(Parsed("date_add(day, 1)"), "date_add(day, 1)");
  EXPECT_EQ(Parsed("datediff(DAY, a, b)"), "timestampdiff('DAY', a, b)");
  EXPECT_EQ(Parsed("STRUCT(a, b AS c)"), "struct(a, b AS c)");
  EXPECT_EQ(Parsed("(a, b)"), "struct(a, b)");
  EXPECT_EQ(Parsed("left(a, 2)"), "left(a, 2)");
}

TEST(SqlExpressionTest, Windows) {
  EXPECT_EQ(Parsed("row_number() OVER (PARTITION BY a ORDER BY b DESC)"),
            "row_number() OVER(a; b DESC)");
  EXPECT_EQ(Parsed("sum(a) OVER (ORDER BY b ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)"),
            "sum(a) OVER(; b; ROWS -2 TO CURRENT)");
  EXPECT_EQ(Parsed("sum(a) OVER (ORDER BY b RANGE UNBOUNDED PRECEDING)"),
            "sum(a) OVER(; b; RANGE UNBOUNDED TO CURRENT)");
}

TEST(SqlExpressionTest, DeepTextsAreAnErrorAndWideOnesAreNot) {
  const auto nested = [](int depth) {
    return std::string(depth, '(') + "1" + std::string(depth, ')');
  };
  EXPECT_TRUE(ParseExpression(nested(900)).ok());
  for (const std::string& text :
       {nested(2000), std::string(200'000, '('), [] {
          std::string minus = "1";
          for (int i = 0; i < 50'000; ++i) minus += "- ";
          return minus + "a";
        }(),
        std::string(50'000, '~') + "a", [] {
          std::string sum = "1";
          for (int i = 0; i < 50'000; ++i) sum += "+1";
          return sum;
        }()}) {
    const auto parsed = ParseExpression(text);
    ASSERT_FALSE(parsed.ok());
    EXPECT_NE(parsed.status().spark_error().condition, "");
  }
  std::string any = "a = 0";
  for (int i = 0; i < 5'000; ++i) any += " OR a = " + std::to_string(i);
  EXPECT_TRUE(ParseExpression(any).ok());
}

}  // namespace
}  // namespace millrace::sql
