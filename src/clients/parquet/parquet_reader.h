#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/status.h"
#include "fs/file_system.h"

namespace millrace::clients::parquet {

/// One column of a file, or a part of a nested one, as the file declares it.
struct ParquetField {
  std::string name;
  std::shared_ptr<arrow::DataType> type;  ///< What the reader's arrays have.
  bool nullable = true;
  std::optional<int> field_id;
  /// Parquet's words for a column without parts: "INT32", and "INT64 (TIMESTAMP(NANOS,true))".
  std::string physical_type;
  std::string type_text;
  bool is_int96 = false;
  std::vector<ParquetField> children;  ///< Of a struct; element of a list; key and value of a map.
};

/// One Parquet file. Timestamps of INT96 come as microseconds. Errors are Corrupt and start with
/// `name`; those of the disk come as it gave them.
class ParquetReader {
 public:
  /// Takes the bytes of a whole file.
  static base::Result<std::unique_ptr<ParquetReader>> Open(std::string bytes, std::string name);
  /// Reads what is asked for, as it is asked for.
  static base::Result<std::unique_ptr<ParquetReader>> Open(std::unique_ptr<fs::InputFile> file,
                                                           std::string name);
  virtual ~ParquetReader() = default;

  virtual std::shared_ptr<arrow::Schema> schema() const = 0;
  /// The top-level columns, in the file's order.
  virtual const std::vector<ParquetField>& fields() const = 0;
  virtual std::int64_t rows() const = 0;
  /// A value of the footer's key-value pairs.
  virtual std::optional<std::string> Metadata(std::string_view key) const = 0;

  struct RowGroup {
    std::int64_t rows = 0;
    std::int64_t offset = 0;  ///< Of its first byte in the file.
    std::int64_t bytes = 0;
  };
  virtual std::vector<RowGroup> row_groups() const = 0;

  /// Everything in one table.
  virtual base::Result<std::shared_ptr<arrow::Table>> ReadAll() = 0;
  /// The named top-level columns (those that exist), some thousand rows at a time, in file order;
  /// empty: all columns. The first failure of `take` ends the reading.
  virtual base::Status ForEachBatch(
      const std::vector<std::string>& columns,
      const std::function<base::Status(const arrow::RecordBatch&)>& take) = 0;

  /// From now on Next() gives these columns (indexes into fields(), ascending; none: only row
  /// counts) of these row groups, some thousand rows at a time and one row group after the other.
  virtual base::Status Start(const std::vector<int>& columns,
                             const std::vector<int>& row_groups) = 0;
  /// Null at the end. Precondition: Start() was Ok.
  virtual base::Result<std::shared_ptr<arrow::RecordBatch>> Next() = 0;
};

}  // namespace millrace::clients::parquet
