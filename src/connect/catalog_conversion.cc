#include <fmt/format.h>

#include "connect/refusals.h"
#include "connect/relation_conversion.h"
#include "connect/type_conversion.h"

namespace millrace::connect {
namespace {

namespace pb = spark::connect;
using Operation = plan::relation::Catalog;

Operation Named(const char* operation, const std::string& name) {
  Operation catalog;
  catalog.operation = operation;
  catalog.name = name;
  return catalog;
}

/// `db_name` is optional in these.
template <typename Message>
Operation NamedIn(const char* operation, const std::string& name, const Message& from) {
  Operation catalog = Named(operation, name);
  if (from.has_db_name()) catalog.database = from.db_name();
  return catalog;
}

template <typename Message>
Operation Listing(const char* operation, const Message& from) {
  Operation catalog = NamedIn(operation, "", from);
  if (from.has_pattern()) catalog.pattern = from.pattern();
  return catalog;
}

template <typename Message>
Operation WithPattern(const char* operation, const Message& from) {
  Operation catalog = Named(operation, "");
  if (from.has_pattern()) catalog.pattern = from.pattern();
  return catalog;
}

template <typename Message>
base::Result<Operation> Creating(const char* operation, const Message& from) {
  Operation catalog = Named(operation, from.table_name());
  if (from.has_path()) catalog.path = from.path();
  if (from.has_source()) catalog.source = from.source();
  if (from.has_schema()) {
    MILLRACE_ASSIGN_OR_RETURN(catalog.schema, StructFromProto(from.schema()));
  }
  catalog.options = {from.options().begin(), from.options().end()};
  return catalog;
}

base::Result<Operation> CreateTableOf(const pb::CreateTable& from) {
  MILLRACE_ASSIGN_OR_RETURN(Operation catalog, Creating("create_table", from));
  if (from.has_description()) catalog.description = from.description();
  return catalog;
}

Operation Flagged(Operation catalog, std::map<std::string, bool> flags) {
  catalog.flags = std::move(flags);
  return catalog;
}

Operation CreateDatabaseOf(const pb::CreateDatabase& from) {
  Operation catalog = Flagged(Named("create_database", from.db_name()),
                              {{"if_not_exists", from.if_not_exists()}});
  catalog.options = {from.properties().begin(), from.properties().end()};
  return catalog;
}

Operation CacheTableOf(const pb::CacheTable& from) {
  Operation catalog = Named("cache_table", from.table_name());
  if (from.has_storage_level()) catalog.storage_level = StorageLevelName(from.storage_level());
  return catalog;
}

}  // namespace

base::Result<Operation> FromProto(const pb::Catalog& from) {
  switch (from.cat_type_case()) {
    case pb::Catalog::kCurrentDatabase:
      return Named("current_database", "");
    case pb::Catalog::kSetCurrentDatabase:
      return Named("set_current_database", from.set_current_database().db_name());
    case pb::Catalog::kListDatabases:
      return WithPattern("list_databases", from.list_databases());
    case pb::Catalog::kListTables:
      return Listing("list_tables", from.list_tables());
    case pb::Catalog::kListFunctions:
      return Listing("list_functions", from.list_functions());
    case pb::Catalog::kListColumns:
      return NamedIn("list_columns", from.list_columns().table_name(), from.list_columns());
    case pb::Catalog::kGetDatabase:
      return Named("get_database", from.get_database().db_name());
    case pb::Catalog::kGetTable:
      return NamedIn("get_table", from.get_table().table_name(), from.get_table());
    case pb::Catalog::kGetFunction:
      return NamedIn("get_function", from.get_function().function_name(), from.get_function());
    case pb::Catalog::kDatabaseExists:
      return Named("database_exists", from.database_exists().db_name());
    case pb::Catalog::kTableExists:
      return NamedIn("table_exists", from.table_exists().table_name(), from.table_exists());
    case pb::Catalog::kFunctionExists:
      return NamedIn("function_exists", from.function_exists().function_name(),
                     from.function_exists());
    case pb::Catalog::kCreateExternalTable:
      return Creating("create_external_table", from.create_external_table());
    case pb::Catalog::kCreateTable:
      return CreateTableOf(from.create_table());
    case pb::Catalog::kDropTempView:
      return Named("drop_temp_view", from.drop_temp_view().view_name());
    case pb::Catalog::kDropGlobalTempView:
      return Named("drop_global_temp_view", from.drop_global_temp_view().view_name());
    case pb::Catalog::kRecoverPartitions:
      return Named("recover_partitions", from.recover_partitions().table_name());
    case pb::Catalog::kIsCached:
      return Named("is_cached", from.is_cached().table_name());
    case pb::Catalog::kCacheTable:
      return CacheTableOf(from.cache_table());
    case pb::Catalog::kUncacheTable:
      return Named("uncache_table", from.uncache_table().table_name());
    case pb::Catalog::kClearCache:
      return Named("clear_cache", "");
    case pb::Catalog::kRefreshTable:
      return Named("refresh_table", from.refresh_table().table_name());
    case pb::Catalog::kRefreshByPath:
      return Named("refresh_by_path", from.refresh_by_path().path());
    case pb::Catalog::kCurrentCatalog:
      return Named("current_catalog", "");
    case pb::Catalog::kSetCurrentCatalog:
      return Named("set_current_catalog", from.set_current_catalog().catalog_name());
    case pb::Catalog::kListCatalogs:
      return WithPattern("list_catalogs", from.list_catalogs());
    case pb::Catalog::kDropTable:
      return Flagged(Named("drop_table", from.drop_table().table_name()),
                     {{"if_exists", from.drop_table().if_exists()},
                      {"purge", from.drop_table().purge()}});
    case pb::Catalog::kDropView:
      return Flagged(Named("drop_view", from.drop_view().view_name()),
                     {{"if_exists", from.drop_view().if_exists()}});
    case pb::Catalog::kCreateDatabase:
      return CreateDatabaseOf(from.create_database());
    case pb::Catalog::kDropDatabase:
      return Flagged(Named("drop_database", from.drop_database().db_name()),
                     {{"if_exists", from.drop_database().if_exists()},
                      {"cascade", from.drop_database().cascade()}});
    case pb::Catalog::kListPartitions:
      return Named("list_partitions", from.list_partitions().table_name());
    case pb::Catalog::kListViews:
      return Listing("list_views", from.list_views());
    case pb::Catalog::kGetTableProperties:
      return Named("get_table_properties", from.get_table_properties().table_name());
    case pb::Catalog::kGetCreateTableString:
      return Flagged(
          Named("get_create_table_string", from.get_create_table_string().table_name()),
          {{"as_serde", from.get_create_table_string().as_serde()}});
    case pb::Catalog::kTruncateTable:
      return Named("truncate_table", from.truncate_table().table_name());
    case pb::Catalog::kAnalyzeTable:
      return Flagged(Named("analyze_table", from.analyze_table().table_name()),
                     {{"no_scan", from.analyze_table().no_scan()}});
    case pb::Catalog::CAT_TYPE_NOT_SET:
      break;
  }
  return InvalidPlan("a catalog operation is missing, or is one that this server does not know");
}

std::string StorageLevelName(const pb::StorageLevel& level) {
  const bool disk = level.use_disk(), memory = level.use_memory();
  const bool off_heap = level.use_off_heap(), objects = level.deserialized();
  std::string name;
  if (!disk && !memory && !off_heap && !objects) {
    name = "NONE";
  } else if (off_heap && disk && memory && !objects) {
    name = "OFF_HEAP";
  } else if (!off_heap && (disk || memory) && (memory || !objects)) {
    name = disk && memory ? "MEMORY_AND_DISK" : disk ? "DISK_ONLY" : "MEMORY_ONLY";
    if (objects) name += "_DESER";
  } else {
    return fmt::format("StorageLevel({}{}{}{}{} replicas)", disk ? "disk, " : "",
                       memory ? "memory, " : "", off_heap ? "offheap, " : "",
                       objects ? "deserialized, " : "", level.replication());
  }
  return level.replication() > 1 ? fmt::format("{}_{}", name, level.replication()) : name;
}

}  // namespace millrace::connect
