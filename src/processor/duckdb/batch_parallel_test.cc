// Whole queries on several threads, cut short, failing, and short of memory.

#include <numeric>

#include "processor/duckdb/batch_session.h"
#include "processor/duckdb/batch_testing.h"

namespace millrace::processor::duckdb::testing {
namespace {

constexpr std::int64_t kRows = 20'000;
constexpr int kPartitions = 5;

/// Columns n (0, 1, ...) and s, the same as text; null where n is a multiple of 7.
std::shared_ptr<MemoryTable> Numbers() {
  std::vector<std::vector<std::vector<Value>>> partitions;
  for (int p = 0; p < kPartitions; ++p) {
    auto& rows = partitions.emplace_back();
    for (std::int64_t i = 0; i < kRows; ++i) {
      const std::int64_t n = p * kRows + i;
      rows.push_back({Value::Int(n), n % 7 == 0 ? Value::Null() : Value::Bytes(std::to_string(n))});
    }
  }
  return std::make_shared<MemoryTable>(std::vector<DataType>{LongType(), StringType()},
                                       std::move(partitions));
}

ResolvedRelationPtr ScanNumbers() {
  return Rel(plan::Scan{0, false}, {LongType(), StringType()});
}

TEST(BatchParallel, NativeFunctionsOnAllThreads) {
  auto number = Make(plan::CastTo{Col(1, StringType())}, LongType());
  auto same = Fn("=", {number, Col(0, LongType())}, BooleanType());
  auto length = Fn("length", {Fn("upper", {Col(1, StringType())}, StringType())}, IntegerType());
  auto plan = AggregateOf(FilterOf(ScanNumbers(), same), {length},
                          {Agg("count", {}, LongType()), Agg("sum", {number}, LongType())});
  std::int64_t rows = 0;
  std::int64_t sum = 0;
  const auto answer = RunPlan(plan, {Numbers()}, {"UTC", 4});
  ASSERT_TRUE(answer.status.ok()) << answer.status.ToString();
  auto batch = *answer.table->CombineChunksToBatch();
  for (std::int64_t i = 0; i < batch->num_rows(); ++i) {
    rows += static_cast<const arrow::Int64Array&>(*batch->column(1)).Value(i);
    sum += static_cast<const arrow::Int64Array&>(*batch->column(2)).Value(i);
  }
  std::int64_t expected_rows = 0;
  std::int64_t expected_sum = 0;
  for (std::int64_t n = 0; n < kRows * kPartitions; ++n) {
    if (n % 7 == 0) continue;
    ++expected_rows;
    expected_sum += n;
  }
  EXPECT_EQ(rows, expected_rows);
  EXPECT_EQ(sum, expected_sum);
}

TEST(BatchParallel, ListsKeepTheOrderOfTheInput) {
  auto sorted = SortOf(ScanNumbers(), {{Col(0, LongType()), false}});
  auto plan = AggregateOf(sorted, {}, {Agg("collect_list", {Col(0, LongType())},
                                           ArrayType(LongType(), false)),
                                       Agg("first", {Col(0, LongType())}, LongType())});
  const auto answer = RunPlan(plan, {Numbers()}, {"UTC", 4});
  ASSERT_TRUE(answer.status.ok()) << answer.status.ToString();
  auto batch = *answer.table->CombineChunksToBatch();
  const auto& list = static_cast<const arrow::ListArray&>(*batch->column(0));
  const auto& values = static_cast<const arrow::Int64Array&>(*list.values());
  ASSERT_EQ(values.length(), kRows * kPartitions);
  for (std::int64_t i = 0; i < values.length(); ++i) {
    ASSERT_EQ(values.Value(i), kRows * kPartitions - 1 - i);
  }
  EXPECT_EQ(static_cast<const arrow::Int64Array&>(*batch->column(1)).Value(0),
            kRows * kPartitions - 1);
}

TEST(BatchParallel, ScansKeepTheOrderOfPartitions) {
  const auto answer = RunPlan(ProjectOf(ScanNumbers(), {Col(0, LongType())}), {Numbers()},
                              {"UTC", 4});
  ASSERT_TRUE(answer.status.ok()) << answer.status.ToString();
  std::int64_t expected = 0;
  for (const auto& chunk : answer.table->column(0)->chunks()) {
    for (std::int64_t i = 0; i < chunk->length(); ++i) {
      ASSERT_EQ(static_cast<const arrow::Int64Array&>(*chunk).Value(i), expected++);
    }
  }
}

class FailingTable : public MemoryTable {
 public:
  using MemoryTable::MemoryTable;
  base::Result<std::unique_ptr<RowStream>> Open(int partition, const std::vector<int>& columns,
                                                std::stop_token stop) override {
    if (partition == 3) return base::Status::Corrupt("part-3.parquet: no footer");
    return MemoryTable::Open(partition, columns, stop);
  }
};

TEST(BatchParallel, FailuresOfInputsComeAsTheyAre) {
  std::vector<std::vector<std::vector<Value>>> partitions(4, {{Value::Int(1), Value::Null()}});
  auto table = std::make_shared<FailingTable>(std::vector<DataType>{LongType(), StringType()},
                                              std::move(partitions));
  auto plan = AggregateOf(ScanNumbers(), {}, {Agg("sum", {Col(0, LongType())}, LongType())});
  const auto answer = RunPlan(plan, {table}, {"UTC", 4});
  EXPECT_EQ(answer.status.ToString(), "Corrupt: part-3.parquet: no footer");
}

TEST(BatchParallel, MayBeDroppedBeforeItsEnd) {
  plan::ResolvedQuery query;
  query.root = ProjectOf(RangeOf(0, 100'000'000), {Fn("+", {Col(0, LongType()), Long(1)},
                                                      LongType())});
  auto processor = *NewDuckDbBatchProcessor();
  auto stream = processor->Run(query, {}, {"UTC", 4}, {}, {});
  ASSERT_TRUE(stream.ok()) << stream.status().ToString();
  auto batch = (*stream)->Next();
  ASSERT_TRUE(batch.ok());
  EXPECT_GT((*batch)->num_rows(), 0);
  stream->reset();
}

TEST(BatchParallel, SpillsWhenMemoryIsShort) {
  auto id = Col(0, LongType());
  auto key = Fn("%", {Fn("*", {id, Long(7919)}, LongType()), Long(1'000'003)}, LongType());
  plan::ResolvedQuery query;
  query.root = AggregateOf(
      Rel(plan::Limit{SortOf(ProjectOf(RangeOf(0, 2'000'000), {key, id, id, id}), {{id}}),
                      1'900'000, 10},
          {LongType(), LongType(), LongType(), LongType()}),
      {}, {Agg("count", {}, LongType())});
  auto plan = MakeBatchPlan(query, 0);
  ASSERT_TRUE(plan.ok());
  BatchRun run;
  run.schema = query.schema();
  run.zone = *data::TimeZone::Parse("UTC");
  run.threads = 2;
  run.memory_limit = "50MB";
  auto stream = StartBatch(*std::move(plan), std::move(run));
  ASSERT_TRUE(stream.ok()) << stream.status().ToString();
  auto batch = (*stream)->Next();
  ASSERT_TRUE(batch.ok()) << batch.status().ToString();
  EXPECT_EQ(static_cast<const arrow::Int64Array&>(*(*batch)->column(0)).Value(0), 1'900'000);
}

}  // namespace
}  // namespace millrace::processor::duckdb::testing
