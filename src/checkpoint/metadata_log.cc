#include "checkpoint/metadata_log.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/check.h"

namespace millrace::checkpoint {
namespace {

using base::Result;
using base::Status;

/// Up to this many ids are removed by name, without reading the folder.
constexpr std::int64_t kRemovedByName = 3;

/// The id that `name` is the decimal text of; "007" and "+7" are no names of batch 7.
std::optional<std::int64_t> ParseBatchId(std::string_view name) {
  std::int64_t id = 0;
  const char* const end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data(), end, id);
  if (parsed.ec != std::errc() || parsed.ptr != end || id < 0) return std::nullopt;
  if (name.size() > 1 && name.front() == '0') return std::nullopt;
  return id;
}

}  // namespace

Status ConcurrentLogUpdate(std::int64_t batch_id) {
  return Status::Conflict(
             fmt::format("Concurrent update to the log. Multiple streaming jobs detected for {}.\n"
                         "Please make sure only one streaming job runs on a specific checkpoint "
                         "location at a time.",
                         batch_id))
      .WithSparkError({"SparkException",
                       "CONCURRENT_STREAM_LOG_UPDATE",
                       "40000",
                       {{"batchId", std::to_string(batch_id)}}});
}

MetadataLog::MetadataLog(fs::FileSystem* file_system, std::string directory)
    : file_system_(file_system), directory_(std::move(directory)) {}

std::string MetadataLog::Path(std::int64_t batch_id) const {
  return fs::Join(directory_, std::to_string(batch_id));
}

Status MetadataLog::Add(std::int64_t batch_id, std::string_view bytes) {
  MILLRACE_CHECK(batch_id >= 0);
  const Status status = file_system_->CreateExclusive(Path(batch_id), bytes);
  return status.code() == base::StatusCode::kConflict ? ConcurrentLogUpdate(batch_id) : status;
}

Result<std::string> MetadataLog::Read(std::int64_t batch_id) const {
  return file_system_->Read(Path(batch_id));
}

Result<std::vector<std::int64_t>> MetadataLog::List() const {
  auto files = file_system_->List(directory_);
  std::vector<std::int64_t> ids;
  if (files.status().code() == base::StatusCode::kNotFound) return ids;
  if (!files.ok()) return files.status();
  for (const fs::FileInfo& file : *files) {
    if (file.is_directory) continue;
    if (const auto id = ParseBatchId(file.name)) ids.push_back(*id);
  }
  std::ranges::sort(ids);
  return ids;
}

Status MetadataLog::RemoveBatch(std::int64_t batch_id) {
  const std::string path = Path(batch_id);
  // The checksum first: a file without one is good, one without its file stops a later Spark.
  MILLRACE_RETURN_IF_ERROR(file_system_->Remove(fs::HadoopChecksumPath(path)));
  return file_system_->Remove(path);
}

Status MetadataLog::Purge(std::int64_t threshold) {
  if (threshold <= purged_below_) return Status::Ok();
  if (threshold - purged_below_ <= kRemovedByName) {
    for (std::int64_t id = purged_below_; id < threshold; ++id) {
      MILLRACE_RETURN_IF_ERROR(RemoveBatch(id));
    }
  } else {
    MILLRACE_ASSIGN_OR_RETURN(const std::vector<std::int64_t> ids, List());
    for (const std::int64_t id : ids) {
      if (id < threshold) MILLRACE_RETURN_IF_ERROR(RemoveBatch(id));
    }
  }
  purged_below_ = threshold;
  return Status::Ok();
}

}  // namespace millrace::checkpoint
