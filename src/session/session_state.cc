#include "session/session_state.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/log.h"
#include "checkpoint/recorded_conf.h"
#include "session/exceptions.h"

namespace millrace::session {
namespace {

base::Status Illegal(std::string message) {
  return base::Status::InvalidArgument(std::move(message))
      .WithSparkError({"IllegalArgumentException", "", "", {}});
}

base::Status UnknownFormat(std::string_view kind, std::string_view format,
                           const std::vector<std::string_view>& known) {
  return base::Status::NotFound(
             fmt::format("[DATA_SOURCE_NOT_FOUND] Failed to find the data source: {}. Millrace has "
                         "these streaming {}s: {}. SQLSTATE: 42K02",
                         format, kind, fmt::join(known, ", ")))
      .WithSparkError({"AnalysisException",
                       "DATA_SOURCE_NOT_FOUND",
                       "42K02",
                       {{"provider", std::string(format)}}});
}

base::Result<const connector::SourceProvider*> FindSource(std::string_view format) {
  const Engine& engine = InstalledEngine();
  if (const auto* found = engine.FindSource(format)) return found;
  std::vector<std::string_view> known;
  for (const auto& provider : engine.sources) known.push_back(provider->format());
  return UnknownFormat("source", format, known);
}

base::Result<const connector::SinkProvider*> FindSink(std::string_view format) {
  const Engine& engine = InstalledEngine();
  if (const auto* found = engine.FindSink(format)) return found;
  std::vector<std::string_view> known;
  for (const auto& provider : engine.sinks) known.push_back(provider->format());
  return UnknownFormat("sink", format, known);
}

void RemoveFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) {
    base::LogWarn(fmt::format("temporary checkpoint {} stays: {}", path, error.message()));
  }
}

/// Asks the list of connectors.
class EngineSources : public analysis::SourceCatalog {
 public:
  base::Result<StructType> SourceSchema(
      const std::string& format, const std::map<std::string, std::string>& options,
      const std::optional<StructType>& user_schema) const override {
    MILLRACE_ASSIGN_OR_RETURN(const auto* provider, FindSource(format));
    return provider->Schema(connector::Options(options), user_schema);
  }
};

stream::Trigger ToInternal(const Trigger& trigger) {
  switch (trigger.kind()) {
    case Trigger::Kind::kOnce:
      return {stream::Trigger::Kind::kOnce, {}};
    case Trigger::Kind::kAvailableNow:
      return {stream::Trigger::Kind::kAvailableNow, {}};
    case Trigger::Kind::kProcessingTime:
      break;
  }
  return {stream::Trigger::Kind::kProcessingTime, trigger.interval()};
}

/// Of what analysis::ParseOutputMode gives.
connector::OutputMode ModeOf(std::string_view mode) {
  if (mode == "complete") return connector::OutputMode::kComplete;
  return mode == "update" ? connector::OutputMode::kUpdate : connector::OutputMode::kAppend;
}

/// What analysis has to say of a query that is to be written.
base::Status CheckQuery(const StreamRequest& request, std::string_view mode) {
  MILLRACE_RETURN_IF_ERROR(analysis::CheckOutputMode(request.query, mode));
  MILLRACE_RETURN_IF_ERROR(analysis::CheckColumnNamesForWrite(request.query.schema()));
  return analysis::CheckRunnable(request.query);
}

std::optional<std::string> FindOption(const std::map<std::string, std::string>& options,
                                      std::string_view name) {
  return connector::Options(options).GetString(name);
}

}  // namespace

SessionState::SessionState(int threads) : pool_(threads) {}

SessionState::~SessionState() { Stop(); }

base::Result<plan::ResolvedQuery> SessionState::Analyze(const plan::RelationPtr& relation) const {
  static const EngineSources kSources;
  analysis::AnalysisContext context;
  context.sources = &kSources;
  context.time_zone = conf_.time_zone();
  context.default_source = conf_.default_source();
  return analysis::Analyze(relation, context);
}

base::Result<processor::Processor*> SessionState::Processor() {
  std::lock_guard lock(mutex_);
  if (processor_ == nullptr) {
    if (!InstalledEngine().make_processor) {
      return base::Status::Internal("this program has no list of connectors linked in");
    }
    MILLRACE_ASSIGN_OR_RETURN(processor_, InstalledEngine().make_processor());
  }
  return processor_.get();
}

base::Result<std::string> SessionState::DescribePlan(const plan::ResolvedQuery& query) {
  MILLRACE_ASSIGN_OR_RETURN(auto* processor, Processor());
  MILLRACE_ASSIGN_OR_RETURN(auto prepared, processor->Prepare(query, {conf_.time_zone()}));
  return prepared->Describe();
}

base::Result<SessionState::CheckpointPlace> SessionState::PlaceOfCheckpoint(
    const StreamRequest& request, const connector::SinkProvider& sink) const {
  std::optional<std::string> location = FindOption(request.options, "checkpointLocation");
  if (!location) {
    if (const auto root = conf_.checkpoint_location()) {
      const std::string name =
          request.name ? *request.name : base::Uuid::Random(base::Random::System()).ToString();
      location = fs::Join(*root, name);
    }
  }
  bool temporary = false;
  if (!location && sink.allows_temporary_checkpoint()) {
    location = fs::Join(std::filesystem::temp_directory_path().string(),
                        "temporary-" + base::Uuid::Random(base::Random::System()).ToString());
    temporary = true;
  }
  if (!location) {
    return base::Status::InvalidArgument(
               "checkpointLocation must be specified either through "
               "option(\"checkpointLocation\", ...) or SparkSession.conf.set("
               "\"spark.sql.streaming.checkpointLocation\", ...).")
        .WithSparkError({"AnalysisException", "_LEGACY_ERROR_TEMP_1298", "", {}});
  }
  MILLRACE_ASSIGN_OR_RETURN(const fs::Location place, fs::Resolve(*location));
  return CheckpointPlace{place.file_system, place.path, temporary};
}

base::Status SessionState::RefuseTakenName(const StreamRequest& request) const {
  if (!request.name) return base::Status::Ok();
  for (const auto& query : ActiveQueries()) {
    if (query->query().identity().name == request.name) {
      return Illegal(
          fmt::format("Cannot start query with name {} as a query with that name is "
                      "already active in this SparkSession",
                      *request.name));
    }
  }
  return base::Status::Ok();
}

void SessionState::StopOtherRunOf(const std::string& checkpoint_directory) {
  for (const auto& query : ActiveQueries()) {
    if (query->checkpoint_directory() != checkpoint_directory) continue;
    base::LogWarn(fmt::format("query {} is started again: the run that was active is stopped",
                              query->query().identity().id));
    query->query().Stop();
  }
}

base::Result<std::vector<std::unique_ptr<connector::Source>>> SessionState::MakeSources(
    const StreamRequest& request, checkpoint::Checkpoint& checkpoint, fs::FileSystem* file_system) {
  std::vector<std::unique_ptr<connector::Source>> sources;
  for (std::size_t i = 0; i < request.query.sources.size(); ++i) {
    const plan::StreamSource& wanted = request.query.sources[i];
    MILLRACE_ASSIGN_OR_RETURN(const auto* provider, FindSource(wanted.format));
    connector::SourceContext context;
    context.options = connector::Options(wanted.options);
    context.user_schema = wanted.user_schema;
    context.file_system = file_system;
    context.metadata_path = checkpoint.SourcePath(static_cast<int>(i));
    context.query_name = request.name.value_or(checkpoint.query_id().ToString());
    context.parallelism = pool_.size();
    MILLRACE_ASSIGN_OR_RETURN(auto source, provider->Create(std::move(context)));
    sources.push_back(std::move(source));
  }
  return sources;
}

base::Result<std::shared_ptr<RunningQuery>> SessionState::StartQuery(StreamRequest request) {
  if (stopped()) return base::Status::Cancelled("this SparkSession has been stopped");
  MILLRACE_ASSIGN_OR_RETURN(const auto* sink_provider, FindSink(request.format));
  MILLRACE_ASSIGN_OR_RETURN(const std::string mode, analysis::ParseOutputMode(request.output_mode));
  MILLRACE_RETURN_IF_ERROR(CheckQuery(request, mode));
  MILLRACE_RETURN_IF_ERROR(RefuseTakenName(request));
  MILLRACE_ASSIGN_OR_RETURN(auto* processor, Processor());

  stream::QueryParts parts;
  MILLRACE_ASSIGN_OR_RETURN(parts.plan, processor->Prepare(request.query, {conf_.time_zone()}));
  MILLRACE_ASSIGN_OR_RETURN(const CheckpointPlace place,
                            PlaceOfCheckpoint(request, *sink_provider));
  StopOtherRunOf(place.directory);
  MILLRACE_ASSIGN_OR_RETURN(
      parts.checkpoint,
      checkpoint::Checkpoint::Open(place.file_system, place.directory, base::Random::System()));
  parts.identity = {parts.checkpoint->query_id().ToString(),
                    base::Uuid::Random(base::Random::System()).ToString(), request.name};

  connector::SinkContext sink;
  sink.options = connector::Options(request.options);
  sink.options.MarkHonoured("checkpointLocation");
  sink.options.MarkHonoured("queryName");
  sink.schema = request.query.schema();
  sink.output_mode = ModeOf(mode);
  sink.partition_columns = request.partition_columns;
  sink.query_id = parts.identity.id;
  sink.query_name = request.name.value_or("");
  sink.session_time_zone = conf_.time_zone();
  MILLRACE_ASSIGN_OR_RETURN(parts.sink, sink_provider->Create(std::move(sink)));
  MILLRACE_ASSIGN_OR_RETURN(parts.sources,
                            MakeSources(request, *parts.checkpoint, place.file_system));

  parts.trigger = ToInternal(request.trigger);
  parts.recorded_conf = checkpoint::RecordedConf(conf_.shuffle_partitions());
  parts.pool = &pool_;
  parts.polling_delay = conf_.polling_delay();
  parts.idle_event_interval = conf_.no_data_progress_interval();
  parts.min_batches_to_retain = conf_.min_batches_to_retain();
  parts.recent_progress = conf_.recent_progress_updates();
  std::string logical_plan = plan::TreeText(*request.query.root);
  std::string physical_plan = parts.plan->Describe();

  auto query = std::make_shared<RunningQuery>(
      std::move(parts), place.directory, std::move(logical_plan), std::move(physical_plan),
      listeners_, [this, place](const RunningQuery* ended) {
        // After a failure it stays, as in Spark: it says how far the query came.
        if (place.temporary && ended->query().failure().ok()) RemoveFolder(place.directory);
        OnEnd(ended);
      });
  {
    std::lock_guard lock(mutex_);
    queries_.push_back(query);
  }
  query->Start();
  return query;
}

void SessionState::OnEnd(const RunningQuery* query) {
  std::lock_guard lock(mutex_);
  const auto found = std::find_if(queries_.begin(), queries_.end(),
                                  [query](const auto& entry) { return entry.get() == query; });
  if (found == queries_.end()) return;
  ended_.push_back(*found);
  queries_.erase(found);
  ended_changed_.notify_all();
}

std::vector<std::shared_ptr<RunningQuery>> SessionState::ActiveQueries() const {
  std::lock_guard lock(mutex_);
  return queries_;
}

std::shared_ptr<RunningQuery> SessionState::WaitForAnyEnd(
    std::optional<std::chrono::milliseconds> timeout) {
  std::unique_lock lock(mutex_);
  const auto any = [this] { return !ended_.empty(); };
  if (timeout) {
    if (!ended_changed_.wait_for(lock, *timeout, any)) return nullptr;
  } else {
    ended_changed_.wait(lock, any);
  }
  // A failed query is what the caller must hear of first.
  for (const auto& query : ended_) {
    if (!query->query().failure().ok()) return query;
  }
  return ended_.front();
}

void SessionState::ForgetEnded() {
  std::lock_guard lock(mutex_);
  ended_.clear();
}

void SessionState::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  for (const auto& query : ActiveQueries()) query->query().Stop();
}

bool SessionState::stopped() const {
  std::lock_guard lock(mutex_);
  return stopped_;
}

}  // namespace millrace::session
