#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/status.h"
#include "fs/file_system.h"

namespace millrace::clients::parquet {

enum class Compression { kNone, kSnappy, kGzip, kZstd, kLz4Raw };

/// The codec of Spark's `compression` option and of `delta.parquet.compression.codec`, any case:
/// none, uncompressed, snappy, gzip, zstd, lz4_raw. Unsupported for Spark's other names (lzo,
/// brotli, lz4), InvalidArgument for the rest; both name the value.
base::Result<Compression> ParseCompression(std::string_view name);
/// What Spark puts before ".parquet": "", ".snappy", ".gz", ".zstd", ".lz4raw".
std::string_view FileNameSuffix(Compression compression);

struct WriterOptions {
  Compression compression = Compression::kSnappy;
  /// Arrow bytes after which a row group ends. Bounds what a writer holds: the encoded pages of a
  /// row group wait in memory until it ends.
  std::int64_t row_group_bytes = 64 << 20;
  std::string created_by = "Millrace";
  std::map<std::string, std::string> metadata;  ///< Key-value pairs of the footer.
};

/// One Parquet file in the making, in the form that every Delta reader takes: data page v1, PLAIN
/// and RLE_DICTIONARY, decimals as INT32/INT64 where they fit, TIMESTAMP(MICROS), three-level
/// lists, no ARROW:schema, no bounds of floating-point columns in the footer; a field's
/// `PARQUET:field_id` metadata becomes its field id. One thread at a time. Destroying it unclosed
/// leaves no file behind.
class ParquetWriter {
 public:
  static base::Result<std::unique_ptr<ParquetWriter>> Open(std::unique_ptr<fs::OutputFile> file,
                                                           std::shared_ptr<arrow::Schema> schema,
                                                           const WriterOptions& options);
  virtual ~ParquetWriter() = default;

  /// Precondition: the columns are those of the schema.
  virtual base::Status Write(const arrow::RecordBatch& rows) = 0;
  virtual std::int64_t rows() const = 0;
  /// Writes the footer; the file is durable and has its name on Ok. Its size in bytes.
  virtual base::Result<std::int64_t> Close() = 0;
};

}  // namespace millrace::clients::parquet
