#include "data/row_json.h"

#include <limits>

#include <arrow/array.h>
#include <arrow/builder.h>
#include <gtest/gtest.h>

#include "data/arrow_value.h"

namespace millrace::data {
namespace {

StructType Schema() {
  const StructType inner = StructType().add("n", LongType()).add("s", StringType());
  return StructType()
      .add("n", LongType())
      .add("s", StringType())
      .add("st", inner)
      .add("l", ArrayType(LongType()))
      .add("d", DoubleType())
      .add("nul", IntegerType())
      .add("day", DateType())
      .add("ts", TimestampType())
      .add("dec", DecimalType(20, 2))
      .add("bin", BinaryType())
      .add("mp", MapType(StringType(), LongType()))
      .add("mi", MapType(IntegerType(), IntegerType()));
}

std::vector<Value> Values() {
  return {Value::Int(3),
          Value::Bytes("b\n"),
          Value::List({Value::Int(2), Value::Bytes("b")}),
          Value::List({Value::Int(1), Value::Int(2)}),
          Value::Double(1.5),
          Value::Null(),
          Value::Int(19724),
          Value::Int(1'704'164'645'000'000),
          Value::Decimal(300),
          Value::Bytes("ab"),
          Value::List({Value::List({Value::Bytes("a"), Value::Int(1)})}),
          Value::List({Value::List({Value::Int(7), Value::Null()})})};
}

// Both as Spark 4.2 wrote observed metrics of a stream.
TEST(RowJson, IsAnObjectOfTheColumns) {
  EXPECT_EQ(RowJson(Values(), Schema(), absl::UTCTimeZone()),
            R"({"n":3,"s":"b\n","st":{"n":2,"s":"b"},"l":[1,2],"d":1.5,"nul":null,)"
            R"("day":"2024-01-02","ts":"2024-01-02 03:04:05","dec":3.00,"bin":"YWI=",)"
            R"("mp":{"a":1},"mi":[{"key":7,"value":null}]})");
}

TEST(RowJson, JacksonsValues) {
  EXPECT_EQ(RowValuesJson(Values(), Schema()),
            R"([3,"b\n",{"values":[2,"b"],"schema":{"type":"struct","fields":[)"
            R"({"name":"n","type":"long","nullable":true,"metadata":{}},)"
            R"({"name":"s","type":"string","nullable":true,"metadata":{}}]}},[1,2],1.5,null,)"
            R"(1704153600000,1704164645000,3.00,"YWI=",{"a":1},{"7":null}])");
}

TEST(RowJson, WhatIsNoNumberIsAText) {
  const StructType schema = StructType().add("a", DoubleType()).add("t", TimestampType());
  const std::vector<Value> values = {Value::Double(std::numeric_limits<double>::quiet_NaN()),
                                     Value::Int(-1)};
  EXPECT_EQ(RowJson(values, schema, absl::UTCTimeZone()),
            R"({"a":"NaN","t":"1969-12-31 23:59:59.999999"})");
  EXPECT_EQ(RowValuesJson(values, schema), R"(["NaN",-1])");
}

TEST(ValueOfCell, NestedOnes) {
  auto ints = std::make_shared<arrow::Int64Builder>();
  arrow::ListBuilder lists(arrow::default_memory_pool(), ints);
  ASSERT_TRUE(lists.Append().ok());
  ASSERT_TRUE(ints->AppendValues({1, 2}).ok());
  ASSERT_TRUE(lists.AppendNull().ok());
  const auto array = lists.Finish().ValueOrDie();
  const DataType type = ArrayType(LongType());
  EXPECT_EQ(*ValueOfCell(*array, 0, type), Value::List({Value::Int(1), Value::Int(2)}));
  EXPECT_TRUE(ValueOfCell(*array, 1, type)->is_null());
  EXPECT_FALSE(ValueOfCell(*array, 0, StringType()).ok());
}

}  // namespace
}  // namespace millrace::data
