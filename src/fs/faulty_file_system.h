#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "fs/file_system.h"

namespace millrace::fs {

/// One call on the disk, as a fault plan sees it.
struct Operation {
  enum class Kind {
    kCreateExclusive,
    kReplace,
    kOpenOutput,
    kAppend,
    kClose,
    kRead,
    kStat,
    kList,
    kMakeDirectories,
    kSyncDirectory,
    kRemove,
    kMove,
    kLock
  };
  Kind kind;
  std::string path;
  std::int64_t index = 0;  ///< Counts calls from 0 over the life of the file system.
};

/// What happens to that call.
enum class Fault {
  kNone,
  kFailBefore,  ///< Nothing is done; Unavailable.
  kFailAfter,   ///< It is done, but the caller is told Unavailable (a lost answer).
  kTornTemp,    ///< Leaves half of the bytes under a temporary, dotted name; Unavailable. As
                ///< kFailBefore where no bytes are written.
  kNoSpace,     ///< Nothing is done; Unavailable with "No space left on device".
};

/// A disk with a plan of faults in front of a real one: the whole engine is tested on it. The plan
/// is asked before each call, by the thread that calls, and may itself call Kill().
class FaultyFileSystem : public FileSystem {
 public:
  using Plan = std::function<Fault(const Operation&)>;
  /// `base` is not owned.
  FaultyFileSystem(FileSystem* base, Plan plan) : base_(base), plan_(std::move(plan)) {}

  std::int64_t operations() const;
  /// After this every call fails with Cancelled and changes nothing, and every lock is given back:
  /// the process "is dead". Another file system on the same base is its successor.
  void Kill();

  base::Status CreateExclusive(const std::string& path, std::string_view bytes) override;
  base::Status Replace(const std::string& path, std::string_view bytes) override;
  base::Result<std::unique_ptr<OutputFile>> OpenOutput(const std::string& path) override;
  base::Result<std::string> Read(const std::string& path) override;
  base::Result<std::optional<FileInfo>> Stat(const std::string& path) override;
  base::Result<std::vector<FileInfo>> List(const std::string& directory) override;
  base::Status MakeDirectories(const std::string& directory) override;
  base::Status SyncDirectory(const std::string& directory) override;
  base::Status Remove(const std::string& path) override;
  base::Status Move(const std::string& from, const std::string& to) override;
  base::Result<std::unique_ptr<FileLock>> TryLock(const std::string& path) override;

 private:
  class Output;
  class Lock;
  struct Call {
    Fault fault = Fault::kNone;
    std::int64_t index = 0;
  };

  /// Cancelled when the process is dead; otherwise what shall happen to this call.
  base::Result<Call> Next(Operation::Kind kind, const std::string& path);
  /// Runs `write` as `call` says; `bytes` is what a torn write would have written.
  base::Status Write(const Call& call, const std::string& path, std::string_view bytes,
                     const std::function<base::Status()>& write);

  FileSystem* const base_;
  const Plan plan_;
  mutable std::mutex mutex_;  // Protects what follows.
  std::int64_t operations_ = 0;
  bool killed_ = false;
  std::map<std::int64_t, std::unique_ptr<FileLock>> locks_;  // By the index of the call.
};

}  // namespace millrace::fs
