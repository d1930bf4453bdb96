#include "clients/files/file_scan.h"

#include <algorithm>
#include <utility>

#include <arrow/array/util.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "clients/files/errors.h"
#include "clients/files/line_reader.h"
#include "clients/parquet/partition_split.h"
#include "connector/file_metadata.h"
#include "data/arrow_schema.h"
#include "data/text_quoting.h"

namespace millrace::clients::files {

namespace {

using base::Result;
using base::Status;
using Batch = std::shared_ptr<arrow::RecordBatch>;

// spark.sql.files.maxPartitionBytes and openCostInBytes.
constexpr std::int64_t kMaxShareBytes = 128 << 20;
constexpr std::int64_t kOpenCostBytes = 4 << 20;

int FindField(const StructType& schema, const std::string& name) {
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (LowerCase(schema[i].name) == LowerCase(name)) return static_cast<int>(i);
  }
  return -1;
}

Status InvalidPartitionValue(const StructField& field, const std::string& value) {
  const std::string column = data::QuoteIdentifier(field.name);
  return Status::InvalidArgument(
             fmt::format("Failed to cast value '{}' to data type \"{}\" for partition column {}. "
                         "Ensure the value matches the expected data type for this partition "
                         "column.",
                         value, field.dataType.sql(), column))
      .WithSparkError({"SparkRuntimeException",
                       "INVALID_PARTITION_VALUE",
                       "42846",
                       {{"value", fmt::format("'{}'", value)},
                        {"dataType", fmt::format("\"{}\"", field.dataType.sql())},
                        {"columnName", column}}});
}

class ShareReader : public connector::PartitionReader {
 public:
  ShareReader(std::shared_ptr<const ScanPlan> plan, std::shared_ptr<const FileShare> share,
              std::vector<int> columns)
      : plan_(std::move(plan)), share_(std::move(share)), columns_(std::move(columns)) {}

  Status Start() {
    StructType projected;
    for (const int column : columns_) {
      const auto at = static_cast<std::size_t>(column);
      if (IsMetadata(column)) {
        const StructField& field = plan_->metadata_column;
        projected = projected.add(field.name, field.dataType, field.nullable, field.metadata);
        continue;
      }
      projected = projected.add(plan_->schema[at]);
      if (plan_->partition_index[at] < 0) data_fields_.push_back(plan_->schema[at]);
    }
    MILLRACE_ASSIGN_OR_RETURN(schema_, data::ToArrowSchema(projected));
    return Status::Ok();
  }

  Result<Batch> Next(std::stop_token stop) override {
    while (true) {
      if (stop.stop_requested()) return Status::Cancelled("the query is being stopped");
      if (file_ == nullptr) {
        if (next_ == share_->parts.size()) return Batch();
        const FileShare::Part& part = share_->parts[next_++];
        MILLRACE_RETURN_IF_ERROR(Open(part));
      }
      const DataFile& current = share_->parts[next_ - 1].file;
      Result<Batch> rows = file_->Next();
      if (!rows.ok()) return FailedToRead(current.path, rows.status());
      if (*rows != nullptr) return WithPartition(**rows);
      file_.reset();
    }
  }

 private:
  bool IsMetadata(int column) const { return column == static_cast<int>(plan_->schema.size()); }

  Status Open(const FileShare::Part& part) {
    values_.clear();
    for (const int column : columns_) {
      if (IsMetadata(column)) continue;
      const auto at = static_cast<std::size_t>(column);
      const int index = plan_->partition_index[at];
      if (index < 0) continue;
      const StructField& field = plan_->schema[at];
      const auto& text = part.file.partition[static_cast<std::size_t>(index)];
      auto value = clients::parquet::PartitionValue(text, field.dataType, plan_->zone);
      if (!value.ok()) return InvalidPartitionValue(field, text.value_or(""));
      values_.push_back(*std::move(value));
    }
    Result<std::unique_ptr<DataFileReader>> opened =
        plan_->format == FileFormat::kParquet
            ? OpenParquetFile(plan_->file_system, part, data_fields_)
            : OpenTextFile(plan_->file_system, part.file.path, plan_->text,
                           data_fields_.empty() ? nullptr : &data_fields_.front());
    if (!opened.ok()) return FailedToRead(part.file.path, opened.status());
    file_ = *std::move(opened);
    return Status::Ok();
  }

  Result<Batch> WithPartition(const arrow::RecordBatch& rows) const {
    arrow::ArrayVector arrays;
    int data_column = 0;
    std::size_t value = 0;
    for (const int column : columns_) {
      if (IsMetadata(column)) {
        MILLRACE_ASSIGN_OR_RETURN(auto metadata, MetadataOf(rows.num_rows()));
        arrays.push_back(std::move(metadata));
        continue;
      }
      if (plan_->partition_index[static_cast<std::size_t>(column)] < 0) {
        arrays.push_back(rows.column(data_column++));
        continue;
      }
      auto array = arrow::MakeArrayFromScalar(*values_[value++], rows.num_rows());
      if (!array.ok()) return data::FromArrow(array.status());
      arrays.push_back(*std::move(array));
    }
    return arrow::RecordBatch::Make(schema_, rows.num_rows(), std::move(arrays));
  }

  Result<std::shared_ptr<arrow::Array>> MetadataOf(std::int64_t rows) const {
    const FileShare::Part& part = share_->parts[next_ - 1];
    MILLRACE_ASSIGN_OR_RETURN(auto indexes, file_->RowIndexes(rows));
    const connector::FileBlock block{part.file.path, part.file.size_bytes, part.file.modified,
                                     part.begin, part.end - part.begin};
    return connector::FileMetadata(block, rows, std::move(indexes));
  }

  const std::shared_ptr<const ScanPlan> plan_;
  const std::shared_ptr<const FileShare> share_;
  const std::vector<int> columns_;
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<StructField> data_fields_;
  std::size_t next_ = 0;
  std::unique_ptr<DataFileReader> file_;
  std::vector<std::shared_ptr<arrow::Scalar>> values_;  // Of the current file's partition columns.
};

}  // namespace

Result<ScanPlan> MakeScanPlan(fs::FileSystem* file_system, FileFormat format, TextFormat text,
                              const StructType& data_schema, const StructType& partition_columns,
                              data::TimeZone zone) {
  ScanPlan plan;
  plan.file_system = file_system;
  plan.format = format;
  plan.text = std::move(text);
  plan.zone = std::move(zone);
  plan.metadata_column = connector::FileMetadataColumn(format == FileFormat::kParquet);
  for (const StructField& field : data_schema.fields()) {
    if (FindField(plan.schema, field.name) >= 0) return ColumnAlreadyExists(field.name);
    const int index = FindField(partition_columns, field.name);
    plan.schema =
        plan.schema.add(index < 0 ? field : partition_columns[static_cast<std::size_t>(index)]);
    plan.partition_index.push_back(index);
  }
  for (std::size_t i = 0; i < partition_columns.size(); ++i) {
    if (FindField(plan.schema, partition_columns[i].name) >= 0) continue;
    plan.schema = plan.schema.add(partition_columns[i]);
    plan.partition_index.push_back(static_cast<int>(i));
  }
  return plan;
}

std::vector<connector::InputPartition> PlanShares(const std::vector<DataFile>& files,
                                                  FileFormat format, int parallelism) {
  std::int64_t total = 0;
  for (const DataFile& file : files) total += file.size_bytes + kOpenCostBytes;
  const std::int64_t most =
      std::clamp(total / std::max(parallelism, 1), kOpenCostBytes, kMaxShareBytes);
  std::vector<connector::InputPartition> partitions;
  std::shared_ptr<FileShare> share;
  std::int64_t bytes = 0;
  std::int64_t rows = 0;  // At most; -1 when it cannot be told.
  const auto close = [&] {
    if (share == nullptr) return;
    const std::string& first = share->parts[0].file.path;
    const std::size_t more = share->parts.size() - 1;
    partitions.push_back(
        {more == 0 ? first : fmt::format("{} and {} more", first, more), rows, share});
    share.reset();
    bytes = rows = 0;
  };
  for (const DataFile& file : files) {
    if (file.size_bytes == 0) continue;
    const std::int64_t step = format == FileFormat::kParquet ? most : file.size_bytes;
    for (std::int64_t begin = 0; begin < file.size_bytes; begin += step) {
      const std::int64_t end = std::min(begin + step, file.size_bytes);
      if (share != nullptr && bytes + end - begin > most) close();
      if (share == nullptr) share = std::make_shared<FileShare>();
      share->parts.push_back({file, begin, end});
      // A line has a separator, but for the last one.
      const bool plain = format == FileFormat::kText && !IsCompressed(file.path);
      rows = plain && rows >= 0 ? rows + file.size_bytes + 1 : -1;
      bytes += end - begin + kOpenCostBytes;
    }
  }
  close();
  return partitions;
}

Result<std::unique_ptr<connector::PartitionReader>> OpenShare(
    std::shared_ptr<const ScanPlan> plan, const connector::InputPartition& partition,
    const std::vector<int>& columns) {
  auto reader = std::make_unique<ShareReader>(
      std::move(plan), std::static_pointer_cast<const FileShare>(partition.payload), columns);
  MILLRACE_RETURN_IF_ERROR(reader->Start());
  return std::unique_ptr<connector::PartitionReader>(std::move(reader));
}

namespace {

DataType AsNullableType(const DataType& type) {
  switch (type.kind()) {
    case DataType::Kind::kStruct:
      return AsNullable(StructType(type));
    case DataType::Kind::kArray:
      return ArrayType(AsNullableType(type.elementType()), true);
    case DataType::Kind::kMap:
      return MapType(AsNullableType(type.keyType()), AsNullableType(type.valueType()), true);
    default:
      return type;
  }
}

}  // namespace

StructType AsNullable(const StructType& schema) {
  std::vector<StructField> fields;
  for (StructField field : schema.fields()) {
    field.dataType = AsNullableType(field.dataType);
    field.nullable = true;
    fields.push_back(std::move(field));
  }
  return StructType(std::move(fields));
}

}  // namespace millrace::clients::files
