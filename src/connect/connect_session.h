#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "connect/client_listeners.h"
#include "connect/operation.h"
#include "connect/query_cache.h"
#include "connect/server_listeners.h"
#include "connect/session_files.h"
#include "connect/wire_errors.h"
#include "session/session_state.h"

namespace millrace::connect {

struct SessionKey {
  std::string user_id;
  std::string session_id;
  auto operator<=>(const SessionKey&) const = default;
};

/// A client's session: the engine's, and what the protocol adds to it. Thread-safe.
class ConnectSession {
 public:
  ConnectSession(SessionKey key, std::shared_ptr<session::SessionState> state);
  /// Interrupts what runs and stops the streaming queries; waits.
  ~ConnectSession();

  const SessionKey& key() const { return key_; }
  const std::string& server_side_id() const { return server_side_id_; }
  session::SessionState& state() { return *state_; }
  const std::shared_ptr<session::SessionState>& shared_state() { return state_; }
  Operations& operations() { return operations_; }
  QueryCache& queries() { return queries_; }
  ErrorLog& errors() { return errors_; }
  const std::shared_ptr<ClientListeners>& listeners() { return listeners_; }
  SessionFiles& files() { return files_; }
  ServerListeners& server_listeners() { return server_listeners_; }

  /// Levels that df.persist() asked for, by what the plan means. Nothing is kept in memory.
  void SetStorageLevel(const std::string& plan,
                       std::optional<spark::connect::StorageLevel> level);
  std::optional<spark::connect::StorageLevel> StorageLevelOf(const std::string& plan) const;

  void Touch();
  /// No call since then, and no operation that runs.
  std::optional<std::chrono::steady_clock::time_point> idle_since() const;
  void Close();

 private:
  const SessionKey key_;
  const std::string server_side_id_;
  const std::shared_ptr<session::SessionState> state_;
  const std::shared_ptr<ClientListeners> listeners_;
  SessionFiles files_;
  ServerListeners server_listeners_;
  ErrorLog errors_;
  QueryCache queries_;

  mutable std::mutex mutex_;  // Protects what follows, but not operations_.
  std::map<std::string, spark::connect::StorageLevel> storage_levels_;
  std::chrono::steady_clock::time_point last_call_ = std::chrono::steady_clock::now();

  Operations operations_;  // Last: their threads use all of the above.
};

struct SessionLimits {
  std::size_t sessions = 1000;
  std::chrono::milliseconds idle = std::chrono::minutes(60);
  std::chrono::milliseconds detached_operation = std::chrono::minutes(5);
};

/// All sessions of a server, by user and id. Sessions end by Close(), or when they were idle too
/// long; the memory that they had goes back to the system. Thread-safe.
class SessionRegistry {
 public:
  using MakeState = std::function<base::Result<std::shared_ptr<session::SessionState>>()>;
  SessionRegistry(MakeState make_state, SessionLimits limits);
  ~SessionRegistry();

  /// The session, made at its first call. `observed` is the server's id that the client has seen, or
  /// empty. INVALID_HANDLE.FORMAT, SESSION_CHANGED, SESSION_CLOSED; TooManySessions().
  base::Result<std::shared_ptr<ConnectSession>> Get(const SessionKey& key,
                                                    const std::string& observed);
  /// The same, but SESSION_NOT_FOUND when there is none.
  base::Result<std::shared_ptr<ConnectSession>> Find(const SessionKey& key,
                                                     const std::string& observed);
  /// A session of the same user with the conf, the temporary views, the uploaded rows and the files
  /// of another.
  base::Result<std::shared_ptr<ConnectSession>> Clone(ConnectSession& from,
                                                      const std::string& new_id);
  /// Null when there was none. With `allow_reconnect` the id may be used again.
  std::shared_ptr<ConnectSession> Close(const SessionKey& key, bool allow_reconnect);
  void CloseAll();
  std::size_t size() const;

 private:
  base::Result<std::shared_ptr<ConnectSession>> Look(const SessionKey& key,
                                                     const std::string& observed, bool make);
  void RunSweeper(std::stop_token stop);
  void Sweep();
  void NoteEnd();

  const MakeState make_state_;
  const SessionLimits limits_;
  mutable std::mutex mutex_;  // Protects what follows.
  std::map<SessionKey, std::shared_ptr<ConnectSession>> sessions_;
  std::deque<SessionKey> closed_;  // The newest ones.
  bool ended_ = false;             // Sessions have, and their memory was not returned yet.
  std::condition_variable_any wake_;
  std::jthread sweeper_;  // Last: it uses all of the above.
};

}  // namespace millrace::connect
