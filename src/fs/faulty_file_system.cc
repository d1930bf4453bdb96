#include "fs/faulty_file_system.h"

#include <cerrno>

#include <fmt/format.h>

#include "fs/errno_status.h"

namespace millrace::fs {

using base::Result;
using base::Status;

namespace {

Status Dead(const std::string& path) {
  return Status::Cancelled(fmt::format("{}: the process was killed", path));
}

Status Injected(const std::string& path) {
  return Status::Unavailable(fmt::format("cannot reach {}: injected fault", path));
}

bool IsBefore(Fault fault) { return fault != Fault::kNone && fault != Fault::kFailAfter; }

Status FailureOf(Fault fault, const std::string& path) {
  return fault == Fault::kNoSpace ? ErrnoStatus(ENOSPC, "write", path) : Injected(path);
}

/// Runs a call that writes no bytes as `fault` says. `T` is a Status or a Result.
template <typename T, typename Call>
T Run(Fault fault, const std::string& path, const Call& call) {
  if (IsBefore(fault)) return FailureOf(fault, path);
  T answer = call();
  if (fault == Fault::kFailAfter) return FailureOf(fault, path);
  return answer;
}

}  // namespace

class FaultyFileSystem::Lock final : public FileLock {
 public:
  Lock(FaultyFileSystem* file_system, std::int64_t index)
      : file_system_(file_system), index_(index) {}
  ~Lock() override {
    std::lock_guard guard(file_system_->mutex_);
    file_system_->locks_.erase(index_);
  }

 private:
  FaultyFileSystem* const file_system_;
  const std::int64_t index_;
};

class FaultyFileSystem::Output final : public OutputFile {
 public:
  Output(FaultyFileSystem* file_system, std::string path, std::unique_ptr<OutputFile> base)
      : file_system_(file_system), path_(std::move(path)), base_(std::move(base)) {}

  Status Append(std::string_view bytes) override {
    MILLRACE_ASSIGN_OR_RETURN(const Call call, file_system_->Next(Operation::Kind::kAppend, path_));
    bytes_ += bytes;
    return file_system_->Write(call, path_, bytes_, [&] { return base_->Append(bytes); });
  }
  std::int64_t size_bytes() const override { return static_cast<std::int64_t>(bytes_.size()); }
  Status Close() override {
    MILLRACE_ASSIGN_OR_RETURN(const Call call, file_system_->Next(Operation::Kind::kClose, path_));
    return file_system_->Write(call, path_, bytes_, [&] { return base_->Close(); });
  }

 private:
  FaultyFileSystem* const file_system_;
  const std::string path_;
  const std::unique_ptr<OutputFile> base_;
  std::string bytes_;  // Kept so that half of them can be left behind.
};

std::int64_t FaultyFileSystem::operations() const {
  std::lock_guard guard(mutex_);
  return operations_;
}

void FaultyFileSystem::Kill() {
  std::lock_guard guard(mutex_);
  killed_ = true;
  locks_.clear();
}

Result<FaultyFileSystem::Call> FaultyFileSystem::Next(Operation::Kind kind,
                                                      const std::string& path) {
  Call call;
  {
    std::lock_guard guard(mutex_);
    if (killed_) return Dead(path);
    call.index = operations_++;
  }
  if (plan_) call.fault = plan_({.kind = kind, .path = path, .index = call.index});
  std::lock_guard guard(mutex_);
  if (killed_) return Dead(path);
  return call;
}

Status FaultyFileSystem::Write(const Call& call, const std::string& path, std::string_view bytes,
                               const std::function<Status()>& write) {
  if (call.fault == Fault::kTornTemp) {
    const std::string temporary =
        Join(DirName(path),
             fmt::format(".{}.00000000-0000-4000-8000-{:012x}.tmp", BaseName(path), call.index));
    MILLRACE_RETURN_IF_ERROR(base_->Replace(temporary, bytes.substr(0, bytes.size() / 2)));
  }
  return Run<Status>(call.fault, path, write);
}

Status FaultyFileSystem::CreateExclusive(const std::string& path, std::string_view bytes) {
  MILLRACE_ASSIGN_OR_RETURN(const Call call, Next(Operation::Kind::kCreateExclusive, path));
  return Write(call, path, bytes, [&] { return base_->CreateExclusive(path, bytes); });
}

Status FaultyFileSystem::Replace(const std::string& path, std::string_view bytes) {
  MILLRACE_ASSIGN_OR_RETURN(const Call call, Next(Operation::Kind::kReplace, path));
  return Write(call, path, bytes, [&] { return base_->Replace(path, bytes); });
}

Result<std::unique_ptr<OutputFile>> FaultyFileSystem::OpenOutput(const std::string& path) {
  MILLRACE_ASSIGN_OR_RETURN(const Call call, Next(Operation::Kind::kOpenOutput, path));
  if (IsBefore(call.fault)) return FailureOf(call.fault, path);
  MILLRACE_ASSIGN_OR_RETURN(auto file, base_->OpenOutput(path));
  if (call.fault == Fault::kFailAfter) return FailureOf(call.fault, path);
  return std::unique_ptr<OutputFile>(std::make_unique<Output>(this, path, std::move(file)));
}

Result<std::string> FaultyFileSystem::Read(const std::string& path) {
  MILLRACE_ASSIGN_OR_RETURN(const Call call, Next(Operation::Kind::kRead, path));
  return Run<Result<std::string>>(call.fault, path, [&] { return base_->Read(path); });
}

Result<std::optional<FileInfo>> FaultyFileSystem::Stat(const std::string& path) {
  MILLRACE_ASSIGN_OR_RETURN(const Call call, Next(Operation::Kind::kStat, path));
  return Run<Result<std::optional<FileInfo>>>(call.fault, path, [&] { return base_->Stat(path); });
}

Result<std::vector<FileInfo>> FaultyFileSystem::List(const std::string& directory) {
  MILLRACE_ASSIGN_OR_RETURN(const Call call, Next(Operation::Kind::kList, directory));
  return Run<Result<std::vector<FileInfo>>>(call.fault, directory,
                                            [&] { return base_->List(directory); });
}

Status FaultyFileSystem::MakeDirectories(const std::string& directory) {
  MILLRACE_ASSIGN_OR_RETURN(const Call call, Next(Operation::Kind::kMakeDirectories, directory));
  return Run<Status>(call.fault, directory, [&] { return base_->MakeDirectories(directory); });
}

Status FaultyFileSystem::SyncDirectory(const std::string& directory) {
  MILLRACE_ASSIGN_OR_RETURN(const Call call, Next(Operation::Kind::kSyncDirectory, directory));
  return Run<Status>(call.fault, directory, [&] { return base_->SyncDirectory(directory); });
}

Status FaultyFileSystem::Remove(const std::string& path) {
  MILLRACE_ASSIGN_OR_RETURN(const Call call, Next(Operation::Kind::kRemove, path));
  return Run<Status>(call.fault, path, [&] { return base_->Remove(path); });
}

Status FaultyFileSystem::Move(const std::string& from, const std::string& to) {
  MILLRACE_ASSIGN_OR_RETURN(const Call call, Next(Operation::Kind::kMove, from));
  return Run<Status>(call.fault, from, [&] { return base_->Move(from, to); });
}

Result<std::unique_ptr<FileLock>> FaultyFileSystem::TryLock(const std::string& path) {
  MILLRACE_ASSIGN_OR_RETURN(const Call call, Next(Operation::Kind::kLock, path));
  if (IsBefore(call.fault)) return FailureOf(call.fault, path);
  MILLRACE_ASSIGN_OR_RETURN(auto lock, base_->TryLock(path));
  if (call.fault == Fault::kFailAfter) return FailureOf(call.fault, path);
  std::lock_guard guard(mutex_);
  if (killed_) return Dead(path);
  locks_.emplace(call.index, std::move(lock));
  return std::unique_ptr<FileLock>(std::make_unique<Lock>(this, call.index));
}

}  // namespace millrace::fs
