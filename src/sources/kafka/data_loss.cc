#include "sources/kafka/data_loss.h"

#include <map>

#include <fmt/format.h>

namespace millrace::sources::kafka {

namespace {

using base::Status;

/// What Spark puts in front of each reason.
constexpr std::string_view kPreamble =
    "Some data may have been lost because they are not available in Kafka any more;\n"
    "either the data was aged out by Kafka or the topic may have been deleted before all the data "
    "in "
    "the\n"
    "topic was processed.\n"
    "If you don't want your streaming query to fail on such cases, set the source option "
    "failOnDataLoss to false.\n"
    "Reason:";

Status Loss(std::string_view subclass, std::string reason,
            std::map<std::string, std::string> parameters) {
  return Status::DataLoss(fmt::format("{} {}", kPreamble, reason))
      .WithSparkError({.exception_class = "KafkaIllegalStateException",
                       .condition = fmt::format("KAFKA_DATA_LOSS.{}", subclass),
                       .sql_state = "22000",
                       .parameters = std::move(parameters)});
}

Status IllegalState(std::string_view condition, std::string message,
                    std::map<std::string, std::string> parameters) {
  return Status::InvalidArgument(std::move(message))
      .WithSparkError({.exception_class = "KafkaIllegalStateException",
                       .condition = std::string(condition),
                       .sql_state = "",
                       .parameters = std::move(parameters)});
}

/// `Map(a-0 -> 5)`, as Scala prints one.
std::string FormatMap(const Offsets& offsets) {
  std::string text = "Map(";
  for (const auto& [partition, offset] : offsets) {
    if (text.size() > 4) text += ", ";
    text += fmt::format("{} -> {}", ToString(partition), offset);
  }
  return text + ")";
}

}  // namespace

Status AddedPartitionDoesNotStartFromZero(const TopicPartition& partition, std::int64_t start) {
  return Loss(
      "ADDED_PARTITION_DOES_NOT_START_FROM_OFFSET_ZERO",
      fmt::format("Added partition {} starts from {} instead of 0.", ToString(partition), start),
      {{"topicPartition", ToString(partition)}, {"startOffset", std::to_string(start)}});
}

Status CouldNotReadOffsetRange(std::int64_t start, std::int64_t end,
                               const TopicPartition& partition, const std::string& group_id) {
  return Loss("COULD_NOT_READ_OFFSET_RANGE",
              fmt::format("Could not read records in offset [{}, {}) for topic partition {}\n"
                          "with consumer group {}.",
                          start, end, ToString(partition), group_id),
              {{"startOffset", std::to_string(start)},
               {"endOffset", std::to_string(end)},
               {"topicPartition", ToString(partition)},
               {"groupId", group_id}});
}

Status InitialOffsetNotFound(const std::set<TopicPartition>& partitions) {
  return Loss("INITIAL_OFFSET_NOT_FOUND_FOR_PARTITIONS",
              fmt::format("Cannot find initial offsets for partitions {}. They may have been "
                          "deleted.",
                          FormatSet(partitions)),
              {{"partitions", FormatSet(partitions)}});
}

Status PartitionsDeleted(const std::set<TopicPartition>& partitions, bool group_id_set) {
  const std::string set = FormatSet(partitions);
  if (!group_id_set) {
    return Loss("PARTITIONS_DELETED", fmt::format("Partitions {} have been deleted.", set),
                {{"partitions", set}});
  }
  return Loss(
      "PARTITIONS_DELETED_AND_GROUP_ID_CONFIG_PRESENT",
      fmt::format(
          "Partitions {} have been deleted.\n"
          "Kafka option 'kafka.group.id' has been set on this query, it is\n"
          "not recommended to set this option. This option is unsafe to use since multiple "
          "concurrent\n"
          "queries or sources using the same group id will interfere with each other as they are "
          "part\n"
          "of the same consumer group. Restarted queries may also suffer interference from the\n"
          "previous run having the same group id. The user should have only one query per group "
          "id,\n"
          "and/or set the option 'kafka.session.timeout.ms' to be very small so that the Kafka\n"
          "consumers from the previous query are marked dead by the Kafka group coordinator before "
          "the\n"
          "restarted query starts running.",
          set),
      {{"partitions", set}, {"groupIdConfig", "group.id"}});
}

Status PartitionOffsetChanged(const TopicPartition& partition, std::int64_t before,
                              std::int64_t now) {
  return Loss(
      "PARTITION_OFFSET_CHANGED",
      fmt::format("Partition {} offset was changed from {} to {}.\n"
                  "This could be either 1) a user error that the start offset is set beyond "
                  "available offset when starting query, or 2) the kafka topic-partition is "
                  "deleted and re-created.",
                  ToString(partition), before, now),
      {{"topicPartition", ToString(partition)},
       {"prevOffset", std::to_string(before)},
       {"newOffset", std::to_string(now)}});
}

std::string ReasonOf(const Status& loss) {
  const std::size_t preamble = loss.message().find(kPreamble);
  if (preamble == std::string::npos) return loss.message();
  return loss.message().substr(preamble + kPreamble.size() + 1);
}

Status StartOffsetsDoNotMatch(const std::set<TopicPartition>& specified,
                              const std::set<TopicPartition>& assigned) {
  return Status::InvalidArgument(
             fmt::format("assertion failed: If startingOffsets contains specific offsets, you must "
                         "specify all TopicPartitions.\nUse -1 for latest, -2 for earliest, if you "
                         "don't care.\nSpecified: {} Assigned: {}",
                         FormatSet(specified), FormatSet(assigned)))
      .WithSparkError({.exception_class = "AssertionError"});
}

Status StartTimestampsDoNotMatch(const std::set<TopicPartition>& specified,
                                 const std::set<TopicPartition>& assigned) {
  return IllegalState(
      "KAFKA_TIMESTAMP_OFFSET_DOES_NOT_MATCH_ASSIGNED",
      fmt::format(
          "Partitions specified for Kafka timestamp based start offsets don't match what are "
          "assigned. Maybe topic partitions are created \nor deleted while the query is "
          "running, or you didn't specify all the partitions.\nSpecified: {} Assigned: {}",
          FormatSet(specified), FormatSet(assigned)),
      {{"position", "start"},
       {"specifiedPartitions", FormatSet(specified)},
       {"assignedPartitions", FormatSet(assigned)}});
}

Status PartitionsLostUnderAvailableNow(const std::set<TopicPartition>& latest,
                                       const std::set<TopicPartition>& end) {
  return Status::DataLoss(
             fmt::format(
                 "Some of partitions in Kafka topic(s) have been lost during running query "
                 "with Trigger.AvailableNow. The error could be transient - restart your "
                 "query, and report if you still see the same issue.\n"
                 "topic-partitions for latest offset: {}, topic-partitions for end offset: {}",
                 FormatSet(latest), FormatSet(end)))
      .WithSparkError({.exception_class = "SparkException",
                       .condition = "LOST_TOPIC_PARTITIONS_IN_END_OFFSET_WITH_TRIGGER_AVAILABLENOW",
                       .sql_state = "",
                       .parameters = {{"tpsForLatestOffset", FormatSet(latest)},
                                      {"tpsForEndOffset", FormatSet(end)}}});
}

Status OffsetsShrankUnderAvailableNow(const Offsets& latest, const Offsets& end) {
  return Status::DataLoss(
             fmt::format(
                 "Some of partitions in Kafka topic(s) report available offset which is less "
                 "than end offset during running query with Trigger.AvailableNow. The error "
                 "could be transient - restart your query, and report if you still see the "
                 "same issue.\nlatest offset: {}, end offset: {}",
                 FormatMap(latest), FormatMap(end)))
      .WithSparkError(
          {.exception_class = "SparkException",
           .condition = "END_OFFSET_HAS_GREATER_OFFSET_FOR_TOPIC_PARTITION_THAN_LATEST_"
                        "WITH_TRIGGER_AVAILABLENOW",
           .sql_state = "",
           .parameters = {{"latestOffset", FormatMap(latest)}, {"endOffset", FormatMap(end)}}});
}

}  // namespace millrace::sources::kafka
