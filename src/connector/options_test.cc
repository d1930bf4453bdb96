#include "connector/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"

namespace millrace::connector {
namespace {

using ::testing::HasSubstr;
using Values = std::map<std::string, std::string>;

TEST(OptionsTest, NamesIgnoreCaseAndTheLaterValueWins) {
  Options options(Values{{"startingOffsets", "earliest"}});
  options.Set("STARTINGOFFSETS", "latest");
  EXPECT_EQ(options.GetString("startingoffsets"), "latest");
  EXPECT_EQ(options.All().size(), 1u);
  EXPECT_EQ(options.All().begin()->first, "STARTINGOFFSETS");
}

TEST(OptionsTest, NumbersAndBooleansNameTheOptionWhenWrong) {
  Options options(Values{{"a", "12"},
                         {"b", "12x"},
                         {"c", "TRUE"},
                         {"d", "yes"},
                         {"e", ""},
                         {"f", "+-3"},
                         {"g", "99999999999999999999"},
                         {"h", "+7"}});
  EXPECT_EQ(options.GetLong("a").value(), 12);
  EXPECT_EQ(options.GetLong("h").value(), 7);
  EXPECT_EQ(options.GetLong("none").value(), std::nullopt);
  EXPECT_EQ(options.GetBool("c").value(), true);
  for (const char* name : {"b", "e", "f", "g"}) {
    const auto result = options.GetLong(name);
    ASSERT_FALSE(result.ok()) << name;
    EXPECT_THAT(result.status().message(), HasSubstr(std::string("option \"") + name + "\""));
  }
  EXPECT_FALSE(options.GetBool("d").ok());
}

TEST(OptionsTest, UnreadOptionsAreRefusedByNameWithTheNearestKnownOne) {
  Options options(Values{{"startingOffset", "earliest"}, {"subscribe", "t"}, {"zzz", "1"}});
  EXPECT_TRUE(options.Has("subscribe"));
  (void)options.GetString("subscribe");
  const base::Status status =
      options.CheckAllHonoured("kafka source", {"startingOffsets", "subscribe"});
  EXPECT_EQ(status.code(), base::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "kafka source: unknown option \"startingOffset\"; did you mean \"startingOffsets\"?; "
            "unknown option \"zzz\"");
  options.MarkHonoured("startingoffset");
  options.MarkHonoured("ZZZ");
  EXPECT_TRUE(options.CheckAllHonoured("kafka source", {}).ok());
}

TEST(OptionsTest, HavingIsNotReading) {
  Options options(Values{{"path", "x"}});
  EXPECT_TRUE(options.Has("path"));
  EXPECT_FALSE(options.CheckAllHonoured("sink", {}).ok());
}

TEST(OptionsTest, PrefixedOptionsLoseThePrefixAndKeepTheRest) {
  Options options(
      Values{{"kafka.bootstrap.servers", "h:1"}, {"KAFKA.Fetch.Min.Bytes", "1"}, {"k", "v"}});
  const auto found = options.WithPrefix("kafka.");
  EXPECT_EQ(found, (Values{{"bootstrap.servers", "h:1"}, {"Fetch.Min.Bytes", "1"}}));
  const base::Status status = options.CheckAllHonoured("s", {});
  EXPECT_EQ(status.message(), "s: unknown option \"k\"");
}

TEST(OptionsTest, AnOptionOfTheJvmIsAcceptedWithOneWarning) {
  std::vector<std::string> lines;
  base::SetLogSink([&](base::LogLevel, const std::string& line) { lines.push_back(line); });
  Options options(Values{{"jvmOnly", "1"}});
  options.AcceptJvmOnly("jvmonly");
  options.AcceptJvmOnly("jvmonly");
  options.AcceptJvmOnly("absent");
  base::SetLogSink(nullptr);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], HasSubstr("\"jvmOnly\""));
  EXPECT_TRUE(options.CheckAllHonoured("s", {}).ok());
}

}  // namespace
}  // namespace millrace::connector
