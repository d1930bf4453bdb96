#include "base/thread_pool.h"

#include <atomic>
#include <latch>
#include <set>

#include <gtest/gtest.h>

namespace millrace::base {
namespace {

TEST(ThreadPoolTest, RunsEveryTask) {
  ThreadPool pool(3);
  std::atomic<int> sum = 0;
  std::vector<std::function<Status()>> tasks;
  for (int i = 1; i <= 100; ++i) {
    tasks.push_back([&sum, i] {
      sum += i;
      return Status::Ok();
    });
  }
  EXPECT_TRUE(pool.RunAll(std::move(tasks)).ok());
  EXPECT_EQ(sum, 5050);
}

TEST(ThreadPoolTest, GivesTheFirstFailureInTaskOrderAndRunsTheRest) {
  ThreadPool pool(2);
  std::atomic<int> runs = 0;
  std::latch later_failed(1);
  std::vector<std::function<Status()>> tasks;
  tasks.push_back([&] {
    ++runs;
    return Status::Ok();
  });
  tasks.push_back([&] {
    later_failed.wait();  // Task 2 fails before this one does.
    ++runs;
    return Status::Conflict("first in order");
  });
  tasks.push_back([&] {
    ++runs;
    later_failed.count_down();
    return Status::NotFound("first in time");
  });
  tasks.push_back([&] {
    ++runs;
    return Status::Ok();
  });
  const Status status = pool.RunAll(std::move(tasks));
  EXPECT_EQ(status.code(), StatusCode::kConflict);
  EXPECT_EQ(status.message(), "first in order");
  EXPECT_EQ(runs, 4);
}

TEST(ThreadPoolTest, TasksRunAtTheSameTime) {
  ThreadPool pool(2);
  EXPECT_EQ(pool.size(), 2);
  std::latch both(2);
  const auto meet = [&] {
    both.arrive_and_wait();
    return Status::Ok();
  };
  EXPECT_TRUE(pool.RunAll({meet, meet}).ok());
}

TEST(ThreadPoolTest, OneThreadKeepsTheOrder) {
  std::vector<int> order;
  {
    ThreadPool pool(1);
    for (int i = 0; i < 10; ++i) pool.Submit([&order, i] { order.push_back(i); });
  }  // The destructor runs what is queued.
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(ThreadPoolTest, NoTasksAreNoWait) {
  ThreadPool pool(1);
  EXPECT_TRUE(pool.RunAll({}).ok());
}

}  // namespace
}  // namespace millrace::base
