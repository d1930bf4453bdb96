#include "fs/errno_status.h"

#include <cerrno>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

namespace millrace::fs {
namespace {

/// The advice for one error number; empty when there is none.
std::string Advice(int error) {
  switch (error) {
    case ENOSPC:
      return "free some space on this disk and start again";
    case EDQUOT:
      return "free some space or raise the quota, and start again";
    case EACCES:
    case EPERM:
      return fmt::format("give the user of this process (uid {}) the right to do so", geteuid());
    case EROFS:
      return "mount it writable or choose another place";
    case EIO:
      return "the disk failed; look into the system's log";
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files (ulimit -n)";
    case ENOTDIR:
      return "one of its parents is a file, not a folder";
    case EISDIR:
      return "it is a folder, not a file";
    case ENAMETOOLONG:
      return "choose a shorter name";
    case EFBIG:
      return "the file is larger than this disk or the limit of the process allows";
    default:
      return {};
  }
}

base::StatusCode CodeOf(int error) {
  switch (error) {
    case ENOENT:
      return base::StatusCode::kNotFound;
    case EEXIST:
    case ENOTEMPTY:
      return base::StatusCode::kConflict;
    case ENOTDIR:
    case EISDIR:
    case ENAMETOOLONG:
    case ELOOP:
    case EINVAL:
      return base::StatusCode::kInvalidArgument;
    default:
      return base::StatusCode::kUnavailable;
  }
}

}  // namespace

base::Status ErrnoStatus(int error, std::string_view action, std::string_view path) {
  std::string text =
      fmt::format("cannot {} {}: {}", action, path, std::generic_category().message(error));
  if (const std::string advice = Advice(error); !advice.empty()) text += ": " + advice;
  return {CodeOf(error), std::move(text)};
}

}  // namespace millrace::fs
