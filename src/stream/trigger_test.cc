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
      {"10seconds", 10'000},          {"  5   SECONDS ", 5'000},
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
  for (const char* text : {"", "interval", "1 month", "2 years", "-1 seconds", "seconds", "10",
                           "ten seconds", "1 fortnight", "1 second 2", "1e99 weeks"}) {
    const auto parsed = ParseTriggerInterval(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.status().code(), base::StatusCode::kInvalidArgument) << text;
    EXPECT_NE(parsed.status().message().find("\"" + std::string(text) + "\""), std::string::npos)
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
