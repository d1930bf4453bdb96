"""The seed pipeline in real Spark, in one long-lived process: another engine's turns can come before and after on the same checkpoint.

It reads a command a line from standard input and answers each with one line of JSON:

    {"do": "run", "brokers", "topic", "table", "checkpoint", "schema", "options": {for the Kafka source}, "break_sink": bool}
        everything there is (availableNow): {"id", "runId", "batches": [[batchId, rows] ...], "error"}
        break_sink: the table cannot be written, so that the run ends between offsets/N and the table's commit
    {"do": "read", "table"}
        {"schema": Spark's schema JSON, "rows": [[value ...] ...]} in the forms of canonical.py

Nothing is remembered from one command to the next: Delta's cache of tables is emptied, as in a new process.
"""
import json
import os
import sys
from pathlib import Path

import canonical
from oracle_session import session


def pipeline(spark, given):
    """Kafka -> from_json -> flat columns + ingestion_time, test events removed."""
    from pyspark.sql.functions import col, current_timestamp, from_json
    reader = (spark.readStream.format("kafka").option("kafka.bootstrap.servers", given["brokers"])
              .option("subscribe", given["topic"]).option("startingOffsets", "earliest").options(**given.get("options", {})))
    return (reader.load().select(from_json(col("value").cast("string"), given["schema"]).alias("data")).select("data.*")
            .withColumn("ingestion_time", current_timestamp()).filter(col("event_type") != "test"))


class BrokenSink:
    """A file stands where the table's log should be: the sink fails, when the offsets are already written."""

    def __init__(self, table):
        self.log = Path(table) / "_delta_log"
        self.aside = self.log.with_name("_delta_log.aside")

    def __enter__(self):
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists():
            self.log.rename(self.aside)
        self.log.write_text("not a log\n")

    def __exit__(self, *_):
        self.log.unlink()
        if self.aside.exists():
            self.aside.rename(self.log)


def run_query(spark, given):
    query = (pipeline(spark, given).writeStream.format("delta").outputMode("append")
             .option("checkpointLocation", given["checkpoint"]).trigger(availableNow=True).start(given["table"]))
    error = None
    try:
        query.awaitTermination()
    except Exception as failure:
        error = canonical.error(failure)["error"]
    return {"id": str(query.id), "runId": str(query.runId), "batches": [[p.batchId, p.numInputRows] for p in query.recentProgress], "error": error}


def run(spark, given):
    if not given.get("break_sink"):
        return run_query(spark, given)
    with BrokenSink(given["table"]):
        return run_query(spark, given)


def read(spark, given):
    frame = spark.read.format("delta").load(given["table"])
    return {"schema": json.loads(frame.schema.json()), "rows": list(zip(*canonical.columns(frame)))}


def main():
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # Whatever the JVM prints is no answer.
    spark = session("handover")
    for line in sys.stdin:
        given = json.loads(line)
        spark._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()
        try:
            answer = {"run": run, "read": read}[given["do"]](spark, given)
        except Exception as failure:
            answer = canonical.error(failure)
        print(json.dumps(answer, ensure_ascii=False), file=answers, flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
