#include "sources/kafka/offset_ranges.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::sources::kafka {
namespace {

using ::testing::ElementsAre;

const TopicPartition kA{"t1", 1};
const TopicPartition kB{"t2", 1};
const TopicPartition kC{"t3", 1};
constexpr std::int64_t kMaxLong = std::numeric_limits<std::int64_t>::max();

std::vector<OffsetRange> Split(std::optional<int> min, std::vector<OffsetRange> ranges,
                               std::optional<std::int64_t> max = std::nullopt) {
  return SplitRanges(ranges, {.min_partitions = min, .max_records_per_partition = max});
}

// The expected ranges of these cases are those of Spark's own suite for its calculator.
TEST(SplitRangesTest, WithoutLimitsRangesStayAndEmptyOnesGo) {
  EXPECT_THAT(Split({}, {{kA, 1, 2}, {kB, 1, 1}, {kC, 5, 4}}), ElementsAre(OffsetRange{kA, 1, 2}));
  EXPECT_TRUE(Split(4, {{kA, 1, 1}}).empty());
}

TEST(SplitRangesTest, EnoughRangesStay) {
  EXPECT_EQ(Split(3, {{kA, 1, 2}, {kB, 1, 2}, {kC, 1, 2}}).size(), 3u);
  EXPECT_THAT(Split(1, {{kA, 1, 5}, {kB, 1, 21}}),
              ElementsAre(OffsetRange{kA, 1, 5}, OffsetRange{kB, 1, 21}));
}

TEST(SplitRangesTest, OnePartitionIsCutEvenly) {
  EXPECT_THAT(Split(4, {{kA, 1, 5}}), ElementsAre(OffsetRange{kA, 1, 2}, OffsetRange{kA, 2, 3},
                                                  OffsetRange{kA, 3, 4}, OffsetRange{kA, 4, 5}));
  EXPECT_THAT(Split(3, {{kA, 1, 11}}),
              ElementsAre(OffsetRange{kA, 1, 4}, OffsetRange{kA, 4, 7}, OffsetRange{kA, 7, 11}));
}

TEST(SplitRangesTest, LargeOnesAreCutAndSmallOnesStay) {
  const auto skewed = ElementsAre(OffsetRange{kA, 1, 5}, OffsetRange{kB, 1, 7},
                                  OffsetRange{kB, 7, 14}, OffsetRange{kB, 14, 21});
  EXPECT_THAT(Split(4, {{kA, 1, 5}, {kB, 1, 21}}), skewed);
  EXPECT_THAT(Split(4, {{kA, 1, 5}, {kB, 1, 21}, {kC, 1, 1}}), skewed);
  EXPECT_THAT(Split(4, {{kA, 1, 1}, {kB, 1, 21}}),
              ElementsAre(OffsetRange{kB, 1, 6}, OffsetRange{kB, 6, 11}, OffsetRange{kB, 11, 16},
                          OffsetRange{kB, 16, 21}));
  EXPECT_THAT(Split(4, {{kA, 1, 2}, {kB, 1, 1001}}),
              ElementsAre(OffsetRange{kA, 1, 2}, OffsetRange{kB, 1, 334}, OffsetRange{kB, 334, 667},
                          OffsetRange{kB, 667, 1001}));
  EXPECT_THAT(Split(6, {{kA, 0, 10}, {kB, 0, 10}, {kC, 0, 1}}),
              ElementsAre(OffsetRange{kA, 0, 3}, OffsetRange{kA, 3, 6}, OffsetRange{kA, 6, 10},
                          OffsetRange{kB, 0, 3}, OffsetRange{kB, 3, 6}, OffsetRange{kB, 6, 10},
                          OffsetRange{kC, 0, 1}));
  EXPECT_THAT(Split(6, {{kA, 0, 500}, {kB, 0, 12000}, {kC, 0, 15001}}),
              ElementsAre(OffsetRange{kA, 0, 500}, OffsetRange{kB, 0, 6000},
                          OffsetRange{kB, 6000, 12000}, OffsetRange{kC, 0, 5000},
                          OffsetRange{kC, 5000, 10000}, OffsetRange{kC, 10000, 15001}));
  EXPECT_THAT(Split(6, {{kA, 0, 1}, {kB, 0, 1}, {kC, 0, 10000}}),
              ElementsAre(OffsetRange{kA, 0, 1}, OffsetRange{kB, 0, 1}, OffsetRange{kC, 0, 2500},
                          OffsetRange{kC, 2500, 5000}, OffsetRange{kC, 5000, 7500},
                          OffsetRange{kC, 7500, 10000}));
  EXPECT_EQ(Split(9, {{kA, 0, 10000}, {kB, 0, 15000}, {kC, 0, 20000}}).size(), 9u);
}

TEST(SplitRangesTest, NoPieceHasMoreRecordsThanAllowed) {
  EXPECT_THAT(Split({}, {{kA, 1, 5}, {kB, 0, 10}}, 4),
              ElementsAre(OffsetRange{kA, 1, 5}, OffsetRange{kB, 0, 3}, OffsetRange{kB, 3, 6},
                          OffsetRange{kB, 6, 10}));
  EXPECT_EQ(Split({}, {{kA, 0, 10}}, 1).size(), 10u);
  EXPECT_THAT(Split({}, {{kA, 0, kMaxLong}}, kMaxLong), ElementsAre(OffsetRange{kA, 0, kMaxLong}));
}

TEST(SplitRangesTest, NothingIsLostOrDoubledWhateverTheLimits) {
  for (const int min : {1, 2, 3, 5, 8, 13, 50}) {
    for (const std::int64_t max : {1, 3, 7, 1000}) {
      std::map<TopicPartition, std::int64_t> at = {{kA, 3}, {kB, 0}, {kC, 7}};
      for (const OffsetRange& range : Split(min, {{kA, 3, 20}, {kB, 0, 101}, {kC, 7, 8}}, max)) {
        EXPECT_EQ(range.start, at[range.partition]);
        EXPECT_GT(range.size(), 0);
        EXPECT_LE(range.size(), max);
        at[range.partition] = range.end;
      }
      EXPECT_EQ(at, (std::map<TopicPartition, std::int64_t>{{kA, 20}, {kB, 101}, {kC, 8}}));
    }
  }
}

TEST(LimitOffsetsTest, SharesAreInProportion) {
  const Offsets start = {{kA, 0}, {kB, 100}, {kC, 7}};
  const Offsets latest = {{kA, 300}, {kB, 200}, {kC, 7}};
  EXPECT_EQ(LimitOffsets(40, start, latest), (Offsets{{kA, 30}, {kB, 110}, {kC, 7}}));
  EXPECT_EQ(LimitOffsets(4000, start, latest), latest);
}

TEST(LimitOffsetsTest, AShareBelowOneIsOne) {
  // 10 * 1/1001 is below one and rounded up; 10 * 1000/1001 is rounded down.
  EXPECT_EQ(LimitOffsets(10, {{kA, 0}, {kB, 0}}, {{kA, 1}, {kB, 1000}}),
            (Offsets{{kA, 1}, {kB, 9}}));
}

TEST(LimitOffsetsTest, NothingNewKeepsTheEnds) {
  EXPECT_EQ(LimitOffsets(10, {{kA, 5}}, {{kA, 5}}), (Offsets{{kA, 5}}));
  EXPECT_EQ(LimitOffsets(10, {{kA, 5}}, {{kA, 3}}), (Offsets{{kA, 3}}));
  EXPECT_EQ(LimitOffsets(10, {}, {{kA, 3}}), (Offsets{{kA, 3}}));
}

TEST(LimitOffsetsTest, TheLargestLimitDoesNotOverflow) {
  EXPECT_EQ(LimitOffsets(kMaxLong, {{kA, 2}}, {{kA, 5}}), (Offsets{{kA, 5}}));
  EXPECT_EQ(LimitOffsets(kMaxLong, {{kA, kMaxLong - 5}, {kB, 0}}, {{kA, kMaxLong}, {kB, kMaxLong}}),
            (Offsets{{kA, kMaxLong}, {kB, kMaxLong}}));
}

}  // namespace
}  // namespace millrace::sources::kafka
