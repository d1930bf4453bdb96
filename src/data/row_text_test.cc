#include "data/row_text.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include "data/arrow_schema.h"
#include "data/time_zone.h"

namespace millrace::data {
namespace {

/// A column of `type` from Arrow's JSON form of its values.
std::shared_ptr<arrow::Array> Column(const DataType& type, const char* json) {
  auto array = arrow::json::ArrayFromJSONString(*ToArrowType(type), json);
  EXPECT_TRUE(array.ok()) << array.status().ToString();
  return *array;
}

std::string Text(const DataType& type, const char* json, CellStyle style = CellStyle::kShow,
                 const char* zone = "UTC") {
  const auto array = Column(type, json);
  const auto text = CellText(*array, array->length() - 1, type, *LoadTimeZone(zone), style);
  EXPECT_TRUE(text.ok()) << text.status().ToString();
  return text.ok() ? *text : "";
}

TEST(CellTextTest, Scalars) {
  EXPECT_EQ(Text(NullType(), "[null]"), "NULL");
  EXPECT_EQ(Text(LongType(), "[null]"), "NULL");
  EXPECT_EQ(Text(LongType(), "[null]", CellStyle::kCast), "null");
  EXPECT_EQ(Text(BooleanType(), "[false, true]"), "true");
  EXPECT_EQ(Text(ByteType(), "[-128]"), "-128");
  EXPECT_EQ(Text(ShortType(), "[300]"), "300");
  EXPECT_EQ(Text(IntegerType(), "[-5]"), "-5");
  EXPECT_EQ(Text(LongType(), "[9223372036854775807]"), "9223372036854775807");
  EXPECT_EQ(Text(FloatType(), "[0.1]"), "0.1");
  EXPECT_EQ(Text(DoubleType(), "[1e10]"), "1.0E10");
  EXPECT_EQ(Text(DecimalType(38, 10), R"(["-1234567890123456789012345678.0000000001"])"),
            "-1234567890123456789012345678.0000000001");
  EXPECT_EQ(Text(DecimalType(10, 10), R"(["0.0000000001"])"), "0.0000000001");
  EXPECT_EQ(Text(StringType(), R"(["x"])"), "x");
  EXPECT_EQ(Text(BinaryType(), R"(["ab"])"), "[61 62]");
  EXPECT_EQ(Text(BinaryType(), R"([""])"), "[]");
  EXPECT_EQ(Text(BinaryType(), R"(["ab"])", CellStyle::kCast), "ab");
  EXPECT_EQ(Text(DateType(), "[20000]"), "2024-10-04");
  EXPECT_EQ(Text(TimestampType(), "[1500000]", CellStyle::kShow, "+01:00"),
            "1970-01-01 01:00:01.5");
  EXPECT_EQ(Text(TimestampNTZType(), "[1500000]", CellStyle::kShow, "+01:00"),
            "1970-01-01 00:00:01.5");
  EXPECT_EQ(Text(DayTimeIntervalType(), "[1500000]"), "INTERVAL '0 00:00:01.5' DAY TO SECOND");
  EXPECT_EQ(Text(YearMonthIntervalType(), "[14]"), "INTERVAL '1-2' YEAR TO MONTH");
}

TEST(CellTextTest, Nested) {
  const StructType pair = StructType().add("x", IntegerType()).add("y", StringType());
  EXPECT_EQ(Text(ArrayType(IntegerType()), "[[9], [1, null, 3]]"), "[1, NULL, 3]");
  EXPECT_EQ(Text(ArrayType(IntegerType()), "[[]]"), "[]");
  EXPECT_EQ(Text(pair, R"([{"x": 1, "y": null}])"), "{1, NULL}");
  EXPECT_EQ(Text(pair, R"([{"x": 1, "y": null}])", CellStyle::kCast), "{1, null}");
  EXPECT_EQ(Text(MapType(StringType(), ArrayType(DoubleType())), R"([[["a", [1]], ["b", null]]])"),
            "{a -> [1.0], b -> NULL}");
  EXPECT_EQ(Text(ArrayType(BinaryType()), R"([["a", "b"]])"), "[[61], [62]]");
}

TEST(CellTextTest, SlicesAreRespected) {
  const auto array = Column(ArrayType(LongType()), "[[1], [2, 3], [4]]");
  const auto text = CellText(*array->Slice(1, 1), 0, "UTC");
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(*text, "[2, 3]");
}

TEST(CellTextTest, WrongArrayIsNoCrash) {
  const auto array = Column(LongType(), "[1]");
  const auto text = CellText(*array, 0, StringType(), absl::UTCTimeZone());
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.status().code(), base::StatusCode::kInternal);
  EXPECT_FALSE(CellText(*array, 0, "Mars/Phobos").ok());
}

}  // namespace
}  // namespace millrace::data
