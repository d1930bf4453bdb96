#include "sources/kafka/initial_offset_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fs/memory_file_system.h"

namespace millrace::sources::kafka {
namespace {

using ::testing::HasSubstr;

class InitialOffsetLogTest : public ::testing::Test {
 protected:
  void Put(std::string_view bytes) {
    ASSERT_TRUE(disk_.CreateExclusive("/c/sources/0/0", bytes).ok());
  }

  fs::MemoryFileSystem disk_;
  InitialOffsetLog log_{&disk_, "/c/sources/0"};
  const Offsets offsets_ = {{{"orders", 0}, 5}, {{"orders", 1}, 0}};
};

TEST_F(InitialOffsetLogTest, WritesSparksBytes) {
  EXPECT_EQ(log_.Read().value(), std::nullopt);
  EXPECT_EQ(log_.Store(offsets_).value(), offsets_);
  const std::string expected = std::string(1, '\0') + "v1\n" + R"({"orders":{"0":5,"1":0}})";
  EXPECT_EQ(disk_.Read("/c/sources/0/0").value(), expected);
  EXPECT_EQ(log_.Read().value(), offsets_);
}

TEST_F(InitialOffsetLogTest, WhatIsThereStays) {
  EXPECT_TRUE(log_.Store(offsets_).ok());
  EXPECT_EQ(log_.Store({{{"orders", 0}, 99}}).value(), offsets_);
}

TEST_F(InitialOffsetLogTest, TheFirstByteAndTheVersionLineMayDiffer) {
  Put("x{\"orders\": {\"1\":0, \"0\":5}}");
  EXPECT_EQ(log_.Read().value(), offsets_);
}

TEST_F(InitialOffsetLogTest, ANewerVersionIsRefused) {
  Put(std::string_view("\0v2\n{}", 6));
  const auto result = log_.Read();
  EXPECT_EQ(result.status().code(), base::StatusCode::kCorrupt);
  EXPECT_THAT(result.status().message(), HasSubstr("/c/sources/0/0"));
  EXPECT_THAT(result.status().message(), HasSubstr("encountered v2"));
  EXPECT_EQ(result.status().spark_error().condition, "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION");
  EXPECT_EQ(result.status().spark_error().sql_state, "KD002");
}

TEST_F(InitialOffsetLogTest, BrokenBytesNameTheFile) {
  const std::string_view broken[] = {{}, {"\0", 1}, {"\0v1", 3}, {"\0vx\n{}", 6}, {"\0v1\n{", 5}};
  for (const std::string_view bytes : broken) {
    ASSERT_TRUE(disk_.Remove("/c/sources/0/0").ok());
    Put(bytes);
    const auto result = log_.Read();
    EXPECT_EQ(result.status().code(), base::StatusCode::kCorrupt) << bytes;
    EXPECT_THAT(result.status().message(), HasSubstr("/c/sources/0/0"));
  }
}

}  // namespace
}  // namespace millrace::sources::kafka
