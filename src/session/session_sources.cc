#include "session/session_sources.h"

#include <algorithm>
#include <set>
#include <utility>

#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <fmt/format.h>

#include "analysis/names.h"
#include "data/arrow_schema.h"
#include "data/arrow_value.h"
#include "data/schema_text.h"
#include "session/sql_errors.h"

namespace millrace::session {
namespace {

constexpr const char* kLocal = "local";  // The format of rows that came with the plan.
constexpr const char* kRemote = "remote";  // That of rows that the session keeps of a query.

std::string JoinNames(std::vector<std::string_view> names) {
  std::sort(names.begin(), names.end());
  return fmt::format("{}", fmt::join(names, ", "));
}

template <typename Provider>
base::Result<const Provider*> FindFormat(
    const std::vector<std::shared_ptr<const Provider>>& providers, const Provider* found,
    std::string_view format) {
  if (found != nullptr) return found;
  std::vector<std::string_view> known;
  for (const auto& provider : providers) known.push_back(provider->format());
  return SqlError("DATA_SOURCE_NOT_FOUND",
                  {{"provider", std::string(format)}, {"known", JoinNames(std::move(known))}});
}

/// One array as the type that the engine gives the column.
base::Result<std::shared_ptr<arrow::Array>> CastTo(const std::shared_ptr<arrow::Array>& array,
                                                   const std::shared_ptr<arrow::DataType>& type) {
  if (array->type()->Equals(*type, true)) return array;
  auto viewed = array->type()->id() == type->id() ? array->View(type)
                                                  : arrow::Result<std::shared_ptr<arrow::Array>>(
                                                        arrow::Status::NotImplemented(""));
  if (viewed.ok()) return *viewed;
  arrow::compute::CastOptions options = arrow::compute::CastOptions::Unsafe();
  options.allow_int_overflow = false;
  auto cast = arrow::compute::Cast(*array, type, options);
  if (!cast.ok()) {
    return base::Status::InvalidArgument(fmt::format("local data: a column of Arrow type {}: {}",
                                                     array->type()->ToString(),
                                                     cast.status().message()))
        .WithSparkError({"IllegalArgumentException", "", "", {}});
  }
  return *cast;
}

base::Result<std::shared_ptr<arrow::RecordBatch>> Conform(
    const arrow::RecordBatch& batch, const std::shared_ptr<arrow::Schema>& schema) {
  if (batch.num_columns() != schema->num_fields()) {
    return base::Status::InvalidArgument(
               fmt::format("local data has {} columns, its schema {}", batch.num_columns(),
                           schema->num_fields()))
        .WithSparkError({"IllegalArgumentException", "", "", {}});
  }
  arrow::ArrayVector columns;
  for (int i = 0; i < batch.num_columns(); ++i) {
    MILLRACE_ASSIGN_OR_RETURN(auto column, CastTo(batch.column(i), schema->field(i)->type()));
    columns.push_back(std::move(column));
  }
  return arrow::RecordBatch::Make(schema, batch.num_rows(), std::move(columns));
}

base::Status NotArrow(const arrow::Status& status) {
  return base::Status::InvalidArgument(
             fmt::format("local data is not an Arrow IPC stream: {}", status.message()))
      .WithSparkError({"IllegalArgumentException", "", "", {}});
}

bool SameText(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

/// The view's query with the columns that the view had when it was made, whatever became of what
/// it reads: by the query's names, of the view's types.
plan::RelationPtr ColumnsOfView(const StoredView& view) {
  std::set<std::string> names;
  for (const std::string& name : view.query_columns) names.insert(analysis::LowerCase(name));
  std::vector<std::string> places = view.query_columns;
  plan::RelationPtr query = view.query;
  if (names.size() < places.size()) {
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = fmt::format("c{}", i);
    query = plan::MakeRelation(plan::relation::ToDF{std::move(query), places});
  }
  std::vector<plan::ExpressionPtr> columns;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const StructField& field = view.schema[i];
    auto column = plan::MakeExpression(plan::expression::UnresolvedAttribute{
        analysis::QuoteName(std::string_view(places[i])), std::nullopt, false});
    auto cast = plan::Cast(std::move(column), field.dataType, plan::expression::CastMode::kAnsi);
    columns.push_back(plan::MakeExpression(
        plan::expression::Alias{std::move(cast), {field.name}, field.metadata}));
  }
  return plan::Select(std::move(query), std::move(columns));
}

/// An option of a read that a table has with another value.
base::Status TwiceGiven(const TableEntry& table, const std::string& key) {
  return SqlError(
      "_LEGACY_ERROR_TEMP_1151",
      {{"table", QuoteIdentifier({"spark_catalog", table.database, table.name})},
       {"key", key},
       {"config", "spark.sql.legacy.extraOptionsBehavior.enabled"}});
}

}  // namespace

base::Result<const connector::SourceProvider*> FindStreamSource(std::string_view format) {
  const Engine& engine = InstalledEngine();
  return FindFormat(engine.sources, engine.FindSource(format), format);
}

base::Result<const connector::SinkProvider*> FindStreamSink(std::string_view format) {
  const Engine& engine = InstalledEngine();
  return FindFormat(engine.sinks, engine.FindSink(format), format);
}

base::Result<const connector::TableProvider*> FindTableProvider(std::string_view format) {
  const Engine& engine = InstalledEngine();
  return FindFormat(engine.tables, engine.FindTable(format), format);
}

base::Result<const connector::TableWriterProvider*> FindWriterProvider(std::string_view format) {
  const Engine& engine = InstalledEngine();
  return FindFormat(engine.writers, engine.FindWriter(format), format);
}

std::shared_ptr<connector::Table> TableOf(const plan::StreamSource& source) {
  return std::static_pointer_cast<connector::Table>(source.handle);
}

std::vector<std::string> InputFiles(const plan::ResolvedQuery& query) {
  std::set<std::string> files;
  for (const plan::StreamSource& source : query.sources) {
    if (source.is_streaming || source.handle == nullptr) continue;
    for (std::string& file : TableOf(source)->input_files()) files.insert(std::move(file));
  }
  return {files.begin(), files.end()};
}

plan::StreamSource SourceOf(std::shared_ptr<connector::Table> table, std::string format) {
  plan::StreamSource source;
  source.format = std::move(format);
  source.schema = table->schema();
  source.is_streaming = false;
  source.handle = std::move(table);
  return source;
}

base::Result<std::shared_ptr<connector::Table>> TableFromArrow(
    const std::vector<std::string_view>& streams, const std::optional<StructType>& schema) {
  std::optional<StructType> columns = schema;
  std::shared_ptr<arrow::Schema> arrow_schema;
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  for (std::string_view bytes : streams) {
    auto buffer = arrow::Buffer::FromString(std::string(bytes));
    auto reader =
        arrow::ipc::RecordBatchStreamReader::Open(std::make_shared<arrow::io::BufferReader>(buffer));
    if (!reader.ok()) return NotArrow(reader.status());
    if (!columns) {
      MILLRACE_ASSIGN_OR_RETURN(columns, data::FromArrowSchema(*(*reader)->schema()));
    }
    if (arrow_schema == nullptr) {
      MILLRACE_ASSIGN_OR_RETURN(arrow_schema, data::ToArrowSchema(*columns));
    }
    while (true) {
      std::shared_ptr<arrow::RecordBatch> batch;
      if (auto status = (*reader)->ReadNext(&batch); !status.ok()) return NotArrow(status);
      if (batch == nullptr) break;
      if (auto status = batch->ValidateFull(); !status.ok()) return NotArrow(status);
      MILLRACE_ASSIGN_OR_RETURN(auto conformed, Conform(*batch, arrow_schema));
      batches.push_back(std::move(conformed));
    }
  }
  return connector::MakeTable(columns.value_or(StructType()), std::move(batches), "LocalTableScan");
}

base::Result<StructType> SessionSources::SourceSchema(
    const std::string& format, const std::map<std::string, std::string>& options,
    const std::optional<StructType>& user_schema) const {
  MILLRACE_ASSIGN_OR_RETURN(const auto* provider, FindStreamSource(format));
  return provider->Schema(connector::Options(options), user_schema);
}

std::optional<StructField> SessionSources::MetadataColumn(const plan::StreamSource& source) const {
  if (!source.is_streaming) {
    const auto table = TableOf(source);
    return table != nullptr ? table->metadata_column() : std::nullopt;
  }
  const auto provider = FindStreamSource(source.format);
  return provider.ok() ? (*provider)->metadata_column() : std::nullopt;
}

bool SessionSources::IsResult(const plan::StreamSource& source) const {
  return source.format == kRemote;
}

base::Result<plan::StreamSource> SessionSources::BatchSource(
    const plan::relation::DataSource& source) const {
  const std::string format = source.format.value_or(session_.conf().default_source());
  MILLRACE_ASSIGN_OR_RETURN(const auto* provider, FindTableProvider(format));
  connector::TableContext context;
  context.options = connector::Options(source.options);
  context.paths = source.paths;
  context.user_schema = source.schema;
  context.session_time_zone = session_.conf().time_zone();
  context.parallelism = session_.threads();
  MILLRACE_ASSIGN_OR_RETURN(auto table, provider->Open(std::move(context)));
  MILLRACE_ASSIGN_OR_RETURN(const auto line_schema, table->line_schema({}));
  plan::StreamSource made = SourceOf(std::move(table), format);
  made.options = source.options;
  made.user_schema = line_schema ? line_schema : source.schema;
  made.paths = source.paths;
  return made;
}

base::Result<std::optional<analysis::NamedRelation>> SessionSources::FindTemporary(
    const std::vector<std::string>& name_parts) const {
  using Found = std::optional<analysis::NamedRelation>;
  const auto view = session_.catalog().FindView(name_parts);
  if (!view) return Found();
  if (seen_ != nullptr) seen_->temporary.push_back(name_parts);
  analysis::NamedRelation named;
  named.qualifier = {name_parts.back()};
  named.view = view->relation;
  if (view->table != nullptr) named.source = SourceOf(view->table, "memory");
  return Found(std::move(named));
}

analysis::NamedRelation SessionSources::OfStored(const StoredView& view) const {
  if (seen_ != nullptr) seen_->stored.push_back({view.database, view.name});
  auto sources = std::make_shared<SessionSources>(session_, seen_);
  sources->home_ = view.home;
  analysis::NamedRelation named;
  named.qualifier = {"spark_catalog", view.database, view.name};
  named.view = ColumnsOfView(view);
  named.view_sources = std::move(sources);
  return named;
}

base::Result<std::optional<analysis::NamedRelation>> SessionSources::FindTable(
    const std::vector<std::string>& name_parts, const plan::Options& options,
    bool is_streaming) const {
  using Found = std::optional<analysis::NamedRelation>;
  const Catalog& catalog = session_.catalog();
  std::vector<std::string> parts = name_parts;
  if (!home_) {
    MILLRACE_ASSIGN_OR_RETURN(auto temporary, FindTemporary(name_parts));
    if (temporary) return temporary;
  } else if (parts.size() == 1) {
    parts.insert(parts.begin(), *home_);
  }
  if (const auto view = catalog.FindStoredView(parts)) return Found(OfStored(*view));
  plan::relation::DataSource source;
  source.options = options;
  analysis::NamedRelation named;
  if (const auto table = catalog.FindTable(parts)) {
    source.format = table->provider;
    for (const auto& [key, value] : table->read_options) {
      const auto given = connector::Options(options).GetString(key);
      if (given && *given != value) return TwiceGiven(*table, key);
      if (!given) source.options.emplace(key, value);
    }
    if (!SameText(table->provider, "delta")) source.schema = table->schema;
    source.paths = {table->location};
    named.qualifier = {"spark_catalog", table->database, table->name};
  } else if (name_parts.size() == 2 && InstalledEngine().FindTable(name_parts[0]) != nullptr) {
    // delta.`/path`, parquet.`/path`
    source.format = name_parts[0];
    source.paths = {name_parts[1]};
    named.qualifier = name_parts;
  } else {
    return Found();
  }
  named.is_table = true;
  if (is_streaming) {
    named.view = plan::MakeRelation(plan::relation::Read{std::move(source), true});
    return Found(std::move(named));
  }
  if (SameText(*source.format, "json") || SameText(*source.format, "csv")) {
    named.view = plan::MakeRelation(plan::relation::Read{std::move(source), false});
    return Found(std::move(named));
  }
  MILLRACE_ASSIGN_OR_RETURN(named.source, BatchSource(source));
  return Found(std::move(named));
}

base::Result<plan::StreamSource> SessionSources::LocalRows(
    const plan::relation::LocalRelation& relation) const {
  std::vector<std::string_view> streams;
  if (relation.data) streams.push_back(*relation.data);
  MILLRACE_ASSIGN_OR_RETURN(auto table, TableFromArrow(streams, relation.schema));
  plan::StreamSource source = SourceOf(std::move(table), kLocal);
  // Tells whether two plans hold the same rows.
  const std::string_view bytes = relation.data ? std::string_view(*relation.data) : "";
  source.options["digest"] =
      fmt::format("{}-{:x}", bytes.size(), std::hash<std::string_view>()(bytes));
  return source;
}

base::Result<plan::StreamSource> SessionSources::LocalRows(
    const plan::relation::CachedLocalRelation& relation) const {
  std::vector<std::string> kept;
  for (const std::string& hash : relation.data_hashes) {
    MILLRACE_ASSIGN_OR_RETURN(std::string bytes, session_.artifacts().Get("cache/" + hash));
    kept.push_back(std::move(bytes));
  }
  std::optional<StructType> schema;
  const auto is_empty = [this](const std::string& hash) {
    const auto kept = session_.artifacts().Get("cache/" + hash);
    return kept.ok() && kept->empty();
  };
  if (relation.schema_hash && !is_empty(*relation.schema_hash)) {
    MILLRACE_ASSIGN_OR_RETURN(const std::string text,
                              session_.artifacts().Get("cache/" + *relation.schema_hash));
    MILLRACE_ASSIGN_OR_RETURN(const DataType type, data::ParseSchemaText(text));
    if (!type.is(DataType::Kind::kStruct)) {
      return base::Status::InvalidArgument("the schema of uploaded rows is no struct: " + text);
    }
    schema = StructType(type);
  }
  const std::vector<std::string_view> streams(kept.begin(), kept.end());
  MILLRACE_ASSIGN_OR_RETURN(auto table, TableFromArrow(streams, schema));
  return SourceOf(std::move(table), kLocal);
}

base::Result<std::vector<std::vector<data::Value>>> SessionSources::Answer(
    plan::ResolvedQuery query) const {
  MILLRACE_ASSIGN_OR_RETURN(auto result, session_.ExecuteQuery(std::move(query), {}));
  std::vector<std::vector<data::Value>> rows;
  while (true) {
    MILLRACE_ASSIGN_OR_RETURN(const auto batch, result.rows->Next());
    if (batch == nullptr) return rows;
    for (std::int64_t row = 0; row < batch->num_rows(); ++row) {
      rows.emplace_back();
      for (int i = 0; i < batch->num_columns(); ++i) {
        const DataType& type = result.schema[static_cast<std::size_t>(i)].dataType;
        MILLRACE_ASSIGN_OR_RETURN(data::Value value,
                                  data::ValueOfCell(*batch->column(i), row, type));
        rows.back().push_back(std::move(value));
      }
    }
  }
}

base::Result<analysis::NamedRelation> SessionSources::CachedRemote(
    const std::string& relation_id) const {
  analysis::NamedRelation named;
  MILLRACE_ASSIGN_OR_RETURN(auto kept, session_.Remote(relation_id));
  named.view = kept.relation;
  if (kept.table != nullptr) named.source = SourceOf(kept.table, kRemote);
  return named;
}

}  // namespace millrace::session
