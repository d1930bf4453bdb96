#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/status.h"
#include "fs/file_system.h"

namespace millrace::clients::delta {

/// What `_last_checkpoint` says (PROTOCOL.md, "Last Checkpoint File"). Only a hint: a reader that
/// finds it broken, or pointing to what is not there, lists the log instead.
struct LastCheckpoint {
  std::int64_t version = -1;
  std::int64_t size = 0;  ///< Actions in it.
  std::optional<std::int64_t> parts;
  std::optional<std::int64_t> size_bytes;
  std::optional<std::int64_t> add_files;
};

std::string ToJson(const LastCheckpoint& hint);
/// Corrupt, naming `file`, for anything that is not such a text; unknown fields are stepped over.
base::Result<LastCheckpoint> ParseLastCheckpoint(std::string_view bytes, std::string_view file);

/// Points the hint of this log to `newest`, unless it points to a newer one already. A hint that
/// cannot be read is replaced.
base::Status PointTo(fs::FileSystem* file_system, const std::string& log_path,
                     const LastCheckpoint& newest);

}  // namespace millrace::clients::delta
