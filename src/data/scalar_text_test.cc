#include "data/scalar_text.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "data/time_zone.h"

namespace millrace::data {
namespace {

TEST(ScalarTextTest, DoublesAsJava) {
  const std::pair<double, const char*> cases[] = {
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {1, "1.0"},
      {-1.5, "-1.5"},
      {100, "100.0"},
      {1e-3, "0.001"},
      {0.00123, "0.00123"},
      {9.99e-4, "9.99E-4"},
      {1e-7, "1.0E-7"},
      {1e6, "1000000.0"},
      {9999999.5, "9999999.5"},
      {1e7, "1.0E7"},
      {1e10, "1.0E10"},
      {123456789.123, "1.23456789123E8"},
      {0.1 + 0.2, "0.30000000000000004"},
      {1.0 / 3, "0.3333333333333333"},
      {1e23, "1.0E23"},
      {4.9e-324, "4.9E-324"},
      {1.7976931348623157e308, "1.7976931348623157E308"},
      {NAN, "NaN"},
      {std::numeric_limits<double>::infinity(), "Infinity"},
      {-std::numeric_limits<double>::infinity(), "-Infinity"},
  };
  for (const auto& [value, text] : cases) EXPECT_EQ(DoubleText(value), text);
}

TEST(ScalarTextTest, FloatsAsJava) {
  EXPECT_EQ(FloatText(0.1f), "0.1");
  EXPECT_EQ(FloatText(1e10f), "1.0E10");
  EXPECT_EQ(FloatText(16777216.0f), "1.6777216E7");
  EXPECT_EQ(FloatText(1.4e-45f), "1.4E-45");
  EXPECT_EQ(FloatText(3.4028235e38f), "3.4028235E38");
}

TEST(ScalarTextTest, Decimals) {
  const __int128 max = [] {
    __int128 value = 0;
    for (int i = 0; i < 38; ++i) value = value * 10 + 9;
    return value;
  }();
  EXPECT_EQ(DecimalPlainText(150, 2), "1.50");
  EXPECT_EQ(DecimalPlainText(-5, 2), "-0.05");
  EXPECT_EQ(DecimalPlainText(0, 10), "0.0000000000");
  EXPECT_EQ(DecimalPlainText(7, 0), "7");
  EXPECT_EQ(DecimalPlainText(max, 0), std::string(38, '9'));
  EXPECT_EQ(DecimalPlainText(-max, 38), "-0." + std::string(38, '9'));
  EXPECT_EQ(DecimalText(150, 2), "1.50");
  EXPECT_EQ(DecimalText(1, 6), "0.000001");
  EXPECT_EQ(DecimalText(1, 7), "1E-7");
  EXPECT_EQ(DecimalText(-123, 12), "-1.23E-10");
  EXPECT_EQ(DecimalText(0, 10), "0E-10");
}

TEST(ScalarTextTest, DatesAndTimestamps) {
  EXPECT_EQ(DateText(0), "1970-01-01");
  EXPECT_EQ(DateText(-719528), "0000-01-01");
  EXPECT_EQ(DateText(-719529), "-0001-12-31");
  EXPECT_EQ(DateText(2932897), "+10000-01-01");
  const absl::TimeZone utc = absl::UTCTimeZone();
  EXPECT_EQ(TimestampText(1'767'225'600'123'456, utc), "2026-01-01 00:00:00.123456");
  EXPECT_EQ(TimestampText(1'767'225'600'120'000, utc), "2026-01-01 00:00:00.12");
  EXPECT_EQ(TimestampText(-1, utc), "1969-12-31 23:59:59.999999");
  EXPECT_EQ(TimestampText(std::numeric_limits<std::int64_t>::max(), utc),
            "+294247-01-10 04:00:54.775807");
  const absl::TimeZone berlin = *LoadTimeZone("Europe/Berlin");
  EXPECT_EQ(TimestampText(1'767'225'600'000'000, berlin), "2026-01-01 01:00:00");
  EXPECT_EQ(TimestampText(1'782'864'000'000'000, berlin), "2026-07-01 02:00:00");
  // Summer time after 2037 too.
  EXPECT_EQ(TimestampText(2'540'246'400'000'000, berlin), "2050-07-01 02:00:00");
  EXPECT_EQ(TimeText(0), "00:00:00");
  EXPECT_EQ(TimeText(86'399'999'999'000), "23:59:59.999999");
}

TEST(ScalarTextTest, Intervals) {
  EXPECT_EQ(DayTimeIntervalText(93'784'500'000, DayTimeIntervalType()),
            "INTERVAL '1 02:03:04.5' DAY TO SECOND");
  EXPECT_EQ(DayTimeIntervalText(-93'784'500'000, DayTimeIntervalType(1, 3)),
            "INTERVAL '-26:03:04.5' HOUR TO SECOND");
  EXPECT_EQ(DayTimeIntervalText(93'784'500'000, DayTimeIntervalType(0, 0)), "INTERVAL '1' DAY");
  EXPECT_EQ(DayTimeIntervalText(93'784'500'000, DayTimeIntervalType(2, 2)),
            "INTERVAL '1563' MINUTE");
  EXPECT_EQ(DayTimeIntervalText(4'500'000, DayTimeIntervalType(3, 3)), "INTERVAL '04.5' SECOND");
  EXPECT_EQ(DayTimeIntervalText(std::numeric_limits<std::int64_t>::min(), DayTimeIntervalType()),
            "INTERVAL '-106751991 04:00:54.775808' DAY TO SECOND");
  EXPECT_EQ(YearMonthIntervalText(14, YearMonthIntervalType()), "INTERVAL '1-2' YEAR TO MONTH");
  EXPECT_EQ(YearMonthIntervalText(-24, YearMonthIntervalType(0, 0)), "INTERVAL '-2' YEAR");
  EXPECT_EQ(YearMonthIntervalText(14, YearMonthIntervalType(1, 1)), "INTERVAL '14' MONTH");
}

TEST(LoadTimeZoneTest, AreasAndOffsets) {
  const std::pair<const char*, int> cases[] = {
      {"UTC", 0},
      {"Z", 0},
      {"GMT", 0},
      {"+01:00", 3600},
      {"-8", -8 * 3600},
      {"-08", -8 * 3600},
      {"+1:30", 5400},
      {"+0530", 19800},
      {"+05:30:15", 19815},
      {"+18:00", 64800},
      {"UTC+1", 3600},
      {"GMT-03:00", -10800},
      {"Asia/Tokyo", 32400},
      {"Etc/GMT+5", -18000},
      {"+01:5", 3900},
  };
  for (const auto& [name, seconds] : cases) {
    const auto zone = LoadTimeZone(name);
    ASSERT_TRUE(zone.ok()) << name;
    EXPECT_EQ(zone->At(absl::FromUnixSeconds(1'700'000'000)).offset, seconds) << name;
  }
}

TEST(LoadTimeZoneTest, RefusesOtherNames) {
  for (const char* name :
       {"", "Mars/Phobos", "+19:00", "+18:01", "+1:2:3:4", "+", "+01:", "01:00", "/etc/localtime",
        "../etc/localtime", "file:x", "localtime", "UTC+", "+123"}) {
    const auto zone = LoadTimeZone(name);
    ASSERT_FALSE(zone.ok()) << name;
    EXPECT_EQ(zone.status().spark_error().condition, "INVALID_TIMEZONE");
  }
}

}  // namespace
}  // namespace millrace::data
