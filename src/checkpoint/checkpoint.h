#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/status.h"
#include "base/uuid.h"
#include "fs/file_system.h"

namespace millrace::checkpoint {

/// A query's directory in Spark's layout and bytes:
///
///   metadata       {"id":"<uuid>"}                     no newline at the end of any file
///   offsets/<N>    v1 LF {"batchWatermarkMs":..,"batchTimestampMs":..,"conf":{..}} LF <offset>...
///   commits/<N>    v1 LF {"nextBatchWatermarkMs":..}
///   sources/<i>/   belongs to source i
///
/// Real Spark can go on from it, and this reads what Spark wrote (7 of the contract).
/// Names that start with a dot and names that are not decimal numbers are not batches.

/// What offsets/N holds.
struct OffsetSeq {
  std::int64_t batch_watermark_ms = 0;
  std::int64_t batch_timestamp_ms = 0;
  /// Recorded session conf, in the order in which it is written.
  std::vector<std::pair<std::string, std::string>> conf;
  /// One for each source, in plan order; nullopt is written as "-".
  std::vector<std::optional<std::string>> offsets;
};

/// What commits/N holds.
struct CommitMetadata {
  std::int64_t next_batch_watermark_ms = 0;
};

/// offsets/ : the intent log. Not thread-safe.
class OffsetLog {
 public:
  OffsetLog(fs::FileSystem* file_system, std::string directory);
  /// Atomic and durable. Conflict with CONCURRENT_STREAM_LOG_UPDATE (40000) when N exists: somebody
  /// else runs this query. An orphan `.N.crc` of Hadoop is removed first: it would make Spark fail.
  base::Status Add(std::int64_t batch_id, const OffsetSeq& entry);
  /// NotFound when there is none; Corrupt names the file: "Incomplete log file", bad JSON,
  /// INVALID_LOG_VERSION.* for another version.
  base::Result<OffsetSeq> Get(std::int64_t batch_id) const;
  /// Ids in ascending order.
  base::Result<std::vector<std::int64_t>> List() const;
  /// Removes every batch below `threshold`, with its `.N.crc`.
  base::Status Purge(std::int64_t threshold);

 private:
  fs::FileSystem* file_system_;
  std::string directory_;
};

/// commits/ : the completion log. Not thread-safe. Same contract as OffsetLog.
class CommitLog {
 public:
  CommitLog(fs::FileSystem* file_system, std::string directory);
  base::Status Add(std::int64_t batch_id, const CommitMetadata& entry);
  base::Result<CommitMetadata> Get(std::int64_t batch_id) const;
  base::Result<std::vector<std::int64_t>> List() const;
  base::Status Purge(std::int64_t threshold);

 private:
  fs::FileSystem* file_system_;
  std::string directory_;
};

/// Where a restart begins; what `NextBatch` needs of the logs.
struct RecoveredState {
  /// Newest entry of offsets/, if any, and the one before it (present when the id is > 0).
  std::optional<std::pair<std::int64_t, OffsetSeq>> latest;
  std::optional<OffsetSeq> previous;
  /// Newest id in commits/ and its content.
  std::optional<std::pair<std::int64_t, CommitMetadata>> last_commit;
};

class Checkpoint {
 public:
  /// Opens or creates the directory. Each situation of 7.9 has its answer here:
  /// metadata missing while logs have entries: STREAMING_CHECKPOINT_MISSING_METADATA_FILE (42K03);
  /// no metadata and no batches but other entries in offsets/, commits/ or state/:
  /// STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY; metadata not JSON or without a UUID: Corrupt.
  /// A second engine that holds the same directory: Conflict, held by `<checkpoint>/.millrace.lock`
  /// (an advisory lock of this machine; dies with its process; local disks only).
  static base::Result<std::unique_ptr<Checkpoint>> Open(fs::FileSystem* file_system,
                                                        std::string directory,
                                                        base::Random* random);
  virtual ~Checkpoint() = default;

  virtual const base::Uuid& query_id() const = 0;
  virtual const std::string& directory() const = 0;
  virtual OffsetLog& offsets() = 0;
  virtual CommitLog& commits() = 0;
  /// `<directory>/sources/<index>`
  virtual std::string SourcePath(int index) const = 0;

  /// Reads the ends of both logs. Errors of 7.9: "batch N-1 doesn't exist" when the newest N > 0 has
  /// no predecessor; Corrupt for unreadable files. `sources` is the number of sources of the plan;
  /// a different number of offset lines is an error that names both.
  virtual base::Result<RecoveredState> Recover(int sources) = 0;

  /// Called right after offsets/N was written: keeps `retain` (spark: 100) batches before N.
  virtual base::Status Purge(std::int64_t batch_id, std::int64_t retain) = 0;
};

}  // namespace millrace::checkpoint
