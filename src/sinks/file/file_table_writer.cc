#include "sinks/file/file_table_writer.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/log.h"
#include "base/uuid.h"
#include "clients/files/errors.h"

namespace millrace::sinks::file {

namespace {

using base::Result;
using base::Status;
using clients::files::OutputPlan;

constexpr std::string_view kStagingFolder = "_temporary";

/// Everything below a folder but what is staged, files before their folders.
Status ListForRemoval(fs::FileSystem* file_system, const std::string& folder, bool top,
                      std::vector<std::string>* paths) {
  MILLRACE_ASSIGN_OR_RETURN(const auto entries, file_system->List(folder));
  for (const fs::FileInfo& entry : entries) {
    if (top && entry.name == kStagingFolder) continue;
    const std::string path = fs::Join(folder, entry.name);
    if (entry.is_directory) {
      MILLRACE_RETURN_IF_ERROR(ListForRemoval(file_system, path, false, paths));
    }
    paths->push_back(path);
  }
  return Status::Ok();
}

void RemoveTree(fs::FileSystem* file_system, const std::string& folder) {
  std::vector<std::string> paths;
  Status status = ListForRemoval(file_system, folder, false, &paths);
  for (const std::string& path : paths) {
    if (status.ok()) status = file_system->Remove(path);
  }
  if (status.ok()) status = file_system->Remove(folder);
  if (status.ok() || status.code() == base::StatusCode::kNotFound) return;
  base::LogWarn(fmt::format("{} stays: {}", folder, status.message()));
}

/// What a commit replaces.
enum class Overwrite { kNothing, kAll, kPartitions };

class FileBatch : public connector::SinkBatch {
 public:
  /// `staged`: the plan of `target` below its staging folder.
  FileBatch(std::string target, std::shared_ptr<const OutputPlan> staged, Overwrite overwrite)
      : target_(std::move(target)), plan_(std::move(staged)), overwrite_(overwrite) {}
  ~FileBatch() override {
    if (committed_) return;
    if (!removing_) TakeBack();
    Unstage();
  }

  Result<std::unique_ptr<connector::SinkWriter>> NewWriter() override {
    return std::unique_ptr<connector::SinkWriter>(
        std::make_unique<clients::files::FilesWriter>(plan_, &files_));
  }

  Status Commit(std::stop_token stop) override {
    if (committed_) return Status::Ok();
    if (stop.stop_requested()) return Status::Cancelled("the write is being stopped");
    fs::FileSystem* const disk = plan_->file_system;
    if (files_.Files().empty() && plan_->partition_columns.empty()) {
      MILLRACE_RETURN_IF_ERROR(clients::files::WriteEmptyFile(plan_, &files_));
    }
    MILLRACE_RETURN_IF_ERROR(disk->MakeDirectories(target_));
    if (!begun_) MILLRACE_RETURN_IF_ERROR(LookAtTarget());
    begun_ = true;
    // It would speak for a folder with files of two writes in it.
    MILLRACE_RETURN_IF_ERROR(RemoveIfThere(SuccessPath()));
    for (const auto& file : files_.Files()) MILLRACE_RETURN_IF_ERROR(MoveIn(file.path));
    removing_ = true;
    for (const std::string& path : former_) {
      if (!moved_.contains(path)) MILLRACE_RETURN_IF_ERROR(RemoveIfThere(path));
    }
    MILLRACE_RETURN_IF_ERROR(disk->Replace(SuccessPath(), ""));
    committed_ = true;
    Unstage();
    return Status::Ok();
  }

 private:
  std::string SuccessPath() const { return fs::Join(target_, "_SUCCESS"); }

  /// Only before the first move: later the new files would be taken for former ones.
  Status LookAtTarget() {
    fs::FileSystem* const disk = plan_->file_system;
    MILLRACE_ASSIGN_OR_RETURN(const auto success, disk->Stat(SuccessPath()));
    had_success_ = success.has_value();
    if (overwrite_ == Overwrite::kNothing) return Status::Ok();
    if (overwrite_ == Overwrite::kAll) return ListForRemoval(disk, target_, true, &former_);
    std::set<std::string> folders;
    for (const auto& file : files_.Files()) {
      folders.emplace(fs::DirName(fs::Join(target_, file.path)));
    }
    for (const std::string& folder : folders) {
      MILLRACE_ASSIGN_OR_RETURN(const auto there, disk->Stat(folder));
      if (there) MILLRACE_RETURN_IF_ERROR(ListForRemoval(disk, folder, false, &former_));
    }
    return Status::Ok();
  }

  /// A folder that has files in it stays.
  Status RemoveIfThere(const std::string& path) const {
    Status removed = plan_->file_system->Remove(path);
    return removed.code() == base::StatusCode::kConflict ? Status::Ok() : removed;
  }

  Status MoveIn(const std::string& name) {
    fs::FileSystem* const disk = plan_->file_system;
    const std::string to = fs::Join(target_, name);
    if (moved_.contains(to)) return Status::Ok();
    Status moved = disk->Move(fs::Join(plan_->directory, name), to);
    if (moved.code() == base::StatusCode::kNotFound) {
      // By a move that failed after it was done, or nobody knows where it is.
      MILLRACE_ASSIGN_OR_RETURN(const auto there, disk->Stat(to));
      if (!there) return moved.WithContext(fmt::format("the write to {} has lost a file", target_));
      moved = Status::Ok();
    }
    if (moved.ok()) moved_.insert(to);
    return moved;
  }

  /// As far as it goes: the folder as it was before the commit.
  void TakeBack() const {
    fs::FileSystem* const disk = plan_->file_system;
    for (const std::string& path : moved_) {
      const Status removed = disk->Remove(path);
      if (!removed.ok()) {
        base::LogWarn(fmt::format("uncommitted file {} stays: {}", path, removed.message()));
      }
    }
    if (begun_ && had_success_) (void)disk->Replace(SuccessPath(), "").ok();
  }

  void Unstage() const {
    RemoveTree(plan_->file_system, plan_->directory);
    // Another write may stage there.
    (void)plan_->file_system->Remove(fs::Join(target_, kStagingFolder)).ok();
  }

  const std::string target_;
  const std::shared_ptr<const OutputPlan> plan_;
  const Overwrite overwrite_;
  clients::files::WrittenFiles files_;
  std::vector<std::string> former_;  // What an overwrite removes.
  std::set<std::string> moved_;      // Paths below the target.
  bool had_success_ = false;
  bool begun_ = false;     // The target is listed.
  bool removing_ = false;  // All files have their names: there is no way back.
  bool committed_ = false;
};

}  // namespace

Result<std::unique_ptr<connector::SinkBatch>> FileTableWriterProvider::Begin(
    connector::WriteContext context, std::stop_token stop) const {
  if (stop.stop_requested()) return Status::Cancelled("the write is being stopped");
  MILLRACE_ASSIGN_OR_RETURN(const WriteOptions options,
                            ReadWriteOptions(format_, context.options, context.path));
  MILLRACE_RETURN_IF_ERROR(context.options.CheckAllHonoured(
      fmt::format("{} files", FormatName(format_)),
      {"path", "compression", "maxRecordsPerFile", "lineSep", "header", "sep", "quote", "escape",
       "dateFormat", "timestampFormat", "nullValue", "ignoreNullFields", "encoding"}));
  MILLRACE_ASSIGN_OR_RETURN(OutputPlan plan,
                            MakePlan(options, context.schema, context.partition_columns,
                                     context.session_time_zone));
  MILLRACE_ASSIGN_OR_RETURN(const auto there, plan.file_system->Stat(plan.directory));
  if (there && context.mode == connector::SaveMode::kErrorIfExists) {
    return clients::files::PathAlreadyExists(plan.directory);
  }
  if (there && context.mode == connector::SaveMode::kIgnore) {
    return std::unique_ptr<connector::SinkBatch>();
  }
  if (there && !there->is_directory) {
    return Status::InvalidArgument(
        fmt::format("Parent path is not a directory: {}", fs::ToHadoopUri(plan.directory)));
  }
  const std::string target = plan.directory;
  Overwrite overwrite = Overwrite::kNothing;
  if (context.mode == connector::SaveMode::kOverwrite) {
    const bool by_partition = options.dynamic_overwrite && !plan.partition_columns.empty();
    overwrite = by_partition ? Overwrite::kPartitions : Overwrite::kAll;
  }
  plan.job_id = base::Uuid::Random(context.random).ToString();
  plan.random = context.random;
  plan.format.header = context.first_line;
  plan.directory = fs::Join(fs::Join(target, kStagingFolder), plan.job_id);
  return std::unique_ptr<connector::SinkBatch>(std::make_unique<FileBatch>(
      target, std::make_shared<const OutputPlan>(std::move(plan)),
      overwrite));
}

}  // namespace millrace::sinks::file
