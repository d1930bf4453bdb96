#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace millrace::sources::file {

/// Which files a stream has taken (Spark's SeenFilesMap). Those that are much older than the newest
/// one are forgotten, and files as old as that are never new. Times in milliseconds.
class SeenFiles {
 public:
  /// `name_only`: files of one name are the same wherever they lie.
  SeenFiles(std::optional<std::chrono::milliseconds> max_age, bool name_only)
      : max_age_(max_age), name_only_(name_only) {}

  void Add(const std::string& uri, std::int64_t time_ms);
  bool IsNew(const std::string& uri, std::int64_t time_ms) const;
  /// Forgets what is too old.
  void Purge();
  std::size_t size() const { return times_.size(); }

 private:
  std::string KeyOf(const std::string& uri) const;

  const std::optional<std::chrono::milliseconds> max_age_;
  const bool name_only_;
  std::unordered_map<std::string, std::int64_t> times_;
  std::int64_t latest_ms_ = 0;
  std::int64_t purged_until_ms_ = 0;
};

}  // namespace millrace::sources::file
