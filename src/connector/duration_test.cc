#include "connector/duration.h"

#include <gtest/gtest.h>

namespace millrace::connector {
namespace {

using std::chrono::milliseconds;

TEST(DurationTest, TakesSparksUnits) {
  EXPECT_EQ(ParseDuration("15m"), std::chrono::minutes(15));
  EXPECT_EQ(ParseDuration(" 2MIN "), std::chrono::minutes(2));
  EXPECT_EQ(ParseDuration("3s"), std::chrono::seconds(3));
  EXPECT_EQ(ParseDuration("250"), milliseconds(250));
  EXPECT_EQ(ParseDuration("1d"), std::chrono::hours(24));
  EXPECT_EQ(ParseDuration("7000us"), milliseconds(7));
  EXPECT_EQ(ParseDuration("-5s"), milliseconds(-5000));
  for (const char* text : {"", "m", "1.5s", "5 weeks", "1 minute", "9223372036854775807d"}) {
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
  }
  EXPECT_EQ(ParseDuration("3", std::chrono::seconds(1)), std::chrono::seconds(3));
  EXPECT_EQ(ParseDuration("3ms", std::chrono::seconds(1)), milliseconds(3));
}

}  // namespace
}  // namespace millrace::connector
