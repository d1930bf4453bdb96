#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/status.h"

namespace millrace::clients::python_worker {

class OutputPump;

/// How a worker is started.
struct Launch {
  std::string name;    ///< For messages: "foreachBatch worker".
  std::string python;  ///< A path, or a name that is looked up in PATH.
  std::vector<std::string> arguments;
  /// Added to this process's environment.
  std::map<std::string, std::string> environment;
  /// Lines of its output that begin so are not passed on.
  std::string drop_output_prefix;
  /// Until it has connected: an interpreter's start and the import of pyspark.
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(60);
};

/// A Python process of PySpark's kind and the connection to it: it is told a port of 127.0.0.1 and a
/// secret in PYTHON_WORKER_FACTORY_PORT and _SECRET, connects, says the secret, and sends its pid.
/// What it prints reaches this process's stdout and stderr. Killed, with what it started, at the end
/// of this object. One thread at a time; a stop request ends every wait at once (Cancelled).
class WorkerProcess {
 public:
  /// Unavailable when it does not start or connect, with what it wrote to stderr.
  static base::Result<std::unique_ptr<WorkerProcess>> Start(const Launch& launch,
                                                            std::stop_token stop);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  using Deadline = std::optional<std::chrono::steady_clock::time_point>;

  /// False: the worker wrote something meanwhile, which is to be read first; the rest was not sent.
  base::Result<bool> Send(std::string_view bytes, std::stop_token stop);
  /// Exactly `size` bytes. Unavailable when the worker is gone (how it ended, its last lines) or at
  /// the deadline.
  base::Result<std::string> Receive(std::size_t size, Deadline deadline, std::stop_token stop);
  base::Result<std::int32_t> ReceiveInt(Deadline deadline, std::stop_token stop);
  /// Length and bytes.
  base::Result<std::string> ReceiveText(Deadline deadline, std::stop_token stop);

  int pid() const { return pid_; }

 private:
  WorkerProcess(std::string name, int pid, std::unique_ptr<OutputPump> out,
                std::unique_ptr<OutputPump> err);
  base::Status Accept(int listener, std::string_view secret, Deadline deadline,
                      std::stop_token stop);
  base::Result<bool> Authenticate(std::string_view secret, Deadline deadline, std::stop_token stop);
  /// Until the socket, or the listener, is ready for one of `events`; which they are.
  base::Result<short> Wait(int fd, short events, Deadline deadline, std::stop_token stop);
  /// The worker is gone: how it ended.
  base::Status Lost();
  bool Exited();

  const std::string name_;
  const int pid_;
  int socket_ = -1;
  int wake_ = -1;  ///< An eventfd that a stop request writes to.
  std::optional<int> exit_status_;
  std::unique_ptr<OutputPump> out_;
  std::unique_ptr<OutputPump> err_;
};

}  // namespace millrace::clients::python_worker
