"""A session of real Spark with Delta and Kafka for the recording scripts.

The environment comes from the set-up script that README.md names: ORACLE_JARS holds the jars for spark.jars. The heap is 1 GiB and
two task threads are used, because the recordings are small and the machine is shared.
"""
import logging
import os

BROKERS = os.environ.get("MILLRACE_TEST_BROKERS", "127.0.0.1:19092")


def session(name="record", **conf):
    """Starts Spark with ANSI on (its default), time zone UTC and the Delta extension. Dots in conf names are written as '__'."""
    from pyspark.sql import SparkSession
    every = {
        "spark.jars": os.environ.get("ORACLE_JARS", ""),
        "spark.driver.memory": os.environ.get("ORACLE_HEAP", "1g"),
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": os.environ.get("ORACLE_WAREHOUSE", "/tmp/millrace-record/warehouse"),
        "spark.python.sql.dataFrameDebugging.enabled": "false",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.databricks.delta.snapshotPartitions": "2",
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    } | {key.replace("__", "."): str(value) for key, value in conf.items()}
    builder = SparkSession.builder.master("local[2]").appName(name)
    for key, value in every.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    logging.disable(logging.CRITICAL)
    spark.sparkContext.setLogLevel("OFF")
    return spark
