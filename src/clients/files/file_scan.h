#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "clients/files/listing.h"
#include "connector/source.h"
#include "data/time_zone.h"
#include "fs/file_system.h"
#include "millrace/types.h"

namespace millrace::clients::files {

enum class FileFormat { kParquet, kText };

/// How files of text become rows: a line, or a whole file, in one column.
struct TextFormat {
  std::string line_separator;  ///< Empty: \n, \r\n and \r.
  bool whole_text = false;
  bool skip_blank_lines = false;        ///< Lines of nothing but blanks (json, csv).
  bool skip_header = false;             ///< The first line that would be a row (csv).
  std::optional<char> comment;          ///< Lines that begin with it are no rows (csv).
};

/// What the readers of some files give.
struct ScanPlan {
  fs::FileSystem* file_system = nullptr;
  FileFormat format = FileFormat::kParquet;
  TextFormat text;
  StructType schema;
  StructField metadata_column;  ///< `_metadata`; readers give it for the index schema.size().
  /// For each column of the schema its place in DataFile::partition; -1: it stands in the files.
  std::vector<int> partition_index;
  data::TimeZone zone;  ///< Of timestamps in folder names.
};

/// Puts data and partition columns together as Spark does: a partition column stands where the data
/// has one of its name, else at the end. COLUMN_ALREADY_EXISTS for two data columns of one name.
base::Result<ScanPlan> MakeScanPlan(fs::FileSystem* file_system, FileFormat format,
                                    TextFormat text, const StructType& data_schema,
                                    const StructType& partition_columns, data::TimeZone zone);

/// A share of the files for one reader; the payload of an InputPartition. Large Parquet files are
/// cut: a row group belongs to the share that holds its middle.
struct FileShare {
  struct Part {
    DataFile file;
    std::int64_t begin = 0;
    std::int64_t end = 0;
  };
  std::vector<Part> parts;
};

/// Shares of about equal size, at most 128 MiB each, in the order of the files. Deterministic. Files
/// without a byte are left out.
std::vector<connector::InputPartition> PlanShares(const std::vector<DataFile>& files,
                                                  FileFormat format, int parallelism);

/// Reads one share. `columns`: indexes into the plan's schema, ascending, the last one perhaps that
/// of the metadata. The plan outlives it.
/// FAILED_READ_FILE names the file; INVALID_PARTITION_VALUE.
base::Result<std::unique_ptr<connector::PartitionReader>> OpenShare(
    std::shared_ptr<const ScanPlan> plan, const connector::InputPartition& partition,
    const std::vector<int>& columns);

/// The rows of one file, data columns only.
class DataFileReader {
 public:
  virtual ~DataFileReader() = default;
  /// Null at the end, never empty.
  virtual base::Result<std::shared_ptr<arrow::RecordBatch>> Next() = 0;
  /// The places in the file of the rows that Next() gave last, as BIGINT; null for formats whose rows
  /// are not numbered. Once for each of them.
  virtual base::Result<std::shared_ptr<arrow::Array>> RowIndexes(std::int64_t rows) {
    (void)rows;
    return std::shared_ptr<arrow::Array>();
  }
};

/// `fields`: what is wanted of the file.
base::Result<std::unique_ptr<DataFileReader>> OpenParquetFile(
    fs::FileSystem* file_system, const FileShare::Part& part,
    const std::vector<StructField>& fields);
/// `with_value`: whether the rows have their one column.
base::Result<std::unique_ptr<DataFileReader>> OpenTextFile(fs::FileSystem* file_system,
                                                           const std::string& path,
                                                           const TextFormat& format,
                                                           const StructField* value);

/// The schema that Spark infers for Parquet files, all columns nullable: that of the first file, of
/// all of them merged with `merge`. UNABLE_TO_INFER_SCHEMA when there are none.
base::Result<StructType> InferParquetSchema(fs::FileSystem* file_system,
                                            const std::vector<DataFile>& files, bool merge);

/// Every column, field, element and value nullable.
StructType AsNullable(const StructType& schema);

}  // namespace millrace::clients::files
