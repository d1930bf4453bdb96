#include "sinks/memory/memory_table.h"

#include <utility>

#include <arrow/record_batch.h>

namespace millrace::sinks::memory {

namespace {

using base::Result;

/// A table of rows that do not change any more, and its reader.
class SnapshotReader : public connector::PartitionReader {
 public:
  SnapshotReader(std::shared_ptr<connector::Table> rows,
                 std::unique_ptr<connector::PartitionReader> reader)
      : rows_(std::move(rows)), reader_(std::move(reader)) {}
  Result<std::shared_ptr<arrow::RecordBatch>> Next(std::stop_token stop) override {
    return reader_->Next(std::move(stop));
  }

 private:
  const std::shared_ptr<connector::Table> rows_;
  const std::unique_ptr<connector::PartitionReader> reader_;
};

}  // namespace

Result<std::vector<connector::InputPartition>> MemoryTable::PlanPartitions(std::stop_token) {
  std::shared_ptr<const Batches> batches;
  {
    std::lock_guard lock(mutex_);
    batches = batches_;
  }
  std::int64_t rows = 0;
  for (const auto& batch : *batches) rows += batch->num_rows();
  return std::vector<connector::InputPartition>{{description(), rows, batches}};
}

Result<std::unique_ptr<connector::PartitionReader>> MemoryTable::OpenReader(
    const connector::InputPartition& partition, const std::vector<int>& columns) {
  auto rows = connector::MakeTable(
      schema_, *static_cast<const Batches*>(partition.payload.get()), description());
  MILLRACE_ASSIGN_OR_RETURN(auto reader, rows->OpenReader(partition, columns));
  return std::unique_ptr<connector::PartitionReader>(
      std::make_unique<SnapshotReader>(std::move(rows), std::move(reader)));
}

bool MemoryTable::Commit(std::int64_t batch_id, Batches rows, bool replace) {
  std::lock_guard lock(mutex_);
  if (batch_id <= last_batch_id_) return false;
  auto batches = std::make_shared<Batches>();
  if (!replace) *batches = *batches_;
  batches->insert(batches->end(), rows.begin(), rows.end());
  batches_ = std::move(batches);
  last_batch_id_ = batch_id;
  return true;
}

std::int64_t MemoryTable::last_batch_id() const {
  std::lock_guard lock(mutex_);
  return last_batch_id_;
}

}  // namespace millrace::sinks::memory
