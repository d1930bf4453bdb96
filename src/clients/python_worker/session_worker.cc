#include "clients/python_worker/session_worker.h"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "clients/python_worker/frames.h"

namespace millrace::clients::python_worker {
namespace {

using base::Result;
using base::Status;

/// As `python -m`, with which pyspark-client 4.2 ends at once: it takes a main module without a file
/// for a doctest. With the uploaded files on the path and where SparkFiles looks, which only the
/// whole of PySpark has.
constexpr const char* kRunModule = R"(
import os, runpy, sys
module, directory, *includes = sys.argv[1:]
__file__ = module
del sys.argv[1:]
if directory:
    sys.path[1:1] = [directory] + [os.path.join(directory, include) for include in includes]
    try:
        from pyspark.core.files import SparkFiles
        SparkFiles._root_directory = directory
        SparkFiles._is_running_on_worker = True
    except ImportError:
        pass
runpy.run_module(module, run_name="__main__", alter_sys=True)
)";

Status StartFailure(std::string_view condition, std::string text, std::string_view cause,
                    std::map<std::string, std::string> parameters) {
  const std::string name = fmt::format("STREAMING_PYTHON_RUNNER_INITIALIZATION_{}", condition);
  parameters["msg"] = cause;
  return Status::Unavailable(
             fmt::format("[{}] {} Cause: {} SQLSTATE: XXKST", name, text, cause))
      .WithSparkError({"StreamingPythonRunnerInitializationException", name, "XXKST",
                       std::move(parameters)});
}

}  // namespace

Status PythonFailure(std::string_view message, std::string_view traceback) {
  return Status::InvalidArgument(
             fmt::format("[PYTHON_EXCEPTION] {}: {} SQLSTATE: 38000", message, traceback))
      .WithSparkError({"PythonException",
                       "PYTHON_EXCEPTION",
                       "38000",
                       {{"msg", std::string(message)}, {"traceback", std::string(traceback)}}});
}

Result<std::unique_ptr<WorkerProcess>> StartSessionWorker(const SessionWorkerKind& kind,
                                                          const SessionWorkerConfig& config,
                                                          std::stop_token stop) {
  Launch launch;
  launch.name = kind.name;
  launch.python = config.function.python;
  const PythonFunction& function = config.function;
  launch.arguments = {"-c", kRunModule, "pyspark.sql.connect.streaming.worker." + kind.module,
                      function.files_directory};
  launch.arguments.insert(launch.arguments.end(), function.includes.begin(),
                          function.includes.end());
  launch.environment = {{"SPARK_CONNECT_LOCAL_URL", config.connect_url}};
  launch.drop_output_prefix = kind.drop_output_prefix;
  const auto deadline = std::chrono::steady_clock::now() + config.start_timeout;
  auto started = WorkerProcess::Start(launch, stop);
  if (!started.ok()) {
    if (started.status().code() == base::StatusCode::kCancelled) return started.status();
    return StartFailure("COMMUNICATION_FAILURE",
                        "Streaming Runner initialization failed during initial config "
                        "communication.",
                        started.status().message(), {});
  }
  std::unique_ptr<WorkerProcess> process = *std::move(started);
  std::string hello;
  AppendText(&hello, config.function.python_version);
  AppendText(&hello, config.session_id);
  AppendText(&hello, config.function.command);
  MILLRACE_RETURN_IF_ERROR(process->Send(hello, stop).status());
  const auto answer = process->ReceiveInt(deadline, stop);
  if (!answer.ok()) {
    if (answer.status().code() == base::StatusCode::kCancelled) return answer.status();
    const bool late = std::chrono::steady_clock::now() >= deadline;
    return StartFailure(late ? "TIMEOUT_FAILURE" : "COMMUNICATION_FAILURE",
                        late ? "Streaming Runner initialization failed. Socket connection timeout."
                             : "Streaming Runner initialization failed during initial config "
                               "communication.",
                        answer.status().message(), {});
  }
  if (*answer != 0) {
    std::string cause;
    if (*answer == kExceptionThrown) {
      MILLRACE_ASSIGN_OR_RETURN(cause, process->ReceiveText(deadline, stop));
    }
    return StartFailure(
        "FAILURE", fmt::format("Streaming Runner initialization failed, returned {}.", *answer),
        cause, {{"resFromPython", std::to_string(*answer)}});
  }
  return process;
}

Status ReceiveOutcome(WorkerProcess* process, std::string_view what, std::stop_token stop) {
  MILLRACE_ASSIGN_OR_RETURN(const std::int32_t answer, process->ReceiveInt({}, stop));
  if (answer == 0) return Status::Ok();
  if (answer != kExceptionThrown) {
    return Status::Unavailable(
        fmt::format("process {} of a Python worker answered {}", process->pid(), answer));
  }
  MILLRACE_ASSIGN_OR_RETURN(const std::string traceback, process->ReceiveText({}, stop));
  return PythonFailure(what, traceback);
}

}  // namespace millrace::clients::python_worker
