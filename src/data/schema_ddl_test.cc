#include <gtest/gtest.h>

#include "data/schema_text.h"

namespace millrace::data {
namespace {

using base::Result;
using base::Status;

DataType Parse(std::string_view ddl) {
  const Result<DataType> type = ParseDataType(ddl);
  EXPECT_TRUE(type.ok()) << ddl << ": " << type.status().ToString();
  return type.ok() ? *type : DataType();
}

Status TypeError(std::string_view ddl) {
  const Result<DataType> type = ParseDataType(ddl);
  EXPECT_FALSE(type.ok()) << ddl;
  return type.status();
}

TEST(ParseDataTypeTest, NamesAndAliasesInAnyCase) {
  const std::pair<const char*, DataType> cases[] = {
      {"boolean", BooleanType()},
      {"TinyInt", ByteType()},
      {"BYTE", ByteType()},
      {"smallint", ShortType()},
      {"short", ShortType()},
      {"int", IntegerType()},
      {"INTEGER", IntegerType()},
      {"bigint", LongType()},
      {"long", LongType()},
      {"float", FloatType()},
      {"real", FloatType()},
      {"double", DoubleType()},
      {"decimal", DecimalType(10, 0)},
      {"dec(5)", DecimalType(5, 0)},
      {"NUMERIC( 38 , 18 )", DecimalType(38, 18)},
      {"string", StringType()},
      {"string collate utf8_binary", StringType()},
      {"char(3)", CharType(3)},
      {"character(3)", CharType(3)},
      {"varchar(10)", VarcharType(10)},
      {"binary", BinaryType()},
      {"date", DateType()},
      {"timestamp", TimestampType()},
      {"timestamp without time zone", TimestampNTZType()},
      {"timestamp_ltz", TimestampType()},
      {"timestamp_ntz", TimestampNTZType()},
      {"time", TimeType(6)},
      {"time(3)", TimeType(3)},
      {"time(0) without time zone", TimeType(0)},
      {"void", NullType()},
      {"variant", VariantType()},
      {"interval", CalendarIntervalType()},
      {"interval day", DayTimeIntervalType(0, 0)},
      {"INTERVAL DAY TO SECOND", DayTimeIntervalType(0, 3)},
      {"interval hour to minute", DayTimeIntervalType(1, 2)},
      {"interval second", DayTimeIntervalType(3, 3)},
      {"interval year to month", YearMonthIntervalType(0, 1)},
      {"interval month", YearMonthIntervalType(1, 1)},
      {"array<int>", ArrayType(IntegerType())},
      {"MAP < STRING , array<bigint> >", MapType(StringType(), ArrayType(LongType()))},
      {"struct<>", StructType()},
      {" int -- comment", IntegerType()},
      {"/* a /* nested */ one */ int", IntegerType()},
  };
  for (const auto& [ddl, type] : cases) EXPECT_EQ(Parse(ddl), type) << ddl;
}

TEST(ParseDataTypeTest, Structs) {
  EXPECT_EQ(
      Parse("struct<a:int, b: array<struct<c string>> not null comment 'x', `d``e` date>"),
      StructType()
          .add("a", IntegerType())
          .add("b", ArrayType(StructType().add("c", StringType())), false, R"({"comment":"x"})")
          .add("d`e", DateType()));
}

TEST(ParseTableSchemaTest, Columns) {
  const Result<StructType> schema = ParseTableSchema(
      "user_id BIGINT, `c d` DATE NOT NULL, select STRING COMMENT 'it''s \\'q\\' \\u00e4\\n', "
      "1a DOUBLE, timestamp TIMESTAMP");
  ASSERT_TRUE(schema.ok()) << schema.status().ToString();
  EXPECT_EQ(*schema, StructType()
                         .add("user_id", LongType())
                         .add("c d", DateType(), false)
                         .add("select", StringType(), true, R"({"comment":"it's 'q' ä\n"})")
                         .add("1a", DoubleType())
                         .add("timestamp", TimestampType()));
}

TEST(ParseTableSchemaTest, RoundTrip) {
  const char* ddl =
      "a INT NOT NULL,`b c` STRUCT<x: ARRAY<STRING>, `y-z`: BIGINT NOT NULL>,"
      "m MAP<STRING, DECIMAL(10,2)> COMMENT 'it\\'s'";
  const Result<StructType> schema = ParseTableSchema(ddl);
  ASSERT_TRUE(schema.ok()) << schema.status().ToString();
  EXPECT_EQ(schema->toDDL(), ddl);
}

TEST(ParseTableSchemaTest, TextsAreWhatJavaHasOfThem) {
  const auto comment = [](const std::string& literal) {
    return ParseTableSchema("a INT COMMENT '" + literal + "'").value()[0].metadata;
  };
  EXPECT_EQ(comment("\xFFx"), "{\"comment\":\"\xEF\xBF\xBDx\"}");
  EXPECT_EQ(comment("\\ud83d\\ude00"), "{\"comment\":\"\xF0\x9F\x98\x80\"}");
  EXPECT_EQ(comment("\\ude00\\ud83d."), "{\"comment\":\"?\?.\"}");
}

struct ErrorCase {
  const char* ddl;
  const char* condition;
  const char* sql_state;
  const char* message;
};

TEST(ParseTableSchemaTest, ErrorsAreSparks) {
  // The texts were recorded from Spark 4.2.0.
  const ErrorCase cases[] = {
      {"a INT,", "PARSE_SYNTAX_ERROR", "42601",
       "\n[PARSE_SYNTAX_ERROR] Syntax error at or near end of input. SQLSTATE: 42601 (line 1, pos "
       "6)\n\n== SQL ==\na INT,\n------^^^\n"},
      {"a", "PARSE_SYNTAX_ERROR", "42601",
       "\n[PARSE_SYNTAX_ERROR] Syntax error at or near end of input. SQLSTATE: 42601 (line 1, pos "
       "1)\n\n== SQL ==\na\n-^^^\n"},
  };
  for (const ErrorCase& c : cases) {
    const Result<StructType> schema = ParseTableSchema(c.ddl);
    ASSERT_FALSE(schema.ok()) << c.ddl;
    EXPECT_EQ(schema.status().code(), base::StatusCode::kInvalidArgument);
    EXPECT_EQ(schema.status().spark_error().exception_class, "ParseException");
    EXPECT_EQ(schema.status().spark_error().condition, c.condition) << c.ddl;
    EXPECT_EQ(schema.status().spark_error().sql_state, c.sql_state) << c.ddl;
    EXPECT_EQ(schema.status().message(), c.message);
  }
}

TEST(ParseDataTypeTest, ErrorsAreSparks) {
  const ErrorCase cases[] = {
      {"strin", "UNSUPPORTED_DATATYPE", "0A000",
       "\n[UNSUPPORTED_DATATYPE] Unsupported data type \"STRIN\". SQLSTATE: 0A000 (line 1, pos "
       "0)\n\n== SQL ==\nstrin\n^^^\n"},
      {"decimal(39,2)", "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "22003",
       "[DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION] Decimal precision 39 exceeds max precision 38. "
       "SQLSTATE: 22003"},
  };
  for (const ErrorCase& c : cases) {
    const Status status = TypeError(c.ddl);
    EXPECT_EQ(status.spark_error().condition, c.condition);
    EXPECT_EQ(status.spark_error().sql_state, c.sql_state);
    EXPECT_EQ(status.message(), c.message);
  }
}

TEST(ParseSchemaTextTest, ErrorIsTheOneOfReadingAsAType) {
  // from_json(col, text) in Spark 4.2.0: text, "error" and "hint" of PARSE_SYNTAX_ERROR.
  const std::vector<std::vector<std::string>> cases = {
      {"x IN", "'IN'", ": extra input 'IN'"},
      {"x INT,", "'INT'", ""},
      {"x INT y STRING", "'INT'", ""},
      {"x: INT", "':'", ""},
      {"x: INT, y STRING", "':'", ""},
      {"ARRAY<INT", "'<'", ""},
      {"x DECIMAL(39,1)", "'DECIMAL'", ""},
      {"x DECIMAL(1,2)", "'DECIMAL'", ""},
      {"a-b INT", "'-'", ""},
      {"x UNKNOWN", "'UNKNOWN'", ": extra input 'UNKNOWN'"},
      {"{", "'{'", ""},
      {"{}", "'{'", ""},
      {R"({"type":"struct"})", "'{'", ""},
      {R"({"type":"nope"})", "'{'", ""},
      {"[]", "'['", ""},
  };
  for (const auto& c : cases) {
    const Result<DataType> type = ParseSchemaText(c[0]);
    ASSERT_FALSE(type.ok()) << c[0];
    const base::SparkError& error = type.status().spark_error();
    EXPECT_EQ(error.condition, "PARSE_SYNTAX_ERROR") << c[0];
    EXPECT_EQ(error.parameters.at("error"), c[1]) << c[0];
    EXPECT_EQ(error.parameters.at("hint"), c[2]) << c[0];
  }
  EXPECT_EQ(ParseSchemaText("x").status().spark_error().condition, "UNSUPPORTED_DATATYPE");
}

TEST(ParseSchemaTextTest, TypeColumnsOrJson) {
  EXPECT_EQ(*ParseSchemaText("INT"), IntegerType());
  EXPECT_EQ(*ParseSchemaText("\"integer\""), IntegerType());
  EXPECT_EQ(*ParseSchemaText("a INT, b STRING"),
            StructType().add("a", IntegerType()).add("b", StringType()));
  EXPECT_EQ(*ParseSchemaText("ARRAY<STRUCT<a: INT>>"),
            ArrayType(StructType().add("a", IntegerType())));
  EXPECT_EQ(*ParseSchemaText(R"( {"type":"struct","fields":[]})"), StructType());
}

TEST(ParseDataTypeTest, OtherErrors) {
  auto condition = [](std::string_view ddl) { return TypeError(ddl).spark_error().condition; };
  EXPECT_EQ(condition(""), "PARSE_EMPTY_STATEMENT");
  EXPECT_EQ(condition("char"), "DATATYPE_MISSING_SIZE");
  EXPECT_EQ(condition("varchar"), "DATATYPE_MISSING_SIZE");
  EXPECT_EQ(condition("array"), "INCOMPLETE_TYPE_DEFINITION.ARRAY");
  EXPECT_EQ(condition("map"), "INCOMPLETE_TYPE_DEFINITION.MAP");
  EXPECT_EQ(condition("struct"), "INCOMPLETE_TYPE_DEFINITION.STRUCT");
  EXPECT_EQ(condition("interval second to day"), "PARSE_SYNTAX_ERROR");
  EXPECT_EQ(condition("interval minute to hour"), "_LEGACY_ERROR_TEMP_0028");
  EXPECT_EQ(condition("int(5)"), "UNSUPPORTED_DATATYPE");
  EXPECT_EQ(TypeError("geometry(4326)").code(), base::StatusCode::kUnsupported);
  EXPECT_EQ(TypeError("geography(any)").code(), base::StatusCode::kUnsupported);
  EXPECT_EQ(condition("time(7)"), "UNSUPPORTED_TIME_PRECISION");
  EXPECT_EQ(condition("'text"), "PARSE_SYNTAX_ERROR");
  EXPECT_EQ(condition("int /* open"), "PARSE_SYNTAX_ERROR");
  EXPECT_EQ(condition("struct<a-b: int>"), "INVALID_IDENTIFIER");
  EXPECT_EQ(condition("struct<ü: int>"), "INVALID_IDENTIFIER");
  EXPECT_EQ(condition("datetime(3)"), "UNSUPPORTED_DATATYPE");
  EXPECT_EQ(TypeError("string collate unicode_ci").code(), base::StatusCode::kUnsupported);
  EXPECT_EQ(TypeError("decimal(99999999999)").code(), base::StatusCode::kInvalidArgument);
  EXPECT_FALSE(ParseTableSchema("a INT DEFAULT 5").ok());
  EXPECT_FALSE(ParseTableSchema("a INT b STRING").ok());
  EXPECT_FALSE(ParseTableSchema("a INT NOT").ok());
  EXPECT_FALSE(ParseTableSchema("a INT COMMENT x").ok());
}

TEST(ParseDataTypeTest, DepthIsLimited) {
  auto nested = [](int depth) {
    std::string ddl;
    for (int i = 0; i < depth; ++i) ddl += "array<";
    ddl += "int";
    return ddl + std::string(depth, '>');
  };
  EXPECT_TRUE(ParseDataType(nested(500)).ok());
  EXPECT_EQ(TypeError(nested(501)).spark_error().condition, "FAILED_TO_PARSE_TOO_COMPLEX");
  EXPECT_FALSE(ParseDataType(std::string(1'000'000, '<')).ok());
  std::string open;
  for (int i = 0; i < 100'000; ++i) open += "array<";
  EXPECT_FALSE(ParseDataType(open).ok());
}

}  // namespace
}  // namespace millrace::data
