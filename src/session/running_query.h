#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "millrace/errors.h"
#include "millrace/progress.h"
#include "stream/query.h"

namespace millrace::session {

/// The listeners of a session. Thread-safe.
class ListenerBus {
 public:
  void Add(std::shared_ptr<StreamingQueryListener> listener);
  void Remove(const std::shared_ptr<StreamingQueryListener>& listener);
  std::vector<std::shared_ptr<StreamingQueryListener>> List() const;
  /// Calls those of the session and those of the process, without a lock held. What a listener
  /// throws is logged and goes no further, as in Spark.
  void Tell(const std::function<void(StreamingQueryListener&)>& event) const;

 private:
  mutable std::mutex mutex_;  // Protects listeners_.
  std::vector<std::shared_ptr<StreamingQueryListener>> listeners_;
};

/// A listener of every query of this process, which no session lists. Before the first query.
void AddProcessListener(std::shared_ptr<StreamingQueryListener> listener);

/// A query of a session, from start() until the last handle is gone. Thread-safe.
class RunningQuery : private stream::QueryEvents {
 public:
  /// `parts.events` is set here. `on_terminated` is called once, from the query's thread.
  RunningQuery(stream::QueryParts parts, std::string checkpoint_directory, std::string logical_plan,
               std::string physical_plan, std::shared_ptr<ListenerBus> listeners,
               std::function<void(const RunningQuery*)> on_terminated);
  ~RunningQuery() override;

  /// Tells the listeners, then runs. Call once.
  void Start();

  stream::Query& query() { return query_; }
  const stream::Query& query() const { return query_; }
  const std::string& checkpoint_directory() const { return checkpoint_directory_; }
  /// Spark's explain: "No physical plan. Waiting for data." before the first batch.
  std::string Explain(bool extended) const;
  /// nullopt while it runs and when it ended well.
  std::optional<StreamingQueryException> exception() const;

 private:
  void OnProgress(const StreamingQueryProgress& progress) override;
  void OnIdle(base::WallTime when) override;
  void OnTerminated(const base::Status& status) override;

  std::string checkpoint_directory_;
  std::string logical_plan_;
  std::string physical_plan_;
  std::shared_ptr<ListenerBus> listeners_;
  std::function<void(const RunningQuery*)> on_terminated_;
  stream::Query query_;  // Last: its thread uses all of the above.
};

}  // namespace millrace::session
