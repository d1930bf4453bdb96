#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "connect/operation.h"

namespace millrace::connect {

/// While it lives, the client hears every now and then that its query runs: ExecutionProgress, on
/// which PySpark calls its progress handlers. The query is one stage of one task.
class ProgressReporter {
 public:
  /// Spark's spark.connect.progress.reportInterval.
  static constexpr std::chrono::milliseconds kInterval{2000};

  /// `operation` outlives it.
  explicit ProgressReporter(Operation* operation, std::chrono::milliseconds interval = kInterval);
  ~ProgressReporter();
  /// No more of them; when there were some, a last one says that all is done.
  base::Status Finish();

 private:
  void Run(std::stop_token stop, std::chrono::milliseconds interval);

  Operation* const operation_;
  bool reported_ = false;  // The thread's until it is joined.
  std::jthread thread_;
};

}  // namespace millrace::connect
