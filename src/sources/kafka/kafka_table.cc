#include "sources/kafka/kafka_table.h"

#include <cctype>
#include <mutex>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "fs/memory_file_system.h"
#include "sources/kafka/kafka_offsets.h"
#include "sources/kafka/kafka_options.h"
#include "sources/kafka/kafka_source.h"
#include "sources/kafka/record_batch_builder.h"

namespace millrace::sources::kafka {
namespace {

using base::Status;
using clients::kafka::kEarliest;
using clients::kafka::kLatest;
using connector::Offset;

Status Illegal(std::string text) {
  return Status::InvalidArgument(std::move(text))
      .WithSparkError({.exception_class = "IllegalArgumentException"});
}

std::string LowerAscii(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// Where the table ends; nullopt: at the newest record.
base::Result<std::optional<Offsets>> EndingOffsets(const connector::Options& options) {
  using Ends = std::optional<Offsets>;
  for (const char* name : {"endingTimestamp", "endingOffsetsByTimestamp"}) {
    if (options.Has(name)) {
      return Status::Unsupported(fmt::format(
          "kafka: option \"{}\" is not supported; give endingOffsets, or filter by timestamp", name));
    }
  }
  const auto text = options.GetString("endingOffsets");
  if (!text || LowerAscii(*text) == "latest") return Ends();
  if (LowerAscii(*text) == "earliest") {
    return Illegal("ending offset can't be earliest for batch queries on Kafka");
  }
  MILLRACE_ASSIGN_OR_RETURN(Offsets ends, ParseOffsets(*text));
  for (const auto& [partition, offset] : ends) {
    if (offset == kEarliest) {
      return Illegal(fmt::format(
          "ending offset for {} can't be earliest for batch queries on Kafka", ToString(partition)));
    }
  }
  return Ends(std::move(ends));
}

/// The options of a stream that starts where the table does.
base::Result<KafkaSourceOptions> StartOf(const connector::Options& options) {
  connector::Options stream;
  for (const auto& [name, value] : options.All()) {
    const std::string lower = LowerAscii(name);
    if (lower == "endingoffsets" || lower == "path") continue;
    if (lower == "maxoffsetspertrigger" || lower == "minoffsetspertrigger" ||
        lower == "maxtriggerdelay") {
      base::LogWarn(fmt::format("kafka: option \"{}\" is for streams, a batch ignores it", name));
      continue;
    }
    stream.Set(name, value);
  }
  if (!stream.Has("startingOffsets") && !stream.Has("startingOffsetsByTimestamp") &&
      !stream.Has("startingTimestamp")) {
    stream.Set("startingOffsets", "earliest");
  }
  if (!stream.Has("groupIdPrefix") && !stream.Has("kafka.group.id")) {
    stream.Set("groupIdPrefix", "spark-kafka-relation");
  }
  MILLRACE_ASSIGN_OR_RETURN(KafkaSourceOptions parsed, KafkaSourceOptions::Parse(stream));
  if (parsed.start.kind == StartingPosition::Kind::kLatest) {
    return Illegal("starting offset can't be latest for batch queries on Kafka");
  }
  if (parsed.start.kind == StartingPosition::Kind::kOffsets) {
    for (const auto& [partition, offset] : parsed.start.values) {
      if (offset == kLatest) {
        return Illegal(fmt::format("startingOffsets for {} can't be latest for batch queries on Kafka",
                                   ToString(partition)));
      }
    }
  }
  return parsed;
}

Status DoNotMatch(const std::set<TopicPartition>& specified,
                  const std::set<TopicPartition>& assigned) {
  return Status::InvalidArgument(
             fmt::format("Partitions specified for Kafka start offsets don't match what are "
                         "assigned. Maybe topic partitions are created \nor deleted while the query "
                         "is running. Use -1 for latest, -2 for earliest.\nSpecified: {} Assigned: "
                         "{}",
                         FormatSet(specified), FormatSet(assigned)))
      .WithSparkError({"KafkaIllegalStateException",
                       "KAFKA_START_OFFSET_DOES_NOT_MATCH_ASSIGNED",
                       "",
                       {{"specifiedPartitions", FormatSet(specified)},
                        {"assignedPartitions", FormatSet(assigned)}}});
}

Status StartBehindEnd(const TopicPartition& partition, std::int64_t start, std::int64_t end) {
  return Status::InvalidArgument(
             fmt::format("The specified start offset {} is greater than the end offset {} for topic "
                         "{} partition {}.",
                         start, end, partition.topic, partition.partition))
      .WithSparkError({"KafkaIllegalArgumentException",
                       "UNRESOLVED_START_OFFSET_GREATER_THAN_END_OFFSET",
                       "",
                       {{"offsetType", "offset"},
                        {"startOffset", std::to_string(start)},
                        {"endOffset", std::to_string(end)},
                        {"topic", partition.topic},
                        {"partition", std::to_string(partition.partition)}}});
}

/// Asks the brokers when its partitions are first asked for; they stay as they are then.
class KafkaTable : public connector::Table {
 public:
  KafkaTable(KafkaSourceOptions options, std::optional<Offsets> ends, int parallelism)
      : options_(std::move(options)),
        ends_(std::move(ends)),
        parallelism_(parallelism),
        schema_(KafkaSchema(options_.include_headers)),
        description_(fmt::format("KafkaV2[{}]", options_.subscription.description())) {}

  const StructType& schema() const override { return schema_; }
  std::string description() const override { return description_; }

  base::Result<std::vector<connector::InputPartition>> PlanPartitions(
      std::stop_token stop) override {
    std::lock_guard lock(mutex_);
    if (source_ == nullptr) {
      connector::SourceContext context;
      context.file_system = &memory_;
      context.metadata_path = "/sources/0";
      context.query_name = "batch";
      context.parallelism = parallelism_;
      MILLRACE_ASSIGN_OR_RETURN(auto source, KafkaSource::Create(std::move(context), options_));
      MILLRACE_ASSIGN_OR_RETURN(partitions_, Plan(*source, stop));
      source_ = std::move(source);
    }
    return partitions_;
  }

  base::Result<std::unique_ptr<connector::PartitionReader>> OpenReader(
      const connector::InputPartition& partition, const std::vector<int>& columns) override {
    return source_->OpenReader(partition, columns);
  }

 private:
  base::Result<std::vector<connector::InputPartition>> Plan(KafkaSource& source,
                                                            std::stop_token stop) const {
    MILLRACE_ASSIGN_OR_RETURN(const auto start, source.InitialOffset(stop));
    MILLRACE_ASSIGN_OR_RETURN(
        const auto latest, source.LatestOffset(start, connector::ReadLimit::kAllAvailable, stop));
    if (!start || !latest) return std::vector<connector::InputPartition>();
    MILLRACE_ASSIGN_OR_RETURN(Offsets end, ParseOffsets(latest->json));
    if (ends_) {
      const auto assigned = PartitionsOf(end);
      if (PartitionsOf(*ends_) != assigned) {
        return DoNotMatch(PartitionsOf(*ends_), assigned);
      }
      for (const auto& [partition, offset] : *ends_) {
        if (offset != kLatest) end[partition] = offset;
      }
    }
    MILLRACE_ASSIGN_OR_RETURN(const Offsets begin, ParseOffsets(start->json));
    for (const auto& [partition, offset] : begin) {
      const auto last = end.find(partition);
      if (last == end.end() || offset <= last->second) continue;
      return StartBehindEnd(partition, offset, last->second);
    }
    return source.PlanPartitions(start, Offset{FormatOffsets(end)}, stop);
  }

  const KafkaSourceOptions options_;
  const std::optional<Offsets> ends_;
  const int parallelism_;
  const StructType schema_;
  const std::string description_;
  std::mutex mutex_;  // Protects what follows, until source_ is there.
  fs::MemoryFileSystem memory_;  // Where the source keeps its initial offsets.
  std::unique_ptr<KafkaSource> source_;
  std::vector<connector::InputPartition> partitions_;
};

}  // namespace

base::Result<std::shared_ptr<connector::Table>> KafkaTableProvider::Open(
    connector::TableContext context) const {
  if (context.user_schema) {
    return Illegal("requirement failed: Kafka source has a fixed schema and cannot be set with a "
                   "custom one");
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto ends, EndingOffsets(context.options));
  MILLRACE_ASSIGN_OR_RETURN(KafkaSourceOptions options, StartOf(context.options));
  return std::shared_ptr<connector::Table>(
      std::make_shared<KafkaTable>(std::move(options), ends, context.parallelism));
}

}  // namespace millrace::sources::kafka
