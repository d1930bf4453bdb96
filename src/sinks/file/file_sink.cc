#include "sinks/file/file_sink.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log.h"
#include "clients/files/errors.h"
#include "clients/files/sink_log.h"
#include "connector/duration.h"
#include "fs/escapes.h"

namespace millrace::sinks::file {

using base::Result;
using base::Status;
using clients::files::OutputPlan;
using clients::files::SinkFile;

namespace {

clients::files::CompactibleLog::Settings LogSettings(
    std::optional<std::chrono::milliseconds> retention, base::Clock* clock) {
  clients::files::CompactibleLog::Settings settings;
  if (!retention) return settings;
  settings.retain = [=](const std::string& line) {
    const auto file = clients::files::ParseSinkFile(line);
    return !file.ok() ||
           base::ToMillis(clock->Now()) - file->modification_ms <= retention->count();
  };
  return settings;
}

}  // namespace

/// Files that were written for a batch that is then dropped are removed, unless the log may name
/// them.
class FileSink::Batch : public connector::SinkBatch {
 public:
  Batch(FileSink* sink, std::int64_t id) : sink_(sink), id_(id) {}
  ~Batch() override {
    if (committed_) return;
    if (in_doubt_) {
      base::LogWarn(fmt::format(
          "file sink: batch {}: it is not known whether {} names its files; they stay", id_,
          sink_->log_.directory()));
      return;
    }
    for (const auto& file : files_.Files()) {
      const std::string path = fs::Join(sink_->plan_->directory, file.path);
      const Status removed = sink_->plan_->file_system->Remove(path);
      if (removed.ok()) continue;
      base::LogWarn(
          fmt::format("file sink: uncommitted file {} stays: {}", path, removed.message()));
    }
  }

  Result<std::unique_ptr<connector::SinkWriter>> NewWriter() override {
    return std::unique_ptr<connector::SinkWriter>(
        std::make_unique<clients::files::FilesWriter>(sink_->plan_, &files_));
  }

  Status Commit(std::stop_token stop) override {
    if (committed_) return Status::Ok();
    if (stop.stop_requested()) return Status::Cancelled("file sink: stopped");
    MILLRACE_ASSIGN_OR_RETURN(const std::vector<std::string> lines, Lines());
    const Result<bool> added = sink_->log_.Add(id_, lines);
    if (!added.ok()) {
      in_doubt_ = true;
      if (!IsOurs(lines)) return added.status();
    } else if (!*added && !IsOurs(lines)) {
      in_doubt_ = false;
      return Status::Conflict(fmt::format(
          "file sink: batch {} is in {} already, with other files: does another query write there?",
          id_, sink_->log_.directory()));
    }
    committed_ = true;
    return Status::Ok();
  }

 private:
  // The log's lines for the files, with an empty file when there is none.
  Result<std::vector<std::string>> Lines() {
    const OutputPlan& plan = *sink_->plan_;
    if (files_.Files().empty() && plan.partition_columns.empty()) {
      MILLRACE_RETURN_IF_ERROR(clients::files::WriteEmptyFile(sink_->plan_, &files_));
    }
    std::vector<std::string> lines;
    for (const auto& file : files_.Files()) {
      const std::string path = fs::Join(plan.directory, file.path);
      MILLRACE_ASSIGN_OR_RETURN(const auto info, plan.file_system->Stat(path));
      if (!info) return Status::Internal(fmt::format("file sink: {} is gone", path));
      lines.push_back(clients::files::ToJson(
          SinkFile{fs::ToFileUri(path), file.size_bytes, base::ToMillis(info->modified)}));
    }
    return lines;
  }

  // Did an earlier try, whose answer was lost, put them into the log?
  bool IsOurs(const std::vector<std::string>& lines) {
    const auto there = sink_->log_.Get(id_);
    if (!there.ok()) return false;
    in_doubt_ = false;
    if (!*there) return false;
    // A compaction holds those of other batches too.
    return std::ranges::all_of(lines, [&](const std::string& line) {
      return std::ranges::find(**there, line) != (*there)->end();
    });
  }

  FileSink* const sink_;
  const std::int64_t id_;
  clients::files::WrittenFiles files_;
  bool committed_ = false;
  bool in_doubt_ = false;
};

FileSink::FileSink(std::shared_ptr<const OutputPlan> plan,
                   std::optional<std::chrono::milliseconds> retention, base::Clock* clock)
    : plan_(std::move(plan)),
      log_(plan_->file_system, fs::Join(plan_->directory, clients::files::kSinkLogFolder),
           LogSettings(retention, clock), clock) {}

std::string FileSink::description() const {
  return fmt::format("FileSink[{}]", fs::ToHadoopUri(plan_->directory));
}

Result<std::unique_ptr<connector::SinkBatch>> FileSink::BeginBatch(std::int64_t batch_id,
                                                                   std::stop_token stop) {
  if (stop.stop_requested()) return Status::Cancelled("file sink: stopped");
  MILLRACE_ASSIGN_OR_RETURN(const auto latest, log_.Latest());
  if (latest && batch_id <= *latest) {
    base::LogInfo(fmt::format("file sink: batch {} is in {} already: skipped", batch_id,
                              log_.directory()));
    return std::unique_ptr<connector::SinkBatch>();
  }
  return std::unique_ptr<connector::SinkBatch>(std::make_unique<Batch>(this, batch_id));
}

Result<std::unique_ptr<connector::Sink>> FileSinkProvider::Create(
    connector::SinkContext context) const {
  if (context.output_mode != connector::OutputMode::kAppend) {
    const std::string mode =
        clients::files::LowerCase(connector::OutputModeName(context.output_mode));
    return Status::InvalidArgument(
               fmt::format("Invalid streaming output mode: {}. This output mode is not supported in "
                           "Data Source {}.",
                           mode, FormatName(format_)))
        .WithSparkError({"AnalysisException",
                         "STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE",
                         "42KDE",
                         {{"className", std::string(FormatName(format_))}, {"outputMode", mode}}});
  }
  MILLRACE_ASSIGN_OR_RETURN(const WriteOptions options,
                            ReadWriteOptions(format_, context.options, ""));
  if (options.dynamic_overwrite) {
    return Status::Unsupported(
        "file sink: option \"partitionOverwriteMode\" belongs to overwrites; remove it");
  }
  std::optional<std::chrono::milliseconds> retention;
  if (const auto text = context.options.GetString("retention")) {
    retention = connector::ParseDuration(*text);
    if (!retention) {
      return Status::InvalidArgument(
                 fmt::format("Time must be specified as seconds (s), milliseconds (ms), "
                             "microseconds (us), minutes (m or min), hour (h), or day (d). E.g. "
                             "50s, 100ms, or 250us.\nFailed to parse time string: {}",
                             *text))
          .WithSparkError({"NumberFormatException", "", "", {}});
    }
  }
  for (const char* name : {"checkpointLocation", "queryName"}) context.options.MarkHonoured(name);
  MILLRACE_RETURN_IF_ERROR(context.options.CheckAllHonoured(
      fmt::format("{} file sink", FormatName(format_)),
      {"path", "compression", "retention", "maxRecordsPerFile", "lineSep", "header", "sep",
       "checkpointLocation", "queryName", "dateFormat", "timestampFormat"}));
  for (const std::string& name : context.partition_columns) {
    const auto names = context.schema.fieldNames();
    const bool found = std::ranges::any_of(names, [&](const std::string& candidate) {
      return clients::files::LowerCase(candidate) == clients::files::LowerCase(name);
    });
    if (found) continue;
    const std::string valid = fmt::format("{}", fmt::join(names, ", "));
    return Status::InvalidArgument(
               fmt::format("Partition column {} not found in existing columns ({}).", name, valid))
        .WithSparkError({"AnalysisException",
                         "_LEGACY_ERROR_TEMP_1196",
                         "",
                         {{"columnType", "Partition"},
                          {"columnName", name},
                          {"validColumnNames", valid}}});
  }
  MILLRACE_ASSIGN_OR_RETURN(OutputPlan plan,
                            MakePlan(options, context.schema, context.partition_columns,
                                     context.session_time_zone));
  plan.random = context.random;
  plan.format.header = context.first_line;
  return std::unique_ptr<connector::Sink>(std::make_unique<FileSink>(
      std::make_shared<const OutputPlan>(std::move(plan)), retention, context.clock));
}

}  // namespace millrace::sinks::file
