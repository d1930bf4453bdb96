"""A stream into a table in memory, then SQL over it."""
import time

from pyspark.sql import SparkSession
from pyspark.sql.functions import col

spark = SparkSession.builder.appName("RateToMemory").getOrCreate()

rate = spark.readStream.format("rate").option("rowsPerSecond", 20).load()

query = (
    rate.filter(col("value") < 20)
    .withColumn("squared", col("value") * col("value"))
    .writeStream.format("memory")
    .queryName("my_result")
    .outputMode("append")
    .start()
)

while query.isActive and spark.sql("SELECT * FROM my_result").count() < 20:
    time.sleep(0.2)

spark.sql("SELECT * FROM my_result").select("value", "squared").orderBy("value").show(5)
spark.sql("SELECT count(*) AS rows, sum(squared) AS total FROM my_result").show()

query.stop()
