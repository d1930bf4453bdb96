"""Five rows a second on the console, for as long as the first argument says (10 seconds without one)."""
import sys

from pyspark.sql import SparkSession

seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 10

spark = SparkSession.builder.appName("RateToConsole").getOrCreate()

rate = spark.readStream.format("rate").option("rowsPerSecond", 5).option("numPartitions", 1).load()

query = (
    rate.selectExpr("value", "value % 2 = 0 AS even")
    .writeStream.format("console")
    .option("truncate", False)
    .trigger(processingTime="1 second")
    .start()
)

query.awaitTermination(seconds)
query.stop()
