#include "sinks/delta/sink_options.h"

#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace millrace::sinks::delta {

namespace {

using base::Result;
using base::Status;

struct Refused {
  std::string_view name;
  std::string_view why;
};

// Options that delta-spark has, and that a streaming write here cannot honour.
constexpr std::array kRefused = {
    Refused{"txnAppId", "belongs to writes inside foreachBatch; a streaming write is made "
                        "idempotent by its query id and batch id"},
    Refused{"txnVersion", "belongs to writes inside foreachBatch; a streaming write is made "
                          "idempotent by its query id and batch id"},
    Refused{"replaceWhere", "belongs to batch overwrites"},
    Refused{"replaceOn", "belongs to batch overwrites"},
    Refused{"replaceUsing", "belongs to batch overwrites"},
    Refused{"targetAlias", "belongs to batch overwrites"},
    Refused{"partitionOverwriteMode", "belongs to batch overwrites"},
};

Status CheckNotRefused(const connector::Options& options) {
  for (const Refused& refused : kRefused) {
    if (!options.Has(refused.name)) continue;
    return Status::Unsupported(
        fmt::format("delta sink: option \"{}\" {}; remove it", refused.name, refused.why));
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto data_change, options.GetBool("dataChange"));
  if (data_change == false) {
    return Status::Unsupported(
        "delta sink: option \"dataChange\" = false belongs to rewrites of data; remove it");
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto overwrite, options.GetBool("overwriteSchema"));
  if (overwrite == true) {
    return Status::Unsupported(
        "delta sink: option \"overwriteSchema\" needs output mode complete; use \"mergeSchema\" to "
        "add columns");
  }
  return Status::Ok();
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
  MILLRACE_ASSIGN_OR_RETURN(const auto merge, options.GetBool("mergeSchema"));
  read.merge_schema = merge.value_or(false);
  read.user_metadata = options.GetString("userMetadata");
  MILLRACE_ASSIGN_OR_RETURN(const auto records, options.GetLong("maxRecordsPerFile"));
  read.max_records_per_file = records.value_or(0);
  if (const auto codec = options.GetString("compression")) {
    MILLRACE_ASSIGN_OR_RETURN(read.compression, clients::parquet::ParseCompression(*codec));
  }
  // One file for each worker and partition is what optimised writes aim at.
  options.MarkHonoured("optimizeWrite");
  const std::vector<std::string> known = {"path",          "mergeSchema",        "overwriteSchema",
                                          "userMetadata",  "maxRecordsPerFile",  "compression",
                                          "optimizeWrite", "checkpointLocation", "queryName",
                                          "dataChange"};
  MILLRACE_RETURN_IF_ERROR(options.CheckAllHonoured("delta sink", known));
  return read;
}

std::string PathText(std::string path) {
  if (path.starts_with("file:///")) path.erase(5, 2);
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace millrace::sinks::delta
