#include <gtest/gtest.h>

#include "connect/expression_conversion.h"
#include "connect/type_conversion.h"

namespace millrace::connect {
namespace {

namespace pb = spark::connect;
using data::Value;

plan::expression::Literal Converted(const pb::Expression::Literal& from) {
  auto literal = FromProto(from);
  EXPECT_TRUE(literal.ok()) << literal.status().ToString();
  return literal.ok() ? *literal : plan::expression::Literal{};
}

pb::Expression::Literal Decimal(const char* text, int precision = -1, int scale = -1) {
  pb::Expression::Literal literal;
  literal.mutable_decimal()->set_value(text);
  if (precision >= 0) literal.mutable_decimal()->set_precision(precision);
  if (scale >= 0) literal.mutable_decimal()->set_scale(scale);
  return literal;
}

TEST(Literals, DecimalsAreAsWideAsTheirDigitsAndTheirTypeAsk) {
  EXPECT_EQ(Converted(Decimal("1.23")).type, DecimalType(3, 2));
  EXPECT_EQ(Converted(Decimal("1.23", 10, 0)).type, DecimalType(10, 2));
  EXPECT_EQ(Converted(Decimal("0.001")).type, DecimalType(3, 3));
  EXPECT_EQ(Converted(Decimal("0.001")).value, Value::Decimal(1));
  EXPECT_EQ(Converted(Decimal("-12E3")).value, Value::Decimal(-12'000));
  EXPECT_EQ(Converted(Decimal("0")).type, DecimalType(1, 0));
  EXPECT_FALSE(FromProto(Decimal("twelve")).ok());
  EXPECT_FALSE(FromProto(Decimal("1E2147483647")).ok());
  EXPECT_FALSE(FromProto(Decimal("1E-2147483647")).ok());
  EXPECT_FALSE(FromProto(Decimal("1", 1000, 0)).ok());
}

TEST(Literals, SmallNumbersMustFitTheirType) {
  pb::Expression::Literal literal;
  literal.set_byte(127);
  EXPECT_EQ(Converted(literal).type, ByteType());
  literal.set_byte(128);
  EXPECT_FALSE(FromProto(literal).ok());
  literal.set_short_(-32'768);
  EXPECT_EQ(Converted(literal).value, Value::Int(-32'768));
  literal.set_short_(-32'769);
  EXPECT_FALSE(FromProto(literal).ok());
}

TEST(Literals, ArraysTakeTheirDeclaredTypeOrThatOfTheirElements) {
  pb::Expression::Literal literal;
  literal.mutable_array()->add_elements()->mutable_null()->mutable_null();
  literal.mutable_array()->add_elements()->set_long_(5);
  EXPECT_EQ(Converted(literal).type, ArrayType(LongType()));
  EXPECT_EQ(Converted(literal).value, Value::List({Value::Null(), Value::Int(5)}));
  literal.mutable_array()->mutable_element_type()->mutable_string();
  EXPECT_FALSE(FromProto(literal).ok());
  ToProto(ArrayType(LongType(), false), literal.mutable_data_type());
  EXPECT_EQ(Converted(literal).type, ArrayType(LongType(), false));
}

TEST(Literals, MapsAndStructs) {
  pb::Expression::Literal map;
  map.mutable_map()->add_keys()->set_string("k");
  map.mutable_map()->add_values()->set_integer(1);
  EXPECT_EQ(Converted(map).type, MapType(StringType(), IntegerType()));
  EXPECT_EQ(Converted(map).value, Value::List({Value::List({Value::Bytes("k"), Value::Int(1)})}));
  map.mutable_map()->add_keys()->set_string("without a value");
  EXPECT_FALSE(FromProto(map).ok());

  pb::Expression::Literal row;
  row.mutable_struct_()->add_elements()->set_integer(1);
  EXPECT_FALSE(FromProto(row).ok());
  const StructType type = StructType().add("a", IntegerType());
  ToProto(type, row.mutable_struct_()->mutable_struct_type());
  EXPECT_EQ(Converted(row).type, type);
}

TEST(Types, ComeBackAsTheyWent) {
  const StructType type = StructType()
                              .add("n", NullType())
                              .add("d", DecimalType(20, 4), false)
                              .add("c", CharType(3))
                              .add("v", VarcharType(9))
                              .add("t", TimestampType())
                              .add("ntz", TimestampNTZType())
                              .add("time", TimeType(3))
                              .add("dt", DayTimeIntervalType(1, 2))
                              .add("ym", YearMonthIntervalType(0, 0))
                              .add("cal", CalendarIntervalType())
                              .add("var", VariantType())
                              .add("a", ArrayType(BinaryType(), false))
                              .add("m", MapType(DateType(), FloatType(), false))
                              .add("s", StructType().add("x", ShortType(), true, "{\"k\":1}"));
  pb::DataType message;
  ToProto(type, &message);
  const auto back = FromProto(message);
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(*back, type);
}

TEST(Types, WhatDoesNotExistIsRefused) {
  pb::DataType type;
  EXPECT_FALSE(FromProto(type).ok());
  type.mutable_decimal()->set_precision(39);
  EXPECT_FALSE(FromProto(type).ok());
  type.mutable_char_()->set_length(0);
  EXPECT_FALSE(FromProto(type).ok());
  type.mutable_geometry();
  EXPECT_EQ(FromProto(type).status().code(), base::StatusCode::kUnsupported);
  type.mutable_unparsed()->set_data_type_string("array<int>");
  EXPECT_EQ(*FromProto(type), ArrayType(IntegerType()));
}

}  // namespace
}  // namespace millrace::connect
