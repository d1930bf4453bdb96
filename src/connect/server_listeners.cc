#include "connect/server_listeners.h"

#include <fmt/format.h>

#include <utility>

#include "base/log.h"
#include "connect/event_json.h"

namespace millrace::connect {
namespace {

/// For what waits when a listener is removed or its session ends.
constexpr std::chrono::milliseconds kLastEvents{2000};

}  // namespace

ServerListener::ServerListener(std::string id, std::unique_ptr<ListenerFunction> function)
    : id_(std::move(id)), function_(std::move(function)) {
  thread_ = std::jthread([this](std::stop_token stop) { Run(std::move(stop)); });
}

ServerListener::~ServerListener() { End(std::chrono::milliseconds(0)); }

void ServerListener::End(std::chrono::milliseconds wait) {
  {
    std::unique_lock lock(mutex_);
    open_ = false;
    changed_.wait_for(lock, wait, [this] { return !alive_ || (waiting_.empty() && !busy_); });
    if (alive_ && !waiting_.empty()) {
      base::LogWarn(fmt::format("connect: listener {} ends before it was told {} events", id_,
                                waiting_.size()));
    }
  }
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

bool ServerListener::alive() const {
  std::lock_guard lock(mutex_);
  return alive_;
}

void ServerListener::Put(ListenerFunction::Kind kind, std::string json) {
  {
    std::lock_guard lock(mutex_);
    if (!open_ || !alive_) return;
    if (waiting_.size() < kMaxWaiting) {
      waiting_.push_back({kind, std::move(json)});
    } else if (!std::exchange(warned_, true)) {
      base::LogWarn(fmt::format("connect: listener {} is too slow: {} events wait for it, and "
                                "newer ones are dropped until it has caught up",
                                id_, kMaxWaiting));
    }
  }
  changed_.notify_all();
}

void ServerListener::Run(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
    const Event event = std::move(waiting_.front());
    waiting_.pop_front();
    busy_ = true;
    lock.unlock();
    const bool told = TellOne(event, stop);
    lock.lock();
    busy_ = false;
    alive_ = told;
    if (!told) waiting_.clear();
    changed_.notify_all();
    if (!told) return;
  }
}

bool ServerListener::TellOne(const Event& event, std::stop_token stop) {
  const base::Status told = function_->Tell(event.kind, event.json, std::move(stop));
  if (told.ok()) return true;
  if (told.code() == base::StatusCode::kCancelled) return false;
  if (told.spark_error().exception_class == "PythonException") {
    base::LogWarn(fmt::format("connect: listener {}: {}", id_, told.message()));
    return true;
  }
  base::LogError(fmt::format("connect: listener {} is told nothing any more: {}", id_,
                             told.message()));
  return false;
}

void ServerListener::onQueryStarted(const QueryStartedEvent& event) {
  Put(ListenerFunction::Kind::kStarted, EventJson(event));
}

void ServerListener::onQueryProgress(const QueryProgressEvent& event) {
  Put(ListenerFunction::Kind::kProgress, EventJson(event));
}

void ServerListener::onQueryIdle(const QueryIdleEvent& event) {
  Put(ListenerFunction::Kind::kIdle, EventJson(event));
}

void ServerListener::onQueryTerminated(const QueryTerminatedEvent& event) {
  Put(ListenerFunction::Kind::kTerminated, EventJson(event));
}

ServerListeners::~ServerListeners() { Close(); }

base::Status ServerListeners::Add(const std::string& id,
                                  std::unique_ptr<ListenerFunction> function) {
  auto listener = std::make_shared<ServerListener>(id, std::move(function));
  {
    std::lock_guard lock(mutex_);
    if (!listeners_.emplace(id, listener).second) {
      return base::Status::InvalidArgument("the session has a listener " + id + " already")
          .WithSparkError({"IllegalArgumentException", "", "", {}});
    }
  }
  bus_->Add(listener);
  return base::Status::Ok();
}

bool ServerListeners::Remove(const std::string& id) {
  std::shared_ptr<ServerListener> listener;
  {
    std::lock_guard lock(mutex_);
    const auto found = listeners_.find(id);
    if (found == listeners_.end()) return false;
    listener = found->second;
    listeners_.erase(found);
  }
  bus_->Remove(listener);
  listener->End(kLastEvents);
  return true;
}

std::vector<std::string> ServerListeners::Ids() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> ids;
  for (const auto& [id, listener] : listeners_) {
    if (listener->alive()) ids.push_back(id);
  }
  return ids;
}

void ServerListeners::Close() {
  std::map<std::string, std::shared_ptr<ServerListener>> all;
  {
    std::lock_guard lock(mutex_);
    all.swap(listeners_);
  }
  for (const auto& [id, listener] : all) {
    bus_->Remove(listener);
    listener->End(kLastEvents);
  }
}

}  // namespace millrace::connect
