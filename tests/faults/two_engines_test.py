#!/usr/bin/env python3
"""Two engines on one checkpoint: one works, the other is told, nothing is harmed.

  together    both start at the same moment and would run for ever: one works, the other ends and names the first
  stopped     the first stands still at some call that changes a file; the second is told; the first goes on to its end,
              or is killed, and then another takes over at once
  unlocked    the same, but the lock's file is taken away, as if the second ran on another machine or were Spark: it
              does all the work, and the first, going on, may not write anything that is there already
  racing      both run without a lock at the same time, over one file or another they meet

After each the job is run to its end, and then delta-rs finds every row once, under one appId with consecutive ids.

    two_engines_test.py [--rounds N] [--seed N] [--keep]

Each of the four is done N times (default: 4). Environment as for tests/brokers/kill_test.py; return code 77 where
something needed is not there.
"""

import os
import random
import signal
import sys
import time

import stage
from faulty_job import DEADLINE_SECONDS, Fault, FaultyJob, read_trace
from ledger import Judge, Wrong, check_finished, check_nothing_harmed, expected_rows
from records import record

PARTITIONS = 3
RECORDS = 72
RECORDS_PER_BATCH = 24
FOR_EVER = "0 seconds"
# How an engine says that it is not alone: from the checkpoint's logs, from the table, from the disk.
TOLD = ["Multiple streaming jobs detected", "concurrent update", "ConcurrentTransactionException",
        "does another process use this folder?"]


class Engines:
    """Two processes on one checkpoint, and what must come of them."""

    def __init__(self, broker, topic, folder, judge, expected):
        self.job = FaultyJob(broker, topic, folder, RECORDS_PER_BATCH)
        self.judge, self.expected, self._processes = judge, expected, []

    def start(self, fault=None, trigger="available-now"):
        process = self.job.start(fault, trigger)
        self._processes.append(process)
        return process

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self._processes:
            if process.poll() is None:
                process.kill()
                process.wait()

    def check_refused(self, process, holder):
        """The process ended by itself, because `holder` has the checkpoint, and says so."""
        outcome = self.job.wait(process)
        wanted = f"is in use: {self.job.checkpoint}/.millrace.lock is locked by process {holder.pid} on host "
        if outcome.code != 1 or wanted not in outcome.output:
            raise Wrong(f"return code {outcome.code}, wanted 1 and {wanted!r}:\n{outcome.output[-1500:]}")
        # It may be the one that makes the folder.
        harmless = ("checkpoint/.millrace.lock", "checkpoint")
        changed = [call.label for call in outcome.calls if call.file not in harmless]
        if changed:
            raise Wrong(f"refused, but it changed files: {changed}")

    def check_ended(self, process, may_be_told):
        """The process ended well, or was told that it is not alone."""
        outcome = self.job.wait(process)
        told = any(words in outcome.output for words in TOLD)
        if outcome.code == 0 or (may_be_told and outcome.code == 1 and told):
            return outcome.code
        raise Wrong(f"return code {outcome.code}:\n{outcome.output[-1500:]}")

    def check_ledger(self):
        check_nothing_harmed(self.judge.rows(self.job.table), self.expected)
        self.check_ended(self.start(), may_be_told=False)
        check_finished(self.judge, self.job.table, self.job.checkpoint, self.expected)


def wait_until(condition, what):
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise Wrong(f"{what} did not happen in {DEADLINE_SECONDS} s")
        time.sleep(0.005)


def wait_for_stop(process):
    """Until the shim has stopped the process."""
    def stopped():
        pid, status = os.waitpid(process.pid, os.WNOHANG | os.WUNTRACED)
        if pid and not os.WIFSTOPPED(status):
            raise Wrong(f"the process ended before it was stopped:\n{process.log.read_text()[-1500:]}")
        return pid
    wait_until(stopped, "the stop")


def together(engines, _):
    first, second = engines.start(trigger=FOR_EVER), engines.start(trigger=FOR_EVER)
    wait_until(lambda: first.poll() is not None or second.poll() is not None, "the end of one of the two")
    winner, loser = (first, second) if first.poll() is None else (second, first)
    engines.check_refused(loser, winner)
    wait_until(lambda: any(call.path == "checkpoint/commits/0" for call in read_trace(winner.trace)), "batch 0")
    winner.terminate()
    engines.check_ended(winner, may_be_told=False)


def stopped(engines, rng):
    # Only after the first has put its name into the lock can the second say it.
    first = engines.start(Fault(str(rng.randint(7, 90)), "stop"))
    wait_for_stop(first)
    engines.check_refused(engines.start(), first)
    if rng.random() < 0.5:
        first.kill()
        first.wait()
        return
    first.send_signal(signal.SIGCONT)
    engines.check_ended(first, may_be_told=False)


def unlocked(engines, rng):
    first = engines.start(Fault(str(rng.randint(7, 90)), "stop"))
    wait_for_stop(first)
    (engines.job.checkpoint / ".millrace.lock").unlink()
    engines.check_ended(engines.start(), may_be_told=False)
    check_finished(engines.judge, engines.job.table, engines.job.checkpoint, engines.expected)
    first.send_signal(signal.SIGCONT)
    engines.check_ended(first, may_be_told=True)
    check_finished(engines.judge, engines.job.table, engines.job.checkpoint, engines.expected)


def racing(engines, rng):
    first = engines.start(Fault(str(rng.randint(7, 60)), "stop"))
    wait_for_stop(first)
    (engines.job.checkpoint / ".millrace.lock").unlink()
    second = engines.start(Fault(str(rng.randint(7, 60)), "stop"))
    wait_for_stop(second)
    for process in rng.sample([first, second], 2):
        process.send_signal(signal.SIGCONT)
    if engines.check_ended(first, may_be_told=True) == engines.check_ended(second, may_be_told=True) == 1:
        raise Wrong("both were told that they are not alone, and none worked")


def main():
    parser = stage.arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=4)
    args = parser.parse_args()
    rng, wrong, started = random.Random(args.seed), [], time.time()
    scenes = [together, stopped, unlocked, racing]
    with stage.stage("two-engines", args) as (folder, broker), Judge() as judge:
        broker.create_topic("events", PARTITIONS)
        broker.produce("events", ((n % PARTITIONS, record(n)[0]) for n in range(RECORDS)))
        expected = expected_rows(record, RECORDS)
        for number in range(args.rounds):
            for scene in scenes:
                name = f"{scene.__name__}-{number}"
                with Engines(broker, "events", folder / name, judge, expected) as engines:
                    try:
                        scene(engines, rng)
                        engines.check_ledger()
                    except Wrong as error:
                        wrong.append(name)
                        print(f"{name}: {error}", flush=True)
            if number % 5 == 4:
                print(f"{number + 1}/{args.rounds} rounds, {len(wrong)} went wrong, {time.time() - started:.0f} s",
                      flush=True)
    print(f"two engines: {args.rounds} rounds of {', '.join(scene.__name__ for scene in scenes)} in "
          f"{time.time() - started:.0f} s, {len(wrong)} went wrong, seed {args.seed}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
