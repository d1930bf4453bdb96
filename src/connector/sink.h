#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/status.h"
#include "connector/options.h"
#include "fs/file_system.h"
#include "millrace/types.h"

namespace millrace::connector {

class Table;

enum class OutputMode { kAppend, kUpdate, kComplete };
/// "Append", "Update", "Complete": as Spark prints them.
std::string_view OutputModeName(OutputMode mode);

/// Takes the rows of one worker thread of one batch. One thread at a time.
class SinkWriter {
 public:
  virtual ~SinkWriter() = default;
  /// Columns are those of SinkContext::schema, in order. May be empty. Buffers; may write.
  virtual base::Status Write(const std::shared_ptr<arrow::RecordBatch>& rows) = 0;
  /// After the last Write: what is buffered goes out, durable but not yet visible.
  virtual base::Status Finish() = 0;
};

/// One batch on its way into the sink. Destroying it uncommitted drops the batch; files already
/// written are removed as far as possible.
class SinkBatch {
 public:
  virtual ~SinkBatch() = default;
  /// One writer for each worker that has rows. Thread-safe; the batch outlives its writers.
  virtual base::Result<std::unique_ptr<SinkWriter>> NewWriter() = 0;
  /// Makes all rows of all finished writers visible at once, under the batch id. On Ok they are
  /// durable. On failure nothing is visible, or (lost answer) a second try is a no-op.
  virtual base::Status Commit(std::stop_token stop) = 0;
};

/// A streaming sink; made once for each start of a query, used by its thread.
class Sink {
 public:
  virtual ~Sink() = default;
  /// Spark's progress text, e.g. "DeltaSink[file:/tmp/t]".
  virtual std::string description() const = 0;

  /// Opens batch `batch_id`. Null when the sink already holds this batch of this query: the replay
  /// is then a no-op, which is what exactly-once rests on. Errors of schema and table come here.
  virtual base::Result<std::unique_ptr<SinkBatch>> BeginBatch(std::int64_t batch_id,
                                                              std::stop_token stop) = 0;
  /// How far apart batches should begin under the default trigger while they are small: what a
  /// commit costs here and for those who read the result. Zero: a batch may follow a batch at once.
  virtual std::chrono::milliseconds min_commit_interval() const {
    return std::chrono::milliseconds(0);
  }
  /// What has been committed, as a table that shows at each PlanPartitions what is there by then;
  /// null for sinks that keep nothing to be read (all but memory).
  virtual std::shared_ptr<Table> readable_table() { return nullptr; }
  /// Rows written by the last committed batch, -1 when the sink does not tell (Spark's V1 sinks).
  virtual std::int64_t reported_output_rows() const { return -1; }
};

/// What a sink is made of.
struct SinkContext {
  Options options;
  StructType schema;
  OutputMode output_mode = OutputMode::kAppend;
  std::vector<std::string> partition_columns;
  std::string query_id;  ///< UUID text from the checkpoint's metadata; Delta's txn appId.
  std::string query_name;
  std::string session_time_zone = "UTC";
  /// Stands at the head of each file of text lines: the header of csv.
  std::optional<std::string> first_line;
  base::Clock* clock = base::Clock::System();
  base::Random* random = base::Random::System();
};

/// The entry of one format in the list of connectors.
class SinkProvider {
 public:
  virtual ~SinkProvider() = default;
  virtual std::string_view format() const = 0;  ///< "delta"
  /// May a query run without checkpointLocation (console, memory, foreach, noop)?
  virtual bool allows_temporary_checkpoint() const { return false; }
  /// May a query go on from a checkpoint of its own? When not, and `<checkpoint>/offsets` is there,
  /// the start is refused with _LEGACY_ERROR_TEMP_1299.
  virtual bool recovers_from_checkpoint(OutputMode mode) const {
    (void)mode;
    return true;
  }
  /// Refuses output mode, schema, partitioning and options with Spark's errors, then looks at the
  /// target; fails early for what would fail at the first batch.
  virtual base::Result<std::unique_ptr<Sink>> Create(SinkContext context) const = 0;
};

}  // namespace millrace::connector
