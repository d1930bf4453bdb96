#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/status.h"
#include "data/value.h"
#include "millrace/types.h"
#include "plan/plan.h"
#include "plan/resolved.h"

namespace millrace::analysis {

class SourceCatalog;

/// What a table's name stands for.
struct NamedRelation {
  /// A view: analyzed in its place. Null: `source` is read.
  plan::RelationPtr view;
  /// `view` is how a table is read: the metadata of its files is not hidden as by a view.
  bool is_table = false;
  /// Where the names inside `view` are looked up. Null: where its own name was.
  std::shared_ptr<const SourceCatalog> view_sources;
  plan::StreamSource source;
  /// What its columns may be qualified with: {"spark_catalog", "default", "t"}, or {"v"} of a
  /// temporary view.
  std::vector<std::string> qualifier;
};

/// Where analysis learns what a source gives. Outlives the call.
class SourceCatalog {
 public:
  virtual ~SourceCatalog() = default;
  /// The columns of a stream of this format. The source's own failure when the options are wrong,
  /// DATA_SOURCE_NOT_FOUND when there is no such format.
  virtual base::Result<StructType> SourceSchema(
      const std::string& format, const std::map<std::string, std::string>& options,
      const std::optional<StructType>& user_schema) const = 0;

  /// The rows of `spark.read...load()`. Lines of json and csv come as text: analysis puts the
  /// parsing above the source.
  virtual base::Result<plan::StreamSource> BatchSource(
      const plan::relation::DataSource& source) const;
  /// What a Scan of the source may have behind the columns of its schema: `_metadata` of files.
  virtual std::optional<StructField> MetadataColumn(const plan::StreamSource& source) const;
  /// Rows that another query gave, which may have read files.
  virtual bool IsResult(const plan::StreamSource& source) const;
  /// The table or view of this name (parts without backticks; `delta`.`/path` too), nullopt when
  /// there is none.
  virtual base::Result<std::optional<NamedRelation>> FindTable(
      const std::vector<std::string>& name_parts, const plan::Options& options,
      bool is_streaming) const;
  /// Rows that came with the plan, or that the client uploaded before.
  virtual base::Result<plan::StreamSource> LocalRows(
      const plan::relation::LocalRelation& relation) const;
  virtual base::Result<plan::StreamSource> LocalRows(
      const plan::relation::CachedLocalRelation& relation) const;
  /// The DataFrame that the session keeps under this id (foreachBatch, checkpoint).
  virtual base::Result<NamedRelation> CachedRemote(const std::string& relation_id) const;
  /// The rows of a query whose values name the columns of the one around it: those of a pivot, of
  /// transpose. It runs now. The columns are of simple types.
  virtual base::Result<std::vector<std::vector<data::Value>>> Answer(
      plan::ResolvedQuery query) const;
};

/// What of a session changes what a query means.
struct AnalysisContext {
  const SourceCatalog* sources = nullptr;
  std::string default_source = "parquet";  ///< spark.sql.sources.default
  std::string time_zone = "UTC";           ///< spark.sql.session.timeZone
  bool ansi = true;                        ///< spark.sql.ansi.enabled
  bool case_sensitive = false;             ///< spark.sql.caseSensitive
  std::string current_database = "default";
  std::string user;  ///< What current_user() says.
  int pivot_max_values = 10000;     ///< spark.sql.pivotMaxValues
  int transpose_max_values = 500;   ///< spark.sql.transposeMaxValues
};

/// Resolves names, types, functions and coercions as Spark 4.2 does. InvalidArgument with Spark's
/// condition, SQLSTATE, parameters and message when Spark would refuse the query; Unsupported,
/// naming the relation, expression or function and saying what to do, when only Millrace does.
/// Asks `context.sources` and nothing else. Thread-safe.
base::Result<plan::ResolvedQuery> Analyze(const plan::RelationPtr& relation,
                                          const AnalysisContext& context);

/// "append", "complete" or "update" from any case, or STREAMING_OUTPUT_MODE.INVALID.
base::Result<std::string> ParseOutputMode(std::string_view mode);

/// Would Spark start a query of this shape in this mode (STREAMING_OUTPUT_MODE.*, and the others)?
/// WRITE_STREAM_NOT_ALLOWED when the query is no stream. Can it run here: CheckRunnable.
base::Status CheckOutputMode(const plan::ResolvedQuery& query, std::string_view mode);

/// COLUMN_ALREADY_EXISTS when two columns, or two fields of a struct inside, have the same name but
/// for case.
base::Status CheckColumnNamesForWrite(const StructType& schema, bool case_sensitive = false);

/// What Spark only finds when the query runs, and what can be told at its start: from_json with an
/// unknown mode (PARSE_MODE_UNSUPPORTED) or with a column for corrupt records of a wrong type
/// (INVALID_CORRUPT_RECORD_TYPE). Unsupported: a stream with an operator that only batches run.
base::Status CheckRunnable(const plan::ResolvedQuery& query);

}  // namespace millrace::analysis
