#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/clock.h"
#include "base/result.h"
#include "base/status.h"
#include "connector/options.h"
#include "fs/file_system.h"
#include "millrace/types.h"

namespace millrace::connector {

/// A place in a stream: everything before it has been read. The text is what Spark writes into
/// `offsets/N` for this source (7.4 of the contract), one line, and is compared as text.
struct Offset {
  std::string json;
  friend bool operator==(const Offset&, const Offset&) = default;
};

/// How much a batch may take. `Trigger.AvailableNow` is a mode of the source (PrepareAvailableNow).
enum class ReadLimit {
  kSourceOptions,  ///< What the source's own options say (maxOffsetsPerTrigger, ...).
  kAllAvailable,   ///< Everything (Trigger.Once ignores rate limits).
};

/// One unit of reading, made by one thread. Reading it twice gives the same rows.
struct InputPartition {
  /// Understood by the source alone, e.g. "events-3 [100, 250)"; also for error messages.
  std::string description;
  /// Upper bound of rows; what the engine sizes its work and files by. -1 when unknown.
  std::int64_t estimated_rows = -1;
  std::shared_ptr<const void> payload;
};

/// Reads one InputPartition to its end. One thread at a time.
class PartitionReader {
 public:
  virtual ~PartitionReader() = default;
  /// The next rows with exactly the projected columns, or null at the end of the range. Never an
  /// empty batch. Blocks; returns Cancelled soon after `stop` is requested. Errors name topic,
  /// partition and offset (or file). DataLoss as the source's options say.
  virtual base::Result<std::shared_ptr<arrow::RecordBatch>> Next(std::stop_token stop) = 0;
};

/// A streaming source. Made once for each start of a query and used by the query's thread, but for
/// OpenReader and the readers, which worker threads use. Owns its client; destroyed after the last
/// reader.
class Source {
 public:
  virtual ~Source() = default;

  virtual const StructType& schema() const = 0;
  /// Spark's progress text, e.g. "KafkaV2[Subscribe[events]]".
  virtual std::string description() const = 0;

  /// Where the first batch of a new query starts. Stored by the source under its metadata path so
  /// that a crash before offsets/0 keeps the same start; later calls give the stored one. nullopt:
  /// this kind of source has no initial offset.
  virtual base::Result<std::optional<Offset>> InitialOffset(std::stop_token stop) = 0;

  /// Fixes the end of the stream for the rest of this run; later data is not seen.
  virtual base::Status PrepareAvailableNow(std::stop_token stop) = 0;

  /// Where a batch that starts at `start` (missing: InitialOffset()) should end under `limit`.
  /// Equal to `start` when there is nothing new; nullopt when nothing exists at all. May block on
  /// the network, bounded; Unavailable names the server. Precondition: `start` came from this
  /// source or from its log.
  virtual base::Result<std::optional<Offset>> LatestOffset(const std::optional<Offset>& start,
                                                           ReadLimit limit,
                                                           std::stop_token stop) = 0;
  /// The next LatestOffset asks the server, whatever a cache says; without this it may be some
  /// hundred milliseconds behind. For processAllAvailable().
  virtual void Refresh() {}
  /// The newest end of the stream seen by the last LatestOffset, without limits; for progress.
  virtual std::optional<Offset> ReportLatestOffset() const { return std::nullopt; }

  /// Splits [start, end); a missing start means InitialOffset(). Deterministic. DataLoss when the
  /// range cannot be had (failOnDataLoss).
  virtual base::Result<std::vector<InputPartition>> PlanPartitions(
      const std::optional<Offset>& start, const Offset& end, std::stop_token stop) = 0;

  /// `columns`: indexes into schema(), ascending; the reader builds only these. Thread-safe. The
  /// index behind the last column is the provider's metadata_column().
  virtual base::Result<std::unique_ptr<PartitionReader>> OpenReader(
      const InputPartition& partition, const std::vector<int>& columns) = 0;

  /// All batches up to `end` are complete; the source may forget them.
  virtual base::Status Commit(const Offset& end) = 0;

  /// For progress, given the last end offset consumed; e.g. maxOffsetsBehindLatest.
  virtual std::map<std::string, std::string> Metrics(const std::optional<Offset>& consumed) const {
    (void)consumed;
    return {};
  }
};

/// What a source is made of.
struct SourceContext {
  Options options;
  std::optional<StructType> user_schema;
  /// `<checkpoint>/sources/<i>` and its store, where the source may keep its own log.
  fs::FileSystem* file_system = nullptr;
  std::string metadata_path;
  std::string query_name;  ///< Name or id, for client ids and messages.
  std::string session_time_zone = "UTC";
  int parallelism = 1;     ///< Threads that will read.
  base::Clock* clock = base::Clock::System();
};

/// The entry of one format in the list of connectors.
class SourceProvider {
 public:
  virtual ~SourceProvider() = default;
  virtual std::string_view format() const = 0;  ///< "kafka"
  /// Schema under these options, without touching the network; refuses bad and unknown options by
  /// name, with Spark's texts. Called by load().
  virtual base::Result<StructType> Schema(const Options& options,
                                          const std::optional<StructType>& user_schema) const = 0;
  /// What is told of each row beside the data: `_metadata`. Not in Schema(). nullopt: nothing is.
  virtual std::optional<StructField> metadata_column() const { return std::nullopt; }
  virtual base::Result<std::unique_ptr<Source>> Create(SourceContext context) const = 0;
};

}  // namespace millrace::connector
