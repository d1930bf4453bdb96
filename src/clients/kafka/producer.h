#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "clients/kafka/client.h"
#include "clients/kafka/topic_partition.h"

namespace millrace::clients::kafka {

/// One record on its way out. Views are copied by Send.
struct OutgoingRecord {
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  std::int64_t timestamp_ms = 0;  ///< 0: now.
};

/// Sends records. Thread-safe but for the transaction calls, which belong to one thread.
class Producer {
 public:
  static base::Result<std::unique_ptr<Producer>> Create(const Properties& properties);
  /// Drops what was not flushed.
  ~Producer();

  /// Queues one record; blocks while the queue is full. Partition -1: by key, or any.
  base::Status Send(const TopicPartition& to, const OutgoingRecord& record);
  /// Waits until all that was sent is acknowledged. Unavailable when some was not; says how much.
  base::Status Flush(std::chrono::milliseconds timeout = std::chrono::seconds(30));

  /// Transactions; the property transactional.id is required.
  base::Status InitTransactions();
  base::Status BeginTransaction();
  base::Status CommitTransaction();
  /// Records that were not flushed before are never sent and leave no gap.
  base::Status AbortTransaction();

 private:
  Producer() = default;
  static void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void*);

  std::unique_ptr<Client> client_;
  std::atomic<std::int64_t> failed_{0};
  std::atomic<rd_kafka_resp_err_t> first_error_{RD_KAFKA_RESP_ERR_NO_ERROR};
};

}  // namespace millrace::clients::kafka
