// The public API on a topic and a table in memory.

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "base/uuid.h"
#include "connector/testing/list_sink.h"
#include "connector/testing/list_source.h"
#include "millrace/millrace.h"
#include "processor/duckdb/duckdb_processor.h"
#include "session/dataframe_state.h"
#include "session/engine.h"
#include "session/session_state.h"

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

std::function<void()> while_starting;  // In the middle of a query's start.

class ListSinkProvider : public connector::SinkProvider {
 public:
  std::string_view format() const override { return "list"; }
  base::Result<std::unique_ptr<connector::Sink>> Create(
      connector::SinkContext context) const override {
    MILLRACE_RETURN_IF_ERROR(context.options.CheckAllHonoured("list sink", {}));
    if (while_starting) while_starting();
    return std::unique_ptr<connector::Sink>(std::make_unique<ListSink>(the_table));
  }
};

/// What the query gives to a sink of text lines.
struct {
  StructType schema;
  std::optional<std::string> first_line;
} the_lines;

class LinesSinkProvider : public connector::SinkProvider {
 public:
  explicit LinesSinkProvider(std::string_view format) : format_(format) {}
  std::string_view format() const override { return format_; }
  bool allows_temporary_checkpoint() const override { return true; }
  base::Result<std::unique_ptr<connector::Sink>> Create(
      connector::SinkContext context) const override {
    for (const char* name : {"header", "sep", "quote", "quoteAll", "ignoreNullFields"}) {
      context.options.MarkHonoured(name);
    }
    MILLRACE_RETURN_IF_ERROR(context.options.CheckAllHonoured("lines sink", {}));
    the_lines = {context.schema, context.first_line};
    return std::unique_ptr<connector::Sink>(std::make_unique<ListSink>(the_table));
  }

 private:
  const std::string_view format_;
};

[[maybe_unused]] const bool kInstalled = session::InstallEngine({
    .sources = {std::make_shared<ListSourceProvider>()},
    .sinks = {std::make_shared<ListSinkProvider>(), std::make_shared<LinesSinkProvider>("json"),
              std::make_shared<LinesSinkProvider>("csv")},
    .make_processor = processor::duckdb::NewDuckDbProcessor,
    .make_batch_processor = processor::duckdb::NewDuckDbBatchProcessor,
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
  EXPECT_THAT(query.explainText(), HasSubstr("reads ["));
}

std::vector<std::string> FirstColumn() {
  std::vector<std::string> texts;
  for (const auto& batch : the_table->Rows()) {
    const auto& column = static_cast<const arrow::StringArray&>(*batch->column(0));
    for (std::int64_t row = 0; row < batch->num_rows(); ++row) texts.push_back(column.GetString(row));
  }
  return texts;
}

TEST_F(SessionTest, JsonAndCsvReachTheirSinksAsLines) {
  Append(0, {1, 2});
  auto json = Writer(Rows()).format("json").trigger(Trigger::AvailableNow()).start();
  json.awaitTermination();
  EXPECT_EQ(the_lines.schema.fieldNames(), std::vector<std::string>{"<line>"});
  EXPECT_THAT(FirstColumn(),
              ElementsAre(R"({"id":1,"name":"n1"})", R"({"id":2,"name":"n2"})"));
  the_table = std::make_shared<ListTable>();
  auto csv = Rows()
                 .writeStream()
                 .format("CSV")
                 .option("header", true)
                 .option("sep", ";")
                 .option("checkpointLocation", (folder_ / "csv").string())
                 .trigger(Trigger::AvailableNow())
                 .start();
  csv.awaitTermination();
  EXPECT_THAT(FirstColumn(), ElementsAre("1;n1", "2;n2"));
  EXPECT_EQ(the_lines.first_line, "id;name");
  try {
    Writer(Rows()).format("csv").option("header", "maybe").start();
    FAIL() << "a header that is neither true nor false";
  } catch (const SparkException& error) {
    EXPECT_STREQ(error.what(), "header flag can be true or false.");
  }
}

TEST_F(SessionTest, ObservedRowsOfAStreamAreInItsProgress) {
  Append(0, {1, 2, 3});
  Append(1, {4});
  const DataFrame rows =
      Rows()
          .observe("all", {expr("count(1)").as("rows"), expr("sum(id)").as("sum")})
          .filter(col("id") > 2)
          .observe("left", {expr("max(name)").as("name"), expr("count(1)").as("rows")});
  auto query = Writer(rows.select("id")).trigger(Trigger::AvailableNow()).start();
  query.awaitTermination();
  EXPECT_EQ(the_table->num_rows(), 2);
  const auto progress = query.lastProgress();
  ASSERT_TRUE(progress);
  const auto& observed = progress->observedMetrics;
  ASSERT_EQ(observed.size(), 2U);
  EXPECT_EQ(observed[0].first, "all");
  EXPECT_EQ(observed[0].second.json, R"({"rows":4,"sum":10})");
  EXPECT_EQ(observed[1].second.values, R"(["n4",2])");
  EXPECT_THAT(progress->json(),
              HasSubstr(R"("observedMetrics":{"all":{"rows":4,"sum":10},)"
                        R"("left":{"name":"n4","rows":2}}})"));
}

TEST_F(SessionTest, ObservedRowsAreSummedUpInParts) {
  constexpr std::int64_t kRows = 200'000;
  for (int partition = 0; partition < 2; ++partition) {
    std::vector<std::int64_t> ids;
    for (std::int64_t id = partition; id < kRows; id += 2) ids.push_back(id);
    Append(partition, std::move(ids));
  }
  const DataFrame rows = Rows().observe(
      "all", {expr("count(1)").as("rows"), expr("sum(id)").as("sum"), expr("min(name)").as("least"),
              expr("max(id) + count(IF(id < 10, 1, NULL))").as("both"),
              expr("sum(IF(id < 0, id, NULL))").as("nothing")});
  auto query = Writer(rows.select("id")).trigger(Trigger::AvailableNow()).start();
  query.awaitTermination();
  EXPECT_EQ(the_table->num_rows(), kRows);
  const auto progress = query.lastProgress();
  ASSERT_TRUE(progress);
  ASSERT_EQ(progress->observedMetrics.size(), 1U);
  EXPECT_EQ(progress->observedMetrics[0].second.values, "[200000,19999900000,\"n0\",200009,null]");
}

TEST_F(SessionTest, ObservedRowsOfABatchWithoutRows) {
  Append(0, {1});
  auto query = Writer(Rows().filter(col("id") > 5).observe(
                          "none", {expr("count(1)").as("rows"), expr("sum(id)").as("sum")}))
                   .trigger(Trigger::AvailableNow())
                   .start();
  query.awaitTermination();
  ASSERT_EQ(query.lastProgress()->observedMetrics.size(), 1U);
  EXPECT_EQ(query.lastProgress()->observedMetrics[0].second.json, R"({"rows":0,"sum":null})");
}

TEST_F(SessionTest, WhatIsWrongWithObservedMetrics) {
  const auto condition = [](const std::function<void()>& action) -> std::string {
    try {
      action();
    } catch (const SparkException& error) {
      return error.getCondition();
    }
    return "none";
  };
  EXPECT_EQ(condition([&] { Rows().observe("m", {col("id")}); }),
            "INVALID_OBSERVED_METRICS.NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE");
  EXPECT_EQ(condition([&] { Rows().observe("m", {expr("sum(id) FILTER (WHERE id > 1)")}); }),
            "INVALID_OBSERVED_METRICS.AGGREGATE_EXPRESSION_WITH_FILTER_UNSUPPORTED");
  EXPECT_EQ(condition([&] { Rows().observe("m", {expr("count(DISTINCT id)")}); }),
            "INVALID_OBSERVED_METRICS.AGGREGATE_EXPRESSION_WITH_DISTINCT_UNSUPPORTED");
  EXPECT_EQ(condition([&] { Rows().observe("m", {expr("sum(id) OVER ()")}); }),
            "INVALID_OBSERVED_METRICS.WINDOW_EXPRESSIONS_UNSUPPORTED");
  EXPECT_EQ(condition([&] {
              Rows().observe("m", {expr("sum(id)")}).observe("m", {expr("max(id)")});
            }),
            "DUPLICATED_METRICS_NAME");
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

TEST_F(SessionTest, OfEndedQueriesOneThatFailedIsTold) {
  Append(0, {1, 0});
  auto run = [this, runs = 0](const Column& column) mutable {
    the_table = std::make_shared<ListTable>();
    auto query = Rows()
                     .select(column.alias("x"))
                     .writeStream()
                     .format("list")
                     .option("checkpointLocation", (folder_ / std::to_string(++runs)).string())
                     .trigger(Trigger::AvailableNow())
                     .start();
    try {
      query.awaitTermination();
    } catch (const StreamingQueryException&) {
    }
    return query.runId();
  };
  run(col("id"));
  EXPECT_TRUE(spark_.streams().awaitAnyTermination(milliseconds(1)));
  const std::string failed = run(lit(1) / col("id"));
  run(lit(2) / col("id"));
  run(col("id"));
  try {
    spark_.streams().awaitAnyTermination();
    FAIL() << "no exception";
  } catch (const StreamingQueryException& error) {
    EXPECT_THAT(error.what(), HasSubstr(failed));
  }
}

TEST_F(SessionTest, EndedQueriesDoNotPileUp) {
  const auto rows = Rows();
  std::vector<std::weak_ptr<session::RunningQuery>> queries;
  for (int i = 0; i < 10; ++i) {
    session::StreamRequest request;
    request.query = rows.state()->resolved;
    request.relation = rows.state()->relation;
    request.format = "list";
    request.output_mode = "append";
    request.options["checkpointLocation"] = (folder_ / std::to_string(i)).string();
    const auto started = rows.state()->session->StartQuery(std::move(request));
    ASSERT_TRUE(started.ok()) << started.status().ToString();
    (*started)->query().AwaitTermination(std::nullopt);
    queries.push_back(*started);
  }
  EXPECT_EQ(std::ranges::count_if(queries, [](const auto& query) { return !query.expired(); }), 1);
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

class ThrowingListener : public StreamingQueryListener {
 public:
  void onQueryStarted(const QueryStartedEvent&) override { Throw(); }
  void onQueryProgress(const QueryProgressEvent&) override { Throw(); }
  void onQueryTerminated(const QueryTerminatedEvent&) override {
    ++calls;
    throw 1;
  }
  std::atomic<int> calls = 0;

 private:
  void Throw() {
    ++calls;
    throw std::runtime_error("a listener's own fault");
  }
};

TEST_F(SessionTest, WhatAListenerThrowsHarmsNoQuery) {
  Append(0, {1});
  auto listener = std::make_shared<ThrowingListener>();
  spark_.streams().addListener(listener);
  auto query = Writer(Rows()).start();
  query.processAllAvailable();
  query.stop();
  EXPECT_FALSE(query.exception());
  EXPECT_EQ(listener->calls, 3);
  spark_.streams().removeListener(listener);
}

class StoppingListener : public StreamingQueryListener {
 public:
  explicit StoppingListener(SparkSession spark) : spark_(std::move(spark)) {}
  void onQueryStarted(const QueryStartedEvent& event) override {
    spark_.streams().get(event.id)->stop();
  }
  void onQueryProgress(const QueryProgressEvent&) override {}
  void onQueryIdle(const QueryIdleEvent&) override {}
  void onQueryTerminated(const QueryTerminatedEvent&) override { ++terminated; }
  std::atomic<int> terminated = 0;

 private:
  SparkSession spark_;
};

TEST_F(SessionTest, AQueryThatIsStoppedBeforeItRunsDoesNotRun) {
  Append(0, {1});
  auto listener = std::make_shared<StoppingListener>(spark_);
  spark_.streams().addListener(listener);
  auto query = Writer(Rows()).start();
  spark_.streams().removeListener(listener);
  EXPECT_FALSE(query.isActive());
  EXPECT_TRUE(query.awaitTermination(milliseconds(1)));
  EXPECT_EQ(listener->terminated, 1);
  EXPECT_TRUE(spark_.streams().active().empty());
  EXPECT_EQ(the_table->num_rows(), 0);
}

TEST_F(SessionTest, NoQueryStartsInASessionThatIsStoppedMeanwhile) {
  while_starting = [this] { spark_.stop(); };
  EXPECT_ANY_THROW(Writer(Rows()).start());
  while_starting = nullptr;
  EXPECT_TRUE(spark_.streams().active().empty());
}

TEST_F(SessionTest, OfTwoQueriesOfOneNameThatStartAtOnceOneIsRefused) {
  std::optional<StreamingQuery> first;
  while_starting = [&] {
    while_starting = nullptr;
    first = Rows().writeStream().format("list").queryName("same")
                .option("checkpointLocation", (folder_ / "d").string()).start();
  };
  EXPECT_THROW(Writer(Rows()).queryName("same").start(), IllegalArgumentException);
  ASSERT_TRUE(first);
  EXPECT_EQ(spark_.streams().active().size(), 1u);
  EXPECT_TRUE(first->isActive());
}

TEST_F(SessionTest, AStartThatFailsLeavesNoTemporaryCheckpoint) {
  std::filesystem::create_directories(folder_);
  const char* const before = std::getenv("TMPDIR");
  const std::string former = before == nullptr ? "" : before;
  ::setenv("TMPDIR", folder_.c_str(), 1);
  EXPECT_ANY_THROW(Rows().writeStream().format("json").option("nosuch", "1").start());
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
  former.empty() ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", former.c_str(), 1);
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
            "SparkClassNotFoundException DATA_SOURCE_NOT_FOUND");
  EXPECT_EQ(
      condition([&] { df.writeStream().format("lst").option("checkpointLocation", "c").start(); }),
      "SparkClassNotFoundException DATA_SOURCE_NOT_FOUND");
  EXPECT_EQ(condition([&] { df.writeStream().format("list").start(); }),
            "AnalysisException _LEGACY_ERROR_TEMP_1298");
  EXPECT_EQ(condition([&] { Writer(df).outputMode("complete").start(); }),
            "AnalysisException STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION");
  EXPECT_EQ(condition([&] { Writer(df).outputMode("apend").start(); }),
            "IllegalArgumentException STREAMING_OUTPUT_MODE.INVALID");
  EXPECT_EQ(condition([&] { Writer(df).option("maxRows", 1).start(); }),
            "IllegalArgumentException ");
  EXPECT_EQ(condition([&] { spark_.readStream().format("list").option("maxRows", 1).load(); }),
            "IllegalArgumentException ");
  EXPECT_EQ(condition([&] { Trigger::ProcessingTime("1 month"); }), "IllegalArgumentException ");
  EXPECT_EQ(condition([&] { StructType::fromDDL("a INTT"); }),
            "ParseException UNSUPPORTED_DATATYPE");
  EXPECT_EQ(condition([&] { spark_.conf().set("spark.sql.ansi.enabled", "perhaps"); }),
            "IllegalArgumentException ");
  EXPECT_EQ(condition([&] { spark_.conf().get("spark.no.such.key"); }),
            "SparkNoSuchElementException SQL_CONF_NOT_FOUND");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "c" / "offsets" / "0"));
}

TEST_F(SessionTest, WithAnsiOffAStreamGoesOnOverBadValues) {
  Append(0, {1, 2, 3});
  spark_.conf().set("spark.sql.ansi.enabled", "false");
  auto query = Writer(Rows().select(col("name").cast("int").alias("number"),
                                    (col("id") / lit(0)).alias("quotient")))
                   .trigger(Trigger::AvailableNow())
                   .start();
  query.awaitTermination();
  EXPECT_EQ(the_table->num_rows(), 3);
  spark_.conf().set("spark.sql.ansi.enabled", "true");
  Append(0, {4});
  auto strict = Writer(Rows().select(col("name").cast("int").alias("number"),
                                     (col("id") / lit(0)).alias("quotient")))
                    .trigger(Trigger::AvailableNow())
                    .start();
  EXPECT_THROW(strict.awaitTermination(), StreamingQueryException);
}

TEST_F(SessionTest, AFunctionGetsEachBatchAsADataFrame) {
  Append(0, {1, 2, 3});
  Append(1, {4});
  std::vector<std::int64_t> ids;
  std::int64_t rows = 0;
  auto query = Rows()
                   .writeStream()
                   .trigger(Trigger::AvailableNow())
                   .foreachBatch([&](const DataFrame& batch, std::int64_t id) {
                     ids.push_back(id);
                     rows += batch.count();
                     EXPECT_FALSE(batch.isStreaming());
                   })
                   .start();
  query.awaitTermination();
  EXPECT_EQ(ids, std::vector<std::int64_t>{0});
  EXPECT_EQ(rows, 4);
  auto failing = Rows()
                     .writeStream()
                     .trigger(Trigger::AvailableNow())
                     .foreachBatch([](const DataFrame& batch, std::int64_t) { batch.select("no"); })
                     .start();
  EXPECT_THROW(failing.awaitTermination(), StreamingQueryException);
  ASSERT_TRUE(failing.exception().has_value());
  EXPECT_NE(std::string(failing.exception()->what()).find("UNRESOLVED_COLUMN"), std::string::npos);
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

TEST_F(SessionTest, AnOverwriteIsStaticOrDynamic) {
  const std::string key = "spark.sql.sources.partitionOverwriteMode";
  EXPECT_EQ(spark_.conf().get(key), "STATIC");
  spark_.conf().set(key, "Dynamic");
  EXPECT_THROW(spark_.conf().set(key, "other"), IllegalArgumentException);
  EXPECT_EQ(spark_.conf().get(key), "Dynamic");
  spark_.conf().unset(key);
}

TEST_F(SessionTest, AnAnswerToACommandIsForgottenWithItsLastReader) {
  const auto state = std::make_shared<session::SessionState>(1);
  SparkSession spark(state);
  {
    const DataFrame derived = spark.sql("SHOW DATABASES").filter(col("namespace") == "default");
    EXPECT_EQ(state->kept_remotes(), 1U);
    EXPECT_EQ(derived.count(), 1);
  }
  EXPECT_EQ(state->kept_remotes(), 0U);
}

TEST_F(SessionTest, AQueryIsStoppedByItsOwnFunction) {
  Append(0, {1});
  auto query = Rows()
                   .writeStream()
                   .option("checkpointLocation", (folder_ / "own").string())
                   .foreachBatch([&](const DataFrame&, std::int64_t) {
                     for (StreamingQuery& own : spark_.streams().active()) {
                       own.stop();
                     }
                   })
                   .start();
  EXPECT_TRUE(query.awaitTermination(std::chrono::seconds(60)));
  EXPECT_FALSE(query.exception());
}

TEST_F(SessionTest, AQueryDoesNotWaitForItself) {
  Append(0, {1});
  std::vector<std::string> refused;
  auto query = Rows()
                   .writeStream()
                   .trigger(Trigger::AvailableNow())
                   .foreachBatch([&](const DataFrame&, std::int64_t) {
                     const StreamingQuery own = spark_.streams().active().at(0);
                     const std::vector<std::function<void()>> waits = {
                         [&] { own.awaitTermination(); },
                         [&] { own.awaitTermination(milliseconds(1)); },
                         [&] { own.processAllAvailable(); }};
                     for (const auto& wait : waits) {
                       try {
                         wait();
                       } catch (const SparkException& error) {
                         refused.push_back(error.className() + ": " + error.what());
                       }
                     }
                   })
                   .start();
  EXPECT_TRUE(query.awaitTermination(std::chrono::seconds(60)));
  EXPECT_EQ(refused,
            std::vector<std::string>(3,
                                     "IllegalStateException: Cannot wait for a query state from "
                                     "the same thread that is running the query"));
}

TEST_F(SessionTest, WhatAFunctionThrowsFailsItsQueryWhateverItIs) {
  Append(0, {1});
  auto query = Rows()
                   .writeStream()
                   .trigger(Trigger::AvailableNow())
                   .foreachBatch([](const DataFrame&, std::int64_t) { throw 1; })
                   .start();
  EXPECT_THROW(query.awaitTermination(), StreamingQueryException);
  EXPECT_THAT(query.exception()->what(), HasSubstr("threw something that is no exception"));
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

// Refused inside stored views and where a table is wanted; read by every session.
TEST_F(SessionTest, ADatabaseKeepsViews) {
  spark_.sql("CREATE VIEW kept (a) AS SELECT id * 2 FROM range(3)");
  EXPECT_EQ(spark_.table("kept").schema().toDDL(), "a BIGINT NOT NULL");
  EXPECT_EQ(spark_.sql("SELECT max(a) AS m FROM default.kept").columns().size(), 1u);
  spark_.sql("CREATE TEMPORARY VIEW fleeting AS SELECT 1 AS b");
  try {
    spark_.sql("CREATE VIEW over_it AS SELECT * FROM kept, fleeting");
    FAIL() << "a stored view over a temporary one";
  } catch (const AnalysisException& error) {
    EXPECT_THAT(error.what(), HasSubstr("INVALID_TEMP_OBJ_REFERENCE"));
  }
  EXPECT_THROW(spark_.sql("CREATE OR REPLACE VIEW kept AS SELECT * FROM kept"), AnalysisException);
  EXPECT_THROW(spark_.sql("INSERT INTO kept VALUES (1)"), AnalysisException);
  spark_.stop();
  auto next = SparkSession::builder().getOrCreate();
  EXPECT_THAT(next.table("kept").columns(), ElementsAre("a"));
  EXPECT_THROW(next.table("fleeting").columns(), AnalysisException);
  next.sql("DROP VIEW kept");
  EXPECT_THROW(next.table("kept").columns(), AnalysisException);
  next.stop();
}

TEST_F(SessionTest, AViewNamesAllOfItsColumnsOrNone) {
  const std::vector<std::pair<std::string, std::string>> views = {
      {"TEMP VIEW", "`v`"},
      {"GLOBAL TEMP VIEW", "`v`"},
      {"VIEW", "`spark_catalog`.`default`.`v`"}};
  for (const auto& [kind, name] : views) {
    try {
      spark_.sql("CREATE " + kind + " v (p, q) AS SELECT 1");
      FAIL() << kind;
    } catch (const AnalysisException& error) {
      EXPECT_EQ(error.getCondition(), "CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS");
      EXPECT_EQ(error.getMessageParameters().at("viewName"), name);
      EXPECT_EQ(error.getMessageParameters().at("dataColumns"), "`1`");
    }
  }
}

TEST_F(SessionTest, ARandomColumnOfAStreamIsUsedOnce) {
  Append(0, {1, 2, 3});
  auto query = Writer(Rows().selectExpr("id", "rand() AS r")).trigger(Trigger::AvailableNow()).start();
  query.awaitTermination();
  EXPECT_EQ(the_table->num_rows(), 3);
  const DataFrame twice = Rows().selectExpr("uuid() AS u").selectExpr("u", "u AS again");
  EXPECT_THROW(Writer(twice).start(), SparkException);
}

}  // namespace
}  // namespace millrace
