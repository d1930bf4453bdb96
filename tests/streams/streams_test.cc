// Runs every *.test file of this folder: straight, stopped and started again after every batch,
// killed in every batch between the sink's commit and ours, and on a disk that fails once at each
// call; each with one and with three partitions. The rows out are the same every time.

#include <algorithm>
#include <filesystem>
#include <memory>

#include <arrow/record_batch.h>
#include <gtest/gtest.h>

#include "analysis/analyzer.h"
#include "connector/testing/list_sink.h"
#include "connector/testing/list_source.h"
#include "fs/faulty_file_system.h"
#include "fs/memory_file_system.h"
#include "plan_text.h"
#include "processor/duckdb/duckdb_processor.h"
#include "stream/query.h"
#include "stream_case.h"
#include "stream_rows.h"

namespace millrace::streams {
namespace {

using connector::testing::ListSink;
using connector::testing::ListSource;
using connector::testing::ListTable;
using connector::testing::ListTopic;

std::vector<std::string> CaseFiles() {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(MILLRACE_SOURCE_DIR "/tests/streams")) {
    if (entry.path().extension() == ".test") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class OneSchema : public analysis::SourceCatalog {
 public:
  explicit OneSchema(StructType schema) : schema_(std::move(schema)) {}
  base::Result<StructType> SourceSchema(const std::string&, const plan::Options&,
                                        const std::optional<StructType>&) const override {
    return schema_;
  }

 private:
  StructType schema_;
};

processor::Processor& TheProcessor() {
  static auto processor = processor::duckdb::NewDuckDbProcessor();
  EXPECT_TRUE(processor.ok()) << processor.status().ToString();
  return **processor;
}

/// One case on one topic and table; starts of the query come and go.
class Stream {
 public:
  Stream(const StreamCase& the_case, int partitions)
      : case_(the_case), topic_(std::make_shared<ListTopic>(the_case.source, partitions)) {}

  /// Ok, or what analysis or Prepare said.
  base::Status Analyze() {
    plan::RelationPtr relation = plan::ReadStream("list", {});
    for (const std::string& step : case_.steps) relation = ApplyStep(std::move(relation), step);
    const OneSchema sources(case_.source);
    analysis::AnalysisContext context;
    context.sources = &sources;
    context.time_zone = "UTC";
    MILLRACE_ASSIGN_OR_RETURN(query_, analysis::Analyze(relation, context));
    return Prepare().status();
  }

  /// Rows of one batch arrive, dealt out to the partitions.
  void Arrive(const std::vector<std::string>& rows) {
    const int partitions = topic_->partitions();
    std::vector<std::vector<std::string>> dealt(partitions);
    for (std::size_t i = 0; i < rows.size(); ++i) dealt[i % partitions].push_back(rows[i]);
    for (int i = 0; i < partitions; ++i) {
      if (!dealt[i].empty()) topic_->Append(i, ToBatch(case_.source, dealt[i]));
    }
  }

  /// One AvailableNow start to its end, in batches of at most `max_rows`.
  base::Status Run(fs::FileSystem* disk, std::optional<std::int64_t> max_rows,
                   std::function<base::Status(std::int64_t)> after_commit = nullptr) {
    MILLRACE_ASSIGN_OR_RETURN(
        auto checkpoint, checkpoint::Checkpoint::Open(disk, "/checkpoint", base::Random::System()));
    stream::QueryParts parts;
    parts.identity = {checkpoint->query_id().ToString(), "run", std::nullopt};
    parts.checkpoint = std::move(checkpoint);
    parts.sources.push_back(std::make_unique<ListSource>(topic_, max_rows));
    MILLRACE_ASSIGN_OR_RETURN(parts.plan, Prepare());
    auto sink = std::make_unique<ListSink>(table_);
    sink->after_commit = std::move(after_commit);
    parts.sink = std::move(sink);
    parts.trigger = {stream::Trigger::Kind::kAvailableNow, {}};
    parts.pool = &pool_;
    parts.clock = &clock_;
    stream::Query query(std::move(parts));
    query.Start();
    query.AwaitTermination(std::nullopt);
    return query.failure();
  }

  std::vector<std::string> Lines() const { return ToLines(table_->Rows()); }
  const StructType& output_schema() const { return query_.schema(); }
  std::size_t batches() const { return table_->batch_ids().size(); }

 private:
  base::Result<std::unique_ptr<processor::PreparedPlan>> Prepare() {
    return TheProcessor().Prepare(query_, {"UTC"});
  }

  const StreamCase& case_;
  std::shared_ptr<ListTopic> topic_;
  std::shared_ptr<ListTable> table_ = std::make_shared<ListTable>();
  plan::ResolvedQuery query_;
  base::ThreadPool pool_{2};
  /// 2026-01-01T00:00:00Z, and stands still: current_timestamp() is the batch's time.
  base::ManualClock clock_{base::WallTime(std::chrono::seconds(1767225600))};
};

class StreamsTest : public ::testing::TestWithParam<std::tuple<std::string, int>> {
 protected:
  void SetUp() override {
    case_ = ReadStreamCase(std::get<0>(GetParam()));
    partitions_ = std::get<1>(GetParam());
  }
  bool expects_rows() const { return !case_.error_condition; }

  StreamCase case_;
  int partitions_ = 1;
};

TEST_P(StreamsTest, Straight) {
  Stream stream(case_, partitions_);
  base::Status status = stream.Analyze();
  fs::MemoryFileSystem disk;
  for (const auto& rows : case_.batches) {
    if (!status.ok()) break;
    stream.Arrive(rows);
    status = stream.Run(&disk, std::nullopt);
  }
  if (case_.error_condition) {
    ASSERT_FALSE(status.ok()) << "an error was expected: " << *case_.error_condition;
    EXPECT_EQ(status.spark_error().condition, *case_.error_condition) << status.ToString();
    EXPECT_NE(status.message().find(case_.error_words), std::string::npos) << status.message();
    return;
  }
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(stream.Lines(), case_.output);
  if (case_.schema) {
    EXPECT_EQ(stream.output_schema().toDDL(), *case_.schema);
  }
}

TEST_P(StreamsTest, KilledInEveryBatchAndStartedAgain) {
  if (!expects_rows()) return;  // Straight has seen the error; there is nothing to recover.
  Stream stream(case_, partitions_);
  ASSERT_TRUE(stream.Analyze().ok());
  for (const auto& rows : case_.batches) stream.Arrive(rows);
  fs::MemoryFileSystem disk;
  // The process dies after each sink commit, before commits/N: the next start does the batch again.
  int deaths = 0;
  base::Status status = base::Status::Internal("not started");
  for (int start = 0; start < 200 && !status.ok(); ++start) {
    std::int64_t died_at = -1;
    status = stream.Run(&disk, 1, [&](std::int64_t batch) {
      died_at = batch;
      ++deaths;
      return base::Status::Unavailable("killed");
    });
    if (died_at < 0) break;
  }
  EXPECT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(deaths, static_cast<int>(stream.batches()));
  EXPECT_EQ(stream.Lines(), case_.output);
}

TEST_P(StreamsTest, OnADiskThatFailsOnceAtEachCall) {
  if (!expects_rows()) return;
  for (const fs::Fault fault :
       {fs::Fault::kFailBefore, fs::Fault::kFailAfter, fs::Fault::kTornTemp}) {
    bool reached = true;
    for (std::int64_t at = 0; reached; ++at) {
      ASSERT_LT(at, 1000);
      Stream stream(case_, partitions_);
      ASSERT_TRUE(stream.Analyze().ok());
      for (const auto& rows : case_.batches) stream.Arrive(rows);
      fs::MemoryFileSystem memory;
      reached = false;
      fs::FaultyFileSystem faulty(&memory, [&](const fs::Operation& operation) {
        if (operation.index != at) return fs::Fault::kNone;
        reached = true;
        return fault;
      });
      (void)stream.Run(&faulty, 2);  // May fail: that is what the next start is for.
      const base::Status again = stream.Run(&memory, 2);
      ASSERT_TRUE(again.ok()) << "fault " << static_cast<int>(fault) << " at call " << at << ": "
                              << again.ToString();
      ASSERT_EQ(stream.Lines(), case_.output)
          << "fault " << static_cast<int>(fault) << " at call " << at;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Files, StreamsTest,
    ::testing::Combine(::testing::ValuesIn(CaseFiles()), ::testing::Values(1, 3)),
    [](const auto& info) {
      const std::string stem = std::filesystem::path(std::get<0>(info.param)).stem().string();
      return stem + "_" + std::to_string(std::get<1>(info.param)) + "partitions";
    });

}  // namespace
}  // namespace millrace::streams
