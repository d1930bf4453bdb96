#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace millrace::sources::file {

/// One line of the source's log (Spark's FileEntry): a file, and the log's batch that took it.
struct FileEntry {
  std::string uri;  ///< "file:///in/a%20b.json"
  std::int64_t time_ms = 0;
  std::int64_t batch_id = 0;
};

std::string ToJson(const FileEntry& entry);
/// Corrupt when the line is none.
base::Result<FileEntry> ParseFileEntry(const std::string& line);

/// `{"logOffset":3}`, or a bare number as old versions wrote it. Corrupt otherwise.
base::Result<std::int64_t> ParseLogOffset(const std::string& json);
std::string LogOffsetJson(std::int64_t offset);

}  // namespace millrace::sources::file
