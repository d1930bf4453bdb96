#include "sources/kafka/kafka_source.h"

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"
#include "clients/kafka/mock_cluster.h"
#include "clients/kafka/producer.h"
#include "connector/testing/source_kit.h"
#include "fs/memory_file_system.h"
#include "sources/kafka/kafka_source_provider.h"

namespace millrace::sources::kafka {
namespace {

using clients::kafka::MockCluster;
using clients::kafka::OutgoingRecord;
using clients::kafka::Producer;
using connector::Offset;
using connector::Options;
using connector::ReadLimit;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Two topics, three partitions, on librdkafka's own broker.
class KafkaFixture : public connector::testing::SourceFixture {
 public:
  KafkaFixture() {
    auto mock = MockCluster::Start();
    EXPECT_TRUE(mock.ok()) << mock.status().ToString();
    mock_ = *std::move(mock);
    EXPECT_TRUE(mock_->CreateTopic("a", 2).ok());
    EXPECT_TRUE(mock_->CreateTopic("b", 1).ok());
    auto producer = Producer::Create({{"bootstrap.servers", mock_->bootstrap_servers()}});
    EXPECT_TRUE(producer.ok());
    producer_ = *std::move(producer);
    options_.Set("kafka.bootstrap.servers", mock_->bootstrap_servers());
    options_.Set("subscribe", "a, b");
    options_.Set("startingOffsets", "earliest");
    options_.Set("includeHeaders", "true");
  }

  const connector::SourceProvider& provider() const override { return provider_; }
  Options options() const override { return options_; }
  connector::SourceContext context() const override {
    return {.options = options_,
            .user_schema = {},
            .file_system = &disk_,
            .metadata_path = "/checkpoint/sources/0",
            .query_name = "test",
            .parallelism = 2};
  }
  void Append() override {
    for (const TopicPartition& partition : {TopicPartition{"a", 0}, {"a", 1}, {"b", 0}}) {
      Send(partition, 50);
    }
  }

  void Send(const TopicPartition& partition, int count) {
    for (int i = 0; i < count; ++i) {
      const std::string value = ToString(partition) + "#" + std::to_string(next_++);
      const std::string key = value.substr(0, next_ % 5);
      OutgoingRecord record{.key = key, .value = value};
      if (next_ % 3 == 0) record.headers = {{"h", value}, {"n", std::nullopt}};
      if (next_ % 7 == 0) record.key = std::nullopt;
      if (next_ % 11 == 0) record.headers.clear();
      const base::Status sent = producer_->Send(partition, record);
      EXPECT_TRUE(sent.ok()) << sent.ToString();
    }
    const base::Status flushed = producer_->Flush();
    EXPECT_TRUE(flushed.ok()) << flushed.ToString();
  }

  Options& mutable_options() { return options_; }
  MockCluster& mock() { return *mock_; }
  fs::FileSystem& disk() { return disk_; }

 private:
  std::unique_ptr<MockCluster> mock_;
  std::unique_ptr<Producer> producer_;
  KafkaSourceProvider provider_;
  Options options_;
  mutable fs::MemoryFileSystem disk_;
  int next_ = 0;
};

/// The same with partitions that are cut into pieces, so two readers work on one of them.
class SplitKafkaFixture : public KafkaFixture {
 public:
  SplitKafkaFixture() { mutable_options().Set("minPartitions", "8"); }
};

MILLRACE_SOURCE_KIT(Kafka, KafkaFixture)
MILLRACE_SOURCE_KIT(SplitKafka, SplitKafkaFixture)

class KafkaSourceTest : public ::testing::Test {
 protected:
  std::unique_ptr<connector::Source> Open() {
    connector::SourceContext context = fixture_.context();
    context.clock = clock_;
    auto source = fixture_.provider().Create(std::move(context));
    EXPECT_TRUE(source.ok()) << source.status().ToString();
    return source.ok() ? *std::move(source) : nullptr;
  }

  static std::string Latest(connector::Source& source, const std::optional<Offset>& start) {
    source.Refresh();
    const auto latest = source.LatestOffset(start, ReadLimit::kSourceOptions, {});
    if (!latest.ok()) return latest.status().ToString();
    return *latest ? (*latest)->json : "nothing";
  }

  /// Offsets of all rows of the range, in the order of the plan, or the failure.
  static base::Result<std::vector<std::int64_t>> ReadOffsets(connector::Source& source,
                                                             const std::string& start,
                                                             const std::string& end) {
    MILLRACE_ASSIGN_OR_RETURN(const auto partitions,
                              source.PlanPartitions(Offset{start}, Offset{end}, {}));
    std::vector<std::int64_t> offsets;
    for (const auto& partition : partitions) {
      MILLRACE_ASSIGN_OR_RETURN(auto reader, source.OpenReader(partition, {4}));
      while (true) {
        MILLRACE_ASSIGN_OR_RETURN(const auto batch, reader->Next({}));
        if (batch == nullptr) break;
        const auto& column = static_cast<const arrow::Int64Array&>(*batch->column(0));
        for (std::int64_t i = 0; i < column.length(); ++i) offsets.push_back(column.Value(i));
      }
    }
    return offsets;
  }

  Options& options() { return fixture_.mutable_options(); }

  KafkaFixture fixture_;
  base::Clock* clock_ = base::Clock::System();
};

TEST_F(KafkaSourceTest, DescribesItselfAsSparkDoes) {
  EXPECT_EQ(Open()->description(), "KafkaV2[Subscribe[a, b]]");
}

TEST_F(KafkaSourceTest, StoresTheInitialOffsetsInSparksBytes) {
  fixture_.Append();
  options().Set("startingOffsets", R"({"a":{"0":-2,"1":-1},"b":{"0":7}})");
  EXPECT_EQ(Open()->InitialOffset({}).value()->json, R"({"a":{"0":0,"1":50},"b":{"0":7}})");
  const std::string expected =
      std::string(1, '\0') + "v1\n" + R"({"a":{"0":0,"1":50},"b":{"0":7}})";
  EXPECT_EQ(fixture_.disk().Read("/checkpoint/sources/0/0").value(), expected);
  options().Set("startingOffsets", "latest");
  EXPECT_EQ(Open()->InitialOffset({}).value()->json, R"({"a":{"0":0,"1":50},"b":{"0":7}})");
}

TEST_F(KafkaSourceTest, GivenOffsetsMustNameAllPartitions) {
  options().Set("startingOffsets", R"({"a":{"0":-2}})");
  const auto initial = Open()->InitialOffset({});
  EXPECT_EQ(initial.status().message(),
            "assertion failed: If startingOffsets contains specific offsets, you must specify all "
            "TopicPartitions.\nUse -1 for latest, -2 for earliest, if you don't care.\n"
            "Specified: Set(a-0) Assigned: Set(a-0, a-1, b-0)");
}

TEST_F(KafkaSourceTest, MaxOffsetsPerTriggerBoundsABatch) {
  fixture_.Append();
  options().Set("maxOffsetsPerTrigger", "30");
  const auto source = Open();
  const auto start = source->InitialOffset({}).value();
  EXPECT_EQ(Latest(*source, start), R"({"a":{"0":10,"1":10},"b":{"0":10}})");
  EXPECT_EQ(source->ReportLatestOffset()->json, R"({"a":{"0":50,"1":50},"b":{"0":50}})");
  EXPECT_EQ(source->LatestOffset(start, ReadLimit::kAllAvailable, {}).value()->json,
            R"({"a":{"0":50,"1":50},"b":{"0":50}})");
  const auto metrics = source->Metrics(Offset{R"({"a":{"0":10,"1":10},"b":{"0":20}})"});
  EXPECT_THAT(metrics, ElementsAre(std::pair("avgOffsetsBehindLatest", "36.666666666666664"),
                                   std::pair("maxOffsetsBehindLatest", "40"),
                                   std::pair("minOffsetsBehindLatest", "30")));
}

TEST_F(KafkaSourceTest, MinOffsetsPerTriggerHoldsABatchBackUntilTheDelayIsOver) {
  base::ManualClock clock(base::WallTime(std::chrono::hours(1000)));
  clock_ = &clock;
  options().Set("minOffsetsPerTrigger", "200");
  options().Set("maxTriggerDelay", "10s");
  const auto source = Open();
  const Offset start = *source->InitialOffset({}).value();
  fixture_.Append();
  const std::string first = Latest(*source, start);  // The first check always fires.
  EXPECT_EQ(first, R"({"a":{"0":50,"1":50},"b":{"0":50}})");
  fixture_.Append();
  EXPECT_EQ(Latest(*source, Offset{first}), first);
  fixture_.Send({"b", 0}, 50);
  EXPECT_EQ(Latest(*source, Offset{first}), R"({"a":{"0":100,"1":100},"b":{"0":150}})");
  EXPECT_EQ(Latest(*source, Offset{first}), R"({"a":{"0":100,"1":100},"b":{"0":150}})");
  const std::string second = R"({"a":{"0":100,"1":100},"b":{"0":150}})";
  fixture_.Send({"b", 0}, 1);
  EXPECT_EQ(Latest(*source, Offset{second}), second);
  clock.Advance(std::chrono::seconds(10));
  EXPECT_EQ(Latest(*source, Offset{second}), R"({"a":{"0":100,"1":100},"b":{"0":151}})");
}

TEST_F(KafkaSourceTest, TheTextOfAnUnchangedStartStays) {
  fixture_.Append();
  const auto source = Open();
  const std::string spaced = R"({ "b":{"0":50},"a":{"1":50,"0":50} })";
  EXPECT_EQ(Latest(*source, Offset{spaced}), spaced);
}

TEST_F(KafkaSourceTest, AssignReadsOnlyThosePartitions) {
  fixture_.Append();
  Options only;
  only.Set("kafka.bootstrap.servers", fixture_.mock().bootstrap_servers());
  only.Set("assign", R"({"b":[0],"a":[1]})");
  only.Set("startingOffsets", "earliest");
  options() = only;
  const auto source = Open();
  EXPECT_EQ(source->description(), "KafkaV2[Assign[b-0, a-1]]");
  EXPECT_EQ(source->InitialOffset({}).value()->json, R"({"a":{"1":0},"b":{"0":0}})");
}

TEST_F(KafkaSourceTest, APatternFindsNewTopics) {
  fixture_.Append();
  Options only;
  only.Set("kafka.bootstrap.servers", fixture_.mock().bootstrap_servers());
  only.Set("subscribePattern", "^(a|c)$");
  only.Set("startingOffsets", "earliest");
  options() = only;
  const auto source = Open();
  EXPECT_EQ(source->description(), "KafkaV2[SubscribePattern[^(a|c)$]]");
  const Offset start = *source->InitialOffset({}).value();
  EXPECT_EQ(start.json, R"({"a":{"0":0,"1":0}})");
  ASSERT_TRUE(fixture_.mock().CreateTopic("c", 1).ok());
  fixture_.Send({"c", 0}, 3);
  const std::string end = Latest(*source, start);
  EXPECT_EQ(end, R"({"a":{"0":50,"1":50},"c":{"0":3}})");
  const auto rows = ReadOffsets(*source, R"({"a":{"0":50,"1":50}})", end);
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  EXPECT_THAT(*rows, ElementsAre(0, 1, 2));
}

TEST_F(KafkaSourceTest, AnAddedPartitionThatDoesNotStartAtZeroIsALoss) {
  for (int i = 0; i < 6; ++i) fixture_.Send({"b", 0}, 1);
  ASSERT_TRUE(fixture_.mock().DeleteRecords({"b", 0}, 4).ok());
  const std::string start = R"({"a":{"0":0,"1":0}})";
  const std::string end = R"({"a":{"0":0,"1":0},"b":{"0":6}})";
  const auto loss = ReadOffsets(*Open(), start, end);
  EXPECT_EQ(loss.status().code(), base::StatusCode::kDataLoss);
  EXPECT_EQ(loss.status().spark_error().condition,
            "KAFKA_DATA_LOSS.ADDED_PARTITION_DOES_NOT_START_FROM_OFFSET_ZERO");
  EXPECT_EQ(loss.status().spark_error().sql_state, "22000");
  EXPECT_THAT(loss.status().message(),
              HasSubstr("Added partition b-0 starts from 4 instead of 0."));
  options().Set("failOnDataLoss", "false");
  EXPECT_THAT(ReadOffsets(*Open(), start, end).value(), ElementsAre(4, 5));
}

TEST_F(KafkaSourceTest, PartitionsThatAreGoneAreALoss) {
  const std::string start = R"({"a":{"0":0,"1":0},"b":{"0":0},"x":{"0":5,"1":5}})";
  const std::string end = R"({"a":{"0":0,"1":0},"b":{"0":0}})";
  const auto loss = ReadOffsets(*Open(), start, end);
  EXPECT_EQ(loss.status().spark_error().condition, "KAFKA_DATA_LOSS.PARTITIONS_DELETED");
  EXPECT_THAT(loss.status().message(), HasSubstr("Partitions Set(x-0, x-1) have been deleted."));
  options().Set("kafka.group.id", "g");
  EXPECT_EQ(ReadOffsets(*Open(), start, end).status().spark_error().condition,
            "KAFKA_DATA_LOSS.PARTITIONS_DELETED_AND_GROUP_ID_CONFIG_PRESENT");
  options().Set("failOnDataLoss", "false");
  EXPECT_THAT(ReadOffsets(*Open(), start, end).value(), IsEmpty());
}

TEST_F(KafkaSourceTest, AnEndBeforeTheStartIsALoss) {
  fixture_.Append();
  const auto source = Open();
  const Offset start{R"({"a":{"0":900,"1":0},"b":{"0":0}})"};
  const std::string end = Latest(*source, start);
  EXPECT_EQ(end, R"({"a":{"0":50,"1":50},"b":{"0":50}})");
  const auto loss = ReadOffsets(*source, start.json, end);
  EXPECT_EQ(loss.status().spark_error().condition, "KAFKA_DATA_LOSS.PARTITION_OFFSET_CHANGED");
  EXPECT_THAT(
      loss.status().message(),
      HasSubstr("Partition a-0 offset was changed from 900 to 50.\nThis could be either 1) a "
                "user error"));
}

TEST_F(KafkaSourceTest, DeletedRecordsAreALossOrSkipped) {
  for (int i = 0; i < 25; ++i) fixture_.Send({"b", 0}, 1);
  ASSERT_TRUE(fixture_.mock().DeleteRecords({"b", 0}, 23).ok());
  const std::string start = R"({"b":{"0":20}})";
  const auto loss = ReadOffsets(*Open(), start, R"({"b":{"0":25}})");
  EXPECT_EQ(loss.status().spark_error().condition, "KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE");
  EXPECT_THAT(loss.status().message(),
              HasSubstr("Could not read records in offset [20, 25) for topic partition b-0\nwith "
                        "consumer group spark-kafka-source-"));
  options().Set("failOnDataLoss", "false");
  EXPECT_THAT(ReadOffsets(*Open(), start, R"({"b":{"0":25}})").value(), ElementsAre(23, 24));
  EXPECT_THAT(ReadOffsets(*Open(), start, R"({"b":{"0":22}})").value(), IsEmpty());
}

TEST_F(KafkaSourceTest, ATopicThatDoesNotExistIsNamed) {
  ASSERT_TRUE(fixture_.mock().CreateTopic("gone", 1).ok());
  ASSERT_TRUE(fixture_.mock().DeleteTopic("gone").ok());
  options().Set("subscribe", "a,gone");
  const auto initial = Open()->InitialOffset({});
  EXPECT_EQ(initial.status().code(), base::StatusCode::kNotFound);
  EXPECT_THAT(initial.status().message(), HasSubstr("\"gone\""));
}

TEST_F(KafkaSourceTest, ATopicThatIsDeletedFailsTheQuery) {
  fixture_.Append();
  const auto source = Open();
  const Offset start{Latest(*source, Offset{R"({"a":{"0":0,"1":0},"b":{"0":0}})"})};
  ASSERT_TRUE(fixture_.mock().DeleteTopic("b").ok());
  source->Refresh();
  const auto latest = source->LatestOffset(start, ReadLimit::kSourceOptions, {});
  EXPECT_EQ(latest.status().code(), base::StatusCode::kNotFound);
  EXPECT_EQ(latest.status().spark_error().exception_class, "UnknownTopicOrPartitionException");
  EXPECT_THAT(latest.status().message(), HasSubstr("topic \"b\" does not exist on "));
}

TEST_F(KafkaSourceTest, WithoutFailOnDataLossADeletedTopicIsWaitedFor) {
  fixture_.Append();
  options().Set("failOnDataLoss", "false");
  const auto source = Open();
  const Offset start{Latest(*source, Offset{R"({"a":{"0":0,"1":0},"b":{"0":0}})"})};
  EXPECT_EQ(start.json, R"({"a":{"0":50,"1":50},"b":{"0":50}})");
  std::vector<std::string> lines;
  base::SetLogSink([&](base::LogLevel, const std::string& line) { lines.push_back(line); });
  ASSERT_TRUE(fixture_.mock().DeleteTopic("b").ok());
  fixture_.Send({"a", 0}, 1);
  // Its place is kept, so that nothing is read twice when it only seemed to be gone.
  EXPECT_EQ(Latest(*source, start), R"({"a":{"0":51,"1":50},"b":{"0":50}})");
  EXPECT_EQ(Latest(*source, start), R"({"a":{"0":51,"1":50},"b":{"0":50}})");
  EXPECT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines.front(), HasSubstr("topic \"b\" does not exist on "));
  ASSERT_TRUE(fixture_.mock().CreateTopic("b", 1).ok());
  const std::string end = R"({"a":{"0":51,"1":50},"b":{"0":0}})";
  EXPECT_EQ(Latest(*source, start), end);
  EXPECT_THAT(ReadOffsets(*source, start.json, end).value(), ElementsAre(50));
  fixture_.Send({"b", 0}, 2);
  const std::string more = R"({"a":{"0":51,"1":50},"b":{"0":2}})";
  EXPECT_EQ(Latest(*source, Offset{end}), more);
  EXPECT_THAT(ReadOffsets(*source, end, more).value(), ElementsAre(0, 1));
  base::SetLogSink(nullptr);
  EXPECT_THAT(lines, testing::Contains(HasSubstr("Partition b-0 offset was changed from 50 to 0")));
}

TEST_F(KafkaSourceTest, RowsHaveAllColumns) {
  auto producer = Producer::Create({{"bootstrap.servers", fixture_.mock().bootstrap_servers()}});
  ASSERT_TRUE(producer.ok());
  const OutgoingRecord records[] = {{.key = "k",
                                     .value = "v",
                                     .headers = {{"h", "1"}, {"h", std::nullopt}},
                                     .timestamp_ms = 1234},
                                    {.key = std::nullopt, .value = std::nullopt, .timestamp_ms = 5},
                                    {.key = "", .value = "", .timestamp_ms = 6}};
  for (const auto& record : records) ASSERT_TRUE((*producer)->Send({"b", 0}, record).ok());
  ASSERT_TRUE((*producer)->Flush().ok());
  const auto source = Open();
  const auto partitions =
      source->PlanPartitions(Offset{R"({"b":{"0":0}})"}, Offset{R"({"b":{"0":3}})"}, {}).value();
  ASSERT_EQ(partitions.size(), 1u);
  EXPECT_EQ(partitions[0].description, "b-0 [0, 3)");
  EXPECT_EQ(partitions[0].estimated_rows, 3);
  const auto reader = source->OpenReader(partitions[0], {0, 1, 2, 3, 4, 5, 6, 7}).value();
  const auto batch = reader->Next({}).value();
  ASSERT_NE(batch, nullptr);
  EXPECT_TRUE(batch->ValidateFull().ok()) << batch->ValidateFull().ToString();
  EXPECT_EQ(batch->schema()->ToString(),
            "key: binary\nvalue: binary\ntopic: string\npartition: int32\noffset: int64\n"
            "timestamp: timestamp[us, tz=UTC]\ntimestampType: int32\n"
            "headers: list<element: struct<key: string, value: binary>>");
  const auto text = [&](int column, int row) {
    return batch->column(column)->GetScalar(row).ValueOrDie()->ToString();
  };
  const auto& key = static_cast<const arrow::BinaryArray&>(*batch->column(0));
  const auto& value = static_cast<const arrow::BinaryArray&>(*batch->column(1));
  EXPECT_EQ(key.GetView(0), "k");
  EXPECT_TRUE(key.IsNull(1));
  EXPECT_FALSE(key.IsNull(2));
  EXPECT_EQ(value.GetView(0), "v");
  EXPECT_TRUE(value.IsNull(1));
  EXPECT_EQ(value.GetView(2), "");
  EXPECT_FALSE(value.IsNull(2));
  EXPECT_EQ(text(2, 1), "b");
  EXPECT_EQ(text(3, 1), "0");
  EXPECT_EQ(text(4, 2), "2");
  EXPECT_EQ(static_cast<const arrow::TimestampArray&>(*batch->column(5)).Value(0), 1234000);
  EXPECT_EQ(text(6, 0), "0");
  EXPECT_TRUE(batch->column(7)->IsNull(1));
  EXPECT_FALSE(batch->column(7)->IsNull(0));
  // A parser may read past the last value.
  const auto& bytes = *value.value_data();
  EXPECT_GE(bytes.capacity(), bytes.size() + RecordBatchBuilder::kPaddingBytes);
  EXPECT_EQ(reader->Next({}).value(), nullptr);
}

TEST_F(KafkaSourceTest, ATimeThatDoesNotFitIsNamed) {
  auto producer = Producer::Create({{"bootstrap.servers", fixture_.mock().bootstrap_servers()}});
  ASSERT_TRUE(producer.ok());
  ASSERT_TRUE((*producer)->Send({"b", 0}, {.value = "v", .timestamp_ms = 9300000000000000}).ok());
  ASSERT_TRUE((*producer)->Flush().ok());
  const auto source = Open();
  const auto partitions =
      source->PlanPartitions(Offset{R"({"b":{"0":0}})"}, Offset{R"({"b":{"0":1}})"}, {}).value();
  const auto batch = source->OpenReader(partitions[0], {5}).value()->Next({});
  EXPECT_EQ(batch.status().spark_error().condition, "KAFKA_MALFORMED_RECORD_TIMESTAMP");
  EXPECT_THAT(batch.status().message(), HasSubstr("topic b partition 0 offset 0"));
}

TEST_F(KafkaSourceTest, ManyRowsComeInBatchesOfBoundedSize) {
  fixture_.Send({"b", 0}, 70'000);
  const auto source = Open();
  const auto partitions =
      source->PlanPartitions(Offset{R"({"b":{"0":0}})"}, Offset{R"({"b":{"0":70000}})"}, {})
          .value();
  const auto reader = source->OpenReader(partitions[0], {1}).value();
  std::int64_t rows = 0;
  while (true) {
    const auto batch = reader->Next({});
    ASSERT_TRUE(batch.ok()) << batch.status().ToString();
    if (*batch == nullptr) break;
    EXPECT_LE((*batch)->num_rows(), KafkaPartitionReader::kMaxRows);
    rows += (*batch)->num_rows();
  }
  EXPECT_EQ(rows, 70'000);
}

}  // namespace
}  // namespace millrace::sources::kafka
