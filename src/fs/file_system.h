#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/status.h"

namespace millrace::fs {

struct FileInfo {
  std::string name;  ///< Last path element.
  bool is_directory = false;
  std::int64_t size_bytes = 0;
  base::WallTime modified;
};

/// A file being written. Invisible under its name until Close() has returned Ok (a store may show
/// partial bytes under a temporary, dotted name). Destroying it unclosed leaves nothing behind.
/// Not thread-safe.
class OutputFile {
 public:
  virtual ~OutputFile() = default;
  virtual base::Status Append(std::string_view bytes) = 0;
  virtual std::int64_t size_bytes() const = 0;
  /// Bytes and name are durable when this returns Ok. Conflict when the name exists by then.
  virtual base::Status Close() = 0;
};

/// A file being read, at any place. Thread-safe.
class InputFile {
 public:
  virtual ~InputFile() = default;
  virtual std::int64_t size_bytes() const = 0;
  /// The bytes [offset, offset + length) into `out`; how many there were, fewer only at the end.
  virtual base::Result<std::int64_t> ReadAt(std::int64_t offset, std::int64_t length,
                                            char* out) = 0;
};

/// An advisory lock; destroying it gives it back, and so does the end of the process, however it
/// ends.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

/// Files behind one seam. Paths are absolute, with `/`, of the form that the store takes
/// (local: "/a/b"); Resolve makes them from what a user wrote. Thread-safe.
///
/// Errors: NotFound (also for a missing parent on read), Conflict (exists already), InvalidArgument
/// (no file can have this path: too long, a parent is a file), Unavailable (no space, input/output
/// error, no permission: the text says which and what to do), Corrupt never. After Unavailable from
/// a call that writes, the file is there whole or not there at all; which of the two is unknown.
///
/// Hadoop keeps a hidden checksum `.<name>.crc` beside a file on a local disk and refuses a file
/// that does not match it. A call that makes or replaces `<name>` therefore removes that file.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// The one operation that everything rests on: `path` appears with all of `bytes`, durably, or
  /// not at all; an existing file is never changed. Conflict when `path` exists. Parent folders are
  /// made. Local: temporary file `.<name>.<uuid>.tmp`, fsync, rename that never replaces (or
  /// link(2)), fsync of the folder. A crash may leave the temporary file, which nobody reads.
  virtual base::Status CreateExclusive(const std::string& path, std::string_view bytes) = 0;

  /// `path` then has `bytes`, durably and atomically, whatever stood there. For hints that may be
  /// overwritten (`_last_checkpoint`), never for logs.
  virtual base::Status Replace(const std::string& path, std::string_view bytes) = 0;

  /// Starts a data file that never overwrites. Parent folders are made.
  virtual base::Result<std::unique_ptr<OutputFile>> OpenOutput(const std::string& path) = 0;

  virtual base::Result<std::string> Read(const std::string& path) = 0;
  /// For files too large for Read(). A store without a way of its own gives one that Read() fills.
  virtual base::Result<std::unique_ptr<InputFile>> OpenInput(const std::string& path);
  /// nullopt when there is nothing at `path`.
  virtual base::Result<std::optional<FileInfo>> Stat(const std::string& path) = 0;
  /// Entries of a folder in name order, dotted ones included. NotFound when it does not exist.
  virtual base::Result<std::vector<FileInfo>> List(const std::string& directory) = 0;
  /// With parents; Ok when it exists already. Durable with the first file in it.
  virtual base::Status MakeDirectories(const std::string& directory) = 0;
  /// Makes durable every name that stands in `directory`, and its own. Whoever finds a file that
  /// somebody else has written, and lets anything rest on it, calls this before: that process may
  /// have died between giving the name and syncing it. Ok when there is no such folder.
  virtual base::Status SyncDirectory(const std::string& directory) = 0;
  /// Ok when there was nothing to remove. A folder is removed only when empty (Conflict else).
  /// After a power cut what was removed may be back.
  virtual base::Status Remove(const std::string& path) = 0;

  /// `from` has the name `to` afterwards, atomically; a folder with all that is in it. Parent
  /// folders of `to` are made. Conflict when `to` exists, NotFound when `from` does not.
  virtual base::Status Move(const std::string& from, const std::string& to) = 0;

  /// Takes the lock that `path` stands for; does not wait. Conflict when somebody has it, in
  /// another process or in this one; the text names the process that holds it when that is known.
  /// Local: flock(2) on a file that is made, with its parents, and stays there; of this machine
  /// only.
  virtual base::Result<std::unique_ptr<FileLock>> TryLock(const std::string& path) = 0;
};

/// The machine's disks; lives for ever.
FileSystem* LocalFileSystem();

/// `parent + "/" + child` without doubled slashes.
std::string Join(std::string_view parent, std::string_view child);
/// "/a/b" -> "b"; a slash at the end does not count.
std::string_view BaseName(std::string_view path);
/// "/a/b" -> "/a", "/a" -> "/", "a" -> "".
std::string_view DirName(std::string_view path);
/// ".<name>.crc" beside `path`: Hadoop's hidden checksum of that file.
std::string HadoopChecksumPath(std::string_view path);

/// Store and path of a user's location: "dir", "/abs/dir", "file:/abs/dir", "file:///abs/dir".
/// Relative paths are made absolute; doubled slashes, "." and ".." are taken out. Unsupported for a
/// scheme that no store serves (named), InvalidArgument for an empty text.
struct Location {
  FileSystem* file_system;  ///< Not owned; lives for ever.
  std::string path;
};
base::Result<Location> Resolve(std::string_view uri);

/// "file:/abs/dir": how Hadoop and so Spark's progress and errors show a local path.
std::string ToHadoopUri(std::string_view path);

}  // namespace millrace::fs
