#include "stream/next_batch.h"

#include <gtest/gtest.h>

namespace millrace::stream {
namespace {

using Kind = Trigger::Kind;
using Offsets = std::vector<std::optional<connector::Offset>>;

checkpoint::OffsetSeq Intent(const std::string& offset, std::int64_t time_ms = 5) {
  checkpoint::OffsetSeq entry;
  entry.batch_timestamp_ms = time_ms;
  entry.offsets = {offset};
  return entry;
}

Offsets At(const std::string& offset) { return {connector::Offset{offset}}; }

StreamState State(const checkpoint::RecoveredState& logs) {
  auto state = StateFromLogs(logs, 1);
  EXPECT_TRUE(state.ok()) << state.status().ToString();
  return *state;
}

TEST(StateFromLogs, EmptyLogsStartAtBatchZero) {
  const StreamState state = State({});
  EXPECT_EQ(state.next_batch_id, 0);
  EXPECT_EQ(state.start, Offsets{std::nullopt});
  EXPECT_FALSE(state.pending);
}

TEST(StateFromLogs, ACommittedBatchIsFollowedByTheNext) {
  checkpoint::RecoveredState logs;
  logs.latest = {3, Intent("b")};
  logs.previous = Intent("a");
  logs.last_commit = {3, {}};
  const StreamState state = State(logs);
  EXPECT_EQ(state.next_batch_id, 4);
  EXPECT_EQ(state.start, At("b"));
  EXPECT_FALSE(state.pending);
}

TEST(StateFromLogs, AnUncommittedBatchIsRunAgainWithItsOwnRangeAndTime) {
  checkpoint::RecoveredState logs;
  logs.latest = {3, Intent("b", 77)};
  logs.previous = Intent("a");
  logs.last_commit = {2, {}};
  const StreamState state = State(logs);
  // The newest data and the clock do not matter: the plan is what was written.
  const Decision decision = NextBatch(state, At("z"), Kind::kProcessingTime, 0, 1'000);
  const auto& plan = std::get<BatchPlan>(decision);
  EXPECT_EQ(plan.id, 3);
  EXPECT_EQ(plan.start, At("a"));
  EXPECT_EQ(plan.end, At("b"));
  EXPECT_EQ(plan.timestamp_ms, 77);
  EXPECT_TRUE(plan.replay);
}

TEST(StateFromLogs, AnUncommittedBatchZeroHasNoStart) {
  checkpoint::RecoveredState logs;
  logs.latest = {0, Intent("a")};
  const StreamState state = State(logs);
  const auto plan = std::get<BatchPlan>(NextBatch(state, {}, Kind::kAvailableNow, 0, 1));
  EXPECT_EQ(plan.id, 0);
  EXPECT_EQ(plan.start, Offsets{std::nullopt});
  EXPECT_TRUE(plan.replay);
}

TEST(StateFromLogs, CommitsAheadOfOffsetsAreAnotherQuerysWork) {
  checkpoint::RecoveredState logs;
  logs.latest = {3, Intent("b")};
  logs.last_commit = {4, {}};
  const auto state = StateFromLogs(logs, 1);
  ASSERT_FALSE(state.ok());
  EXPECT_EQ(state.status().code(), base::StatusCode::kConflict);
  EXPECT_EQ(state.status().spark_error().condition, "CONCURRENT_STREAM_LOG_UPDATE");
}

TEST(NextBatch, WaitsUntilAnOffsetMoves) {
  StreamState state;
  state.next_batch_id = 4;
  state.start = At("a");
  EXPECT_TRUE(std::holds_alternative<Wait>(NextBatch(state, At("a"), Kind::kProcessingTime, 9, 1)));
  const auto plan = std::get<BatchPlan>(NextBatch(state, At("b"), Kind::kProcessingTime, 9, 42));
  EXPECT_EQ(plan.id, 4);
  EXPECT_EQ(plan.timestamp_ms, 42);
  EXPECT_FALSE(plan.replay);
  EXPECT_EQ(AfterBatch(plan).next_batch_id, 5);
  EXPECT_EQ(AfterBatch(plan).start, At("b"));
}

TEST(NextBatch, ASourceWithoutOffsetsGivesNoBatch) {
  StreamState state;
  state.start = {std::nullopt};
  EXPECT_TRUE(
      std::holds_alternative<Wait>(NextBatch(state, {std::nullopt}, Kind::kProcessingTime, 0, 1)));
}

TEST(NextBatch, TheFirstBatchOfANewQueryRunsEvenWithoutRows) {
  StreamState state;
  state.start = {std::nullopt};
  EXPECT_TRUE(std::holds_alternative<BatchPlan>(
      NextBatch(state, At("start"), Kind::kProcessingTime, 0, 1)));
}

TEST(NextBatch, ASourceWithNothingNewKeepsItsEnd) {
  StreamState state;
  state.start = {connector::Offset{"a"}, connector::Offset{"x"}};
  const Offsets latest = {connector::Offset{"b"}, connector::Offset{"x"}};
  const auto plan = std::get<BatchPlan>(NextBatch(state, latest, Kind::kProcessingTime, 1, 1));
  EXPECT_EQ(plan.end, latest);
}

TEST(NextBatch, AvailableNowFinishesWhenNothingIsLeft) {
  StreamState state;
  state.start = At("a");
  EXPECT_TRUE(
      std::holds_alternative<Finished>(NextBatch(state, At("a"), Kind::kAvailableNow, 3, 1)));
  EXPECT_TRUE(
      std::holds_alternative<BatchPlan>(NextBatch(state, At("b"), Kind::kAvailableNow, 3, 1)));
}

TEST(NextBatch, OnceRunsOneBatch) {
  StreamState state;
  state.start = At("a");
  EXPECT_TRUE(std::holds_alternative<BatchPlan>(NextBatch(state, At("b"), Kind::kOnce, 0, 1)));
  EXPECT_TRUE(std::holds_alternative<Finished>(NextBatch(state, At("c"), Kind::kOnce, 1, 1)));
}

}  // namespace
}  // namespace millrace::stream
