#include "session/catalog_relation.h"

#include <map>

#include <fmt/format.h>

#include "analysis/functions.h"
#include "analysis/names.h"
#include "fs/file_system.h"
#include "session/command_runner.h"
#include "session/rows_builder.h"
#include "session/sql_errors.h"

namespace millrace::session {
namespace {

using Answer = base::Result<std::shared_ptr<connector::Table>>;
using CatalogNode = plan::relation::Catalog;
using Texts = std::vector<std::string>;

constexpr std::string_view kCatalog = "spark_catalog";

Answer One(const DataType& type, RowsBuilder::Cell cell) {
  RowsBuilder rows(StructType().add("value", type, false));
  rows.Add({std::move(cell)});
  return rows.Finish();
}

struct Asked {
  SessionState& session;
  const CatalogNode& node;
  std::stop_token stop;

  /// The parts of `node.name`, behind `node.database` when that is given.
  base::Result<Texts> Name() const {
    MILLRACE_ASSIGN_OR_RETURN(Texts parts, NameParts(node.name));
    if (node.database && !node.database->empty()) parts.insert(parts.begin(), *node.database);
    return parts;
  }
  std::string Database() const {
    return node.database && !node.database->empty() ? *node.database
                                                     : session.catalog().current_database();
  }
  Answer Run(plan::Command::Node command) const {
    return session.RunCommand(plan::Command{std::move(command)}, stop);
  }
};

StructType TableSchema() {
  return StructType()
      .add("name", StringType())
      .add("catalog", StringType())
      .add("namespace", ArrayType(StringType()))
      .add("description", StringType())
      .add("tableType", StringType())
      .add("isTemporary", BooleanType(), false);
}

void AddTable(const TableEntry& table, RowsBuilder* rows) {
  rows->Add({table.name, std::string(kCatalog), Texts{table.database},
             RowsBuilder::Optional(table.comment),
             std::string(table.is_external ? "EXTERNAL" : "MANAGED"), false});
}

void AddView(const StoredView& view, RowsBuilder* rows) {
  rows->Add({view.name, std::string(kCatalog), Texts{view.database},
             RowsBuilder::Optional(view.comment), std::string("VIEW"), false});
}

void AddView(const ViewEntry& view, RowsBuilder* rows) {
  rows->Add({view.name, RowsBuilder::Cell(), view.is_global ? Texts{"global_temp"} : Texts{},
             RowsBuilder::Cell(), std::string("TEMPORARY"), true});
}

Answer CurrentDatabase(const Asked& asked) {
  return One(StringType(), asked.session.catalog().current_database());
}

Answer SetCurrentDatabase(const Asked& asked) {
  return asked.Run(plan::command::UseDatabase{asked.node.name});
}

StructType DatabaseSchema() {
  return StructType()
      .add("name", StringType())
      .add("catalog", StringType())
      .add("description", StringType())
      .add("locationUri", StringType());
}

void AddDatabase(const Catalog& catalog, const std::string& name, RowsBuilder* rows) {
  const std::string place =
      name == "default" ? catalog.warehouse()
                        : std::string(fs::DirName(catalog.DefaultLocation(name, "x")));
  rows->Add({name, std::string(kCatalog),
             std::string(name == "default" ? "default database" : ""), fs::ToHadoopUri(place)});
}

Answer ListDatabases(const Asked& asked) {
  RowsBuilder rows(DatabaseSchema());
  const Catalog& catalog = asked.session.catalog();
  for (const std::string& name : SharedCatalog::Instance().Databases(catalog.warehouse())) {
    if (MatchesPattern(name, asked.node.pattern)) AddDatabase(catalog, name, &rows);
  }
  return rows.Finish();
}

Answer GetDatabase(const Asked& asked) {
  MILLRACE_ASSIGN_OR_RETURN(const Texts parts, NameParts(asked.node.name));
  const Catalog& catalog = asked.session.catalog();
  MILLRACE_RETURN_IF_ERROR(catalog.Qualify({parts.back(), "x"}).status());
  RowsBuilder rows(DatabaseSchema());
  AddDatabase(catalog, analysis::LowerCase(parts.back()), &rows);
  return rows.Finish();
}

Answer DatabaseExists(const Asked& asked) {
  MILLRACE_ASSIGN_OR_RETURN(const Texts parts, NameParts(asked.node.name));
  return One(BooleanType(), SharedCatalog::Instance().HasDatabase(
                                asked.session.catalog().warehouse(), parts.back()));
}

Answer ListTables(const Asked& asked) {
  RowsBuilder rows(TableSchema());
  const Catalog& catalog = asked.session.catalog();
  const std::string database = asked.Database();
  MILLRACE_RETURN_IF_ERROR(catalog.Qualify({database, "x"}).status());
  for (const TableEntry& table : catalog.Tables(database)) {
    if (MatchesPattern(table.name, asked.node.pattern)) AddTable(table, &rows);
  }
  for (const StoredView& view : catalog.StoredViews(database)) {
    if (MatchesPattern(view.name, asked.node.pattern)) AddView(view, &rows);
  }
  for (const ViewEntry& view : catalog.Views()) {
    if (!view.is_global && MatchesPattern(view.name, asked.node.pattern)) AddView(view, &rows);
  }
  return rows.Finish();
}

base::Status NotFound(const Asked& asked, const Texts& parts) {
  return SqlError("TABLE_OR_VIEW_NOT_FOUND",
                  {{"relationName", QuoteIdentifier(parts)},
                   {"searchPath",
                    "`system`.`session`, " +
                        QuoteIdentifier({std::string(kCatalog),
                                         asked.session.catalog().current_database()})}});
}

Answer GetTable(const Asked& asked) {
  MILLRACE_ASSIGN_OR_RETURN(const Texts parts, asked.Name());
  RowsBuilder rows(TableSchema());
  if (const auto view = asked.session.catalog().FindView(parts)) {
    AddView(*view, &rows);
  } else if (const auto stored = asked.session.catalog().FindStoredView(parts)) {
    AddView(*stored, &rows);
  } else if (const auto table = asked.session.catalog().FindTable(parts)) {
    AddTable(*table, &rows);
  } else {
    return NotFound(asked, parts);
  }
  return rows.Finish();
}

Answer TableExists(const Asked& asked) {
  MILLRACE_ASSIGN_OR_RETURN(const Texts parts, asked.Name());
  const Catalog& catalog = asked.session.catalog();
  return One(BooleanType(),
             catalog.FindView(parts).has_value() || catalog.FindStoredView(parts).has_value() ||
                 catalog.FindTable(parts).has_value());
}

StructType FunctionSchema() {
  return StructType()
      .add("name", StringType())
      .add("catalog", StringType())
      .add("namespace", ArrayType(StringType()))
      .add("description", StringType())
      .add("className", StringType())
      .add("isTemporary", BooleanType(), false);
}

void AddFunction(const std::string& name, RowsBuilder* rows) {
  rows->Add({name, RowsBuilder::Cell(), RowsBuilder::Cell(), RowsBuilder::Cell(), std::string(),
             true});
}

Answer ListFunctions(const Asked& asked) {
  RowsBuilder rows(FunctionSchema());
  for (const std::string& name : analysis::SparkFunctionNames()) {
    if (MatchesPattern(name, asked.node.pattern)) AddFunction(name, &rows);
  }
  return rows.Finish();
}

Answer GetFunction(const Asked& asked) {
  MILLRACE_ASSIGN_OR_RETURN(const Texts parts, NameParts(asked.node.name));
  const std::string name = analysis::LowerCase(parts.back());
  if (!analysis::SparkHasFunction(name)) {
    return SqlError("UNRESOLVED_ROUTINE",
                    {{"routineName", QuoteIdentifier(parts)},
                     {"searchPath", "[`system`.`builtin`, `system`.`session`, "
                                    "`spark_catalog`.`default`]"}});
  }
  RowsBuilder rows(FunctionSchema());
  AddFunction(name, &rows);
  return rows.Finish();
}

Answer FunctionExists(const Asked& asked) {
  MILLRACE_ASSIGN_OR_RETURN(const Texts parts, NameParts(asked.node.name));
  return One(BooleanType(), analysis::SparkHasFunction(analysis::LowerCase(parts.back())));
}

Answer ListColumns(const Asked& asked) {
  MILLRACE_ASSIGN_OR_RETURN(const Texts parts, asked.Name());
  const Catalog& catalog = asked.session.catalog();
  const auto table = catalog.FindView(parts) ? std::nullopt : catalog.FindTable(parts);
  MILLRACE_ASSIGN_OR_RETURN(
      const auto query,
      asked.session.Analyze(plan::MakeRelation(plan::relation::Read{
          plan::relation::NamedTable{QuoteIdentifier(parts), {}}, false})));
  RowsBuilder rows(StructType()
                       .add("name", StringType())
                       .add("description", StringType())
                       .add("dataType", StringType())
                       .add("nullable", BooleanType(), false)
                       .add("isPartition", BooleanType(), false)
                       .add("isBucket", BooleanType(), false)
                       .add("isCluster", BooleanType(), false));
  for (const StructField& field : query.schema().fields()) {
    bool is_partition = false;
    if (table) {
      for (const std::string& name : table->partition_columns) {
        is_partition = is_partition || analysis::NamesEqual(name, field.name);
      }
    }
    rows.Add({field.name, RowsBuilder::Cell(), field.dataType.catalogString(), field.nullable,
              is_partition, false, false});
  }
  return rows.Finish();
}

Answer CreateTable(const Asked& asked) {
  plan::command::CreateTable create;
  create.name = asked.node.name;
  create.schema = asked.node.schema;
  create.provider = asked.node.source;
  create.location = asked.node.path;
  create.options = asked.node.options;
  create.comment = asked.node.description;
  MILLRACE_RETURN_IF_ERROR(asked.Run(std::move(create)).status());
  MILLRACE_ASSIGN_OR_RETURN(
      auto result, asked.session.Execute(plan::MakeRelation(plan::relation::Read{
                                             plan::relation::NamedTable{asked.node.name, {}}, false}),
                                         asked.stop));
  return Gather(std::move(result), "LocalTableScan");
}

bool Flag(const Asked& asked, const std::string& name) {
  const auto found = asked.node.flags.find(name);
  return found != asked.node.flags.end() && found->second;
}

Answer DropTempView(const Asked& asked) {
  return One(BooleanType(), asked.session.catalog().DropView(asked.node.name, false));
}
Answer DropGlobalTempView(const Asked& asked) {
  return One(BooleanType(), asked.session.catalog().DropView(asked.node.name, true));
}
Answer DropTable(const Asked& asked) {
  return asked.Run(plan::command::DropTable{asked.node.name, Flag(asked, "if_exists"),
                                            Flag(asked, "purge")});
}
Answer DropView(const Asked& asked) {
  return asked.Run(plan::command::DropView{asked.node.name, Flag(asked, "if_exists")});
}
Answer CreateDatabase(const Asked& asked) {
  plan::command::CreateDatabase create;
  create.name = asked.node.name;
  create.if_not_exists = Flag(asked, "if_not_exists");
  return asked.Run(std::move(create));
}
Answer DropDatabase(const Asked& asked) {
  return asked.Run(plan::command::DropDatabase{asked.node.name, Flag(asked, "if_exists"),
                                               Flag(asked, "cascade")});
}
Answer IsCached(const Asked& asked) {
  MILLRACE_RETURN_IF_ERROR(asked.Run(plan::command::RefreshTable{asked.node.name}).status());
  MILLRACE_ASSIGN_OR_RETURN(const Texts parts, asked.Name());
  return One(BooleanType(), asked.session.catalog().IsCached(parts));
}
Answer UncacheTable(const Asked& asked) {
  return asked.Run(plan::command::UncacheTable{asked.node.name, false});
}
Answer ClearCache(const Asked& asked) { return asked.Run(plan::command::ClearCache{}); }
/// Each query lists a table's folder anew: what lies there is read already.
Answer RecoverPartitions(const Asked& asked) {
  MILLRACE_ASSIGN_OR_RETURN(const Texts parts, asked.Name());
  const auto table = asked.session.catalog().FindTable(parts);
  if (table && table->provider == "delta") {
    return SqlError("NOT_SUPPORTED_COMMAND_FOR_V2_TABLE",
                    {{"cmd", "ALTER TABLE ... RECOVER PARTITIONS"}});
  }
  return asked.Run(plan::command::RefreshTable{asked.node.name});
}
Answer CacheTable(const Asked& asked) {
  return asked.Run(plan::command::CacheTable{asked.node.name, false, nullptr});
}
Answer RefreshTable(const Asked& asked) {
  return asked.Run(plan::command::RefreshTable{asked.node.name});
}
Answer Nothing(const Asked&) { return NoRows(); }

Answer CurrentCatalog(const Asked&) { return One(StringType(), std::string(kCatalog)); }
Answer SetCurrentCatalog(const Asked& asked) {
  if (asked.node.name == kCatalog) return NoRows();
  return RefusedHere(fmt::format("The catalog {}", asked.node.name),
                     "There is one: spark_catalog.");
}
Answer ListCatalogs(const Asked& asked) {
  RowsBuilder rows(StructType().add("name", StringType()).add("description", StringType()));
  if (MatchesPattern(kCatalog, asked.node.pattern)) {
    rows.Add({std::string(kCatalog), RowsBuilder::Cell()});
  }
  return rows.Finish();
}

}  // namespace

base::Result<std::shared_ptr<connector::Table>> RunCatalogRelation(
    SessionState& session, const plan::relation::Catalog& catalog, std::stop_token stop) {
  static const std::map<std::string_view, Answer (*)(const Asked&)> kOperations = {
      {"cache_table", CacheTable},
      {"clear_cache", ClearCache},
      {"create_database", CreateDatabase},
      {"create_external_table", CreateTable},
      {"create_table", CreateTable},
      {"current_catalog", CurrentCatalog},
      {"current_database", CurrentDatabase},
      {"database_exists", DatabaseExists},
      {"drop_database", DropDatabase},
      {"drop_global_temp_view", DropGlobalTempView},
      {"drop_table", DropTable},
      {"drop_temp_view", DropTempView},
      {"drop_view", DropView},
      {"function_exists", FunctionExists},
      {"get_database", GetDatabase},
      {"get_function", GetFunction},
      {"get_table", GetTable},
      {"is_cached", IsCached},
      {"list_catalogs", ListCatalogs},
      {"list_columns", ListColumns},
      {"list_databases", ListDatabases},
      {"list_functions", ListFunctions},
      {"list_tables", ListTables},
      {"recover_partitions", RecoverPartitions},
      {"refresh_by_path", Nothing},
      {"refresh_table", RefreshTable},
      {"set_current_catalog", SetCurrentCatalog},
      {"set_current_database", SetCurrentDatabase},
      {"table_exists", TableExists},
      {"uncache_table", UncacheTable},
  };
  const auto found = kOperations.find(catalog.operation);
  if (found == kOperations.end()) {
    return RefusedHere(fmt::format("spark.catalog: {}", catalog.operation),
                       "See docs/connect.md for what the catalog answers.");
  }
  return found->second(Asked{session, catalog, std::move(stop)});
}

}  // namespace millrace::session
