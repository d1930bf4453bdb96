// Commands that change names: tables, databases.

#include <filesystem>

#include <fmt/format.h>

#include "analysis/names.h"
#include "fs/file_system.h"
#include "session/command_runner.h"
#include "session/rows_builder.h"
#include "session/sql_errors.h"

namespace millrace::session {

namespace command = plan::command;

CommandRunner::Answer CommandRunner::Run(const plan::Command& command) {
  return std::visit([this](const auto& node) { return RunOne(node); }, command.node);
}

base::Status CommandRunner::NoTable(const std::string& unparsed) const {
  MILLRACE_ASSIGN_OR_RETURN(auto parts, NameParts(unparsed));
  if (parts.size() == 1) parts.insert(parts.begin(), session_.catalog().current_database());
  if (parts.size() == 2) parts.insert(parts.begin(), "spark_catalog");
  return NoSuchName(parts);
}

base::Status CommandRunner::NoSuchName(const std::vector<std::string>& parts) const {
  const std::string database = session_.catalog().current_database();
  return SqlError("TABLE_OR_VIEW_NOT_FOUND",
                  {{"relationName", QuoteIdentifier(parts)},
                   {"searchPath", QuoteIdentifier({"spark_catalog", database})}});
}

CommandRunner::Answer CommandRunner::RunOne(const command::DropTable& drop) {
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(drop.name));
  if (parts.size() == 1 && session_.catalog().DropView(parts[0], false)) return NoRows();
  const auto view = session_.catalog().FindStoredView(parts);
  if (view) {
    // Spark's catalog drops it too.
    SharedCatalog::Instance().RemoveView(view->database, view->name);
    return NoRows();
  }
  const auto table = session_.catalog().FindTable(parts);
  if (!table) {
    if (drop.if_exists) return NoRows();
    return NoTable(drop.name);
  }
  SharedCatalog::Instance().Remove(table->database, table->name);
  if (!table->is_external) {
    std::error_code error;
    std::filesystem::remove_all(table->location, error);
    if (error) {
      return base::Status::Unavailable(
          fmt::format("DROP TABLE {}: {} stays: {}", drop.name, table->location, error.message()));
    }
  }
  return NoRows();
}

CommandRunner::Answer CommandRunner::RunOne(const command::CreateDatabase& create) {
  if (create.location) {
    return RefusedHere("CREATE DATABASE ... LOCATION", "Leave the location out.");
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(create.name));
  MILLRACE_RETURN_IF_ERROR(SharedCatalog::Instance().CreateDatabase(
      session_.catalog().warehouse(), parts.back(), create.if_not_exists));
  return NoRows();
}

CommandRunner::Answer CommandRunner::RunOne(const command::DropDatabase& drop) {
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(drop.name));
  MILLRACE_RETURN_IF_ERROR(SharedCatalog::Instance().DropDatabase(
      session_.catalog().warehouse(), parts.back(), drop.if_exists, drop.cascade));
  return NoRows();
}

CommandRunner::Answer CommandRunner::RunOne(const command::UseDatabase& use) {
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(use.name));
  MILLRACE_RETURN_IF_ERROR(session_.catalog().UseDatabase(parts.back()));
  return NoRows();
}

base::Status CommandRunner::ExpectRelation(const std::string& unparsed) const {
  plan::relation::NamedTable named{unparsed, {}};
  return session_.Analyze(plan::MakeRelation(plan::relation::Read{std::move(named), false}))
      .status();
}

CommandRunner::Answer CommandRunner::RunOne(const command::CacheTable& cache) {
  if (cache.query != nullptr) {
    command::CreateView view;
    view.input = cache.query;
    view.name = cache.name;
    MILLRACE_RETURN_IF_ERROR(RunOne(view).status());
  }
  // Nothing is cached: a table in memory would only be another copy.
  MILLRACE_RETURN_IF_ERROR(ExpectRelation(cache.name));
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(cache.name));
  session_.catalog().SetCached(parts, true);
  return NoRows();
}

CommandRunner::Answer CommandRunner::RunOne(const command::UncacheTable& uncache) {
  if (!uncache.if_exists) MILLRACE_RETURN_IF_ERROR(ExpectRelation(uncache.name));
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(uncache.name));
  session_.catalog().SetCached(parts, false);
  return NoRows();
}

CommandRunner::Answer CommandRunner::RunOne(const command::ClearCache&) {
  session_.catalog().ClearCached();
  return NoRows();
}

CommandRunner::Answer CommandRunner::RunOne(const command::RefreshTable& refresh) {
  // Tables are looked at anew by each query.
  MILLRACE_RETURN_IF_ERROR(ExpectRelation(refresh.name));
  return NoRows();
}

CommandRunner::Answer CommandRunner::RunOne(const command::TruncateTable& truncate) {
  MILLRACE_RETURN_IF_ERROR(ExpectTable(truncate.name, "TRUNCATE TABLE"));
  return RefusedHere(fmt::format("TRUNCATE TABLE {}", truncate.name),
                     "Overwrite it with an empty DataFrame of its schema.");
}

CommandRunner::Answer CommandRunner::RunOne(const command::Refused& refused) {
  return RefusedHere(refused.what, refused.advice);
}

}  // namespace millrace::session
