"""Kafka to Delta, each row exactly once.

    millrace submit kafka_to_delta.py localhost:9092 events /data/events /data/events-checkpoint

A fifth argument is the trigger's interval, "30 seconds" without one.
"""
import sys

from pyspark.sql import SparkSession
from pyspark.sql.functions import col, current_timestamp, from_json
from pyspark.sql.types import DoubleType, LongType, StringType, StructType

brokers, topic, table, checkpoint = sys.argv[1:5]
interval = sys.argv[5] if len(sys.argv) > 5 else "30 seconds"

spark = SparkSession.builder.appName("KafkaToDelta").getOrCreate()

schema = StructType().add("user_id", LongType()).add("event_type", StringType()).add("value", DoubleType())

events = (
    spark.readStream.format("kafka")
    .option("kafka.bootstrap.servers", brokers)
    .option("subscribe", topic)
    .option("startingOffsets", "earliest")
    .load()
)

enriched = (
    events.select(from_json(col("value").cast("string"), schema).alias("data"))
    .select("data.*")
    .withColumn("ingestion_time", current_timestamp())
    .filter(col("event_type") != "test")
)

query = (
    enriched.writeStream.format("delta")
    .outputMode("append")
    .option("checkpointLocation", checkpoint)
    .option("path", table)
    .trigger(processingTime=interval)
    .start()
)

query.awaitTermination()
