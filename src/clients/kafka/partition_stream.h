#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "base/result.h"
#include "clients/kafka/client.h"
#include "clients/kafka/topic_partition.h"

namespace millrace::clients::kafka {

/// One record as it came. Everything it points to lives until the next call of the stream.
struct Record {
  std::int64_t offset;
  const char* key;  ///< Null: no key.
  std::size_t key_bytes;
  const char* value;  ///< Null: a tombstone.
  std::size_t value_bytes;
  const rd_kafka_message_t* message;

  /// Milliseconds since the epoch, -1 when there is none.
  std::int64_t timestamp_ms() const;
  /// Kafka's id: -1 none, 0 create time, 1 log append time.
  int timestamp_type() const;
  struct Header {
    std::string_view name;
    std::optional<std::string_view> value;
  };
  std::vector<Header> headers() const;
};

/// The records of one partition in order, fetched ahead by librdkafka's threads. Between two ranges
/// it stays where it is: fetching runs on, and what was handed over by librdkafka but lies beyond
/// the range is kept for the next one, neither dropped nor doubled. Not thread-safe.
class PartitionStream {
 public:
  enum class Event {
    kRecords,     ///< `records` holds at least one.
    kEndOfRange,  ///< Nothing below `end` is left, whether or not records stood there.
    kNothingYet,  ///< Still waiting for the broker.
    kOutOfRange,  ///< The log does not hold the position; stopped: Start() somewhere.
    kMissing,     ///< The partition does not exist (any more); stopped.
  };

  /// `client` is a consumer without group, with enable.partition.eof; it outlives the stream.
  PartitionStream(Client* client, TopicPartition partition);
  ~PartitionStream();
  PartitionStream(const PartitionStream&) = delete;
  PartitionStream& operator=(const PartitionStream&) = delete;

  const TopicPartition& partition() const { return partition_; }
  /// The next offset to hand out, or nullopt when nothing is being fetched.
  std::optional<std::int64_t> position() const { return position_; }

  /// Begins to fetch at `offset`, forgetting all that was fetched. Does not wait for the network.
  base::Status Start(std::int64_t offset);
  void Stop();

  /// Up to `limit` records below `end`, in order; waits up to `wait` for the first of them. Errors
  /// name partition and offset. Precondition: started.
  base::Result<Event> Read(std::int64_t end, std::size_t limit, std::chrono::milliseconds wait,
                           std::span<const Record>* records);

  /// The log's end as of the last answer to a fetch, nullopt before the first. Costs no network.
  std::optional<std::int64_t> cached_end() const;

 private:
  void Refill(std::chrono::milliseconds wait);
  void DropMessages();
  void Release(std::size_t end);

  Client* client_;
  TopicPartition partition_;
  rd_kafka_topic_t* topic_ = nullptr;
  // A queue for each start: what an earlier one left behind cannot turn up in a later one.
  rd_kafka_queue_t* queue_ = nullptr;
  std::optional<std::int64_t> position_;
  // No record below this one will come any more but those in messages_. Reaches beyond the last
  // record when aborted or compacted ones, or markers of transactions, stand there.
  std::int64_t scanned_to_ = -1;
  std::vector<rd_kafka_message_t*> messages_;  // [0, released_) are gone, [next_, size) to come.
  std::size_t released_ = 0;
  std::size_t next_ = 0;
  std::vector<Record> records_;
};

}  // namespace millrace::clients::kafka
