#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "connector/table.h"
#include "plan/command.h"
#include "session/session_state.h"

namespace millrace::session {

/// Does what one command says, in a session. Each Run gives the rows of the answer.
class CommandRunner {
 public:
  using Answer = base::Result<std::shared_ptr<connector::Table>>;

  /// `session` and `observed` (as of SessionState::Execute) outlive this.
  CommandRunner(SessionState& session, std::stop_token stop, std::vector<Observation>* observed)
      : session_(session), stop_(std::move(stop)), observed_(observed) {}

  Answer Run(const plan::Command& command);

 private:
  // command_write.cc
  Answer RunOne(const plan::command::WriteOperation& write);
  Answer RunOne(const plan::command::WriteOperationV2& write);
  Answer RunOne(const plan::command::Insert& insert);
  Answer RunOne(const plan::command::CreateTable& create);
  // command_views.cc
  Answer RunOne(const plan::command::CreateView& create);
  Answer RunOne(const plan::command::DropView& drop);
  Answer RunOne(const plan::command::ShowViews& show);
  Answer CreateStoredView(const plan::command::CreateView& create);
  /// EXPECT_TABLE_NOT_VIEW when the name is a view's.
  base::Status ExpectTable(const std::string& unparsed, std::string_view operation) const;
  /// TABLE_OR_VIEW_ALREADY_EXISTS when the name is a stored view's.
  base::Status ExpectNoView(const std::string& unparsed, bool with_catalog) const;
  // command_catalog.cc
  Answer RunOne(const plan::command::DropTable& drop);
  Answer RunOne(const plan::command::CreateDatabase& create);
  Answer RunOne(const plan::command::DropDatabase& drop);
  Answer RunOne(const plan::command::UseDatabase& use);
  Answer RunOne(const plan::command::CacheTable& cache);
  Answer RunOne(const plan::command::UncacheTable& uncache);
  Answer RunOne(const plan::command::ClearCache& clear);
  Answer RunOne(const plan::command::RefreshTable& refresh);
  Answer RunOne(const plan::command::TruncateTable& truncate);
  Answer RunOne(const plan::command::Refused& refused);
  // command_delta.cc
  struct DeltaPlace {
    std::string path;
    std::string provider;
    std::string name;  ///< Of a table of the catalog.
  };
  base::Result<DeltaPlace> DeltaTableOf(const std::string& unparsed,
                                        std::string_view operation) const;
  Answer RunOne(const plan::command::DescribeDeltaHistory& describe);
  Answer RunOne(const plan::command::DescribeDeltaDetail& describe);
  // command_show.cc
  Answer RunOne(const plan::command::ShowTables& show);
  Answer RunOne(const plan::command::ShowDatabases& show);
  Answer RunOne(const plan::command::ShowColumns& show);
  Answer RunOne(const plan::command::ShowFunctions& show);
  Answer RunOne(const plan::command::ShowTableProperties& show);
  Answer RunOne(const plan::command::ShowCreateTable& show);
  /// Not the statements' order, but that of their keys.
  base::Result<std::map<std::string, std::string>> PropertiesOf(const TableEntry& table) const;
  Answer RunOne(const plan::command::DescribeTable& describe);
  Answer RunOne(const plan::command::DescribeQuery& describe);
  Answer RunOne(const plan::command::DescribeFunction& describe);
  Answer RunOne(const plan::command::DescribeDatabase& describe);
  Answer RunOne(const plan::command::SetConf& set);
  Answer RunOne(const plan::command::ResetConf& reset);
  Answer RunOne(const plan::command::SetTimeZone& set);
  Answer RunOne(const plan::command::Explain& explain);

  /// Where rows go, and under which rules.
  struct Target {
    std::string format;
    std::string path;
    connector::SaveMode mode = connector::SaveMode::kErrorIfExists;
    std::vector<std::string> partition_columns;
    plan::Options options;
    std::string operation;
    std::optional<connector::NewTable> new_table;  ///< Set by CREATE TABLE and its kin.
    /// Whether an overwrite follows spark.sql.sources.partitionOverwriteMode.
    bool may_be_dynamic = false;
  };
  /// Runs the query and writes its rows.
  base::Status WriteRows(const plan::RelationPtr& rows, const Target& target);
  base::Status SaveAsTable(const plan::RelationPtr& rows, const std::string& name,
                           plan::command::SaveMode mode, Target target,
                           std::optional<std::string> location);
  /// saveAsTable of a table that is there.
  base::Status AppendToTable(const plan::RelationPtr& rows, const std::string& name,
                             const TableEntry& table, Target target);
  /// What the catalog is to know of a new table, without its columns. Options of Delta tables are
  /// not kept.
  base::Result<TableEntry> NewEntry(const std::string& name, const Target& target,
                                    const std::optional<std::string>& location) const;
  /// CREATE TABLE without a query over what stands at the entry's location, or will.
  base::Status Register(const plan::command::CreateTable& create, TableEntry entry);
  base::Status InsertInto(const plan::RelationPtr& rows, const std::string& name, bool overwrite,
                          const std::vector<std::string>& columns, bool by_name,
                          const plan::Options& options);
  base::Status NoTable(const std::string& unparsed) const;
  /// The same about the name as it was written.
  base::Status NoSuchName(const std::vector<std::string>& parts) const;
  /// TABLE_OR_VIEW_NOT_FOUND when there is neither a table nor a view of this name.
  base::Status ExpectRelation(const std::string& unparsed) const;

  SessionState& session_;
  std::stop_token stop_;
  std::vector<Observation>* const observed_;
};

/// Spark's patterns of SHOW ... LIKE and the catalog: `*` any text, `|` alternatives, any case.
bool MatchesPattern(std::string_view name, const std::optional<std::string>& pattern);

}  // namespace millrace::session
