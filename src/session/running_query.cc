#include "session/running_query.h"

#include <algorithm>
#include <exception>

#include "base/log.h"
#include "session/exceptions.h"

namespace millrace::session {
namespace {

stream::QueryParts WithEvents(stream::QueryParts parts, stream::QueryEvents* events) {
  parts.events = events;
  return parts;
}

/// Filled before there are queries; read by all of them.
std::vector<std::shared_ptr<StreamingQueryListener>>& ProcessListeners() {
  static auto* listeners = new std::vector<std::shared_ptr<StreamingQueryListener>>;
  return *listeners;
}

}  // namespace

void AddProcessListener(std::shared_ptr<StreamingQueryListener> listener) {
  ProcessListeners().push_back(std::move(listener));
}

void ListenerBus::Tell(const std::function<void(StreamingQueryListener&)>& event) const {
  std::vector<std::shared_ptr<StreamingQueryListener>> all = List();
  all.insert(all.end(), ProcessListeners().begin(), ProcessListeners().end());
  for (const auto& listener : all) {
    try {
      event(*listener);
    } catch (const std::exception& error) {
      base::LogError(std::string("a StreamingQueryListener threw an exception: ") + error.what());
    } catch (...) {
      base::LogError("a StreamingQueryListener threw something that is no exception");
    }
  }
}

void ListenerBus::Add(std::shared_ptr<StreamingQueryListener> listener) {
  std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(listener));
}

void ListenerBus::Remove(const std::shared_ptr<StreamingQueryListener>& listener) {
  std::lock_guard lock(mutex_);
  std::erase(listeners_, listener);
}

std::vector<std::shared_ptr<StreamingQueryListener>> ListenerBus::List() const {
  std::lock_guard lock(mutex_);
  return listeners_;
}

RunningQuery::RunningQuery(stream::QueryParts parts, std::string checkpoint_directory,
                           std::string logical_plan, std::string physical_plan,
                           std::shared_ptr<ListenerBus> listeners,
                           std::function<void(const RunningQuery*)> on_terminated)
    : checkpoint_directory_(std::move(checkpoint_directory)),
      logical_plan_(std::move(logical_plan)),
      physical_plan_(std::move(physical_plan)),
      listeners_(std::move(listeners)),
      on_terminated_(std::move(on_terminated)),
      query_(WithEvents(std::move(parts), this)) {}

RunningQuery::~RunningQuery() { query_.Stop(); }

void RunningQuery::Start() {
  const stream::QueryIdentity& identity = query_.identity();
  const QueryStartedEvent event{identity.id, identity.run_id, identity.name,
                                base::FormatIsoMillis(base::Clock::System()->Now())};
  listeners_->Tell([&](auto& listener) { listener.onQueryStarted(event); });
  query_.Start();
}

std::string RunningQuery::Explain(bool extended) const {
  if (!query_.LastProgress()) return "No physical plan. Waiting for data.";
  std::string text;
  if (extended) text = "== Analyzed Logical Plan ==\n" + logical_plan_ + "\n";
  return text + "== Physical Plan ==\n" + physical_plan_;
}

std::optional<StreamingQueryException> RunningQuery::exception() const {
  const base::Status failure = query_.failure();
  if (failure.ok()) return std::nullopt;
  return MakeQueryException(query_.identity(), failure, query_.CommittedOffsets());
}

void RunningQuery::OnProgress(const StreamingQueryProgress& progress) {
  listeners_->Tell([&](auto& listener) { listener.onQueryProgress({progress}); });
}

void RunningQuery::OnIdle(base::WallTime when) {
  const stream::QueryIdentity& identity = query_.identity();
  const QueryIdleEvent event{identity.id, identity.run_id, base::FormatIsoMillis(when)};
  listeners_->Tell([&](auto& listener) { listener.onQueryIdle(event); });
}

void RunningQuery::OnTerminated(const base::Status& status) {
  QueryTerminatedEvent event;
  event.id = query_.identity().id;
  event.runId = query_.identity().run_id;
  if (!status.ok()) {
    event.exception =
        MakeQueryException(query_.identity(), status, query_.CommittedOffsets()).what();
    event.errorClassOnException = status.spark_error().condition.empty()
                                      ? std::string("STREAM_FAILED")
                                      : status.spark_error().condition;
  }
  listeners_->Tell([&](auto& listener) { listener.onQueryTerminated(event); });
  on_terminated_(this);
}

}  // namespace millrace::session
