#include "stream/query.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"

namespace millrace::stream {
namespace {

BatchParts PartsOf(const QueryParts& parts) {
  BatchParts batch;
  batch.observer = parts.observer.get();
  for (const auto& source : parts.sources) batch.sources.push_back(source.get());
  batch.plan = parts.plan.get();
  batch.sink = parts.sink.get();
  batch.pool = parts.pool;
  batch.clock = parts.clock;
  return batch;
}

std::vector<std::string> DescriptionsOf(const QueryParts& parts) {
  std::vector<std::string> descriptions;
  for (const auto& source : parts.sources) descriptions.push_back(source->description());
  return descriptions;
}

/// Adds the time since construction to one phase.
class PhaseTimer {
 public:
  PhaseTimer(base::Clock* clock, PhaseDurations& durations, const char* phase)
      : clock_(clock), durations_(durations), phase_(phase), start_(clock->Monotonic()) {}
  ~PhaseTimer() {
    durations_[phase_] +=
        std::chrono::duration_cast<std::chrono::milliseconds>(clock_->Monotonic() - start_).count();
  }

 private:
  base::Clock* clock_;
  PhaseDurations& durations_;
  const char* phase_;
  std::chrono::nanoseconds start_;
};

std::string ShownName(const QueryIdentity& identity) {
  return identity.name ? *identity.name : identity.id.substr(0, 8);
}

/// One line for a batch.
std::string LogLine(const QueryIdentity& identity, const StreamingQueryProgress& progress,
                    const BatchOutcome& outcome) {
  std::string line = fmt::format("query {}: batch {}: {} rows in, {} out, {} ms",
                                 ShownName(identity), progress.batchId, progress.numInputRows(),
                                 outcome.output_rows, progress.batchDuration);
  if (outcome.already_in_sink) line += ", already in the sink, not written again";
  for (const SourceProgress& source : progress.sources) {
    const auto behind = source.metrics.find("maxOffsetsBehindLatest");
    if (behind != source.metrics.end() && behind->second != "0") {
      line += fmt::format(", at most {} offsets behind", behind->second);
    }
  }
  return line;
}

}  // namespace

Query::Query(QueryParts parts)
    : parts_(std::move(parts)),
      source_descriptions_(DescriptionsOf(parts_)),
      runner_(PartsOf(parts_)) {
  status_.message = "Initializing StreamExecution";
}

Query::~Query() {
  Stop();
  if (thread_.joinable()) thread_.join();
}

void Query::Start() {
  {
    std::lock_guard lock(mutex_);
    if (!stop_.stop_requested()) {
      started_ = true;
      active_ = true;
      thread_ = std::thread([this] { Run(stop_.get_token()); });
      return;
    }
    ReleaseParts();
  }
  SetStatus("Stopped", false, false);
  End(base::Status::Ok());
}

void Query::Stop() {
  stop_.request_stop();
  {
    std::lock_guard lock(mutex_);
    if (!started_) ReleaseParts();  // Start() sees the request, and runs nothing.
  }
  if (!on_own_thread()) AwaitTermination(std::nullopt);
}

bool Query::AwaitTermination(std::optional<std::chrono::milliseconds> timeout) {
  std::unique_lock lock(mutex_);
  const auto ended = [this] { return !active_; };
  if (!timeout) {
    if (on_own_thread()) return ended();
    changed_.wait(lock, ended);
    return true;
  }
  return changed_.wait_for(lock, *timeout, ended);
}

bool Query::ProcessAllAvailable(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  if (on_own_thread()) return !active_;
  const std::int64_t mine = ++asks_;
  ++asking_;
  const bool done =
      changed_.wait(lock, std::move(stop), [&] { return !active_ || answered_ >= mine; });
  // The query does not hurry for those who have left.
  if (--asking_ == 0) answered_ = asks_;
  return done;
}

bool Query::is_active() const {
  std::lock_guard lock(mutex_);
  return active_;
}

base::Status Query::failure() const {
  std::lock_guard lock(mutex_);
  return failure_;
}

StreamingQueryStatus Query::status() const {
  std::lock_guard lock(mutex_);
  return status_;
}

std::vector<StreamingQueryProgress> Query::RecentProgress() const {
  std::lock_guard lock(mutex_);
  return {recent_.begin(), recent_.end()};
}

std::optional<StreamingQueryProgress> Query::LastProgress() const {
  std::lock_guard lock(mutex_);
  if (recent_.empty()) return std::nullopt;
  return recent_.back();
}

std::vector<std::pair<std::string, std::string>> Query::CommittedOffsets() const {
  std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, std::string>> offsets;
  for (std::size_t i = 0; i < published_state_.start.size(); ++i) {
    const auto& offset = published_state_.start[i];
    if (offset) offsets.emplace_back(source_descriptions_[i], offset->json);
  }
  return offsets;
}

void Query::Run(std::stop_token stop) {
  own_thread_ = std::this_thread::get_id();
  base::Status status = RunBatches(stop);
  // Whoever asked for the stop is not told that it was cancelled.
  if (stop.stop_requested() && !status.ok()) {
    if (status.code() != base::StatusCode::kCancelled) {
      base::LogWarn(fmt::format("query {}: while stopping: {}", ShownName(parts_.identity),
                                status.message()));
    }
    status = base::Status::Ok();
  }
  if (status.ok()) {
    SetStatus("Stopped", false, false);
  } else {
    base::LogError(fmt::format("query {}: {}", ShownName(parts_.identity), status.message()));
    SetStatus("Terminated with exception: " + status.message(), false, false);
  }
  ReleaseParts();
  End(status);
}

void Query::End(const base::Status& status) {
  {
    std::lock_guard lock(mutex_);
    failure_ = status;
  }
  if (parts_.events != nullptr) parts_.events->OnTerminated(status);
  std::lock_guard lock(mutex_);
  active_ = false;
  changed_.notify_all();
}

void Query::ReleaseParts() {
  runner_.reset();
  parts_.plan.reset();
  parts_.observer.reset();
  parts_.sink.reset();
  parts_.sources.clear();
  parts_.checkpoint.reset();
}

base::Status Query::RunBatches(std::stop_token stop) {
  SetStatus("Initializing sources", false, false);
  MILLRACE_RETURN_IF_ERROR(Recover(stop));
  last_activity_ = parts_.clock->Now();
  const bool as_soon_as_possible =
      parts_.trigger.kind == Trigger::Kind::kProcessingTime && parts_.trigger.interval.count() == 0;
  while (!stop.stop_requested()) {
    const base::WallTime trigger_start = parts_.clock->Now();
    PhaseDurations durations;
    MILLRACE_ASSIGN_OR_RETURN(const Decision decision, Decide(durations, stop));
    if (std::holds_alternative<Finished>(decision)) return base::Status::Ok();
    if (const auto* plan = std::get_if<BatchPlan>(&decision)) {
      base::Status ran = RunOne(*plan, std::move(durations), trigger_start, stop);
      if (!ran.ok()) return ran.WithContext(fmt::format("batch {}", plan->id));
      if (!(as_soon_as_possible ? LetRowsGather(*plan, trigger_start, stop)
                                : WaitForNextTrigger(trigger_start, stop))) {
        break;
      }
      continue;
    }
    if (!(as_soon_as_possible ? WaitForData(stop) : WaitForNextTrigger(trigger_start, stop))) break;
  }
  return base::Status::Ok();
}

base::Status Query::Recover(std::stop_token stop) {
  const int sources = static_cast<int>(parts_.sources.size());
  MILLRACE_ASSIGN_OR_RETURN(const auto logs, parts_.checkpoint->Recover(sources));
  MILLRACE_ASSIGN_OR_RETURN(state_, StateFromLogs(logs, sources));
  {
    std::lock_guard lock(mutex_);
    published_state_ = state_;
  }
  for (int i = 0; i < sources; ++i) {
    if (state_.start[i]) continue;
    MILLRACE_ASSIGN_OR_RETURN(auto initial, parts_.sources[i]->InitialOffset(stop));
    (void)initial;  // Kept by the source; a missing start stands for it.
  }
  if (parts_.trigger.kind == Trigger::Kind::kAvailableNow) {
    for (const auto& source : parts_.sources) {
      MILLRACE_RETURN_IF_ERROR(source->PrepareAvailableNow(stop));
    }
  }
  if (state_.pending) {
    base::LogInfo(fmt::format("query {}: batch {} was planned but not completed: it is run again",
                              ShownName(parts_.identity), state_.next_batch_id));
  } else if (state_.next_batch_id > 0) {
    base::LogInfo(fmt::format("query {}: goes on with batch {}", ShownName(parts_.identity),
                              state_.next_batch_id));
  }
  return base::Status::Ok();
}

base::Result<Decision> Query::Decide(PhaseDurations& durations, std::stop_token stop) {
  const connector::ReadLimit limit = parts_.trigger.kind == Trigger::Kind::kOnce
                                         ? connector::ReadLimit::kAllAvailable
                                         : connector::ReadLimit::kSourceOptions;
  std::int64_t asks = 0;
  bool asked = false;
  {
    std::lock_guard lock(mutex_);
    asks = asks_;
    asked = asks_ > answered_;
  }
  std::vector<std::optional<connector::Offset>> latest(parts_.sources.size());
  if (!state_.pending) {
    PhaseTimer timer(parts_.clock, durations, "latestOffset");
    for (std::size_t i = 0; i < parts_.sources.size(); ++i) {
      if (asked) parts_.sources[i]->Refresh();
      MILLRACE_ASSIGN_OR_RETURN(latest[i],
                                parts_.sources[i]->LatestOffset(state_.start[i], limit, stop));
    }
  }
  Decision decision = NextBatch(state_, latest, parts_.trigger.kind, batches_run_,
                                base::ToMillis(parts_.clock->Now()));
  if (std::holds_alternative<Wait>(decision)) {
    SetStatus("Waiting for data to arrive", false, false);
    std::lock_guard lock(mutex_);
    answered_ = std::max(answered_, asks);
    changed_.notify_all();
  }
  return decision;
}

base::Status Query::WriteIntent(const BatchPlan& plan, std::stop_token stop) {
  (void)stop;
  checkpoint::OffsetSeq intent;
  intent.batch_watermark_ms = plan.watermark_ms;
  intent.batch_timestamp_ms = plan.timestamp_ms;
  intent.conf = parts_.recorded_conf;
  for (const auto& end : plan.end) {
    intent.offsets.push_back(end ? std::optional(end->json) : std::nullopt);
  }
  return parts_.checkpoint->offsets().Add(plan.id, intent);
}

base::Status Query::RunOne(const BatchPlan& plan, PhaseDurations durations,
                           base::WallTime trigger_start, std::stop_token stop) {
  BatchOutcome outcome;
  {
    PhaseTimer trigger(parts_.clock, durations, "triggerExecution");
    if (!plan.replay) {
      PhaseTimer timer(parts_.clock, durations, "walCommit");
      SetStatus("Writing offsets to log", true, true);
      MILLRACE_RETURN_IF_ERROR(WriteIntent(plan, stop));
      for (std::size_t i = 0; i < parts_.sources.size(); ++i) {
        if (plan.start[i]) MILLRACE_RETURN_IF_ERROR(parts_.sources[i]->Commit(*plan.start[i]));
      }
      MILLRACE_RETURN_IF_ERROR(parts_.checkpoint->Purge(plan.id, parts_.min_batches_to_retain));
    }
    SetStatus("Processing new data", true, true);
    MILLRACE_ASSIGN_OR_RETURN(outcome, runner_->Run(plan, stop));
    durations["getBatch"] = outcome.get_batch_ms;
    durations["addBatch"] = outcome.add_batch_ms;
    durations["queryPlanning"] = 0;  // Done once, when the query started.
    PhaseTimer timer(parts_.clock, durations, "commitOffsets");
    MILLRACE_RETURN_IF_ERROR(parts_.checkpoint->commits().Add(plan.id, {plan.watermark_ms}));
  }
  durations["triggerExecution"] += durations["latestOffset"];
  state_ = AfterBatch(plan);
  ++batches_run_;
  const TriggerTimes times{trigger_start, parts_.clock->Now(), previous_trigger_start_};
  previous_trigger_start_ = trigger_start;
  last_activity_ = times.end;
  StreamingQueryProgress progress =
      MakeProgress(parts_.identity, plan, outcome, times, durations, PartsOf(parts_));
  base::LogInfo(LogLine(parts_.identity, progress, outcome));
  Publish(std::move(progress));
  return base::Status::Ok();
}

void Query::Publish(StreamingQueryProgress progress) {
  {
    std::lock_guard lock(mutex_);
    published_state_ = state_;
    recent_.push_back(progress);
    if (recent_.size() > static_cast<std::size_t>(parts_.recent_progress)) recent_.pop_front();
  }
  if (parts_.events != nullptr) parts_.events->OnProgress(progress);
}

bool Query::WaitForNextTrigger(base::WallTime trigger_start, std::stop_token stop) {
  const auto interval = parts_.trigger.interval;
  if (parts_.trigger.kind != Trigger::Kind::kProcessingTime) return !stop.stop_requested();
  const base::WallTime next = NextTriggerTime(trigger_start, interval);
  const base::WallTime now = parts_.clock->Now();
  if (now >= next) {
    if (now - trigger_start > interval) {
      base::LogWarn(fmt::format(
          "query {}: falling behind: the batch took {} ms, the trigger interval is {} ms",
          ShownName(parts_.identity),
          std::chrono::duration_cast<std::chrono::milliseconds>(now - trigger_start).count(),
          interval.count()));
    }
    return !stop.stop_requested();
  }
  SetStatus("Waiting for next trigger", false, false);
  return parts_.clock->Sleep(next - now, stop);
}

bool Query::LetRowsGather(const BatchPlan& last, base::WallTime trigger_start,
                          std::stop_token stop) {
  bool more = false;
  for (std::size_t i = 0; i < parts_.sources.size(); ++i) {
    const auto latest = parts_.sources[i]->ReportLatestOffset();
    more = more || (latest && latest != last.end[i]);
  }
  {
    std::lock_guard lock(mutex_);
    more = more || asks_ > answered_;
  }
  const auto next = trigger_start + parts_.sink->min_commit_interval();
  const base::WallTime now = parts_.clock->Now();
  if (more || now >= next) return !stop.stop_requested();
  SetStatus("Waiting for next trigger", false, false);
  return parts_.clock->Sleep(next - now, stop);
}

bool Query::WaitForData(std::stop_token stop) {
  const base::WallTime now = parts_.clock->Now();
  if (now - last_activity_ >= parts_.idle_event_interval) {
    last_activity_ = now;
    if (parts_.events != nullptr) parts_.events->OnIdle(now);
  }
  return parts_.clock->Sleep(parts_.polling_delay, stop);
}

void Query::SetStatus(std::string message, bool data_available, bool trigger_active) {
  std::lock_guard lock(mutex_);
  status_ = {std::move(message), data_available, trigger_active};
}

}  // namespace millrace::stream
