#include "millrace/types.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

StructType Example() {
  return StructType()
      .add("id", LongType(), false)
      .add("tags", ArrayType(StringType()))
      .add("m", MapType(StringType(), DecimalType(10, 2), false), true,
           R"({"comment":"it's","x":1})")
      .add("odd name", StructType().add("a", ByteType()).add("b", DayTimeIntervalType(1, 2)));
}

TEST(TypesTest, NamesOfSimpleTypes) {
  struct Case {
    DataType type;
    const char* name;
    const char* simple;
    const char* sql;
  };
  const Case cases[] = {
      {NullType(), "void", "void", "VOID"},
      {BooleanType(), "boolean", "boolean", "BOOLEAN"},
      {ByteType(), "byte", "tinyint", "TINYINT"},
      {ShortType(), "short", "smallint", "SMALLINT"},
      {IntegerType(), "integer", "int", "INT"},
      {LongType(), "long", "bigint", "BIGINT"},
      {FloatType(), "float", "float", "FLOAT"},
      {DoubleType(), "double", "double", "DOUBLE"},
      {DecimalType(), "decimal(10,0)", "decimal(10,0)", "DECIMAL(10,0)"},
      {StringType(), "string", "string", "STRING"},
      {CharType(3), "char(3)", "char(3)", "CHAR(3)"},
      {VarcharType(4), "varchar(4)", "varchar(4)", "VARCHAR(4)"},
      {BinaryType(), "binary", "binary", "BINARY"},
      {DateType(), "date", "date", "DATE"},
      {TimestampType(), "timestamp", "timestamp", "TIMESTAMP"},
      {TimestampNTZType(), "timestamp_ntz", "timestamp_ntz", "TIMESTAMP_NTZ"},
      {TimeType(), "time(6)", "time(6)", "TIME(6)"},
      {DayTimeIntervalType(), "interval day to second", "interval day to second",
       "INTERVAL DAY TO SECOND"},
      {DayTimeIntervalType(1, 1), "interval hour", "interval hour", "INTERVAL HOUR"},
      {YearMonthIntervalType(), "interval year to month", "interval year to month",
       "INTERVAL YEAR TO MONTH"},
      {CalendarIntervalType(), "interval", "interval", "INTERVAL"},
      {VariantType(), "variant", "variant", "VARIANT"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(c.type.typeName(), c.name);
    EXPECT_EQ(c.type.simpleString(), c.simple);
    EXPECT_EQ(c.type.catalogString(), c.simple);
    EXPECT_EQ(c.type.sql(), c.sql);
    EXPECT_EQ(c.type.json(), std::string("\"") + c.name + "\"");
  }
}

TEST(TypesTest, TextsOfNestedTypes) {
  const StructType type = Example();
  EXPECT_EQ(type.simpleString(),
            "struct<id:bigint,tags:array<string>,m:map<string,decimal(10,2)>,"
            "odd name:struct<a:tinyint,b:interval hour to minute>>");
  EXPECT_EQ(type.sql(),
            "STRUCT<id: BIGINT NOT NULL, tags: ARRAY<STRING>, m: MAP<STRING, DECIMAL(10,2)> "
            "COMMENT 'it\\'s', `odd name`: STRUCT<a: TINYINT, b: INTERVAL HOUR TO MINUTE>>");
  EXPECT_EQ(type.toDDL(),
            "id BIGINT NOT NULL,tags ARRAY<STRING>,m MAP<STRING, DECIMAL(10,2)> "
            "COMMENT 'it\\'s',`odd name` STRUCT<a: TINYINT, b: INTERVAL HOUR TO MINUTE>");
  EXPECT_EQ(StructType().add("a", IntegerType()).json(),
            R"({"type":"struct","fields":[{"name":"a","type":"integer","nullable":true,)"
            R"("metadata":{}}]})");
  EXPECT_EQ(MapType(StringType(), ArrayType(LongType(), false)).json(),
            R"({"type":"map","keyType":"string","valueType":{"type":"array","elementType":)"
            R"("long","containsNull":false},"valueContainsNull":true})");
}

TEST(TypesTest, TreeString) {
  EXPECT_EQ(Example().treeString(),
            "root\n"
            " |-- id: long (nullable = false)\n"
            " |-- tags: array (nullable = true)\n"
            " |    |-- element: string (containsNull = true)\n"
            " |-- m: map (nullable = true)\n"
            " |    |-- key: string\n"
            " |    |-- value: decimal(10,2) (valueContainsNull = false)\n"
            " |-- odd name: struct (nullable = true)\n"
            " |    |-- a: byte (nullable = true)\n"
            " |    |-- b: interval hour to minute (nullable = true)\n");
  EXPECT_EQ(StructType().treeString(), "root\n");
}

TEST(TypesTest, SimpleStringIsShortenedAndCatalogStringIsNot) {
  StructType type;
  for (int i = 0; i < 26; ++i) type = type.add("c" + std::to_string(i), IntegerType());
  EXPECT_TRUE(type.simpleString().ends_with("c23:int,... 2 more fields>")) << type.simpleString();
  EXPECT_TRUE(type.catalogString().ends_with(",c25:int>"));
}

TEST(TypesTest, Equality) {
  EXPECT_EQ(Example(), Example());
  EXPECT_EQ(DecimalType(5, 2), DecimalType(5, 2));
  EXPECT_NE(DecimalType(5, 2), DecimalType(5, 1));
  EXPECT_NE(CharType(3), VarcharType(3));
  EXPECT_NE(ArrayType(StringType()), ArrayType(StringType(), false));
  EXPECT_NE(StructType().add("a", LongType()), StructType().add("A", LongType()));
  EXPECT_NE(StructType().add("a", LongType()), StructType().add("a", LongType(), false));
  EXPECT_NE(StructType().add("a", LongType(), true, R"({"x":1})"),
            StructType().add("a", LongType()));
  EXPECT_EQ(DataType(), NullType());
}

TEST(TypesTest, Fields) {
  const StructType type = Example();
  EXPECT_EQ(type.size(), 4u);
  EXPECT_EQ(type.fieldIndex("m"), 2);
  EXPECT_EQ(type.fieldIndex("M"), -1);
  EXPECT_EQ(type.fieldNames(), (std::vector<std::string>{"id", "tags", "m", "odd name"}));
  EXPECT_EQ(type[1].dataType.elementType(), StringType());
  EXPECT_FALSE(type[2].dataType.valueContainsNull());
  EXPECT_EQ(StructType(DataType(type)), type);
  EXPECT_TRUE(LongType().isIntegral() && LongType().isNumeric());
  EXPECT_TRUE(DecimalType().isNumeric() && !DecimalType().isIntegral());
  EXPECT_FALSE(DateType().isNumeric() || BooleanType().isNumeric());
}

TEST(TypesTest, NamesAreEscapedInJson) {
  EXPECT_EQ(StructType().add("a\"\\\n\x01ü", LongType()).json(),
            "{\"type\":\"struct\",\"fields\":[{\"name\":\"a\\\"\\\\\\n\\u0001ü\",\"type\":\"long\","
            "\"nullable\":true,\"metadata\":{}}]}");
}

TEST(TypesDeathTest, WrongAccessorIsABug) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const DataType type = LongType();
  EXPECT_DEATH(static_cast<void>(type.precision()), "internal error");
  EXPECT_DEATH(StructType{type}, "internal error");
}

}  // namespace
}  // namespace millrace
