#include "connect/client_listeners.h"

#include "base/log.h"
#include "connect/event_json.h"

namespace millrace::connect {
namespace {

// A client that does not read its events must not cost memory without end.
constexpr std::size_t kMaxEvents = 10'000;

}  // namespace

bool ClientListeners::Begin() {
  std::lock_guard lock(mutex_);
  if (active_) return false;
  active_ = true;
  return true;
}

void ClientListeners::End() {
  std::lock_guard lock(mutex_);
  active_ = false;
  events_.clear();
  started_.clear();
  changed_.notify_all();
}

bool ClientListeners::active() const {
  std::lock_guard lock(mutex_);
  return active_;
}

std::deque<spark::connect::StreamingQueryListenerEvent> ClientListeners::Take(
    std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, wait, [this] { return !active_ || !events_.empty(); });
  std::deque<spark::connect::StreamingQueryListenerEvent> taken;
  taken.swap(events_);
  return taken;
}

std::optional<std::string> ClientListeners::TakeStarted(const std::string& run_id) {
  std::lock_guard lock(mutex_);
  const auto found = started_.find(run_id);
  if (found == started_.end()) return std::nullopt;
  std::string json = std::move(found->second);
  started_.erase(found);
  return json;
}

void ClientListeners::Put(std::string json, spark::connect::StreamingQueryEventType type) {
  spark::connect::StreamingQueryListenerEvent event;
  event.set_event_json(std::move(json));
  event.set_event_type(type);
  std::lock_guard lock(mutex_);
  if (!active_) return;
  if (events_.size() == kMaxEvents) {
    base::LogWarn("connect: a client does not read its listener events; the oldest is dropped");
    events_.pop_front();
  }
  events_.push_back(std::move(event));
  changed_.notify_all();
}

void ClientListeners::onQueryStarted(const QueryStartedEvent& event) {
  std::lock_guard lock(mutex_);
  if (active_) started_[event.runId] = EventJson(event);
}

void ClientListeners::onQueryProgress(const QueryProgressEvent& event) {
  Put(EventJson(event), spark::connect::QUERY_PROGRESS_EVENT);
}

void ClientListeners::onQueryIdle(const QueryIdleEvent& event) {
  Put(EventJson(event), spark::connect::QUERY_IDLE_EVENT);
}

void ClientListeners::onQueryTerminated(const QueryTerminatedEvent& event) {
  Put(EventJson(event), spark::connect::QUERY_TERMINATED_EVENT);
}

}  // namespace millrace::connect
