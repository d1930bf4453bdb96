"""A Python function for each row of a stream, and an object with open, process and close."""
import time

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("ForeachRow").getOrCreate()

rate = spark.readStream.format("rate").option("rowsPerSecond", 5).option("numPartitions", 1).load().filter("value < 5")


def print_row(row):
    print(f"row {row.value}", flush=True)


class Rows:
    def open(self, partition_id, epoch_id):
        self.count = 0
        return True

    def process(self, row):
        self.count += 1

    def close(self, error):
        if self.count:
            print(f"{self.count} rows", flush=True)


for function in print_row, Rows():
    query = rate.select("value").writeStream.foreach(function).start()
    while query.isActive and (query.lastProgress is None or query.lastProgress.batchId < 1):
        time.sleep(0.2)
    query.stop()
