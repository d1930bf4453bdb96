#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/status.h"

namespace millrace::base {

/// A fixed number of threads that run tasks in the order in which they came. Shared by all queries
/// of a session; its size is the session's `local[N]`.
class ThreadPool {
 public:
  /// Precondition: threads > 0.
  explicit ThreadPool(int threads);
  /// Runs what is queued, then joins.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return static_cast<int>(threads_.size()); }
  void Submit(std::function<void()> task);
  /// Runs all tasks on the pool and waits for them. The first failure in task order is the result;
  /// every task is run to its end whatever the others gave. Not to be called from a pool thread.
  Status RunAll(std::vector<std::function<Status()>> tasks);

 private:
  void Work();

  std::vector<std::thread> threads_;  // Constant after construction.
  std::mutex mutex_;                  // Protects what follows.
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  bool closing_ = false;
};

}  // namespace millrace::base
