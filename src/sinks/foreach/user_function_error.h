#pragma once

#include <string>

#include "base/status.h"
#include "connector/sink.h"

namespace millrace::sinks::foreach {

/// What Spark makes of a failure in the user's function: `condition` is
/// FOREACH_USER_FUNCTION_ERROR or FOREACH_BATCH_USER_FUNCTION_ERROR. A stopped one stays as it is, and so does, as in Spark, a
/// PythonException of foreach.
base::Status UserFunctionError(const base::Status& failure, const std::string& condition);

/// Accepts what every sink without options accepts, and refuses the rest by name.
base::Status CheckNoOptions(const connector::SinkContext& context, const std::string& sink);

}  // namespace millrace::sinks::foreach
