#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "clients/files/file_writer.h"
#include "clients/files/format.h"
#include "connector/options.h"

namespace millrace::sinks::file {

using clients::files::Format;

struct WriteOptions {
  std::string path;
  clients::files::OutputFormat output;
  std::int64_t max_records_per_file = 0;
  /// An overwrite replaces only the partitions that it has rows for.
  bool dynamic_overwrite = false;
};

/// Reads the options that writing as a batch and as a stream have in common, and marks those that
/// the rendering reads. `path`: what the writer was given, which wins over the option.
/// _LEGACY_ERROR_TEMP_2047 without a path.
base::Result<WriteOptions> ReadWriteOptions(Format format, const connector::Options& options,
                                            const std::string& path);

/// The plan of one write below `options.path`.
base::Result<clients::files::OutputPlan> MakePlan(const WriteOptions& options,
                                                  const StructType& schema,
                                                  const std::vector<std::string>& partition_columns,
                                                  const std::string& session_time_zone);

}  // namespace millrace::sinks::file
