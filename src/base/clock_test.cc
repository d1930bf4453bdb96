#include "base/clock.h"

#include <gtest/gtest.h>

namespace millrace::base {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

WallTime At(std::int64_t micros) { return WallTime(microseconds(micros)); }

TEST(ClockTest, FormatsIsoMillis) {
  EXPECT_EQ(FormatIsoMillis(At(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(FormatIsoMillis(At(1'000)), "1970-01-01T00:00:00.001Z");
  EXPECT_EQ(FormatIsoMillis(At(1'795'384'285'042'999)), "2026-11-22T21:51:25.042Z");
  // Before the epoch it rounds down, not towards it.
  EXPECT_EQ(FormatIsoMillis(At(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(ClockTest, MillisRoundDown) {
  EXPECT_EQ(ToMillis(At(1'999)), 1);
  EXPECT_EQ(ToMillis(At(-1)), -1);
}

TEST(ManualClockTest, SleepMovesTime) {
  ManualClock clock(At(5'000'000));
  EXPECT_TRUE(clock.Sleep(milliseconds(1500), {}));
  EXPECT_EQ(clock.Now(), At(6'500'000));
  clock.Advance(microseconds(1));
  EXPECT_EQ(clock.Now(), At(6'500'001));
  EXPECT_EQ(clock.Monotonic(), microseconds(6'500'001));
}

TEST(ManualClockTest, StoppedSleepDoesNotMoveTime) {
  ManualClock clock;
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(clock.Sleep(milliseconds(10), source.get_token()));
  EXPECT_EQ(clock.Now(), At(0));
}

TEST(SystemClockTest, SleepEndsEarlyOnStop) {
  std::stop_source source;
  source.request_stop();
  const auto start = Clock::System()->Monotonic();
  EXPECT_FALSE(Clock::System()->Sleep(std::chrono::hours(1), source.get_token()));
  EXPECT_LT(Clock::System()->Monotonic() - start, std::chrono::minutes(1));
}

TEST(SystemClockTest, SleepsItsTime) {
  const auto start = Clock::System()->Monotonic();
  EXPECT_TRUE(Clock::System()->Sleep(milliseconds(5), {}));
  EXPECT_GE(Clock::System()->Monotonic() - start, milliseconds(5));
}

}  // namespace
}  // namespace millrace::base
