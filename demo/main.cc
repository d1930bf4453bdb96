// The Kafka-to-Delta job of examples/kafka_to_delta.cc on a Kafka broker inside this process, with
// a producer of JSON events: no server is needed. Shows the batches as they are committed, then the
// table. Ends by itself, or at Ctrl-C.

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "base/log.h"
#include "batch_view.h"
#include "event_feed.h"
#include "millrace/millrace.h"
#include "table_view.h"

namespace {

using namespace millrace;

constexpr const char* kTopic = "events";

struct Arguments {
  int seconds = 20;
  int events_per_second = 5000;
  std::string directory;
};

volatile std::sig_atomic_t interrupted = 0;

StreamingQuery StartJob(SparkSession& spark, const std::string& brokers, const std::string& table,
                        const std::string& checkpoint) {
  auto schema = StructType()
                    .add("user_id", LongType())
                    .add("event_type", StringType())
                    .add("value", DoubleType());
  auto events = spark.readStream()
                    .format("kafka")
                    .option("kafka.bootstrap.servers", brokers)
                    .option("subscribe", kTopic)
                    .option("startingOffsets", "earliest")
                    .load();
  auto enriched = events.select(from_json(col("value").cast("string"), schema).alias("data"))
                      .select("data.*")
                      .withColumn("ingestion_time", current_timestamp())
                      .filter(col("event_type") != "test");
  return enriched.writeStream()
      .format("delta")
      .outputMode("append")
      .option("checkpointLocation", checkpoint)
      .option("path", table)
      .start();
}

int Run(const Arguments& args) {
  const std::string table = args.directory + "/events";
  auto feed = demo::EventFeed::Start(kTopic, args.events_per_second);
  if (!feed.ok()) {
    std::fprintf(stderr, "demo: %s\n", feed.status().message().c_str());
    return 1;
  }
  std::printf(
      "An embedded Kafka broker gets %d JSON events a second; one in five is a \"test\" and "
      "is filtered out.\nThe job writes the others into a Delta table as they come, each exactly "
      "once; a line a second:\n\n",
      args.events_per_second);
  auto spark = SparkSession::builder().appName("MillraceDemo").getOrCreate();
  auto view = std::make_shared<demo::BatchView>(feed->get());
  spark.streams().addListener(view);
  auto query = StartJob(spark, (*feed)->brokers(), table, args.directory + "/checkpoint");

  for (int tick = 0; tick < args.seconds * 10 && !interrupted; ++tick) {
    if (query.awaitTermination(std::chrono::milliseconds(100))) break;
  }
  if (const base::Status stopped = (*feed)->Stop(); !stopped.ok()) {
    std::fprintf(stderr, "demo: %s\n", stopped.message().c_str());
    return 1;
  }
  query.processAllAvailable();
  query.stop();
  if (const base::Status printed = demo::PrintTable(table, 8, 5); !printed.ok()) {
    std::fprintf(stderr, "demo: %s\n", printed.message().c_str());
    return 1;
  }
  if (view->events() != (*feed)->sent()) {
    std::fprintf(stderr, "demo: %lld events were sent, but %lld were read\n",
                 static_cast<long long>((*feed)->sent()), static_cast<long long>(view->events()));
    return 1;
  }
  std::printf(
      "\nAll %lld events that were sent have been read once.\n"
      "The table is in %s, what the job remembers in %s/checkpoint.\n"
      "Read it from Python:\n\n  pip install deltalake pandas\n"
      "  python3 -c \"from deltalake import DeltaTable; print(DeltaTable('%s').to_pandas())\"\n",
      static_cast<long long>((*feed)->sent()), table.c_str(), args.directory.c_str(),
      table.c_str());
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
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGINT, [](int) { interrupted = 1; });
  std::signal(SIGTERM, [](int) { interrupted = 1; });
  base::SetLogLevel(base::LogLevel::kWarn);  // The view shows the batches; the log has the trouble.
  try {
    return Run(args);
  } catch (const SparkException& error) {
    std::fprintf(stderr, "demo: %s\n", error.what());
    return 1;
  }
}
