#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "event_feed.h"
#include "millrace/progress.h"

namespace millrace::demo {

/// Prints a row about the batches of each second, as they are committed.
class BatchView : public StreamingQueryListener {
 public:
  /// `feed` outlives the view.
  explicit BatchView(EventFeed* feed) : feed_(feed) {}
  void onQueryProgress(const QueryProgressEvent& event) override;
  void onQueryTerminated(const QueryTerminatedEvent& event) override;
  std::int64_t events() const { return events_; }

 private:
  using Clock = std::chrono::steady_clock;

  /// The batches since the last row.
  struct Second {
    std::int64_t first_batch = 0;
    std::int64_t last_batch = -1;
    std::int64_t events = 0;
    std::int64_t longest_ms = 0;
    std::chrono::milliseconds waited{0};  ///< From an event's sending to its commit, at most.
  };
  void PrintSecond(Clock::time_point now);

  EventFeed* feed_;
  std::atomic<std::int64_t> events_ = 0;
  Second second_;
  Clock::time_point last_row_;
  bool header_printed_ = false;
};

}  // namespace millrace::demo
