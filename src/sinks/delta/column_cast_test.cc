#include "sinks/delta/column_cast.h"

#include <limits>

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/type.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/arrow_schema.h"
#include "data/time_zone.h"

namespace millrace::sinks::delta {
namespace {

using Array = std::shared_ptr<arrow::Array>;

template <typename Builder, typename Value>
Array Make(Builder&& builder, const std::vector<std::optional<Value>>& values) {
  for (const auto& value : values) {
    EXPECT_TRUE((value ? builder.Append(*value) : builder.AppendNull()).ok());
  }
  return builder.Finish().ValueOrDie();
}

Array Longs(const std::vector<std::optional<std::int64_t>>& values) {
  return Make(arrow::Int64Builder(), values);
}
Array Doubles(const std::vector<std::optional<double>>& values) {
  return Make(arrow::DoubleBuilder(), values);
}
Array Texts(const std::vector<std::optional<std::string>>& values) {
  return Make(arrow::StringBuilder(), values);
}
Array Micros(const DataType& type, const std::vector<std::optional<std::int64_t>>& values) {
  return Make(
      arrow::TimestampBuilder(data::ToArrowType(type).value(), arrow::default_memory_pool()),
      values);
}
Array Decimals(int precision, int scale, const std::vector<std::int64_t>& values) {
  arrow::Decimal128Builder builder(arrow::decimal128(precision, scale));
  for (const std::int64_t value : values) {
    EXPECT_TRUE(builder.Append(arrow::Decimal128(value)).ok());
  }
  return builder.Finish().ValueOrDie();
}

base::Result<Array> Cast(const Array& values, const DataType& from, const DataType& to,
                         const std::string& zone = "UTC") {
  MILLRACE_ASSIGN_OR_RETURN(const ColumnCast cast,
                            MakeColumnCast(from, to, "c", data::TimeZone::Parse(zone).value()));
  return cast ? cast(values) : values;
}

#define EXPECT_CAST(values, from, to, expected)                       \
  do {                                                                \
    const auto cast = Cast(values, from, to);                         \
    ASSERT_TRUE(cast.ok()) << cast.status().ToString();               \
    EXPECT_TRUE((*cast)->Equals(*(expected))) << (*cast)->ToString(); \
  } while (false)

TEST(ColumnCast, NumbersByValue) {
  EXPECT_CAST(Longs({1, {}, -3}), LongType(), IntegerType(),
              Make(arrow::Int32Builder(), std::vector<std::optional<std::int32_t>>{1, {}, -3}));
  EXPECT_CAST(Longs({(std::int64_t{1} << 53) + 1}), LongType(), DoubleType(),
              Doubles({9007199254740992.0}));
  EXPECT_CAST(Doubles({2.9, -2.9, {}}), DoubleType(), LongType(), Longs({2, -2, {}}));
  EXPECT_CAST(Longs({7}), LongType(), DecimalType(6, 2), Decimals(6, 2, {700}));
  EXPECT_CAST(Decimals(10, 4, {987654, -15000, 14900}), DecimalType(10, 4), DecimalType(6, 2),
              Decimals(6, 2, {9877, -150, 149}));
  EXPECT_CAST(Decimals(5, 2, {-199}), DecimalType(5, 2), LongType(), Longs({-1}));
}

TEST(ColumnCast, OverflowIsAnError) {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  for (const auto& [values, from, to] : std::vector<std::tuple<Array, DataType, DataType>>{
           {Longs({most}), LongType(), IntegerType()},
           {Longs({most}), LongType(), DecimalType(5, 2)},
           {Doubles({1e19}), DoubleType(), LongType()},
           {Doubles({std::nan("")}), DoubleType(), IntegerType()},
           {Decimals(10, 4, {99'999'9999}), DecimalType(10, 4), DecimalType(6, 2)}}) {
    const auto status = Cast(values, from, to).status();
    EXPECT_EQ(status.spark_error().condition, "CAST_OVERFLOW_IN_TABLE_INSERT") << status.ToString();
    EXPECT_EQ(status.spark_error().parameters.at("columnName"), "`c`");
  }
}

TEST(ColumnCast, DatesAndTimesInTheSessionsZone) {
  const Array dates =
      Make(arrow::Date32Builder(), std::vector<std::optional<std::int32_t>>{20635, {}});
  const auto berlin = Cast(dates, DateType(), TimestampType(), "Europe/Berlin");
  ASSERT_TRUE(berlin.ok());
  EXPECT_TRUE((*berlin)->Equals(*Micros(TimestampType(), {1782856800000000, {}})));
  const auto back = Cast(*berlin, TimestampType(), DateType(), "Europe/Berlin");
  ASSERT_TRUE(back.ok());
  EXPECT_TRUE((*back)->Equals(*dates));
  EXPECT_CAST(dates, DateType(), TimestampNTZType(),
              Micros(TimestampNTZType(), {1782864000000000, {}}));
}

TEST(ColumnCast, AnythingAtomicToString) {
  EXPECT_CAST(Doubles({1e10, {}}), DoubleType(), StringType(), Texts({"1.0E10", {}}));
  EXPECT_CAST(Micros(TimestampType(), {1500000}), TimestampType(), StringType(),
              Texts({"1970-01-01 00:00:01.5"}));
  EXPECT_CAST(Decimals(5, 2, {-5}), DecimalType(5, 2), StringType(), Texts({"-0.05"}));
}

TEST(ColumnCast, TextsAsSparkReadsThem) {
  EXPECT_CAST(Texts({" 12 ", {}, "+7"}), StringType(), LongType(), Longs({12, {}, 7}));
  EXPECT_CAST(Texts({"1.5f", "-inf"}), StringType(), DoubleType(),
              Doubles({1.5, -std::numeric_limits<double>::infinity()}));
  EXPECT_CAST(Texts({"12.345", "-0.005"}), StringType(), DecimalType(5, 2),
              Decimals(5, 2, {1235, -1}));
  EXPECT_CAST(Texts({"1970-01-01T00:00:01.5+01:00", {}}), StringType(), TimestampType(),
              Micros(TimestampType(), {-3598500000, {}}));
  const auto status = Cast(Texts({"1", "it's"}), StringType(), LongType()).status();
  EXPECT_EQ(status.spark_error().condition, "CAST_INVALID_INPUT");
  EXPECT_THAT(status.message(), ::testing::StartsWith("The value 'it\\'s' of the type \"STRING\" "
                                                      "cannot be cast to \"BIGINT\""));
}

TEST(ColumnCast, DatesBeyondWhatATimestampHoldsFail) {
  const Array far =
      Make(arrow::Date32Builder(),
           std::vector<std::optional<std::int32_t>>{std::numeric_limits<std::int32_t>::max()});
  EXPECT_THAT(Cast(far, DateType(), TimestampType()).status().message(), "long overflow");
}

TEST(ColumnCast, StructsByNameMissingFieldsNull) {
  const StructType from = StructType().add("B", IntegerType()).add("a", StringType());
  const StructType to =
      StructType().add("a", StringType()).add("c", DoubleType()).add("b", LongType());
  const Array numbers =
      Make(arrow::Int32Builder(), std::vector<std::optional<std::int32_t>>{1, 2, 3});
  const Array rows = std::make_shared<arrow::StructArray>(
      data::ToArrowType(from).value(), 3, arrow::ArrayVector{numbers, Texts({"x", "y", "z"})},
      arrow::Buffer::FromString(std::string(1, '\x05')));
  const auto cast = Cast(rows->Slice(1, 2), from, to);
  ASSERT_TRUE(cast.ok()) << cast.status().ToString();
  ASSERT_TRUE((*cast)->ValidateFull().ok()) << (*cast)->ValidateFull().ToString();
  const auto& result = static_cast<const arrow::StructArray&>(**cast);
  EXPECT_TRUE(result.IsNull(0));
  EXPECT_FALSE(result.IsNull(1));
  EXPECT_TRUE(result.field(0)->Slice(1)->Equals(*Texts({"z"})));
  EXPECT_EQ(result.field(1)->null_count(), 2);
  EXPECT_TRUE(result.field(2)->Slice(1)->Equals(*Longs({3})));
}

TEST(ColumnCast, InsideArraysAndMaps) {
  auto elements = std::make_shared<arrow::Int64Builder>();
  arrow::ListBuilder lists(arrow::default_memory_pool(), elements,
                           data::ToArrowType(ArrayType(LongType())).value());
  ASSERT_TRUE(lists.Append().ok() && elements->Append(1).ok() && elements->AppendNull().ok());
  ASSERT_TRUE(lists.AppendNull().ok() && lists.Append().ok() && elements->Append(4).ok());
  const auto cast = Cast(lists.Finish().ValueOrDie()->Slice(1, 2), ArrayType(LongType()),
                         ArrayType(StringType()));
  ASSERT_TRUE(cast.ok()) << cast.status().ToString();
  ASSERT_TRUE((*cast)->ValidateFull().ok()) << (*cast)->ValidateFull().ToString();
  const auto& result = static_cast<const arrow::ListArray&>(**cast);
  EXPECT_TRUE(result.IsNull(0));
  EXPECT_TRUE(result.value_slice(1)->Equals(*Texts({"4"})));

  auto keys = std::make_shared<arrow::StringBuilder>();
  auto items = std::make_shared<arrow::Int64Builder>();
  arrow::MapBuilder maps(arrow::default_memory_pool(), keys, items,
                         data::ToArrowType(MapType(StringType(), LongType())).value());
  ASSERT_TRUE(maps.Append().ok() && keys->Append("k").ok() && items->Append(1).ok());
  ASSERT_TRUE(maps.Append().ok() && keys->Append("l").ok() && items->AppendNull().ok());
  const auto mapped = Cast(maps.Finish().ValueOrDie()->Slice(1, 1),
                           MapType(StringType(), LongType()), MapType(StringType(), IntegerType()));
  ASSERT_TRUE(mapped.ok()) << mapped.status().ToString();
  ASSERT_TRUE((*mapped)->ValidateFull().ok()) << (*mapped)->ValidateFull().ToString();
  EXPECT_EQ(static_cast<const arrow::MapArray&>(**mapped).items()->type_id(), arrow::Type::INT32);
}

}  // namespace
}  // namespace millrace::sinks::delta
