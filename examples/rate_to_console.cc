// A stream that needs no server: ten rows a second, printed as they come. Ctrl-C ends it.

#include <cstdio>
#include <exception>

#include <millrace/millrace.h>

#include "stop_on_signal.h"

using namespace millrace;

int main() {
  BlockStopSignals();
  try {
    auto spark = SparkSession::builder().appName("RateToConsole").getOrCreate();
    auto rate = spark.readStream().format("rate").option("rowsPerSecond", 10).load();
    auto query = rate.withColumn("even", col("value") % 2 == 0)
                     .writeStream()
                     .format("console")
                     .option("truncate", false)
                     .trigger(Trigger::ProcessingTime("2 seconds"))
                     .start();
    StopOnSignal stop(query);
    query.awaitTermination();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rate_to_console: %s\n", error.what());
    return 1;
  }
  return 0;
}
