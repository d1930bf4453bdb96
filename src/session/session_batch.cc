// What a session answers now: batch queries, commands, and what it keeps for them.

#include <utility>

#include <fmt/format.h>

#include "base/clock.h"
#include "session/catalog_relation.h"
#include "session/command_runner.h"
#include "session/session_sources.h"
#include "session/session_state.h"
#include "session/show_string.h"
#include "session/sql_errors.h"

namespace millrace::session {
namespace {

base::Status StreamNeedsStart() {
  return base::Status::InvalidArgument(
             "Queries with streaming sources must be executed with writeStream.start(), or from a "
             "streaming table or flow definition within a Spark Declarative Pipeline.")
      .WithSparkError({"ExtendedAnalysisException", "_LEGACY_ERROR_TEMP_3102", "", {}});
}

base::Result<BatchResult> RowsOf(const std::shared_ptr<connector::Table>& table,
                                 std::stop_token stop) {
  std::vector<int> columns;
  for (int i = 0; i < static_cast<int>(table->schema().size()); ++i) columns.push_back(i);
  return ReadTable(table, std::move(columns), std::move(stop));
}

}  // namespace

base::Result<plan::Statement> SessionState::ParseSql(std::string_view text,
                                                     const sql::Parameters& parameters) const {
  return sql::ParseStatement(text, parameters);
}

base::Result<processor::BatchProcessor*> SessionState::BatchProcessor() const {
  std::lock_guard lock(mutex_);
  if (batch_processor_ == nullptr) {
    if (!InstalledEngine().make_batch_processor) {
      return base::Status::Internal("this program has no list of connectors linked in");
    }
    MILLRACE_ASSIGN_OR_RETURN(batch_processor_, InstalledEngine().make_batch_processor());
  }
  return batch_processor_.get();
}

base::Result<BatchResult> SessionState::ExecuteQuery(plan::ResolvedQuery query,
                                                     std::stop_token stop,
                                                     std::vector<Observation>* observed) const {
  if (query.is_streaming) return StreamNeedsStart();
  MILLRACE_ASSIGN_OR_RETURN(auto* processor, BatchProcessor());
  processor::BatchContext context;
  context.timestamp_us =
      std::chrono::duration_cast<std::chrono::microseconds>(
          base::Clock::System()->Now().time_since_epoch())
          .count();
  const RunQuery run = [processor, context, stop = std::move(stop),
                        conf = processor::ProcessorConf{conf_.time_zone(), threads()}](
                           plan::ResolvedQuery one) {
    return StartBatch(std::move(one), *processor, conf, context, stop);
  };
  MILLRACE_ASSIGN_OR_RETURN(BatchResult result, run(query));
  result.rows = WithObservations(std::move(result.rows), query, run, observed);
  return result;
}

base::Result<BatchResult> SessionState::Execute(const plan::RelationPtr& relation,
                                                std::stop_token stop,
                                                std::vector<Observation>* observed) {
  if (stopped()) return base::Status::Cancelled("this SparkSession has been stopped");
  if (const auto* show = relation->As<plan::relation::ShowString>()) {
    MILLRACE_ASSIGN_OR_RETURN(auto table, RunShowString(*this, *show, stop, observed));
    return RowsOf(table, std::move(stop));
  }
  if (const auto* html = relation->As<plan::relation::HtmlString>()) {
    MILLRACE_ASSIGN_OR_RETURN(auto table, RunHtmlString(*this, *html, stop, observed));
    return RowsOf(table, std::move(stop));
  }
  if (const auto* catalog = relation->As<plan::relation::Catalog>()) {
    MILLRACE_ASSIGN_OR_RETURN(auto table, RunCatalogRelation(*this, *catalog, stop));
    return RowsOf(table, std::move(stop));
  }
  MILLRACE_ASSIGN_OR_RETURN(plan::ResolvedQuery query, Analyze(relation));
  return ExecuteQuery(std::move(query), std::move(stop), observed);
}

base::Result<std::shared_ptr<connector::Table>> SessionState::RunCommand(
    const plan::Command& command, std::stop_token stop, std::vector<Observation>* observed) {
  if (stopped()) return base::Status::Cancelled("this SparkSession has been stopped");
  CommandRunner runner(*this, std::move(stop), observed);
  return runner.Run(command);
}

void SessionState::KeepRemote(const std::string& id, std::shared_ptr<connector::Table> rows) {
  std::lock_guard lock(mutex_);
  remotes_.insert_or_assign(id, KeptRelation{nullptr, std::move(rows)});
}

void SessionState::KeepRemote(const std::string& id, plan::RelationPtr relation) {
  std::lock_guard lock(mutex_);
  remotes_.insert_or_assign(id, KeptRelation{std::move(relation), nullptr});
}

void SessionState::ForgetRemote(const std::string& id) {
  decltype(remotes_)::node_type forgotten;  // Its end may forget others: without the lock.
  std::lock_guard lock(mutex_);
  forgotten = remotes_.extract(id);
}

std::size_t SessionState::kept_remotes() const {
  std::lock_guard lock(mutex_);
  return remotes_.size();
}

base::Result<SessionState::KeptRelation> SessionState::Remote(const std::string& id) const {
  std::lock_guard lock(mutex_);
  const auto found = remotes_.find(id);
  if (found != remotes_.end()) return found->second;
  return base::Status::NotFound(
             fmt::format("[DATAFRAME_NOT_FOUND] No DataFrame with id {} found in the session. "
                         "SQLSTATE: 42K0L",
                         id))
      .WithSparkError({"AnalysisException", "DATAFRAME_NOT_FOUND", "42K0L", {{"dfId", id}}});
}

}  // namespace millrace::session
