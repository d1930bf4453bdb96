#include "session/session_state.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "analysis/names.h"
#include "base/log.h"
#include "checkpoint/recorded_conf.h"
#include "session/exceptions.h"
#include "session/explain.h"
#include "session/observed_stream.h"
#include "session/session_sources.h"
#include "session/sql_errors.h"
#include "session/text_lines.h"

namespace millrace::session {
namespace {

base::Status Illegal(std::string message) {
  return base::Status::InvalidArgument(std::move(message))
      .WithSparkError({"IllegalArgumentException", "", "", {}});
}

base::Status Stopped() {
  return base::Status::Cancelled("this SparkSession has been stopped");
}

/// What current_user() says: as Spark, SPARK_USER or the process's user.
std::string UserName() {
  const char* given = std::getenv("SPARK_USER");
  if (given != nullptr && *given != '\0') return given;
  std::array<char, 1024> buffer;
  passwd entry;
  passwd* found = nullptr;
  getpwuid_r(getuid(), &entry, buffer.data(), buffer.size(), &found);
  return found != nullptr ? found->pw_name : std::to_string(getuid());
}

void RemoveFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) {
    base::LogWarn(fmt::format("temporary checkpoint {} stays: {}", path, error.message()));
  }
}

/// Removes the folder of a query that did not start. Nothing for an empty path.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  ~TemporaryFolder() {
    if (!path_.empty()) RemoveFolder(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  void Keep() { path_.clear(); }

 private:
  std::string path_;
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
  return Analyze(relation, SessionSources(*this));
}

base::Result<plan::ResolvedQuery> SessionState::Analyze(
    const plan::RelationPtr& relation, const analysis::SourceCatalog& sources) const {
  analysis::AnalysisContext context;
  context.sources = &sources;
  context.time_zone = conf_.time_zone();
  context.default_source = conf_.default_source();
  context.ansi = conf_.ansi();
  context.case_sensitive = conf_.case_sensitive();
  context.current_database = catalog_.current_database();
  context.user = UserName();
  context.pivot_max_values = conf_.pivot_max_values();
  context.transpose_max_values = conf_.transpose_max_values();
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

base::Result<std::string> SessionState::PhysicalPlanText(const plan::ResolvedQuery& query,
                                                         bool extended) {
  const processor::ProcessorConf conf{conf_.time_zone(), threads()};
  if (!query.is_streaming) {
    MILLRACE_ASSIGN_OR_RETURN(auto* processor, BatchProcessor());
    MILLRACE_ASSIGN_OR_RETURN(const auto description, processor->Describe(query, conf));
    return BatchPlanText(query, description, extended);
  }
  MILLRACE_ASSIGN_OR_RETURN(auto* processor, Processor());
  MILLRACE_ASSIGN_OR_RETURN(auto prepared, processor->Prepare(query, conf));
  return StreamPlanText(query, *prepared);
}

base::Result<std::string> SessionState::ExplainText(const plan::ResolvedQuery& query,
                                                    bool extended) {
  std::string text;
  if (extended) text = "== Analyzed Logical Plan ==\n" + LogicalPlanText(query) + "\n";
  MILLRACE_ASSIGN_OR_RETURN(const std::string physical, PhysicalPlanText(query, extended));
  return text + "== Physical Plan ==\n" + physical;
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

base::Status SessionState::RefuseTakenName(
    const StreamRequest& request, const std::vector<std::shared_ptr<RunningQuery>>& active) {
  if (!request.name) return base::Status::Ok();
  for (const auto& query : active) {
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
    MILLRACE_ASSIGN_OR_RETURN(const auto* provider, FindStreamSource(wanted.format));
    connector::SourceContext context;
    context.options = connector::Options(wanted.options);
    context.user_schema = wanted.user_schema;
    context.file_system = file_system;
    context.metadata_path = checkpoint.SourcePath(static_cast<int>(i));
    context.query_name = request.name.value_or(checkpoint.query_id().ToString());
    context.parallelism = pool_.size();
    context.session_time_zone = conf_.time_zone();
    MILLRACE_ASSIGN_OR_RETURN(auto source, provider->Create(std::move(context)));
    sources.push_back(std::move(source));
  }
  return sources;
}

base::Status SessionState::RefuseOldOffsets(const CheckpointPlace& place) {
  const std::string offsets = fs::Join(place.directory, "offsets");
  MILLRACE_ASSIGN_OR_RETURN(const auto found, place.file_system->Stat(offsets));
  if (!found) return base::Status::Ok();
  return base::Status::InvalidArgument(
             fmt::format("This query does not support recovering from checkpoint location. Delete "
                         "{} to start over.",
                         offsets))
      .WithSparkError({"AnalysisException",
                       "_LEGACY_ERROR_TEMP_1299",
                       "",
                       {{"offsetsPath", offsets}}});
}

base::Status SessionState::PrepareTable(StreamRequest* request) {
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(*request->table));
  if (catalog_.FindView(parts) || catalog_.FindStoredView(parts)) {
    return SqlError("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE",
                    {{"operation", "toTable"}, {"viewName", QuoteIdentifier(parts)}});
  }
  auto table = catalog_.FindTable(parts);
  if (!table) {
    plan::command::CreateTable create;
    create.name = *request->table;
    create.schema = request->query.schema();
    create.provider = request->format;
    create.partition_columns = request->partition_columns;
    create.location = FindOption(request->options, "path");
    MILLRACE_RETURN_IF_ERROR(RunCommand(plan::Command{std::move(create)}, {}).status());
    table = catalog_.FindTable(parts);
    if (!table) {
      return base::Status::Internal(fmt::format("table {} was made and is gone", *request->table));
    }
  } else if (!analysis::NamesEqual(table->provider, request->format)) {
    return base::Status::InvalidArgument(
               fmt::format("The input source({}) is different from the table {}'s data source "
                           "provider({}).",
                           request->format, *request->table, table->provider))
        .WithSparkError({"AnalysisException", "_LEGACY_ERROR_TEMP_1288", "", {}});
  }
  connector::Options options(request->options);
  options.Set("path", table->location);
  request->options = options.All();
  return base::Status::Ok();
}

base::Status SessionState::RenderLines(StreamRequest* request) const {
  const std::string format = analysis::LowerCase(request->format);
  if (request->sink != nullptr || !IsRenderedAsLines(format)) {
    return base::Status::Ok();
  }
  MILLRACE_ASSIGN_OR_RETURN(
      TextLines lines, AsTextLines(request->relation, request->query.schema(), format,
                                   request->partition_columns, request->options));
  MILLRACE_ASSIGN_OR_RETURN(request->query, Analyze(lines.rows));
  MILLRACE_ASSIGN_OR_RETURN(request->first_line, FirstLine(*this, lines));
  return base::Status::Ok();
}

base::Result<std::shared_ptr<RunningQuery>> SessionState::StartQuery(StreamRequest request) {
  if (stopped()) return Stopped();
  MILLRACE_ASSIGN_OR_RETURN(const std::string mode, analysis::ParseOutputMode(request.output_mode));
  MILLRACE_RETURN_IF_ERROR(CheckQuery(request, mode));
  MILLRACE_RETURN_IF_ERROR(RefuseTakenName(request, ActiveQueries()));
  if (request.table) MILLRACE_RETURN_IF_ERROR(PrepareTable(&request));
  MILLRACE_RETURN_IF_ERROR(RenderLines(&request));
  const connector::SinkProvider* sink_provider = request.sink.get();
  if (sink_provider == nullptr) {
    MILLRACE_ASSIGN_OR_RETURN(sink_provider, FindStreamSink(request.format));
  }
  MILLRACE_ASSIGN_OR_RETURN(auto* processor, Processor());

  stream::QueryParts parts;
  MILLRACE_ASSIGN_OR_RETURN(parts.plan, processor->Prepare(request.query, {conf_.time_zone()}));
  if (!request.query.observed.empty()) {
    MILLRACE_ASSIGN_OR_RETURN(auto* batch_processor, BatchProcessor());
    MILLRACE_ASSIGN_OR_RETURN(
        ObservedStream observed,
        ObserveStream(std::move(parts.plan), request.query, *processor, *batch_processor,
                      {conf_.time_zone(), threads()}));
    parts.plan = std::move(observed.plan);
    parts.observer = std::move(observed.observer);
  }
  MILLRACE_ASSIGN_OR_RETURN(const CheckpointPlace place,
                            PlaceOfCheckpoint(request, *sink_provider));
  if (!sink_provider->recovers_from_checkpoint(ModeOf(mode))) {
    MILLRACE_RETURN_IF_ERROR(RefuseOldOffsets(place));
  }
  StopOtherRunOf(place.directory);
  TemporaryFolder temporary(place.temporary ? place.directory : "");
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
  sink.first_line = request.first_line;
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
  std::vector<std::string> descriptions;
  for (const auto& source : parts.sources) descriptions.push_back(source->description());
  std::string logical_plan = LogicalPlanText(request.query, descriptions);
  std::string physical_plan = StreamPlanText(request.query, *parts.plan, descriptions);

  auto rows = parts.sink->readable_table();
  auto query = std::make_shared<RunningQuery>(
      std::move(parts), place.directory, std::move(logical_plan), std::move(physical_plan),
      listeners_, [this, place](const RunningQuery* ended) {
        // After a failure it stays, as in Spark: it says how far the query came.
        if (place.temporary && ended->query().failure().ok()) RemoveFolder(place.directory);
        OnEnd(ended);
      });
  MILLRACE_RETURN_IF_ERROR(Publish(request, query, std::move(rows)));
  temporary.Keep();
  query->Start();
  return query;
}

base::Status SessionState::Publish(const StreamRequest& request,
                                   const std::shared_ptr<RunningQuery>& query,
                                   std::shared_ptr<connector::Table> rows) {
  std::lock_guard lock(mutex_);
  // Both may have changed since StartQuery looked at its beginning.
  if (stopped_) return Stopped();
  MILLRACE_RETURN_IF_ERROR(RefuseTakenName(request, queries_));
  if (rows != nullptr && request.name) {
    ViewEntry view;
    view.name = *request.name;
    view.table = std::move(rows);
    MILLRACE_RETURN_IF_ERROR(catalog_.AddView(std::move(view), true));
  }
  queries_.push_back(query);
  return base::Status::Ok();
}

void SessionState::OnEnd(const RunningQuery* query) {
  std::shared_ptr<RunningQuery> replaced;  // Waits for its own end, so not under the lock.
  std::lock_guard lock(mutex_);
  const auto found = std::find_if(queries_.begin(), queries_.end(),
                                  [query](const auto& entry) { return entry.get() == query; });
  if (found == queries_.end()) return;
  if (first_failed_ == nullptr && !query->query().failure().ok()) first_failed_ = *found;
  // This one is kept in any case: it cannot be destroyed in its own thread.
  replaced = std::exchange(last_ended_, std::move(*found));
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
  const auto any = [this] { return last_ended_ != nullptr; };
  if (timeout) {
    if (!ended_changed_.wait_for(lock, *timeout, any)) return nullptr;
  } else {
    ended_changed_.wait(lock, any);
  }
  return first_failed_ != nullptr ? first_failed_ : last_ended_;
}

void SessionState::ForgetEnded() {
  std::shared_ptr<RunningQuery> failed;  // Destroyed outside of the lock.
  std::shared_ptr<RunningQuery> ended;
  std::lock_guard lock(mutex_);
  failed.swap(first_failed_);
  ended.swap(last_ended_);
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
