#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "millrace/types.h"

namespace millrace {

/// What one source did in one batch.
struct SourceProgress {
  std::string description;
  /// Offsets as JSON text; nullopt before the first batch.
  std::optional<std::string> startOffset;
  std::optional<std::string> endOffset;
  std::optional<std::string> latestOffset;
  std::int64_t numInputRows = 0;
  double inputRowsPerSecond = 0;
  double processedRowsPerSecond = 0;
  std::map<std::string, std::string> metrics;
};

struct SinkProgress {
  std::string description;
  std::int64_t numOutputRows = -1;  ///< -1: the sink does not tell.
  std::map<std::string, std::string> metrics;
};

/// What df.observe() has found out about the rows of one batch: a row.
struct ObservedRow {
  StructType schema;
  std::string json;    ///< As Spark's Row.json: {"rows":2}
  std::string values;  ///< A JSON list, as Spark's progress carries it to PySpark.
};

/// One batch of a streaming query, as Spark's
/// org.apache.spark.sql.streaming.StreamingQueryProgress.
struct StreamingQueryProgress {
  std::string id;
  std::string runId;
  std::optional<std::string> name;
  std::string timestamp;  ///< Start of the trigger, UTC, "2026-11-22T21:51:25.042Z".
  std::int64_t batchId = -1;
  std::int64_t batchDuration = 0;  ///< Milliseconds.
  /// Milliseconds by phase: addBatch, commitOffsets, getBatch, latestOffset, queryPlanning,
  /// triggerExecution, walCommit.
  std::map<std::string, std::int64_t> durationMs;
  std::map<std::string, std::string> eventTime;
  std::vector<SourceProgress> sources;
  SinkProgress sink;
  /// By the names that df.observe() gave, in the order of the query.
  std::vector<std::pair<std::string, ObservedRow>> observedMetrics;

  std::int64_t numInputRows() const;
  double inputRowsPerSecond() const;
  double processedRowsPerSecond() const;

  /// Compact, byte for byte Spark's `progress.json`.
  std::string json() const;
  /// The same, indented by two blanks.
  std::string prettyJson() const;
};

/// What a query is doing now.
struct StreamingQueryStatus {
  std::string message;
  bool isDataAvailable = false;
  bool isTriggerActive = false;
};

struct QueryStartedEvent {
  std::string id;
  std::string runId;
  std::optional<std::string> name;
  std::string timestamp;
};
struct QueryProgressEvent {
  StreamingQueryProgress progress;
};
struct QueryIdleEvent {
  std::string id;
  std::string runId;
  std::string timestamp;
};
struct QueryTerminatedEvent {
  std::string id;
  std::string runId;
  std::optional<std::string> exception;
  std::optional<std::string> errorClassOnException;
};

/// Told of every query of a session. onQueryStarted is called before start() returns, the others
/// from the query's thread: return soon, throw nothing.
class StreamingQueryListener {
 public:
  virtual ~StreamingQueryListener() = default;
  virtual void onQueryStarted(const QueryStartedEvent&) {}
  virtual void onQueryProgress(const QueryProgressEvent&) {}
  virtual void onQueryIdle(const QueryIdleEvent&) {}
  virtual void onQueryTerminated(const QueryTerminatedEvent&) {}
};

}  // namespace millrace
