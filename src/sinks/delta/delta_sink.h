#pragma once

#include <memory>
#include <optional>
#include <string>

#include "clients/delta/checkpoint_thread.h"
#include "clients/delta/table_log.h"
#include "connector/sink.h"
#include "sinks/delta/sink_options.h"
#include "sinks/delta/write_plan.h"

namespace millrace::sinks::delta {

/// Appends each batch to a Delta table as one commit "STREAMING UPDATE", whose `txn` action has the
/// query's id and the batch's number: what a replay is recognised by (delta-spark's DeltaSink). In
/// complete mode the batch takes the place of all files that the table had. The
/// first batch creates the table when there is none. Every tenth commit
/// (`delta.checkpointInterval`) asks for a checkpoint of the log, which another thread writes;
/// destroying the sink waits for it.
class DeltaSink : public connector::Sink {
 public:
  /// `context` is kept; `location` is its path.
  DeltaSink(connector::SinkContext context, SinkOptions options, fs::Location location,
            data::TimeZone zone);

  std::string description() const override;
  base::Result<std::unique_ptr<connector::SinkBatch>> BeginBatch(std::int64_t batch_id,
                                                                 std::stop_token stop) override;
  std::chrono::milliseconds min_commit_interval() const override {
    return options_.min_commit_interval;
  }
  /// Everything that the first batch would refuse about the table as it is now.
  base::Status CheckTable();

 private:
  friend class DeltaBatch;

  /// The plan for the log's present state; the same one as long as that needs no other.
  base::Result<std::shared_ptr<const WritePlan>> CurrentPlan();

  const connector::SinkContext context_;
  const SinkOptions options_;
  const fs::Location location_;
  WriteRequest request_;
  clients::delta::TableLog log_;
  clients::delta::CheckpointThread checkpoints_;

  std::shared_ptr<const WritePlan> plan_;  // Made from what follows; null before the first.
  clients::delta::Protocol plan_protocol_;
  clients::delta::Metadata plan_metadata_;
};

/// `format("delta")`.
class DeltaSinkProvider : public connector::SinkProvider {
 public:
  std::string_view format() const override { return "delta"; }
  base::Result<std::unique_ptr<connector::Sink>> Create(
      connector::SinkContext context) const override;
};

}  // namespace millrace::sinks::delta
