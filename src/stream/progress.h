#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/clock.h"
#include "connector/sink.h"
#include "connector/source.h"
#include "millrace/progress.h"
#include "stream/next_batch.h"
#include "stream/run_batch.h"

namespace millrace::stream {

/// Who a query is; constant for one start.
struct QueryIdentity {
  std::string id;      ///< Kept across restarts.
  std::string run_id;  ///< New for each start.
  std::optional<std::string> name;
};

/// Milliseconds of each phase of one trigger, under Spark's names.
using PhaseDurations = std::map<std::string, std::int64_t>;

/// When a trigger ran, for rates.
struct TriggerTimes {
  base::WallTime start;
  base::WallTime end;
  std::optional<base::WallTime> previous_start;  ///< Of the trigger before it that ran a batch.
};

/// The progress of a batch that has just been completed (6.3 of the contract). Rates: input = rows
/// over the time since the previous trigger (0 for the first), processed = rows over the batch's
/// own time, at least 1 ms.
StreamingQueryProgress MakeProgress(const QueryIdentity& query, const BatchPlan& plan,
                                    const BatchOutcome& outcome, const TriggerTimes& times,
                                    const PhaseDurations& durations, const BatchParts& parts);

}  // namespace millrace::stream
