#include "python_functions.h"

#include <mutex>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/random.h"
#include "base/uuid.h"
#include "clients/python_worker/foreach_batch_worker.h"
#include "clients/python_worker/listener_worker.h"
#include "python_child.h"
#include "sinks/foreach/foreach_batch_sink.h"
#include "sinks/foreach/python_foreach.h"

namespace millrace::cli {
namespace {

using clients::python_worker::ForeachBatchWorker;
using clients::python_worker::ListenerWorker;
using clients::python_worker::PythonFunction;
using clients::python_worker::QueryEvent;
using clients::python_worker::SessionWorkerConfig;
using Provider = std::shared_ptr<const connector::SinkProvider>;

constexpr const char* kUnpack = R"(
import sys, tarfile, zipfile
archive, folder = sys.argv[1:]
if archive.partition("#")[0].endswith((".zip", ".jar")):
    zipfile.ZipFile(archive).extractall(folder)
else:
    tarfile.open(archive).extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
)";

SessionWorkerConfig WorkerConfig(const connect::FunctionContext& context,
                                 const PythonFunction& function) {
  SessionWorkerConfig config;
  config.function = function;
  config.session_id = context.session_id;
  config.connect_url = context.connect_url;
  return config;
}

/// The function of one query; its worker starts with the first batch and ends with the query.
class BatchCalls {
 public:
  BatchCalls(connect::FunctionContext context, PythonFunction function)
      : context_(std::move(context)), function_(std::move(function)) {}

  base::Status Run(std::shared_ptr<connector::Table> rows, std::int64_t batch_id,
                   std::stop_token stop) {
    const auto session = context_.session.lock();
    if (session == nullptr) return base::Status::Cancelled("the session has ended");
    if (worker_ == nullptr) {
      MILLRACE_ASSIGN_OR_RETURN(
          worker_, ForeachBatchWorker::Start(WorkerConfig(context_, function_), stop));
    }
    const std::string id = base::Uuid::Random(base::Random::System()).ToString();
    session->KeepRemote(id, std::move(rows));
    base::Status ran = worker_->RunBatch(id, batch_id, stop);
    session->ForgetRemote(id);
    if (!ran.ok()) worker_.reset();
    return ran;
  }

 private:
  const connect::FunctionContext context_;
  const PythonFunction function_;
  std::unique_ptr<ForeachBatchWorker> worker_;
};

class PythonListener : public connect::ListenerFunction {
 public:
  explicit PythonListener(std::unique_ptr<ListenerWorker> worker) : worker_(std::move(worker)) {}
  base::Status Tell(Kind kind, const std::string& json, std::stop_token stop) override {
    return worker_->Tell(EventOf(kind), json, std::move(stop));
  }

 private:
  static QueryEvent EventOf(Kind kind) {
    switch (kind) {
      case Kind::kStarted:
        return QueryEvent::kStarted;
      case Kind::kProgress:
        return QueryEvent::kProgress;
      case Kind::kIdle:
        return QueryEvent::kIdle;
      case Kind::kTerminated:
        break;
    }
    return QueryEvent::kTerminated;
  }

  const std::unique_ptr<ListenerWorker> worker_;
};

class PythonFunctions : public connect::StreamFunctions {
 public:
  explicit PythonFunctions(std::string python) : python_(std::move(python)) {}

  base::Result<Provider> ForeachBatch(const connect::FunctionContext& context,
                                      const plan::expression::PythonUdf& function) override {
    MILLRACE_ASSIGN_OR_RETURN(PythonFunction made, Make(context, function));
    auto calls = std::make_shared<BatchCalls>(context, std::move(made));
    return Provider(sinks::foreach::MakeForeachBatchSink(
        [calls](std::shared_ptr<connector::Table> rows, std::int64_t batch_id,
                std::stop_token stop) {
          return calls->Run(std::move(rows), batch_id, std::move(stop));
        }));
  }

  base::Result<Provider> ForeachWriter(const connect::FunctionContext& context,
                                       const plan::expression::PythonUdf& function) override {
    MILLRACE_ASSIGN_OR_RETURN(PythonFunction made, Make(context, function));
    return Provider(sinks::foreach::MakePythonForeachSink(std::move(made)));
  }

  base::Result<std::unique_ptr<connect::ListenerFunction>> Listener(
      const connect::FunctionContext& context, const plan::expression::PythonUdf& function,
      std::stop_token stop) override {
    MILLRACE_ASSIGN_OR_RETURN(const PythonFunction made, Make(context, function));
    MILLRACE_ASSIGN_OR_RETURN(
        auto worker, ListenerWorker::Start(WorkerConfig(context, made), std::move(stop)));
    return std::unique_ptr<connect::ListenerFunction>(
        std::make_unique<PythonListener>(std::move(worker)));
  }

  base::Status Unpack(const std::string& file, const std::string& to) override {
    MILLRACE_ASSIGN_OR_RETURN(const std::string python, CheckedPython());
    return RunPython(python, kUnpack, {file, to});
  }

 private:
  base::Result<PythonFunction> Make(const connect::FunctionContext& context,
                                    const plan::expression::PythonUdf& function) {
    if (!function.additional_includes.empty()) {
      return base::Status::Unsupported(fmt::format(
          "a Python function with files of its own ({}): put them where the server's Python finds "
          "them (PYTHONPATH)",
          function.additional_includes.front()));
    }
    PythonFunction made;
    made.command = function.command;
    made.python_version = function.python_version;
    made.files_directory = context.files_directory;
    made.includes = context.python_includes;
    MILLRACE_ASSIGN_OR_RETURN(made.python, CheckedPython());
    return made;
  }

  /// Looked up and asked for PySpark until it has it.
  base::Result<std::string> CheckedPython() {
    std::lock_guard lock(mutex_);
    if (!checked_.empty()) return checked_;
    MILLRACE_ASSIGN_OR_RETURN(
        std::string python,
        FindPython(python_.empty() ? std::nullopt : std::optional<std::string>(python_)));
    const base::Status has_pyspark = PySparkCheck(python).Wait();
    if (!has_pyspark.ok()) {
      return base::Status::NotFound("the server's Python cannot run Python functions: " +
                                    has_pyspark.message());
    }
    checked_ = std::move(python);
    return checked_;
  }

  const std::string python_;
  std::mutex mutex_;     // Protects what follows.
  std::string checked_;  // Empty: not yet.
};

}  // namespace

std::shared_ptr<connect::StreamFunctions> MakePythonFunctions(std::string python) {
  return std::make_shared<PythonFunctions>(std::move(python));
}

}  // namespace millrace::cli
