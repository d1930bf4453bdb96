#include "clients/files/compactible_log.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"

namespace millrace::clients::files {

namespace {

using base::Result;
using base::Status;
using Lines = std::vector<std::string>;

constexpr std::string_view kVersion = "v1";
constexpr std::string_view kCompactSuffix = ".compact";

// The number of "12" or "12.compact"; nullopt for other files.
std::optional<std::int64_t> BatchOf(std::string_view name, bool* is_compact) {
  *is_compact = name.ends_with(kCompactSuffix);
  if (*is_compact) name.remove_suffix(kCompactSuffix.size());
  std::int64_t id = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), id);
  if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size() || id < 0) {
    return std::nullopt;
  }
  return id;
}

// deriveCompactInterval: what fits a log with one compaction.
std::int64_t IntervalOfOne(std::int64_t wanted, std::int64_t compacted) {
  const std::int64_t count = compacted + 1;
  if (count <= wanted) return count;
  for (std::int64_t divisor = wanted; divisor <= count / 2; ++divisor) {
    if (count % divisor == 0) return divisor;
  }
  return count;
}

Lines Split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

CompactibleLog::CompactibleLog(fs::FileSystem* file_system, std::string directory,
                               Settings settings, base::Clock* clock)
    : file_system_(file_system),
      directory_(std::move(directory)),
      settings_(std::move(settings)),
      clock_(clock) {}

Status CompactibleLog::FindInterval() {
  if (interval_ > 0) return Status::Ok();
  std::vector<std::int64_t> compacted;
  Result<std::vector<fs::FileInfo>> entries = file_system_->List(directory_);
  if (!entries.ok() && entries.status().code() != base::StatusCode::kNotFound) {
    return entries.status();
  }
  if (entries.ok()) {
    // Its writer may have died between giving a name and syncing it.
    MILLRACE_RETURN_IF_ERROR(file_system_->SyncDirectory(directory_));
    for (const fs::FileInfo& entry : *entries) {
      bool is_compact = false;
      const auto id = BatchOf(entry.name, &is_compact);
      if (id && is_compact) compacted.push_back(*id);
    }
  }
  std::ranges::sort(compacted, std::greater());
  if (compacted.size() >= 2) {
    interval_ = compacted[0] - compacted[1];
  } else if (compacted.size() == 1) {
    interval_ = IntervalOfOne(settings_.compact_interval, compacted[0]);
  } else {
    interval_ = settings_.compact_interval;
  }
  return Status::Ok();
}

std::string CompactibleLog::PathOf(std::int64_t batch_id) const {
  return fs::Join(directory_,
                  fmt::format("{}{}", batch_id, IsCompaction(batch_id) ? kCompactSuffix : ""));
}

Result<std::optional<std::int64_t>> CompactibleLog::Latest() {
  MILLRACE_RETURN_IF_ERROR(FindInterval());
  Result<std::vector<fs::FileInfo>> entries = file_system_->List(directory_);
  std::optional<std::int64_t> latest;
  if (!entries.ok()) {
    if (entries.status().code() == base::StatusCode::kNotFound) return latest;
    return entries.status();
  }
  for (const fs::FileInfo& entry : *entries) {
    bool is_compact = false;
    const auto id = BatchOf(entry.name, &is_compact);
    if (id && (!latest || *id > *latest)) latest = id;
  }
  return latest;
}

Result<std::optional<Lines>> CompactibleLog::Get(std::int64_t batch_id) {
  MILLRACE_RETURN_IF_ERROR(FindInterval());
  const std::string path = PathOf(batch_id);
  Result<std::string> bytes = file_system_->Read(path);
  if (!bytes.ok()) {
    if (bytes.status().code() == base::StatusCode::kNotFound) return std::optional<Lines>();
    return bytes.status();
  }
  Lines lines = Split(*bytes);
  if (lines.empty() || lines[0] != kVersion) {
    return Status::Corrupt(
        fmt::format("Failed to read log file {}. Log file was malformed: its first line should be "
                    "\"v1\"",
                    path));
  }
  lines.erase(lines.begin());
  return std::optional(std::move(lines));
}

Result<Lines> CompactibleLog::LinesBefore(std::int64_t batch_id, std::int64_t first) {
  Lines all;
  for (std::int64_t id = first; id < batch_id; ++id) {
    MILLRACE_ASSIGN_OR_RETURN(const auto lines, Get(id));
    if (!lines) {
      return Status::Corrupt(fmt::format("{} doesn't exist when compacting batch {} "
                                         "(compactInterval: {})",
                                         PathOf(id), batch_id, interval_));
    }
    all.insert(all.end(), lines->begin(), lines->end());
  }
  return all;
}

Result<Lines> CompactibleLog::All() {
  // A compaction between the listing and the reading may take files away.
  for (int attempt = 0;; ++attempt) {
    MILLRACE_ASSIGN_OR_RETURN(const auto latest, Latest());
    if (!latest) return Lines();
    const std::int64_t next = (*latest + interval_ + 1) / interval_ * interval_ - 1;
    Result<Lines> lines = LinesBefore(*latest + 1, std::max<std::int64_t>(0, next - interval_));
    if (lines.ok() || attempt >= 2) return lines;
  }
}

Result<bool> CompactibleLog::Add(std::int64_t batch_id, const Lines& lines) {
  MILLRACE_RETURN_IF_ERROR(FindInterval());
  const bool compacts = IsCompaction(batch_id);
  Lines all;
  if (compacts) {
    MILLRACE_ASSIGN_OR_RETURN(
        all, LinesBefore(batch_id, std::max<std::int64_t>(0, batch_id - interval_)));
  }
  all.insert(all.end(), lines.begin(), lines.end());
  std::string text(kVersion);
  for (const std::string& line : all) {
    if (compacts && settings_.retain && !settings_.retain(line)) continue;
    text += '\n';
    text += line;
  }
  const Status put = file_system_->CreateExclusive(PathOf(batch_id), text);
  if (put.code() == base::StatusCode::kConflict) {
    MILLRACE_RETURN_IF_ERROR(file_system_->SyncDirectory(directory_));
    return false;
  }
  MILLRACE_RETURN_IF_ERROR(put);
  if (compacts) RemoveOld(batch_id);
  return true;
}

void CompactibleLog::RemoveOld(std::int64_t batch_id) {
  const std::int64_t oldest = batch_id + 1 - settings_.min_batches_to_retain;
  if (interval_ > oldest) return;
  const std::int64_t compacted = oldest - oldest % interval_ - 1;
  const base::WallTime expired = clock_->Now() - settings_.cleanup_delay;
  const auto entries = file_system_->List(directory_);
  if (!entries.ok()) return;
  for (const fs::FileInfo& entry : *entries) {
    bool is_compact = false;
    const auto id = BatchOf(entry.name, &is_compact);
    if (!id || *id >= compacted || entry.modified > expired) continue;
    const std::string path = fs::Join(directory_, entry.name);
    Status removed = file_system_->Remove(path);
    if (removed.ok()) removed = file_system_->Remove(fs::HadoopChecksumPath(path));
    if (!removed.ok()) base::LogWarn(fmt::format("{} stays: {}", path, removed.message()));
  }
}

}  // namespace millrace::clients::files
