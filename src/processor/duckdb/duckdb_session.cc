#include "processor/duckdb/duckdb_session.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include <arrow/api.h>
#include <arrow/compute/api_vector.h>
#include <duckdb.h>
#include <fmt/format.h>

#include "data/arrow_schema.h"
#include "processor/duckdb/duckdb_arrow.h"
#include "processor/duckdb/evaluator.h"

namespace millrace::processor::duckdb {

using Kind = DataType::Kind;

namespace {

// Precondition: SqlTypeName knows the type.
LogicalType MakeLogicalType(const DataType& type) {
  auto simple = [](duckdb_type id) { return LogicalType(duckdb_create_logical_type(id)); };
  switch (type.kind()) {
    case Kind::kBoolean:
      return simple(DUCKDB_TYPE_BOOLEAN);
    case Kind::kByte:
      return simple(DUCKDB_TYPE_TINYINT);
    case Kind::kShort:
      return simple(DUCKDB_TYPE_SMALLINT);
    case Kind::kInteger:
      return simple(DUCKDB_TYPE_INTEGER);
    case Kind::kLong:
      return simple(DUCKDB_TYPE_BIGINT);
    case Kind::kFloat:
      return simple(DUCKDB_TYPE_FLOAT);
    case Kind::kDouble:
      return simple(DUCKDB_TYPE_DOUBLE);
    case Kind::kDecimal:
      return LogicalType(duckdb_create_decimal_type(static_cast<std::uint8_t>(type.precision()),
                                                    static_cast<std::uint8_t>(type.scale())));
    case Kind::kBinary:
      return simple(DUCKDB_TYPE_BLOB);
    case Kind::kDate:
      return simple(DUCKDB_TYPE_DATE);
    case Kind::kTimestamp:
      return simple(DUCKDB_TYPE_TIMESTAMP_TZ);
    case Kind::kTimestampNtz:
      return simple(DUCKDB_TYPE_TIMESTAMP);
    case Kind::kArray: {
      LogicalType element = MakeLogicalType(type.elementType());
      return LogicalType(duckdb_create_list_type(element.type));
    }
    case Kind::kStruct: {
      std::vector<LogicalType> fields;
      std::vector<duckdb_logical_type> types;
      std::vector<const char*> names;
      for (const StructField& field : type.fields()) {
        fields.push_back(MakeLogicalType(field.dataType));
        names.push_back(field.name.c_str());
      }
      for (const LogicalType& field : fields) types.push_back(field.type);
      return LogicalType(duckdb_create_struct_type(types.data(), names.data(), types.size()));
    }
    default:
      return simple(DUCKDB_TYPE_VARCHAR);
  }
}

base::Result<std::shared_ptr<arrow::Schema>> SchemaOf(const std::vector<DataType>& types) {
  arrow::FieldVector fields;
  for (std::size_t i = 0; i < types.size(); ++i) {
    MILLRACE_ASSIGN_OR_RETURN(auto type, data::ToArrowType(types[i]));
    fields.push_back(arrow::field(fmt::format("c{}", i), std::move(type)));
  }
  return arrow::schema(std::move(fields));
}

}  // namespace

struct DuckDbSession::State {
  ~State() {
    if (statement != nullptr) duckdb_destroy_prepare(&statement);
    functions.clear();
    scan.reset();
    if (options != nullptr) duckdb_destroy_arrow_options(&options);
    if (connection != nullptr) duckdb_disconnect(&connection);
    if (database != nullptr) duckdb_close(&database);
  }

  /// One of our functions, as DuckDB calls it.
  struct Function {
    State* session;
    const SqlFunction* plan;
    std::unique_ptr<Evaluator> evaluator;
    std::shared_ptr<arrow::Schema> input;  ///< rid, then the SQL arguments.
    ArrowInput output;
  };

  static void Bind(duckdb_bind_info info);
  static void Init(duckdb_init_info info);
  static void Scan(duckdb_function_info info, duckdb_data_chunk output);
  static void Call(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output);

  base::Status Open(const TimeZone& zone);
  base::Status Execute(const char* sql);
  base::Status RegisterScan();
  base::Status RegisterFunction(const SqlFunction& function, const TimeZone& zone);
  base::Status BindParameters();
  base::Status BindParameter(idx_t index, const SqlParameter& parameter);
  base::Status ScanChunk(duckdb_data_chunk output);
  base::Status CallFunction(Function& function, duckdb_data_chunk input, duckdb_vector output);
  base::Result<Answer> Fetch(duckdb_result* result);

  /// Keeps the first failure; DuckDB only carries texts.
  void Fail(const base::Status& status) {
    if (error.ok()) error = status;
  }

  const SqlPlan* plan = nullptr;
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  duckdb_arrow_options options = nullptr;
  duckdb_prepared_statement statement = nullptr;
  std::unique_ptr<ArrowInput> scan;
  std::vector<std::unique_ptr<Function>> functions;
  std::shared_ptr<arrow::Schema> result_schema;
  // The batch at work.
  const std::vector<std::shared_ptr<arrow::Array>>* columns = nullptr;
  std::int64_t rows = 0;
  std::int64_t next_row = 0;
  std::int64_t timestamp_us = 0;
  std::stop_token stop;
  base::Status error;
};

void DuckDbSession::State::Bind(duckdb_bind_info info) {
  auto& state = *static_cast<State*>(duckdb_bind_get_extra_info(info));
  LogicalType rid(duckdb_create_logical_type(DUCKDB_TYPE_INTEGER));
  duckdb_bind_add_result_column(info, "rid", rid.type);
  for (std::size_t i = 0; i < state.plan->scan_columns.size(); ++i) {
    LogicalType type = MakeLogicalType(state.plan->scan_types[i]);
    std::string name = fmt::format("c{}", state.plan->scan_columns[i]);
    duckdb_bind_add_result_column(info, name.c_str(), type.type);
  }
}

void DuckDbSession::State::Init(duckdb_init_info info) {
  auto& state = *static_cast<State*>(duckdb_init_get_extra_info(info));
  state.next_row = 0;
  duckdb_init_set_max_threads(info, 1);
}

void DuckDbSession::State::Scan(duckdb_function_info info, duckdb_data_chunk output) {
  auto& state = *static_cast<State*>(duckdb_function_get_extra_info(info));
  base::Status status = state.ScanChunk(output);
  if (status.ok()) return;
  state.Fail(status);
  duckdb_function_set_error(info, status.message().c_str());
}

base::Status DuckDbSession::State::ScanChunk(duckdb_data_chunk output) {
  if (stop.stop_requested()) return base::Status::Cancelled("the query is being stopped");
  std::int64_t count =
      std::min<std::int64_t>(rows - next_row, static_cast<std::int64_t>(duckdb_vector_size()));
  if (count > 0) {
    auto* rids =
        static_cast<std::int32_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(output, 0)));
    for (std::int64_t i = 0; i < count; ++i) rids[i] = static_cast<std::int32_t>(next_row + i);
    if (!plan->scan_columns.empty()) {
      std::vector<std::shared_ptr<arrow::Array>> slices;
      for (int column : plan->scan_columns) {
        slices.push_back((*columns)[static_cast<std::size_t>(column)]->Slice(next_row, count));
      }
      MILLRACE_ASSIGN_OR_RETURN(duckdb_data_chunk chunk, scan->Chunk(slices, count));
      for (std::size_t i = 0; i < slices.size(); ++i) {
        duckdb_vector_reference_vector(duckdb_data_chunk_get_vector(output, i + 1),
                                       duckdb_data_chunk_get_vector(chunk, i));
      }
      duckdb_destroy_data_chunk(&chunk);
    }
  }
  duckdb_data_chunk_set_size(output, static_cast<idx_t>(count));
  next_row += count;
  return base::Status::Ok();
}

void DuckDbSession::State::Call(duckdb_function_info info, duckdb_data_chunk input,
                                duckdb_vector output) {
  auto& function = *static_cast<Function*>(duckdb_scalar_function_get_extra_info(info));
  base::Status status = function.session->CallFunction(function, input, output);
  if (status.ok()) return;
  function.session->Fail(status);
  duckdb_scalar_function_set_error(info, status.message().c_str());
}

namespace {

/// Rows `rows` (int32) of a column; a slice when they follow one another.
base::Result<std::shared_ptr<arrow::Array>> TakeRows(const std::shared_ptr<arrow::Array>& column,
                                                     const std::shared_ptr<arrow::Array>& rows) {
  const auto& numbers = static_cast<const arrow::Int32Array&>(*rows);
  std::int64_t count = rows->length();
  if (count == 0) return column->Slice(0, 0);
  if (numbers.Value(count - 1) - numbers.Value(0) == count - 1) {
    bool run = true;
    for (std::int64_t i = 1; run && i < count; ++i) {
      run = numbers.Value(i) == numbers.Value(i - 1) + 1;
    }
    if (run) return column->Slice(numbers.Value(0), count);
  }
  auto taken = arrow::compute::Take(*column, *rows, arrow::compute::TakeOptions::NoBoundsCheck());
  if (!taken.ok()) return data::FromArrow(taken.status());
  return *taken;
}

}  // namespace

base::Status DuckDbSession::State::CallFunction(Function& function, duckdb_data_chunk input,
                                                duckdb_vector output) {
  MILLRACE_ASSIGN_OR_RETURN(arrow::ArrayVector args, ToArrow(options, input, function.input));
  std::vector<std::shared_ptr<arrow::Array>> inputs;
  for (int column : function.plan->batch_columns) {
    MILLRACE_ASSIGN_OR_RETURN(auto taken,
                              TakeRows((*columns)[static_cast<std::size_t>(column)], args[0]));
    inputs.push_back(std::move(taken));
  }
  for (std::size_t i = 1; i < args.size(); ++i) inputs.push_back(args[i]);
  std::int64_t count = args[0]->length();
  EvalInput eval{inputs, count, timestamp_us};
  MILLRACE_ASSIGN_OR_RETURN(auto result, function.evaluator->EvaluateColumn(eval));
  MILLRACE_ASSIGN_OR_RETURN(duckdb_data_chunk chunk, function.output.Chunk({result}, count));
  GiveResult(chunk, count, *result->type(), output);
  return base::Status::Ok();
}

base::Status DuckDbSession::State::Execute(const char* sql) {
  duckdb_result result;
  bool ok = duckdb_query(connection, sql, &result) == DuckDBSuccess;
  std::string message = ok ? "" : duckdb_result_error(&result);
  duckdb_destroy_result(&result);
  if (ok) return base::Status::Ok();
  return base::Status::Internal(fmt::format("duckdb: {}: {}", sql, message));
}

base::Status DuckDbSession::State::RegisterScan() {
  MILLRACE_ASSIGN_OR_RETURN(auto schema, SchemaOf(plan->scan_types));
  scan = std::make_unique<ArrowInput>();
  if (!plan->scan_types.empty()) MILLRACE_RETURN_IF_ERROR(scan->Open(connection, schema));
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_table_function_set_name(function, "batch");
  duckdb_table_function_set_extra_info(function, this, nullptr);
  duckdb_table_function_set_bind(function, Bind);
  duckdb_table_function_set_init(function, Init);
  duckdb_table_function_set_function(function, Scan);
  bool ok = duckdb_register_table_function(connection, function) == DuckDBSuccess;
  duckdb_destroy_table_function(&function);
  return ok ? base::Status::Ok() : base::Status::Internal("duckdb: cannot register the batch");
}

base::Status DuckDbSession::State::RegisterFunction(const SqlFunction& sql, const TimeZone& zone) {
  auto made = std::make_unique<Function>();
  made->session = this;
  made->plan = &sql;
  MILLRACE_ASSIGN_OR_RETURN(made->evaluator, Evaluator::Make(sql.expression, zone));
  std::vector<DataType> inputs = {IntegerType()};
  inputs.insert(inputs.end(), sql.arg_types.begin(), sql.arg_types.end());
  MILLRACE_ASSIGN_OR_RETURN(made->input, SchemaOf(inputs));
  MILLRACE_ASSIGN_OR_RETURN(auto output, SchemaOf({sql.expression->type}));
  MILLRACE_RETURN_IF_ERROR(made->output.Open(connection, output));
  duckdb_scalar_function function = duckdb_create_scalar_function();
  duckdb_scalar_function_set_name(function, sql.name.c_str());
  for (const DataType& type : inputs) {
    LogicalType logical = MakeLogicalType(type);
    duckdb_scalar_function_add_parameter(function, logical.type);
  }
  LogicalType result = MakeLogicalType(sql.expression->type);
  duckdb_scalar_function_set_return_type(function, result.type);
  duckdb_scalar_function_set_special_handling(function);
  duckdb_scalar_function_set_extra_info(function, made.get(), nullptr);
  duckdb_scalar_function_set_function(function, Call);
  bool ok = duckdb_register_scalar_function(connection, function) == DuckDBSuccess;
  duckdb_destroy_scalar_function(&function);
  functions.push_back(std::move(made));
  if (ok) return base::Status::Ok();
  return base::Status::Internal(fmt::format("duckdb: cannot register {}", sql.name));
}

base::Status DuckDbSession::State::Open(const TimeZone& zone) {
  duckdb_config config;
  duckdb_create_config(&config);
  for (auto [name, value] : {std::pair{"threads", "1"},
                             {"memory_limit", "256MB"},
                             {"enable_external_access", "false"},
                             {"autoload_known_extensions", "false"},
                             {"autoinstall_known_extensions", "false"},
                             {"allocator_background_threads", "false"}}) {
    duckdb_set_config(config, name, value);
  }
  char* message = nullptr;
  bool ok = duckdb_open_ext(nullptr, &database, config, &message) == DuckDBSuccess;
  duckdb_destroy_config(&config);
  base::Status status = base::Status::Ok();
  if (!ok) status = base::Status::Internal(fmt::format("duckdb: {}", message ? message : "open"));
  duckdb_free(message);
  MILLRACE_RETURN_IF_ERROR(status);
  if (duckdb_connect(database, &connection) != DuckDBSuccess) {
    return base::Status::Internal("duckdb: cannot connect");
  }
  duckdb_connection_get_arrow_options(connection, &options);
  MILLRACE_RETURN_IF_ERROR(RegisterScan());
  for (const SqlFunction& function : plan->functions) {
    MILLRACE_RETURN_IF_ERROR(RegisterFunction(function, zone));
  }
  std::vector<DataType> types = {IntegerType()};
  types.insert(types.end(), plan->output_types.begin(), plan->output_types.end());
  MILLRACE_ASSIGN_OR_RETURN(result_schema, SchemaOf(types));
  if (duckdb_prepare(connection, plan->text.c_str(), &statement) != DuckDBSuccess) {
    return base::Status::Internal(
        fmt::format("duckdb: {}: {}", plan->text, duckdb_prepare_error(statement)));
  }
  return base::Status::Ok();
}

base::Status DuckDbSession::State::BindParameter(idx_t index, const SqlParameter& parameter) {
  duckdb_state bound = DuckDBError;
  std::int64_t number =
      parameter.value && parameter.value->is_int() ? parameter.value->int_value() : timestamp_us;
  switch (parameter.type.kind()) {
    case Kind::kBoolean:
      bound = duckdb_bind_boolean(statement, index, parameter.value->bool_value());
      break;
    case Kind::kByte:
    case Kind::kShort:
    case Kind::kInteger:
    case Kind::kLong:
      bound = duckdb_bind_int64(statement, index, number);
      break;
    case Kind::kFloat:
      bound =
          duckdb_bind_float(statement, index, static_cast<float>(parameter.value->double_value()));
      break;
    case Kind::kDouble:
      bound = duckdb_bind_double(statement, index, parameter.value->double_value());
      break;
    case Kind::kDecimal: {
      __int128 unscaled = parameter.value->decimal_value();
      duckdb_decimal decimal;
      decimal.width = static_cast<std::uint8_t>(parameter.type.precision());
      decimal.scale = static_cast<std::uint8_t>(parameter.type.scale());
      decimal.value.lower = static_cast<std::uint64_t>(unscaled);
      decimal.value.upper = static_cast<std::int64_t>(unscaled >> 64);
      bound = duckdb_bind_decimal(statement, index, decimal);
      break;
    }
    case Kind::kString:
      bound = duckdb_bind_varchar_length(statement, index, parameter.value->bytes().data(),
                                         parameter.value->bytes().size());
      break;
    case Kind::kBinary:
      bound = duckdb_bind_blob(statement, index, parameter.value->bytes().data(),
                               parameter.value->bytes().size());
      break;
    case Kind::kDate:
      bound = duckdb_bind_date(statement, index, {static_cast<std::int32_t>(number)});
      break;
    case Kind::kTimestamp:
      bound = duckdb_bind_timestamp_tz(statement, index, {number});
      break;
    case Kind::kTimestampNtz:
      bound = duckdb_bind_timestamp(statement, index, {number});
      break;
    default:
      break;
  }
  if (bound == DuckDBSuccess) return base::Status::Ok();
  return base::Status::Internal(
      fmt::format("duckdb: cannot bind a constant of type {}", parameter.type.sql()));
}

base::Status DuckDbSession::State::BindParameters() {
  for (std::size_t i = 0; i < plan->parameters.size(); ++i) {
    MILLRACE_RETURN_IF_ERROR(BindParameter(i + 1, plan->parameters[i]));
  }
  return base::Status::Ok();
}

base::Result<DuckDbSession::Answer> DuckDbSession::State::Fetch(duckdb_result* result) {
  std::vector<arrow::ArrayVector> parts(plan->output_types.size() + 1);
  while (duckdb_data_chunk chunk = duckdb_fetch_chunk(*result)) {
    auto columns = ToArrow(options, chunk, result_schema);
    duckdb_destroy_data_chunk(&chunk);
    if (!columns.ok()) return columns.status();
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i].push_back((*columns)[i]);
  }
  Answer answer;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::shared_ptr<arrow::Array> whole;
    if (parts[i].empty()) {
      auto empty = arrow::MakeEmptyArray(result_schema->field(static_cast<int>(i))->type());
      if (!empty.ok()) return data::FromArrow(empty.status());
      whole = *empty;
    } else {
      auto joined = arrow::Concatenate(parts[i]);
      if (!joined.ok()) return data::FromArrow(joined.status());
      whole = *joined;
    }
    if (i == 0) {
      answer.rows = std::move(whole);
    } else {
      answer.columns.push_back(std::move(whole));
    }
  }
  return answer;
}

DuckDbSession::DuckDbSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
DuckDbSession::~DuckDbSession() = default;

base::Result<std::unique_ptr<DuckDbSession>> DuckDbSession::Open(const SqlPlan& plan,
                                                                 const TimeZone& zone) {
  auto state = std::make_unique<State>();
  state->plan = &plan;
  MILLRACE_RETURN_IF_ERROR(state->Open(zone));
  return std::unique_ptr<DuckDbSession>(new DuckDbSession(std::move(state)));
}

base::Result<DuckDbSession::Answer> DuckDbSession::Run(
    const std::vector<std::shared_ptr<arrow::Array>>& columns, std::int64_t rows,
    std::int64_t timestamp_us, std::stop_token stop) {
  State& state = *state_;
  state.columns = &columns;
  state.rows = rows;
  state.timestamp_us = timestamp_us;
  state.stop = std::move(stop);
  state.error = base::Status::Ok();
  MILLRACE_RETURN_IF_ERROR(state.BindParameters());
  duckdb_result result;
  bool ok = duckdb_execute_prepared(state.statement, &result) == DuckDBSuccess;
  std::string message = ok ? "" : duckdb_result_error(&result);
  base::Result<Answer> answer = base::Status::Internal("duckdb: " + message);
  if (ok) answer = state.Fetch(&result);
  duckdb_destroy_result(&result);
  state.columns = nullptr;
  if (!state.error.ok()) return state.error;
  return answer;
}

}  // namespace millrace::processor::duckdb
