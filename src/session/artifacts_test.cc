#include "session/artifacts.h"

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/random.h"
#include "base/uuid.h"

namespace millrace::session {
namespace {

class ArtifactsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("millrace-artifacts-" + base::Uuid::Random(base::Random::System()).ToString());
    std::filesystem::create_directory(folder_);
    if (const char* before = std::getenv("TMPDIR")) before_ = before;
    ::setenv("TMPDIR", folder_.c_str(), 1);
  }
  void TearDown() override {
    before_.empty() ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", before_.c_str(), 1);
    std::filesystem::remove_all(folder_);
  }
  bool IsEmpty() const { return std::filesystem::is_empty(folder_); }

  std::filesystem::path folder_;
  std::string before_;
};

TEST_F(ArtifactsTest, WhatIsKeptIsThereUntilTheEnd) {
  {
    Artifacts artifacts;
    EXPECT_FALSE(artifacts.Has("cache/a"));
    EXPECT_TRUE(IsEmpty());
    const std::string bytes(1 << 20, '\xFF');
    ASSERT_TRUE(artifacts.Keep("cache/a", bytes).ok());
    ASSERT_TRUE(artifacts.Keep("cache/../../../a\n", "").ok());
    ASSERT_TRUE(artifacts.Keep("cache/a", "other").ok());
    EXPECT_TRUE(artifacts.Has("cache/a"));
    EXPECT_EQ(artifacts.Get("cache/a").value(), bytes);
    EXPECT_EQ(artifacts.Get("cache/../../../a\n").value(), "");
    const auto missing = artifacts.Get("cache/b");
    EXPECT_EQ(missing.status().spark_error().exception_class, "IllegalArgumentException");
    EXPECT_EQ(missing.status().message(), "cache/b was not uploaded to this session");
    EXPECT_FALSE(IsEmpty());
  }
  EXPECT_TRUE(IsEmpty());
}

TEST_F(ArtifactsTest, ACopyOutlivesWhatItWasMadeOf) {
  {
    Artifacts copy;
    {
      Artifacts artifacts;
      ASSERT_TRUE(artifacts.Keep("cache/a", "rows").ok());
      copy.CopyFrom(artifacts);
      ASSERT_TRUE(artifacts.Keep("cache/b", "later").ok());
    }
    ASSERT_TRUE(copy.Keep("cache/b", "own").ok());
    EXPECT_EQ(copy.Get("cache/a").value(), "rows");
    EXPECT_EQ(copy.Get("cache/b").value(), "own");
  }
  EXPECT_TRUE(IsEmpty());
}

TEST_F(ArtifactsTest, AFolderThatIsGone) {
  Artifacts artifacts;
  ASSERT_TRUE(artifacts.Keep("cache/a", "rows").ok());
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    std::filesystem::remove_all(entry);
  }
  EXPECT_EQ(artifacts.Get("cache/a").status().code(), base::StatusCode::kUnavailable);
  EXPECT_EQ(artifacts.Keep("cache/b", "rows").code(), base::StatusCode::kUnavailable);
  EXPECT_FALSE(artifacts.Has("cache/b"));
}

}  // namespace
}  // namespace millrace::session
