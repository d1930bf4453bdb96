#!/usr/bin/env python3
"""The PySpark door measured: `millrace submit` to the first visible commit, the server's start and idle state, two batch queries by the real
client; with --spark beside real Spark Connect in the same run.

    bench/connect.py BUILD_DIR [--repeat N] [--spark]
"""
import argparse
import contextlib
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from measure import memory_mib

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "brokers"))
from broker import Broker, missing  # noqa: E402

PYTHON = os.environ.get("MILLRACE_CLIENT_PYTHON", "")

# Each query runs once to warm up, then `repeat` times.
QUERIES = """
import statistics, sys, time
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
spark = SparkSession.builder.remote(sys.argv[1]).getOrCreate()
queries = {
    "range(10_000_000), group by and sum": lambda: spark.range(10_000_000).groupBy((F.col("id") % 10).alias("k")).agg(F.sum("id"), F.count("*")).collect(),
    "1,000,000 rows to pandas": lambda: spark.range(1_000_000).selectExpr("id", "id * 2 AS d", "cast(id AS double) AS x").toPandas(),
}
for name, run in queries.items():
    run()
    times = []
    for _ in range(int(sys.argv[2])):
        began = time.monotonic(); run(); times.append(time.monotonic() - began)
    print(f"{name}\\t{statistics.median(times)}")
spark.stop()
"""


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def wait_for(what, seconds=60):
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            sys.exit("bench: gave up waiting")
        time.sleep(0.002)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def running(command, port, **more):
    """A server: (process, seconds until it listened)."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, **more)
    try:
        wait_for(lambda: listens(port))
        yield process, time.monotonic() - began
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)


def millrace(args, port):
    return running([args.build.resolve() / "bin/millrace", "serve", "--port", str(port)], port)


def spark(folder, port):
    import pyspark  # The test Python's, which holds Spark.
    home = pathlib.Path(pyspark.__file__).parent
    confs = {"spark.connect.grpc.binding.port": port, "spark.connect.grpc.binding.address": "127.0.0.1", "spark.driver.host": "127.0.0.1",
             "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false", "spark.sql.warehouse.dir": f"{folder}/warehouse"}
    command = [home / "bin/spark-submit", "--master", "local[2]", "--driver-memory", "2g", *(x for key, value in confs.items() for x in ("--conf", f"{key}={value}")),
               "--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]
    return running(command, port, env=os.environ | {"SPARK_HOME": str(home), "PYSPARK_PYTHON": sys.executable}, cwd=folder)


def queries(folder, port, repeat):
    script = folder / "queries.py"
    script.write_text(QUERIES)
    run = subprocess.run([PYTHON, script, f"sc://localhost:{port}", str(repeat)], stdout=subprocess.PIPE, text=True, check=True)
    return {name: float(seconds) for name, seconds in (line.split("\t") for line in run.stdout.splitlines())}


def submit_to_commit(args, folder):
    """`millrace submit` of the Kafka-to-Delta script, command to first visible commit."""
    with Broker(folder / "broker") as broker:
        binaries = args.build.resolve() / "bin"
        subprocess.run([binaries / "kafka_produce", "--brokers", broker.address, "--topic", "one", "--create", "1", "--partitions", "1",
                        "--count", "1"], check=True, stdout=subprocess.DEVNULL)
        seconds = []
        for number in range(args.repeat):
            table = folder / f"table{number}"
            began = time.monotonic()
            job = subprocess.Popen([binaries / "millrace", "submit", "--python", PYTHON, ROOT / "examples/python/kafka_to_delta.py",
                                    broker.address, "one", table, folder / f"checkpoint{number}"], stderr=subprocess.DEVNULL)
            # Version 0 with rows: the first batch.
            wait_for(lambda: any(table.glob("*.parquet")) and (table / "_delta_log/00000000000000000000.json").exists())
            seconds.append(time.monotonic() - began)
            job.send_signal(signal.SIGINT)
            job.wait(timeout=60)
    return seconds


def import_time(folder, repeat):
    script = folder / "imports.py"
    script.write_text("from pyspark.sql.connect.session import SparkSession\n")
    seconds = []
    for _ in range(repeat):
        began = time.monotonic()
        subprocess.run([PYTHON, script], env=os.environ | {"SPARK_REMOTE": "sc://localhost"}, check=True)
        seconds.append(time.monotonic() - began)
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--spark", action="store_true", help="real Spark Connect beside it")
    args = parser.parse_args()
    if missing("MILLRACE_CLIENT_PYTHON"):
        sys.exit("bench: no Python with PySpark's client; run scripts/setup.sh bench")
    with tempfile.TemporaryDirectory(prefix="millrace-bench-") as name:
        folder = pathlib.Path(name)
        say("server: start, idle state")
        starts = []
        for _ in range(args.repeat):
            port = free_port()
            with millrace(args, port) as (_, seconds):
                starts.append(seconds)
        port = free_port()
        with millrace(args, port) as (server, _):
            time.sleep(2)
            idle = memory_mib(server.pid)
            say("queries on Millrace")
            ours = queries(folder, port, args.repeat)
        theirs = {}
        if args.spark:
            say("queries on Spark Connect")
            port = free_port()
            with spark(folder, port):
                theirs = queries(folder, port, args.repeat)
        say("millrace submit to the first commit")
        imports = import_time(folder, args.repeat)
        commits = submit_to_commit(args, folder)
    print(f"\nserver: start to listening {statistics.median(starts) * 1000:.0f} ms, idle {idle:.0f} MiB")
    print(f"millrace submit to the first visible commit: {statistics.median(commits):.2f} s ({min(commits):.2f} to {max(commits):.2f}); "
          f"the client's own import {statistics.median(imports):.2f} s")
    print(f"{'':<40}{'Millrace s':>12}{'Spark s':>10}{'Spark / Millrace':>18}")
    for query, seconds in ours.items():
        other = theirs.get(query)
        print(f"{query:<40}{seconds:>12.3f}" + (f"{other:>10.3f}{other / seconds:>18.1f}" if other else ""))


if __name__ == "__main__":
    main()
