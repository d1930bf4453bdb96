#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/thread_pool.h"
#include "connector/sink.h"
#include "connector/source.h"
#include "millrace/progress.h"
#include "processor/processor.h"
#include "stream/next_batch.h"

namespace millrace::stream {

/// The metrics of one batch that df.observe() named, in the order of the query.
using ObservedRows = std::vector<std::pair<std::string, ObservedRow>>;

/// Who looks at the rows of a batch on their way. The plan's workers show it the rows.
class BatchObserver {
 public:
  virtual ~BatchObserver() = default;
  /// A batch begins, perhaps again.
  virtual void Begin() = 0;
  /// All rows were seen. On failure the batch fails.
  virtual base::Result<ObservedRows> Finish(const processor::BatchContext& context,
                                            std::stop_token stop) = 0;
};

/// What a batch is run with; lives as long as the query. Nothing is owned.
struct BatchParts {
  std::vector<connector::Source*> sources;
  const processor::PreparedPlan* plan = nullptr;
  connector::Sink* sink = nullptr;
  base::ThreadPool* pool = nullptr;
  base::Clock* clock = base::Clock::System();
  BatchObserver* observer = nullptr;  ///< Null: nobody looks.
};

struct BatchOutcome {
  ObservedRows observed;
  std::vector<std::int64_t> input_rows;  ///< For each source.
  std::int64_t output_rows = 0;
  bool already_in_sink = false;  ///< A replay that the sink skipped.
  std::int64_t get_batch_ms = 0;
  std::int64_t add_batch_ms = 0;
};

/// Reads, processes and writes one batch, then commits it to the sink. Keeps the plan's workers
/// between batches. Used by the query's thread.
class BatchRunner {
 public:
  explicit BatchRunner(BatchParts parts) : parts_(std::move(parts)) {}

  /// On Ok the sink has the whole batch, durably. On failure the sink shows nothing of it (or,
  /// after a lost answer, a second run is a no-op). Cancelled soon after `stop` is requested.
  base::Result<BatchOutcome> Run(const BatchPlan& plan, std::stop_token stop);

  /// A batch below this many rows is done by one thread and so makes one file; above it, one more
  /// thread joins for each further such number.
  static constexpr std::int64_t kRowsPerWorker = 65536;

 private:
  struct Work;  // One partition of one source.
  base::Status RunWorker(int worker, Work& work, connector::SinkBatch& batch);

  BatchParts parts_;
  std::vector<std::unique_ptr<processor::PlanWorker>> workers_;
};

}  // namespace millrace::stream
