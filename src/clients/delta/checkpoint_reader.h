#pragma once

#include <functional>
#include <string>

#include "base/status.h"
#include "clients/delta/actions.h"
#include "clients/delta/log_segment.h"
#include "fs/file_system.h"

namespace millrace::clients::delta {

/// Which actions of a checkpoint are wanted. An appending writer needs no file actions, and those
/// are what makes checkpoints large.
enum class CheckpointContent { kWithoutFiles, kAll };

/// Calls `take` for each action: V1 in one or several parts, V2 with its sidecars. Corrupt, or
/// NotFound for a sidecar, names the file; the caller then falls back to an older checkpoint. The
/// first failure of `take` ends the reading.
base::Status ReadCheckpoint(fs::FileSystem* file_system, const std::string& log_path,
                            const CheckpointFiles& checkpoint, CheckpointContent content,
                            const std::function<base::Status(Action&&)>& take);

/// The same for the bytes of one Parquet file of a checkpoint; a `sidecar` action comes as it is.
/// Corrupt names `file` and the field that is missing or has the wrong type.
base::Status ReadCheckpointFile(std::string bytes, const std::string& file,
                                CheckpointContent content,
                                const std::function<base::Status(Action&&)>& take);

}  // namespace millrace::clients::delta
