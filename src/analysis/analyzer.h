#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/status.h"
#include "millrace/types.h"
#include "plan/plan.h"
#include "plan/resolved.h"

namespace millrace::analysis {

/// Where analysis learns what a source gives. Outlives the call.
class SourceCatalog {
 public:
  virtual ~SourceCatalog() = default;
  /// The columns of a stream of this format. The source's own failure when the options are wrong,
  /// DATA_SOURCE_NOT_FOUND when there is no such format.
  virtual base::Result<StructType> SourceSchema(
      const std::string& format, const std::map<std::string, std::string>& options,
      const std::optional<StructType>& user_schema) const = 0;
};

/// What of a session changes what a query means.
struct AnalysisContext {
  const SourceCatalog* sources = nullptr;
  std::string default_source = "parquet";  ///< spark.sql.sources.default
  std::string time_zone = "UTC";           ///< spark.sql.session.timeZone
  bool ansi = true;                        ///< spark.sql.ansi.enabled; false is refused.
  bool case_sensitive = false;             ///< spark.sql.caseSensitive
};

/// Resolves names, types, functions and coercions as Spark 4.2 does. InvalidArgument with Spark's
/// condition, SQLSTATE, parameters and message when Spark would refuse the query; Unsupported,
/// naming the relation, expression or function and saying what to do, when only Millrace does.
/// Pure: asks `context.sources` and nothing else. Thread-safe.
base::Result<plan::ResolvedQuery> Analyze(const plan::RelationPtr& relation,
                                          const AnalysisContext& context);

/// "append", "complete" or "update" from any case, or STREAMING_OUTPUT_MODE.INVALID.
base::Result<std::string> ParseOutputMode(std::string_view mode);

/// Is the mode legal for a query of this shape (STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION)?
/// WRITE_STREAM_NOT_ALLOWED when the query is no stream.
base::Status CheckOutputMode(const plan::ResolvedQuery& query, std::string_view mode);

/// COLUMN_ALREADY_EXISTS when two columns, or two fields of a struct inside, have the same name but
/// for case.
base::Status CheckColumnNamesForWrite(const StructType& schema, bool case_sensitive = false);

/// What Spark only finds when the query runs, and what can be told at its start: from_json with an
/// unknown mode (PARSE_MODE_UNSUPPORTED) or with a column for corrupt records of a wrong type
/// (INVALID_CORRUPT_RECORD_TYPE).
base::Status CheckRunnable(const plan::ResolvedQuery& query);

}  // namespace millrace::analysis
