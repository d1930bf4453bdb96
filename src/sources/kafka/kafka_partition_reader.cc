#include "sources/kafka/kafka_partition_reader.h"

#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "sources/kafka/data_loss.h"

namespace millrace::sources::kafka {

namespace {

using base::Status;
using clients::kafka::PartitionStream;
using clients::kafka::Record;
using std::chrono::milliseconds;

constexpr std::size_t kRecordsAtOnce = 2048;
/// How long a call waits for the broker before it looks at the stop token.
constexpr milliseconds kWait{50};
/// With rows in hand, how long to wait for more before handing them out.
constexpr milliseconds kWaitForMore{10};
/// After this time without a record, the broker is asked whether the range still exists, and has
/// the same time to answer.
constexpr std::chrono::seconds kStallCheck{5};

}  // namespace

base::Result<std::shared_ptr<arrow::RecordBatch>> KafkaPartitionReader::Next(std::stop_token stop) {
  if (!finished_ && !stream_) {
    if (range_.size() <= 0) {
      finished_ = true;
    } else {
      MILLRACE_ASSIGN_OR_RETURN(stream_,
                                environment_->consumers->Acquire(range_.partition, position_));
      last_progress_ = last_check_ = Clock::now();
    }
  }
  while (!finished_ && builder_.rows() < kMaxRows && builder_.bytes() < kMaxBytes) {
    if (stop.stop_requested()) {
      return Status::Cancelled(fmt::format("kafka: reading {} was stopped at offset {}",
                                           ToString(range_.partition), position_));
    }
    const std::int64_t before = builder_.rows();
    MILLRACE_RETURN_IF_ERROR(Fill(stop));
    if (builder_.rows() > 0 && builder_.rows() == before) break;  // The broker is slower than we.
  }
  if (finished_) stream_.Release();  // The next range of this partition may be waiting for it.
  if (builder_.rows() == 0) return std::shared_ptr<arrow::RecordBatch>();
  return builder_.Finish();
}

Status KafkaPartitionReader::Fill(std::stop_token stop) {
  std::span<const Record> records;
  const std::size_t room = static_cast<std::size_t>(kMaxRows - builder_.rows());
  MILLRACE_ASSIGN_OR_RETURN(const PartitionStream::Event event,
                            stream_->Read(range_.end, std::min(room, kRecordsAtOnce),
                                          builder_.rows() > 0 ? kWaitForMore : kWait, &records));
  switch (event) {
    case PartitionStream::Event::kRecords:
      MILLRACE_RETURN_IF_ERROR(builder_.Append(records));
      position_ = records.back().offset + 1;
      restarts_ = 0;
      last_progress_ = last_check_ = Clock::now();
      return Status::Ok();
    case PartitionStream::Event::kEndOfRange:
      position_ = range_.end;
      finished_ = true;
      return Status::Ok();
    case PartitionStream::Event::kNothingYet:
      return HandleStall(Clock::now(), stop);
    case PartitionStream::Event::kOutOfRange:
    case PartitionStream::Event::kMissing:
      return HandleLoss(stop);
  }
  return Status::Internal("kafka: an unknown event of a partition stream");
}

Status KafkaPartitionReader::HandleStall(Clock::time_point now, std::stop_token stop) {
  if (now - last_progress_ >= environment_->poll_timeout) {
    return Status::Unavailable(
        fmt::format("kafka: {}: Cannot fetch record for offset {} in {} milliseconds: no answer "
                    "from \"{}\"; check that the brokers are running, or raise "
                    "kafkaConsumer.pollTimeoutMs",
                    ToString(range_.partition), position_, environment_->poll_timeout.count(),
                    environment_->admin->client().brokers()));
  }
  if (now - last_check_ < kStallCheck) return Status::Ok();
  last_check_ = now;
  const clients::kafka::Offsets asked = {{range_.partition, clients::kafka::kEarliest}};
  const auto earliest = environment_->admin->ListOffsets(asked, false, stop, kStallCheck);
  if (earliest.status().code() == base::StatusCode::kNotFound) return HandleLoss(stop);
  // Brokers may be down for a while: what bounds the wait is kafkaConsumer.pollTimeoutMs.
  if (earliest.status().code() == base::StatusCode::kUnavailable) {
    if (!std::exchange(stall_told_, true)) {
      base::LogWarn(
          fmt::format("kafka: {}: still waiting for the record at offset {}, for at most {} ms "
                      "(kafkaConsumer.pollTimeoutMs): {}",
                      ToString(range_.partition), position_, environment_->poll_timeout.count(),
                      earliest.status().message()));
    }
    return Status::Ok();
  }
  MILLRACE_RETURN_IF_ERROR(earliest.status());
  return earliest->at(range_.partition) > position_ ? HandleLoss(stop) : Status::Ok();
}

Status KafkaPartitionReader::HandleLoss(std::stop_token stop) {
  const TopicPartition& partition = range_.partition;
  clients::kafka::Admin& admin = *environment_->admin;
  std::int64_t earliest = range_.end;
  std::int64_t latest = -1;  // No overlap: what a missing partition leaves.
  const auto first = admin.ListOffsets({{partition, clients::kafka::kEarliest}}, false, stop);
  const auto last =
      admin.ListOffsets({{partition, clients::kafka::kLatest}}, environment_->read_committed, stop);
  for (const Status& status : {first.status(), last.status()}) {
    if (!status.ok() && status.code() != base::StatusCode::kNotFound) return status;
  }
  if (first.ok() && last.ok()) {
    earliest = first->at(partition);
    latest = last->at(partition);
  }
  // The offset is there, whatever the fetch said (a follower that lags, a leader that moved): once
  // more from the same place.
  if (position_ >= earliest && position_ < latest && restarts_ == 0) {
    ++restarts_;
    return stream_->Start(position_);
  }
  const Status loss =
      CouldNotReadOffsetRange(position_, range_.end, partition, environment_->group_id);
  if (environment_->fail_on_data_loss) return loss;
  if (position_ >= latest || earliest >= range_.end) {
    base::LogWarn(
        fmt::format("kafka: records of {} in [{}, {}) are gone and are skipped, because "
                    "failOnDataLoss is false; {}",
                    ToString(partition), position_, range_.end,
                    latest < 0 ? "the partition does not exist any more"
                               : fmt::format("the log now holds [{}, {})", earliest, latest)));
    position_ = range_.end;
    finished_ = true;
    return Status::Ok();
  }
  const std::int64_t next = std::max(position_, earliest);
  if (next > position_) {
    base::LogWarn(
        fmt::format("kafka: records of {} in [{}, {}) are gone and are skipped, because "
                    "failOnDataLoss is false",
                    ToString(partition), position_, next));
  } else if (++restarts_ > 100) {
    return loss;  // The log says that it has the offset and never gives it.
  }
  position_ = next;
  return stream_->Start(position_);
}

}  // namespace millrace::sources::kafka
