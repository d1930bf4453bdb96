#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "clients/delta/actions.h"
#include "clients/delta/table_state.h"
#include "connector/options.h"
#include "data/time_zone.h"
#include "fs/file_system.h"

namespace millrace::sources::delta {

/// Which version of a table is read.
struct VersionRequest {
  std::optional<std::int64_t> version;
  std::optional<std::int64_t> time_us;
  std::string time_text;  ///< As the user wrote it.
};

/// `versionAsOf` and `timestampAsOf`, with Delta's refusals.
base::Result<VersionRequest> ReadVersionRequest(const connector::Options& options,
                                                const data::TimeZone& zone);

/// A table as of one version.
struct Snapshot {
  fs::Location location;
  clients::delta::TableState state;
  std::vector<clients::delta::AddFile> files;  ///< In the order of their paths.
};

/// Takes "/path@v12" apart when there is no table at the whole path. PATH_NOT_FOUND,
/// DELTA_TABLE_NOT_FOUND, DELTA_VERSION_NOT_FOUND, DELTA_TIMESTAMP_..., and what the log's reading
/// gives.
base::Result<Snapshot> OpenSnapshot(const std::string& path, VersionRequest request,
                                    const data::TimeZone& zone);

}  // namespace millrace::sources::delta
