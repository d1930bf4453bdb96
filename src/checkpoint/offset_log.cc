#include <algorithm>

#include <fmt/format.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/log_format.h"

namespace millrace::checkpoint {

OffsetLog::OffsetLog(fs::FileSystem* file_system, std::string directory)
    : log_(file_system, std::move(directory)) {}

base::Status OffsetLog::Add(std::int64_t batch_id, const OffsetSeq& entry) {
  for (const auto& offset : entry.offsets) {
    if (!offset || (!offset->empty() && offset->find_first_of("\r\n") == offset->npos)) continue;
    return base::Status::Internal(fmt::format(
        "batch {}: an offset must be one line of text, but is \"{}\"", batch_id, *offset));
  }
  return log_.Add(batch_id, Encode(entry));
}

base::Result<OffsetSeq> OffsetLog::Get(std::int64_t batch_id) const {
  MILLRACE_ASSIGN_OR_RETURN(const std::string bytes, log_.Read(batch_id));
  return DecodeOffsetSeq(bytes, log_.Path(batch_id));
}

base::Result<std::vector<std::int64_t>> OffsetLog::List() const { return log_.List(); }

base::Status OffsetLog::Purge(std::int64_t threshold) { return log_.Purge(threshold); }

}  // namespace millrace::checkpoint
