#include "connect/connect_session.h"

#include <algorithm>

#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/uuid.h"
#include "connect/refusals.h"

namespace millrace::connect {
namespace {

constexpr std::size_t kRememberedClosed = 10'000;
/// Sessions that end within this time of each other return their memory together.
constexpr std::chrono::milliseconds kBurst{300};

std::string NewId() { return base::Uuid::Random(base::Random::System()).ToString(); }

}  // namespace

ConnectSession::ConnectSession(SessionKey key, std::shared_ptr<session::SessionState> state)
    : key_(std::move(key)),
      server_side_id_(NewId()),
      state_(std::move(state)),
      listeners_(std::make_shared<ClientListeners>()),
      server_listeners_(state_->listeners()) {}

ConnectSession::~ConnectSession() { Close(); }

void ConnectSession::Close() {
  operations_.InterruptAll();
  state_->Stop();
  server_listeners_.Close();
}

void ConnectSession::SetStorageLevel(const std::string& plan,
                                     std::optional<spark::connect::StorageLevel> level) {
  std::lock_guard lock(mutex_);
  if (level) {
    storage_levels_[plan] = *level;
  } else {
    storage_levels_.erase(plan);
  }
}

std::optional<spark::connect::StorageLevel> ConnectSession::StorageLevelOf(
    const std::string& plan) const {
  std::lock_guard lock(mutex_);
  const auto found = storage_levels_.find(plan);
  if (found == storage_levels_.end()) return std::nullopt;
  return found->second;
}

void ConnectSession::Touch() {
  std::lock_guard lock(mutex_);
  last_call_ = std::chrono::steady_clock::now();
}

std::optional<std::chrono::steady_clock::time_point> ConnectSession::idle_since() const {
  for (const auto& operation : operations_.List()) {
    if (!operation->finished()) return std::nullopt;
  }
  std::lock_guard lock(mutex_);
  return last_call_;
}

SessionRegistry::SessionRegistry(MakeState make_state, SessionLimits limits)
    : make_state_(std::move(make_state)), limits_(limits) {
  sweeper_ = std::jthread([this](std::stop_token stop) { RunSweeper(std::move(stop)); });
}

SessionRegistry::~SessionRegistry() {
  sweeper_.request_stop();
  sweeper_.join();
  CloseAll();
}

void SessionRegistry::RunSweeper(std::stop_token stop) {
  using std::chrono::steady_clock;
  const auto period = std::min<std::chrono::milliseconds>(std::chrono::seconds(30),
                                                          limits_.idle / 2);
  auto next_sweep = steady_clock::now() + period;
  std::unique_lock lock(mutex_);
  while (true) {
    const bool ended = wake_.wait_until(lock, stop, next_sweep, [this] { return ended_; });
    if (ended) wake_.wait_for(lock, stop, kBurst, [] { return false; });
    if (stop.stop_requested()) return;
    ended_ = false;
    lock.unlock();
    if (ended) base::ReturnFreeMemory();
    if (steady_clock::now() >= next_sweep) {
      Sweep();
      next_sweep = steady_clock::now() + period;
    }
    lock.lock();
  }
}

void SessionRegistry::NoteEnd() {
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
  }
  wake_.notify_all();
}

void SessionRegistry::Sweep() {
  std::vector<std::shared_ptr<ConnectSession>> expired;
  std::vector<std::shared_ptr<ConnectSession>> living;
  {
    std::lock_guard lock(mutex_);
    const auto limit = std::chrono::steady_clock::now() - limits_.idle;
    for (auto entry = sessions_.begin(); entry != sessions_.end();) {
      const auto idle = entry->second->idle_since();
      if (!idle || *idle > limit) {
        living.push_back(entry->second);
        ++entry;
        continue;
      }
      expired.push_back(entry->second);
      closed_.push_back(entry->first);
      entry = sessions_.erase(entry);
    }
    while (closed_.size() > kRememberedClosed) closed_.pop_front();
  }
  for (const auto& session : living) {
    session->operations().RemoveAbandoned(limits_.detached_operation);
    session->queries().Forget(std::chrono::hours(1));
  }
  for (const auto& session : expired) {
    base::LogInfo("connect: session " + session->key().session_id +
                  " was idle too long and is closed");
    session->Close();
  }
  if (!expired.empty()) NoteEnd();
}

base::Result<std::shared_ptr<ConnectSession>> SessionRegistry::Get(const SessionKey& key,
                                                                   const std::string& observed) {
  return Look(key, observed, true);
}

base::Result<std::shared_ptr<ConnectSession>> SessionRegistry::Find(const SessionKey& key,
                                                                    const std::string& observed) {
  return Look(key, observed, false);
}

base::Result<std::shared_ptr<ConnectSession>> SessionRegistry::Look(const SessionKey& key,
                                                                    const std::string& observed,
                                                                    bool make) {
  if (!base::Uuid::Parse(key.session_id).ok()) {
    return InvalidHandle("FORMAT", key.session_id,
                         "Handle must be an UUID string of the format "
                         "'00112233-4455-6677-8899-aabbccddeeff'");
  }
  std::lock_guard lock(mutex_);
  if (const auto found = sessions_.find(key); found != sessions_.end()) {
    if (!observed.empty() && observed != found->second->server_side_id()) {
      return InvalidHandle("SESSION_CHANGED", key.session_id,
                           "The existing Spark server driver instance has restarted. Please "
                           "reconnect.");
    }
    found->second->Touch();
    return found->second;
  }
  if (std::ranges::count(closed_, key) > 0) {
    return InvalidHandle("SESSION_CLOSED", key.session_id, "Session was closed.");
  }
  if (!observed.empty()) {
    return InvalidHandle("SESSION_CHANGED", key.session_id,
                         "The existing Spark server driver instance has restarted. Please "
                         "reconnect.");
  }
  if (!make) return InvalidHandle("SESSION_NOT_FOUND", key.session_id, "Session not found.");
  if (sessions_.size() >= limits_.sessions) return TooManySessions();
  MILLRACE_ASSIGN_OR_RETURN(auto state, make_state_());
  auto session = std::make_shared<ConnectSession>(key, std::move(state));
  sessions_.emplace(key, session);
  return session;
}

base::Result<std::shared_ptr<ConnectSession>> SessionRegistry::Clone(ConnectSession& from,
                                                                     const std::string& new_id) {
  const SessionKey key{from.key().user_id, new_id.empty() ? NewId() : new_id};
  {
    std::lock_guard lock(mutex_);
    if (sessions_.contains(key) || std::ranges::count(closed_, key) > 0) {
      return InvalidHandle("SESSION_CLOSED", key.session_id,
                           "A session of this id exists or existed already.");
    }
  }
  MILLRACE_ASSIGN_OR_RETURN(auto session, Look(key, "", true));
  for (const auto& [name, value] : from.state().conf().All()) {
    MILLRACE_RETURN_IF_ERROR(session->state().conf().Set(name, value));
  }
  for (const auto& view : from.state().catalog().Views()) {
    MILLRACE_RETURN_IF_ERROR(session->state().catalog().AddView(view, true));
  }
  session->state().artifacts().CopyFrom(from.state().artifacts());
  MILLRACE_RETURN_IF_ERROR(session->files().CopyFrom(from.files()));
  return session;
}

std::shared_ptr<ConnectSession> SessionRegistry::Close(const SessionKey& key,
                                                       bool allow_reconnect) {
  std::shared_ptr<ConnectSession> session;
  {
    std::lock_guard lock(mutex_);
    if (const auto found = sessions_.find(key); found != sessions_.end()) {
      session = found->second;
      sessions_.erase(found);
    }
    if (!allow_reconnect) {
      closed_.push_back(key);
      if (closed_.size() > kRememberedClosed) closed_.pop_front();
    }
  }
  if (session != nullptr) {
    session->Close();
    NoteEnd();
  }
  return session;
}

void SessionRegistry::CloseAll() {
  std::map<SessionKey, std::shared_ptr<ConnectSession>> all;
  {
    std::lock_guard lock(mutex_);
    all.swap(sessions_);
  }
  for (const auto& [key, session] : all) session->Close();
}

std::size_t SessionRegistry::size() const {
  std::lock_guard lock(mutex_);
  return sessions_.size();
}

}  // namespace millrace::connect
