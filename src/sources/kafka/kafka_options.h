#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "clients/kafka/settings.h"
#include "connector/options.h"
#include "sources/kafka/kafka_offsets.h"
#include "sources/kafka/offset_ranges.h"

namespace millrace::sources::kafka {

/// Which partitions are read.
struct Subscription {
  enum class Kind { kTopics, kPattern, kPartitions };
  Kind kind = Kind::kTopics;
  std::vector<std::string> topics;         ///< kTopics, and those of `partitions`.
  std::string pattern;                     ///< kPattern: found anywhere in the name, as in Spark.
  std::vector<TopicPartition> partitions;  ///< kPartitions, in the user's order.

  /// "Subscribe[a, b]", "SubscribePattern[re]", "Assign[a-0, a-1]": Spark's text for progress.
  std::string description() const;
};

/// Where the first batch of a new query starts.
struct StartingPosition {
  enum class Kind { kEarliest, kLatest, kOffsets, kTimestamps, kTimestamp };
  Kind kind = Kind::kLatest;
  Offsets values;              ///< kOffsets (-2 earliest, -1 latest), kTimestamps (milliseconds).
  std::int64_t timestamp = 0;  ///< kTimestamp, for every partition.
  /// Where no record is that new: start at the end, instead of failing.
  bool latest_when_no_match = false;
};

/// The options of one Kafka source, checked; names and defaults are Spark's (1.1 and 1.2 of the
/// contract).
struct KafkaSourceOptions {
  Subscription subscription;
  StartingPosition start;
  bool fail_on_data_loss = true;
  bool include_headers = false;
  bool read_committed = false;
  std::optional<std::int64_t> max_offsets_per_trigger;
  std::optional<std::int64_t> min_offsets_per_trigger;
  std::chrono::milliseconds max_trigger_delay = std::chrono::minutes(15);
  RangeSplitting splitting;
  int fetch_attempts = 3;
  std::chrono::milliseconds fetch_retry_interval{10};
  std::chrono::milliseconds poll_timeout = std::chrono::minutes(2);
  /// kafka.default.api.timeout.ms: how long brokers may take to answer about topics and offsets.
  std::optional<std::chrono::milliseconds> answer_timeout;
  std::string group_id_prefix = "spark-kafka-source";
  std::optional<std::string> group_id;  ///< kafka.group.id
  clients::kafka::Properties properties;

  /// Reads and checks all options without touching the network. InvalidArgument or Unsupported,
  /// IllegalArgumentException with Spark's text where Spark has one; options that nobody knows are
  /// refused by name. Warnings about accepted ones go to the log.
  static base::Result<KafkaSourceOptions> Parse(const connector::Options& options);
};

}  // namespace millrace::sources::kafka
