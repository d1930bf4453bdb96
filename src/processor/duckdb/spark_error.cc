#include "processor/duckdb/spark_error.h"

#include <utility>

#include <fmt/format.h>

namespace millrace::processor::duckdb {

base::Status SparkFailure(std::string_view exception_class, std::string_view condition,
                          std::string_view sql_state, std::map<std::string, std::string> parameters,
                          std::string_view text) {
  base::SparkError error;
  error.exception_class = exception_class;
  error.condition = condition;
  error.sql_state = sql_state;
  error.parameters = std::move(parameters);
  return base::Status::InvalidArgument(
             fmt::format("[{}] {} SQLSTATE: {}", condition, text, sql_state))
      .WithSparkError(std::move(error));
}

base::Status JavaFailure(std::string_view exception_class, std::string_view message) {
  base::SparkError error;
  error.exception_class = exception_class;
  return base::Status::InvalidArgument(std::string(message)).WithSparkError(std::move(error));
}

}  // namespace millrace::processor::duckdb
