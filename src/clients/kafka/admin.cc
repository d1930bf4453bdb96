#include "clients/kafka/admin.h"

#include <algorithm>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "clients/kafka/error.h"

namespace millrace::clients::kafka {

namespace {

using base::Status;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kStopInterval{50};  // How often a blocked call looks at its stop token.
constexpr milliseconds kRetryInterval{100};
constexpr milliseconds kMetadataSlice{700};

/// Kafka's own topics, which nobody means by a pattern.
const std::set<std::string> kInternalTopics = {"__consumer_offsets", "__share_group_state",
                                               "__transaction_state"};

template <typename T, void (*Destroy)(T*)>
struct Deleter {
  void operator()(T* object) const { Destroy(object); }
};
using QueuePointer =
    std::unique_ptr<rd_kafka_queue_t, Deleter<rd_kafka_queue_t, rd_kafka_queue_destroy>>;
using OptionsPointer =
    std::unique_ptr<rd_kafka_AdminOptions_t,
                    Deleter<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>>;
using ListPointer = std::unique_ptr<
    rd_kafka_topic_partition_list_t,
    Deleter<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>>;

Status MissingTopics(const std::vector<std::string>& missing, const std::string& brokers) {
  return Status::NotFound(
             fmt::format("kafka: {} \"{}\" {} not exist on {}: This server does not host this "
                         "topic-partition.; create {}, or correct the topic name",
                         missing.size() == 1 ? "topic" : "topics", fmt::join(missing, "\", \""),
                         missing.size() == 1 ? "does" : "do", brokers,
                         missing.size() == 1 ? "it" : "them"))
      .WithSparkError({.exception_class = "UnknownTopicOrPartitionException"});
}

/// Sleeps at most `time`; false when stopped meanwhile.
bool Pause(milliseconds time, const std::stop_token& stop) {
  const auto until = steady_clock::now() + time;
  while (!stop.stop_requested()) {
    const auto left = until - steady_clock::now();
    if (left <= left.zero()) return true;
    std::this_thread::sleep_for(std::min<steady_clock::duration>(left, kStopInterval));
  }
  return false;
}

}  // namespace

base::Result<std::unique_ptr<Admin>> Admin::Create(const Properties& properties, Limits limits) {
  // A consumer, because asking a broker as a producer may create the topic.
  Properties own = properties;
  own.insert_or_assign("allow.auto.create.topics", "false");
  own.insert_or_assign("enable.metrics.push", "false");
  MILLRACE_ASSIGN_OR_RETURN(std::unique_ptr<Client> client, Client::Create(RD_KAFKA_CONSUMER, own));
  return std::unique_ptr<Admin>(new Admin(std::move(client), limits));
}

Status Admin::NoAnswer(const std::string& what, milliseconds waited, const Status& last) const {
  std::string reason = client_->last_complaint();
  if (reason.empty() && !last.ok()) reason = last.message();
  if (reason.empty()) reason = "no broker could be reached";
  return Status::Unavailable(fmt::format(
      "kafka: {} failed: \"{}\" did not answer within {} s: {}; check kafka.bootstrap.servers, "
      "that "
      "the broker is running, that its advertised.listeners can be reached from this machine, and "
      "kafka.security.protocol",
      what, client_->brokers(), (waited.count() + 500) / 1000, reason));
}

Status Admin::Ask(rd_kafka_admin_op_t operation, const std::string& what, const Asker& ask,
                  const Reader& read, std::stop_token stop, bool read_committed) {
  const milliseconds limit = answered_ ? limits_.answer : limits_.first_answer;
  const auto deadline = steady_clock::now() + limit;
  client_->ClearComplaint();
  Status last;
  int missing_seen = 0;
  while (true) {
    const auto left =
        std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now()).count();
    if (left <= 0) return NoAnswer(what, limit, last);
    const QueuePointer queue(rd_kafka_queue_new(client_->native()));
    const OptionsPointer options(rd_kafka_AdminOptions_new(client_->native(), operation));
    char text[256] = "";
    rd_kafka_AdminOptions_set_request_timeout(options.get(), static_cast<int>(left), text,
                                              sizeof text);
    if (operation == RD_KAFKA_ADMIN_OP_LISTOFFSETS && read_committed) {
      if (rd_kafka_error_t* error = rd_kafka_AdminOptions_set_isolation_level(
              options.get(), RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED)) {
        rd_kafka_error_destroy(error);
        return Status::Internal("kafka: the isolation level of a listing could not be set");
      }
    }
    ask(options.get(), queue.get());
    Event event;
    while (!event) {
      if (stop.stop_requested()) return Status::Cancelled("kafka: " + what + " was stopped");
      event.reset(rd_kafka_queue_poll(queue.get(), static_cast<int>(kStopInterval.count())));
      if (!event && steady_clock::now() > deadline + kRetryInterval) {
        return NoAnswer(what, limit, last);
      }
    }
    bool transient = false;
    bool missing = false;
    if (const rd_kafka_resp_err_t error = rd_kafka_event_error(event.get())) {
      last = FromKafka(error, "kafka: " + what, rd_kafka_event_error_string(event.get()));
      transient = IsTransient(error);
      missing = IsMissing(error);
    } else {
      last = read(event, &transient, &missing);
      answered_ = true;
      if (last.ok()) return last;
    }
    if (missing && ++missing_seen < limits_.missing_attempts) {
      if (!Pause(limits_.missing_interval, stop)) continue;
    } else if (transient) {
      if (!Pause(kRetryInterval, stop)) continue;
    } else {
      return last;
    }
  }
}

Admin::~Admin() {
  for (const auto& [name, topic] : topics_) rd_kafka_topic_destroy(topic);
}

Status Admin::FetchMetadata(bool all_topics, const std::string& what, const MetadataReader& read,
                            std::stop_token stop) {
  // This call cannot be interrupted, so it is made in slices. It goes to any broker that is up,
  // unlike rd_kafka_DescribeTopics, which needs the controller.
  const milliseconds limit = answered_ ? limits_.answer : limits_.first_answer;
  const auto deadline = steady_clock::now() + limit;
  client_->ClearComplaint();
  Status last;
  int missing_seen = 0;
  while (steady_clock::now() < deadline) {
    if (stop.stop_requested()) return Status::Cancelled("kafka: " + what + " was stopped");
    const rd_kafka_metadata_t* metadata = nullptr;
    const rd_kafka_resp_err_t error =
        rd_kafka_metadata(client_->native(), all_topics ? 1 : 0, nullptr, &metadata,
                          static_cast<int>(std::min(limit, kMetadataSlice).count()));
    bool transient = false;
    bool missing = false;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      answered_ = true;
      last = read(*metadata, &transient, &missing);
      rd_kafka_metadata_destroy(metadata);
      if (last.ok()) return last;
    } else {
      last = FromKafka(error, "kafka: " + what);
      transient = IsTransient(error);
    }
    if (missing && ++missing_seen < limits_.missing_attempts) {
      Pause(limits_.missing_interval, stop);
    } else if (transient) {
      Pause(kRetryInterval, stop);
    } else {
      return last;
    }
  }
  return NoAnswer(what, limit, last);
}

base::Result<std::map<std::string, int>> Admin::DescribeTopics(
    const std::vector<std::string>& topics, std::stop_token stop) {
  std::map<std::string, int> counts;
  if (topics.empty()) return counts;
  // What has a handle is what is asked about.
  for (const std::string& topic : topics) {
    std::lock_guard lock(mutex_);
    if (topics_.contains(topic)) continue;
    rd_kafka_topic_t* handle = rd_kafka_topic_new(client_->native(), topic.c_str(), nullptr);
    if (handle == nullptr) {
      return FromKafka(rd_kafka_last_error(), fmt::format("kafka: topic \"{}\"", topic));
    }
    topics_.emplace(topic, handle);
  }
  const auto read = [&](const rd_kafka_metadata_t& metadata, bool* transient, bool* missing) {
    counts.clear();
    std::vector<std::string> absent;
    Status failure;
    for (const std::string& name : topics) {
      const rd_kafka_metadata_topic* begin = metadata.topics;
      const rd_kafka_metadata_topic* end = begin + metadata.topic_cnt;
      const rd_kafka_metadata_topic* found =
          std::find_if(begin, end, [&](const auto& topic) { return topic.topic == name; });
      if (found == end || IsMissing(found->err)) {
        absent.push_back(name);
      } else if (found->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        *transient = IsTransient(found->err);
        failure = FromKafka(found->err,
                            fmt::format("kafka: topic \"{}\" on {}", name, client_->brokers()));
      } else {
        counts[name] = found->partition_cnt;
      }
    }
    if (!failure.ok() || absent.empty()) return failure;
    *missing = true;
    return MissingTopics(absent, client_->brokers());
  };
  MILLRACE_RETURN_IF_ERROR(FetchMetadata(
      false, fmt::format("asking about topics \"{}\"", fmt::join(topics, ",")), read, stop));
  return counts;
}

base::Result<std::map<std::string, int>> Admin::ListTopics(std::stop_token stop) {
  std::map<std::string, int> counts;
  const auto read = [&](const rd_kafka_metadata_t& metadata, bool*, bool*) {
    counts.clear();
    for (int i = 0; i < metadata.topic_cnt; ++i) {
      const rd_kafka_metadata_topic& topic = metadata.topics[i];
      if (topic.err == RD_KAFKA_RESP_ERR_NO_ERROR && !kInternalTopics.contains(topic.topic)) {
        counts[topic.topic] = topic.partition_cnt;
      }
    }
    return Status::Ok();
  };
  MILLRACE_RETURN_IF_ERROR(FetchMetadata(true, "listing topics", read, stop));
  return counts;
}

base::Result<Offsets> Admin::ListOffsets(const Offsets& asked, bool read_committed,
                                         std::stop_token stop) {
  Offsets offsets;
  if (asked.empty()) return offsets;
  const ListPointer list(rd_kafka_topic_partition_list_new(static_cast<int>(asked.size())));
  for (const auto& [partition, spec] : asked) {
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition)
        ->offset = spec;
  }
  const auto ask = [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
    rd_kafka_ListOffsets(client_->native(), list.get(), options, queue);
  };
  const auto read = [&](const Event& event, bool* transient, bool* missing) {
    offsets.clear();
    Status failure;
    std::size_t size = 0;
    const rd_kafka_ListOffsetsResultInfo_t** infos =
        rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event.get()), &size);
    for (std::size_t i = 0; i < size; ++i) {
      const rd_kafka_topic_partition_t* info =
          rd_kafka_ListOffsetsResultInfo_topic_partition(infos[i]);
      const TopicPartition partition{info->topic, info->partition};
      if (info->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        offsets[partition] = info->offset;
        continue;
      }
      *transient = *transient || IsTransient(info->err);
      *missing = *missing || IsMissing(info->err);
      failure = FromKafka(info->err, fmt::format("kafka: offsets of {} on {}", ToString(partition),
                                                 client_->brokers()));
      if (IsMissing(info->err)) {
        failure = failure.WithSparkError({.exception_class = "UnknownTopicOrPartitionException"});
      }
    }
    if (failure.ok() && offsets.size() != asked.size()) {
      *transient = true;
      failure = Status::Unavailable("kafka: an answer about offsets left partitions out");
    }
    return failure;
  };
  MILLRACE_RETURN_IF_ERROR(
      Ask(RD_KAFKA_ADMIN_OP_LISTOFFSETS,
          fmt::format("listing offsets of {}{}", ToString(asked.begin()->first),
                      asked.size() > 1 ? " and others" : ""),
          ask, read, stop, read_committed));
  return offsets;
}

}  // namespace millrace::clients::kafka
