#include "clients/kafka/partition_stream.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/kafka/admin.h"
#include "clients/kafka/consumer_pool.h"
#include "clients/kafka/mock_cluster.h"
#include "clients/kafka/producer.h"

namespace millrace::clients::kafka {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

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

class MockBrokerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto mock = MockCluster::Start();
    ASSERT_TRUE(mock.ok()) << mock.status().ToString();
    mock_ = std::move(mock).value();
    properties_ = {{"bootstrap.servers", mock_->bootstrap_servers()}};
  }

  /// Sends "<first>", "<first + 1>", ... to `to`.
  void Produce(const TopicPartition& to, int first, int count) {
    if (producer_ == nullptr) {
      auto producer = Producer::Create(properties_);
      ASSERT_TRUE(producer.ok());
      producer_ = std::move(producer).value();
    }
    for (int i = first; i < first + count; ++i) {
      const std::string value = std::to_string(i);
      ASSERT_TRUE(producer_->Send(to, {.key = std::nullopt, .value = value}).ok());
    }
    const base::Status flushed = producer_->Flush();
    ASSERT_TRUE(flushed.ok()) << flushed.ToString();
  }

  /// Values of the range; the test fails when they stop coming.
  std::vector<std::string> ReadTo(PartitionStream* stream, std::int64_t end) {
    std::vector<std::string> values;
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < deadline) {
      std::span<const Record> records;
      const auto event = stream->Read(end, 7, milliseconds(50), &records);
      if (!event.ok()) {
        ADD_FAILURE() << event.status().ToString();
        return values;
      }
      if (*event == PartitionStream::Event::kEndOfRange) return values;
      if (*event == PartitionStream::Event::kNothingYet) continue;
      if (*event != PartitionStream::Event::kRecords) break;
      for (const Record& record : records) values.emplace_back(record.value, record.value_bytes);
    }
    ADD_FAILURE() << "the range [" << stream->position().value_or(-1) << ", " << end
                  << ") did not end";
    return values;
  }

  /// The record at `offset`, where the stream stands; valid until its next call.
  static void ReadOne(PartitionStream* stream, std::int64_t offset, Record* record) {
    ASSERT_EQ(stream->position(), offset);
    std::span<const Record> records;
    const bool came = Eventually([&] {
      const auto event = stream->Read(offset + 1, 1, milliseconds(100), &records);
      EXPECT_TRUE(event.ok()) << event.status().ToString();
      return !event.ok() || *event == PartitionStream::Event::kRecords;
    });
    ASSERT_TRUE(came && !records.empty()) << "no record came at offset " << offset;
    *record = records.front();
  }

  static std::vector<std::string> Numbers(int first, int end) {
    std::vector<std::string> numbers;
    for (int i = first; i < end; ++i) numbers.push_back(std::to_string(i));
    return numbers;
  }

  std::unique_ptr<MockCluster> mock_;
  Properties properties_;
  std::unique_ptr<Producer> producer_;
  const TopicPartition partition_{"events", 0};
};

TEST_F(MockBrokerTest, ConsecutiveRangesNeitherDropNorDoubleWhatWasFetchedAhead) {
  ASSERT_TRUE(mock_->CreateTopic("events", 1).ok());
  Produce(partition_, 0, 100);
  ConsumerPool pool(properties_);
  for (int start = 0; start < 100; start += 10) {
    auto lease = pool.Acquire(partition_, start);
    ASSERT_TRUE(lease.ok()) << lease.status().ToString();
    EXPECT_EQ(ReadTo(&**lease, start + 10), Numbers(start, start + 10));
    EXPECT_EQ((*lease)->position(), start + 10);
  }
}

TEST_F(MockBrokerTest, AnEarlierOrLaterStartIsSought) {
  ASSERT_TRUE(mock_->CreateTopic("events", 1).ok());
  Produce(partition_, 0, 100);
  ConsumerPool pool(properties_);
  for (const auto& [start, end] :
       {std::pair{50, 60}, {0, 20}, {90, 100}, {10, 30}, {30, 31}, {31, 100}, {0, 100}}) {
    auto lease = pool.Acquire(partition_, start);
    ASSERT_TRUE(lease.ok());
    EXPECT_EQ(ReadTo(&**lease, end), Numbers(start, end)) << start;
  }
}

TEST_F(MockBrokerTest, TwoRangesOfOnePartitionAreReadAtOnce) {
  ASSERT_TRUE(mock_->CreateTopic("events", 1).ok());
  Produce(partition_, 0, 100);
  ConsumerPool pool(properties_);
  for (int round = 0; round < 3; ++round) {
    auto second = pool.Acquire(partition_, 50);
    auto first = pool.Acquire(partition_, 0);
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_EQ(ReadTo(&**first, 50), Numbers(0, 50));
    EXPECT_EQ(ReadTo(&**second, 100), Numbers(50, 100));
  }
}

TEST_F(MockBrokerTest, RecordsThatComeLaterContinueTheRange) {
  ASSERT_TRUE(mock_->CreateTopic("events", 1).ok());
  Produce(partition_, 0, 10);
  ConsumerPool pool(properties_);
  ASSERT_TRUE(pool.Prefetch({{partition_, 0}}).ok());
  {
    auto lease = pool.Acquire(partition_, 0);
    EXPECT_EQ(ReadTo(&**lease, 10), Numbers(0, 10));
  }
  Produce(partition_, 10, 5);
  // The waiting fetch tells the new end without another request.
  EXPECT_TRUE(Eventually([&] { return pool.CachedEnds()[partition_] == 15; }));
  EXPECT_EQ(pool.CachedEnds(), (Offsets{{partition_, 15}}));
  auto lease = pool.Acquire(partition_, 10);
  EXPECT_EQ(ReadTo(&**lease, 15), Numbers(10, 15));
}

TEST_F(MockBrokerTest, AStartBelowTheLogIsTold) {
  ASSERT_TRUE(mock_->CreateTopic("events", 1).ok());
  for (int i = 0; i < 20; ++i) Produce(partition_, i, 1);
  ASSERT_TRUE(mock_->DeleteRecords(partition_, 5).ok());
  ConsumerPool pool(properties_);
  auto lease = pool.Acquire(partition_, 0);
  ASSERT_TRUE(lease.ok());
  std::span<const Record> records;
  PartitionStream::Event event = PartitionStream::Event::kNothingYet;
  EXPECT_TRUE(Eventually([&] {
    const auto result = (*lease)->Read(20, 100, milliseconds(50), &records);
    EXPECT_TRUE(result.ok()) << result.status().ToString();
    if (result.ok()) event = *result;
    return !result.ok() || event != PartitionStream::Event::kNothingYet;
  }));
  ASSERT_EQ(event, PartitionStream::Event::kOutOfRange);
  ASSERT_TRUE((*lease)->Start(5).ok());
  EXPECT_EQ(ReadTo(&**lease, 20), Numbers(5, 20));
}

TEST_F(MockBrokerTest, NullAndEmptyBytesStayApart) {
  ASSERT_TRUE(mock_->CreateTopic("events", 1).ok());
  auto producer = Producer::Create(properties_);
  ASSERT_TRUE(producer.ok());
  const OutgoingRecord sent[] = {
      {.key = "", .value = std::nullopt, .headers = {}, .timestamp_ms = 1234},
      {.key = std::nullopt, .value = "", .headers = {{"h", "1"}, {"h", std::nullopt}, {"e", ""}}},
  };
  for (const OutgoingRecord& record : sent) ASSERT_TRUE((*producer)->Send(partition_, record).ok());
  ASSERT_TRUE((*producer)->Flush().ok());
  ConsumerPool pool(properties_);
  auto lease = pool.Acquire(partition_, 0);
  ASSERT_TRUE(lease.ok());
  Record first{};
  ASSERT_NO_FATAL_FAILURE(ReadOne(&**lease, 0, &first));
  EXPECT_NE(first.key, nullptr);
  EXPECT_EQ(first.key_bytes, 0u);
  EXPECT_EQ(first.value, nullptr);
  EXPECT_EQ(first.timestamp_ms(), 1234);
  EXPECT_EQ(first.timestamp_type(), 0);
  EXPECT_TRUE(first.headers().empty());
  Record second{};
  ASSERT_NO_FATAL_FAILURE(ReadOne(&**lease, 1, &second));
  EXPECT_EQ(second.key, nullptr);
  EXPECT_NE(second.value, nullptr);
  EXPECT_EQ(second.value_bytes, 0u);
  const auto headers = second.headers();
  ASSERT_EQ(headers.size(), 3u);
  EXPECT_EQ(headers[0].name, "h");
  EXPECT_EQ(headers[0].value, "1");
  EXPECT_EQ(headers[1].value, std::nullopt);
  EXPECT_EQ(headers[2].value, "");
}

TEST_F(MockBrokerTest, AdminAnswersAboutTopicsAndOffsets) {
  ASSERT_TRUE(mock_->CreateTopic("events", 2).ok());
  Produce(partition_, 0, 10);
  ASSERT_TRUE(mock_->DeleteRecords(partition_, 10).ok());
  Produce(partition_, 10, 3);
  auto admin = Admin::Create(properties_, {});
  ASSERT_TRUE(admin.ok());
  EXPECT_EQ((*admin)->DescribeTopics({"events"}, {}).value(),
            (std::map<std::string, int>{{"events", 2}}));
  EXPECT_EQ((*admin)->ListTopics({}).value(), (std::map<std::string, int>{{"events", 2}}));
  const TopicPartition other{"events", 1};
  EXPECT_EQ((*admin)->ListOffsets({{partition_, kEarliest}, {other, kLatest}}, false, {}).value(),
            (Offsets{{partition_, 10}, {other, 0}}));
  EXPECT_EQ((*admin)->ListOffsets({{partition_, kLatest}}, true, {}).value(),
            (Offsets{{partition_, 13}}));
}

TEST_F(MockBrokerTest, ABrokerThatComesBackIsFoundAgain) {
  ASSERT_TRUE(mock_->CreateTopic("events", 1).ok());
  Produce(partition_, 0, 10);
  auto admin = Admin::Create(properties_, {});
  ASSERT_TRUE(admin.ok());
  ConsumerPool pool(properties_);
  auto lease = pool.Acquire(partition_, 0);
  ASSERT_TRUE(lease.ok());
  EXPECT_EQ(ReadTo(&**lease, 5), Numbers(0, 5));
  ASSERT_TRUE((*admin)->ListOffsets({{partition_, kLatest}}, false, {}).ok());
  ASSERT_TRUE(mock_->SetDown(1, true).ok());
  std::jthread later([&] {
    std::this_thread::sleep_for(milliseconds(1500));
    ASSERT_TRUE(mock_->SetDown(1, false).ok());
  });
  const auto latest = (*admin)->ListOffsets({{partition_, kLatest}}, false, {});
  ASSERT_TRUE(latest.ok()) << latest.status().ToString();
  EXPECT_EQ(*latest, (Offsets{{partition_, 10}}));
  EXPECT_EQ(ReadTo(&**lease, 10), Numbers(5, 10));
  Produce(partition_, 10, 5);
  EXPECT_EQ(ReadTo(&**lease, 15), Numbers(10, 15));
}

TEST_F(MockBrokerTest, MissingTopicsAreNamed) {
  ASSERT_TRUE(mock_->CreateTopic("events", 1).ok());
  ASSERT_TRUE(mock_->CreateTopic("gone", 1).ok());
  ASSERT_TRUE(mock_->DeleteTopic("gone").ok());
  auto admin = Admin::Create(properties_, {});
  ASSERT_TRUE(admin.ok());
  const auto missing = (*admin)->DescribeTopics({"events", "gone"}, {});
  EXPECT_EQ(missing.status().code(), base::StatusCode::kNotFound);
  EXPECT_THAT(missing.status().message(), HasSubstr("\"gone\""));
  EXPECT_EQ(missing.status().spark_error().exception_class, "UnknownTopicOrPartitionException");
  const auto offsets = (*admin)->ListOffsets({{{"gone", 0}, kLatest}}, false, {});
  EXPECT_EQ(offsets.status().code(), base::StatusCode::kNotFound) << offsets.status().ToString();
}

TEST(AdminTest, ABrokerThatIsNotThereIsNamedWithTheReason) {
  const auto start = std::chrono::steady_clock::now();
  auto admin =
      Admin::Create({{"bootstrap.servers", "127.0.0.1:1"}}, {.first_answer = milliseconds(1500)});
  ASSERT_TRUE(admin.ok());
  const auto result = (*admin)->DescribeTopics({"events"}, {});
  EXPECT_EQ(result.status().code(), base::StatusCode::kUnavailable);
  EXPECT_THAT(result.status().message(), HasSubstr("\"127.0.0.1:1\""));
  EXPECT_THAT(result.status().message(), HasSubstr("Connection refused"));
  // Not the 20 s that it would be otherwise.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(15));
}

TEST(AdminTest, AWaitingCallStopsSoon) {
  auto admin = Admin::Create({{"bootstrap.servers", "127.0.0.1:1"}}, {});
  ASSERT_TRUE(admin.ok());
  std::stop_source stop;
  std::jthread later([&] {
    std::this_thread::sleep_for(milliseconds(200));
    stop.request_stop();
  });
  const auto start = std::chrono::steady_clock::now();
  const auto result = (*admin)->ListOffsets({{{"events", 0}, kLatest}}, false, stop.get_token());
  EXPECT_EQ(result.status().code(), base::StatusCode::kCancelled) << result.status().ToString();
  // Not the 20 s that it would be otherwise.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(15));
}

}  // namespace
}  // namespace millrace::clients::kafka
