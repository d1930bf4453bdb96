#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "clients/parquet/input_stream.h"
#include "fs/file_system.h"

namespace millrace::clients::files {

/// A file's bytes one after the other, decompressed by what the name ends with: .gz, .bz2, .deflate
/// and .zst. Unsupported for Hadoop's other codecs (.snappy, .lz4).
struct FileStream {
  std::shared_ptr<arrow::io::InputStream> bytes;
  std::shared_ptr<clients::parquet::InputStream> file;  ///< What `bytes` are made from.
};
bool IsCompressed(std::string_view path);
base::Result<FileStream> OpenStream(fs::FileSystem* file_system, const std::string& path);

/// The lines of a stream, of which it holds one and a part of the next. A byte order mark at the
/// beginning is passed over.
class LineReader {
 public:
  /// `separator`: empty for \n, \r\n and \r.
  LineReader(FileStream stream, std::string separator);

  /// False at the end. `line` is valid until the next call. Corrupt for what cannot be decompressed,
  /// Unsupported for lines above 2 GiB.
  base::Result<bool> Next(std::string_view* line);
  /// All that is left.
  base::Result<std::string> Rest();

 private:
  base::Status Fill();
  /// Position and length of the next separator at or behind `from`; nullopt: more bytes are needed.
  struct Found {
    std::size_t at;
    std::size_t length;
  };
  std::optional<Found> FindSeparator(std::size_t from) const;

  const FileStream stream_;
  const std::string separator_;
  std::string buffer_;
  std::size_t begin_ = 0;  // Of what was not given yet.
  bool at_end_ = false;
  bool started_ = false;
};

}  // namespace millrace::clients::files
