"""A folder of parquet files as a stream, one file in each batch.

    millrace submit files_to_memory.py /data/in
"""
import sys

from pyspark.sql import SparkSession

folder = sys.argv[1]

spark = SparkSession.builder.appName("FilesToMemory").getOrCreate()

# Something to read: three files.
for part in range(3):
    spark.range(part * 10, part * 10 + 10).selectExpr("id", f"{part} AS part").coalesce(1).write.mode("append").parquet(folder)

schema = spark.read.parquet(folder).schema

stream = spark.readStream.format("parquet").schema(schema).option("maxFilesPerTrigger", 1).load(folder)

query = stream.writeStream.format("memory").queryName("files").trigger(availableNow=True).start()
query.awaitTermination()

print("batches:", len(query.recentProgress))
spark.sql("SELECT part, count(*) AS rows, min(id), max(id) FROM files GROUP BY part ORDER BY part").show()
