"""The seed pipeline in real Spark on a given checkpoint, table and topic, as a user writes it: everything there is, then stop.

    python handover.py --brokers H:P --topic T --table DIR --checkpoint DIR [--schema DDL] [--max N] [--events FILE] [--crash WHERE]

It prints one JSON line {"id", "runId", "batches": [[batchId, rows] ...], "error"}: another engine's run can come before or after on the same checkpoint.
--crash leaves a crash window open: `offsets` ends the run after the last offsets/N was written and before the table was touched (the sink
of that batch fails), `commits` after the table's commit and before commits/N (the log entry is removed after the run, as a crash would have left it).
"""
import argparse
import json
import os
import sys
from pathlib import Path

import canonical
from oracle_session import BROKERS, session

DEFAULT_SCHEMA = "user_id BIGINT, event_type STRING"


def pipeline(spark, given):
    """Kafka -> from_json -> flat columns + ingestion_time, test events removed."""
    from pyspark.sql.functions import col, current_timestamp, from_json
    reader = (spark.readStream.format("kafka").option("kafka.bootstrap.servers", given.brokers)
              .option("subscribe", given.topic).option("startingOffsets", "earliest"))
    if given.max:
        reader = reader.option("maxOffsetsPerTrigger", given.max)
    return (reader.load().select(from_json(col("value").cast("string"), given.schema).alias("data")).select("data.*")
            .withColumn("ingestion_time", current_timestamp()).filter(col("event_type") != "test"))


def run(spark, frame, given):
    query = (frame.writeStream.format("delta").outputMode("append").option("checkpointLocation", given.checkpoint)
             .trigger(availableNow=True).start(given.table))
    error = None
    try:
        query.awaitTermination()
    except Exception as failure:
        error = canonical.error(failure)["error"]
    return {"id": str(query.id), "runId": str(query.runId), "batches": [[p.batchId, p.numInputRows] for p in query.recentProgress], "error": error}


def last(folder):
    names = [int(path.name) for path in Path(folder).glob("*") if path.name.isdigit()]
    return max(names) if names else None


def remove(path):
    """Removes a log entry with its hidden checksum file."""
    path.unlink(missing_ok=True)
    (path.parent / f".{path.name}.crc").unlink(missing_ok=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--brokers", default=BROKERS)
    arguments.add_argument("--topic", required=True)
    arguments.add_argument("--table", required=True)
    arguments.add_argument("--checkpoint", required=True)
    arguments.add_argument("--schema", default=DEFAULT_SCHEMA)
    arguments.add_argument("--max", help="maxOffsetsPerTrigger")
    arguments.add_argument("--events", help="append the JSON of every progress here")
    arguments.add_argument("--crash", choices=["offsets", "commits"])
    given = arguments.parse_args()
    spark = session("handover")
    frame = pipeline(spark, given)
    log = Path(given.table) / "_delta_log"
    aside = None
    if given.crash == "offsets":  # a file where the table's log should be: the sink cannot start, the offsets are already written
        Path(given.table).mkdir(parents=True, exist_ok=True)
        if log.exists():
            aside = Path(f"{given.table}.log-set-aside")
            os.rename(log, aside)
        log.write_text("not a log\n")
    try:
        result = run(spark, frame, given)
    finally:
        if given.crash == "offsets":
            log.unlink()
            if aside:
                os.rename(aside, log)
    if given.crash == "commits":
        newest = last(Path(given.checkpoint) / "commits")
        if newest is not None:
            remove(Path(given.checkpoint) / "commits" / str(newest))
        result["removed_commit"] = newest
    result |= {"offsets": last(Path(given.checkpoint) / "offsets"), "commits": last(Path(given.checkpoint) / "commits")}
    if given.events:
        with open(given.events, "a", encoding="utf-8") as out:
            out.write(json.dumps(result) + "\n")
    print(json.dumps(result, ensure_ascii=False))
    spark.stop()
    return 0 if result["error"] is None or given.crash == "offsets" else 1


if __name__ == "__main__":
    sys.exit(main())
