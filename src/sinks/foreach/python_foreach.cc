#include "sinks/foreach/python_foreach.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include <arrow/record_batch.h>

#include "clients/python_worker/foreach_worker.h"
#include "clients/python_worker/row_pickler.h"
#include "data/time_zone.h"
#include "sinks/foreach/foreach_sink.h"

namespace millrace::sinks::foreach {
namespace {

using base::Result;
using base::Status;
using clients::python_worker::ForeachWorker;
using clients::python_worker::PythonFunction;

/// Rows in one frame: the worker unpickles a frame at a time.
constexpr std::int64_t kRowsPerFrame = 512;

/// Workers that wait for their next task. Thread-safe.
class Workers {
 public:
  explicit Workers(PythonFunction function) : function_(std::move(function)) {}

  Result<std::unique_ptr<ForeachWorker>> Take(std::stop_token stop) {
    {
      std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<ForeachWorker> worker = std::move(idle_.back());
        idle_.pop_back();
        return worker;
      }
    }
    return ForeachWorker::Start(function_, std::move(stop));
  }

  void GiveBack(std::unique_ptr<ForeachWorker> worker) {
    if (!worker->reusable()) return;
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(worker));
  }

 private:
  const PythonFunction function_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<ForeachWorker>> idle_;
};

/// open, process and close all happen in the worker.
class PythonWriter : public ForeachWriter {
 public:
  PythonWriter(std::shared_ptr<Workers> workers, StructType schema, data::TimeZone zone)
      : workers_(std::move(workers)), schema_(std::move(schema)), zone_(std::move(zone)) {}

  Result<bool> Open(std::int64_t partition_id, std::int64_t epoch_id,
                    std::stop_token stop) override {
    MILLRACE_ASSIGN_OR_RETURN(worker_, workers_->Take(stop));
    MILLRACE_RETURN_IF_ERROR(worker_->BeginTask(partition_id, epoch_id, stop));
    return true;
  }

  Status Process(const arrow::RecordBatch& rows, std::stop_token stop) override {
    for (std::int64_t begin = 0; begin < rows.num_rows(); begin += kRowsPerFrame) {
      const std::int64_t end = std::min(begin + kRowsPerFrame, rows.num_rows());
      MILLRACE_ASSIGN_OR_RETURN(
          const std::string pickled,
          clients::python_worker::PickleRows(schema_, rows, begin, end, zone_));
      MILLRACE_RETURN_IF_ERROR(worker_->SendRows(pickled, stop));
    }
    return Status::Ok();
  }

  Status Close(const Status& error, std::stop_token stop) override {
    // After a failure the worker is in the middle of something, and is killed.
    if (!error.ok()) {
      worker_.reset();
      return Status::Ok();
    }
    MILLRACE_RETURN_IF_ERROR(worker_->EndTask(stop));
    workers_->GiveBack(std::move(worker_));
    return Status::Ok();
  }

 private:
  const std::shared_ptr<Workers> workers_;
  const StructType schema_;
  const data::TimeZone zone_;
  std::unique_ptr<ForeachWorker> worker_;
};

}  // namespace

std::unique_ptr<connector::SinkProvider> MakePythonForeachSink(PythonFunction function) {
  auto workers = std::make_shared<Workers>(std::move(function));
  const auto factory =
      [workers](const connector::SinkContext& context) -> Result<std::unique_ptr<ForeachWriter>> {
    const auto zone = data::TimeZone::Parse(context.session_time_zone);
    if (!zone) {
      return Status::InvalidArgument("unknown session time zone " + context.session_time_zone);
    }
    return std::unique_ptr<ForeachWriter>(
        std::make_unique<PythonWriter>(workers, context.schema, *zone));
  };
  return MakeForeachSink(factory, [](const connector::SinkContext& context) {
    return clients::python_worker::CheckPicklable(context.schema);
  });
}

}  // namespace millrace::sinks::foreach
