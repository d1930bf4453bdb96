#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "clients/kafka/admin.h"
#include "clients/kafka/topic_partition.h"

namespace millrace::sources::kafka {

using clients::kafka::Offsets;
using clients::kafka::TopicPartition;

/// Spark's text of a place in Kafka: `{"a":{"0":23,"1":345},"b":{"0":0}}`, compact, topics and
/// partitions ascending. The number is the next offset to read.
std::string FormatOffsets(const Offsets& offsets);

/// Any order and spacing. InvalidArgument with Spark's text (`Expected e.g. {...}, got ...`).
base::Result<Offsets> ParseOffsets(std::string_view json);

/// The same shape with times in milliseconds; Spark's text of its own.
base::Result<Offsets> ParseTimestamps(std::string_view json);

/// `{"topicA":[0,1],"topicB":[2,4]}`, in the order given. InvalidArgument with Spark's text.
base::Result<std::vector<TopicPartition>> ParsePartitions(std::string_view json);

/// `Set(a-0, a-1)`: how Scala prints one, and so how Spark's messages show partitions.
std::string FormatSet(const std::set<TopicPartition>& partitions);
std::set<TopicPartition> PartitionsOf(const Offsets& offsets);

}  // namespace millrace::sources::kafka
