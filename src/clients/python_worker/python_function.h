#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace millrace::clients::python_worker {

/// A function that a PySpark client pickled (python_function of Spark Connect's messages).
struct PythonFunction {
  std::string command;         ///< Pickled bytes.
  std::string python_version;  ///< "3.11": the client's, which the worker must have too.
  /// The interpreter that runs it: has the pyspark or pyspark-client package, 4.0 or newer.
  std::string python = "python3";
  /// Where files lie that the client uploaded for it; empty: none did. It is on the worker's path,
  /// and so are `includes` (zip files and modules) in it.
  std::string files_directory;
  std::vector<std::string> includes;
};

/// What Spark raises for an exception of the user's function: PythonException with the traceback.
base::Status PythonFailure(std::string_view message, std::string_view traceback);

}  // namespace millrace::clients::python_worker
