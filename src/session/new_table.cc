#include "session/new_table.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "analysis/error_messages.h"
#include "analysis/names.h"
#include "fs/escapes.h"
#include "fs/file_system.h"
#include "session/session_sources.h"
#include "session/sql_errors.h"
#include "session/text_lines.h"

namespace millrace::session {
namespace {

namespace command = plan::command;
using base::Status;

std::string FullName(const TableEntry& entry) {
  return QuoteIdentifier({"spark_catalog", entry.database, analysis::LowerCase(entry.name)});
}

int FindByName(const StructType& schema, const std::string& name) {
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (analysis::NamesEqual(schema[i].name, name)) return static_cast<int>(i);
  }
  return -1;
}

Status AlreadyThere(const std::string& column) {
  return analysis::AnalysisError("COLUMN_ALREADY_EXISTS",
                                 {{"columnName", QuoteIdentifier({analysis::LowerCase(column)})}});
}

std::string QuotedNames(const StructType& schema) {
  std::vector<std::string> names;
  for (const StructField& field : schema.fields()) names.push_back(QuoteIdentifier({field.name}));
  return fmt::format("{}", fmt::join(names, ", "));
}

bool IsUnknownOption(const Status& status) {
  return status.message().find("unknown option") != std::string::npos;
}

Status TryToRead(const TableEntry& entry, plan::Options options, const std::string& time_zone) {
  MILLRACE_ASSIGN_OR_RETURN(const auto* provider, FindTableProvider(entry.provider));
  connector::TableContext context;
  context.options = connector::Options(std::move(options));
  context.paths = {entry.location};
  context.user_schema = entry.schema;
  context.session_time_zone = time_zone;
  return provider->Open(std::move(context)).status();
}

/// Begins a write and drops it.
Status TryToWrite(const TableEntry& entry, plan::Options options, const std::string& time_zone) {
  MILLRACE_ASSIGN_OR_RETURN(const auto* provider, FindWriterProvider(entry.provider));
  connector::WriteContext context;
  context.options = connector::Options(std::move(options));
  context.path = entry.location;
  context.schema = *entry.schema;
  context.partition_columns = entry.partition_columns;
  if (IsRenderedAsLines(entry.provider)) {
    context.schema = StructType().add("value", StringType());
    context.partition_columns.clear();
  }
  context.mode = connector::SaveMode::kAppend;
  context.session_time_zone = time_zone;
  return provider->Begin(std::move(context), {}).status();
}

/// The class by which Spark calls a format here.
std::string SourceClass(const std::string& format) {
  if (format == "csv") return "CSVDataSourceV2";
  if (format == "json") return "JsonDataSourceV2";
  if (format == "parquet") return "ParquetDataSourceV2";
  if (format == "text") return "TextDataSourceV2";
  return format;
}

}  // namespace

base::Result<bool> IsOccupied(const std::string& path) {
  fs::FileSystem* const disk = fs::LocalFileSystem();
  MILLRACE_ASSIGN_OR_RETURN(const auto info, disk->Stat(path));
  if (!info) return false;
  if (!info->is_directory) return true;
  MILLRACE_ASSIGN_OR_RETURN(const auto entries, disk->List(path));
  return !entries.empty();
}

Status CheckFreeLocation(const TableEntry& entry, command::SaveMode mode) {
  const bool is_delta = entry.provider == "delta";
  if (is_delta && mode == command::SaveMode::kOverwrite) return Status::Ok();
  if (is_delta && entry.is_external && mode == command::SaveMode::kAppend) {
    MILLRACE_ASSIGN_OR_RETURN(const bool has_log,
                              IsOccupied(fs::Join(entry.location, "_delta_log")));
    if (has_log) return Status::Ok();
  }
  if (!is_delta && entry.is_external && mode != command::SaveMode::kErrorIfExists) {
    return Status::Ok();
  }
  MILLRACE_ASSIGN_OR_RETURN(const bool occupied, IsOccupied(entry.location));
  if (!occupied) return Status::Ok();
  const std::string name = analysis::LowerCase(entry.name);
  const std::string place = fmt::format("'{}'", fs::ToHadoopUri(entry.location));
  if (is_delta) {
    return SqlError("DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION",
                    {{"tableId", fmt::format("'{}'", QuoteIdentifier({entry.database, name}))},
                     {"tableLocation", place}});
  }
  if (entry.is_external) {
    return SqlError("_LEGACY_ERROR_TEMP_1241",
                    {{"tablePath", fs::ToFileUri(entry.location)},
                     {"config", "spark.sql.legacy.allowNonEmptyLocationInCTAS"}});
  }
  return SqlError("LOCATION_ALREADY_EXISTS",
                  {{"identifier", FullName(entry)}, {"location", place}});
}

Status PutPartitionsLast(TableEntry* entry) {
  const StructType& schema = *entry->schema;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (FindByName(schema, schema[i].name) < static_cast<int>(i)) {
      return AlreadyThere(schema[i].name);
    }
  }
  std::vector<int> partitions;
  for (std::string& name : entry->partition_columns) {
    const int at = FindByName(schema, name);
    if (at < 0) {
      return SqlError("COLUMN_NOT_DEFINED_IN_TABLE", {{"colType", "partition"},
                                                      {"colName", QuoteIdentifier({name})},
                                                      {"tableName", FullName(*entry)},
                                                      {"tableCols", QuotedNames(schema)}});
    }
    if (std::ranges::find(partitions, at) != partitions.end()) return AlreadyThere(name);
    partitions.push_back(at);
    name = schema[static_cast<std::size_t>(at)].name;
  }
  if (!partitions.empty() && partitions.size() == schema.size()) {
    return SqlError("ALL_PARTITION_COLUMNS_NOT_ALLOWED", {});
  }
  std::vector<StructField> fields;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (std::ranges::find(partitions, static_cast<int>(i)) == partitions.end()) {
      fields.push_back(schema[i]);
    }
  }
  for (const int at : partitions) fields.push_back(schema[static_cast<std::size_t>(at)]);
  entry->schema = StructType(std::move(fields));
  return Status::Ok();
}

Status CheckColumns(const TableEntry& entry, const std::string& time_zone) {
  return TryToWrite(entry, {}, time_zone);
}

Status SortOptions(TableEntry* entry, const std::string& time_zone) {
  if (entry->options.empty()) return Status::Ok();
  MILLRACE_RETURN_IF_ERROR(fs::LocalFileSystem()->MakeDirectories(entry->location));
  for (const auto& option : entry->options) {
    const Status read = TryToRead(*entry, {option}, time_zone);
    const Status write = TryToWrite(*entry, {option}, time_zone);
    if (!read.ok() && (!write.ok() || !IsUnknownOption(read))) return read;
    if (!write.ok() && !IsUnknownOption(write)) return write;
    if (read.ok()) entry->read_options.insert(option);
    if (write.ok()) entry->write_options.insert(option);
  }
  return Status::Ok();
}

Status CheckFits(const AppendedRows& rows, const TableEntry& table) {
  const std::string name = fmt::format("spark_catalog.{}.{}", table.database, table.name);
  const std::string format = analysis::LowerCase(rows.format);
  if (format != table.provider) {
    return SqlError("_LEGACY_ERROR_TEMP_1159", {{"tableName", name},
                                                {"existingProvider", SourceClass(table.provider)},
                                                {"specifiedProvider", SourceClass(format)}});
  }
  const StructType& schema = *table.schema;
  if (rows.schema.size() != schema.size()) {
    return SqlError("_LEGACY_ERROR_TEMP_1161", {{"tableName", name},
                                                {"existingTableSchema", schema.catalogString()},
                                                {"querySchema", rows.schema.catalogString()}});
  }
  for (const StructField& field : schema.fields()) {
    if (FindByName(rows.schema, field.name) >= 0) continue;
    std::vector<std::string> names;
    for (const StructField& given : rows.schema.fields()) names.push_back(given.name);
    return SqlError(
        "_LEGACY_ERROR_TEMP_1162",
        {{"col", field.name}, {"inputColumns", fmt::format("{}", fmt::join(names, ", "))}});
  }
  if (!std::ranges::equal(rows.partition_columns, table.partition_columns, analysis::NamesEqual)) {
    return SqlError(
        "_LEGACY_ERROR_TEMP_1163",
        {{"tableName", name},
         {"specifiedPartCols", fmt::format("{}", fmt::join(rows.partition_columns, ", "))},
         {"existingPartCols", fmt::format("{}", fmt::join(table.partition_columns, ", "))}});
  }
  return Status::Ok();
}

Status CheckSameTable(const command::CreateTable& create, const std::string& location,
                      const StructType& schema) {
  MILLRACE_ASSIGN_OR_RETURN(const auto* provider, FindTableProvider("delta"));
  MILLRACE_ASSIGN_OR_RETURN(const auto facts, provider->Facts(location));
  const std::string path = fs::ToHadoopUri(location);
  bool same = create.schema->size() == schema.size();
  for (const StructField& field : create.schema->fields()) {
    const auto found = std::ranges::find(schema.fields(), field.name, &StructField::name);
    same = same && found != schema.fields().end() && *found == field;
  }
  if (!same) {
    return SqlError("DELTA_CREATE_TABLE_SCHEME_MISMATCH",
                    {{"path", path},
                     {"specifiedSchema", create.schema->treeString()},
                     {"existingSchema", schema.treeString()}});
  }
  if (!std::ranges::equal(create.partition_columns, facts.partition_columns,
                          analysis::NamesEqual)) {
    return SqlError(
        "DELTA_CREATE_TABLE_WITH_DIFFERENT_PARTITIONING",
        {{"path", path},
         {"specifiedColumns", fmt::format("{}", fmt::join(create.partition_columns, ", "))},
         {"existingColumns", fmt::format("{}", fmt::join(facts.partition_columns, ", "))}});
  }
  if (!create.properties.empty() && create.properties != facts.properties) {
    const auto text = [](const plan::Options& properties) {
      std::vector<std::string> lines;
      for (const auto& [key, value] : properties) lines.push_back(key + "=" + value);
      return fmt::format("{}", fmt::join(lines, "\n"));
    };
    return SqlError("DELTA_CREATE_TABLE_WITH_DIFFERENT_PROPERTY",
                    {{"path", path},
                     {"specifiedProperties", text(create.properties)},
                     {"existingProperties", text(facts.properties)}});
  }
  return Status::Ok();
}

}  // namespace millrace::session
