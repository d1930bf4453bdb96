#include "clients/parquet/parquet_reader.h"

#include <algorithm>
#include <exception>

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/properties.h>

#include "clients/parquet/input_stream.h"

namespace millrace::clients::parquet {

namespace {

using base::Result;
using base::Status;

constexpr std::int64_t kRowsAtATime = 8192;
constexpr std::int64_t kColumnBufferBytes = 256 * 1024;

std::optional<int> FieldIdOf(const arrow::Field& field) {
  if (field.metadata() == nullptr) return std::nullopt;
  const auto text = field.metadata()->Get("PARQUET:field_id");
  if (!text.ok() || text->empty() || (*text)[0] == '-') return std::nullopt;
  return std::atoi(text->c_str());
}

// "TIMESTAMP(NANOS,true)", as parquet-java prints an annotation.
std::string AnnotationText(const ::parquet::LogicalType& type) {
  if (type.is_timestamp()) {
    const auto& timestamp = static_cast<const ::parquet::TimestampLogicalType&>(type);
    const auto unit = timestamp.time_unit();
    const char* name = unit == ::parquet::LogicalType::TimeUnit::MILLIS   ? "MILLIS"
                       : unit == ::parquet::LogicalType::TimeUnit::MICROS ? "MICROS"
                                                                          : "NANOS";
    return fmt::format("TIMESTAMP({},{})", name, timestamp.is_adjusted_to_utc());
  }
  if (type.is_time()) {
    const auto& time = static_cast<const ::parquet::TimeLogicalType&>(type);
    const auto unit = time.time_unit();
    const char* name = unit == ::parquet::LogicalType::TimeUnit::MILLIS   ? "MILLIS"
                       : unit == ::parquet::LogicalType::TimeUnit::MICROS ? "MICROS"
                                                                          : "NANOS";
    return fmt::format("TIME({},{})", name, time.is_adjusted_to_utc());
  }
  std::string text = type.ToString();
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

ParquetField ToField(const ::parquet::arrow::SchemaField& from,
                     const ::parquet::SchemaDescriptor& file) {
  ParquetField field;
  field.name = from.field->name();
  field.type = from.field->type();
  field.nullable = from.field->nullable();
  field.field_id = FieldIdOf(*from.field);
  if (from.is_leaf()) {
    const ::parquet::ColumnDescriptor* column = file.Column(from.column_index);
    field.physical_type = ::parquet::TypeToString(column->physical_type());
    field.is_int96 = column->physical_type() == ::parquet::Type::INT96;
    field.type_text = field.physical_type;
    const auto& logical = column->logical_type();
    if (logical != nullptr && !logical->is_none() && logical->is_valid()) {
      field.type_text += fmt::format(" ({})", AnnotationText(*logical));
    }
  }
  const auto* children = &from.children;
  // A map is a list of entries; its key and value are what counts.
  if (field.type->id() == arrow::Type::MAP && children->size() == 1) {
    children = &children->front().children;
  }
  for (const auto& child : *children) field.children.push_back(ToField(child, file));
  return field;
}

class ArrowParquetReader : public ParquetReader {
 public:
  explicit ArrowParquetReader(std::string name) : name_(std::move(name)) {}

  Status Start(std::shared_ptr<arrow::io::RandomAccessFile> input) {
    return Guarded([&]() -> arrow::Status {
      ::parquet::ArrowReaderProperties properties(/*use_threads=*/false);
      properties.set_batch_size(kRowsAtATime);
      properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
      properties.set_pre_buffer(false);
      ::parquet::ReaderProperties file_properties;
      file_properties.enable_buffered_stream();
      file_properties.set_buffer_size(kColumnBufferBytes);
      ::parquet::arrow::FileReaderBuilder builder;
      ARROW_RETURN_NOT_OK(builder.Open(std::move(input), file_properties));
      builder.memory_pool(arrow::default_memory_pool())->properties(properties);
      ARROW_RETURN_NOT_OK(builder.Build().Value(&reader_));
      ARROW_RETURN_NOT_OK(reader_->GetSchema(&schema_));
      const auto& file = *reader_->parquet_reader()->metadata()->schema();
      for (const auto& field : reader_->manifest().schema_fields) {
        fields_.push_back(ToField(field, file));
        leaves_.emplace_back();
        AddLeaves(field, &leaves_.back());
      }
      return arrow::Status::OK();
    });
  }
  void KeepStatusOf(std::shared_ptr<InputStream> stream) { stream_ = std::move(stream); }

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }
  const std::vector<ParquetField>& fields() const override { return fields_; }
  std::int64_t rows() const override { return reader_->parquet_reader()->metadata()->num_rows(); }

  std::optional<std::string> Metadata(std::string_view key) const override {
    const auto pairs = reader_->parquet_reader()->metadata()->key_value_metadata();
    if (pairs == nullptr) return std::nullopt;
    const auto value = pairs->Get(std::string(key));
    return value.ok() ? std::optional(*value) : std::nullopt;
  }

  std::vector<RowGroup> row_groups() const override {
    const auto file = reader_->parquet_reader()->metadata();
    std::vector<RowGroup> groups;
    for (int i = 0; i < file->num_row_groups(); ++i) {
      const auto group = file->RowGroup(i);
      RowGroup& made = groups.emplace_back();
      made.rows = group->num_rows();
      made.bytes = group->total_compressed_size();
      if (group->num_columns() == 0) continue;
      const auto first = group->ColumnChunk(0);
      made.offset = first->has_dictionary_page() && first->dictionary_page_offset() > 0
                        ? std::min(first->dictionary_page_offset(), first->data_page_offset())
                        : first->data_page_offset();
    }
    return groups;
  }

  Result<std::shared_ptr<arrow::Table>> ReadAll() override {
    std::shared_ptr<arrow::Table> table;
    MILLRACE_RETURN_IF_ERROR(Guarded([&] { return reader_->ReadTable().Value(&table); }));
    return table;
  }

  Status ForEachBatch(const std::vector<std::string>& columns,
                      const std::function<Status(const arrow::RecordBatch&)>& take) override {
    std::vector<int> wanted;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      const bool named = std::ranges::find(columns, fields_[i].name) != columns.end();
      if (columns.empty() || named) wanted.push_back(static_cast<int>(i));
    }
    std::vector<int> groups(static_cast<std::size_t>(reader_->num_row_groups()));
    for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = static_cast<int>(i);
    MILLRACE_RETURN_IF_ERROR(Start(wanted, groups));
    while (true) {
      MILLRACE_ASSIGN_OR_RETURN(const auto batch, Next());
      if (batch == nullptr) return Status::Ok();
      MILLRACE_RETURN_IF_ERROR(take(*batch));
    }
  }

  Status Start(const std::vector<int>& columns, const std::vector<int>& row_groups) override {
    std::vector<int> leaves;
    for (const int column : columns) {
      const auto& of_column = leaves_[static_cast<std::size_t>(column)];
      leaves.insert(leaves.end(), of_column.begin(), of_column.end());
    }
    return Guarded([&] {
      return reader_->GetRecordBatchReader(row_groups, leaves).Value(&batches_);
    });
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    std::shared_ptr<arrow::RecordBatch> batch;
    MILLRACE_RETURN_IF_ERROR(Guarded([&] { return batches_->ReadNext(&batch); }));
    return batch;
  }

 private:
  static void AddLeaves(const ::parquet::arrow::SchemaField& field, std::vector<int>* leaves) {
    if (field.is_leaf()) leaves->push_back(field.column_index);
    for (const auto& child : field.children) AddLeaves(child, leaves);
  }

  // Parquet throws where Arrow returns: this is where that ends.
  template <typename Call>
  Status Guarded(Call&& call) const {
    std::string problem;
    try {
      arrow::Status status = call();
      if (status.ok()) return Status::Ok();
      problem = status.message();
    } catch (const std::exception& error) {
      problem = error.what();
    }
    // The disk's own failure says more than what Arrow made of it.
    if (stream_ != nullptr && !stream_->file_status().ok()) return stream_->file_status();
    return Status::Corrupt(fmt::format("{}: {}", name_, problem));
  }

  const std::string name_;
  std::shared_ptr<InputStream> stream_;  // Null: the bytes lie in memory.
  std::unique_ptr<::parquet::arrow::FileReader> reader_;
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<ParquetField> fields_;
  std::vector<std::vector<int>> leaves_;  // Of each top-level column.
  std::unique_ptr<arrow::RecordBatchReader> batches_;  // Reads from reader_.
};

}  // namespace

Result<std::unique_ptr<ParquetReader>> ParquetReader::Open(std::string bytes, std::string name) {
  auto reader = std::make_unique<ArrowParquetReader>(std::move(name));
  MILLRACE_RETURN_IF_ERROR(reader->Start(
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::move(bytes)))));
  return std::unique_ptr<ParquetReader>(std::move(reader));
}

Result<std::unique_ptr<ParquetReader>> ParquetReader::Open(std::unique_ptr<fs::InputFile> file,
                                                           std::string name) {
  auto reader = std::make_unique<ArrowParquetReader>(std::move(name));
  auto stream = std::make_shared<InputStream>(std::move(file));
  reader->KeepStatusOf(stream);
  MILLRACE_RETURN_IF_ERROR(reader->Start(std::move(stream)));
  return std::unique_ptr<ParquetReader>(std::move(reader));
}

}  // namespace millrace::clients::parquet
