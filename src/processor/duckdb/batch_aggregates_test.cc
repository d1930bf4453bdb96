// Aggregate functions whose meaning is not DuckDB's own.

#include <cmath>

#include "processor/duckdb/batch_testing.h"

namespace millrace::processor::duckdb::testing {
namespace {

using Lines = std::vector<std::string>;

/// The answer of one aggregate function over one column of values.
std::string Over(const std::vector<Value>& values, const DataType& type, BoundExpressionPtr call) {
  std::vector<std::vector<Value>> rows;
  for (const Value& value : values) rows.push_back({value});
  auto table = std::make_shared<MemoryTable>(std::vector<DataType>{type},
                                             std::vector<std::vector<std::vector<Value>>>{rows});
  Lines lines =
      Rows(AggregateOf(Rel(plan::Scan{0, false}, {type}), {}, {std::move(call)}), {table});
  return lines.size() == 1 ? lines[0] : "rows: " + std::to_string(lines.size());
}

std::vector<Value> Doubles(const std::vector<double>& numbers) {
  std::vector<Value> values;
  for (double number : numbers) values.push_back(Value::Double(number));
  return values;
}

BoundExpressionPtr Fraction(double value) { return Lit(Value::Double(value), DoubleType()); }

TEST(BatchAggregates, AveragesOfDecimalsRoundHalfUp) {
  const DataType type = DecimalType(10, 2);
  const DataType result = DecimalType(14, 6);
  auto average = Agg("avg", {Col(0, type)}, result);
  EXPECT_EQ(Over({Value::Decimal(100), Value::Decimal(100), Value::Decimal(101)}, type, average),
            "1.003333");
  EXPECT_EQ(Over({Value::Decimal(-200), Value::Decimal(-200), Value::Decimal(-100)}, type, average),
            "-1.666667");
  EXPECT_EQ(Over({Value::Null()}, type, average), "null");
}

TEST(BatchAggregates, PercentilesLieBetweenOrAreValues) {
  const DataType type = DoubleType();
  auto values = Doubles({4, 1, 3, 2});
  auto x = Col(0, type);
  EXPECT_EQ(Over(values, type, Agg("median", {x}, type)), "2.5");
  EXPECT_EQ(Over(values, type, Agg("percentile", {x, Fraction(0.9)}, type)), "3.7");
  EXPECT_EQ(Over(values, type, Agg("percentile_approx", {x, Fraction(0.5), Int(100)}, type)), "2");
  EXPECT_EQ(Over(values, type, Agg("percentile_approx", {x, Fraction(1), Int(100)}, type)), "4");
  auto both = Lit(Value::List({Value::Double(0), Value::Double(1)}), ArrayType(type, false));
  EXPECT_EQ(Over(values, type, Agg("percentile", {x, both}, ArrayType(type, false))),
            "list<element: double not null>[1, 4]");
  EXPECT_EQ(Over({Value::Null()}, type, Agg("median", {x}, type)), "null");
}

TEST(BatchAggregates, MomentsAreThoseOfThePopulation) {
  const DataType type = DoubleType();
  auto x = Col(0, type);
  EXPECT_EQ(Over(Doubles({-10, -20, 100, 1000}), type, Agg("skewness", {x}, type)).substr(0, 12),
            "1.1135657469");
  EXPECT_EQ(Over(Doubles({-10, -20, 100, 1000}), type, Agg("kurtosis", {x}, type)).substr(0, 12),
            "-0.701436804");
  EXPECT_EQ(Over(Doubles({3, 3}), type, Agg("skewness", {x}, type)), "null");
  EXPECT_EQ(Over(Doubles({3}), type, Agg("stddev", {x}, type)), "null");
}

TEST(BatchAggregates, CorrelationsWithoutSpread) {
  const DataType type = DoubleType();
  auto x = Col(0, type);
  auto one = Fraction(1);
  EXPECT_EQ(Over(Doubles({3}), type, Agg("corr", {x, x}, type)), "null");
  EXPECT_EQ(Over(Doubles({3, 4, 5}), type, Agg("corr", {x, x}, type)), "1");
  EXPECT_NE(Over(Doubles({3, 4}), type, Agg("corr", {x, one}, type)).find("DIVIDE_BY_ZERO"),
            std::string::npos);
  EXPECT_EQ(Over(Doubles({3, 4}), type, Agg("regr_slope", {x, one}, type)), "null");
  EXPECT_EQ(Over(Doubles({NAN, 4}), type, Agg("stddev", {x}, type)), "nan");
  EXPECT_EQ(Over(Doubles({2, 4}), type, Agg("var_pop", {x}, type)), "1");
}

TEST(BatchAggregates, SumsThatAreTooLarge) {
  const DataType type = DecimalType(38, 0);
  __int128 large = 1;
  for (int i = 0; i < 37; ++i) large *= 10;
  std::vector<Value> values(20, Value::Decimal(large * 9));
  const std::string failure = Over(values, type, Agg("sum", {Col(0, type)}, type));
  EXPECT_NE(failure.find("Overflow in sum of decimals"), std::string::npos) << failure;
  const DataType longs = LongType();
  auto sum = Make(plan::AggregateCall{"sum", {Col(0, longs)}, false, nullptr, {}, {{"eval", "legacy"}}},
                  longs);
  EXPECT_EQ(Over({Value::Int(INT64_MAX), Value::Int(1)}, longs, sum),
            std::to_string(INT64_MIN));
}

TEST(BatchAggregates, NestedValuesHaveSparksOrder) {
  const DataType type = ArrayType(LongType());
  std::vector<Value> values = {
      Value::List({Value::Int(1), Value::Int(2)}), Value::List({Value::Int(1), Value::Null()}),
      Value::List({Value::Int(1)}), Value::List({Value::Int(-5), Value::Int(9)}), Value::Null()};
  EXPECT_EQ(Over(values, type, Agg("min", {Col(0, type)}, type)), "list<element: int64>[-5, 9]");
  EXPECT_EQ(Over(values, type, Agg("max", {Col(0, type)}, type)), "list<element: int64>[1, 2]");
  std::vector<std::vector<Value>> rows;
  for (const Value& value : values) rows.push_back({value});
  auto table = std::make_shared<MemoryTable>(std::vector<DataType>{type},
                                             std::vector<std::vector<std::vector<Value>>>{rows});
  EXPECT_EQ(Rows(SortOf(Rel(plan::Scan{0, false}, {type}), {{Col(0, type), true, true}}), {table}),
            (Lines{"null", "list<element: int64>[-5, 9]", "list<element: int64>[1]",
                   "list<element: int64>[1, null]", "list<element: int64>[1, 2]"}));
}

TEST(BatchAggregates, ListsAndTexts) {
  const DataType type = StringType();
  std::vector<Value> values = {Value::Bytes("b"), Value::Null(), Value::Bytes("a"),
                               Value::Bytes("b")};
  auto x = Col(0, type);
  EXPECT_EQ(Over(values, type, Agg("collect_list", {x}, ArrayType(type, false))),
            "list<element: string not null>[b, a, b]");
  EXPECT_EQ(Over(values, type, Agg("listagg", {x, Text(", ")}, type)), "b, a, b");
  EXPECT_EQ(Over({Value::Null()}, type, Agg("collect_list", {x}, ArrayType(type, false))),
            "list<element: string not null>[]");
  EXPECT_EQ(Over(values, type, Agg("first", {x}, type)), "b");
  EXPECT_EQ(Over(values, type, Agg("max_by", {x, x}, type)), "b");
  EXPECT_EQ(Over(values, type, Agg("count", {x}, LongType())), "3");
}

}  // namespace
}  // namespace millrace::processor::duckdb::testing
