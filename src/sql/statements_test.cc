#include <string>

#include <gtest/gtest.h>

#include "plan/unresolved_text.h"
#include "sql/parser.h"

namespace millrace::sql {
namespace {

namespace command = plan::command;

/// The statement as a `T`; fails the test when it is another one.
template <typename T>
T Parsed(std::string_view sql) {
  const auto statement = ParseStatement(sql);
  if (!statement.ok()) {
    ADD_FAILURE() << sql << ": " << statement.status().ToString();
    return T();
  }
  const auto* made = std::get_if<plan::Command>(&*statement);
  const T* node = made == nullptr ? nullptr : made->As<T>();
  EXPECT_NE(node, nullptr) << sql;
  return node == nullptr ? T() : *node;
}

TEST(SqlStatementTest, CreateTable) {
  const auto table = Parsed<command::CreateTable>(
      "CREATE TABLE IF NOT EXISTS db.t (a INT NOT NULL COMMENT 'x', b STRING) USING delta "
      "PARTITIONED BY (b) LOCATION '/t' COMMENT 'c' TBLPROPERTIES (x.y = 1, 'z' = 'w')");
  EXPECT_EQ(table.name, "db.t");
  EXPECT_TRUE(table.if_not_exists);
  EXPECT_EQ(table.schema->toDDL(), "a INT NOT NULL COMMENT 'x',b STRING");
  EXPECT_EQ(table.provider, "delta");
  EXPECT_EQ(table.partition_columns, std::vector<std::string>{"b"});
  EXPECT_EQ(table.location, "/t");
  EXPECT_EQ(table.comment, "c");
  EXPECT_EQ(table.properties, (plan::Options{{"x.y", "1"}, {"z", "w"}}));
  const auto select = Parsed<command::CreateTable>(
      "CREATE OR REPLACE TABLE t USING parquet OPTIONS (k 'v') AS SELECT 1 AS a");
  EXPECT_TRUE(select.replace);
  EXPECT_EQ(select.options, (plan::Options{{"k", "v"}}));
  EXPECT_EQ(plan::UnresolvedText(*select.query), "OneRow | Project(1 AS a)");
}

TEST(SqlStatementTest, Views) {
  const auto view = Parsed<command::CreateView>(
      "CREATE OR REPLACE GLOBAL TEMP VIEW v (a COMMENT 'x', b) COMMENT 'y' AS SELECT 1, 2;");
  EXPECT_TRUE(view.replace && view.is_global && view.is_temporary);
  EXPECT_EQ(view.column_names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(view.comment, "y");
  EXPECT_EQ(view.sql_text, "SELECT 1, 2");
  EXPECT_FALSE(Parsed<command::CreateView>("CREATE VIEW v AS TABLE t").is_temporary);
  EXPECT_TRUE(Parsed<command::DropView>("DROP VIEW IF EXISTS v").if_exists);
  EXPECT_TRUE(Parsed<command::DropTable>("DROP TABLE t PURGE").purge);
}

TEST(SqlStatementTest, Insert) {
  const auto insert =
      Parsed<command::Insert>("WITH a AS (SELECT 1) INSERT OVERWRITE t (x) SELECT * FROM a");
  EXPECT_TRUE(insert.overwrite);
  EXPECT_EQ(insert.table, "t");
  EXPECT_EQ(insert.columns, std::vector<std::string>{"x"});
  EXPECT_EQ(plan::UnresolvedText(*insert.query), "OneRow | Project(1) | As(a) | Project(*)");
  const auto path = Parsed<command::Insert>("INSERT INTO delta.`/a b` BY NAME VALUES (1)");
  EXPECT_EQ(path.table, "delta.`/a b`");
  EXPECT_TRUE(path.by_name);
}

TEST(SqlStatementTest, Settings) {
  const auto set = Parsed<command::SetConf>("SET spark.sql.x = some words, with (others) ;");
  EXPECT_EQ(set.key, "spark.sql.x");
  EXPECT_EQ(set.value, "some words, with (others)");
  EXPECT_EQ(Parsed<command::SetConf>("SET a.b").key, "a.b");
  EXPECT_FALSE(Parsed<command::SetConf>("SET").key.has_value());
  EXPECT_EQ(Parsed<command::SetConf>("SET `a b` = `c;d`").value, "c;d");
  EXPECT_EQ(Parsed<command::SetTimeZone>("SET TIME ZONE 'Europe/Berlin'").zone, "Europe/Berlin");
  EXPECT_EQ(Parsed<command::SetTimeZone>("SET TIME ZONE LOCAL").zone, "LOCAL");
  EXPECT_EQ(Parsed<command::ResetConf>("RESET a.b").key, "a.b");
  EXPECT_EQ(Parsed<command::UseDatabase>("USE SCHEMA d").name, "d");
}

TEST(SqlStatementTest, ShowAndDescribe) {
  const auto tables = Parsed<command::ShowTables>("SHOW TABLES IN db LIKE 'a*'");
  EXPECT_EQ(tables.database, "db");
  EXPECT_EQ(tables.pattern, "a*");
  EXPECT_EQ(Parsed<command::ShowColumns>("SHOW COLUMNS IN t IN d").table, "d.t");
  EXPECT_EQ(Parsed<command::ShowTableProperties>("SHOW TBLPROPERTIES t ('a.b')").key, "a.b");
  EXPECT_EQ(Parsed<command::DescribeDeltaHistory>("DESCRIBE HISTORY '/a b' LIMIT 2").table,
            "delta.`/a b`");
  EXPECT_TRUE(Parsed<command::DescribeTable>("DESC TABLE EXTENDED t").extended);
  EXPECT_EQ(Parsed<command::DescribeTable>("DESCRIBE extended").table, "extended");
  EXPECT_EQ(Parsed<command::DescribeDeltaHistory>("DESCRIBE HISTORY delta.`/t` LIMIT 3").limit, 3);
  EXPECT_EQ(plan::UnresolvedText(*Parsed<command::DescribeQuery>("DESC SELECT 1").query),
            "OneRow | Project(1)");
  EXPECT_EQ(Parsed<command::Explain>("EXPLAIN FORMATTED SELECT 1").mode, "formatted");
}

TEST(SqlStatementTest, WhatNothingRunsIsRefusedByName) {
  EXPECT_EQ(Parsed<command::Refused>("MERGE INTO t USING u ON a = b WHEN MATCHED THEN DELETE").what,
            "MERGE INTO");
  EXPECT_EQ(Parsed<command::Refused>("ALTER TABLE t ADD COLUMNS (a INT)").what, "ALTER TABLE");
  EXPECT_EQ(Parsed<command::Refused>("OPTIMIZE t ZORDER BY (a)").what, "OPTIMIZE");
  EXPECT_EQ(Parsed<command::Refused>("CREATE FUNCTION f AS 'x'").what, "CREATE FUNCTION");
  EXPECT_NE(Parsed<command::Refused>("SHOW PARTITIONS t").advice, "");
}

}  // namespace
}  // namespace millrace::sql
