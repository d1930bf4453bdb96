#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/status.h"
#include "clients/delta/table_state.h"
#include "fs/file_system.h"

namespace millrace::clients::delta {

/// Writes the checkpoints of one table on a thread of its own, so that no commit waits for one: at
/// most one at a time, and while one is written only the newest further request is kept. A failure
/// is logged and costs nothing else: the commits are there, and the next request tries again. The
/// thread starts with the first request.
class CheckpointThread {
 public:
  /// `file_system` and `clock` outlive it. `table`: for messages.
  CheckpointThread(fs::FileSystem* file_system, std::string log_path, base::Clock* clock,
                   std::string table);
  /// Waits for the checkpoint that is being written, and for the one that was asked for last.
  ~CheckpointThread();
  CheckpointThread(const CheckpointThread&) = delete;
  CheckpointThread& operator=(const CheckpointThread&) = delete;

  /// Asks for a checkpoint of this version, which is committed. Does not wait.
  void Request(const TableState& state);
  /// Blocks until nothing is requested or being written any more.
  void WaitUntilIdle();

 private:
  void Work();
  void Write(const TableState& state);

  fs::FileSystem* const file_system_;
  const std::string log_path_;
  base::Clock* const clock_;
  const std::string table_;

  std::int64_t newest_written_ = -1;  // The thread's own.

  std::mutex mutex_;  // Protects what follows.
  std::condition_variable changed_;
  std::optional<TableState> requested_;
  bool writing_ = false;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace millrace::clients::delta
