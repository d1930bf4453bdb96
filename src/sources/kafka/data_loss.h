#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "base/status.h"
#include "sources/kafka/kafka_offsets.h"

namespace millrace::sources::kafka {

/// Records that were promised and are gone: what `failOnDataLoss` decides about. Each is a DataLoss
/// with Spark's condition KAFKA_DATA_LOSS.* (22000) and text.
base::Status AddedPartitionDoesNotStartFromZero(const TopicPartition& partition,
                                                std::int64_t start);
base::Status CouldNotReadOffsetRange(std::int64_t start, std::int64_t end,
                                     const TopicPartition& partition, const std::string& group_id);
base::Status InitialOffsetNotFound(const std::set<TopicPartition>& partitions);
/// `group_id_set`: the user set kafka.group.id, which Spark then blames as well.
base::Status PartitionsDeleted(const std::set<TopicPartition>& partitions, bool group_id_set);
base::Status PartitionOffsetChanged(const TopicPartition& partition, std::int64_t before,
                                    std::int64_t now);

/// What such a status says beyond Spark's words that all of them begin with.
std::string ReasonOf(const base::Status& loss);

/// Offsets given for other partitions than those that exist. A streaming query of Spark has a bare
/// assertion for the one and KAFKA_TIMESTAMP_OFFSET_DOES_NOT_MATCH_ASSIGNED for the other.
base::Status StartOffsetsDoNotMatch(const std::set<TopicPartition>& specified,
                                    const std::set<TopicPartition>& assigned);
base::Status StartTimestampsDoNotMatch(const std::set<TopicPartition>& specified,
                                       const std::set<TopicPartition>& assigned);

/// The end that Trigger.AvailableNow fixed cannot be had any more.
base::Status PartitionsLostUnderAvailableNow(const std::set<TopicPartition>& latest,
                                             const std::set<TopicPartition>& end);
base::Status OffsetsShrankUnderAvailableNow(const Offsets& latest, const Offsets& end);

}  // namespace millrace::sources::kafka
