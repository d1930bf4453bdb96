#include "stream/query.h"

#include <atomic>
#include <future>
#include <numeric>

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector/testing/list_sink.h"
#include "connector/testing/list_source.h"
#include "fs/faulty_file_system.h"
#include "fs/memory_file_system.h"

namespace millrace::stream {
namespace {

using connector::testing::ListSink;
using connector::testing::ListSource;
using connector::testing::ListTable;
using connector::testing::ListTopic;
using std::chrono::milliseconds;

/// A plan that hands its rows on, or fails on a value that a test names.
class EchoPlan : public processor::PreparedPlan {
 public:
  EchoPlan(StructType schema, std::shared_ptr<std::atomic<std::int64_t>> poison,
           std::shared_ptr<std::atomic<int>> workers)
      : schema_(std::move(schema)),
        columns_(schema_.size()),
        poison_(std::move(poison)),
        workers_(std::move(workers)) {
    std::iota(columns_.begin(), columns_.end(), 0);
  }
  const StructType& output_schema() const override { return schema_; }
  const std::vector<int>& required_columns(int) const override { return columns_; }
  std::vector<std::string> Describe() const override { return {"echo"}; }
  base::Result<std::unique_ptr<processor::PlanWorker>> NewWorker() const override {
    class Worker : public processor::PlanWorker {
     public:
      explicit Worker(std::shared_ptr<std::atomic<std::int64_t>> poison)
          : poison_(std::move(poison)) {}
      base::Result<std::shared_ptr<arrow::RecordBatch>> Process(
          const std::shared_ptr<arrow::RecordBatch>& input, const processor::BatchContext&,
          std::stop_token) override {
        const auto& values = static_cast<const arrow::Int64Array&>(*input->column(0));
        for (std::int64_t i = 0; i < values.length(); ++i) {
          if (values.Value(i) == *poison_) return base::Status::InvalidArgument("poisoned row");
        }
        return input;
      }
      std::shared_ptr<std::atomic<std::int64_t>> poison_;
    };
    ++*workers_;
    return std::unique_ptr<processor::PlanWorker>(std::make_unique<Worker>(poison_));
  }

 private:
  StructType schema_;
  std::vector<int> columns_;
  std::shared_ptr<std::atomic<std::int64_t>> poison_;
  std::shared_ptr<std::atomic<int>> workers_;
};

class RecordedEvents : public QueryEvents {
 public:
  void OnProgress(const StreamingQueryProgress& p) override { progress.push_back(p); }
  void OnIdle(base::WallTime) override { ++idle; }
  void OnTerminated(const base::Status& status) override { terminated.push_back(status); }

  std::vector<StreamingQueryProgress> progress;
  std::atomic<int> idle = 0;
  std::vector<base::Status> terminated;
};

/// A clock whose time stands still but for its sleeps, which it remembers.
class SleepRecorder : public base::ManualClock {
 public:
  bool Sleep(std::chrono::nanoseconds duration, std::stop_token stop) override {
    {
      std::lock_guard lock(mutex_);
      slept_.push_back(std::chrono::duration_cast<milliseconds>(duration));
    }
    std::this_thread::yield();
    return ManualClock::Sleep(duration, stop);
  }
  int Count(milliseconds duration) const {
    std::lock_guard lock(mutex_);
    return static_cast<int>(std::count(slept_.begin(), slept_.end(), duration));
  }

 private:
  mutable std::mutex mutex_;
  std::vector<milliseconds> slept_;
};

class QueryTest : public ::testing::Test {
 protected:
  void Append(int partition, std::int64_t first, std::int64_t count) {
    arrow::Int64Builder builder;
    for (std::int64_t i = 0; i < count; ++i) ASSERT_TRUE(builder.Append(first + i).ok());
    auto array = builder.Finish().ValueOrDie();
    topic_->Append(partition,
                   arrow::RecordBatch::Make(arrow::schema({arrow::field("v", arrow::int64())}),
                                            count, {array}));
  }

  /// One start of the query on the same checkpoint, topic and table.
  std::unique_ptr<Query> Make(Trigger trigger, fs::FileSystem* disk = nullptr,
                              std::optional<std::int64_t> max_rows = std::nullopt) {
    auto opened = checkpoint::Checkpoint::Open(disk != nullptr ? disk : &disk_, "/ckpt",
                                               base::Random::System());
    EXPECT_TRUE(opened.ok()) << opened.status().ToString();
    if (!opened.ok()) return nullptr;
    return MakeOn(std::move(*opened), trigger, max_rows);
  }

  std::unique_ptr<Query> MakeOn(std::unique_ptr<checkpoint::Checkpoint> checkpoint, Trigger trigger,
                                std::optional<std::int64_t> max_rows) {
    QueryParts parts;
    parts.identity = {checkpoint->query_id().ToString(), "run", "q"};
    parts.checkpoint = std::move(checkpoint);
    parts.sources.push_back(std::make_unique<ListSource>(topic_, max_rows));
    parts.plan = std::make_unique<EchoPlan>(topic_->schema(), poison_, workers_);
    auto sink = std::make_unique<ListSink>(table_);
    sink->before_commit = before_commit_;
    sink->after_commit = after_commit_;
    sink->commit_interval = commit_interval_;
    parts.sink = std::move(sink);
    parts.clock = clock_;
    parts.trigger = trigger;
    parts.pool = &pool_;
    parts.events = &events_;
    parts.polling_delay = milliseconds(1);
    return std::make_unique<Query>(std::move(parts));
  }

  /// One AvailableNow run in batches of 10 rows, which may fail, on that disk.
  void RunToEnd(fs::FileSystem* disk) {
    auto opened = checkpoint::Checkpoint::Open(disk, "/ckpt", base::Random::System());
    if (!opened.ok()) return;
    auto query = MakeOn(std::move(*opened), kAvailableNow, 10);
    query->Start();
    query->AwaitTermination(std::nullopt);
  }

  std::vector<std::int64_t> Values() const {
    std::vector<std::int64_t> values;
    for (const auto& rows : table_->Rows()) {
      const auto& column = static_cast<const arrow::Int64Array&>(*rows->column(0));
      for (std::int64_t i = 0; i < column.length(); ++i) values.push_back(column.Value(i));
    }
    std::sort(values.begin(), values.end());
    return values;
  }

  static std::vector<std::int64_t> UpTo(std::int64_t count) {
    std::vector<std::int64_t> values(count);
    std::iota(values.begin(), values.end(), 0);
    return values;
  }

  static constexpr Trigger kAvailableNow{Trigger::Kind::kAvailableNow, milliseconds(0)};
  static constexpr Trigger kDefault{Trigger::Kind::kProcessingTime, milliseconds(0)};

  fs::MemoryFileSystem disk_;
  std::shared_ptr<ListTopic> topic_ =
      std::make_shared<ListTopic>(StructType().add("v", LongType()), 3);
  std::shared_ptr<ListTable> table_ = std::make_shared<ListTable>();
  std::shared_ptr<std::atomic<std::int64_t>> poison_ =
      std::make_shared<std::atomic<std::int64_t>>(-1);
  std::shared_ptr<std::atomic<int>> workers_ = std::make_shared<std::atomic<int>>(0);
  std::function<base::Status(std::int64_t)> before_commit_;
  std::function<base::Status(std::int64_t)> after_commit_;
  milliseconds commit_interval_{0};
  base::Clock* clock_ = base::Clock::System();
  base::ThreadPool pool_{2};
  RecordedEvents events_;
};

TEST_F(QueryTest, AvailableNowTakesEverythingUnderTheLimitAndEnds) {
  Append(0, 0, 250);
  Append(1, 250, 150);
  auto query = Make(kAvailableNow, nullptr, 150);
  query->Start();
  ASSERT_TRUE(query->AwaitTermination(milliseconds(10'000)));
  EXPECT_TRUE(query->failure().ok()) << query->failure().ToString();
  EXPECT_EQ(Values(), UpTo(400));
  EXPECT_THAT(table_->batch_ids(), ::testing::ElementsAre(0, 1, 2));
  ASSERT_EQ(events_.progress.size(), 3u);
  EXPECT_EQ(events_.progress[0].numInputRows(), 150);
  EXPECT_EQ(events_.progress[0].sources[0].startOffset, std::nullopt);
  EXPECT_EQ(events_.progress[1].sources[0].startOffset, events_.progress[0].sources[0].endOffset);
  EXPECT_EQ(events_.terminated.size(), 1u);
}

TEST_F(QueryTest, ASmallBatchIsDoneByOneThreadALargeOneBySeveral) {
  for (int partition = 0; partition < 3; ++partition) Append(partition, partition * 10, 10);
  auto first = Make(kAvailableNow);
  first->Start();
  first->AwaitTermination(std::nullopt);
  EXPECT_EQ(*workers_, 1);
  EXPECT_EQ(table_->writers(0), 1u);
  first.reset();
  *workers_ = 0;
  for (int partition = 0; partition < 3; ++partition) {
    Append(partition, 30 + partition * BatchRunner::kRowsPerWorker, BatchRunner::kRowsPerWorker);
  }
  auto second = Make(kAvailableNow);
  second->Start();
  second->AwaitTermination(std::nullopt);
  EXPECT_EQ(*workers_, 2);
  EXPECT_EQ(Values(), UpTo(30 + 3 * BatchRunner::kRowsPerWorker));
}

TEST_F(QueryTest, ProcessAllAvailableSeesWhatWasThereAtTheCall) {
  auto query = Make(kDefault);
  query->Start();
  for (int round = 0; round < 20; ++round) {
    Append(round % 3, round * 5, 5);
    query->ProcessAllAvailable();
    ASSERT_EQ(Values(), UpTo((round + 1) * 5)) << "round " << round;
  }
  query->Stop();
  EXPECT_TRUE(query->failure().ok());
  EXPECT_EQ(query->status().message, "Stopped");
}

TEST_F(QueryTest, AWaitForAllThatIsThereCanBeGivenUp) {
  // There is always more: each batch brings the next one's rows.
  Append(0, 0, 5);
  before_commit_ = [this](std::int64_t batch) {
    Append(0, (batch + 1) * 5, 5);
    return base::Status::Ok();
  };
  auto query = Make(kDefault, nullptr, 5);
  query->Start();
  std::stop_source stop;
  auto waiting = std::async(std::launch::async,
                            [&] { return query->ProcessAllAvailable(stop.get_token()); });
  EXPECT_EQ(waiting.wait_for(milliseconds(50)), std::future_status::timeout);
  stop.request_stop();
  EXPECT_EQ(waiting.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  if (!query->is_active()) FAIL() << query->failure().ToString();
  EXPECT_FALSE(waiting.get());
  query->Stop();
  EXPECT_TRUE(query->ProcessAllAvailable());
}

TEST_F(QueryTest, ASmallBatchIsFollowedByAPauseUnlessMoreIsThere) {
  SleepRecorder clock;
  clock_ = &clock;
  commit_interval_ = milliseconds(250);
  Append(0, 0, 30);
  auto query = Make(kDefault, nullptr, 10);  // Three batches; after two of them more is there.
  query->Start();
  while (table_->num_rows() < 30 || clock.Count(milliseconds(250)) == 0) std::this_thread::yield();
  query->Stop();
  EXPECT_THAT(table_->batch_ids(), ::testing::ElementsAre(0, 1, 2));
  EXPECT_EQ(clock.Count(milliseconds(250)), 1);
}

TEST_F(QueryTest, AStopBeforeTheStartIsObeyed) {
  Append(0, 0, 10);
  auto query = Make(kDefault);
  query->Stop();
  auto other = Make(kAvailableNow);  // The checkpoint is free.
  ASSERT_NE(other, nullptr);
  query->Start();
  EXPECT_FALSE(query->is_active());
  EXPECT_TRUE(query->AwaitTermination(std::nullopt));
  EXPECT_TRUE(query->failure().ok());
  EXPECT_EQ(query->status().message, "Stopped");
  ASSERT_EQ(events_.terminated.size(), 1u);
  EXPECT_TRUE(events_.terminated[0].ok());
  EXPECT_EQ(table_->num_rows(), 0);
}

TEST_F(QueryTest, StartAndStopAtOnce) {
  for (int round = 0; round < 200; ++round) {
    auto query = Make(kDefault);
    std::thread stopping([&] { query->Stop(); });
    query->Start();
    stopping.join();
    ASSERT_TRUE(query->AwaitTermination(milliseconds(10'000))) << "round " << round;
    ASSERT_EQ(events_.terminated.size(), static_cast<std::size_t>(round) + 1);
  }
}

TEST_F(QueryTest, AFailureNamesTheBatchAndTheNextStartRunsItAgain) {
  Append(0, 0, 10);
  auto query = Make(kDefault);
  query->Start();
  query->ProcessAllAvailable();
  *poison_ = 15;
  Append(1, 10, 10);
  ASSERT_TRUE(query->AwaitTermination(milliseconds(10'000)));
  EXPECT_THAT(query->failure().message(),
              ::testing::HasSubstr("batch 1: list-1 [0, 10): poisoned"));
  EXPECT_FALSE(query->is_active());
  query->ProcessAllAvailable();  // Returns: the query has ended.
  query.reset();
  EXPECT_EQ(Values(), UpTo(10));

  *poison_ = -1;
  auto again = Make(kAvailableNow);
  again->Start();
  again->AwaitTermination(std::nullopt);
  EXPECT_EQ(Values(), UpTo(20));
  EXPECT_THAT(table_->batch_ids(), ::testing::ElementsAre(0, 1));
}

TEST_F(QueryTest, ALostAnswerOfTheSinkIsNotWrittenTwice) {
  Append(0, 0, 10);
  after_commit_ = [](std::int64_t) { return base::Status::Unavailable("answer lost"); };
  auto query = Make(kAvailableNow);
  query->Start();
  query->AwaitTermination(std::nullopt);
  EXPECT_EQ(query->failure().code(), base::StatusCode::kUnavailable);
  query.reset();
  after_commit_ = nullptr;
  auto again = Make(kAvailableNow);
  again->Start();
  again->AwaitTermination(std::nullopt);
  EXPECT_TRUE(again->failure().ok());
  EXPECT_EQ(Values(), UpTo(10));
}

/// Every call on the checkpoint's disk fails once, in each way; then the query starts again on the
/// disk as it was left. No row is lost or doubled.
TEST_F(QueryTest, SurvivesEveryDiskFaultOnce) {
  for (const fs::Fault fault :
       {fs::Fault::kFailBefore, fs::Fault::kFailAfter, fs::Fault::kTornTemp, fs::Fault::kNoSpace}) {
    bool reached = true;
    for (std::int64_t at = 0; reached; ++at) {
      SCOPED_TRACE(testing::Message() << "fault " << static_cast<int>(fault) << " at call " << at);
      ASSERT_LT(at, 500);
      fs::MemoryFileSystem memory;
      topic_ = std::make_shared<ListTopic>(StructType().add("v", LongType()), 3);
      table_ = std::make_shared<ListTable>();
      Append(0, 0, 20);
      Append(1, 20, 15);
      reached = false;
      fs::FaultyFileSystem faulty(&memory, [&](const fs::Operation& operation) {
        if (operation.index != at) return fs::Fault::kNone;
        reached = true;
        return fault;
      });
      RunToEnd(&faulty);
      for (int start = 0; start < 3; ++start) RunToEnd(&memory);
      ASSERT_EQ(Values(), UpTo(35));
    }
  }
}

}  // namespace
}  // namespace millrace::stream
