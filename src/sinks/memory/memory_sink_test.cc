#include "sinks/memory/memory_sink.h"

#include <algorithm>

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector/testing/sink_kit.h"

namespace millrace::sinks::memory {
namespace {

using connector::OutputMode;
using connector::testing::KitIds;
using connector::testing::KitRows;
using connector::testing::KitSchema;
using connector::testing::WriteBatch;
using ::testing::ElementsAre;

std::vector<std::int64_t> Ids(connector::Table& table) {
  std::vector<std::int64_t> ids;
  const auto partitions = table.PlanPartitions({}).value();
  for (const auto& partition : partitions) {
    const auto reader = table.OpenReader(partition, {0}).value();
    while (const auto rows = reader->Next({}).value()) {
      EXPECT_EQ(rows->num_columns(), 1);
      const auto& values = static_cast<const arrow::Int64Array&>(*rows->column(0));
      for (std::int64_t i = 0; i < values.length(); ++i) ids.push_back(values.Value(i));
    }
  }
  std::ranges::sort(ids);
  return ids;
}

class MemoryHarness : public connector::testing::SinkHarness {
 public:
  base::Result<std::unique_ptr<connector::Sink>> Open() override {
    return std::unique_ptr<connector::Sink>(
        std::make_unique<MemorySink>(OutputMode::kAppend, table_));
  }
  std::vector<std::int64_t> VisibleIds() override { return Ids(*table_); }

 private:
  const std::shared_ptr<MemoryTable> table_ = std::make_shared<MemoryTable>(KitSchema());
};

std::unique_ptr<connector::Sink> Open(OutputMode mode) {
  connector::SinkContext context;
  context.schema = KitSchema();
  context.output_mode = mode;
  context.query_name = "q";
  auto sink = MemorySinkProvider().Create(std::move(context));
  EXPECT_TRUE(sink.ok()) << sink.status().ToString();
  return std::move(sink).value();
}

TEST(MemorySinkTest, CompleteReplacesAndUpdateAppends) {
  for (const auto mode : {OutputMode::kAppend, OutputMode::kUpdate, OutputMode::kComplete}) {
    const auto sink = Open(mode);
    ASSERT_TRUE(WriteBatch(sink.get(), 0, {KitRows(0, 2)}).ok());
    ASSERT_TRUE(WriteBatch(sink.get(), 1, {KitRows(2, 1)}).ok());
    EXPECT_EQ(sink->reported_output_rows(), 1);
    EXPECT_EQ(Ids(*sink->readable_table()),
              mode == OutputMode::kComplete ? KitIds(2, 1) : KitIds(0, 3));
  }
}

TEST(MemorySinkTest, AReaderKeepsTheRowsThatItWasPlannedFor) {
  const auto sink = Open(OutputMode::kComplete);
  ASSERT_TRUE(WriteBatch(sink.get(), 0, {KitRows(0, 2)}).ok());
  const auto table = sink->readable_table();
  const auto partitions = table->PlanPartitions({}).value();
  ASSERT_TRUE(WriteBatch(sink.get(), 1, {KitRows(5, 3)}).ok());
  const auto reader = table->OpenReader(partitions[0], {0}).value();
  EXPECT_EQ(reader->Next({}).value()->num_rows(), 2);
  EXPECT_EQ(Ids(*table), KitIds(5, 3));
}

// Texts and conditions as real Spark 4.2 gave them.
TEST(MemorySinkTest, RefusalsAreSparks) {
  connector::SinkContext context;
  context.schema = KitSchema();
  const auto unnamed = MemorySinkProvider().Create(context);
  EXPECT_EQ(unnamed.status().message(), "queryName must be specified for memory sink.");
  EXPECT_EQ(unnamed.status().spark_error().condition, "_LEGACY_ERROR_TEMP_1194");
  context.query_name = "q";
  context.partition_columns = {"id"};
  const auto partitioned = MemorySinkProvider().Create(context);
  EXPECT_EQ(partitioned.status().message(), "'memory' does not support partitioning.");
  EXPECT_EQ(partitioned.status().spark_error().condition, "_LEGACY_ERROR_TEMP_1197");
  context.partition_columns = {};
  context.options.Set("numRows", "1");
  EXPECT_FALSE(MemorySinkProvider().Create(context).ok());
  EXPECT_TRUE(MemorySinkProvider().recovers_from_checkpoint(OutputMode::kComplete));
  EXPECT_FALSE(MemorySinkProvider().recovers_from_checkpoint(OutputMode::kAppend));
}

}  // namespace
}  // namespace millrace::sinks::memory

namespace millrace::connector::testing {
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, SinkKit, sinks::memory::MemoryHarness);
}
