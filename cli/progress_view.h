#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "millrace/progress.h"
#include "millrace/streaming.h"

namespace millrace::cli {

/// Tells on standard error, a terminal, how the running queries get on: a line for each query, at
/// most one a second, and none while nothing comes. Thread-safe.
class ProgressView : public StreamingQueryListener {
 public:
  void onQueryStarted(const QueryStartedEvent& event) override;
  void onQueryProgress(const QueryProgressEvent& event) override;
  void onQueryTerminated(const QueryTerminatedEvent& event) override;

 private:
  struct Seen {
    std::string name;
    std::chrono::steady_clock::time_point printed{};
    long long rows = 0;
    long long rows_since = 0;
  };

  std::mutex mutex_;  // Protects what follows.
  std::map<std::string, Seen> queries_;  // By run id.
};

}  // namespace millrace::cli
