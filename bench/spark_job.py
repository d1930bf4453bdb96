"""The main job in real Spark, as a user writes it, on two cores: everything that is there, then stop.

    python spark_job.py --brokers H:P --topic T --table DIR --checkpoint DIR --schema DDL [--max ROWS_PER_BATCH]

Prints {"cpu_s", "peak_mib"} of the Java process and its Python, read at the end: Python's own accounting leaves out the Java process.
"""
import argparse
import glob
import json
import os
import resource

from measure import cpu_seconds, memory_mib


def main():
    parser = argparse.ArgumentParser()
    for name in ("brokers", "topic", "table", "checkpoint", "schema"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--max")
    given = parser.parse_args()
    from pyspark.sql import SparkSession
    from pyspark.sql.functions import col, current_timestamp, from_json
    jars = ",".join(sorted(glob.glob(os.environ["MILLRACE_SPARK_JARS"] + "/*.jar")))
    spark = (SparkSession.builder.master("local[2]").appName("bench").config("spark.jars", jars)
             .config("spark.driver.memory", "1g").config("spark.driver.bindAddress", "127.0.0.1")
             .config("spark.driver.host", "127.0.0.1")
             .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
             .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog").getOrCreate())
    reader = (spark.readStream.format("kafka").option("kafka.bootstrap.servers", given.brokers)
              .option("subscribe", given.topic).option("startingOffsets", "earliest"))
    if given.max:
        reader = reader.option("maxOffsetsPerTrigger", given.max)
    frame = (reader.load().select(from_json(col("value").cast("string"), given.schema).alias("data")).select("data.*")
             .withColumn("ingestion_time", current_timestamp()).filter(col("event_type") != "test"))
    query = (frame.writeStream.format("delta").outputMode("append").option("checkpointLocation", given.checkpoint)
             .trigger(availableNow=True).start(given.table))
    query.awaitTermination()
    java = spark._jvm.java.lang.ProcessHandle.current().pid()
    own = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"cpu_s": cpu_seconds(java) + own.ru_utime + own.ru_stime,
                      "peak_mib": memory_mib(java, "VmHWM") + own.ru_maxrss / 1024}))
    spark.stop()


if __name__ == "__main__":
    main()
