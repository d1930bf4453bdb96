#include "plan/plan.h"

#include <gtest/gtest.h>

#include "plan/resolved.h"

namespace millrace::plan {
namespace {

BoundExpressionPtr Bound(const DataType& type,
                         decltype(BoundExpression::node) node, std::string text,
                         bool nullable = true) {
  return std::make_shared<const BoundExpression>(
      BoundExpression{type, nullable, std::move(node), std::move(text)});
}

TEST(PlanTest, LiteralsHaveTheTypesOfSpark) {
  const auto type_of = [](const ExpressionPtr& expression) {
    return expression->As<expression::Literal>()->type.simpleString();
  };
  EXPECT_EQ(type_of(Literal(1)), "int");
  EXPECT_EQ(type_of(Literal(std::int64_t{1})), "bigint");
  EXPECT_EQ(type_of(Literal(1.0)), "double");
  EXPECT_EQ(type_of(Literal(true)), "boolean");
  EXPECT_EQ(type_of(Literal("x")), "string");
  EXPECT_EQ(type_of(NullLiteral()), "void");
}

TEST(PlanTest, ColumnNamesThatEndInAStarAreStars) {
  EXPECT_NE(Column("a.b")->As<expression::UnresolvedAttribute>(), nullptr);
  ASSERT_NE(Column("*")->As<expression::UnresolvedStar>(), nullptr);
  EXPECT_FALSE(Column("*")->As<expression::UnresolvedStar>()->target.has_value());
  EXPECT_EQ(Column("data.*")->As<expression::UnresolvedStar>()->target, "data");
}

TEST(PlanTest, NodesKnowTheirNames) {
  EXPECT_EQ(NodeName(*Literal(1)), "Literal");
  EXPECT_EQ(NodeName(*MakeExpression(expression::Extension{})), "Extension");
  EXPECT_EQ(NodeName(*ReadStream("kafka", {})), "Read");
  EXPECT_EQ(NodeName(*MakeRelation(relation::Join{})), "Join");
  EXPECT_EQ(NodeName(*MakeRelation(relation::ReplaceNa{})), "NAReplace");
  EXPECT_EQ(NodeName(*MakeRelation(relation::Extension{})), "Extension");
}

TEST(PlanTest, EqualLooksAtMeaningOnly) {
  const auto a = Bound(IntegerType(), ColumnRef{0}, "a");
  const auto renamed = Bound(IntegerType(), ColumnRef{0}, "other text", false);
  const auto b = Bound(IntegerType(), ColumnRef{1}, "a");
  EXPECT_TRUE(Equal(*a, *renamed));
  EXPECT_FALSE(Equal(*a, *b));
  const auto sum = Bound(IntegerType(), Call{"+", {a, b}, {}}, "(a + b)");
  EXPECT_TRUE(Equal(*sum, *Bound(IntegerType(), Call{"+", {renamed, b}, {}}, "")));
  EXPECT_FALSE(Equal(*sum, *Bound(IntegerType(), Call{"+", {b, a}, {}}, "")));
  EXPECT_FALSE(Equal(*sum, *Bound(IntegerType(), Call{"-", {a, b}, {}}, "")));
  EXPECT_FALSE(Equal(*sum, *Bound(IntegerType(), Call{"+", {a, b}, {{"eval", "try"}}}, "")));
  EXPECT_FALSE(Equal(*sum, *Bound(LongType(), Call{"+", {a, b}, {}}, "")));
  const auto cast = Bound(LongType(), CastTo{a, EvalMode::kAnsi}, "");
  EXPECT_FALSE(Equal(*cast, *Bound(LongType(), CastTo{a, EvalMode::kTry}, "")));
  const auto one = Bound(IntegerType(), Constant{data::Value::Int(1)}, "1");
  EXPECT_TRUE(Equal(*one, *Bound(IntegerType(), Constant{data::Value::Int(1)}, "uno")));
  EXPECT_FALSE(Equal(*one, *Bound(IntegerType(), Constant{data::Value::Int(2)}, "1")));
}

TEST(PlanTest, TreeTextShowsOneOperatorALine) {
  const auto schema = StructType().add("a", IntegerType());
  const auto scan = std::make_shared<const ResolvedRelation>(ResolvedRelation{schema, Scan{0}});
  const auto a = Bound(IntegerType(), ColumnRef{0}, "a");
  const auto filter = std::make_shared<const ResolvedRelation>(ResolvedRelation{
      schema, Filter{scan, Bound(BooleanType(), Call{"isnull", {a}, {}}, "(a IS NULL)")}});
  const ResolvedRelation project{StructType().add("b", IntegerType()).add("a", IntegerType()),
                                 Project{filter, {a, a}}};
  EXPECT_EQ(TreeText(project),
            "Project [a AS b, a]\n"
            "+- Filter (a IS NULL)\n"
            "   +- StreamingRelation source 0, [a]\n");
}

}  // namespace
}  // namespace millrace::plan
