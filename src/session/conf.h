#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/status.h"

namespace millrace::session {

/// A session's settings. Thread-safe.
class Conf {
 public:
  /// InvalidArgument for a value that a known key cannot have. A `spark.*` key without effect here
  /// is kept and warned of once.
  base::Status Set(std::string_view key, std::string_view value);
  void Unset(std::string_view key);
  /// What was set, else the default of a known key, else nullopt.
  std::optional<std::string> Get(std::string_view key) const;
  /// Everything that was set.
  std::map<std::string, std::string> All() const;

  /// IANA name or offset; Spark's default is the machine's zone.
  std::string time_zone() const;
  std::optional<std::string> checkpoint_location() const;
  /// The format of reads and writes that name none.
  std::string default_source() const;
  int shuffle_partitions() const;
  int pivot_max_values() const;
  int transpose_max_values() const;
  /// Do overwrites replace only the partitions that they have rows for?
  bool dynamic_overwrite() const;
  bool ansi() const;
  bool case_sensitive() const;
  int recent_progress_updates() const;
  std::int64_t min_batches_to_retain() const;
  std::chrono::milliseconds polling_delay() const;
  std::chrono::milliseconds no_data_progress_interval() const;

 private:
  std::string GetKnown(std::string_view key) const;

  mutable std::mutex mutex_;  // Protects values_.
  std::map<std::string, std::string, std::less<>> values_;
};

/// "local", "local[4]", "local[*]" as a number of threads. InvalidArgument for other masters.
base::Result<int> ThreadsOfMaster(std::string_view master);

/// The machine's zone: TZ, else what /etc/localtime points to, else UTC.
std::string MachineTimeZone();

}  // namespace millrace::session
