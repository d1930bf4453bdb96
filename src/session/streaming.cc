#include "millrace/streaming.h"

#include <cstdio>

#include <fmt/format.h>

#include "base/random.h"
#include "base/uuid.h"
#include "data/schema_text.h"
#include "session/dataframe_state.h"
#include "session/exceptions.h"
#include "session/running_query.h"
#include "session/session_state.h"
#include "sinks/foreach/foreach_batch_sink.h"
#include "stream/trigger.h"

namespace millrace {
namespace {

using session::ThrowIfError;
using session::ValueOrThrow;

/// Option names are case-insensitive: the later spelling replaces the earlier.
void SetOption(std::map<std::string, std::string>& options, std::string_view name,
               std::string value) {
  connector::Options merged(options);
  merged.Set(name, value);
  options = merged.All();
}

/// The session is the one that runs the query, and outlives it.
std::shared_ptr<const connector::SinkProvider> BatchFunctionSink(
    const std::shared_ptr<session::SessionState>& state,
    std::function<void(const DataFrame&, std::int64_t)> function) {
  return sinks::foreach::MakeForeachBatchSink(
      [weak = std::weak_ptr(state), function = std::move(function)](
          std::shared_ptr<connector::Table> rows, std::int64_t batch_id,
          std::stop_token) -> base::Status {
        const auto session = weak.lock();
        if (session == nullptr) return base::Status::Cancelled("the session has ended");
        const std::string id = base::Uuid::Random(base::Random::System()).ToString();
        session->KeepRemote(id, std::move(rows));
        base::Status status;
        try {
          function(session::MakeDataFrame(session, plan::MakeRelation(
                                                       plan::relation::CachedRemoteRelation{id})),
                   batch_id);
        } catch (const std::exception& error) {
          status = base::Status::InvalidArgument(error.what());
        } catch (...) {
          status = base::Status::InvalidArgument("it threw something that is no exception");
        }
        session->ForgetRemote(id);
        return status;
      });
}

void CheckAwaitThread(const stream::Query& query) {
  if (!query.on_own_thread()) return;
  throw SparkException(
      "Cannot wait for a query state from the same thread that is running the query", {},
      "IllegalStateException");
}

}  // namespace

OptionValue::OptionValue(double value) : text_(fmt::format("{}", value)) {}

Trigger Trigger::ProcessingTime(std::string_view interval) {
  return Trigger(Kind::kProcessingTime, ValueOrThrow(stream::ParseTriggerInterval(interval)));
}

Trigger Trigger::ProcessingTime(std::chrono::milliseconds interval) {
  if (interval.count() < 0) throw IllegalArgumentException("trigger interval is negative");
  return Trigger(Kind::kProcessingTime, interval);
}

DataStreamReader::DataStreamReader(std::shared_ptr<session::SessionState> session)
    : session_(std::move(session)) {}

DataStreamReader& DataStreamReader::format(std::string_view name) {
  format_ = name;
  return *this;
}

DataStreamReader& DataStreamReader::schema(const StructType& schema) {
  schema_ = schema;
  return *this;
}

DataStreamReader& DataStreamReader::schema(std::string_view ddl) {
  return schema(ValueOrThrow(data::ParseTableSchema(ddl)));
}

DataStreamReader& DataStreamReader::option(std::string_view name, const OptionValue& value) {
  SetOption(options_, name, value.text());
  return *this;
}

DataStreamReader& DataStreamReader::options(const std::map<std::string, std::string>& options) {
  for (const auto& [name, value] : options) option(name, value);
  return *this;
}

DataFrame DataStreamReader::load() {
  return session::MakeDataFrame(
      session_,
      plan::MakeRelation(plan::relation::Read{
          plan::relation::DataSource{format_.empty() ? std::nullopt : std::optional(format_),
                                     schema_,
                                     options_,
                                     {},
                                     {},
                                     ""},
          true}));
}

DataFrame DataStreamReader::load(std::string_view path) {
  return option("path", OptionValue(path)).load();
}

DataFrame DataStreamReader::table(std::string_view name) {
  return session::MakeDataFrame(
      session_, plan::MakeRelation(plan::relation::Read{
                    plan::relation::NamedTable{std::string(name), options_}, true}));
}

DataStreamWriter::DataStreamWriter(DataFrame df) : df_(std::move(df)) {}

DataStreamWriter& DataStreamWriter::format(std::string_view name) {
  format_ = name;
  return *this;
}

DataStreamWriter& DataStreamWriter::outputMode(std::string_view mode) {
  output_mode_ = mode;
  return *this;
}

DataStreamWriter& DataStreamWriter::queryName(std::string_view name) {
  query_name_ = name;
  return *this;
}

DataStreamWriter& DataStreamWriter::trigger(const Trigger& trigger) {
  trigger_ = trigger;
  return *this;
}

DataStreamWriter& DataStreamWriter::partitionBy(const std::vector<std::string>& columns) {
  partition_columns_ = columns;
  return *this;
}

DataStreamWriter& DataStreamWriter::option(std::string_view name, const OptionValue& value) {
  SetOption(options_, name, value.text());
  return *this;
}

DataStreamWriter& DataStreamWriter::options(const std::map<std::string, std::string>& options) {
  for (const auto& [name, value] : options) option(name, value);
  return *this;
}

DataStreamWriter& DataStreamWriter::foreachBatch(
    std::function<void(const DataFrame& rows, std::int64_t batchId)> function) {
  foreach_batch_ = std::move(function);
  return *this;
}

StreamingQuery DataStreamWriter::start() { return Start(std::nullopt); }

StreamingQuery DataStreamWriter::toTable(std::string_view name) {
  return Start(std::string(name));
}

StreamingQuery DataStreamWriter::Start(std::optional<std::string> table) {
  session::StreamRequest request;
  request.table = std::move(table);
  request.query = df_.state()->resolved;
  request.relation = df_.state()->relation;
  request.format = format_.empty() ? df_.state()->session->conf().default_source() : format_;
  request.output_mode = output_mode_;
  request.name = query_name_ && !query_name_->empty()
                     ? query_name_
                     : connector::Options(options_).GetString("queryName");
  request.trigger = trigger_;
  request.partition_columns = partition_columns_;
  request.options = options_;
  if (foreach_batch_) request.sink = BatchFunctionSink(df_.state()->session, foreach_batch_);
  return StreamingQuery(ValueOrThrow(df_.state()->session->StartQuery(std::move(request))));
}

StreamingQuery DataStreamWriter::start(std::string_view path) {
  return option("path", OptionValue(path)).start();
}

StreamingQuery::StreamingQuery(std::shared_ptr<session::RunningQuery> query)
    : query_(std::move(query)) {}

std::string StreamingQuery::id() const { return query_->query().identity().id; }
std::string StreamingQuery::runId() const { return query_->query().identity().run_id; }
std::optional<std::string> StreamingQuery::name() const { return query_->query().identity().name; }
StreamingQueryStatus StreamingQuery::status() const { return query_->query().status(); }
bool StreamingQuery::isActive() const { return query_->query().is_active(); }

void StreamingQuery::awaitTermination() const {
  CheckAwaitThread(query_->query());
  query_->query().AwaitTermination(std::nullopt);
  if (const auto failure = exception()) throw *failure;
}

bool StreamingQuery::awaitTermination(std::chrono::milliseconds timeout) const {
  if (timeout.count() <= 0)
    throw IllegalArgumentException("awaitTermination: timeout must be positive");
  CheckAwaitThread(query_->query());
  const bool ended = query_->query().AwaitTermination(timeout);
  if (const auto failure = exception()) throw *failure;
  return ended;
}

void StreamingQuery::processAllAvailable() const {
  CheckAwaitThread(query_->query());
  query_->query().ProcessAllAvailable();
  if (const auto failure = exception()) throw *failure;
}

void StreamingQuery::stop() const { query_->query().Stop(); }

std::optional<StreamingQueryException> StreamingQuery::exception() const {
  return query_->exception();
}

std::optional<StreamingQueryProgress> StreamingQuery::lastProgress() const {
  return query_->query().LastProgress();
}

std::vector<StreamingQueryProgress> StreamingQuery::recentProgress() const {
  return query_->query().RecentProgress();
}

void StreamingQuery::explain(bool extended) const {
  const std::string text = explainText(extended) + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

std::string StreamingQuery::explainText(bool extended) const { return query_->Explain(extended); }

StreamingQueryManager::StreamingQueryManager(std::shared_ptr<session::SessionState> session)
    : session_(std::move(session)) {}

std::vector<StreamingQuery> StreamingQueryManager::active() const {
  std::vector<StreamingQuery> queries;
  for (const auto& query : session_->ActiveQueries()) queries.emplace_back(query);
  return queries;
}

std::optional<StreamingQuery> StreamingQueryManager::get(std::string_view id) const {
  for (const auto& query : session_->ActiveQueries()) {
    if (query->query().identity().id == id) return StreamingQuery(query);
  }
  return std::nullopt;
}

void StreamingQueryManager::awaitAnyTermination() const {
  const auto ended = session_->WaitForAnyEnd(std::nullopt);
  if (const auto failure = ended->exception()) throw *failure;
}

bool StreamingQueryManager::awaitAnyTermination(std::chrono::milliseconds timeout) const {
  const auto ended = session_->WaitForAnyEnd(timeout);
  if (ended == nullptr) return false;
  if (const auto failure = ended->exception()) throw *failure;
  return true;
}

void StreamingQueryManager::resetTerminated() const { session_->ForgetEnded(); }

void StreamingQueryManager::addListener(std::shared_ptr<StreamingQueryListener> listener) const {
  session_->listeners()->Add(std::move(listener));
}

void StreamingQueryManager::removeListener(
    const std::shared_ptr<StreamingQueryListener>& listener) const {
  session_->listeners()->Remove(listener);
}

std::vector<std::shared_ptr<StreamingQueryListener>> StreamingQueryManager::listListeners() const {
  return session_->listeners()->List();
}

}  // namespace millrace
