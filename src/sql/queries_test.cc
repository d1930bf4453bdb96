#include <string>

#include <gtest/gtest.h>

#include "plan/unresolved_text.h"
#include "sql/parser.h"

namespace millrace::sql {
namespace {

std::string Parsed(std::string_view sql, const Parameters& parameters = {}) {
  const auto query = ParseQuery(sql, parameters);
  return query.ok() ? plan::UnresolvedText(**query) : query.status().message();
}

TEST(SqlQueryTest, Clauses) {
  EXPECT_EQ(Parsed("SELECT 1"), "OneRow | Project(1)");
  EXPECT_EQ(Parsed("SELECT a, b AS c FROM t WHERE a > 1 ORDER BY c DESC, a LIMIT 3"),
            "t | Filter((a > 1)) | Project(a, b AS c) | Sort(c DESC, a) | Limit(3)");
  EXPECT_EQ(Parsed("SELECT a x FROM t y"), "t | As(y) | Project(a AS x)");
  EXPECT_EQ(Parsed("SELECT DISTINCT a FROM db.t"), "db.t | Project(a) | Distinct");
  EXPECT_EQ(Parsed("SELECT a, count(*) FROM t GROUP BY a HAVING count(*) > 1 ORDER BY 2"),
            "t | Aggregate(a; a, count(*)) | Filter((count(*) > 1)) | Sort(2)");
  EXPECT_EQ(Parsed("SELECT * FROM t ORDER BY ALL"), "t | Project(*) | Sort(ALL)");
  EXPECT_EQ(Parsed("SELECT a FROM t GROUP BY ALL"), "t | Aggregate(ALL; a)");
  EXPECT_EQ(Parsed("SELECT * FROM t LIMIT 5 OFFSET 2"), "t | Project(*) | Offset(2) | Limit(5)");
  EXPECT_EQ(Parsed("SELECT * FROM t DISTRIBUTE BY a SORT BY b"),
            "t | Project(*) | Distribute(a) | SortLocal(b)");
  EXPECT_EQ(Parsed("SELECT /*+ BROADCAST(t), COALESCE(1) */ * FROM t"),
            "t | Project(*) | Hint(COALESCE; 1) | Hint(BROADCAST; t)");
  EXPECT_EQ(Parsed("FROM t SELECT a WHERE b"), "t | Filter(b) | Project(a)");
  EXPECT_EQ(Parsed("TABLE t"), "t");
  EXPECT_EQ(Parsed("VALUES (1, 'a'), (2, 'b') AS t(x, y)"),
            "Values[x, y]((1, 'a'), (2, 'b')) | As(t)");
  EXPECT_EQ(Parsed("VALUES 1, 2"), "Values[]((1), (2))");
}

TEST(SqlQueryTest, Grouping) {
  EXPECT_EQ(Parsed("SELECT a, sum(b) FROM t GROUP BY ROLLUP(a, c)"),
            "t | Aggregate[Sets](a, c; a, sum(b); (a, c); (a); ())");
  EXPECT_EQ(Parsed("SELECT a FROM t GROUP BY a, c WITH CUBE"),
            "t | Aggregate[Sets](a, c; a; (a, c); (a); (c); ())");
  EXPECT_EQ(Parsed("SELECT a FROM t GROUP BY GROUPING SETS ((a, b), a, ())"),
            "t | Aggregate[Sets](a, b; a; (a, b); (a); ())");
  EXPECT_EQ(Parsed("SELECT a FROM t GROUP BY a, CUBE(b)"),
            "t | Aggregate[Sets](a, b; a; (a, b); (a))");
}

TEST(SqlQueryTest, Joins) {
  EXPECT_EQ(Parsed("SELECT * FROM a JOIN b ON a.x = b.x LEFT JOIN c USING (x, y)"),
            "Join[Left](Join[Inner](a; b; (a.x == b.x)); c; USING x, y) | Project(*)");
  EXPECT_EQ(Parsed("SELECT * FROM a, b CROSS JOIN c"),
            "Join[Inner](a; Join[Cross](b; c)) | Project(*)");
  EXPECT_EQ(Parsed("SELECT * FROM a NATURAL FULL OUTER JOIN b"),
            "NaturalJoin[Full](a; b) | Project(*)");
  EXPECT_EQ(Parsed("SELECT * FROM a LEFT SEMI JOIN b ON x LEFT ANTI JOIN c ON y"),
            "Join[LeftAnti](Join[LeftSemi](a; b; x); c; y) | Project(*)");
  EXPECT_EQ(Parsed("SELECT * FROM (a JOIN b) x"), "Join[Inner](a; b) | As(x) | Project(*)");
  EXPECT_EQ(Parsed("SELECT * FROM a, LATERAL (SELECT a.x) s"),
            "Lateral[Inner](a; OneRow | Project(a.x) | As(s)) | Project(*)");
  EXPECT_EQ(Parsed("SELECT * FROM a LATERAL VIEW OUTER explode(m) e AS k, v"),
            "Lateral[Left](a; explode(m) | ToDF(k, v) | As(e)) | Project(*)");
  EXPECT_EQ(Parsed("SELECT * FROM range(1, 10) r"), "range(1, 10) | As(r) | Project(*)");
}

TEST(SqlQueryTest, TablesAndTimeTravel) {
  EXPECT_EQ(Parsed("SELECT * FROM delta.`/tmp/x` VERSION AS OF 3 t"),
            "delta.`/tmp/x`[versionAsOf=3] | As(t) | Project(*)");
  EXPECT_EQ(Parsed("SELECT * FROM t TIMESTAMP AS OF '2026-01-01'"),
            "t[timestampAsOf=2026-01-01] | Project(*)");
  EXPECT_EQ(Parsed("SELECT * FROM t TABLESAMPLE (10 PERCENT) s"),
            "t | Sample(0.1) | As(s) | Project(*)");
  EXPECT_EQ(Parsed("SELECT * FROM t TABLESAMPLE (5 ROWS)"), "t | Limit(5) | Project(*)");
  EXPECT_EQ(Parsed("SELECT * FROM STREAM t"), "STREAM t | Project(*)");
  EXPECT_EQ(Parsed("SELECT * FROM t PIVOT (sum(a) AS s FOR b IN ('x' AS y, 'z'))"),
            "t | Aggregate[Pivot](; sum(a) AS s; b IN 'x'=y 'z'=) | Project(*)");
  EXPECT_EQ(Parsed("SELECT * FROM t UNPIVOT (v FOR n IN (a, b AS c))"),
            "t | Unpivot(v; n; a, b; , c) | Project(*)");
}

TEST(SqlQueryTest, SetOperations) {
  EXPECT_EQ(Parsed("SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 3"),
            "UnionAll(OneRow | Project(1); Intersect(OneRow | Project(2); OneRow | Project(3)))");
  EXPECT_EQ(Parsed("(SELECT 1) EXCEPT (SELECT 2) ORDER BY 1"),
            "Except(OneRow | Project(1); OneRow | Project(2)) | Sort(1)");
  EXPECT_EQ(Parsed("SELECT * FROM ((SELECT 1) UNION (SELECT 2)) t"),
            "Union(OneRow | Project(1); OneRow | Project(2)) | As(t) | Project(*)");
  EXPECT_EQ(Parsed("SELECT * FROM ((SELECT 1) t JOIN u)"),
            "Join[Inner](OneRow | Project(1) | As(t); u) | Project(*)");
}

TEST(SqlQueryTest, CommonTables) {
  EXPECT_EQ(Parsed("WITH a AS (SELECT 1), b(x) AS (SELECT * FROM a) SELECT * FROM b"),
            "OneRow | Project(1) | As(a) | Project(*) | ToDF(x) | As(b) | Project(*)");
  EXPECT_EQ(Parsed("SELECT * FROM (WITH a AS (SELECT 1) TABLE a), a"),
            "Join[Inner](OneRow | Project(1) | As(a) | As(); a) | Project(*)");
}

TEST(SqlQueryTest, Subqueries) {
  EXPECT_EQ(Parsed("SELECT (SELECT max(x) FROM u) FROM t"),
            "With(t | Project(scalar#1()); #1=u | Project(max(x)))");
  EXPECT_EQ(Parsed("SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u) AND b NOT IN (TABLE v)"),
            "With(t | Filter((exists#1() and not(in#2(b)))); #1=u | Project(1), #2=v) | Project(a)");
  EXPECT_EQ(Parsed("SELECT ((SELECT 1) + 1)"), "With(OneRow | Project((scalar#1() + 1)); "
                                               "#1=OneRow | Project(1))");
}

TEST(SqlQueryTest, NamedWindows) {
  EXPECT_EQ(Parsed("SELECT sum(a) OVER w, max(a) OVER (w) FROM t WINDOW w AS (PARTITION BY b)"),
            "t | Project(sum(a) OVER(b), max(a) OVER(b))");
  EXPECT_EQ(Parsed("SELECT sum(a) OVER w FROM t WINDOW w AS (PARTITION BY b) UNION ALL "
                   "SELECT sum(a) OVER w FROM t WINDOW w AS (PARTITION BY c)"),
            "UnionAll(t | Project(sum(a) OVER(b)); t | Project(sum(a) OVER(c)))");
  const auto missing = ParseQuery("SELECT sum(a) OVER w FROM t");
  EXPECT_EQ(missing.status().spark_error().condition, "MISSING_WINDOW_SPECIFICATION");
}

TEST(SqlQueryTest, Parameters) {
  Parameters parameters;
  parameters.named["x"] = plan::Literal(std::int32_t{7});
  parameters.positional = {plan::Literal(std::int32_t{1}), plan::Literal("b")};
  EXPECT_EQ(Parsed("SELECT :x LIMIT :x", parameters), "OneRow | Project(7) | Limit(7)");
  EXPECT_EQ(Parsed("SELECT ?, ?", parameters), "OneRow | Project(1, 'b')");
  EXPECT_EQ(Parsed("SELECT * FROM IDENTIFIER(:t)",
                   {{{"t", plan::Literal("db.t")}}, {}}),
            "db.t | Project(*)");
  EXPECT_EQ(ParseQuery("SELECT :y").status().spark_error().condition, "UNBOUND_SQL_PARAMETER");
}

}  // namespace
}  // namespace millrace::sql
