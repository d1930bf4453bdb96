#include "data/interval_text.h"

#include <string>
#include <tuple>

#include <gtest/gtest.h>

namespace millrace::data {
namespace {

TEST(IntervalTextTest, PairsAddUpInTheirOwnParts) {
  const std::tuple<const char*, std::int64_t, std::int64_t, std::int64_t> cases[] = {
      {"30 seconds", 0, 0, 30'000'000},
      {"interval 1 Year -2 months", 10, 0, 0},
      {"1 week 2 days\t3 hours", 0, 9, 10'800'000'000},
      {"+ 3 seconds", 0, 0, 3'000'000},
      {"-1.5 seconds 7 milliseconds", 0, 0, -1'493'000},
      {".25 second", 0, 0, 250'000},
      {"1.123456789 seconds", 0, 0, 1'123'456},
      {"9 microseconds", 0, 0, 9},
  };
  for (const auto& [text, months, days, micros] : cases) {
    const auto parsed = ParseIntervalText(text);
    ASSERT_TRUE(parsed.ok()) << text << ": " << parsed.status().ToString();
    EXPECT_EQ(parsed->months, months) << text;
    EXPECT_EQ(parsed->days, days) << text;
    EXPECT_EQ(parsed->micros, micros) << text;
  }
}

// What real Spark 4.2 answered to Trigger.ProcessingTime of these texts.
TEST(IntervalTextTest, ErrorsAreSparks) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"5", "MISSING_UNIT", "Expect a unit name after 5 but hit EOL."},
      {"5 parsecs", "INVALID_UNIT", "Invalid unit parsecs."},
      {"x seconds", "UNRECOGNIZED_NUMBER", "Unrecognized number x."},
      {"1.x seconds", "INVALID_VALUE", "Invalid value 1.x."},
      {"1 s", "INVALID_UNIT", "Invalid unit s."},
      {"interval", "INPUT_IS_EMPTY", "Interval string cannot be empty."},
      {"5 seconds 3", "MISSING_UNIT", "Expect a unit name after 3 but hit EOL."},
      {"5seconds", "INVALID_VALUE", "Invalid value 5seconds."},
      {"1e3 seconds", "INVALID_VALUE", "Invalid value 1e3."},
      {"99999999999999 weeks", "ARITHMETIC_EXCEPTION",
       "Uncaught arithmetic exception while parsing '99999999999999 weeks'."},
      {"1.5 minutes", "INVALID_FRACTION", "minutes cannot have fractional part."},
      {"seconds 5", "UNRECOGNIZED_NUMBER", "Unrecognized number seconds."},
      {"1.0000000001 seconds", "INVALID_PRECISION",
       "Interval can only support nanosecond precision, 1.0000000001 is out of range."},
  };
  for (const auto& [text, condition, why] : cases) {
    const auto parsed = ParseIntervalText(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.status().spark_error().condition,
              std::string("INVALID_INTERVAL_FORMAT.") + condition)
        << text;
    EXPECT_EQ(parsed.status().spark_error().exception_class, "IllegalArgumentException");
    EXPECT_NE(parsed.status().message().find(why), std::string::npos)
        << parsed.status().message();
  }
}

}  // namespace
}  // namespace millrace::data
