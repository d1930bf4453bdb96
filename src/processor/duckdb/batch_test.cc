// Whole queries: operators, one by one, on plans built by hand.

#include <algorithm>
#include <cmath>

#include "processor/duckdb/batch_testing.h"

namespace millrace::processor::duckdb::testing {
namespace {

using Lines = std::vector<std::string>;

Lines Sorted(Lines lines) {
  std::sort(lines.begin(), lines.end());
  return lines;
}

BoundExpressionPtr Id() { return Col(0, LongType()); }

TEST(Batch, RangesGoBothWaysAndKeepTheirOrder) {
  EXPECT_EQ(Rows(RangeOf(0, 3)), (Lines{"0", "1", "2"}));
  EXPECT_EQ(Rows(RangeOf(5, 0, -2)), (Lines{"5", "3", "1"}));
  EXPECT_EQ(Rows(RangeOf(3, 3)), Lines{});
  Answer many = RunPlan(ProjectOf(RangeOf(0, 300'000), {Fn("+", {Id(), Long(1)}, LongType())}));
  ASSERT_TRUE(many.status.ok()) << many.status.ToString();
  ASSERT_EQ(many.table->num_rows(), 300'000);
  std::int64_t expected = 0;
  for (const auto& chunk : many.table->column(0)->chunks()) {
    for (std::int64_t i = 0; i < chunk->length(); ++i) {
      ASSERT_EQ(static_cast<const arrow::Int64Array&>(*chunk).Value(i), ++expected);
    }
  }
}

TEST(Batch, ScansReadOnlyTheColumnsThatAreUsed) {
  auto table = std::make_shared<MemoryTable>(
      std::vector<DataType>{LongType(), StringType(), LongType()},
      std::vector<std::vector<std::vector<Value>>>{
          {{Value::Int(1), Value::Bytes("a"), Value::Int(10)},
           {Value::Int(2), Value::Null(), Value::Int(20)}},
          {{Value::Int(3), Value::Bytes("c\xff"), Value::Null()}}});
  auto scan = Rel(plan::Scan{0, false}, {LongType(), StringType(), LongType()});
  EXPECT_EQ(Rows(ProjectOf(scan, {Col(2, LongType()), Id()}), {table}),
            (Lines{"10|1", "20|2", "null|3"}));
  EXPECT_EQ(table->opened_columns(), (std::vector<int>{0, 2}));
  EXPECT_EQ(Rows(AggregateOf(scan, {}, {Agg("count", {}, LongType())}), {table}), Lines{"3"});
  EXPECT_LE(table->opened_columns().size(), 1u);
}

TEST(Batch, FiltersAndErrors) {
  auto mod = Fn("%", {Id(), Long(2)}, LongType());
  auto even = Fn("=", {mod, Long(0)}, BooleanType());
  EXPECT_EQ(Rows(FilterOf(RangeOf(0, 5), even)), (Lines{"0", "2", "4"}));
  // 1 / 0 is behind a filter, and only there.
  auto quotient = Fn("/", {Lit(Value::Double(1), DoubleType()),
                           Make(plan::CastTo{Id()}, DoubleType())},
                     DoubleType());
  auto not_zero = Fn("!=", {Id(), Long(0)}, BooleanType());
  auto large = Fn(">", {quotient, Lit(Value::Double(0.4), DoubleType())}, BooleanType());
  EXPECT_EQ(Rows(FilterOf(FilterOf(RangeOf(0, 5), not_zero), large)), (Lines{"1", "2"}));
  EXPECT_EQ(Rows(FilterOf(RangeOf(0, 5), Fn("and", {not_zero, large}, BooleanType()))),
            (Lines{"1", "2"}));
  EXPECT_EQ(Rows(ProjectOf(FilterOf(RangeOf(0, 3), not_zero), {quotient})), (Lines{"1", "0.5"}));
  EXPECT_EQ(RunPlan(ProjectOf(RangeOf(0, 3), {quotient})).status.spark_error().condition,
            "DIVIDE_BY_ZERO");
  auto overflow = Fn("+", {Id(), Long(INT64_MAX)}, LongType());
  EXPECT_EQ(RunPlan(ProjectOf(RangeOf(0, 3), {overflow})).status.spark_error().condition,
            "ARITHMETIC_OVERFLOW");
}

TEST(Batch, CaseAndCoalesceEvaluateByNeed) {
  auto quotient = Fn("%", {Long(7), Id()}, LongType());
  auto is_zero = Fn("=", {Id(), Long(0)}, BooleanType());
  EXPECT_EQ(Rows(ProjectOf(RangeOf(0, 3),
                           {Fn("case_when", {is_zero, Long(-1), quotient}, LongType())})),
            (Lines{"-1", "0", "1"}));
}

TEST(Batch, AggregatesByKey) {
  auto mod = Fn("%", {Id(), Long(3)}, LongType());
  auto plan = AggregateOf(RangeOf(0, 10), {mod},
                          {Agg("sum", {Id()}, LongType()), Agg("count", {Id()}, LongType()),
                           Agg("avg", {Id()}, DoubleType()), Agg("max", {Id()}, LongType()),
                           Agg("collect_list", {Id()}, ArrayType(LongType(), false))});
  EXPECT_EQ(Rows(SortOf(plan, {{Id()}})),
            (Lines{"0|18|4|4.5|9|list<element: int64 not null>[0, 3, 6, 9]",
                   "1|12|3|4|7|list<element: int64 not null>[1, 4, 7]",
                   "2|15|3|5|8|list<element: int64 not null>[2, 5, 8]"}));
  auto none = FilterOf(RangeOf(0, 3), Fn("<", {Id(), Long(0)}, BooleanType()));
  EXPECT_EQ(Rows(AggregateOf(none, {}, {Agg("sum", {Id()}, LongType()),
                                        Agg("count", {}, LongType())})),
            Lines{"null|0"});
  EXPECT_EQ(Rows(AggregateOf(none, {mod}, {Agg("count", {}, LongType())})), Lines{});
  auto all = ProjectOf(RangeOf(0, 3), {Fn("-", {Long(INT64_MAX), Id()}, LongType())});
  EXPECT_EQ(RunPlan(AggregateOf(all, {}, {Agg("sum", {Id()}, LongType())}))
                .status.spark_error()
                .condition,
            "ARITHMETIC_OVERFLOW");
}

TEST(Batch, GroupingSetsGiveTheirId) {
  auto a = Fn("%", {Id(), Long(2)}, LongType());
  auto b = Fn("<", {Id(), Long(2)}, BooleanType());
  auto plan = AggregateOf(RangeOf(0, 4), {a, b}, {Agg("count", {}, LongType())}, {{0, 1}, {0}, {}});
  EXPECT_EQ(Sorted(Rows(plan)), (Lines{"0|false|0|1", "0|null|1|2", "0|true|0|1", "1|false|0|1",
                                       "1|null|1|2", "1|true|0|1", "null|null|3|4"}));
}

TEST(Batch, FloatingGroupsAndOrder) {
  const double nan = std::nan("");
  auto value = [](double x) { return std::vector<BoundExpressionPtr>{Lit(Value::Double(x), DoubleType())}; };
  auto rows = Rel(plan::Values{{value(0.0), value(-0.0), value(nan), value(nan), value(INFINITY),
                                {Lit(Value::Null(), DoubleType())}}},
                  {DoubleType()});
  auto x = Col(0, DoubleType());
  auto groups = AggregateOf(rows, {x}, {Agg("count", {}, LongType())});
  EXPECT_EQ(Rows(SortOf(groups, {{x, true, true}})), (Lines{"null|1", "0|2", "inf|1", "nan|2"}));
  EXPECT_EQ(Rows(SortOf(groups, {{x, false, false}})), (Lines{"nan|2", "inf|1", "0|2", "null|1"}));
}

TEST(Batch, JoinsOfAllKinds) {
  auto join = [](plan::ResolvedJoinType type, std::vector<DataType> types) {
    plan::Join node{RangeOf(0, 3), RangeOf(1, 4), type,
                    Fn("=", {Col(0, LongType()), Col(1, LongType())}, BooleanType()), false};
    return Sorted(Rows(Rel(std::move(node), types)));
  };
  using enum plan::ResolvedJoinType;
  EXPECT_EQ(join(kInner, {LongType(), LongType()}), (Lines{"1|1", "2|2"}));
  EXPECT_EQ(join(kLeft, {LongType(), LongType()}), (Lines{"0|null", "1|1", "2|2"}));
  EXPECT_EQ(join(kRight, {LongType(), LongType()}), (Lines{"1|1", "2|2", "null|3"}));
  EXPECT_EQ(join(kFull, {LongType(), LongType()}), (Lines{"0|null", "1|1", "2|2", "null|3"}));
  EXPECT_EQ(join(kLeftSemi, {LongType()}), (Lines{"1", "2"}));
  EXPECT_EQ(join(kLeftAnti, {LongType()}), (Lines{"0"}));
  plan::Join cross{RangeOf(0, 2), RangeOf(0, 2), kCross, nullptr, false};
  EXPECT_EQ(Rows(Rel(std::move(cross), {LongType(), LongType()})).size(), 4u);
  // The right side counts up to the left side's value.
  auto outer = Make(plan::OuterColumn{0, 1}, LongType());
  auto upto = FilterOf(RangeOf(0, 9), Fn("<", {Id(), outer}, BooleanType()));
  plan::Join lateral{RangeOf(0, 3), upto, kInner, nullptr, true};
  EXPECT_EQ(Sorted(Rows(Rel(std::move(lateral), {LongType(), LongType()}))),
            (Lines{"1|0", "2|0", "2|1"}));
}

TEST(Batch, Subqueries) {
  auto outer = Make(plan::OuterColumn{0, 1}, LongType());
  auto correlated = AggregateOf(
      FilterOf(RangeOf(0, 10), Fn("<", {Id(), outer}, BooleanType())), {},
      {Agg("sum", {Id()}, LongType())});
  auto scalar = Make(plan::Subquery{plan::Subquery::Kind::kScalar, correlated, {}}, LongType());
  EXPECT_EQ(Rows(ProjectOf(RangeOf(0, 4), {Id(), scalar})),
            (Lines{"0|null", "1|0", "2|1", "3|3"}));
  auto exists = Make(
      plan::Subquery{plan::Subquery::Kind::kExists,
                     FilterOf(RangeOf(2, 4), Fn("=", {Id(), outer}, BooleanType())), {}},
      BooleanType());
  EXPECT_EQ(Sorted(Rows(FilterOf(RangeOf(0, 4), exists))), (Lines{"2", "3"}));
  auto in = Make(plan::Subquery{plan::Subquery::Kind::kIn, RangeOf(1, 3), {Id()}}, BooleanType());
  EXPECT_EQ(Sorted(Rows(FilterOf(RangeOf(0, 4), Fn("not", {in}, BooleanType())))),
            (Lines{"0", "3"}));
  // Rows of nulls: what differs in one field differs.
  auto pairs = ProjectOf(RangeOf(0, 1), {Long(2), Lit(Value::Null(), LongType())});
  auto pair_in = [&](std::int64_t first) {
    return Make(plan::Subquery{plan::Subquery::Kind::kIn, pairs, {Long(first), Id()}},
                BooleanType());
  };
  EXPECT_EQ(Rows(ProjectOf(RangeOf(0, 1), {pair_in(1), pair_in(2)})), (Lines{"false|null"}));
  auto two = Make(plan::Subquery{plan::Subquery::Kind::kScalar, RangeOf(0, 2), {}}, LongType());
  EXPECT_EQ(RunPlan(ProjectOf(RangeOf(0, 1), {two})).status.spark_error().condition,
            "SCALAR_SUBQUERY_TOO_MANY_ROWS");
}

TEST(Batch, SortLimitTailAndSets) {
  auto down = SortOf(RangeOf(0, 10), {{Id(), false, false}});
  EXPECT_EQ(Rows(Rel(plan::Limit{down, 3, 1}, {LongType()})), (Lines{"8", "7", "6"}));
  EXPECT_EQ(Rows(Rel(plan::Tail{down, 2}, {LongType()})), (Lines{"1", "0"}));
  auto plus = ProjectOf(down, {Fn("+", {Id(), Long(1)}, LongType())});
  EXPECT_EQ(Rows(plus).front(), "10");
  EXPECT_EQ(Rows(Rel(plan::Limit{RangeOf(0, 5), std::nullopt, 3}, {LongType()})),
            (Lines{"3", "4"}));
  using Type = plan::SetOperation::Type;
  auto set = [](Type type, bool all) {
    auto ones = ProjectOf(RangeOf(0, 3), {Long(1)});
    return Sorted(Rows(Rel(plan::SetOperation{ones, RangeOf(1, 3), type, all}, {LongType()})));
  };
  EXPECT_EQ(set(Type::kUnion, true), (Lines{"1", "1", "1", "1", "2"}));
  EXPECT_EQ(set(Type::kUnion, false), (Lines{"1", "2"}));
  EXPECT_EQ(set(Type::kIntersect, true), (Lines{"1"}));
  EXPECT_EQ(set(Type::kExcept, true), (Lines{"1", "1"}));
  EXPECT_EQ(set(Type::kExcept, false), Lines{});
  auto pairs = ProjectOf(RangeOf(0, 4), {Id(), Fn("%", {Id(), Long(2)}, LongType())});
  EXPECT_EQ(Rows(Rel(plan::Deduplicate{pairs, {1}}, {LongType(), LongType()})).size(), 2u);
}

TEST(Batch, GeneratorsKeepWhatTheyMust) {
  auto list = Fn("case_when",
                 {Fn("=", {Id(), Long(0)}, BooleanType()),
                  Lit(Value::List({}), ArrayType(LongType())),
                  Lit(Value::List({Value::Int(7), Value::Null()}), ArrayType(LongType()))},
                 ArrayType(LongType()));
  auto generate = [&](const char* name, StructType type, bool outer) {
    std::vector<DataType> types = {LongType()};
    for (const auto& field : type.fields()) types.push_back(field.dataType);
    return Rows(Rel(plan::Generate{RangeOf(0, 2), Fn(name, {list}, type), outer}, types));
  };
  StructType one = StructType().add("col", LongType());
  StructType two = StructType().add("pos", IntegerType()).add("col", LongType());
  EXPECT_EQ(generate("explode", one, false), (Lines{"1|7", "1|null"}));
  EXPECT_EQ(generate("explode", one, true), (Lines{"0|null", "1|7", "1|null"}));
  EXPECT_EQ(generate("posexplode", two, true), (Lines{"0|null|null", "1|0|7", "1|1|null"}));
}

TEST(Batch, Windows) {
  auto window = [](BoundExpressionPtr function, std::vector<plan::SortKey> order,
                   plan::WindowFrame frame) {
    auto call = Make(plan::WindowCall{function, {Fn("%", {Id(), Long(2)}, LongType())},
                                      std::move(order), std::move(frame)},
                     function->type);
    return Sorted(Rows(Rel(plan::Window{RangeOf(0, 5), {call}}, {LongType(), function->type})));
  };
  EXPECT_EQ(window(Agg("sum", {Id()}, LongType()), {{Id()}}, {true, nullptr, Int(0)}),
            (Lines{"0|0", "1|1", "2|2", "3|4", "4|6"}));
  EXPECT_EQ(window(Agg("sum", {Id()}, LongType()), {{Id()}}, {false, Long(-2), Long(0)}),
            (Lines{"0|0", "1|1", "2|2", "3|4", "4|6"}));
  EXPECT_EQ(window(Fn("row_number", {}, IntegerType()), {{Id(), false}}, {}),
            (Lines{"0|3", "1|2", "2|2", "3|1", "4|1"}));
  EXPECT_EQ(window(Fn("lag", {Id(), Int(1), Long(-1)}, LongType()), {{Id()}}, {}),
            (Lines{"0|-1", "1|-1", "2|0", "3|1", "4|2"}));
}

TEST(Batch, SamplesAreTheSameForTheSameSeed) {
  auto sample = [](bool with_replacement, std::int64_t seed) {
    return Rows(Rel(plan::Sample{RangeOf(0, 1000), 0, 0.3, with_replacement, seed}, {LongType()}));
  };
  EXPECT_EQ(sample(false, 42), sample(false, 42));
  EXPECT_NE(sample(false, 42), sample(false, 43));
  EXPECT_GT(sample(false, 42).size(), 230u);
  EXPECT_LT(sample(false, 42).size(), 370u);
  EXPECT_GT(sample(true, 42).size(), 230u);
  EXPECT_LT(sample(true, 42).size(), 370u);
  auto number = Fn("monotonically_increasing_id", {}, LongType());
  EXPECT_EQ(Rows(ProjectOf(RangeOf(5, 8), {Col(0, LongType()), number})),
            (Lines{"5|0", "6|1", "7|2"}));
}

TEST(Batch, NoRowsAndNoColumns) {
  EXPECT_EQ(Rows(ProjectOf(Rel(plan::OneRow{}, {}), {Long(1), Text("it's \\ \x01")})),
            (Lines{"1|it's \\ \x01"}));
  Answer none = RunPlan(Rel(plan::Project{RangeOf(0, 3), {}}, {}));
  ASSERT_TRUE(none.status.ok()) << none.status.ToString();
  EXPECT_EQ(none.table->num_columns(), 0);
  EXPECT_EQ(Rows(Rel(plan::Values{}, {LongType()})), Lines{});
}

TEST(Batch, CancelsWhileRunning) {
  std::stop_source stop;
  auto far = RangeOf(0, INT64_MAX);
  auto processor = *NewDuckDbBatchProcessor();
  plan::ResolvedQuery query;
  query.root = far;
  auto stream = processor->Run(query, {}, {"UTC", 2}, {}, stop.get_token());
  ASSERT_TRUE(stream.ok()) << stream.status().ToString();
  auto first = (*stream)->Next();
  ASSERT_TRUE(first.ok());
  EXPECT_GT((*first)->num_rows(), 0);
  stop.request_stop();
  base::Status status = base::Status::Ok();
  for (int i = 0; i < 1000 && status.ok(); ++i) status = (*stream)->Next().status();
  EXPECT_EQ(status.code(), base::StatusCode::kCancelled);
}

}  // namespace
}  // namespace millrace::processor::duckdb::testing
