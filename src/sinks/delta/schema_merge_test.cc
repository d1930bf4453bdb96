#include "sinks/delta/schema_merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::sinks::delta {
namespace {

TEST(MergeSchemas, TheTableKeepsItsNamesTypesAndOrder) {
  const StructType table = StructType()
                               .add("Id", LongType(), false, R"({"comment":"x"})")
                               .add("s", StructType().add("a", IntegerType()));
  const StructType data = StructType()
                              .add("new", DateType(), false)
                              .add("S", StructType().add("b", StringType()).add("A", LongType()))
                              .add("ID", IntegerType());
  const auto merged = MergeSchemas(table, data);
  ASSERT_TRUE(merged.ok()) << merged.status().ToString();
  EXPECT_EQ(*merged, StructType()
                         .add("Id", LongType(), false, R"({"comment":"x"})")
                         .add("s", StructType().add("a", IntegerType()).add("b", StringType()))
                         .add("new", DateType()));
}

TEST(MergeSchemas, ImplicitCastsOfSpark) {
  EXPECT_TRUE(CanCastImplicitly(LongType(), IntegerType()));
  EXPECT_TRUE(CanCastImplicitly(DateType(), StringType()));
  EXPECT_TRUE(CanCastImplicitly(BinaryType(), StringType()));
  EXPECT_TRUE(CanCastImplicitly(TimestampType(), DateType()));
  EXPECT_TRUE(CanCastImplicitly(StringType(), DecimalType(5, 2)));
  EXPECT_FALSE(CanCastImplicitly(BooleanType(), IntegerType()));
  EXPECT_FALSE(CanCastImplicitly(LongType(), TimestampType()));
  EXPECT_FALSE(CanCastImplicitly(ArrayType(LongType()), StringType()));
}

TEST(MergeSchemas, TheFieldThatDoesNotMergeIsNamed) {
  const StructType table = StructType().add("s", StructType().add("x", ArrayType(LongType())));
  const StructType data = StructType().add("s", StructType().add("X", LongType()));
  const auto status = MergeSchemas(table, data).status();
  EXPECT_EQ(status.spark_error().condition, "DELTA_FAILED_TO_MERGE_FIELDS");
  EXPECT_THAT(status.message(), ::testing::StartsWith("Failed to merge fields 's' and 's'"));
  EXPECT_THAT(status.message(), ::testing::HasSubstr("'x' and 'X'"));
}

TEST(AsNullable, AllTheWayDown) {
  const StructType inner = StructType().add("x", LongType(), false);
  EXPECT_EQ(
      AsNullable(
          StructType().add("a", ArrayType(inner, false), false).add("v", VarcharType(3), false)),
      StructType()
          .add("a", ArrayType(StructType().add("x", LongType()), true))
          .add("v", StringType()));
}

TEST(HoldsVoid, Anywhere) {
  EXPECT_TRUE(HoldsVoid(StructType().add("m", MapType(StringType(), ArrayType(NullType())))));
  EXPECT_FALSE(HoldsVoid(StructType().add("m", MapType(StringType(), LongType()))));
}

}  // namespace
}  // namespace millrace::sinks::delta
