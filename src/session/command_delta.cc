// What a Delta table tells of itself: DESCRIBE HISTORY, DESCRIBE DETAIL.

#include <fmt/format.h>

#include "analysis/names.h"
#include "fs/file_system.h"
#include "session/command_runner.h"
#include "session/rows_builder.h"
#include "session/session_sources.h"
#include "session/sql_errors.h"

namespace millrace::session {
namespace {

namespace command = plan::command;
using Cell = RowsBuilder::Cell;

StructType HistorySchema() {
  const StructType job = StructType()
                             .add("jobId", StringType())
                             .add("jobName", StringType())
                             .add("jobRunId", StringType())
                             .add("runId", StringType())
                             .add("jobOwnerId", StringType())
                             .add("triggerType", StringType());
  const DataType texts = MapType(StringType(), StringType());
  return StructType()
      .add("version", LongType())
      .add("timestamp", TimestampType())
      .add("userId", StringType())
      .add("userName", StringType())
      .add("operation", StringType())
      .add("operationParameters", texts)
      .add("job", job)
      .add("notebook", StructType().add("notebookId", StringType()))
      .add("clusterId", StringType())
      .add("readVersion", LongType())
      .add("isolationLevel", StringType())
      .add("isBlindAppend", BooleanType())
      .add("operationMetrics", texts)
      .add("userMetadata", StringType())
      .add("engineInfo", StringType());
}

StructType DetailSchema() {
  return StructType()
      .add("format", StringType())
      .add("id", StringType())
      .add("name", StringType())
      .add("description", StringType())
      .add("location", StringType())
      .add("createdAt", TimestampType())
      .add("lastModified", TimestampType())
      .add("partitionColumns", ArrayType(StringType()))
      .add("clusteringColumns", ArrayType(StringType()))
      .add("numFiles", LongType())
      .add("sizeInBytes", LongType())
      .add("properties", MapType(StringType(), StringType()))
      .add("minReaderVersion", IntegerType())
      .add("minWriterVersion", IntegerType())
      .add("tableFeatures", ArrayType(StringType()));
}

template <typename T>
Cell OrNull(const std::optional<T>& value) {
  return value ? Cell(*value) : Cell();
}

}  // namespace

base::Result<CommandRunner::DeltaPlace> CommandRunner::DeltaTableOf(
    const std::string& unparsed, std::string_view operation) const {
  MILLRACE_RETURN_IF_ERROR(ExpectTable(unparsed, operation));
  MILLRACE_ASSIGN_OR_RETURN(const auto parts, NameParts(unparsed));
  const bool is_history = operation == "DESCRIBE HISTORY";
  DeltaPlace place;
  if (const auto table = session_.catalog().FindTable(parts)) {
    if (is_history && !analysis::NamesEqual(table->provider, "delta")) {
      return SqlError("DELTA_ONLY_OPERATION", {{"operation", std::string(operation)}});
    }
    place.path = table->location;
    place.provider = table->provider;
    place.name = fmt::format("spark_catalog.{}.{}", table->database, table->name);
    return place;
  }
  const bool is_path = parts.size() == 2 && analysis::NamesEqual(parts[0], "delta");
  if (!is_path && !(parts.size() == 1 && parts[0].starts_with('/'))) {
    return NoSuchName(parts);
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto location, fs::Resolve(parts.back()));
  MILLRACE_ASSIGN_OR_RETURN(const auto log,
                            location.file_system->Stat(fs::Join(location.path, "_delta_log")));
  if (!log && is_history) {
    return SqlError("DELTA_TABLE_ONLY_OPERATION", {{"tableName", QuoteIdentifier({parts.back()})},
                                                   {"operation", std::string(operation)}});
  }
  if (!log) {
    return SqlError("DELTA_MISSING_DELTA_TABLE", {{"tableName", QuoteIdentifier({parts.back()})}});
  }
  place.path = location.path;
  place.provider = "delta";
  return place;
}

CommandRunner::Answer CommandRunner::RunOne(const command::DescribeDeltaHistory& describe) {
  MILLRACE_ASSIGN_OR_RETURN(const DeltaPlace place,
                            DeltaTableOf(describe.table, "DESCRIBE HISTORY"));
  MILLRACE_ASSIGN_OR_RETURN(const auto* provider, FindTableProvider(place.provider));
  MILLRACE_ASSIGN_OR_RETURN(const auto versions, provider->History(place.path, describe.limit));
  RowsBuilder rows(HistorySchema());
  for (const connector::TableVersion& version : versions) {
    rows.Add({version.version, version.time_ms * 1000, Cell(), Cell(), version.operation,
              version.parameters, Cell(), Cell(), Cell(), OrNull(version.read_version),
              OrNull(version.isolation_level), OrNull(version.is_blind_append), version.metrics,
              OrNull(version.user_metadata), OrNull(version.engine_info)});
  }
  return rows.Finish();
}

CommandRunner::Answer CommandRunner::RunOne(const command::DescribeDeltaDetail& describe) {
  MILLRACE_ASSIGN_OR_RETURN(const DeltaPlace place, DeltaTableOf(describe.table, "DESCRIBE DETAIL"));
  MILLRACE_ASSIGN_OR_RETURN(const auto* provider, FindTableProvider(place.provider));
  MILLRACE_ASSIGN_OR_RETURN(const connector::TableFacts facts, provider->Facts(place.path));
  std::map<std::string, std::optional<std::string>> properties(facts.properties.begin(),
                                                               facts.properties.end());
  RowsBuilder rows(DetailSchema());
  rows.Add({std::string("delta"), facts.id, place.name.empty() ? OrNull(facts.name) : Cell(place.name),
            OrNull(facts.description), fs::ToHadoopUri(place.path), facts.created_ms * 1000,
            facts.last_modified_ms * 1000, facts.partition_columns, std::vector<std::string>(),
            facts.file_count, facts.size_bytes, std::move(properties),
            static_cast<std::int64_t>(facts.min_reader_version),
            static_cast<std::int64_t>(facts.min_writer_version), facts.features});
  return rows.Finish();
}

}  // namespace millrace::session
