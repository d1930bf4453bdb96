// Commands that write rows: df.write, df.writeTo, INSERT, CREATE TABLE AS.

#include <algorithm>
#include <atomic>

#include <arrow/record_batch.h>
#include <fmt/format.h>

#include "analysis/names.h"
#include "fs/file_system.h"
#include "session/command_runner.h"
#include "session/insert_columns.h"
#include "session/new_table.h"
#include "session/rows_builder.h"
#include "session/session_sources.h"
#include "session/show_string.h"
#include "session/sql_errors.h"
#include "session/text_lines.h"

namespace millrace::session {
namespace {

namespace command = plan::command;

connector::SaveMode ToConnector(command::SaveMode mode) {
  switch (mode) {
    case command::SaveMode::kAppend:
      return connector::SaveMode::kAppend;
    case command::SaveMode::kOverwrite:
      return connector::SaveMode::kOverwrite;
    case command::SaveMode::kIgnore:
      return connector::SaveMode::kIgnore;
    case command::SaveMode::kErrorIfExists:
      break;
  }
  return connector::SaveMode::kErrorIfExists;
}

constexpr std::string_view kOverwriteMode = "partitionOverwriteMode";

bool HasOption(const plan::Options& options, std::string_view name) {
  return std::ranges::any_of(
      options, [&](const auto& option) { return analysis::NamesEqual(option.first, name); });
}

void DropOption(plan::Options* options, std::string_view name) {
  std::erase_if(*options,
                [&](const auto& option) { return analysis::NamesEqual(option.first, name); });
}

plan::RelationPtr TableNamed(const std::string& name) {
  return plan::MakeRelation(plan::relation::Read{plan::relation::NamedTable{name, {}}, false});
}

plan::ExpressionPtr ColumnNamed(const std::string& name) {
  return plan::MakeExpression(plan::expression::UnresolvedAttribute{
      analysis::QuoteName(std::string_view(name)), std::nullopt, false});
}

base::Status WriteAll(BatchResult result, connector::SinkBatch& batch, std::stop_token stop) {
  std::unique_ptr<connector::SinkWriter> writer;
  while (true) {
    MILLRACE_ASSIGN_OR_RETURN(auto rows, result.rows->Next());
    if (rows == nullptr) break;
    if (rows->num_rows() == 0) continue;
    if (writer == nullptr) {
      MILLRACE_ASSIGN_OR_RETURN(writer, batch.NewWriter());
    }
    MILLRACE_RETURN_IF_ERROR(writer->Write(rows));
  }
  if (writer != nullptr) MILLRACE_RETURN_IF_ERROR(writer->Finish());
  return batch.Commit(std::move(stop));
}

base::Status TableExists(const TableEntry& entry) {
  return SqlError("TABLE_OR_VIEW_ALREADY_EXISTS",
                  {{"relationName", QuoteIdentifier({"spark_catalog", entry.database,
                                                     analysis::LowerCase(entry.name)})}});
}

/// Only Delta tables can be replaced.
base::Status NoReplacing(std::vector<std::string> parts, std::string_view operation,
                         const std::string& database) {
  if (parts.size() == 1) parts.insert(parts.begin(), database);
  if (parts.size() == 2) parts.insert(parts.begin(), "spark_catalog");
  return SqlError("UNSUPPORTED_FEATURE.TABLE_OPERATION",
                  {{"tableName", QuoteIdentifier(parts)}, {"operation", std::string(operation)}});
}

}  // namespace

base::Status CommandRunner::WriteRows(const plan::RelationPtr& rows, const Target& target) {
  const std::string format = analysis::LowerCase(target.format);
  if (format == "noop") {
    MILLRACE_ASSIGN_OR_RETURN(auto result, session_.Execute(rows, stop_, observed_));
    while (true) {
      MILLRACE_ASSIGN_OR_RETURN(auto batch, result.rows->Next());
      if (batch == nullptr) return base::Status::Ok();
    }
  }
  if (format == "console") return PrintToConsole(session_, rows, target.options, stop_, observed_);
  MILLRACE_ASSIGN_OR_RETURN(const auto* provider, FindWriterProvider(target.format));
  MILLRACE_ASSIGN_OR_RETURN(const auto query, session_.Analyze(rows));
  plan::RelationPtr written = rows;
  connector::WriteContext context;
  plan::Options options = target.options;
  if (target.may_be_dynamic && target.mode == connector::SaveMode::kOverwrite &&
      session_.conf().dynamic_overwrite() && !HasOption(options, kOverwriteMode) &&
      !HasOption(options, "overwriteSchema")) {
    options.emplace(kOverwriteMode, "dynamic");
  }
  if (IsRenderedAsLines(format)) {
    MILLRACE_ASSIGN_OR_RETURN(
        TextLines lines,
        AsTextLines(rows, query.schema(), format, target.partition_columns, options));
    written = std::move(lines.rows);
    MILLRACE_ASSIGN_OR_RETURN(context.first_line, FirstLine(session_, lines));
  }
  MILLRACE_ASSIGN_OR_RETURN(auto result, session_.Execute(written, stop_, observed_));
  context.options = connector::Options(options);
  context.path = target.path;
  context.schema = result.schema;
  context.mode = target.mode;
  context.partition_columns = target.partition_columns;
  context.session_time_zone = session_.conf().time_zone();
  context.job_description = target.operation;
  context.new_table = target.new_table;
  MILLRACE_ASSIGN_OR_RETURN(auto batch, provider->Begin(std::move(context), stop_));
  if (batch == nullptr) return base::Status::Ok();
  return WriteAll(std::move(result), *batch, stop_);
}

base::Status CommandRunner::InsertInto(const plan::RelationPtr& rows, const std::string& name,
                                       bool overwrite, const std::vector<std::string>& columns,
                                       bool by_name, const plan::Options& options) {
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(name));
  MILLRACE_RETURN_IF_ERROR(ExpectTable(name, "INSERT"));
  const auto table = session_.catalog().FindTable(parts);
  std::string format = "delta";
  std::string path;
  std::vector<std::string> partition_columns;
  if (table) {
    format = table->provider;
    path = table->location;
    partition_columns = table->partition_columns;
  } else if (parts.size() == 2 && analysis::NamesEqual(parts[0], "delta")) {
    format = parts[0];
    path = parts[1];
  } else {
    return NoSuchName(parts);
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto target, session_.Analyze(TableNamed(name)));
  MILLRACE_ASSIGN_OR_RETURN(const auto query, session_.Analyze(rows));
  std::vector<std::string> full = parts;
  if (table) full = {"spark_catalog", table->database, table->name};
  const bool is_delta = analysis::NamesEqual(format, "delta");
  const InsertTarget into{QuoteIdentifier(full), target.schema(), !is_delta};
  plan::RelationPtr written = rows;
  if (!by_name) {
    MILLRACE_ASSIGN_OR_RETURN(written, InsertByPosition(rows, query.schema(), into, columns));
  } else {
    MILLRACE_ASSIGN_OR_RETURN(written, InsertByName(rows, query.schema(), into));
  }
  Target to;
  to.format = format;
  to.path = path;
  to.mode = overwrite ? connector::SaveMode::kOverwrite : connector::SaveMode::kAppend;
  to.partition_columns = std::move(partition_columns);
  to.options = options;
  if (table) {
    for (const auto& [option, value] : table->write_options) to.options[option] = value;
  }
  to.operation = "INSERT";
  to.may_be_dynamic = true;
  return WriteRows(written, to);
}

base::Status CommandRunner::AppendToTable(const plan::RelationPtr& rows, const std::string& name,
                                          const TableEntry& table, Target target) {
  if (table.provider == "delta") {
    target.format = table.provider;
    target.path = table.location;
    target.mode = connector::SaveMode::kAppend;
    return WriteRows(rows, target);
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto query, session_.Analyze(rows));
  MILLRACE_RETURN_IF_ERROR(
      CheckFits({target.format, target.partition_columns, query.schema()}, table));
  std::vector<plan::ExpressionPtr> columns;
  for (const StructField& field : table.schema->fields()) {
    columns.push_back(ColumnNamed(field.name));
  }
  return InsertInto(plan::Select(rows, std::move(columns)), name, false, {}, false,
                    target.options);
}

base::Result<TableEntry> CommandRunner::NewEntry(const std::string& name, const Target& target,
                                                 const std::optional<std::string>& location) const {
  const Catalog& catalog = session_.catalog();
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(name));
  MILLRACE_ASSIGN_OR_RETURN(const auto qualified, catalog.Qualify(parts));
  TableEntry entry;
  entry.database = qualified.database;
  entry.name = qualified.table;
  entry.provider = analysis::LowerCase(target.format);
  entry.is_external = location.has_value();
  entry.location = catalog.DefaultLocation(qualified.database, qualified.table);
  if (location) {
    MILLRACE_ASSIGN_OR_RETURN(const auto place, fs::Resolve(*location));
    entry.location = place.path;
  }
  entry.partition_columns = target.partition_columns;
  if (target.new_table) entry.comment = target.new_table->comment;
  if (entry.provider == "delta") return entry;
  if (target.new_table) entry.properties = target.new_table->properties;
  entry.options = target.options;
  DropOption(&entry.options, kOverwriteMode);  // A table of files is replaced as a whole.
  return entry;
}

base::Status CommandRunner::SaveAsTable(const plan::RelationPtr& rows, const std::string& name,
                                        command::SaveMode mode, Target target,
                                        std::optional<std::string> location) {
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(name));
  MILLRACE_ASSIGN_OR_RETURN(TableEntry entry, NewEntry(name, target, location));
  MILLRACE_RETURN_IF_ERROR(ExpectNoView(name, !target.new_table));
  const auto existing = session_.catalog().FindTable(parts);
  if (existing && mode == command::SaveMode::kIgnore) return base::Status::Ok();
  if (existing && mode == command::SaveMode::kErrorIfExists) return TableExists(entry);
  if (existing && mode == command::SaveMode::kAppend) {
    return AppendToTable(rows, name, *existing, std::move(target));
  }
  const bool is_delta = entry.provider == "delta";
  if (is_delta && existing && existing->provider == "delta") {
    // A Delta table stays where it is.
    if (location && entry.location != existing->location) {
      return SqlError("DELTA_TABLE_LOCATION_MISMATCH",
                      {{"tableName", QuoteIdentifier({existing->database, existing->name})},
                       {"existingTableLocation",
                        fmt::format("`{}`", fs::ToHadoopUri(existing->location))},
                       {"tableLocation", fmt::format("`{}`", fs::ToHadoopUri(entry.location))}});
    }
    entry.location = existing->location;
    entry.is_external = existing->is_external;
  }
  if (target.new_table) target.new_table->is_managed = !entry.is_external;
  MILLRACE_ASSIGN_OR_RETURN(const auto query, session_.Analyze(rows));
  entry.schema = query.schema();
  const bool same_place = existing && existing->location == entry.location;
  if (!same_place) MILLRACE_RETURN_IF_ERROR(CheckFreeLocation(entry, mode));
  const bool replaces =
      mode == command::SaveMode::kOverwrite || mode == command::SaveMode::kIgnore;
  plan::RelationPtr written = rows;
  if (is_delta) {
    target.mode = replaces ? connector::SaveMode::kOverwrite : ToConnector(mode);
  } else {
    const bool may_hold_files = same_place || entry.is_external;
    target.mode = replaces && may_hold_files ? connector::SaveMode::kOverwrite
                                             : connector::SaveMode::kAppend;
    MILLRACE_RETURN_IF_ERROR(PutPartitionsLast(&entry));
    MILLRACE_RETURN_IF_ERROR(SortOptions(&entry, session_.conf().time_zone()));
    target.options = entry.write_options;
    target.may_be_dynamic = false;
    target.partition_columns = entry.partition_columns;
    std::vector<plan::ExpressionPtr> columns;
    for (const StructField& field : entry.schema->fields()) {
      columns.push_back(ColumnNamed(field.name));
    }
    written = plan::Select(rows, std::move(columns));
  }
  target.path = entry.location;
  MILLRACE_RETURN_IF_ERROR(WriteRows(written, target));
  SharedCatalog::Instance().Remove(entry.database, entry.name);
  return SharedCatalog::Instance().Add(std::move(entry));
}

CommandRunner::Answer CommandRunner::RunOne(const command::WriteOperation& write) {
  if (write.bucket_count || !write.bucket_columns.empty() || !write.sort_columns.empty()) {
    return RefusedHere("bucketBy and sortBy", "Leave them out, or use partitionBy.");
  }
  if (!write.clustering_columns.empty()) return RefusedHere("clusterBy", "Use partitionBy.");
  Target target;
  target.format = write.format.value_or(session_.conf().default_source());
  target.mode = ToConnector(write.mode);
  target.partition_columns = write.partition_columns;
  target.options = write.options;
  target.operation = "WRITE";
  target.may_be_dynamic = true;
  if (write.insert_into && write.table) {
    MILLRACE_RETURN_IF_ERROR(InsertInto(write.input, *write.table,
                                        write.mode == command::SaveMode::kOverwrite, {}, false,
                                        write.options));
    return NoRows();
  }
  const auto path_option = connector::Options(write.options).GetString("path");
  DropOption(&target.options, "path");
  if (write.table) {
    MILLRACE_RETURN_IF_ERROR(
        SaveAsTable(write.input, *write.table, write.mode, std::move(target), path_option));
    return NoRows();
  }
  if (write.path) {
    target.path = *write.path;
  } else if (path_option) {
    target.path = *path_option;
  }
  if (target.path.empty() && !analysis::NamesEqual(target.format, "noop") &&
      !analysis::NamesEqual(target.format, "console")) {
    return base::Status::InvalidArgument("'path' is not specified: say where to write with "
                                         "save(path) or option(\"path\", ...)")
        .WithSparkError({"IllegalArgumentException", "", "", {}});
  }
  MILLRACE_RETURN_IF_ERROR(WriteRows(write.input, target));
  return NoRows();
}

CommandRunner::Answer CommandRunner::RunOne(const command::WriteOperationV2& write) {
  using Mode = command::WriteOperationV2::Mode;
  if (write.overwrite_condition != nullptr || write.mode == Mode::kOverwrite) {
    return RefusedHere("writeTo(...).overwrite(condition)",
                       "Use createOrReplace(), overwritePartitions(), or insertInto with "
                       "overwrite.");
  }
  if (!write.clustering_columns.empty()) return RefusedHere("clusterBy", "Use partitionedBy.");
  Target target;
  if (write.mode != Mode::kAppend) {
    target.new_table = connector::NewTable{true, std::nullopt, write.table_properties};
  }
  target.format = write.provider.value_or(session_.conf().default_source());
  target.options = write.options;
  target.operation = "WRITE";
  for (const plan::ExpressionPtr& expression : write.partitioning) {
    const auto* column = expression->As<plan::expression::UnresolvedAttribute>();
    if (column == nullptr) {
      return RefusedHere("partitionedBy with a transformation", "Partition by plain columns.");
    }
    target.partition_columns.push_back(column->name);
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(write.table));
  const auto existing = session_.catalog().FindTable(parts);
  if (write.mode == Mode::kAppend || write.mode == Mode::kOverwritePartitions) {
    if (existing && existing->provider != "delta") {
      return SqlError("_LEGACY_ERROR_TEMP_1012",
                      {{"identifier", QuoteIdentifier({"spark_catalog", existing->database,
                                                       existing->name})}});
    }
    const bool overwrites = write.mode == Mode::kOverwritePartitions;
    plan::Options options = write.options;
    if (overwrites) options.insert_or_assign(std::string(kOverwriteMode), "dynamic");
    MILLRACE_RETURN_IF_ERROR(
        InsertInto(write.input, write.table, overwrites, {}, true, options));
    return NoRows();
  }
  if (!existing && write.mode == Mode::kReplace) return NoTable(write.table);
  if (write.mode == Mode::kReplace || write.mode == Mode::kCreateOrReplace) {
    if (!analysis::NamesEqual(target.format, "delta")) {
      return NoReplacing(parts, "REPLACE TABLE AS SELECT",
                         session_.catalog().current_database());
    }
    target.options["overwriteSchema"] = "true";
    MILLRACE_RETURN_IF_ERROR(SaveAsTable(write.input, write.table, command::SaveMode::kOverwrite,
                                         std::move(target), std::nullopt));
    return NoRows();
  }
  MILLRACE_RETURN_IF_ERROR(SaveAsTable(write.input, write.table,
                                       command::SaveMode::kErrorIfExists, std::move(target),
                                       std::nullopt));
  return NoRows();
}

CommandRunner::Answer CommandRunner::RunOne(const command::Insert& insert) {
  MILLRACE_RETURN_IF_ERROR(InsertInto(insert.query, insert.table, insert.overwrite, insert.columns,
                                      insert.by_name, {}));
  return NoRows();
}

CommandRunner::Answer CommandRunner::RunOne(const command::CreateTable& create) {
  if (!create.clustering_columns.empty()) {
    return RefusedHere("CREATE TABLE ... CLUSTER BY", "Use PARTITIONED BY.");
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(create.name));
  const bool exists = session_.catalog().FindTable(parts).has_value() ||
                      session_.catalog().FindStoredView(parts).has_value();
  if (exists && create.if_not_exists) return NoRows();
  MILLRACE_RETURN_IF_ERROR(ExpectNoView(create.name, false));
  Target target;
  target.format = create.provider.value_or(session_.conf().default_source());
  target.partition_columns = create.partition_columns;
  target.options = create.options;
  std::optional<std::string> location = create.location;
  for (const auto& [option, value] : create.options) {
    if (!analysis::NamesEqual(option, "path")) continue;
    if (location) {
      return RefusedHere("LOCATION together with the option path", "Say once where the table is.");
    }
    location = value;
    target.options.erase(option);
  }
  target.operation = create.query == nullptr ? "CREATE TABLE" : "CREATE TABLE AS SELECT";
  target.new_table = connector::NewTable{!location, create.comment, create.properties};
  const bool is_delta = analysis::NamesEqual(target.format, "delta");
  if (create.replace && !is_delta) {
    return NoReplacing(parts,
                       create.query == nullptr ? "REPLACE TABLE" : "REPLACE TABLE AS SELECT",
                       session_.catalog().current_database());
  }
  if (create.replace) target.options["overwriteSchema"] = "true";
  const command::SaveMode mode =
      create.replace ? command::SaveMode::kOverwrite : command::SaveMode::kErrorIfExists;
  if (create.query != nullptr) {
    MILLRACE_RETURN_IF_ERROR(
        SaveAsTable(create.query, create.name, mode, std::move(target), std::move(location)));
    return NoRows();
  }
  if (!create.schema && !location) {
    return SqlError("UNABLE_TO_INFER_SCHEMA", {{"format", target.format}});
  }
  MILLRACE_ASSIGN_OR_RETURN(TableEntry entry, NewEntry(create.name, target, location));
  bool is_there = !is_delta || !create.schema;
  if (is_delta && location && !create.replace) {
    MILLRACE_ASSIGN_OR_RETURN(is_there, IsOccupied(fs::Join(entry.location, "_delta_log")));
    is_there = is_there || !create.schema;
  }
  if (is_there) {
    MILLRACE_RETURN_IF_ERROR(Register(create, std::move(entry)));
    return NoRows();
  }
  const auto empty =
      plan::MakeRelation(plan::relation::LocalRelation{std::nullopt, create.schema});
  MILLRACE_RETURN_IF_ERROR(
      SaveAsTable(empty, create.name, mode, std::move(target), std::move(location)));
  return NoRows();
}

base::Status CommandRunner::Register(const command::CreateTable& create, TableEntry entry) {
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(create.name));
  if (session_.catalog().FindTable(parts)) return TableExists(entry);
  const bool is_delta = entry.provider == "delta";
  if (!create.schema && !is_delta && !create.partition_columns.empty()) {
    return SqlError("SPECIFY_PARTITION_IS_NOT_ALLOWED", {});
  }
  if (is_delta || !create.schema) {
    plan::relation::DataSource source;
    source.format = entry.provider;
    source.paths = {entry.location};
    source.options = entry.options;
    MILLRACE_ASSIGN_OR_RETURN(
        const auto query,
        session_.Analyze(plan::MakeRelation(plan::relation::Read{std::move(source), false})));
    if (is_delta && create.schema) {
      MILLRACE_RETURN_IF_ERROR(CheckSameTable(create, entry.location, query.schema()));
    }
    entry.schema = query.schema();
    entry.partition_columns = TableOf(query.sources.front())->partition_columns();
  } else {
    entry.schema = create.schema;
    if (!entry.is_external) {
      MILLRACE_RETURN_IF_ERROR(CheckFreeLocation(entry, command::SaveMode::kErrorIfExists));
    }
    MILLRACE_RETURN_IF_ERROR(PutPartitionsLast(&entry));
    MILLRACE_RETURN_IF_ERROR(CheckColumns(entry, session_.conf().time_zone()));
    MILLRACE_RETURN_IF_ERROR(fs::LocalFileSystem()->MakeDirectories(entry.location));
  }
  if (!is_delta) MILLRACE_RETURN_IF_ERROR(SortOptions(&entry, session_.conf().time_zone()));
  return SharedCatalog::Instance().Add(std::move(entry));
}

}  // namespace millrace::session
