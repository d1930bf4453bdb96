#include "session/batch_query.h"

#include <utility>

#include <arrow/record_batch.h>

#include "session/session_sources.h"

namespace millrace::session {
namespace {

class PartitionStream : public processor::RowStream {
 public:
  PartitionStream(std::unique_ptr<connector::PartitionReader> reader, std::stop_token stop)
      : reader_(std::move(reader)), stop_(std::move(stop)) {}
  base::Result<std::shared_ptr<arrow::RecordBatch>> Next() override { return reader_->Next(stop_); }

 private:
  std::unique_ptr<connector::PartitionReader> reader_;
  std::stop_token stop_;
};

/// A connector's table as the processor reads it.
class TableInput : public processor::InputTable {
 public:
  static base::Result<std::shared_ptr<processor::InputTable>> Make(
      std::shared_ptr<connector::Table> table, std::stop_token stop) {
    auto input = std::make_shared<TableInput>();
    MILLRACE_ASSIGN_OR_RETURN(input->partitions_, table->PlanPartitions(std::move(stop)));
    input->table_ = std::move(table);
    return std::shared_ptr<processor::InputTable>(std::move(input));
  }

  int partitions() const override { return static_cast<int>(partitions_.size()); }
  std::int64_t row_count() const override { return table_->row_count(); }
  base::Result<std::unique_ptr<processor::RowStream>> Open(int partition,
                                                           const std::vector<int>& columns,
                                                           std::stop_token stop) override {
    MILLRACE_ASSIGN_OR_RETURN(
        auto reader,
        table_->OpenReader(partitions_[static_cast<std::size_t>(partition)], columns));
    return std::unique_ptr<processor::RowStream>(
        std::make_unique<PartitionStream>(std::move(reader), std::move(stop)));
  }

 private:
  std::shared_ptr<connector::Table> table_;
  std::vector<connector::InputPartition> partitions_;
};

/// Keeps the inputs for as long as rows are read.
class OwningStream : public processor::RowStream {
 public:
  OwningStream(std::vector<std::shared_ptr<processor::InputTable>> inputs,
               std::unique_ptr<processor::RowStream> rows)
      : inputs_(std::move(inputs)), rows_(std::move(rows)) {}
  base::Result<std::shared_ptr<arrow::RecordBatch>> Next() override { return rows_->Next(); }

 private:
  std::vector<std::shared_ptr<processor::InputTable>> inputs_;
  std::unique_ptr<processor::RowStream> rows_;  // Last: it reads the inputs.
};

/// One partition of a table after the other.
class TableStream : public processor::RowStream {
 public:
  TableStream(std::shared_ptr<connector::Table> table, std::vector<int> columns,
              std::vector<connector::InputPartition> partitions, std::stop_token stop)
      : table_(std::move(table)),
        columns_(std::move(columns)),
        partitions_(std::move(partitions)),
        stop_(std::move(stop)) {}

  base::Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    while (true) {
      if (reader_ == nullptr) {
        if (next_ == partitions_.size()) return std::shared_ptr<arrow::RecordBatch>();
        MILLRACE_ASSIGN_OR_RETURN(reader_, table_->OpenReader(partitions_[next_++], columns_));
      }
      MILLRACE_ASSIGN_OR_RETURN(auto batch, reader_->Next(stop_));
      if (batch != nullptr) return batch;
      reader_.reset();
    }
  }

 private:
  std::shared_ptr<connector::Table> table_;
  std::vector<int> columns_;
  std::vector<connector::InputPartition> partitions_;
  std::stop_token stop_;
  std::size_t next_ = 0;
  std::unique_ptr<connector::PartitionReader> reader_;
};

}  // namespace

base::Result<BatchResult> ReadTable(std::shared_ptr<connector::Table> table,
                                    std::vector<int> columns, std::stop_token stop) {
  StructType schema;
  for (int column : columns) {
    schema = schema.add(table->schema()[static_cast<std::size_t>(column)]);
  }
  MILLRACE_ASSIGN_OR_RETURN(auto partitions, table->PlanPartitions(stop));
  return BatchResult{std::move(schema),
                     std::make_unique<TableStream>(std::move(table), std::move(columns),
                                                   std::move(partitions), std::move(stop))};
}

base::Result<BatchResult> StartBatch(plan::ResolvedQuery query,
                                     processor::BatchProcessor& processor,
                                     const processor::ProcessorConf& conf,
                                     const processor::BatchContext& context, std::stop_token stop) {
  std::vector<std::shared_ptr<processor::InputTable>> inputs;
  for (const plan::StreamSource& source : query.sources) {
    MILLRACE_ASSIGN_OR_RETURN(auto input, TableInput::Make(TableOf(source), stop));
    inputs.push_back(std::move(input));
  }
  MILLRACE_ASSIGN_OR_RETURN(auto rows, processor.Run(query, inputs, conf, context, stop));
  return BatchResult{query.schema(),
                     std::make_unique<OwningStream>(std::move(inputs), std::move(rows))};
}

base::Result<std::shared_ptr<connector::Table>> Gather(BatchResult result,
                                                       std::string description) {
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  while (true) {
    MILLRACE_ASSIGN_OR_RETURN(auto batch, result.rows->Next());
    if (batch == nullptr) break;
    if (batch->num_rows() > 0) batches.push_back(std::move(batch));
  }
  return connector::MakeTable(std::move(result.schema), std::move(batches),
                              std::move(description));
}

}  // namespace millrace::session
