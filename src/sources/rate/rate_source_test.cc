#include "sources/rate/rate_source.h"

#include <cstdlib>
#include <filesystem>
#include <numeric>

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector/testing/source_kit.h"
#include "fs/memory_file_system.h"

namespace millrace::sources::rate {
namespace {

using connector::Offset;
using connector::Options;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr base::WallTime kCreation{std::chrono::milliseconds(1'795'384'399'210)};

/// Ten rows a second in two partitions; time passes when rows are wanted.
class RateFixture : public connector::testing::SourceFixture {
 public:
  RateFixture() {  // The stream is older than the first source that the kit makes.
    EXPECT_TRUE(disk_.CreateExclusive("/checkpoint/sources/0/0", "v1\n1795384399210").ok());
  }
  const connector::SourceProvider& provider() const override { return provider_; }
  Options options() const override {
    return Options({{"rowsPerSecond", "10"}, {"numPartitions", "2"}});
  }
  connector::SourceContext context() const override {
    connector::SourceContext context;
    context.options = options();
    context.file_system = &disk_;
    context.metadata_path = "/checkpoint/sources/0";
    context.clock = &clock_;
    return context;
  }
  void Append() override { clock_.Advance(std::chrono::seconds(2)); }

 private:
  RateSourceProvider provider_;
  mutable fs::MemoryFileSystem disk_;
  mutable base::ManualClock clock_{kCreation};
};

MILLRACE_SOURCE_KIT(Rate, RateFixture);

std::unique_ptr<connector::Source> MakeSource(std::map<std::string, std::string> options,
                                              fs::FileSystem* disk, base::Clock* clock,
                                              int parallelism = 1) {
  connector::SourceContext context;
  context.options = Options(std::move(options));
  context.file_system = disk;
  context.metadata_path = "/checkpoint/sources/0";
  context.clock = clock;
  context.parallelism = parallelism;
  auto source = RateSourceProvider().Create(std::move(context));
  EXPECT_TRUE(source.ok()) << source.status().ToString();
  return source.ok() ? std::move(*source) : nullptr;
}

/// All rows of [start, end), partition after partition: {timestamp in ms, value}.
std::vector<std::pair<std::int64_t, std::int64_t>> Read(connector::Source& source,
                                                        std::optional<Offset> start, Offset end) {
  std::vector<std::pair<std::int64_t, std::int64_t>> rows;
  const auto partitions = source.PlanPartitions(start, end, {});
  EXPECT_TRUE(partitions.ok()) << partitions.status().ToString();
  for (const auto& partition : *partitions) {
    auto reader = source.OpenReader(partition, {0, 1});
    while (true) {
      const auto batch = (*reader)->Next({});
      if (!batch.ok() || *batch == nullptr) break;
      const auto& times = static_cast<const arrow::TimestampArray&>(*(*batch)->column(0));
      const auto& values = static_cast<const arrow::Int64Array&>(*(*batch)->column(1));
      for (std::int64_t i = 0; i < (*batch)->num_rows(); ++i) {
        EXPECT_EQ(times.Value(i) % 1000, 0);
        rows.emplace_back(times.Value(i) / 1000, values.Value(i));
      }
    }
  }
  return rows;
}

TEST(RateSourceTest, RowsAreSpreadOverTheirTimeAndDealtToThePartitions) {
  fs::MemoryFileSystem disk;
  base::ManualClock clock(kCreation);
  auto source = MakeSource({{"rowsPerSecond", "3"}, {"numPartitions", "2"}}, &disk, &clock);
  EXPECT_EQ(source->description(),
            "RateStreamV2[rowsPerSecond=3, rampUpTimeSeconds=0, numPartitions=2");
  EXPECT_EQ(source->InitialOffset({}).value(), Offset{"0"});
  EXPECT_EQ(disk.Read("/checkpoint/sources/0/0").value(), "v1\n1795384399210");
  clock.Advance(std::chrono::milliseconds(2999));
  EXPECT_EQ(source->LatestOffset(std::nullopt, {}, {}).value(), Offset{"2"});
  const std::int64_t t = 1'795'384'399'210;
  EXPECT_THAT(Read(*source, Offset{"1"}, Offset{"2"}),
              ElementsAre(std::pair(t + 1000, 3), std::pair(t + 1667, 5), std::pair(t + 1333, 4)));
  EXPECT_TRUE(Read(*source, Offset{"2"}, Offset{"2"}).empty());
}

TEST(RateSourceTest, TheRampRisesEvenly) {
  // Spark's formula: two rows a second more in each second.
  RateOptions options;
  options.rows_per_second = 10;
  options.ramp_up_seconds = 4;
  std::vector<std::int64_t> values;
  for (int second = 0; second < 8; ++second) values.push_back(ValueAtSecond(second, options));
  EXPECT_THAT(values, ElementsAre(0, 2, 6, 12, 20, 30, 40, 50));
}

TEST(RateSourceTest, TimeGoesOnFromTheStoredCreationAndNeverBack) {
  fs::MemoryFileSystem disk;
  base::ManualClock clock(kCreation);
  ASSERT_TRUE(MakeSource({}, &disk, &clock)->InitialOffset({}).ok());
  clock.Advance(std::chrono::seconds(10));
  EXPECT_EQ(MakeSource({}, &disk, &clock)->LatestOffset(std::nullopt, {}, {}).value(),
            Offset{"10"});
  base::ManualClock earlier(kCreation - std::chrono::hours(1));
  auto source = MakeSource({}, &disk, &earlier);
  EXPECT_EQ(source->LatestOffset(Offset{"10"}, {}, {}).value(), Offset{"10"});
  EXPECT_EQ(source->LatestOffset(std::nullopt, {}, {}).value(), Offset{"0"});
}

TEST(RateSourceTest, DamagedStateIsNamed) {
  fs::MemoryFileSystem disk;
  base::ManualClock clock(kCreation);
  ASSERT_TRUE(disk.CreateExclusive("/checkpoint/sources/0/0", "v1\nyesterday").ok());
  auto source = MakeSource({}, &disk, &clock);
  const auto initial = source->InitialOffset({});
  EXPECT_EQ(initial.status().code(), base::StatusCode::kCorrupt);
  EXPECT_THAT(initial.status().message(), HasSubstr("/checkpoint/sources/0/0"));
  fs::MemoryFileSystem fresh;
  source = MakeSource({}, &fresh, &clock);
  EXPECT_EQ(source->PlanPartitions(Offset{"1"}, Offset{"x"}, {}).status().code(),
            base::StatusCode::kCorrupt);
  EXPECT_EQ(source->PlanPartitions(Offset{"3"}, Offset{"2"}, {}).status().code(),
            base::StatusCode::kCorrupt);
}

TEST(RateSourceTest, MoreRowsThanThereAreNumbersAreRefused) {
  fs::MemoryFileSystem disk;
  base::ManualClock clock(kCreation);
  auto source = MakeSource({{"rowsPerSecond", "4611686018427387904"}}, &disk, &clock);
  const auto planned = source->PlanPartitions(Offset{"0"}, Offset{"2"}, {});
  EXPECT_EQ(planned.status().spark_error().condition, "INCORRECT_END_OFFSET");
}

/// Texts and classes as real Spark 4.2 gave them.
TEST(RateSourceTest, BadOptionsAreRefusedInSparksWords) {
  const auto refuse = [](std::map<std::string, std::string> options, const char* exception_class,
                         const char* text) {
    const auto schema = RateSourceProvider().Schema(Options(std::move(options)), std::nullopt);
    EXPECT_EQ(schema.status().spark_error().exception_class, exception_class);
    EXPECT_THAT(schema.status().message(), HasSubstr(text));
  };
  refuse({{"rowsPerSecond", "0"}}, "IllegalArgumentException",
         "Invalid value '0'. The option 'rowsPerSecond' must be positive");
  refuse({{"rowsPerSecond", "x"}}, "NumberFormatException", "For input string: \"x\"");
  refuse({{"numPartitions", "0"}}, "IllegalArgumentException",
         "Invalid value '0'. The option 'numPartitions' must be positive");
  refuse({{"numPartitions", "2147483648"}}, "NumberFormatException",
         "For input string: \"2147483648\"");
  refuse({{"rampUpTime", "-1s"}}, "IllegalArgumentException",
         "Invalid value '-1s'. The option 'rampUpTime' must not be negative");
  refuse({{"rampUpTime", "x"}}, "NumberFormatException", "Failed to parse time string: x");
  const auto schema = RateSourceProvider().Schema({}, StructType().add("a", IntegerType()));
  EXPECT_EQ(schema.status().message(),
            "RateStreamProvider source does not support user-specified schema.");
  EXPECT_EQ(RateSourceProvider().Schema({}, std::nullopt)->simpleString(),
            "struct<timestamp:timestamp,value:bigint>");
}

}  // namespace
}  // namespace millrace::sources::rate
