#include "connector/file_metadata.h"

#include <algorithm>
#include <string_view>

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/builder.h>
#include <arrow/scalar.h>
#include <arrow/type.h>

#include "data/arrow_schema.h"
#include "fs/escapes.h"
#include "fs/file_system.h"

namespace millrace::connector {

using base::Result;
using base::Status;

StructField FileMetadataColumn(bool has_row_index) {
  StructType fields = StructType()
                          .add("file_path", StringType(), false)
                          .add("file_name", StringType(), false)
                          .add("file_size", LongType(), false)
                          .add("file_block_start", LongType(), false)
                          .add("file_block_length", LongType(), false)
                          .add("file_modification_time", TimestampType(), false);
  if (has_row_index) fields = fields.add("row_index", LongType(), false);
  return {"_metadata", fields, false,
          R"({"__file_source_metadata_col":true,"__metadata_col":"_metadata"})"};
}

Result<std::shared_ptr<arrow::Array>> FileMetadata(const FileBlock& block, std::int64_t rows,
                                                   std::shared_ptr<arrow::Array> row_index) {
  const StructField column = FileMetadataColumn(row_index != nullptr);
  MILLRACE_ASSIGN_OR_RETURN(const auto type, data::ToArrowType(column.dataType));
  // Both percent-encoded, as Spark gives them.
  const std::string path = fs::EncodePath(block.path);
  const std::string name = path.substr(path.rfind('/') + 1);
  const std::int64_t modified_us = base::ToMillis(block.modified) * 1000;
  const std::vector<std::shared_ptr<arrow::Scalar>> values = {
      std::make_shared<arrow::StringScalar>(fs::ToHadoopUri(path)),
      std::make_shared<arrow::StringScalar>(name),
      std::make_shared<arrow::Int64Scalar>(block.file_size_bytes),
      std::make_shared<arrow::Int64Scalar>(block.start),
      std::make_shared<arrow::Int64Scalar>(block.length),
      std::make_shared<arrow::TimestampScalar>(modified_us, type->field(5)->type()),
  };
  arrow::ArrayVector fields;
  for (const auto& value : values) {
    auto array = arrow::MakeArrayFromScalar(*value, rows);
    if (!array.ok()) return data::FromArrow(array.status());
    fields.push_back(*std::move(array));
  }
  if (row_index != nullptr) fields.push_back(std::move(row_index));
  return std::shared_ptr<arrow::Array>(
      std::make_shared<arrow::StructArray>(type, rows, std::move(fields)));
}

Result<std::shared_ptr<arrow::Array>> RowNumbers::Next(std::int64_t rows) {
  arrow::Int64Builder numbers;
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(numbers.Reserve(rows)));
  while (rows > 0) {
    if (piece_ == pieces_.size()) return Status::Internal("a file has more rows than it says");
    auto& [first, count] = pieces_[piece_];
    const std::int64_t taken = std::min(rows, count);
    for (std::int64_t i = 0; i < taken; ++i) numbers.UnsafeAppend(first + i);
    first += taken;
    count -= taken;
    rows -= taken;
    if (count == 0) ++piece_;
  }
  std::shared_ptr<arrow::Array> made;
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(numbers.Finish(&made)));
  return made;
}

}  // namespace millrace::connector
