#include "sinks/delta/sink_options.h"

#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "clients/delta/errors.h"

namespace millrace::sinks::delta {

namespace {

using base::Result;
using base::Status;
using base::StatusCode;
using clients::delta::DeltaError;

struct Refused {
  std::string_view name;
  std::string_view why;
};

// Options that delta-spark has, and that a streaming write here cannot honour.
constexpr std::array kRefused = {
    Refused{"replaceWhere", "belongs to batch overwrites"},
    Refused{"replaceOn", "belongs to batch overwrites"},
    Refused{"replaceUsing", "belongs to batch overwrites"},
    Refused{"targetAlias", "belongs to batch overwrites"},
    Refused{"partitionOverwriteMode", "belongs to batch overwrites"},
};

// Idempotent writes belong to foreachBatch; half of the pair is an error for Spark as well.
Status CheckNoTransactionOptions(const connector::Options& options) {
  const bool app = options.Has("txnAppId");
  const bool version = options.Has("txnVersion");
  if (!app && !version) return Status::Ok();
  if (app != version) {
    const std::string reason =
        "Both txnVersion and txnAppId must be specified for idempotent data frame writes";
    return DeltaError(StatusCode::kInvalidArgument, "DeltaIllegalArgumentException",
                      "DELTA_INVALID_IDEMPOTENT_WRITES_OPTIONS", "42616",
                      fmt::format("Invalid options for idempotent Dataframe writes: {}", reason),
                      {{"reason", reason}});
  }
  return Status::Unsupported(
      "delta sink: options \"txnAppId\" and \"txnVersion\" belong to writes inside foreachBatch; a "
      "streaming write is made idempotent by its query id and batch id: remove them");
}

Result<bool> BoolOption(const connector::Options& options, std::string_view name, bool fallback) {
  const Result<std::optional<bool>> value = options.GetBool(name);
  if (value.ok()) return value->value_or(fallback);
  const std::string text = options.GetString(name).value_or("");
  return DeltaError(
      StatusCode::kInvalidArgument, "DeltaIllegalArgumentException", "DELTA_ILLEGAL_OPTION",
      "42616",
      fmt::format("Invalid value '{}' for option '{}', must be 'true' or 'false'", text, name),
      {{"input", text}, {"name", std::string(name)}, {"explain", "must be 'true' or 'false'"}});
}

Status CheckNotRefused(const connector::Options& options) {
  for (const Refused& refused : kRefused) {
    if (!options.Has(refused.name)) continue;
    return Status::Unsupported(
        fmt::format("delta sink: option \"{}\" {}; remove it", refused.name, refused.why));
  }
  MILLRACE_RETURN_IF_ERROR(CheckNoTransactionOptions(options));
  MILLRACE_ASSIGN_OR_RETURN(const bool data_change, BoolOption(options, "dataChange", true));
  if (!data_change) {
    return Status::Unsupported(
        "delta sink: option \"dataChange\" = false belongs to rewrites of data; remove it");
  }
  // Without effect in append mode, for Spark as for us.
  return BoolOption(options, "overwriteSchema", false).status();
}

}  // namespace

Result<SinkOptions> ReadSinkOptions(const connector::Options& options) {
  SinkOptions read;
  const std::optional<std::string> path = options.GetString("path");
  if (!path || path->empty()) {
    return Status::InvalidArgument("'path' is not specified")
        .WithSparkError({"IllegalArgumentException", "", "", {}});
  }
  read.path = *path;
  MILLRACE_RETURN_IF_ERROR(CheckNotRefused(options));
  MILLRACE_ASSIGN_OR_RETURN(read.merge_schema, BoolOption(options, "mergeSchema", false));
  read.user_metadata = options.GetString("userMetadata");
  MILLRACE_ASSIGN_OR_RETURN(const auto records, options.GetLong("maxRecordsPerFile"));
  read.max_records_per_file = records.value_or(0);
  MILLRACE_ASSIGN_OR_RETURN(const auto interval, options.GetLong("minCommitIntervalMs"));
  if (interval && *interval < 0) {
    return Status::InvalidArgument(
        fmt::format("delta sink: option \"minCommitIntervalMs\" is {}; it is a number of "
                    "milliseconds, 0 or more",
                    *interval));
  }
  if (interval) read.min_commit_interval = std::chrono::milliseconds(*interval);
  if (const auto codec = options.GetString("compression")) {
    MILLRACE_ASSIGN_OR_RETURN(read.compression, clients::parquet::ParseCompression(*codec));
  }
  // One file for each worker and partition is what optimised writes aim at.
  options.MarkHonoured("optimizeWrite");
  const std::vector<std::string> known = {
      "path",       "mergeSchema",   "overwriteSchema",   "userMetadata",
      "dataChange", "optimizeWrite", "maxRecordsPerFile", "minCommitIntervalMs",
      "queryName",  "compression",   "checkpointLocation"};
  MILLRACE_RETURN_IF_ERROR(options.CheckAllHonoured("delta sink", known));
  return read;
}

namespace {

Status ReadTransaction(const connector::Options& options, BatchOptions* read) {
  const auto app = options.GetString("txnAppId");
  const auto version = options.GetString("txnVersion");
  if (app.has_value() != version.has_value()) return CheckNoTransactionOptions(options);
  if (!app) return Status::Ok();
  const auto number = options.GetLong("txnVersion");
  if (!number.ok() || **number < 0) {
    return DeltaError(
        StatusCode::kInvalidArgument, "DeltaIllegalArgumentException", "DELTA_ILLEGAL_OPTION",
        "42616",
        fmt::format("Invalid value '{}' for option 'txnVersion', must be a non-negative integer",
                    *version),
        {{"input", *version},
         {"name", "txnVersion"},
         {"explain", "must be a non-negative integer"}});
  }
  read->txn_app_id = app;
  read->txn_version = **number;
  return Status::Ok();
}

Result<bool> ReadDynamicOverwrite(const connector::Options& options) {
  const std::string mode = options.GetString("partitionOverwriteMode").value_or("STATIC");
  for (const std::string_view dynamic : {"dynamic", "DYNAMIC"}) {
    if (mode == dynamic) return true;
  }
  for (const std::string_view fixed : {"static", "STATIC"}) {
    if (mode == fixed) return false;
  }
  return DeltaError(
      StatusCode::kInvalidArgument, "DeltaIllegalArgumentException", "DELTA_ILLEGAL_OPTION",
      "42616",
      fmt::format("Invalid value '{}' for option 'partitionOverwriteMode', must be 'STATIC' or "
                  "'DYNAMIC'",
                  mode),
      {{"input", mode},
       {"name", "partitionOverwriteMode"},
       {"explain", "must be 'STATIC' or 'DYNAMIC'"}});
}

Status CheckBatchNotRefused(const connector::Options& options) {
  for (const std::string_view name : {"replaceWhere", "replaceOn", "replaceUsing", "targetAlias"}) {
    if (!options.Has(name)) continue;
    return Status::Unsupported(fmt::format(
        "delta table: option \"{}\" is not supported: overwrite the whole table", name));
  }
  MILLRACE_ASSIGN_OR_RETURN(const bool data_change, BoolOption(options, "dataChange", true));
  if (data_change) return Status::Ok();
  return Status::Unsupported(
      "delta table: option \"dataChange\" = false belongs to rewrites of data; remove it");
}

}  // namespace

Result<BatchOptions> ReadBatchOptions(const connector::Options& options, const std::string& path) {
  BatchOptions read;
  read.path = options.GetString("path").value_or("");
  if (!path.empty()) read.path = path;
  if (read.path.empty()) {
    return Status::InvalidArgument("'path' is not specified")
        .WithSparkError({"IllegalArgumentException", "", "", {}});
  }
  MILLRACE_RETURN_IF_ERROR(CheckBatchNotRefused(options));
  MILLRACE_RETURN_IF_ERROR(ReadTransaction(options, &read));
  MILLRACE_ASSIGN_OR_RETURN(read.merge_schema, BoolOption(options, "mergeSchema", false));
  MILLRACE_ASSIGN_OR_RETURN(read.overwrite_schema, BoolOption(options, "overwriteSchema", false));
  MILLRACE_ASSIGN_OR_RETURN(read.dynamic_overwrite, ReadDynamicOverwrite(options));
  if (read.dynamic_overwrite && read.overwrite_schema) {
    return Status::Unsupported(
        "delta table: option \"overwriteSchema\" together with partitionOverwriteMode=dynamic is "
        "not supported: overwrite the whole table");
  }
  read.user_metadata = options.GetString("userMetadata");
  MILLRACE_ASSIGN_OR_RETURN(const auto records, options.GetLong("maxRecordsPerFile"));
  read.max_records_per_file = records.value_or(0);
  if (const auto codec = options.GetString("compression")) {
    MILLRACE_ASSIGN_OR_RETURN(read.compression, clients::parquet::ParseCompression(*codec));
  }
  options.MarkHonoured("optimizeWrite");
  MILLRACE_RETURN_IF_ERROR(options.CheckAllHonoured(
      "delta table", {"path", "mergeSchema", "overwriteSchema", "userMetadata", "dataChange",
                      "optimizeWrite", "maxRecordsPerFile", "compression", "txnAppId",
                      "txnVersion", "partitionOverwriteMode"}));
  return read;
}

std::string PathText(std::string path) {
  if (path.starts_with("file:///")) path.erase(5, 2);
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace millrace::sinks::delta
