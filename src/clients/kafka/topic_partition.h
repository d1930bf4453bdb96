#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace millrace::clients::kafka {

/// One partition of a topic. Ordered by topic, then by number.
struct TopicPartition {
  std::string topic;
  std::int32_t partition = 0;

  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
  friend bool operator==(const TopicPartition&, const TopicPartition&) = default;
};

/// "events-3": how Kafka and Spark print one.
inline std::string ToString(const TopicPartition& partition) {
  return partition.topic + "-" + std::to_string(partition.partition);
}

}  // namespace millrace::clients::kafka
