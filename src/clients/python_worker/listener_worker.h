#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string_view>

#include "base/result.h"
#include "base/status.h"
#include "clients/python_worker/session_worker.h"

namespace millrace::clients::python_worker {

/// As the worker numbers them.
enum class QueryEvent : std::int32_t { kStarted = 0, kProgress = 1, kIdle = 2, kTerminated = 3 };

/// PySpark's worker of a listener that was pickled by its client
/// (pyspark/sql/connect/streaming/worker/listener_worker.py, the same in 4.0, 4.1 and 4.2): one
/// process for a listener. One thread at a time.
class ListenerWorker {
 public:
  static base::Result<std::unique_ptr<ListenerWorker>> Start(const SessionWorkerConfig& config,
                                                             std::stop_token stop);

  /// Calls the listener's method for this event, which `json` holds, and waits for it.
  /// PythonException with the traceback when it raised one: the worker goes on; Unavailable when the
  /// process is gone.
  base::Status Tell(QueryEvent event, std::string_view json, std::stop_token stop);

  int pid() const { return process_->pid(); }

 private:
  explicit ListenerWorker(std::unique_ptr<WorkerProcess> process) : process_(std::move(process)) {}

  const std::unique_ptr<WorkerProcess> process_;
};

}  // namespace millrace::clients::python_worker
