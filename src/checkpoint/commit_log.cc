#include "checkpoint/checkpoint.h"
#include "checkpoint/log_format.h"

namespace millrace::checkpoint {

CommitLog::CommitLog(fs::FileSystem* file_system, std::string directory)
    : log_(file_system, std::move(directory)) {}

base::Status CommitLog::Add(std::int64_t batch_id, const CommitMetadata& entry) {
  return log_.Add(batch_id, Encode(entry));
}

base::Result<CommitMetadata> CommitLog::Get(std::int64_t batch_id) const {
  MILLRACE_ASSIGN_OR_RETURN(const std::string bytes, log_.Read(batch_id));
  return DecodeCommitMetadata(bytes, log_.Path(batch_id));
}

base::Result<std::vector<std::int64_t>> CommitLog::List() const { return log_.List(); }

base::Status CommitLog::Purge(std::int64_t threshold) { return log_.Purge(threshold); }

}  // namespace millrace::checkpoint
