#include "clients/python_worker/worker_process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <random>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clients/python_worker/frames.h"
#include "clients/python_worker/output_pump.h"

extern char** environ;

namespace millrace::clients::python_worker {
namespace {

using base::Result;
using base::Status;
using std::chrono::steady_clock;

/// No traceback and no text of a user is longer.
constexpr std::int32_t kMaxTextBytes = 256 * 1024 * 1024;

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

Status SystemError(std::string_view what) {
  return Status::Unavailable(fmt::format("{}: {}", what, std::strerror(errno)));
}

std::string NewSecret() {
  std::random_device device;
  std::string secret;
  for (int i = 0; i < 8; ++i) secret += fmt::format("{:08x}", device());
  return secret;
}

/// Listens at a port of its own of 127.0.0.1.
Result<int> Listen(int* port) {
  Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (listener.get() < 0) return SystemError("python worker: socket");
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof(address);
  if (::bind(listener.get(), generic, size) != 0 || ::listen(listener.get(), 4) != 0 ||
      ::getsockname(listener.get(), generic, &size) != 0) {
    return SystemError("python worker: listening on 127.0.0.1");
  }
  *port = ntohs(address.sin_port);
  return listener.Release();
}

/// This process's environment with `added`, as NAME=value.
std::vector<std::string> Environment(std::map<std::string, std::string> added) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string name(text.substr(0, text.find('=')));
    // What would send the worker elsewhere.
    if (name == "PYTHON_WORKER_FACTORY_SOCK_PATH" || name == "SPARK_REMOTE" ||
        name == "SPARK_LOCAL_REMOTE" || added.contains(name)) {
      continue;
    }
    environment.emplace_back(text);
  }
  for (const auto& [name, value] : added) environment.push_back(name + "=" + value);
  return environment;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Starts the process; its stdout and stderr go into the given ends of pipes.
Result<int> Spawn(const Launch& launch, std::map<std::string, std::string> environment, int out,
                  int err) {
  std::vector<std::string> arguments = {launch.python};
  arguments.insert(arguments.end(), launch.arguments.begin(), launch.arguments.end());
  std::vector<std::string> variables = Environment(std::move(environment));
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out, 1);
  ::posix_spawn_file_actions_adddup2(&actions, err, 2);
  // A group of its own, so that what it starts is killed with it; signals as Python expects them.
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, launch.python.c_str(), &actions, &attributes,
                                   Pointers(arguments).data(), Pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    return Status::Unavailable(fmt::format("{}: cannot start {}: {}", launch.name, launch.python,
                                           std::strerror(error)));
  }
  return static_cast<int>(pid);
}

}  // namespace

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::Start(const Launch& launch,
                                                            std::stop_token stop) {
  int port = 0;
  MILLRACE_ASSIGN_OR_RETURN(const int listener_fd, Listen(&port));
  const Fd listener(listener_fd);
  int out[2];
  int err[2];
  if (::pipe2(out, O_CLOEXEC) != 0) return SystemError("python worker: pipe");
  Fd out_read(out[0]);
  Fd out_write(out[1]);
  if (::pipe2(err, O_CLOEXEC) != 0) return SystemError("python worker: pipe");
  Fd err_read(err[0]);
  Fd err_write(err[1]);
  const std::string secret = NewSecret();
  std::map<std::string, std::string> environment = launch.environment;
  environment["PYTHON_WORKER_FACTORY_PORT"] = std::to_string(port);
  environment["PYTHON_WORKER_FACTORY_SECRET"] = secret;
  environment["SPARK_AUTH_SOCKET_TIMEOUT"] = "60";
  environment["SPARK_BUFFER_SIZE"] = "65536";
  environment["PYTHONUNBUFFERED"] = "YES";
  MILLRACE_ASSIGN_OR_RETURN(
      const int pid, Spawn(launch, std::move(environment), out_write.get(), err_write.get()));
  // Only the child holds the writing ends from here on, so that the pumps see its end.
  ::close(out_write.Release());
  ::close(err_write.Release());
  std::unique_ptr<WorkerProcess> worker(new WorkerProcess(
      launch.name, pid,
      std::make_unique<OutputPump>(out_read.Release(), STDOUT_FILENO, launch.drop_output_prefix),
      std::make_unique<OutputPump>(err_read.Release(), STDERR_FILENO, "")));
  const Deadline deadline = steady_clock::now() + launch.connect_timeout;
  MILLRACE_RETURN_IF_ERROR(worker->Accept(listener.get(), secret, deadline, stop));
  MILLRACE_RETURN_IF_ERROR(worker->ReceiveInt(deadline, stop).status());  // Its pid.
  return worker;
}

WorkerProcess::WorkerProcess(std::string name, int pid, std::unique_ptr<OutputPump> out,
                             std::unique_ptr<OutputPump> err)
    : name_(std::move(name)),
      pid_(pid),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      out_(std::move(out)),
      err_(std::move(err)) {}

WorkerProcess::~WorkerProcess() {
  ::kill(-pid_, SIGKILL);
  if (!exit_status_) {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  if (socket_ >= 0) ::close(socket_);
  if (wake_ >= 0) ::close(wake_);
}

Status WorkerProcess::Accept(int listener, std::string_view secret, Deadline deadline,
                             std::stop_token stop) {
  while (true) {
    // In slices: the process may end before it connects.
    const auto slice = std::min(*deadline, steady_clock::now() + std::chrono::milliseconds(50));
    MILLRACE_ASSIGN_OR_RETURN(const short ready, Wait(listener, POLLIN, slice, stop));
    if (ready == 0) {
      if (Exited()) return Lost();
      if (steady_clock::now() < *deadline) continue;
      return Status::Unavailable(fmt::format("{}: {} did not connect in time", name_, pid_));
    }
    socket_ = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket_ < 0) continue;
    const int yes = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    MILLRACE_ASSIGN_OR_RETURN(const bool ours, Authenticate(secret, deadline, stop));
    if (ours) return Status::Ok();
    ::close(std::exchange(socket_, -1));
  }
}

Result<bool> WorkerProcess::Authenticate(std::string_view secret, Deadline deadline,
                                         std::stop_token stop) {
  MILLRACE_ASSIGN_OR_RETURN(const std::int32_t size, ReceiveInt(deadline, stop));
  bool ours = size == static_cast<std::int32_t>(secret.size());
  if (ours) {
    MILLRACE_ASSIGN_OR_RETURN(const std::string said, Receive(secret.size(), deadline, stop));
    ours = said == secret;
  }
  std::string answer;
  AppendText(&answer, ours ? "ok" : "err");
  MILLRACE_RETURN_IF_ERROR(Send(answer, stop).status());
  return ours;
}

Result<short> WorkerProcess::Wait(int fd, short events, Deadline deadline, std::stop_token stop) {
  const std::stop_callback wake(stop, [this] {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof(one));
  });
  while (true) {
    if (stop.stop_requested()) return Status::Cancelled(name_ + ": stopped");
    int timeout = -1;
    if (deadline) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - steady_clock::now());
      timeout = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1 << 30));
    }
    pollfd fds[2] = {{fd, events, 0}, {wake_, POLLIN, 0}};
    const int ready = ::poll(fds, 2, timeout);
    if (ready < 0 && errno != EINTR) return SystemError(name_ + ": poll");
    if (ready > 0 && fds[0].revents != 0) return fds[0].revents;
    if (ready == 0) return short{0};
  }
}

Result<bool> WorkerProcess::Send(std::string_view bytes, std::stop_token stop) {
  while (!bytes.empty()) {
    MILLRACE_ASSIGN_OR_RETURN(const short ready, Wait(socket_, POLLIN | POLLOUT, {}, stop));
    // What it says unasked is an error, and it may have stopped reading.
    if ((ready & POLLIN) != 0) return false;
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (sent < 0) return Lost();
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

Result<std::string> WorkerProcess::Receive(std::size_t size, Deadline deadline,
                                           std::stop_token stop) {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    MILLRACE_ASSIGN_OR_RETURN(const short ready, Wait(socket_, POLLIN, deadline, stop));
    if (ready == 0) {
      return Status::Unavailable(fmt::format("{}: {} did not answer in time", name_, pid_));
    }
    const ssize_t got = ::recv(socket_, bytes.data() + have, size - have, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got <= 0) return Lost();
    have += static_cast<std::size_t>(got);
  }
  return bytes;
}

Result<std::int32_t> WorkerProcess::ReceiveInt(Deadline deadline, std::stop_token stop) {
  MILLRACE_ASSIGN_OR_RETURN(const std::string bytes, Receive(4, deadline, stop));
  return DecodeInt(bytes);
}

Result<std::string> WorkerProcess::ReceiveText(Deadline deadline, std::stop_token stop) {
  MILLRACE_ASSIGN_OR_RETURN(const std::int32_t size, ReceiveInt(deadline, stop));
  if (size < 0 || size > kMaxTextBytes) {
    return Status::Unavailable(fmt::format("{}: {} sent a text of {} bytes", name_, pid_, size));
  }
  return Receive(static_cast<std::size_t>(size), deadline, stop);
}

bool WorkerProcess::Exited() {
  int status = 0;
  if (!exit_status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) exit_status_ = status;
  return exit_status_.has_value();
}

Status WorkerProcess::Lost() {
  for (int i = 0; i < 200 && !Exited(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  std::string how = "closed its connection";
  if (exit_status_ && WIFEXITED(*exit_status_)) {
    how = fmt::format("ended with exit status {}", WEXITSTATUS(*exit_status_));
  } else if (exit_status_ && WIFSIGNALED(*exit_status_)) {
    how = fmt::format("was killed by signal {} ({})", WTERMSIG(*exit_status_),
                      ::strsignal(WTERMSIG(*exit_status_)));
  }
  if (exit_status_) err_->WaitForEnd();
  const std::string lines = err_->LastLines();
  return Status::Unavailable(fmt::format("{}: process {} {}{}{}", name_, pid_, how,
                                         lines.empty() ? "" : "; it wrote:\n", lines));
}

}  // namespace millrace::clients::python_worker
