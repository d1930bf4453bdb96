#!/usr/bin/env python3
"""Connections that are cut while answers come: the client asks for the rest, and has everything once in the end.

    reattach_test.py [--every N] [unittest's arguments]

A cut falls behind each HTTP/2 frame in both directions and, for the small query, behind each N-th byte (default 9; 1: all).
"""
import os
import sys
import tempfile
import threading
import time
import unittest

import serving

serving.use_client_python()

import cutting_proxy  # noqa: E402
import pyspark.sql.connect.proto as proto  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402
from pyspark.sql.streaming import StreamingQueryListener  # noqa: E402

EVERY = 9
MOST_PLACES = 5000


class Events(StreamingQueryListener):
    def __init__(self):
        self.started, self.batches, self.terminated = [], [], []

    def onQueryStarted(self, event):
        self.started.append(str(event.runId))

    def onQueryProgress(self, event):
        self.batches.append(event.progress.batchId)

    def onQueryIdle(self, event):
        pass

    def onQueryTerminated(self, event):
        self.terminated.append((str(event.runId), event.exception))


class Reattach(unittest.TestCase):
    SERVER = ("--stream-duration", "60s")

    def setUp(self):
        self.server = self.enterContext(serving.Server(*self.SERVER))
        self.proxy = self.enterContext(cutting_proxy.CuttingProxy(self.server.port))
        self.spark = SparkSession.builder.remote(f"sc://localhost:{self.proxy.port}/").create()
        self.addCleanup(self.spark.stop)
        self.addCleanup(self.proxy.rest)  # Before it.

    def sweep(self, action, units=("frames",), step=None):
        """Runs the action with a cut at one place after the other, until it ends before the cut comes."""
        for unit in units:
            for direction in ("down", "up"):
                places, slowest = 0, 0.0
                while True:
                    after = 1 + places * (step or (EVERY if unit == "bytes" else 1))
                    self.proxy.cut(direction, unit, after)
                    begin = time.monotonic()
                    with self.subTest(direction=direction, unit=unit, after=after):
                        action()
                    slowest = max(slowest, time.monotonic() - begin)
                    if not self.proxy.fired:
                        break
                    places += 1
                    self.assertLess(places, MOST_PLACES)
                self.proxy.rest()
                print(f"{self.id().split('.')[-1]}: cut at {places} places {direction} ({unit}), {slowest:.1f} s at most", flush=True)
                self.assertGreater(places, 3, "the action was over before anything was cut")

    def test_small_query(self):
        frame = self.spark.range(5).selectExpr("id", "id * id AS square")

        def action():
            self.assertEqual([tuple(row) for row in frame.collect()], [(i, i * i) for i in range(5)])

        action()
        self.sweep(action, units=("frames", "bytes"))

    def test_sql_command_and_view(self):
        """Commands whose answers are not rows; each is done once, so that the view is there and is the new one."""
        turn = iter(range(1_000_000))

        def action():
            number = next(turn)
            self.spark.sql(f"CREATE OR REPLACE TEMP VIEW v AS SELECT {number} AS n").collect()
            self.assertEqual(self.spark.table("v").collect()[0].n, number)

        action()
        self.sweep(action)

    def test_failing_query(self):
        def action():
            with self.assertRaises(Exception) as raised:
                self.spark.sql("SELECT 1 / 0 AS x").collect()
            self.assertEqual(raised.exception.getCondition(), "DIVIDE_BY_ZERO")

        action()
        self.sweep(action)

    def test_large_result(self):
        """Many responses, more than the server keeps once they are read."""
        self.spark.client._preferred_arrow_chunk_size = 1_000_000
        rows = 30_000
        frame = self.spark.range(rows).selectExpr("id", f"concat(CAST(id AS STRING), '{'x' * 400}') AS text")

        def action():
            table = frame.toArrow()
            self.assertEqual(table.num_rows, rows)
            self.assertEqual(table["id"].to_pylist(), list(range(rows)))

        action()
        self.sweep(action, step=5)

    def test_cut_again_and_again(self):
        """A connection never carries more than so much; about 25 MB are wanted, in chunks of 1 MB."""
        self.spark.client._preferred_arrow_chunk_size = 1_000_000
        rows = 60_000
        frame = self.spark.range(rows).selectExpr("id", f"concat(CAST(id AS STRING), '{'x' * 400}') AS text")
        for unit, after in (("bytes", 4_000_000), ("frames", 20)):
            self.proxy.cut("down", unit, after, repeat=True)
            ids = [row.id for row in frame.toLocalIterator()]
            self.proxy.rest()
            self.assertEqual(ids, list(range(rows)))
            self.assertGreater(self.proxy.cuts, 1)
            print(f"cut {self.proxy.cuts} times, behind every {after} {unit}", flush=True)

    def test_streaming_query_with_listener(self):
        """start, awaitTermination and a listener's events: one run, three batches, each told once."""
        folder = self.enterContext(tempfile.TemporaryDirectory())
        for i in range(3):
            with open(os.path.join(folder, f"{i}.txt"), "w") as file:
                file.write(f"row {i}\n")
        source = self.spark.readStream.format("text").option("maxFilesPerTrigger", 1).load(folder)
        turn = iter(range(1_000_000))

        def action():
            name = f"out{next(turn)}"
            events = Events()
            self.spark.streams.addListener(events)
            query = source.writeStream.format("memory").queryName(name).trigger(availableNow=True).start()
            self.assertTrue(query.awaitTermination(30))
            serving.wait_until(lambda: events.terminated, what="the terminated event")
            self.spark.streams.removeListener(events)
            self.assertEqual(sorted(row.value for row in self.spark.table(name).collect()), ["row 0", "row 1", "row 2"])
            self.assertEqual(events.started, [str(query.runId)])
            self.assertEqual(events.batches, [0, 1, 2])
            self.assertEqual(events.terminated, [(str(query.runId), None)])
            self.assertEqual(self.spark.streams.active, [])
            self.spark.catalog.dropTempView(name)

        action()
        self.sweep(action)


class Released(unittest.TestCase):
    """ReleaseExecute lost: the server lets go of operations by itself."""

    def setUp(self):
        self.server = self.enterContext(serving.Server("--detached-operation", "1s", "--session-idle", "10s"))
        self.spark = self.server.session()
        self.addCleanup(self.spark.stop)
        self.lost = 0

        def lose(*_, **__):
            self.lost += 1

        self.spark.client._stub.ReleaseExecute = lose

    def operations(self):
        client = self.spark.client
        request = proto.GetStatusRequest(session_id=client._session_id)
        request.user_context.user_id = client._user_id or ""
        request.operation_status.SetInParent()
        return len(client._stub.GetStatus(request, metadata=client._builder.metadata()).operation_statuses)

    def test_results_are_whole_and_operations_go_away(self):
        rows = 100_000  # About 40 MB.
        frame = self.spark.range(rows).selectExpr("id", f"concat(CAST(id AS STRING), '{'x' * 400}') AS text")
        held = 0
        for _ in range(3):
            self.assertEqual(frame.toArrow()["id"].to_pylist(), list(range(rows)))
            held = max(held, self.operations())
        self.assertEqual(self.spark.range(7).count(), 7)
        self.assertGreater(self.lost, 3)
        self.assertGreater(held, 0)
        serving.wait_until(lambda: self.operations() == 0, seconds=30, what="the end of operations that were not released")
        self.assertEqual(self.spark.range(3).count(), 3)


class StreamDuration(Reattach):
    """Answers that the server ends early, so that the client comes again, in the midst of everything."""

    SERVER = ("--stream-duration", "150ms")
    test_small_query = test_sql_command_and_view = test_failing_query = test_large_result = None
    test_streaming_query_with_listener = test_cut_again_and_again = None

    def test_await_termination_and_listener(self):
        events = Events()
        self.spark.streams.addListener(events)
        rate = self.spark.readStream.format("rate").option("rowsPerSecond", 50).load()
        query = rate.writeStream.format("memory").queryName("rows").trigger(processingTime="300 milliseconds").start()
        self.assertFalse(query.awaitTermination(4))
        serving.wait_until(lambda: len(events.batches) > 3, seconds=60, what="the fourth batch")
        stopper = threading.Timer(1, query.stop)
        stopper.start()
        self.assertTrue(query.awaitTermination(30))
        stopper.join()
        serving.wait_until(lambda: events.terminated, what="the terminated event")
        self.assertEqual(events.started, [str(query.runId)])
        self.assertEqual(events.batches, list(range(len(events.batches))))
        self.spark.streams.removeListener(events)
        values = sorted(row.value for row in self.spark.table("rows").collect())
        self.assertEqual(values, list(range(len(values))))


if __name__ == "__main__":
    if "--every" in sys.argv:
        at = sys.argv.index("--every")
        EVERY = int(sys.argv[at + 1])
        del sys.argv[at:at + 2]
    unittest.main(verbosity=2)
