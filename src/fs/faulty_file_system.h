#pragma once

#include <functional>
#include <mutex>

#include "fs/file_system.h"

namespace millrace::fs {

/// One call on the disk, as a fault plan sees it.
struct Operation {
  enum class Kind { kCreateExclusive, kReplace, kOpenOutput, kAppend, kClose, kRead, kStat, kList,
                    kMakeDirectories, kRemove };
  Kind kind;
  std::string path;
  std::int64_t index = 0;  ///< Counts calls from 0 over the life of the file system.
};

/// What happens to that call.
enum class Fault {
  kNone,
  kFailBefore,  ///< Nothing is done; Unavailable.
  kFailAfter,   ///< It is done, but the caller is told Unavailable (a lost answer).
  kTornTemp,    ///< Leaves half of the bytes under a temporary, dotted name; Unavailable.
  kNoSpace,     ///< Nothing is done; Unavailable with "No space left on device".
};

/// A disk with a plan of faults in front of a real one: the whole engine is tested on it.
class FaultyFileSystem : public FileSystem {
 public:
  using Plan = std::function<Fault(const Operation&)>;
  /// `base` is not owned.
  FaultyFileSystem(FileSystem* base, Plan plan) : base_(base), plan_(std::move(plan)) {}

  std::int64_t operations() const;
  /// After this every call fails with Cancelled and changes nothing: the process "is dead".
  void Kill();

  base::Status CreateExclusive(const std::string& path, std::string_view bytes) override;
  base::Status Replace(const std::string& path, std::string_view bytes) override;
  base::Result<std::unique_ptr<OutputFile>> OpenOutput(const std::string& path) override;
  base::Result<std::string> Read(const std::string& path) override;
  base::Result<std::optional<FileInfo>> Stat(const std::string& path) override;
  base::Result<std::vector<FileInfo>> List(const std::string& directory) override;
  base::Status MakeDirectories(const std::string& directory) override;
  base::Status Remove(const std::string& path) override;

 private:
  friend class FaultyOutputFile;
  Fault Next(Operation::Kind kind, const std::string& path);

  FileSystem* base_;
  Plan plan_;
  mutable std::mutex mutex_;  // Protects what follows.
  std::int64_t operations_ = 0;
  bool killed_ = false;
};

}  // namespace millrace::fs
