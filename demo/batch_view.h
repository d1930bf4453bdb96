#pragma once

#include <cstdint>
#include <string>

#include "event_feed.h"
#include "millrace/progress.h"

namespace millrace::demo {

/// Prints a row for each batch as it is committed.
class BatchView : public StreamingQueryListener {
 public:
  /// `feed` outlives the view.
  explicit BatchView(EventFeed* feed) : feed_(feed) {}
  void onQueryProgress(const QueryProgressEvent& event) override;
  std::int64_t events() const { return events_; }

 private:
  EventFeed* feed_;
  std::int64_t events_ = 0;
  bool header_printed_ = false;
};

}  // namespace millrace::demo
