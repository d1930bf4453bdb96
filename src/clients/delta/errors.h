#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace millrace::clients::delta {

/// "Millrace/0.1.0": engineInfo of our commits, created_by of our files.
std::string EngineInfo();

/// Failures with Delta's own condition, SQLSTATE and text (delta-error-classes.json). The kind says
/// what to do: Conflict after a lost race that a new batch may win, Unsupported for what we cannot
/// honour, Corrupt for a log that cannot be read.

base::Status VersionsNotContiguous(const std::vector<std::int64_t>& versions, std::int64_t start,
                                   std::int64_t end, std::int64_t to_load);
base::Status LogFileNotFound(std::int64_t version, std::int64_t checkpoint_version,
                             std::string_view log_path);
/// `what`: "protocol" or "metadata".
base::Status StateRecoverError(std::string_view what, std::int64_t version);
base::Status InvalidProtocolVersion(std::string_view table, int reader, int writer);
base::Status UnsupportedReadFeatures(std::string_view table,
                                     const std::vector<std::string>& features);
/// `details` says for each feature what of it is in use; may be empty.
base::Status UnsupportedWriteFeatures(std::string_view table,
                                      const std::vector<std::string>& features,
                                      std::string_view details);

/// `winner`: the other commit, e.g. "version 12 (STREAMING UPDATE by Apache-Spark/4.2.0)".
base::Status ProtocolChanged(std::string_view winner, bool table_was_empty);
base::Status MetadataChanged(std::string_view table, std::string_view winner);
base::Status ConcurrentTransaction(std::string_view winner);
base::Status ConcurrentAppend(std::string_view winner);
base::Status ConcurrentDomain(std::string_view domain, std::string_view winner);
base::Status DuplicateActions(std::string_view action, std::string_view path);

/// Any failure of Delta's.
base::Status DeltaError(base::StatusCode code, std::string exception_class, std::string condition,
                        std::string sql_state, std::string message,
                        std::map<std::string, std::string> parameters = {});

}  // namespace millrace::clients::delta
