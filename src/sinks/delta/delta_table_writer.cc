#include "sinks/delta/delta_table_writer.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log.h"
#include "clients/delta/checkpoint_writer.h"
#include "clients/delta/errors.h"
#include "clients/delta/table_features.h"
#include "clients/delta/table_log.h"
#include "data/json_text.h"
#include "sinks/delta/delta_writer.h"
#include "sinks/delta/sink_options.h"
#include "sinks/delta/table_files.h"
#include "sinks/delta/table_properties.h"
#include "sinks/delta/write_plan.h"

namespace millrace::sinks::delta {

namespace {

using base::Result;
using base::Status;
using base::StatusCode;
using clients::delta::DeltaError;
using connector::SaveMode;

constexpr int kOverwriteTries = 10;

std::string_view ModeName(SaveMode mode) {
  switch (mode) {
    case SaveMode::kErrorIfExists:
      return "ErrorIfExists";
    case SaveMode::kAppend:
      return "Append";
    case SaveMode::kOverwrite:
      return "Overwrite";
    case SaveMode::kIgnore:
      return "Ignore";
  }
  return "Append";
}

std::string JsonString(std::string_view text) {
  std::string json;
  data::AppendJsonString(&json, text);
  return json;
}

// A JSON list as a JSON string: "[\"s\"]".
std::string PartitionByText(const std::vector<std::string>& columns) {
  std::vector<std::string> quoted;
  for (const std::string& column : columns) quoted.push_back(JsonString(column));
  return JsonString(fmt::format("[{}]", fmt::join(quoted, ",")));
}

clients::delta::PartitionValues Sorted(clients::delta::PartitionValues values) {
  std::ranges::sort(values);
  return values;
}

/// One write on its way into the table.
class DeltaTableWrite : public connector::SinkBatch {
 public:
  DeltaTableWrite(connector::WriteContext context, BatchOptions options, fs::Location location,
                  data::TimeZone zone)
      : context_(std::move(context)),
        options_(std::move(options)),
        location_(std::move(location)),
        zone_(std::move(zone)),
        log_(location_.file_system, location_.path, context_.clock, context_.random),
        files_(location_.file_system, location_.path, context_.clock, context_.random) {}

  ~DeltaTableWrite() override {
    if (committed_) return;
    if (transaction_.in_doubt) {
      base::LogWarn(fmt::format(
          "delta table {}: it is not known whether the write was committed; its files stay",
          options_.path));
      return;
    }
    files_.RemoveAll();
  }

  /// False: there is nothing to be done.
  Result<bool> Start() {
    MILLRACE_RETURN_IF_ERROR(log_.Refresh());
    const clients::delta::TableState& state = log_.state();
    if (options_.txn_app_id &&
        state.TransactionVersion(*options_.txn_app_id) >= options_.txn_version) {
      base::LogInfo(fmt::format("delta table {}: transaction {} of {} is in it already: skipped",
                                options_.path, options_.txn_version, *options_.txn_app_id));
      return false;
    }
    if (state.exists() && context_.mode == SaveMode::kIgnore) return false;
    if (state.exists() && context_.mode == SaveMode::kErrorIfExists) return PathExists();
    if (overwrites() && state.exists() &&
        clients::delta::BoolProperty(state.metadata, "delta.appendOnly", false)) {
      return AppendOnly();
    }
    WriteRequest request;
    request.data_schema = context_.schema;
    request.partition_columns = context_.partition_columns;
    request.merge_schema = options_.merge_schema;
    request.replace_schema = overwrites() && options_.overwrite_schema && state.exists();
    request.same_types = true;
    request.compression = options_.compression;
    request.zone = zone_;
    request.table_text = options_.path;
    if (context_.new_table) {
      MILLRACE_RETURN_IF_ERROR(CheckTableProperties(context_.new_table->properties));
      request.properties = context_.new_table->properties;
      request.description = context_.new_table->comment;
    }
    MILLRACE_ASSIGN_OR_RETURN(
        plan_, MakeWritePlan(state, request, base::ToMillis(context_.clock->Now()),
                             context_.random));
    MILLRACE_RETURN_IF_ERROR(CheckDynamicOverwrite());
    protocol_ = state.protocol;
    metadata_ = state.metadata;
    transaction_.read_version = state.version;
    return true;
  }

  Result<std::unique_ptr<connector::SinkWriter>> NewWriter() override {
    return std::unique_ptr<connector::SinkWriter>(
        std::make_unique<DeltaWriter>(plan_, options_.max_records_per_file, &files_));
  }

  Status Commit(std::stop_token stop) override {
    if (committed_) return Status::Ok();
    if (!filled_) Fill();
    filled_ = true;
    Status status;
    for (int attempt = 0; attempt < kOverwriteTries; ++attempt) {
      // After an unclear answer the same transaction finds out what became of it.
      if (overwrites() && !transaction_.in_doubt) MILLRACE_RETURN_IF_ERROR(FillRemoves());
      status = log_.Commit(&transaction_, stop).status();
      const bool others_files =
          status.spark_error().condition == "DELTA_CONCURRENT_APPEND" && overwrites();
      if (!others_files) break;
      MILLRACE_RETURN_IF_ERROR(log_.Refresh());
      const bool same_table =
          log_.state().protocol == protocol_ && log_.state().metadata == metadata_;
      if (!same_table) break;
      transaction_.read_version = log_.state().version;
      transaction_.txn_id.clear();
    }
    if (!status.ok()) return status.WithContext(fmt::format("delta table {}", options_.path));
    committed_ = true;
    if (log_.CheckpointDue()) WriteCheckpoint();
    return Status::Ok();
  }

 private:
  bool overwrites() const { return context_.mode == SaveMode::kOverwrite; }
  bool dynamic() const {
    const auto& metadata = plan_->new_metadata ? *plan_->new_metadata : metadata_;
    return options_.dynamic_overwrite && overwrites() && !metadata.partition_columns.empty();
  }

  /// Other writers may have written other texts for the same moment.
  Status CheckDynamicOverwrite() const {
    if (!options_.dynamic_overwrite || !overwrites()) return Status::Ok();
    for (const int column : plan_->partition_columns) {
      const auto& field = plan_->columns[static_cast<std::size_t>(column)].field;
      if (!field.dataType.is(DataType::Kind::kTimestamp)) continue;
      return Status::Unsupported(fmt::format(
          "delta table {}: partitionOverwriteMode=dynamic over the timestamp column {} is not "
          "supported: overwrite the whole table",
          options_.path, field.name));
    }
    return Status::Ok();
  }

  Status PathExists() const {
    const std::string uri = fs::ToHadoopUri(location_.path);
    return DeltaError(StatusCode::kInvalidArgument, "DeltaAnalysisException", "DELTA_PATH_EXISTS",
                      "42K04",
                      fmt::format("Cannot write to already existent path {} without setting "
                                  "OVERWRITE = 'true'.",
                                  uri),
                      {{"path", uri}});
  }

  static Status AppendOnly() {
    return DeltaError(StatusCode::kInvalidArgument, "DeltaUnsupportedOperationException",
                      "DELTA_CANNOT_MODIFY_APPEND_ONLY", "42809",
                      "This table is configured to only allow appends. If you would like to permit "
                      "updates or deletes, use 'ALTER TABLE null SET TBLPROPERTIES "
                      "(delta.appendOnly=false)'.",
                      {{"table_name", "null"}, {"config", "delta.appendOnly"}});
  }

  void Fill() {
    transaction_.protocol = plan_->new_protocol;
    transaction_.metadata = plan_->new_metadata;
    if (options_.txn_app_id) {
      transaction_.txn = clients::delta::SetTransaction{
          *options_.txn_app_id, options_.txn_version, base::ToMillis(context_.clock->Now())};
    }
    transaction_.files = files_.Files();
    transaction_.is_blind_append = !overwrites();
    // An INSERT is a WRITE in Delta's history.
    const bool named = !context_.job_description.empty() && context_.job_description != "INSERT";
    transaction_.operation = named ? context_.job_description : std::string("WRITE");
    if (context_.new_table) return FillNewTable(*context_.new_table);
    transaction_.operation_parameters = {
        {"mode", JsonString(ModeName(context_.mode))},
        {"partitionBy", PartitionByText(context_.partition_columns)}};
    if (dynamic()) {
      transaction_.operation_parameters.emplace_back("isDynamicPartitionOverwrite", "true");
    }
    if (options_.merge_schema) {
      transaction_.operation_parameters.emplace_back("canMergeSchema", "true");
    }
    if (options_.overwrite_schema) {
      transaction_.operation_parameters.emplace_back("canOverwriteSchema", "true");
    }
    transaction_.user_metadata = options_.user_metadata;
    FillMetrics();
  }

  /// A statement's history says how the table was made.
  void FillNewTable(const connector::NewTable& table) {
    std::string properties;
    for (const auto& [key, value] : table.properties) {
      properties += (properties.empty() ? "" : ",") + JsonString(key) + ":" + JsonString(value);
    }
    transaction_.operation_parameters = {
        {"partitionBy", PartitionByText(context_.partition_columns)},
        {"clusterBy", JsonString("[]")},
        {"description", table.comment ? JsonString(*table.comment) : std::string("null")},
        {"isManaged", JsonString(table.is_managed ? "true" : "false")},
        {"properties", JsonString("{" + properties + "}")}};
    if (!transaction_.files.empty()) FillMetrics();
  }

  void FillMetrics() {
    std::int64_t rows = 0;
    std::int64_t bytes = 0;
    std::int64_t removed_bytes = 0;
    for (const clients::delta::NewFile& file : transaction_.files) {
      rows += file.rows;
      bytes += file.add.size;
    }
    for (const clients::delta::RemoveFile& remove : transaction_.removes) {
      removed_bytes += remove.size.value_or(0);
    }
    transaction_.operation_metrics = {{"numFiles", std::to_string(transaction_.files.size())}};
    if (overwrites()) {
      transaction_.operation_metrics.emplace_back("numRemovedFiles",
                                                  std::to_string(transaction_.removes.size()));
      transaction_.operation_metrics.emplace_back("numRemovedBytes", std::to_string(removed_bytes));
    }
    transaction_.operation_metrics.emplace_back("numOutputRows", std::to_string(rows));
    transaction_.operation_metrics.emplace_back("numOutputBytes", std::to_string(bytes));
  }

  Status FillRemoves() {
    MILLRACE_ASSIGN_OR_RETURN(
        transaction_.removes,
        RemovalOfAll(location_.file_system, location_.path, transaction_.read_version,
                     base::ToMillis(context_.clock->Now())));
    if (dynamic()) {
      // The values of one partition have one text, in the order of the columns.
      std::set<clients::delta::PartitionValues> written;
      for (const auto& file : transaction_.files) written.insert(Sorted(file.add.partition_values));
      std::erase_if(transaction_.removes, [&](const clients::delta::RemoveFile& remove) {
        return !written.contains(Sorted(remove.partition_values.value_or(
            clients::delta::PartitionValues())));
      });
    }
    FillMetrics();
    return Status::Ok();
  }

  void WriteCheckpoint() const {
    const Status status = clients::delta::WriteCheckpoint(
        location_.file_system, fs::Join(location_.path, "_delta_log"), log_.state(),
        context_.clock->Now());
    if (status.ok()) return;
    base::LogWarn(fmt::format("delta table {}: version {} is committed, but has no checkpoint: {}",
                              options_.path, log_.state().version, status.message()));
  }

  const connector::WriteContext context_;
  const BatchOptions options_;
  const fs::Location location_;
  const data::TimeZone zone_;
  clients::delta::TableLog log_;
  BatchFiles files_;
  std::shared_ptr<const WritePlan> plan_;  // Made from what follows.
  clients::delta::Protocol protocol_;
  clients::delta::Metadata metadata_;
  clients::delta::Transaction transaction_;
  bool filled_ = false;
  bool committed_ = false;
};

}  // namespace

Result<std::unique_ptr<connector::SinkBatch>> DeltaTableWriterProvider::Begin(
    connector::WriteContext context, std::stop_token stop) const {
  if (stop.stop_requested()) return Status::Cancelled("the write is being stopped");
  MILLRACE_ASSIGN_OR_RETURN(BatchOptions options, ReadBatchOptions(context.options, context.path));
  const auto zone = data::TimeZone::Parse(context.session_time_zone);
  if (!zone) return data::LoadTimeZone(context.session_time_zone).status();
  MILLRACE_ASSIGN_OR_RETURN(fs::Location location, fs::Resolve(options.path));
  auto write = std::make_unique<DeltaTableWrite>(std::move(context), std::move(options),
                                                 std::move(location), *zone);
  MILLRACE_ASSIGN_OR_RETURN(const bool has_work, write->Start());
  if (!has_work) return std::unique_ptr<connector::SinkBatch>();
  return std::unique_ptr<connector::SinkBatch>(std::move(write));
}

}  // namespace millrace::sinks::delta
