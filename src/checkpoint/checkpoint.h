#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/status.h"
#include "base/uuid.h"
#include "checkpoint/metadata_log.h"
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
  /// else runs this query. An orphan `.N.crc` of Hadoop goes: it would make Spark fail. Each offset
  /// must be one line that is not empty (Internal else).
  base::Status Add(std::int64_t batch_id, const OffsetSeq& entry);
  /// NotFound when there is none. Corrupt ("Incomplete log file", bad JSON, MALFORMED_LOG_FILE) and
  /// Unsupported (INVALID_LOG_VERSION.*: format v2, whose lines are `<sourceId>:<offset>`, or
  /// newer) name the file.
  base::Result<OffsetSeq> Get(std::int64_t batch_id) const;
  /// Ids in ascending order.
  base::Result<std::vector<std::int64_t>> List() const;
  /// Removes every batch below `threshold`, with its `.N.crc`, oldest first.
  base::Status Purge(std::int64_t threshold);

 private:
  MetadataLog log_;
};

/// commits/ : the completion log. Not thread-safe. Same contract as OffsetLog; of format v2 the
/// watermark is read.
class CommitLog {
 public:
  CommitLog(fs::FileSystem* file_system, std::string directory);
  base::Status Add(std::int64_t batch_id, const CommitMetadata& entry);
  base::Result<CommitMetadata> Get(std::int64_t batch_id) const;
  base::Result<std::vector<std::int64_t>> List() const;
  base::Status Purge(std::int64_t threshold);

 private:
  MetadataLog log_;
};

/// Where a restart begins; what `NextBatch` needs of the logs.
struct RecoveredState {
  /// Newest entry of offsets/, if any, and the one before it (present when the id is > 0).
  std::optional<std::pair<std::int64_t, OffsetSeq>> latest;
  std::optional<OffsetSeq> previous;
  /// Newest id in commits/ and its content.
  std::optional<std::pair<std::int64_t, CommitMetadata>> last_commit;
};

/// One query's hold on its directory. Not thread-safe.
class Checkpoint {
 public:
  /// Opens or creates the directory; a new one gets a query id from `random`. `file_system` is not
  /// owned. Failures, with Spark's condition:
  /// Conflict: another engine, or another query of this one, has the directory. That is held by
  /// `<directory>/.millrace.lock`, a lock of this machine that ends with its process.
  /// Corrupt: metadata is missing while the logs have batches
  /// (STREAMING_CHECKPOINT_MISSING_METADATA_FILE, 42K03; a new id would make sinks accept the same
  /// rows again); there is no batch in offsets/, but offsets/, commits/ or state/ is not empty
  /// (STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY, 42K03); metadata is not JSON with a UUID as "id".
  /// Temporary files that a crash left in an otherwise empty log are removed.
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

  /// Reads the ends of both logs. Corrupt: "batch N-1 doesn't exist" when the newest N > 0 has no
  /// predecessor, or a file cannot be read. Conflict with CONCURRENT_STREAM_LOG_UPDATE (40000):
  /// commits/ is ahead of offsets/. InvalidArgument: the newest two offsets files do not have
  /// `sources` lines, the number of sources of the plan; names both numbers. A commits/ that is
  /// behind by more than the newest batch is a warning: that batch is redone.
  virtual base::Result<RecoveredState> Recover(int sources) = 0;

  /// Called right after offsets/N was written: keeps `retain` (Spark: 100) batches before N.
  virtual base::Status Purge(std::int64_t batch_id, std::int64_t retain) = 0;
};

}  // namespace millrace::checkpoint
