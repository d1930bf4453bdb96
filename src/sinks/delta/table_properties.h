#pragma once

#include <map>
#include <string>

#include "base/status.h"

namespace millrace::sinks::delta {

/// May a new table have these properties? Names without `delta.` are the user's own.
/// DELTA_UNKNOWN_CONFIGURATION for names that Delta does not know, Unsupported for those that would
/// need a feature that the table's protocol does not get here.
base::Status CheckTableProperties(const std::map<std::string, std::string>& properties);

}  // namespace millrace::sinks::delta
