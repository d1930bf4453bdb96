"""The main job, kafka_to_delta as it was built, on a disk that fails where it is told to (disk_shim.cc)."""

import dataclasses
import itertools
import os
import pathlib
import re
import subprocess
import typing

SCHEMA = "user_id BIGINT, event_type STRING"
DEADLINE_SECONDS = 300  # Only a hanging job takes so long.
KILLED = -9  # The code of an outcome.

_runs = itertools.count()
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def shim():
    """The library to be loaded first; it is built beside the programs."""
    return pathlib.Path(os.environ["MILLRACE_BIN"]).parent / "lib" / "disk_shim.so"


class Fault(typing.NamedTuple):
    """`at`: a call's number or "kind|glob|n"; `do`: what disk_shim.cc can do to it."""

    at: str
    do: str


@dataclasses.dataclass(frozen=True)
class Call:
    """One call that changes files, as disk_shim.cc tells it. Paths are relative to the job's folder."""

    number: int
    kind: str
    path: str
    old_path: str
    result: str

    @property
    def succeeded(self):
        return self.result.isdigit()

    @property
    def label(self):
        """The same in each run."""
        return f"{self.kind} {_UUID.sub('*', self.path)}"

    @property
    def file(self):
        """The path of the file that the call is for: without what makes the name a temporary one."""
        folder, _, name = self.path.rpartition("/")
        temporary = re.fullmatch(r"\.(.+)\.[0-9a-f-]{36}\.tmp", name)
        return f"{folder}/{temporary[1]}" if temporary else self.path


def read_trace(path):
    if not path.exists():
        return []
    lines = path.read_text().split("\n")[:-1]  # The last line may be cut off.
    return [Call(int(number), *rest) for number, *rest in (line.split("\t") for line in lines)]


@dataclasses.dataclass
class Outcome:
    code: int  # As subprocess has it.
    output: str
    calls: list


class FaultyJob:
    """Runs in `folder`: table/, checkpoint/ and nothing else are below folder/disk."""

    def __init__(self, broker, topic, folder, records_per_batch):
        self.folder, self.disk = folder, folder / "disk"
        self.table, self.checkpoint = self.disk / "table", self.disk / "checkpoint"
        self._command = [
            os.path.join(os.environ["MILLRACE_BIN"], "kafka_to_delta"), "--brokers", broker.address, "--topic", topic,
            "--table", str(self.table), "--checkpoint", str(self.checkpoint), "--schema", SCHEMA,
            "--option", f"maxOffsetsPerTrigger={records_per_batch}"]

    def start(self, fault=None, trigger="available-now"):
        """A process whose `trace` and `log` are the files that it writes."""
        self.disk.mkdir(parents=True, exist_ok=True)
        run = next(_runs)
        trace, log = self.folder / f"trace.{run}", self.folder / f"log.{run}"
        environment = os.environ | {"LD_PRELOAD": str(shim()), "MILLRACE_DISK_ROOT": str(self.disk),
                                    "MILLRACE_DISK_TRACE": str(trace)}
        if fault:
            environment |= {"MILLRACE_DISK_AT": fault.at, "MILLRACE_DISK_DO": fault.do}
        with open(log, "wb") as output:
            process = subprocess.Popen(self._command + ["--trigger", trigger], stdout=output, stderr=output,
                                       env=environment)
        process.trace, process.log = trace, log
        return process

    def wait(self, process):
        process.wait(timeout=DEADLINE_SECONDS)
        return Outcome(process.returncode, process.log.read_text(errors="replace"), read_trace(process.trace))

    def run(self, fault=None, trigger="available-now"):
        process = self.start(fault, trigger)
        try:
            return self.wait(process)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
