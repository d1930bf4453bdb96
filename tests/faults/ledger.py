"""What the table and the checkpoint of a finished query must be. delta-rs is the judge of the rows."""

import collections
import json
import os
import subprocess
import sys

# Answers one line of JSON for each path of a table that it reads.
_READER = r"""
import collections, json, sys
from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError
for line in sys.stdin:
    try:
        table = DeltaTable(line.rstrip("\n")).to_pyarrow_table()
        rows = collections.Counter(zip(table.column("user_id").to_pylist(), table.column("event_type").to_pylist()))
        answer = {"rows": list(rows.items())}
    except TableNotFoundError:
        answer = {"rows": []}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
"""


class Wrong(Exception):
    """Something is not as it must be; the text says what."""


class Judge:
    """delta-rs in one process for many tables; use it in a `with`. Not for two threads at a time."""

    def __enter__(self):
        self._reader = subprocess.Popen([os.environ["MILLRACE_TEST_PYTHON"], "-c", _READER], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        self._reader.stdin.close()
        self._reader.wait()

    def rows(self, table):
        """How often each row stands in the table; empty when there is no table yet."""
        self._reader.stdin.write(f"{table}\n")
        self._reader.stdin.flush()
        answer = json.loads(self._reader.stdout.readline())
        if "error" in answer:
            raise Wrong(f"delta-rs cannot read the table: {answer['error']}")
        return collections.Counter({tuple(row): count for row, count in answer["rows"]})


def expected_rows(record, count):
    """The rows that records 0 to count - 1 become; `record` as records.record."""
    rows = (record(n)[1] for n in range(count))
    return collections.Counter(row for row in rows if row is not None)


def check_nothing_harmed(found, expected):
    """Of an unfinished query: no row that does not belong there, none twice."""
    _require_none(found - expected, "too many")


def check_rows(found, expected):
    """Of a finished query: each row once."""
    _require_none(expected - found, "lost")
    _require_none(found - expected, "too many")


def _require_none(rows, what):
    if rows:
        raise Wrong(f"{sum(rows.values())} rows {what}, for example {list(rows)[:3]}")


def check_transactions(table, checkpoint):
    """One appId, that of the checkpoint; batch ids from 0 without gap or repetition. How many there are."""
    query_id = json.loads((checkpoint / "metadata").read_text())["id"]
    ids = []
    for path in sorted((table / "_delta_log").glob("*.json")):
        for line in path.read_text().splitlines():
            action = json.loads(line)
            if "txn" in action:
                if action["txn"]["appId"] != query_id:
                    raise Wrong(f"{path.name}: txn of {action['txn']['appId']}, not of the query {query_id}")
                ids.append(action["txn"]["version"])
    if ids != list(range(len(ids))):
        raise Wrong(f"txn versions are not consecutive: {ids}")
    return len(ids)


def check_batches(checkpoint, batches, retained=100):
    """Of a finished query: both logs hold the same last batches, as far as they must be kept, and each file is whole."""
    wanted = set(range(max(0, batches - retained), batches))
    for log in ("offsets", "commits"):
        folder = checkpoint / log
        there = {int(path.name) for path in folder.iterdir() if path.name.isdigit()}
        if not wanted <= there or (there and max(there) >= batches):
            raise Wrong(f"{log}/ does not hold the last of {batches} batches: {sorted(there)}")
        for batch in wanted:
            lines = (folder / str(batch)).read_text().splitlines()
            if lines[:1] != ["v1"] or not all(json.loads(line) is not None for line in lines[1:]):
                raise Wrong(f"{log}/{batch} is not whole: {lines}")


def check_finished(judge, table, checkpoint, expected):
    """All of the above. Returns the number of batches."""
    check_rows(judge.rows(table), expected)
    batches = check_transactions(table, checkpoint)
    check_batches(checkpoint, batches)
    return batches


def canary(check, what):
    """A check that accepts what is wrong is no check: ends the test when `check` does not refuse."""
    try:
        check()
    except Wrong:
        return
    sys.exit(f"canary: the check does not see {what}")
