#include "sources/delta/data_file_reader.h"

#include <algorithm>

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/builder.h>
#include <arrow/compute/api_vector.h>
#include <arrow/datum.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "clients/delta/field_metadata.h"
#include "clients/delta/file_path.h"
#include "clients/parquet/partition_split.h"
#include "data/arrow_schema.h"

namespace millrace::sources::delta {

namespace {

using base::Result;
using base::Status;
using clients::delta::ColumnMapping;
using clients::parquet::ParquetField;
using Batch = std::shared_ptr<arrow::RecordBatch>;

Status FailedToRead(const std::string& path, const Status& cause) {
  if (cause.code() == base::StatusCode::kCancelled || !cause.spark_error().condition.empty()) {
    return cause;
  }
  const std::string uri = fs::ToFileUri(path);
  const bool missing = cause.code() == base::StatusCode::kNotFound;
  return Status(cause.code(), fmt::format("Encountered error while reading file {}. {}", uri,
                                          missing ? "File does not exist." : cause.message()))
      .WithSparkError({"SparkException",
                       missing ? "FAILED_READ_FILE.FILE_NOT_EXIST" : "FAILED_READ_FILE.NO_HINT",
                       "KD001",
                       {{"path", uri}}});
}

// The type as the files have it: by physical names.
DataType PhysicalType(const DataType& type) {
  switch (type.kind()) {
    case DataType::Kind::kStruct: {
      std::vector<StructField> fields;
      for (const StructField& field : type.fields()) {
        fields.push_back({clients::delta::PhysicalName(field), PhysicalType(field.dataType),
                          field.nullable, "{}"});
      }
      return StructType(std::move(fields));
    }
    case DataType::Kind::kArray:
      return ArrayType(PhysicalType(type.elementType()), type.containsNull());
    case DataType::Kind::kMap:
      return MapType(PhysicalType(type.keyType()), PhysicalType(type.valueType()),
                     type.valueContainsNull());
    default:
      return type;
  }
}

void NameByIds(const std::vector<StructField>& wanted, std::vector<ParquetField>* fields);

void NameByIds(const DataType& type, ParquetField* field) {
  if (type.is(DataType::Kind::kStruct)) {
    NameByIds(type.fields(), &field->children);
  } else if (type.is(DataType::Kind::kArray) && field->children.size() == 1) {
    NameByIds(type.elementType(), &field->children[0]);
  } else if (type.is(DataType::Kind::kMap) && field->children.size() == 2) {
    NameByIds(type.keyType(), &field->children[0]);
    NameByIds(type.valueType(), &field->children[1]);
  }
}

// In mode `id` a column is the one with the id, whatever its name.
void NameByIds(const std::vector<StructField>& wanted, std::vector<ParquetField>* fields) {
  for (ParquetField& field : *fields) {
    const auto found = std::ranges::find_if(wanted, [&](const StructField& candidate) {
      const auto id = clients::delta::FieldMetadataLong(candidate, "delta.columnMapping.id");
      return id && field.field_id && *id == *field.field_id;
    });
    field.name.clear();
    if (found == wanted.end()) continue;
    field.name = clients::delta::PhysicalName(*found);
    NameByIds(found->dataType, &field);
  }
}

}  // namespace

std::string PathOf(const ReadPlan& plan, const clients::delta::AddFile& file) {
  const std::string path = clients::delta::CanonicalPath(file.path);
  return path.starts_with('/') ? path : fs::Join(plan.table_path, path);
}

Status DataFileReader::AddColumn(const ReadPlan& plan, const clients::delta::AddFile& file,
                                 const StructField& field, std::vector<int>* wanted) {
  Column& column = columns_.emplace_back();
  const std::string name = clients::delta::PhysicalName(field);
  if (std::ranges::find(plan.partition_columns, field.name) != plan.partition_columns.end()) {
    const auto value = std::ranges::find_if(
        file.partition_values, [&](const auto& entry) { return entry.first == name; });
    std::optional<std::string> text;
    if (value != file.partition_values.end()) text = value->second;
    // An empty text is null for every type but strings.
    if (text && text->empty() && !field.dataType.is(DataType::Kind::kString)) text.reset();
    Result<std::shared_ptr<arrow::Scalar>> constant =
        clients::parquet::PartitionValue(text, field.dataType, plan.zone);
    if (!constant.ok()) return Status::Corrupt(constant.status().message());
    column.constant = *std::move(constant);
    return Status::Ok();
  }
  MILLRACE_ASSIGN_OR_RETURN(const int source, clients::parquet::FindByName(fields_, name));
  if (source < 0) {
    MILLRACE_ASSIGN_OR_RETURN(const auto type, data::ToArrowType(field.dataType));
    column.constant = arrow::MakeNullScalar(type);
    return Status::Ok();
  }
  column.source = source;
  if (std::ranges::find(*wanted, source) == wanted->end()) wanted->push_back(source);
  MILLRACE_ASSIGN_OR_RETURN(
      column.conversion,
      clients::parquet::MakeConversion(fields_[static_cast<std::size_t>(source)],
                                       PhysicalType(field.dataType), field.name,
                                       fs::ToFileUri(path_)));
  return Status::Ok();
}

Result<std::unique_ptr<DataFileReader>> DataFileReader::Open(const ReadPlan& plan,
                                                             const clients::delta::AddFile& file,
                                                             std::int64_t begin, std::int64_t end,
                                                             const std::vector<int>& columns) {
  auto opened = std::unique_ptr<DataFileReader>(new DataFileReader);
  opened->path_ = PathOf(plan, file);
  opened->block_ = {opened->path_, file.size,
                    base::WallTime(std::chrono::milliseconds(file.modification_time)), begin,
                    end - begin};
  const auto start = [&]() -> Status {
    if (file.deletion_vector) {
      MILLRACE_ASSIGN_OR_RETURN(opened->deleted_,
                                clients::delta::ReadDeletionVector(
                                    plan.file_system, plan.table_path, *file.deletion_vector));
    }
    MILLRACE_ASSIGN_OR_RETURN(auto input, plan.file_system->OpenInput(opened->path_));
    MILLRACE_ASSIGN_OR_RETURN(
        opened->reader_, clients::parquet::ParquetReader::Open(std::move(input), opened->path_));
    opened->fields_ = opened->reader_->fields();
    if (plan.mapping == ColumnMapping::kId) NameByIds(plan.schema.fields(), &opened->fields_);
    std::vector<int> wanted;
    StructType projected;
    for (const int column : columns) {
      if (column == static_cast<int>(plan.schema.size())) {
        const StructField& metadata = plan.metadata_column;
        projected = projected.add(metadata.name, metadata.dataType, false, metadata.metadata);
        opened->columns_.emplace_back();
        opened->numbers_rows_ = plan.numbers_rows;
        continue;
      }
      const StructField& field = plan.schema[static_cast<std::size_t>(column)];
      projected = projected.add(field);
      MILLRACE_RETURN_IF_ERROR(opened->AddColumn(plan, file, field, &wanted));
    }
    MILLRACE_ASSIGN_OR_RETURN(opened->schema_, data::ToArrowSchema(projected));
    std::ranges::sort(wanted);
    for (Column& column : opened->columns_) {  // From columns of the file to those that are read.
      if (column.source < 0) continue;
      column.source = static_cast<int>(std::ranges::lower_bound(wanted, column.source) -
                                       wanted.begin());
    }
    std::vector<int> groups;
    std::uint64_t position = 0;
    const auto all = opened->reader_->row_groups();
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::int64_t middle =
          std::clamp<std::int64_t>(all[i].offset + all[i].bytes / 2, 0, file.size - 1);
      if (middle >= begin && middle < end) {
        if (groups.empty()) opened->position_ = position;
        groups.push_back(static_cast<int>(i));
        opened->numbers_.Add(static_cast<std::int64_t>(position), all[i].rows);
      }
      position += static_cast<std::uint64_t>(std::max<std::int64_t>(all[i].rows, 0));
    }
    return opened->reader_->Start(wanted, groups);
  };
  const Status status = start();
  if (!status.ok()) return FailedToRead(opened->path_, status);
  return opened;
}

Result<Batch> DataFileReader::NextKept() {
  while (true) {
    MILLRACE_ASSIGN_OR_RETURN(Batch rows, reader_->Next());
    if (rows == nullptr) return rows;
    if (numbers_rows_) {
      MILLRACE_ASSIGN_OR_RETURN(row_index_, numbers_.Next(rows->num_rows()));
    }
    if (rows->num_rows() > 0 && deleted_.size() == 0) return rows;
    std::vector<bool> gone;
    const std::int64_t marked = deleted_.Mark(position_, rows->num_rows(), &gone);
    position_ += static_cast<std::uint64_t>(rows->num_rows());
    const std::int64_t kept = rows->num_rows() - marked;
    if (kept == 0) continue;
    if (marked == 0) return rows;
    if (rows->num_columns() == 0 && !numbers_rows_) {
      return arrow::RecordBatch::Make(rows->schema(), kept, arrow::ArrayVector());
    }
    return WithoutDeleted(rows, gone);
  }
}

Result<Batch> DataFileReader::WithoutDeleted(const Batch& rows, const std::vector<bool>& gone) {
  arrow::BooleanBuilder mask;
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(mask.Reserve(rows->num_rows())));
  for (const bool deleted : gone) mask.UnsafeAppend(!deleted);
  std::shared_ptr<arrow::Array> selection;
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(mask.Finish(&selection)));
  if (numbers_rows_) {
    const auto numbers = arrow::compute::Filter(row_index_, selection);
    if (!numbers.ok()) return data::FromArrow(numbers.status());
    row_index_ = numbers->make_array();
    if (rows->num_columns() == 0) {
      return arrow::RecordBatch::Make(rows->schema(), row_index_->length(), arrow::ArrayVector());
    }
  }
  const auto filtered = arrow::compute::Filter(rows, selection);
  if (!filtered.ok()) return data::FromArrow(filtered.status());
  return filtered->record_batch();
}

Result<Batch> DataFileReader::Convert(const arrow::RecordBatch& rows) const {
  arrow::ArrayVector arrays;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = columns_[i];
    if (column.source < 0 && column.constant == nullptr) {
      MILLRACE_ASSIGN_OR_RETURN(auto metadata,
                                connector::FileMetadata(block_, rows.num_rows(), row_index_));
      arrays.push_back(std::move(metadata));
      continue;
    }
    if (column.source < 0) {
      auto constant = arrow::MakeArrayFromScalar(*column.constant, rows.num_rows());
      if (!constant.ok()) return data::FromArrow(constant.status());
      arrays.push_back(*std::move(constant));
      continue;
    }
    MILLRACE_ASSIGN_OR_RETURN(const auto array, column.conversion(rows.column(column.source)));
    arrays.push_back(
        clients::parquet::AsType(array, schema_->field(static_cast<int>(i))->type()));
  }
  return arrow::RecordBatch::Make(schema_, rows.num_rows(), std::move(arrays));
}

Result<Batch> DataFileReader::Next() {
  Result<Batch> rows = NextKept();
  if (rows.ok() && *rows != nullptr) rows = Convert(**rows);
  if (!rows.ok()) return FailedToRead(path_, rows.status());
  return rows;
}

}  // namespace millrace::sources::delta
