#pragma once

#include <map>
#include <mutex>

#include "fs/file_system.h"

namespace millrace::fs {

/// Everything in memory; a test's disk. Times come from `clock`.
class MemoryFileSystem : public FileSystem {
 public:
  explicit MemoryFileSystem(base::Clock* clock = base::Clock::System()) : clock_(clock) {}

  base::Status CreateExclusive(const std::string& path, std::string_view bytes) override;
  base::Status Replace(const std::string& path, std::string_view bytes) override;
  base::Result<std::unique_ptr<OutputFile>> OpenOutput(const std::string& path) override;
  base::Result<std::string> Read(const std::string& path) override;
  base::Result<std::optional<FileInfo>> Stat(const std::string& path) override;
  base::Result<std::vector<FileInfo>> List(const std::string& directory) override;
  base::Status MakeDirectories(const std::string& directory) override;
  base::Status Remove(const std::string& path) override;

 private:
  struct Entry {
    bool is_directory = false;
    std::string bytes;
    base::WallTime modified;
  };

  base::Clock* clock_;
  std::mutex mutex_;                    // Protects entries_.
  std::map<std::string, Entry> entries_;
};

}  // namespace millrace::fs
