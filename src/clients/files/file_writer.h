#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/random.h"
#include "base/result.h"
#include "base/status.h"
#include "clients/parquet/parquet_writer.h"
#include "clients/parquet/partition_split.h"
#include "connector/sink.h"
#include "data/time_zone.h"
#include "fs/file_system.h"
#include "millrace/types.h"

namespace millrace::clients::files {

enum class TextCompression { kNone, kGzip, kDeflate, kBzip2 };

/// How rows become files.
struct OutputFormat {
  /// Text: one string column, a line each; null is an empty line.
  bool is_text = false;
  std::string extension = ".parquet";  ///< ".txt", ".json", ".csv"
  clients::parquet::Compression compression = clients::parquet::Compression::kSnappy;
  TextCompression text_compression = TextCompression::kNone;
  std::string line_separator = "\n";
  std::optional<std::string> header;  ///< The first line of each file of text.
};

/// The codec of the `compression` option for files of text: none, uncompressed, gzip, deflate,
/// bzip2. Unsupported for Hadoop's snappy and lz4, CODEC_NOT_AVAILABLE for other names.
base::Result<TextCompression> ParseTextCompression(const std::string& name);
/// The same for Parquet, with Spark's condition.
base::Result<clients::parquet::Compression> ParseParquetCompression(const std::string& name);

/// One write: what all its writers share. Constant after it is made.
struct OutputPlan {
  fs::FileSystem* file_system = nullptr;
  std::string directory;
  OutputFormat format;
  StructType schema;                   ///< Of the rows that come.
  std::vector<int> data_columns;       ///< Those that stand in the files.
  std::vector<int> partition_columns;  ///< Those that make folders, outermost first.
  std::shared_ptr<arrow::Schema> file_schema;
  std::string job_id;  ///< A UUID; empty: each file has its own.
  std::int64_t max_records_per_file = 0;
  data::TimeZone zone;
  base::Random* random = base::Random::System();
};

/// Checks and lays out. _LEGACY_ERROR_TEMP_1155 for a partition column that is not there,
/// ALL_PARTITION_COLUMNS_NOT_ALLOWED, COLUMN_ALREADY_EXISTS, and for text
/// UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE and _LEGACY_ERROR_TEMP_1290.
base::Result<OutputPlan> MakeOutputPlan(const StructType& schema,
                                        const std::vector<std::string>& partition_columns,
                                        OutputFormat format);

/// The finished files of one write, relative to its directory. Thread-safe.
class WrittenFiles {
 public:
  struct File {
    std::string path;
    std::int64_t size_bytes = 0;
  };
  int NextWriterNumber() { return next_writer_++; }
  void Add(File file);
  /// In the order of their names.
  std::vector<File> Files() const;

 private:
  std::atomic<int> next_writer_ = 0;
  mutable std::mutex mutex_;  // Protects what follows.
  std::vector<File> files_;
};

/// Writes the rows of one worker: a file for each partition, a new one after max_records_per_file
/// rows, 32 open ones at most. `files` outlives it.
class FilesWriter : public connector::SinkWriter {
 public:
  FilesWriter(std::shared_ptr<const OutputPlan> plan, WrittenFiles* files);
  ~FilesWriter() override;
  base::Status Write(const std::shared_ptr<arrow::RecordBatch>& rows) override;
  base::Status Finish() override;
  /// Finishes with a file that has no rows. Precondition: nothing was written, no partitions.
  base::Status FinishEmpty();

 private:
  class File;
  struct OpenFile {
    clients::parquet::PartitionKey key;
    std::unique_ptr<File> file;
  };
  using Recency = std::list<OpenFile>;  // The file that got rows last stands first.

  base::Status WriteTo(const clients::parquet::PartitionKey& key,
                       const std::shared_ptr<arrow::RecordBatch>& rows);
  base::Result<Recency::iterator> FileFor(const clients::parquet::PartitionKey& key);
  base::Status Close(OpenFile open);
  std::string NewPath(const clients::parquet::PartitionKey& key);

  const std::shared_ptr<const OutputPlan> plan_;
  WrittenFiles* const files_;
  const int number_;
  int file_count_ = 0;
  Recency open_;
  std::map<clients::parquet::PartitionKey, Recency::iterator> by_key_;
};

/// A file without rows, so that the schema of an empty result can be read.
base::Status WriteEmptyFile(const std::shared_ptr<const OutputPlan>& plan, WrittenFiles* files);

}  // namespace millrace::clients::files
