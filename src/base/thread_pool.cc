#include "base/thread_pool.h"

#include <latch>
#include <memory>

#include "base/check.h"

namespace millrace::base {

ThreadPool::ThreadPool(int threads) {
  MILLRACE_CHECK(threads > 0);
  threads_.reserve(threads);
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::Submit(std::function<void()> task) {
  {
    std::lock_guard lock(mutex_);
    MILLRACE_CHECK(!closing_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
}

Status ThreadPool::RunAll(std::vector<std::function<Status()>> tasks) {
  std::vector<Status> results(tasks.size());
  // Shared: the last task may still be inside count_down() when wait() has returned.
  auto done = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(tasks.size()));
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    Submit([&results, &tasks, done, i] {
      results[i] = tasks[i]();
      done->count_down();
    });
  }
  done->wait();
  for (Status& status : results) {
    if (!status.ok()) return status;
  }
  return Status::Ok();
}

void ThreadPool::Work() {
  while (true) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return closing_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

}  // namespace millrace::base
