#include "base/spark_message.h"

namespace millrace::base {

std::string SparkMessage(const Status& status) {
  const SparkError& error = status.spark_error();
  if (error.condition.empty() || error.sql_state.empty()) return status.message();
  const std::string shown = "[" + error.condition + "]";
  if (status.message().find(shown) != std::string::npos) return status.message();
  return shown + " " + status.message() + " SQLSTATE: " + error.sql_state;
}

}  // namespace millrace::base
