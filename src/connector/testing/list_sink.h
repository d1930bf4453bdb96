#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "connector/sink.h"

namespace millrace::connector::testing {

/// A table in memory that keeps the batch id with the rows, as an exactly-once sink must. Outlives
/// the queries that write it. Thread-safe.
class ListTable {
 public:
  /// False when the batch is there already; then nothing is added.
  bool Add(std::int64_t batch_id, std::vector<std::shared_ptr<arrow::RecordBatch>> rows);
  bool Has(std::int64_t batch_id) const;
  /// Rows in batch order.
  std::vector<std::shared_ptr<arrow::RecordBatch>> Rows() const;
  std::int64_t num_rows() const;
  std::vector<std::int64_t> batch_ids() const;
  /// Writers that had rows in that batch: what would be files.
  std::size_t writers(std::int64_t batch_id) const;

 private:
  mutable std::mutex mutex_;  // Protects batches_.
  std::map<std::int64_t, std::vector<std::shared_ptr<arrow::RecordBatch>>> batches_;
};

class ListSink : public Sink {
 public:
  explicit ListSink(std::shared_ptr<ListTable> table) : table_(std::move(table)) {}
  std::string description() const override { return "ListSink"; }
  base::Result<std::unique_ptr<SinkBatch>> BeginBatch(std::int64_t batch_id,
                                                      std::stop_token stop) override;

  std::chrono::milliseconds min_commit_interval() const override { return commit_interval; }

  std::chrono::milliseconds commit_interval{0};
  /// Asked before a batch becomes visible; a failure makes Commit fail with nothing visible.
  std::function<base::Status(std::int64_t batch_id)> before_commit;
  /// Asked after it has become visible; a failure is a lost answer.
  std::function<base::Status(std::int64_t batch_id)> after_commit;

 private:
  std::shared_ptr<ListTable> table_;
};

}  // namespace millrace::connector::testing
