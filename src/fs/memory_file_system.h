#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>

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
  base::Status SyncDirectory(const std::string& /*directory*/) override {
    return base::Status::Ok();
  }
  base::Status Remove(const std::string& path) override;
  base::Status Move(const std::string& from, const std::string& to) override;
  base::Result<std::unique_ptr<FileLock>> TryLock(const std::string& path) override;

 private:
  struct Entry {
    bool is_directory = false;
    std::string bytes;
    base::WallTime modified;
  };
  struct Locks {
    std::mutex mutex;  // Protects held.
    std::set<std::string> held;
  };
  class Lock;
  class Output;

  // All three with mutex_ held.
  base::Status MakeParents(const std::string& path);
  base::Status MakeDirectory(const std::string& directory);
  base::Status Put(const std::string& path, std::string_view bytes, bool replace);

  base::Clock* const clock_;
  const std::shared_ptr<Locks> locks_ = std::make_shared<Locks>();  // Shared with the locks given.
  std::mutex mutex_;                                                // Protects entries_.
  std::map<std::string, Entry> entries_;
};

}  // namespace millrace::fs
