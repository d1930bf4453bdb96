#pragma once

#include <spark/connect/commands.pb.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "millrace/progress.h"

namespace millrace::connect {

/// The events of a session's queries on their way to the listeners of its client (10.8 of the
/// contract): while a client listens they are gathered here, and one stream takes them. Thread-safe.
class ClientListeners : public StreamingQueryListener {
 public:
  /// False when a client listens already.
  bool Begin();
  void End();
  bool active() const;

  /// Waits for events and takes them; none after `wait`, or when End() was called.
  std::deque<spark::connect::StreamingQueryListenerEvent> Take(std::chrono::milliseconds wait);
  /// The started event of this run, once: it goes into the answer to start().
  std::optional<std::string> TakeStarted(const std::string& run_id);

  void onQueryStarted(const QueryStartedEvent& event) override;
  void onQueryProgress(const QueryProgressEvent& event) override;
  void onQueryIdle(const QueryIdleEvent& event) override;
  void onQueryTerminated(const QueryTerminatedEvent& event) override;

 private:
  void Put(std::string json, spark::connect::StreamingQueryEventType type);

  mutable std::mutex mutex_;  // Protects what follows.
  std::condition_variable changed_;
  bool active_ = false;
  std::deque<spark::connect::StreamingQueryListenerEvent> events_;
  std::map<std::string, std::string> started_;  // By run id.
};

}  // namespace millrace::connect
