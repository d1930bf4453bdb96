#pragma once

#include <optional>
#include <string>
#include <vector>

namespace millrace::cli {

struct SubmitArguments {
  std::optional<std::string> python;
  std::vector<std::string> conf;  ///< key=value each.
  bool quiet = false;
  std::string program;
  std::vector<std::string> arguments;
};

/// Starts the engine on a free port of the loopback address, runs the program with the user's own
/// Python, whose PySpark finds the engine by SPARK_REMOTE, and stops every query when the program
/// has ended. Gives the program's exit code, 1 when it could not be started.
int Submit(const SubmitArguments& arguments);

}  // namespace millrace::cli
