#include "sources/file/seen_files.h"

#include <algorithm>

#include "fs/escapes.h"
#include "fs/file_system.h"

namespace millrace::sources::file {

std::string SeenFiles::KeyOf(const std::string& uri) const {
  return name_only_ ? fs::DecodePath(fs::BaseName(uri)) : uri;
}

void SeenFiles::Add(const std::string& uri, std::int64_t time_ms) {
  times_[KeyOf(uri)] = time_ms;
  latest_ms_ = std::max(latest_ms_, time_ms);
}

bool SeenFiles::IsNew(const std::string& uri, std::int64_t time_ms) const {
  return time_ms >= purged_until_ms_ && !times_.contains(KeyOf(uri));
}

void SeenFiles::Purge() {
  if (!max_age_) return;
  purged_until_ms_ = latest_ms_ - max_age_->count();
  std::erase_if(times_, [&](const auto& entry) { return entry.second < purged_until_ms_; });
}

}  // namespace millrace::sources::file
