#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/status.h"

namespace millrace::processor::duckdb {

/// InvalidArgument as Spark would raise it; the message is "[CONDITION] text SQLSTATE: state".
base::Status SparkFailure(std::string_view exception_class, std::string_view condition,
                          std::string_view sql_state, std::map<std::string, std::string> parameters,
                          std::string_view text);

/// An exception of Java's own, which has no condition.
base::Status JavaFailure(std::string_view exception_class, std::string_view message);

}  // namespace millrace::processor::duckdb
