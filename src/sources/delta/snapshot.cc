#include "sources/delta/snapshot.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "clients/delta/errors.h"
#include "clients/delta/file_path.h"
#include "clients/delta/log_segment.h"
#include "clients/delta/table_features.h"
#include "data/datetime_text.h"
#include "data/scalar_text.h"
#include "data/text_quoting.h"

namespace millrace::sources::delta {

namespace {

using base::Result;
using base::Status;
using base::StatusCode;
using clients::delta::DeltaError;

Status AnalysisError(StatusCode code, std::string condition, std::string sql_state,
                     std::string text, std::map<std::string, std::string> parameters) {
  return DeltaError(code, "DeltaAnalysisException", std::move(condition), std::move(sql_state),
                    std::move(text), std::move(parameters));
}

std::optional<std::int64_t> ParseWhole(std::string_view text) {
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A commit, and when it was made: as its file says, but later than the commit before.
struct CommitTime {
  std::int64_t version;
  std::int64_t time_us;
};

Result<std::vector<CommitTime>> CommitTimes(fs::FileSystem* file_system,
                                            const std::string& log_path) {
  MILLRACE_ASSIGN_OR_RETURN(const auto entries, file_system->List(log_path));
  std::vector<CommitTime> times;
  for (const fs::FileInfo& entry : entries) {
    const auto name = clients::delta::ParseLogFileName(entry.name);
    if (name.kind != clients::delta::LogFileName::Kind::kCommit) continue;
    times.push_back({name.version, base::ToMillis(entry.modified) * 1000});
  }
  std::ranges::sort(times, {}, &CommitTime::version);
  for (std::size_t i = 1; i < times.size(); ++i) {
    times[i].time_us = std::max(times[i].time_us, times[i - 1].time_us + 1000);
  }
  return times;
}

// As java.sql.Timestamp prints it: with one digit of a fraction at least.
std::string TimeText(std::int64_t time_us, const data::TimeZone& zone) {
  std::string text = data::TimestampText(time_us, zone.zone());
  if (text.find('.') == text.npos) text += ".0";
  return text;
}

Status TooEarly(std::int64_t asked_us, std::int64_t first_us, const data::TimeZone& zone) {
  const std::string asked = TimeText(asked_us, zone);
  const std::string first = TimeText(first_us, zone);
  const std::string seconds = first.substr(0, first.find('.'));
  return DeltaError(StatusCode::kInvalidArgument, "TimestampEarlierThanCommitRetentionException",
                    "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION", "42816",
                    fmt::format("The provided timestamp ({}) is before the earliest version "
                                "available to\nthis table ({}). Please use a timestamp after {}.",
                                asked, first, seconds),
                    {{"userTimestamp", asked}, {"commitTs", first}, {"timestampString", seconds}});
}

Status TooLate(std::int64_t asked_us, std::int64_t last_us, const data::TimeZone& zone) {
  const std::string asked = TimeText(asked_us, zone);
  const std::string last = TimeText(last_us, zone);
  const std::string seconds = last.substr(0, last.find('.'));
  return DeltaError(StatusCode::kInvalidArgument, "TemporallyUnstableInputException",
                    "DELTA_TIMESTAMP_GREATER_THAN_COMMIT", "42816",
                    fmt::format("Timestamp {} is after the table's latest version ({}). Use a "
                                "timestamp at or before {}.",
                                asked, last, seconds),
                    {{"providedTimestamp", asked},
                     {"lastCommitTimestamp", last},
                     {"maximumTimestamp", seconds}});
}

Result<std::int64_t> VersionAt(fs::FileSystem* file_system, const std::string& log_path,
                               const VersionRequest& request, const data::TimeZone& zone) {
  MILLRACE_ASSIGN_OR_RETURN(auto times, CommitTimes(file_system, log_path));
  // Where the table keeps its own times, those count.
  for (CommitTime& commit : times) {
    const auto state = clients::delta::LoadTableState(file_system, log_path, commit.version);
    if (!state.ok() || !state->exists()) continue;
    const bool kept = clients::delta::IsFeatureSupported(state->protocol, "inCommitTimestamp") &&
                      clients::delta::BoolProperty(state->metadata,
                                                   "delta.enableInCommitTimestamps", false);
    if (kept && state->in_commit_timestamp) commit.time_us = *state->in_commit_timestamp * 1000;
    if (!kept) break;  // A table that does not keep them now has not kept them before.
  }
  if (times.empty()) {
    return Status::Corrupt(fmt::format("{}: no commit is left to tell a time", log_path));
  }
  if (*request.time_us < times.front().time_us) {
    return TooEarly(*request.time_us, times.front().time_us, zone);
  }
  if (*request.time_us > times.back().time_us) {
    return TooLate(*request.time_us, times.back().time_us, zone);
  }
  std::int64_t version = times.front().version;
  for (const CommitTime& commit : times) {
    if (commit.time_us <= *request.time_us) version = commit.version;
  }
  return version;
}

Status VersionNotFound(std::int64_t version, std::int64_t earliest, std::int64_t latest) {
  return DeltaError(StatusCode::kNotFound, "VersionNotFoundException", "DELTA_VERSION_NOT_FOUND",
                    "22003",
                    fmt::format("Cannot time travel Delta table to version {}. Available "
                                "versions: [{}, {}].",
                                version, earliest, latest),
                    {{"userVersion", std::to_string(version)},
                        {"earliest", std::to_string(earliest)},
                        {"latest", std::to_string(latest)}});
}

// "/t@v12" and "/t@20260101000000000" for what stands behind the "@".
Result<std::optional<VersionRequest>> SplitPath(std::string* path, const data::TimeZone& zone) {
  const std::size_t at = path->rfind('@');
  if (at == path->npos) return std::optional<VersionRequest>();
  const std::string_view tail = std::string_view(*path).substr(at + 1);
  VersionRequest request;
  if (tail.size() > 1 && (tail[0] == 'v' || tail[0] == 'V')) {
    request.version = ParseWhole(tail.substr(1));
  } else if (tail.size() == 17 && tail.find_first_not_of("0123456789") == tail.npos) {
    request.time_text = fmt::format("{}-{}-{} {}:{}:{}.{}", tail.substr(0, 4), tail.substr(4, 2),
                                    tail.substr(6, 2), tail.substr(8, 2), tail.substr(10, 2),
                                    tail.substr(12, 2), tail.substr(14));
    request.time_us = data::ParseTimestamp(request.time_text, zone, 0);
  }
  if (!request.version && !request.time_us) return std::optional<VersionRequest>();
  path->resize(at);
  return std::optional(request);
}

Status NoTable(const fs::Location& location, const std::string& path) {
  const auto info = location.file_system->Stat(location.path);
  if (info.ok() && !*info) {
    return Status::NotFound(fmt::format("Path does not exist: {}.", path))
        .WithSparkError({"AnalysisException", "PATH_NOT_FOUND", "42K03", {{"path", path}}});
  }
  const std::string name = data::QuoteIdentifier(path);
  return AnalysisError(StatusCode::kNotFound, "DELTA_TABLE_NOT_FOUND", "42P01",
                       fmt::format("Delta table {} doesn't exist.", name), {{"tableName", name}});
}

Result<bool> HasLog(const fs::Location& location) {
  MILLRACE_ASSIGN_OR_RETURN(
      const auto log, location.file_system->Stat(fs::Join(location.path, "_delta_log")));
  return log.has_value() && log->is_directory;
}

Status ReadFiles(const std::string& log_path, Snapshot* snapshot) {
  clients::delta::FileVisitor visitor;
  visitor.add = [&](clients::delta::AddFile&& add) {
    snapshot->files.push_back(std::move(add));
    return Status::Ok();
  };
  visitor.remove = [](clients::delta::RemoveFile&&) { return Status::Ok(); };
  const auto restart = [&] {
    snapshot->files.clear();
    return Status::Ok();
  };
  MILLRACE_RETURN_IF_ERROR(clients::delta::ReconcileFiles(snapshot->location.file_system, log_path,
                                                          snapshot->state.version, visitor,
                                                          restart));
  std::ranges::sort(snapshot->files, {}, &clients::delta::AddFile::path);
  return Status::Ok();
}

}  // namespace

Result<VersionRequest> ReadVersionRequest(const connector::Options& options,
                                          const data::TimeZone& zone) {
  VersionRequest request;
  const auto version = options.GetString("versionAsOf");
  const auto time = options.GetString("timestampAsOf");
  if (version && time) {
    return DeltaError(StatusCode::kInvalidArgument, "DeltaIllegalArgumentException",
                      "DELTA_ONEOF_IN_TIMETRAVEL", "42601",
                      "Please either provide 'timestampAsOf' or 'versionAsOf' for time travel.");
  }
  if (version) {
    request.version = ParseWhole(*version);
    if (!request.version || *request.version < 0) {
      return DeltaError(StatusCode::kInvalidArgument, "DeltaIllegalArgumentException",
                        "DELTA_TIME_TRAVEL_INVALID_BEGIN_VALUE", "42604",
                        "versionAsOf needs to be a valid begin value.",
                        {{"timeTravelKey", "versionAsOf"}});
    }
  }
  if (time) {
    request.time_text = *time;
    request.time_us = data::ParseTimestamp(*time, zone, 0);
    if (!request.time_us) {
      const std::string quoted = fmt::format("'{}'", *time);
      return AnalysisError(StatusCode::kInvalidArgument, "DELTA_TIMESTAMP_INVALID", "42816",
                           fmt::format("The provided timestamp ({}) cannot be converted to a valid "
                                       "timestamp.",
                                       quoted),
                           {{"expr", quoted}});
    }
  }
  return request;
}

Result<Snapshot> OpenSnapshot(const std::string& path, VersionRequest request,
                              const data::TimeZone& zone) {
  Snapshot snapshot;
  MILLRACE_ASSIGN_OR_RETURN(snapshot.location, fs::Resolve(path));
  MILLRACE_ASSIGN_OR_RETURN(bool has_log, HasLog(snapshot.location));
  if (!has_log && !request.version && !request.time_us) {
    const fs::Location whole = snapshot.location;
    MILLRACE_ASSIGN_OR_RETURN(const auto in_path, SplitPath(&snapshot.location.path, zone));
    if (in_path) {
      request = *in_path;
      MILLRACE_ASSIGN_OR_RETURN(has_log, HasLog(snapshot.location));
    }
    if (!has_log) return NoTable(whole, path);
  }
  if (!has_log) return NoTable(snapshot.location, path);
  fs::FileSystem* const disk = snapshot.location.file_system;
  const std::string log_path = fs::Join(snapshot.location.path, "_delta_log");
  if (request.time_us) {
    MILLRACE_ASSIGN_OR_RETURN(request.version, VersionAt(disk, log_path, request, zone));
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto listing, clients::delta::ListLog(disk, log_path));
  if (listing.empty()) return NoTable(snapshot.location, path);
  if (request.version && (*request.version < 0 || *request.version > listing.latest())) {
    const std::int64_t earliest = listing.commits.empty() ? 0 : listing.commits.front();
    return VersionNotFound(*request.version, earliest, listing.latest());
  }
  MILLRACE_ASSIGN_OR_RETURN(snapshot.state,
                            clients::delta::LoadTableState(disk, log_path, request.version));
  if (!snapshot.state.exists()) return NoTable(snapshot.location, path);
  MILLRACE_RETURN_IF_ERROR(clients::delta::CheckReadable(snapshot.state.protocol, path));
  MILLRACE_RETURN_IF_ERROR(ReadFiles(log_path, &snapshot));
  return snapshot;
}

}  // namespace millrace::sources::delta
