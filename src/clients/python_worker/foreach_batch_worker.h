#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string_view>

#include "base/result.h"
#include "base/status.h"
#include "clients/python_worker/session_worker.h"

namespace millrace::clients::python_worker {

/// PySpark's worker of foreachBatch (pyspark/sql/connect/streaming/worker/foreach_batch_worker.py,
/// the same in 4.0, 4.1 and 4.2): one process for a query. It takes each batch as a DataFrame that
/// the server keeps under an id. One thread at a time.
class ForeachBatchWorker {
 public:
  /// Ready to run batches.
  static base::Result<std::unique_ptr<ForeachBatchWorker>> Start(const SessionWorkerConfig& config,
                                                                 std::stop_token stop);

  /// Calls the function with the DataFrame `dataframe_id` of the session and waits for it.
  /// PythonException with the traceback when it raised one; Unavailable when the process is gone.
  /// After a failure the worker is of no use any more.
  base::Status RunBatch(std::string_view dataframe_id, std::int64_t batch_id, std::stop_token stop);

 private:
  explicit ForeachBatchWorker(std::unique_ptr<WorkerProcess> process)
      : process_(std::move(process)) {}

  const std::unique_ptr<WorkerProcess> process_;
};

}  // namespace millrace::clients::python_worker
