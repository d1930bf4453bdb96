#pragma once

#include <memory>
#include <string>
#include <thread>

namespace millrace::clients::python_worker {

/// Carries what a child writes into a pipe on to a file of this process, line by line, and keeps the
/// last lines. Its thread ends when every holder of the pipe's other end is gone, or with this
/// object; one that hangs in a write to a full pipe, which nobody reads, is left behind.
class OutputPump {
 public:
  /// Owns `from`; `to` stays open until the end of the process. Lines that begin with `drop_prefix`
  /// (when it is not empty) are left out.
  OutputPump(int from, int to, std::string drop_prefix);
  /// Waits for the end of the pipe, about a second at most.
  ~OutputPump();
  OutputPump(const OutputPump&) = delete;
  OutputPump& operator=(const OutputPump&) = delete;

  /// The last lines, at most 20. Thread-safe.
  std::string LastLines() const;
  /// Waits until the pipe is at its end, at most a second.
  void WaitForEnd();

 private:
  class Stream;
  std::shared_ptr<Stream> stream_;  ///< Shared with the thread.
  int wake_ = -1;                   ///< The thread ends when this is closed.
  std::thread thread_;
};

}  // namespace millrace::clients::python_worker
