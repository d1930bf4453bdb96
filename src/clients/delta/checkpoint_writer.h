#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "clients/delta/table_state.h"
#include "fs/file_system.h"

namespace millrace::clients::delta {

/// Writes `<version>.checkpoint.parquet` of this state, then points `_last_checkpoint` to it. Live
/// files and the tombstones that `delta.deletedFileRetentionDuration` still keeps come from the
/// previous checkpoint and the commits after it; only those commits are held in memory. Statistics
/// go in as JSON, which every reader takes. Unsupported for a table that asks for them as structs
/// (`delta.checkpoint.writeStatsAsStruct` = true) or not as JSON (`.writeStatsAsJson` = false): a
/// checkpoint without them would lose them, so it is left to an engine that writes that form. A
/// table with v2Checkpoint gets a checkpoint of that form under the classic name, without sidecars.
/// Ok when the checkpoint exists already. Works on files alone: another thread may commit
/// meanwhile.
///
/// `previous`: a version whose checkpoint has its classic name, or -1. With it the log is not
/// listed, so that the cost does not grow with the log; when it is not there, the listing decides.
base::Status WriteCheckpoint(fs::FileSystem* file_system, const std::string& log_path,
                             const TableState& state, base::WallTime now,
                             std::int64_t previous = -1);

}  // namespace millrace::clients::delta
