#include "sinks/file/write_options.h"

#include <array>

#include <fmt/format.h>

#include "clients/files/errors.h"

namespace millrace::sinks::file {

using base::Result;
using base::Status;
using clients::files::LowerCase;

namespace {

// What to_json and to_csv read above the sink.
constexpr std::array kRenderOptions = {
    "dateFormat", "timestampFormat", "timestampNTZFormat", "timeZone", "locale", "header",
    "ignoreNullFields", "pretty", "sep", "delimiter", "quote", "escape", "quoteAll",
    "escapeQuotes", "nullValue", "emptyValue", "ignoreLeadingWhiteSpace",
    "ignoreTrailingWhiteSpace", "charToEscapeQuoteEscaping"};

Status ReadTextOptions(Format format, const connector::Options& options, WriteOptions* read) {
  read->output.is_text = true;
  read->output.extension = format == Format::kText ? ".txt" : fmt::format(".{}", FormatName(format));
  if (const auto separator = options.GetString("lineSep")) {
    if (separator->empty()) {
      return Status::InvalidArgument("requirement failed: 'lineSep' cannot be an empty string.")
          .WithSparkError({"IllegalArgumentException", "", "", {}});
    }
    read->output.line_separator = *separator;
  }
  for (const char* name : {"encoding", "charset"}) {
    const auto encoding = options.GetString(name);
    if (!encoding || LowerCase(*encoding) == "utf-8" || LowerCase(*encoding) == "utf8") continue;
    return Status::Unsupported(
        fmt::format("option \"{}\" is \"{}\": only UTF-8 is written", name, *encoding));
  }
  if (format == Format::kText) return Status::Ok();
  for (const char* name : kRenderOptions) options.MarkHonoured(name);
  return Status::Ok();
}

}  // namespace

Result<WriteOptions> ReadWriteOptions(Format format, const connector::Options& options,
                                      const std::string& path) {
  WriteOptions read;
  read.path = options.GetString("path").value_or("");
  if (!path.empty()) read.path = path;
  if (read.path.empty()) {
    return Status::InvalidArgument("'path' is not specified.")
        .WithSparkError({"SparkIllegalArgumentException", "_LEGACY_ERROR_TEMP_2047", "", {}});
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto records, options.GetLong("maxRecordsPerFile"));
  read.max_records_per_file = records.value_or(0);
  const std::string mode = options.GetString("partitionOverwriteMode").value_or("static");
  read.dynamic_overwrite = LowerCase(mode) == "dynamic";
  if (!read.dynamic_overwrite && LowerCase(mode) != "static") {
    return Status::InvalidArgument(
               fmt::format(
                   "option \"partitionOverwriteMode\" is \"{}\"; expected static or dynamic", mode))
        .WithSparkError({"IllegalArgumentException", "", "", {}});
  }
  auto codec = options.GetString("compression");
  if (const auto other = options.GetString("codec"); other && !codec) codec = other;
  if (format == Format::kParquet) {
    if (codec) {
      MILLRACE_ASSIGN_OR_RETURN(read.output.compression,
                                clients::files::ParseParquetCompression(*codec));
    }
    for (const char* name : {"datetimeRebaseMode", "mergeSchema"}) options.AcceptJvmOnly(name);
    return read;
  }
  if (codec) {
    MILLRACE_ASSIGN_OR_RETURN(read.output.text_compression,
                              clients::files::ParseTextCompression(*codec));
  }
  MILLRACE_RETURN_IF_ERROR(ReadTextOptions(format, options, &read));
  return read;
}

Result<clients::files::OutputPlan> MakePlan(const WriteOptions& options, const StructType& schema,
                                            const std::vector<std::string>& partition_columns,
                                            const std::string& session_time_zone) {
  const auto zone = data::TimeZone::Parse(session_time_zone);
  if (!zone) return data::LoadTimeZone(session_time_zone).status();
  MILLRACE_ASSIGN_OR_RETURN(const fs::Location location, fs::Resolve(options.path));
  MILLRACE_ASSIGN_OR_RETURN(
      clients::files::OutputPlan plan,
      clients::files::MakeOutputPlan(schema, partition_columns, options.output));
  plan.file_system = location.file_system;
  plan.directory = location.path;
  plan.max_records_per_file = options.max_records_per_file;
  plan.zone = *zone;
  return plan;
}

}  // namespace millrace::sinks::file
