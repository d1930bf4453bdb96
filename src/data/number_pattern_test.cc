#include "data/number_pattern.h"

#include <gtest/gtest.h>

namespace millrace::data {
namespace {

NumberPattern Pattern(std::string_view text) {
  NumberPattern::Problem problem;
  NumberPattern pattern = NumberPattern::Parse(text, &problem);
  EXPECT_EQ(problem, NumberPattern::Problem::kNone) << text;
  return pattern;
}

NumberPattern::Problem ProblemOf(std::string_view text) {
  NumberPattern::Problem problem;
  NumberPattern::Parse(text, &problem);
  return problem;
}

TEST(NumberPatternTest, FormatsAsToChar) {
  EXPECT_EQ(Pattern("999").Format(5000, 3), "  5");
  EXPECT_EQ(Pattern("999").Format(5500, 3), "###");
  EXPECT_EQ(Pattern("000.00").Format(-5500, 3), "005.50");
  EXPECT_EQ(Pattern("000.00").Format(1234567, 3), "###.##");
  EXPECT_EQ(Pattern("$9,999.99").Format(1234500, 3), "$1,234.50");
  EXPECT_EQ(Pattern("$9,999.99").Format(0, 3), "$    0.00");
  EXPECT_EQ(Pattern("S999").Format(-5, 0), "  -5");
  EXPECT_EQ(Pattern("s999").Format(5, 0), "  +5");
  EXPECT_EQ(Pattern("999MI").Format(-5, 0), "  5-");
  EXPECT_EQ(Pattern("999PR").Format(-5, 0), "  <5>");
  EXPECT_EQ(Pattern("999PR").Format(5, 0), "  5  ");
}

TEST(NumberPatternTest, ReadsAsToNumber) {
  EXPECT_EQ(Pattern("$9,999.99").Read("$1,234.50"), 123450);
  EXPECT_EQ(Pattern("$9,999.99").Read("1,234.50"), std::nullopt);
  EXPECT_EQ(Pattern("999").Read(" 5 "), 5);
  EXPECT_EQ(Pattern("999").Read("1234"), std::nullopt);
  EXPECT_EQ(Pattern("999").Read(""), std::nullopt);
  EXPECT_EQ(Pattern("000.00").Read("5"), std::nullopt);
  EXPECT_EQ(Pattern("000.00").Read("005.10"), 510);
  EXPECT_EQ(Pattern("999MI").Read("5-"), -5);
  EXPECT_EQ(Pattern("999PR").Read("<5>"), -5);
  EXPECT_EQ(Pattern("999PR").Read("<5"), std::nullopt);
}

TEST(NumberPatternTest, TellsWhatIsWrong) {
  EXPECT_EQ(ProblemOf(""), NumberPattern::Problem::kEmpty);
  EXPECT_EQ(ProblemOf("nope"), NumberPattern::Problem::kNoDigit);
  for (const char* text : {"9,,9", "9,", "99$", "9S9", "9.9.9", "S9S"}) {
    EXPECT_EQ(ProblemOf(text), NumberPattern::Problem::kOther) << text;
  }
}

}  // namespace
}  // namespace millrace::data
