#include "data/arrow_schema.h"

#include <arrow/status.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <gtest/gtest.h>

namespace millrace::data {
namespace {

using arrow::TimeUnit;
using base::StatusCode;

TEST(ArrowSchemaTest, TypesAreThoseOfTheContract) {
  const std::pair<DataType, std::shared_ptr<arrow::DataType>> cases[] = {
      {NullType(), arrow::null()},
      {BooleanType(), arrow::boolean()},
      {ByteType(), arrow::int8()},
      {ShortType(), arrow::int16()},
      {IntegerType(), arrow::int32()},
      {LongType(), arrow::int64()},
      {FloatType(), arrow::float32()},
      {DoubleType(), arrow::float64()},
      {DecimalType(38, 18), arrow::decimal128(38, 18)},
      {StringType(), arrow::utf8()},
      {CharType(3), arrow::utf8()},
      {VarcharType(3), arrow::utf8()},
      {BinaryType(), arrow::binary()},
      {DateType(), arrow::date32()},
      {TimestampType(), arrow::timestamp(TimeUnit::MICRO, "UTC")},
      {TimestampNTZType(), arrow::timestamp(TimeUnit::MICRO)},
      {DayTimeIntervalType(), arrow::duration(TimeUnit::MICRO)},
      {YearMonthIntervalType(), arrow::int32()},
      {ArrayType(LongType(), false), arrow::list(arrow::field("element", arrow::int64(), false))},
      {StructType().add("a", LongType(), false),
       arrow::struct_({arrow::field("a", arrow::int64(), false)})},
  };
  for (const auto& [type, expected] : cases) {
    const auto made = ToArrowType(type);
    ASSERT_TRUE(made.ok()) << type.sql();
    EXPECT_TRUE((*made)->Equals(*expected)) << (*made)->ToString();
  }
  const auto map = ToArrowType(MapType(StringType(), LongType(), false));
  ASSERT_TRUE(map.ok());
  const auto& map_type = static_cast<const arrow::MapType&>(**map);
  EXPECT_TRUE(map_type.key_field()->Equals(*arrow::field("key", arrow::utf8(), false)));
  EXPECT_TRUE(map_type.item_field()->Equals(*arrow::field("value", arrow::int64(), false)));
}

TEST(ArrowSchemaTest, RoundTripKeepsEverything) {
  const StructType schema =
      StructType()
          .add("a", LongType(), false)
          .add("c", CharType(3), true, R"({"comment":"x"})")
          .add("v", ArrayType(VarcharType(5), false))
          .add("m", MapType(StringType(), YearMonthIntervalType(1, 1), false))
          .add("i", DayTimeIntervalType(1, 2))
          .add("d", DayTimeIntervalType())
          .add("s", StructType().add("x", DecimalType(5, 5)).add("y", NullType()), false)
          .add("t", TimestampType())
          .add("n", TimestampNTZType());
  const auto arrow_schema = ToArrowSchema(schema);
  ASSERT_TRUE(arrow_schema.ok()) << arrow_schema.status().ToString();
  const auto back = FromArrowSchema(**arrow_schema);
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(*back, schema) << back->json();
}

TEST(ArrowSchemaTest, TypesOfOtherWriters) {
  const std::pair<std::shared_ptr<arrow::DataType>, DataType> cases[] = {
      {arrow::large_utf8(), StringType()},
      {arrow::utf8_view(), StringType()},
      {arrow::dictionary(arrow::int32(), arrow::utf8()), StringType()},
      {arrow::large_binary(), BinaryType()},
      {arrow::fixed_size_binary(16), BinaryType()},
      {arrow::uint8(), ShortType()},
      {arrow::uint16(), IntegerType()},
      {arrow::uint32(), LongType()},
      {arrow::uint64(), DecimalType(20, 0)},
      {arrow::date64(), DateType()},
      {arrow::timestamp(TimeUnit::MILLI, "Europe/Berlin"), TimestampType()},
      {arrow::timestamp(TimeUnit::NANO), TimestampNTZType()},
      {arrow::decimal256(38, 2), DecimalType(38, 2)},
      {arrow::large_list(arrow::int8()), ArrayType(ByteType())},
      {arrow::fixed_size_list(arrow::int8(), 3), ArrayType(ByteType())},
  };
  for (const auto& [arrow_type, type] : cases) {
    const auto made = FromArrowType(*arrow_type);
    ASSERT_TRUE(made.ok()) << arrow_type->ToString();
    EXPECT_EQ(*made, type) << arrow_type->ToString();
  }
}

TEST(ArrowSchemaTest, RefusesByName) {
  const auto variant = ToArrowSchema(StructType().add("v", ArrayType(VariantType())));
  ASSERT_FALSE(variant.ok());
  EXPECT_EQ(variant.status().code(), StatusCode::kUnsupported);
  EXPECT_NE(variant.status().message().find("`v`"), std::string::npos);
  EXPECT_NE(variant.status().message().find("VARIANT"), std::string::npos);
  EXPECT_EQ(ToArrowType(DecimalType(39, 0)).status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(FromArrowType(*arrow::float16()).status().code(), StatusCode::kUnsupported);
  EXPECT_EQ(FromArrowType(*arrow::decimal256(60, 2)).status().code(), StatusCode::kUnsupported);
}

TEST(ArrowSchemaTest, TypeTextThatDoesNotFitIsIgnored) {
  const auto field = arrow::field("a", arrow::int64(), true,
                                  arrow::key_value_metadata({"millrace.type"}, {"\"char(3)\""}));
  const auto schema = FromArrowSchema(*arrow::schema({field}));
  ASSERT_TRUE(schema.ok());
  EXPECT_EQ(*schema, StructType().add("a", LongType()));
}

TEST(FromArrowTest, Codes) {
  EXPECT_TRUE(FromArrow(arrow::Status::OK()).ok());
  EXPECT_EQ(FromArrow(arrow::Status::IOError("x")).code(), StatusCode::kUnavailable);
  EXPECT_EQ(FromArrow(arrow::Status::Invalid("x")).code(), StatusCode::kCorrupt);
  EXPECT_EQ(FromArrow(arrow::Status::SerializationError("x")).code(), StatusCode::kCorrupt);
  EXPECT_EQ(FromArrow(arrow::Status::Cancelled("x")).code(), StatusCode::kCancelled);
  EXPECT_EQ(FromArrow(arrow::Status::NotImplemented("x")).code(), StatusCode::kUnsupported);
  EXPECT_EQ(FromArrow(arrow::Status::TypeError("x")).code(), StatusCode::kInternal);
}

}  // namespace
}  // namespace millrace::data
