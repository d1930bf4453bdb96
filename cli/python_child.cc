#include "python_child.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace millrace::cli {
namespace {

constexpr const char* kCheck =
    "import importlib.util as u\n"
    "missing = [m for m in ('pyspark', 'grpc', 'grpc_status', 'google.protobuf', 'pandas', "
    "'pyarrow', 'zstandard') if not (u.find_spec(m.split('.')[0]) and u.find_spec(m))]\n"
    "if missing: print(' '.join(missing))\n";

bool IsProgram(const std::string& path) { return access(path.c_str(), X_OK) == 0; }

std::optional<std::string> InPath(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    return IsProgram(name) ? std::optional(name) : std::nullopt;
  }
  const char* variable = std::getenv("PATH");
  std::string_view rest = variable == nullptr ? "" : variable;
  while (!rest.empty()) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    const std::string path = std::string(rest.substr(0, colon)) + "/" + name;
    if (colon > 0 && IsProgram(path)) return path;
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return std::nullopt;
}

sigset_t EndingSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  return set;
}

/// A child and the end of a pipe to read from.
struct Reading {
  pid_t pid = -1;
  int output = -1;
};

/// What it writes to `stream` goes into the pipe; what it writes to the other one is dropped.
Reading SpawnAndRead(std::vector<std::string> command, int stream) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {};
  const int other = stream == STDOUT_FILENO ? STDERR_FILENO : STDOUT_FILENO;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], stream);
  posix_spawn_file_actions_addopen(&actions, other, "/dev/null", O_WRONLY, 0);
  std::vector<char*> arguments;
  for (std::string& part : command) arguments.push_back(part.data());
  arguments.push_back(nullptr);
  Reading child{-1, ends[0]};
  if (posix_spawn(&child.pid, arguments[0], &actions, nullptr, arguments.data(), environ) != 0) {
    child.pid = -1;
  }
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  return child;
}

/// To the end, without the last line breaks.
std::string ReadAll(int output) {
  std::string text;
  char buffer[512];
  ssize_t count = 0;
  while (output >= 0 && (count = read(output, buffer, sizeof buffer)) != 0) {
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    text.append(buffer, static_cast<std::size_t>(count));
  }
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

/// Waits for it.
bool EndedWell(pid_t pid) {
  int status = 0;
  if (pid <= 0 || waitpid(pid, &status, 0) != pid) return false;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

base::Status RunPython(const std::string& python, const std::string& code,
                       const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {python, "-c", code};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const Reading child = SpawnAndRead(std::move(command), STDERR_FILENO);
  const std::string errors = ReadAll(child.output);
  if (child.output >= 0) close(child.output);
  if (EndedWell(child.pid)) return base::Status::Ok();
  return base::Status::InvalidArgument(errors.substr(errors.rfind('\n') + 1));
}

base::Result<std::string> FindPython(const std::optional<std::string>& wanted) {
  std::vector<std::string> names;
  if (wanted) {
    names = {*wanted};
  } else {
    for (const char* variable : {"PYSPARK_DRIVER_PYTHON", "PYSPARK_PYTHON"}) {
      if (const char* name = std::getenv(variable); name != nullptr && *name != '\0') {
        names.emplace_back(name);
      }
    }
    names.insert(names.end(), {"python3", "python"});
  }
  for (const std::string& name : names) {
    if (auto path = InPath(name)) return *path;
    if (wanted) break;
  }
  return base::Status::NotFound(fmt::format(
      "there is no Python program \"{}\" here; name yours with --python or PYSPARK_PYTHON.",
      names.front()));
}

PySparkCheck::PySparkCheck(const std::string& python) : python_(python) {
  // -S would be faster, and would not see what the user installed.
  const Reading child = SpawnAndRead({python, "-c", kCheck}, STDOUT_FILENO);
  pid_ = child.pid;
  output_ = child.output;
}

PySparkCheck::~PySparkCheck() {
  if (output_ >= 0) close(output_);
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

base::Status PySparkCheck::Wait() {
  const std::string missing = ReadAll(output_);
  const bool started = EndedWell(std::exchange(pid_, -1));
  if (!started) return base::Status::NotFound(fmt::format("{} does not run.", python_));
  if (missing.empty()) return base::Status::Ok();
  return base::Status::NotFound(
      fmt::format("{} has no PySpark (missing: {}); install it with: {} -m pip install "
                  "pyspark-client",
                  python_, missing, python_));
}

base::Result<pid_t> Spawn(const std::vector<std::string>& command,
                          const std::vector<std::pair<std::string, std::string>>& environment) {
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    bool replaced = false;
    for (const auto& [name, value] : environment) {
      replaced = replaced || (text.starts_with(name) && text.size() > name.size() &&
                              text[name.size()] == '=');
    }
    if (!replaced) variables.emplace_back(text);
  }
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  std::vector<char*> arguments;
  for (const std::string& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
  arguments.push_back(nullptr);
  std::vector<char*> entries;
  for (const std::string& entry : variables) entries.push_back(const_cast<char*>(entry.c_str()));
  entries.push_back(nullptr);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  const sigset_t ending = EndingSignals();
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &ending);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, command[0].c_str(), nullptr, &attributes, arguments.data(),
                                entries.data());
  posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    return base::Status::Unavailable(
        fmt::format("{} cannot be started: {}", command[0], std::strerror(error)));
  }
  return pid;
}

void BlockEndingSignals() {
  sigset_t set = EndingSignals();
  sigaddset(&set, SIGCHLD);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void WaitForEndingSignal() {
  const sigset_t set = EndingSignals();
  int signal = 0;
  sigwait(&set, &signal);
}

int WaitForChild(pid_t child) {
  sigset_t set = EndingSignals();
  sigaddset(&set, SIGCHLD);
  while (true) {
    int status = 0;
    const pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child || (ended < 0 && errno == ECHILD)) {
      if (WIFSIGNALED(status)) return 128 + WTERMSIG(status);
      return WEXITSTATUS(status);
    }
    siginfo_t info;
    const int signal = sigwaitinfo(&set, &info);
    const bool from_terminal = info.si_code == SI_KERNEL;
    if (signal == SIGTERM || signal == SIGHUP || (signal == SIGINT && !from_terminal)) {
      kill(child, signal);
    }
  }
}

}  // namespace millrace::cli
