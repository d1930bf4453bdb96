#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "session/running_query.h"

namespace millrace::connect {

/// The streaming queries that a session has started, so that they can be asked about after their
/// end too. Thread-safe.
class QueryCache {
 public:
  void Add(std::shared_ptr<session::RunningQuery> query);
  /// CONNECT_INVALID_PLAN.STREAMING_QUERY_NOT_FOUND, STREAMING_QUERY_RUN_ID_MISMATCH.
  base::Result<std::shared_ptr<session::RunningQuery>> Find(const std::string& id,
                                                            const std::string& run_id);
  /// Drops those that ended and that nobody has asked about for `age`.
  void Forget(std::chrono::milliseconds age);

 private:
  struct Entry {
    std::shared_ptr<session::RunningQuery> query;
    std::chrono::steady_clock::time_point last_used;
  };
  std::mutex mutex_;  // Protects entries_.
  std::vector<Entry> entries_;
};

}  // namespace millrace::connect
