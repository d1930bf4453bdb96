#include "sources/kafka/offset_ranges.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace millrace::sources::kafka {

namespace {

constexpr std::int64_t kMaxLong = std::numeric_limits<std::int64_t>::max();

/// A double as Java's (long) makes it: saturated.
std::int64_t ToLong(double value) {
  if (value >= 9223372036854775808.0) return kMaxLong;
  return static_cast<std::int64_t>(value);
}

/// Pieces that a range of `size` gets when `total` is cut into about `pieces`.
std::int64_t PieceCount(std::int64_t size, std::int64_t total, std::int64_t pieces) {
  const double share =
      static_cast<double>(size) / static_cast<double>(total) * static_cast<double>(pieces);
  return std::max<std::int64_t>(ToLong(std::floor(share + 0.5)), 1);  // Java's Math.round.
}

/// Cuts into equal pieces; the later ones take what division leaves over.
void Cut(const OffsetRange& range, std::int64_t pieces, std::vector<OffsetRange>* out) {
  std::int64_t left = range.size();
  std::int64_t start = range.start;
  for (std::int64_t piece = 0; piece < pieces; ++piece) {
    const std::int64_t size = left / (pieces - piece);
    left -= size;
    const std::int64_t end = std::min(start + size, range.end);
    if (end > start) out->push_back({range.partition, start, end});
    start = end;
  }
}

}  // namespace

Offsets LimitOffsets(std::int64_t limit, const Offsets& start, const Offsets& latest) {
  Offsets sizes;
  double total = 0;
  for (const auto& [partition, end] : latest) {
    const auto begin = start.find(partition);
    if (begin == start.end() || end <= begin->second) continue;
    sizes[partition] = end - begin->second;
    total += static_cast<double>(end - begin->second);
  }
  if (total < 1) return latest;
  Offsets ends = latest;
  for (const auto& [partition, size] : sizes) {
    const std::int64_t begin = start.at(partition);
    const double share = static_cast<double>(limit) * (static_cast<double>(size) / total);
    // A small partition is not starved.
    const std::int64_t count = ToLong(share < 1 ? std::ceil(share) : std::floor(share));
    const std::int64_t end = count > kMaxLong - begin ? kMaxLong : begin + count;
    std::int64_t& latest_end = ends[partition];
    latest_end = std::min(latest_end, end);
  }
  return ends;
}

std::vector<OffsetRange> SplitRanges(const std::vector<OffsetRange>& ranges,
                                     const RangeSplitting& splitting) {
  std::vector<OffsetRange> pieces;
  for (const OffsetRange& range : ranges) {
    if (range.size() <= 0) continue;
    const std::int64_t max_records = splitting.max_records_per_partition.value_or(kMaxLong);
    Cut(range, range.size() > max_records ? (range.size() - 1) / max_records + 1 : 1, &pieces);
  }
  if (!splitting.min_partitions ||
      static_cast<std::int64_t>(pieces.size()) >= *splitting.min_partitions) {
    return pieces;
  }
  const std::int64_t wanted = *splitting.min_partitions;
  std::int64_t total = 0;
  for (const OffsetRange& range : pieces) total += range.size();
  // Ranges that stay whole are left out of the proportion for the others.
  std::set<TopicPartition> whole;
  std::int64_t whole_count = 0;
  std::int64_t whole_total = 0;
  for (const OffsetRange& range : pieces) {
    if (PieceCount(range.size(), total, wanted) != 1) continue;
    whole.insert(range.partition);
    ++whole_count;
    whole_total += range.size();
  }
  const std::int64_t others_wanted = std::max<std::int64_t>(wanted - whole_count, 1);
  std::vector<OffsetRange> result;
  for (const OffsetRange& range : pieces) {
    Cut(range,
        whole.contains(range.partition)
            ? 1
            : PieceCount(range.size(), total - whole_total, others_wanted),
        &result);
  }
  return result;
}

}  // namespace millrace::sources::kafka
