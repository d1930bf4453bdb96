#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <arrow/type_fwd.h>
#include <duckdb.h>

#include "base/result.h"
#include "base/status.h"

namespace millrace::processor::duckdb {

/// Owns one of DuckDB's types.
struct LogicalType {
  explicit LogicalType(duckdb_logical_type type) : type(type) {}
  LogicalType(LogicalType&& other) noexcept : type(std::exchange(other.type, nullptr)) {}
  ~LogicalType() { duckdb_destroy_logical_type(&type); }
  duckdb_logical_type type;
};

/// Destroys `error`. Internal, naming `what`, when it has one.
base::Status FromError(duckdb_error_data error, std::string_view what);

/// Carries Arrow arrays of fixed types into DuckDB. Once open, Chunk may be called from any thread.
class ArrowInput {
 public:
  ~ArrowInput();
  base::Status Open(duckdb_connection connection, std::shared_ptr<arrow::Schema> schema);
  /// The columns as a chunk, which the caller destroys; it keeps the columns alive. At most
  /// duckdb_vector_size() rows.
  base::Result<duckdb_data_chunk> Chunk(const std::vector<std::shared_ptr<arrow::Array>>& columns,
                                        std::int64_t rows);

 private:
  duckdb_connection connection_ = nullptr;
  std::shared_ptr<arrow::Schema> schema_;
  duckdb_arrow_converted_schema converted_ = nullptr;
};

/// Gives a function's answer, the first column of `chunk`, to DuckDB and destroys the chunk. Texts
/// are copied into the vector's own memory: what DuckDB puts together from several vectors
/// (COALESCE) keeps that alive, but not Arrow's buffers.
void GiveResult(duckdb_data_chunk chunk, std::int64_t rows, const arrow::DataType& type,
                duckdb_vector output);

/// A DuckDB chunk as Arrow columns of the given schema, which must say what DuckDB gives.
base::Result<std::vector<std::shared_ptr<arrow::Array>>> ToArrow(
    duckdb_arrow_options options, duckdb_data_chunk chunk,
    const std::shared_ptr<arrow::Schema>& schema);

}  // namespace millrace::processor::duckdb
