#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "clients/kafka/client.h"
#include "clients/kafka/topic_partition.h"

struct rd_kafka_mock_cluster_s;  // librdkafka's.

namespace millrace::clients::kafka {

/// librdkafka's own brokers inside this process, on loopback ports: for tests and for the demo.
/// They keep records in memory, forget the oldest ones of a partition beyond some megabytes, and
/// know neither transactions' markers nor times. Thread-safe.
class MockCluster {
 public:
  /// Unavailable when the ports cannot be opened.
  static base::Result<std::unique_ptr<MockCluster>> Start(int brokers = 1);
  ~MockCluster();

  const std::string& bootstrap_servers() const { return bootstrap_servers_; }
  /// Conflict when it exists.
  base::Status CreateTopic(const std::string& topic, int partitions);
  base::Status DeleteTopic(const std::string& topic);
  /// The partition then begins at `before`.
  base::Status DeleteRecords(const TopicPartition& partition, std::int64_t before);
  /// A broker that is down drops its connections and refuses new ones. Ids start at 1.
  base::Status SetDown(int broker, bool down);

 private:
  MockCluster() = default;

  std::unique_ptr<Client> client_;  // Constant after construction, like the others.
  rd_kafka_mock_cluster_s* cluster_ = nullptr;
  std::string bootstrap_servers_;
};

}  // namespace millrace::clients::kafka
