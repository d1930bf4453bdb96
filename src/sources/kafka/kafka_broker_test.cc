// On a real broker: what librdkafka's mock does not have. MILLRACE_TEST_KAFKA=host:port names it;
// tests/brokers/kafka_broker.sh starts one.

#include <cstdlib>
#include <ctime>
#include <thread>

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "base/uuid.h"
#include "clients/kafka/producer.h"
#include "clients/kafka/topic_admin.h"
#include "connector/testing/source_kit.h"
#include "fs/memory_file_system.h"
#include "sources/kafka/kafka_source.h"
#include "sources/kafka/kafka_source_provider.h"

namespace millrace::sources::kafka {
namespace {

using clients::kafka::OutgoingRecord;
using clients::kafka::Producer;
using clients::kafka::Properties;
using clients::kafka::TopicAdmin;
using connector::Offset;
using connector::Options;
using connector::ReadLimit;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Broker() {
  const char* broker = std::getenv("MILLRACE_TEST_KAFKA");
  return broker == nullptr ? "" : broker;
}

/// Machines that test are busy: only what never comes is waited for as long as this.
constexpr std::chrono::seconds kPatience{120};

template <typename Condition>
bool Eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

/// A topic name that no other run uses.
std::string NewName(const std::string& stem) {
  return stem + "-" + base::Uuid::Random(base::Random::System()).ToString().substr(0, 8);
}

class BrokerFixture : public connector::testing::SourceFixture {
 public:
  BrokerFixture() {
    if (!unavailable().empty()) return;
    const Properties properties = {{"bootstrap.servers", Broker()}};
    admin_ = TopicAdmin::Create(properties).value();
    EXPECT_TRUE(admin_->CreateTopic(topic_, 3).ok());
    producer_ = Producer::Create(properties).value();
  }
  ~BrokerFixture() override {
    if (admin_ != nullptr) (void)admin_->DeleteTopic(topic_).ok();
  }

  std::string unavailable() const override {
    return Broker().empty() ? "MILLRACE_TEST_KAFKA names no broker" : "";
  }
  const connector::SourceProvider& provider() const override { return provider_; }
  Options options() const override {
    return Options(std::map<std::string, std::string>{{"kafka.bootstrap.servers", Broker()},
                                                      {"subscribe", topic_},
                                                      {"startingOffsets", "earliest"},
                                                      {"includeHeaders", "true"},
                                                      {"maxRecordsPerPartition", "70"}});
  }
  connector::SourceContext context() const override {
    return {.options = {},
            .user_schema = {},
            .file_system = &disk_,
            .metadata_path = "/c/sources/0",
            .query_name = "kit",
            .parallelism = 2};
  }
  void Append() override {
    for (int i = 0; i < 150; ++i) {
      const std::string value = "row " + std::to_string(next_++);
      EXPECT_TRUE(producer_->Send({topic_, i % 3}, {.key = "k", .value = value}).ok());
    }
    const base::Status flushed = producer_->Flush();
    EXPECT_TRUE(flushed.ok()) << flushed.ToString();
  }

 private:
  const std::string topic_ = NewName("kit");
  std::unique_ptr<TopicAdmin> admin_;
  std::unique_ptr<Producer> producer_;
  KafkaSourceProvider provider_;
  mutable fs::MemoryFileSystem disk_;
  int next_ = 0;
};

MILLRACE_SOURCE_KIT(KafkaBroker, BrokerFixture)

class KafkaBrokerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (Broker().empty()) GTEST_SKIP() << "MILLRACE_TEST_KAFKA names no broker";
    admin_ = TopicAdmin::Create(properties_).value();
    options_.Set("kafka.bootstrap.servers", Broker());
    options_.Set("subscribe", topic_);
    options_.Set("startingOffsets", "earliest");
  }
  void TearDown() override {
    if (admin_ != nullptr) (void)admin_->DeleteTopic(topic_).ok();
  }

  void CreateTopic(int partitions, const std::map<std::string, std::string>& config = {}) {
    const base::Status created = admin_->CreateTopic(topic_, partitions, config);
    ASSERT_TRUE(created.ok()) << created.ToString();
  }
  std::unique_ptr<Producer> NewProducer(Properties more = {}) {
    more.insert(properties_.begin(), properties_.end());
    auto producer = Producer::Create(more);
    EXPECT_TRUE(producer.ok()) << producer.status().ToString();
    return *std::move(producer);
  }
  void Send(Producer& producer, int count, int partition = 0) {
    for (int i = 0; i < count; ++i) {
      const std::string value = std::to_string(next_++);
      ASSERT_TRUE(producer.Send({topic_, partition}, {.value = value}).ok());
    }
    const base::Status flushed = producer.Flush();
    ASSERT_TRUE(flushed.ok()) << flushed.ToString();
  }

  std::unique_ptr<connector::Source> Open() {
    auto source = KafkaSourceProvider().Create({.options = options_,
                                                .user_schema = {},
                                                .file_system = &disk_,
                                                .metadata_path = "/c/sources/0",
                                                .query_name = "test",
                                                .parallelism = 2});
    EXPECT_TRUE(source.ok()) << source.status().ToString();
    return *std::move(source);
  }
  std::string At(std::int64_t offset) const { return FormatOffsets({{{topic_, 0}, offset}}); }
  static std::string Latest(connector::Source& source, const std::optional<Offset>& start) {
    source.Refresh();
    const auto latest = source.LatestOffset(start, ReadLimit::kSourceOptions, {});
    if (!latest.ok()) return latest.status().ToString();
    return *latest ? (*latest)->json : "nothing";
  }
  /// The same, when it takes a moment to become `expected`: markers are written after a
  /// transaction's end was answered.
  static std::string LatestSoon(connector::Source& source, const Offset& start,
                                const std::string& expected) {
    Eventually([&] { return Latest(source, start) == expected; });
    return Latest(source, start);
  }
  /// Offsets of the rows of a range.
  static base::Result<std::vector<std::int64_t>> Read(connector::Source& source,
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
  /// Reads [0, end) cut at every possible place, by one source and by a new one for each half.
  void ExpectEveryCut(std::int64_t end, const std::vector<std::int64_t>& expected) {
    const auto source = Open();
    for (std::int64_t cut = 0; cut <= end; ++cut) {
      const auto second = Open();
      auto rows = Read(*source, At(0), At(cut));
      ASSERT_TRUE(rows.ok()) << rows.status().ToString();
      const auto rest = Read(cut % 2 == 0 ? *source : *second, At(cut), At(end));
      ASSERT_TRUE(rest.ok()) << rest.status().ToString();
      rows->insert(rows->end(), rest->begin(), rest->end());
      EXPECT_EQ(*rows, expected) << "cut at " << cut;
    }
  }

  const std::string topic_ = NewName("broker");
  const Properties properties_ = {{"bootstrap.servers", Broker()}};
  std::unique_ptr<TopicAdmin> admin_;
  Options options_;
  fs::MemoryFileSystem disk_;
  int next_ = 0;
};

TEST_F(KafkaBrokerTest, TransactionsAsInSpark) {
  CreateTopic(1);
  const auto producer = NewProducer({{"transactional.id", topic_}});
  ASSERT_TRUE(producer->InitTransactions().ok());
  for (const bool commit : {true, false, true}) {
    ASSERT_TRUE(producer->BeginTransaction().ok());
    Send(*producer, 5);
    const base::Status ended =
        commit ? producer->CommitTransaction() : producer->AbortTransaction();
    ASSERT_TRUE(ended.ok()) << ended.ToString();
  }
  // Five records and a marker, three times: the end is 18 at either level.
  const Offset start{At(0)};
  EXPECT_EQ(LatestSoon(*Open(), start, At(18)), At(18));
  ExpectEveryCut(18, {0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16});
  options_.Set("kafka.isolation.level", "read_committed");
  EXPECT_EQ(Latest(*Open(), start), At(18));
  ExpectEveryCut(18, {0, 1, 2, 3, 4, 12, 13, 14, 15, 16});
}

TEST_F(KafkaBrokerTest, ARangeOfAbortedRecordsAloneEnds) {
  CreateTopic(1);
  options_.Set("kafka.isolation.level", "read_committed");
  const auto producer = NewProducer({{"transactional.id", topic_}});
  ASSERT_TRUE(producer->InitTransactions().ok());
  const auto source = Open();
  std::int64_t at = 0;
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(producer->BeginTransaction().ok());
    Send(*producer, 3);
    ASSERT_TRUE(producer->AbortTransaction().ok());
    EXPECT_EQ(LatestSoon(*source, Offset{At(at)}, At(at + 4)), At(at + 4));
    EXPECT_THAT(Read(*source, At(at), At(at + 2)).value(), IsEmpty());
    EXPECT_THAT(Read(*source, At(at + 2), At(at + 4)).value(), IsEmpty());
    at += 4;
  }
}

TEST_F(KafkaBrokerTest, AnOpenTransactionHoldsBackOnlyCommittedReaders) {
  CreateTopic(1);
  const auto producer = NewProducer({{"transactional.id", topic_}});
  ASSERT_TRUE(producer->InitTransactions().ok());
  const auto all = Open();
  options_.Set("kafka.isolation.level", "read_committed");
  const auto committed = Open();
  ASSERT_TRUE(producer->BeginTransaction().ok());
  Send(*producer, 5);
  EXPECT_EQ(Latest(*all, Offset{At(0)}), At(5));
  EXPECT_EQ(Latest(*committed, Offset{At(0)}), At(0));
  EXPECT_THAT(Read(*all, At(0), At(5)).value(), ElementsAre(0, 1, 2, 3, 4));
  ASSERT_TRUE(producer->CommitTransaction().ok());
  EXPECT_EQ(LatestSoon(*committed, Offset{At(0)}, At(6)), At(6));
  EXPECT_THAT(Read(*committed, At(0), At(6)).value(), ElementsAre(0, 1, 2, 3, 4));
}

TEST_F(KafkaBrokerTest, CompactedRecordsLeaveGapsThatEnd) {
  CreateTopic(1, {{"cleanup.policy", "compact"},
                  {"segment.ms", "200"},
                  {"min.cleanable.dirty.ratio", "0.01"},
                  {"max.compaction.lag.ms", "500"},
                  {"delete.retention.ms", "100"}});
  const auto producer = NewProducer();
  for (int i = 0; i < 40; ++i) {
    const std::string key = std::to_string(i % 2);
    ASSERT_TRUE(producer->Send({topic_, 0}, {.key = key, .value = "v"}).ok());
    if (i % 10 == 9) {
      ASSERT_TRUE(producer->Flush().ok());
      std::this_thread::sleep_for(std::chrono::milliseconds(300));  // So that a segment is rolled.
    }
  }
  std::vector<std::int64_t> left;
  for (int i = 0; i < 150; ++i) {
    left = Read(*Open(), At(0), At(40)).value();
    if (left.size() < 20) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  if (left.size() >= 20) GTEST_SKIP() << "the broker did not compact in time";
  const auto source = Open();
  for (std::int64_t cut = 1; cut < 40; cut += 3) {
    auto rows = Read(*source, At(0), At(cut)).value();
    const auto rest = Read(*source, At(cut), At(40)).value();
    rows.insert(rows.end(), rest.begin(), rest.end());
    // The broker may compact further meanwhile; what is read is never more, and in order.
    EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end()));
    EXPECT_LE(rows.size(), left.size());
    EXPECT_EQ(rows.back(), 39);
  }
}

TEST_F(KafkaBrokerTest, DeletedRecordsAreALossOrSkipped) {
  CreateTopic(1);
  const auto producer = NewProducer();
  Send(*producer, 25);
  const auto strict = Open();
  EXPECT_EQ(Read(*strict, At(0), At(20)).value().size(), 20u);
  options_.Set("failOnDataLoss", "false");
  const auto lenient = Open();
  ASSERT_TRUE(admin_->DeleteRecords({topic_, 0}, 23).ok());
  const auto loss = Read(*Open(), At(20), At(22));
  EXPECT_THAT(loss.value(), IsEmpty());
  EXPECT_THAT(Read(*lenient, At(20), At(25)).value(), ElementsAre(23, 24));
  EXPECT_THAT(Read(*lenient, At(3), At(24)).value(), ElementsAre(23));
  // All of it gone: nothing is left to read, and nobody waits for it.
  ASSERT_TRUE(admin_->DeleteRecords({topic_, 0}, 25).ok());
  EXPECT_THAT(Read(*Open(), At(20), At(25)).value(), IsEmpty());
  options_.Set("failOnDataLoss", "true");
  const auto refused = Read(*Open(), At(20), At(25));
  EXPECT_EQ(refused.status().spark_error().condition,
            "KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE");
  EXPECT_THAT(refused.status().message(),
              HasSubstr("Could not read records in offset [20, 25) for topic partition " + topic_ +
                        "-0\nwith consumer group spark-kafka-source-"));
}

TEST_F(KafkaBrokerTest, NewPartitionsAreFoundAndReadFromTheirStart) {
  CreateTopic(1);
  const auto producer = NewProducer();
  Send(*producer, 3);
  const auto source = Open();
  const Offset start{At(3)};
  EXPECT_EQ(Latest(*source, start), At(3));
  ASSERT_TRUE(admin_->AddPartitions(topic_, 2).ok());
  const auto later = NewProducer();
  Send(*later, 2, 1);
  std::optional<Offset> end = start;
  EXPECT_TRUE(Eventually([&] {
    end = source->LatestOffset(start, ReadLimit::kSourceOptions, {}).value();
    return end != start;
  }));
  EXPECT_EQ(end->json, FormatOffsets({{{topic_, 0}, 3}, {{topic_, 1}, 2}}));
  EXPECT_THAT(Read(*source, start.json, end->json).value(), ElementsAre(0, 1));
}

TEST_F(KafkaBrokerTest, ATopicThatIsDeletedWhileItIsReadIsNamed) {
  CreateTopic(1);
  const auto producer = NewProducer();
  Send(*producer, 3);
  const auto source = Open();
  EXPECT_EQ(Latest(*source, Offset{At(0)}), At(3));
  ASSERT_TRUE(admin_->DeleteTopic(topic_).ok());
  std::string latest;
  EXPECT_TRUE(Eventually([&] {
    latest = Latest(*source, Offset{At(3)});
    return latest.find("does not exist") != std::string::npos;
  }));
  EXPECT_THAT(latest, HasSubstr("\"" + topic_ + "\" does not exist"));
}

TEST_F(KafkaBrokerTest, StartsAtTimes) {
  CreateTopic(2);
  const auto producer = NewProducer();
  for (int i = 0; i < 10; ++i) {
    const OutgoingRecord record{.value = "v", .timestamp_ms = 1000 + i};
    ASSERT_TRUE(producer->Send({topic_, i % 2}, record).ok());
  }
  ASSERT_TRUE(producer->Flush().ok());
  options_.Set("startingTimestamp", "1004");
  EXPECT_EQ(Open()->InitialOffset({}).value()->json,
            FormatOffsets({{{topic_, 0}, 2}, {{topic_, 1}, 2}}));
  ASSERT_TRUE(disk_.Remove("/c/sources/0/0").ok());
  options_.Set("startingTimestamp", "5000");
  EXPECT_EQ(
      Open()->InitialOffset({}).status().message(),
      "No offset matched from request of topic-partition " + topic_ + "-0 and timestamp 5000.");
  options_.Set("startingOffsetsByTimestampStrategy", "latest");
  EXPECT_EQ(Open()->InitialOffset({}).value()->json,
            FormatOffsets({{{topic_, 0}, 5}, {{topic_, 1}, 5}}));
}

TEST_F(KafkaBrokerTest, EveryCodecIsRead) {
  CreateTopic(1);
  std::int64_t at = 0;
  for (const char* codec : {"none", "gzip", "snappy", "lz4", "zstd"}) {
    const auto producer = NewProducer({{"compression.codec", codec}, {"linger.ms", "100"}});
    Send(*producer, 100);
    // From the middle of a compressed batch.
    const auto rows = Read(*Open(), At(at + 37), At(at + 63));
    ASSERT_TRUE(rows.ok()) << codec << ": " << rows.status().ToString();
    EXPECT_EQ(rows->size(), 26u) << codec;
    EXPECT_EQ(rows->front(), at + 37) << codec;
    at += 100;
  }
  EXPECT_EQ(Read(*Open(), At(0), At(500)).value().size(), 500u);
}

TEST_F(KafkaBrokerTest, RecordsLargerThanAFetchAreRead) {
  CreateTopic(1, {{"max.message.bytes", "20000000"}});
  const auto producer = NewProducer({{"message.max.bytes", "20000000"}});
  const std::string large(8'000'000, 'x');
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(producer->Send({topic_, 0}, {.value = large}).ok());
    Send(*producer, 1);
  }
  const auto source = Open();
  const auto partitions = source->PlanPartitions(Offset{At(0)}, Offset{At(6)}, {}).value();
  const auto reader = source->OpenReader(partitions[0], {1}).value();
  std::vector<std::int64_t> sizes;
  while (const auto batch = reader->Next({}).value()) {
    const auto& column = static_cast<const arrow::BinaryArray&>(*batch->column(0));
    for (std::int64_t i = 0; i < column.length(); ++i) sizes.push_back(column.value_length(i));
  }
  EXPECT_THAT(sizes, ElementsAre(8'000'000, 1, 8'000'000, 1, 8'000'000, 1));
}

// How soon is measured by `make bench`.
TEST_F(KafkaBrokerTest, AnIdleSourceCostsLittleAndSeesNewRecords) {
  CreateTopic(4);
  const auto producer = NewProducer({{"linger.ms", "0"}});
  for (int partition = 0; partition < 4; ++partition) Send(*producer, 1, partition);
  const auto source = Open();
  Offset at{Latest(*source, std::nullopt)};
  ASSERT_TRUE(Read(*source, source->InitialOffset({}).value()->json, at.json).ok());
  const std::clock_t cpu = std::clock();
  const auto began = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - began < std::chrono::seconds(2)) {
    ASSERT_EQ(source->LatestOffset(at, ReadLimit::kSourceOptions, {}).value(), at);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const double share = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC / 2.0;
  RecordProperty("idle_cpu_share", std::to_string(share));
  std::printf("idle: %.2f %% of a core\n", share * 100);
  EXPECT_LT(share, 0.10);

  std::vector<double> waited_ms;
  for (int i = 0; i < 20; ++i) {
    Send(*producer, 1, i % 4);
    const auto sent = std::chrono::steady_clock::now();
    std::optional<Offset> now = at;
    while (now == at) {
      now = source->LatestOffset(at, ReadLimit::kSourceOptions, {}).value();
      ASSERT_LT(std::chrono::steady_clock::now() - sent, kPatience);
      if (now == at) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    waited_ms.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - sent).count());
    EXPECT_EQ(Read(*source, at.json, now->json).value().size(), 1u);
    at = *now;
  }
  std::sort(waited_ms.begin(), waited_ms.end());
  std::printf("seen after: median %.1f ms, largest %.1f ms\n", waited_ms[10], waited_ms.back());
}

}  // namespace
}  // namespace millrace::sources::kafka
