#include "clients/delta/errors.h"

#include <fmt/format.h>

#include "base/status.h"

namespace millrace::clients::delta {

using base::Status;
using base::StatusCode;

namespace {

constexpr std::string_view kDocLink = "https://docs.delta.io/latest/concurrency-control.html";

Status ConcurrentModification(std::string exception_class, std::string condition,
                              std::string message, std::string_view winner) {
  message +=
      fmt::format("\nConflicting commit: {}\nRefer to {} for more details.", winner, kDocLink);
  return DeltaError(StatusCode::kConflict, std::move(exception_class), std::move(condition),
                    "2D521", std::move(message), {{"conflictingCommit", std::string(winner)}});
}

}  // namespace

std::string EngineInfo() { return "Millrace/" MILLRACE_VERSION; }

Status DeltaError(StatusCode code, std::string exception_class, std::string condition,
                  std::string sql_state, std::string message,
                  std::map<std::string, std::string> parameters) {
  return Status(code, std::move(message))
      .WithSparkError({std::move(exception_class), std::move(condition), std::move(sql_state),
                       std::move(parameters)});
}

Status VersionsNotContiguous(const std::vector<std::int64_t>& versions, std::int64_t start,
                             std::int64_t end, std::int64_t to_load) {
  const std::string list = fmt::format("{}", fmt::join(versions, ", "));
  return DeltaError(
      StatusCode::kCorrupt, "DeltaIllegalStateException", "DELTA_VERSIONS_NOT_CONTIGUOUS", "KD00C",
      fmt::format("Versions ({}) are not contiguous. \nA gap in the delta log between versions {} "
                  "and {} was detected while trying to load version {}.",
                  list, start, end, to_load),
      {{"versionList", list},
       {"startVersion", std::to_string(start)},
       {"endVersion", std::to_string(end)},
       {"versionToLoad", std::to_string(to_load)}});
}

Status LogFileNotFound(std::int64_t version, std::int64_t checkpoint_version,
                       std::string_view log_path) {
  const std::string checkpoint =
      checkpoint_version < 0 ? "(none)" : std::to_string(checkpoint_version);
  return DeltaError(
      StatusCode::kCorrupt, "DeltaFileNotFoundException", "DELTA_LOG_FILE_NOT_FOUND", "42K03",
      fmt::format("Unable to retrieve the delta log files to construct table version {} starting "
                  "from checkpoint version {} at {}.",
                  version, checkpoint, log_path),
      {{"version", std::to_string(version)},
       {"checkpointVersion", checkpoint},
       {"logPath", std::string(log_path)}});
}

Status StateRecoverError(std::string_view what, std::int64_t version) {
  return DeltaError(
      StatusCode::kCorrupt, "DeltaIllegalStateException", "DELTA_STATE_RECOVER_ERROR", "XXKDS",
      fmt::format("The {} of your Delta table could not be recovered while Reconstructing\n"
                  "version: {}. Did you manually delete files in the _delta_log directory?",
                  what, version),
      {{"operation", std::string(what)}, {"version", std::to_string(version)}});
}

Status InvalidProtocolVersion(std::string_view table, int reader, int writer) {
  return DeltaError(
      StatusCode::kUnsupported, "InvalidProtocolVersionException", "DELTA_INVALID_PROTOCOL_VERSION",
      "KD004",
      fmt::format("Unsupported Delta protocol version: table \"{}\" requires reader version {} and "
                  "writer version {}, but Delta Lake \"{}\" supports reader versions 1, 2, 3 and "
                  "writer versions 1, 2, 3, 4, 5, 6, 7. Please upgrade to a newer release.",
                  table, reader, writer, EngineInfo()),
      {{"tableNameOrPath", std::string(table)},
       {"readerRequired", std::to_string(reader)},
       {"writerRequired", std::to_string(writer)},
       {"deltaVersion", EngineInfo()},
       {"supportedReaders", "1, 2, 3"},
       {"supportedWriters", "1, 2, 3, 4, 5, 6, 7"}});
}

Status UnsupportedReadFeatures(std::string_view table, const std::vector<std::string>& features) {
  const std::string list = fmt::format("{}", fmt::join(features, ", "));
  return DeltaError(
      StatusCode::kUnsupported, "DeltaUnsupportedTableFeatureException",
      "DELTA_UNSUPPORTED_FEATURES_FOR_READ", "56038",
      fmt::format("Unsupported Delta read feature: table \"{}\" requires reader table feature(s) "
                  "that are unsupported by Delta Lake \"{}\": {}.",
                  table, EngineInfo(), list),
      {{"tableNameOrPath", std::string(table)},
       {"deltaVersion", EngineInfo()},
       {"unsupported", list}});
}

Status UnsupportedWriteFeatures(std::string_view table, const std::vector<std::string>& features,
                                std::string_view details) {
  const std::string list = fmt::format("{}", fmt::join(features, ", "));
  std::string message = fmt::format(
      "Unsupported Delta write feature: table \"{}\" requires writer table feature(s) "
      "that are unsupported by Delta Lake \"{}\": {}.",
      table, EngineInfo(), list);
  if (!details.empty()) message += fmt::format(" {}", details);
  return DeltaError(StatusCode::kUnsupported, "DeltaUnsupportedTableFeatureException",
                    "DELTA_UNSUPPORTED_FEATURES_FOR_WRITE", "56038", std::move(message),
                    {{"tableNameOrPath", std::string(table)},
                     {"deltaVersion", EngineInfo()},
                     {"unsupported", list}});
}

Status ProtocolChanged(std::string_view winner, bool table_was_empty) {
  const std::string_view more =
      table_was_empty ? "This happens when multiple writers are writing to an empty directory. "
                        "Creating the table ahead of time will avoid this conflict. "
                      : "";
  return ConcurrentModification(
      "ProtocolChangedException", "DELTA_PROTOCOL_CHANGED",
      fmt::format("ProtocolChangedException: The protocol version of the Delta table has been "
                  "changed by a concurrent update. {}",
                  more),
      winner);
}

Status MetadataChanged(std::string_view table, std::string_view winner) {
  return ConcurrentModification(
      "MetadataChangedException", "DELTA_METADATA_CHANGED",
      fmt::format("MetadataChangedException: The metadata of the Delta table {} has been changed "
                  "by a concurrent update. Please try the operation again.",
                  table),
      winner);
}

Status ConcurrentTransaction(std::string_view winner) {
  return ConcurrentModification(
      "ConcurrentTransactionException", "DELTA_CONCURRENT_TRANSACTION",
      "ConcurrentTransactionException: This error occurs when multiple streaming queries are using "
      "the same checkpoint to write into this table. Did you run multiple instances of the same "
      "streaming query at the same time?",
      winner);
}

Status ConcurrentAppend(std::string_view winner) {
  return ConcurrentModification(
      "ConcurrentAppendException", "DELTA_CONCURRENT_APPEND",
      "ConcurrentAppendException: Files were added to the root of the table by a concurrent update. "
      "Please try the operation again.",
      winner);
}

Status ConcurrentDomain(std::string_view domain, std::string_view winner) {
  return ConcurrentModification("ConcurrentTransactionException", "DELTA_CONCURRENT_TRANSACTION",
                                fmt::format("A conflicting metadata domain {} is added.", domain),
                                winner);
}

Status DuplicateActions(std::string_view action, std::string_view path) {
  return DeltaError(
      StatusCode::kInternal, "DeltaRuntimeException", "DELTA_DUPLICATE_ACTIONS_FOUND", "2D521",
      fmt::format("File operation '{}' for path {} was specified several times.\nIt conflicts with "
                  "{}. \nIt is not valid for multiple file operations with the same path to exist "
                  "in a single commit.",
                  action, path, path),
      {{"actionType", std::string(action)},
       {"path", std::string(path)},
       {"conflictingPath", std::string(path)}});
}

}  // namespace millrace::clients::delta
