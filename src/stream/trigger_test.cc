#include "stream/trigger.h"

#include <gtest/gtest.h>

namespace millrace::stream {
namespace {

using std::chrono::milliseconds;

TEST(ParseTriggerInterval, AcceptsSparksIntervalText) {
  const std::pair<const char*, std::int64_t> cases[] = {
      {"30 seconds", 30'000},         {"1 minute", 60'000},
      {"interval 1 hour", 3'600'000}, {"1 hour 30 minutes", 5'400'000},
      {"500 milliseconds", 500},      {"0 seconds", 0},
      {"+ 10 seconds", 10'000},       {"  5   SECONDS ", 5'000},
      {"1.5 seconds", 1'500},         {"1 day", 86'400'000},
      {"1 week", 604'800'000},        {"1500 microseconds", 1},
  };
  for (const auto& [text, ms] : cases) {
    const auto parsed = ParseTriggerInterval(text);
    ASSERT_TRUE(parsed.ok()) << text << ": " << parsed.status().ToString();
    EXPECT_EQ(parsed->count(), ms) << text;
  }
}

TEST(ParseTriggerInterval, RefusesWhatHasNoFixedLengthOrIsNoInterval) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "Interval string cannot be empty."},
      {"1 month", "Doesn't support month or year interval: 1 month"},
      {"1 year 2 seconds", "Doesn't support month or year interval: 1 year 2 seconds"},
      {"-1 second", "requirement failed: the interval of trigger should not be negative"},
      {"10seconds", "Invalid value 10seconds."},
      {"1 fortnight", "Invalid unit fortnight."},
  };
  for (const auto& [text, why] : cases) {
    const auto parsed = ParseTriggerInterval(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.status().spark_error().exception_class, "IllegalArgumentException") << text;
    EXPECT_NE(parsed.status().message().find(why), std::string::npos)
        << parsed.status().message();
  }
}

TEST(NextTriggerTime, IsTheNextMultipleCountedFromTheEpoch) {
  const auto at = [](std::int64_t ms) { return base::WallTime(milliseconds(ms)); };
  EXPECT_EQ(NextTriggerTime(at(1), milliseconds(100)), at(100));
  EXPECT_EQ(NextTriggerTime(at(99), milliseconds(100)), at(100));
  EXPECT_EQ(NextTriggerTime(at(100), milliseconds(100)), at(200));
  EXPECT_EQ(NextTriggerTime(at(0), milliseconds(100)), at(100));
}

}  // namespace
}  // namespace millrace::stream
