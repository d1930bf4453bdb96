#include "sinks/delta/write_plan.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "base/uuid.h"
#include "clients/delta/clustering.h"
#include "clients/delta/errors.h"
#include "clients/delta/field_metadata.h"
#include "clients/delta/table_features.h"
#include "data/arrow_schema.h"
#include "data/schema_text.h"
#include "sinks/delta/column_checks.h"
#include "sinks/delta/column_default.h"
#include "sinks/delta/column_mapping.h"
#include "sinks/delta/partition_checks.h"
#include "sinks/delta/schema_merge.h"

namespace millrace::sinks::delta {

namespace {

using base::Result;
using base::Status;
using base::StatusCode;
using clients::delta::DeltaError;
using clients::delta::Metadata;
using clients::delta::TableState;
using Kind = DataType::Kind;

Status AnalysisError(std::string condition, std::string sql_state, std::string message,
                     std::map<std::string, std::string> parameters = {}) {
  return DeltaError(StatusCode::kInvalidArgument, "DeltaAnalysisException", std::move(condition),
                    std::move(sql_state), std::move(message), std::move(parameters));
}

std::string QuotedList(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (const std::string& name : names) quoted.push_back(fmt::format("`{}`", name));
  return fmt::format("[{}]", fmt::join(quoted, ", "));
}

// The partition columns as the schema spells them.
Result<std::vector<std::string>> NormalizePartitionColumns(const std::vector<std::string>& columns,
                                                           const StructType& schema) {
  std::vector<std::string> normalized;
  std::set<std::string> seen;
  for (const std::string& column : columns) {
    const int found = FindField(schema.fields(), column);
    if (found < 0) {
      std::vector<std::string> names;
      for (const StructField& field : schema.fields()) names.push_back("`" + field.name + "`");
      const std::string list = fmt::format("{}", fmt::join(names, ", "));
      return AnalysisError(
          "DELTA_PARTITION_COLUMN_NOT_FOUND", "42703",
          fmt::format("Partition column `{}` not found in schema [{}]", column, list),
          {{"columnName", "`" + column + "`"}, {"schemaMap", list}});
    }
    const StructField& field = schema[static_cast<std::size_t>(found)];
    if (!seen.insert(field.name).second) {
      return AnalysisError(
          "DELTA_DUPLICATE_COLUMNS_FOUND.PARTITION_COLUMNS", "42711",
          fmt::format("Found duplicate column(s): {}. The duplicate was found in the partition "
                      "columns.",
                      field.name),
          {{"duplicateCols", field.name}});
    }
    MILLRACE_RETURN_IF_ERROR(CheckPartitionType(field));
    normalized.push_back(field.name);
  }
  if (!normalized.empty() && normalized.size() == schema.size()) {
    return AnalysisError("DELTA_CANNOT_USE_ALL_COLUMNS_FOR_PARTITION", "428FT",
                         "Cannot use all columns for partition columns");
  }
  return normalized;
}

Status MetadataMismatch(const Metadata& metadata, const StructType& table, const StructType& data,
                        bool new_schema, const std::vector<std::string>& partitions,
                        bool new_partitioning) {
  std::string message = "A metadata mismatch was detected when writing to the Delta table.";
  if (new_schema) {
    message += fmt::format(
        "\n- A schema mismatch detected when writing to the Delta table (Table ID: {}).\n"
        "To enable schema migration using DataFrameWriter or DataStreamWriter, please set: "
        "'.option(\"mergeSchema\", \"true\")'.\n"
        "For other operations, set the session configuration "
        "spark.databricks.delta.schema.autoMerge.enabled to \"true\". See the documentation "
        "specific to the operation for details.\n\nTable schema:\n{}\n\nData schema:\n{}\n",
        metadata.id, table.treeString(), data.treeString());
  }
  if (new_partitioning) {
    message += fmt::format(
        "\n- Partition columns do not match the partition columns of the table.\nGiven: {}\n"
        "Table: {}\n",
        QuotedList(partitions), QuotedList(metadata.partition_columns));
  }
  return DeltaError(StatusCode::kInvalidArgument, "DeltaAnalysisExceptionWithSubErrors",
                    "DELTA_METADATA_MISMATCH", "42KDG", std::move(message));
}

// What the table will be after the batch.
struct Target {
  StructType schema;
  Metadata metadata;
  clients::delta::Protocol protocol;
  bool metadata_changes = false;
  bool protocol_changes = false;
};

Result<Target> TargetOfNewTable(const WriteRequest& request, const StructType& data,
                                std::vector<std::string> partitions, std::int64_t now_ms,
                                base::Random* random) {
  if (data.size() == 0) {
    return AnalysisError("DELTA_EMPTY_DATA", "428GU",
                         "Data used in creating the Delta table doesn't have any columns.");
  }
  MILLRACE_RETURN_IF_ERROR(CheckPartitionNames(partitions));
  MILLRACE_RETURN_IF_ERROR(CheckColumnNames(data));
  MILLRACE_RETURN_IF_ERROR(CheckColumnTypes(data));
  Target target;
  target.schema = data;
  target.metadata.id = base::Uuid::Random(random).ToString();
  target.metadata.schema_string = data.json();
  target.metadata.partition_columns = std::move(partitions);
  target.metadata.created_time = now_ms;
  target.metadata.configuration = request.properties;
  target.metadata.description = request.description;
  target.metadata_changes = target.protocol_changes = true;
  MILLRACE_ASSIGN_OR_RETURN(target.protocol,
                            clients::delta::ProtocolFor(data, target.protocol, request.table_text));
  return target;
}

Result<Target> TargetOfExistingTable(const TableState& state, const WriteRequest& request,
                                     const StructType& table, const StructType& data,
                                     const std::vector<std::string>& partitions,
                                     base::Random* random) {
  const bool new_schema = !(AsNullable(table) == data);
  const bool new_partitioning =
      !partitions.empty() && partitions != state.metadata.partition_columns;
  if (new_partitioning || (new_schema && !request.merge_schema)) {
    return MetadataMismatch(state.metadata, table, data, new_schema, partitions, new_partitioning);
  }
  Target target{table, state.metadata, state.protocol};
  if (!new_schema) return target;
  MILLRACE_ASSIGN_OR_RETURN(target.schema, MergeSchemas(table, data));
  MILLRACE_RETURN_IF_ERROR(CheckColumnTypes(target.schema));
  if (clients::delta::ColumnMappingMode(state.metadata) == clients::delta::ColumnMapping::kNone) {
    MILLRACE_RETURN_IF_ERROR(CheckColumnNames(target.schema));
  } else {
    target.schema = AssignColumnIds(target.schema, &target.metadata, random);
  }
  target.metadata.schema_string = target.schema.json();
  target.metadata_changes = true;
  MILLRACE_ASSIGN_OR_RETURN(
      target.protocol,
      clients::delta::ProtocolFor(target.schema, state.protocol, request.table_text));
  target.protocol_changes = !(target.protocol == state.protocol);
  return target;
}

Result<Target> TargetOfReplacedTable(const TableState& state, const WriteRequest& request,
                                     const StructType& data, std::vector<std::string> partitions) {
  if (clients::delta::ColumnMappingMode(state.metadata) != clients::delta::ColumnMapping::kNone) {
    return Status::Unsupported(fmt::format(
        "delta table {}: \"overwriteSchema\" is not supported for a table with column mapping: "
        "write to another path",
        request.table_text));
  }
  MILLRACE_RETURN_IF_ERROR(CheckPartitionNames(partitions));
  MILLRACE_RETURN_IF_ERROR(CheckColumnNames(data));
  MILLRACE_RETURN_IF_ERROR(CheckColumnTypes(data));
  Target target{data, state.metadata, state.protocol};
  target.metadata.schema_string = data.json();
  target.metadata.partition_columns = std::move(partitions);
  for (const auto& [key, value] : request.properties) target.metadata.configuration[key] = value;
  if (request.description) target.metadata.description = request.description;
  target.metadata_changes = !(target.metadata == state.metadata);
  MILLRACE_ASSIGN_OR_RETURN(
      target.protocol,
      clients::delta::ProtocolFor(data, state.protocol, request.table_text));
  target.protocol_changes = !(target.protocol == state.protocol);
  return target;
}

int WholeRank(const DataType& type) {
  switch (type.kind()) {
    case Kind::kByte:
      return 1;
    case Kind::kShort:
      return 2;
    case Kind::kInteger:
      return 3;
    default:
      return 0;
  }
}

// Does a batch write take the data as it is? Fields that only one side has are not looked at.
bool HasSameTypes(const DataType& table, const DataType& data) {
  if (table.is(Kind::kStruct) && data.is(Kind::kStruct)) {
    for (const StructField& field : data.fields()) {
      const int found = FindField(table.fields(), field.name);
      if (found < 0) continue;
      const StructField& other = table.fields()[static_cast<std::size_t>(found)];
      if (!HasSameTypes(other.dataType, field.dataType)) return false;
    }
    return true;
  }
  if (table.is(Kind::kArray) && data.is(Kind::kArray)) {
    return HasSameTypes(table.elementType(), data.elementType());
  }
  if (table.is(Kind::kMap) && data.is(Kind::kMap)) {
    return HasSameTypes(table.keyType(), data.keyType()) &&
           HasSameTypes(table.valueType(), data.valueType());
  }
  if (data.is(Kind::kNull) || table.simpleString() == data.simpleString()) return true;
  const int wanted = WholeRank(table);
  const int given = WholeRank(data);
  const bool texts = (table.is(Kind::kString) || table.is(Kind::kChar) || table.is(Kind::kVarchar)) &&
                     (data.is(Kind::kString) || data.is(Kind::kChar) || data.is(Kind::kVarchar));
  return texts || (given > 0 && given <= wanted);
}

Status CheckSameTypes(const StructType& table, const StructType& data) {
  for (const StructField& field : data.fields()) {
    const int found = FindField(table.fields(), field.name);
    if (found < 0) continue;
    const StructField& other = table[static_cast<std::size_t>(found)];
    if (HasSameTypes(other.dataType, field.dataType)) continue;
    return AnalysisError(
        "DELTA_FAILED_TO_MERGE_FIELDS", "22005",
        fmt::format("Failed to merge fields '{}' and '{}'", other.name, field.name),
        {{"currentField", other.name}, {"updateField", field.name}});
  }
  return Status::Ok();
}

Result<Target> MakeTarget(const TableState& state, const WriteRequest& request, std::int64_t now_ms,
                          base::Random* random) {
  if (HoldsVoid(request.data_schema)) {
    return AnalysisError("DELTA_NULL_SCHEMA_IN_STREAMING_WRITE", "42P18",
                         "Delta doesn't accept NullTypes in the schema for streaming writes.");
  }
  StructType table;
  if (state.exists()) {
    MILLRACE_ASSIGN_OR_RETURN(table, data::ParseJsonSchema(state.metadata.schema_string));
    MILLRACE_RETURN_IF_ERROR(
        clients::delta::CheckAppendable(state.protocol, state.metadata, table, request.table_text));
  }
  if (request.replace_schema) table = StructType();
  if (request.same_types) MILLRACE_RETURN_IF_ERROR(CheckSameTypes(table, request.data_schema));
  MILLRACE_ASSIGN_OR_RETURN(const StructType merged, MergeSchemas(table, request.data_schema));
  const StructType data = AsNullable(merged);
  MILLRACE_ASSIGN_OR_RETURN(auto partitions,
                            NormalizePartitionColumns(request.partition_columns, data));
  if (!state.exists()) {
    return TargetOfNewTable(request, data, std::move(partitions), now_ms, random);
  }
  if (request.replace_schema) {
    return TargetOfReplacedTable(state, request, data, std::move(partitions));
  }
  return TargetOfExistingTable(state, request, table, data, partitions, random);
}

Result<WritePlan::Column> MakeColumn(const StructField& field, const WriteRequest& request) {
  WritePlan::Column column;
  column.field = field;
  column.source = FindField(request.data_schema.fields(), field.name);
  column.has_not_null = HasNotNull(field);
  column.length_limit = LengthLimit(field);
  MILLRACE_ASSIGN_OR_RETURN(column.table_type, data::ToArrowType(field.dataType));
  if (column.source >= 0) {
    const StructField& source = request.data_schema[static_cast<std::size_t>(column.source)];
    MILLRACE_ASSIGN_OR_RETURN(
        column.cast, MakeColumnCast(source.dataType, field.dataType, field.name, request.zone));
    return column;
  }
  Result<std::shared_ptr<arrow::Scalar>> fill = DefaultOf(field, column.table_type, request.zone);
  if (!fill.ok()) return fill.status().WithContext(request.table_text);
  column.fill = *std::move(fill);
  if (column.fill->is_valid) return column;
  if (!field.nullable) {
    return DeltaError(StatusCode::kInvalidArgument, "DeltaInvariantViolationException",
                      "DELTA_MISSING_NOT_NULL_COLUMN_VALUE", "23502",
                      fmt::format("Column {}, which has a NOT NULL constraint, is missing from the "
                                  "data being written into the table.",
                                  field.name),
                      {{"columnName", field.name}});
  }
  return column;
}

int RandomPrefixLength(const Target& target) {
  const bool mapped =
      clients::delta::ColumnMappingMode(target.metadata) != clients::delta::ColumnMapping::kNone;
  if (!clients::delta::BoolProperty(target.metadata, "delta.randomizeFilePrefixes", mapped)) {
    return 0;
  }
  int length = 2;
  if (const auto text = target.metadata.Property("delta.randomPrefixLength")) {
    std::from_chars(text->data(), text->data() + text->size(), length);
  }
  return std::clamp(length, 1, 32);
}

Result<clients::parquet::Compression> CompressionOf(const Metadata& metadata,
                                                    const WriteRequest& request) {
  if (request.compression) return *request.compression;
  const auto codec = metadata.Property("delta.parquet.compression.codec");
  if (!codec) return clients::parquet::Compression::kSnappy;
  Result<clients::parquet::Compression> parsed = clients::parquet::ParseCompression(*codec);
  if (parsed.ok()) return parsed;
  return parsed.status().WithContext("table property delta.parquet.compression.codec");
}

// Where each column goes: into the file, into the partition values, or both.
Status LayOut(const Target& target, const TableState& state, const WriteRequest& request,
              WritePlan* plan) {
  const bool mapped =
      clients::delta::ColumnMappingMode(target.metadata) != clients::delta::ColumnMapping::kNone;
  const bool materialize =
      clients::delta::IsFeatureSupported(target.protocol, "materializePartitionColumns");
  const auto& partitions = target.metadata.partition_columns;
  std::vector<StructField> file_fields;
  std::vector<std::shared_ptr<arrow::Field>> arrow_fields;
  for (const StructField& field : target.schema.fields()) {
    MILLRACE_ASSIGN_OR_RETURN(WritePlan::Column column, MakeColumn(field, request));
    const bool partitions_by = std::ranges::find(partitions, field.name) != partitions.end();
    const bool stored = !field.dataType.is(Kind::kNull) && (!partitions_by || materialize);
    if (stored) {
      column.file_column = static_cast<int>(file_fields.size());
      file_fields.push_back(field);
      MILLRACE_ASSIGN_OR_RETURN(auto arrow_field, ToFileField(field, mapped));
      arrow_fields.push_back(std::move(arrow_field));
    }
    plan->columns.push_back(std::move(column));
  }
  for (const std::string& name : partitions) {
    const int index = FindField(target.schema.fields(), name);
    if (index < 0) {
      return Status::Corrupt(fmt::format(
          "delta table {}: partition column `{}` is not in its schema", request.table_text, name));
    }
    const StructField& field = target.schema[static_cast<std::size_t>(index)];
    MILLRACE_RETURN_IF_ERROR(CheckPartitionType(field));
    plan->partition_columns.push_back(index);
    plan->partition_keys.push_back(clients::delta::PhysicalName(field));
  }
  plan->file_schema = arrow::schema(std::move(arrow_fields));
  MILLRACE_ASSIGN_OR_RETURN(
      plan->statistics,
      clients::delta::StatisticsPlan::Make(StructType(std::move(file_fields)), target.metadata,
                                           clients::delta::ClusteringColumns(state)));
  return Status::Ok();
}

}  // namespace

Result<std::shared_ptr<const WritePlan>> MakeWritePlan(const TableState& state,
                                                       const WriteRequest& request,
                                                       std::int64_t now_ms, base::Random* random) {
  MILLRACE_ASSIGN_OR_RETURN(const Target target, MakeTarget(state, request, now_ms, random));
  auto plan = std::make_shared<WritePlan>();
  MILLRACE_RETURN_IF_ERROR(LayOut(target, state, request, plan.get()));
  MILLRACE_ASSIGN_OR_RETURN(plan->compression, CompressionOf(target.metadata, request));
  plan->random_prefix_length = RandomPrefixLength(target);
  if (target.metadata_changes) plan->new_metadata = target.metadata;
  if (target.protocol_changes) plan->new_protocol = target.protocol;
  return std::shared_ptr<const WritePlan>(std::move(plan));
}

Result<std::vector<std::shared_ptr<arrow::Array>>> ToTableColumns(const WritePlan& plan,
                                                                  const arrow::RecordBatch& rows) {
  std::vector<std::shared_ptr<arrow::Array>> columns;
  columns.reserve(plan.columns.size());
  for (const WritePlan::Column& column : plan.columns) {
    std::shared_ptr<arrow::Array> values;
    if (column.source < 0) {
      auto filled = arrow::MakeArrayFromScalar(*column.fill, rows.num_rows());
      MILLRACE_RETURN_IF_ERROR(data::FromArrow(filled.status()));
      values = *std::move(filled);
    } else {
      values = rows.column(column.source);
      if (column.cast) {
        MILLRACE_ASSIGN_OR_RETURN(values, column.cast(values));
      }
    }
    if (column.has_not_null) MILLRACE_RETURN_IF_ERROR(CheckNotNull(column.field, *values));
    if (column.length_limit) {
      MILLRACE_RETURN_IF_ERROR(CheckLength(column.field, *column.length_limit, *values));
    }
    columns.push_back(std::move(values));
  }
  return columns;
}

std::shared_ptr<arrow::RecordBatch> ToFileRows(
    const WritePlan& plan, const std::vector<std::shared_ptr<arrow::Array>>& columns,
    std::int64_t rows) {
  std::vector<std::shared_ptr<arrow::Array>> stored;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const int file_column = plan.columns[i].file_column;
    if (file_column < 0) continue;
    stored.push_back(WithType(columns[i], plan.file_schema->field(file_column)->type()));
  }
  return arrow::RecordBatch::Make(plan.file_schema, rows, std::move(stored));
}

}  // namespace millrace::sinks::delta
