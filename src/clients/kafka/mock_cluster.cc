#include "clients/kafka/mock_cluster.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "clients/kafka/error.h"

namespace millrace::clients::kafka {

namespace {

base::Status Check(rd_kafka_resp_err_t error, const std::string& what) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return base::Status::Ok();
  if (error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
    return base::Status::Conflict(what + ": it exists already");
  }
  return FromKafka(error, what);
}

}  // namespace

base::Result<std::unique_ptr<MockCluster>> MockCluster::Start(int brokers) {
  std::unique_ptr<MockCluster> mock(new MockCluster());
  MILLRACE_ASSIGN_OR_RETURN(mock->client_, Client::Create(RD_KAFKA_PRODUCER, {}));
  mock->cluster_ = rd_kafka_mock_cluster_new(mock->client_->native(), brokers);
  if (mock->cluster_ == nullptr) {
    return base::Status::Unavailable("kafka: the mock cluster did not start");
  }
  mock->bootstrap_servers_ = rd_kafka_mock_cluster_bootstraps(mock->cluster_);
  return mock;
}

MockCluster::~MockCluster() {
  if (cluster_ != nullptr) rd_kafka_mock_cluster_destroy(cluster_);
}

base::Status MockCluster::CreateTopic(const std::string& topic, int partitions) {
  return Check(rd_kafka_mock_topic_create(cluster_, topic.c_str(), partitions, 1),
               fmt::format("kafka: creating topic \"{}\"", topic));
}

#if RD_KAFKA_VERSION >= 0x020f0000
base::Status MockCluster::DeleteTopic(const std::string& topic) {
  return Check(rd_kafka_mock_topic_delete(cluster_, topic.c_str()),
               fmt::format("kafka: deleting topic \"{}\"", topic));
}

base::Status MockCluster::DeleteRecords(const TopicPartition& partition, std::int64_t before) {
  return Check(rd_kafka_mock_partition_delete_records(cluster_, partition.topic.c_str(),
                                                      partition.partition, before),
               fmt::format("kafka: deleting records of {}", ToString(partition)));
}
#else  // The mock of older versions cannot forget.
base::Status MockCluster::DeleteTopic(const std::string& topic) {
  return base::Status::Unsupported("kafka: this librdkafka's mock cannot delete topic " + topic);
}

base::Status MockCluster::DeleteRecords(const TopicPartition& partition, std::int64_t before) {
  return base::Status::Unsupported(
      fmt::format("kafka: this librdkafka's mock cannot delete records of {} before {}",
                  ToString(partition), before));
}
#endif

base::Status MockCluster::SetDown(int broker, bool down) {
  return Check(down ? rd_kafka_mock_broker_set_down(cluster_, broker)
                    : rd_kafka_mock_broker_set_up(cluster_, broker),
               fmt::format("kafka: broker {}", broker));
}

}  // namespace millrace::clients::kafka
