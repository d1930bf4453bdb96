#!/usr/bin/env python3
"""The ledger: the main job on a real Kafka broker, killed with SIGKILL again and again.

Numbered records of every shape (records.py) go into 3 partitions while the job runs, is killed and is started again:
at each of the named steps of a batch in turn (STEPS; disk_shim.cc kills it there), and as often at random moments. At
last it runs to its end. The table must then hold exactly the rows that belong there, once each, as delta-rs reads it,
under one appId and with consecutive batch ids, and both logs of the checkpoint must be whole; then DuckDB, Arrow and
real Spark must read the same rows and types.

    kill_test.py [--records N] [--kills N] [--seed N] [--keep]

The seed gives the kills and their order. How many of the records are needed depends on the machine; record n is the
same always. Environment: MILLRACE_BIN, MILLRACE_TEST_PYTHON, MILLRACE_KAFKA_JARS, MILLRACE_SPARK_JARS, as
scripts/setup.sh prints them. Without a broker's jars or the Python the test is skipped (return code 77).
"""

import collections
import contextlib
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import threading
import time
import typing

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "faults"))
import stage  # noqa: E402
from broker import missing  # noqa: E402
from faulty_job import KILLED, Fault, FaultyJob, read_trace  # noqa: E402
from ledger import (Judge, Wrong, canary, check_batches, check_nothing_harmed, check_rows,  # noqa: E402
                    check_transactions, expected_rows)
from records import record  # noqa: E402

PARTITIONS = 3
RECORDS_PER_BATCH = 90
BACKLOG = 8 * RECORDS_PER_BATCH  # So that the job is busy when it is hit.
RETAINED_BATCHES = 100  # spark.sql.streaming.minBatchesToRetain
FOR_EVER = "0 seconds"

# Name of a step, the call that it is (disk_shim.cc), what is done at it, and up to how many times the call is let pass.
STEPS = {
    "in the midst of offsets/N": ("write|checkpoint/offsets/.*", "torn", 3),
    "before offsets/N has its name": ("rename|checkpoint/offsets/*", "kill-before", 3),
    "after offsets/N": ("rename|checkpoint/offsets/*", "kill-after", 3),
    "in the midst of a data file": ("write|table/.part-*", "torn", 3),
    "before a data file has its name": ("rename|table/part-*", "kill-before", 3),
    "after a data file": ("rename|table/part-*", "kill-after", 3),
    "after the data files, before the log entry": ("create|table/_delta_log/.*.json.*", "kill-before", 3),
    "in the midst of the log entry": ("write|table/_delta_log/.*.json.*", "torn", 3),
    "before the log entry has its name": ("rename|table/_delta_log/*.json", "kill-before", 3),
    "after the log entry": ("rename|table/_delta_log/*.json", "kill-after", 3),
    "in the midst of commits/N": ("write|checkpoint/commits/.*", "torn", 3),
    "before commits/N has its name": ("rename|checkpoint/commits/*", "kill-before", 3),
    "after commits/N": ("rename|checkpoint/commits/*", "kill-after", 3),
    "in the midst of a log checkpoint": ("write|table/_delta_log/.*.checkpoint.parquet.*", "torn", 0),
    "before a log checkpoint has its name": ("rename|table/_delta_log/*.checkpoint.parquet", "kill-before", 0),
    "after a log checkpoint": ("rename|table/_delta_log/*.checkpoint.parquet", "kill-after", 0),
    "before _last_checkpoint has its name": ("rename|table/_delta_log/_last_checkpoint", "kill-before", 0),
    "in the purge, before a file of offsets/": ("unlink|checkpoint/offsets/[0-9]*", "kill-before", 2),
    "in the purge, after a file of offsets/": ("unlink|checkpoint/offsets/[0-9]*", "kill-after", 2),
    "in the purge, after a file of commits/": ("unlink|checkpoint/commits/[0-9]*", "kill-after", 2),
}

# What a job was at when it was killed, by the last call that it made, as "kind path" without temporary names.
PHASES = {
    "writing offsets/N": r"(create|write|sync|close) checkpoint/offsets/\d+|unlink checkpoint/offsets/\..*",
    "purging, reading, processing": r"\w+ checkpoint/offsets/.*|unlink checkpoint/commits/\d+",
    "writing a data file": r"\w+ table/[^_]*",
    "writing the log entry": r"(create|write|sync|close) table/_delta_log/\d+\.json|unlink table/_delta_log/\..*",
    "writing a log checkpoint": r"\w+ table/_delta_log/.*checkpoint.*",
    "after the log entry": r"\w+ table/_delta_log/.*",
    "writing commits/N": r"(create|write|sync|close) checkpoint/commits/\d+|unlink checkpoint/commits/\..*",
    "between two batches": r"\w+ checkpoint/commits/.*",
}


class Kill(typing.NamedTuple):
    """A step's name, or None for a random moment: so many milliseconds after so many calls."""

    step: str | None
    after: int
    milliseconds: float


def plan_kills(kills, rng):
    """Half of them at steps, each step as often as the next. A purge needs many batches before it: those come last."""
    steps = list(STEPS) * (kills // 2 // len(STEPS) + 1)
    at_steps = [Kill(step, rng.randint(0, STEPS[step][2]), 0) for step in rng.sample(steps[: kills // 2], kills // 2)]
    at_random = [Kill(None, rng.randint(0, 80), rng.uniform(0, 20)) for _ in range(kills - kills // 2)]
    plan = rng.sample(at_steps + at_random, kills)
    return sorted(plan, key=lambda kill: kill.step is not None and "purge" in kill.step)


class Feed:
    """Sends the records one after the other."""

    def __init__(self, broker, topic):
        self._broker, self._topic, self.sent = broker, topic, 0

    def send(self, count):
        last = self.sent + count
        self._broker.produce(self._topic, ((n % PARTITIONS, record(n)[0]) for n in range(self.sent, last)))
        self.sent = last

    @contextlib.contextmanager
    def flowing(self, count):
        """Sends `count` at a time for as long as the block runs."""
        enough = threading.Event()

        def flow():
            while not enough.is_set():
                self.send(count)

        sender = threading.Thread(target=flow)
        sender.start()
        try:
            yield
        finally:
            enough.set()
            sender.join()


def phase_of(calls):
    if all(call.kind != "create" or call.file == "checkpoint/.millrace.lock" for call in calls):
        return "starting"
    last = f"{calls[-1].kind} {calls[-1].file}"
    return next((name for name, pattern in PHASES.items() if re.fullmatch(pattern, last)), "starting")


def kill_at_random(job, feed, kill):
    """Where it was hit."""
    feed.send(BACKLOG)
    process = job.start(trigger=FOR_EVER)
    with feed.flowing(RECORDS_PER_BATCH):
        while process.poll() is None and len(read_trace(process.trace)) < kill.after:
            time.sleep(0.002)
        time.sleep(kill.milliseconds / 1000)
        process.kill()
        outcome = job.wait(process)
    require(outcome.code == KILLED, "the job ended by itself", outcome)
    return phase_of(outcome.calls)


def kill_at_step(job, feed, kill):
    call, action, _ = STEPS[kill.step]
    process = job.start(Fault(f"{call}|{kill.after + 1}", action), FOR_EVER)
    with feed.flowing(RECORDS_PER_BATCH):
        outcome = job.wait(process)
    require(outcome.code == KILLED, f"the job was not killed {kill.step}", outcome)
    return kill.step


def require(condition, what, outcome):
    if not condition:
        sys.exit(f"{what}, return code {outcome.code}:\n{outcome.output[-2000:]}")


def finish(job):
    """Runs until nothing is left."""
    outcome = job.run()
    require(outcome.code == 0, "the last run failed", outcome)


def planned_batches(job):
    return max((int(path.name) for path in (job.checkpoint / "offsets").glob("[0-9]*")), default=-1) + 1


def make_batches(job, small_job, feed):
    """So many that the next one purges; small ones, when what is waiting is done."""
    if planned_batches(job) > RETAINED_BATCHES:
        return
    finish(job)
    feed.send(max(0, RETAINED_BATCHES + 1 - planned_batches(job)) * PARTITIONS)
    finish(small_job)


def kill_again_and_again(broker, folder, judge, plan, feed):
    """How often each step and each phase was hit."""
    job = FaultyJob(broker, "events", folder, RECORDS_PER_BATCH)
    hits, started, told = collections.Counter(), time.time(), time.time()
    for number, kill in enumerate(plan):
        if kill.step is None:
            hits["at a random moment: " + kill_at_random(job, feed, kill)] += 1
        else:
            if "purge" in kill.step:
                make_batches(job, FaultyJob(broker, "events", folder, PARTITIONS), feed)
            hits[kill_at_step(job, feed, kill)] += 1
        if time.time() - told > 10:
            told = time.time()
            check_nothing_harmed(judge.rows(job.table), expected_rows(record, feed.sent))
            print(f"{number + 1}/{len(plan)} kills, {feed.sent} records sent, nothing harmed so far, "
                  f"{told - started:.0f} s", flush=True)
    return hits


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


def compare(name, found, expected):
    try:
        check_rows(found, expected)
    except Wrong as wrong:
        sys.exit(f"{name}: {wrong}")
    print(f"{name}: {sum(found.values())} rows, each exactly once", flush=True)


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
    parser = stage.arguments(__doc__)
    parser.add_argument("--records", type=int, default=20_000, help="at least so many")
    parser.add_argument("--kills", type=int, default=2 * len(STEPS))
    args = parser.parse_args()
    started = time.time()
    with stage.stage("kill", args) as (folder, broker), Judge() as judge:
        broker.create_topic("events", PARTITIONS)
        feed, job = Feed(broker, "events"), FaultyJob(broker, "events", folder, 10 * RECORDS_PER_BATCH)
        try:
            hits = kill_again_and_again(broker, folder, judge, plan_kills(args.kills, random.Random(args.seed)), feed)
            feed.send(max(0, args.records - feed.sent))
            finish(job)
            for where, count in sorted(hits.items()):
                print(f"  {count:4} {where}")
            expected = expected_rows(record, feed.sent)
            rows = judge.rows(job.table)
            compare("delta-rs", rows, expected)
            one = collections.Counter([next(iter(rows))])
            canary(lambda: check_rows(rows - one, expected), "a lost row")
            canary(lambda: check_rows(rows + one, expected), "a doubled row")
            batches = check_transactions(job.table, job.checkpoint)
            check_batches(job.checkpoint, batches)
        except Wrong as wrong:
            sys.exit(f"seed {args.seed}: {wrong}")
        check_readers(job.table, expected)
        check_spark(job.table, expected)
    print(f"ledger: {args.kills} kills, {feed.sent} records, {sum(expected.values())} rows in {batches} batches, each "
          f"exactly once; {time.time() - started:.0f} s, seed {args.seed}")


if __name__ == "__main__":
    main()
