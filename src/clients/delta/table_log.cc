#include "clients/delta/table_log.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/uuid.h"
#include "clients/delta/action_reader.h"
#include "clients/delta/errors.h"
#include "clients/delta/file_path.h"
#include "clients/delta/json_text.h"
#include "clients/delta/table_features.h"

namespace millrace::clients::delta {

namespace {

using base::Result;
using base::Status;
using base::StatusCode;

constexpr std::string_view kRowTrackingDomain = "delta.rowTracking";
constexpr std::int64_t kDefaultCheckpointInterval = 10;

// The number behind `"key":` in a domain's configuration.
std::optional<std::int64_t> LongOf(const std::string& json, const std::string& key) {
  const std::size_t found = json.find('"' + key + '"');
  if (found == std::string::npos) return std::nullopt;
  const std::size_t digits = json.find_first_of("-0123456789", found + key.size() + 2);
  if (digits == std::string::npos) return std::nullopt;
  std::int64_t value = 0;
  const auto parsed = std::from_chars(json.data() + digits, json.data() + json.size(), value);
  if (parsed.ec != std::errc()) return std::nullopt;
  return value;
}

// A commit may not name one file twice (delta PR 3784, delta-rs 3785).
Status CheckNoDuplicates(const Transaction& transaction) {
  std::set<std::string> paths;
  for (const NewFile& file : transaction.files) {
    if (!paths.insert(CanonicalPath(file.add.path)).second) {
      return DuplicateActions("AddFile", file.add.path);
    }
  }
  return Status::Ok();
}

bool WaitBeforeRetry(int conflicts, base::Clock* clock, base::Random* random,
                     std::stop_token stop) {
  if (conflicts < 2) return !stop.stop_requested();  // The first lost race costs nothing.
  const std::uint64_t ceiling_us = std::uint64_t{1000} << std::min(conflicts, 7);
  return clock->Sleep(std::chrono::microseconds(random->Below(ceiling_us) + 1), stop);
}

}  // namespace

TableLog::TableLog(fs::FileSystem* file_system, std::string table_path, base::Clock* clock,
                   base::Random* random)
    : file_system_(file_system),
      table_path_(std::move(table_path)),
      log_path_(fs::Join(table_path_, "_delta_log")),
      clock_(clock),
      random_(random) {}

Result<std::optional<CommitSummary>> TableLog::ReadSummary(std::int64_t version) const {
  const std::string path = fs::Join(log_path_, CommitFileName(version));
  Result<std::string> bytes = file_system_->Read(path);
  if (!bytes.ok()) {
    if (bytes.status().code() == StatusCode::kNotFound) return std::optional<CommitSummary>();
    return bytes.status();
  }
  CommitSummary summary{version, {}, false};
  MILLRACE_RETURN_IF_ERROR(ReadActions(*bytes, path, [&](Action&& action) -> Status {
    const bool of_a_file = std::holds_alternative<AddFile>(action) ||
                           std::holds_alternative<RemoveFile>(action);
    summary.changes_files = summary.changes_files || of_a_file;
    if (!of_a_file && !std::holds_alternative<OtherAction>(action)) {
      summary.actions.push_back(std::move(action));
    }
    return Status::Ok();
  }));
  return std::optional<CommitSummary>(std::move(summary));
}

void TableLog::Apply(const CommitSummary& commit) {
  state_.in_commit_timestamp.reset();
  StateBuilder builder(&state_);
  for (const Action& action : commit.actions) builder.Apply(action);
  state_.version = commit.version;
}

Status TableLog::Refresh() {
  while (state_.exists()) {
    MILLRACE_ASSIGN_OR_RETURN(std::optional<CommitSummary> next, ReadSummary(state_.version + 1));
    if (!next) {
      // The newest commit is never cleaned up: when it is gone, this is not the table we knew.
      MILLRACE_ASSIGN_OR_RETURN(
          const std::optional<fs::FileInfo> newest,
          file_system_->Stat(fs::Join(log_path_, CommitFileName(state_.version))));
      if (newest) return Status::Ok();
      break;
    }
    Apply(*next);
    MILLRACE_RETURN_IF_ERROR(CheckReadable(state_.protocol, table_path_));
  }
  MILLRACE_ASSIGN_OR_RETURN(state_, LoadTableState(file_system_, log_path_));
  // What was committed by a process that died may not be durable yet; what comes next rests on it.
  MILLRACE_RETURN_IF_ERROR(file_system_->SyncDirectory(log_path_));
  return state_.exists() ? CheckReadable(state_.protocol, table_path_) : Status::Ok();
}

bool TableLog::UsesInCommitTimestamps(const Transaction& transaction) const {
  const Protocol& protocol = transaction.protocol ? *transaction.protocol : state_.protocol;
  const Metadata& metadata = transaction.metadata ? *transaction.metadata : state_.metadata;
  return IsFeatureSupported(protocol, "inCommitTimestamp") &&
         BoolProperty(metadata, "delta.enableInCommitTimestamps", false);
}

Status TableLog::AssignRowIds(std::vector<AddFile>* adds, const Transaction& transaction,
                              std::vector<Action>* actions) const {
  std::int64_t high_water_mark = -1;
  if (const auto found = state_.domains.find(std::string(kRowTrackingDomain));
      found != state_.domains.end()) {
    const auto mark = LongOf(found->second.configuration, "rowIdHighWaterMark");
    if (!mark) {
      return Status::Corrupt(fmt::format("{}: domain {} holds no rowIdHighWaterMark: {}", log_path_,
                                         kRowTrackingDomain, found->second.configuration));
    }
    high_water_mark = *mark;
  }
  std::int64_t rows = 0;
  for (const NewFile& file : transaction.files) rows += file.rows;
  if (high_water_mark < -1 || high_water_mark >= std::numeric_limits<std::int64_t>::max() - rows) {
    return Status::Corrupt(
        fmt::format("{}: domain {} leaves no room for row ids: rowIdHighWaterMark is {}", log_path_,
                    kRowTrackingDomain, high_water_mark));
  }
  for (std::size_t i = 0; i < adds->size(); ++i) {
    (*adds)[i].base_row_id = high_water_mark + 1;
    (*adds)[i].default_row_commit_version = state_.version + 1;
    high_water_mark += transaction.files[i].rows;
  }
  if (!adds->empty()) {
    actions->push_back(DomainMetadata{
        std::string(kRowTrackingDomain),
        fmt::format("{{\"rowIdHighWaterMark\":{},\"domainName\":\"delta.rowTracking\"}}",
                    high_water_mark),
        false});
  }
  return Status::Ok();
}

Result<std::string> TableLog::Render(const Transaction& transaction) {
  const std::int64_t now_ms = base::ToMillis(clock_->Now());
  CommitInfo info;
  info.timestamp = now_ms;
  if (UsesInCommitTimestamps(transaction)) {
    const std::int64_t previous = state_.in_commit_timestamp.value_or(-1);
    if (previous == std::numeric_limits<std::int64_t>::max()) {
      return Status::Corrupt(
          fmt::format("{}: no time is later than that of version {}", log_path_, state_.version));
    }
    info.in_commit_timestamp = std::max(now_ms, previous + 1);
    info.timestamp = *info.in_commit_timestamp;
  }
  info.operation = transaction.operation;
  info.operation_parameters = transaction.operation_parameters;
  if (transaction.read_version >= 0) info.read_version = transaction.read_version;
  info.isolation_level = "Serializable";
  info.is_blind_append = transaction.is_blind_append;
  info.operation_metrics = transaction.operation_metrics;
  info.user_metadata = transaction.user_metadata;
  info.engine_info = EngineInfo();
  info.txn_id = transaction.txn_id;

  std::vector<AddFile> adds;
  for (const NewFile& file : transaction.files) adds.push_back(file.add);
  std::vector<Action> actions = {std::move(info)};
  if (transaction.metadata) actions.push_back(*transaction.metadata);
  if (transaction.protocol) actions.push_back(*transaction.protocol);
  const Protocol& protocol = transaction.protocol ? *transaction.protocol : state_.protocol;
  std::vector<Action> domains;
  if (IsFeatureSupported(protocol, "rowTracking")) {
    MILLRACE_RETURN_IF_ERROR(AssignRowIds(&adds, transaction, &domains));
  }
  if (transaction.txn) actions.push_back(*transaction.txn);
  for (AddFile& add : adds) actions.push_back(std::move(add));
  for (const RemoveFile& remove : transaction.removes) actions.push_back(remove);
  for (Action& domain : domains) actions.push_back(std::move(domain));

  std::string text;
  for (const Action& action : actions) {
    text += ToJson(action);
    text.push_back('\n');
  }
  return text;
}

Result<bool> TableLog::StepOverWinners(const Transaction& transaction) {
  while (true) {
    MILLRACE_ASSIGN_OR_RETURN(std::optional<CommitSummary> winner, ReadSummary(state_.version + 1));
    if (!winner) return false;
    if (winner->IsOf(transaction.txn_id)) {
      // The call that made it failed, perhaps in the sync of its name.
      MILLRACE_RETURN_IF_ERROR(file_system_->SyncDirectory(log_path_));
      Apply(*winner);
      return true;
    }
    MILLRACE_RETURN_IF_ERROR(CheckConflict(transaction, *winner, state_, table_path_));
    Apply(*winner);
  }
}

Result<bool> TableLog::FindLostCommit(Transaction* transaction, const Status& failure) {
  Result<bool> ours = StepOverWinners(*transaction);
  if (ours.ok()) {
    transaction->in_doubt = false;
    return ours;
  }
  // A conflict is a clear answer: somebody else has the version.
  transaction->in_doubt = ours.status().code() != StatusCode::kConflict;
  return transaction->in_doubt ? failure : ours.status();
}

Result<std::int64_t> TableLog::Commit(Transaction* transaction, std::stop_token stop) {
  if (transaction->committed_version) return *transaction->committed_version;
  MILLRACE_ASSIGN_OR_RETURN(const std::int64_t version, Put(transaction, std::move(stop)));
  transaction->committed_version = version;
  return version;
}

Result<std::int64_t> TableLog::Put(Transaction* transaction, std::stop_token stop) {
  MILLRACE_RETURN_IF_ERROR(CheckNoDuplicates(*transaction));
  if (transaction->txn_id.empty()) {
    transaction->txn_id = base::Uuid::Random(random_).ToString();
  }
  for (int conflicts = 0;; ++conflicts) {
    if (conflicts > 0 && !WaitBeforeRetry(conflicts, clock_, random_, stop)) {
      return Status::Cancelled(fmt::format("delta: commit to {} stopped", table_path_));
    }
    MILLRACE_ASSIGN_OR_RETURN(const bool done, StepOverWinners(*transaction));
    if (done) {
      transaction->in_doubt = false;
      return state_.version;
    }
    transaction->in_doubt = false;
    const std::int64_t version = state_.version + 1;
    MILLRACE_ASSIGN_OR_RETURN(const std::string text, Render(*transaction));
    const Status put =
        file_system_->CreateExclusive(fs::Join(log_path_, CommitFileName(version)), text);
    if (!put.ok() && put.code() != StatusCode::kConflict) {
      MILLRACE_ASSIGN_OR_RETURN(const bool lost_answer, FindLostCommit(transaction, put));
      if (!lost_answer) return put;
      return state_.version;
    }
    if (put.ok()) {
      CommitSummary ours{version, {}, false};
      MILLRACE_RETURN_IF_ERROR(ReadActions(text, "commit", [&](Action&& action) -> Status {
        ours.actions.push_back(std::move(action));
        return Status::Ok();
      }));
      Apply(ours);
      return version;
    }
  }
}

bool TableLog::CheckpointDue() const {
  std::int64_t interval = kDefaultCheckpointInterval;
  if (const auto text = state_.metadata.Property("delta.checkpointInterval")) {
    std::int64_t value = 0;
    const auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
    if (parsed.ec == std::errc() && value > 0) interval = value;
  }
  return state_.version > 0 && state_.version % interval == 0;
}

}  // namespace millrace::clients::delta
