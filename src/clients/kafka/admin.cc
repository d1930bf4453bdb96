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
/// One attempt to list: a request that was lost with its connection is not noticed earlier, and
/// while a leader is down librdkafka spends the time in a busy loop.
constexpr milliseconds kFirstAttempt{1000};
constexpr milliseconds kLongestAttempt{10'000};

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
using EventPointer =
    std::unique_ptr<rd_kafka_event_t, Deleter<rd_kafka_event_t, rd_kafka_event_destroy>>;
using ListPointer = std::unique_ptr<
    rd_kafka_topic_partition_list_t,
    Deleter<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>>;

/// `topic "a"`, `topics "a", "b"`
std::string NamesOf(const std::vector<std::string>& topics) {
  return fmt::format("{} \"{}\"", topics.size() == 1 ? "topic" : "topics",
                     fmt::join(topics, "\", \""));
}

Status MissingTopics(const std::vector<std::string>& missing, const std::string& brokers) {
  const bool one = missing.size() == 1;
  return Status::NotFound(
             fmt::format("kafka: {} {} not exist on {}: This server does not host this "
                         "topic-partition. Create {}, or correct the {}",
                         NamesOf(missing), one ? "does" : "do", brokers, one ? "it" : "them",
                         one ? "name" : "names"))
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
  own.try_emplace("reconnect.backoff.max.ms", "1000");  // The Java client's.
  MILLRACE_ASSIGN_OR_RETURN(std::unique_ptr<Client> client, Client::Create(RD_KAFKA_CONSUMER, own));
  return std::unique_ptr<Admin>(new Admin(std::move(client), limits));
}

/// How long one call may take, with all its attempts.
struct Admin::Deadline {
  milliseconds limit;
  steady_clock::time_point end;

  milliseconds left() const {
    return std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
  }
};

Admin::Deadline Admin::NewDeadline(milliseconds at_most) {
  const milliseconds limit = std::min(answered_ ? limits_.answer : limits_.first_answer, at_most);
  client_->ClearComplaint();
  return {limit, steady_clock::now() + limit};
}

Status Admin::NoAnswer(const std::string& what, const Deadline& deadline,
                       const Status& last) const {
  std::string reason = client_->last_complaint();
  if (reason.empty()) reason = last.ok() ? "no broker could be reached" : last.message();
  const std::string again = fmt::format("kafka: {} at {}: ", what, client_->brokers());
  if (reason.starts_with(again)) reason.erase(0, again.size());
  return Status::Unavailable(fmt::format(
      "kafka: {} failed: \"{}\" did not answer within {} s: {}; check kafka.bootstrap.servers, "
      "that the broker is running, that its advertised.listeners can be reached from this machine, "
      "and kafka.security.protocol",
      what, client_->brokers(), (deadline.limit.count() + 500) / 1000, reason));
}

Admin::~Admin() {
  for (const auto& [name, topic] : topics_) rd_kafka_topic_destroy(topic);
}

Status Admin::FetchMetadata(bool all_topics, const std::string& what, const MetadataReader& read,
                            const Deadline& deadline, std::stop_token stop) {
  // This call cannot be interrupted, so it is made in slices. It goes to any broker that is up,
  // unlike rd_kafka_DescribeTopics, which needs the controller.
  Status last;
  int missing_seen = 0;
  while (deadline.left().count() > 0) {
    if (stop.stop_requested()) return Status::Cancelled("kafka: " + what + " was stopped");
    const rd_kafka_metadata_t* metadata = nullptr;
    const rd_kafka_resp_err_t error =
        rd_kafka_metadata(client_->native(), all_topics ? 1 : 0, nullptr, &metadata,
                          static_cast<int>(std::min(deadline.left(), kMetadataSlice).count()) + 1);
    bool transient = false;
    bool missing = false;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      answered_ = true;
      last = read(*metadata, &transient, &missing);
      rd_kafka_metadata_destroy(metadata);
      if (last.ok()) return last;
    } else {
      last = FromKafka(error, fmt::format("kafka: {} at {}", what, client_->brokers()));
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
  return NoAnswer(what, deadline, last);
}

Status Admin::EnsureHandle(const std::string& topic) {
  std::lock_guard lock(mutex_);
  if (topics_.contains(topic)) return Status::Ok();
  rd_kafka_topic_t* handle = rd_kafka_topic_new(client_->native(), topic.c_str(), nullptr);
  if (handle == nullptr) {
    return FromKafka(rd_kafka_last_error(), fmt::format("kafka: topic \"{}\"", topic));
  }
  topics_.emplace(topic, handle);
  return Status::Ok();
}

base::Result<std::map<std::string, int>> Admin::DescribeTopics(
    const std::vector<std::string>& topics, std::stop_token stop) {
  std::map<std::string, int> counts;
  if (topics.empty()) return counts;
  for (const std::string& topic : topics) MILLRACE_RETURN_IF_ERROR(EnsureHandle(topic));
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
  MILLRACE_RETURN_IF_ERROR(
      FetchMetadata(false, "asking about " + NamesOf(topics), read, NewDeadline(), stop));
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
  MILLRACE_RETURN_IF_ERROR(FetchMetadata(true, "listing topics", read, NewDeadline(), stop));
  return counts;
}

Status Admin::ReadOffsets(rd_kafka_event_t* event, const Offsets& asked, Offsets* offsets,
                          bool* transient, bool* missing) const {
  Status failure;
  std::size_t size = 0;
  const rd_kafka_ListOffsetsResultInfo_t** infos =
      rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event), &size);
  for (std::size_t i = 0; i < size; ++i) {
    const rd_kafka_topic_partition_t* info =
        rd_kafka_ListOffsetsResultInfo_topic_partition(infos[i]);
    const TopicPartition partition{info->topic, info->partition};
    if (info->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      // A broker that goes away in mid-call leaves offsets without a value and without an error.
      const auto spec = asked.find(partition);
      const bool no_such_time = spec != asked.end() && spec->second >= 0 && info->offset == -1;
      if (info->offset >= 0 || no_such_time) {
        (*offsets)[partition] = info->offset;
        continue;
      }
      *transient = true;
      failure = Status::Unavailable(
          fmt::format("kafka: {} gave no offset for {}", client_->brokers(), ToString(partition)));
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
  if (failure.ok() && offsets->size() != asked.size()) {
    *transient = true;
    failure = Status::Unavailable(fmt::format("kafka: {} answered for {} of {} partitions",
                                              client_->brokers(), offsets->size(), asked.size()));
  }
  return failure;
}

Status Admin::ListOnce(const Offsets& asked, bool read_committed, milliseconds timeout,
                       const std::string& what, std::stop_token stop, Offsets* offsets,
                       bool* transient, bool* missing) {
  const ListPointer list(rd_kafka_topic_partition_list_new(static_cast<int>(asked.size())));
  for (const auto& [partition, spec] : asked) {
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition)
        ->offset = spec;
  }
  const QueuePointer queue(rd_kafka_queue_new(client_->native()));
  const OptionsPointer options(
      rd_kafka_AdminOptions_new(client_->native(), RD_KAFKA_ADMIN_OP_LISTOFFSETS));
  char text[256] = "";
  rd_kafka_AdminOptions_set_request_timeout(options.get(), static_cast<int>(timeout.count()), text,
                                            sizeof text);
  rd_kafka_error_t* refused = rd_kafka_AdminOptions_set_isolation_level(
      options.get(), read_committed ? RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED
                                    : RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED);
  if (refused != nullptr) {
    rd_kafka_error_destroy(refused);
    return Status::Internal("kafka: the isolation level of a listing could not be set");
  }
  rd_kafka_ListOffsets(client_->native(), list.get(), options.get(), queue.get());
  const auto end = steady_clock::now() + timeout + kRetryInterval;
  EventPointer event;
  while (!event && steady_clock::now() < end) {
    if (stop.stop_requested()) return Status::Cancelled("kafka: " + what + " was stopped");
    event.reset(rd_kafka_queue_poll(queue.get(), static_cast<int>(kStopInterval.count())));
  }
  const rd_kafka_resp_err_t error =
      event ? rd_kafka_event_error(event.get()) : RD_KAFKA_RESP_ERR__TIMED_OUT;
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    answered_ = true;
    return ReadOffsets(event.get(), asked, offsets, transient, missing);
  }
  *transient = IsTransient(error);
  *missing = IsMissing(error);
  return FromKafka(error, fmt::format("kafka: {} at {}", what, client_->brokers()),
                   event ? rd_kafka_event_error_string(event.get()) : "");
}

base::Result<Offsets> Admin::ListOffsets(const Offsets& asked, bool read_committed,
                                         std::stop_token stop, milliseconds at_most) {
  Offsets offsets;
  if (asked.empty()) return offsets;
  for (const auto& [partition, spec] : asked) {
    MILLRACE_RETURN_IF_ERROR(EnsureHandle(partition.topic));
  }
  const std::string what =
      fmt::format("listing offsets of {}{}", ToString(asked.begin()->first),
                  asked.size() > 1 ? fmt::format(" and {} others", asked.size() - 1) : "");
  const Deadline deadline = NewDeadline(at_most);
  const auto accept = [](const rd_kafka_metadata_t&, bool*, bool*) { return Status::Ok(); };
  Status last;
  milliseconds attempt = kFirstAttempt;
  for (int missing_seen = 0; deadline.left().count() > 0;) {
    bool transient = false;
    bool missing = false;
    offsets.clear();
    last = ListOnce(asked, read_committed, std::min(attempt, deadline.left()) + milliseconds(1),
                    what, stop, &offsets, &transient, &missing);
    if (last.ok()) return offsets;
    if (missing && ++missing_seen < limits_.missing_attempts) {
      Pause(limits_.missing_interval, stop);
    } else if (transient) {
      Pause(kRetryInterval, stop);
      attempt = std::min(2 * attempt, kLongestAttempt);
    } else {
      return last;
    }
    // A listing goes by leaders and their epochs as they were last heard of, and does not ask again
    // by itself: after a broker's restart it would be refused for ever.
    MILLRACE_RETURN_IF_ERROR(FetchMetadata(false, what, accept, deadline, stop));
  }
  return NoAnswer(what, deadline, last);
}

}  // namespace millrace::clients::kafka
