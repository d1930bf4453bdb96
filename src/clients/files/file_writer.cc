#include "clients/files/file_writer.h"

#include <algorithm>
#include <utility>

#include <arrow/array.h>
#include <arrow/io/compressed.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/compression.h>
#include <fmt/format.h>

#include "base/uuid.h"
#include "clients/parquet/column_conversion.h"
#include "clients/parquet/output_stream.h"
#include "data/arrow_schema.h"
#include "fs/escapes.h"

namespace millrace::clients::files {

namespace {

using base::Result;
using base::Status;
using clients::parquet::PartitionKey;

constexpr std::size_t kMaxOpenFiles = 32;
constexpr std::int64_t kRowGroupBytes = 64 << 20;
constexpr std::int64_t kPartitionedRowGroupBytes = 8 << 20;

std::string_view TextSuffix(TextCompression compression) {
  switch (compression) {
    case TextCompression::kNone:
      return "";
    case TextCompression::kGzip:
      return ".gz";
    case TextCompression::kDeflate:
      return ".deflate";
    case TextCompression::kBzip2:
      return ".bz2";
  }
  return "";
}

Result<std::unique_ptr<arrow::util::Codec>> MakeCodec(TextCompression compression) {
  arrow::util::GZipCodecOptions options;
  options.gzip_format = compression == TextCompression::kGzip ? arrow::util::GZipFormat::GZIP
                                                              : arrow::util::GZipFormat::ZLIB;
  auto codec = compression == TextCompression::kBzip2
                   ? arrow::util::Codec::Create(arrow::Compression::BZ2)
                   : arrow::util::Codec::Create(arrow::Compression::GZIP, options);
  if (!codec.ok()) return data::FromArrow(codec.status());
  return *std::move(codec);
}

/// A file of lines.
class TextFile {
 public:
  static Result<std::unique_ptr<TextFile>> Open(std::unique_ptr<fs::OutputFile> output,
                                                const OutputFormat& format) {
    auto file = std::make_unique<TextFile>();
    file->separator_ = format.line_separator;
    file->raw_ = std::make_shared<clients::parquet::OutputStream>(std::move(output));
    file->stream_ = file->raw_;
    if (format.text_compression != TextCompression::kNone) {
      MILLRACE_ASSIGN_OR_RETURN(file->codec_, MakeCodec(format.text_compression));
      auto compressed = arrow::io::CompressedOutputStream::Make(file->codec_.get(), file->raw_);
      if (!compressed.ok()) return data::FromArrow(compressed.status());
      file->stream_ = *compressed;
    }
    if (format.header) MILLRACE_RETURN_IF_ERROR(file->Append(*format.header + file->separator_));
    return file;
  }

  Status Write(const arrow::RecordBatch& rows) {
    const auto& lines = static_cast<const arrow::StringArray&>(*rows.column(0));
    std::string text;
    for (std::int64_t row = 0; row < lines.length(); ++row) {
      if (lines.IsValid(row)) text += lines.GetView(row);
      text += separator_;
      if (text.size() < kBytesAtATime) continue;
      MILLRACE_RETURN_IF_ERROR(Append(text));
      text.clear();
    }
    return Append(text);
  }

  Result<std::int64_t> Close() {
    const arrow::Status closed = stream_->Close();
    if (!closed.ok()) return Explain(closed);
    if (stream_ != raw_) {
      const arrow::Status flushed = raw_->Close();
      if (!flushed.ok()) return Explain(flushed);
    }
    MILLRACE_RETURN_IF_ERROR(raw_->CloseFile());
    return raw_->Tell().ValueOr(0);
  }

 private:
  static constexpr std::size_t kBytesAtATime = 1 << 20;

  Status Append(std::string_view text) {
    const arrow::Status written =
        stream_->Write(text.data(), static_cast<std::int64_t>(text.size()));
    return written.ok() ? Status::Ok() : Explain(written);
  }
  // The file's own failure says more than what Arrow made of it.
  Status Explain(const arrow::Status& status) const {
    return raw_->file_status().ok() ? data::FromArrow(status) : raw_->file_status();
  }

  std::string separator_;
  std::shared_ptr<clients::parquet::OutputStream> raw_;
  std::unique_ptr<arrow::util::Codec> codec_;
  std::shared_ptr<arrow::io::OutputStream> stream_;  // Writes to raw_.
};

}  // namespace

void WrittenFiles::Add(File file) {
  std::lock_guard lock(mutex_);
  files_.push_back(std::move(file));
}

std::vector<WrittenFiles::File> WrittenFiles::Files() const {
  std::lock_guard lock(mutex_);
  std::vector<File> files = files_;
  std::ranges::sort(files, {}, &File::path);
  return files;
}

/// One file in the making. Destroying it unclosed leaves nothing behind.
class FilesWriter::File {
 public:
  static Result<std::unique_ptr<File>> Open(const OutputPlan& plan, std::string path) {
    auto file = std::make_unique<File>();
    file->path_ = std::move(path);
    MILLRACE_ASSIGN_OR_RETURN(
        auto output, plan.file_system->OpenOutput(fs::Join(plan.directory, file->path_)));
    if (plan.format.is_text) {
      MILLRACE_ASSIGN_OR_RETURN(file->text_, TextFile::Open(std::move(output), plan.format));
      return file;
    }
    clients::parquet::WriterOptions options;
    options.compression = plan.format.compression;
    options.row_group_bytes =
        plan.partition_columns.empty() ? kRowGroupBytes : kPartitionedRowGroupBytes;
    StructType stored;
    for (const int column : plan.data_columns) {
      stored = stored.add(plan.schema[static_cast<std::size_t>(column)]);
    }
    options.metadata["org.apache.spark.sql.parquet.row.metadata"] = stored.json();
    MILLRACE_ASSIGN_OR_RETURN(file->parquet_, clients::parquet::ParquetWriter::Open(
                                                  std::move(output), plan.file_schema, options));
    return file;
  }

  Status Write(const arrow::RecordBatch& rows) {
    rows_ += rows.num_rows();
    return text_ != nullptr ? text_->Write(rows) : parquet_->Write(rows);
  }
  std::int64_t rows() const { return rows_; }
  Result<WrittenFiles::File> Close() {
    MILLRACE_ASSIGN_OR_RETURN(const std::int64_t size,
                              text_ != nullptr ? text_->Close() : parquet_->Close());
    return WrittenFiles::File{path_, size};
  }

 private:
  std::string path_;
  std::unique_ptr<TextFile> text_;
  std::unique_ptr<clients::parquet::ParquetWriter> parquet_;
  std::int64_t rows_ = 0;
};

FilesWriter::FilesWriter(std::shared_ptr<const OutputPlan> plan, WrittenFiles* files)
    : plan_(std::move(plan)), files_(files), number_(files->NextWriterNumber()) {}

FilesWriter::~FilesWriter() = default;

Status FilesWriter::Write(const std::shared_ptr<arrow::RecordBatch>& rows) {
  if (rows->num_rows() == 0) return Status::Ok();
  arrow::ArrayVector stored;
  for (const int column : plan_->data_columns) {
    const int at = static_cast<int>(stored.size());
    stored.push_back(
        clients::parquet::AsType(rows->column(column), plan_->file_schema->field(at)->type()));
  }
  const auto file_rows =
      arrow::RecordBatch::Make(plan_->file_schema, rows->num_rows(), std::move(stored));
  if (plan_->partition_columns.empty()) return WriteTo({}, file_rows);
  arrow::ArrayVector keys;
  std::vector<DataType> types;
  for (const int column : plan_->partition_columns) {
    keys.push_back(rows->column(column));
    types.push_back(plan_->schema[static_cast<std::size_t>(column)].dataType);
  }
  MILLRACE_ASSIGN_OR_RETURN(
      const auto partitions,
      clients::parquet::SplitByPartition(file_rows, keys, types, plan_->zone));
  for (const auto& partition : partitions) {
    MILLRACE_RETURN_IF_ERROR(WriteTo(partition.key, partition.rows));
  }
  return Status::Ok();
}

Status FilesWriter::WriteTo(const PartitionKey& key,
                            const std::shared_ptr<arrow::RecordBatch>& rows) {
  const std::int64_t most = plan_->max_records_per_file;
  std::int64_t written = 0;
  while (written < rows->num_rows()) {
    MILLRACE_ASSIGN_OR_RETURN(const Recency::iterator open, FileFor(key));
    std::int64_t count = rows->num_rows() - written;
    if (most > 0) count = std::min(count, most - open->file->rows());
    MILLRACE_RETURN_IF_ERROR(open->file->Write(*rows->Slice(written, count)));
    written += count;
    if (most <= 0 || open->file->rows() < most) continue;
    OpenFile full = std::move(*open);
    by_key_.erase(key);
    open_.erase(open);
    MILLRACE_RETURN_IF_ERROR(Close(std::move(full)));
  }
  return Status::Ok();
}

Result<FilesWriter::Recency::iterator> FilesWriter::FileFor(const PartitionKey& key) {
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    open_.splice(open_.begin(), open_, found->second);
    return open_.begin();
  }
  if (open_.size() >= kMaxOpenFiles) {
    OpenFile oldest = std::move(open_.back());
    by_key_.erase(oldest.key);
    open_.pop_back();
    MILLRACE_RETURN_IF_ERROR(Close(std::move(oldest)));
  }
  MILLRACE_ASSIGN_OR_RETURN(auto file, File::Open(*plan_, NewPath(key)));
  open_.push_front({key, std::move(file)});
  by_key_[key] = open_.begin();
  return open_.begin();
}

std::string FilesWriter::NewPath(const PartitionKey& key) {
  std::string path;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const auto column = static_cast<std::size_t>(plan_->partition_columns[i]);
    path += fs::PartitionDirectory(plan_->schema[column].name, key[i]) + "/";
  }
  const std::string id = plan_->job_id.empty() ? base::Uuid::Random(plan_->random).ToString()
                                               : plan_->job_id;
  const OutputFormat& format = plan_->format;
  const std::string_view before =
      format.is_text ? "" : clients::parquet::FileNameSuffix(format.compression);
  const std::string_view after = format.is_text ? TextSuffix(format.text_compression) : "";
  return path + fmt::format("part-{:05}-{}{}c{:03}{}{}{}", number_, id, key.empty() ? '-' : '.',
                            file_count_++, before, format.extension, after);
}

Status FilesWriter::Close(OpenFile open) {
  MILLRACE_ASSIGN_OR_RETURN(WrittenFiles::File file, open.file->Close());
  files_->Add(std::move(file));
  return Status::Ok();
}

Status FilesWriter::Finish() {
  by_key_.clear();
  while (!open_.empty()) {
    OpenFile open = std::move(open_.front());
    open_.pop_front();
    MILLRACE_RETURN_IF_ERROR(Close(std::move(open)));
  }
  return Status::Ok();
}

Status FilesWriter::FinishEmpty() {
  MILLRACE_RETURN_IF_ERROR(FileFor({}).status());
  return Finish();
}

Status WriteEmptyFile(const std::shared_ptr<const OutputPlan>& plan, WrittenFiles* files) {
  return FilesWriter(plan, files).FinishEmpty();
}

}  // namespace millrace::clients::files
