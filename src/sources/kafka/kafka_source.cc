#include "sources/kafka/kafka_source.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <regex>

#include <fmt/format.h>

#include "base/log.h"
#include "base/random.h"
#include "base/uuid.h"
#include "sources/kafka/data_loss.h"

namespace millrace::sources::kafka {

namespace {

using base::Status;
using clients::kafka::kEarliest;
using clients::kafka::kLatest;
using connector::Offset;

/// Bytes of records that are fetched ahead, shared by all partitions. librdkafka takes about three
/// times as much memory for small ones; more than this made nothing faster.
constexpr std::int64_t kPrefetchKilobytes = 16 * 1024;
constexpr std::int64_t kLeastPrefetchKilobytes = 1024;
constexpr std::chrono::seconds kPartitionsFresh{1};
constexpr std::chrono::seconds kListingFresh{1};
constexpr int kListingShare = 50;  // Idle listings take at most one part in this many of the time.

/// Java's String.hashCode, which stands in Spark's group ids.
std::int32_t JavaHash(std::string_view text) {
  std::uint32_t hash = 0;
  for (const char c : text) hash = 31 * hash + static_cast<unsigned char>(c);
  return static_cast<std::int32_t>(hash);
}

/// A double as Java prints it: "300.0", "1.2E7".
std::string JavaDouble(double value) {
  const bool plain = value == 0 || (std::abs(value) >= 1e-3 && std::abs(value) < 1e7);
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, value,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific)
                       .ptr;
  std::string digits(text, end);
  std::string exponent;
  if (const std::size_t e = digits.find('e'); e != std::string::npos) {
    exponent = "E" + std::to_string(std::stoi(digits.substr(e + 1)));
    digits.resize(e);
  }
  if (digits.find('.') == std::string::npos) digits += ".0";
  return digits + exponent;
}

std::string GroupId(const KafkaSourceOptions& options, const std::string& metadata_path) {
  if (options.group_id) return *options.group_id;
  return fmt::format("{}-{}-{}-executor", options.group_id_prefix,
                     base::Uuid::Random(base::Random::System()).ToString(),
                     JavaHash(metadata_path));
}

}  // namespace

KafkaSource::KafkaSource(connector::SourceContext context, KafkaSourceOptions options)
    : context_(std::move(context)),
      options_(std::move(options)),
      schema_(KafkaSchema(options_.include_headers)) {}

KafkaSource::~KafkaSource() = default;

base::Result<std::unique_ptr<KafkaSource>> KafkaSource::Create(connector::SourceContext context,
                                                               KafkaSourceOptions options) {
  std::unique_ptr<KafkaSource> source(new KafkaSource(std::move(context), std::move(options)));
  clients::kafka::Admin::Limits limits;
  limits.missing_attempts = source->options_.fetch_attempts;
  limits.missing_interval = source->options_.fetch_retry_interval;
  if (const auto timeout = source->options_.answer_timeout) {
    limits.first_answer = limits.answer = *timeout;
  }
  MILLRACE_ASSIGN_OR_RETURN(source->admin_,
                            clients::kafka::Admin::Create(source->options_.properties, limits));
  source->environment_.admin = source->admin_.get();
  source->environment_.fail_on_data_loss = source->options_.fail_on_data_loss;
  source->environment_.read_committed = source->options_.read_committed;
  source->environment_.poll_timeout = source->options_.poll_timeout;
  source->environment_.group_id = GroupId(source->options_, source->context_.metadata_path);
  return source;
}

std::string KafkaSource::description() const {
  return fmt::format("KafkaV2[{}]", options_.subscription.description());
}

void KafkaSource::EnsureConsumers(std::size_t partitions) {
  if (consumers_ != nullptr) return;
  clients::kafka::Properties properties = options_.properties;
  const std::int64_t share =
      kPrefetchKilobytes / static_cast<std::int64_t>(std::max<std::size_t>(partitions, 1));
  properties.try_emplace("queued.max.messages.kbytes",
                         std::to_string(std::max(share, kLeastPrefetchKilobytes)));
  consumers_ = std::make_unique<clients::kafka::ConsumerPool>(std::move(properties));
  environment_.consumers = consumers_.get();
}

base::Result<std::map<std::string, int>> KafkaSource::DescribeSubscribed(std::stop_token stop) {
  const std::vector<std::string>& topics = options_.subscription.topics;
  auto counts = admin_->DescribeTopics(topics, stop);
  std::set<std::string> missing;
  if (counts.status().code() == base::StatusCode::kNotFound && partitions_were_known_ &&
      !options_.fail_on_data_loss) {
    const Status why = counts.status();
    counts = admin_->ListTopics(stop);
    MILLRACE_RETURN_IF_ERROR(counts.status());
    std::erase_if(*counts,
                  [&](const auto& topic) { return !std::ranges::count(topics, topic.first); });
    for (const std::string& topic : topics) {
      if (!counts->contains(topic)) missing.insert(topic);
    }
    if (!missing.empty() && missing != missing_topics_) {
      base::LogWarn(
          fmt::format("{}; going on when it is there again, because failOnDataLoss is "
                      "false",
                      why.message()));
    }
  }
  MILLRACE_RETURN_IF_ERROR(counts.status());
  missing_topics_ = std::move(missing);
  return counts;
}

base::Result<std::set<TopicPartition>> KafkaSource::Partitions(std::stop_token stop) {
  const std::chrono::nanoseconds now = context_.clock->Monotonic();
  if (partitions_known_at_ && now - *partitions_known_at_ < kPartitionsFresh) return partitions_;
  const Subscription& subscription = options_.subscription;
  std::map<std::string, int> counts;
  if (subscription.kind == Subscription::Kind::kPattern) {
    MILLRACE_ASSIGN_OR_RETURN(counts, admin_->ListTopics(stop));
    const std::regex pattern(subscription.pattern);  // Checked when the options were read.
    std::erase_if(counts,
                  [&](const auto& topic) { return !std::regex_search(topic.first, pattern); });
  } else {
    MILLRACE_ASSIGN_OR_RETURN(counts, DescribeSubscribed(stop));
  }
  std::set<TopicPartition> partitions;
  if (subscription.kind == Subscription::Kind::kPartitions) {
    for (const TopicPartition& partition : subscription.partitions) {
      if (partition.partition < counts[partition.topic]) {
        partitions.insert(partition);
      } else if (!partitions_known_at_) {
        base::LogWarn(
            fmt::format("kafka: option \"assign\" names {}, but the topic has {} "
                        "partitions; it is read when it exists",
                        ToString(partition), counts[partition.topic]));
      }
    }
  } else {
    for (const auto& [topic, count] : counts) {
      for (int i = 0; i < count; ++i) partitions.insert({topic, i});
    }
  }
  partitions_ = std::move(partitions);
  partitions_known_at_ = now;
  partitions_were_known_ = true;
  EnsureConsumers(partitions_.size());
  return partitions_;
}

base::Result<Offsets> KafkaSource::List(const std::set<TopicPartition>& partitions,
                                        std::int64_t spec, std::stop_token stop) {
  Offsets asked;
  for (const TopicPartition& partition : partitions) asked[partition] = spec;
  return admin_->ListOffsets(asked, options_.read_committed, stop);
}

base::Result<Offsets> KafkaSource::ListLatest(const Offsets& known, std::stop_token stop) {
  for (int attempt = 1;; ++attempt) {
    MILLRACE_ASSIGN_OR_RETURN(const std::set<TopicPartition> partitions, Partitions(stop));
    auto listed = List(partitions, kLatest, stop);
    if (listed.status().code() == base::StatusCode::kNotFound &&
        attempt < options_.fetch_attempts) {
      partitions_known_at_.reset();  // One of them is gone: ask again which there are.
      continue;
    }
    MILLRACE_RETURN_IF_ERROR(listed.status());
    // A topic that may come back keeps its place. Forgotten, it would be read from its start again.
    for (const auto& [partition, offset] : known) {
      if (missing_topics_.contains(partition.topic)) listed->emplace(partition, offset);
    }
    const auto shrunk = std::find_if(known.begin(), known.end(), [&](const auto& entry) {
      const auto now = listed->find(entry.first);
      return now != listed->end() && now->second < entry.second;
    });
    // A new leader may not know all yet; a topic that was made again stays short.
    if (shrunk == known.end() || attempt >= options_.fetch_attempts) return *listed;
    base::LogWarn(
        fmt::format("kafka: {} ends at {}, before {}, which was read already; asking again",
                    ToString(shrunk->first), listed->at(shrunk->first), shrunk->second));
    if (!context_.clock->Sleep(options_.fetch_retry_interval, stop)) {
      return Status::Cancelled("kafka: listing offsets was stopped");
    }
  }
}

base::Result<Offsets> KafkaSource::ResolveTimestamps(const std::set<TopicPartition>& partitions,
                                                     std::stop_token stop) {
  Offsets asked = options_.start.values;
  if (options_.start.kind == StartingPosition::Kind::kTimestamp) {
    for (const TopicPartition& partition : partitions) asked[partition] = options_.start.timestamp;
  } else if (PartitionsOf(asked) != partitions) {
    return StartTimestampsDoNotMatch(PartitionsOf(asked), partitions);
  }
  MILLRACE_ASSIGN_OR_RETURN(Offsets found,
                            admin_->ListOffsets(asked, options_.read_committed, stop));
  for (auto& [partition, offset] : found) {
    if (offset >= 0) continue;
    if (!options_.start.latest_when_no_match) {
      return Status::InvalidArgument(
                 fmt::format(
                     "No offset matched from request of topic-partition {} and timestamp {}.",
                     ToString(partition), asked.at(partition)))
          .WithSparkError({.exception_class = "IllegalArgumentException"});
    }
    offset = kLatest;
  }
  return found;
}

base::Result<Offsets> KafkaSource::ComputeInitialOffsets(std::stop_token stop) {
  MILLRACE_ASSIGN_OR_RETURN(const std::set<TopicPartition> partitions, Partitions(stop));
  Offsets offsets;
  switch (options_.start.kind) {
    case StartingPosition::Kind::kEarliest:
      return List(partitions, kEarliest, stop);
    case StartingPosition::Kind::kLatest:
      return List(partitions, kLatest, stop);
    case StartingPosition::Kind::kOffsets:
      offsets = options_.start.values;
      if (PartitionsOf(offsets) != partitions) {
        return StartOffsetsDoNotMatch(PartitionsOf(offsets), partitions);
      }
      break;
    case StartingPosition::Kind::kTimestamps:
    case StartingPosition::Kind::kTimestamp: {
      MILLRACE_ASSIGN_OR_RETURN(offsets, ResolveTimestamps(partitions, stop));
      break;
    }
  }
  Offsets logical;
  std::copy_if(
      offsets.begin(), offsets.end(), std::inserter(logical, logical.end()),
      [](const auto& entry) { return entry.second == kEarliest || entry.second == kLatest; });
  MILLRACE_ASSIGN_OR_RETURN(const Offsets resolved,
                            admin_->ListOffsets(logical, options_.read_committed, stop));
  for (const auto& [partition, offset] : resolved) offsets[partition] = offset;
  return offsets;
}

base::Result<std::optional<Offset>> KafkaSource::InitialOffset(std::stop_token stop) {
  if (!initial_) {
    const InitialOffsetLog log(context_.file_system, context_.metadata_path);
    MILLRACE_ASSIGN_OR_RETURN(initial_, log.Read());
    if (!initial_) {
      MILLRACE_ASSIGN_OR_RETURN(const Offsets offsets, ComputeInitialOffsets(stop));
      MILLRACE_ASSIGN_OR_RETURN(initial_, log.Store(offsets));
      base::LogInfo(
          fmt::format("kafka: initial offsets of {}: {}", description(), FormatOffsets(*initial_)));
    }
  }
  return std::optional(Offset{FormatOffsets(*initial_)});
}

base::Result<Offsets> KafkaSource::StartOffsets(const std::optional<Offset>& start,
                                                std::stop_token stop) {
  if (!start) {
    MILLRACE_RETURN_IF_ERROR(InitialOffset(stop).status());
    return *initial_;
  }
  return ParseOffsets(start->json);
}

Status KafkaSource::PrepareAvailableNow(std::stop_token stop) {
  partitions_known_at_.reset();
  MILLRACE_ASSIGN_OR_RETURN(available_now_, ListLatest({}, stop));
  return Status::Ok();
}

bool KafkaSource::NothingNewIsKnown(const Offsets& start) {
  if (!nothing_new_ || !latest_ || *latest_ != start || consumers_ == nullptr) return false;
  const auto fresh =
      std::min<std::chrono::nanoseconds>(kListingShare * listing_took_, kListingFresh);
  return context_.clock->Monotonic() - listed_at_ < fresh &&
         consumers_->CachedEnds() == ends_before_listing_;
}

base::Result<std::optional<Offset>> KafkaSource::LatestOffset(const std::optional<Offset>& start,
                                                              connector::ReadLimit limit,
                                                              std::stop_token stop) {
  MILLRACE_ASSIGN_OR_RETURN(const Offsets from, StartOffsets(start, stop));
  const Offset unchanged = start ? *start : Offset{FormatOffsets(from)};
  if (available_now_) {
    latest_ = *available_now_;
  } else {
    const bool refresh = refresh_.exchange(false);
    if (!refresh && NothingNewIsKnown(from)) return std::optional(unchanged);
    if (refresh) partitions_known_at_.reset();
    ends_before_listing_ = consumers_ == nullptr ? Offsets() : consumers_->CachedEnds();
    listed_at_ = context_.clock->Monotonic();
    MILLRACE_ASSIGN_OR_RETURN(latest_, ListLatest(from, stop));
    listing_took_ = context_.clock->Monotonic() - listed_at_;
    nothing_new_ = *latest_ == from;
  }
  Offsets ends = *latest_;
  if (limit == connector::ReadLimit::kSourceOptions) {
    MILLRACE_ASSIGN_OR_RETURN(ends, ApplyLimits(from, *latest_, stop));
  }
  if (ends.empty()) return std::optional<Offset>();
  Offsets reading;
  for (const auto& [partition, offset] : from) {
    if (!latest_->contains(partition) || missing_topics_.contains(partition.topic)) continue;
    reading[partition] = offset;
  }
  EnsureConsumers(latest_->size());
  MILLRACE_RETURN_IF_ERROR(consumers_->Prefetch(reading));
  // The text of the start stays when nothing is new: the engine compares texts.
  const Offset end = ends == from ? unchanged : Offset{FormatOffsets(ends)};
  offered_ = end.json;
  return std::optional(end);
}

base::Result<Offsets> KafkaSource::ApplyLimits(const Offsets& start, const Offsets& latest,
                                               std::stop_token stop) {
  if (DelayBatch(start, latest)) return start;
  if (!options_.max_offsets_per_trigger) return latest;
  std::set<TopicPartition> added;
  for (const auto& [partition, end] : latest) {
    if (!start.contains(partition)) added.insert(partition);
  }
  MILLRACE_ASSIGN_OR_RETURN(Offsets begin, List(added, kEarliest, stop));
  begin.insert(start.begin(), start.end());
  return LimitOffsets(*options_.max_offsets_per_trigger, begin, latest);
}

bool KafkaSource::DelayBatch(const Offsets& start, const Offsets& latest) {
  if (!options_.min_offsets_per_trigger) return false;
  const std::int64_t now_ms = base::ToMillis(context_.clock->Now());
  if (now_ms - last_trigger_ms_ < options_.max_trigger_delay.count()) {
    double records = 0;
    for (const auto& [partition, end] : latest) {
      const auto begin = start.find(partition);
      records += static_cast<double>(end - (begin == start.end() ? 0 : begin->second));
    }
    if (records < static_cast<double>(*options_.min_offsets_per_trigger)) return true;
  }
  last_trigger_ms_ = now_ms;
  return false;
}

std::optional<Offset> KafkaSource::ReportLatestOffset() const {
  if (!latest_ || latest_->empty()) return std::nullopt;
  return Offset{FormatOffsets(*latest_)};
}

Status KafkaSource::ReportLoss(const Status& loss) const {
  if (options_.fail_on_data_loss) return loss;
  base::LogWarn(fmt::format(
      "kafka: data may be lost; going on, because failOnDataLoss is false: {}", ReasonOf(loss)));
  return Status::Ok();
}

Status KafkaSource::CheckAvailableNow(const Offsets& end, std::stop_token stop) {
  MILLRACE_ASSIGN_OR_RETURN(const Offsets latest, ListLatest(end, stop));
  bool shrank = false;
  for (const auto& [partition, offset] : end) {
    const auto now = latest.find(partition);
    if (now == latest.end()) {
      return PartitionsLostUnderAvailableNow(PartitionsOf(latest), PartitionsOf(end));
    }
    shrank = shrank || offset > now->second;
  }
  return shrank ? OffsetsShrankUnderAvailableNow(latest, end) : Status::Ok();
}

base::Result<std::vector<connector::InputPartition>> KafkaSource::PlanPartitions(
    const std::optional<Offset>& start, const Offset& end, std::stop_token stop) {
  MILLRACE_ASSIGN_OR_RETURN(Offsets from, StartOffsets(start, stop));
  MILLRACE_ASSIGN_OR_RETURN(const Offsets until, ParseOffsets(end.json));
  // A batch of an earlier run may have other partitions; it is read as it was planned.
  if (available_now_ && offered_ == end.json) {
    MILLRACE_RETURN_IF_ERROR(CheckAvailableNow(until, stop));
  }
  EnsureConsumers(until.size());

  std::set<TopicPartition> added;
  std::set<TopicPartition> deleted;
  for (const auto& [partition, offset] : until) {
    if (!from.contains(partition)) added.insert(partition);
  }
  for (const auto& [partition, offset] : from) {
    if (!until.contains(partition)) deleted.insert(partition);
  }
  std::set<TopicPartition> unknown;
  for (const TopicPartition& partition : added) {
    const auto begin = List({partition}, kEarliest, stop);
    if (begin.status().code() == base::StatusCode::kNotFound) {
      unknown.insert(partition);
      continue;
    }
    MILLRACE_RETURN_IF_ERROR(begin.status());
    from.insert(begin->begin(), begin->end());
  }
  if (!unknown.empty()) MILLRACE_RETURN_IF_ERROR(ReportLoss(InitialOffsetNotFound(unknown)));
  for (const TopicPartition& partition : added) {
    if (unknown.contains(partition) || from.at(partition) == 0) continue;
    MILLRACE_RETURN_IF_ERROR(
        ReportLoss(AddedPartitionDoesNotStartFromZero(partition, from.at(partition))));
  }
  if (!deleted.empty()) {
    MILLRACE_RETURN_IF_ERROR(ReportLoss(PartitionsDeleted(deleted, options_.group_id.has_value())));
  }
  std::vector<OffsetRange> ranges;
  for (const auto& [partition, offset] : until) {
    if (unknown.contains(partition)) continue;
    if (offset < from.at(partition)) {
      MILLRACE_RETURN_IF_ERROR(
          ReportLoss(PartitionOffsetChanged(partition, from.at(partition), offset)));
    }
    ranges.push_back({partition, from.at(partition), offset});
  }
  std::vector<connector::InputPartition> planned;
  for (OffsetRange& range : SplitRanges(ranges, options_.splitting)) {
    planned.push_back(
        {fmt::format("{} [{}, {})", ToString(range.partition), range.start, range.end),
         range.size(), std::make_shared<const OffsetRange>(range)});
  }
  return planned;
}

base::Result<std::unique_ptr<connector::PartitionReader>> KafkaSource::OpenReader(
    const connector::InputPartition& partition, const std::vector<int>& columns) {
  const auto* range = static_cast<const OffsetRange*>(partition.payload.get());
  return std::unique_ptr<connector::PartitionReader>(
      new KafkaPartitionReader(&environment_, *range, columns));
}

Status KafkaSource::Commit(const Offset&) { return Status::Ok(); }

std::map<std::string, std::string> KafkaSource::Metrics(
    const std::optional<Offset>& consumed) const {
  if (!consumed || !latest_) return {};
  const auto done = ParseOffsets(consumed->json);
  if (!done.ok()) return {};
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  std::int64_t most = std::numeric_limits<std::int64_t>::min();
  std::int64_t sum = 0;
  std::int64_t count = 0;
  for (const auto& [partition, end] : *latest_) {
    const auto at = done->find(partition);
    if (at == done->end()) continue;
    const std::int64_t behind = end - at->second;
    least = std::min(least, behind);
    most = std::max(most, behind);
    sum += behind;
    ++count;
  }
  if (count == 0) return {};
  return {{"minOffsetsBehindLatest", std::to_string(least)},
          {"maxOffsetsBehindLatest", std::to_string(most)},
          {"avgOffsetsBehindLatest",
           JavaDouble(static_cast<double>(sum) / static_cast<double>(count))}};
}

}  // namespace millrace::sources::kafka
