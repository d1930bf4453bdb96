#include "clients/parquet/parquet_writer.h"

#include <algorithm>
#include <cctype>
#include <exception>

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/byte_size.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>
#include <parquet/arrow/schema.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>
#include <parquet/schema.h>

#include "clients/parquet/output_stream.h"
#include "data/arrow_schema.h"

namespace millrace::clients::parquet {

namespace {

using base::Result;
using base::Status;

arrow::Compression::type ToArrow(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return arrow::Compression::UNCOMPRESSED;
    case Compression::kSnappy:
      return arrow::Compression::SNAPPY;
    case Compression::kGzip:
      return arrow::Compression::GZIP;
    case Compression::kZstd:
      return arrow::Compression::ZSTD;
    case Compression::kLz4Raw:
      return arrow::Compression::LZ4;
  }
  return arrow::Compression::UNCOMPRESSED;
}

// Parquet throws where Arrow returns: this is where that ends.
template <typename Call>
Status Guarded(Call&& call) {
  try {
    return data::FromArrow(call());
  } catch (const std::exception& error) {
    return Status::Internal(fmt::format("parquet: {}", error.what()));
  }
}

// The footer's bounds of floating-point columns pass over NaN, which for Spark is above everything:
// with them it would skip rows that belong to the answer.
arrow::Status LeaveOutFloatStatistics(const arrow::Schema& schema,
                                      const ::parquet::ArrowWriterProperties& columns,
                                      ::parquet::WriterProperties::Builder* file) {
  std::shared_ptr<::parquet::SchemaDescriptor> descriptor;
  ARROW_RETURN_NOT_OK(
      ::parquet::arrow::ToParquetSchema(&schema, *file->build(), columns, &descriptor));
  for (int i = 0; i < descriptor->num_columns(); ++i) {
    const ::parquet::ColumnDescriptor* column = descriptor->Column(i);
    if (column->physical_type() == ::parquet::Type::FLOAT ||
        column->physical_type() == ::parquet::Type::DOUBLE) {
      file->disable_statistics(column->path());
    }
  }
  return arrow::Status::OK();
}

class ArrowParquetWriter : public ParquetWriter {
 public:
  ArrowParquetWriter(std::shared_ptr<OutputStream> stream, std::int64_t row_group_bytes)
      : stream_(std::move(stream)), row_group_bytes_(row_group_bytes) {}

  Status Start(const std::shared_ptr<arrow::Schema>& schema, const WriterOptions& options) {
    ::parquet::WriterProperties::Builder file;
    file.compression(ToArrow(options.compression))
        ->created_by(options.created_by)
        ->version(::parquet::ParquetVersion::PARQUET_2_6)
        ->data_page_version(::parquet::ParquetDataPageVersion::V1)
        ->enable_store_decimal_as_integer()
        ->disable_write_page_index()
        ->max_row_group_length(std::int64_t{1} << 40);
    ::parquet::ArrowWriterProperties::Builder columns;
    columns.coerce_timestamps(arrow::TimeUnit::MICRO)
        ->disable_deprecated_int96_timestamps()
        ->enable_compliant_nested_types();
    return Guarded([&]() -> arrow::Status {
      ARROW_RETURN_NOT_OK(LeaveOutFloatStatistics(*schema, *columns.build(), &file));
      ARROW_RETURN_NOT_OK(::parquet::arrow::FileWriter::Open(*schema, arrow::default_memory_pool(),
                                                             stream_, file.build(),
                                                             columns.build())
                              .Value(&writer_));
      if (options.metadata.empty()) return arrow::Status::OK();
      auto pairs = std::make_shared<arrow::KeyValueMetadata>();
      for (const auto& [key, value] : options.metadata) pairs->Append(key, value);
      return writer_->AddKeyValueMetadata(pairs);
    });
  }

  Status Write(const arrow::RecordBatch& rows) override {
    if (rows.num_rows() == 0) return Status::Ok();
    Status written = Guarded([&]() -> arrow::Status {
      if (group_bytes_ == 0 || group_bytes_ >= row_group_bytes_) {
        ARROW_RETURN_NOT_OK(writer_->NewBufferedRowGroup());
        group_bytes_ = 0;
      }
      return writer_->WriteRecordBatch(rows);
    });
    MILLRACE_RETURN_IF_ERROR(Explain(std::move(written)));
    rows_ += rows.num_rows();
    group_bytes_ += std::max<std::int64_t>(1, BytesOf(rows));
    return Status::Ok();
  }

  std::int64_t rows() const override { return rows_; }

  Result<std::int64_t> Close() override {
    MILLRACE_RETURN_IF_ERROR(Explain(Guarded([&] { return writer_->Close(); })));
    MILLRACE_RETURN_IF_ERROR(Explain(Guarded([&] { return stream_->Close(); })));
    MILLRACE_RETURN_IF_ERROR(stream_->CloseFile());
    return stream_->Tell().ValueOr(0);
  }

 private:
  // What the rows hold, not what their buffers do: a batch may be a slice of a large one.
  static std::int64_t BytesOf(const arrow::RecordBatch& rows) {
    return arrow::util::ReferencedBufferSize(rows).ValueOr(rows.num_rows() * 64);
  }
  // The file's own failure says more than what Arrow made of it.
  Status Explain(Status status) const {
    if (status.ok() || stream_->file_status().ok()) return status;
    return stream_->file_status();
  }

  std::shared_ptr<OutputStream> stream_;
  const std::int64_t row_group_bytes_;
  std::unique_ptr<::parquet::arrow::FileWriter> writer_;
  std::int64_t rows_ = 0;
  std::int64_t group_bytes_ = 0;
};

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

}  // namespace

Result<Compression> ParseCompression(std::string_view name) {
  const std::string lower = Lower(name);
  if (lower == "none" || lower == "uncompressed") return Compression::kNone;
  if (lower == "snappy") return Compression::kSnappy;
  if (lower == "gzip") return Compression::kGzip;
  if (lower == "zstd") return Compression::kZstd;
  if (lower == "lz4_raw") return Compression::kLz4Raw;
  if (lower == "lzo" || lower == "brotli" || lower == "lz4") {
    return Status::Unsupported(fmt::format(
        "Parquet compression \"{}\" cannot be written; use snappy, zstd, gzip, lz4_raw or none",
        name));
  }
  const std::string available = "uncompressed, snappy, lz4_raw, none, zstd, gzip";
  return Status::InvalidArgument(
             fmt::format("The codec {} is not available. Available codecs are {}.", name,
                         available))
      .WithSparkError({"SparkIllegalArgumentException",
                       "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION",
                       "56038",
                       {{"codecName", std::string(name)}, {"availableCodecs", available}}});
}

std::string_view FileNameSuffix(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return "";
    case Compression::kSnappy:
      return ".snappy";
    case Compression::kGzip:
      return ".gz";
    case Compression::kZstd:
      return ".zstd";
    case Compression::kLz4Raw:
      return ".lz4raw";
  }
  return "";
}

Result<std::unique_ptr<ParquetWriter>> ParquetWriter::Open(std::unique_ptr<fs::OutputFile> file,
                                                           std::shared_ptr<arrow::Schema> schema,
                                                           const WriterOptions& options) {
  auto stream = std::make_shared<OutputStream>(std::move(file));
  auto writer = std::make_unique<ArrowParquetWriter>(std::move(stream), options.row_group_bytes);
  MILLRACE_RETURN_IF_ERROR(writer->Start(schema, options));
  return std::unique_ptr<ParquetWriter>(std::move(writer));
}

}  // namespace millrace::clients::parquet
