#include "processor/duckdb/batch_functions.h"

#include <utility>

#include <arrow/api.h>
#include <fmt/format.h>

#include "data/arrow_schema.h"
#include "processor/duckdb/carrier.h"

namespace millrace::processor::duckdb {

base::Result<std::unique_ptr<ScalarFunction>> ScalarFunction::Register(
    duckdb_connection connection, duckdb_arrow_options options, const NativeFunction& function,
    const TimeZone& zone, std::int64_t timestamp_us, BatchErrors* errors) {
  auto made = std::make_unique<ScalarFunction>();
  made->function_ = &function;
  made->options_ = options;
  made->errors_ = errors;
  made->zone_ = zone;
  made->timestamp_us_ = timestamp_us;
  // What cannot be evaluated is found before the query starts.
  MILLRACE_ASSIGN_OR_RETURN(auto evaluator, made->Take());
  made->Return(std::move(evaluator));
  MILLRACE_ASSIGN_OR_RETURN(made->input_, CarrierSchema(function.arg_types));
  for (const DataType& type : function.arg_types) {
    MILLRACE_ASSIGN_OR_RETURN(auto arrow_type, data::ToArrowType(type));
    made->arg_types_.push_back(std::move(arrow_type));
  }
  MILLRACE_ASSIGN_OR_RETURN(auto output, CarrierSchema({function.expression->type}));
  made->result_type_ = output->field(0)->type();
  MILLRACE_RETURN_IF_ERROR(made->output_.Open(connection, std::move(output)));

  duckdb_scalar_function scalar = duckdb_create_scalar_function();
  duckdb_scalar_function_set_name(scalar, function.name.c_str());
  for (const DataType& type : function.arg_types) {
    LogicalType logical = CarrierLogicalType(type);
    duckdb_scalar_function_add_parameter(scalar, logical.type);
  }
  LogicalType result = CarrierLogicalType(function.expression->type);
  duckdb_scalar_function_set_return_type(scalar, result.type);
  duckdb_scalar_function_set_special_handling(scalar);
  if (function.is_volatile) duckdb_scalar_function_set_volatile(scalar);
  duckdb_scalar_function_set_extra_info(scalar, made.get(), nullptr);
  duckdb_scalar_function_set_function(scalar, Call);
  bool ok = duckdb_register_scalar_function(connection, scalar) == DuckDBSuccess;
  duckdb_destroy_scalar_function(&scalar);
  if (ok) return made;
  return base::Status::Internal(fmt::format("duckdb: cannot register {}", function.name));
}

base::Result<std::unique_ptr<Evaluator>> ScalarFunction::Take() {
  {
    std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto evaluator = std::move(idle_.back());
      idle_.pop_back();
      return evaluator;
    }
  }
  return Evaluator::Make(function_->expression, zone_);
}

void ScalarFunction::Return(std::unique_ptr<Evaluator> evaluator) {
  std::lock_guard lock(mutex_);
  idle_.push_back(std::move(evaluator));
}

void ScalarFunction::Call(duckdb_function_info info, duckdb_data_chunk input,
                          duckdb_vector output) {
  auto& function = *static_cast<ScalarFunction*>(duckdb_scalar_function_get_extra_info(info));
  base::Status status = function.Evaluate(input, output);
  if (status.ok()) return;
  duckdb_scalar_function_set_error(info, function.errors_->Keep(status).c_str());
}

base::Status ScalarFunction::Evaluate(duckdb_data_chunk input, duckdb_vector output) {
  const auto rows = static_cast<std::int64_t>(duckdb_data_chunk_get_size(input));
  arrow::ArrayVector args;
  if (!arg_types_.empty()) {
    MILLRACE_ASSIGN_OR_RETURN(args, ToArrow(options_, input, input_));
    for (std::size_t i = 0; i < args.size(); ++i) args[i] = Retype(args[i], arg_types_[i]);
  }
  MILLRACE_ASSIGN_OR_RETURN(auto evaluator, Take());
  auto result = evaluator->EvaluateColumn(EvalInput{args, rows, timestamp_us_});
  Return(std::move(evaluator));
  if (!result.ok()) return result.status();
  MILLRACE_ASSIGN_OR_RETURN(duckdb_data_chunk chunk,
                            output_.Chunk({Retype(*result, result_type_)}, rows));
  GiveResult(chunk, rows, *result_type_, output);
  return base::Status::Ok();
}

}  // namespace millrace::processor::duckdb
