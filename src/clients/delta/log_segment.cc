#include "clients/delta/log_segment.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "clients/delta/errors.h"
#include "clients/delta/file_path.h"

namespace millrace::clients::delta {

namespace {

using base::Result;
using base::Status;
using Parts = std::map<int, std::string>;

// A multi-part checkpoint counts when every part is there.
void AddCompleteSets(const std::map<std::pair<std::int64_t, int>, Parts>& sets,
                     std::vector<CheckpointFiles>* checkpoints) {
  for (const auto& [key, parts] : sets) {
    if (parts.empty() || static_cast<int>(parts.size()) != key.second ||
        parts.begin()->first != 1 || parts.rbegin()->first != key.second) {
      continue;
    }
    CheckpointFiles checkpoint{key.first, CheckpointFiles::Kind::kMultiPart, {}};
    for (const auto& [part, name] : parts) checkpoint.names.push_back(name);
    checkpoints->push_back(std::move(checkpoint));
  }
}

}  // namespace

std::int64_t LogListing::latest() const {
  std::int64_t latest = commits.empty() ? -1 : commits.back();
  if (!checkpoints.empty()) latest = std::max(latest, checkpoints.back().version);
  return latest;
}

Result<LogListing> ListLog(fs::FileSystem* file_system, const std::string& log_path) {
  Result<std::vector<fs::FileInfo>> files = file_system->List(log_path);
  if (!files.ok() && files.status().code() == base::StatusCode::kNotFound) return LogListing();
  if (!files.ok()) return files.status();

  LogListing listing;
  std::map<std::pair<std::int64_t, int>, Parts> sets;
  for (const fs::FileInfo& file : *files) {
    if (file.is_directory) continue;
    const LogFileName name = ParseLogFileName(file.name);
    // There is no version after it, so this one cannot be meant either.
    if (name.version == std::numeric_limits<std::int64_t>::max()) continue;
    switch (name.kind) {
      case LogFileName::Kind::kCommit:
        listing.commits.push_back(name.version);
        break;
      case LogFileName::Kind::kCheckpointV1:
      case LogFileName::Kind::kCheckpointV2:
        if (file.size_bytes == 0) break;
        listing.checkpoints.push_back({name.version,
                                       name.kind == LogFileName::Kind::kCheckpointV1
                                           ? CheckpointFiles::Kind::kV1
                                           : CheckpointFiles::Kind::kV2,
                                       {file.name}});
        break;
      case LogFileName::Kind::kCheckpointPart:
        if (file.size_bytes == 0) break;
        sets[{name.version, name.parts}][name.part] = file.name;
        break;
      case LogFileName::Kind::kOther:
        break;
    }
  }
  AddCompleteSets(sets, &listing.checkpoints);
  std::ranges::sort(listing.commits);
  std::ranges::sort(listing.checkpoints, [](const CheckpointFiles& a, const CheckpointFiles& b) {
    const auto parts_a = a.names.size();
    const auto parts_b = b.names.size();
    return std::tie(a.version, a.kind, parts_a, a.names) <
           std::tie(b.version, b.kind, parts_b, b.names);
  });
  return listing;
}

Result<std::vector<std::int64_t>> CommitsAfter(const LogListing& listing, std::int64_t checkpoint,
                                               std::int64_t version, const std::string& log_path) {
  std::vector<std::int64_t> commits;
  for (const std::int64_t commit : listing.commits) {
    if (commit > checkpoint && commit <= version) commits.push_back(commit);
  }
  std::int64_t previous = checkpoint;
  for (const std::int64_t commit : commits) {
    if (commit != previous + 1) {
      if (previous < 0) return LogFileNotFound(version, checkpoint, log_path);
      return VersionsNotContiguous(commits, previous, commit, version);
    }
    previous = commit;
  }
  if (previous != version) return LogFileNotFound(version, checkpoint, log_path);
  return commits;
}

}  // namespace millrace::clients::delta
