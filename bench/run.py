#!/usr/bin/env python3
"""The main job measured: speed, memory, start, idle state, latency. On a real broker, beside a bare librdkafka consumer.

    bench/run.py BUILD_DIR [--only throughput,start,idle,latency] [--messages N] [--repeat N] [--codec none|lz4|...]...
                 [--rate N]... [--seconds N] [--spark]

throughput: JSON messages of about 110 bytes in 4 partitions, the main job with the trigger available-now into a new table
each time, in one batch and in 10; --spark: real Spark beside it. latency: messages at a fixed rate, the default trigger.
Figures are of whole processes and medians of the repeats. On a shared machine only ratios of one run say much.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from measure import SCHEMA, Run, cpu_seconds, job_command, measure, median, memory_mib, rows_in

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "brokers"))
from broker import Broker, missing  # noqa: E402

PARTITIONS = 4
SECTIONS = ("throughput", "start", "idle", "latency")


def say(text):
    """Where a long run stands; the results are on standard output."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


class Bench:
    def __init__(self, args, folder, broker):
        self.args, self.folder, self.broker = args, folder, broker
        self.binaries = args.build.resolve() / "bin"
        self.count = 0

    def new_paths(self):
        """A table and a checkpoint that are not there yet."""
        self.count += 1
        return self.folder / f"table{self.count}", self.folder / f"checkpoint{self.count}"

    def produce(self, topic, count, *more, create=True):
        command = [self.binaries / "kafka_produce", "--brokers", self.broker.address, "--topic", topic, "--partitions",
                   str(PARTITIONS), "--count", str(count), *more]
        if create:
            command += ["--create", str(PARTITIONS)]
        done = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    @contextlib.contextmanager
    def running_job(self, topic):
        """The main job with the default trigger: (process, table)."""
        table, checkpoint = self.new_paths()
        command = job_command(self.binaries, self.broker, topic, table, checkpoint, "--trigger", "0 seconds")
        with open(self.folder / "job.log", "wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield process, table
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
            shutil.rmtree(table, ignore_errors=True)

    # ---- throughput ---------------------------------------------------------------------------------------------

    def job_once(self, topic, rows, limit):
        table, checkpoint = self.new_paths()
        more = ["--option", f"maxOffsetsPerTrigger={limit}"] if limit else []
        run, _ = measure(job_command(self.binaries, self.broker, topic, table, checkpoint, "--trigger", "available-now",
                                     *more))
        self.check_rows(table, rows)
        return run

    def spark_once(self, topic, rows, limit):
        table, checkpoint = self.new_paths()
        command = [os.environ["MILLRACE_TEST_PYTHON"], str(ROOT / "bench" / "spark_job.py"), "--brokers",
                   self.broker.address, "--topic", topic, "--table", str(table), "--checkpoint", str(checkpoint),
                   "--schema", SCHEMA] + (["--max", str(limit)] if limit else [])
        run, output = measure(command, os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"})
        told = json.loads(output.splitlines()[-1])
        self.check_rows(table, rows)
        return Run(run.wall, told["cpu_s"], told["peak_mib"])

    def check_rows(self, table, rows):
        found = rows_in(table)
        if found != rows:
            sys.exit(f"bench: {found} rows in the table, {rows} were expected")
        shutil.rmtree(table)

    def throughput(self):
        messages = self.args.messages
        rows = messages - messages // 10
        for codec in self.args.codec or ["none", "lz4"]:
            topic = f"throughput_{codec}"
            say(f"{messages:,} messages, {codec}: filling the topic")
            self.produce(topic, messages, "--codec", codec)
            programs = {
                "bare consumer, 2 threads": lambda _: measure(
                    [str(self.binaries / "bare_consumer"), self.broker.address, topic, "2"])[0],
                "kafka_to_delta, 1 batch": lambda _: self.job_once(topic, rows, None),
                "kafka_to_delta, 10 batches": lambda _: self.job_once(topic, rows, messages // 10),
            }
            if self.args.spark:
                programs["Spark, 1 batch"] = lambda _: self.spark_once(topic, rows, None)
                programs["Spark, 10 batches"] = lambda _: self.spark_once(topic, rows, messages // 10)
            runs = {name: [] for name in programs}
            for number in range(self.args.repeat):
                for name, program in programs.items():
                    say(f"{codec}, run {number + 1} of {self.args.repeat}: {name}")
                    runs[name].append(program(number))
            self.print_throughput(codec, {name: median(of_program) for name, of_program in runs.items()})

    def print_throughput(self, codec, results):
        messages = self.args.messages
        bare = results["bare consumer, 2 threads"]
        print(f"\n{messages:,} messages, {codec}; median of {self.args.repeat}")
        print(f"{'':<28}{'wall s':>8}{'M msg/s':>10}{'/ bare':>8}{'CPU s':>8}{'M msg/CPU s':>13}{'/ Spark':>9}{'peak MiB':>10}")
        for name, run in results.items():
            spark = results.get(name.replace("kafka_to_delta", "Spark")) if name.startswith("kafka_to_delta") else None
            beside = f"{spark.cpu / run.cpu:.1f}" if spark else ""
            print(f"{name:<28}{run.wall:>8.2f}{messages / run.wall / 1e6:>10.2f}{bare.wall / run.wall:>8.3f}{run.cpu:>8.2f}"
                  f"{messages / run.cpu / 1e6:>13.3f}{beside:>9}{run.peak:>10.0f}")
        sys.stdout.flush()

    # ---- start and idle -----------------------------------------------------------------------------------------

    def start(self):
        """Process start to the first commit, of a topic with one message."""
        say("start: a topic of one message")
        self.produce("start", 1)
        millis = []
        for _ in range(max(7, self.args.repeat)):
            started = time.monotonic()
            with self.running_job("start") as (_, table):
                self.wait_for_commit(table)
                millis.append((time.monotonic() - started) * 1000)
        print(f"\nstart to first commit: {statistics.median(millis):.0f} ms, median of {len(millis)} "
              f"({min(millis):.0f} to {max(millis):.0f})", flush=True)

    def idle(self):
        say("idle: 20 seconds of a query with nothing to do")
        self.produce("idle", 1)
        with self.running_job("idle") as (process, table):
            self.wait_for_commit(table)
            time.sleep(2)
            before, started = cpu_seconds(process.pid), time.monotonic()
            time.sleep(20)
            share = (cpu_seconds(process.pid) - before) / (time.monotonic() - started)
            print(f"\nidle: {memory_mib(process.pid):.0f} MiB resident, {share:.1%} of a core", flush=True)

    def wait_for_commit(self, table):
        deadline = time.monotonic() + 60
        while not (table / "_delta_log" / f"{0:020}.json").exists():
            if time.monotonic() > deadline:
                sys.exit(f"bench: no commit within a minute\n{(self.folder / 'job.log').read_text()[-2000:]}")
            time.sleep(0.001)

    # ---- latency ------------------------------------------------------------------------------------------------

    def latency(self):
        if missing("MILLRACE_TEST_PYTHON"):
            sys.exit("bench: latency needs MILLRACE_TEST_PYTHON, as scripts/setup.sh bench sets it up")
        results = []
        for rate in self.args.rate or [20_000, 180_000]:
            say(f"latency: {rate:,} messages a second for {self.args.seconds} s")
            results.append(self.latency_at(rate))
        print(f"\ntime of a message to its visible commit, default trigger, {self.args.seconds} s")
        print(f"{'messages/s':>10}{'p50 s':>8}{'mean s':>8}{'p99 s':>8}{'max s':>8}{'commits/min':>13}{'files/min':>11}"
              f"{'KiB/file':>10}{'cores':>7}{'MiB':>6}")
        for rate, found, cores, memory in results:
            minutes = self.args.seconds / 60
            print(f"{rate:>10,}{found['p50']:>8.3f}{found['mean']:>8.3f}{found['p99']:>8.3f}{found['max']:>8.3f}"
                  f"{found['commits'] / minutes:>13.0f}{found['files'] / minutes:>11.0f}"
                  f"{found['bytes'] / found['files'] / 1024:>10.0f}{cores:>7.2f}{memory:>6.0f}", flush=True)

    def latency_at(self, rate):
        topic, count = f"latency_{rate}", rate * self.args.seconds
        self.produce(topic, 0)
        with self.running_job(topic) as (process, table):
            time.sleep(1)
            before, started = cpu_seconds(process.pid), time.monotonic()
            sent = self.produce(topic, count, "--rate", rate, "--now", create=False)
            cores = (cpu_seconds(process.pid) - before) / (time.monotonic() - started)
            if sent["messages_per_second"] < 0.97 * rate:
                say(f"the producer managed {sent['messages_per_second']:,} messages a second only")
            deadline = time.monotonic() + 60
            while rows_in(table) < count - count // 10:
                if time.monotonic() > deadline:
                    sys.exit(f"bench: {rows_in(table)} rows a minute after the last message, of {count - count // 10}")
                time.sleep(0.2)
            memory = memory_mib(process.pid)
            read = subprocess.run([os.environ["MILLRACE_TEST_PYTHON"], str(ROOT / "bench" / "table_latency.py"), str(table)],
                                  check=True, capture_output=True, text=True)
        return rate, json.loads(read.stdout), cores, memory


def main():
    parser = argparse.ArgumentParser(description="Kafka to Delta, measured")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, with commas between")
    parser.add_argument("--messages", type=int, default=5_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--codec", action="append")
    parser.add_argument("--rate", type=int, action="append")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--spark", action="store_true")
    args = parser.parse_args()
    sections = args.only.split(",")
    for section in sections:
        if section not in SECTIONS:
            parser.error(f"there is no section {section}; there are {', '.join(SECTIONS)}")
    for needed in ["MILLRACE_KAFKA_JARS"] + ["MILLRACE_SPARK_JARS", "MILLRACE_TEST_PYTHON"] * args.spark:
        if missing(needed):
            sys.exit(f"bench: {needed} is not set; `make bench` sets up what is needed")
    os.environ["MILLRACE_BIN"] = str(args.build.resolve() / "bin")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="millrace-bench-"))
    try:
        with Broker(folder / "kafka") as broker:
            bench = Bench(args, folder, broker)
            for section in sections:
                getattr(bench, section)()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
