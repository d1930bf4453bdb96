#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "clients/files/errors.h"
#include "clients/files/file_scan.h"
#include "clients/files/file_writer.h"
#include "data/arrow_schema.h"
#include "data/text_quoting.h"

namespace millrace::clients::files {

namespace {

using base::Result;
using base::Status;
using Kind = DataType::Kind;

Status CodecNotAvailable(const std::string& name, const std::string& available) {
  return Status::InvalidArgument(
             fmt::format("The codec {} is not available. Available codecs are {}.", name, available))
      .WithSparkError({"SparkIllegalArgumentException",
                       "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION",
                       "56038",
                       {{"codecName", name}, {"availableCodecs", available}}});
}

Status CheckNames(const StructType& schema) {
  std::vector<std::string> names;
  for (const StructField& field : schema.fields()) {
    const std::string lower = LowerCase(field.name);
    if (std::ranges::find(names, lower) != names.end()) return ColumnAlreadyExists(field.name);
    names.push_back(lower);
  }
  return Status::Ok();
}

Status CheckPartitionType(const StructField& field) {
  switch (field.dataType.kind()) {
    case Kind::kArray:
    case Kind::kMap:
    case Kind::kStruct:
    case Kind::kVariant:
      return Status::InvalidArgument(
                 fmt::format("Cannot use \"{}\" for partition column.", field.dataType.sql()))
          .WithSparkError({"AnalysisException",
                           "INVALID_PARTITION_COLUMN_DATA_TYPE",
                           "0A000",
                           {{"type", fmt::format("\"{}\"", field.dataType.sql())}}});
    default:
      return Status::Ok();
  }
}

Status CheckText(const OutputPlan& plan, std::string_view title) {
  for (const int column : plan.data_columns) {
    const StructField& field = plan.schema[static_cast<std::size_t>(column)];
    if (field.dataType.is(Kind::kString)) continue;
    const std::string name = data::QuoteIdentifier(field.name);
    return Status::InvalidArgument(
               fmt::format("The {} datasource doesn't support the column {} of the type \"{}\".",
                           title, name, field.dataType.sql()))
        .WithSparkError({"AnalysisException",
                         "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
                         "0A000",
                         {{"columnName", name},
                          {"columnType", fmt::format("\"{}\"", field.dataType.sql())},
                          {"format", std::string(title)}}});
  }
  if (plan.data_columns.size() == 1) return Status::Ok();
  return Status::InvalidArgument(
             fmt::format("Text data source supports only a single column, and you have {} columns.",
                         plan.data_columns.size()))
      .WithSparkError({"AnalysisException",
                       "_LEGACY_ERROR_TEMP_1290",
                       "",
                       {{"schemaSize", std::to_string(plan.data_columns.size())}}});
}

// A column that came out of `_metadata` is stored as one like others.
StructType WithoutInternalMetadata(const StructType& schema) {
  std::vector<StructField> fields;
  for (StructField field : schema.fields()) {
    if (field.metadata.find("\"__metadata_col\"") != std::string::npos) {
      auto metadata = nlohmann::ordered_json::parse(field.metadata, nullptr, false);
      if (metadata.is_object()) {
        metadata.erase("__metadata_col");
        metadata.erase("__file_source_metadata_col");
        field.metadata = metadata.dump();
      }
    }
    fields.push_back(std::move(field));
  }
  return StructType(std::move(fields));
}

Result<int> FindPartition(const StructType& schema, const std::string& name) {
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (LowerCase(schema[i].name) == LowerCase(name)) return static_cast<int>(i);
  }
  return Status::InvalidArgument(fmt::format("Partition column `{}` not found in schema {}.", name,
                                             schema.catalogString()))
      .WithSparkError({"AnalysisException",
                       "_LEGACY_ERROR_TEMP_1155",
                       "",
                       {{"col", name}, {"schemaCatalog", schema.catalogString()}}});
}

}  // namespace

Result<TextCompression> ParseTextCompression(const std::string& name) {
  const std::string lower = LowerCase(name);
  if (lower == "none" || lower == "uncompressed") return TextCompression::kNone;
  if (lower == "gzip") return TextCompression::kGzip;
  if (lower == "deflate") return TextCompression::kDeflate;
  if (lower == "bzip2") return TextCompression::kBzip2;
  if (lower == "snappy" || lower == "lz4") {
    return Status::Unsupported(fmt::format(
        "option \"compression\" is \"{}\": Hadoop's form of it is not written; use gzip, bzip2 or "
        "deflate",
        name));
  }
  return CodecNotAvailable(name, "bzip2, deflate, uncompressed, snappy, none, lz4, gzip");
}

Result<clients::parquet::Compression> ParseParquetCompression(const std::string& name) {
  auto compression = clients::parquet::ParseCompression(name);
  if (compression.ok() || compression.status().code() != base::StatusCode::kInvalidArgument) {
    return compression;
  }
  return CodecNotAvailable(
      name, "brotli, uncompressed, lzo, snappy, lz4_raw, none, zstd, lz4, gzip");
}

Result<OutputPlan> MakeOutputPlan(const StructType& given,
                                  const std::vector<std::string>& partition_columns,
                                  OutputFormat format) {
  MILLRACE_RETURN_IF_ERROR(CheckNames(given));
  const StructType schema = WithoutInternalMetadata(given);
  OutputPlan plan;
  plan.schema = schema;
  plan.format = std::move(format);
  for (const std::string& name : partition_columns) {
    MILLRACE_ASSIGN_OR_RETURN(const int column, FindPartition(schema, name));
    if (std::ranges::find(plan.partition_columns, column) != plan.partition_columns.end()) {
      return ColumnAlreadyExists(name);
    }
    MILLRACE_RETURN_IF_ERROR(CheckPartitionType(schema[static_cast<std::size_t>(column)]));
    plan.partition_columns.push_back(column);
  }
  if (!partition_columns.empty() && partition_columns.size() == schema.size()) {
    return Status::InvalidArgument("Cannot use all columns for partition columns.")
        .WithSparkError({"AnalysisException", "ALL_PARTITION_COLUMNS_NOT_ALLOWED", "KD005", {}});
  }
  StructType stored;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const int column = static_cast<int>(i);
    if (std::ranges::find(plan.partition_columns, column) != plan.partition_columns.end()) continue;
    plan.data_columns.push_back(column);
    stored = stored.add(schema[i]);
  }
  if (plan.format.is_text) {
    MILLRACE_RETURN_IF_ERROR(CheckText(plan, plan.format.extension == ".json"  ? "JSON"
                                             : plan.format.extension == ".csv" ? "CSV"
                                                                               : "Text"));
  }
  MILLRACE_ASSIGN_OR_RETURN(plan.file_schema, data::ToArrowSchema(AsNullable(stored)));
  return plan;
}

}  // namespace millrace::clients::files
