// Lambdas and the functions that evaluate only what they must, over Arrow columns without SQL.

#include <string>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "processor/duckdb/column_builder.h"
#include "processor/duckdb/evaluator.h"

namespace millrace::processor::duckdb {
namespace {

using data::Value;
using plan::BoundExpression;
using plan::BoundExpressionPtr;

template <typename Node>
BoundExpressionPtr Make(Node node, DataType type) {
  auto made = std::make_shared<BoundExpression>();
  made->type = std::move(type);
  made->node = std::move(node);
  made->text = "x";
  return made;
}

BoundExpressionPtr Column(int index, DataType type) { return Make(plan::ColumnRef{index}, type); }
BoundExpressionPtr Long(std::int64_t value) {
  return Make(plan::Constant{Value::Int(value)}, LongType());
}
BoundExpressionPtr Variable(std::int64_t id) { return Make(plan::LambdaVariable{id}, LongType()); }
BoundExpressionPtr Call(const char* name, std::vector<BoundExpressionPtr> args, DataType type) {
  return Make(plan::Call{name, std::move(args), {}}, std::move(type));
}
BoundExpressionPtr LambdaOf(std::vector<std::int64_t> ids, const BoundExpressionPtr& body) {
  return Make(plan::Lambda{std::move(ids), body}, body->type);
}

std::shared_ptr<arrow::Array> ColumnOf(const DataType& type, const std::vector<Value>& values) {
  auto builder = *ColumnBuilder::Make(type);
  for (const Value& value : values) builder->AppendValue(value);
  return *builder->Finish();
}

Value Longs(std::vector<std::int64_t> numbers) {
  std::vector<Value> values;
  for (std::int64_t number : numbers) values.push_back(Value::Int(number));
  return Value::List(std::move(values));
}

const DataType kLongs = ArrayType(LongType());

std::string Answers(const BoundExpressionPtr& expression,
                const std::vector<std::shared_ptr<arrow::Array>>& columns, std::int64_t rows) {
  const TimeZone zone = *TimeZone::Parse("UTC");
  auto evaluator = Evaluator::Make(expression, zone);
  if (!evaluator.ok()) return evaluator.status().message();
  auto array = (*evaluator)->EvaluateColumn({columns, rows, 0});
  if (!array.ok()) return array.status().message();
  EXPECT_TRUE((*array)->ValidateFull().ok());
  EXPECT_EQ((*array)->length(), rows);
  std::string out;
  for (std::int64_t row = 0; row < rows; ++row) {
    out += (row > 0 ? " " : "") + (*(*array)->GetScalar(row))->ToString();
  }
  return out;
}

std::vector<std::shared_ptr<arrow::Array>> Lists() {
  return {ColumnOf(kLongs, {Longs({1, 2}), Value::Null(), Longs({}), Longs({3, 4, 5})}),
          ColumnOf(LongType(), {Value::Int(10), Value::Int(20), Value::Int(30), Value::Int(40)})};
}

TEST(Lambda, SeesElementsPositionsAndTheColumnsAroundIt) {
  auto sum = Call("+", {Variable(7), Column(1, LongType())}, LongType());
  auto call = Call("transform", {Column(0, kLongs), LambdaOf({7}, sum)}, kLongs);
  EXPECT_EQ(Answers(call, Lists(), 4),
            "list<element: int64>[11, 12] null list<element: int64>[] "
            "list<element: int64>[43, 44, 45]");
  auto position = Make(plan::CastTo{Make(plan::LambdaVariable{8}, IntegerType())}, LongType());
  call = Call("transform", {Column(0, kLongs), LambdaOf({7, 8}, position)}, kLongs);
  EXPECT_EQ(Answers(call, Lists(), 4),
            "list<element: int64>[0, 1] null list<element: int64>[] "
            "list<element: int64>[0, 1, 2]");
}

TEST(Lambda, OneWithinAnotherSeesBothVariables) {
  auto sum = Call("+", {Variable(1), Call("*", {Variable(2), Column(1, LongType())}, LongType())},
                  LongType());
  auto inner = Call("transform", {Column(0, kLongs), LambdaOf({2}, sum)}, kLongs);
  auto outer =
      Call("transform", {Column(0, kLongs), LambdaOf({1}, inner)}, ArrayType(kLongs));
  std::vector<std::shared_ptr<arrow::Array>> columns = {ColumnOf(kLongs, {Longs({1, 2})}),
                                                        ColumnOf(LongType(), {Value::Int(10)})};
  EXPECT_EQ(Answers(outer, columns, 1),
            "list<element: list<element: int64>>[list<element: int64>[11, 21], "
            "list<element: int64>[12, 22]]");
}

TEST(Lambda, ConstantListsMeetColumns) {
  auto list = Make(plan::Constant{Longs({1, 2})}, kLongs);
  auto sum = Call("+", {Variable(7), Column(0, LongType())}, LongType());
  auto call = Call("transform", {list, LambdaOf({7}, sum)}, kLongs);
  EXPECT_EQ(Answers(call, {ColumnOf(LongType(), {Value::Int(10), Value::Int(20)})}, 2),
            "list<element: int64>[11, 12] list<element: int64>[21, 22]");
}

TEST(Conditional, EvaluatesOnlyTheRowsThatNeedIt) {
  auto a = Column(0, LongType());
  auto quotient = Call("%", {Long(7), a}, LongType());
  auto is_zero = Call("=", {a, Long(0)}, BooleanType());
  std::vector<std::shared_ptr<arrow::Array>> columns = {
      ColumnOf(LongType(), {Value::Int(2), Value::Int(0), Value::Null()})};
  EXPECT_EQ(Answers(Call("case_when", {is_zero, Long(-1), quotient}, LongType()), columns, 3),
            "1 -1 null");
  auto odd = Call("=", {quotient, Long(1)}, BooleanType());
  EXPECT_EQ(Answers(Call("or", {is_zero, odd}, BooleanType()), columns, 3), "true true null");
  EXPECT_EQ(Answers(Call("coalesce", {a, quotient, Long(5)}, LongType()), columns, 3), "2 0 5");
  EXPECT_EQ(Answers(Call("in", {a, Long(0), quotient}, BooleanType()), columns, 3),
            "false true null");
  EXPECT_NE(Answers(quotient, columns, 3).find("BY_ZERO"), std::string::npos);
}

TEST(ColumnBuilderTest, AppendsFromArraysOfAnyType) {
  DataType type = StructType()
                      .add("a", ArrayType(StringType()))
                      .add("m", MapType(StringType(), DecimalType(38, 2)));
  Value value = Value::List({Value::List({Value::Bytes("x"), Value::Null()}),
                             Value::List({Value::List({Value::Bytes("k"), Value::Decimal(5)})})});
  auto array = ColumnOf(type, {Value::Null(), value, value});
  auto builder = *ColumnBuilder::Make(type);
  auto sliced = array->Slice(1);
  builder->AppendFrom(*sliced, 1);
  builder->AppendFrom(*array, 0);
  EXPECT_TRUE((*builder->Finish())->Equals(*ColumnOf(type, {value, Value::Null()})));
}

}  // namespace
}  // namespace millrace::processor::duckdb
