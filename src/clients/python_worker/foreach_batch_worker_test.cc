#include "clients/python_worker/foreach_batch_worker.h"

#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>

#include "clients/python_worker/python_testing.h"

namespace millrace::clients::python_worker {
namespace {

using base::Status;

// The functions here do not use their DataFrame: all that the worker wants of a server is an answer
// to its questions for settings.
constexpr const char* kServer = R"(
import os, sys, threading, time, uuid
from concurrent import futures
import grpc
from pyspark.sql.connect.proto import base_pb2, base_pb2_grpc
class Server(base_pb2_grpc.SparkConnectServiceServicer):
    def Config(self, request, context):
        operation = request.operation
        pairs = [base_pb2.KeyValue(key=key) for key in operation.get_option.keys]
        pairs += operation.get_with_default.pairs
        return base_pb2.ConfigResponse(session_id=request.session_id, server_side_session_id=str(uuid.uuid4()), pairs=pairs)
server = grpc.server(futures.ThreadPoolExecutor(2))
base_pb2_grpc.add_SparkConnectServiceServicer_to_server(Server(), server)
port = server.add_insecure_port('127.0.0.1:0')
server.start()
print(os.getpid(), port, flush=True)
time.sleep(120)
)";

class ForeachBatchWorkerTest : public testing::Test {
 protected:
  void SetUp() override {
    MILLRACE_NEEDS_PYTHON();
    log_ = std::filesystem::temp_directory_path() /
           ("millrace-foreach-batch-" + std::to_string(::getpid()) + ".log");
    std::filesystem::remove(log_);
  }
  void TearDown() override { std::filesystem::remove(log_); }

  /// One server for all tests, made when it is needed.
  static int ServerPort() {
    static const int port = [] {
      const std::string script = std::filesystem::temp_directory_path() /
                                 ("millrace-server-" + std::to_string(::getpid()) + ".py");
      std::ofstream(script) << kServer;
      FILE* pipe = ::popen((TestPython() + " " + script).c_str(), "r");
      static int pid = 0;
      int number = 0;
      EXPECT_EQ(std::fscanf(pipe, "%d %d", &pid, &number), 2);
      std::atexit([] { ::kill(pid, SIGKILL); });
      std::filesystem::remove(script);
      return number;
    }();
    return port;
  }

  base::Result<std::unique_ptr<ForeachBatchWorker>> Start(const std::string& definition,
                                                          std::stop_token stop = {}) {
    SessionWorkerConfig config;
    config.function.command = RunPython(
        "def say(text):\n    open('" + log_.string() + "', 'a').write(text + '\\n')\n" + definition +
        "\nimport sys\nfrom pyspark.serializers import CloudPickleSerializer\n"
        "sys.stdout.buffer.write(CloudPickleSerializer().dumps(f))\n");
    config.function.python_version = python_version_.empty() ? PythonVersion() : python_version_;
    config.function.python = TestPython();
    config.session_id = "11111111-2222-3333-4444-555555555555";
    config.connect_url = "sc://127.0.0.1:" + std::to_string(ServerPort()) + "/;user_id=me";
    config.start_timeout = std::chrono::seconds(60);
    return ForeachBatchWorker::Start(config, stop);
  }
  std::string Log() const {
    std::ostringstream text;
    text << std::ifstream(log_).rdbuf();
    return text.str();
  }

  std::filesystem::path log_;
  std::string python_version_;
};

TEST_F(ForeachBatchWorkerTest, RunsBatchAfterBatch) {
  auto worker = Start(
      "def f(df, batch_id):\n"
      "    say(f'{batch_id} {df._plan._relation_id} {df.sparkSession.session_id}')");
  ASSERT_TRUE(worker.ok()) << worker.status().ToString();
  for (int id = 0; id < 2; ++id) {
    const Status status = (*worker)->RunBatch("df-" + std::to_string(id), id, {});
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  EXPECT_EQ(Log(),
            "0 df-0 11111111-2222-3333-4444-555555555555\n"
            "1 df-1 11111111-2222-3333-4444-555555555555\n");
}

TEST_F(ForeachBatchWorkerTest, AnExceptionComesWithItsTraceback) {
  auto worker = Start("def f(df, batch_id):\n    raise ValueError('no batch')");
  ASSERT_TRUE(worker.ok()) << worker.status().ToString();
  const Status status = (*worker)->RunBatch("x", 0, {});
  EXPECT_EQ(status.spark_error().exception_class, "PythonException");
  EXPECT_NE(status.message().find("Found error inside foreachBatch Python process"),
            std::string::npos);
  EXPECT_NE(status.message().find("ValueError: no batch"), std::string::npos) << status.ToString();
}

TEST_F(ForeachBatchWorkerTest, AKilledWorkerIsNoticed) {
  auto worker = Start("import os\ndef f(df, batch_id):\n    os._exit(7)");
  ASSERT_TRUE(worker.ok()) << worker.status().ToString();
  const Status status = (*worker)->RunBatch("x", 0, {});
  EXPECT_EQ(status.code(), base::StatusCode::kUnavailable);
  EXPECT_NE(status.message().find("exit status 7"), std::string::npos) << status.ToString();
}

TEST_F(ForeachBatchWorkerTest, AStopRequestEndsTheWait) {
  auto worker = Start("import time\ndef f(df, batch_id):\n    time.sleep(60)");
  ASSERT_TRUE(worker.ok()) << worker.status().ToString();
  std::stop_source stop;
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    stop.request_stop();
  });
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ((*worker)->RunBatch("x", 0, stop.get_token()).code(), base::StatusCode::kCancelled);
  worker->reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10));
  stopper.join();
}

TEST_F(ForeachBatchWorkerTest, WhatGoesWrongAtItsStart) {
  python_version_ = "2.7";
  const auto worker = Start("def f(df, batch_id): pass");
  ASSERT_FALSE(worker.ok());
  EXPECT_EQ(worker.status().spark_error().condition,
            "STREAMING_PYTHON_RUNNER_INITIALIZATION_FAILURE");
  EXPECT_NE(worker.status().message().find("PYTHON_VERSION_MISMATCH"), std::string::npos)
      << worker.status().ToString();
}

}  // namespace
}  // namespace millrace::clients::python_worker
