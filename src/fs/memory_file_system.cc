#include "fs/memory_file_system.h"

#include <cerrno>

#include <fmt/format.h>

#include "fs/errno_status.h"

namespace millrace::fs {

using base::Result;
using base::Status;

class MemoryFileSystem::Lock final : public FileLock {
 public:
  Lock(std::shared_ptr<Locks> locks, std::string path)
      : locks_(std::move(locks)), path_(std::move(path)) {}
  ~Lock() override {
    std::lock_guard guard(locks_->mutex);
    locks_->held.erase(path_);
  }

 private:
  const std::shared_ptr<Locks> locks_;
  const std::string path_;
};

class MemoryFileSystem::Output final : public OutputFile {
 public:
  Output(MemoryFileSystem* file_system, std::string path)
      : file_system_(file_system), path_(std::move(path)) {}

  Status Append(std::string_view bytes) override {
    if (closed_) return Status::Internal(fmt::format("{} is closed already", path_));
    bytes_ += bytes;
    return Status::Ok();
  }
  std::int64_t size_bytes() const override { return static_cast<std::int64_t>(bytes_.size()); }
  Status Close() override {
    if (closed_) return Status::Internal(fmt::format("{} is closed already", path_));
    closed_ = true;
    return file_system_->CreateExclusive(path_, bytes_);
  }

 private:
  MemoryFileSystem* const file_system_;
  const std::string path_;
  std::string bytes_;
  bool closed_ = false;
};

Status MemoryFileSystem::MakeDirectory(const std::string& directory) {
  if (directory == "/") return Status::Ok();
  MILLRACE_RETURN_IF_ERROR(MakeDirectory(std::string(DirName(directory))));
  Entry& entry =
      entries_
          .try_emplace(directory,
                       Entry{.is_directory = true, .bytes = {}, .modified = clock_->Now()})
          .first->second;
  return entry.is_directory ? Status::Ok() : ErrnoStatus(ENOTDIR, "make the folder", directory);
}

Status MemoryFileSystem::MakeParents(const std::string& path) {
  if (path.empty() || path.front() != '/') {
    return Status::InvalidArgument(fmt::format("\"{}\" is not an absolute path", path));
  }
  return MakeDirectory(std::string(DirName(path)));
}

Status MemoryFileSystem::Put(const std::string& path, std::string_view bytes, bool replace) {
  MILLRACE_RETURN_IF_ERROR(MakeParents(path));
  const auto found = entries_.find(path);
  if (found != entries_.end()) {
    if (!replace) return Status::Conflict(fmt::format("{} exists already", path));
    if (found->second.is_directory) return ErrnoStatus(EISDIR, "write", path);
  }
  entries_.erase(HadoopChecksumPath(path));
  entries_[path] = {.is_directory = false, .bytes = std::string(bytes), .modified = clock_->Now()};
  return Status::Ok();
}

Status MemoryFileSystem::CreateExclusive(const std::string& path, std::string_view bytes) {
  std::lock_guard guard(mutex_);
  return Put(path, bytes, /*replace=*/false);
}

Status MemoryFileSystem::Replace(const std::string& path, std::string_view bytes) {
  std::lock_guard guard(mutex_);
  return Put(path, bytes, /*replace=*/true);
}

Result<std::unique_ptr<OutputFile>> MemoryFileSystem::OpenOutput(const std::string& path) {
  std::lock_guard guard(mutex_);
  MILLRACE_RETURN_IF_ERROR(MakeParents(path));
  return std::unique_ptr<OutputFile>(std::make_unique<Output>(this, path));
}

Result<std::string> MemoryFileSystem::Read(const std::string& path) {
  std::lock_guard guard(mutex_);
  const auto found = entries_.find(path);
  if (found == entries_.end()) return ErrnoStatus(ENOENT, "read", path);
  if (found->second.is_directory) return ErrnoStatus(EISDIR, "read", path);
  return found->second.bytes;
}

Result<std::optional<FileInfo>> MemoryFileSystem::Stat(const std::string& path) {
  std::lock_guard guard(mutex_);
  if (path == "/") return std::optional(FileInfo{"/", true, 0, clock_->Now()});
  const auto found = entries_.find(path);
  if (found == entries_.end()) return std::optional<FileInfo>();
  const Entry& entry = found->second;
  return std::optional(FileInfo{.name = std::string(BaseName(path)),
                                .is_directory = entry.is_directory,
                                .size_bytes = static_cast<std::int64_t>(entry.bytes.size()),
                                .modified = entry.modified});
}

Result<std::vector<FileInfo>> MemoryFileSystem::List(const std::string& directory) {
  std::lock_guard guard(mutex_);
  if (directory != "/") {
    const auto found = entries_.find(directory);
    if (found == entries_.end()) return ErrnoStatus(ENOENT, "list", directory);
    if (!found->second.is_directory) return ErrnoStatus(ENOTDIR, "list", directory);
  }
  const std::string prefix = Join(directory, "");
  std::vector<FileInfo> infos;
  for (auto it = entries_.lower_bound(prefix); it != entries_.end(); ++it) {
    if (!it->first.starts_with(prefix)) break;
    const std::string_view name = std::string_view(it->first).substr(prefix.size());
    if (name.empty() || name.find('/') != name.npos) continue;
    infos.push_back({.name = std::string(name),
                     .is_directory = it->second.is_directory,
                     .size_bytes = static_cast<std::int64_t>(it->second.bytes.size()),
                     .modified = it->second.modified});
  }
  return infos;
}

Status MemoryFileSystem::MakeDirectories(const std::string& directory) {
  std::lock_guard guard(mutex_);
  MILLRACE_RETURN_IF_ERROR(MakeParents(directory));
  return MakeDirectory(directory);
}

Status MemoryFileSystem::Remove(const std::string& path) {
  std::lock_guard guard(mutex_);
  const auto found = entries_.find(path);
  if (found == entries_.end()) return Status::Ok();
  if (found->second.is_directory) {
    const std::string prefix = Join(path, "");
    const auto child = entries_.lower_bound(prefix);
    if (child != entries_.end() && child->first.starts_with(prefix)) {
      return ErrnoStatus(ENOTEMPTY, "remove the folder", path);
    }
  }
  entries_.erase(found);
  return Status::Ok();
}

Status MemoryFileSystem::Move(const std::string& from, const std::string& to) {
  std::lock_guard guard(mutex_);
  const auto found = entries_.find(from);
  if (found == entries_.end()) return ErrnoStatus(ENOENT, "move", from);
  MILLRACE_RETURN_IF_ERROR(MakeParents(to));
  if (entries_.contains(to)) return Status::Conflict(fmt::format("{} exists already", to));
  std::map<std::string, Entry> moved;
  const std::string prefix = Join(from, "");
  for (auto it = entries_.lower_bound(from); it != entries_.end();) {
    const bool below = it->first.starts_with(prefix);
    if (it->first == from || below) {
      moved[to + it->first.substr(from.size())] = std::move(it->second);
      it = entries_.erase(it);
    } else if (it->first.starts_with(from)) {
      ++it;
    } else {
      break;
    }
  }
  entries_.merge(moved);
  return Status::Ok();
}

Result<std::unique_ptr<FileLock>> MemoryFileSystem::TryLock(const std::string& path) {
  std::lock_guard guard(mutex_);
  MILLRACE_RETURN_IF_ERROR(MakeParents(path));
  std::lock_guard locks_guard(locks_->mutex);
  if (!locks_->held.insert(path).second) {
    return Status::Conflict(fmt::format("{} is locked by this process", path));
  }
  entries_.try_emplace(path, Entry{.is_directory = false, .bytes = {}, .modified = clock_->Now()});
  return std::unique_ptr<FileLock>(std::make_unique<Lock>(locks_, path));
}

}  // namespace millrace::fs
