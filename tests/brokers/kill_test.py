#!/usr/bin/env python3
"""The main job on a real Kafka broker, killed with SIGKILL again and again.

100,000 numbered records of every shape (records.py) go into 3 partitions while the job runs, is killed and is started
again, 20 times; then it runs to its end. The table must hold exactly the rows that belong there, once each, as delta-rs
reads it; then DuckDB, Arrow and real Spark must read the same rows and types.

    kill_test.py [--records N] [--kills N] [--seed N] [--keep]

Environment: MILLRACE_BIN, MILLRACE_TEST_PYTHON, MILLRACE_KAFKA_JARS, MILLRACE_SPARK_JARS, as scripts/setup.sh prints
them. Without a broker's jars or the Python the test is skipped (return code 77).
"""

import argparse
import collections
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from broker import Broker, missing  # noqa: E402
from records import record  # noqa: E402

PARTITIONS = 3
SCHEMA = "user_id BIGINT, event_type STRING"


class Feed:
    """Sends the records in slices, so that they arrive while the job lives and dies."""

    def __init__(self, broker, topic, records):
        self.broker, self.topic, self.records, self.sent = broker, topic, records, 0

    def send(self, count):
        last = min(self.records, self.sent + count)
        if last > self.sent:
            self.broker.produce(self.topic, ((n % PARTITIONS, record(n)[0]) for n in range(self.sent, last)))
        self.sent = last


class Job:
    def __init__(self, broker, topic, folder):
        self.command = [
            os.path.join(os.environ["MILLRACE_BIN"], "kafka_to_delta"), "--brokers", broker.address, "--topic", topic,
            "--table", str(folder / "table"), "--checkpoint", str(folder / "checkpoint"), "--schema", SCHEMA,
            "--option", "maxOffsetsPerTrigger=1500"]
        self.log = folder / "job.log"

    def start(self, trigger):
        with open(self.log, "ab") as log:
            return subprocess.Popen(self.command + ["--trigger", trigger], stdout=log, stderr=log)

    def finish(self):
        """Runs until nothing is left."""
        process = self.start("available-now")
        if process.wait(timeout=300) != 0:
            sys.exit(f"the last run failed:\n{self.tail()}")

    def tail(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


def kill_again_and_again(job, feed, kills, rng):
    slice_size = feed.records // kills
    for kill in range(kills):
        process = job.start("0 seconds")
        sender = threading.Thread(target=feed.send, args=(slice_size,))
        sender.start()
        time.sleep(rng.uniform(0.05, 1.2))
        if process.poll() is not None:
            sys.exit(f"the job ended by itself before kill {kill}:\n{job.tail()}")
        process.send_signal(signal.SIGKILL)
        process.wait()
        sender.join()
    feed.send(feed.records)


def expected_rows(records):
    rows = (record(n)[1] for n in range(records))
    return collections.Counter(row for row in rows if row is not None)


def compare(name, found, expected):
    lost, doubled = expected - found, found - expected
    if lost or doubled:
        sys.exit(f"{name}: {sum(lost.values())} rows lost, {sum(doubled.values())} too many; "
                 f"for example {list(lost)[:3]} and {list(doubled)[:3]}")
    print(f"{name}: {sum(found.values())} rows, each exactly once")


def check_log(table, checkpoint):
    """One appId, that of the checkpoint; batch ids from 0 without gap or repetition."""
    query_id = json.loads((checkpoint / "metadata").read_text())["id"]
    ids = []
    for path in sorted((table / "_delta_log").glob("*.json")):
        for line in path.read_text().splitlines():
            action = json.loads(line)
            if "txn" in action:
                if action["txn"]["appId"] != query_id:
                    sys.exit(f"{path.name}: txn of {action['txn']['appId']}, not of the query {query_id}")
                ids.append(action["txn"]["version"])
    if ids != list(range(len(ids))):
        sys.exit(f"txn versions are not consecutive: {ids}")
    print(f"log: {len(ids)} batches, one appId, ids consecutive")


READERS = r"""
import collections, json, sys
import duckdb, pyarrow.parquet as pq
from deltalake import DeltaTable
table = DeltaTable(sys.argv[1])
rows = table.to_pyarrow_table()
def bag(columns):
    return sorted(collections.Counter(zip(*columns)).items(), key=repr)
def columns(t):
    return [t.column("user_id").to_pylist(), t.column("event_type").to_pylist()]
files = [u.removeprefix("file://") for u in table.file_uris()]
duck = duckdb.sql("SELECT user_id, event_type, ingestion_time FROM read_parquet(?)", params=[files])
arrow = pq.ParquetDataset(files).read()
print(json.dumps({
    "delta-rs": {"rows": bag(columns(rows)), "types": [str(f.type) for f in rows.schema]},
    "DuckDB": {"rows": bag(columns(duck.to_arrow_table() if hasattr(duck, "to_arrow_table") else duck.arrow())),
               "types": [str(t) for t in duck.types]},
    "Arrow": {"rows": bag(columns(arrow)), "types": [str(f.type) for f in arrow.schema]},
}))
"""

TYPES = {
    "delta-rs": ["int64", "string", "timestamp[us, tz=UTC]"],
    "DuckDB": ["BIGINT", "VARCHAR", "TIMESTAMP WITH TIME ZONE"],
    "Arrow": ["int64", "string", "timestamp[us, tz=UTC]"],
}


def check_readers(table, expected):
    output = subprocess.run([os.environ["MILLRACE_TEST_PYTHON"], "-c", READERS, str(table)], check=True,
                            capture_output=True, text=True).stdout
    for name, answer in json.loads(output).items():
        compare(name, collections.Counter({tuple(row): count for row, count in answer["rows"]}), expected)
        if answer["types"] != TYPES[name]:
            sys.exit(f"{name}: types {answer['types']}, not {TYPES[name]}")


def check_spark(table, expected):
    if missing("MILLRACE_SPARK_JARS"):
        print("Spark: skipped, MILLRACE_SPARK_JARS is not set")
        return
    lines = read_with_spark(table)
    types = [field["type"] for field in json.loads(lines[0])["schema"]["fields"]]
    if types != ["long", "string", "timestamp"]:
        sys.exit(f"Spark: types {types}")
    compare("Spark", collections.Counter(tuple(json.loads(line)[:2]) for line in lines[1:]), expected)


def read_with_spark(table):
    """Lines of tests/spark/read_table.py: the schema, then a row each."""
    script = pathlib.Path(__file__).resolve().parent.parent / "spark" / "read_table.py"
    jars = ",".join(str(jar) for jar in sorted(pathlib.Path(os.environ["MILLRACE_SPARK_JARS"]).glob("*.jar")))
    environment = os.environ | {"ORACLE_JARS": jars, "PYSPARK_PYTHON": os.environ["MILLRACE_TEST_PYTHON"],
                                "SPARK_LOCAL_IP": "127.0.0.1"}
    done = subprocess.run([os.environ["MILLRACE_TEST_PYTHON"], str(script), str(table)], capture_output=True, text=True,
                          env=environment)
    if done.returncode != 0:
        sys.exit(f"Spark cannot read the table:\n{done.stderr[-2000:]}")
    return done.stdout.splitlines()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--keep", action="store_true", help="leave table, checkpoint and log in place")
    args = parser.parse_args()
    for needed in ("MILLRACE_BIN", "MILLRACE_TEST_PYTHON", "MILLRACE_KAFKA_JARS"):
        if missing(needed):
            print(f"skipped: {needed} is not set; scripts/setup.sh test sets up what is needed")
            sys.exit(77)
    print(f"seed {args.seed}", flush=True)
    rng = random.Random(args.seed)
    with contextlib.ExitStack() as cleaning:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="millrace-kill-"))
        if args.keep:
            print(f"table, checkpoint and log stay in {folder}")
        else:
            cleaning.callback(shutil.rmtree, folder, ignore_errors=True)
        with Broker(folder / "kafka") as broker:
            broker.create_topic("events", PARTITIONS)
            feed, job = Feed(broker, "events", args.records), Job(broker, "events", folder)
            started = time.time()
            kill_again_and_again(job, feed, args.kills, rng)
            job.finish()
            print(f"{args.records} records, {args.kills} kills: {time.time() - started:.1f} s", flush=True)
        expected = expected_rows(args.records)
        check_log(folder / "table", folder / "checkpoint")
        check_readers(folder / "table", expected)
        check_spark(folder / "table", expected)


if __name__ == "__main__":
    main()
