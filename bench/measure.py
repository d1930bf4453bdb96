"""What a process took: wall time, CPU time, memory. The commands of the main job and of the bare consumer."""

import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

SCHEMA = "user_id STRING, event_type STRING, value DOUBLE, timestamp TIMESTAMP"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Run:
    """Seconds, seconds, MiB."""
    wall: float
    cpu: float
    peak: float


def median(runs):
    return Run(*(statistics.median(getattr(run, name) for run in runs) for name in ("wall", "cpu", "peak")))


def measure(command, environment=None):
    """Runs `command` to its end. (Run, standard output)"""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            sys.exit(f"bench: {' '.join(map(str, command))}\n{errors.read()[-3000:]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024), output


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mib(pid, what="VmRSS"):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1]) / 1024
    return 0.0


def job_command(binaries, broker, topic, table, checkpoint, *more):
    return [str(binaries / "kafka_to_delta"), "--brokers", broker.address, "--topic", topic, "--table", str(table),
            "--checkpoint", str(checkpoint), "--schema", SCHEMA, *more]


def rows_in(table):
    """Rows by the statistics in the table's log."""
    rows = 0
    for path in (pathlib.Path(table) / "_delta_log").glob("*.json"):
        for line in path.read_text().splitlines():
            add = json.loads(line).get("add")
            rows += json.loads(add["stats"])["numRecords"] if add else 0
    return rows
