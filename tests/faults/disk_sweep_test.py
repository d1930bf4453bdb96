#!/usr/bin/env python3
"""Each call that changes a file, over whole runs of the main job, goes wrong once in each way.

Two runs are swept, on a real broker: `fresh` starts from nothing; `late` goes on after 109 batches, so that it also
purges its checkpoint and writes a checkpoint of the Delta log. For each call and each way of going wrong:

  the job is killed after it, or in the midst of a write; the power is cut after it; it fails with EIO or ENOSPC, or its
  answer is lost; a write is short; the disk is full from there on; a sync fails and then the power is cut; the job is
  killed, started again, and when all is done the power is cut.

After that the table must be readable, with no row too many. A job that failed must have said which file, why and in
which batch; one that ended well must have written everything. Started again on a good disk the job must end well, and
then every row stands in the table once, the transactions are consecutive and both logs of the checkpoint are whole.

    disk_sweep_test.py [--sample N] [--seed N] [--only RUN:CALL:WAY] [--jobs N] [--keep]

--sample N tries every call of one batch and N others, each in one way that the seed chooses; without it all are tried.
Environment as for tests/brokers/kill_test.py; return code 77 where something needed is not there.
"""

import collections
import concurrent.futures
import contextlib
import dataclasses
import os
import pathlib
import queue
import random
import re
import shutil
import sys
import threading
import time

import stage
from faulty_job import KILLED, Fault, FaultyJob
from ledger import Judge, Wrong, canary, check_finished, check_nothing_harmed, expected_rows
from power_cut import UnsyncedNames
from records import record

PARTITIONS = 3
REASONS = {"EIO": "Input/output error", "ENOSPC": "No space left on device", "full": "No space left on device",
           "lost": "Input/output error", "sync-cut": "Input/output error"}


@dataclasses.dataclass
class Run:
    """A run of the job to be swept."""

    name: str
    topic: str
    start: pathlib.Path  # What is on the disk when it starts.
    records_per_batch: int
    expected: collections.Counter
    calls: list = dataclasses.field(default_factory=list)  # Of a run without a fault.


@dataclasses.dataclass(frozen=True)
class Trial:
    run: str
    call: int
    way: str

    def __str__(self):
        return f"{self.run}:{self.call}:{self.way}"


def ways_of(call):
    """In how many ways a call can go wrong."""
    ways = ["kill", "cut", "EIO", "ENOSPC", "full", "lost"]
    if call.kind == "write":
        ways += ["torn", "short"]
    if call.kind == "sync":
        ways += ["sync-cut"]
    if call.kind in ("rename", "link", "mkdir"):
        ways += ["mixed-cut", "late-cut"]
    return ways


def fault_of(trial):
    at = str(trial.call)
    if trial.way in ("kill", "cut", "mixed-cut", "late-cut"):
        return Fault(at, "kill-after")
    return Fault(at, "EIO" if trial.way == "sync-cut" else trial.way)


def batch_of(calls, number):
    """The batch that call `number` belongs to; None before the first."""
    batch = None
    for call in calls[:number]:
        begins = re.fullmatch(r"create checkpoint/offsets/(\d+)", f"{call.kind} {call.file}")
        batch = begins[1] if begins else batch
    return batch


def check_told(trial, job, outcome):
    """A job that failed says so by its return code, and says which file, why, and in which batch."""
    if outcome.code != 1:
        raise Wrong(f"return code {outcome.code}:\n{outcome.output[-1500:]}")
    failed = [call for call in outcome.calls if call.number >= trial.call and not call.succeeded]
    for call in failed:  # Of a full disk the first need not be the one that ended the job.
        batch = batch_of(outcome.calls, call.number)
        words = [REASONS[trial.way], "" if batch is None else f"batch {batch}: "]
        for line in outcome.output.splitlines():
            if all(word in line for word in words) and any(name in line for name in names_of(job, call)):
                return
    raise Wrong(f"not told what failed: {[call.label for call in failed]}:\n{outcome.output[-1500:]}")


def names_of(job, call):
    """What a message may call the file of a call that failed: it, or the folder that could not be made or synced."""
    path = job.disk / call.file
    return {f"{path}:", f"{path.parent}:"} if path != job.disk else {f"{path}:"}


def check_left_behind(job, trial, outcome):
    """A job that failed, but lives, takes its temporary files away."""
    failed = next(call for call in outcome.calls if call.number == trial.call)
    if failed.kind == "unlink" or (failed.kind == "create" and trial.way == "lost"):
        return  # It could not; or it does not know that there is one.
    temporary = [str(path.relative_to(job.disk)) for path in job.disk.rglob(".*.tmp")]
    if temporary:
        raise Wrong(f"left behind: {temporary}")


def try_one(run, trial, job, judge, rng):
    shutil.copytree(run.start, job.disk)
    first = job.run(fault_of(trial))
    calls = list(first.calls)
    if all(call.number != trial.call for call in calls):
        raise Wrong(f"call {trial.call} was not reached")
    if trial.way in ("kill", "torn", "cut", "mixed-cut", "late-cut"):
        if first.code != KILLED:
            raise Wrong(f"return code {first.code}, not killed")
    elif first.code != 0:
        check_told(trial, job, first)
        check_left_behind(job, trial, first)
    if first.code == 0:
        check_finished(judge, job.table, job.checkpoint, run.expected)
    else:
        check_nothing_harmed(judge.rows(job.table), run.expected)

    if trial.way in ("cut", "sync-cut"):
        UnsyncedNames(calls).cut(job.disk)
    if trial.way == "mixed-cut":
        UnsyncedNames(calls).cut(job.disk, rng)
    if trial.way == "late-cut":
        second = job.run()
        if second.code != 0:
            raise Wrong(f"started again: return code {second.code}:\n{second.output[-1500:]}")
        UnsyncedNames(calls + second.calls).cut(job.disk)

    last = job.run()
    if last.code != 0:
        raise Wrong(f"started again on a good disk: return code {last.code}:\n{last.output[-1500:]}")
    check_finished(judge, job.table, job.checkpoint, run.expected)


def prepare(broker, folder, judge):
    """The runs to be swept, each with the calls of a run without a fault."""
    fresh = Run("fresh", "fresh", folder / "empty", 24, expected_rows(record, 48))
    fresh.start.mkdir()
    broker.create_topic("fresh", PARTITIONS)
    broker.produce("fresh", ((n % PARTITIONS, record(n)[0]) for n in range(48)))

    before, later = 109 * 3, 3 * 24
    broker.create_topic("late", PARTITIONS)
    broker.produce("late", ((n % PARTITIONS, record(n)[0]) for n in range(before)))
    base = FaultyJob(broker, "late", folder / "base", 3)
    outcome = base.run()
    if outcome.code != 0:
        sys.exit(f"the run before run late: return code {outcome.code}:\n{outcome.output[-1500:]}")
    broker.produce("late", ((n % PARTITIONS, record(n)[0]) for n in range(before, before + later)))
    late = Run("late", "late", base.disk, 24, expected_rows(record, before + later))

    for run in (fresh, late):
        job = FaultyJob(broker, run.topic, folder / f"good-{run.name}", run.records_per_batch)
        shutil.copytree(run.start, job.disk)
        outcome = job.run()
        if outcome.code != 0:
            sys.exit(f"run {run.name} without a fault: return code {outcome.code}:\n{outcome.output[-1500:]}")
        check_finished(judge, job.table, job.checkpoint, run.expected)
        run.calls = outcome.calls
        check_canaries(job, run, judge)
    return {run.name: run for run in (fresh, late)}


def check_canaries(job, run, judge):
    finished = lambda: check_finished(judge, job.table, job.checkpoint, run.expected)  # noqa: E731
    canary(lambda: check_finished(judge, job.table, job.checkpoint, run.expected + run.expected), "lost rows")
    entry = max((job.table / "_delta_log").glob("*.json"))
    entry.rename(entry.with_suffix(".away"))
    canary(finished, "a lost transaction")
    entry.with_suffix(".away").rename(entry)
    commit = max((job.checkpoint / "commits").glob("[0-9]*"), key=lambda path: int(path.name))
    commit.write_bytes(b"")
    canary(finished, "an empty file in the checkpoint")


def choose(runs, sample, rng):
    """All trials; or one way for each call of a batch, and `sample` others."""
    trials = [Trial(run.name, call.number, way) for run in runs.values() for call in run.calls for way in ways_of(call)]
    if sample is None:
        return trials
    batch = [call.number for call in runs["late"].calls if batch_of(runs["late"].calls, call.number) == "110"]
    of_batch = [Trial("late", number, rng.choice(ways_of(runs["late"].calls[number - 1]))) for number in batch]
    return of_batch + rng.sample(sorted(set(trials) - set(of_batch), key=str), sample)


class Sweep:
    """Does the trials, some at a time, and tells how it goes."""

    def __init__(self, broker, runs, folder, seed, keep):
        self._broker, self._runs, self._folder, self._seed, self._keep = broker, runs, folder, seed, keep
        self._judges = queue.SimpleQueue()
        self._lock = threading.Lock()
        self.done, self.wrong = 0, []

    def do(self, trials, jobs):
        with contextlib.ExitStack() as judges:
            for _ in range(jobs):
                self._judges.put(judges.enter_context(Judge()))
            started = told = time.time()
            with concurrent.futures.ThreadPoolExecutor(jobs) as threads:
                for _ in threads.map(self._try, trials):
                    if time.time() - told > 10:
                        told = time.time()
                        print(f"{self.done}/{len(trials)} trials, {len(self.wrong)} went wrong, {told - started:.0f} s",
                              flush=True)

    def _try(self, trial):
        run = self._runs[trial.run]
        folder = self._folder / str(trial).replace(":", "-")
        job = FaultyJob(self._broker, run.topic, folder, run.records_per_batch)
        judge = self._judges.get()
        wrong = None
        try:
            try_one(run, trial, job, judge, random.Random(f"{self._seed} {trial}"))
        except Wrong as error:
            wrong = f"{trial} ({run.calls[trial.call - 1].label}): {error}"
        finally:
            self._judges.put(judge)
        with self._lock:
            self.done += 1
            if wrong:
                self.wrong.append(wrong)
                print(wrong, flush=True)
        if not self._keep:
            shutil.rmtree(folder)


def main():
    parser = stage.arguments(__doc__)
    parser.add_argument("--sample", type=int, help="every call of one batch, and so many others")
    parser.add_argument("--only", help="one trial, as a failure names it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    args = parser.parse_args()
    with stage.stage("disk-sweep", args) as (folder, broker):
        with Judge() as judge:
            runs = prepare(broker, folder, judge)
        for run in runs.values():
            print(f"run {run.name}: {len(run.calls)} calls that change files", flush=True)
        trials = choose(runs, args.sample, random.Random(args.seed))
        if args.only:
            name, call, way = args.only.split(":")
            trials = [Trial(name, int(call), way)]
        started = time.time()
        sweep = Sweep(broker, runs, folder, args.seed, args.keep)
        sweep.do(trials, args.jobs)
    by_way = collections.Counter(trial.way for trial in trials)
    print(", ".join(f"{way} {count}" for way, count in sorted(by_way.items())))
    print(f"disk sweep: {sweep.done} trials in {time.time() - started:.0f} s, {len(sweep.wrong)} went wrong, "
          f"seed {args.seed}")
    sys.exit(1 if sweep.wrong else 0)


if __name__ == "__main__":
    main()
