// The public API on a topic and a table in memory.

#include <atomic>
#include <filesystem>

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "base/uuid.h"
#include "connector/testing/list_sink.h"
#include "connector/testing/list_source.h"
#include "millrace/millrace.h"
#include "processor/duckdb/duckdb_processor.h"
#include "session/engine.h"

namespace millrace {
namespace {

using connector::testing::ListSink;
using connector::testing::ListSource;
using connector::testing::ListTable;
using connector::testing::ListTopic;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::shared_ptr<ListTopic> the_topic;
std::shared_ptr<ListTable> the_table;

class ListSourceProvider : public connector::SourceProvider {
 public:
  std::string_view format() const override { return "list"; }
  base::Result<StructType> Schema(const connector::Options& options,
                                  const std::optional<StructType>&) const override {
    (void)options.GetLong("maxRowsPerTrigger");
    MILLRACE_RETURN_IF_ERROR(options.CheckAllHonoured("list source", {"maxRowsPerTrigger"}));
    return the_topic->schema();
  }
  base::Result<std::unique_ptr<connector::Source>> Create(
      connector::SourceContext context) const override {
    MILLRACE_ASSIGN_OR_RETURN(const auto limit, context.options.GetLong("maxRowsPerTrigger"));
    return std::unique_ptr<connector::Source>(std::make_unique<ListSource>(the_topic, limit));
  }
};

class ListSinkProvider : public connector::SinkProvider {
 public:
  std::string_view format() const override { return "list"; }
  base::Result<std::unique_ptr<connector::Sink>> Create(
      connector::SinkContext context) const override {
    MILLRACE_RETURN_IF_ERROR(context.options.CheckAllHonoured("list sink", {}));
    return std::unique_ptr<connector::Sink>(std::make_unique<ListSink>(the_table));
  }
};

[[maybe_unused]] const bool kInstalled = session::InstallEngine({
    .sources = {std::make_shared<ListSourceProvider>()},
    .sinks = {std::make_shared<ListSinkProvider>()},
    .make_processor = processor::duckdb::NewDuckDbProcessor,
});

class SessionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    the_topic = std::make_shared<ListTopic>(
        StructType().add("id", LongType()).add("name", StringType()), 2);
    the_table = std::make_shared<ListTable>();
    folder_ = std::filesystem::temp_directory_path() /
              ("millrace-session-" + base::Uuid::Random(base::Random::System()).ToString());
  }
  void TearDown() override {
    spark_.stop();
    std::filesystem::remove_all(folder_);
  }

  static void Append(int partition, std::vector<std::int64_t> ids) {
    arrow::Int64Builder id;
    arrow::StringBuilder name;
    for (const std::int64_t value : ids) {
      ASSERT_TRUE(id.Append(value).ok());
      ASSERT_TRUE(name.Append("n" + std::to_string(value)).ok());
    }
    the_topic->Append(partition, arrow::RecordBatch::Make(
                                     arrow::schema({arrow::field("id", arrow::int64()),
                                                    arrow::field("name", arrow::utf8())}),
                                     static_cast<std::int64_t>(ids.size()),
                                     {id.Finish().ValueOrDie(), name.Finish().ValueOrDie()}));
  }

  DataFrame Rows() { return spark_.readStream().format("list").load(); }
  DataStreamWriter Writer(const DataFrame& df) {
    return df.writeStream().format("list").option("checkpointLocation", (folder_ / "c").string());
  }

  std::filesystem::path folder_;
  SparkSession spark_ = SparkSession::builder().appName("test").master("local[2]").getOrCreate();
};

TEST_F(SessionTest, AQueryRunsFromReadStreamToTheSink) {
  Append(0, {1, 2, 3});
  Append(1, {4, 5});
  auto query = Writer(Rows().filter(col("id") > 1 and col("name") != "n5").select("name"))
                   .queryName("q")
                   .trigger(Trigger::AvailableNow())
                   .start();
  query.awaitTermination();
  EXPECT_EQ(the_table->num_rows(), 3);
  EXPECT_FALSE(query.isActive());
  EXPECT_EQ(query.name(), "q");
  ASSERT_TRUE(query.lastProgress());
  EXPECT_EQ(query.lastProgress()->numInputRows(), 5);
  EXPECT_EQ(query.recentProgress().size(), 1u);
  EXPECT_EQ(query.status().message, "Stopped");
  EXPECT_FALSE(query.exception());
  EXPECT_THAT(query.explainText(), StartsWith("== Physical Plan =="));
}

TEST_F(SessionTest, TheIdStaysAndTheRunIdChangesAcrossStarts) {
  auto first = Writer(Rows()).trigger(Trigger::AvailableNow()).start();
  first.awaitTermination();
  auto second = Writer(Rows()).trigger(Trigger::AvailableNow()).start();
  second.awaitTermination();
  EXPECT_EQ(first.id(), second.id());
  EXPECT_NE(first.runId(), second.runId());
}

TEST_F(SessionTest, ASecondStartOfTheSameQueryStopsTheFirst) {
  auto first = Writer(Rows()).start();
  auto second = Writer(Rows()).start();
  EXPECT_FALSE(first.isActive());
  EXPECT_TRUE(second.isActive());
  EXPECT_EQ(spark_.streams().active().size(), 1u);
  second.stop();
  EXPECT_TRUE(spark_.streams().active().empty());
}

TEST_F(SessionTest, AFailedQueryTellsByExceptionEverywhere) {
  Append(0, {1, 0});
  auto query = Writer(Rows().select((lit(1) / col("id")).alias("x"))).start();
  try {
    query.awaitTermination();
    FAIL() << "no exception";
  } catch (const StreamingQueryException& error) {
    EXPECT_EQ(error.getCondition(), "STREAM_FAILED");
    EXPECT_EQ(error.getSqlState(), "XXKST");
    EXPECT_EQ(error.causeInfo().condition, "DIVIDE_BY_ZERO");
    EXPECT_THAT(error.cause(), StartsWith("batch 0: list-0 [0, 2): [DIVIDE_BY_ZERO]"));
    EXPECT_THAT(error.what(),
                HasSubstr("[id = " + query.id() + ", runId = " + query.runId() + "]"));
  }
  EXPECT_TRUE(query.exception());
  EXPECT_THROW(query.processAllAvailable(), StreamingQueryException);
  EXPECT_THROW(spark_.streams().awaitAnyTermination(), StreamingQueryException);
  spark_.streams().resetTerminated();
  EXPECT_FALSE(spark_.streams().awaitAnyTermination(milliseconds(1)));
}

TEST_F(SessionTest, AwaitTerminationWithATimeOutSaysWhetherItEnded) {
  auto query = Writer(Rows()).start();
  EXPECT_FALSE(query.awaitTermination(milliseconds(20)));
  EXPECT_THROW(query.awaitTermination(milliseconds(0)), IllegalArgumentException);
  query.stop();
  EXPECT_TRUE(query.awaitTermination(milliseconds(20)));
}

class CountingListener : public StreamingQueryListener {
 public:
  void onQueryStarted(const QueryStartedEvent& event) override { started_id = event.id; }
  void onQueryProgress(const QueryProgressEvent&) override { ++progress; }
  void onQueryIdle(const QueryIdleEvent&) override { ++idle; }
  void onQueryTerminated(const QueryTerminatedEvent& event) override {
    exception = event.exception;
    ++terminated;
  }
  std::string started_id;
  std::atomic<int> progress = 0, idle = 0, terminated = 0;
  std::optional<std::string> exception;
};

TEST_F(SessionTest, ListenersHearOfEveryStep) {
  spark_.conf().set("spark.sql.streaming.noDataProgressEventInterval", "5ms");
  auto listener = std::make_shared<CountingListener>();
  spark_.streams().addListener(listener);
  Append(0, {1});
  auto query = Writer(Rows()).start();
  EXPECT_EQ(listener->started_id, query.id());  // Before start() returned.
  query.processAllAvailable();
  EXPECT_EQ(listener->progress, 1);
  for (int i = 0; i < 2000 && listener->idle == 0; ++i) query.awaitTermination(milliseconds(1));
  EXPECT_GT(listener->idle, 0);
  query.stop();
  EXPECT_EQ(listener->terminated, 1);
  EXPECT_FALSE(listener->exception);
  spark_.streams().removeListener(listener);
  EXPECT_TRUE(spark_.streams().listListeners().empty());
  spark_.conf().unset("spark.sql.streaming.noDataProgressEventInterval");
}

TEST_F(SessionTest, WhatIsWrongAtStartIsSaidAtStart) {
  const DataFrame df = Rows();
  const auto condition = [](auto action) -> std::string {
    try {
      action();
    } catch (const SparkException& error) {
      return error.className() + " " + error.getCondition();
    }
    return "nothing";
  };
  EXPECT_EQ(condition([&] { df.select("nmae"); }),
            "AnalysisException UNRESOLVED_COLUMN.WITH_SUGGESTION");
  EXPECT_EQ(condition([&] { df.filter(col("name")); }),
            "AnalysisException DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN");
  EXPECT_EQ(condition([&] { spark_.readStream().format("kfka").load(); }),
            "AnalysisException DATA_SOURCE_NOT_FOUND");
  EXPECT_EQ(
      condition([&] { df.writeStream().format("lst").option("checkpointLocation", "c").start(); }),
      "AnalysisException DATA_SOURCE_NOT_FOUND");
  EXPECT_EQ(condition([&] { df.writeStream().format("list").start(); }),
            "AnalysisException _LEGACY_ERROR_TEMP_1298");
  EXPECT_EQ(condition([&] { Writer(df).outputMode("complete").start(); }),
            "AnalysisException STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION");
  EXPECT_EQ(condition([&] { Writer(df).outputMode("apend").start(); }).substr(0, 17),
            "AnalysisException");
  EXPECT_EQ(condition([&] { Writer(df).option("maxRows", 1).start(); }),
            "IllegalArgumentException ");
  EXPECT_EQ(condition([&] { spark_.readStream().format("list").option("maxRows", 1).load(); }),
            "IllegalArgumentException ");
  EXPECT_EQ(condition([&] { Trigger::ProcessingTime("1 month"); }), "IllegalArgumentException ");
  EXPECT_EQ(condition([&] { StructType::fromDDL("a INTT"); }),
            "ParseException UNSUPPORTED_DATATYPE");
  EXPECT_EQ(condition([&] { spark_.conf().set("spark.sql.ansi.enabled", false); }),
            "IllegalArgumentException ");
  EXPECT_EQ(condition([&] { spark_.conf().get("spark.no.such.key"); }),
            "SparkNoSuchElementException SQL_CONF_NOT_FOUND");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "c" / "offsets" / "0"));
}

TEST_F(SessionTest, TwoQueriesOfOneNameAreRefused) {
  auto first = Writer(Rows()).queryName("same").start();
  try {
    Rows()
        .writeStream()
        .format("list")
        .option("checkpointLocation", (folder_ / "d").string())
        .queryName("same")
        .start();
    FAIL() << "no exception";
  } catch (const IllegalArgumentException& error) {
    EXPECT_THAT(error.what(), HasSubstr("same"));
  }
  ASSERT_TRUE(spark_.streams().get(first.id()));
  EXPECT_FALSE(spark_.streams().get("other"));
}

TEST_F(SessionTest, TheCheckpointMayComeFromTheConf) {
  spark_.conf().set("spark.sql.streaming.checkpointLocation", folder_.string());
  auto query = Rows()
                   .writeStream()
                   .format("list")
                   .queryName("named")
                   .trigger(Trigger::AvailableNow())
                   .start();
  query.awaitTermination();
  spark_.conf().unset("spark.sql.streaming.checkpointLocation");
  EXPECT_TRUE(std::filesystem::exists(folder_ / "named" / "metadata"));
}

TEST_F(SessionTest, ColumnsBuildWhatSparkWouldName) {
  const DataFrame df = Rows().select(
      (col("id") + 1).alias("next"), when(col("id") > 1, "big").otherwise("small").as("size"),
      col("id").isin({1, 2}).alias("in"), col("id").between(1, 3).alias("mid"),
      coalesce(col("name"), lit("-")).alias("some"), structOf("id", "name").alias("s"),
      (not col("name").isNull()).alias("there"), col("id").cast("string").alias("text"));
  EXPECT_EQ(df.schema().toDDL(),
            "next BIGINT,size STRING NOT NULL,in BOOLEAN,mid BOOLEAN,some STRING NOT NULL,"
            "s STRUCT<id: BIGINT, name: STRING> NOT NULL,there BOOLEAN NOT NULL,text STRING");
  EXPECT_THAT(Rows().withColumnRenamed("ID", "key").drop("name").columns(), ElementsAre("key"));
  EXPECT_TRUE(df.isStreaming());
  EXPECT_THROW(col("id").otherwise(1), IllegalArgumentException);
  EXPECT_THROW(when(col("id") > 1, 1).otherwise(2).when(col("id") > 2, 3),
               IllegalArgumentException);
}

TEST_F(SessionTest, OneSessionUntilItIsStopped) {
  spark_.conf().set("spark.test.key", "v");
  EXPECT_EQ(SparkSession::builder().getOrCreate().conf().get("spark.test.key"), "v");
  EXPECT_EQ(spark_.version(), "4.2.0");
  spark_.stop();
  EXPECT_THROW(Writer(Rows()).start(), SparkException);
  auto next = SparkSession::builder().getOrCreate();
  EXPECT_EQ(next.conf().get("spark.test.key", "none"), "none");
  next.stop();
  EXPECT_THROW(SparkSession::builder().master("yarn").getOrCreate(), IllegalArgumentException);
}

}  // namespace
}  // namespace millrace
