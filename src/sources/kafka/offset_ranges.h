#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sources/kafka/kafka_offsets.h"

namespace millrace::sources::kafka {

/// Offsets [start, end) of one partition.
struct OffsetRange {
  TopicPartition partition;
  std::int64_t start = 0;
  std::int64_t end = 0;

  std::int64_t size() const { return end - start; }
  friend bool operator==(const OffsetRange&, const OffsetRange&) = default;
};

/// Where a batch of at most about `limit` offsets should end (`maxOffsetsPerTrigger`). Each
/// partition gets a share in proportion to what it has, at least one offset; those without new
/// data, or whose start is unknown, keep `latest`. As Spark's KafkaMicroBatchStream, in double
/// arithmetic.
Offsets LimitOffsets(std::int64_t limit, const Offsets& start, const Offsets& latest);

/// What `minPartitions` and `maxRecordsPerPartition` make of the ranges of a batch: empty ones are
/// dropped, large ones cut. As Spark's KafkaOffsetRangeCalculator.
struct RangeSplitting {
  std::optional<std::int32_t> min_partitions;
  std::optional<std::int64_t> max_records_per_partition;
};
std::vector<OffsetRange> SplitRanges(const std::vector<OffsetRange>& ranges,
                                     const RangeSplitting& splitting);

}  // namespace millrace::sources::kafka
