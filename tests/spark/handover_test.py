#!/usr/bin/env python3
"""Millrace and real Spark take over one query from each other, on one checkpoint and one table.

    handover_test.py [--chain NAME]... [--keep]

A chain is a list of turns. Before each turn records are appended to the topic; the turn reads all there is, in several
batches. A turn may leave a crash window open:

    M, S        the turn of Millrace, of Spark; all is done
    M/offsets   offsets/N is written, data files too, but neither the table's commit nor commits/N
    M/commits   the table's commit is there, commits/N is not
    M/initial   only metadata and sources/0/0 are there
    S/broken    like S/offsets, but it is Spark itself that fails, because the table cannot be written

Millrace is killed in the window (SIGKILL, by tests/faults/disk_shim.cc). Spark's process serves all turns; what a crash
of it would not have written is taken back.

After every turn and at the end the files must say what a single engine would have left: see Chain.check_*.

Environment: MILLRACE_BIN, MILLRACE_TEST_PYTHON, MILLRACE_KAFKA_JARS, MILLRACE_SPARK_JARS, as scripts/setup.sh prints
them. Without the last three the test is skipped (return code 77).
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
import struct
import subprocess
import sys
import tempfile
import time
import zlib

_HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(_HERE.parent / "brokers"), str(_HERE.parent / "faults")]
from broker import Broker, missing  # noqa: E402
from faulty_job import shim  # noqa: E402
from records import record  # noqa: E402

PARTITIONS = 3
SCHEMA = "user_id BIGINT, event_type STRING"
# What Millrace dies before, in its first or second batch (disk_shim.cc).
KILLED_BEFORE = {"offsets": "rename|table/_delta_log/*.json", "commits": "rename|checkpoint/commits/*"}

# name: turns, each (engine and window, records before it, maxOffsetsPerTrigger).
CHAINS = {
    "begun by Millrace": [
        ("M", 80, 30), ("S", 70, 30), ("M/offsets", 80, 30), ("S/offsets", 70, 30), ("M/commits", 70, 30),
        ("S/commits", 70, 30), ("M", 60, 20)],
    # Millrace's 110 batches remove what Spark left in offsets/ and commits/, its .crc files too.
    "begun by Spark": [
        ("S", 80, 30), ("M", 150, 3), ("M", 180, 3), ("S/offsets", 70, 30), ("M/offsets", 70, 30), ("S/commits", 70, 30),
        ("M/commits", 70, 30), ("S", 60, 20), ("M", 60, None)],
    "first batch, Spark fails": [("S/broken", 60, 30), ("M", 60, 30), ("S/broken", 60, 30), ("M", 0, 30)],
    "first batch, Spark dies": [("S/commits", 30, 30), ("M", 60, 30)],
    "first batch, Millrace dies": [("M/offsets", 30, 30), ("S", 60, 30)],
    "first batch, Millrace dies late": [("M/commits", 30, 30), ("S", 60, 30)],
    "before the first batch, Spark dies": [("S/initial", 30, 30), ("M", 60, 30)],
    "before the first batch, Millrace dies": [("M/initial", 30, 30), ("S", 60, 30)],
}


def fail(message):
    sys.exit(f"failed: {message}")


def expect(found, expected, what):
    if found != expected:
        fail(f"{what}: {found}, expected {expected}")


class Spark:
    """One process of real Spark for all turns (handover.py)."""

    def __init__(self, folder):
        jars = ",".join(str(jar) for jar in sorted(pathlib.Path(os.environ["MILLRACE_SPARK_JARS"]).glob("*.jar")))
        environment = os.environ | {
            "ORACLE_JARS": jars, "ORACLE_WAREHOUSE": str(folder / "warehouse"), "PYSPARK_PYTHON": sys.executable,
            "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(folder / "spark")}
        self.log = open(folder / "spark.log", "w+", encoding="utf-8", errors="replace")
        self.process = subprocess.Popen([sys.executable, str(_HERE / "handover.py")], stdin=subprocess.PIPE, text=True,
                                        stdout=subprocess.PIPE, stderr=self.log, encoding="utf-8", env=environment,
                                        cwd=folder)

    def ask(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            self.log.seek(0)
            fail(f"Spark ended:\n{self.log.read()[-3000:]}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Chain:
    """One topic, one checkpoint and one table, and what must be in them."""

    def __init__(self, name, number, broker, spark, folder):
        self.name, self.broker, self.spark = name, broker, spark
        self.topic = f"events-{number}"
        self.folder = folder / f"chain-{number}"
        self.table, self.checkpoint = self.folder / "table", self.folder / "checkpoint"
        self.log = self.table / "_delta_log"
        self.folder.mkdir()
        broker.create_topic(self.topic, PARTITIONS)
        self.sent = 0
        self.first = 0          # The first record that belongs into the table.
        self.first_offsets = None  # What sources/0/0 held after the first turn.
        self.offsets = {}       # batch id -> what offsets/N held when it was first seen.

    # ---- turns -------------------------------------------------------------------------------------------------------

    def run(self, turns):
        for turn, count, limit in turns:
            engine, _, window = turn.partition("/")
            started = time.monotonic()
            before = self.batches()
            self.send(count)
            options = {"maxOffsetsPerTrigger": str(limit)} if limit else {}
            if window == "initial":
                options["startingOffsets"] = "latest"
            if engine == "M":
                batch = 2 if limit and count > limit else 1
                self.run_millrace(options, KILLED_BEFORE[window] + f"|{batch}" if window in KILLED_BEFORE else None)
            else:
                self.run_spark(options, window == "broken")
                if window in ("offsets", "commits"):
                    self.take_back(window)
            if window == "initial":
                self.take_back_all_batches()
            self.check_turn(window)
            print(f"  {turn:10} {self.batches() - before:4} batches {time.monotonic() - started:6.1f} s", flush=True)
        self.check_rows()
        self.check_table_log()
        self.check_batch_times()

    def send(self, count):
        numbers = range(self.sent, self.sent + count)
        self.broker.produce(self.topic, ((n % PARTITIONS, record(n)[0]) for n in numbers))
        self.sent += count

    def run_millrace(self, options, killed_before):
        environment = dict(os.environ)
        if killed_before:
            environment |= {"LD_PRELOAD": str(shim()), "MILLRACE_DISK_ROOT": str(self.folder),
                            "MILLRACE_DISK_AT": killed_before, "MILLRACE_DISK_DO": "kill-before"}
        command = [
            os.path.join(os.environ["MILLRACE_BIN"], "kafka_to_delta"), "--brokers", self.broker.address,
            "--topic", self.topic, "--table", str(self.table), "--checkpoint", str(self.checkpoint), "--schema", SCHEMA,
            "--trigger", "available-now"]
        for name, value in options.items():
            command += ["--option", f"{name}={value}"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300,
                              env=environment)
        if done.returncode != (-signal.SIGKILL if killed_before else 0) or re.search(" (WARN|ERROR) ", done.stdout):
            fail(f"Millrace's turn ended with {done.returncode}:\n{done.stdout[-3000:]}")

    def run_spark(self, options, broken):
        answer = self.spark.ask(do="run", brokers=self.broker.address, topic=self.topic, table=str(self.table),
                                checkpoint=str(self.checkpoint), schema=SCHEMA, options=options, break_sink=broken)
        if bool(answer["error"]) != broken:
            fail(f"Spark's turn: {json.dumps(answer, indent=1)[:3000]}")

    # ---- crash windows -----------------------------------------------------------------------------------------------

    def batches(self):
        return len(self.numbers("commits")) and self.numbers("commits")[-1] + 1

    def numbers(self, log):
        folder = self.checkpoint / log
        return sorted(int(path.name) for path in folder.glob("*") if path.name.isdigit()) if folder.exists() else []

    def take_back(self, window):
        """What a crash of Spark in this window would not have written yet."""
        self.note_offsets()
        remove(self.checkpoint / "commits" / str(self.numbers("commits")[-1]))
        if window == "offsets":
            version = sorted(self.log.glob("*.json"))[-1]
            if int(version.stem) > 0 and int(version.stem) % 10 == 0:
                fail(f"{version.name} has a checkpoint, which cannot be taken back; use other numbers of records")
            remove(version)

    def take_back_all_batches(self):
        """The records so far do not belong into the table then: this turn begins at the end of the topic."""
        shutil.rmtree(self.table, ignore_errors=True)
        for log in ("offsets", "commits"):
            shutil.rmtree(self.checkpoint / log, ignore_errors=True)
        self.offsets = {}
        self.first = self.sent

    def check_turn(self, window):
        """Both logs are contiguous and as far as they should be; nothing that was written is changed; no stale .crc."""
        self.note_offsets()
        offsets, commits = self.numbers("offsets"), self.numbers("commits")
        for name, found in (("offsets", offsets), ("commits", commits)):
            expect(found, list(range(found[0], found[-1] + 1)) if found else [], f"{name}/")
        open_batches = 1 if window in ("offsets", "commits", "broken") else 0
        expect(len(self.offsets) - (commits[-1] + 1 if commits else 0), open_batches, "batches without commits/N")
        if not window:
            expect(sum(self.ends().values()), self.sent, "offsets that are read")
        initial = (self.checkpoint / "sources" / "0" / "0").read_bytes()
        if self.first_offsets is None:
            self.first_offsets = initial
        expect(initial, self.first_offsets, "sources/0/0")
        expect(sorted(path.name for path in (self.checkpoint / "sources").rglob("*") if path.name[0] != "."), ["0", "0"],
               "files in sources/")
        for folder in (self.checkpoint, self.table):
            check_hidden_checksums(folder)

    def note_offsets(self):
        for batch in self.numbers("offsets"):
            text = (self.checkpoint / "offsets" / str(batch)).read_text()
            expect(text, self.offsets.setdefault(batch, text), f"offsets/{batch}, written again")
        expect(sorted(self.offsets), list(range(len(self.offsets))), "batch ids")

    def ends(self, batch=None):
        """Offsets of the end of a batch, by partition."""
        if not self.offsets:
            return json.loads((self.checkpoint / "sources" / "0" / "0").read_bytes().split(b"\n")[1])[self.topic]
        text = self.offsets[max(self.offsets) if batch is None else batch]
        return json.loads(text.splitlines()[2])[self.topic]

    # ---- what stands at the end --------------------------------------------------------------------------------------

    def check_rows(self):
        from deltalake import DeltaTable
        rows = (record(n)[1] for n in range(self.first, self.sent))
        expected = collections.Counter(row for row in rows if row is not None)
        table = DeltaTable(str(self.table)).to_pyarrow_table()
        compare("delta-rs", zip(table.column("user_id").to_pylist(), table.column("event_type").to_pylist()), expected)
        answer = self.spark.ask(do="read", table=str(self.table))
        if "error" in answer:
            fail(f"Spark cannot read the table: {json.dumps(answer)[:3000]}")
        compare("Spark", ((row[0], row[1]) for row in answer["rows"]), expected)
        expect(answer["schema"], json.loads(self.actions("metaData")[0]["schemaString"]), "the schema that Spark reads")
        expect([(field["name"], field["type"], field["nullable"]) for field in answer["schema"]["fields"]],
               [("user_id", "long", True), ("event_type", "string", True), ("ingestion_time", "timestamp", True)],
               "schema")

    def actions(self, kind):
        found = []
        for path in sorted(self.log.glob("*.json")):
            actions = (json.loads(line) for line in path.read_text().splitlines())
            found += [action[kind] for action in actions if kind in action]
        return found

    def check_table_log(self):
        """One identity, every batch once and in order, one schema; versions without gap."""
        query = json.loads((self.checkpoint / "metadata").read_text())["id"]
        transactions = self.actions("txn")
        expect({action["appId"] for action in transactions}, {query}, "appId")
        expect([action["version"] for action in transactions], list(range(len(self.offsets))), "txn versions")
        expect([int(path.stem) for path in sorted(self.log.glob("*.json"))], list(range(len(self.offsets))), "versions")
        expect(len(self.actions("metaData")), 1, "metaData actions")
        expect(self.actions("protocol"), [{"minReaderVersion": 1, "minWriterVersion": 2}], "protocol")
        expect(self.actions("remove"), [], "remove actions")

    def check_batch_times(self):
        """current_timestamp() is the recorded time of the batch, whoever ran it; each batch reads on."""
        import pyarrow.parquet
        last = {str(p): 0 for p in range(PARTITIONS)}
        if self.first_offsets.count(b'":0') != PARTITIONS:
            last = json.loads(self.first_offsets.split(b"\n")[1])[self.topic]
        for path in sorted(self.log.glob("*.json")):
            actions = [json.loads(line) for line in path.read_text().splitlines()]
            batch = next(action["txn"]["version"] for action in actions if "txn" in action)
            recorded = json.loads(self.offsets[batch].splitlines()[1])["batchTimestampMs"]
            times = set()
            for action in actions:
                if "add" in action:
                    column = pyarrow.parquet.read_table(self.table / action["add"]["path"]).column("ingestion_time")
                    times |= {value.timestamp() * 1000 for value in column.unique().to_pylist()}
            expect({round(value) for value in times} - {recorded}, set(), f"ingestion_time of batch {batch}, {recorded}")
            ends = self.ends(batch)
            if ends == last or any(ends[p] < last[p] for p in last):
                fail(f"batch {batch} ends at {ends}, after {last}")
            last = ends


def remove(path):
    """Removes a log entry with its hidden checksum file."""
    path.unlink()
    (path.parent / f".{path.name}.crc").unlink(missing_ok=True)


def compare(name, rows, expected):
    found = collections.Counter(rows)
    lost, doubled = expected - found, found - expected
    if lost or doubled:
        fail(f"{name}: {sum(lost.values())} rows lost, {sum(doubled.values())} too many; "
             f"for example {list(lost)[:3]} and {list(doubled)[:3]}")


def check_hidden_checksums(folder):
    """Hadoop's `.name.crc` stands beside a file whose bytes it fits: a stale one stops Spark's readers or writers."""
    for crc in folder.rglob(".*.crc"):
        name = crc.name[1:-len(".crc")]
        if name.startswith(".") or name.endswith(".tmp"):
            continue
        target = crc.parent / name
        if not target.exists():
            fail(f"{crc}: its file is gone")
        data = target.read_bytes()
        sums = b"".join(struct.pack(">I", zlib.crc32(data[i:i + 512])) for i in range(0, len(data), 512))
        if crc.read_bytes()[8:] != sums:
            fail(f"{crc}: does not fit the file")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chain", action="append", choices=sorted(CHAINS))
    parser.add_argument("--keep", action="store_true", help="leave tables, checkpoints and logs in place")
    args = parser.parse_args()
    for needed in ("MILLRACE_BIN", "MILLRACE_TEST_PYTHON", "MILLRACE_KAFKA_JARS", "MILLRACE_SPARK_JARS"):
        if missing(needed):
            print(f"skipped: {needed} is not set; scripts/setup.sh test sets up what is needed")
            sys.exit(77)
    if not shim().exists():
        fail(f"{shim()} is not there: build the target disk_shim")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    python = os.environ["MILLRACE_TEST_PYTHON"]
    if sys.prefix != str(pathlib.Path(python).parent.parent):  # The one with PySpark and delta-rs.
        os.execv(python, [python, *sys.argv])
    started = time.monotonic()
    with contextlib.ExitStack() as cleaning:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="millrace-handover-"))
        if args.keep:
            print(f"tables, checkpoints and logs stay in {folder}")
        else:
            cleaning.callback(shutil.rmtree, folder, ignore_errors=True)
        broker = cleaning.enter_context(Broker(folder / "kafka"))
        spark = cleaning.enter_context(contextlib.closing(Spark(folder)))
        for number, name in enumerate(args.chain or CHAINS):
            print(f"{name}:", flush=True)
            Chain(name, number, broker, spark, folder).run(CHAINS[name])
    print(f"{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
