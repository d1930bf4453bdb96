#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/clock.h"
#include "base/result.h"
#include "millrace/types.h"

namespace millrace::connector {

/// `_metadata`: a struct, never null, that says of each row which file it comes from
/// (FileSourceMetadataAttribute of Spark). `has_row_index`: the rows of a file are numbered.
StructField FileMetadataColumn(bool has_row_index);

/// A file, or the part of it that one reader reads.
struct FileBlock {
  std::string path;  ///< Absolute.
  std::int64_t file_size_bytes = 0;
  base::WallTime modified;
  std::int64_t start = 0;
  std::int64_t length = 0;
};

/// The column for `rows` rows of a block. `row_index`: BIGINT, as many; null for a column without.
base::Result<std::shared_ptr<arrow::Array>> FileMetadata(const FileBlock& block, std::int64_t rows,
                                                         std::shared_ptr<arrow::Array> row_index);

/// Numbers the rows of a file that is read in pieces.
class RowNumbers {
 public:
  /// The next `count` rows that are read are those from `first` on.
  void Add(std::int64_t first, std::int64_t count) {
    if (count > 0) pieces_.emplace_back(first, count);
  }
  /// The numbers of the next rows, as BIGINT. Internal when fewer were added.
  base::Result<std::shared_ptr<arrow::Array>> Next(std::int64_t rows);

 private:
  std::vector<std::pair<std::int64_t, std::int64_t>> pieces_;  // What is left of them.
  std::size_t piece_ = 0;
};

}  // namespace millrace::connector
