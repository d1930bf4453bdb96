#include "sinks/memory/memory_sink.h"

#include <deque>
#include <mutex>
#include <utility>

#include <arrow/record_batch.h>

namespace millrace::sinks::memory {

using base::Result;
using base::Status;

class MemorySink::Batch : public connector::SinkBatch {
 public:
  Batch(MemorySink* sink, std::int64_t id) : sink_(sink), id_(id) {}

  Result<std::unique_ptr<connector::SinkWriter>> NewWriter() override {
    std::lock_guard lock(mutex_);
    return std::unique_ptr<connector::SinkWriter>(
        std::make_unique<Writer>(&parts_.emplace_back()));
  }

  Status Commit(std::stop_token) override {
    MemoryTable::Batches rows;
    std::int64_t count = 0;
    for (const Part& part : parts_) {
      if (!part.finished) continue;
      rows.insert(rows.end(), part.rows.begin(), part.rows.end());
      for (const auto& batch : part.rows) count += batch->num_rows();
    }
    const bool replace = sink_->mode_ == connector::OutputMode::kComplete;
    if (sink_->table_->Commit(id_, std::move(rows), replace)) sink_->output_rows_ = count;
    return Status::Ok();
  }

 private:
  struct Part {
    MemoryTable::Batches rows;
    bool finished = false;
  };
  class Writer : public connector::SinkWriter {
   public:
    explicit Writer(Part* part) : part_(part) {}
    Status Write(const std::shared_ptr<arrow::RecordBatch>& rows) override {
      if (rows->num_rows() > 0) part_->rows.push_back(rows);
      return Status::Ok();
    }
    Status Finish() override {
      part_->finished = true;
      return Status::Ok();
    }

   private:
    Part* const part_;
  };

  MemorySink* const sink_;
  const std::int64_t id_;
  std::mutex mutex_;  // Protects the list, not the parts, which have one writer each.
  std::deque<Part> parts_;
};

Result<std::unique_ptr<connector::SinkBatch>> MemorySink::BeginBatch(std::int64_t batch_id,
                                                                     std::stop_token stop) {
  if (stop.stop_requested()) return Status::Cancelled("memory sink: stopped");
  if (batch_id <= table_->last_batch_id()) return std::unique_ptr<connector::SinkBatch>();
  return std::unique_ptr<connector::SinkBatch>(std::make_unique<Batch>(this, batch_id));
}

Result<std::unique_ptr<connector::Sink>> MemorySinkProvider::Create(
    connector::SinkContext context) const {
  context.options.MarkHonoured("queryName");
  context.options.MarkHonoured("checkpointLocation");
  MILLRACE_RETURN_IF_ERROR(
      context.options.CheckAllHonoured("memory sink", {"queryName", "checkpointLocation"}));
  if (context.query_name.empty()) {
    return Status::InvalidArgument("queryName must be specified for memory sink.")
        .WithSparkError({"AnalysisException", "_LEGACY_ERROR_TEMP_1194", "", {}});
  }
  if (!context.partition_columns.empty()) {
    return Status::InvalidArgument("'memory' does not support partitioning.")
        .WithSparkError({"AnalysisException",
                         "_LEGACY_ERROR_TEMP_1197",
                         "",
                         {{"operation", "memory"}}});
  }
  return std::unique_ptr<connector::Sink>(std::make_unique<MemorySink>(
      context.output_mode, std::make_shared<MemoryTable>(std::move(context.schema))));
}

}  // namespace millrace::sinks::memory
