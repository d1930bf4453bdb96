#include "connector/table.h"

#include <utility>

#include <arrow/record_batch.h>
#include <arrow/type.h>

namespace millrace::connector {
namespace {

using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

class BatchesReader : public PartitionReader {
 public:
  BatchesReader(const Batches& batches, std::vector<int> columns)
      : batches_(batches), columns_(std::move(columns)) {}

  base::Result<std::shared_ptr<arrow::RecordBatch>> Next(std::stop_token stop) override {
    if (stop.stop_requested()) return base::Status::Cancelled("the query is being stopped");
    while (next_ < batches_.size() && batches_[next_]->num_rows() == 0) ++next_;
    if (next_ == batches_.size()) return std::shared_ptr<arrow::RecordBatch>();
    const arrow::RecordBatch& batch = *batches_[next_++];
    arrow::FieldVector fields;
    arrow::ArrayVector arrays;
    for (int column : columns_) {
      fields.push_back(batch.schema()->field(column));
      arrays.push_back(batch.column(column));
    }
    return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), batch.num_rows(),
                                    std::move(arrays));
  }

 private:
  const Batches& batches_;
  std::vector<int> columns_;
  std::size_t next_ = 0;
};

class BatchesTable : public Table {
 public:
  BatchesTable(StructType schema, Batches batches, std::string description)
      : schema_(std::move(schema)),
        batches_(std::move(batches)),
        description_(std::move(description)) {
    for (const auto& batch : batches_) rows_ += batch->num_rows();
  }

  const StructType& schema() const override { return schema_; }
  std::string description() const override { return description_; }
  std::int64_t row_count() const override { return rows_; }

  base::Result<std::vector<InputPartition>> PlanPartitions(std::stop_token) override {
    return std::vector<InputPartition>{{description_, rows_, nullptr}};
  }

  base::Result<std::unique_ptr<PartitionReader>> OpenReader(
      const InputPartition&, const std::vector<int>& columns) override {
    return std::unique_ptr<PartitionReader>(std::make_unique<BatchesReader>(batches_, columns));
  }

 private:
  const StructType schema_;
  const Batches batches_;
  const std::string description_;
  std::int64_t rows_ = 0;
};

}  // namespace

base::Result<TableFacts> TableProvider::Facts(const std::string&) const {
  return base::Status::Unsupported(std::string(format()) + " tables keep no facts of themselves");
}

base::Result<std::vector<TableVersion>> TableProvider::History(const std::string&,
                                                               std::optional<int>) const {
  return base::Status::Unsupported(std::string(format()) + " tables have no history");
}

std::shared_ptr<Table> MakeTable(StructType schema, Batches batches, std::string description) {
  return std::make_shared<BatchesTable>(std::move(schema), std::move(batches),
                                        std::move(description));
}

}  // namespace millrace::connector
