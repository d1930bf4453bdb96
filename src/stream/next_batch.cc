#include "stream/next_batch.h"

#include <algorithm>

#include <fmt/format.h>

namespace millrace::stream {
namespace {

using Offsets = std::vector<std::optional<connector::Offset>>;

Offsets ToOffsets(const checkpoint::OffsetSeq& entry) {
  Offsets offsets;
  for (const auto& text : entry.offsets) {
    offsets.push_back(text ? std::optional(connector::Offset{*text}) : std::nullopt);
  }
  return offsets;
}

}  // namespace

base::Result<StreamState> StateFromLogs(const checkpoint::RecoveredState& logs, int sources) {
  StreamState state;
  state.start.resize(sources);
  const std::int64_t committed = logs.last_commit ? logs.last_commit->first : -1;
  const std::int64_t planned = logs.latest ? logs.latest->first : -1;
  if (committed > planned) {
    return base::Status::Conflict(
               fmt::format(
                   "commits/{} is ahead of the newest entry of offsets/ ({}): more than one "
                   "query has used this checkpoint",
                   committed, planned))
        .WithSparkError({"SparkException",
                         "CONCURRENT_STREAM_LOG_UPDATE",
                         "40000",
                         {{"batchId", std::to_string(committed)}}});
  }
  if (!logs.latest) return state;

  const checkpoint::OffsetSeq& newest = logs.latest->second;
  state.watermark_ms = newest.batch_watermark_ms;
  if (committed == planned) {
    state.next_batch_id = planned + 1;
    state.start = ToOffsets(newest);
    state.watermark_ms =
        std::max(state.watermark_ms, logs.last_commit->second.next_batch_watermark_ms);
    return state;
  }
  state.next_batch_id = planned;
  if (logs.previous) state.start = ToOffsets(*logs.previous);
  state.pending = newest;
  return state;
}

Decision NextBatch(const StreamState& state, const Offsets& latest, Trigger::Kind trigger,
                   std::int64_t batches_run, std::int64_t now_ms) {
  if (trigger == Trigger::Kind::kOnce && batches_run > 0) return Finished{};
  BatchPlan plan;
  plan.id = state.next_batch_id;
  plan.start = state.start;
  plan.watermark_ms = state.watermark_ms;
  if (state.pending) {
    plan.end = ToOffsets(*state.pending);
    plan.timestamp_ms = state.pending->batch_timestamp_ms;
    plan.watermark_ms = state.pending->batch_watermark_ms;
    plan.replay = true;
    return plan;
  }
  bool anything_new = false;
  plan.end = state.start;
  for (std::size_t i = 0; i < latest.size(); ++i) {
    if (!latest[i] || latest[i] == state.start[i]) continue;
    plan.end[i] = latest[i];
    anything_new = true;
  }
  if (!anything_new) {
    if (trigger == Trigger::Kind::kProcessingTime) return Wait{};
    return Finished{};
  }
  plan.timestamp_ms = now_ms;
  return plan;
}

StreamState AfterBatch(const BatchPlan& plan) {
  StreamState state;
  state.next_batch_id = plan.id + 1;
  state.start = plan.end;
  state.watermark_ms = plan.watermark_ms;
  return state;
}

}  // namespace millrace::stream
