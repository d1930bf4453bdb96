// A disk that fails where it is told to, in front of an unmodified program (LD_PRELOAD).
//
// It numbers the calls that change files below one folder, and does something to one of them:
//
//   MILLRACE_DISK_ROOT   the folder; without it nothing is touched
//   MILLRACE_DISK_TRACE  a file that gets one line for each call, outside of that folder:
//                        number TAB kind TAB path TAB old path of a rename or link TAB result
//   MILLRACE_DISK_AT     which call: its number from 1, or "kind|glob|n", the n-th call of that
//                        kind whose path, relative to the folder, matches
//   MILLRACE_DISK_DO     what happens to it:
//     kill-before, kill-after   SIGKILL instead of it, or when it is done
//     torn                      half of a write is done, then SIGKILL (other calls: kill-after)
//     EIO, ENOSPC               it fails and does nothing (close closes all the same)
//     lost                      it is done, but the answer is EIO
//     short                     half of a write is done, as write(2) may; that is no error
//     full                      the disk is full from here on: half of a write is done, and then
//                               whatever needs space fails with ENOSPC
//     stop                      SIGSTOP before it; SIGCONT goes on
//
// Kinds: create, write, sync, close (of files that were opened for writing), truncate, rename,
// link, unlink, mkdir, rmdir. Paths are relative to the folder, "./" is the folder itself, and a
// folder's path ends in a slash where it is synced.
//
// A sync that shall succeed is counted and not passed on: what SIGKILL leaves behind does not
// depend on it, and what a power cut would leave is worked out from the trace (power_cut.py). All
// other calls go to the kernel directly, so that nothing here calls itself.

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <fnmatch.h>
#include <linux/limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

constexpr int kDescriptors = 65536;

enum class Action { kNone, kKillBefore, kKillAfter, kTorn, kFail, kLost, kShort, kFull, kStop };

/// An environment variable, or nothing.
std::string Variable(const char* name) {
  const char* text = getenv(name);
  return text == nullptr ? std::string() : std::string(text);
}

[[noreturn]] void Die() {
  syscall(SYS_kill, getpid(), SIGKILL);
  while (true) pause();
}

[[noreturn]] void Misuse(std::string_view why) {
  const std::string text = "disk_shim: " + std::string(why) + "\n";
  syscall(SYS_write, 2, text.data(), text.size());
  _exit(2);
}

struct Call {
  std::string_view kind;
  std::string path;  // Relative to the root.
  std::string from;
  bool needs_space = false;
};

class Disk {
 public:
  static Disk& Get() {
    static auto* disk = new Disk;  // Never destroyed: threads may outlive main.
    return *disk;
  }

  /// The path below the root, or nothing when it is elsewhere.
  std::optional<std::string> Below(int directory, const char* path) const {
    if (root_.empty() || path == nullptr) return std::nullopt;
    std::string full = path;
    if (path[0] != '/') full = (directory == AT_FDCWD ? "" : PathOf(directory) + "/") + full;
    return Relative(full);
  }

  bool Watches(int fd) const { return fd >= 0 && fd < kDescriptors && watched_[fd] != 0; }
  bool IsWritable(int fd) const { return watched_[fd] == 'w'; }
  void Watch(int fd, bool writable) {
    if (fd >= 0 && fd < kDescriptors) watched_[fd] = writable ? 'w' : 'r';
  }
  void Forget(int fd) { watched_[fd] = 0; }

  /// The path of a watched descriptor, relative to the root.
  std::string NameOf(int fd) const {
    const std::string path = PathOf(fd);
    std::string name = Relative(path).value_or(path);
    struct stat info;
    if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) name += '/';
    return name;
  }

  /// Numbers the call, then does it as the plan says. `run` makes the call and sets errno.
  template <typename Run>
  long Do(const Call& call, Run&& run) {
    return DoWrite(call, 0, [&](std::size_t) { return run(); });
  }

  /// The same for `bytes` bytes; `run` writes as many as it is told.
  template <typename Run>
  long DoWrite(const Call& call, std::size_t bytes, Run&& run) {
    const std::lock_guard lock(mutex_);
    const Action action = Next(call);
    const std::size_t half = bytes > 1 ? bytes / 2 : bytes;
    switch (action) {
      case Action::kKillBefore:
        Trace(call, "killed before");
        Die();
      case Action::kKillAfter:
        Trace(call, Result(run(bytes)));
        Die();
      case Action::kTorn:
        Trace(call, Result(run(half)));
        Die();
      case Action::kFail:
        if (call.kind == "close") run(bytes);
        return Fail(call, error_);
      case Action::kFull:
        if (!call.needs_space) break;
        if (bytes <= 1 || was_full_) return Fail(call, ENOSPC);
        was_full_ = true;
        return Told(call, run(half));
      case Action::kLost:
        run(bytes);
        return Fail(call, EIO);
      case Action::kShort:
        return Told(call, run(half));
      case Action::kStop:
        raise(SIGSTOP);
        break;
      case Action::kNone:
        break;
    }
    return Told(call, run(bytes));
  }

 private:
  Disk() : root_(Variable("MILLRACE_DISK_ROOT")) {
    if (root_.empty()) return;
    if (!root_.ends_with('/')) root_ += '/';
    if (const std::string trace = Variable("MILLRACE_DISK_TRACE"); !trace.empty()) {
      trace_ = static_cast<int>(syscall(SYS_openat, AT_FDCWD, trace.c_str(),
                                        O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
      if (trace_ < 0) Misuse("cannot write " + trace);
    }
    if (const std::string at = Variable("MILLRACE_DISK_AT"); !at.empty()) ReadPlan(at);
  }

  std::optional<std::string> Relative(const std::string& path) const {
    if (path + '/' == root_) return ".";
    if (path.starts_with(root_)) return path.substr(root_.size());
    return std::nullopt;
  }

  void ReadPlan(const std::string& at) {
    action_ = ReadAction(Variable("MILLRACE_DISK_DO"));
    std::string_view number = at;
    if (const std::size_t bar = at.find('|'); bar != std::string::npos) {
      const std::size_t second = at.find('|', bar + 1);
      if (second == std::string::npos) Misuse("MILLRACE_DISK_AT is kind|glob|n or a number");
      kind_ = at.substr(0, bar);
      glob_ = at.substr(bar + 1, second - bar - 1);
      number.remove_prefix(second + 1);
    }
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), at_);
    if (parsed.ec != std::errc() || at_ < 1) Misuse("MILLRACE_DISK_AT counts from 1");
  }

  Action ReadAction(std::string_view text) {
    if (text == "kill-before") return Action::kKillBefore;
    if (text == "kill-after") return Action::kKillAfter;
    if (text == "torn") return Action::kTorn;
    if (text == "lost") return Action::kLost;
    if (text == "short") return Action::kShort;
    if (text == "full") return Action::kFull;
    if (text == "stop") return Action::kStop;
    if (text == "EIO") error_ = EIO;
    if (text == "ENOSPC") error_ = ENOSPC;
    if (error_ == 0) Misuse("MILLRACE_DISK_DO is none of those that are known");
    return Action::kFail;
  }

  /// What shall happen to this call. Needs the mutex.
  Action Next(const Call& call) {
    ++calls_;
    if (at_ == 0) return Action::kNone;
    if (reached_) return action_ == Action::kFull ? Action::kFull : Action::kNone;
    if (kind_.empty()) {
      reached_ = calls_ == at_;
    } else if (call.kind == kind_ && fnmatch(glob_.c_str(), call.path.c_str(), 0) == 0) {
      reached_ = ++matches_ == at_;
    }
    return reached_ ? action_ : Action::kNone;
  }

  static std::string PathOf(int fd) {
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    std::array<char, PATH_MAX> path;
    const ssize_t size = readlink(link.c_str(), path.data(), path.size());
    return size < 0 ? std::string() : std::string(path.data(), static_cast<std::size_t>(size));
  }

  static std::string Result(long value) {
    return value < 0 ? strerrorname_np(errno) : std::to_string(value);
  }

  long Told(const Call& call, long value) {
    const int error = errno;
    Trace(call, Result(value));
    errno = error;
    return value;
  }

  long Fail(const Call& call, int error) {
    Trace(call, strerrorname_np(error));
    errno = error;
    return -1;
  }

  void Trace(const Call& call, const std::string& result) const {
    if (trace_ < 0) return;
    const std::string line = std::to_string(calls_) + '\t' + std::string(call.kind) + '\t' +
                             call.path + '\t' + call.from + '\t' + result + '\n';
    syscall(SYS_write, trace_, line.data(), line.size());
  }

  std::string root_;  // Ends in a slash; empty: nothing is watched.
  int trace_ = -1;
  Action action_ = Action::kNone;
  int error_ = 0;
  std::string kind_;  // Empty: `at_` counts all calls.
  std::string glob_;
  std::int64_t at_ = 0;  // 0: nothing happens to any call.
  // Of each descriptor: 0 not watched, 'r' or 'w' opened for reading or writing.
  std::array<std::atomic<char>, kDescriptors> watched_{};

  std::mutex mutex_;  // Held over the calls, so that the trace has their order. Protects the rest.
  std::int64_t calls_ = 0;
  std::int64_t matches_ = 0;
  bool reached_ = false;
  bool was_full_ = false;
};

int OpenAt(int directory, const char* path, int flags, mode_t mode) {
  Disk& disk = Disk::Get();
  const auto open = [&] { return syscall(SYS_openat, directory, path, flags, mode); };
  const std::optional<std::string> name = disk.Below(directory, path);
  if (!name) return static_cast<int>(open());
  const bool creates = (flags & O_CREAT) != 0;
  const long fd = creates ? disk.Do({"create", *name, "", true}, open) : open();
  disk.Watch(static_cast<int>(fd), (flags & O_ACCMODE) != O_RDONLY);
  return static_cast<int>(fd);
}

mode_t ModeOf(int flags, std::va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

template <typename Run>
ssize_t Write(int fd, std::size_t bytes, Run&& run) {
  Disk& disk = Disk::Get();
  if (!disk.Watches(fd)) return run(bytes);
  return disk.DoWrite({"write", disk.NameOf(fd), "", true}, bytes, run);
}

int Sync(int fd, long number) {
  Disk& disk = Disk::Get();
  if (!disk.Watches(fd)) return static_cast<int>(syscall(number, fd));
  return static_cast<int>(disk.Do({"sync", disk.NameOf(fd), "", true}, [] { return 0L; }));
}

/// A call on one path.
template <typename Run>
int OnPath(std::string_view kind, int directory, const char* path, bool needs_space, Run&& run) {
  Disk& disk = Disk::Get();
  const std::optional<std::string> name = disk.Below(directory, path);
  if (!name) return static_cast<int>(run());
  return static_cast<int>(disk.Do({kind, *name, "", needs_space}, run));
}

/// A call that gives what is at `from` the name `to`.
template <typename Run>
int OnPaths(std::string_view kind, const char* from, int directory, const char* to, Run&& run) {
  Disk& disk = Disk::Get();
  const std::optional<std::string> name = disk.Below(directory, to);
  if (!name) return static_cast<int>(run());
  const std::string old_name = disk.Below(AT_FDCWD, from).value_or(from);
  return static_cast<int>(disk.Do({kind, *name, old_name, kind == "link"}, run));
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return OpenAt(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return OpenAt(AT_FDCWD, path, flags, mode);
}

int openat(int directory, const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return OpenAt(directory, path, flags, mode);
}

int openat64(int directory, const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return OpenAt(directory, path, flags, mode);
}

int __open_2(const char* path, int flags) { return OpenAt(AT_FDCWD, path, flags, 0); }
int __open64_2(const char* path, int flags) { return OpenAt(AT_FDCWD, path, flags, 0); }

int creat(const char* path, mode_t mode) {
  return OpenAt(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int creat64(const char* path, mode_t mode) { return creat(path, mode); }

ssize_t write(int fd, const void* data, size_t size) {
  return Write(fd, size, [=](std::size_t bytes) { return syscall(SYS_write, fd, data, bytes); });
}

ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  return Write(fd, size,
               [=](std::size_t bytes) { return syscall(SYS_pwrite64, fd, data, bytes, offset); });
}

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) {
  return pwrite(fd, data, size, offset);
}

ssize_t writev(int fd, const struct iovec* parts, int count) {
  std::size_t size = 0;
  for (int i = 0; i < count; ++i) size += parts[i].iov_len;
  return Write(fd, size, [=](std::size_t bytes) {
    if (bytes == size) return syscall(SYS_writev, fd, parts, count);
    return syscall(SYS_write, fd, parts[0].iov_base, std::min(bytes, parts[0].iov_len));
  });
}

int fsync(int fd) { return Sync(fd, SYS_fsync); }
int fdatasync(int fd) { return Sync(fd, SYS_fdatasync); }

int ftruncate(int fd, off_t size) {
  Disk& disk = Disk::Get();
  const auto run = [=] { return syscall(SYS_ftruncate, fd, size); };
  if (!disk.Watches(fd)) return static_cast<int>(run());
  return static_cast<int>(disk.Do({"truncate", disk.NameOf(fd), "", false}, run));
}

int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

int close(int fd) {
  Disk& disk = Disk::Get();
  const auto run = [=] { return syscall(SYS_close, fd); };
  if (!disk.Watches(fd)) return static_cast<int>(run());
  const bool writable = disk.IsWritable(fd);
  disk.Forget(fd);
  if (!writable) return static_cast<int>(run());
  return static_cast<int>(disk.Do({"close", disk.NameOf(fd), "", false}, run));
}

int rename(const char* from, const char* to) {
  return OnPaths("rename", from, AT_FDCWD, to, [=] { return syscall(SYS_rename, from, to); });
}

int renameat(int from_directory, const char* from, int directory, const char* to) {
  return OnPaths("rename", from, directory, to,
                 [=] { return syscall(SYS_renameat, from_directory, from, directory, to); });
}

int renameat2(int from_directory, const char* from, int directory, const char* to,
              unsigned int flags) {
  return OnPaths("rename", from, directory, to, [=] {
    return syscall(SYS_renameat2, from_directory, from, directory, to, flags);
  });
}

int link(const char* from, const char* to) {
  return OnPaths("link", from, AT_FDCWD, to, [=] { return syscall(SYS_link, from, to); });
}

int linkat(int from_directory, const char* from, int directory, const char* to, int flags) {
  return OnPaths("link", from, directory, to,
                 [=] { return syscall(SYS_linkat, from_directory, from, directory, to, flags); });
}

int unlink(const char* path) {
  return OnPath("unlink", AT_FDCWD, path, false, [=] { return syscall(SYS_unlink, path); });
}

int unlinkat(int directory, const char* path, int flags) {
  const char* kind = (flags & AT_REMOVEDIR) != 0 ? "rmdir" : "unlink";
  return OnPath(kind, directory, path, false,
                [=] { return syscall(SYS_unlinkat, directory, path, flags); });
}

int mkdir(const char* path, mode_t mode) {
  return OnPath("mkdir", AT_FDCWD, path, true, [=] { return syscall(SYS_mkdir, path, mode); });
}

int mkdirat(int directory, const char* path, mode_t mode) {
  return OnPath("mkdir", directory, path, true,
                [=] { return syscall(SYS_mkdirat, directory, path, mode); });
}

int rmdir(const char* path) {
  return OnPath("rmdir", AT_FDCWD, path, false, [=] { return syscall(SYS_rmdir, path); });
}

}  // extern "C"
