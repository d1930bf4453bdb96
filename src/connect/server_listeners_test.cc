#include "connect/server_listeners.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"

namespace millrace::connect {
namespace {

using base::Status;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

/// What a listener was told, and what it does then.
struct Script {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<int> told;
  bool blocks = false;
  std::vector<Status> answers;  ///< To one event after the other; Ok when there are no more.

  bool WaitFor(std::size_t count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(20), [&] { return told.size() >= count; });
  }
};

class Scripted : public ListenerFunction {
 public:
  explicit Scripted(std::shared_ptr<Script> script) : script_(std::move(script)) {}
  Status Tell(Kind kind, const std::string&, std::stop_token stop) override {
    std::unique_lock lock(script_->mutex);
    script_->told.push_back(static_cast<int>(kind));
    script_->changed.notify_all();
    while (script_->blocks && !stop.stop_requested()) {
      script_->changed.wait_for(lock, milliseconds(5));
    }
    if (stop.stop_requested()) return Status::Cancelled("stopped");
    if (script_->answers.empty()) return Status::Ok();
    Status answer = script_->answers.front();
    script_->answers.erase(script_->answers.begin());
    return answer;
  }

 private:
  const std::shared_ptr<Script> script_;
};

class ServerListenersTest : public testing::Test {
 protected:
  void SetUp() override {
    base::SetLogSink([this](base::LogLevel, const std::string& line) {
      std::lock_guard lock(mutex_);
      log_ += line + "\n";
    });
  }
  void TearDown() override { base::SetLogSink(nullptr); }
  std::string log() {
    std::lock_guard lock(mutex_);
    return log_;
  }
  std::shared_ptr<Script> Add(const std::string& id) {
    auto script = std::make_shared<Script>();
    EXPECT_TRUE(listeners_.Add(id, std::make_unique<Scripted>(script)).ok());
    return script;
  }
  void Idle() {
    for (const auto& listener : bus_->List()) listener->onQueryIdle({"id", "run", "now"});
  }

  std::mutex mutex_;
  std::string log_;
  std::shared_ptr<session::ListenerBus> bus_ = std::make_shared<session::ListenerBus>();
  ServerListeners listeners_{bus_};
};

TEST_F(ServerListenersTest, EventsComeInOrderAndBeforeTheEnd) {
  const auto script = Add("one");
  for (const auto& listener : bus_->List()) {
    listener->onQueryStarted({"id", "run", std::nullopt, "now"});
    listener->onQueryProgress({});
    listener->onQueryIdle({"id", "run", "now"});
    listener->onQueryTerminated({});
  }
  EXPECT_TRUE(listeners_.Remove("one"));
  EXPECT_THAT(script->told, ElementsAre(0, 1, 2, 3));
  EXPECT_TRUE(bus_->List().empty());
  EXPECT_FALSE(listeners_.Remove("one"));
}

TEST_F(ServerListenersTest, ASlowListenerIsWaitedForByNobody) {
  const auto script = Add("slow");
  script->blocks = true;
  for (std::size_t i = 0; i < ServerListener::kMaxWaiting + 10; ++i) Idle();
  EXPECT_TRUE(script->WaitFor(1));
  EXPECT_THAT(log(), HasSubstr("listener slow is too slow"));
  listeners_.Close();  // Ends though it blocks.
  EXPECT_EQ(script->told.size(), 1U);
  EXPECT_THAT(log(), HasSubstr("before it was told"));
}

TEST_F(ServerListenersTest, AnExceptionIsLoggedAndTheNextEventTold) {
  const auto script = Add("raises");
  script->answers = {Status::InvalidArgument("ValueError: not today")
                         .WithSparkError({"PythonException", "PYTHON_EXCEPTION", "38000", {}})};
  Idle();
  Idle();
  EXPECT_TRUE(script->WaitFor(2));
  EXPECT_THAT(log(), HasSubstr("listener raises: ValueError: not today"));
  EXPECT_THAT(listeners_.Ids(), ElementsAre("raises"));
}

TEST_F(ServerListenersTest, ItsDeathIsLoggedAndItIsNotListedAnyMore) {
  const auto script = Add("dies");
  Add("lives");
  script->answers = {Status::Unavailable("process 7 was killed by signal 9")};
  Idle();
  for (int i = 0; i < 2000 && listeners_.Ids().size() > 1; ++i) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_THAT(listeners_.Ids(), ElementsAre("lives"));
  EXPECT_THAT(log(), HasSubstr("listener dies is told nothing any more: process 7 was killed"));
  Idle();
  EXPECT_TRUE(listeners_.Remove("dies"));
  EXPECT_EQ(script->told.size(), 1U);
}

TEST_F(ServerListenersTest, AnIdIsGivenOnce) {
  Add("twice");
  const Status again = listeners_.Add("twice", std::make_unique<Scripted>(
                                                   std::make_shared<Script>()));
  EXPECT_EQ(again.spark_error().exception_class, "IllegalArgumentException");
  EXPECT_EQ(bus_->List().size(), 1U);
}

}  // namespace
}  // namespace millrace::connect
