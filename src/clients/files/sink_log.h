#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "clients/files/compactible_log.h"
#include "fs/file_system.h"

namespace millrace::clients::files {

/// The folder of the file sink's log, below the data. Whoever reads the data reads only the files
/// that it names.
constexpr std::string_view kSinkLogFolder = "_spark_metadata";

/// One file that the file sink has written (SinkFileStatus).
struct SinkFile {
  std::string path;  ///< A URI: "file:///out/part-00000-...".
  std::int64_t size = 0;
  std::int64_t modification_ms = 0;
};

/// Spark's line of the log, and back. Corrupt when it is none.
std::string ToJson(const SinkFile& file);
base::Result<SinkFile> ParseSinkFile(const std::string& line);

/// Does a file sink write to this folder?
base::Result<bool> HasSinkLog(fs::FileSystem* file_system, const std::string& directory);

/// All files that the log names.
base::Result<std::vector<SinkFile>> ReadSinkLog(fs::FileSystem* file_system,
                                                const std::string& directory, base::Clock* clock);

}  // namespace millrace::clients::files
