#include "sinks/delta/delta_table_writer.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector/testing/sink_kit.h"
#include "sinks/delta/table_rows_testing.h"

namespace millrace::sinks::delta {
namespace {

using connector::SaveMode;
using connector::testing::KitIds;
using connector::testing::KitRows;
using connector::testing::KitSchema;
using connector::testing::WriteParts;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DeltaWrites : public ::testing::Test {
 protected:
  base::Result<std::unique_ptr<connector::SinkBatch>> Begin(
      SaveMode mode, std::map<std::string, std::string> options = {},
      const StructType& schema = KitSchema(), std::vector<std::string> partition_columns = {}) {
    connector::WriteContext context;
    context.path = table_.path();
    context.schema = schema;
    context.mode = mode;
    context.partition_columns = std::move(partition_columns);
    context.options = connector::Options(std::move(options));
    return DeltaTableWriterProvider().Begin(std::move(context), {});
  }
  void Write(SaveMode mode, std::shared_ptr<arrow::RecordBatch> rows,
             std::map<std::string, std::string> options = {},
             const StructType& schema = KitSchema(),
             std::vector<std::string> partition_columns = {}) {
    auto batch = Begin(mode, std::move(options), schema, std::move(partition_columns));
    ASSERT_TRUE(batch.ok()) << batch.status().ToString();
    ASSERT_NE(*batch, nullptr);
    ASSERT_TRUE(WriteParts(batch->get(), {std::move(rows)}).ok());
    const base::Status committed = (*batch)->Commit({});
    ASSERT_TRUE(committed.ok()) << committed.ToString();
  }
  std::string Condition(SaveMode mode, std::map<std::string, std::string> options = {},
                        const StructType& schema = KitSchema(),
                        std::vector<std::string> partition_columns = {}) {
    return Begin(mode, std::move(options), schema, std::move(partition_columns))
        .status()
        .spark_error()
        .condition;
  }
  std::string Commit(int version) {
    return fs::LocalFileSystem()
        ->Read(table_.log() + "/0000000000000000000" + std::to_string(version) + ".json")
        .value();
  }
  std::vector<std::int64_t> Ids() const { return table_.Longs("id"); }

  TemporaryTable table_;
};

std::shared_ptr<arrow::RecordBatch> OneLong(const char* name) {
  arrow::Int64Builder builder;
  EXPECT_TRUE(builder.Append(1).ok());
  return arrow::RecordBatch::Make(arrow::schema({arrow::field(name, arrow::int64())}), 1,
                                  {builder.Finish().ValueOrDie()});
}

// The parameters as real Spark 4.2 with Delta 4.4 wrote them.
TEST_F(DeltaWrites, ModesAreSparks) {
  Write(SaveMode::kErrorIfExists, KitRows(0, 2));
  EXPECT_THAT(Commit(0), HasSubstr("\"operation\":\"WRITE\",\"operationParameters\":{\"mode\":"
                                   "\"ErrorIfExists\",\"partitionBy\":\"[]\"},\"isolationLevel\":"
                                   "\"Serializable\",\"isBlindAppend\":true,\"operationMetrics\":{"
                                   "\"numFiles\":\"1\",\"numOutputRows\":\"2\","));
  EXPECT_EQ(Condition(SaveMode::kErrorIfExists), "DELTA_PATH_EXISTS");
  EXPECT_EQ(*Begin(SaveMode::kIgnore), nullptr);
  Write(SaveMode::kAppend, KitRows(2, 1));
  EXPECT_EQ(Ids(), KitIds(0, 3));
  Write(SaveMode::kOverwrite, KitRows(7, 2));
  EXPECT_EQ(Ids(), KitIds(7, 2));
  EXPECT_THAT(Commit(2), HasSubstr("{\"mode\":\"Overwrite\",\"partitionBy\":\"[]\"},"
                                   "\"readVersion\":1,\"isolationLevel\":\"Serializable\","
                                   "\"isBlindAppend\":false,\"operationMetrics\":{\"numFiles\":"
                                   "\"1\",\"numRemovedFiles\":\"2\",\"numRemovedBytes\":\""));
  EXPECT_THAT(Commit(2), HasSubstr("\"dataChange\":true,\"extendedFileMetadata\":true,"
                                   "\"partitionValues\":{},\"size\":"));
}

TEST_F(DeltaWrites, PartitionsAndSchemas) {
  Write(SaveMode::kAppend, KitRows(0, 2), {}, KitSchema(), {"text"});
  EXPECT_THAT(Commit(0), HasSubstr("\"partitionBy\":\"[\\\"text\\\"]\""));
  EXPECT_EQ(Condition(SaveMode::kAppend, {}, KitSchema(), {"id"}), "DELTA_METADATA_MISMATCH");
  Write(SaveMode::kAppend, KitRows(2, 1));
  EXPECT_EQ(Ids(), KitIds(0, 3));
  const StructType more = StructType().add("more", LongType());
  EXPECT_EQ(Condition(SaveMode::kAppend, {}, more), "DELTA_METADATA_MISMATCH");
  EXPECT_EQ(Condition(SaveMode::kOverwrite, {}, more), "DELTA_METADATA_MISMATCH");
  Write(SaveMode::kAppend, OneLong("more"), {{"mergeSchema", "true"}}, more);
  EXPECT_THAT(Commit(2), HasSubstr("\"partitionBy\":\"[]\",\"canMergeSchema\":true}"));
  EXPECT_EQ(table_.State().metadata.partition_columns.size(), 1u);
  const std::string id = table_.State().metadata.id;
  Write(SaveMode::kOverwrite, OneLong("more"), {{"overwriteSchema", "true"}}, more);
  EXPECT_THAT(Commit(3), HasSubstr("\"canOverwriteSchema\":true}"));
  EXPECT_EQ(table_.State().metadata.id, id);
  EXPECT_EQ(table_.State().metadata.partition_columns.size(), 0u);
  EXPECT_EQ(table_.Files().size(), 1u);
  EXPECT_EQ(table_.Longs("more"), (std::vector<std::int64_t>{1}));
}

// Each as real Spark 4.2 with Delta 4.4 answered.
TEST_F(DeltaWrites, TypesMustBeTheTables) {
  Write(SaveMode::kAppend, OneLong("n"), {}, StructType().add("n", LongType()));
  EXPECT_EQ(Condition(SaveMode::kAppend, {}, StructType().add("n", StringType())),
            "DELTA_FAILED_TO_MERGE_FIELDS");
  EXPECT_EQ(Condition(SaveMode::kAppend, {}, StructType().add("n", DoubleType())),
            "DELTA_FAILED_TO_MERGE_FIELDS");
  EXPECT_EQ(Condition(SaveMode::kAppend, {}, StructType().add("a b", LongType())),
            "DELTA_METADATA_MISMATCH");
}

TEST_F(DeltaWrites, ATransactionIsWrittenOnce) {
  const auto txn = [](const char* version) {
    return std::map<std::string, std::string>{{"txnAppId", "app"}, {"txnVersion", version}};
  };
  Write(SaveMode::kAppend, KitRows(0, 1), txn("1"));
  EXPECT_EQ(*Begin(SaveMode::kAppend, txn("1")), nullptr);
  EXPECT_EQ(*Begin(SaveMode::kAppend, txn("0")), nullptr);
  Write(SaveMode::kAppend, KitRows(1, 1), txn("2"));
  EXPECT_EQ(Ids(), KitIds(0, 2));
  EXPECT_EQ(Condition(SaveMode::kAppend, {{"txnAppId", "app"}}),
            "DELTA_INVALID_IDEMPOTENT_WRITES_OPTIONS");
  EXPECT_EQ(Condition(SaveMode::kAppend, txn("x")), "DELTA_ILLEGAL_OPTION");
}

TEST_F(DeltaWrites, AnOverwriteReplacesWhatOthersHaveAppended) {
  Write(SaveMode::kAppend, KitRows(0, 2));
  auto overwrite = Begin(SaveMode::kOverwrite);
  ASSERT_TRUE(WriteParts(overwrite->get(), {KitRows(5, 1)}).ok());
  auto append = Begin(SaveMode::kAppend);
  ASSERT_TRUE(WriteParts(append->get(), {KitRows(2, 1)}).ok());
  Write(SaveMode::kAppend, KitRows(3, 1));
  const base::Status committed = (*overwrite)->Commit({});
  ASSERT_TRUE(committed.ok()) << committed.ToString();
  EXPECT_EQ(Ids(), KitIds(5, 1));
  ASSERT_TRUE((*append)->Commit({}).ok()) << "a blind append gives way to nobody";
  EXPECT_EQ(Ids(), (std::vector<std::int64_t>{2, 5}));
}

TEST_F(DeltaWrites, NothingIsLeftOfAWriteThatIsDropped) {
  Write(SaveMode::kAppend, KitRows(0, 2));
  {
    auto batch = Begin(SaveMode::kOverwrite);
    ASSERT_TRUE(WriteParts(batch->get(), {KitRows(5, 1)}).ok());
  }
  EXPECT_EQ(table_.FilesOnDisk(), 1);
  EXPECT_EQ(Ids(), KitIds(0, 2));
}

TEST_F(DeltaWrites, ADynamicOverwriteReplacesPartitions) {
  Write(SaveMode::kAppend, KitRows(0, 3), {}, KitSchema(), {"text"});
  Write(SaveMode::kOverwrite, KitRows(1, 1), {{"partitionOverwriteMode", "dynamic"}});
  EXPECT_EQ(Ids(), KitIds(0, 3));
  EXPECT_EQ(table_.FilesOnDisk(), 4);
  EXPECT_THAT(Commit(1), HasSubstr(R"("isDynamicPartitionOverwrite":true)"));
  EXPECT_THAT(Commit(1), HasSubstr(R"("numRemovedFiles":"1")"));
  Write(SaveMode::kOverwrite, KitRows(1, 1), {{"partitionOverwriteMode", "static"}});
  EXPECT_EQ(Ids(), KitIds(1, 1));
}

TEST_F(DeltaWrites, WhatIsNotSupportedIsNamed) {
  const auto refusal = [&](const char* name, const char* value) {
    return Begin(SaveMode::kOverwrite, {{name, value}}).status().message();
  };
  EXPECT_THAT(refusal("replaceWhere", "id > 1"), HasSubstr("replaceWhere"));
  EXPECT_EQ(refusal("partitionOverwriteMode", "x"),
            "Invalid value 'x' for option 'partitionOverwriteMode', must be 'STATIC' or 'DYNAMIC'");
  EXPECT_THAT(refusal("dataChange", "false"), HasSubstr("dataChange"));
  EXPECT_THAT(refusal("mergeSchem", "true"), HasSubstr("did you mean \"mergeSchema\"?"));
}

}  // namespace
}  // namespace millrace::sinks::delta
