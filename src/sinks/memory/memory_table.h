#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include <arrow/type_fwd.h>

#include "connector/table.h"

namespace millrace::sinks::memory {

/// What a memory sink has gathered. A live table: each PlanPartitions gives the rows that are
/// committed by then, and its readers go on giving those whatever is committed later. Thread-safe.
class MemoryTable : public connector::Table {
 public:
  using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

  explicit MemoryTable(StructType schema) : schema_(std::move(schema)) {}

  const StructType& schema() const override { return schema_; }
  std::string description() const override { return "MemorySink"; }
  base::Result<std::vector<connector::InputPartition>> PlanPartitions(
      std::stop_token stop) override;
  base::Result<std::unique_ptr<connector::PartitionReader>> OpenReader(
      const connector::InputPartition& partition, const std::vector<int>& columns) override;

  /// Puts the rows of a batch behind those that are there, or in their place. False, and nothing is
  /// changed, when this batch or a later one is here already.
  bool Commit(std::int64_t batch_id, Batches rows, bool replace);
  /// -1: none.
  std::int64_t last_batch_id() const;

 private:
  const StructType schema_;
  mutable std::mutex mutex_;  // Protects what follows.
  std::shared_ptr<const Batches> batches_ = std::make_shared<const Batches>();
  std::int64_t last_batch_id_ = -1;
};

}  // namespace millrace::sinks::memory
