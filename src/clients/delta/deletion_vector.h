#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "clients/delta/actions.h"
#include "fs/file_system.h"

namespace millrace::clients::delta {

/// The rows of one data file that are deleted (PROTOCOL.md, "Deletion Vectors").
class DeletedRows {
 public:
  DeletedRows() = default;
  /// `rows`: ascending positions in the file.
  explicit DeletedRows(std::vector<std::uint64_t> rows) : rows_(std::move(rows)) {}
  std::size_t size() const { return rows_.size(); }
  /// How many there are in [first, first + count), and which of those are deleted: true in `out`,
  /// which has room for `count`.
  std::int64_t Mark(std::uint64_t first, std::int64_t count, std::vector<bool>* out) const;

 private:
  std::vector<std::uint64_t> rows_;
};

/// Reads the vector: inline, or from its file. Corrupt names the file for a wrong size, checksum,
/// cardinality or form.
base::Result<DeletedRows> ReadDeletionVector(fs::FileSystem* file_system,
                                             const std::string& table_path,
                                             const DeletionVector& vector);

/// The rows in the bytes of a bitmap, in either form that Spark reads. Corrupt when they are not one.
base::Result<std::vector<std::uint64_t>> ParseBitmap(std::string_view bytes);

/// Z85 as descriptors have it. Corrupt for other characters.
base::Result<std::string> DecodeZ85(std::string_view text);

}  // namespace millrace::clients::delta
