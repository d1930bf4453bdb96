"""A stream into a Delta table by name, then the table read by its name."""
import time

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("DeltaTable").getOrCreate()

rate = spark.readStream.format("rate").option("rowsPerSecond", 50).load()

query = (
    rate.selectExpr("value AS id", "value % 3 AS bucket")
    .filter("id < 100")
    .writeStream.format("delta")
    .outputMode("append")
    .option("checkpointLocation", "results-checkpoint")
    .toTable("results")
)

while query.isActive and spark.table("results").count() < 100:
    time.sleep(0.2)
query.stop()

spark.table("results").groupBy("bucket").count().orderBy("bucket").show()
