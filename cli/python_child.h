#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/result.h"
#include "base/status.h"

namespace millrace::cli {

/// The Python that runs the user's program and its functions: `wanted` when it is given, else
/// PYSPARK_DRIVER_PYTHON, PYSPARK_PYTHON, python3, python; looked up in PATH. NotFound says what to
/// do.
base::Result<std::string> FindPython(const std::optional<std::string>& wanted);

/// Starts `python -c ...` that tells whether PySpark's Connect client can be imported; Wait says
/// what is missing. Started early, because it takes as long as the server's start.
class PySparkCheck {
 public:
  explicit PySparkCheck(const std::string& python);
  ~PySparkCheck();
  PySparkCheck(const PySparkCheck&) = delete;
  PySparkCheck& operator=(const PySparkCheck&) = delete;
  /// Ok, or NotFound with one sentence that says what to install.
  base::Status Wait();

 private:
  std::string python_;
  pid_t pid_ = -1;
  int output_ = -1;
};

/// Runs `python -c code arguments...` and waits. InvalidArgument with the last line of its standard
/// error when it fails.
base::Status RunPython(const std::string& python, const std::string& code,
                       const std::vector<std::string>& arguments);

/// A child process with our standard streams and our environment, changed by `environment`.
base::Result<pid_t> Spawn(const std::vector<std::string>& command,
                          const std::vector<std::pair<std::string, std::string>>& environment);

/// Waits for the child while it passes on what this process is asked to end with: SIGTERM always,
/// SIGINT when it did not come from the terminal (which told the child as well). Gives its exit
/// code, 128 + signal when one ended it. Precondition: BlockEndingSignals() was called before any
/// thread was started.
int WaitForChild(pid_t child);
void BlockEndingSignals();
/// Waits for SIGINT or SIGTERM.
void WaitForEndingSignal();

}  // namespace millrace::cli
