// Numbers that Spark 4.2 and commons-math give for these seeds.

#include "processor/duckdb/spark_random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::processor::duckdb {
namespace {

using ::testing::ElementsAre;

TEST(SparkRandomTest, Doubles) {
  XorShiftRandom zero(0);
  EXPECT_EQ(zero.NextDouble(), 0.7604953758285915);
  EXPECT_EQ(zero.NextDouble(), 0.5234194256885571);
  XorShiftRandom below(-1);
  EXPECT_EQ(below.NextDouble(), 0.3030262136082562);
}

TEST(SparkRandomTest, GaussiansAndTexts) {
  XorShiftRandom gaussian(7);
  EXPECT_DOUBLE_EQ(gaussian.NextGaussian(), -1.773755556110447);
  EXPECT_DOUBLE_EQ(gaussian.NextGaussian(), -0.32537852999017897);
  XorShiftRandom text(0);
  EXPECT_EQ(NextText(&text, 5), "ceV0P");
  EXPECT_EQ(NextText(&text, 5), "XaR2I");
}

TEST(SparkRandomTest, UuidsAndOrders) {
  MersenneTwister uuid(0);
  EXPECT_EQ(NextUuid(&uuid), "269567e9-5d09-4af5-b20f-16851fc4a81a");
  EXPECT_EQ(NextUuid(&uuid), "2a52c3b8-890f-4aae-9607-3331ab0d4f01");
  MersenneTwister order(3);
  EXPECT_THAT(NextOrder(&order, 5), ElementsAre(3, 0, 2, 4, 1));
  EXPECT_THAT(NextOrder(&order, 5), ElementsAre(3, 1, 0, 2, 4));
}

}  // namespace
}  // namespace millrace::processor::duckdb
