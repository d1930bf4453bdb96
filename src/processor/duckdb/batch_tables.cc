#include "processor/duckdb/batch_tables.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>

#include <arrow/api.h>
#include <fmt/format.h>

#include "processor/duckdb/carrier.h"
#include "processor/duckdb/duckdb_arrow.h"

namespace millrace::processor::duckdb {
namespace {

base::Status RegisterTable(duckdb_connection connection, const std::string& name, void* extra,
                           duckdb_table_function_bind_t bind, duckdb_table_function_init_t init,
                           duckdb_table_function_init_t init_local,
                           duckdb_table_function_t read) {
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_table_function_set_name(function, name.c_str());
  duckdb_table_function_set_extra_info(function, extra, nullptr);
  duckdb_table_function_set_bind(function, bind);
  duckdb_table_function_set_init(function, init);
  duckdb_table_function_set_local_init(function, init_local);
  duckdb_table_function_set_function(function, read);
  duckdb_table_function_supports_projection_pushdown(function, true);
  bool ok = duckdb_register_table_function(connection, function) == DuckDBSuccess;
  duckdb_destroy_table_function(&function);
  if (ok) return base::Status::Ok();
  return base::Status::Internal(fmt::format("duckdb: cannot register {}", name));
}

template <typename T>
void Delete(void* pointer) {
  delete static_cast<T*>(pointer);
}

}  // namespace

/// One reading of the table.
struct ScanFunction::Shared {
  std::atomic<int> next_partition = 0;
  /// The columns that are read, ascending, and for each column of the output its place in them;
  /// -1: nobody looks at it.
  std::vector<int> columns;
  std::vector<int> places;
  std::vector<std::shared_ptr<arrow::DataType>> carriers;
  ArrowInput input;
};

/// One thread of it.
struct ScanFunction::Local {
  std::unique_ptr<RowStream> stream;
  std::shared_ptr<arrow::RecordBatch> batch;
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  std::int64_t next_row = 0;
  bool finished = false;
};

base::Result<std::unique_ptr<ScanFunction>> ScanFunction::Register(
    duckdb_connection connection, const NativeScan& scan, std::shared_ptr<InputTable> table,
    int threads, std::stop_token stop, BatchErrors* errors) {
  auto made = std::make_unique<ScanFunction>();
  made->scan_ = &scan;
  made->table_ = std::move(table);
  made->threads_ = threads;
  made->stop_ = std::move(stop);
  made->errors_ = errors;
  made->connection_ = connection;
  MILLRACE_RETURN_IF_ERROR(
      RegisterTable(connection, scan.name, made.get(), Bind, Init, InitLocal, Read));
  return made;
}

void ScanFunction::Bind(duckdb_bind_info info) {
  const auto& self = *static_cast<ScanFunction*>(duckdb_bind_get_extra_info(info));
  for (std::size_t i = 0; i < self.scan_->types.size(); ++i) {
    LogicalType type = CarrierLogicalType(self.scan_->types[i]);
    duckdb_bind_add_result_column(info, fmt::format("c{}", i).c_str(), type.type);
  }
  if (self.scan_->types.empty()) {
    LogicalType type(duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN));
    duckdb_bind_add_result_column(info, "nothing", type.type);
  }
  const std::int64_t rows = self.table_->row_count();
  if (rows >= 0) duckdb_bind_set_cardinality(info, static_cast<idx_t>(rows), true);
}

void ScanFunction::Init(duckdb_init_info info) {
  auto& self = *static_cast<ScanFunction*>(duckdb_init_get_extra_info(info));
  auto shared = std::make_unique<Shared>();
  std::vector<int> wanted;
  for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i) {
    const idx_t column = duckdb_init_get_column_index(info, i);
    wanted.push_back(column < self.scan_->types.size() ? static_cast<int>(column) : -1);
  }
  for (int column : wanted) {
    if (column >= 0) shared->columns.push_back(column);
  }
  std::sort(shared->columns.begin(), shared->columns.end());
  shared->columns.erase(std::unique(shared->columns.begin(), shared->columns.end()),
                        shared->columns.end());
  for (int column : wanted) {
    const auto place = std::find(shared->columns.begin(), shared->columns.end(), column);
    shared->places.push_back(
        place == shared->columns.end() ? -1 : static_cast<int>(place - shared->columns.begin()));
  }
  std::vector<DataType> types;
  for (int column : shared->columns) types.push_back(self.scan_->types[static_cast<std::size_t>(column)]);
  auto schema = CarrierSchema(types);
  base::Status status = schema.status();
  if (status.ok()) {
    for (const auto& field : (*schema)->fields()) shared->carriers.push_back(field->type());
    if (!types.empty()) status = shared->input.Open(self.connection_, *schema);
  }
  if (!status.ok()) return duckdb_init_set_error(info, self.errors_->Keep(status).c_str());
  duckdb_init_set_max_threads(
      info, static_cast<idx_t>(std::clamp(self.table_->partitions(), 1, self.threads_)));
  duckdb_init_set_init_data(info, shared.release(), Delete<Shared>);
}

void ScanFunction::InitLocal(duckdb_init_info info) {
  duckdb_init_set_init_data(info, new Local, Delete<Local>);
}

void ScanFunction::Read(duckdb_function_info info, duckdb_data_chunk output) {
  auto& self = *static_cast<ScanFunction*>(duckdb_function_get_extra_info(info));
  auto* shared = static_cast<Shared*>(duckdb_function_get_init_data(info));
  auto* local = static_cast<Local*>(duckdb_function_get_local_init_data(info));
  base::Status status = self.Fill(shared, local, output);
  if (!status.ok()) duckdb_function_set_error(info, self.errors_->Keep(status).c_str());
}

base::Status ScanFunction::NextBatch(Shared* shared, Local* local) {
  local->batch.reset();
  while (local->batch == nullptr || local->batch->num_rows() == 0) {
    if (stop_.stop_requested()) return base::Status::Cancelled("the query is being stopped");
    if (local->stream == nullptr) {
      const int partition = shared->next_partition++;
      if (partition >= table_->partitions()) {
        local->finished = true;
        local->batch.reset();
        return base::Status::Ok();
      }
      MILLRACE_ASSIGN_OR_RETURN(local->stream, table_->Open(partition, shared->columns, stop_));
    }
    MILLRACE_ASSIGN_OR_RETURN(local->batch, local->stream->Next());
    if (local->batch == nullptr) local->stream.reset();
  }
  local->next_row = 0;
  local->arrays.clear();
  for (std::size_t i = 0; i < shared->carriers.size(); ++i) {
    local->arrays.push_back(
        Retype(local->batch->column(static_cast<int>(i)), shared->carriers[i]));
  }
  return base::Status::Ok();
}

base::Status ScanFunction::Fill(Shared* shared, Local* local, duckdb_data_chunk output) {
  if (!local->finished &&
      (local->batch == nullptr || local->next_row == local->batch->num_rows())) {
    MILLRACE_RETURN_IF_ERROR(NextBatch(shared, local));
  }
  if (local->finished) {
    duckdb_data_chunk_set_size(output, 0);
    return base::Status::Ok();
  }
  const std::int64_t count =
      std::min<std::int64_t>(local->batch->num_rows() - local->next_row,
                             static_cast<std::int64_t>(duckdb_vector_size()));
  if (!local->arrays.empty()) {
    std::vector<std::shared_ptr<arrow::Array>> slices;
    for (const auto& array : local->arrays) slices.push_back(array->Slice(local->next_row, count));
    MILLRACE_ASSIGN_OR_RETURN(duckdb_data_chunk chunk, shared->input.Chunk(slices, count));
    for (std::size_t i = 0; i < shared->places.size(); ++i) {
      if (shared->places[i] < 0) continue;
      duckdb_vector_reference_vector(
          duckdb_data_chunk_get_vector(output, i),
          duckdb_data_chunk_get_vector(chunk, static_cast<idx_t>(shared->places[i])));
    }
    duckdb_destroy_data_chunk(&chunk);
  }
  duckdb_data_chunk_set_size(output, static_cast<idx_t>(count));
  local->next_row += count;
  return base::Status::Ok();
}

struct RangeFunction::Shared {
  std::atomic<std::int64_t> next = 0;
};

struct RangeFunction::Local {
  std::int64_t next = 0;
  std::int64_t end = 0;
};

base::Result<std::unique_ptr<RangeFunction>> RangeFunction::Register(duckdb_connection connection,
                                                                     const NativeRange& range,
                                                                     int threads) {
  auto made = std::make_unique<RangeFunction>();
  made->range_ = range;
  made->threads_ = threads;
  MILLRACE_RETURN_IF_ERROR(
      RegisterTable(connection, range.name, made.get(), Bind, Init, InitLocal, Read));
  return made;
}

void RangeFunction::Bind(duckdb_bind_info info) {
  const auto& self = *static_cast<RangeFunction*>(duckdb_bind_get_extra_info(info));
  LogicalType type(duckdb_create_logical_type(DUCKDB_TYPE_BIGINT));
  duckdb_bind_add_result_column(info, "c0", type.type);
  duckdb_bind_set_cardinality(info, static_cast<idx_t>(self.range_.count), true);
}

void RangeFunction::Init(duckdb_init_info info) {
  const auto& self = *static_cast<RangeFunction*>(duckdb_init_get_extra_info(info));
  duckdb_init_set_max_threads(info, static_cast<idx_t>(std::max(1, self.threads_)));
  duckdb_init_set_init_data(info, new Shared, Delete<Shared>);
}

void RangeFunction::InitLocal(duckdb_init_info info) {
  duckdb_init_set_init_data(info, new Local, Delete<Local>);
}

void RangeFunction::Read(duckdb_function_info info, duckdb_data_chunk output) {
  // Threads take this many values at a time.
  constexpr std::int64_t kPiece = 131'072;
  const auto& self = *static_cast<RangeFunction*>(duckdb_function_get_extra_info(info));
  auto* shared = static_cast<Shared*>(duckdb_function_get_init_data(info));
  auto* local = static_cast<Local*>(duckdb_function_get_local_init_data(info));
  if (local->next == local->end) {
    local->next = std::min(shared->next.fetch_add(kPiece), self.range_.count);
    local->end = std::min(local->next + kPiece, self.range_.count);
  }
  const std::int64_t count = std::min<std::int64_t>(local->end - local->next,
                                                    static_cast<std::int64_t>(duckdb_vector_size()));
  auto* values =
      static_cast<std::int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(output, 0)));
  // Unsigned: the value behind the last one may not be there.
  auto value = static_cast<std::uint64_t>(self.range_.start) +
               static_cast<std::uint64_t>(self.range_.step) * static_cast<std::uint64_t>(local->next);
  for (std::int64_t i = 0; i < count; ++i) {
    values[i] = static_cast<std::int64_t>(value);
    value += static_cast<std::uint64_t>(self.range_.step);
  }
  local->next += count;
  duckdb_data_chunk_set_size(output, static_cast<idx_t>(count));
}

}  // namespace millrace::processor::duckdb
