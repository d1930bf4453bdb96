#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "clients/kafka/admin.h"
#include "clients/kafka/consumer_pool.h"
#include "connector/source.h"
#include "sources/kafka/offset_ranges.h"
#include "sources/kafka/record_batch_builder.h"

namespace millrace::sources::kafka {

/// What all readers of one source share; outlives them.
struct ReaderEnvironment {
  clients::kafka::Admin* admin;
  clients::kafka::ConsumerPool* consumers;
  bool fail_on_data_loss = true;
  bool read_committed = false;
  std::chrono::milliseconds poll_timeout;
  std::string group_id;  ///< For messages.
};

/// Reads one range of one partition as batches of up to kMaxRows rows or about kMaxBytes bytes.
/// Rows come in offset order; offsets without a record (aborted, compacted, markers) are passed
/// over. Records that are gone are DataLoss, or with failOnDataLoss=false a warning, after which
/// reading goes on at the log's start when that lies in the range.
class KafkaPartitionReader : public connector::PartitionReader {
 public:
  static constexpr std::int64_t kMaxRows = 32 * 1024;
  static constexpr std::int64_t kMaxBytes = 4 * 1024 * 1024;

  KafkaPartitionReader(const ReaderEnvironment* environment, OffsetRange range,
                       const std::vector<int>& columns)
      : environment_(environment),
        range_(std::move(range)),
        position_(range_.start),
        builder_(range_.partition, columns) {}

  base::Result<std::shared_ptr<arrow::RecordBatch>> Next(std::stop_token stop) override;

 private:
  using Clock = std::chrono::steady_clock;

  base::Status Fill(std::stop_token stop);
  base::Status HandleStall(Clock::time_point now, std::stop_token stop);
  base::Status HandleLoss(std::stop_token stop);

  const ReaderEnvironment* environment_;
  const OffsetRange range_;
  std::int64_t position_;  // All below it is done.
  RecordBatchBuilder builder_;
  clients::kafka::ConsumerPool::Lease stream_;
  bool finished_ = false;
  int restarts_ = 0;  // At the same position, without a record between.
  Clock::time_point last_progress_;
  Clock::time_point last_check_;
  bool stall_told_ = false;  // That no broker answers.
};

}  // namespace millrace::sources::kafka
