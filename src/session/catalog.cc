#include "session/catalog.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "fs/file_system.h"
#include "session/sql_errors.h"

namespace millrace::session {
namespace {

constexpr std::string_view kDefaultDatabase = "default";
constexpr std::string_view kSessionCatalog = "spark_catalog";
constexpr std::string_view kGlobalTemp = "global_temp";
constexpr std::string_view kDatabaseSuffix = ".db";

std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

bool SameName(std::string_view a, std::string_view b) { return LowerAscii(a) == LowerAscii(b); }

std::string FolderOf(const std::string& warehouse, const std::string& database) {
  if (SameName(database, kDefaultDatabase)) return warehouse;
  return fs::Join(warehouse, LowerAscii(database) + std::string(kDatabaseSuffix));
}

std::vector<std::string> FoldersIn(const std::string& directory) {
  std::vector<std::string> names;
  auto entries = fs::LocalFileSystem()->List(directory);
  if (!entries.ok()) return names;
  for (const fs::FileInfo& entry : *entries) {
    if (entry.is_directory && !entry.name.starts_with('.')) names.push_back(entry.name);
  }
  return names;
}

bool HoldsDeltaTable(const std::string& directory) {
  auto log = fs::LocalFileSystem()->Stat(fs::Join(directory, "_delta_log"));
  return log.ok() && log->has_value() && (*log)->is_directory;
}

TableEntry DeltaTableAt(const std::string& database, const std::string& name,
                        std::string location) {
  TableEntry entry;
  entry.database = database;
  entry.name = name;
  entry.provider = "delta";
  entry.location = std::move(location);
  return entry;
}

}  // namespace

SharedCatalog& SharedCatalog::Instance() {
  static auto* catalog = new SharedCatalog;
  return *catalog;
}

std::vector<std::string> SharedCatalog::Databases(const std::string& warehouse) const {
  std::vector<std::string> names = {std::string(kDefaultDatabase)};
  for (const std::string& folder : FoldersIn(warehouse)) {
    if (folder.ends_with(kDatabaseSuffix)) {
      names.push_back(folder.substr(0, folder.size() - kDatabaseSuffix.size()));
    }
  }
  {
    std::lock_guard lock(mutex_);
    names.insert(names.end(), databases_.begin(), databases_.end());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool SharedCatalog::HasDatabase(const std::string& warehouse, const std::string& name) const {
  const auto names = Databases(warehouse);
  return std::find(names.begin(), names.end(), LowerAscii(name)) != names.end();
}

base::Status SharedCatalog::CreateDatabase(const std::string& warehouse, const std::string& name,
                                           bool if_not_exists) {
  if (HasDatabase(warehouse, name)) {
    if (if_not_exists) return base::Status::Ok();
    return SqlError("SCHEMA_ALREADY_EXISTS", {{"schemaName", QuoteIdentifier({name})}});
  }
  MILLRACE_RETURN_IF_ERROR(fs::LocalFileSystem()->MakeDirectories(FolderOf(warehouse, name)));
  std::lock_guard lock(mutex_);
  databases_.push_back(LowerAscii(name));
  return base::Status::Ok();
}

base::Status SharedCatalog::DropDatabase(const std::string& warehouse, const std::string& name,
                                         bool if_exists, bool cascade) {
  if (SameName(name, kDefaultDatabase)) {
    return SqlError("UNSUPPORTED_FEATURE.DROP_DATABASE", {{"database", "`spark_catalog`.`default`"}});
  }
  if (!HasDatabase(warehouse, name)) {
    if (if_exists) return base::Status::Ok();
    return SqlError("SCHEMA_NOT_FOUND",
                    {{"schemaName", QuoteIdentifier({std::string(kSessionCatalog), name})}});
  }
  const auto tables = Tables(warehouse, name);
  if ((!tables.empty() || !Views(name).empty()) && !cascade) {
    return SqlError("SCHEMA_NOT_EMPTY", {{"schemaName", QuoteIdentifier({name})}});
  }
  for (const TableEntry& table : tables) {
    Remove(name, table.name);
    std::error_code error;
    if (!table.is_external) std::filesystem::remove_all(table.location, error);
  }
  std::error_code error;
  std::filesystem::remove_all(FolderOf(warehouse, name), error);
  std::lock_guard lock(mutex_);
  std::erase_if(views_, [&](const StoredView& view) { return SameName(view.database, name); });
  std::erase(databases_, LowerAscii(name));
  return base::Status::Ok();
}

std::vector<TableEntry> SharedCatalog::Tables(const std::string& warehouse,
                                              const std::string& database) const {
  std::map<std::string, TableEntry> tables;
  const std::string folder = FolderOf(warehouse, database);
  for (const std::string& name : FoldersIn(folder)) {
    const std::string place = fs::Join(folder, name);
    if (HoldsDeltaTable(place)) tables.emplace(name, DeltaTableAt(database, name, place));
  }
  {
    std::lock_guard lock(mutex_);
    for (const TableEntry& table : tables_) {
      if (SameName(table.database, database)) tables.insert_or_assign(table.name, table);
    }
  }
  std::vector<TableEntry> sorted;
  for (auto& [name, table] : tables) sorted.push_back(std::move(table));
  return sorted;
}

std::optional<TableEntry> SharedCatalog::Find(const std::string& warehouse,
                                              const std::string& database,
                                              const std::string& name) const {
  {
    std::lock_guard lock(mutex_);
    for (const TableEntry& table : tables_) {
      if (SameName(table.database, database) && SameName(table.name, name)) return table;
    }
  }
  const std::string place = fs::Join(FolderOf(warehouse, database), LowerAscii(name));
  if (!HoldsDeltaTable(place)) return std::nullopt;
  return DeltaTableAt(LowerAscii(database), LowerAscii(name), place);
}

base::Status SharedCatalog::Add(TableEntry entry) {
  entry.database = LowerAscii(entry.database);
  entry.name = LowerAscii(entry.name);
  std::lock_guard lock(mutex_);
  for (const TableEntry& table : tables_) {
    if (table.database == entry.database && table.name == entry.name) {
      return SqlError("TABLE_OR_VIEW_ALREADY_EXISTS",
                      {{"relationName",
                        QuoteIdentifier({std::string(kSessionCatalog), entry.database, entry.name})}});
    }
  }
  tables_.push_back(std::move(entry));
  return base::Status::Ok();
}

void SharedCatalog::Remove(const std::string& database, const std::string& name) {
  std::lock_guard lock(mutex_);
  std::erase_if(tables_, [&](const TableEntry& table) {
    return SameName(table.database, database) && SameName(table.name, name);
  });
}

std::vector<StoredView> SharedCatalog::Views(const std::string& database) const {
  std::lock_guard lock(mutex_);
  std::vector<StoredView> views;
  for (const StoredView& view : views_) {
    if (SameName(view.database, database)) views.push_back(view);
  }
  std::sort(views.begin(), views.end(),
            [](const StoredView& a, const StoredView& b) { return a.name < b.name; });
  return views;
}

std::optional<StoredView> SharedCatalog::FindView(const std::string& database,
                                                  const std::string& name) const {
  std::lock_guard lock(mutex_);
  for (const StoredView& view : views_) {
    if (SameName(view.database, database) && SameName(view.name, name)) return view;
  }
  return std::nullopt;
}

void SharedCatalog::PutView(StoredView view) {
  view.database = LowerAscii(view.database);
  view.name = LowerAscii(view.name);
  std::lock_guard lock(mutex_);
  std::erase_if(views_, [&](const StoredView& other) {
    return other.database == view.database && other.name == view.name;
  });
  views_.push_back(std::move(view));
}

bool SharedCatalog::RemoveView(const std::string& database, const std::string& name) {
  std::lock_guard lock(mutex_);
  return std::erase_if(views_, [&](const StoredView& view) {
           return SameName(view.database, database) && SameName(view.name, name);
         }) > 0;
}

std::string Catalog::warehouse() const {
  const std::string place = conf_->Get("spark.sql.warehouse.dir").value_or("spark-warehouse");
  const auto location = fs::Resolve(place);
  return location.ok() ? location->path : place;
}

std::string Catalog::current_database() const {
  std::lock_guard lock(mutex_);
  return database_;
}

base::Status Catalog::UseDatabase(const std::string& name) {
  if (!SharedCatalog::Instance().HasDatabase(warehouse(), name)) {
    return SqlError("SCHEMA_NOT_FOUND",
                    {{"schemaName", QuoteIdentifier({std::string(kSessionCatalog), name})}});
  }
  std::lock_guard lock(mutex_);
  database_ = LowerAscii(name);
  return base::Status::Ok();
}

base::Status Catalog::AddView(ViewEntry view, bool replace) {
  std::string key = LowerAscii(view.name);
  if (view.is_global) key = std::string(kGlobalTemp) + "." + key;
  std::lock_guard lock(mutex_);
  if (!replace && views_.contains(key)) {
    return SqlError("TEMP_TABLE_OR_VIEW_ALREADY_EXISTS",
                    {{"relationName", QuoteIdentifier({view.name})}});
  }
  views_.insert_or_assign(std::move(key), std::move(view));
  return base::Status::Ok();
}

bool Catalog::DropView(const std::string& name, bool is_global) {
  std::string key = LowerAscii(name);
  if (is_global) key = std::string(kGlobalTemp) + "." + key;
  std::lock_guard lock(mutex_);
  return views_.erase(key) > 0;
}

std::optional<ViewEntry> Catalog::FindView(const std::vector<std::string>& name_parts) const {
  if (name_parts.empty() || name_parts.size() > 2) return std::nullopt;
  std::string key = LowerAscii(name_parts.back());
  if (name_parts.size() == 2) {
    if (!SameName(name_parts[0], kGlobalTemp)) return std::nullopt;
    key = std::string(kGlobalTemp) + "." + key;
  }
  std::lock_guard lock(mutex_);
  const auto found = views_.find(key);
  if (found == views_.end()) return std::nullopt;
  return found->second;
}

std::vector<ViewEntry> Catalog::Views() const {
  std::lock_guard lock(mutex_);
  std::vector<ViewEntry> views;
  for (const auto& [key, view] : views_) views.push_back(view);
  return views;
}

base::Result<Catalog::QualifiedName> Catalog::Qualify(
    const std::vector<std::string>& name_parts) const {
  std::vector<std::string> parts = name_parts;
  if (parts.size() == 3 && SameName(parts[0], kSessionCatalog)) parts.erase(parts.begin());
  if (parts.empty() || parts.size() > 2) {
    return SqlError("REQUIRES_SINGLE_PART_NAMESPACE",
                    {{"sessionCatalog", std::string(kSessionCatalog)},
                     {"namespace", QuoteIdentifier(name_parts)}});
  }
  QualifiedName name{parts.size() == 2 ? LowerAscii(parts[0]) : current_database(), parts.back()};
  if (!SharedCatalog::Instance().HasDatabase(warehouse(), name.database)) {
    return SqlError("SCHEMA_NOT_FOUND",
                    {{"schemaName", QuoteIdentifier({std::string(kSessionCatalog), name.database})}});
  }
  return name;
}

std::optional<TableEntry> Catalog::FindTable(const std::vector<std::string>& name_parts) const {
  const auto name = Qualify(name_parts);
  if (!name.ok()) return std::nullopt;
  return SharedCatalog::Instance().Find(warehouse(), name->database, name->table);
}

std::optional<StoredView> Catalog::FindStoredView(
    const std::vector<std::string>& name_parts) const {
  const auto name = Qualify(name_parts);
  if (!name.ok()) return std::nullopt;
  return SharedCatalog::Instance().FindView(name->database, name->table);
}

std::vector<StoredView> Catalog::StoredViews(const std::string& database) const {
  return SharedCatalog::Instance().Views(database);
}

std::vector<TableEntry> Catalog::Tables(const std::string& database) const {
  return SharedCatalog::Instance().Tables(warehouse(), database);
}

std::string Catalog::DefaultLocation(const std::string& database, const std::string& table) const {
  return fs::Join(FolderOf(warehouse(), database), LowerAscii(table));
}

std::string Catalog::CacheKey(const std::vector<std::string>& name_parts) const {
  std::string key;
  for (const std::string& part : name_parts) key += "." + LowerAscii(part);
  if (FindView(name_parts)) return "view" + key;
  const auto qualified = Qualify(name_parts);
  return qualified.ok() ? LowerAscii(qualified->database) + "." + LowerAscii(qualified->table) : key;
}

void Catalog::SetCached(const std::vector<std::string>& name_parts, bool cached) {
  const std::string key = CacheKey(name_parts);
  std::lock_guard lock(mutex_);
  if (cached) {
    cached_.insert(key);
  } else {
    cached_.erase(key);
  }
}

bool Catalog::IsCached(const std::vector<std::string>& name_parts) const {
  const std::string key = CacheKey(name_parts);
  std::lock_guard lock(mutex_);
  return cached_.contains(key);
}

void Catalog::ClearCached() {
  std::lock_guard lock(mutex_);
  cached_.clear();
}

}  // namespace millrace::session
