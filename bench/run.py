#!/usr/bin/env python3
"""Messages a second from Kafka into Delta, beside a bare librdkafka consumer on the same topic.

    bench/run.py BUILD_DIR [--messages N] [--repeat N] [--codec none|lz4|zstd|snappy|gzip]...

A real broker, JSON messages of about 107 bytes in 4 partitions, the main job with the trigger available-now into a new
table each time. Speeds are of whole processes; on a shared machine only their ratio says much. Medians of the repeats.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "brokers"))
from broker import Broker, missing  # noqa: E402

PARTITIONS = 4
SCHEMA = "user_id BIGINT, event_type STRING, value DOUBLE, timestamp TIMESTAMP"


def measure(command):
    """Wall seconds, CPU seconds, peak MiB, standard output of a process."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    output, errors = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - started
    if process.returncode != 0:
        sys.exit(f"bench: {' '.join(command)}\n{errors}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output


def rows_in(table):
    """Rows by the statistics in the table's log."""
    rows = 0
    for path in (pathlib.Path(table) / "_delta_log").glob("*.json"):
        for line in path.read_text().splitlines():
            add = json.loads(line).get("add")
            rows += json.loads(add["stats"])["numRecords"] if add else 0
    return rows


class Series:
    """The repeats of one program."""

    def __init__(self, name):
        self.name, self.runs = name, []

    def add(self, wall, cpu, peak):
        self.runs.append((wall, cpu, peak))

    def median(self, index):
        return statistics.median(run[index] for run in self.runs)

    def line(self, messages, baseline):
        wall, cpu, peak = self.median(0), self.median(1), self.median(2)
        ratio = baseline.median(0) / wall
        return (f"{self.name:<28}{messages / wall / 1e6:>10.2f}{cpu:>12.2f}{messages / cpu / 1e6:>16.2f}"
                f"{peak:>10.0f}{ratio:>14.2f}")


def run_codec(binaries, broker, codec, messages, repeat, folder):
    topic = f"bench_{codec}"
    subprocess.run([binaries / "kafka_produce", "--brokers", broker.address, "--topic", topic, "--create",
                    str(PARTITIONS), "--partitions", str(PARTITIONS), "--count", str(messages), "--codec", codec],
                   check=True, stdout=subprocess.DEVNULL)
    bare, job = Series("bare consumer, 2 threads"), Series("kafka_to_delta")
    kept = messages - messages // 10
    for round_number in range(repeat):
        bare.add(*measure([str(binaries / "bare_consumer"), broker.address, topic, "2"])[:3])
        table = folder / f"table_{codec}_{round_number}"
        job.add(*measure([
            str(binaries / "kafka_to_delta"), "--brokers", broker.address, "--topic", topic, "--table", str(table),
            "--checkpoint", str(folder / f"checkpoint_{codec}_{round_number}"), "--schema", SCHEMA,
            "--trigger", "available-now"])[:3])
        if rows_in(table) != kept:
            sys.exit(f"bench: {rows_in(table)} rows in the table, {kept} were expected")
        shutil.rmtree(table)
    print(f"\n{messages:,} messages, {codec}, median of {repeat}")
    print(f"{'':<28}{'M msg/s':>10}{'CPU s':>12}{'M msg/CPU s':>16}{'peak MiB':>10}{'/ bare':>14}")
    print(bare.line(messages, bare))
    print(job.line(messages, bare), flush=True)


def main():
    parser = argparse.ArgumentParser(description="Kafka to Delta beside a bare Kafka consumer")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--codec", action="append")
    args = parser.parse_args()
    if missing("MILLRACE_KAFKA_JARS"):
        sys.exit("bench: MILLRACE_KAFKA_JARS is not set; `make bench` sets up a broker")
    os.environ["MILLRACE_BIN"] = str(args.build.resolve() / "bin")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="millrace-bench-"))
    try:
        with Broker(folder / "kafka") as broker:
            for codec in args.codec or ["none", "lz4"]:
                run_codec(args.build.resolve() / "bin", broker, codec, args.messages, args.repeat, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
