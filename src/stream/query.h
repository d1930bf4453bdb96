#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "base/thread_pool.h"
#include "checkpoint/checkpoint.h"
#include "connector/sink.h"
#include "connector/source.h"
#include "millrace/progress.h"
#include "processor/processor.h"
#include "stream/progress.h"
#include "stream/run_batch.h"
#include "stream/trigger.h"

namespace millrace::stream {

/// Where a query tells what happens to it. Called from the query's thread, one call at a time.
class QueryEvents {
 public:
  virtual ~QueryEvents() = default;
  virtual void OnProgress(const StreamingQueryProgress& progress) = 0;
  virtual void OnIdle(base::WallTime when) = 0;
  /// The last call. Ok when the query was stopped or its trigger was finished.
  virtual void OnTerminated(const base::Status& status) = 0;
};

/// Everything that one start of a query is made of.
struct QueryParts {
  QueryIdentity identity;
  std::unique_ptr<checkpoint::Checkpoint> checkpoint;
  /// Declared before the plan and the sink, so that readers are gone first.
  std::vector<std::unique_ptr<connector::Source>> sources;
  std::unique_ptr<processor::PreparedPlan> plan;
  std::shared_ptr<BatchObserver> observer;  ///< Null: nobody looks.
  std::unique_ptr<connector::Sink> sink;
  Trigger trigger;
  /// Written into each offsets/N.
  std::vector<std::pair<std::string, std::string>> recorded_conf;
  base::ThreadPool* pool = nullptr;  ///< Not owned; outlives the query.
  base::Clock* clock = base::Clock::System();
  QueryEvents* events = nullptr;  ///< Not owned; outlives the query.
  std::chrono::milliseconds polling_delay{10};
  std::chrono::milliseconds idle_event_interval{10'000};
  std::int64_t min_batches_to_retain = 100;
  int recent_progress = 100;  ///< How many progresses are kept.
};

/// A running streaming query: one thread that decides and commits. Its public methods are
/// thread-safe.
class Query {
 public:
  explicit Query(QueryParts parts);
  /// Stops, and waits.
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  /// Call once. When it was stopped before, nothing is run: it has ended when this returns.
  void Start();
  /// Asks the query to end, interrupts the batch that runs, waits. Ok; the batch that was cut off
  /// is run again at the next start. Before Start it gives back what the query holds. On the
  /// query's own thread (a sink's function, an event) it only asks.
  void Stop();
  /// Waits for the end. False when `timeout` passed first, and at once on the query's own thread,
  /// which would wait for itself.
  bool AwaitTermination(std::optional<std::chrono::milliseconds> timeout);
  /// Waits until all that was visible at the call is committed, or the query has ended. False when
  /// `stop` came first, and at once on the query's own thread.
  bool ProcessAllAvailable(std::stop_token stop = {});
  /// Whether the caller is the query's thread: a sink's function or an event of it.
  bool on_own_thread() const { return own_thread_ == std::this_thread::get_id(); }

  bool is_active() const;
  /// How it ended; Ok while it runs. Carries the context `batch N`.
  base::Status failure() const;
  StreamingQueryStatus status() const;
  std::vector<StreamingQueryProgress> RecentProgress() const;
  std::optional<StreamingQueryProgress> LastProgress() const;
  const QueryIdentity& identity() const { return parts_.identity; }
  /// Where the query stands, for the exception's text: source description -> offset JSON.
  std::vector<std::pair<std::string, std::string>> CommittedOffsets() const;

 private:
  void Run(std::stop_token stop);
  base::Status RunBatches(std::stop_token stop);
  base::Status Recover(std::stop_token stop);
  base::Result<Decision> Decide(PhaseDurations& durations, std::stop_token stop);
  base::Status RunOne(const BatchPlan& plan, PhaseDurations durations, base::WallTime trigger_start,
                      std::stop_token stop);
  base::Status WriteIntent(const BatchPlan& plan, std::stop_token stop);
  void Publish(StreamingQueryProgress progress);
  bool WaitForNextTrigger(base::WallTime trigger_start, std::stop_token stop);
  /// The default trigger after a batch: at once when the sources are known to hold more or somebody
  /// waits for all that is there, else not before the sink's min_commit_interval is over.
  bool LetRowsGather(const BatchPlan& last, base::WallTime trigger_start, std::stop_token stop);
  bool WaitForData(std::stop_token stop);
  /// Gives back clients, memory and the checkpoint's lock, so that the query can start again while
  /// handles on this run are still held.
  void ReleaseParts();
  /// Tells how it ended; the last that is done.
  void End(const base::Status& status);
  void SetStatus(std::string message, bool data_available, bool trigger_active);

  QueryParts parts_;
  const std::vector<std::string> source_descriptions_;
  // The query's thread only.
  std::optional<BatchRunner> runner_;
  StreamState state_;
  std::int64_t batches_run_ = 0;
  std::optional<base::WallTime> previous_trigger_start_;
  base::WallTime last_activity_;

  mutable std::mutex mutex_;  // Protects what follows.
  std::condition_variable_any changed_;
  bool started_ = false;
  bool active_ = false;
  std::int64_t asks_ = 0;      // ProcessAllAvailable calls so far ...
  std::int64_t answered_ = 0;  // ... and those for which nothing new was found since, ...
  int asking_ = 0;             // ... and how many wait.
  base::Status failure_;
  StreamingQueryStatus status_;
  std::deque<StreamingQueryProgress> recent_;
  StreamState published_state_;

  std::atomic<std::thread::id> own_thread_;
  std::stop_source stop_;
  std::thread thread_;  // Assigned under mutex_. Last: it uses all of the above.
};

}  // namespace millrace::stream
