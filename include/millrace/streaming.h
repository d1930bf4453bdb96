#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/dataframe.h"
#include "millrace/errors.h"
#include "millrace/progress.h"
#include "millrace/types.h"

namespace millrace {

namespace session {
class SessionState;
class RunningQuery;
}  // namespace session

/// When a streaming query looks for new data.
class Trigger {
 public:
  enum class Kind { kProcessingTime, kOnce, kAvailableNow };
  /// "30 seconds"; "0 seconds" means as soon as the batch before is done. The next trigger is the
  /// next multiple of the interval since the epoch. Throws IllegalArgumentException.
  static Trigger ProcessingTime(std::string_view interval);
  static Trigger ProcessingTime(std::chrono::milliseconds interval);
  /// Everything that is there now, in as many batches as the limits ask for; then the query ends.
  static Trigger AvailableNow() { return Trigger(Kind::kAvailableNow, {}); }
  /// Everything in one batch, limits ignored. Deprecated by Spark; use AvailableNow.
  static Trigger Once() { return Trigger(Kind::kOnce, {}); }

  Kind kind() const { return kind_; }
  std::chrono::milliseconds interval() const { return interval_; }

 private:
  Trigger(Kind kind, std::chrono::milliseconds interval) : kind_(kind), interval_(interval) {}
  Kind kind_;
  std::chrono::milliseconds interval_;
};

/// Option values as Spark's overloads take them.
class OptionValue {
 public:
  // NOLINTBEGIN(google-explicit-constructor): implicit on purpose.
  OptionValue(const char* value) : text_(value) {}
  OptionValue(std::string value) : text_(std::move(value)) {}
  OptionValue(std::string_view value) : text_(value) {}
  OptionValue(bool value) : text_(value ? "true" : "false") {}
  OptionValue(int value) : text_(std::to_string(value)) {}
  OptionValue(long value) : text_(std::to_string(value)) {}
  OptionValue(long long value) : text_(std::to_string(value)) {}
  OptionValue(double value);
  // NOLINTEND(google-explicit-constructor)
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// `spark.readStream().format("kafka").option("subscribe", "events").load()`
class DataStreamReader {
 public:
  explicit DataStreamReader(std::shared_ptr<session::SessionState> session);
  DataStreamReader& format(std::string_view name);
  DataStreamReader& schema(const StructType& schema);
  /// DDL. Throws ParseException.
  DataStreamReader& schema(std::string_view ddl);
  /// Names are case-insensitive; the last value wins.
  DataStreamReader& option(std::string_view name, const OptionValue& value);
  DataStreamReader& options(const std::map<std::string, std::string>& options);
  /// Throws AnalysisException, IllegalArgumentException: unknown format, unknown or bad option.
  DataFrame load();
  DataFrame load(std::string_view path);
  /// A table, or the view of a stream, by name.
  DataFrame table(std::string_view name);

 private:
  std::shared_ptr<session::SessionState> session_;
  std::string format_;
  std::optional<StructType> schema_;
  std::map<std::string, std::string> options_;
};

/// A handle on a running query; copies are the same query.
class StreamingQuery {
 public:
  explicit StreamingQuery(std::shared_ptr<session::RunningQuery> query);

  /// UUID kept across restarts from the same checkpoint.
  std::string id() const;
  /// UUID of this start.
  std::string runId() const;
  std::optional<std::string> name() const;
  StreamingQueryStatus status() const;
  bool isActive() const;

  /// Waits for the end; throws StreamingQueryException when the query failed, and SparkException
  /// (IllegalStateException) in the query's own thread: a foreachBatch function or a listener.
  void awaitTermination() const;
  /// The same for at most `timeout`; false when the query still runs then.
  bool awaitTermination(std::chrono::milliseconds timeout) const;
  /// Waits until all data that was there at the call is in the sink. Throws as awaitTermination.
  void processAllAvailable() const;
  /// Ends the query, in mid-batch if need be; the batch is run again at the next start. Waits.
  void stop() const;
  /// nullopt while the query runs and when it ended well.
  std::optional<StreamingQueryException> exception() const;

  std::optional<StreamingQueryProgress> lastProgress() const;
  /// The last 100 batches, oldest first.
  std::vector<StreamingQueryProgress> recentProgress() const;
  /// Prints the plan to stdout.
  void explain(bool extended = false) const;
  std::string explainText(bool extended = false) const;

 private:
  std::shared_ptr<session::RunningQuery> query_;
};

/// `df.writeStream().format("delta").option("checkpointLocation", dir).start()`
class DataStreamWriter {
 public:
  explicit DataStreamWriter(DataFrame df);
  DataStreamWriter& format(std::string_view name);
  /// "append", "update", "complete".
  DataStreamWriter& outputMode(std::string_view mode);
  DataStreamWriter& queryName(std::string_view name);
  DataStreamWriter& trigger(const Trigger& trigger);
  DataStreamWriter& partitionBy(const std::vector<std::string>& columns);
  template <typename... S>
  DataStreamWriter& partitionBy(std::string_view first, const S&... rest) {
    return partitionBy(std::vector<std::string>{std::string(first), std::string(rest)...});
  }
  DataStreamWriter& option(std::string_view name, const OptionValue& value);
  DataStreamWriter& options(const std::map<std::string, std::string>& options);
  /// Calls `function` with the rows of each batch, which are there already, and its id, on the
  /// query's thread. Called again with the same id when a batch is repeated: at least once. What it
  /// throws ends the query (FOREACH_BATCH_USER_FUNCTION_ERROR).
  DataStreamWriter& foreachBatch(
      std::function<void(const DataFrame& rows, std::int64_t batchId)> function);
  /// Opens source, sink and checkpoint, then runs in the background. Throws what is wrong at start:
  /// AnalysisException, IllegalArgumentException, SparkException.
  StreamingQuery start();
  StreamingQuery start(std::string_view path);
  /// Into a table by name, which is made when it is not there.
  StreamingQuery toTable(std::string_view name);

 private:
  StreamingQuery Start(std::optional<std::string> table);

  DataFrame df_;
  std::string format_;
  std::string output_mode_ = "append";
  std::optional<std::string> query_name_;
  Trigger trigger_ = Trigger::ProcessingTime(std::chrono::milliseconds(0));
  std::vector<std::string> partition_columns_;
  std::map<std::string, std::string> options_;
  std::function<void(const DataFrame&, std::int64_t)> foreach_batch_;
};

/// All queries of a session.
class StreamingQueryManager {
 public:
  explicit StreamingQueryManager(std::shared_ptr<session::SessionState> session);
  std::vector<StreamingQuery> active() const;
  /// nullopt when no active query has this id.
  std::optional<StreamingQuery> get(std::string_view id) const;
  /// Waits until any query of this session has ended since the session began or since the last
  /// resetTerminated(); throws if one failed.
  void awaitAnyTermination() const;
  bool awaitAnyTermination(std::chrono::milliseconds timeout) const;
  void resetTerminated() const;
  void addListener(std::shared_ptr<StreamingQueryListener> listener) const;
  void removeListener(const std::shared_ptr<StreamingQueryListener>& listener) const;
  std::vector<std::shared_ptr<StreamingQueryListener>> listListeners() const;

 private:
  std::shared_ptr<session::SessionState> session_;
};

}  // namespace millrace
