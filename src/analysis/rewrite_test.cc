#include "analysis/rewrite.h"

#include <memory>
#include <utility>

#include <gtest/gtest.h>

namespace millrace::analysis {
namespace {

BoundExpressionPtr Outer(int index) {
  return std::make_shared<const plan::BoundExpression>(
      plan::BoundExpression{LongType(), true, plan::OuterColumn{index}, "outer(s)"});
}

// EXISTS (SELECT ... WHERE `condition`).
BoundExpressionPtr Exists(BoundExpressionPtr condition) {
  const auto row = std::make_shared<const plan::ResolvedRelation>(
      plan::ResolvedRelation{StructType(), plan::OneRow{}});
  plan::Subquery subquery;
  subquery.kind = plan::Subquery::Kind::kExists;
  subquery.query = std::make_shared<const plan::ResolvedRelation>(
      plan::ResolvedRelation{StructType(), plan::Filter{row, std::move(condition)}});
  return std::make_shared<const plan::BoundExpression>(
      plan::BoundExpression{BooleanType(), false, std::move(subquery), "exists(s)"});
}

BoundExpressionPtr ConditionOf(const BoundExpressionPtr& exists) {
  const auto& subquery = std::get<plan::Subquery>(exists->node);
  return std::get<plan::Filter>(subquery.query->node).condition;
}

TEST(RewriteTest, CorrelatedColumnBecomesAnExpressionOverTheSameOperator) {
  const auto sum = MakeColumn(5, LongType(), true, "sum(a)");
  const auto one = MakeConstant(data::Value::Int(1), LongType(), "1");
  const auto wanted = MakeCall("+", {sum, one}, LongType(), true, "(sum(a) + 1)");
  const auto moved = Rewrite(Exists(Outer(2)), [&](const BoundExpressionPtr& part) {
    const auto* column = std::get_if<plan::ColumnRef>(&part->node);
    return column != nullptr && column->index == 2 ? wanted : BoundExpressionPtr();
  });
  const auto* call = std::get_if<plan::Call>(&ConditionOf(moved)->node);
  ASSERT_NE(call, nullptr);
  EXPECT_EQ(call->function, "+");
  const auto* column = std::get_if<plan::OuterColumn>(&call->args[0]->node);
  ASSERT_NE(column, nullptr);
  EXPECT_EQ(column->index, 5);
  EXPECT_EQ(column->depth, 1);
}

TEST(RewriteTest, CorrelatedColumnsAreListed) {
  const auto both = MakeCall("=", {Outer(2), Outer(0)}, BooleanType(), true, "");
  EXPECT_EQ(CorrelatedColumns(Exists(both)), (std::vector<int>{2, 0}));
  EXPECT_EQ(CorrelatedColumns(MakeColumn(1, LongType(), true, "a")), std::vector<int>());
}

}  // namespace
}  // namespace millrace::analysis
