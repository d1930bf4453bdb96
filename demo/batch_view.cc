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
  if (!header_printed_) {
    std::puts("  batch     events   events/s   batch time   oldest event waited   events in all");
    header_printed_ = true;
  }
  std::chrono::milliseconds waited{0};
  for (const SourceProgress& source : progress.sources) {
    for (int partition = 0; partition < EventFeed::kPartitions; ++partition) {
      const auto age = feed_->AgeOfOldest(partition, OffsetOf(source.startOffset, partition),
                                          OffsetOf(source.endOffset, partition));
      if (age) waited = std::max(waited, *age);
    }
  }
  events_ += progress.numInputRows();
  std::puts(fmt::format("{:>7} {:>10} {:>10.0f} {:>9} ms {:>18} ms {:>15}", progress.batchId,
                        progress.numInputRows(), progress.inputRowsPerSecond(),
                        progress.batchDuration, waited.count(), events_)
                .c_str());
  std::fflush(stdout);
}

}  // namespace millrace::demo
