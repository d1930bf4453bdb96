#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connector/source.h"

namespace millrace::connector::testing {

/// A topic in memory: partitions of rows that a test appends to. Outlives the queries that read it,
/// so a query can be killed and started again. Thread-safe.
class ListTopic {
 public:
  ListTopic(StructType schema, int partitions);

  /// Precondition: the columns of `rows` are those of the schema.
  void Append(int partition, const std::shared_ptr<arrow::RecordBatch>& rows);
  int partitions() const;
  std::int64_t size(int partition) const;
  /// Rows [begin, end) of one partition as one batch. Precondition: end <= size(partition).
  std::shared_ptr<arrow::RecordBatch> Read(int partition, std::int64_t begin,
                                           std::int64_t end) const;
  const StructType& schema() const { return schema_; }

 private:
  StructType schema_;
  mutable std::mutex mutex_;  // Protects partitions_.
  std::vector<std::vector<std::shared_ptr<arrow::RecordBatch>>> partitions_;
};

/// Reads a ListTopic. Offsets are `{"0":12,"1":7}`. Option `maxRowsPerTrigger` bounds a batch.
class ListSource : public Source {
 public:
  ListSource(std::shared_ptr<ListTopic> topic, std::optional<std::int64_t> max_rows_per_trigger);

  const StructType& schema() const override { return topic_->schema(); }
  std::string description() const override { return "List"; }
  base::Result<std::optional<Offset>> InitialOffset(std::stop_token stop) override;
  base::Status PrepareAvailableNow(std::stop_token stop) override;
  base::Result<std::optional<Offset>> LatestOffset(const std::optional<Offset>& start,
                                                   ReadLimit limit, std::stop_token stop) override;
  std::optional<Offset> ReportLatestOffset() const override { return latest_; }
  base::Result<std::vector<InputPartition>> PlanPartitions(const std::optional<Offset>& start,
                                                           const Offset& end,
                                                           std::stop_token stop) override;
  base::Result<std::unique_ptr<PartitionReader>> OpenReader(
      const InputPartition& partition, const std::vector<int>& columns) override;
  base::Status Commit(const Offset&) override { return base::Status::Ok(); }

 private:
  std::shared_ptr<ListTopic> topic_;
  std::optional<std::int64_t> max_rows_;
  std::optional<std::vector<std::int64_t>> fixed_end_;
  std::optional<Offset> latest_;  // Without the limit, as of the last LatestOffset.
};

}  // namespace millrace::connector::testing
