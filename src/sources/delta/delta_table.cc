#include "sources/delta/delta_table.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "clients/delta/history.h"
#include "connector/file_metadata.h"
#include "data/schema_text.h"
#include "fs/escapes.h"
#include "sources/delta/data_file_reader.h"
#include "sources/delta/snapshot.h"

namespace millrace::sources::delta {

namespace {

using base::Result;
using base::Status;
using clients::delta::AddFile;

constexpr std::int64_t kMaxShareBytes = 128 << 20;
constexpr std::int64_t kOpenCostBytes = 4 << 20;

/// A part of the files for one reader.
struct Share {
  struct Part {
    AddFile file;
    std::int64_t begin;
    std::int64_t end;
  };
  std::vector<Part> parts;
};

class ShareReader : public connector::PartitionReader {
 public:
  ShareReader(std::shared_ptr<const ReadPlan> plan, std::shared_ptr<const Share> share,
              std::vector<int> columns)
      : plan_(std::move(plan)), share_(std::move(share)), columns_(std::move(columns)) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next(std::stop_token stop) override {
    while (true) {
      if (stop.stop_requested()) return Status::Cancelled("the query is being stopped");
      if (file_ == nullptr) {
        if (next_ == share_->parts.size()) return std::shared_ptr<arrow::RecordBatch>();
        const Share::Part& part = share_->parts[next_++];
        MILLRACE_ASSIGN_OR_RETURN(
            file_, DataFileReader::Open(*plan_, part.file, part.begin, part.end, columns_));
      }
      MILLRACE_ASSIGN_OR_RETURN(auto rows, file_->Next());
      if (rows != nullptr) return rows;
      file_.reset();
    }
  }

 private:
  const std::shared_ptr<const ReadPlan> plan_;
  const std::shared_ptr<const Share> share_;
  const std::vector<int> columns_;
  std::size_t next_ = 0;
  std::unique_ptr<DataFileReader> file_;
};

// As readers see it: what the log keeps for writers and for the files is left out.
StructType ShownSchema(const StructType& schema) {
  std::vector<StructField> fields;
  for (StructField field : schema.fields()) {
    field.metadata = "{}";
    fields.push_back(std::move(field));
  }
  return StructType(std::move(fields));
}

class DeltaTable : public connector::Table {
 public:
  DeltaTable(std::shared_ptr<const ReadPlan> plan, std::vector<AddFile> files, int parallelism)
      : plan_(std::move(plan)),
        schema_(ShownSchema(plan_->schema)),
        files_(std::move(files)),
        parallelism_(std::max(parallelism, 1)) {}

  const StructType& schema() const override { return schema_; }
  std::string description() const override {
    return fmt::format("FileScan delta [{}]", fs::ToHadoopUri(plan_->table_path));
  }

  Result<std::vector<connector::InputPartition>> PlanPartitions(std::stop_token) override {
    std::int64_t total = 0;
    for (const AddFile& file : files_) total += file.size + kOpenCostBytes;
    const std::int64_t most = std::clamp(total / parallelism_, kOpenCostBytes, kMaxShareBytes);
    std::vector<connector::InputPartition> partitions;
    std::shared_ptr<Share> share;
    std::int64_t bytes = 0;
    for (const AddFile& file : files_) {
      for (std::int64_t begin = 0; begin < std::max<std::int64_t>(file.size, 1); begin += most) {
        const std::int64_t end = std::min(begin + most, std::max<std::int64_t>(file.size, 1));
        if (share == nullptr || bytes + end - begin > most) {
          share = std::make_shared<Share>();
          bytes = 0;
          partitions.push_back({PathOf(*plan_, file), -1, share});
        }
        share->parts.push_back({file, begin, end});
        bytes += end - begin + kOpenCostBytes;
      }
    }
    return partitions;
  }

  Result<std::unique_ptr<connector::PartitionReader>> OpenReader(
      const connector::InputPartition& partition, const std::vector<int>& columns) override {
    return std::unique_ptr<connector::PartitionReader>(std::make_unique<ShareReader>(
        plan_, std::static_pointer_cast<const Share>(partition.payload), columns));
  }

  std::optional<StructField> metadata_column() const override { return plan_->metadata_column; }

  std::vector<std::string> partition_columns() const override {
    return plan_->partition_columns;
  }

  std::vector<std::string> input_files() const override {
    std::vector<std::string> uris;
    for (const AddFile& file : files_) {
      uris.push_back(fs::ToHadoopUri(fs::EncodePath(PathOf(*plan_, file))));
    }
    return uris;
  }

 private:
  const std::shared_ptr<const ReadPlan> plan_;
  const StructType schema_;
  const std::vector<AddFile> files_;
  const int parallelism_;
};

Status CheckOptions(const connector::Options& options) {
  for (const char* name : {"readChangeFeed", "readChangeData"}) {
    const auto value = options.GetString(name);
    if (!value || *value == "false") continue;
    return Status::Unsupported(fmt::format(
        "delta table: option \"{}\" is not supported: read the table itself", name));
  }
  options.MarkHonoured("path");
  return options.CheckAllHonoured("delta table", {"path", "versionAsOf", "timestampAsOf"});
}

Result<std::shared_ptr<const ReadPlan>> MakePlan(const Snapshot& snapshot, data::TimeZone zone) {
  auto plan = std::make_shared<ReadPlan>();
  plan->file_system = snapshot.location.file_system;
  plan->table_path = snapshot.location.path;
  MILLRACE_ASSIGN_OR_RETURN(plan->schema,
                            data::ParseJsonSchema(snapshot.state.metadata.schema_string));
  plan->partition_columns = snapshot.state.metadata.partition_columns;
  plan->mapping = clients::delta::ColumnMappingMode(snapshot.state.metadata);
  plan->zone = std::move(zone);
  const auto features = clients::delta::FeaturesOf(snapshot.state.protocol);
  plan->numbers_rows = std::ranges::find(features, "deletionVectors") != features.end();
  plan->metadata_column = connector::FileMetadataColumn(plan->numbers_rows);
  if (snapshot.state.metadata.format_provider != "parquet") {
    return Status::Unsupported(fmt::format("{}: data files in format {} are not read",
                                           plan->table_path,
                                           snapshot.state.metadata.format_provider));
  }
  return std::shared_ptr<const ReadPlan>(std::move(plan));
}

}  // namespace

Result<std::shared_ptr<connector::Table>> DeltaTableProvider::Open(
    connector::TableContext context) const {
  const auto zone = data::TimeZone::Parse(context.session_time_zone);
  if (!zone) return data::LoadTimeZone(context.session_time_zone).status();
  MILLRACE_ASSIGN_OR_RETURN(const VersionRequest request,
                            ReadVersionRequest(context.options, *zone));
  MILLRACE_RETURN_IF_ERROR(CheckOptions(context.options));
  std::vector<std::string> paths = context.paths;
  if (const auto path = context.options.GetString("path"); path && paths.empty()) {
    paths.push_back(*path);
  }
  if (context.user_schema) {
    return Status::InvalidArgument(
               "DeltaDataSource source does not support user-specified schema.")
        .WithSparkError({"SparkUnsupportedOperationException",
                         "_LEGACY_ERROR_TEMP_2242",
                         "",
                         {{"provider", "DeltaDataSource"}}});
  }
  if (paths.size() != 1) {
    return Status::InvalidArgument("'path' is not specified")
        .WithSparkError({"IllegalArgumentException", "", "", {}});
  }
  MILLRACE_ASSIGN_OR_RETURN(Snapshot snapshot, OpenSnapshot(paths[0], request, *zone));
  MILLRACE_ASSIGN_OR_RETURN(auto plan, MakePlan(snapshot, *zone));
  return std::shared_ptr<connector::Table>(std::make_shared<DeltaTable>(
      std::move(plan), std::move(snapshot.files), context.parallelism));
}

Result<connector::TableFacts> DeltaTableProvider::Facts(const std::string& path) const {
  MILLRACE_ASSIGN_OR_RETURN(const Snapshot snapshot,
                            OpenSnapshot(path, {}, *data::TimeZone::Parse("UTC")));
  MILLRACE_ASSIGN_OR_RETURN(
      const auto newest,
      clients::delta::ReadHistory(snapshot.location.file_system,
                                  fs::Join(snapshot.location.path, "_delta_log"), 1));
  const clients::delta::Metadata& metadata = snapshot.state.metadata;
  connector::TableFacts facts;
  facts.id = metadata.id;
  facts.name = metadata.name;
  facts.description = metadata.description;
  facts.created_ms = metadata.created_time.value_or(0);
  facts.last_modified_ms = newest.empty() ? facts.created_ms : newest.front().time_ms;
  facts.partition_columns = metadata.partition_columns;
  facts.file_count = static_cast<std::int64_t>(snapshot.files.size());
  for (const AddFile& file : snapshot.files) facts.size_bytes += file.size;
  facts.properties = metadata.configuration;
  facts.min_reader_version = snapshot.state.protocol.min_reader_version;
  facts.min_writer_version = snapshot.state.protocol.min_writer_version;
  facts.features = clients::delta::FeaturesOf(snapshot.state.protocol);
  return facts;
}

Result<std::vector<connector::TableVersion>> DeltaTableProvider::History(
    const std::string& path, std::optional<int> limit) const {
  MILLRACE_ASSIGN_OR_RETURN(const fs::Location location, fs::Resolve(path));
  MILLRACE_ASSIGN_OR_RETURN(
      auto entries, clients::delta::ReadHistory(location.file_system,
                                                fs::Join(location.path, "_delta_log"), limit));
  std::vector<connector::TableVersion> versions;
  for (clients::delta::HistoryEntry& entry : entries) {
    connector::TableVersion version;
    version.version = entry.version;
    version.time_ms = entry.time_ms;
    version.operation = std::move(entry.info.operation);
    for (auto& [key, json] : entry.info.operation_parameters) {
      version.parameters[key] = clients::delta::TextOfJson(json);
    }
    version.read_version = entry.info.read_version;
    version.isolation_level = std::move(entry.info.isolation_level);
    version.is_blind_append = entry.info.is_blind_append;
    for (auto& [key, value] : entry.info.operation_metrics) version.metrics[key] = value;
    version.user_metadata = std::move(entry.info.user_metadata);
    version.engine_info = std::move(entry.info.engine_info);
    versions.push_back(std::move(version));
  }
  return versions;
}

}  // namespace millrace::sources::delta
