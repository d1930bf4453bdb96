#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/uuid.h"
#include "fs/errno_status.h"
#include "fs/file_system.h"

namespace millrace::fs {
namespace {

using base::Result;
using base::Status;

constexpr std::size_t kBufferBytes = 64 * 1024;
constexpr int kNameAttempts = 100;

/// A file descriptor and its owner.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { Close(); }

  bool ok() const { return fd_ >= 0; }
  int get() const { return fd_; }
  /// 0 or the error number. Some network disks tell only now that a write has failed.
  int Close() {
    const int fd = std::exchange(fd_, -1);
    return fd < 0 || close(fd) == 0 || errno == EINTR ? 0 : errno;
  }

 private:
  int fd_;
};

Descriptor Open(const std::string& path, int flags) {
  int fd;
  do {
    fd = open(path.c_str(), flags | O_CLOEXEC, 0666);
  } while (fd < 0 && errno == EINTR);
  return Descriptor(fd);
}

/// 0 or the error number.
int WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

int Sync(int fd) {
  while (fsync(fd) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

/// Makes the names in a folder durable: 0 or the error number.
int SyncNames(const std::string& directory) {
  const Descriptor fd = Open(directory, O_RDONLY | O_DIRECTORY);
  if (!fd.ok()) return errno;
  const int error = Sync(fd.get());
  // Some network disks have no fsync for folders; they write names through.
  return error == EINVAL ? 0 : error;
}

/// The folders whose own names this process has made durable, up to the root. A folder that is
/// found may have been made a moment ago by a process that died before it could sync the name, and
/// with the name goes all that is in it. Thread-safe.
class DurableFolders {
 public:
  static DurableFolders* Get() {
    static auto* folders = new DurableFolders;  // Never destroyed: threads may outlive main.
    return folders;
  }

  /// To be called when `directory` was made anew.
  void Forget(const std::string& directory) {
    std::lock_guard lock(mutex_);
    known_.erase(directory);
  }

  Status Add(const std::string& directory) {
    if (IsKnown(directory)) return Status::Ok();
    const std::string parent(DirName(directory));
    if (parent == directory || parent.empty()) return Status::Ok();
    // A folder that may not be opened was not changed by this user either.
    const int error = SyncNames(parent);
    if (error != 0 && error != EACCES && error != EROFS) {
      return ErrnoStatus(error, "sync the folder", parent);
    }
    MILLRACE_RETURN_IF_ERROR(Add(parent));
    std::lock_guard lock(mutex_);
    if (known_.size() >= kMaxKnown) known_.clear();
    known_.insert(directory);
    return Status::Ok();
  }

 private:
  static constexpr std::size_t kMaxKnown = 10'000;

  bool IsKnown(const std::string& directory) {
    std::lock_guard lock(mutex_);
    return known_.contains(directory);
  }

  std::mutex mutex_;
  std::set<std::string> known_;
};

/// Makes the names in a folder durable, and its own.
Status MakeNamesDurable(const std::string& directory) {
  const int error = SyncNames(directory);
  if (error != 0) return ErrnoStatus(error, "sync the folder", directory);
  return DurableFolders::Get()->Add(directory);
}

bool IsDirectory(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

/// 0 or the error number, EEXIST when there is something else of that name.
int MakeDirectory(const std::string& directory) {
  if (mkdir(directory.c_str(), 0777) == 0) {
    DurableFolders::Get()->Forget(directory);
    return 0;
  }
  const int error = errno;
  return error == EEXIST && IsDirectory(directory) ? 0 : error;
}

/// Makes no name durable: the first file in the folder does that.
Status MakeDirectoriesWithParents(const std::string& directory) {
  int error = MakeDirectory(directory);
  const std::string parent(DirName(directory));
  if (error == ENOENT && parent != directory) {
    MILLRACE_RETURN_IF_ERROR(MakeDirectoriesWithParents(parent));
    error = MakeDirectory(directory);
  }
  if (error == 0) return Status::Ok();
  return ErrnoStatus(error == EEXIST ? ENOTDIR : error, "make the folder", directory);
}

/// 0 or the error number, EEXIST when `to` exists. Atomic: `to` is never replaced.
int RenameWithoutReplacing(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) return errno;
  // A disk without this kind of rename: the same by two calls.
  if (link(from.c_str(), to.c_str()) != 0) {
    const int error = errno;
    // A network disk that repeats a call whose answer was lost finds its own link.
    struct stat info;
    const bool ours = error == EEXIST && lstat(from.c_str(), &info) == 0 && info.st_nlink == 2;
    if (!ours) return error;
  }
  unlink(from.c_str());
  return 0;
}

int Rename(const std::string& from, const std::string& to) {
  return rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

/// A file on its way: written under `.<name>.<uuid>.tmp`, then given its name.
class PendingFile {
 public:
  /// Nothing may be called on it before Create() is Ok.
  explicit PendingFile(std::string path) : path_(std::move(path)), directory_(DirName(path_)) {}
  ~PendingFile() {
    if (exists_) unlink(temporary_.c_str());
  }
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  Status Create() {
    int error = TryCreate();
    if (error == ENOENT) {
      MILLRACE_RETURN_IF_ERROR(MakeDirectoriesWithParents(directory_));
      error = TryCreate();
    }
    return error == 0 ? Status::Ok() : ErrnoStatus(error, "write", path_);
  }

  Status Write(std::string_view bytes) {
    const int error = WriteAll(fd_.get(), bytes);
    return error == 0 ? Status::Ok() : ErrnoStatus(error, "write", path_);
  }

  /// Makes the bytes durable and gives the file its name by `rename`, then makes that durable.
  Status Publish(int (*rename)(const std::string&, const std::string&)) {
    int error = Sync(fd_.get());
    if (error == 0) error = fd_.Close();
    if (error != 0) return ErrnoStatus(error, "write", path_);
    // Before the file appears, so that no reader sees it beside a checksum of other bytes.
    const std::string checksum = HadoopChecksumPath(path_);
    if (unlink(checksum.c_str()) != 0 && errno != ENOENT) {
      return ErrnoStatus(errno, "remove the stale checksum", checksum);
    }
    error = rename(temporary_, path_);
    if (error == ENOENT) {
      return Status::Unavailable(
          fmt::format("cannot write {}: somebody else removed {}; does another process use this "
                      "folder?",
                      path_, temporary_));
    }
    if (error != 0) return ErrnoStatus(error, "write", path_);
    exists_ = false;
    return MakeNamesDurable(directory_);
  }

  const std::string& path() const { return path_; }

 private:
  /// 0 or the error number.
  int TryCreate() {
    // A process that was forked draws the same names as its parent: a name that is taken means
    // nothing about `path_`.
    for (int attempt = 0; attempt < kNameAttempts; ++attempt) {
      const base::Uuid id = base::Uuid::Random(base::Random::System());
      temporary_ = Join(directory_, fmt::format(".{}.{}.tmp", BaseName(path_), id.ToString()));
      fd_ = Open(temporary_, O_WRONLY | O_CREAT | O_EXCL);
      exists_ = fd_.ok();
      if (exists_) return 0;
      if (errno != EEXIST) return errno;
    }
    return EBUSY;
  }

  const std::string path_;
  const std::string directory_;
  std::string temporary_;
  Descriptor fd_;
  bool exists_ = false;  // The temporary file.
};

Status AlreadyExists(const std::string& path) {
  return Status::Conflict(fmt::format("{} exists already", path));
}

/// Publishes under a name that nobody has.
Status PublishNew(PendingFile* file) {
  Status status = file->Publish(&RenameWithoutReplacing);
  return status.code() == base::StatusCode::kConflict ? AlreadyExists(file->path()) : status;
}

class LocalOutputFile final : public OutputFile {
 public:
  explicit LocalOutputFile(const std::string& path) : file_(path) {}
  Status Create() { return file_.Create(); }

  Status Append(std::string_view bytes) override {
    if (closed_) return Status::Internal(fmt::format("{} is closed already", file_.path()));
    MILLRACE_RETURN_IF_ERROR(failure_);
    size_ += static_cast<std::int64_t>(bytes.size());
    if (buffer_.size() + bytes.size() <= kBufferBytes) {
      buffer_ += bytes;
      return Status::Ok();
    }
    failure_ = Flush();
    if (failure_.ok()) failure_ = file_.Write(bytes);
    return failure_;
  }

  std::int64_t size_bytes() const override { return size_; }

  Status Close() override {
    if (closed_) return Status::Internal(fmt::format("{} is closed already", file_.path()));
    closed_ = true;
    MILLRACE_RETURN_IF_ERROR(failure_);
    MILLRACE_RETURN_IF_ERROR(Flush());
    return PublishNew(&file_);
  }

 private:
  Status Flush() {
    Status status = buffer_.empty() ? Status::Ok() : file_.Write(buffer_);
    buffer_.clear();
    return status;
  }

  PendingFile file_;
  std::string buffer_;
  std::int64_t size_ = 0;
  bool closed_ = false;
  Status failure_;  // A file with a hole in it must never be published.
};

class LocalInputFile final : public InputFile {
 public:
  LocalInputFile(std::string path, Descriptor fd, std::int64_t size)
      : path_(std::move(path)), fd_(std::move(fd)), size_(size) {}
  std::int64_t size_bytes() const override { return size_; }
  Result<std::int64_t> ReadAt(std::int64_t offset, std::int64_t length, char* out) override {
    std::int64_t done = 0;
    while (done < length) {
      const ssize_t got = pread(fd_.get(), out + done, static_cast<std::size_t>(length - done),
                                static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return ErrnoStatus(errno, "read", path_);
      if (got == 0) break;
      done += got;
    }
    return done;
  }

 private:
  const std::string path_;
  const Descriptor fd_;
  const std::int64_t size_;
};

class LocalFileLock final : public FileLock {
 public:
  explicit LocalFileLock(Descriptor fd) : fd_(std::move(fd)) {}
  /// A name in a lock that nobody holds would mislead whoever finds the next holder at his start.
  ~LocalFileLock() override {
    if (ftruncate(fd_.get(), 0) != 0) return;
  }

 private:
  Descriptor fd_;  // Closing it gives the lock back.
};

std::string HostName() {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  return host;
}

/// "process 4711 on host build1", from what the holder of a lock has written; nothing when that is
/// not there, or names a process of this machine that is gone.
std::string NamedHolder(int fd) {
  char text[256];
  const ssize_t size = pread(fd, text, sizeof text, 0);
  std::string_view line(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  if (!line.ends_with('\n')) return {};
  line.remove_suffix(1);
  const std::size_t blank = line.find(' ');
  pid_t pid = 0;
  const auto parsed = std::from_chars(line.data(), line.data() + std::min(blank, line.size()), pid);
  if (blank == line.npos || parsed.ec != std::errc() || pid <= 0) return {};
  if (pid == getpid()) return fmt::format("this process ({})", pid);
  const std::string_view host = line.substr(blank + 1);
  if (host == HostName() && kill(pid, 0) != 0 && errno == ESRCH) return {};
  return fmt::format("process {} on host {}", pid, host);
}

/// The holder of a lock that is held; "another process" when it does not say. It may have the lock
/// since a moment and write its name in the next: until then there stands nothing, or the name of a
/// predecessor that was killed.
std::string HolderOf(int fd) {
  constexpr auto kPatience = std::chrono::seconds(1);
  constexpr auto kPause = std::chrono::milliseconds(5);
  for (auto waited = kPause * 0; waited < kPatience; waited += kPause) {
    if (std::string holder = NamedHolder(fd); !holder.empty()) return holder;
    std::this_thread::sleep_for(kPause);
  }
  return "another process";
}

base::WallTime ModifiedOf(const struct stat& info) {
  return base::WallTime(std::chrono::seconds(info.st_mtim.tv_sec) +
                        std::chrono::microseconds(info.st_mtim.tv_nsec / 1000));
}

FileInfo InfoOf(std::string_view name, const struct stat& info) {
  return {.name = std::string(name),
          .is_directory = S_ISDIR(info.st_mode),
          .size_bytes = S_ISDIR(info.st_mode) ? 0 : static_cast<std::int64_t>(info.st_size),
          .modified = ModifiedOf(info)};
}

class LocalDisk final : public FileSystem {
 public:
  Status CreateExclusive(const std::string& path, std::string_view bytes) override {
    // Cheap, and spares the loser of a race the write, and the winner his checksum file.
    if (faccessat(AT_FDCWD, path.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
      return AlreadyExists(path);
    }
    PendingFile file(path);
    MILLRACE_RETURN_IF_ERROR(file.Create());
    MILLRACE_RETURN_IF_ERROR(file.Write(bytes));
    return PublishNew(&file);
  }

  Status Replace(const std::string& path, std::string_view bytes) override {
    PendingFile file(path);
    MILLRACE_RETURN_IF_ERROR(file.Create());
    MILLRACE_RETURN_IF_ERROR(file.Write(bytes));
    return file.Publish(&Rename);
  }

  Result<std::unique_ptr<OutputFile>> OpenOutput(const std::string& path) override {
    auto file = std::make_unique<LocalOutputFile>(path);
    MILLRACE_RETURN_IF_ERROR(file->Create());
    return std::unique_ptr<OutputFile>(std::move(file));
  }

  Result<std::string> Read(const std::string& path) override {
    const Descriptor fd = Open(path, O_RDONLY);
    if (!fd.ok()) return ErrnoStatus(errno, "read", path);
    struct stat info;
    if (fstat(fd.get(), &info) != 0) return ErrnoStatus(errno, "read", path);
    std::string bytes;
    std::size_t size = 0;
    // One byte more than the size says, so that the end is seen by the same call.
    bytes.resize(static_cast<std::size_t>(std::max<off_t>(info.st_size, 0)) + 1);
    while (true) {
      const ssize_t got = read(fd.get(), bytes.data() + size, bytes.size() - size);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return ErrnoStatus(errno, "read", path);
      if (got == 0) break;
      size += static_cast<std::size_t>(got);
      if (size == bytes.size()) bytes.resize(size + kBufferBytes);
    }
    bytes.resize(size);
    return bytes;
  }

  Result<std::unique_ptr<InputFile>> OpenInput(const std::string& path) override {
    Descriptor fd = Open(path, O_RDONLY);
    if (!fd.ok()) return ErrnoStatus(errno, "read", path);
    struct stat info;
    if (fstat(fd.get(), &info) != 0) return ErrnoStatus(errno, "read", path);
    if (S_ISDIR(info.st_mode)) return ErrnoStatus(EISDIR, "read", path);
    return std::unique_ptr<InputFile>(std::make_unique<LocalInputFile>(
        path, std::move(fd), static_cast<std::int64_t>(info.st_size)));
  }

  Result<std::optional<FileInfo>> Stat(const std::string& path) override {
    struct stat info;
    if (stat(path.c_str(), &info) == 0) return std::optional(InfoOf(BaseName(path), info));
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<FileInfo>();
    return ErrnoStatus(errno, "look at", path);
  }

  Result<std::vector<FileInfo>> List(const std::string& directory) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(opendir(directory.c_str()), &closedir);
    if (entries == nullptr) return ErrnoStatus(errno, "list", directory);
    std::vector<FileInfo> infos;
    while (true) {
      errno = 0;
      const dirent* entry = readdir(entries.get());
      if (entry == nullptr) break;
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      struct stat info;
      const int fd = dirfd(entries.get());
      if (fstatat(fd, entry->d_name, &info, 0) != 0) {
        // Gone since, or a symbolic link that leads nowhere: not a file that can be read.
        if (errno == ENOENT || errno == ELOOP) continue;
        return ErrnoStatus(errno, "look at", Join(directory, name));
      }
      infos.push_back(InfoOf(name, info));
    }
    if (errno != 0) return ErrnoStatus(errno, "list", directory);
    std::ranges::sort(infos, {}, &FileInfo::name);
    return infos;
  }

  Status MakeDirectories(const std::string& directory) override {
    return MakeDirectoriesWithParents(directory);
  }

  Status SyncDirectory(const std::string& directory) override {
    return IsDirectory(directory) ? MakeNamesDurable(directory) : Status::Ok();
  }

  Status Remove(const std::string& path) override {
    if (unlink(path.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) return Status::Ok();
    if (errno != EISDIR && errno != EPERM) return ErrnoStatus(errno, "remove", path);
    const int error = errno;
    if (!IsDirectory(path)) return ErrnoStatus(error, "remove", path);
    if (rmdir(path.c_str()) == 0 || errno == ENOENT) return Status::Ok();
    return ErrnoStatus(errno == EEXIST ? ENOTEMPTY : errno, "remove the folder", path);
  }

  Status Move(const std::string& from, const std::string& to) override {
    if (faccessat(AT_FDCWD, from.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) != 0) {
      return ErrnoStatus(errno, "move", from);
    }
    MILLRACE_RETURN_IF_ERROR(MakeDirectoriesWithParents(std::string(DirName(to))));
    const int error = RenameWithoutReplacing(from, to);
    if (error == EEXIST) return AlreadyExists(to);
    if (error != 0) return ErrnoStatus(error, "move", from);
    DurableFolders::Get()->Forget(to);
    MILLRACE_RETURN_IF_ERROR(MakeNamesDurable(std::string(DirName(to))));
    return MakeNamesDurable(std::string(DirName(from)));
  }

  Result<std::unique_ptr<FileLock>> TryLock(const std::string& path) override {
    Descriptor fd = Open(path, O_RDWR | O_CREAT);
    if (!fd.ok() && errno == ENOENT) {
      MILLRACE_RETURN_IF_ERROR(MakeDirectoriesWithParents(std::string(DirName(path))));
      fd = Open(path, O_RDWR | O_CREAT);
    }
    if (!fd.ok()) return ErrnoStatus(errno, "open the lock", path);
    while (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno != EWOULDBLOCK) return ErrnoStatus(errno, "lock", path);
      return Status::Conflict(fmt::format("{} is locked by {}", path, HolderOf(fd.get())));
    }
    const std::string holder = fmt::format("{} {}\n", getpid(), HostName());
    if (ftruncate(fd.get(), 0) != 0) return ErrnoStatus(errno, "write the lock", path);
    const int error = WriteAll(fd.get(), holder);
    if (error != 0) return ErrnoStatus(error, "write the lock", path);
    return std::unique_ptr<FileLock>(std::make_unique<LocalFileLock>(std::move(fd)));
  }
};

}  // namespace

FileSystem* LocalFileSystem() {
  static auto* disk = new LocalDisk;  // Never destroyed: threads may outlive main.
  return disk;
}

}  // namespace millrace::fs
