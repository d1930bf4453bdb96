#include "connect/execution_progress.h"

#include <gtest/gtest.h>

#include <vector>

namespace millrace::connect {
namespace {

using std::chrono::milliseconds;

std::vector<std::shared_ptr<const Response>> ResponsesOf(Operation& operation) {
  std::vector<std::shared_ptr<const Response>> responses;
  const std::int64_t stream = operation.Attach();
  while (true) {
    std::shared_ptr<const Response> response;
    const auto position = static_cast<std::int64_t>(responses.size());
    switch (operation.Read(stream, position, milliseconds(1000), &response)) {
      case Operation::Next::kResponse:
        responses.push_back(std::move(response));
        break;
      case Operation::Next::kWait:
        break;
      default:
        return responses;
    }
  }
}

Failure RunFor(milliseconds time, milliseconds interval, Operation* operation) {
  ProgressReporter progress(operation, interval);
  std::this_thread::sleep_for(time);
  return progress.Finish();
}

TEST(ProgressReporter, TellsThatItRunsAndThatItIsDone) {
  Operation operation({.operation_id = "1"}, {});
  operation.Start([](Operation* running, std::stop_token) {
    return RunFor(milliseconds(300), milliseconds(50), running);
  });
  const auto responses = ResponsesOf(operation);
  ASSERT_GE(responses.size(), 2U);
  EXPECT_TRUE(operation.failure().ok());
  for (std::size_t i = 0; i < responses.size(); ++i) {
    const bool last = i + 1 == responses.size();
    const auto& progress = responses[i]->execution_progress();
    EXPECT_EQ(progress.num_inflight_tasks(), last ? 0 : 1);
    ASSERT_EQ(progress.stages_size(), 1);
    EXPECT_EQ(progress.stages(0).done(), last);
    EXPECT_EQ(progress.stages(0).num_completed_tasks(), last ? 1 : 0);
  }
}

TEST(ProgressReporter, IsSilentAboutWhatIsSoonDone) {
  Operation operation({.operation_id = "1"}, {});
  operation.Start([](Operation* running, std::stop_token) {
    return RunFor(milliseconds(1), std::chrono::hours(1), running);
  });
  EXPECT_TRUE(ResponsesOf(operation).empty());
}

}  // namespace
}  // namespace millrace::connect
