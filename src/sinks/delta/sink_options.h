#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "clients/parquet/parquet_writer.h"
#include "connector/options.h"

namespace millrace::sinks::delta {

/// The options of a streaming write to Delta, as delta-spark names them.
struct SinkOptions {
  std::string path;
  bool merge_schema = false;
  std::optional<std::string> user_metadata;
  std::int64_t max_records_per_file = 0;  ///< 0: no limit.
  /// `minCommitIntervalMs`, our own: connector::Sink::min_commit_interval. Four commits a second
  /// are what a log with a checkpoint at each tenth commit bears for long.
  std::chrono::milliseconds min_commit_interval{250};
  /// Absent: the table's `delta.parquet.compression.codec`, else snappy.
  std::optional<clients::parquet::Compression> compression;
};

/// Reads them all and refuses the rest by name: those that Spark knows, with what they are for;
/// unknown ones, with the nearest name.
base::Result<SinkOptions> ReadSinkOptions(const connector::Options& options);

/// The options of `df.write.format("delta")`.
struct BatchOptions {
  std::string path;
  bool merge_schema = false;
  bool overwrite_schema = false;
  /// An overwrite replaces only the partitions that it has rows for.
  bool dynamic_overwrite = false;
  std::optional<std::string> user_metadata;
  std::int64_t max_records_per_file = 0;  ///< 0: no limit.
  std::optional<clients::parquet::Compression> compression;
  /// `txnAppId` and `txnVersion`: a write that the table has recorded already is skipped.
  std::optional<std::string> txn_app_id;
  std::int64_t txn_version = 0;
};
/// `path`: what the writer was given, which wins over the option. Refusals as above.
base::Result<BatchOptions> ReadBatchOptions(const connector::Options& options,
                                            const std::string& path);

/// How Hadoop's Path shows what the user gave: "file:/tmp/t" for "file:///tmp/t/".
std::string PathText(std::string path);

}  // namespace millrace::sinks::delta
