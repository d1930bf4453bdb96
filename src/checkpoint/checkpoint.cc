#include "checkpoint/checkpoint.h"

#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/log.h"

namespace millrace::checkpoint {
namespace {

using base::Result;
using base::Status;
using base::StatusCode;

constexpr std::string_view kMetadata = "metadata";
constexpr std::string_view kOffsets = "offsets";
constexpr std::string_view kCommits = "commits";
constexpr std::string_view kState = "state";
constexpr std::string_view kSources = "sources";
constexpr std::string_view kLock = ".millrace.lock";

/// The id in the text of `metadata`. (StreamMetadata.read; UUID.fromString.)
Result<base::Uuid> ParseMetadata(std::string_view text, std::string_view path) {
  const auto corrupt = [&](std::string_view why) {
    return Status::Corrupt(fmt::format(
        "{} must hold {{\"id\":\"<uuid of the query>\"}}, but {}: restore it, or start with a new "
        "checkpoint location",
        fs::ToHadoopUri(path), why));
  };
  const auto object = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (object.is_discarded()) return corrupt(text.empty() ? "it is empty" : "it is not JSON");
  if (!object.is_object() || !object.contains("id")) return corrupt("it has no \"id\"");
  const auto& id = object["id"];
  if (!id.is_string()) return corrupt("its \"id\" is not a text");
  const auto parsed = base::Uuid::Parse(id.get_ref<const std::string&>());
  if (parsed.ok()) return *parsed;
  return corrupt(parsed.status().message())
      .WithSparkError({"IllegalArgumentException", "", "", {}});
}

/// What a writer that died leaves behind: `.<name>.<uuid>.tmp`, and Hadoop's checksums, which Spark
/// does not see when it lists.
bool IsLeftOver(const fs::FileInfo& entry) {
  const std::string_view name = entry.name;
  return !entry.is_directory && name.starts_with('.') &&
         (name.ends_with(".tmp") || name.ends_with(".crc"));
}

/// Before batch 0 nothing may be in `directory`: it would be taken for this query's. Spark's rule,
/// which also counts left-over temporary files: those are removed here.
Status RequireEmpty(fs::FileSystem* file_system, const std::string& directory) {
  const auto entries = file_system->List(directory);
  if (entries.status().code() == StatusCode::kNotFound) return Status::Ok();
  if (!entries.ok()) return entries.status();
  for (const fs::FileInfo& entry : *entries) {
    if (IsLeftOver(entry)) {
      MILLRACE_RETURN_IF_ERROR(file_system->Remove(fs::Join(directory, entry.name)));
      continue;
    }
    const std::string uri = fs::ToHadoopUri(directory);
    return Status::Corrupt(
               fmt::format("The checkpoint location {} should be empty on batch 0\nPlease either "
                           "use a new checkpoint location, or delete the existing data in the "
                           "checkpoint location. (It holds {}.)",
                           uri, entry.name))
        .WithSparkError({"SparkUnsupportedOperationException",
                         "STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY",
                         "42K03",
                         {{"checkpointLocation", uri}}});
  }
  return Status::Ok();
}

Status MissingMetadata(const std::string& directory) {
  const std::string uri = fs::ToHadoopUri(directory);
  return Status::Corrupt(
             fmt::format("Checkpoint location {} is in an inconsistent state: the metadata file is "
                         "missing but offset and/or commit logs contain data. Please restore the "
                         "metadata file or create a new checkpoint directory.",
                         uri))
      .WithSparkError({"SparkRuntimeException",
                       "STREAMING_CHECKPOINT_MISSING_METADATA_FILE",
                       "42K03",
                       {{"checkpointLocation", uri}}});
}

/// Writes `metadata` with a new id. Somebody who was first gives the id.
Result<base::Uuid> WriteMetadata(fs::FileSystem* file_system, const std::string& path,
                                 base::Random* random) {
  const base::Uuid id = base::Uuid::Random(random);
  const Status status =
      file_system->CreateExclusive(path, fmt::format("{{\"id\":\"{}\"}}", id.ToString()));
  if (status.ok()) return id;
  if (status.code() != StatusCode::kConflict) return status;
  MILLRACE_ASSIGN_OR_RETURN(const std::string text, file_system->Read(path));
  return ParseMetadata(text, path);
}

class CheckpointDirectory final : public Checkpoint {
 public:
  CheckpointDirectory(fs::FileSystem* file_system, std::string directory,
                      std::unique_ptr<fs::FileLock> lock)
      : file_system_(file_system),
        directory_(std::move(directory)),
        lock_(std::move(lock)),
        offsets_(file_system, fs::Join(directory_, kOffsets)),
        commits_(file_system, fs::Join(directory_, kCommits)) {}

  /// To be called once, before anything else.
  Status Initialize(base::Random* random) {
    // What a predecessor left is made durable before any batch rests on it.
    for (const std::string& folder :
         {directory_, fs::Join(directory_, kOffsets), fs::Join(directory_, kCommits)}) {
      MILLRACE_RETURN_IF_ERROR(file_system_->SyncDirectory(folder));
    }
    const std::string path = fs::Join(directory_, kMetadata);
    auto metadata = file_system_->Read(path);
    if (!metadata.ok() && metadata.status().code() != StatusCode::kNotFound) {
      return metadata.status();
    }
    if (metadata.ok()) {
      MILLRACE_ASSIGN_OR_RETURN(query_id_, ParseMetadata(*metadata, path));
    }
    MILLRACE_ASSIGN_OR_RETURN(const std::vector<std::int64_t> planned, offsets_.List());
    MILLRACE_ASSIGN_OR_RETURN(const std::vector<std::int64_t> committed, commits_.List());
    if (!metadata.ok() && (!planned.empty() || !committed.empty())) {
      return MissingMetadata(directory_);
    }
    if (planned.empty()) {
      for (const std::string_view name : {kOffsets, kCommits, kState}) {
        MILLRACE_RETURN_IF_ERROR(RequireEmpty(file_system_, fs::Join(directory_, name)));
      }
    }
    if (metadata.ok()) return Status::Ok();
    MILLRACE_ASSIGN_OR_RETURN(query_id_, WriteMetadata(file_system_, path, random));
    return Status::Ok();
  }

  const base::Uuid& query_id() const override { return query_id_; }
  const std::string& directory() const override { return directory_; }
  OffsetLog& offsets() override { return offsets_; }
  CommitLog& commits() override { return commits_; }
  std::string SourcePath(int index) const override {
    return fs::Join(directory_, fmt::format("{}/{}", kSources, index));
  }

  Result<RecoveredState> Recover(int sources) override {
    RecoveredState state;
    MILLRACE_ASSIGN_OR_RETURN(const std::vector<std::int64_t> planned, offsets_.List());
    MILLRACE_ASSIGN_OR_RETURN(const std::vector<std::int64_t> committed, commits_.List());
    if (!planned.empty()) {
      const std::int64_t newest = planned.back();
      MILLRACE_ASSIGN_OR_RETURN(OffsetSeq entry, Offsets(newest, sources));
      state.latest.emplace(newest, std::move(entry));
      if (newest > 0) {
        MILLRACE_ASSIGN_OR_RETURN(state.previous, Offsets(newest - 1, sources));
      }
    }
    if (committed.empty()) return state;
    MILLRACE_ASSIGN_OR_RETURN(const CommitMetadata commit, commits_.Get(committed.back()));
    state.last_commit.emplace(committed.back(), commit);
    MILLRACE_RETURN_IF_ERROR(CompareEnds(state));
    return state;
  }

  Status Purge(std::int64_t batch_id, std::int64_t retain) override {
    const std::int64_t threshold = batch_id - retain;
    if (threshold <= 0) return Status::Ok();
    MILLRACE_RETURN_IF_ERROR(offsets_.Purge(threshold));
    return commits_.Purge(threshold);
  }

 private:
  /// offsets/<batch_id>, with as many lines as the plan has sources.
  Result<OffsetSeq> Offsets(std::int64_t batch_id, int sources) const {
    auto entry = offsets_.Get(batch_id);
    if (entry.status().code() == StatusCode::kNotFound) {
      return Status::Corrupt(fmt::format("batch {} doesn't exist", batch_id))
          .WithSparkError({"IllegalStateException", "", "", {}});
    }
    if (!entry.ok()) return entry.status();
    if (entry->offsets.size() == static_cast<std::size_t>(sources)) return entry;
    return Status::InvalidArgument(
               fmt::format("There are [{}] sources in the checkpoint offsets and now there are "
                           "[{}] sources requested by the query. Cannot continue.",
                           entry->offsets.size(), sources))
        .WithSparkError({"AssertionError", "", "", {}});
  }

  /// What the newest ids of the two logs say about each other.
  static Status CompareEnds(const RecoveredState& state) {
    const std::int64_t committed = state.last_commit->first;
    const std::int64_t planned = state.latest ? state.latest->first : -1;
    // Spark runs batch `planned` again and fails when it finds its commits file; the same, sooner.
    if (committed > planned) return ConcurrentLogUpdate(planned);
    if (committed < planned - 1) {
      base::LogWarn(fmt::format(
          "Batch completion log latest batch id is {}, which is not trailing batchid {} by one",
          committed, planned));
    }
    return Status::Ok();
  }

  fs::FileSystem* const file_system_;
  const std::string directory_;
  const std::unique_ptr<fs::FileLock> lock_;
  base::Uuid query_id_;
  OffsetLog offsets_;
  CommitLog commits_;
};

}  // namespace

Result<std::unique_ptr<Checkpoint>> Checkpoint::Open(fs::FileSystem* file_system,
                                                     std::string directory, base::Random* random) {
  auto lock = file_system->TryLock(fs::Join(directory, kLock));
  if (lock.status().code() == StatusCode::kConflict) {
    return Status::Conflict(
        fmt::format("checkpoint location {} is in use: {}. Stop that query first, or give this one "
                    "a checkpoint location of its own",
                    fs::ToHadoopUri(directory), lock.status().message()));
  }
  if (!lock.ok()) return lock.status();
  auto checkpoint = std::make_unique<CheckpointDirectory>(file_system, std::move(directory),
                                                          std::move(lock).value());
  MILLRACE_RETURN_IF_ERROR(checkpoint->Initialize(random));
  return std::unique_ptr<Checkpoint>(std::move(checkpoint));
}

}  // namespace millrace::checkpoint
