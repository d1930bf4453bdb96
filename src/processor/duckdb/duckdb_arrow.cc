#include "processor/duckdb/duckdb_arrow.h"

#include <algorithm>
#include <string>

#include <arrow/api.h>
#include <arrow/c/abi.h>
#include <arrow/c/bridge.h>
#include <fmt/format.h>

#include "data/arrow_schema.h"

namespace millrace::processor::duckdb {

base::Status FromError(duckdb_error_data error, std::string_view what) {
  bool failed = error != nullptr && duckdb_error_data_has_error(error);
  std::string message = failed ? duckdb_error_data_message(error) : "";
  duckdb_destroy_error_data(&error);
  if (!failed) return base::Status::Ok();
  return base::Status::Internal(fmt::format("duckdb: {}: {}", what, message));
}

ArrowInput::~ArrowInput() {
  if (converted_ != nullptr) duckdb_destroy_arrow_converted_schema(&converted_);
}

base::Status ArrowInput::Open(duckdb_connection connection, std::shared_ptr<arrow::Schema> schema) {
  connection_ = connection;
  schema_ = std::move(schema);
  ArrowSchema exported;
  if (auto status = arrow::ExportSchema(*schema_, &exported); !status.ok()) {
    return data::FromArrow(status);
  }
  base::Status status =
      FromError(duckdb_schema_from_arrow(connection_, &exported, &converted_), "types");
  if (exported.release != nullptr) exported.release(&exported);
  return status;
}

base::Result<duckdb_data_chunk> ArrowInput::Chunk(
    const std::vector<std::shared_ptr<arrow::Array>>& columns, std::int64_t rows) {
  auto batch = arrow::RecordBatch::Make(schema_, rows, columns);
  ArrowArray exported;
  if (auto status = arrow::ExportRecordBatch(*batch, &exported); !status.ok()) {
    return data::FromArrow(status);
  }
  duckdb_data_chunk chunk = nullptr;
  base::Status status = FromError(
      duckdb_data_chunk_from_arrow(connection_, &exported, converted_, &chunk), "batch");
  if (exported.release != nullptr) exported.release(&exported);
  if (!status.ok()) return status;
  return chunk;
}

namespace {

// A list's elements are copied by DuckDB itself.
bool PointsToText(const arrow::DataType& type) {
  if (arrow::is_base_binary_like(type.id())) return true;
  return type.id() == arrow::Type::STRUCT &&
         std::any_of(type.fields().begin(), type.fields().end(),
                     [](const auto& field) { return PointsToText(*field->type()); });
}

}  // namespace

void GiveResult(duckdb_data_chunk chunk, std::int64_t rows, const arrow::DataType& type,
                duckdb_vector output) {
  const duckdb_vector from = duckdb_data_chunk_get_vector(chunk, 0);
  if (PointsToText(type)) {
    const auto count = static_cast<idx_t>(rows);
    duckdb_selection_vector all = duckdb_create_selection_vector(count);
    sel_t* places = duckdb_selection_vector_get_data_ptr(all);
    for (idx_t i = 0; i < count; ++i) places[i] = static_cast<sel_t>(i);
    duckdb_vector_copy_sel(from, output, all, count, 0, 0);
    duckdb_destroy_selection_vector(all);
  } else {
    duckdb_vector_reference_vector(output, from);
  }
  duckdb_destroy_data_chunk(&chunk);
}

base::Result<arrow::ArrayVector> ToArrow(duckdb_arrow_options options, duckdb_data_chunk chunk,
                                         const std::shared_ptr<arrow::Schema>& schema) {
  ArrowArray exported;
  MILLRACE_RETURN_IF_ERROR(
      FromError(duckdb_data_chunk_to_arrow(options, chunk, &exported), "result"));
  auto batch = arrow::ImportRecordBatch(&exported, schema);
  if (!batch.ok()) return data::FromArrow(batch.status());
  return (*batch)->columns();
}

}  // namespace millrace::processor::duckdb
