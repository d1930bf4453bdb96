#include "clients/kafka/topic_admin.h"

#include <fmt/format.h>

#include "clients/kafka/error.h"

namespace millrace::clients::kafka {

namespace {

using base::Status;

constexpr int kTimeoutMs = 30'000;

Status FromAdmin(rd_kafka_resp_err_t error, const char* text, const std::string& what) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Status::Ok();
  if (error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
    return Status::Conflict(what + ": it exists already");
  }
  return FromKafka(error, what, text == nullptr ? "" : text);
}

Status FromTopics(const rd_kafka_topic_result_t** topics, std::size_t count,
                  const std::string& what) {
  for (std::size_t i = 0; i < count; ++i) {
    MILLRACE_RETURN_IF_ERROR(FromAdmin(rd_kafka_topic_result_error(topics[i]),
                                       rd_kafka_topic_result_error_string(topics[i]), what));
  }
  return Status::Ok();
}

/// What the answer says about each topic or partition.
Status ReadAnswer(rd_kafka_event_t* event, const std::string& what) {
  MILLRACE_RETURN_IF_ERROR(
      FromAdmin(rd_kafka_event_error(event), rd_kafka_event_error_string(event), what));
  std::size_t count = 0;
  if (const auto* result = rd_kafka_event_CreateTopics_result(event)) {
    return FromTopics(rd_kafka_CreateTopics_result_topics(result, &count), count, what);
  }
  if (const auto* result = rd_kafka_event_DeleteTopics_result(event)) {
    return FromTopics(rd_kafka_DeleteTopics_result_topics(result, &count), count, what);
  }
  if (const auto* result = rd_kafka_event_CreatePartitions_result(event)) {
    return FromTopics(rd_kafka_CreatePartitions_result_topics(result, &count), count, what);
  }
  if (const auto* result = rd_kafka_event_DeleteRecords_result(event)) {
    const auto* list = rd_kafka_DeleteRecords_result_offsets(result);
    for (int i = 0; i < list->cnt; ++i) {
      MILLRACE_RETURN_IF_ERROR(FromAdmin(list->elems[i].err, nullptr, what));
    }
    return Status::Ok();
  }
  return Status::Internal(what + ": an answer of another kind");
}

}  // namespace

base::Result<std::unique_ptr<TopicAdmin>> TopicAdmin::Create(const Properties& properties) {
  MILLRACE_ASSIGN_OR_RETURN(std::unique_ptr<Client> client,
                            Client::Create(RD_KAFKA_PRODUCER, properties));
  return std::unique_ptr<TopicAdmin>(new TopicAdmin(std::move(client)));
}

template <typename Ask>
Status TopicAdmin::Call(rd_kafka_admin_op_t operation, const std::string& what, Ask ask) {
  rd_kafka_queue_t* queue = rd_kafka_queue_new(client_->native());
  rd_kafka_AdminOptions_t* options = rd_kafka_AdminOptions_new(client_->native(), operation);
  char text[256] = "";
  rd_kafka_AdminOptions_set_request_timeout(options, kTimeoutMs, text, sizeof text);
  rd_kafka_AdminOptions_set_operation_timeout(options, kTimeoutMs, text, sizeof text);
  ask(options, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, kTimeoutMs + 1000);
  const Status status =
      event == nullptr ? Status::Unavailable(what + ": no answer: " + client_->last_complaint())
                       : ReadAnswer(event, what);
  if (event != nullptr) rd_kafka_event_destroy(event);
  rd_kafka_AdminOptions_destroy(options);
  rd_kafka_queue_destroy(queue);
  return status;
}

Status TopicAdmin::CreateTopic(const std::string& topic, int partitions,
                               const std::map<std::string, std::string>& config) {
  const std::string what = fmt::format("kafka: creating topic \"{}\"", topic);
  char text[256] = "";
  rd_kafka_NewTopic_t* made =
      rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, text, sizeof text);
  if (made == nullptr) return Status::InvalidArgument(what + ": " + text);
  for (const auto& [name, value] : config) {
    rd_kafka_NewTopic_set_config(made, name.c_str(), value.c_str());
  }
  const Status status = Call(RD_KAFKA_ADMIN_OP_CREATETOPICS, what, [&](auto* options, auto* queue) {
    rd_kafka_CreateTopics(client_->native(), &made, 1, options, queue);
  });
  rd_kafka_NewTopic_destroy(made);
  return status;
}

Status TopicAdmin::DeleteTopic(const std::string& topic) {
  rd_kafka_DeleteTopic_t* gone = rd_kafka_DeleteTopic_new(topic.c_str());
  const Status status =
      Call(RD_KAFKA_ADMIN_OP_DELETETOPICS, fmt::format("kafka: deleting topic \"{}\"", topic),
           [&](auto* options, auto* queue) {
             rd_kafka_DeleteTopics(client_->native(), &gone, 1, options, queue);
           });
  rd_kafka_DeleteTopic_destroy(gone);
  return status;
}

Status TopicAdmin::AddPartitions(const std::string& topic, int partitions) {
  const std::string what = fmt::format("kafka: adding partitions to topic \"{}\"", topic);
  char text[256] = "";
  rd_kafka_NewPartitions_t* added = rd_kafka_NewPartitions_new(
      topic.c_str(), static_cast<std::size_t>(partitions), text, sizeof text);
  if (added == nullptr) return Status::InvalidArgument(what + ": " + text);
  const Status status =
      Call(RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, what, [&](auto* options, auto* queue) {
        rd_kafka_CreatePartitions(client_->native(), &added, 1, options, queue);
      });
  rd_kafka_NewPartitions_destroy(added);
  return status;
}

Status TopicAdmin::DeleteRecords(const TopicPartition& partition, std::int64_t before) {
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, partition.topic.c_str(), partition.partition)->offset =
      before < 0 ? RD_KAFKA_OFFSET_END : before;
  rd_kafka_DeleteRecords_t* gone = rd_kafka_DeleteRecords_new(list);
  const Status status = Call(RD_KAFKA_ADMIN_OP_DELETERECORDS,
                             fmt::format("kafka: deleting records of {}", ToString(partition)),
                             [&](auto* options, auto* queue) {
                               rd_kafka_DeleteRecords(client_->native(), &gone, 1, options, queue);
                             });
  rd_kafka_DeleteRecords_destroy(gone);
  rd_kafka_topic_partition_list_destroy(list);
  return status;
}

}  // namespace millrace::clients::kafka
