#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "data/arrow_schema.h"
#include "data/row_text.h"
#include "processor/duckdb/column_builder.h"
#include "processor/duckdb/duckdb_processor.h"

/// Plans built by hand and tables in memory, for tests of whole queries.
namespace millrace::processor::duckdb::testing {

using data::Value;
using plan::BoundExpression;
using plan::BoundExpressionPtr;
using plan::ResolvedRelationPtr;

template <typename Node>
BoundExpressionPtr Make(Node node, DataType type) {
  auto made = std::make_shared<BoundExpression>();
  made->type = std::move(type);
  made->node = std::move(node);
  made->text = "x";
  return made;
}
inline BoundExpressionPtr Col(int index, DataType type) {
  return Make(plan::ColumnRef{index}, std::move(type));
}
inline BoundExpressionPtr Lit(Value value, DataType type) {
  return Make(plan::Constant{std::move(value)}, std::move(type));
}
inline BoundExpressionPtr Long(std::int64_t value) { return Lit(Value::Int(value), LongType()); }
inline BoundExpressionPtr Int(std::int64_t value) { return Lit(Value::Int(value), IntegerType()); }
inline BoundExpressionPtr Text(std::string value) {
  return Lit(Value::Bytes(std::move(value)), StringType());
}
inline BoundExpressionPtr Fn(const char* name, std::vector<BoundExpressionPtr> args,
                             DataType type) {
  return Make(plan::Call{name, std::move(args), {}}, std::move(type));
}
inline BoundExpressionPtr Agg(const char* name, std::vector<BoundExpressionPtr> args,
                              DataType type) {
  return Make(plan::AggregateCall{name, std::move(args), false, nullptr, {}, {}}, std::move(type));
}

/// The schema has columns c0, c1, ... of these types.
template <typename Node>
ResolvedRelationPtr Rel(Node node, const std::vector<DataType>& types) {
  auto made = std::make_shared<plan::ResolvedRelation>();
  std::vector<StructField> fields;
  for (const DataType& type : types) fields.push_back({"c" + std::to_string(fields.size()), type});
  made->schema = StructType(std::move(fields));
  made->node = std::move(node);
  return made;
}
inline ResolvedRelationPtr RangeOf(std::int64_t start, std::int64_t end, std::int64_t step = 1) {
  return Rel(plan::Range{start, end, step}, {LongType()});
}
inline ResolvedRelationPtr ProjectOf(ResolvedRelationPtr input,
                                     std::vector<BoundExpressionPtr> expressions) {
  std::vector<DataType> types;
  for (const auto& expression : expressions) types.push_back(expression->type);
  return Rel(plan::Project{std::move(input), std::move(expressions)}, types);
}
inline ResolvedRelationPtr FilterOf(ResolvedRelationPtr input, BoundExpressionPtr condition) {
  auto made = std::make_shared<plan::ResolvedRelation>();
  made->schema = input->schema;
  made->node = plan::Filter{std::move(input), std::move(condition)};
  return made;
}
inline ResolvedRelationPtr SortOf(ResolvedRelationPtr input, std::vector<plan::SortKey> keys) {
  auto made = std::make_shared<plan::ResolvedRelation>();
  made->schema = input->schema;
  made->node = plan::Sort{std::move(input), std::move(keys)};
  return made;
}
inline ResolvedRelationPtr AggregateOf(ResolvedRelationPtr input,
                                       std::vector<BoundExpressionPtr> groupings,
                                       std::vector<BoundExpressionPtr> aggregates,
                                       std::vector<std::vector<int>> sets = {}) {
  std::vector<DataType> types;
  for (const auto& grouping : groupings) types.push_back(grouping->type);
  if (!sets.empty()) types.push_back(LongType());
  for (const auto& aggregate : aggregates) types.push_back(aggregate->type);
  return Rel(plan::Aggregate{std::move(input), std::move(groupings), std::move(aggregates),
                             std::move(sets)},
             types);
}

/// Rows in memory, in partitions; tells which columns were asked for last.
class MemoryTable : public InputTable {
 public:
  MemoryTable(std::vector<DataType> types, std::vector<std::vector<std::vector<Value>>> partitions)
      : types_(std::move(types)), partitions_(std::move(partitions)) {}

  int partitions() const override { return static_cast<int>(partitions_.size()); }
  std::int64_t row_count() const override {
    std::int64_t rows = 0;
    for (const auto& partition : partitions_) rows += static_cast<std::int64_t>(partition.size());
    return rows;
  }
  base::Result<std::unique_ptr<RowStream>> Open(int partition, const std::vector<int>& columns,
                                                std::stop_token) override {
    auto stream = std::make_unique<Stream>();
    const auto& rows = partitions_[static_cast<std::size_t>(partition)];
    arrow::FieldVector fields;
    arrow::ArrayVector arrays;
    for (int column : columns) {
      const DataType& type = types_[static_cast<std::size_t>(column)];
      auto builder = *ColumnBuilder::Make(type);
      for (const auto& row : rows) builder->AppendValue(row[static_cast<std::size_t>(column)]);
      arrays.push_back(*builder->Finish());
      fields.push_back(arrow::field("x", arrays.back()->type()));
    }
    stream->batch = arrow::RecordBatch::Make(arrow::schema(fields),
                                             static_cast<std::int64_t>(rows.size()), arrays);
    std::lock_guard lock(mutex_);
    opened_columns_ = columns;
    return std::unique_ptr<RowStream>(std::move(stream));
  }

  std::vector<int> opened_columns() const {
    std::lock_guard lock(mutex_);
    return opened_columns_;
  }

 private:
  struct Stream : RowStream {
    base::Result<std::shared_ptr<arrow::RecordBatch>> Next() override { return std::move(batch); }
    std::shared_ptr<arrow::RecordBatch> batch;
  };
  std::vector<DataType> types_;
  std::vector<std::vector<std::vector<Value>>> partitions_;
  mutable std::mutex mutex_;  // Protects what follows: partitions are opened by several threads.
  std::vector<int> opened_columns_;
};

struct Answer {
  base::Status status;
  std::shared_ptr<arrow::Table> table;
};

inline Answer RunPlan(const ResolvedRelationPtr& root,
                      std::vector<std::shared_ptr<InputTable>> inputs = {},
                      ProcessorConf conf = {"UTC", 2}, std::stop_token stop = {}) {
  auto processor = *NewDuckDbBatchProcessor();
  plan::ResolvedQuery query;
  query.root = root;
  auto stream = processor->Run(query, std::move(inputs), conf, {1'000'000}, std::move(stop));
  if (!stream.ok()) return {stream.status(), nullptr};
  arrow::RecordBatchVector batches;
  while (true) {
    auto batch = (*stream)->Next();
    if (!batch.ok()) return {batch.status(), nullptr};
    if (*batch == nullptr) break;
    EXPECT_TRUE((*batch)->ValidateFull().ok()) << (*batch)->ValidateFull().ToString();
    batches.push_back(*batch);
  }
  auto schema = *data::ToArrowSchema(root->schema);
  for (const auto& batch : batches) {
    EXPECT_TRUE(batch->schema()->Equals(*schema, true)) << batch->schema()->ToString();
  }
  return {base::Status::Ok(), *arrow::Table::FromRecordBatches(schema, batches)};
}

/// One text for each row, "1|x|null", in the order in which they came.
inline std::vector<std::string> RowsOf(const Answer& answer) {
  if (!answer.status.ok()) return {answer.status.ToString()};
  std::vector<std::string> rows(static_cast<std::size_t>(answer.table->num_rows()));
  for (int column = 0; column < answer.table->num_columns(); ++column) {
    for (std::size_t row = 0; row < rows.size(); ++row) {
      auto scalar = *answer.table->column(column)->GetScalar(static_cast<std::int64_t>(row));
      if (column > 0) rows[row] += "|";
      rows[row] += scalar->is_valid ? scalar->ToString() : "null";
    }
  }
  return rows;
}

inline std::vector<std::string> Rows(const ResolvedRelationPtr& root,
                                     std::vector<std::shared_ptr<InputTable>> inputs = {}) {
  return RowsOf(RunPlan(root, std::move(inputs)));
}

}  // namespace millrace::processor::duckdb::testing
