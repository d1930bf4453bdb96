#include "submit.h"

#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "connect/authentication.h"
#include "connect/server.h"
#include "progress_view.h"
#include "python_child.h"
#include "python_functions.h"
#include "session/running_query.h"

namespace millrace::cli {
namespace {

int Fail(const base::Status& status) {
  std::fprintf(stderr, "millrace submit: %s\n", status.message().c_str());
  return 1;
}

base::Status CheckProgram(const std::string& program) {
  struct stat info;
  if (stat(program.c_str(), &info) != 0) {
    return base::Status::NotFound(fmt::format("there is no file {}", program));
  }
  if (!S_ISREG(info.st_mode)) {
    return base::Status::InvalidArgument(fmt::format("{} is not a file", program));
  }
  return base::Status::Ok();
}

}  // namespace

int Submit(const SubmitArguments& arguments) {
  if (auto status = CheckProgram(arguments.program); !status.ok()) return Fail(status);
  auto python = FindPython(arguments.python);
  if (!python.ok()) return Fail(python.status());
  PySparkCheck check(*python);

  base::SetLogLevel(base::LogLevel::kWarn);  // The view tells how the queries get on.
  connect::ServerOptions options;
  options.port = 0;
  options.token = connect::NewToken();
  options.python = *python;
  options.functions = MakePythonFunctions(*python);
  for (const std::string& setting : arguments.conf) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos) {
      return Fail(base::Status::InvalidArgument(
          fmt::format("--conf {}: write it as key=value", setting)));
    }
    options.conf.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  if (!arguments.quiet && isatty(STDERR_FILENO)) {
    session::AddProcessListener(std::make_shared<ProgressView>());
  }
  auto server = connect::Server::Start(std::move(options));
  if (!server.ok()) return Fail(server.status());
  if (auto status = check.Wait(); !status.ok()) return Fail(status);

  std::vector<std::string> command = {*python, arguments.program};
  command.insert(command.end(), arguments.arguments.begin(), arguments.arguments.end());
  auto child = Spawn(command, {{"SPARK_REMOTE", (*server)->url()}, {"PYSPARK_PYTHON", *python}});
  if (!child.ok()) return Fail(child.status());
  const int code = WaitForChild(*child);
  (*server)->Shutdown();
  return code;
}

}  // namespace millrace::cli
