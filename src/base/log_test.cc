#include "base/log.h"

#include <vector>

#include <gtest/gtest.h>

namespace millrace::base {
namespace {

class LogTest : public testing::Test {
 protected:
  void SetUp() override {
    SetLogLevel(LogLevel::kInfo);
    SetLogSink([this](LogLevel level, const std::string& line) {
      levels_.push_back(level);
      lines_.push_back(line);
    });
  }
  void TearDown() override {
    SetLogSink(nullptr);
    SetLogLevel(LogLevel::kInfo);
  }

  std::vector<LogLevel> levels_;
  std::vector<std::string> lines_;
};

TEST_F(LogTest, OneEventIsOneLine) {
  LogWarn("two\nlines\r\n");
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(levels_[0], LogLevel::kWarn);
  // 2026-11-22T21:51:25.042Z WARN  text
  EXPECT_EQ(lines_[0].substr(24), " WARN  two lines  ");
  EXPECT_EQ(lines_[0][10], 'T');
  EXPECT_EQ(lines_[0][23], 'Z');
}

TEST_F(LogTest, DropsWhatIsBelowTheLevel) {
  Log(LogLevel::kDebug, "no");
  LogInfo("yes");
  SetLogLevel(LogLevel::kError);
  LogWarn("no");
  LogError("yes");
  SetLogLevel(LogLevel::kOff);
  LogError("no");
  ASSERT_EQ(lines_.size(), 2u);
  EXPECT_EQ(lines_[0].substr(24), " INFO  yes");
  EXPECT_EQ(lines_[1].substr(24), " ERROR yes");
}

}  // namespace
}  // namespace millrace::base
