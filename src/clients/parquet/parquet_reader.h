#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/status.h"

namespace millrace::clients::parquet {

/// A whole Parquet file that lies in memory. Timestamps come as microseconds whatever the file
/// holds (INT96 included). Errors are Corrupt and start with `name`.
class ParquetReader {
 public:
  /// Takes the bytes.
  static base::Result<std::unique_ptr<ParquetReader>> Open(std::string bytes, std::string name);
  virtual ~ParquetReader() = default;

  virtual std::shared_ptr<arrow::Schema> schema() const = 0;
  virtual std::int64_t rows() const = 0;

  /// Everything in one table.
  virtual base::Result<std::shared_ptr<arrow::Table>> ReadAll() = 0;
  /// The named top-level columns (those that exist), some thousand rows at a time, in file order;
  /// empty: all columns. The first failure of `take` ends the reading.
  virtual base::Status ForEachBatch(
      const std::vector<std::string>& columns,
      const std::function<base::Status(const arrow::RecordBatch&)>& take) = 0;
};

}  // namespace millrace::clients::parquet
