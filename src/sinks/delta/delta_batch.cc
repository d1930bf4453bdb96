#include "sinks/delta/delta_batch.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "sinks/delta/table_files.h"

namespace millrace::sinks::delta {

using base::Result;
using base::Status;

DeltaBatch::DeltaBatch(DeltaSink* sink, std::int64_t batch_id,
                       std::shared_ptr<const WritePlan> plan)
    : sink_(sink),
      batch_id_(batch_id),
      plan_(std::move(plan)),
      files_(sink->location_.file_system, sink->location_.path, sink->context_.clock,
             sink->context_.random) {
  transaction_.read_version = sink->log_.state().version;
}

DeltaBatch::~DeltaBatch() {
  if (committed_) return;
  if (transaction_.in_doubt) {
    base::LogWarn(fmt::format(
        "delta sink: batch {}: it is not known whether its commit to {} was made; its files stay",
        batch_id_, sink_->options_.path));
    return;
  }
  files_.RemoveAll();
}

Result<std::unique_ptr<connector::SinkWriter>> DeltaBatch::NewWriter() {
  return std::unique_ptr<connector::SinkWriter>(
      std::make_unique<DeltaWriter>(plan_, sink_->options_.max_records_per_file, &files_));
}

Status DeltaBatch::FillTransaction() {
  if (filled_) return Status::Ok();
  const bool replaces = sink_->context_.output_mode == connector::OutputMode::kComplete;
  if (replaces) {
    transaction_.is_blind_append = false;
    MILLRACE_ASSIGN_OR_RETURN(
        transaction_.removes,
        RemovalOfAll(sink_->location_.file_system, sink_->location_.path,
                     transaction_.read_version, base::ToMillis(sink_->context_.clock->Now())));
  }
  filled_ = true;
  transaction_.protocol = plan_->new_protocol;
  transaction_.metadata = plan_->new_metadata;
  transaction_.txn = clients::delta::SetTransaction{sink_->context_.query_id, batch_id_,
                                                    base::ToMillis(sink_->context_.clock->Now())};
  transaction_.files = files_.Files();
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  for (const clients::delta::NewFile& file : transaction_.files) {
    rows += file.rows;
    bytes += file.add.size;
  }
  transaction_.operation = "STREAMING UPDATE";
  transaction_.operation_parameters = {
      {"outputMode", fmt::format("\"{}\"", connector::OutputModeName(sink_->context_.output_mode))},
      {"queryId", fmt::format("\"{}\"", sink_->context_.query_id)},
      {"epochId", fmt::format("\"{}\"", batch_id_)}};
  transaction_.operation_metrics = {{"numRemovedFiles",
                                     std::to_string(transaction_.removes.size())},
                                    {"numAddedFiles", std::to_string(transaction_.files.size())},
                                    {"numOutputRows", std::to_string(rows)},
                                    {"numOutputBytes", std::to_string(bytes)}};
  transaction_.user_metadata = sink_->options_.user_metadata;
  return Status::Ok();
}

Status DeltaBatch::Commit(std::stop_token stop) {
  if (committed_) return Status::Ok();
  MILLRACE_RETURN_IF_ERROR(FillTransaction());
  const Status status = sink_->log_.Commit(&transaction_, std::move(stop)).status();
  if (!status.ok()) return status.WithContext(fmt::format("delta sink: {}", sink_->options_.path));
  committed_ = true;
  if (sink_->log_.CheckpointDue()) sink_->checkpoints_.Request(sink_->log_.state());
  return Status::Ok();
}

}  // namespace millrace::sinks::delta
