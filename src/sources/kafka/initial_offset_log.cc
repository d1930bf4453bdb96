#include "sources/kafka/initial_offset_log.h"

#include <charconv>
#include <string_view>

#include <fmt/format.h>

namespace millrace::sources::kafka {

namespace {

using base::Status;

Status Malformed(const std::string& path, std::string_view what) {
  return Status::Corrupt(
             fmt::format("Failed to read log file {}. Log file was malformed: {}", path, what))
      .WithSparkError({.exception_class = "IllegalStateException",
                       .condition = "MALFORMED_LOG_FILE",
                       .sql_state = ""});
}

/// The text after the line that says the version.
base::Result<std::string_view> AfterVersion(std::string_view text, const std::string& path) {
  const std::size_t line_end = text.find('\n');
  if (line_end == std::string_view::npos) {
    return Malformed(path, "failed to detect the log file version line.");
  }
  std::string_view version = text.substr(1, line_end - 1);
  if (version.ends_with('\r')) version.remove_suffix(1);
  int number = 0;
  const auto [end, error] =
      std::from_chars(version.data(), version.data() + version.size(), number);
  if (error != std::errc() || end != version.data() + version.size() || number <= 0) {
    return Malformed(path, fmt::format("failed to read correct log version from v{}.", version));
  }
  if (number > 1) {
    return Status::Corrupt(
               fmt::format(
                   "Failed to read log file {}. UnsupportedLogVersion. The maximum supported "
                   "log version is v1, but encountered v{}. The log file was produced by a "
                   "newer version of Spark and cannot be read by this version. You need to "
                   "upgrade.",
                   path, number))
        .WithSparkError(
            {.exception_class = "IllegalStateException",
             .condition = "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION",
             .sql_state = "KD002",
             .parameters = {{"version", std::to_string(number)}, {"maxSupportedVersion", "1"}}});
  }
  return text.substr(line_end + 1);
}

}  // namespace

base::Result<std::optional<Offsets>> InitialOffsetLog::Read() const {
  MILLRACE_ASSIGN_OR_RETURN(const std::optional<fs::FileInfo> info, file_system_->Stat(path_));
  if (!info) return std::optional<Offsets>();
  // Batch 0 begins here in all repetitions: whoever wrote it may have died before it was durable.
  MILLRACE_RETURN_IF_ERROR(file_system_->SyncDirectory(std::string(fs::DirName(path_))));
  MILLRACE_ASSIGN_OR_RETURN(const std::string bytes, file_system_->Read(path_));
  if (bytes.size() < 2) return Malformed(path_, "it is empty.");
  std::string_view text = std::string_view(bytes).substr(1);
  if (text.starts_with('v')) {
    MILLRACE_ASSIGN_OR_RETURN(text, AfterVersion(text, path_));
  }
  const auto offsets = ParseOffsets(text);
  if (!offsets.ok()) return Malformed(path_, offsets.status().message());
  return std::optional(*offsets);
}

base::Result<Offsets> InitialOffsetLog::Store(const Offsets& offsets) const {
  std::string bytes(1, '\0');
  bytes += "v1\n" + FormatOffsets(offsets);
  const Status status = file_system_->CreateExclusive(path_, bytes);
  if (status.ok()) return offsets;
  if (status.code() != base::StatusCode::kConflict) return status;
  MILLRACE_ASSIGN_OR_RETURN(const std::optional<Offsets> stored, Read());
  if (!stored) return status;
  return *stored;
}

}  // namespace millrace::sources::kafka
