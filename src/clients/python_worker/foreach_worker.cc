#include "clients/python_worker/foreach_worker.h"

#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "clients/python_worker/frames.h"

namespace millrace::clients::python_worker {
namespace {

using base::Result;
using base::Status;

/// PythonEvalType.NON_UDF.
constexpr std::int32_t kNonUdf = 0;

/// pyspark.worker as a module ends after one task.
constexpr const char* kTaskLoop = R"(
import os
from pyspark import worker
from pyspark.serializers import write_int, write_with_length
from pyspark.util import local_connect_and_auth
from pyspark.version import __version__
file, connection = local_connect_and_auth(
    int(os.environ["PYTHON_WORKER_FACTORY_PORT"]), os.environ["PYTHON_WORKER_FACTORY_SECRET"])
connection.settimeout(None)
write_int(os.getpid(), file)
write_with_length(__version__.encode(), file)
file.flush()
try:
    while True:
        worker.main(file, file)
        file.flush()
finally:
    file.flush()
)";

}  // namespace

ForeachWorker::ForeachWorker(PythonFunction function, std::unique_ptr<WorkerProcess> process,
                             std::string version, Dialect dialect)
    : function_(std::move(function)),
      process_(std::move(process)),
      version_(std::move(version)),
      dialect_(dialect) {}

Result<ForeachWorker::Dialect> ForeachWorker::DialectOf(std::string_view version) {
  int major = 0;
  int minor = 0;
  const char* end = version.data() + version.size();
  const auto [point, error] = std::from_chars(version.data(), end, major);
  const bool read = error == std::errc() && point != end &&
                    std::from_chars(point + 1, end, minor).ec == std::errc();
  if (!read || major < 4) {
    return Status::Unsupported(
        fmt::format("foreach worker: pyspark {} is not supported; 4.0 or newer is", version));
  }
  if (major == 4 && minor == 0) return Dialect::k40;
  if (major == 4 && minor == 1) return Dialect::k41;
  return Dialect::k42;
}

Result<std::unique_ptr<ForeachWorker>> ForeachWorker::Start(const PythonFunction& function,
                                                            std::stop_token stop) {
  Launch launch;
  launch.name = "foreach worker";
  launch.python = function.python;
  launch.arguments = {"-c", kTaskLoop};
  MILLRACE_ASSIGN_OR_RETURN(auto process, WorkerProcess::Start(launch, stop));
  const auto deadline = std::chrono::steady_clock::now() + launch.connect_timeout;
  MILLRACE_ASSIGN_OR_RETURN(std::string version, process->ReceiveText(deadline, stop));
  MILLRACE_ASSIGN_OR_RETURN(const Dialect dialect, DialectOf(version));
  return std::unique_ptr<ForeachWorker>(
      new ForeachWorker(function, std::move(process), std::move(version), dialect));
}

void ForeachWorker::AppendTaskContext(std::string* out, std::int64_t partition_id,
                                      std::int64_t epoch_id) const {
  if (dialect_ == Dialect::k42) {
    AppendText(out, fmt::format(R"({{"isBarrier":false,"stageId":0,"partitionId":{},)"
                                R"("attemptNumber":0,"taskAttemptId":{},"cpus":1,"resources":{{}},)"
                                R"("localProperties":{{"streaming.sql.batchId":"{}"}}}})",
                                partition_id, tasks_, epoch_id));
    return;
  }
  AppendBool(out, false);  // Is a barrier task.
  if (dialect_ == Dialect::k40) {
    AppendInt(out, 0);  // The barrier's port and secret.
    AppendText(out, "");
  }
  AppendInt(out, 0);  // Stage.
  AppendInt(out, static_cast<std::int32_t>(partition_id));
  AppendInt(out, 0);  // Attempt.
  AppendLong(out, tasks_);
  AppendInt(out, 1);  // CPUs.
  AppendInt(out, 0);  // Resources.
  AppendInt(out, 1);  // Local properties.
  AppendText(out, "streaming.sql.batchId");
  AppendText(out, std::to_string(epoch_id));
}

std::string ForeachWorker::TaskHeader(std::int64_t partition_id, std::int64_t epoch_id) const {
  std::string out;
  AppendInt(&out, static_cast<std::int32_t>(partition_id));
  AppendText(&out, function_.python_version);
  AppendTaskContext(&out, partition_id, epoch_id);
  AppendText(&out, function_.files_directory);
  AppendInt(&out, static_cast<std::int32_t>(function_.includes.size()));
  for (const std::string& include : function_.includes) AppendText(&out, include);
  AppendBool(&out, false);  // Broadcasts are encrypted.
  AppendInt(&out, 0);      // Broadcasts.
  AppendInt(&out, kNonUdf);
  if (dialect_ == Dialect::k42) {
    AppendInt(&out, 0);  // Settings of the runner.
    AppendInt(&out, 0);  // Settings of the function.
  }
  AppendText(&out, function_.command);
  return out;
}

Status ForeachWorker::BeginTask(std::int64_t partition_id, std::int64_t epoch_id,
                                std::stop_token stop) {
  ++tasks_;
  returned_ = false;
  reusable_ = false;
  return Send(TaskHeader(partition_id, epoch_id), stop);
}

Status ForeachWorker::SendRows(std::string_view pickled_rows, std::stop_token stop) {
  std::string frame;
  AppendText(&frame, pickled_rows);
  return Send(frame, stop);
}

Status ForeachWorker::Send(std::string_view bytes, std::stop_token stop) {
  if (returned_) return Status::Ok();
  MILLRACE_ASSIGN_OR_RETURN(const bool sent, process_->Send(bytes, stop));
  if (sent) return Status::Ok();
  MILLRACE_RETURN_IF_ERROR(ReadAnswer(stop));
  returned_ = true;  // As after an open() that gave False.
  return Status::Ok();
}

Status ForeachWorker::EndTask(std::stop_token stop) {
  std::string end;
  AppendInt(&end, kEndOfDataSection);
  AppendInt(&end, kEndOfStream);
  MILLRACE_RETURN_IF_ERROR(Send(end, stop));
  if (returned_) return Status::Ok();
  MILLRACE_RETURN_IF_ERROR(ReadAnswer(stop));
  MILLRACE_ASSIGN_OR_RETURN(const std::int32_t updates, process_->ReceiveInt({}, stop));
  for (std::int32_t i = 0; i < updates; ++i) {  // Of accumulators, which nobody reads.
    MILLRACE_RETURN_IF_ERROR(process_->ReceiveText({}, stop).status());
  }
  MILLRACE_ASSIGN_OR_RETURN(const std::int32_t last, process_->ReceiveInt({}, stop));
  reusable_ = last == kEndOfStream;
  return Status::Ok();
}

Status ForeachWorker::ReadAnswer(std::stop_token stop) {
  while (true) {
    MILLRACE_ASSIGN_OR_RETURN(const std::int32_t length, process_->ReceiveInt({}, stop));
    if (length == kExceptionThrown) {
      MILLRACE_ASSIGN_OR_RETURN(const std::string traceback, process_->ReceiveText({}, stop));
      return PythonFailure("An exception was thrown from the Python worker", traceback);
    }
    if (length == kTimingData) {
      // Start, ready, end (4.2: and duration) in milliseconds; bytes spilled to memory and disk.
      const std::size_t numbers = (dialect_ == Dialect::k42 ? 4 : 3) + 2;
      MILLRACE_RETURN_IF_ERROR(process_->Receive(numbers * 8, {}, stop).status());
    } else if (length == kEndOfDataSection) {
      return Status::Ok();
    } else if (length >= 0) {  // What the function yields; foreach's yields nothing.
      MILLRACE_RETURN_IF_ERROR(
          process_->Receive(static_cast<std::size_t>(length), {}, stop).status());
    } else {
      return Status::Unavailable(fmt::format("foreach worker: it sent the length {}", length));
    }
  }
}

}  // namespace millrace::clients::python_worker
