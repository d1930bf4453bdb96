#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "fs/file_system.h"

namespace millrace::clients::delta {

/// One checkpoint as the listing shows it: all of its files are there and none is empty.
struct CheckpointFiles {
  enum class Kind { kV1, kMultiPart, kV2 };
  std::int64_t version = -1;
  Kind kind = Kind::kV1;
  std::vector<std::string> names;  ///< In `_delta_log`; the parts in order.
};

/// What `_delta_log` holds. The listing is the truth; `_last_checkpoint` is only a hint that spares
/// a listing on stores where listing is slow, and one that may be broken, so it is not read.
struct LogListing {
  std::vector<std::int64_t> commits;         ///< Ascending.
  std::vector<CheckpointFiles> checkpoints;  ///< Best last: version, then V1 < multi-part < V2.

  bool empty() const { return commits.empty() && checkpoints.empty(); }
  std::int64_t latest() const;
};

/// An empty listing when the folder does not exist.
base::Result<LogListing> ListLog(fs::FileSystem* file_system, const std::string& log_path);

/// The commits to apply after a checkpoint (-1: none), up to `version`. Corrupt with Delta's error
/// when one is missing: DELTA_VERSIONS_NOT_CONTIGUOUS, or DELTA_LOG_FILE_NOT_FOUND when the log
/// does not start at 0 and has no checkpoint.
base::Result<std::vector<std::int64_t>> CommitsAfter(const LogListing& listing,
                                                     std::int64_t checkpoint, std::int64_t version,
                                                     const std::string& log_path);

}  // namespace millrace::clients::delta
