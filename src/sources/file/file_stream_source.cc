#include "sources/file/file_stream_source.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "clients/files/errors.h"
#include "clients/files/glob.h"
#include "clients/files/sink_log.h"
#include "fs/escapes.h"

namespace millrace::sources::file {

using base::Result;
using base::Status;
using clients::files::DataFile;
using connector::Offset;

namespace {

// How long a listing that found nothing new is believed.
constexpr std::chrono::milliseconds kListingAge{50};

}  // namespace

FileStreamSource::FileStreamSource(connector::SourceContext context, StreamOptions options,
                                   fs::Location location,
                                   std::shared_ptr<const clients::files::ScanPlan> plan,
                                   StructType partition_columns)
    : context_(std::move(context)),
      options_(std::move(options)),
      location_(std::move(location)),
      plan_(std::move(plan)),
      partition_columns_(std::move(partition_columns)),
      log_(context_.file_system, context_.metadata_path, {}, context_.clock),
      seen_(options_.max_file_age, options_.file_name_only) {}

Status FileStreamSource::Start() {
  MILLRACE_ASSIGN_OR_RETURN(const auto latest, log_.Latest());
  log_offset_ = latest.value_or(-1);
  MILLRACE_ASSIGN_OR_RETURN(const auto lines, log_.All());
  for (const std::string& line : lines) {
    Result<FileEntry> entry = ParseFileEntry(line);
    if (!entry.ok()) return entry.status().WithContext(log_.directory());
    seen_.Add(entry->uri, entry->time_ms);
  }
  seen_.Purge();
  return Status::Ok();
}

std::string FileStreamSource::description() const {
  return fmt::format("FileStreamSource[{}]", fs::ToHadoopUri(location_.path));
}

Result<std::optional<Offset>> FileStreamSource::InitialOffset(std::stop_token) {
  return std::optional<Offset>();
}

Result<std::vector<FileStreamSource::NewFile>> FileStreamSource::List() const {
  MILLRACE_ASSIGN_OR_RETURN(
      const auto roots,
      clients::files::ExpandPaths(location_.file_system, {location_.path}, false));
  MILLRACE_ASSIGN_OR_RETURN(
      const auto listing,
      clients::files::ListFiles(location_.file_system, roots, options_.read.listing));
  std::vector<NewFile> files;
  for (const DataFile& file : listing.files) {
    files.push_back({fs::ToFileUri(file.path), base::ToMillis(file.modified), file.size_bytes});
  }
  if (options_.latest_first) {
    std::ranges::stable_sort(files, std::greater(), &NewFile::time_ms);
  } else {
    std::ranges::stable_sort(files, {}, &NewFile::time_ms);
  }
  return files;
}

Status FileStreamSource::PrepareAvailableNow(std::stop_token) {
  MILLRACE_ASSIGN_OR_RETURN(available_now_, List());
  return Status::Ok();
}

Result<std::vector<FileStreamSource::NewFile>> FileStreamSource::FindNew(bool limited) {
  std::vector<NewFile> files;
  if (limited && !unread_.empty()) {
    files = std::exchange(unread_, {});
  } else if (available_now_) {
    files = *available_now_;
  } else {
    const bool fresh = context_.clock->Now() - listed_at_ < kListingAge;
    if (fresh && !refresh_) return files;
    refresh_ = false;
    MILLRACE_ASSIGN_OR_RETURN(files, List());
    listed_at_ = context_.clock->Now();
  }
  // With fileNameOnly, files of one name that are new together are all read, as by Spark.
  std::erase_if(files, [&](const NewFile& file) { return !seen_.IsNew(file.uri, file.time_ms); });
  if (!files.empty()) refresh_ = true;  // There may be more than is taken now.
  return files;
}

std::vector<FileStreamSource::NewFile> FileStreamSource::Take(std::vector<NewFile> found,
                                                              connector::ReadLimit limit) {
  unread_.clear();
  if (limit == connector::ReadLimit::kAllAvailable) return found;
  std::size_t count = found.size();
  if (options_.max_files) {
    count = std::min(count, static_cast<std::size_t>(*options_.max_files));
  } else if (options_.max_bytes) {
    std::int64_t rest = *options_.max_bytes;
    count = 0;
    while (count < found.size() && (count == 0 || found[count].size_bytes <= rest)) {
      rest -= std::min(rest, found[count].size_bytes);
      ++count;
    }
  }
  const auto first_unread = found.begin() + static_cast<std::ptrdiff_t>(count);
  const auto left = static_cast<double>(found.size() - count);
  const bool worth_keeping =
      options_.max_files &&
      left >= static_cast<double>(*options_.max_files) * options_.discard_cached_ratio;
  if (!options_.latest_first && worth_keeping && left > 0) {
    unread_.assign(first_unread, found.end());
    const auto most = static_cast<std::size_t>(options_.max_cached_files);
    if (unread_.size() > most) unread_.resize(most);
  }
  found.erase(first_unread, found.end());
  return found;
}

Status FileStreamSource::Log(const std::vector<NewFile>& files) {
  std::vector<std::string> lines;
  for (const NewFile& file : files) {
    lines.push_back(ToJson(FileEntry{file.uri, file.time_ms, log_offset_ + 1}));
  }
  MILLRACE_ASSIGN_OR_RETURN(const bool added, log_.Add(log_offset_ + 1, lines));
  if (!added) {
    return Status::Conflict(fmt::format(
        "Concurrent update to the log. Multiple streaming jobs detected for {}", log_offset_ + 1));
  }
  ++log_offset_;
  for (const NewFile& file : files) seen_.Add(file.uri, file.time_ms);
  seen_.Purge();
  return Status::Ok();
}

Result<std::optional<Offset>> FileStreamSource::LatestOffset(const std::optional<Offset>& start,
                                                             connector::ReadLimit limit,
                                                             std::stop_token stop) {
  if (stop.stop_requested()) return Status::Cancelled("file source: stopped");
  std::int64_t begin = -1;
  if (start) {
    MILLRACE_ASSIGN_OR_RETURN(begin, ParseLogOffset(start->json));
  }
  const bool limited =
      limit == connector::ReadLimit::kSourceOptions && (options_.max_files || options_.max_bytes);
  // What the log took for a batch that was never planned is planned first.
  const bool planned = log_offset_ <= begin;
  if (planned || !limited) {
    MILLRACE_ASSIGN_OR_RETURN(auto found, FindNew(limited));
    const std::vector<NewFile> taken = Take(std::move(found), limit);
    if (!taken.empty()) MILLRACE_RETURN_IF_ERROR(Log(taken));
  }
  if (log_offset_ < 0) return start;
  return std::optional(Offset{LogOffsetJson(std::max(log_offset_, begin))});
}

Result<std::vector<FileEntry>> FileStreamSource::EntriesOf(std::int64_t first, std::int64_t last) {
  std::vector<FileEntry> entries;
  const auto add = [&](const std::vector<std::string>& lines) -> Status {
    for (const std::string& line : lines) {
      Result<FileEntry> entry = ParseFileEntry(line);
      if (!entry.ok()) return entry.status().WithContext(log_.directory());
      if (entry->batch_id >= first && entry->batch_id <= last) entries.push_back(*std::move(entry));
    }
    return Status::Ok();
  };
  for (std::int64_t id = first; id <= last; ++id) {
    MILLRACE_ASSIGN_OR_RETURN(const auto lines, log_.Get(id));
    if (lines) {
      // A compacted file has the lines of all batches before.
      std::vector<std::string> own;
      for (const std::string& line : *lines) {
        const Result<FileEntry> entry = ParseFileEntry(line);
        if (!entry.ok() || entry->batch_id == id) own.push_back(line);
      }
      MILLRACE_RETURN_IF_ERROR(add(own));
      continue;
    }
    // Compacted away.
    entries.clear();
    MILLRACE_ASSIGN_OR_RETURN(const auto all, log_.All());
    MILLRACE_RETURN_IF_ERROR(add(all));
    return entries;
  }
  return entries;
}

Result<std::vector<DataFile>> FileStreamSource::ToDataFiles(
    const std::vector<FileEntry>& entries) const {
  std::vector<DataFile> files;
  std::vector<std::string> folders;
  for (const FileEntry& entry : entries) {
    MILLRACE_ASSIGN_OR_RETURN(const fs::Location file, fs::Resolve(fs::DecodePath(entry.uri)));
    MILLRACE_ASSIGN_OR_RETURN(const auto info, file.file_system->Stat(file.path));
    // A file that is gone is told by whoever reads it.
    files.push_back({file.path, info ? info->size_bytes : 1,
                     info ? info->modified
                          : base::WallTime(std::chrono::milliseconds(entry.time_ms)),
                     {}});
    folders.emplace_back(fs::DirName(file.path));
  }
  if (partition_columns_.size() == 0) return files;
  std::set<std::string> bases;
  if (options_.read.listing.base_path) {
    MILLRACE_ASSIGN_OR_RETURN(const fs::Location base, fs::Resolve(*options_.read.listing.base_path));
    bases.insert(base.path);
  } else {
    MILLRACE_ASSIGN_OR_RETURN(
        const auto roots,
        clients::files::ExpandPaths(location_.file_system, {location_.path}, false));
    bases.insert(roots.begin(), roots.end());
  }
  MILLRACE_ASSIGN_OR_RETURN(
      const auto spec, clients::files::ParsePartitions(folders, bases, true, plan_->schema));
  for (std::size_t i = 0; i < files.size(); ++i) {
    files[i].partition.resize(partition_columns_.size());
    for (std::size_t column = 0; column < spec.columns.size() && spec.values[i]; ++column) {
      const int at = partition_columns_.fieldIndex(spec.columns[column].name);
      if (at >= 0) files[i].partition[static_cast<std::size_t>(at)] = (*spec.values[i])[column];
    }
  }
  return files;
}

Result<std::vector<connector::InputPartition>> FileStreamSource::PlanPartitions(
    const std::optional<Offset>& start, const Offset& end, std::stop_token) {
  std::int64_t first = 0;
  if (start) {
    MILLRACE_ASSIGN_OR_RETURN(first, ParseLogOffset(start->json));
    ++first;
  }
  MILLRACE_ASSIGN_OR_RETURN(const std::int64_t last, ParseLogOffset(end.json));
  if (last > log_offset_ || first > last + 1) {
    return Status::Corrupt(fmt::format(
        "file source: the log {} ends at {}, and has no batches {} to {}: it does not belong to "
        "this checkpoint",
        log_.directory(), log_offset_, first, last));
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto entries, EntriesOf(first, last));
  MILLRACE_ASSIGN_OR_RETURN(const auto files, ToDataFiles(entries));
  return clients::files::PlanShares(files, plan_->format, context_.parallelism);
}

Result<std::unique_ptr<connector::PartitionReader>> FileStreamSource::OpenReader(
    const connector::InputPartition& partition, const std::vector<int>& columns) {
  return clients::files::OpenShare(plan_, partition, columns);
}

void FileStreamSource::Clean(const FileEntry& entry) const {
  const auto file = fs::Resolve(fs::DecodePath(entry.uri));
  if (!file.ok()) return;
  const Status done =
      options_.clean_source == CleanSource::kDelete
          ? file->file_system->Remove(file->path)
          : file->file_system->Move(file->path,
                                    fs::Join(options_.archive_directory, file->path));
  // Archived by a run that was killed then.
  if (done.ok() || done.code() == base::StatusCode::kNotFound) return;
  base::LogWarn(fmt::format("file source: {} stays: {}", file->path, done.message()));
}

Status FileStreamSource::Commit(const Offset& end) {
  if (options_.clean_source == CleanSource::kOff) return Status::Ok();
  MILLRACE_ASSIGN_OR_RETURN(const std::int64_t id, ParseLogOffset(end.json));
  MILLRACE_ASSIGN_OR_RETURN(const auto entries, EntriesOf(id, id));
  for (const FileEntry& entry : entries) Clean(entry);
  return Status::Ok();
}

}  // namespace millrace::sources::file
