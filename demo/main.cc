// The PySpark job of examples/python/kafka_to_delta.py, with a Kafka broker inside this process and a
// producer of JSON events: no server is needed. Shows the batches as they are committed, then the
// table. Ends by itself, or at Ctrl-C.

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/random.h"
#include "base/uuid.h"
#include "batch_view.h"
#include "cli/python_child.h"
#include "connect/server.h"
#include "event_feed.h"
#include "session/running_query.h"
#include "table_view.h"

namespace {

using namespace millrace;

constexpr const char* kTopic = "events";

struct Arguments {
  int seconds = 20;
  int events_per_second = 5000;
  std::string directory;
  std::optional<std::string> python;
  std::string script = MILLRACE_DEMO_SCRIPT;
};

volatile std::sig_atomic_t interrupted = 0;

int Fail(const base::Status& status) {
  std::fprintf(stderr, "demo: %s\n", status.message().c_str());
  return 1;
}

base::Result<std::unique_ptr<connect::Server>> StartServer(const std::string& python) {
  connect::ServerOptions options;
  options.port = 0;
  options.token = base::Uuid::Random(base::Random::System()).ToString();
  options.python = python;
  return connect::Server::Start(std::move(options));
}

/// Until the time is over, the user wants to end or the job is gone; then until the job has read
/// everything that was sent.
void WaitForEvents(const Arguments& args, pid_t job, demo::EventFeed& feed,
                   const demo::BatchView& view, base::Status* stopped) {
  constexpr auto kTick = std::chrono::milliseconds(100);
  const auto runs = [job] { return kill(job, 0) == 0; };
  for (int tick = 0; tick < args.seconds * 10 && !interrupted && runs(); ++tick) {
    std::this_thread::sleep_for(kTick);
  }
  *stopped = feed.Stop();
  for (int tick = 0; tick < 100 && view.events() < feed.sent() && runs(); ++tick) {
    std::this_thread::sleep_for(kTick);
  }
}

int Run(const Arguments& args) {
  const std::string table = args.directory + "/events";
  const std::string checkpoint = args.directory + "/checkpoint";
  auto python = cli::FindPython(args.python);
  if (!python.ok()) return Fail(python.status());
  cli::PySparkCheck check(*python);
  auto feed = demo::EventFeed::Start(kTopic, args.events_per_second);
  if (!feed.ok()) return Fail(feed.status());
  auto view = std::make_shared<demo::BatchView>(feed->get());
  session::AddProcessListener(view);
  auto server = StartServer(*python);
  if (!server.ok()) return Fail(server.status());
  if (const auto found = check.Wait(); !found.ok()) return Fail(found);
  std::printf(
      "An embedded Kafka broker gets %d JSON events a second; one in five is a \"test\" and "
      "is filtered out.\nThis PySpark program writes the others into a Delta table as they come, "
      "each exactly once:\n  %s\n\n",
      args.events_per_second, args.script.c_str());
  std::fflush(stdout);
  auto job = cli::Spawn(
      {*python, args.script, (*feed)->brokers(), kTopic, table, checkpoint, "0 seconds"},
      {{"SPARK_REMOTE", (*server)->url()}});
  if (!job.ok()) return Fail(job.status());
  base::Status stopped;
  WaitForEvents(args, *job, **feed, *view, &stopped);
  (*server)->Shutdown();  // The program's awaitTermination ends with it.
  kill(*job, SIGKILL);
  waitpid(*job, nullptr, 0);
  if (!stopped.ok()) return Fail(stopped);
  if (const auto printed = demo::PrintTable(table, 8, 5); !printed.ok()) return Fail(printed);
  if (view->events() != (*feed)->sent()) {
    std::fprintf(stderr, "demo: %lld events were sent, but %lld were read\n",
                 static_cast<long long>((*feed)->sent()), static_cast<long long>(view->events()));
    return 1;
  }
  std::printf(
      "\nAll %lld events that were sent have been read once.\n"
      "The table is in %s, what the job remembers in %s.\n"
      "Read it from Python:\n\n  pip install deltalake pandas\n"
      "  python3 -c \"from deltalake import DeltaTable; print(DeltaTable('%s').to_pandas())\"\n",
      static_cast<long long>((*feed)->sent()), table.c_str(), checkpoint.c_str(), table.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments args;
  args.directory =
      (std::filesystem::temp_directory_path() / fmt::format("millrace-demo-{}", getpid())).string();
  CLI::App app{"Kafka to Delta on an embedded broker, shown in the terminal."};
  app.add_option("--seconds", args.seconds, "how long events are sent")
      ->capture_default_str()
      ->check(CLI::Range(1, 3600));
  app.add_option("--rate", args.events_per_second, "events a second")
      ->capture_default_str()
      ->check(CLI::Range(1, 200'000));
  app.add_option("--dir", args.directory, "where table and checkpoint go")->capture_default_str();
  app.add_option("--python", args.python, "a Python with PySpark")
      ->envname("MILLRACE_CLIENT_PYTHON");
  app.add_option("--script", args.script, "the PySpark program")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGINT, [](int) { interrupted = 1; });
  std::signal(SIGTERM, [](int) { interrupted = 1; });
  base::SetLogLevel(base::LogLevel::kWarn);  // The view shows the batches; the log has the trouble.
  return Run(args);
}
