#include <gtest/gtest.h>

#include "data/schema_text.h"

namespace millrace::data {
namespace {

using base::Result;
using base::StatusCode;

TEST(ParseJsonTypeTest, ReadsWhatItWrites) {
  const StructType type =
      StructType()
          .add("a", MapType(StringType(), ArrayType(DecimalType(38, 18), false), false), false)
          .add("ü\n\"", StructType().add("x", CharType(3)).add("y", TimeType(3)))
          .add("i", DayTimeIntervalType(1, 3))
          .add("j", YearMonthIntervalType(0, 0))
          .add("k", CalendarIntervalType())
          .add("l", VariantType())
          .add("n", NullType());
  const Result<DataType> parsed = ParseJsonType(type.json());
  ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
  EXPECT_EQ(*parsed, type);
  EXPECT_EQ(parsed->json(), type.json());
}

TEST(ParseJsonTypeTest, OldAndShortForms) {
  EXPECT_EQ(*ParseJsonType("\"decimal\""), DecimalType(10, 0));
  EXPECT_EQ(*ParseJsonType("\"decimal( 5 , 2 )\""), DecimalType(5, 2));
  EXPECT_EQ(*ParseJsonType("\"null\""), NullType());
  EXPECT_EQ(*ParseJsonType("\"timestamp_ltz\""), TimestampType());
  EXPECT_EQ(*ParseJsonType("\"interval day to second\""), DayTimeIntervalType());
  EXPECT_EQ(*ParseJsonType(R"({"type":"struct","fields":[{"name":"a","type":"long"}]})"),
            StructType().add("a", LongType()));
  EXPECT_EQ(
      *ParseJsonType(R"({"fields":[{"type":"long","nullable":false,"name":"a"}],"type":"struct"})"),
      StructType().add("a", LongType(), false));
}

TEST(ParseJsonTypeTest, WhatFollowsIsIgnored) {
  EXPECT_EQ(*ParseJsonType("\"integer\" x"), IntegerType());
}

TEST(ParseJsonSchemaTest, KeepsUnknownMetadata) {
  const char* json =
      R"({"type":"struct","fields":[{"name":"a","type":"long","nullable":true,"metadata":)"
      R"({"z":1,"delta.columnMapping.id":7,"f":1.0E10,"n":{"b":[true,null,"x"]},"comment":"c"}}]})";
  const Result<StructType> schema = ParseJsonSchema(json);
  ASSERT_TRUE(schema.ok()) << schema.status().ToString();
  EXPECT_EQ(schema->json(), json);
}

TEST(ParseJsonTypeTest, Refuses) {
  struct Case {
    const char* json;
    StatusCode code;
    const char* part;
  };
  const Case cases[] = {
      {"\"abcd\"", StatusCode::kInvalidArgument, "'abcd'"},
      {R"({"abcd":"a"})", StatusCode::kInvalidArgument, R"({"abcd":"a"})"},
      {R"({"fields": [{"a":123}], "type": "struct"})", StatusCode::kInvalidArgument,
       R"('{"a":123}')"},
      {"\"decimal(39,1)\"", StatusCode::kInvalidArgument, "Decimal precision 39"},
      {"\"char(x)\"", StatusCode::kInvalidArgument, "char(x)"},
      {"abcd", StatusCode::kInvalidArgument, "abcd"},
      {"", StatusCode::kInvalidArgument, "not JSON"},
      {R"({"type":"struct","fields":[)", StatusCode::kInvalidArgument, "not JSON"},
      {"12", StatusCode::kInvalidArgument, "12"},
      {"[]", StatusCode::kInvalidArgument, "[]"},
      {R"({"type":"struct","fields":[{"name":1,"type":"long"}]})", StatusCode::kInvalidArgument,
       R"({"name":1,"type":"long"})"},
      {R"({"type":"array","elementType":"long"})", StatusCode::kInvalidArgument, "array"},
      {R"({"type":"udt","class":null,"pyClass":"m.Point","sqlType":"string"})",
       StatusCode::kUnsupported, "m.Point"},
      {"\"string collate UNICODE\"", StatusCode::kUnsupported, "UNICODE"},
      {R"({"type":"struct","fields":[{"name":"c","type":"string","nullable":true,)"
       R"("metadata":{"__COLLATIONS":{"c":"icu.UNICODE"}}}]})",
       StatusCode::kUnsupported, "`c`"},
  };
  for (const Case& c : cases) {
    const Result<DataType> type = ParseJsonType(c.json);
    ASSERT_FALSE(type.ok()) << c.json;
    EXPECT_EQ(type.status().code(), c.code) << c.json;
    EXPECT_NE(type.status().message().find(c.part), std::string::npos)
        << c.json << ": " << type.status().message();
  }
  EXPECT_EQ(ParseJsonType("\"abcd\"").status().spark_error().condition, "INVALID_JSON_DATA_TYPE");
  EXPECT_FALSE(ParseJsonSchema("\"long\"").ok());
}

TEST(ParseJsonTypeTest, DepthIsLimited) {
  std::string deep;
  for (int i = 0; i < 600; ++i) deep += R"({"type":"array","containsNull":true,"elementType":)";
  EXPECT_FALSE(ParseJsonType(deep + "\"long\"" + std::string(600, '}')).ok());
  EXPECT_FALSE(ParseJsonType(std::string(1'000'000, '[')).ok());
}

}  // namespace
}  // namespace millrace::data
