#pragma once

#include <memory>

#include "connector/sink.h"
#include "sinks/memory/memory_table.h"

namespace millrace::sinks::memory {

/// Keeps the rows of all batches in a table: in append and update mode one behind the other, in
/// complete mode those of the last batch (Spark's MemorySink).
class MemorySink : public connector::Sink {
 public:
  MemorySink(connector::OutputMode mode, std::shared_ptr<MemoryTable> table)
      : mode_(mode), table_(std::move(table)) {}

  std::string description() const override { return "MemorySink"; }
  base::Result<std::unique_ptr<connector::SinkBatch>> BeginBatch(std::int64_t batch_id,
                                                                 std::stop_token stop) override;
  std::int64_t reported_output_rows() const override { return output_rows_; }
  std::shared_ptr<connector::Table> readable_table() override { return table_; }

 private:
  class Batch;

  const connector::OutputMode mode_;
  const std::shared_ptr<MemoryTable> table_;
  std::int64_t output_rows_ = 0;
};

/// `format("memory")`. The rows go with the sink, so only a query in complete mode, which makes them
/// anew, may go on from a checkpoint.
class MemorySinkProvider : public connector::SinkProvider {
 public:
  std::string_view format() const override { return "memory"; }
  bool allows_temporary_checkpoint() const override { return true; }
  bool recovers_from_checkpoint(connector::OutputMode mode) const override {
    return mode == connector::OutputMode::kComplete;
  }
  /// _LEGACY_ERROR_TEMP_1194 without a query name, _LEGACY_ERROR_TEMP_1197 with partition columns.
  base::Result<std::unique_ptr<connector::Sink>> Create(
      connector::SinkContext context) const override;
};

}  // namespace millrace::sinks::memory
