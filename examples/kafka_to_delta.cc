// Kafka to Delta, exactly once. The PySpark that it stands for:
//
//   events = (spark.readStream.format("kafka").option("kafka.bootstrap.servers", brokers)
//             .option("subscribe", topic).option("startingOffsets", "earliest").load())
//   enriched = (events.select(from_json(col("value").cast("string"), schema).alias("data"))
//               .select("data.*").withColumn("ingestion_time", current_timestamp())
//               .filter(col("event_type") != "test"))
//   query = (enriched.writeStream.format("delta").outputMode("append")
//            .option("checkpointLocation", checkpoint).option("path", table)
//            .trigger(processingTime="30 seconds").start())
//   query.awaitTermination()

#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "millrace/millrace.h"
#include "stop_on_signal.h"

using namespace millrace;

namespace {

struct Arguments {
  std::string brokers;
  std::string topic;
  std::string table;
  std::string checkpoint;
  std::string trigger = "30 seconds";
  std::string schema = "user_id BIGINT, event_type STRING";
  std::vector<std::string> source_options;
  std::vector<std::string> sink_options;
};

Trigger TriggerOf(const std::string& text) {
  return text == "available-now" ? Trigger::AvailableNow() : Trigger::ProcessingTime(text);
}

/// "key=value" each.
std::map<std::string, std::string> OptionsOf(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> options;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
      throw IllegalArgumentException("--option " + text + ": write it as key=value");
    }
    options[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return options;
}

void Run(const Arguments& args) {
  auto spark = SparkSession::builder().appName("KafkaToDelta").getOrCreate();
  auto schema = StructType::fromDDL(args.schema);

  auto events = spark.readStream()
                    .format("kafka")
                    .option("kafka.bootstrap.servers", args.brokers)
                    .option("subscribe", args.topic)
                    .option("startingOffsets", "earliest")
                    .options(OptionsOf(args.source_options))
                    .load();

  auto enriched = events.select(from_json(col("value").cast("string"), schema).alias("data"))
                      .select("data.*")
                      .withColumn("ingestion_time", current_timestamp())
                      .filter(col("event_type") != "test");

  auto query = enriched.writeStream()
                   .format("delta")
                   .outputMode("append")
                   .option("checkpointLocation", args.checkpoint)
                   .option("path", args.table)
                   .options(OptionsOf(args.sink_options))
                   .trigger(TriggerOf(args.trigger))
                   .start();

  StopOnSignal stop(query);
  query.awaitTermination();
}

}  // namespace

int main(int argc, char** argv) {
  BlockStopSignals();
  Arguments args;
  CLI::App app{
      "Reads JSON events from a Kafka topic and writes them into a Delta table, each exactly "
      "once. Ctrl-C stops it; the same command goes on where it stopped."};
  app.add_option("--brokers", args.brokers, "host:port, comma separated")->required();
  app.add_option("--topic", args.topic, "Kafka topic")->required();
  app.add_option("--table", args.table, "folder of the Delta table; made if missing")->required();
  app.add_option("--checkpoint", args.checkpoint, "folder that remembers what was done")
      ->required();
  app.add_option("--trigger", args.trigger, "available-now, or an interval")->capture_default_str();
  app.add_option("--schema", args.schema, "fields of the JSON, as DDL")->capture_default_str();
  app.add_option("--option", args.source_options, "key=value for the Kafka source; repeatable");
  app.add_option("--sink-option", args.sink_options, "key=value for the Delta sink; repeatable");
  CLI11_PARSE(app, argc, argv);
  try {
    Run(args);
  } catch (const SparkException& error) {
    std::fprintf(stderr, "%s: %s\n", error.className().c_str(), error.what());
    return 1;
  }
  return 0;
}
