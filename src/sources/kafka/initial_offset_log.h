#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "fs/file_system.h"
#include "sources/kafka/kafka_offsets.h"

namespace millrace::sources::kafka {

/// `<checkpoint>/sources/<i>/0`: where the first batch of a query started. A byte 0x00, `v1` LF,
/// the offsets' JSON. When read, the first byte is dropped whatever it is, and the JSON may stand
/// without a version before it (Spark 2.1.0 wrote that).
class InitialOffsetLog {
 public:
  /// `file_system` is not owned.
  InitialOffsetLog(fs::FileSystem* file_system, const std::string& metadata_path)
      : file_system_(file_system), path_(fs::Join(metadata_path, "0")) {}

  /// nullopt when nothing was stored. Corrupt names the file; a later version is
  /// INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION (KD002).
  base::Result<std::optional<Offsets>> Read() const;

  /// Stores `offsets` and gives them back; when others stand there already, gives those.
  base::Result<Offsets> Store(const Offsets& offsets) const;

 private:
  fs::FileSystem* file_system_;
  std::string path_;
};

}  // namespace millrace::sources::kafka
