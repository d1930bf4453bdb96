#include "clients/python_worker/foreach_worker.h"

#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <gtest/gtest.h>

#include "clients/python_worker/python_testing.h"
#include "clients/python_worker/row_pickler.h"
#include "data/arrow_schema.h"
#include "data/schema_text.h"

namespace millrace::clients::python_worker {
namespace {

class ForeachWorkerTest : public testing::Test {
 protected:
  void SetUp() override {
    MILLRACE_NEEDS_PYTHON();
    log_ = std::filesystem::temp_directory_path() /
           ("millrace-foreach-" + std::to_string(::getpid()) + ".log");
    std::filesystem::remove(log_);
  }
  void TearDown() override { std::filesystem::remove(log_); }

  /// `definition` defines f; `say(text)` in it appends a line to the log.
  PythonFunction Function(const std::string& definition) {
    const std::string say = "def say(text):\n    open('" + log_.string() +
                            "', 'a').write(text + '\\n')\n";
    return {PickledForeach(say + definition), PythonVersion(), TestPython()};
  }
  std::string Log() const {
    std::ostringstream text;
    text << std::ifstream(log_).rdbuf();
    return text.str();
  }
  static std::string Numbers(int begin, int end) {
    arrow::Int64Builder builder;
    for (int i = begin; i < end; ++i) EXPECT_TRUE(builder.Append(i).ok());
    const auto schema = *data::ParseTableSchema("n BIGINT");
    const auto rows = arrow::RecordBatch::Make(*data::ToArrowSchema(schema), end - begin,
                                               {*builder.Finish()});
    return *PickleRows(schema, *rows, 0, end - begin, data::TimeZone());
  }
  static base::Status RunTask(ForeachWorker* worker, int partition, int epoch, int rows) {
    MILLRACE_RETURN_IF_ERROR(worker->BeginTask(partition, epoch, {}));
    MILLRACE_RETURN_IF_ERROR(worker->SendRows(Numbers(0, rows), {}));
    return worker->EndTask({});
  }

  std::filesystem::path log_;
};

TEST_F(ForeachWorkerTest, AFunctionGetsEveryRowOfTaskAfterTask) {
  const auto worker = ForeachWorker::Start(Function("def f(row):\n    say(f'{row.n} {row!r}')"), {});
  ASSERT_TRUE(worker.ok()) << worker.status().ToString();
  for (int epoch = 0; epoch < 3; ++epoch) {
    const auto status = RunTask(worker->get(), 0, epoch, 2);
    ASSERT_TRUE(status.ok()) << status.ToString();
    EXPECT_TRUE((*worker)->reusable());
  }
  EXPECT_EQ(Log(), "0 Row(n=0)\n1 Row(n=1)\n0 Row(n=0)\n1 Row(n=1)\n0 Row(n=0)\n1 Row(n=1)\n");
}

constexpr const char* kObject = R"(
class F:
    def open(self, partition_id, epoch_id):
        say(f'open {partition_id} {epoch_id}')
        return epoch_id != 1
    def process(self, row):
        if row.n == 7: raise ValueError('seven')
        say(f'row {row.n}')
    def close(self, error):
        say(f'close {error!r}')
f = F()
)";

TEST_F(ForeachWorkerTest, AnObjectIsOpenedAndClosed) {
  auto worker = ForeachWorker::Start(Function(kObject), {});
  ASSERT_TRUE(worker.ok()) << worker.status().ToString();
  ASSERT_TRUE(RunTask(worker->get(), 5, 9, 1).ok());
  EXPECT_EQ(Log(), "open 5 9\nrow 0\nclose None\n");
}

TEST_F(ForeachWorkerTest, RowsThatOpenDoesNotWantAreLeft) {
  auto worker = ForeachWorker::Start(Function(kObject), {});
  ASSERT_TRUE(worker.ok()) << worker.status().ToString();
  const auto status = RunTask(worker->get(), 0, 1, 3);
  EXPECT_TRUE(status.ok()) << status.ToString();
  EXPECT_FALSE((*worker)->reusable());
  EXPECT_EQ(Log(), "open 0 1\nclose None\n");
}

TEST_F(ForeachWorkerTest, AnExceptionComesWithItsTraceback) {
  auto worker = ForeachWorker::Start(Function(kObject), {});
  ASSERT_TRUE(worker.ok()) << worker.status().ToString();
  const auto status = RunTask(worker->get(), 0, 0, 10);
  EXPECT_EQ(status.spark_error().exception_class, "PythonException");
  EXPECT_NE(status.message().find("ValueError: seven"), std::string::npos) << status.ToString();
  EXPECT_NE(status.message().find("Traceback (most recent call last)"), std::string::npos);
  EXPECT_FALSE((*worker)->reusable());
  EXPECT_NE(Log().find("close ValueError('seven')"), std::string::npos) << Log();
}

TEST_F(ForeachWorkerTest, ManyRowsAreNotSentIntoAFailure) {
  auto worker = ForeachWorker::Start(Function("def f(row):\n    raise KeyError(row.n)"), {});
  ASSERT_TRUE(worker.ok()) << worker.status().ToString();
  ASSERT_TRUE((*worker)->BeginTask(0, 0, {}).ok());
  base::Status status;
  const std::string rows = Numbers(0, 20'000);
  for (int i = 0; i < 1'000 && status.ok(); ++i) status = (*worker)->SendRows(rows, {});
  EXPECT_NE(status.message().find("KeyError: 0"), std::string::npos) << status.ToString();
}

TEST_F(ForeachWorkerTest, AnotherPythonVersionIsRefused) {
  PythonFunction function = Function("def f(row): pass");
  function.python_version = "2.7";
  auto worker = ForeachWorker::Start(function, {});
  ASSERT_TRUE(worker.ok()) << worker.status().ToString();
  const auto status = RunTask(worker->get(), 0, 0, 1);
  EXPECT_NE(status.message().find("PYTHON_VERSION_MISMATCH"), std::string::npos) << status.ToString();
}

TEST_F(ForeachWorkerTest, AKilledWorkerIsNoticed) {
  auto worker = ForeachWorker::Start(
      Function("import os, sys\ndef f(row):\n    print('last words', file=sys.stderr)\n"
               "    os.kill(os.getpid(), 9)"),
      {});
  ASSERT_TRUE(worker.ok()) << worker.status().ToString();
  const auto status = RunTask(worker->get(), 0, 0, 1);
  EXPECT_EQ(status.code(), base::StatusCode::kUnavailable);
  EXPECT_NE(status.message().find("killed by signal 9"), std::string::npos) << status.ToString();
  EXPECT_NE(status.message().find("last words"), std::string::npos) << status.ToString();
}

TEST_F(ForeachWorkerTest, AStopRequestEndsTheWaitAndTheWorker) {
  auto worker = ForeachWorker::Start(Function("import time\ndef f(row):\n    time.sleep(60)"), {});
  ASSERT_TRUE(worker.ok()) << worker.status().ToString();
  const int pid = (*worker)->pid();
  std::stop_source stop;
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    stop.request_stop();
  });
  ASSERT_TRUE((*worker)->BeginTask(0, 0, stop.get_token()).ok());
  ASSERT_TRUE((*worker)->SendRows(Numbers(0, 1), stop.get_token()).ok());
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ((*worker)->EndTask(stop.get_token()).code(), base::StatusCode::kCancelled);
  worker->reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10));
  stopper.join();
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST(ForeachWorkerStartTest, AnInterpreterThatIsNotThere) {
  const auto worker = ForeachWorker::Start({"", "3.11", "/no/such/python"}, {});
  ASSERT_FALSE(worker.ok());
  EXPECT_NE(worker.status().message().find("/no/such/python"), std::string::npos)
      << worker.status().ToString();
}

TEST(ForeachWorkerStartTest, AProgramThatEndsAtOnce) {
  const auto worker = ForeachWorker::Start({"", "3.11", "/bin/false"}, {});
  ASSERT_FALSE(worker.ok());
  EXPECT_NE(worker.status().message().find("exit status 1"), std::string::npos) << worker.status().ToString();
}

}  // namespace
}  // namespace millrace::clients::python_worker
