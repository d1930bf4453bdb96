// Commands that tell something: SHOW, DESCRIBE, SET, EXPLAIN.

#include <algorithm>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/names.h"
#include "fs/file_system.h"
#include "session/command_runner.h"
#include "session/rows_builder.h"
#include "session/session_sources.h"
#include "session/sql_errors.h"

namespace millrace::session {
namespace {

namespace command = plan::command;

StructType TablesSchema(std::string_view name_column) {
  return StructType()
      .add("namespace", StringType(), false)
      .add(name_column, StringType(), false)
      .add("isTemporary", BooleanType(), false);
}

StructType DescribeSchema() {
  return StructType()
      .add("col_name", StringType(), false)
      .add("data_type", StringType(), false)
      .add("comment", StringType(), true);
}

StructType KeyValueSchema() {
  return StructType().add("key", StringType(), false).add("value", StringType(), false);
}

std::optional<std::string> CommentOf(const StructField& field) {
  constexpr std::string_view kKey = "\"comment\":\"";
  const std::size_t at = field.metadata.find(kKey);
  if (at == std::string::npos) return std::nullopt;
  std::string comment;
  for (std::size_t i = at + kKey.size(); i < field.metadata.size(); ++i) {
    if (field.metadata[i] == '"') break;
    if (field.metadata[i] == '\\' && i + 1 < field.metadata.size()) ++i;
    comment += field.metadata[i];
  }
  return comment;
}

void AddColumns(const StructType& schema, RowsBuilder* rows) {
  for (const StructField& field : schema.fields()) {
    rows->Add({field.name, field.dataType.simpleString(),
               RowsBuilder::Optional(CommentOf(field))});
  }
}

std::string PropertyList(const std::map<std::string, std::string>& properties) {
  std::string text;
  for (const auto& [key, value] : properties) {
    text += fmt::format("{}\n  '{}' = '{}'", text.empty() ? "" : ",", key, value);
  }
  return text;
}

std::string CreateViewText(const StoredView& view) {
  std::string columns;
  for (const StructField& field : view.schema.fields()) {
    columns += (columns.empty() ? "\n  " : ",\n  ") + analysis::QuoteNameIfNeeded({field.name});
    if (const auto comment = CommentOf(field)) columns += fmt::format(" COMMENT '{}'", *comment);
  }
  std::string text = fmt::format("CREATE VIEW {} ({})\n",
                                 analysis::QuoteNameIfNeeded({view.database, view.name}), columns);
  if (view.comment) text += fmt::format("COMMENT '{}'\n", *view.comment);
  if (!view.properties.empty()) {
    text += fmt::format("TBLPROPERTIES ({})\n", PropertyList(view.properties));
  }
  return text + fmt::format("WITH SCHEMA COMPENSATION\nAS {}\n", view.sql_text);
}

/// "Sat Nov 28 21:07:12 UTC 2026", as Java's Date prints it.
std::string JavaDate(std::int64_t microseconds) {
  const std::time_t seconds = microseconds / 1'000'000;
  std::tm parts;
  gmtime_r(&seconds, &parts);
  return fmt::format("{:%a %b %d %H:%M:%S} UTC {:%Y}", parts, parts);
}

void AddViewDetails(const StoredView& view, RowsBuilder* rows) {
  const auto detail = [rows](std::string key, std::string value) {
    rows->Add({std::move(key), std::move(value), std::string()});
  };
  std::vector<std::string> properties;
  for (const auto& [key, value] : view.properties) properties.push_back(key + "=" + value);
  std::vector<std::string> columns;
  for (const std::string& name : view.query_columns) columns.push_back(QuoteIdentifier({name}));
  detail("", "");
  detail("# Detailed Table Information", "");
  detail("Catalog", "spark_catalog");
  detail("Database", view.database);
  detail("Table", view.name);
  detail("Created Time", JavaDate(view.created_us));
  detail("Last Access", "UNKNOWN");
  detail("Created By", "Spark 4.2.0");
  detail("Type", "VIEW");
  if (view.comment) detail("Comment", *view.comment);
  detail("View Text", view.sql_text);
  detail("View Original Text", view.sql_text);
  detail("View Schema Mode", "COMPENSATION");
  detail("View Catalog and Namespace", "spark_catalog." + view.home);
  detail("View Query Output Columns", fmt::format("[{}]", fmt::join(columns, ", ")));
  if (!properties.empty()) {
    detail("Table Properties", fmt::format("[{}]", fmt::join(properties, ", ")));
  }
}

plan::RelationPtr TableNamed(const std::string& name) {
  return plan::MakeRelation(plan::relation::Read{plan::relation::NamedTable{name, {}}, false});
}

bool MatchesOne(std::string_view name, std::string_view pattern) {
  if (pattern.empty()) return name.empty();
  if (pattern[0] == '*') {
    for (std::size_t i = 0; i <= name.size(); ++i) {
      if (MatchesOne(name.substr(i), pattern.substr(1))) return true;
    }
    return false;
  }
  return !name.empty() && name[0] == pattern[0] && MatchesOne(name.substr(1), pattern.substr(1));
}

}  // namespace

bool MatchesPattern(std::string_view name, const std::optional<std::string>& pattern) {
  if (!pattern) return true;
  const std::string lower = analysis::LowerCase(name);
  std::string_view rest = *pattern;
  while (true) {
    const std::size_t bar = std::min(rest.find('|'), rest.size());
    std::string one = analysis::LowerCase(rest.substr(0, bar));
    // Runs of stars mean one, and would cost exponential time.
    one.erase(std::unique(one.begin(), one.end(), [](char a, char b) { return a == '*' && b == '*'; }),
              one.end());
    if (MatchesOne(lower, one)) return true;
    if (bar == rest.size()) return false;
    rest.remove_prefix(bar + 1);
  }
}

CommandRunner::Answer CommandRunner::RunOne(const command::ShowTables& show) {
  RowsBuilder rows(TablesSchema("tableName"));
  const Catalog& catalog = session_.catalog();
  const std::string database = show.database.value_or(catalog.current_database());
  MILLRACE_RETURN_IF_ERROR(catalog.Qualify({database, "x"}).status());
  std::vector<std::pair<std::string, std::string>> names;
  for (const TableEntry& table : catalog.Tables(database)) {
    names.emplace_back(table.name, table.database);
  }
  for (const StoredView& view : catalog.StoredViews(database)) {
    names.emplace_back(view.name, view.database);
  }
  std::sort(names.begin(), names.end());
  for (const auto& [name, place] : names) {
    if (MatchesPattern(name, show.pattern)) rows.Add({place, name, false});
  }
  for (const ViewEntry& view : catalog.Views()) {
    if (!view.is_global && MatchesPattern(view.name, show.pattern)) {
      rows.Add({std::string(), view.name, true});
    }
  }
  return rows.Finish();
}

CommandRunner::Answer CommandRunner::RunOne(const command::ShowDatabases& show) {
  RowsBuilder rows(StructType().add("namespace", StringType(), false));
  for (const std::string& name :
       SharedCatalog::Instance().Databases(session_.catalog().warehouse())) {
    if (MatchesPattern(name, show.pattern)) rows.Add({name});
  }
  return rows.Finish();
}

CommandRunner::Answer CommandRunner::RunOne(const command::ShowColumns& show) {
  MILLRACE_ASSIGN_OR_RETURN(const auto query, session_.Analyze(TableNamed(show.table)));
  RowsBuilder rows(StructType().add("col_name", StringType(), false));
  for (const StructField& field : query.schema().fields()) rows.Add({field.name});
  return rows.Finish();
}

CommandRunner::Answer CommandRunner::RunOne(const command::ShowFunctions& show) {
  RowsBuilder rows(StructType().add("function", StringType(), false));
  for (const std::string& name : analysis::SparkFunctionNames()) {
    if (MatchesPattern(name, show.pattern)) rows.Add({name});
  }
  return rows.Finish();
}

base::Result<std::map<std::string, std::string>> CommandRunner::PropertiesOf(
    const TableEntry& table) const {
  if (!analysis::NamesEqual(table.provider, "delta")) return table.properties;
  MILLRACE_ASSIGN_OR_RETURN(const auto* provider, FindTableProvider(table.provider));
  MILLRACE_ASSIGN_OR_RETURN(const auto facts, provider->Facts(table.location));
  auto properties = facts.properties;
  properties["delta.minReaderVersion"] = std::to_string(facts.min_reader_version);
  properties["delta.minWriterVersion"] = std::to_string(facts.min_writer_version);
  return properties;
}

CommandRunner::Answer CommandRunner::RunOne(const command::ShowTableProperties& show) {
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(show.table));
  std::map<std::string, std::string> properties;
  std::string name;
  if (const auto view = session_.catalog().FindStoredView(parts)) {
    properties = view->properties;
    name = fmt::format("spark_catalog.{}.{}", view->database, view->name);
  } else if (const auto table = session_.catalog().FindTable(parts)) {
    MILLRACE_ASSIGN_OR_RETURN(properties, PropertiesOf(*table));
    name = fmt::format("spark_catalog.{}.{}", table->database, table->name);
  } else {
    return NoSuchName(parts);
  }
  RowsBuilder rows(KeyValueSchema());
  if (!show.key) {
    for (const auto& [key, value] : properties) rows.Add({key, value});
    return rows.Finish();
  }
  const auto found = properties.find(*show.key);
  rows.Add({*show.key, found != properties.end()
                           ? found->second
                           : fmt::format("Table {} does not have property: {}", name, *show.key)});
  return rows.Finish();
}

CommandRunner::Answer CommandRunner::RunOne(const command::ShowCreateTable& show) {
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(show.table));
  RowsBuilder rows(StructType().add("createtab_stmt", StringType(), false));
  if (const auto view = session_.catalog().FindStoredView(parts)) {
    rows.Add({CreateViewText(*view)});
    return rows.Finish();
  }
  const auto table = session_.catalog().FindTable(parts);
  if (!table) return NoTable(show.table);
  MILLRACE_ASSIGN_OR_RETURN(const auto query, session_.Analyze(TableNamed(show.table)));
  std::string text =
      fmt::format("CREATE TABLE spark_catalog.{}.{} (\n", table->database, table->name);
  const auto& fields = query.schema().fields();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    text += fmt::format("  {} {}", analysis::QuoteNameIfNeeded({fields[i].name}),
                        fields[i].dataType.sql());
    if (!fields[i].nullable) text += " NOT NULL";
    if (const auto comment = CommentOf(fields[i])) text += fmt::format(" COMMENT '{}'", *comment);
    text += i + 1 < fields.size() ? ",\n" : ")\n";
  }
  text += fmt::format("USING {}\n", table->provider);
  if (!table->options.empty()) {
    text += fmt::format("OPTIONS ({})\n", PropertyList(table->options));
  }
  if (!table->partition_columns.empty()) {
    text += fmt::format("PARTITIONED BY ({})\n", fmt::join(table->partition_columns, ", "));
  }
  if (table->is_external) {
    text += fmt::format("LOCATION '{}'\n", fs::ToHadoopUri(table->location));
  }
  rows.Add({text});
  return rows.Finish();
}

CommandRunner::Answer CommandRunner::RunOne(const command::DescribeTable& describe) {
  MILLRACE_ASSIGN_OR_RETURN(const auto query, session_.Analyze(TableNamed(describe.table)));
  RowsBuilder rows(DescribeSchema());
  const StructType& schema = query.schema();
  AddColumns(schema, &rows);
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(describe.table));
  const auto table =
      session_.catalog().FindView(parts) ? std::nullopt : session_.catalog().FindTable(parts);
  if (!table) {
    const auto view =
        session_.catalog().FindView(parts) ? std::nullopt : session_.catalog().FindStoredView(parts);
    if (view && describe.extended) AddViewDetails(*view, &rows);
    return rows.Finish();
  }
  if (!table->partition_columns.empty()) {
    rows.Add({std::string("# Partition Information"), std::string(), std::string()});
    rows.Add({std::string("# col_name"), std::string("data_type"), std::string("comment")});
    for (const std::string& name : table->partition_columns) {
      const int index = schema.fieldIndex(name);
      if (index < 0) continue;
      const StructField& field = schema[static_cast<std::size_t>(index)];
      rows.Add({field.name, field.dataType.simpleString(), RowsBuilder::Optional(CommentOf(field))});
    }
  }
  if (!describe.extended) return rows.Finish();
  const auto detail = [&rows](std::string key, std::string value) {
    rows.Add({std::move(key), std::move(value), std::string()});
  };
  detail("", "");
  detail("# Detailed Table Information", "");
  detail("Catalog", "spark_catalog");
  detail("Database", table->database);
  detail("Table", table->name);
  detail("Type", table->is_external ? "EXTERNAL" : "MANAGED");
  detail("Provider", table->provider);
  if (table->comment) detail("Comment", *table->comment);
  detail("Location", fs::ToHadoopUri(table->location));
  return rows.Finish();
}

CommandRunner::Answer CommandRunner::RunOne(const command::DescribeQuery& describe) {
  MILLRACE_ASSIGN_OR_RETURN(const auto query, session_.Analyze(describe.query));
  RowsBuilder rows(DescribeSchema());
  AddColumns(query.schema(), &rows);
  return rows.Finish();
}

CommandRunner::Answer CommandRunner::RunOne(const command::DescribeFunction& describe) {
  const std::string name = analysis::LowerCase(describe.name);
  RowsBuilder rows(StructType().add("function_desc", StringType(), false));
  if (!analysis::SparkHasFunction(name) && analysis::FindFunction(name) == nullptr) {
    return analysis::AnalysisError("UNRESOLVED_ROUTINE",
                                   {{"routineName", QuoteIdentifier({describe.name})},
                                    {"searchPath", "[`system`.`builtin`, `system`.`session`, "
                                                   "`spark_catalog`.`default`]"}});
  }
  rows.Add({"Function: " + name});
  rows.Add({std::string(analysis::FindFunction(name) != nullptr
                            ? "Usage: see Spark's documentation; it runs on Millrace."
                            : "Usage: see Spark's documentation; it does not run on Millrace.")});
  return rows.Finish();
}

CommandRunner::Answer CommandRunner::RunOne(const command::DescribeDatabase& describe) {
  const Catalog& catalog = session_.catalog();
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(describe.name));
  MILLRACE_RETURN_IF_ERROR(catalog.Qualify({parts.back(), "x"}).status());
  RowsBuilder rows(StructType()
                       .add("info_name", StringType(), false)
                       .add("info_value", StringType(), true));
  const std::string name = analysis::LowerCase(parts.back());
  const std::string location(
      name == "default" ? catalog.warehouse()
                        : std::string(fs::DirName(catalog.DefaultLocation(name, "x"))));
  rows.Add({std::string("Catalog Name"), std::string("spark_catalog")});
  rows.Add({std::string("Namespace Name"), name});
  rows.Add({std::string("Comment"), std::string(name == "default" ? "default database" : "")});
  rows.Add({std::string("Location"), fs::ToHadoopUri(location)});
  return rows.Finish();
}

CommandRunner::Answer CommandRunner::RunOne(const command::SetConf& set) {
  RowsBuilder rows(KeyValueSchema());
  if (!set.key) {
    for (const auto& [key, value] : session_.conf().All()) rows.Add({key, value});
    return rows.Finish();
  }
  if (set.value) MILLRACE_RETURN_IF_ERROR(session_.conf().Set(*set.key, *set.value));
  rows.Add({*set.key, session_.conf().Get(*set.key).value_or("<undefined>")});
  return rows.Finish();
}

CommandRunner::Answer CommandRunner::RunOne(const command::ResetConf& reset) {
  if (reset.key) {
    session_.conf().Unset(*reset.key);
    return NoRows();
  }
  for (const auto& [key, value] : session_.conf().All()) {
    if (key.starts_with("spark.sql.")) session_.conf().Unset(key);
  }
  return NoRows();
}

CommandRunner::Answer CommandRunner::RunOne(const command::SetTimeZone& set) {
  const std::string zone = set.zone == "LOCAL" ? MachineTimeZone() : set.zone;
  return RunOne(command::SetConf{"spark.sql.session.timeZone", zone});
}

CommandRunner::Answer CommandRunner::RunOne(const command::Explain& explain) {
  MILLRACE_ASSIGN_OR_RETURN(const auto query, session_.Analyze(explain.query));
  MILLRACE_ASSIGN_OR_RETURN(const std::string text,
                            session_.ExplainText(query, explain.extended));
  RowsBuilder rows(StructType().add("plan", StringType(), true));
  rows.Add({text});
  return rows.Finish();
}

}  // namespace millrace::session
