#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "clients/kafka/mock_cluster.h"
#include "clients/kafka/producer.h"

namespace millrace::demo {

/// Puts JSON events into a topic of the embedded broker at a steady rate, from a thread of its own,
/// and remembers when it sent each, so that the demo can tell how long they took to the table.
class EventFeed {
 public:
  static constexpr int kPartitions = 3;

  static base::Result<std::unique_ptr<EventFeed>> Start(std::string topic, int events_per_second);
  ~EventFeed();

  const std::string& brokers() const { return cluster_->bootstrap_servers(); }
  std::int64_t sent() const { return sent_; }

  /// Ends the feed; all that was sent is in the topic afterwards.
  base::Status Stop();

  /// How long ago the oldest event of [begin, end) of one partition was sent. Forgets all before
  /// `end`. nullopt for an empty range.
  std::optional<std::chrono::milliseconds> AgeOfOldest(int partition, std::int64_t begin,
                                                       std::int64_t end);

 private:
  EventFeed(std::string topic, int events_per_second)
      : topic_(std::move(topic)), events_per_second_(events_per_second) {}
  void Run(std::stop_token stop);
  std::string NextEvent();

  using Time = std::chrono::steady_clock::time_point;
  struct Partition {
    std::int64_t first_offset = 0;  ///< Of times.front().
    std::deque<Time> times;
  };

  const std::string topic_;
  const int events_per_second_;
  std::unique_ptr<clients::kafka::MockCluster> cluster_;
  std::unique_ptr<clients::kafka::Producer> producer_;
  std::atomic<std::int64_t> sent_ = 0;
  std::mutex mutex_;  // Protects what follows.
  std::vector<Partition> partitions_{kPartitions};
  base::Status failure_;
  std::jthread thread_;  // Last: it uses all of the above.
};

}  // namespace millrace::demo
