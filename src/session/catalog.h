#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/status.h"
#include "connector/table.h"
#include "millrace/types.h"
#include "plan/plan.h"
#include "session/conf.h"

namespace millrace::session {

/// A view by name. Temporary ones end with their session.
struct ViewEntry {
  std::string name;
  plan::RelationPtr relation;  ///< Null: `table` is what it shows.
  std::shared_ptr<connector::Table> table;
  bool is_global = false;
  std::string sql_text;
};

/// A table by name: a folder in a format.
struct TableEntry {
  std::string database;
  std::string name;
  std::string provider;  ///< "delta", "parquet", ...
  std::string location;  ///< Absolute path.
  std::optional<StructType> schema;
  std::vector<std::string> partition_columns;
  std::map<std::string, std::string> options;
  /// Those of the options that reads and those that writes of the table take.
  std::map<std::string, std::string> read_options;
  std::map<std::string, std::string> write_options;
  std::optional<std::string> comment;
  bool is_external = false;
  std::map<std::string, std::string> properties;
};

/// A view that a database keeps: its query, and the columns that this gave when the view was made.
struct StoredView {
  std::string database;
  std::string name;
  plan::RelationPtr query;
  std::string sql_text;
  StructType schema;  ///< The view's columns; comments are in their metadata.
  std::vector<std::string> query_columns;  ///< What the query calls them.
  std::string home;  ///< The database where its names are looked up.
  std::optional<std::string> comment;
  std::map<std::string, std::string> properties;
  std::int64_t created_us = 0;
  bool has_own_names = false;  ///< The statement lists the columns.
};

/// The databases and tables of a process, as Spark's in-memory catalog, and beside it what stands
/// in the warehouse folder already: `<warehouse>/<table>` or `<warehouse>/<db>.db/<table>` with a
/// `_delta_log` is a Delta table of that name. Shared by all sessions. Thread-safe.
class SharedCatalog {
 public:
  static SharedCatalog& Instance();

  std::vector<std::string> Databases(const std::string& warehouse) const;
  bool HasDatabase(const std::string& warehouse, const std::string& name) const;
  /// SCHEMA_ALREADY_EXISTS.
  base::Status CreateDatabase(const std::string& warehouse, const std::string& name,
                              bool if_not_exists);
  /// SCHEMA_NOT_FOUND, SCHEMA_NOT_EMPTY.
  base::Status DropDatabase(const std::string& warehouse, const std::string& name, bool if_exists,
                            bool cascade);
  std::vector<TableEntry> Tables(const std::string& warehouse, const std::string& database) const;
  std::optional<TableEntry> Find(const std::string& warehouse, const std::string& database,
                                 const std::string& name) const;
  /// TABLE_OR_VIEW_ALREADY_EXISTS.
  base::Status Add(TableEntry entry);
  void Remove(const std::string& database, const std::string& name);

  std::vector<StoredView> Views(const std::string& database) const;
  std::optional<StoredView> FindView(const std::string& database, const std::string& name) const;
  /// In place of a view of that name, if there is one. Precondition: no table is called so.
  void PutView(StoredView view);
  /// False when there was none.
  bool RemoveView(const std::string& database, const std::string& name);

 private:
  mutable std::mutex mutex_;  // Protects what follows.
  std::vector<std::string> databases_;  // Beside "default" and what the warehouse shows.
  std::vector<TableEntry> tables_;
  std::vector<StoredView> views_;
};

/// The temporary views of one session, and its way to the tables. Names are case-insensitive. Thread-safe.
class Catalog {
 public:
  /// The warehouse's folder is what spark.sql.warehouse.dir says at each call. `conf` outlives the
  /// catalog.
  explicit Catalog(const Conf* conf) : conf_(conf) {}

  std::string warehouse() const;
  std::string current_database() const;
  /// SCHEMA_NOT_FOUND.
  base::Status UseDatabase(const std::string& name);

  /// TEMP_TABLE_OR_VIEW_ALREADY_EXISTS unless `replace`.
  base::Status AddView(ViewEntry view, bool replace);
  /// False when there was none.
  bool DropView(const std::string& name, bool is_global);
  std::optional<ViewEntry> FindView(const std::vector<std::string>& name_parts) const;
  std::vector<ViewEntry> Views() const;

  /// The table that the parts name: [[spark_catalog.]database.]table.
  std::optional<TableEntry> FindTable(const std::vector<std::string>& name_parts) const;
  /// The view that the parts name, as FindTable.
  std::optional<StoredView> FindStoredView(const std::vector<std::string>& name_parts) const;
  std::vector<StoredView> StoredViews(const std::string& database) const;
  std::vector<TableEntry> Tables(const std::string& database) const;
  /// Where a managed table of this name stands.
  std::string DefaultLocation(const std::string& database, const std::string& table) const;
  /// Database and table of a name of one to three parts. REQUIRES_SINGLE_PART_NAMESPACE's kin when
  /// there are more, SCHEMA_NOT_FOUND when there is no such database.
  struct QualifiedName {
    std::string database;
    std::string table;
  };
  base::Result<QualifiedName> Qualify(const std::vector<std::string>& name_parts) const;

  /// What CACHE TABLE named is remembered for isCached; nothing is kept in memory.
  void SetCached(const std::vector<std::string>& name_parts, bool cached);
  bool IsCached(const std::vector<std::string>& name_parts) const;
  void ClearCached();

 private:
  std::string CacheKey(const std::vector<std::string>& name_parts) const;

  const Conf* conf_;
  mutable std::mutex mutex_;  // Protects what follows.
  std::string database_ = "default";
  std::map<std::string, ViewEntry> views_;  // By lower-case name.
  std::set<std::string> cached_;
};

}  // namespace millrace::session
