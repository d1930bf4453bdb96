#include "analysis/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::analysis {
namespace {

using ::testing::ElementsAre;

TEST(NamesTest, PartsAndBackticks) {
  EXPECT_THAT(ParseName("a").value(), ElementsAre("a"));
  EXPECT_THAT(ParseName("a.b.c").value(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(ParseName("`a.b`.c").value(), ElementsAre("a.b", "c"));
  EXPECT_THAT(ParseName("`a``b`").value(), ElementsAre("a`b"));
  EXPECT_THAT(ParseName("").value(), ElementsAre(""));
  EXPECT_THAT(ParseName("a b").value(), ElementsAre("a b"));
}

TEST(NamesTest, WrongNamesAreRefused) {
  for (const char* name : {"`a", "a`b`", "`a`b", "a..b", ".a", "a.", "a.`b"}) {
    const auto parts = ParseName(name);
    ASSERT_FALSE(parts.ok()) << name;
    EXPECT_EQ(parts.status().spark_error().condition, "INVALID_ATTRIBUTE_NAME_SYNTAX") << name;
    EXPECT_EQ(parts.status().spark_error().parameters.at("name"), name);
  }
}

TEST(NamesTest, CaseIsIgnoredBeyondAsciiToo) {
  EXPECT_TRUE(NamesEqual("User_Id", "uSER_iD"));
  EXPECT_TRUE(NamesEqual("Größe", "GRÖßE"));
  EXPECT_TRUE(NamesEqual("ПРИВЕТ", "привет"));
  EXPECT_FALSE(NamesEqual("Größe", "GRÖSSE"));
  EXPECT_FALSE(NamesEqual("ı", "i"));
  EXPECT_EQ(LowerCase("ÉTÉ"), "été");
}

TEST(NamesTest, Quoting) {
  EXPECT_EQ(QuoteName(NameParts{"a", "b c", "d`e"}), "`a`.`b c`.`d``e`");
  EXPECT_EQ(QuoteNameIfNeeded({"a_1", "b c", "1"}), "a_1.`b c`.`1`");
}

TEST(NamesTest, NearestFirstAndAtMostFive) {
  EXPECT_THAT(NearestNames({"user_i"}, {{"event"}, {"user_id"}, {"x"}}),
              ElementsAre("`user_id`", "`event`", "`x`"));
  EXPECT_EQ(NearestNames({"q"}, {{"a"}, {"b"}, {"c"}, {"d"}, {"e"}, {"f"}}).size(), 5u);
}

TEST(NamesTest, AQualifierThatAllShareIsLeftOutForAPlainName) {
  EXPECT_THAT(NearestNames({"i"}, {{"t", "i"}, {"t", "j"}}), ElementsAre("`i`", "`j`"));
  EXPECT_THAT(NearestNames({"t", "i"}, {{"t", "i"}}), ElementsAre("`t`.`i`"));
  EXPECT_THAT(NearestNames({"i"}, {{"t", "i"}, {"j"}}), ElementsAre("`j`", "`t`.`i`"));
}

}  // namespace
}  // namespace millrace::analysis
