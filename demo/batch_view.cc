#include "batch_view.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace millrace::demo {
namespace {

/// Offset of one partition in `{"topic":{"0":12}}`.
std::int64_t OffsetOf(const std::optional<std::string>& offsets, int partition) {
  if (!offsets) return 0;
  const auto json = nlohmann::json::parse(*offsets, nullptr, false);
  if (!json.is_object() || json.empty()) return 0;
  return json.begin()->value(std::to_string(partition), std::int64_t{0});
}

}  // namespace

void BatchView::onQueryProgress(const QueryProgressEvent& event) {
  const StreamingQueryProgress& progress = event.progress;
  const Clock::time_point now = Clock::now();
  if (!header_printed_) {
    std::puts(
        "     batches   events   events/s   longest batch   oldest event waited   events in all");
    header_printed_ = true;
    last_row_ = now;
  }
  for (const SourceProgress& source : progress.sources) {
    for (int partition = 0; partition < EventFeed::kPartitions; ++partition) {
      const auto age = feed_->AgeOfOldest(partition, OffsetOf(source.startOffset, partition),
                                          OffsetOf(source.endOffset, partition));
      if (age) second_.waited = std::max(second_.waited, *age);
    }
  }
  if (second_.events == 0) second_.first_batch = progress.batchId;
  second_.last_batch = progress.batchId;
  second_.events += progress.numInputRows();
  second_.longest_ms = std::max(second_.longest_ms, progress.batchDuration);
  events_ += progress.numInputRows();
  if (now - last_row_ >= std::chrono::seconds(1)) PrintSecond(now);
}

void BatchView::onQueryTerminated(const QueryTerminatedEvent&) {
  if (second_.events > 0) PrintSecond(Clock::now());
}

void BatchView::PrintSecond(Clock::time_point now) {
  const std::chrono::duration<double> passed = now - last_row_;
  std::puts(fmt::format("{:>12} {:>8} {:>10.0f} {:>12} ms {:>18} ms {:>15}",
                        fmt::format("{} - {}", second_.first_batch, second_.last_batch),
                        second_.events, static_cast<double>(second_.events) / passed.count(),
                        second_.longest_ms, second_.waited.count(), events_)
                .c_str());
  std::fflush(stdout);
  second_ = {};
  last_row_ = now;
}

}  // namespace millrace::demo
