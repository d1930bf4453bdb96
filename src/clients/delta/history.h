#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "clients/delta/actions.h"
#include "fs/file_system.h"

namespace millrace::clients::delta {

/// What one commit says of itself.
struct HistoryEntry {
  std::int64_t version = 0;
  std::int64_t time_ms = 0;  ///< inCommitTimestamp, else when the commit's file was made.
  CommitInfo info;
};

/// The newest commits of a log first, at most `limit`, as far back as their files are there.
base::Result<std::vector<HistoryEntry>> ReadHistory(fs::FileSystem* file_system,
                                                    const std::string& log_path,
                                                    std::optional<int> limit);

/// The features of a protocol: those that it lists and those that its versions imply, sorted.
std::vector<std::string> FeaturesOf(const Protocol& protocol);

/// The text in a JSON value of CommitInfo::operation_parameters: a string's own, the JSON of any
/// other value; none for null.
std::optional<std::string> TextOfJson(const std::string& json);

}  // namespace millrace::clients::delta
