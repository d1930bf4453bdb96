#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "clients/kafka/client.h"
#include "clients/kafka/topic_partition.h"

namespace millrace::clients::kafka {

/// In place of an offset: the log's start and end. What `startingOffsets` means by -2 and -1.
inline constexpr std::int64_t kEarliest = -2;
inline constexpr std::int64_t kLatest = -1;

using Offsets = std::map<TopicPartition, std::int64_t>;

/// Asks brokers about topics and offsets; needs no right but Describe. Has a connection of its own,
/// because a broker answers one request of a connection after the other and a waiting fetch would
/// hold up each answer. Thread-safe. Each call blocks until it is answered, `stop` is requested
/// (Cancelled, within 0.1 s) or the deadline has passed (Unavailable: says which servers, what
/// happened and what to look at). Errors that go away by themselves are retried until then.
class Admin {
 public:
  struct Limits {
    /// For the first answer of this Admin: the user is waiting, and the address may be wrong.
    std::chrono::milliseconds first_answer{20'000};
    /// For each later one: a broker may be restarting.
    std::chrono::milliseconds answer{60'000};
    /// A topic or partition that is missing is asked for this often before it counts as missing.
    int missing_attempts = 3;
    std::chrono::milliseconds missing_interval{10};
  };

  static base::Result<std::unique_ptr<Admin>> Create(const Properties& properties, Limits limits);

  /// Partition counts. NotFound names the topics that do not exist; none is created by asking.
  base::Result<std::map<std::string, int>> DescribeTopics(const std::vector<std::string>& topics,
                                                          std::stop_token stop);
  /// The same for all topics that this user may see, Kafka's internal ones left out.
  base::Result<std::map<std::string, int>> ListTopics(std::stop_token stop);

  /// Offsets for kEarliest, kLatest, or a time in milliseconds: the first offset whose record is
  /// not older, -1 when there is none. With `read_committed`, the latest is the last stable offset.
  /// NotFound names partitions that do not exist. `at_most`: a deadline that is nearer than that of
  /// all calls.
  base::Result<Offsets> ListOffsets(
      const Offsets& asked, bool read_committed, std::stop_token stop,
      std::chrono::milliseconds at_most = std::chrono::milliseconds::max());

  ~Admin();

  const Client& client() const { return *client_; }

 private:
  struct Deadline;
  /// Reads an answer; sets `transient` when asking again may help.
  using MetadataReader =
      std::function<base::Status(const rd_kafka_metadata_t&, bool* transient, bool* missing)>;

  Admin(std::unique_ptr<Client> client, Limits limits)
      : client_(std::move(client)), limits_(limits) {}
  Deadline NewDeadline(std::chrono::milliseconds at_most = std::chrono::milliseconds::max());
  base::Status NoAnswer(const std::string& what, const Deadline& deadline,
                        const base::Status& last) const;
  base::Status EnsureHandle(const std::string& topic);
  base::Status FetchMetadata(bool all_topics, const std::string& what, const MetadataReader& read,
                             const Deadline& deadline, std::stop_token stop);
  base::Status ListOnce(const Offsets& asked, bool read_committed,
                        std::chrono::milliseconds timeout, const std::string& what,
                        std::stop_token stop, Offsets* offsets, bool* transient, bool* missing);
  base::Status ReadOffsets(rd_kafka_event_t* event, const Offsets& asked, Offsets* offsets,
                           bool* transient, bool* missing) const;

  std::unique_ptr<Client> client_;
  Limits limits_;
  std::atomic<bool> answered_ = false;               // Has any broker ever answered?
  std::mutex mutex_;                                 // Protects topics_.
  std::map<std::string, rd_kafka_topic_t*> topics_;  // Those that were asked about.
};

}  // namespace millrace::clients::kafka
