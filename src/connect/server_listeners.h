#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/status.h"
#include "connect/stream_functions.h"
#include "millrace/progress.h"
#include "session/running_query.h"

namespace millrace::connect {

/// A listener that a client pickled and that runs beside the server: events wait in a queue and are
/// told by a thread of its own, so that no query waits for it. An exception of the listener is
/// logged and the next event is told; when its process is gone, that is logged and nothing more is
/// told. Thread-safe.
class ServerListener : public StreamingQueryListener {
 public:
  /// More events than this do not wait: the newest ones are dropped, with one warning
  /// (spark.scheduler.listenerbus.eventqueue.capacity).
  static constexpr std::size_t kMaxWaiting = 10'000;

  ServerListener(std::string id, std::unique_ptr<ListenerFunction> function);
  /// As End() without a wait.
  ~ServerListener() override;

  /// Takes no more events, and ends its process when those that wait were told, at the latest after
  /// `wait`.
  void End(std::chrono::milliseconds wait);
  /// False when its process is gone.
  bool alive() const;

  void onQueryStarted(const QueryStartedEvent& event) override;
  void onQueryProgress(const QueryProgressEvent& event) override;
  void onQueryIdle(const QueryIdleEvent& event) override;
  void onQueryTerminated(const QueryTerminatedEvent& event) override;

 private:
  struct Event {
    ListenerFunction::Kind kind;
    std::string json;
  };
  void Put(ListenerFunction::Kind kind, std::string json);
  void Run(std::stop_token stop);
  /// False when there is nobody any more to tell.
  bool TellOne(const Event& event, std::stop_token stop);

  const std::string id_;
  const std::unique_ptr<ListenerFunction> function_;

  mutable std::mutex mutex_;  // Protects what follows.
  std::condition_variable_any changed_;
  std::deque<Event> waiting_;
  bool busy_ = false;
  bool open_ = true;
  bool alive_ = true;
  bool warned_ = false;

  std::jthread thread_;  // Last: it uses all of the above.
};

/// Those of a session, by the ids that their client gave them. Thread-safe.
class ServerListeners {
 public:
  explicit ServerListeners(std::shared_ptr<session::ListenerBus> bus) : bus_(std::move(bus)) {}
  ~ServerListeners();

  /// IllegalArgumentException when there is one of this id.
  base::Status Add(const std::string& id, std::unique_ptr<ListenerFunction> function);
  /// False when there is none of this id.
  bool Remove(const std::string& id);
  /// Of those whose process lives.
  std::vector<std::string> Ids() const;
  /// Tells what waits, and ends all.
  void Close();

 private:
  const std::shared_ptr<session::ListenerBus> bus_;
  mutable std::mutex mutex_;  // Protects listeners_.
  std::map<std::string, std::shared_ptr<ServerListener>> listeners_;
};

}  // namespace millrace::connect
