#include "sinks/delta/delta_sink.h"

#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector/testing/sink_kit.h"
#include "data/arrow_schema.h"
#include "fs/faulty_file_system.h"
#include "sinks/delta/table_rows_testing.h"

namespace millrace::sinks::delta {
namespace {

using base::Status;
using connector::SinkContext;
using connector::testing::KitIds;
using connector::testing::KitRows;
using connector::testing::KitSchema;
using connector::testing::WriteBatch;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kQuery[] = "1818bc08-23b0-44f9-aa55-21ba859cd6db";

SinkContext Context(const std::string& path, const StructType& schema = KitSchema()) {
  SinkContext context;
  context.options.Set("path", path);
  context.schema = schema;
  context.query_id = kQuery;
  return context;
}

class DeltaHarness : public connector::testing::SinkHarness {
 public:
  base::Result<std::unique_ptr<connector::Sink>> Open() override {
    SinkOptions options;
    options.path = table_.path();
    return std::unique_ptr<connector::Sink>(std::make_unique<DeltaSink>(
        Context(table_.path()), options, fs::Location{&faulty_, table_.path()}, data::TimeZone()));
  }
  std::vector<std::int64_t> VisibleIds() override { return table_.Longs("id"); }
  std::int64_t Leftovers() override {
    return table_.FilesOnDisk() - static_cast<std::int64_t>(table_.Files().size());
  }
  bool FailNextCommit() override {
    next_commit_ = fs::Fault::kFailBefore;
    return true;
  }
  bool LoseNextAnswer() override {
    next_commit_ = fs::Fault::kFailAfter;
    return true;
  }

 private:
  TemporaryTable table_;
  fs::Fault next_commit_ = fs::Fault::kNone;
  fs::FaultyFileSystem faulty_{fs::LocalFileSystem(), [this](const fs::Operation& operation) {
                                 if (operation.kind != fs::Operation::Kind::kCreateExclusive) {
                                   return fs::Fault::kNone;
                                 }
                                 return std::exchange(next_commit_, fs::Fault::kNone);
                               }};
};

class DeltaSinkTest : public ::testing::Test {
 protected:
  std::unique_ptr<connector::Sink> Open(SinkContext context) {
    auto sink = DeltaSinkProvider().Create(std::move(context));
    EXPECT_TRUE(sink.ok()) << sink.status().ToString();
    return sink.ok() ? std::move(sink).value() : nullptr;
  }
  Status Refusal(SinkContext context) {
    return DeltaSinkProvider().Create(std::move(context)).status();
  }
  /// A table with KitSchema() and the ids 0, 1.
  void MakeTable() {
    ASSERT_TRUE(WriteBatch(Open(Context(table_.path())).get(), 0, {KitRows(0, 2)}).ok());
  }
  std::string Commit(std::int64_t version) {
    return fs::LocalFileSystem()
        ->Read(table_.log() + "/" + clients::delta::CommitFileName(version))
        .value();
  }

  TemporaryTable table_;
};

TEST_F(DeltaSinkTest, FirstBatchCreatesTheTable) {
  auto sink = Open(Context(table_.path()));
  ASSERT_TRUE(WriteBatch(sink.get(), 0, {KitRows(0, 2), KitRows(2, 1)}).ok());
  const std::string commit = Commit(0);
  EXPECT_THAT(commit, HasSubstr(R"("operation":"STREAMING UPDATE","operationParameters":)"
                                R"({"outputMode":"Append","queryId":"1818bc08-23b0-44f9-aa55-)"
                                R"(21ba859cd6db","epochId":"0"},"isolationLevel":"Serializable",)"
                                R"("isBlindAppend":true,"operationMetrics":{"numRemovedFiles":"0",)"
                                R"("numAddedFiles":"2","numOutputRows":"3","numOutputBytes":)"));
  EXPECT_THAT(commit, HasSubstr(R"("schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":)"
                                R"(\"id\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}})"));
  EXPECT_THAT(commit, HasSubstr(R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})"));
  EXPECT_THAT(commit, HasSubstr(R"({"txn":{"appId":"1818bc08-23b0-44f9-aa55-21ba859cd6db",)"
                                R"("version":0,"lastUpdated":)"));
  EXPECT_THAT(table_.Files()[0].path,
              ::testing::MatchesRegex("part-0000[01]-[0-9a-f-]{36}-c000.snappy.parquet"));
  EXPECT_EQ(table_.Files()[0].stats.value_or("").substr(0, 50).find("{\"numRecords\":"), 0u);
  EXPECT_EQ(table_.Longs("id"), KitIds(0, 3));
}

TEST_F(DeltaSinkTest, LaterCommitsSayWhatTheyRead) {
  auto sink = Open(Context(table_.path()));
  ASSERT_TRUE(WriteBatch(sink.get(), 0, {KitRows(0, 2)}).ok());
  ASSERT_TRUE(WriteBatch(sink.get(), 1, {}).ok());
  EXPECT_THAT(Commit(1), HasSubstr(R"("readVersion":0,"isolationLevel":"Serializable")"));
  EXPECT_THAT(Commit(1), HasSubstr(R"("numAddedFiles":"0","numOutputRows":"0")"));
  EXPECT_THAT(Commit(1), ::testing::Not(HasSubstr("metaData")));
}

TEST_F(DeltaSinkTest, DescribesItselfAsSparkDoes) {
  EXPECT_EQ(Open(Context(table_.path()))->description(), "DeltaSink[" + table_.path() + "]");
  EXPECT_EQ(Open(Context("file://" + table_.path() + "/"))->description(),
            "DeltaSink[file:" + table_.path() + "]");
  EXPECT_EQ(Open(Context(table_.path()))->reported_output_rows(), -1);
}

TEST_F(DeltaSinkTest, EveryTenthCommitHasACheckpoint) {
  auto sink = Open(Context(table_.path()));
  for (int batch = 0; batch <= 10; ++batch) {
    ASSERT_TRUE(WriteBatch(sink.get(), batch, {KitRows(batch, 1)}).ok());
  }
  sink.reset();  // Waits for the checkpoint.
  EXPECT_TRUE(std::filesystem::exists(table_.log() + "/00000000000000000010.checkpoint.parquet"));
  for (int version = 0; version < 10; ++version) {
    std::filesystem::remove(table_.log() + "/" + clients::delta::CommitFileName(version));
  }
  EXPECT_EQ(table_.Longs("id"), KitIds(0, 11));
  bool skipped = false;
  ASSERT_TRUE(WriteBatch(Open(Context(table_.path())).get(), 10, {}, &skipped).ok());
  EXPECT_TRUE(skipped);
}

TEST_F(DeltaSinkTest, AnExtraColumnIsAMismatchUnlessMerged) {
  MakeTable();
  const StructType wider = KitSchema().add("more", LongType());
  const Status refused = Refusal(Context(table_.path(), wider));
  EXPECT_EQ(refused.spark_error().condition, "DELTA_METADATA_MISMATCH");
  EXPECT_EQ(refused.spark_error().sql_state, "42KDG");
  EXPECT_THAT(refused.message(), HasSubstr("'.option(\"mergeSchema\", \"true\")'."));
  EXPECT_THAT(refused.message(), HasSubstr("Data schema:\nroot\n |-- id: long (nullable = true)\n "
                                           "|-- text: string (nullable = true)\n |-- more: long"));

  SinkContext merging = Context(table_.path(), wider);
  merging.options.Set("mergeSchema", "true");
  auto sink = Open(std::move(merging));
  arrow::Int64Builder ids;
  ASSERT_TRUE(ids.Append(7).ok());
  const auto seven = ids.Finish().ValueOrDie();
  arrow::StringBuilder texts;
  ASSERT_TRUE(texts.AppendNull().ok());
  const auto rows = arrow::RecordBatch::Make(data::ToArrowSchema(wider).value(), 1,
                                             {seven, texts.Finish().ValueOrDie(), seven});
  ASSERT_TRUE(WriteBatch(sink.get(), 1, {rows}).ok());
  EXPECT_THAT(Commit(1), HasSubstr(R"("metaData":)"));
  EXPECT_EQ(table_.Longs("id"), (std::vector<std::int64_t>{0, 1, 7}));
  ASSERT_TRUE(WriteBatch(sink.get(), 2, {rows}).ok());
  EXPECT_THAT(Commit(2), ::testing::Not(HasSubstr(R"("metaData":)")));
}

TEST_F(DeltaSinkTest, MissingColumnsAreNullAndNamesMatchInAnyCase) {
  MakeTable();
  auto sink = Open(Context(table_.path(), StructType().add("ID", IntegerType())));
  arrow::Int32Builder ids;
  ASSERT_TRUE(ids.Append(9).ok());
  const auto rows = arrow::RecordBatch::Make(arrow::schema({arrow::field("ID", arrow::int32())}), 1,
                                             {ids.Finish().ValueOrDie()});
  ASSERT_TRUE(WriteBatch(sink.get(), 1, {rows}).ok());
  EXPECT_EQ(table_.Longs("id"), (std::vector<std::int64_t>{0, 1, 9}));
  EXPECT_THAT(Commit(1), HasSubstr(R"(\"nullCount\":{\"id\":0,\"text\":1})"));
}

TEST_F(DeltaSinkTest, TypesThatDoNotMergeAreRefused) {
  MakeTable();
  const StructType wrong = StructType().add("id", ArrayType(LongType()));
  EXPECT_EQ(Refusal(Context(table_.path(), wrong)).spark_error().condition,
            "DELTA_FAILED_TO_MERGE_FIELDS");
  const StructType twice = StructType().add("id", LongType()).add("ID", LongType());
  EXPECT_EQ(Refusal(Context(table_.path(), twice)).spark_error().condition,
            "DELTA_DUPLICATE_COLUMNS_FOUND.DATA");
  EXPECT_EQ(
      Refusal(Context(table_.path(), StructType().add("id", NullType()))).spark_error().condition,
      "DELTA_NULL_SCHEMA_IN_STREAMING_WRITE");
}

TEST_F(DeltaSinkTest, NewTablesRefuseWhatDeltaCannotStore) {
  EXPECT_EQ(
      Refusal(Context(table_.path(), StructType().add("a b", LongType()))).spark_error().condition,
      "DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES");
  EXPECT_EQ(Refusal(Context(table_.path(), StructType().add("t", DayTimeIntervalType())))
                .spark_error()
                .condition,
            "DELTA_UNSUPPORTED_DATA_TYPES");
  EXPECT_EQ(Refusal(Context(table_.path(), StructType())).spark_error().condition,
            "DELTA_EMPTY_DATA");
}

TEST_F(DeltaSinkTest, TimestampNtzRaisesTheProtocol) {
  const StructType schema = StructType().add("t", TimestampNTZType());
  ASSERT_TRUE(WriteBatch(Open(Context(table_.path(), schema)).get(), 0, {}).ok());
  EXPECT_THAT(Commit(0),
              HasSubstr(R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,)"
                        R"("readerFeatures":["timestampNtz"],"writerFeatures":["timestampNtz",)"
                        R"("invariants","appendOnly"]}})"));
}

TEST_F(DeltaSinkTest, Partitions) {
  SinkContext context = Context(table_.path(), KitSchema().add("day", StringType()));
  context.partition_columns = {"DAY"};
  auto sink = Open(context);
  arrow::Int64Builder ids;
  arrow::StringBuilder texts;
  arrow::StringBuilder days;
  const std::vector<std::optional<std::string>> values = {"a/%b", std::nullopt, "", "a/%b", "ü c"};
  for (std::size_t i = 0; i < values.size(); ++i) {
    ASSERT_TRUE(ids.Append(static_cast<std::int64_t>(i)).ok() && texts.Append("x").ok());
    ASSERT_TRUE((values[i] ? days.Append(*values[i]) : days.AppendNull()).ok());
  }
  const auto rows = arrow::RecordBatch::Make(
      data::ToArrowSchema(context.schema).value(), 5,
      {ids.Finish().ValueOrDie(), texts.Finish().ValueOrDie(), days.Finish().ValueOrDie()});
  ASSERT_TRUE(WriteBatch(sink.get(), 0, {rows}).ok());
  EXPECT_EQ(table_.State().metadata.partition_columns, std::vector<std::string>{"day"});
  std::map<std::string, std::optional<std::string>> partitions;
  for (const auto& file : table_.Files()) {
    ASSERT_EQ(file.partition_values.size(), 1u);
    EXPECT_EQ(file.partition_values[0].first, "day");
    partitions[file.path.substr(0, file.path.find('/'))] = file.partition_values[0].second;
    EXPECT_EQ(table_.ReadFile(file)->num_columns(), 2);
  }
  EXPECT_EQ(partitions, (std::map<std::string, std::optional<std::string>>{
                            {"day=__HIVE_DEFAULT_PARTITION__", std::nullopt},
                            {"day=a%252F%2525b", "a/%b"},
                            {"day=ü%20c", "ü c"}}));
  EXPECT_EQ(table_.Longs("id"), KitIds(0, 5));

  context.partition_columns = {"id"};
  const Status refused = Refusal(context);
  EXPECT_EQ(refused.spark_error().condition, "DELTA_METADATA_MISMATCH");
  EXPECT_THAT(refused.message(), HasSubstr("Given: [`id`]\nTable: [`day`]"));
}

TEST_F(DeltaSinkTest, MorePartitionsThanOpenFiles) {
  SinkContext context = Context(table_.path());
  context.partition_columns = {"text"};
  auto sink = Open(context);
  ASSERT_TRUE(WriteBatch(sink.get(), 0, {KitRows(0, 100)}).ok());
  EXPECT_EQ(table_.Files().size(), 100u);
  EXPECT_EQ(table_.Longs("id"), KitIds(0, 100));
}

TEST_F(DeltaSinkTest, FilesEndAfterSoManyRecords) {
  SinkContext context = Context(table_.path());
  context.options.Set("maxRecordsPerFile", "4");
  auto sink = Open(context);
  ASSERT_TRUE(WriteBatch(sink.get(), 0, {KitRows(0, 10)}).ok());
  EXPECT_EQ(table_.Files().size(), 3u);
  EXPECT_EQ(table_.Longs("id"), KitIds(0, 10));
}

TEST_F(DeltaSinkTest, OptionsAreHonouredOrRefused) {
  SinkContext context = Context(table_.path());
  context.options.Set("userMetadata", "why");
  context.options.Set("compression", "zstd");
  ASSERT_TRUE(WriteBatch(Open(context).get(), 0, {KitRows(0, 1)}).ok());
  EXPECT_THAT(Commit(0), HasSubstr(R"("userMetadata":"why","engineInfo":"Millrace/)"));
  EXPECT_THAT(table_.Files()[0].path, ::testing::EndsWith("-c000.zstd.parquet"));

  const auto refusal_of = [&](const std::string& name, const std::string& value) {
    SinkContext refused = Context(table_.path());
    refused.options.Set(name, value);
    return Refusal(refused).message();
  };
  EXPECT_THAT(refusal_of("txnAppId", "x"), HasSubstr("Both txnVersion and txnAppId must be"));
  EXPECT_EQ(refusal_of("mergeSchema", "x"),
            "Invalid value 'x' for option 'mergeSchema', must be 'true' or 'false'");
  EXPECT_THAT(refusal_of("replaceWhere", "x"), HasSubstr("batch overwrites"));
  EXPECT_THAT(refusal_of("mergeSchemas", "true"), HasSubstr("mergeSchema"));
  EXPECT_THAT(refusal_of("compression", "lzo"), HasSubstr("lzo"));
  SinkContext no_path = Context("");
  EXPECT_EQ(Refusal(no_path).message(), "'path' is not specified");
}

TEST_F(DeltaSinkTest, OutputModes) {
  SinkContext update = Context(table_.path());
  update.output_mode = connector::OutputMode::kUpdate;
  EXPECT_EQ(Refusal(update).spark_error().condition, "DELTA_UNSUPPORTED_OUTPUT_MODE");
  SinkContext complete = Context(table_.path());
  complete.output_mode = connector::OutputMode::kComplete;
  auto sink = DeltaSinkProvider().Create(complete);
  ASSERT_TRUE(sink.ok()) << sink.status().ToString();
  using connector::testing::WriteBatch;
  ASSERT_TRUE(WriteBatch(sink->get(), 0, {connector::testing::KitRows(0, 3)}).ok());
  ASSERT_TRUE(WriteBatch(sink->get(), 1, {connector::testing::KitRows(5, 1)}).ok());
  EXPECT_EQ(table_.Longs("id"), (std::vector<std::int64_t>{5}));
  bool skipped = false;
  ASSERT_TRUE(WriteBatch(sink->get(), 1, {connector::testing::KitRows(9, 1)}, &skipped).ok());
  EXPECT_TRUE(skipped);
}

// A table whose metadata another engine has written.
class ForeignTable : public DeltaSinkTest {
 protected:
  void Write(const std::string& protocol, const std::string& fields,
             const std::string& configuration = "{}") {
    std::string schema = R"({\"type\":\"struct\",\"fields\":[)" + fields + "]}";
    const std::string commit =
        R"({"protocol":)" + protocol + "}\n" +
        R"({"metaData":{"id":"m","format":{"provider":"parquet","options":{}},"schemaString":")" +
        schema + R"(","partitionColumns":[],"configuration":)" + configuration + "}}\n";
    ASSERT_TRUE(fs::LocalFileSystem()
                    ->CreateExclusive(table_.log() + "/00000000000000000000.json", commit)
                    .ok());
  }
  static std::string Field(const std::string& name, const std::string& type, bool nullable,
                           const std::string& metadata = "{}") {
    return R"({\"name\":\")" + name + R"(\",\"type\":\")" + type + R"(\",\"nullable\":)" +
           (nullable ? "true" : "false") + R"(,\"metadata\":)" + metadata + "}";
  }
};

TEST_F(ForeignTable, FeaturesThatWeCannotHonourAreNamed) {
  Write(R"({"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["variantType"],)"
        R"("writerFeatures":["variantType","icebergCompatV1"]})",
        Field("id", "long", true));
  const Status refused = Refusal(Context(table_.path()));
  EXPECT_EQ(refused.spark_error().condition, "DELTA_UNSUPPORTED_FEATURES_FOR_READ");
  EXPECT_THAT(refused.message(), HasSubstr("variantType"));
}

TEST_F(ForeignTable, ConstraintsAreRefusedByName) {
  Write(R"({"minReaderVersion":1,"minWriterVersion":4})",
        Field("id", "long", true) + "," + Field("text", "string", true),
        R"({"delta.constraints.positive":"id > 0"})");
  const Status refused = Refusal(Context(table_.path()));
  EXPECT_EQ(refused.spark_error().condition, "DELTA_UNSUPPORTED_FEATURES_FOR_WRITE");
  EXPECT_THAT(refused.message(), HasSubstr("CHECK constraint positive (id > 0)"));
}

TEST_F(ForeignTable, NotNullIsEnforced) {
  Write(R"({"minReaderVersion":1,"minWriterVersion":2})",
        Field("id", "long", true) + "," + Field("text", "string", false));
  auto sink = Open(Context(table_.path()));
  ASSERT_TRUE(WriteBatch(sink.get(), 0, {KitRows(0, 2)}).ok());
  arrow::StringBuilder texts;
  ASSERT_TRUE(texts.Append("x").ok() && texts.AppendNull().ok());
  const auto rows =
      arrow::RecordBatch::Make(data::ToArrowSchema(KitSchema()).value(), 2,
                               {KitRows(2, 2)->column(0), texts.Finish().ValueOrDie()});
  const Status refused = WriteBatch(sink.get(), 1, {rows});
  EXPECT_EQ(refused.spark_error().condition, "DELTA_NOT_NULL_CONSTRAINT_VIOLATED");
  EXPECT_EQ(table_.Longs("id"), KitIds(0, 2));
  EXPECT_EQ(
      Refusal(Context(table_.path(), StructType().add("id", LongType()))).spark_error().condition,
      "DELTA_MISSING_NOT_NULL_COLUMN_VALUE");
}

TEST_F(ForeignTable, ColumnMappingWritesPhysicalNamesAndIds) {
  const auto mapped = [](int id, const std::string& name) {
    return R"({\"delta.columnMapping.id\":)" + std::to_string(id) +
           R"(,\"delta.columnMapping.physicalName\":\")" + name + R"(\"})";
  };
  Write(R"({"minReaderVersion":2,"minWriterVersion":5})",
        Field("id", "long", true, mapped(1, "col-a")) + "," +
            Field("text", "string", true, mapped(2, "col-b")),
        R"({"delta.columnMapping.mode":"name","delta.columnMapping.maxColumnId":"2"})");
  ASSERT_TRUE(WriteBatch(Open(Context(table_.path())).get(), 0, {KitRows(0, 2)}).ok());
  ASSERT_EQ(table_.Files().size(), 1u);
  EXPECT_THAT(*table_.Files()[0].stats, HasSubstr(R"("minValues":{"col-a":0,"col-b":"text 0"})"));
  const auto schema = table_.ReadFile(table_.Files()[0])->schema();
  EXPECT_THAT(schema->field_names(), ElementsAre("col-a", "col-b"));
  EXPECT_EQ(schema->field(1)->metadata()->Get("PARQUET:field_id").ValueOrDie(), "2");

  SinkContext merging = Context(table_.path(), KitSchema().add("new", LongType()));
  merging.options.Set("mergeSchema", "true");
  ASSERT_TRUE(WriteBatch(Open(std::move(merging)).get(), 1, {}).ok());
  EXPECT_EQ(table_.State().metadata.Property("delta.columnMapping.maxColumnId"), "3");
  EXPECT_THAT(table_.State().metadata.schema_string,
              HasSubstr(R"("delta.columnMapping.id":3,"delta.columnMapping.physicalName":"col-)"));
}

TEST_F(DeltaSinkTest, AFailedCheckpointOnlyWarns) {
  fs::FaultyFileSystem faulty(fs::LocalFileSystem(), [](const fs::Operation& operation) {
    return operation.path.find(".checkpoint.") != std::string::npos ? fs::Fault::kFailBefore
                                                                    : fs::Fault::kNone;
  });
  SinkOptions options;
  options.path = table_.path();
  DeltaSink sink(Context(table_.path()), options, {&faulty, table_.path()}, data::TimeZone());
  for (int batch = 0; batch <= 11; ++batch) {
    ASSERT_TRUE(WriteBatch(&sink, batch, {KitRows(batch, 1)}).ok());
  }
  EXPECT_EQ(table_.Longs("id"), KitIds(0, 12));
}

}  // namespace
}  // namespace millrace::sinks::delta

namespace millrace::connector::testing {
INSTANTIATE_TYPED_TEST_SUITE_P(Delta, SinkKit, sinks::delta::DeltaHarness);
}  // namespace millrace::connector::testing
