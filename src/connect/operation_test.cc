#include "connect/operation.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace millrace::connect {
namespace {

using std::chrono::milliseconds;

OperationOptions Reattachable() { return {.operation_id = "op", .reattachable = true}; }

Response Progress(int number) {
  Response response;
  response.mutable_execution_progress()->set_num_inflight_tasks(number);
  return response;
}

Operation::Work SendNumbers(int count) {
  return [count](Operation* operation, std::stop_token) -> Failure {
    for (int i = 0; i < count; ++i) {
      if (auto status = operation->Send(Progress(i)); !status.ok()) return status;
    }
    return {};
  };
}

std::shared_ptr<const Response> ReadOne(Operation& operation, std::int64_t stream,
                                        std::int64_t position) {
  std::shared_ptr<const Response> response;
  EXPECT_EQ(operation.Read(stream, position, milliseconds(10'000), &response),
            Operation::Next::kResponse);
  return response;
}

TEST(Operation, GivesResponsesInOrderAndSaysThatItIsComplete) {
  Response header;
  header.set_session_id("s");
  Operation operation(Reattachable(), header);
  operation.Start(SendNumbers(2));
  const auto stream = operation.Attach();
  EXPECT_EQ(ReadOne(operation, stream, 0)->execution_progress().num_inflight_tasks(), 0);
  const auto second = ReadOne(operation, stream, 1);
  EXPECT_EQ(second->execution_progress().num_inflight_tasks(), 1);
  EXPECT_EQ(second->session_id(), "s");
  EXPECT_EQ(second->operation_id(), "op");
  EXPECT_TRUE(ReadOne(operation, stream, 2)->has_result_complete());
  std::shared_ptr<const Response> response;
  EXPECT_EQ(operation.Read(stream, 3, milliseconds(10'000), &response), Operation::Next::kEnd);
  EXPECT_TRUE(operation.failure().ok());
}

TEST(Operation, WithoutReattachmentThereIsNoCompletion) {
  Operation operation({.operation_id = "op"}, {});
  operation.Start(SendNumbers(1));
  const auto stream = operation.Attach();
  ReadOne(operation, stream, 0);
  std::shared_ptr<const Response> response;
  EXPECT_EQ(operation.Read(stream, 1, milliseconds(10'000), &response), Operation::Next::kEnd);
}

TEST(Operation, GoesOnBehindAnyResponseThatWasNotReleased) {
  Operation operation(Reattachable(), {});
  operation.Start(SendNumbers(4));
  const auto first_stream = operation.Attach();
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(ReadOne(operation, first_stream, i)->response_id());
  operation.ReleaseUntil(ids[0]);

  const auto position = operation.PositionAfter(ids[1]);
  ASSERT_TRUE(position.ok());
  const auto second_stream = operation.Attach();
  EXPECT_EQ(ReadOne(operation, second_stream, *position)->response_id(), ids[2]);
  std::shared_ptr<const Response> response;
  EXPECT_EQ(operation.Read(first_stream, 3, milliseconds(0), &response),
            Operation::Next::kDisconnected);
  EXPECT_EQ(operation.PositionAfter("").status().spark_error().condition,
            "INVALID_CURSOR.POSITION_NOT_AVAILABLE");
}

TEST(Operation, AnUnknownResponseIsNoPosition) {
  Operation operation(Reattachable(), {});
  operation.Start(SendNumbers(1));
  EXPECT_EQ(operation.PositionAfter("nobody's").status().spark_error().condition,
            "INVALID_CURSOR.POSITION_NOT_FOUND");
}

TEST(Operation, AnInterruptEndsTheWorkAndIsTold) {
  Operation operation(Reattachable(), {});
  std::promise<void> running;
  operation.Start([&running](Operation*, std::stop_token stop) -> Failure {
    running.set_value();
    while (!stop.stop_requested()) std::this_thread::sleep_for(milliseconds(1));
    return {};
  });
  running.get_future().wait();
  operation.Interrupt();
  const auto stream = operation.Attach();
  std::shared_ptr<const Response> response;
  EXPECT_EQ(operation.Read(stream, 0, milliseconds(10'000), &response), Operation::Next::kEnd);
  EXPECT_EQ(operation.failure().status.spark_error().condition, "OPERATION_CANCELED");
}

TEST(Operation, WhatIsUnreadIsBounded) {
  Operation operation(Reattachable(), {});
  std::atomic<int> sent = 0;
  operation.Start([&sent](Operation* running, std::stop_token) -> Failure {
    for (int i = 0; i < 200; ++i) {
      Response response;
      response.mutable_arrow_batch()->set_data(std::string(1 << 20, 'x'));
      if (auto status = running->Send(std::move(response)); !status.ok()) return status;
      ++sent;
    }
    return {};
  });
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_LT(sent, 70);
  const auto stream = operation.Attach();
  for (int i = 0; i < 200; ++i) ReadOne(operation, stream, i);
  EXPECT_TRUE(ReadOne(operation, stream, 200)->has_result_complete());
  EXPECT_EQ(sent, 200);
}

TEST(Operation, WhatWasDroppedIsNotPassedOver) {
  Operation operation(Reattachable(), {});
  operation.Start([](Operation* running, std::stop_token) -> Failure {
    for (int i = 0; i < 60; ++i) {
      Response response;
      response.mutable_arrow_batch()->set_data(std::string(1 << 20, 'x'));
      if (auto status = running->Send(std::move(response)); !status.ok()) return status;
    }
    return {};
  });
  const auto stream = operation.Attach();
  const std::string first = ReadOne(operation, stream, 0)->response_id();
  std::string last;
  for (int i = 1; i < 50; ++i) last = ReadOne(operation, stream, i)->response_id();
  EXPECT_EQ(operation.PositionAfter(first).status().spark_error().condition,
            "INVALID_CURSOR.POSITION_NOT_FOUND");
  operation.ReleaseUntil(last);
  EXPECT_EQ(*operation.PositionAfter(last), 50);
}

TEST(Operations, AnIdIsTakenOnce) {
  Operations operations;
  const auto first = operations.Add(Reattachable(), {});
  ASSERT_TRUE(first.ok());
  (*first)->Start(SendNumbers(0));
  EXPECT_EQ(operations.Add(Reattachable(), {}).status().spark_error().condition,
            "INVALID_HANDLE.OPERATION_ALREADY_EXISTS");
  operations.Remove("op");
  EXPECT_EQ(operations.Find("op"), nullptr);
  EXPECT_TRUE(operations.PastState("op").has_value());
  EXPECT_FALSE(operations.PastState("other").has_value());
}

TEST(Operations, WhatNobodyReadsIsAbandoned) {
  Operations operations;
  const auto added = operations.Add(Reattachable(), {});
  (*added)->Start([](Operation*, std::stop_token stop) -> Failure {
    while (!stop.stop_requested()) std::this_thread::sleep_for(milliseconds(1));
    return {};
  });
  operations.RemoveAbandoned(std::chrono::hours(1));
  EXPECT_NE(operations.Find("op"), nullptr);
  operations.RemoveAbandoned(milliseconds(0));
  EXPECT_EQ(operations.Find("op"), nullptr);
  EXPECT_TRUE((*added)->interrupted());
  EXPECT_EQ(operations.Add(Reattachable(), {}).status().spark_error().condition,
            "INVALID_HANDLE.OPERATION_ABANDONED");
}

}  // namespace
}  // namespace millrace::connect
