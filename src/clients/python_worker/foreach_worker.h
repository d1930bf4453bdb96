#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/status.h"
#include "clients/python_worker/python_function.h"
#include "clients/python_worker/worker_process.h"

namespace millrace::clients::python_worker {

/// A process that runs pyspark.worker's `main` for one task after the other, as PySpark's daemon
/// does; a task is one partition of one batch, whose function gets an iterator of rows. Speaks the
/// messages of pyspark 4.0, 4.1 and 4.2 (which differ; the worker tells its version). One thread at a
/// time.
class ForeachWorker {
 public:
  static base::Result<std::unique_ptr<ForeachWorker>> Start(const PythonFunction& function,
                                                            std::stop_token stop);

  /// `epoch_id` is the batch's id.
  base::Status BeginTask(std::int64_t partition_id, std::int64_t epoch_id, std::stop_token stop);
  /// `pickled_rows` is a list. PythonException when the function has failed by then.
  base::Status SendRows(std::string_view pickled_rows, std::stop_token stop);
  /// No more rows; waits until the function has returned.
  base::Status EndTask(std::stop_token stop);

  /// Can it run another task? Not after a failure, and not when the function left rows unread.
  bool reusable() const { return reusable_; }
  const std::string& pyspark_version() const { return version_; }
  int pid() const { return process_->pid(); }

 private:
  /// How the messages of a release differ.
  enum class Dialect { k40, k41, k42 };

  ForeachWorker(PythonFunction function, std::unique_ptr<WorkerProcess> process,
                std::string version, Dialect dialect);
  static base::Result<Dialect> DialectOf(std::string_view version);
  std::string TaskHeader(std::int64_t partition_id, std::int64_t epoch_id) const;
  void AppendTaskContext(std::string* out, std::int64_t partition_id, std::int64_t epoch_id) const;
  base::Status Send(std::string_view bytes, std::stop_token stop);
  /// Reads up to the end of the data section; PythonException when there is one.
  base::Status ReadAnswer(std::stop_token stop);

  const PythonFunction function_;
  const std::unique_ptr<WorkerProcess> process_;
  const std::string version_;
  const Dialect dialect_;
  std::int64_t tasks_ = 0;
  bool returned_ = false;  ///< The function has returned, though it has not read all rows.
  bool reusable_ = false;
};

}  // namespace millrace::clients::python_worker
