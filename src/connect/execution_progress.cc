#include "connect/execution_progress.h"

namespace millrace::connect {
namespace {

base::Status SendProgress(Operation* operation, bool done) {
  Response response;
  auto* progress = response.mutable_execution_progress();
  progress->set_num_inflight_tasks(done ? 0 : 1);
  auto* stage = progress->add_stages();
  stage->set_num_tasks(1);
  stage->set_num_completed_tasks(done ? 1 : 0);
  stage->set_done(done);
  return operation->Send(std::move(response));
}

}  // namespace

ProgressReporter::ProgressReporter(Operation* operation, std::chrono::milliseconds interval)
    : operation_(operation),
      thread_([this, interval](std::stop_token stop) { Run(std::move(stop), interval); }) {}

ProgressReporter::~ProgressReporter() = default;

void ProgressReporter::Run(std::stop_token stop, std::chrono::milliseconds interval) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (true) {
    wake.wait_for(lock, stop, interval, [] { return false; });
    if (stop.stop_requested() || !SendProgress(operation_, false).ok()) return;
    reported_ = true;
  }
}

base::Status ProgressReporter::Finish() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  return reported_ ? SendProgress(operation_, true) : base::Status::Ok();
}

}  // namespace millrace::connect
