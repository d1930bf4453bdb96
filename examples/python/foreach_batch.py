"""A Python function for each batch of a stream: it filters, counts, groups and writes.

    millrace submit foreach_batch.py /data/out
"""
import sys
import time

from pyspark.sql import SparkSession
from pyspark.sql.functions import col

folder = sys.argv[1]

spark = SparkSession.builder.appName("ForeachBatch").getOrCreate()

rate = spark.readStream.format("rate").option("rowsPerSecond", 30).load().filter("value < 60")


def write_batch(batch, batch_id):
    even = batch.filter(col("value") % 2 == 0)
    if even.count() == 0:
        return
    print(f"batch {batch_id} has even rows", flush=True)
    even.select("value").write.format("delta").mode("append").save(f"{folder}/even")
    by_digit = batch.groupBy((col("value") % 10).alias("digit")).count()
    by_digit.write.mode("append").parquet(f"{folder}/digits")


query = rate.writeStream.foreachBatch(write_batch).start()
while query.isActive and (query.lastProgress is None or query.lastProgress.batchId < 3):
    time.sleep(0.2)
query.stop()

spark.read.format("delta").load(f"{folder}/even").selectExpr("count(*) AS rows", "max(value) AS largest").show()
spark.read.parquet(f"{folder}/digits").groupBy("digit").agg({"count": "sum"}).orderBy("digit").show()
