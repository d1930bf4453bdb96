#include "clients/kafka/partition_stream.h"

#include <algorithm>

#include <fmt/format.h>

#include "clients/kafka/error.h"

namespace millrace::clients::kafka {

namespace {

constexpr std::size_t kMessagesAtOnce = 4096;

}  // namespace

std::int64_t Record::timestamp_ms() const {
  rd_kafka_timestamp_type_t type;
  return rd_kafka_message_timestamp(message, &type);
}

int Record::timestamp_type() const {
  rd_kafka_timestamp_type_t type;
  rd_kafka_message_timestamp(message, &type);
  switch (type) {
    case RD_KAFKA_TIMESTAMP_CREATE_TIME:
      return 0;
    case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME:
      return 1;
    case RD_KAFKA_TIMESTAMP_NOT_AVAILABLE:
      break;
  }
  return -1;
}

std::vector<Record::Header> Record::headers() const {
  std::vector<Header> found;
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return found;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t bytes = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &bytes) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    found.push_back({name, std::nullopt});
    if (value != nullptr) found.back().value = {static_cast<const char*>(value), bytes};
  }
  return found;
}

PartitionStream::PartitionStream(Client* client, TopicPartition partition)
    : client_(client), partition_(std::move(partition)) {}

PartitionStream::~PartitionStream() {
  Stop();
  if (topic_ != nullptr) rd_kafka_topic_destroy(topic_);
}

base::Status PartitionStream::Start(std::int64_t offset) {
  Stop();
  if (topic_ == nullptr) {
    topic_ = rd_kafka_topic_new(client_->native(), partition_.topic.c_str(), nullptr);
    if (topic_ == nullptr) {
      return FromKafka(rd_kafka_last_error(), fmt::format("kafka: topic \"{}\"", partition_.topic));
    }
  }
  queue_ = rd_kafka_queue_new(client_->native());
  if (rd_kafka_consume_start_queue(topic_, partition_.partition, offset, queue_) != 0) {
    const base::Status status =
        FromKafka(rd_kafka_last_error(),
                  fmt::format("kafka: reading {} from offset {}", ToString(partition_), offset));
    rd_kafka_queue_destroy(queue_);
    queue_ = nullptr;
    return status;
  }
  position_ = offset;
  scanned_to_ = offset;
  return base::Status::Ok();
}

void PartitionStream::Stop() {
  DropMessages();
  position_.reset();
  if (queue_ == nullptr) return;
  rd_kafka_consume_stop(topic_, partition_.partition);
  rd_kafka_queue_destroy(queue_);
  queue_ = nullptr;
}

void PartitionStream::DropMessages() {
  Release(messages_.size());
  messages_.clear();
  records_.clear();
  next_ = 0;
  released_ = 0;
}

void PartitionStream::Release(std::size_t end) {
  for (; released_ < end; ++released_) rd_kafka_message_destroy(messages_[released_]);
}

void PartitionStream::Refill(std::chrono::milliseconds wait) {
  DropMessages();
  messages_.resize(kMessagesAtOnce);
  // A call for many messages waits until it has all of them or its time is over, so the waiting one
  // asks for a single message.
  ssize_t count = rd_kafka_consume_batch_queue(queue_, 0, messages_.data(), kMessagesAtOnce);
  if (count == 0 && wait.count() > 0) {
    count =
        rd_kafka_consume_batch_queue(queue_, static_cast<int>(wait.count()), messages_.data(), 1);
    if (count == 1) {
      count += std::max<ssize_t>(
          0, rd_kafka_consume_batch_queue(queue_, 0, messages_.data() + 1, kMessagesAtOnce - 1));
    }
  }
  messages_.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
}

base::Result<PartitionStream::Event> PartitionStream::Read(std::int64_t end, std::size_t limit,
                                                           std::chrono::milliseconds wait,
                                                           std::span<const Record>* records) {
  MILLRACE_CHECK(position_.has_value());
  Release(next_);  // What was handed out last time.
  records_.clear();
  if (*position_ >= end) return Event::kEndOfRange;
  if (next_ == messages_.size()) {
    if (scanned_to_ >= end) {
      position_ = end;
      return Event::kEndOfRange;
    }
    Refill(wait);
  }
  for (; next_ < messages_.size() && records_.size() < limit; ++next_) {
    const rd_kafka_message_t* message = messages_[next_];
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      scanned_to_ = std::max(scanned_to_, message->offset);
      continue;
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (!records_.empty()) break;  // First what came before it.
      ++next_;
      const base::Status status =
          FromKafka(message->err,
                    fmt::format("kafka: reading {} at offset {}", ToString(partition_), *position_),
                    rd_kafka_message_errstr(message));
      const bool lost = status.code() == base::StatusCode::kDataLoss;
      if (lost || status.code() == base::StatusCode::kNotFound) {
        position_.reset();  // librdkafka fetches no further; whoever comes next starts anew.
        return lost ? Event::kOutOfRange : Event::kMissing;
      }
      if (IsTransient(message->err)) return Event::kNothingYet;  // librdkafka goes on trying.
      return status;
    }
    if (message->offset < *position_) continue;
    if (message->offset >= end) {
      if (records_.empty()) {
        position_ = end;
        return Event::kEndOfRange;
      }
      break;
    }
    records_.push_back({message->offset, static_cast<const char*>(message->key), message->key_len,
                        static_cast<const char*>(message->payload), message->len, message});
    position_ = message->offset + 1;
    scanned_to_ = std::max(scanned_to_, *position_);
  }
  if (!records_.empty()) {
    *records = records_;
    return Event::kRecords;
  }
  if (scanned_to_ >= end && next_ == messages_.size()) {
    position_ = end;
    return Event::kEndOfRange;
  }
  return Event::kNothingYet;
}

std::optional<std::int64_t> PartitionStream::cached_end() const {
  std::int64_t low = -1;
  std::int64_t high = -1;
  if (queue_ == nullptr ||
      rd_kafka_get_watermark_offsets(client_->native(), partition_.topic.c_str(),
                                     partition_.partition, &low,
                                     &high) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      high < 0) {
    return std::nullopt;
  }
  return high;
}

}  // namespace millrace::clients::kafka
