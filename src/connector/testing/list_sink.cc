#include "connector/testing/list_sink.h"

#include <arrow/record_batch.h>
#include <arrow/table.h>

#include "base/check.h"

namespace millrace::connector::testing {
namespace {

using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

class ListBatch : public SinkBatch {
 public:
  ListBatch(ListSink* sink, std::shared_ptr<ListTable> table, std::int64_t id)
      : sink_(sink), table_(std::move(table)), id_(id) {}

  base::Result<std::unique_ptr<SinkWriter>> NewWriter() override;

  base::Status Commit(std::stop_token stop) override {
    if (stop.stop_requested()) return base::Status::Cancelled("list sink: stopped");
    if (sink_->before_commit) MILLRACE_RETURN_IF_ERROR(sink_->before_commit(id_));
    table_->Add(id_, rows_);
    if (sink_->after_commit) MILLRACE_RETURN_IF_ERROR(sink_->after_commit(id_));
    return base::Status::Ok();
  }

  void Finish(const Batches& rows) {
    if (rows.empty()) return;
    auto table = arrow::Table::FromRecordBatches(rows);
    MILLRACE_CHECK(table.ok());
    auto whole = (*table)->CombineChunksToBatch();
    MILLRACE_CHECK(whole.ok());
    std::lock_guard lock(mutex_);
    rows_.push_back(*whole);
  }

 private:
  ListSink* sink_;
  std::shared_ptr<ListTable> table_;
  std::int64_t id_;
  std::mutex mutex_;  // Protects rows_ until Commit.
  Batches rows_;
};

class ListWriter : public SinkWriter {
 public:
  explicit ListWriter(ListBatch* batch) : batch_(batch) {}
  base::Status Write(const std::shared_ptr<arrow::RecordBatch>& rows) override {
    rows_.push_back(rows);
    return base::Status::Ok();
  }
  base::Status Finish() override {
    batch_->Finish(rows_);
    return base::Status::Ok();
  }

 private:
  ListBatch* batch_;
  Batches rows_;
};

base::Result<std::unique_ptr<SinkWriter>> ListBatch::NewWriter() {
  return std::unique_ptr<SinkWriter>(std::make_unique<ListWriter>(this));
}

}  // namespace

bool ListTable::Add(std::int64_t batch_id, Batches rows) {
  std::lock_guard lock(mutex_);
  return batches_.emplace(batch_id, std::move(rows)).second;
}

bool ListTable::Has(std::int64_t batch_id) const {
  std::lock_guard lock(mutex_);
  return batches_.contains(batch_id);
}

Batches ListTable::Rows() const {
  std::lock_guard lock(mutex_);
  Batches all;
  for (const auto& [id, rows] : batches_) all.insert(all.end(), rows.begin(), rows.end());
  return all;
}

std::int64_t ListTable::num_rows() const {
  std::int64_t rows = 0;
  for (const auto& batch : Rows()) rows += batch->num_rows();
  return rows;
}

std::vector<std::int64_t> ListTable::batch_ids() const {
  std::lock_guard lock(mutex_);
  std::vector<std::int64_t> ids;
  for (const auto& [id, rows] : batches_) ids.push_back(id);
  return ids;
}

std::size_t ListTable::writers(std::int64_t batch_id) const {
  std::lock_guard lock(mutex_);
  return batches_.at(batch_id).size();
}

base::Result<std::unique_ptr<SinkBatch>> ListSink::BeginBatch(std::int64_t batch_id,
                                                              std::stop_token) {
  if (table_->Has(batch_id)) return std::unique_ptr<SinkBatch>();
  return std::unique_ptr<SinkBatch>(std::make_unique<ListBatch>(this, table_, batch_id));
}

}  // namespace millrace::connector::testing
