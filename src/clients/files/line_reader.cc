#include "clients/files/line_reader.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include <arrow/io/compressed.h>
#include <arrow/util/compression.h>
#include <fmt/format.h>

#include "clients/parquet/input_stream.h"
#include "data/arrow_schema.h"

namespace millrace::clients::files {

namespace {

using base::Result;
using base::Status;

constexpr std::int64_t kChunkBytes = 256 * 1024;
constexpr std::size_t kMaxLineBytes = std::numeric_limits<std::int32_t>::max();
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// ".gz" of "/d/a.json.gz".
std::string_view SuffixOf(std::string_view path) {
  const std::string_view name = fs::BaseName(path);
  const std::size_t dot = name.rfind('.');
  return dot == name.npos ? std::string_view() : name.substr(dot);
}

}  // namespace

bool IsCompressed(std::string_view path) {
  const std::string_view suffix = SuffixOf(path);
  for (const std::string_view known : {".gz", ".deflate", ".bz2", ".zst", ".snappy", ".lz4"}) {
    if (suffix == known) return true;
  }
  return false;
}

Result<FileStream> OpenStream(fs::FileSystem* file_system, const std::string& path) {
  MILLRACE_ASSIGN_OR_RETURN(auto file, file_system->OpenInput(path));
  const auto raw = std::make_shared<clients::parquet::InputStream>(std::move(file));
  const std::string_view suffix = SuffixOf(path);
  arrow::Compression::type type = arrow::Compression::UNCOMPRESSED;
  if (suffix == ".gz" || suffix == ".deflate") type = arrow::Compression::GZIP;
  if (suffix == ".bz2") type = arrow::Compression::BZ2;
  if (suffix == ".zst") type = arrow::Compression::ZSTD;
  if (suffix == ".snappy" || suffix == ".lz4") {
    return Status::Unsupported(fmt::format(
        "{}: Hadoop's form of {} files is not supported; use gzip, bzip2, deflate or zstd", path,
        suffix.substr(1)));
  }
  if (type == arrow::Compression::UNCOMPRESSED) return FileStream{raw, raw};
  auto codec = arrow::util::Codec::Create(type);
  if (!codec.ok()) return data::FromArrow(codec.status()).WithContext(path);
  auto stream = arrow::io::CompressedInputStream::Make(codec->get(), raw);
  if (!stream.ok()) return data::FromArrow(stream.status()).WithContext(path);
  return FileStream{*stream, raw};
}

LineReader::LineReader(FileStream stream, std::string separator)
    : stream_(std::move(stream)), separator_(std::move(separator)) {}

Status LineReader::Fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const std::size_t size = buffer_.size();
  buffer_.resize(size + kChunkBytes);
  const auto read = stream_.bytes->Read(kChunkBytes, buffer_.data() + size);
  buffer_.resize(size + static_cast<std::size_t>(read.ok() ? *read : 0));
  if (!read.ok()) {
    if (!stream_.file->file_status().ok()) return stream_.file->file_status();
    return Status::Corrupt(read.status().message());
  }
  at_end_ = *read == 0;
  if (!started_ && (buffer_.size() >= kByteOrderMark.size() || at_end_)) {
    started_ = true;
    if (buffer_.starts_with(kByteOrderMark)) begin_ = kByteOrderMark.size();
  }
  return Status::Ok();
}

std::optional<LineReader::Found> LineReader::FindSeparator(std::size_t from) const {
  const std::string_view rest = std::string_view(buffer_).substr(from);
  if (!separator_.empty()) {
    const std::size_t at = rest.find(separator_);
    if (at == rest.npos) return std::nullopt;
    return Found{from + at, separator_.size()};
  }
  const std::size_t feed = std::min(rest.find('\n'), rest.size());
  const std::size_t carriage = rest.substr(0, feed).find('\r');
  if (carriage == rest.npos) {
    if (feed == rest.size()) return std::nullopt;
    return Found{from + feed, 1};
  }
  // Whether a line feed follows is in the next chunk.
  if (carriage + 1 == rest.size() && !at_end_) return std::nullopt;
  const bool two = carriage + 1 < rest.size() && rest[carriage + 1] == '\n';
  return Found{from + carriage, two ? 2u : 1u};
}

Result<bool> LineReader::Next(std::string_view* line) {
  std::size_t searched = begin_;
  while (true) {
    if (const auto found = FindSeparator(searched)) {
      *line = std::string_view(buffer_).substr(begin_, found->at - begin_);
      begin_ = found->at + found->length;
      return true;
    }
    if (at_end_) break;
    // What was searched is not searched again, but for a separator that may have begun there.
    const std::size_t keep = std::max<std::size_t>(separator_.size(), 2);
    const std::size_t done = buffer_.size() - begin_;
    MILLRACE_RETURN_IF_ERROR(Fill());
    searched = begin_ + (done > keep ? done - keep : 0);
    if (buffer_.size() > kMaxLineBytes) {
      return Status::Unsupported("a line of more than 2 GiB");
    }
  }
  if (begin_ == buffer_.size()) return false;
  *line = std::string_view(buffer_).substr(begin_);
  begin_ = buffer_.size();
  return true;
}

Result<std::string> LineReader::Rest() {
  while (!at_end_) {
    MILLRACE_RETURN_IF_ERROR(Fill());
    if (buffer_.size() > kMaxLineBytes) {
      return Status::Unsupported("a text of more than 2 GiB");
    }
  }
  std::string rest = buffer_.substr(begin_);
  begin_ = buffer_.size();
  return rest;
}

}  // namespace millrace::clients::files
