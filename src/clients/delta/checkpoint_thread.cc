#include "clients/delta/checkpoint_thread.h"

#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "clients/delta/checkpoint_writer.h"

namespace millrace::clients::delta {

using base::Status;

CheckpointThread::CheckpointThread(fs::FileSystem* file_system, std::string log_path,
                                   base::Clock* clock, std::string table)
    : file_system_(file_system),
      log_path_(std::move(log_path)),
      clock_(clock),
      table_(std::move(table)) {}

CheckpointThread::~CheckpointThread() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void CheckpointThread::Request(const TableState& state) {
  std::lock_guard lock(mutex_);
  requested_ = state;
  if (!thread_.joinable()) thread_ = std::thread([this] { Work(); });
  changed_.notify_all();
}

void CheckpointThread::WaitUntilIdle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !requested_ && !writing_; });
}

void CheckpointThread::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return requested_ || closing_; });
    if (!requested_) return;
    const TableState state = *std::exchange(requested_, std::nullopt);
    writing_ = true;
    lock.unlock();
    Write(state);
    lock.lock();
    writing_ = false;
    changed_.notify_all();
  }
}

void CheckpointThread::Write(const TableState& state) {
  const Status written =
      WriteCheckpoint(file_system_, log_path_, state, clock_->Now(), newest_written_);
  if (written.ok()) {
    newest_written_ = state.version;
    return;
  }
  base::LogWarn(
      fmt::format("delta sink: version {} of {} is committed, but has no checkpoint; the next one "
                  "is tried later: {}",
                  state.version, table_, written.message()));
}

}  // namespace millrace::clients::delta
