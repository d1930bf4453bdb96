#include "clients/kafka/producer.h"

#include <fmt/format.h>

#include "clients/kafka/error.h"

namespace millrace::clients::kafka {

namespace {

using base::Status;

constexpr int kTransactionTimeoutMs = 30'000;

Status Check(rd_kafka_error_t* error, std::string_view what) {
  if (error == nullptr) return Status::Ok();
  const Status status = FromKafka(rd_kafka_error_code(error), what, rd_kafka_error_string(error));
  rd_kafka_error_destroy(error);
  return status;
}

/// Headers as librdkafka keeps them; null when there are none.
rd_kafka_headers_t* MakeHeaders(const OutgoingRecord& record) {
  if (record.headers.empty()) return nullptr;
  rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
  for (const auto& [name, value] : record.headers) {
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()),
                        value ? value->data() : nullptr,
                        value ? static_cast<ssize_t>(value->size()) : 0);
  }
  return headers;
}

}  // namespace

base::Result<std::unique_ptr<Producer>> Producer::Create(const Properties& properties) {
  std::unique_ptr<Producer> producer(new Producer());
  MILLRACE_ASSIGN_OR_RETURN(producer->client_,
                            Client::Create(RD_KAFKA_PRODUCER, properties, &Producer::OnDelivery));
  return producer;
}

Producer::~Producer() {
  if (client_ == nullptr) return;
  rd_kafka_purge(client_->native(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                        RD_KAFKA_PURGE_F_NON_BLOCKING);
  rd_kafka_poll(client_->native(), 0);
}

void Producer::OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  // The message's opaque is the producer: the instance's own belongs to Client.
  auto* producer = static_cast<Producer*>(message->_private);
  producer->failed_.fetch_add(1);
  rd_kafka_resp_err_t none = RD_KAFKA_RESP_ERR_NO_ERROR;
  producer->first_error_.compare_exchange_strong(none, message->err);
}

Status Producer::Send(const TopicPartition& to, const OutgoingRecord& record) {
  const auto pointer = [](const std::optional<std::string_view>& bytes) {
    if (!bytes) return static_cast<void*>(nullptr);
    return const_cast<void*>(static_cast<const void*>(bytes->empty() ? "" : bytes->data()));
  };
  const std::size_t key_bytes = record.key ? record.key->size() : 0;
  const std::size_t value_bytes = record.value ? record.value->size() : 0;
  rd_kafka_headers_t* headers = MakeHeaders(record);
  while (true) {
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        client_->native(), RD_KAFKA_V_TOPIC(to.topic.c_str()), RD_KAFKA_V_PARTITION(to.partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(pointer(record.key), key_bytes),
        RD_KAFKA_V_VALUE(pointer(record.value), value_bytes),
        RD_KAFKA_V_TIMESTAMP(record.timestamp_ms), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_OPAQUE(this), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) break;  // The headers are librdkafka's now.
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      if (headers != nullptr) rd_kafka_headers_destroy(headers);
      return FromKafka(error, fmt::format("kafka: sending to {}", ToString(to)));
    }
    rd_kafka_poll(client_->native(), 10);
  }
  rd_kafka_poll(client_->native(), 0);
  return Status::Ok();
}

Status Producer::Flush(std::chrono::milliseconds timeout) {
  const rd_kafka_resp_err_t error =
      rd_kafka_flush(client_->native(), static_cast<int>(timeout.count()));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return FromKafka(error, "kafka: flushing to " + client_->brokers(), client_->last_complaint());
  }
  if (const std::int64_t failed = failed_.exchange(0); failed > 0) {
    return FromKafka(first_error_.exchange(RD_KAFKA_RESP_ERR_NO_ERROR),
                     fmt::format("kafka: {} records were not delivered", failed));
  }
  return Status::Ok();
}

Status Producer::InitTransactions() {
  return Check(rd_kafka_init_transactions(client_->native(), kTransactionTimeoutMs),
               "kafka: starting transactions");
}

Status Producer::BeginTransaction() {
  return Check(rd_kafka_begin_transaction(client_->native()), "kafka: beginning a transaction");
}

Status Producer::CommitTransaction() {
  return Check(rd_kafka_commit_transaction(client_->native(), kTransactionTimeoutMs),
               "kafka: committing a transaction");
}

Status Producer::AbortTransaction() {
  return Check(rd_kafka_abort_transaction(client_->native(), kTransactionTimeoutMs),
               "kafka: aborting a transaction");
}

}  // namespace millrace::clients::kafka
