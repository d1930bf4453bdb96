#include <algorithm>

#include <arrow/array/util.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "clients/files/errors.h"
#include "clients/files/file_scan.h"
#include "clients/parquet/column_conversion.h"
#include "clients/parquet/parquet_reader.h"
#include "connector/file_metadata.h"
#include "data/arrow_schema.h"
#include "fs/escapes.h"

namespace millrace::clients::files {

namespace {

using base::Result;
using base::Status;
using Batch = std::shared_ptr<arrow::RecordBatch>;
using clients::parquet::ParquetReader;

class ParquetFileReader : public DataFileReader {
 public:
  explicit ParquetFileReader(std::unique_ptr<ParquetReader> reader) : reader_(std::move(reader)) {}

  Status Start(const FileShare::Part& part, const std::vector<StructField>& fields) {
    const std::string uri = fs::ToFileUri(part.file.path);
    MILLRACE_ASSIGN_OR_RETURN(schema_, data::ToArrowSchema(StructType(fields)));
    std::vector<int> wanted;
    for (const StructField& field : fields) {
      MILLRACE_ASSIGN_OR_RETURN(const int column,
                                clients::parquet::FindByName(reader_->fields(), field.name));
      sources_.push_back(column);
      conversions_.emplace_back();
      if (column < 0) continue;
      if (std::ranges::find(wanted, column) == wanted.end()) wanted.push_back(column);
      MILLRACE_ASSIGN_OR_RETURN(
          conversions_.back(),
          clients::parquet::MakeConversion(reader_->fields()[static_cast<std::size_t>(column)],
                                           field.dataType, field.name, uri));
    }
    std::ranges::sort(wanted);
    for (int& source : sources_) {  // From columns of the file to columns of what is read.
      if (source < 0) continue;
      source = static_cast<int>(std::ranges::lower_bound(wanted, source) - wanted.begin());
    }
    return reader_->Start(wanted, GroupsOf(part));
  }

  Result<Batch> Next() override {
    while (true) {
      MILLRACE_ASSIGN_OR_RETURN(const Batch rows, reader_->Next());
      if (rows == nullptr) return Batch();
      if (rows->num_rows() == 0) continue;
      arrow::ArrayVector columns;
      for (std::size_t i = 0; i < sources_.size(); ++i) {
        if (sources_[i] < 0) {
          auto nulls = arrow::MakeArrayOfNull(schema_->field(static_cast<int>(i))->type(),
                                              rows->num_rows());
          if (!nulls.ok()) return data::FromArrow(nulls.status());
          columns.push_back(*std::move(nulls));
          continue;
        }
        MILLRACE_ASSIGN_OR_RETURN(auto column, conversions_[i](rows->column(sources_[i])));
        columns.push_back(std::move(column));
      }
      return arrow::RecordBatch::Make(schema_, rows->num_rows(), std::move(columns));
    }
  }

  Result<std::shared_ptr<arrow::Array>> RowIndexes(std::int64_t rows) override {
    return numbers_.Next(rows);
  }

 private:
  std::vector<int> GroupsOf(const FileShare::Part& part) {
    std::vector<int> groups;
    std::int64_t first_row = 0;
    const auto all = reader_->row_groups();
    for (std::size_t i = 0; i < all.size(); ++i) {
      // A damaged footer may place one outside of the file.
      const std::int64_t middle =
          std::clamp<std::int64_t>(all[i].offset + all[i].bytes / 2, 0, part.file.size_bytes - 1);
      if (middle >= part.begin && middle < part.end) {
        groups.push_back(static_cast<int>(i));
        numbers_.Add(first_row, all[i].rows);
      }
      first_row += std::max<std::int64_t>(all[i].rows, 0);
    }
    return groups;
  }

  const std::unique_ptr<ParquetReader> reader_;
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<int> sources_;
  std::vector<clients::parquet::ColumnConversion> conversions_;
  connector::RowNumbers numbers_;  // Of the rows that are still to come.
};

Result<StructType> SchemaOf(fs::FileSystem* file_system, const std::string& path) {
  auto file = file_system->OpenInput(path);
  if (!file.ok()) return CannotReadFooter(path, file.status());
  auto reader = ParquetReader::Open(*std::move(file), path);
  if (!reader.ok()) return CannotReadFooter(path, reader.status());
  MILLRACE_ASSIGN_OR_RETURN(const StructType schema, clients::parquet::SparkSchemaOf(**reader));
  return AsNullable(schema);
}

Status CannotMerge(const DataType& a, const DataType& b) {
  return Status::InvalidArgument(fmt::format("Failed to merge incompatible data types \"{}\" and "
                                             "\"{}\". Please check the data types of the columns "
                                             "being merged and ensure that they are compatible. If "
                                             "necessary, consider casting the columns to compatible "
                                             "data types before attempting the merge.",
                                             a.sql(), b.sql()))
      .WithSparkError({"SparkException",
                       "CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE",
                       "42825",
                       {{"left", fmt::format("\"{}\"", a.sql())},
                        {"right", fmt::format("\"{}\"", b.sql())}}});
}

Result<StructType> Merge(const StructType& a, const StructType& b);

// StructType.merge of Spark.
Result<DataType> MergeTypes(const DataType& a, const DataType& b) {
  using Kind = DataType::Kind;
  if (a == b) return a;
  if (a.is(Kind::kStruct) && b.is(Kind::kStruct)) {
    MILLRACE_ASSIGN_OR_RETURN(const StructType merged, Merge(StructType(a), StructType(b)));
    return DataType(merged);
  }
  if (a.is(Kind::kArray) && b.is(Kind::kArray)) {
    MILLRACE_ASSIGN_OR_RETURN(const DataType element, MergeTypes(a.elementType(), b.elementType()));
    return DataType(ArrayType(element, true));
  }
  if (a.is(Kind::kMap) && b.is(Kind::kMap)) {
    MILLRACE_ASSIGN_OR_RETURN(const DataType key, MergeTypes(a.keyType(), b.keyType()));
    MILLRACE_ASSIGN_OR_RETURN(const DataType value, MergeTypes(a.valueType(), b.valueType()));
    return DataType(MapType(key, value, true));
  }
  if (a.is(Kind::kNull)) return b;
  if (b.is(Kind::kNull)) return a;
  if (a.is(Kind::kDecimal) && b.is(Kind::kDecimal) && a.scale() == b.scale()) {
    return DataType(DecimalType(std::max(a.precision(), b.precision()), a.scale()));
  }
  return CannotMerge(a, b);
}

Result<StructType> Merge(const StructType& a, const StructType& b) {
  std::vector<StructField> fields = a.fields();
  for (const StructField& field : b.fields()) {
    const auto found = std::ranges::find_if(fields, [&](const StructField& candidate) {
      return LowerCase(candidate.name) == LowerCase(field.name);
    });
    if (found == fields.end()) {
      fields.push_back(field);
      continue;
    }
    MILLRACE_ASSIGN_OR_RETURN(found->dataType, MergeTypes(found->dataType, field.dataType));
  }
  return StructType(std::move(fields));
}

}  // namespace

Result<std::unique_ptr<DataFileReader>> OpenParquetFile(fs::FileSystem* file_system,
                                                        const FileShare::Part& part,
                                                        const std::vector<StructField>& fields) {
  MILLRACE_ASSIGN_OR_RETURN(auto file, file_system->OpenInput(part.file.path));
  MILLRACE_ASSIGN_OR_RETURN(auto reader, ParquetReader::Open(std::move(file), part.file.path));
  auto opened = std::make_unique<ParquetFileReader>(std::move(reader));
  MILLRACE_RETURN_IF_ERROR(opened->Start(part, fields));
  return std::unique_ptr<DataFileReader>(std::move(opened));
}

Result<StructType> InferParquetSchema(fs::FileSystem* file_system,
                                      const std::vector<DataFile>& files, bool merge) {
  if (files.empty()) return UnableToInferSchema("Parquet");
  MILLRACE_ASSIGN_OR_RETURN(StructType schema, SchemaOf(file_system, files[0].path));
  for (std::size_t i = 1; merge && i < files.size(); ++i) {
    MILLRACE_ASSIGN_OR_RETURN(const StructType other, SchemaOf(file_system, files[i].path));
    Result<StructType> merged = Merge(schema, other);
    if (!merged.ok()) return merged.status().WithContext(files[i].path);
    schema = *std::move(merged);
  }
  return schema;
}

}  // namespace millrace::clients::files
