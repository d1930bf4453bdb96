#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/status.h"
#include "fs/file_system.h"

namespace millrace::checkpoint {

/// A folder with one file for each batch, named by its id: what offsets/ and commits/ have in
/// common (HDFSMetadataLog). Knows nothing of what is in the files. Not thread-safe.
class MetadataLog {
 public:
  /// `file_system` is not owned. Touches nothing.
  MetadataLog(fs::FileSystem* file_system, std::string directory);

  /// Atomic and durable. Conflict with CONCURRENT_STREAM_LOG_UPDATE (40000) when N exists.
  /// Precondition: batch_id >= 0.
  base::Status Add(std::int64_t batch_id, std::string_view bytes);
  /// NotFound when there is none.
  base::Result<std::string> Read(std::int64_t batch_id) const;
  /// Ids in ascending order; empty when the folder does not exist. Only files whose name is a
  /// decimal number count.
  base::Result<std::vector<std::int64_t>> List() const;
  /// Removes every batch below `threshold` with its hidden checksum, oldest first, so that what
  /// remains is without gaps whenever it stops.
  base::Status Purge(std::int64_t threshold);

  const std::string& directory() const { return directory_; }
  std::string Path(std::int64_t batch_id) const;

 private:
  base::Status RemoveBatch(std::int64_t batch_id);

  fs::FileSystem* file_system_;
  std::string directory_;
  std::int64_t purged_below_ = 0;  // What this object knows to be gone.
};

/// "Concurrent update to the log. Multiple streaming jobs detected for <batch_id>. ...": Conflict
/// with CONCURRENT_STREAM_LOG_UPDATE (40000).
base::Status ConcurrentLogUpdate(std::int64_t batch_id);

}  // namespace millrace::checkpoint
