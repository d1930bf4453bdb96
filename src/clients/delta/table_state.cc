#include "clients/delta/table_state.h"

#include <ranges>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/log.h"
#include "clients/delta/action_reader.h"
#include "clients/delta/checkpoint_reader.h"
#include "clients/delta/errors.h"
#include "clients/delta/file_path.h"

namespace millrace::clients::delta {

namespace {

using base::Result;
using base::Status;
using base::StatusCode;

Status ReadCommit(fs::FileSystem* file_system, const std::string& log_path, std::int64_t version,
                  const std::function<Status(Action&&)>& take) {
  const std::string path = fs::Join(log_path, CommitFileName(version));
  MILLRACE_ASSIGN_OR_RETURN(const std::string bytes, file_system->Read(path));
  return ReadActions(bytes, path, take);
}

// Does this failure leave hope that an older checkpoint can be read?
bool IsBrokenFile(const Status& status) {
  return status.code() == StatusCode::kCorrupt || status.code() == StatusCode::kNotFound ||
         status.code() == StatusCode::kUnsupported;
}

// Calls `attempt` with the checkpoints up to `version`, best first, and at last with none (version
// -1), until one works.
template <typename Attempt>
Status WithBestCheckpoint(const LogListing& listing, std::int64_t version, Attempt&& attempt) {
  Status first_failure;
  for (const CheckpointFiles& checkpoint : std::views::reverse(listing.checkpoints)) {
    if (checkpoint.version > version) continue;
    Status status = attempt(checkpoint);
    if (status.ok() || !IsBrokenFile(status)) return status;
    if (!status.spark_error().condition.empty()) return status;  // The log itself has a gap.
    base::LogWarn(fmt::format("delta: checkpoint {} cannot be used, trying an older one: {}",
                              checkpoint.names.front(), status.message()));
    if (first_failure.ok()) first_failure = status;
  }
  Status status = attempt(CheckpointFiles());
  // Without the commits from 0 on, the checkpoint is what is wrong.
  if (!status.ok() && !first_failure.ok()) return first_failure;
  return status;
}

Status ReadState(fs::FileSystem* file_system, const std::string& log_path,
                 const LogListing& listing, const CheckpointFiles& checkpoint,
                 std::int64_t latest, TableState* state) {
  MILLRACE_ASSIGN_OR_RETURN(const std::vector<std::int64_t> commits,
                            CommitsAfter(listing, checkpoint.version, latest, log_path));
  *state = TableState();
  StateBuilder builder(state);
  const auto apply = [&](Action&& action) -> Status {
    builder.Apply(action);
    return Status::Ok();
  };
  if (checkpoint.version >= 0) {
    MILLRACE_RETURN_IF_ERROR(
        ReadCheckpoint(file_system, log_path, checkpoint, CheckpointContent::kWithoutFiles, apply));
  }
  for (const std::int64_t version : commits) {
    state->in_commit_timestamp.reset();
    MILLRACE_RETURN_IF_ERROR(ReadCommit(file_system, log_path, version, apply));
  }
  state->version = latest;
  if (!builder.has_protocol()) return StateRecoverError("protocol", latest);
  if (!builder.has_metadata()) return StateRecoverError("metadata", latest);
  return Status::Ok();
}

// The timestamp of a version that only the checkpoint told us about.
Status ReadInCommitTimestamp(fs::FileSystem* file_system, const std::string& log_path,
                             TableState* state) {
  const Status status =
      ReadCommit(file_system, log_path, state->version, [&](Action&& action) -> Status {
        if (const auto* info = std::get_if<CommitInfo>(&action)) {
          state->in_commit_timestamp = info->in_commit_timestamp;
        }
        return Status::Ok();
      });
  return status.code() == StatusCode::kNotFound ? Status::Ok() : status;
}

using FileAction = std::variant<AddFile, RemoveFile>;
using FileActions = std::unordered_map<std::string, FileAction>;

Status CollectFileActions(fs::FileSystem* file_system, const std::string& log_path,
                          const std::vector<std::int64_t>& commits, FileActions* files) {
  for (const std::int64_t version : commits) {
    MILLRACE_RETURN_IF_ERROR(
        ReadCommit(file_system, log_path, version, [&](Action&& action) -> Status {
          if (auto* add = std::get_if<AddFile>(&action)) {
            std::string key = FileKey(add->path, add->deletion_vector);
            files->insert_or_assign(std::move(key), std::move(*add));
          } else if (auto* remove = std::get_if<RemoveFile>(&action)) {
            std::string key = FileKey(remove->path, remove->deletion_vector);
            files->insert_or_assign(std::move(key), std::move(*remove));
          }
          return Status::Ok();
        }));
  }
  return Status::Ok();
}

Status Visit(FileAction&& file, const FileVisitor& visitor) {
  if (auto* add = std::get_if<AddFile>(&file)) return visitor.add(std::move(*add));
  return visitor.remove(std::move(std::get<RemoveFile>(file)));
}

// The files of a checkpoint (version -1: of none) and the commits after it.
Status VisitFiles(fs::FileSystem* file_system, const std::string& log_path,
                  const CheckpointFiles& checkpoint, const std::vector<std::int64_t>& commits,
                  const FileVisitor& visitor) {
  FileActions newer;
  MILLRACE_RETURN_IF_ERROR(CollectFileActions(file_system, log_path, commits, &newer));
  const auto take = [&](Action&& action) -> Status {
    if (auto* add = std::get_if<AddFile>(&action)) {
      if (newer.contains(FileKey(add->path, add->deletion_vector))) return Status::Ok();
      return visitor.add(std::move(*add));
    }
    if (auto* remove = std::get_if<RemoveFile>(&action)) {
      if (newer.contains(FileKey(remove->path, remove->deletion_vector))) return Status::Ok();
      return visitor.remove(std::move(*remove));
    }
    return Status::Ok();
  };
  if (checkpoint.version >= 0) {
    MILLRACE_RETURN_IF_ERROR(
        ReadCheckpoint(file_system, log_path, checkpoint, CheckpointContent::kAll, take));
  }
  for (auto& [key, file] : newer) MILLRACE_RETURN_IF_ERROR(Visit(std::move(file), visitor));
  return Status::Ok();
}

}  // namespace

std::int64_t TableState::TransactionVersion(const std::string& app_id) const {
  const auto found = transactions.find(app_id);
  return found == transactions.end() ? -1 : found->second.version;
}

void StateBuilder::Apply(const Action& action) {
  if (const auto* protocol = std::get_if<Protocol>(&action)) {
    state_->protocol = *protocol;
    has_protocol_ = true;
  } else if (const auto* metadata = std::get_if<Metadata>(&action)) {
    state_->metadata = *metadata;
    has_metadata_ = true;
  } else if (const auto* txn = std::get_if<SetTransaction>(&action)) {
    state_->transactions.insert_or_assign(txn->app_id, *txn);
  } else if (const auto* domain = std::get_if<DomainMetadata>(&action)) {
    if (domain->removed) {
      state_->domains.erase(domain->domain);
    } else {
      state_->domains.insert_or_assign(domain->domain, *domain);
    }
  } else if (const auto* info = std::get_if<CommitInfo>(&action)) {
    state_->in_commit_timestamp = info->in_commit_timestamp;
  }
}

Result<TableState> LoadTableState(fs::FileSystem* file_system, const std::string& log_path,
                                  std::optional<std::int64_t> version) {
  MILLRACE_ASSIGN_OR_RETURN(const LogListing listing, ListLog(file_system, log_path));
  TableState state;
  if (listing.empty()) return state;
  const std::int64_t latest = version.value_or(listing.latest());
  if (latest < 0 || latest > listing.latest()) return state;
  MILLRACE_RETURN_IF_ERROR(
      WithBestCheckpoint(listing, latest, [&](const CheckpointFiles& checkpoint) {
        return ReadState(file_system, log_path, listing, checkpoint, latest, &state);
      }));
  if (!state.in_commit_timestamp) {
    MILLRACE_RETURN_IF_ERROR(ReadInCommitTimestamp(file_system, log_path, &state));
  }
  return state;
}

Status ReconcileFiles(fs::FileSystem* file_system, const std::string& log_path,
                      std::int64_t version, const FileVisitor& visitor,
                      const std::function<Status()>& restart, std::int64_t known_checkpoint) {
  if (known_checkpoint >= 0 && known_checkpoint < version) {
    const CheckpointFiles known{
        known_checkpoint, CheckpointFiles::Kind::kV1, {CheckpointFileName(known_checkpoint)}};
    std::vector<std::int64_t> commits;
    for (std::int64_t commit = known_checkpoint + 1; commit <= version; ++commit) {
      commits.push_back(commit);
    }
    MILLRACE_RETURN_IF_ERROR(restart());
    const Status status = VisitFiles(file_system, log_path, known, commits, visitor);
    if (status.ok() || !IsBrokenFile(status)) return status;
  }
  MILLRACE_ASSIGN_OR_RETURN(const LogListing listing, ListLog(file_system, log_path));
  return WithBestCheckpoint(listing, version, [&](const CheckpointFiles& checkpoint) -> Status {
    MILLRACE_RETURN_IF_ERROR(restart());
    MILLRACE_ASSIGN_OR_RETURN(const std::vector<std::int64_t> commits,
                              CommitsAfter(listing, checkpoint.version, version, log_path));
    return VisitFiles(file_system, log_path, checkpoint, commits, visitor);
  });
}

}  // namespace millrace::clients::delta
