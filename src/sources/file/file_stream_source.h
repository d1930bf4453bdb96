#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clients/files/compactible_log.h"
#include "clients/files/file_scan.h"
#include "connector/source.h"
#include "sources/file/file_entry.h"
#include "sources/file/seen_files.h"
#include "sources/file/stream_options.h"

namespace millrace::sources::file {

/// A folder, or a pattern, whose new files are read, oldest first (Spark's FileStreamSource). A file
/// is taken once: its log under the metadata path says which batch of the log took it, before the
/// batch of the query is planned, and the offset is the number of the log's last batch. Content must
/// appear atomically; later changes of a file are not seen.
class FileStreamSource : public connector::Source {
 public:
  /// `location` is that of the options' path.
  FileStreamSource(connector::SourceContext context, StreamOptions options, fs::Location location,
                   std::shared_ptr<const clients::files::ScanPlan> plan,
                   StructType partition_columns);
  /// Reads the log.
  base::Status Start();

  const StructType& schema() const override { return plan_->schema; }
  std::string description() const override;
  base::Result<std::optional<connector::Offset>> InitialOffset(std::stop_token stop) override;
  base::Status PrepareAvailableNow(std::stop_token stop) override;
  base::Result<std::optional<connector::Offset>> LatestOffset(
      const std::optional<connector::Offset>& start, connector::ReadLimit limit,
      std::stop_token stop) override;
  void Refresh() override { refresh_ = true; }
  base::Result<std::vector<connector::InputPartition>> PlanPartitions(
      const std::optional<connector::Offset>& start, const connector::Offset& end,
      std::stop_token stop) override;
  base::Result<std::unique_ptr<connector::PartitionReader>> OpenReader(
      const connector::InputPartition& partition, const std::vector<int>& columns) override;
  /// Archives or deletes the files of that batch, when the options say so.
  base::Status Commit(const connector::Offset& end) override;

 private:
  struct NewFile {
    std::string uri;
    std::int64_t time_ms;
    std::int64_t size_bytes;
  };

  base::Result<std::vector<NewFile>> List() const;
  base::Result<std::vector<NewFile>> FindNew(bool limited);
  std::vector<NewFile> Take(std::vector<NewFile> found, connector::ReadLimit limit);
  base::Status Log(const std::vector<NewFile>& files);
  base::Result<std::vector<FileEntry>> EntriesOf(std::int64_t first, std::int64_t last);
  base::Result<std::vector<clients::files::DataFile>> ToDataFiles(
      const std::vector<FileEntry>& entries) const;
  void Clean(const FileEntry& entry) const;

  const connector::SourceContext context_;
  const StreamOptions options_;
  const fs::Location location_;
  const std::shared_ptr<const clients::files::ScanPlan> plan_;
  const StructType partition_columns_;
  clients::files::CompactibleLog log_;
  SeenFiles seen_;
  std::int64_t log_offset_ = -1;
  std::vector<NewFile> unread_;  // Listed, but beyond the limit of the last batch.
  std::optional<std::vector<NewFile>> available_now_;
  bool refresh_ = true;
  base::WallTime listed_at_{};
};

/// `readStream.format("parquet" | "text" | "json" | "csv")`. Rows of json and csv come as lines, in
/// the column `value`, followed by the partition columns.
class FileSourceProvider : public connector::SourceProvider {
 public:
  explicit FileSourceProvider(Format format) : format_(format) {}
  std::string_view format() const override { return FormatName(format_); }
  /// Looks at the folders for partition columns. PATH_NOT_FOUND, _LEGACY_ERROR_TEMP_2048 without a
  /// schema.
  base::Result<StructType> Schema(const connector::Options& options,
                                  const std::optional<StructType>& user_schema) const override;
  std::optional<StructField> metadata_column() const override;
  base::Result<std::unique_ptr<connector::Source>> Create(
      connector::SourceContext context) const override;

 private:
  const Format format_;
};

}  // namespace millrace::sources::file
