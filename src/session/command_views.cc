// Commands about views: those of the session, and those that a database keeps.

#include <algorithm>

#include <fmt/format.h>

#include "analysis/analyzer.h"
#include "analysis/names.h"
#include "base/clock.h"
#include "data/json_text.h"
#include "session/command_runner.h"
#include "session/rows_builder.h"
#include "session/session_sources.h"
#include "session/sql_errors.h"
#include "sql/parser.h"

namespace millrace::session {
namespace {

namespace command = plan::command;

std::string Quoted(const Catalog::QualifiedName& name) {
  return QuoteIdentifier({"spark_catalog", name.database, analysis::LowerCase(name.table)});
}

bool IsTarget(const std::vector<std::string>& view, const Catalog::QualifiedName& name) {
  return analysis::NamesEqual(view[0], name.database) && analysis::NamesEqual(view[1], name.table);
}

/// What the query of a stored view may not name.
base::Status CheckReferences(const SessionSources::Seen& seen,
                             const Catalog::QualifiedName& name) {
  if (!seen.temporary.empty()) {
    return SqlError("INVALID_TEMP_OBJ_REFERENCE",
                    {{"obj", "VIEW"},
                     {"objName", Quoted(name)},
                     {"tempObj", "VIEW"},
                     {"tempObjName", QuoteIdentifier(seen.temporary.front())}});
  }
  std::vector<std::string> path = {Quoted(name)};
  for (const auto& view : seen.stored) {
    path.push_back(QuoteIdentifier({"spark_catalog", view[0], view[1]}));
    if (!IsTarget(view, name)) continue;
    return SqlError("RECURSIVE_VIEW", {{"viewIdent", Quoted(name)},
                                       {"newPath", fmt::format("{}", fmt::join(path, " -> "))}});
  }
  return base::Status::Ok();
}

/// What stands in the outermost list of a query's text without a name of its own.
std::optional<std::string> UnnamedColumn(const plan::RelationPtr& query,
                                         const StructType& schema) {
  const std::vector<plan::ExpressionPtr>* columns = nullptr;
  const plan::Relation* root = query.get();
  while (const auto* with = root->As<plan::relation::WithRelations>()) root = with->root.get();
  if (const auto* project = root->As<plan::relation::Project>()) columns = &project->expressions;
  if (const auto* group = root->As<plan::relation::Aggregate>(); group && group->is_select) {
    columns = &group->aggregate_expressions;
  }
  if (columns == nullptr || columns->size() != schema.size()) return std::nullopt;
  for (std::size_t i = 0; i < columns->size(); ++i) {
    const plan::Expression& column = *(*columns)[i];
    const bool named = column.As<plan::expression::Alias>() != nullptr ||
                       column.As<plan::expression::UnresolvedAttribute>() != nullptr ||
                       column.As<plan::expression::UnresolvedStar>() != nullptr ||
                       column.As<plan::expression::UnresolvedRegex>() != nullptr ||
                       column.As<plan::expression::Literal>() != nullptr ||
                       column.As<plan::expression::UnresolvedExtractValue>() != nullptr;
    if (!named) return schema[i].name;
  }
  return std::nullopt;
}

std::string QuotedNames(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + QuoteIdentifier({name});
  return list;
}

std::vector<std::string> NamesOf(const StructType& schema) {
  std::vector<std::string> names;
  for (const StructField& field : schema.fields()) names.push_back(field.name);
  return names;
}

/// The statement names all of the query's columns or none.
base::Status CheckColumnCount(const command::CreateView& create, const StructType& query,
                              const std::string& quoted_name) {
  const std::size_t wanted = create.column_names.size();
  if (wanted == 0 || wanted == query.size()) return base::Status::Ok();
  return SqlError(std::string("CREATE_VIEW_COLUMN_ARITY_MISMATCH.") +
                      (wanted > query.size() ? "NOT_ENOUGH_DATA_COLUMNS"
                                             : "TOO_MANY_DATA_COLUMNS"),
                  {{"viewName", quoted_name},
                   {"viewColumns", QuotedNames(create.column_names)},
                   {"dataColumns", QuotedNames(NamesOf(query))}});
}

/// The view's columns: the query's, under the statement's names and with its comments.
base::Result<StructType> ViewSchema(const command::CreateView& create, const StructType& query,
                                    const Catalog::QualifiedName& name) {
  MILLRACE_RETURN_IF_ERROR(CheckColumnCount(create, query, Quoted(name)));
  std::vector<StructField> fields = query.fields();
  for (std::size_t i = 0; i < create.column_names.size(); ++i) {
    fields[i].name = create.column_names[i];
    if (create.column_comments.size() <= i || !create.column_comments[i]) continue;
    fields[i].metadata = R"({"comment":)";
    data::AppendJsonString(&fields[i].metadata, *create.column_comments[i]);
    fields[i].metadata += "}";
  }
  StructType schema(std::move(fields));
  MILLRACE_RETURN_IF_ERROR(analysis::CheckColumnNamesForWrite(schema));
  return schema;
}

/// The query that a view keeps: read from the view's own text, so that its errors tell the place
/// there, not in the statement that made the view.
plan::RelationPtr QueryOf(const command::CreateView& create, std::string_view name) {
  if (create.sql_text.empty()) return create.input;
  const auto query = sql::ParseQuery(create.sql_text, {}, "VIEW", name);
  return query.ok() ? *query : create.input;  // Parameters are known to the statement alone.
}

}  // namespace

base::Status CommandRunner::ExpectTable(const std::string& unparsed,
                                        std::string_view operation) const {
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(unparsed));
  std::vector<std::string> view_name;
  if (const auto view = session_.catalog().FindStoredView(parts)) {
    view_name = {"spark_catalog", view->database, view->name};
  }
  if (session_.catalog().FindView(parts)) view_name = parts;
  if (view_name.empty()) return base::Status::Ok();
  return SqlError("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE",
                  {{"operation", std::string(operation)},
                   {"viewName", QuoteIdentifier(view_name)}});
}

base::Status CommandRunner::ExpectNoView(const std::string& unparsed, bool with_catalog) const {
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(unparsed));
  const auto view = session_.catalog().FindStoredView(parts);
  if (!view) return base::Status::Ok();
  std::vector<std::string> name = {view->database, view->name};
  if (with_catalog) name.insert(name.begin(), "spark_catalog");
  return SqlError("TABLE_OR_VIEW_ALREADY_EXISTS", {{"relationName", QuoteIdentifier(name)}});
}

CommandRunner::Answer CommandRunner::CreateStoredView(const command::CreateView& create) {
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(create.name));
  Catalog& catalog = session_.catalog();
  SessionSources::Seen seen;
  MILLRACE_ASSIGN_OR_RETURN(const auto query,
                            session_.Analyze(create.input, SessionSources(session_, &seen)));
  MILLRACE_ASSIGN_OR_RETURN(const auto name, catalog.Qualify(parts));
  MILLRACE_ASSIGN_OR_RETURN(StructType schema, ViewSchema(create, query.schema(), name));
  const bool is_view = catalog.FindStoredView(parts).has_value();
  const bool is_table = catalog.FindTable(parts).has_value();
  if ((is_view || is_table) && create.if_not_exists) return NoRows();
  if (is_table && create.replace) {
    return SqlError("EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE",
                    {{"tableName", Quoted(name)}, {"operation", "CREATE OR REPLACE VIEW"}});
  }
  if (is_table || (is_view && !create.replace)) {
    return SqlError("TABLE_OR_VIEW_ALREADY_EXISTS", {{"relationName", Quoted(name)}});
  }
  MILLRACE_RETURN_IF_ERROR(CheckReferences(seen, name));
  if (const auto unnamed = UnnamedColumn(create.input, query.schema());
      unnamed && create.column_names.empty()) {
    return SqlError("CREATE_PERMANENT_VIEW_WITHOUT_ALIAS",
                    {{"name", Quoted(name)}, {"attr", "\"" + *unnamed + "\""}});
  }
  StoredView view;
  view.database = name.database;
  view.name = name.table;
  view.query =
      QueryOf(create, fmt::format("spark_catalog.{}.{}", name.database, view.name));
  view.sql_text = create.sql_text;
  view.schema = std::move(schema);
  view.query_columns = NamesOf(query.schema());
  view.home = catalog.current_database();
  view.comment = create.comment;
  view.properties = create.properties;
  view.has_own_names = !create.column_names.empty();
  view.created_us = std::chrono::duration_cast<std::chrono::microseconds>(
                        base::Clock::System()->Now().time_since_epoch())
                        .count();
  SharedCatalog::Instance().PutView(std::move(view));
  return NoRows();
}

CommandRunner::Answer CommandRunner::RunOne(const command::CreateView& create) {
  if (!create.is_temporary) return CreateStoredView(create);
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(create.name));
  if (create.if_not_exists && session_.catalog().FindView(parts)) return NoRows();
  // The query is checked when the view is made, and again where it is used.
  MILLRACE_ASSIGN_OR_RETURN(const auto query, session_.Analyze(create.input));
  MILLRACE_RETURN_IF_ERROR(
      CheckColumnCount(create, query.schema(), QuoteIdentifier({parts.back()})));
  plan::RelationPtr relation =
      QueryOf(create, (create.is_global ? "global_temp." : "") + parts.back());
  if (!create.column_names.empty()) {
    relation = plan::MakeRelation(plan::relation::ToDF{std::move(relation), create.column_names});
    MILLRACE_RETURN_IF_ERROR(session_.Analyze(relation).status());
  }
  ViewEntry view;
  view.name = parts.back();
  view.relation = std::move(relation);
  view.is_global = create.is_global;
  view.sql_text = create.sql_text;
  MILLRACE_RETURN_IF_ERROR(session_.catalog().AddView(std::move(view), create.replace));
  return NoRows();
}

CommandRunner::Answer CommandRunner::RunOne(const command::DropView& drop) {
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(drop.name));
  const bool is_global = parts.size() == 2 && analysis::NamesEqual(parts[0], "global_temp");
  if (parts.size() == 1 || is_global) {
    if (session_.catalog().DropView(parts.back(), is_global)) return NoRows();
  }
  if (const auto view = session_.catalog().FindStoredView(parts)) {
    SharedCatalog::Instance().RemoveView(view->database, view->name);
    return NoRows();
  }
  if (const auto table = session_.catalog().FindTable(parts)) {
    return SqlError(
        "WRONG_COMMAND_FOR_OBJECT_TYPE",
        {{"operation", "DROP VIEW"},
         {"requiredType", "VIEW or METRIC_VIEW"},
         {"objectName", fmt::format("spark_catalog.{}.{}", table->database, table->name)},
         {"foundType", table->is_external ? "EXTERNAL" : "MANAGED"},
         {"alternative", "DROP TABLE"}});
  }
  if (drop.if_exists) return NoRows();
  return NoTable(drop.name);
}

CommandRunner::Answer CommandRunner::RunOne(const command::ShowViews& show) {
  RowsBuilder rows(StructType()
                       .add("namespace", StringType(), false)
                       .add("viewName", StringType(), false)
                       .add("isTemporary", BooleanType(), false));
  const bool global = show.database && analysis::NamesEqual(*show.database, "global_temp");
  const Catalog& catalog = session_.catalog();
  if (!global) {
    const std::string database = show.database.value_or(catalog.current_database());
    MILLRACE_RETURN_IF_ERROR(catalog.Qualify({database, "x"}).status());
    for (const StoredView& view : catalog.StoredViews(database)) {
      if (MatchesPattern(view.name, show.pattern)) rows.Add({view.database, view.name, false});
    }
  }
  for (const ViewEntry& view : catalog.Views()) {
    if ((view.is_global && !global) || !MatchesPattern(view.name, show.pattern)) continue;
    rows.Add({view.is_global ? std::string("global_temp") : std::string(), view.name, true});
  }
  return rows.Finish();
}

}  // namespace millrace::session
