#include "clients/python_worker/output_pump.h"

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/check.h"

namespace millrace::clients::python_worker {
namespace {

constexpr std::size_t kMaxLines = 20;
constexpr std::size_t kMaxLineBytes = 64 * 1024;

void WriteAll(int to, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(to, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // Nobody reads it: the worker goes on all the same.
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

class OutputPump::Stream {
 public:
  Stream(int from, int to, int wake, std::string drop_prefix)
      : from_(from), to_(to), wake_(wake), drop_prefix_(std::move(drop_prefix)) {}
  ~Stream() {
    ::close(from_);
    ::close(wake_);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void Run();
  std::string LastLines() const;
  bool WaitForEnd(std::chrono::milliseconds timeout);

 private:
  void TakeLine(const std::string& line);

  const int from_;
  const int to_;
  const int wake_;
  const std::string drop_prefix_;
  mutable std::mutex mutex_;  // Protects what follows.
  std::condition_variable end_;
  std::deque<std::string> last_;
  bool ended_ = false;
};

std::string OutputPump::Stream::LastLines() const {
  std::lock_guard lock(mutex_);
  std::string text;
  for (const std::string& line : last_) text += line;
  return text;
}

bool OutputPump::Stream::WaitForEnd(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return end_.wait_for(lock, timeout, [this] { return ended_; });
}

void OutputPump::Stream::TakeLine(const std::string& line) {
  if (!drop_prefix_.empty() && line.starts_with(drop_prefix_)) return;
  WriteAll(to_, line);
  std::lock_guard lock(mutex_);
  last_.push_back(line);
  if (last_.size() > kMaxLines) last_.pop_front();
}

void OutputPump::Stream::Run() {
  std::string line;
  char buffer[4096];
  while (true) {
    pollfd fds[2] = {{from_, POLLIN, 0}, {wake_, POLLIN, 0}};
    if (::poll(fds, 2, -1) < 0 && errno != EINTR) break;
    if (fds[1].revents != 0) break;
    if (fds[0].revents == 0) continue;
    const ssize_t size = ::read(from_, buffer, sizeof(buffer));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    for (ssize_t i = 0; i < size; ++i) {
      line += buffer[i];
      if (buffer[i] == '\n' || line.size() == kMaxLineBytes) TakeLine(std::exchange(line, {}));
    }
  }
  if (!line.empty()) TakeLine(line);
  std::lock_guard lock(mutex_);
  ended_ = true;
  end_.notify_all();
}

OutputPump::OutputPump(int from, int to, std::string drop_prefix) {
  int wake[2];
  MILLRACE_CHECK(::pipe2(wake, O_CLOEXEC) == 0);
  wake_ = wake[1];
  stream_ = std::make_shared<Stream>(from, to, wake[0], std::move(drop_prefix));
  thread_ = std::thread([stream = stream_] { stream->Run(); });
}

OutputPump::~OutputPump() {
  // A grandchild may hold the pipe for ever.
  WaitForEnd();
  ::close(wake_);
  if (stream_->WaitForEnd(std::chrono::milliseconds(100))) {
    thread_.join();
  } else {
    thread_.detach();  // It has all that it needs, and ends when it can write.
  }
}

std::string OutputPump::LastLines() const { return stream_->LastLines(); }

void OutputPump::WaitForEnd() { stream_->WaitForEnd(std::chrono::seconds(1)); }

}  // namespace millrace::clients::python_worker
