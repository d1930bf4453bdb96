#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "millrace/types.h"
#include "plan/expression.h"
#include "plan/relation.h"

namespace millrace::plan {

/// What a user asks for besides rows: SQL statements, and Spark Connect's commands that change
/// something. Names of tables and views are unparsed (`db.table`, parts in backticks).
namespace command {

enum class SaveMode { kErrorIfExists, kAppend, kOverwrite, kIgnore };

/// `df.write...save()`, `saveAsTable()`, `insertInto()`.
struct WriteOperation {
  RelationPtr input;
  std::optional<std::string> format;  ///< Without one the session's default source.
  SaveMode mode = SaveMode::kErrorIfExists;
  /// Where to: a path, a table, or neither when an option says it.
  std::optional<std::string> path;
  std::optional<std::string> table;
  bool insert_into = false;  ///< By position into an existing table.
  std::vector<std::string> partition_columns;
  std::vector<std::string> sort_columns;
  std::optional<int> bucket_count;
  std::vector<std::string> bucket_columns;
  std::vector<std::string> clustering_columns;
  Options options;
};

/// `df.writeTo(table)`.
struct WriteOperationV2 {
  enum class Mode {
    kCreate,
    kOverwrite,
    kOverwritePartitions,
    kAppend,
    kReplace,
    kCreateOrReplace,
  };
  RelationPtr input;
  std::string table;
  std::optional<std::string> provider;
  std::vector<ExpressionPtr> partitioning;
  std::vector<std::string> clustering_columns;
  Options options;
  Options table_properties;
  Mode mode = Mode::kCreate;
  ExpressionPtr overwrite_condition;
};

/// `createOrReplaceTempView` and its kin, and CREATE VIEW.
struct CreateView {
  RelationPtr input;
  std::string name;
  bool is_temporary = true;
  bool is_global = false;
  bool replace = false;
  bool if_not_exists = false;
  std::vector<std::string> column_names;
  std::vector<std::optional<std::string>> column_comments;  ///< One for each name.
  std::optional<std::string> comment;
  Options properties;
  std::string sql_text;  ///< The query's text; empty when there is none.
};
struct DropView {
  std::string name;
  bool if_exists = false;
};

/// CREATE TABLE, and with `query` CREATE TABLE ... AS SELECT.
struct CreateTable {
  std::string name;
  bool if_not_exists = false;
  bool replace = false;
  std::optional<StructType> schema;
  std::optional<std::string> provider;
  std::vector<std::string> partition_columns;
  std::vector<std::string> clustering_columns;
  Options options;
  Options properties;
  std::optional<std::string> location;
  std::optional<std::string> comment;
  RelationPtr query;  ///< Null: none.
};
struct DropTable {
  std::string name;
  bool if_exists = false;
  bool purge = false;
};
/// INSERT INTO|OVERWRITE table [(columns)] query.
struct Insert {
  std::string table;
  RelationPtr query;
  bool overwrite = false;
  std::vector<std::string> columns;  ///< Empty: by position.
  bool by_name = false;
};

struct ShowTables {
  std::optional<std::string> database;
  std::optional<std::string> pattern;
};
struct ShowViews {
  std::optional<std::string> database;
  std::optional<std::string> pattern;
};
struct ShowDatabases {
  std::optional<std::string> pattern;
};
struct ShowColumns {
  std::string table;
};
struct ShowFunctions {
  std::optional<std::string> pattern;
};
struct ShowTableProperties {
  std::string table;
  std::optional<std::string> key;  ///< Only this one.
};
struct ShowCreateTable {
  std::string table;
};
struct DescribeTable {
  std::string table;
  bool extended = false;
};
struct DescribeQuery {
  RelationPtr query;
};
struct DescribeFunction {
  std::string name;
  bool extended = false;
};
struct DescribeDatabase {
  std::string name;
  bool extended = false;
};
/// DESCRIBE HISTORY and DESCRIBE DETAIL of Delta; `table` may be delta.`/path`.
struct DescribeDeltaHistory {
  std::string table;
  std::optional<int> limit;
};
struct DescribeDeltaDetail {
  std::string table;
};
struct CreateDatabase {
  std::string name;
  bool if_not_exists = false;
  std::optional<std::string> comment;
  std::optional<std::string> location;
};
struct DropDatabase {
  std::string name;
  bool if_exists = false;
  bool cascade = false;
};
struct UseDatabase {
  std::string name;
};
/// SET, SET key, SET key=value.
struct SetConf {
  std::optional<std::string> key;
  std::optional<std::string> value;
};
/// RESET, RESET key.
struct ResetConf {
  std::optional<std::string> key;
};
struct SetTimeZone {
  std::string zone;  ///< "LOCAL": the machine's.
};
struct Explain {
  RelationPtr query;
  bool extended = false;
  std::string mode;  ///< "", "extended", "codegen", "cost", "formatted"
};
struct CacheTable {
  std::string name;
  bool lazy = false;
  RelationPtr query;  ///< CACHE TABLE name AS query.
};
struct UncacheTable {
  std::string name;
  bool if_exists = false;
};
struct ClearCache {};
struct RefreshTable {
  std::string name;
};
struct TruncateTable {
  std::string name;
};
/// Statements that the parser knows and that nothing here runs; `what` in Spark's words ("ALTER
/// TABLE ... ADD COLUMNS").
struct Refused {
  std::string what;
  std::string advice;
};

}  // namespace command

struct Command {
  using Node =
      std::variant<command::WriteOperation, command::WriteOperationV2, command::CreateView,
                   command::DropView, command::CreateTable, command::DropTable, command::Insert,
                   command::ShowTables, command::ShowViews, command::ShowDatabases,
                   command::ShowColumns, command::ShowFunctions, command::ShowTableProperties,
                   command::ShowCreateTable,
                   command::DescribeTable, command::DescribeQuery, command::DescribeFunction,
                   command::DescribeDatabase, command::DescribeDeltaHistory,
                   command::DescribeDeltaDetail, command::CreateDatabase, command::DropDatabase,
                   command::UseDatabase, command::SetConf, command::ResetConf,
                   command::SetTimeZone, command::Explain, command::CacheTable,
                   command::UncacheTable, command::ClearCache, command::RefreshTable,
                   command::TruncateTable, command::Refused>;
  Node node;

  /// This node as `T`, or null when it is another one.
  template <typename T>
  const T* As() const {
    return std::get_if<T>(&node);
  }
};

/// A SQL statement: rows, or something to do.
using Statement = std::variant<RelationPtr, Command>;

}  // namespace millrace::plan
