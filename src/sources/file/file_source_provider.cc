#include <utility>

#include <fmt/format.h>

#include "clients/files/errors.h"
#include "clients/files/glob.h"
#include "clients/files/sink_log.h"
#include "connector/file_metadata.h"
#include "sources/file/file_stream_source.h"

namespace millrace::sources::file {

using base::Result;
using base::Status;

namespace {

/// What load() finds out.
struct Loaded {
  StreamOptions options;
  fs::Location location;
  StructType partition_columns;
  clients::files::ScanPlan plan;
};

Status SchemaIsMissing() {
  return Status::InvalidArgument(
             "Schema must be specified when creating a streaming source DataFrame. If some files "
             "already exist in the directory, then depending on the file format you may be able to "
             "create a static DataFrame on that directory with 'spark.read.load(directory)' and "
             "infer schema from it.")
      .WithSparkError({"SparkIllegalArgumentException", "_LEGACY_ERROR_TEMP_2048", "", {}});
}

// With the path as the user wrote it.
Status StreamPathNotFound(const std::string& path) {
  return Status::NotFound(fmt::format("Path does not exist: {}.", path))
      .WithSparkError({"AnalysisException", "PATH_NOT_FOUND", "42K03", {{"path", path}}});
}

Result<StructType> DataColumns(Format format, const std::optional<StructType>& user_schema,
                               const StructType& partition_columns) {
  switch (format) {
    case Format::kParquet:
      return DataColumnsOf(*user_schema, partition_columns);
    case Format::kText:
      return TextColumns(user_schema, partition_columns);
    default:
      return StructType().add(kLineColumn, StringType());
  }
}

Result<Loaded> Load(Format format, const connector::Options& options,
                    const std::optional<StructType>& user_schema, const std::string& zone_id) {
  const auto zone = data::TimeZone::Parse(zone_id);
  if (!zone) return data::LoadTimeZone(zone_id).status();
  Loaded loaded;
  MILLRACE_ASSIGN_OR_RETURN(loaded.options, ReadStreamOptions(format, options, *zone));
  MILLRACE_ASSIGN_OR_RETURN(loaded.location, fs::Resolve(loaded.options.path));
  fs::FileSystem* const file_system = loaded.location.file_system;
  if (!clients::files::IsGlob(loaded.location.path)) {
    MILLRACE_ASSIGN_OR_RETURN(const auto info, file_system->Stat(loaded.location.path));
    if (!info) return StreamPathNotFound(loaded.options.path);
  }
  if (!user_schema && format != Format::kText) return SchemaIsMissing();
  MILLRACE_ASSIGN_OR_RETURN(
      const auto roots, clients::files::ExpandPaths(file_system, {loaded.location.path}, false));
  loaded.options.read.listing.user_schema = user_schema;
  MILLRACE_ASSIGN_OR_RETURN(
      const auto listing,
      clients::files::ListFiles(file_system, roots, loaded.options.read.listing));
  loaded.partition_columns = listing.partition_columns;
  MILLRACE_ASSIGN_OR_RETURN(const StructType columns,
                            DataColumns(format, user_schema, loaded.partition_columns));
  MILLRACE_ASSIGN_OR_RETURN(
      loaded.plan, clients::files::MakeScanPlan(file_system, loaded.options.read.file_format,
                                                loaded.options.read.text, columns,
                                                loaded.partition_columns, *zone));
  return loaded;
}

}  // namespace

Result<StructType> FileSourceProvider::Schema(const connector::Options& options,
                                              const std::optional<StructType>& user_schema) const {
  MILLRACE_ASSIGN_OR_RETURN(const Loaded loaded, Load(format_, options, user_schema, "UTC"));
  return loaded.plan.schema;
}

std::optional<StructField> FileSourceProvider::metadata_column() const {
  return connector::FileMetadataColumn(format_ == Format::kParquet);
}

Result<std::unique_ptr<connector::Source>> FileSourceProvider::Create(
    connector::SourceContext context) const {
  MILLRACE_ASSIGN_OR_RETURN(
      Loaded loaded,
      Load(format_, context.options, context.user_schema, context.session_time_zone));
  MILLRACE_ASSIGN_OR_RETURN(
      const auto info, loaded.location.file_system->Stat(loaded.location.path));
  if (info && !info->is_directory) {
    return Status::InvalidArgument("Option 'basePath' must be a directory")
        .WithSparkError({"IllegalArgumentException", "", "", {}});
  }
  if (loaded.options.clean_source != CleanSource::kOff) {
    MILLRACE_ASSIGN_OR_RETURN(
        const bool is_sink,
        clients::files::HasSinkLog(loaded.location.file_system, loaded.location.path));
    if (is_sink) {
      return Status::InvalidArgument(
                 "Clean up source files is not supported when reading from the output directory of "
                 "FileStreamSink.")
          .WithSparkError({"UnsupportedOperationException", "", "", {}});
    }
  }
  auto source = std::make_unique<FileStreamSource>(
      std::move(context), std::move(loaded.options), std::move(loaded.location),
      std::make_shared<const clients::files::ScanPlan>(std::move(loaded.plan)),
      std::move(loaded.partition_columns));
  MILLRACE_RETURN_IF_ERROR(source->Start());
  return std::unique_ptr<connector::Source>(std::move(source));
}

}  // namespace millrace::sources::file
