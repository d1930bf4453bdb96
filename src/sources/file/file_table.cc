#include "sources/file/file_table.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "clients/files/errors.h"
#include "fs/escapes.h"
#include "sources/file/csv_schema.h"
#include "sources/file/json_schema.h"

namespace millrace::sources::file {

namespace {

using base::Result;
using base::Status;
using clients::files::FileListing;
using clients::files::ScanPlan;

class FileTable : public connector::Table {
 public:
  FileTable(Format format, std::shared_ptr<const ScanPlan> plan, FileListing listing,
            std::vector<std::string> roots, connector::TableContext context)
      : format_(format),
        plan_(std::move(plan)),
        listing_(std::move(listing)),
        roots_(std::move(roots)),
        context_(std::move(context)) {}

  const StructType& schema() const override { return plan_->schema; }

  std::string description() const override {
    std::vector<std::string> uris;
    for (const std::string& root : roots_) uris.push_back(fs::ToHadoopUri(root));
    return fmt::format("FileScan {} [{}]", FormatName(format_), fmt::join(uris, ", "));
  }

  Result<std::vector<connector::InputPartition>> PlanPartitions(std::stop_token) override {
    return clients::files::PlanShares(listing_.files, plan_->format, context_.parallelism);
  }

  Result<std::unique_ptr<connector::PartitionReader>> OpenReader(
      const connector::InputPartition& partition, const std::vector<int>& columns) override {
    return clients::files::OpenShare(plan_, partition, columns);
  }

  Result<std::optional<StructType>> line_schema(std::stop_token stop) override {
    if (format_ != Format::kJson && format_ != Format::kCsv) return std::optional<StructType>();
    if (context_.user_schema) {
      return std::optional(DataColumnsOf(*context_.user_schema, listing_.partition_columns));
    }
    // Spark only asks whether there are files, not whether there is something in them.
    if (listing_.files.empty()) {
      return clients::files::UnableToInferSchema(FormatTitle(format_));
    }
    const LineSource lines{plan_.get(), &listing_.files, context_.session_time_zone};
    Result<StructType> schema = format_ == Format::kJson
                                    ? InferJsonSchema(lines, context_.options, stop)
                                    : InferCsvSchema(lines, context_.options, stop);
    if (!schema.ok()) return schema.status();
    return std::optional(DataColumnsOf(*schema, listing_.partition_columns));
  }

  std::optional<StructField> metadata_column() const override { return plan_->metadata_column; }

  std::vector<std::string> partition_columns() const override {
    return listing_.partition_columns.fieldNames();
  }

  std::vector<std::string> input_files() const override {
    std::vector<std::string> files;
    for (const auto& file : listing_.files) files.push_back(fs::ToFileUri(file.path));
    return files;
  }

 private:
  const Format format_;
  const std::shared_ptr<const ScanPlan> plan_;
  const FileListing listing_;
  const std::vector<std::string> roots_;
  const connector::TableContext context_;
};

Result<StructType> DataSchema(Format format, const ReadOptions& read, fs::FileSystem* file_system,
                              const FileListing& listing,
                              const std::optional<StructType>& user_schema) {
  switch (format) {
    case Format::kParquet:
      if (user_schema) return DataColumnsOf(*user_schema, listing.partition_columns);
      return clients::files::InferParquetSchema(file_system, listing.files, read.merge_schema);
    case Format::kText:
      return TextColumns(user_schema, listing.partition_columns);
    default:
      return StructType().add(kLineColumn, StringType());
  }
}

}  // namespace

Result<std::shared_ptr<connector::Table>> FileTableProvider::Open(
    connector::TableContext context) const {
  const auto zone = data::TimeZone::Parse(context.session_time_zone);
  if (!zone) return data::LoadTimeZone(context.session_time_zone).status();
  MILLRACE_ASSIGN_OR_RETURN(ReadOptions read, ReadFileOptions(format_, context.options, *zone));
  MILLRACE_RETURN_IF_ERROR(context.options.CheckAllHonoured(
      fmt::format("{} files", FormatName(format_)), KnownOptions(format_)));
  std::vector<std::string> paths = context.paths;
  if (const auto path = context.options.GetString("path"); path && paths.empty()) {
    paths.push_back(*path);
  }
  MILLRACE_ASSIGN_OR_RETURN(auto roots, clients::files::ResolvePaths(paths, /*must_exist=*/true));
  read.listing.user_schema = context.user_schema;
  MILLRACE_ASSIGN_OR_RETURN(
      FileListing listing,
      clients::files::ListFiles(roots.file_system, roots.paths, read.listing));
  MILLRACE_ASSIGN_OR_RETURN(
      const StructType columns,
      DataSchema(format_, read, roots.file_system, listing, context.user_schema));
  MILLRACE_ASSIGN_OR_RETURN(
      ScanPlan plan,
      clients::files::MakeScanPlan(roots.file_system, read.file_format, read.text, columns,
                                   listing.partition_columns, *zone));
  return std::shared_ptr<connector::Table>(std::make_shared<FileTable>(
      format_, std::make_shared<const ScanPlan>(std::move(plan)), std::move(listing),
      std::move(roots.paths), std::move(context)));
}

}  // namespace millrace::sources::file
