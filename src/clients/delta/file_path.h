#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fs/escapes.h"

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

/// `add.path` is a relative path, encoded once.
using fs::DecodePath;
using fs::EncodePath;
using fs::PartitionDirectory;

/// `add.path` decoded, and with the spellings of one absolute local path made equal:
/// `file:/x` = `file:///x` = `/x`.
std::string CanonicalPath(std::string_view uri);

}  // namespace millrace::clients::delta
