#include "clients/parquet/partition_split.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/arrow_schema.h"

namespace millrace::clients::parquet {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;
using Array = std::shared_ptr<arrow::Array>;

std::shared_ptr<arrow::RecordBatch> Numbered(std::int64_t rows) {
  arrow::Int64Builder builder;
  for (std::int64_t i = 0; i < rows; ++i) EXPECT_TRUE(builder.Append(i).ok());
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("n", arrow::int64())}), rows,
                                  {builder.Finish().ValueOrDie()});
}

// The text of a single value.
std::optional<std::string> TextOf(const Array& value, const DataType& type,
                                  const std::optional<data::TimeZone>& zone = std::nullopt) {
  const auto split = SplitByPartition(Numbered(value->length()), {value}, {type}, zone);
  EXPECT_TRUE(split.ok()) << split.status().ToString();
  return split->front().key.front();
}

template <typename Builder, typename Value>
Array One(Builder&& builder, const Value& value) {
  EXPECT_TRUE(builder.Append(value).ok());
  return builder.Finish().ValueOrDie();
}

TEST(PartitionValues, AsTheLogWritesThem) {
  EXPECT_THAT(TextOf(One(arrow::Int8Builder(), std::int8_t{-7}), ByteType()),
              Optional(std::string("-7")));
  EXPECT_THAT(TextOf(One(arrow::DoubleBuilder(), 1e10), DoubleType()),
              Optional(std::string("1.0E10")));
  EXPECT_THAT(TextOf(One(arrow::FloatBuilder(), 9.9f), FloatType()), Optional(std::string("9.9")));
  EXPECT_THAT(TextOf(One(arrow::BooleanBuilder(), true), BooleanType()),
              Optional(std::string("true")));
  EXPECT_THAT(TextOf(One(arrow::Date32Builder(), 20635), DateType()),
              Optional(std::string("2026-07-01")));
  EXPECT_THAT(TextOf(One(arrow::Decimal128Builder(arrow::decimal128(10, 9)), arrow::Decimal128(1)),
                     DecimalType(10, 9)),
              Optional(std::string("0.000000001")));
  const auto utc = data::ToArrowType(TimestampType()).value();
  const auto ntz = data::ToArrowType(TimestampNTZType()).value();
  EXPECT_THAT(
      TextOf(One(arrow::TimestampBuilder(utc, arrow::default_memory_pool()), std::int64_t{-1}),
             TimestampType()),
      Optional(std::string("1969-12-31T23:59:59.999999Z")));
  EXPECT_THAT(
      TextOf(One(arrow::TimestampBuilder(ntz, arrow::default_memory_pool()), std::int64_t{1500000}),
             TimestampNTZType()),
      Optional(std::string("1970-01-01 00:00:01.5")));
  EXPECT_EQ(TextOf(One(arrow::StringBuilder(), std::string()), StringType()), std::nullopt);
}

TEST(SplitByPartition, RowsStayInOrderAndNullMeetsEmpty) {
  arrow::StringBuilder texts;
  for (const char* text : {"b", "a", "", "b"}) ASSERT_TRUE(texts.Append(text).ok());
  ASSERT_TRUE(texts.AppendNull().ok());
  const auto split =
      SplitByPartition(Numbered(5), {texts.Finish().ValueOrDie()}, {StringType()}, {});
  ASSERT_TRUE(split.ok()) << split.status().ToString();
  ASSERT_EQ(split->size(), 3u);
  EXPECT_THAT((*split)[0].key, ElementsAre(Optional(std::string("b"))));
  EXPECT_EQ((*split)[0].rows->num_rows(), 2);
  EXPECT_EQ(static_cast<const arrow::Int64Array&>(*(*split)[0].rows->column(0)).Value(1), 3);
  EXPECT_THAT((*split)[1].key, ElementsAre(Optional(std::string("a"))));
  EXPECT_THAT((*split)[2].key, ElementsAre(std::nullopt));
  EXPECT_EQ((*split)[2].rows->num_rows(), 2);
}

TEST(SplitByPartition, SeveralColumns) {
  arrow::Int64Builder a;
  arrow::BooleanBuilder b;
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(a.Append(i % 2).ok() && b.Append(i % 4 < 2).ok());
  const auto split =
      SplitByPartition(Numbered(8), {a.Finish().ValueOrDie(), b.Finish().ValueOrDie()},
                       {LongType(), BooleanType()}, {});
  ASSERT_TRUE(split.ok());
  EXPECT_EQ(split->size(), 4u);
  EXPECT_THAT((*split)[3].key,
              ElementsAre(Optional(std::string("1")), Optional(std::string("false"))));
}

TEST(PartitionValues, InAZoneTheyAreThoseOfFolderNames) {
  const auto utc = data::ToArrowType(TimestampType()).value();
  EXPECT_THAT(TextOf(One(arrow::TimestampBuilder(utc, arrow::default_memory_pool()),
                         std::int64_t{1'500'000}),
                     TimestampType(), data::TimeZone::Offset(3600)),
              Optional(std::string("1970-01-01 01:00:01.5")));
}

std::string ValueOf(const std::optional<std::string>& text, const DataType& type) {
  const auto value = PartitionValue(text, type, data::TimeZone::Offset(3600));
  return value.ok() ? (*value)->ToString() : value.status().message();
}

TEST(PartitionValues, TextsAreReadAsTheirTypes) {
  EXPECT_EQ(ValueOf("-7", ByteType()), "-7");
  EXPECT_EQ(ValueOf("1.50", DecimalType(5, 2)), "1.50");
  EXPECT_EQ(ValueOf("2026-07-01", DateType()), "2026-07-01");
  EXPECT_EQ(ValueOf("1970-01-01 01:00:00", TimestampType()), "1970-01-01 00:00:00.000000Z");
  EXPECT_EQ(ValueOf("1970-01-01T00:00:01.000000Z", TimestampType()),
            "1970-01-01 00:00:01.000000Z");
  EXPECT_EQ(ValueOf("true", BooleanType()), "true");
  EXPECT_EQ(ValueOf(std::nullopt, LongType()), "null");
  EXPECT_EQ(ValueOf("abc", IntegerType()), "the partition value 'abc' is not of type INT");
  EXPECT_EQ(ValueOf("300", ByteType()), "the partition value '300' is not of type TINYINT");
}

}  // namespace
}  // namespace millrace::clients::parquet
