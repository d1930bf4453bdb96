#include "sources/kafka/kafka_table.h"

#include <map>

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/kafka/mock_cluster.h"
#include "clients/kafka/producer.h"

namespace millrace::sources::kafka {
namespace {

using clients::kafka::MockCluster;
using clients::kafka::Producer;
using ::testing::HasSubstr;

class KafkaTableTest : public ::testing::Test {
 protected:
  KafkaTableTest() {
    mock_ = *MockCluster::Start();
    EXPECT_TRUE(mock_->CreateTopic("t", 2).ok());
    auto producer = *Producer::Create({{"bootstrap.servers", mock_->bootstrap_servers()}});
    for (int i = 0; i < 10; ++i) {
      const std::string value = std::to_string(i);
      EXPECT_TRUE(producer->Send({"t", i % 2}, {.value = value}).ok());
    }
    EXPECT_TRUE(producer->Flush().ok());
  }

  base::Result<std::shared_ptr<connector::Table>> Open(
      const std::map<std::string, std::string>& more) {
    connector::TableContext context;
    context.options.Set("kafka.bootstrap.servers", mock_->bootstrap_servers());
    context.options.Set("subscribe", "t");
    for (const auto& [name, value] : more) context.options.Set(name, value);
    return KafkaTableProvider().Open(std::move(context));
  }

  /// How many rows there are, or the message.
  std::string Rows(const std::map<std::string, std::string>& more) {
    auto table = Open(more);
    if (!table.ok()) return table.status().message();
    auto partitions = (*table)->PlanPartitions({});
    if (!partitions.ok()) return partitions.status().message();
    std::int64_t rows = 0;
    for (const auto& partition : *partitions) {
      auto reader = *(*table)->OpenReader(partition, {1, 3});
      while (true) {
        auto batch = reader->Next({});
        if (!batch.ok()) return batch.status().message();
        if (*batch == nullptr) break;
        EXPECT_EQ((*batch)->num_columns(), 2);
        rows += (*batch)->num_rows();
      }
    }
    return std::to_string(rows);
  }

  std::unique_ptr<MockCluster> mock_;
};

TEST_F(KafkaTableTest, ReadsFromTheEarliestToTheLatestOffset) { EXPECT_EQ(Rows({}), "10"); }

TEST_F(KafkaTableTest, ReadsBetweenGivenOffsets) {
  EXPECT_EQ(Rows({{"startingOffsets", R"({"t":{"0":1,"1":-2}})"},
                  {"endingOffsets", R"({"t":{"0":3,"1":-1}})"}}),
            "7");
  EXPECT_EQ(Rows({{"maxOffsetsPerTrigger", "1"}}), "10");
}

TEST_F(KafkaTableTest, RefusesWhatABatchCannotHave) {
  EXPECT_EQ(Rows({{"startingOffsets", "latest"}}),
            "starting offset can't be latest for batch queries on Kafka");
  EXPECT_EQ(Rows({{"startingOffsets", R"({"t":{"0":0,"1":-1}})"}}),
            "startingOffsets for t-1 can't be latest for batch queries on Kafka");
  EXPECT_EQ(Rows({{"endingOffsets", "earliest"}}),
            "ending offset can't be earliest for batch queries on Kafka");
  EXPECT_EQ(Rows({{"endingOffsets", R"({"t":{"0":-2,"1":1}})"}}),
            "ending offset for t-0 can't be earliest for batch queries on Kafka");
  EXPECT_EQ(Rows({{"startingOffsets", R"({"t":{"0":3,"1":3}})"},
                  {"endingOffsets", R"({"t":{"0":1,"1":1}})"}}),
            "The specified start offset 3 is greater than the end offset 1 for topic t partition 0.");
  EXPECT_THAT(Rows({{"endingOffsets", R"({"t":{"0":1}})"}}), HasSubstr("don't match"));
  EXPECT_THAT(Rows({{"startingOffset", "earliest"}}), HasSubstr("startingOffsets"));
  EXPECT_THAT(Rows({{"endingTimestamp", "1"}}), HasSubstr("endingTimestamp"));
}

}  // namespace
}  // namespace millrace::sources::kafka
