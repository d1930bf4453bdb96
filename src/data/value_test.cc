#include "data/value.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace millrace::data {
namespace {

TEST(ValueTest, Equality) {
  EXPECT_EQ(Value(), Value::Null());
  EXPECT_EQ(Value::Int(1), Value::Int(1));
  EXPECT_NE(Value::Int(1), Value::Int(2));
  EXPECT_NE(Value::Int(1), Value::Bool(true));
  EXPECT_NE(Value::Int(1), Value::Double(1));
  EXPECT_EQ(Value::Double(NAN), Value::Double(-NAN));
  EXPECT_NE(Value::Double(0.0), Value::Double(-0.0));
  EXPECT_EQ(Value::List({Value::Bytes("a"), Value::Double(NAN)}),
            Value::List({Value::Bytes("a"), Value::Double(NAN)}));
  EXPECT_NE(Value::Decimal(1), Value::Decimal(2));
}

TEST(ValueTest, Accessors) {
  EXPECT_TRUE(Value::Bool(true).bool_value());
  EXPECT_EQ(Value::Int(-5).int_value(), -5);
  EXPECT_EQ(Value::Bytes("x").bytes(), "x");
  EXPECT_TRUE(Value::Decimal(7).decimal_value() == 7);
  EXPECT_EQ(Value::List({Value::Int(1)}).list().size(), 1u);
  EXPECT_TRUE(Value::List({}).is_list() && !Value::List({}).is_null());
}

TEST(ToSqlTest, AsLiteralSql) {
  const double infinity = std::numeric_limits<double>::infinity();
  struct Case {
    Value value;
    DataType type;
    const char* sql;
    const char* pretty;
  };
  const Case cases[] = {
      {Value(), NullType(), "NULL", "NULL"},
      {Value(), IntegerType(), "CAST(NULL AS INT)", "NULL"},
      {Value(), ArrayType(IntegerType()), "NULL", "NULL"},
      {Value::Bool(true), BooleanType(), "true", "true"},
      {Value::Int(-1), ByteType(), "-1Y", "-1"},
      {Value::Int(1), ShortType(), "1S", "1"},
      {Value::Int(1), IntegerType(), "1", "1"},
      {Value::Int(1), LongType(), "1L", "1"},
      {Value::Double(1.5), FloatType(), "CAST('1.5' AS FLOAT)", "1.5"},
      {Value::Double(1e10), DoubleType(), "1.0E10D", "1.0E10"},
      {Value::Double(-infinity), DoubleType(), "CAST('-Infinity' AS DOUBLE)", "-Infinity"},
      {Value::Double(NAN), DoubleType(), "CAST('NaN' AS DOUBLE)", "NaN"},
      {Value::Decimal(-150), DecimalType(10, 2), "-1.50BD", "-1.50"},
      {Value::Bytes("it's \\"), StringType(), "'it\\'s \\\\'", "it's \\"},
      {Value::Bytes(std::string("\x00\xff", 2)), BinaryType(), "X'00FF'", "X'00FF'"},
      {Value::Int(20'000), DateType(), "DATE '2024-10-04'", "DATE '2024-10-04'"},
      {Value::Int(1'500'000), TimestampType(), "TIMESTAMP '1970-01-01 01:00:01.5'",
       "TIMESTAMP '1970-01-01 01:00:01.5'"},
      {Value::Int(1'500'000), TimestampNTZType(), "TIMESTAMP_NTZ '1970-01-01 00:00:01.5'",
       "TIMESTAMP_NTZ '1970-01-01 00:00:01.5'"},
      {Value::Int(3'723'500'000'000), TimeType(), "TIME '01:02:03.5'", "TIME '01:02:03.5'"},
      {Value::Int(90'000'000), DayTimeIntervalType(), "INTERVAL '0 00:01:30' DAY TO SECOND",
       "INTERVAL '0 00:01:30' DAY TO SECOND"},
      {Value::Int(-14), YearMonthIntervalType(), "INTERVAL '-1-2' YEAR TO MONTH",
       "INTERVAL '-1-2' YEAR TO MONTH"},
      {Value::List({Value::Int(1), Value()}), ArrayType(LongType()),
       "ARRAY(1L, CAST(NULL AS BIGINT))", "ARRAY(1L, CAST(NULL AS BIGINT))"},
      {Value::List({Value::List({Value::Bytes("k"), Value::Int(1)})}),
       MapType(StringType(), IntegerType()), "MAP('k', 1)", "MAP('k', 1)"},
      {Value::List({Value::Int(1), Value::Bytes("x")}),
       StructType().add("a", IntegerType()).add("b", StringType()), "NAMED_STRUCT(a, 1, b, 'x')",
       "NAMED_STRUCT(a, 1, b, 'x')"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(ToSql(c.value, c.type, "Europe/Berlin"), c.sql);
    EXPECT_EQ(ToPrettySql(c.value, c.type, "Europe/Berlin"), c.pretty);
  }
}

TEST(ValueDeathTest, WrongKindIsABug) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(static_cast<void>(Value::Int(1).bytes()), "internal error");
  EXPECT_DEATH(static_cast<void>(ToSql(Value::Bytes("x"), IntegerType())), "internal error");
}

}  // namespace
}  // namespace millrace::data
