#include "clients/files/compactible_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fs/memory_file_system.h"

namespace millrace::clients::files {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class Log : public ::testing::Test {
 protected:
  CompactibleLog Open(CompactibleLog::Settings settings = {}) {
    return CompactibleLog(&disk_, "/log", std::move(settings), &clock_);
  }
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    const auto entries = disk_.List("/log").value();
    for (const auto& entry : entries) names.push_back(entry.name);
    return names;
  }
  base::ManualClock clock_{base::WallTime(std::chrono::hours(1'000))};
  fs::MemoryFileSystem disk_{&clock_};
};

TEST_F(Log, IsInSparksBytes) {
  auto log = Open();
  for (int i = 0; i < 12; ++i) {
    ASSERT_TRUE(log.Add(i, {"{\"n\":" + std::to_string(i) + "}"}).value());
  }
  EXPECT_THAT(Names(), ElementsAre("0", "1", "10", "11", "2", "3", "4", "5", "6", "7", "8",
                                   "9.compact"));
  EXPECT_EQ(disk_.Read("/log/8").value(), "v1\n{\"n\":8}");
  EXPECT_EQ(disk_.Read("/log/9.compact").value(),
            "v1\n{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n{\"n\":4}\n{\"n\":5}\n{\"n\":6}\n"
            "{\"n\":7}\n{\"n\":8}\n{\"n\":9}");
  EXPECT_EQ(Open().Latest().value(), 11);
  EXPECT_THAT(Open().All().value(), SizeIs(12));
  EXPECT_THAT(*Open().Get(11).value(), ElementsAre("{\"n\":11}"));
  EXPECT_FALSE(Open().Get(12).value().has_value());
}

TEST_F(Log, ABatchIsAddedOnce) {
  auto log = Open();
  EXPECT_TRUE(log.Add(0, {"a"}).value());
  EXPECT_FALSE(Open().Add(0, {"b"}).value());
  EXPECT_THAT(Open().All().value(), ElementsAre("a"));
}

TEST_F(Log, TheIntervalIsThatOfTheFilesThatAreThere) {
  ASSERT_TRUE(disk_.CreateExclusive("/log/2.compact", "v1\na").ok());
  auto log = Open();
  ASSERT_TRUE(log.Add(3, {"b"}).value() && log.Add(4, {"c"}).value() && log.Add(5, {"d"}).value());
  EXPECT_THAT(Names(), ElementsAre("2.compact", "3", "4", "5.compact"));
  EXPECT_THAT(Open().All().value(), ElementsAre("a", "b", "c", "d"));
}

TEST_F(Log, OldFilesGoWhenNobodyNeedsThem) {
  CompactibleLog::Settings settings;
  settings.compact_interval = 2;
  settings.min_batches_to_retain = 3;
  auto log = Open(settings);
  for (int i = 0; i < 7; ++i) ASSERT_TRUE(log.Add(i, {}).value());
  EXPECT_THAT(Names(), SizeIs(7)) << "they are younger than the delay";
  clock_.Advance(std::chrono::hours(1));
  ASSERT_TRUE(log.Add(7, {}).value());
  EXPECT_THAT(Names(), ElementsAre("3.compact", "4", "5.compact", "6", "7.compact"));
}

TEST_F(Log, CompactionKeepsWhatItShould) {
  CompactibleLog::Settings settings;
  settings.compact_interval = 2;
  settings.retain = [](const std::string& line) { return line != "old"; };
  auto log = Open(settings);
  ASSERT_TRUE(log.Add(0, {"old", "new"}).value() && log.Add(1, {"x"}).value());
  EXPECT_THAT(log.All().value(), ElementsAre("new", "x"));
}

TEST_F(Log, DamageIsNamed) {
  ASSERT_TRUE(disk_.CreateExclusive("/log/0", "v2\na").ok());
  EXPECT_EQ(Open().Get(0).status().code(), base::StatusCode::kCorrupt);
  auto log = Open();
  EXPECT_EQ(log.Add(9, {}).status().code(), base::StatusCode::kCorrupt) << "0 to 8 are missing";
}

}  // namespace
}  // namespace millrace::clients::files
