#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "analysis/analyzer.h"
#include "connector/table.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "millrace/streaming.h"
#include "plan/command.h"
#include "plan/plan.h"
#include "plan/resolved.h"
#include "processor/batch.h"
#include "processor/processor.h"
#include "session/artifacts.h"
#include "session/batch_query.h"
#include "session/catalog.h"
#include "session/conf.h"
#include "session/engine.h"
#include "session/observations.h"
#include "session/running_query.h"
#include "sql/parser.h"

namespace millrace::session {

/// What writeStream().start() asks for.
struct StreamRequest {
  plan::ResolvedQuery query;
  /// What `query` was made of: formats of text lines make another query of it.
  plan::RelationPtr relation;
  std::string format;
  /// A sink of the caller's own instead of a format: foreach, foreachBatch.
  std::shared_ptr<const connector::SinkProvider> sink;
  /// toTable(name): made when it does not exist.
  std::optional<std::string> table;
  std::string output_mode;
  std::optional<std::string> name;
  Trigger trigger = Trigger::AvailableNow();
  std::vector<std::string> partition_columns;
  std::map<std::string, std::string> options;
  std::optional<std::string> first_line;  ///< At the head of each text file; StartQuery sets it.
};

/// What all doors share of one session: settings, threads, queries, views. Thread-safe.
class SessionState : public std::enable_shared_from_this<SessionState> {
 public:
  explicit SessionState(int threads);
  ~SessionState();

  Conf& conf() { return conf_; }
  const Conf& conf() const { return conf_; }
  /// How many threads do the work.
  int threads() const { return pool_.size(); }
  base::Result<plan::ResolvedQuery> Analyze(const plan::RelationPtr& relation) const;
  /// With the names looked up in `sources`.
  base::Result<plan::ResolvedQuery> Analyze(const plan::RelationPtr& relation,
                                            const analysis::SourceCatalog& sources) const;
  /// Opens everything and runs it. Refuses what is wrong at start.
  base::Result<std::shared_ptr<RunningQuery>> StartQuery(StreamRequest request);

  /// A SQL text as a relation or a command.
  base::Result<plan::Statement> ParseSql(std::string_view text,
                                         const sql::Parameters& parameters = {}) const;
  /// Runs a batch query. WRITE_STREAM_NOT_ALLOWED's counterpart when it is a stream:
  /// _LEGACY_ERROR_TEMP_3102 ("Queries with streaming sources must be executed with
  /// writeStream.start()"). The stream keeps alive what it reads.
  /// What df.observe() asks for goes to `observed` when the rows are at their end; nobody finds out
  /// without it.
  base::Result<BatchResult> Execute(const plan::RelationPtr& relation, std::stop_token stop,
                                    std::vector<Observation>* observed = nullptr);
  /// The same for what is analyzed already.
  base::Result<BatchResult> ExecuteQuery(plan::ResolvedQuery query, std::stop_token stop,
                                         std::vector<Observation>* observed = nullptr) const;
  /// Does what a command says. SHOW, DESCRIBE and their kin answer with rows; the others with a
  /// table without columns.
  base::Result<std::shared_ptr<connector::Table>> RunCommand(
      const plan::Command& command, std::stop_token stop,
      std::vector<Observation>* observed = nullptr);

  Catalog& catalog() { return catalog_; }
  const Catalog& catalog() const { return catalog_; }
  /// A DataFrame under an id, for CachedRemoteRelation: rows that are there already.
  void KeepRemote(const std::string& id, std::shared_ptr<connector::Table> rows);
  /// Any relation, not computed yet.
  void KeepRemote(const std::string& id, plan::RelationPtr relation);
  void ForgetRemote(const std::string& id);
  std::size_t kept_remotes() const;
  /// What a client uploaded ("cache/<sha256>"), for CachedLocalRelation.
  Artifacts& artifacts() { return artifacts_; }
  const Artifacts& artifacts() const { return artifacts_; }

  struct KeptRelation {
    plan::RelationPtr relation;  ///< Null: `table`.
    std::shared_ptr<connector::Table> table;
  };
  /// DATAFRAME_NOT_FOUND when nothing is kept under this id.
  base::Result<KeptRelation> Remote(const std::string& id) const;

  std::vector<std::shared_ptr<RunningQuery>> ActiveQueries() const;
  const std::shared_ptr<ListenerBus>& listeners() const { return listeners_; }
  /// Waits until a query has ended since the session began or since ForgetEnded(): the first that
  /// failed, or one that ended well. Null when `timeout` passed first.
  std::shared_ptr<RunningQuery> WaitForAnyEnd(std::optional<std::chrono::milliseconds> timeout);
  void ForgetEnded();
  /// Stops every query; a later StartQuery is refused.
  void Stop();
  bool stopped() const;

  /// What df.explain() prints, without its last line break.
  base::Result<std::string> ExplainText(const plan::ResolvedQuery& query, bool extended);

 private:
  /// What runs where, of a stream or a batch.
  base::Result<std::string> PhysicalPlanText(const plan::ResolvedQuery& query, bool extended);
  struct CheckpointPlace {
    fs::FileSystem* file_system;
    std::string directory;
    bool temporary;
  };
  base::Result<CheckpointPlace> PlaceOfCheckpoint(const StreamRequest& request,
                                                  const connector::SinkProvider& sink) const;
  base::Result<processor::Processor*> Processor();
  base::Result<processor::BatchProcessor*> BatchProcessor() const;
  base::Result<std::vector<std::unique_ptr<connector::Source>>> MakeSources(
      const StreamRequest& request, checkpoint::Checkpoint& checkpoint,
      fs::FileSystem* file_system);
  /// For sinks whose rows end with them: a checkpoint that has offsets cannot be gone on from.
  static base::Status RefuseOldOffsets(const CheckpointPlace& place);
  /// json, csv: the query becomes one of lines.
  base::Status RenderLines(StreamRequest* request) const;
  /// toTable(): makes the table when it is not there, and points the request at its folder.
  base::Status PrepareTable(StreamRequest* request);
  static base::Status RefuseTakenName(const StreamRequest& request,
                                      const std::vector<std::shared_ptr<RunningQuery>>& active);
  /// Makes the query one of the active ones, and `rows`, when there are such, a view of its name.
  base::Status Publish(const StreamRequest& request, const std::shared_ptr<RunningQuery>& query,
                       std::shared_ptr<connector::Table> rows);
  void StopOtherRunOf(const std::string& checkpoint_directory);
  void OnEnd(const RunningQuery* query);

  Conf conf_;
  Catalog catalog_{&conf_};
  Artifacts artifacts_;
  base::ThreadPool pool_;
  std::shared_ptr<ListenerBus> listeners_ = std::make_shared<ListenerBus>();

  mutable std::mutex mutex_;  // Protects what follows.
  std::condition_variable ended_changed_;
  std::unique_ptr<processor::Processor> processor_;
  mutable std::unique_ptr<processor::BatchProcessor> batch_processor_;
  std::map<std::string, KeptRelation> remotes_;
  std::vector<std::shared_ptr<RunningQuery>> queries_;  // Active ones.
  // Since ForgetEnded(). The others are gone with their last handle.
  std::shared_ptr<RunningQuery> first_failed_;
  std::shared_ptr<RunningQuery> last_ended_;
  bool stopped_ = false;
};

}  // namespace millrace::session
