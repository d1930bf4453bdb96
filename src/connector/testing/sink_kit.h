#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include <gtest/gtest.h>

#include "base/result.h"
#include "connector/sink.h"

namespace millrace::connector::testing {

/// The columns that the kit writes: `id BIGINT, text STRING`.
StructType KitSchema();
/// Rows with the ids first .. first + count - 1.
std::shared_ptr<arrow::RecordBatch> KitRows(std::int64_t first, std::int64_t count);
/// The ids first .. first + count - 1.
std::vector<std::int64_t> KitIds(std::int64_t first, std::int64_t count);

/// What the kit must know about one sink. A new harness is a new, empty target; a connector's test
/// derives one and writes `INSTANTIATE_TYPED_TEST_SUITE_P(Delta, SinkKit, DeltaHarness);`.
class SinkHarness {
 public:
  virtual ~SinkHarness() = default;
  /// The sink as each start of one and the same query makes it, for KitSchema().
  virtual base::Result<std::unique_ptr<Sink>> Open() = 0;
  /// The ids that a reader of the target sees now, in ascending order, doubled ones twice.
  virtual std::vector<std::int64_t> VisibleIds() = 0;
  /// Files, rows or the like that no reader sees but that take room; 0 when it cannot be told.
  virtual std::int64_t Leftovers() { return 0; }
  /// Makes the next commit fail with nothing done. False when it cannot be arranged.
  virtual bool FailNextCommit() { return false; }
  /// Makes the next commit succeed, but tells the sink that it failed.
  virtual bool LoseNextAnswer() { return false; }
};

/// Writes the parts to one writer each, and finishes those.
base::Status WriteParts(SinkBatch* batch,
                        const std::vector<std::shared_ptr<arrow::RecordBatch>>& parts);
/// One batch from its beginning to its commit, through one writer. Ok and `*skipped` when the sink
/// holds the batch already.
base::Status WriteBatch(Sink* sink, std::int64_t batch_id,
                        const std::vector<std::shared_ptr<arrow::RecordBatch>>& parts,
                        bool* skipped = nullptr);

/// What every sink that keeps the batch id with its data must do.
template <typename Harness>
class SinkKit : public ::testing::Test {
 protected:
  std::unique_ptr<Sink> Open() {
    auto sink = harness_.Open();
    EXPECT_TRUE(sink.ok()) << sink.status().ToString();
    return sink.ok() ? std::move(sink).value() : nullptr;
  }
  Harness harness_;
};

TYPED_TEST_SUITE_P(SinkKit);

TYPED_TEST_P(SinkKit, CommittedRowsAreVisible) {
  auto sink = this->Open();
  ASSERT_TRUE(WriteBatch(sink.get(), 0, {KitRows(0, 5)}).ok());
  EXPECT_EQ(this->harness_.VisibleIds(), KitIds(0, 5));
  ASSERT_TRUE(WriteBatch(sink.get(), 1, {KitRows(5, 3)}).ok());
  EXPECT_EQ(this->harness_.VisibleIds(), KitIds(0, 8));
  EXPECT_EQ(this->harness_.Leftovers(), 0);
}

TYPED_TEST_P(SinkKit, CommittedTwiceIsCommittedOnce) {
  {
    auto sink = this->Open();
    ASSERT_TRUE(WriteBatch(sink.get(), 0, {KitRows(0, 5)}).ok());
    bool skipped = false;
    ASSERT_TRUE(WriteBatch(sink.get(), 0, {KitRows(0, 5)}, &skipped).ok());
    EXPECT_TRUE(skipped);
  }
  auto reopened = this->Open();
  bool skipped = false;
  ASSERT_TRUE(WriteBatch(reopened.get(), 0, {KitRows(0, 5)}, &skipped).ok());
  EXPECT_TRUE(skipped);
  ASSERT_TRUE(WriteBatch(reopened.get(), 1, {KitRows(5, 2)}, &skipped).ok());
  EXPECT_FALSE(skipped);
  EXPECT_EQ(this->harness_.VisibleIds(), KitIds(0, 7));
}

TYPED_TEST_P(SinkKit, AnUncommittedBatchLeavesNothing) {
  auto sink = this->Open();
  {
    auto batch = sink->BeginBatch(0, {});
    ASSERT_TRUE(batch.ok()) << batch.status().ToString();
    ASSERT_TRUE(WriteParts(batch->get(), {KitRows(0, 5)}).ok());
    EXPECT_TRUE(this->harness_.VisibleIds().empty());
  }
  EXPECT_TRUE(this->harness_.VisibleIds().empty());
  EXPECT_EQ(this->harness_.Leftovers(), 0);
  ASSERT_TRUE(WriteBatch(sink.get(), 0, {KitRows(0, 5)}).ok());
  EXPECT_EQ(this->harness_.VisibleIds(), KitIds(0, 5));
}

TYPED_TEST_P(SinkKit, AnUnfinishedWriterLeavesNothing) {
  auto sink = this->Open();
  {
    auto batch = sink->BeginBatch(0, {});
    ASSERT_TRUE(batch.ok()) << batch.status().ToString();
    auto writer = (*batch)->NewWriter();
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->Write(KitRows(0, 5)).ok());
    writer->reset();
  }
  EXPECT_TRUE(this->harness_.VisibleIds().empty());
  EXPECT_EQ(this->harness_.Leftovers(), 0);
}

TYPED_TEST_P(SinkKit, SeveralWritersMakeOneBatch) {
  auto sink = this->Open();
  auto batch = sink->BeginBatch(0, {});
  ASSERT_TRUE(batch.ok()) << batch.status().ToString();
  ASSERT_TRUE(WriteParts(batch->get(), {KitRows(0, 5), KitRows(5, 5), KitRows(10, 1)}).ok());
  ASSERT_TRUE((*batch)->Commit({}).ok());
  EXPECT_EQ(this->harness_.VisibleIds(), KitIds(0, 11));
}

TYPED_TEST_P(SinkKit, AnEmptyBatchCountsToo) {
  auto sink = this->Open();
  ASSERT_TRUE(WriteBatch(sink.get(), 0, {}).ok());
  ASSERT_TRUE(WriteBatch(sink.get(), 1, {KitRows(0, 0)}).ok());
  bool skipped = false;
  ASSERT_TRUE(WriteBatch(sink.get(), 1, {KitRows(0, 4)}, &skipped).ok());
  EXPECT_TRUE(skipped);
  ASSERT_TRUE(WriteBatch(sink.get(), 2, {KitRows(0, 4)}).ok());
  EXPECT_EQ(this->harness_.VisibleIds(), KitIds(0, 4));
}

TYPED_TEST_P(SinkKit, AFailedCommitCanBeTriedAgain) {
  auto sink = this->Open();
  ASSERT_TRUE(WriteBatch(sink.get(), 0, {KitRows(0, 2)}).ok());
  auto batch = sink->BeginBatch(1, {});
  ASSERT_TRUE(batch.ok()) << batch.status().ToString();
  ASSERT_TRUE(WriteParts(batch->get(), {KitRows(2, 3)}).ok());
  if (!this->harness_.FailNextCommit()) GTEST_SKIP() << "this sink's commit cannot be made to fail";
  EXPECT_FALSE((*batch)->Commit({}).ok());
  EXPECT_EQ(this->harness_.VisibleIds(), KitIds(0, 2));
  ASSERT_TRUE((*batch)->Commit({}).ok());
  EXPECT_EQ(this->harness_.VisibleIds(), KitIds(0, 5));
}

TYPED_TEST_P(SinkKit, AFailedBatchCanBeBegunAgain) {
  auto sink = this->Open();
  ASSERT_TRUE(WriteBatch(sink.get(), 0, {KitRows(0, 2)}).ok());
  if (!this->harness_.FailNextCommit()) GTEST_SKIP() << "this sink's commit cannot be made to fail";
  EXPECT_FALSE(WriteBatch(sink.get(), 1, {KitRows(2, 3)}).ok());
  EXPECT_EQ(this->harness_.VisibleIds(), KitIds(0, 2));
  EXPECT_EQ(this->harness_.Leftovers(), 0);
  auto reopened = this->Open();
  ASSERT_TRUE(WriteBatch(reopened.get(), 1, {KitRows(2, 3)}).ok());
  EXPECT_EQ(this->harness_.VisibleIds(), KitIds(0, 5));
}

TYPED_TEST_P(SinkKit, ALostAnswerIsNoSecondCopy) {
  auto sink = this->Open();
  ASSERT_TRUE(WriteBatch(sink.get(), 0, {KitRows(0, 2)}).ok());
  if (!this->harness_.LoseNextAnswer()) GTEST_SKIP() << "this sink's answers cannot be lost";
  const base::Status first = WriteBatch(sink.get(), 1, {KitRows(2, 3)});
  EXPECT_EQ(this->harness_.VisibleIds(), KitIds(0, 5)) << first.ToString();
  auto reopened = this->Open();
  bool skipped = false;
  ASSERT_TRUE(WriteBatch(reopened.get(), 1, {KitRows(2, 3)}, &skipped).ok());
  EXPECT_TRUE(skipped);
  EXPECT_EQ(this->harness_.VisibleIds(), KitIds(0, 5));
}

TYPED_TEST_P(SinkKit, AStopIsHeardBeforeTheCommit) {
  auto sink = this->Open();
  std::stop_source stop;
  stop.request_stop();
  const auto batch = sink->BeginBatch(0, stop.get_token());
  if (!batch.ok()) {
    EXPECT_EQ(batch.status().code(), base::StatusCode::kCancelled) << batch.status().ToString();
  }
  EXPECT_TRUE(this->harness_.VisibleIds().empty());
}

REGISTER_TYPED_TEST_SUITE_P(SinkKit, CommittedRowsAreVisible, CommittedTwiceIsCommittedOnce,
                            AnUncommittedBatchLeavesNothing, AnUnfinishedWriterLeavesNothing,
                            SeveralWritersMakeOneBatch, AnEmptyBatchCountsToo,
                            AFailedCommitCanBeTriedAgain, AFailedBatchCanBeBegunAgain,
                            ALostAnswerIsNoSecondCopy, AStopIsHeardBeforeTheCommit);

}  // namespace millrace::connector::testing
