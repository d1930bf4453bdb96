#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "analysis/analyzer.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "millrace/streaming.h"
#include "plan/plan.h"
#include "plan/resolved.h"
#include "processor/processor.h"
#include "session/conf.h"
#include "session/engine.h"
#include "session/running_query.h"

namespace millrace::session {

/// What writeStream().start() asks for.
struct StreamRequest {
  plan::ResolvedQuery query;
  std::string format;
  std::string output_mode;
  std::optional<std::string> name;
  Trigger trigger = Trigger::AvailableNow();
  std::vector<std::string> partition_columns;
  std::map<std::string, std::string> options;
};

/// What all doors share of one session: settings, threads, queries. Thread-safe.
class SessionState : public std::enable_shared_from_this<SessionState> {
 public:
  explicit SessionState(int threads);
  ~SessionState();

  Conf& conf() { return conf_; }
  base::Result<plan::ResolvedQuery> Analyze(const plan::RelationPtr& relation) const;
  /// Opens everything and runs it. Refuses what is wrong at start.
  base::Result<std::shared_ptr<RunningQuery>> StartQuery(StreamRequest request);

  std::vector<std::shared_ptr<RunningQuery>> ActiveQueries() const;
  const std::shared_ptr<ListenerBus>& listeners() const { return listeners_; }
  /// Waits until a query has ended since the session began or since ForgetEnded(). Null when
  /// `timeout` passed first.
  std::shared_ptr<RunningQuery> WaitForAnyEnd(std::optional<std::chrono::milliseconds> timeout);
  void ForgetEnded();
  /// Stops every query; a later StartQuery is refused.
  void Stop();
  bool stopped() const;

  /// What runs where, for explain().
  base::Result<std::string> DescribePlan(const plan::ResolvedQuery& query);

 private:
  struct CheckpointPlace {
    fs::FileSystem* file_system;
    std::string directory;
    bool temporary;
  };
  base::Result<CheckpointPlace> PlaceOfCheckpoint(const StreamRequest& request,
                                                  const connector::SinkProvider& sink) const;
  base::Result<processor::Processor*> Processor();
  base::Result<std::vector<std::unique_ptr<connector::Source>>> MakeSources(
      const StreamRequest& request, checkpoint::Checkpoint& checkpoint,
      fs::FileSystem* file_system);
  base::Status RefuseTakenName(const StreamRequest& request) const;
  void StopOtherRunOf(const std::string& checkpoint_directory);
  void OnEnd(const RunningQuery* query);

  Conf conf_;
  base::ThreadPool pool_;
  std::shared_ptr<ListenerBus> listeners_ = std::make_shared<ListenerBus>();

  mutable std::mutex mutex_;  // Protects what follows.
  std::condition_variable ended_changed_;
  std::unique_ptr<processor::Processor> processor_;
  std::vector<std::shared_ptr<RunningQuery>> queries_;  // Active ones.
  std::vector<std::shared_ptr<RunningQuery>> ended_;    // Since ForgetEnded().
  bool stopped_ = false;
};

}  // namespace millrace::session
