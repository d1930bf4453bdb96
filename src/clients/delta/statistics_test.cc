#include "clients/delta/statistics.h"

#include <cmath>
#include <limits>
#include <random>

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/delta/table_state.h"
#include "data/arrow_schema.h"

namespace millrace::clients::delta {
namespace {

using ::testing::ElementsAre;
using Array = std::shared_ptr<arrow::Array>;

std::string Repeat(std::string_view text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += text;
  return repeated;
}

constexpr char kLast[] = "\xF4\x8F\xBF\xBF";       // U+10FFFF
constexpr char kSunflower[] = "\xF0\x9F\x8C\xBC";  // U+1F33C

TEST(StringBounds, ShortStringsStayWhole) {
  EXPECT_EQ(TruncateMinimum("abc", 32), "abc");
  EXPECT_EQ(TruncateMaximum("abc", 32), "abc");
  EXPECT_EQ(TruncateMaximum("", 32), "");
  EXPECT_EQ(TruncateMaximum(Repeat("a", 32), 32), Repeat("a", 32));
}

TEST(StringBounds, MaximumGetsTheNextTieBreaker) {
  const std::string a32 = Repeat("a", 32);
  EXPECT_EQ(TruncateMaximum(a32 + "b", 32), a32 + "\x7F");
  EXPECT_EQ(TruncateMaximum(a32 + "\xC3\xA9", 32), a32 + kLast);
  EXPECT_EQ(TruncateMaximum(a32 + "\x7F", 32), a32 + kLast);
}

TEST(StringBounds, ASurrogatePairIsNotSplit) {
  const std::string value = Repeat("a", 31) + kSunflower + "b";
  EXPECT_EQ(TruncateMinimum(value, 32), Repeat("a", 31) + kSunflower);
  EXPECT_EQ(TruncateMaximum(value, 32), Repeat("a", 31) + kSunflower + "\x7F");
}

TEST(StringBounds, TheLastCodePointIsSteppedOverUpToTwiceTheLength) {
  EXPECT_EQ(TruncateMaximum(Repeat(kLast, 32), 32), Repeat(kLast, 32));
  EXPECT_EQ(TruncateMaximum(Repeat(kLast, 33), 32), std::nullopt);
}

TEST(StringBounds, MalformedBytesMakeNoFalseBound) {
  EXPECT_EQ(TruncateMinimum("ab\xFF"
                            "cd",
                            32),
            "ab");
  EXPECT_EQ(TruncateMaximum("ab\xFF"
                            "cd",
                            32),
            std::nullopt);
  EXPECT_EQ(TruncateMaximum("ab\xE2\x82", 32), std::nullopt);
}

TEST(StringBounds, HoldForRandomStrings) {
  std::mt19937 random(7);
  const std::vector<std::string> letters = {"a", "\x7F", "\xC3\xA9", kSunflower, kLast, "~"};
  for (int round = 0; round < 5000; ++round) {
    std::string value;
    for (unsigned i = 0; i < random() % 80; ++i) value += letters[random() % letters.size()];
    EXPECT_LE(TruncateMinimum(value, 8), value);
    const auto maximum = TruncateMaximum(value, 8);
    EXPECT_TRUE(!maximum || *maximum >= value) << value;
  }
}

TEST(ColumnList, BackQuotesAndStructs) {
  EXPECT_THAT(ParseColumnList("a, b.c ,`x.y`.`z``q`").value(),
              ElementsAre(ElementsAre("a"), ElementsAre("b", "c"), ElementsAre("x.y", "z`q")));
  EXPECT_FALSE(ParseColumnList("`a").ok());
}

template <typename Builder, typename Value>
Array Make(Builder&& builder, const std::vector<std::optional<Value>>& values) {
  for (const auto& value : values) {
    EXPECT_TRUE((value ? builder.Append(*value) : builder.AppendNull()).ok());
  }
  return builder.Finish().ValueOrDie();
}

std::string StatisticsOf(const StructType& schema, const std::vector<Array>& columns,
                         const Metadata& metadata = {}) {
  const auto plan = StatisticsPlan::Make(schema, metadata, {});
  EXPECT_TRUE(plan.ok()) << plan.status().ToString();
  StatisticsCollector collector(*plan);
  const auto batch = arrow::RecordBatch::Make(data::ToArrowSchema(schema).value(),
                                              columns.empty() ? 0 : columns[0]->length(), columns);
  EXPECT_TRUE(collector.Update(*batch).ok());
  return collector.ToJson();
}

TEST(Statistics, LikeSparksForTheGoldenTable) {
  const StructType schema = StructType()
                                .add("user_id", StringType())
                                .add("value", DoubleType())
                                .add("t", TimestampType());
  const auto micros = arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
  EXPECT_EQ(StatisticsOf(schema, {Make<arrow::StringBuilder, std::string>(
                                      arrow::StringBuilder(), {"user-99638", "user-00000", {}}),
                                  Make<arrow::DoubleBuilder, double>(arrow::DoubleBuilder(),
                                                                     {0.0, 398.98, {}}),
                                  Make<arrow::TimestampBuilder, std::int64_t>(
                                      arrow::TimestampBuilder(micros, arrow::default_memory_pool()),
                                      {1767225600000000, {}, 1767225600398999})}),
            R"({"numRecords":3,"minValues":{"user_id":"user-00000","value":0.0,)"
            R"("t":"2026-01-01T00:00:00.000Z"},"maxValues":{"user_id":"user-99638","value":398.98,)"
            R"("t":"2026-01-01T00:00:00.398Z"},"nullCount":{"user_id":1,"value":1,"t":1}})");
}

TEST(Statistics, TimestampsBeforeTheEpochAreCutDownwards) {
  const StructType schema = StructType().add("t", TimestampNTZType());
  const auto micros = arrow::timestamp(arrow::TimeUnit::MICRO);
  EXPECT_EQ(StatisticsOf(schema,
                         {Make<arrow::TimestampBuilder, std::int64_t>(
                             arrow::TimestampBuilder(micros, arrow::default_memory_pool()), {-1})}),
            R"({"numRecords":1,"minValues":{"t":"1969-12-31T23:59:59.999"},)"
            R"("maxValues":{"t":"1969-12-31T23:59:59.999"},"nullCount":{"t":0}})");
}

TEST(Statistics, NanAndInfinityMakeNoBounds) {
  const StructType schema = StructType().add("d", DoubleType());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(StatisticsOf(schema, {Make<arrow::DoubleBuilder, double>(arrow::DoubleBuilder(),
                                                                     {1.5, nan, -2.0})}),
            R"({"numRecords":3,"minValues":{"d":-2.0},"maxValues":{},"nullCount":{"d":0}})");
  EXPECT_EQ(
      StatisticsOf(schema, {Make<arrow::DoubleBuilder, double>(arrow::DoubleBuilder(), {nan})}),
      R"({"numRecords":1,"minValues":{},"maxValues":{},"nullCount":{"d":0}})");
  EXPECT_EQ(StatisticsOf(schema, {Make<arrow::DoubleBuilder, double>(arrow::DoubleBuilder(),
                                                                     {infinity, 1.0})}),
            R"({"numRecords":2,"minValues":{"d":1.0},"maxValues":{},"nullCount":{"d":0}})");
}

TEST(Statistics, NegativeZeroIsTheLowerOne) {
  const StructType schema = StructType().add("d", DoubleType());
  EXPECT_EQ(StatisticsOf(schema,
                         {Make<arrow::DoubleBuilder, double>(arrow::DoubleBuilder(), {0.0, -0.0})}),
            R"({"numRecords":2,"minValues":{"d":-0.0},"maxValues":{"d":0.0},"nullCount":{"d":0}})");
}

TEST(Statistics, DecimalsArePlain) {
  const StructType schema = StructType().add("a", DecimalType(20, 8)).add("b", DecimalType(5, 0));
  const auto make = [](int precision, int scale, std::int64_t low, std::int64_t high) {
    arrow::Decimal128Builder builder(arrow::decimal128(precision, scale));
    EXPECT_TRUE(builder.Append(arrow::Decimal128(high)).ok());
    EXPECT_TRUE(builder.Append(arrow::Decimal128(low)).ok());
    return builder.Finish().ValueOrDie();
  };
  EXPECT_EQ(StatisticsOf(schema, {make(20, 8, 1, 150000000), make(5, 0, -7, 12)}),
            R"({"numRecords":2,"minValues":{"a":0.00000001,"b":-7},)"
            R"("maxValues":{"a":1.50000000,"b":12},"nullCount":{"a":0,"b":0}})");
}

TEST(Statistics, UnorderedTypesOnlyCountNulls) {
  const StructType schema = StructType().add("b", BooleanType()).add("x", BinaryType());
  EXPECT_EQ(
      StatisticsOf(schema,
                   {Make<arrow::BooleanBuilder, bool>(arrow::BooleanBuilder(), {true, {}}),
                    Make<arrow::BinaryBuilder, std::string>(arrow::BinaryBuilder(), {"q", "r"})}),
      R"({"numRecords":2,"nullCount":{"b":1,"x":0}})");
}

TEST(Statistics, AFieldOfANullStructIsNull) {
  const StructType inner = StructType().add("n", LongType());
  const StructType schema = StructType().add("s", inner);
  const Array numbers = Make<arrow::Int64Builder, std::int64_t>(arrow::Int64Builder(), {5, 1, {}});
  const auto validity = arrow::Buffer::FromString(std::string(1, '\x05'));  // Row 1 is null.
  const Array rows = std::make_shared<arrow::StructArray>(data::ToArrowType(inner).value(), 3,
                                                          arrow::ArrayVector{numbers}, validity);
  EXPECT_EQ(StatisticsOf(schema, {rows}),
            R"({"numRecords":3,"minValues":{"s":{"n":5}},"maxValues":{"s":{"n":5}},)"
            R"("nullCount":{"s":{"n":2}}})");
}

TEST(Statistics, SlicesAreRead) {
  const Array numbers =
      Make<arrow::Int64Builder, std::int64_t>(arrow::Int64Builder(), {9, {}, 3, 4, -8});
  EXPECT_EQ(StatisticsOf(StructType().add("n", LongType()), {numbers->Slice(1, 3)}),
            R"({"numRecords":3,"minValues":{"n":3},"maxValues":{"n":4},"nullCount":{"n":1}})");
}

TEST(StatisticsPlan, FirstLeavesOrListedColumns) {
  const StructType inner = StructType().add("x", LongType()).add("y", LongType());
  const StructType schema = StructType().add("a", LongType()).add("s", inner).add("z", LongType());
  const auto one = [](std::int64_t value) {
    return Make<arrow::Int64Builder, std::int64_t>(arrow::Int64Builder(), {value});
  };
  const Array rows = std::make_shared<arrow::StructArray>(data::ToArrowType(inner).value(), 1,
                                                          arrow::ArrayVector{one(2), one(3)});
  Metadata metadata;
  metadata.configuration["delta.dataSkippingNumIndexedCols"] = "2";
  EXPECT_EQ(StatisticsOf(schema, {one(1), rows, one(4)}, metadata),
            R"({"numRecords":1,"minValues":{"a":1,"s":{"x":2}},"maxValues":{"a":1,"s":{"x":2}},)"
            R"("nullCount":{"a":0,"s":{"x":0}}})");
  metadata.configuration["delta.dataSkippingStatsColumns"] = "S.Y,z";
  EXPECT_EQ(StatisticsOf(schema, {one(1), rows, one(4)}, metadata),
            R"({"numRecords":1,"minValues":{"s":{"y":3},"z":4},"maxValues":{"s":{"y":3},"z":4},)"
            R"("nullCount":{"s":{"y":0},"z":0}})");
  metadata.configuration = {{"delta.dataSkippingNumIndexedCols", "0"}};
  EXPECT_EQ(StatisticsOf(schema, {one(1), rows, one(4)}, metadata), R"({"numRecords":1})");
}

}  // namespace
}  // namespace millrace::clients::delta
