#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "clients/python_worker/python_function.h"
#include "clients/python_worker/worker_process.h"

namespace millrace::clients::python_worker {

/// A worker that opens a Spark Connect session of its own with the client's session id.
struct SessionWorkerConfig {
  PythonFunction function;
  std::string session_id;
  std::string connect_url;  ///< "sc://127.0.0.1:15002/;user_id=me", without the session id.
  std::chrono::milliseconds start_timeout = std::chrono::minutes(5);
};

/// Which of PySpark's workers it is.
struct SessionWorkerKind {
  std::string name;    ///< For messages: "foreachBatch worker".
  std::string module;  ///< Of pyspark.sql.connect.streaming.worker.
  /// Lines of its output that begin so are not passed on: they tell the URL, which has the token.
  std::string drop_output_prefix;
};

/// Has read the function and is ready for what it is to do with it.
/// STREAMING_PYTHON_RUNNER_INITIALIZATION_* as Spark's otherwise.
base::Result<std::unique_ptr<WorkerProcess>> StartSessionWorker(const SessionWorkerKind& kind,
                                                                const SessionWorkerConfig& config,
                                                                std::stop_token stop);

/// Waits for the answer to what was sent: Ok, or PythonException with the traceback, behind `what`
/// ("Found error inside ..."). Unavailable when the process is gone.
base::Status ReceiveOutcome(WorkerProcess* process, std::string_view what, std::stop_token stop);

}  // namespace millrace::clients::python_worker
