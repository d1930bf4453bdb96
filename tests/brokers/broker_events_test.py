#!/usr/bin/env python3
"""The main job, while its broker goes and comes back, topics are deleted and grow, and records are deleted.

    broker_events_test.py [--event NAME]... [--keep]

The job reads slowly (SLOWLY), so that a batch of PER_PARTITION records lasts seconds: what happens to the broker when
offsets/0 is there happens in mid-batch, and the test sees to it that the batch was not done by then. Nothing else rests
on time: everything that must come is waited for, at most PATIENCE_SECONDS. delta-rs is the judge of the rows.

Environment: MILLRACE_BIN, MILLRACE_TEST_PYTHON and MILLRACE_KAFKA_JARS, as scripts/setup.sh prints them. Without one of
them the test is skipped (return code 77).
"""

import argparse
import collections
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from broker import Broker, missing  # noqa: E402

PATIENCE_SECONDS = 240
PER_PARTITION = 4000
SCHEMA = "user_id BIGINT, event_type STRING"
FILLER = "x" * 160
# A full queue makes librdkafka wait before it fetches the next small piece.
SLOWLY = {"kafka.max.partition.fetch.bytes": "16384", "kafka.queued.max.messages.kbytes": "16",
          "kafka.fetch.queue.backoff.ms": "200"}
SMALL_BATCHES = ("--property", "batch.size=8000")  # A fetch gives whole batches of the producer.


def fail(message):
    sys.exit(f"failed: {message}")


def wait_for(what, condition, job=None):
    """The first answer of `condition` that is true; a job that ends meanwhile fails the test."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        if job and job.process.poll() is not None:
            fail(f"the job ended with {job.process.returncode}, before {what}:\n{job.tail()}")
        time.sleep(0.02)
    fail(f"{what}: not within {PATIENCE_SECONDS} s" + (f":\n{job.tail()}" if job else ""))


class Topic:
    """Numbered records, the same number in each partition; remembers what was sent."""

    def __init__(self, broker, name, partitions=2):
        self.broker, self.name, self.partitions = broker, name, partitions
        self.sent = collections.defaultdict(list)  # partition -> record numbers, by offset
        self.next = 0
        broker.create_topic(name, partitions)

    def send(self, per_partition):
        numbers = range(self.next, self.next + per_partition * self.partitions)
        self.next = numbers.stop
        for n in numbers:
            self.sent[n % self.partitions].append(n)
        self.broker.produce(
            self.name, ((n % self.partitions, f'{{"user_id":{n},"event_type":"click","filler":"{FILLER}"}}')
                        for n in numbers), *SMALL_BATCHES)

    def delete_records(self, partition, before):
        self.broker.delete_records(self.name, partition, before)

    def everything(self):
        return {n for numbers in self.sent.values() for n in numbers}


class Job:
    """kafka_to_delta on one topic, table and checkpoint; one process at a time."""

    def __init__(self, topic, folder):
        self.topic, self.folder = topic, folder
        self.table, self.checkpoint, self.log = folder / "table", folder / "checkpoint", folder / "job.log"
        self.process = None
        folder.mkdir()

    def start(self, trigger="0 seconds", **options):
        """Option names have '__' where the real ones have a dot."""
        command = [
            os.path.join(os.environ["MILLRACE_BIN"], "kafka_to_delta"), "--brokers", self.topic.broker.address,
            "--topic", self.topic.name, "--table", str(self.table), "--checkpoint", str(self.checkpoint),
            "--schema", SCHEMA, "--trigger", trigger]
        for name, value in options.items():
            command += ["--option", f"{name.replace('__', '.')}={value}"]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def start_slowly(self, **options):
        """Returns in the middle of batch 0."""
        self.start(**{name.replace(".", "__"): value for name, value in SLOWLY.items()}, **options)
        wait_for("offsets/0", lambda: (self.checkpoint / "offsets" / "0").exists(), self)

    def expect_in_batch(self, batch):
        if self.committed(batch):
            fail(f"batch {batch} was done before anything happened; it must last longer")

    def committed(self, batch):
        return (self.checkpoint / "commits" / str(batch)).exists()

    def wait_until_read(self):
        """All that was sent is in finished batches."""
        wanted = {str(p): len(numbers) for p, numbers in self.topic.sent.items()}
        wait_for(f"offsets {wanted} in a finished batch", lambda: self.ends() == wanted, self)

    def ends(self):
        """Where the last finished batch ended."""
        folder = self.checkpoint / "commits"
        done = [int(path.name) for path in folder.glob("*") if path.name.isdigit()] if folder.exists() else []
        if not done:
            return None
        return json.loads((self.checkpoint / "offsets" / str(max(done))).read_text().splitlines()[2]).get(self.topic.name)

    def stop(self):
        """As a user does."""
        self.process.send_signal(signal.SIGTERM)
        self.expect_end(0)

    def finish(self, **options):
        """Reads all there is."""
        self.start("available-now", **options)
        self.expect_end(0)

    def expect_end(self, code, *texts):
        """The job ends by itself, with these texts in its last words."""
        try:
            found = self.process.wait(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            fail(f"the job does not end:\n{self.tail()}")
        if found != code:
            fail(f"the job ended with {found}, expected {code}:\n{self.tail()}")
        self.expect_texts(*texts)

    def expect_texts(self, *texts):
        for text in texts:
            if not re.search(text, self.output()):
                fail(f"the job does not say /{text}/:\n{self.tail()}")

    def output(self):
        return self.log.read_text(errors="replace")

    def tail(self):
        return "\n".join(self.output().splitlines()[-20:])

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    # ---- what stands in the table --------------------------------------------------------------------------------------

    def rows(self):
        from deltalake import DeltaTable
        if not (self.table / "_delta_log").exists():
            return collections.Counter()
        return collections.Counter(DeltaTable(str(self.table)).to_pyarrow_table().column("user_id").to_pylist())

    def expect_rows(self, expected):
        """These record numbers, once each, in consecutive batches of one query."""
        found, expected = self.rows(), collections.Counter(expected)
        lost, doubled = expected - found, found - expected
        if lost or doubled:
            fail(f"{sum(lost.values())} rows lost, {sum(doubled.values())} too many; for example {sorted(lost)[:3]} "
                 f"and {sorted(doubled)[:3]}; the job says:\n{self.tail()}")
        query = json.loads((self.checkpoint / "metadata").read_text())["id"]
        actions = [json.loads(line) for path in sorted((self.table / "_delta_log").glob("*.json"))
                   for line in path.read_text().splitlines()]
        batches = [action["txn"] for action in actions if "txn" in action]
        if [(txn["appId"], txn["version"]) for txn in batches] != [(query, n) for n in range(len(batches))]:
            fail(f"txn actions are not those of consecutive batches: {batches}")

    def skipped(self):
        """{partition: set of offsets} that the log says were skipped."""
        skipped = collections.defaultdict(set)
        for partition, first, end in re.findall(r"records of \S+-(\d+) in \[(\d+), (\d+)\) are gone", self.output()):
            skipped[int(partition)] |= set(range(int(first), int(end)))
        return skipped


# ---- the broker goes and comes back ------------------------------------------------------------------------------------


def restarted(job, topic, sig):
    topic.send(PER_PARTITION)
    job.start_slowly()
    topic.broker.stop(sig)
    job.expect_in_batch(0)
    topic.broker.start()
    job.wait_until_read()
    # Once more, when the job has nothing to do.
    topic.broker.stop(sig)
    topic.broker.start()
    topic.send(50)
    job.wait_until_read()
    job.stop()
    job.expect_rows(topic.everything())


def broker_killed(job, topic):
    restarted(job, topic, "KILL")


def broker_stopped(job, topic):
    restarted(job, topic, "TERM")


def broker_away_in_a_batch(job, topic):
    topic.send(PER_PARTITION)
    job.start_slowly(kafkaConsumer__pollTimeoutMs="2000")
    topic.broker.stop("KILL")
    job.expect_in_batch(0)
    job.expect_end(1, r"Cannot fetch record for offset \d+ in 2000 milliseconds", re.escape(topic.broker.address),
                   "kafkaConsumer.pollTimeoutMs")
    job.expect_in_batch(0)
    if job.rows():
        fail("rows of a batch that failed are in the table")
    topic.broker.start()
    job.finish()
    job.expect_rows(topic.everything())


def broker_away_between_batches(job, topic):
    topic.send(50)
    job.start(kafka__default__api__timeout__ms="2000")
    job.wait_until_read()
    topic.broker.stop("KILL")
    job.expect_end(1, "did not answer within 2 s", re.escape(topic.broker.address), "kafka.bootstrap.servers")
    topic.broker.start()
    topic.send(50)
    job.finish()
    job.expect_rows(topic.everything())


# ---- topics are deleted and grow ---------------------------------------------------------------------------------------


def topic_deleted(job, topic):
    topic.send(50)
    job.start()
    job.wait_until_read()
    topic.broker.delete_topic(topic.name)
    job.expect_end(1, f'topic "{topic.name}" does not exist on {topic.broker.address}: '
                      "This server does not host this topic-partition")
    job.expect_rows(topic.everything())


def topic_deleted_in_a_batch(job, topic):
    topic.send(PER_PARTITION)
    job.start_slowly()
    topic.broker.delete_topic(topic.name)
    job.expect_in_batch(0)
    job.expect_end(1, r"Could not read records in offset \[\d+, \d+\) for topic partition " + topic.name)
    job.expect_in_batch(0)
    if job.rows():
        fail("rows of a batch that failed are in the table")


def made_again(job, topic):
    """The topic comes back under a job that saw it go, with other records. Returns those."""
    wait_for("a warning", lambda: f'topic "{topic.name}" does not exist' in job.output(), job)
    again = Topic(topic.broker, topic.name)
    again.next = topic.next
    job.topic = again
    # What is there when the job sees the topic again counts as read, as far as it lies below the old place.
    wait_for("a batch that begins anew", lambda: job.ends() == {"0": 0, "1": 0}, job)
    again.send(20)
    job.wait_until_read()
    job.stop()
    return again.everything()


def topic_made_again(job, topic):
    topic.send(50)
    job.start(failOnDataLoss="false")
    job.wait_until_read()
    topic.broker.delete_topic(topic.name)
    job.expect_rows(made_again(job, topic) | topic.everything())
    job.expect_texts(f"Partition {topic.name}-0 offset was changed from 50 to 0")


def topic_made_again_in_a_batch(job, topic):
    topic.send(PER_PARTITION)
    job.start_slowly(failOnDataLoss="false")
    topic.broker.delete_topic(topic.name)
    job.expect_in_batch(0)
    wait_for("batch 0", lambda: job.committed(0), job)
    skipped = job.skipped()
    if not any(skipped.values()):
        fail("no record was skipped")
    kept = {n for p, numbers in topic.sent.items() for offset, n in enumerate(numbers) if offset not in skipped[p]}
    job.expect_rows(made_again(job, topic) | kept)


def topic_grows(job, topic):
    topic.send(50)
    job.start()
    job.wait_until_read()
    topic.broker.add_partitions(topic.name, 5)
    topic.partitions = 5
    topic.send(50)
    job.wait_until_read()
    job.stop()
    job.expect_rows(topic.everything())


# ---- records are deleted -----------------------------------------------------------------------------------------------


def records_deleted_between_runs(job, topic):
    topic.send(50)
    job.finish()
    topic.send(50)
    topic.delete_records(1, 70)
    before = topic.everything() - set(topic.sent[0][50:]) - set(topic.sent[1][50:])
    for _ in range(2):  # Again and again, until somebody says that it may be lost.
        job.start("available-now")
        job.expect_end(1, rf"Could not read records in offset \[50, 100\) for topic partition {topic.name}-1",
                       "failOnDataLoss")
        job.expect_rows(before)
    job.finish(failOnDataLoss="false")
    if job.skipped() != {1: set(range(50, 70))}:
        fail(f"the log does not name the records that are lost:\n{job.tail()}")
    job.expect_rows(topic.everything() - set(topic.sent[1][50:70]))


def records_deleted_in_a_batch(job, topic):
    topic.send(PER_PARTITION)
    job.start_slowly()
    topic.delete_records(1, PER_PARTITION - 100)
    job.expect_in_batch(0)
    job.expect_end(1, rf"Could not read records in offset \[\d+, {PER_PARTITION}\) for topic partition {topic.name}-1")
    job.expect_in_batch(0)
    if job.rows():
        fail("rows of a batch that failed are in the table")


def records_deleted_in_a_batch_that_goes_on(job, topic):
    topic.send(PER_PARTITION)
    job.start_slowly(failOnDataLoss="false")
    topic.delete_records(1, PER_PARTITION - 100)
    job.expect_in_batch(0)
    job.wait_until_read()
    job.stop()
    lost = job.skipped()
    if list(lost) != [1] or not 0 < len(lost[1]) <= PER_PARTITION - 100:
        fail(f"the log does not name the records that are lost:\n{job.tail()}")
    job.expect_rows(topic.everything() - {topic.sent[1][offset] for offset in lost[1]})


EVENTS = {event.__name__: event for event in (
    broker_killed, broker_stopped, broker_away_in_a_batch, broker_away_between_batches, topic_deleted,
    topic_deleted_in_a_batch, topic_made_again, topic_made_again_in_a_batch, topic_grows, records_deleted_between_runs,
    records_deleted_in_a_batch, records_deleted_in_a_batch_that_goes_on)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--event", action="append", choices=list(EVENTS))
    parser.add_argument("--keep", action="store_true", help="leave tables, checkpoints and logs in place")
    args = parser.parse_args()
    for needed in ("MILLRACE_BIN", "MILLRACE_TEST_PYTHON", "MILLRACE_KAFKA_JARS"):
        if missing(needed):
            print(f"skipped: {needed} is not set; scripts/setup.sh test sets up what is needed")
            sys.exit(77)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    python = os.environ["MILLRACE_TEST_PYTHON"]
    if sys.prefix != str(pathlib.Path(python).parent.parent):  # The one with delta-rs.
        os.execv(python, [python, *sys.argv])
    with contextlib.ExitStack() as cleaning:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="millrace-events-"))
        if args.keep:
            print(f"tables, checkpoints and logs stay in {folder}")
        else:
            cleaning.callback(shutil.rmtree, folder, ignore_errors=True)
        broker = cleaning.enter_context(Broker(folder / "kafka"))
        for name in args.event or EVENTS:
            started = time.monotonic()
            job = Job(Topic(broker, name), folder / name)
            cleaning.callback(job.kill)
            EVENTS[name](job, job.topic)
            print(f"{name}: {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main()
