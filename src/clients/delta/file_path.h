#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::clients::delta {

/// Names inside `_delta_log` (PROTOCOL.md, "File Types").

/// "00000000000000000012.json"
std::string CommitFileName(std::int64_t version);
/// "00000000000000000010.checkpoint.parquet"
std::string CheckpointFileName(std::int64_t version);

/// What a name inside `_delta_log` says about the file.
struct LogFileName {
  enum class Kind { kCommit, kCheckpointV1, kCheckpointPart, kCheckpointV2, kOther };
  Kind kind = Kind::kOther;
  std::int64_t version = -1;
  int part = 0;   ///< From 1. kCheckpointPart only.
  int parts = 0;  ///< kCheckpointPart only.
};
LogFileName ParseLogFileName(std::string_view name);

/// One element of a partition directory, `name=value` with Hive's escapes; null becomes
/// `__HIVE_DEFAULT_PARTITION__`.
std::string PartitionDirectory(std::string_view column, const std::optional<std::string>& value);

/// A relative path as `add.path` wants it: percent-encoded once. Non-ASCII bytes stay as they are,
/// as Hadoop leaves them.
std::string EncodePath(std::string_view path);
/// Decodes exactly once. A `%` that starts no escape stays as it is.
std::string DecodePath(std::string_view uri);

/// `add.path` decoded, and with the spellings of one absolute local path made equal:
/// `file:/x` = `file:///x` = `/x`.
std::string CanonicalPath(std::string_view uri);

}  // namespace millrace::clients::delta
