#include "sinks/delta/partition_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::sinks::delta {
namespace {

TEST(CheckPartitionTexts, BytesThatAreNoTextAreRefused) {
  EXPECT_TRUE(CheckPartitionTexts({"\u00e9", std::nullopt}, {"p", "q"}).ok());
  const base::Status status = CheckPartitionTexts({std::nullopt, "\xFF"}, {"p", "q"});
  EXPECT_EQ(status.code(), base::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), ::testing::HasSubstr("`q`"));
}

TEST(CheckPartitionType, NestedAndBinaryAreRefused) {
  EXPECT_TRUE(CheckPartitionType({"p", TimestampType()}).ok());
  EXPECT_EQ(CheckPartitionType({"p", ArrayType(LongType())}).spark_error().condition,
            "DELTA_INVALID_PARTITION_COLUMN_TYPE");
  EXPECT_EQ(CheckPartitionType({"p", BinaryType()}).code(), base::StatusCode::kUnsupported);
}

}  // namespace
}  // namespace millrace::sinks::delta
