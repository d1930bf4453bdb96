#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "clients/kafka/client.h"
#include "clients/kafka/topic_partition.h"

namespace millrace::clients::kafka {

/// Makes and removes topics and records; for tests and tools, a query never does. Each call blocks
/// for at most 30 s. Thread-safe.
class TopicAdmin {
 public:
  static base::Result<std::unique_ptr<TopicAdmin>> Create(const Properties& properties);

  /// `config`: the topic's settings, e.g. {"cleanup.policy", "compact"}. Conflict when it exists.
  base::Status CreateTopic(const std::string& topic, int partitions,
                           const std::map<std::string, std::string>& config = {});
  base::Status DeleteTopic(const std::string& topic);
  /// The topic then has `partitions`.
  base::Status AddPartitions(const std::string& topic, int partitions);
  /// The partition then begins at `before`; -1: at its end.
  base::Status DeleteRecords(const TopicPartition& partition, std::int64_t before);

 private:
  explicit TopicAdmin(std::unique_ptr<Client> client) : client_(std::move(client)) {}
  template <typename Ask>
  base::Status Call(rd_kafka_admin_op_t operation, const std::string& what, Ask ask);

  std::unique_ptr<Client> client_;
};

}  // namespace millrace::clients::kafka
