#include "sinks/delta/delta_sink.h"

#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "clients/delta/errors.h"
#include "data/time_zone.h"
#include "sinks/delta/delta_batch.h"

namespace millrace::sinks::delta {

using base::Result;
using base::Status;
using base::StatusCode;

DeltaSink::DeltaSink(connector::SinkContext context, SinkOptions options, fs::Location location,
                     data::TimeZone zone)
    : context_(std::move(context)),
      options_(std::move(options)),
      location_(std::move(location)),
      request_{context_.schema,       context_.partition_columns,
               options_.merge_schema, options_.compression,
               std::move(zone),       options_.path},
      log_(location_.file_system, location_.path, context_.clock, context_.random),
      checkpoints_(location_.file_system, fs::Join(location_.path, "_delta_log"), context_.clock,
                   options_.path) {}

std::string DeltaSink::description() const {
  return fmt::format("DeltaSink[{}]", PathText(options_.path));
}

Result<std::shared_ptr<const WritePlan>> DeltaSink::CurrentPlan() {
  const clients::delta::TableState& state = log_.state();
  const bool fits = plan_ != nullptr && state.exists() && !plan_->new_metadata &&
                    plan_protocol_ == state.protocol && plan_metadata_ == state.metadata;
  if (fits) return plan_;
  MILLRACE_ASSIGN_OR_RETURN(
      plan_,
      MakeWritePlan(state, request_, base::ToMillis(context_.clock->Now()), context_.random));
  plan_protocol_ = state.protocol;
  plan_metadata_ = state.metadata;
  return plan_;
}

Status DeltaSink::CheckTable() {
  Status status = log_.Refresh();
  if (status.ok()) status = CurrentPlan().status();
  return status.WithContext(fmt::format("delta sink: {}", options_.path));
}

Result<std::unique_ptr<connector::SinkBatch>> DeltaSink::BeginBatch(std::int64_t batch_id,
                                                                    std::stop_token stop) {
  if (stop.stop_requested()) return Status::Cancelled("delta sink: stopped");
  MILLRACE_RETURN_IF_ERROR(CheckTable());
  if (log_.state().TransactionVersion(context_.query_id) >= batch_id) {
    base::LogInfo(fmt::format("delta sink: batch {} of query {} is in {} already: skipped",
                              batch_id, context_.query_id, options_.path));
    return std::unique_ptr<connector::SinkBatch>();
  }
  return std::unique_ptr<connector::SinkBatch>(std::make_unique<DeltaBatch>(this, batch_id, plan_));
}

Result<std::unique_ptr<connector::Sink>> DeltaSinkProvider::Create(
    connector::SinkContext context) const {
  MILLRACE_ASSIGN_OR_RETURN(SinkOptions options, ReadSinkOptions(context.options));
  if (context.output_mode == connector::OutputMode::kUpdate) {
    return clients::delta::DeltaError(
        StatusCode::kInvalidArgument, "DeltaAnalysisException", "DELTA_UNSUPPORTED_OUTPUT_MODE",
        "0AKDC",
        "Data source org.apache.spark.sql.delta.sources.DeltaDataSource does not support Update "
        "output mode",
        {{"dataSource", "org.apache.spark.sql.delta.sources.DeltaDataSource"}, {"mode", "Update"}});
  }
  const std::optional<data::TimeZone> zone = data::TimeZone::Parse(context.session_time_zone);
  if (!zone) return data::LoadTimeZone(context.session_time_zone).status();
  MILLRACE_ASSIGN_OR_RETURN(fs::Location location, fs::Resolve(options.path));
  auto sink = std::make_unique<DeltaSink>(std::move(context), std::move(options),
                                          std::move(location), *zone);
  MILLRACE_RETURN_IF_ERROR(sink->CheckTable());
  return std::unique_ptr<connector::Sink>(std::move(sink));
}

}  // namespace millrace::sinks::delta
