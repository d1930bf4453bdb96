#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "checkpoint/checkpoint.h"
#include "connector/source.h"
#include "stream/trigger.h"

namespace millrace::stream {

/// All that a query knows of its past: what the two logs say.
struct StreamState {
  std::int64_t next_batch_id = 0;
  /// Where the next batch starts, for each source; nullopt when no batch has run.
  std::vector<std::optional<connector::Offset>> start;
  /// The intent of `next_batch_id` when it was written and not completed: run again, unchanged.
  std::optional<checkpoint::OffsetSeq> pending;
  std::int64_t watermark_ms = 0;
};

/// A batch that is to be run.
struct BatchPlan {
  std::int64_t id = 0;
  /// For each source. A source with nothing new has start == end and is not read.
  std::vector<std::optional<connector::Offset>> start;
  std::vector<std::optional<connector::Offset>> end;
  /// The batch's time, also for current_timestamp(), also on replay.
  std::int64_t timestamp_ms = 0;
  std::int64_t watermark_ms = 0;
  /// offsets/<id> is on disk already.
  bool replay = false;
};

struct Wait {};      ///< Nothing to do until something new comes.
struct Finished {};  ///< The trigger has had all it wanted.
using Decision = std::variant<BatchPlan, Wait, Finished>;

/// The state at start, from the ends of the logs: section 8 of the contract. Commits ahead of
/// offsets: Conflict, CONCURRENT_STREAM_LOG_UPDATE.
base::Result<StreamState> StateFromLogs(const checkpoint::RecoveredState& logs, int sources);

/// What to do now. Pure: no clock, no disk. `latest` holds the end that each source offers (limits
/// applied), ignored while a batch is pending; `batches_run` counts those of this start.
Decision NextBatch(const StreamState& state,
                   const std::vector<std::optional<connector::Offset>>& latest,
                   Trigger::Kind trigger, std::int64_t batches_run, std::int64_t now_ms);

/// The state after `plan` has been completed.
StreamState AfterBatch(const BatchPlan& plan);

}  // namespace millrace::stream
