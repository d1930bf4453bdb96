#pragma once

#include <memory>
#include <string>

#include "connect/stream_functions.h"

namespace millrace::cli {

/// Runs the functions of foreach and foreachBatch in `python`, by PySpark's own workers. Empty: the
/// Python that FindPython finds, looked up when it is needed.
std::shared_ptr<connect::StreamFunctions> MakePythonFunctions(std::string python);

}  // namespace millrace::cli
