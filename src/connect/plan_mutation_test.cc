// Plans that PySpark sent, damaged in ten thousand ways: each is answered, soon and with little
// memory.
//
// MILLRACE_MUTATIONS=n makes so many, MILLRACE_MUTATION_SEED=n others, MILLRACE_MUTATION_ONLY=i the
// i-th alone.

#include "connect/recorded_plans_testing.h"  // First: it says how requests are read.

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "connect/plan_mutations_testing.h"
#include "processor/duckdb/duckdb_processor.h"
#include "session/engine.h"
#include "sources/rate/rate_source.h"

extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace millrace::connect {
namespace {

using Clock = std::chrono::steady_clock;
using testing::RecordedMessage;

[[maybe_unused]] const bool kInstalled = session::InstallEngine(
    {.sources = {std::make_shared<sources::rate::RateSourceProvider>()},
     .make_processor = processor::duckdb::NewDuckDbProcessor,
     .make_batch_processor = processor::duckdb::NewDuckDbBatchProcessor});

constexpr char kSession[] = "00112233-4455-6677-8899-aabbccddeeff";

long FromEnvironment(const char* name, long otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atol(text);
}

/// Which mutation it is, when the process dies.
volatile long running = -1;

void TellWhich() {
  char text[100];
  const int length =
      std::snprintf(text, sizeof text, "mutation %ld: MILLRACE_MUTATION_ONLY repeats it\n",
                    static_cast<long>(running));
  static_cast<void>(!write(STDERR_FILENO, text, static_cast<std::size_t>(length)));
}

/// A stack that is used up leaves no room for a handler: it gets one of its own.
void TellWhichAtDeath() {
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(TellWhich);
    return;
  }
  static char room[1 << 16];
  stack_t stack = {};
  stack.ss_sp = room;
  stack.ss_size = sizeof room;
  sigaltstack(&stack, nullptr);
  struct sigaction action = {};
  action.sa_flags = SA_ONSTACK | static_cast<int>(SA_RESETHAND);
  action.sa_handler = [](int number) {
    TellWhich();
    std::raise(number);
  };
  for (const int number : {SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGILL}) {
    sigaction(number, &action, nullptr);
  }
}

/// Ends the process when one answer takes minutes.
class Watchdog {
 public:
  void Begin() { begun_ = Clock::now().time_since_epoch().count(); }

 private:
  std::atomic<Clock::rep> begun_ = Clock::now().time_since_epoch().count();
  std::jthread thread_{[this](std::stop_token stop) {
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      const Clock::time_point begun{Clock::duration(begun_.load())};
      if (Clock::now() - begun > std::chrono::minutes(2)) std::abort();
    }
  }};
};

std::size_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  file >> pages >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::unique_ptr<google::protobuf::Message> Parsed(const RecordedMessage& message) {
  std::unique_ptr<google::protobuf::Message> parsed;
  if (message.letter == 'A') {
    parsed = std::make_unique<spark::connect::AnalyzePlanRequest>();
  } else {
    parsed = std::make_unique<spark::connect::Plan>();
  }
  EXPECT_TRUE(testing::Decode(message.bytes, parsed.get()));
  return parsed;
}

class PlanMutation : public ::testing::Test {
 protected:
  void SetUp() override {
    google::protobuf::SetLogHandler(nullptr);  // It tells of each text that is no UTF-8.
    messages_ = testing::ReadRecordedMessages(std::string(MILLRACE_SOURCE_DIR) +
                                              "/tests/connect/recorded/plans.bin");
    ASSERT_GT(messages_.size(), 400u);
    for (const auto& message : messages_) parsed_.push_back(Parsed(message));
    session_ = std::make_unique<ConnectSession>(SessionKey{"", kSession},
                                                std::make_shared<session::SessionState>(1));
    testing::MakeRecordedViews(messages_, session_.get());
  }

  /// A damaged message: by its bytes, such that it can still be read, or by its fields.
  RecordedMessage Mutated(testing::PlanMutator* mutator) {
    const std::size_t from = mutator->Below(messages_.size());
    RecordedMessage out = messages_[from];
    if (mutator->Below(4) == 0) {
      for (int attempt = 0; attempt < 50; ++attempt) {
        RecordedMessage flipped{out.letter, mutator->Flipped(out.bytes)};
        const std::unique_ptr<google::protobuf::Message> message(parsed_[from]->New());
        if (testing::Decode(flipped.bytes, message.get())) return flipped;
      }
    }
    const std::unique_ptr<google::protobuf::Message> message(parsed_[from]->New());
    message->CopyFrom(*parsed_[from]);
    mutator->Mutate(message.get());
    out.bytes = message->SerializePartialAsString();
    return out;
  }

  std::vector<RecordedMessage> messages_;
  std::vector<std::unique_ptr<google::protobuf::Message>> parsed_;
  std::unique_ptr<ConnectSession> session_;
};

TEST_F(PlanMutation, WhatWasRecordedIsUnderstood) {
  std::size_t ok = 0;
  for (const auto& message : messages_) {
    if (testing::AnswerTo(message, session_.get()).ok()) ++ok;
  }
  std::printf("%zu of %zu recorded messages are answered without an error\n", ok, messages_.size());
  EXPECT_GT(ok, messages_.size() / 3);  // Otherwise nothing of what follows reaches far.
}

TEST_F(PlanMutation, EachIsAnswered) {
  const long count = FromEnvironment("MILLRACE_MUTATIONS", 10'000);
  const long seed = FromEnvironment("MILLRACE_MUTATION_SEED", 1);
  const long only = FromEnvironment("MILLRACE_MUTATION_ONLY", -1);
  testing::PlanMutator mutator(parsed_);
  TellWhichAtDeath();
  Watchdog watchdog;
  long ok = 0;
  long internal = 0;
  Clock::duration slowest{};
  std::size_t before = 0;
  for (long i = only < 0 ? 0 : only; i < (only < 0 ? count : only + 1); ++i) {
    if (i == count / 10) before = ResidentBytes();
    running = i;
    mutator.Seed(static_cast<std::uint64_t>(seed * 1'000'003 + i));
    const RecordedMessage message = Mutated(&mutator);
    watchdog.Begin();
    const auto begin = Clock::now();
    const base::Status status = testing::AnswerTo(message, session_.get());
    const auto took = Clock::now() - begin;
    slowest = std::max(slowest, took);
    EXPECT_LT(took, std::chrono::seconds(20)) << "mutation " << i << " of seed " << seed;
    if (status.ok()) ++ok;
    if (status.code() == base::StatusCode::kInternal) {
      ++internal;
      ADD_FAILURE() << "mutation " << i << " of seed " << seed << ": " << status.ToString();
    }
    if (only >= 0) std::printf("%s\n", status.ToString().c_str());
  }
  running = -1;
  const std::size_t after = ResidentBytes();
  std::printf("%ld mutations: %ld without an error, the slowest %.3f s, resident memory %zu MiB\n",
              count, ok, std::chrono::duration<double>(slowest).count(), after >> 20);
  EXPECT_EQ(internal, 0);
  if (before > 0) {
    EXPECT_LT(after, before + (std::size_t{300} << 20));
  }
}

}  // namespace
}  // namespace millrace::connect
