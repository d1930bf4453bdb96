#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connector/options.h"
#include "connector/sink.h"
#include "connector/source.h"
#include "millrace/types.h"

namespace millrace::connector {

/// Rows that are read as they are now: files, a snapshot of a table, a range of a topic. Fixed when
/// opened: reading it twice gives the same rows. Thread-safe.
class Table {
 public:
  virtual ~Table() = default;
  virtual const StructType& schema() const = 0;
  /// For explain(), e.g. "FileScan parquet [file:/data/in]".
  virtual std::string description() const = 0;
  virtual base::Result<std::vector<InputPartition>> PlanPartitions(std::stop_token stop) = 0;
  /// `columns`: indexes into schema(), ascending; the reader gives only these. Readers do not
  /// outlive the table.
  virtual base::Result<std::unique_ptr<PartitionReader>> OpenReader(
      const InputPartition& partition, const std::vector<int>& columns) = 0;
  /// What the lines of a `json` or `csv` table hold, as the user said or as it is inferred from all
  /// of them: whoever reads the table parses its first column into these columns, with its other
  /// columns (the partitions') behind them. nullopt: the rows are what schema() says. May read.
  virtual base::Result<std::optional<StructType>> line_schema(std::stop_token stop) {
    (void)stop;
    return std::optional<StructType>();
  }
  /// What is told of each row beside the data: `_metadata`. Not in schema(); readers give it for the
  /// index schema().size(). nullopt: nothing is.
  virtual std::optional<StructField> metadata_column() const { return std::nullopt; }
  /// Known without reading, or -1.
  virtual std::int64_t row_count() const { return -1; }
  /// Those of its columns that are the folders of its files, outermost first.
  virtual std::vector<std::string> partition_columns() const { return {}; }
  /// The files behind it as URIs, for df.inputFiles().
  virtual std::vector<std::string> input_files() const { return {}; }
};

/// What `spark.read.format(...).options(...).schema(...).load(paths)` says.
struct TableContext {
  Options options;
  std::vector<std::string> paths;  ///< As the user wrote them; also the option `path`.
  std::optional<StructType> user_schema;
  std::string session_time_zone = "UTC";
  int parallelism = 1;  ///< Threads that will read.
};

/// What a table tells of itself beside its rows.
struct TableFacts {
  std::string id;
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::int64_t created_ms = 0;
  std::int64_t last_modified_ms = 0;
  std::vector<std::string> partition_columns;
  std::int64_t file_count = 0;
  std::int64_t size_bytes = 0;
  std::map<std::string, std::string> properties;
  int min_reader_version = 0;
  int min_writer_version = 0;
  std::vector<std::string> features;  ///< Sorted; what the versions imply too.
};

/// One write in a table's history.
struct TableVersion {
  std::int64_t version = 0;
  std::int64_t time_ms = 0;
  std::string operation;
  std::map<std::string, std::optional<std::string>> parameters;
  std::optional<std::int64_t> read_version;
  std::optional<std::string> isolation_level;
  std::optional<bool> is_blind_append;
  std::map<std::string, std::optional<std::string>> metrics;
  std::optional<std::string> user_metadata;
  std::optional<std::string> engine_info;
};

/// The entry of one format that can be read as a batch.
class TableProvider {
 public:
  virtual ~TableProvider() = default;
  virtual std::string_view format() const = 0;  ///< "parquet"
  /// Refuses bad and unknown options by name, with Spark's texts; PATH_NOT_FOUND,
  /// UNABLE_TO_INFER_SCHEMA, DELTA_TABLE_NOT_FOUND, ...
  virtual base::Result<std::shared_ptr<Table>> Open(TableContext context) const = 0;
  /// Of the newest version of the table in a folder. Unsupported for formats without a log.
  virtual base::Result<TableFacts> Facts(const std::string& path) const;
  /// The newest first, at most `limit`; a version whose file is gone ends it.
  virtual base::Result<std::vector<TableVersion>> History(const std::string& path,
                                                          std::optional<int> limit) const;
};

/// What CREATE TABLE says of a new table beside its columns.
struct NewTable {
  bool is_managed = true;
  std::optional<std::string> comment;
  std::map<std::string, std::string> properties;
};

enum class SaveMode { kErrorIfExists, kAppend, kOverwrite, kIgnore };

/// What `df.write.format(...).mode(...).partitionBy(...).save(path)` says.
struct WriteContext {
  Options options;
  std::string path;
  StructType schema;
  SaveMode mode = SaveMode::kErrorIfExists;
  std::vector<std::string> partition_columns;
  std::string session_time_zone = "UTC";
  /// What made the rows, for the table's history: "WRITE", "CREATE TABLE AS SELECT".
  std::string job_description;
  /// Stands at the head of each file of text lines: the header of csv.
  std::optional<std::string> first_line;
  /// Set when a statement makes the table.
  std::optional<NewTable> new_table;
  base::Clock* clock = base::Clock::System();
  base::Random* random = base::Random::System();
};

/// The entry of one format that can be written as a batch.
class TableWriterProvider {
 public:
  virtual ~TableWriterProvider() = default;
  virtual std::string_view format() const = 0;
  /// One write, made visible by its Commit. Null: kIgnore, and something is there. Errors of mode
  /// (PATH_ALREADY_EXISTS), schema, options and partitioning come here. The path's former content
  /// is replaced by Commit, not before.
  virtual base::Result<std::unique_ptr<SinkBatch>> Begin(WriteContext context,
                                                         std::stop_token stop) const = 0;
};

/// Record batches as a Table: local data, what a memory sink gathered, one batch of a stream.
/// `schema` is what the batches hold.
std::shared_ptr<Table> MakeTable(StructType schema,
                                 std::vector<std::shared_ptr<arrow::RecordBatch>> batches,
                                 std::string description);

}  // namespace millrace::connector
