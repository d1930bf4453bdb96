#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/status.h"
#include "fs/file_system.h"

namespace millrace::clients::files {

/// The log of Spark's file source and file sink (CompactibleFileStreamLog): a file for each batch,
/// named by its number, that holds
///
///     v1
///     <one JSON object a line>
///
/// without a line feed at its end. Every tenth batch (9, 19, ...) is `<n>.compact` and holds all
/// lines so far. One thread at a time.
class CompactibleLog {
 public:
  struct Settings {
    int compact_interval = 10;
    std::chrono::milliseconds cleanup_delay{600'000};
    int min_batches_to_retain = 100;
    /// Which lines a compaction keeps; empty: all.
    std::function<bool(const std::string& line)> retain;
  };
  CompactibleLog(fs::FileSystem* file_system, std::string directory, Settings settings,
                 base::Clock* clock);

  const std::string& directory() const { return directory_; }
  /// nullopt for an empty log.
  base::Result<std::optional<std::int64_t>> Latest();
  /// False when this batch is in the log already; nothing is changed then. A compaction also removes
  /// files that nobody needs any more.
  base::Result<bool> Add(std::int64_t batch_id, const std::vector<std::string>& lines);
  /// The lines of one batch's file: those of the batch, of a compacted one all up to it. nullopt
  /// when there is no such file. Corrupt for another version than v1.
  base::Result<std::optional<std::vector<std::string>>> Get(std::int64_t batch_id);
  /// All lines up to the newest batch.
  base::Result<std::vector<std::string>> All();

 private:
  base::Status FindInterval();
  bool IsCompaction(std::int64_t batch_id) const { return (batch_id + 1) % interval_ == 0; }
  std::string PathOf(std::int64_t batch_id) const;
  base::Result<std::vector<std::string>> LinesBefore(std::int64_t batch_id, std::int64_t first);
  void RemoveOld(std::int64_t batch_id);

  fs::FileSystem* const file_system_;
  const std::string directory_;
  const Settings settings_;
  base::Clock* const clock_;
  std::int64_t interval_ = 0;  // 0: not found out yet.
};

}  // namespace millrace::clients::files
