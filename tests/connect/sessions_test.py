#!/usr/bin/env python3
"""Many clients in one server: each has views, settings and queries of its own; one that is killed leaves nothing behind in
the end; sessions that come and go cost no memory."""
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import uuid
from unittest import mock

import serving

serving.use_client_python()

import grpc  # noqa: E402
from pyspark.errors import PySparkException  # noqa: E402
from pyspark.sql.connect.client.retries import DefaultPolicy  # noqa: E402
from pyspark.sql.connect.streaming.query import StreamingQuery  # noqa: E402


def rate_query(spark, name):
    return spark.readStream.format("rate").option("rowsPerSecond", 50).load().writeStream.format("memory").queryName(name).start()


class TwoClients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(serving.Server())

    def setUp(self):
        self.a, self.b = self.server.session(user_id="a"), self.server.session(user_id="b")
        self.addCleanup(self.a.stop)
        self.addCleanup(self.b.stop)

    def test_one_view_name_with_other_content(self):
        self.a.range(3).createOrReplaceTempView("v")
        self.b.createDataFrame([("x",), ("y",)], "s string").createOrReplaceTempView("v")
        self.assertEqual([row.id for row in self.a.sql("SELECT * FROM v ORDER BY id").collect()], [0, 1, 2])
        self.assertEqual([row.s for row in self.b.sql("SELECT * FROM v ORDER BY s").collect()], ["x", "y"])
        self.a.catalog.dropTempView("v")
        with self.assertRaises(PySparkException) as raised:
            self.a.table("v").collect()
        self.assertEqual(raised.exception.getCondition(), "TABLE_OR_VIEW_NOT_FOUND")
        self.assertEqual(self.b.table("v").count(), 2)

    def test_settings(self):
        self.a.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
        self.b.conf.set("spark.sql.session.timeZone", "America/New_York")
        hour = "SELECT hour(timestamp'2026-01-01 00:00:00Z') AS h"
        self.assertEqual(self.a.sql(hour).collect()[0].h, 9)
        self.assertEqual(self.b.sql(hour).collect()[0].h, 19)
        self.assertEqual(self.a.conf.get("spark.sql.session.timeZone"), "Asia/Tokyo")
        self.b.conf.unset("spark.sql.session.timeZone")
        self.assertEqual(self.a.sql(hour).collect()[0].h, 9)

    def test_ansi_off_holds_for_one_session_its_batches_and_its_streams(self):
        self.a.sql("SET spark.sql.ansi.enabled=false")
        wrong = ["CAST(s AS INT) AS c", "i + 1 AS sum", "i / 0 AS quotient", "array(i)[3] AS item"]
        frame = lambda spark: spark.createDataFrame([("x", 2147483647)], "s string, i int")
        self.assertEqual(tuple(frame(self.a).selectExpr(*wrong).collect()[0]), (None, -2147483648, None, None))
        self.assertEqual(frame(self.a).selectExpr("sum(i + 9223372036854775807) AS s").collect()[0].s, -9223372034707292162)
        for text in wrong:
            with self.assertRaises(PySparkException):
                frame(self.b).selectExpr(text).collect()
        rate = self.a.readStream.format("rate").option("rowsPerSecond", 50).load()
        query = rate.selectExpr("CAST(concat('x', value) AS INT) AS c", "value % 0 AS rest").writeStream.format("memory").queryName("ansi_off").start()
        self.addCleanup(query.stop)
        end = time.time() + 30
        while self.a.table("ansi_off").count() == 0 and time.time() < end:
            time.sleep(0.1)
        self.assertEqual(tuple(self.a.table("ansi_off").collect()[0]), (None, None))

    def test_a_clone_has_the_uploaded_rows_of_its_views(self):
        self.a.createDataFrame([("x" * 2_000_000,)], "s string").createOrReplaceTempView("uploaded")
        clone = self.a.cloneSession()
        self.a.stop()
        self.assertEqual(clone.sql("SELECT length(s) AS n FROM uploaded").collect()[0].n, 2_000_000)
        clone.client.release_session()  # stop() of a clone fails in PySpark 4.2 itself.

    def test_queries_are_not_seen_nor_stopped_by_others(self):
        of_a, of_b = rate_query(self.a, "q"), rate_query(self.b, "q")
        self.assertEqual([query.id for query in self.a.streams.active], [of_a.id])
        self.assertEqual([query.id for query in self.b.streams.active], [of_b.id])
        self.assertIsNone(self.a.streams.get(of_b.id))
        stranger = StreamingQuery(self.a, str(of_b.id), str(of_b.runId), "q")
        for call in (stranger.stop, lambda: stranger.status, lambda: stranger.lastProgress, stranger.processAllAvailable):
            with self.assertRaises(PySparkException):
                call()
        self.assertTrue(of_b.isActive)
        serving.wait_until(lambda: self.b.table("q").count() > 0, what="a row of b")
        of_a.stop()
        rows = self.b.table("q").count()
        serving.wait_until(lambda: self.b.table("q").count() > rows, what="a row more of b")
        self.a.stop()
        self.assertTrue(of_b.isActive)
        of_b.stop()

    def test_operations_are_not_interrupted_by_others(self):
        query = rate_query(self.b, "long")
        ended = []
        waiting = threading.Thread(target=lambda: ended.append(query.awaitTermination(4)))
        waiting.start()
        time.sleep(1)
        self.assertEqual(self.a.interruptAll(), [])
        operations = [status.operation_id for status in self.statuses(self.b)]
        self.assertTrue(operations)
        for operation in operations:
            self.assertEqual(self.a.interruptOperation(operation), [])
        waiting.join(20)
        self.assertEqual(ended, [False])
        query.stop()

    def test_processAllAvailable_is_interrupted(self):
        """Of a stream that has more all the time."""
        folder = self.enterContext(tempfile.TemporaryDirectory())
        for i in range(3000):
            with open(os.path.join(folder, f"{i}.txt"), "w") as file:
                file.write(f"{i}\n")
        lines = self.a.readStream.format("text").option("maxFilesPerTrigger", 1).load(folder)
        query = lines.writeStream.format("noop").start()
        self.addCleanup(query.stop)
        raised = []

        def wait():
            try:
                query.processAllAvailable()
            except PySparkException as error:
                raised.append(error.getCondition())

        waiting = threading.Thread(target=wait)
        waiting.start()
        serving.wait_until(lambda: self.a.interruptAll(), what="an operation")
        waiting.join(20)
        self.assertEqual(raised, ["OPERATION_CANCELED"])
        self.assertTrue(query.isActive)

    def statuses(self, spark):
        import pyspark.sql.connect.proto as proto

        client = spark.client
        request = proto.GetStatusRequest(session_id=client._session_id, client_type="proof")
        request.user_context.user_id = client._user_id or ""
        request.operation_status.SetInParent()
        return client._stub.GetStatus(request, metadata=client._builder.metadata()).operation_statuses

    def test_the_same_session_id_of_two_users_is_two_sessions(self):
        session = str(uuid.uuid4())
        a, b = (self.server.session(session_id=session, user_id=user) for user in ("a", "b"))
        a.range(1).createOrReplaceTempView("mine")
        self.assertFalse(b.catalog.tableExists("mine"))
        a.stop()
        self.assertEqual(b.range(2).count(), 2)
        b.stop()

    def test_two_clients_at_work_at_once(self):
        wrong = []

        def work(spark, factor):
            for i in range(20):
                spark.range(100).selectExpr(f"id * {factor} AS v").createOrReplaceTempView("w")
                total = spark.sql("SELECT sum(v) AS s FROM w").collect()[0].s
                if total != 4950 * factor:
                    wrong.append((factor, i, total))

        threads = [threading.Thread(target=work, args=arguments) for arguments in ((self.a, 1), (self.b, 1000))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        self.assertEqual(wrong, [])


class Texts(unittest.TestCase):
    """Messages of any bytes and any length reach the client."""

    @classmethod
    def setUpClass(cls):
        cls.spark = cls.enterClassContext(serving.Server()).session()

    def test_long_ones_keep_their_condition(self):
        """A client drops trailers of 8 to 16 KiB by chance, and longer ones always."""
        name = "\N{EURO SIGN}" * 2000
        for _ in range(20):
            with self.assertRaises(PySparkException) as raised:
                self.spark.sql(f"SELECT `{name}`").collect()
            self.assertEqual(raised.exception.getCondition(), "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION")

    def test_what_a_query_ended_with(self):
        """Bytes that are no UTF-8 reach it as U+FFFD."""
        wrong = "raise_error(concat(CAST(X'ff' AS STRING), CAST(value AS STRING))) AS v"
        rate = self.spark.readStream.format("rate").option("rowsPerSecond", 50).load()
        query = rate.selectExpr(wrong).writeStream.format("noop").start()
        serving.wait_until(lambda: not query.isActive, what="the end of the query")
        self.assertIn("[USER_RAISED_EXCEPTION] \ufffd0", str(query.exception()))
        self.assertIn("\ufffd0", query.status["message"])


class KilledClient(unittest.TestCase):
    CLIENT = """
import sys
from pyspark.sql import SparkSession
from pyspark.sql.streaming import StreamingQueryListener

class Quiet(StreamingQueryListener):
    def onQueryStarted(self, event): pass
    def onQueryProgress(self, event): pass
    def onQueryIdle(self, event): pass
    def onQueryTerminated(self, event): pass

spark = SparkSession.builder.remote(sys.argv[1]).create()
spark.streams.addListener(Quiet())
query = (spark.readStream.format("rate").option("rowsPerSecond", 50).load().writeStream.format("noop")
         .option("checkpointLocation", sys.argv[2]).trigger(processingTime="200 milliseconds").start())
print("started", flush=True)
query.awaitTermination()
"""

    def test_its_query_goes_on_until_the_session_ends(self):
        idle = 4
        session = str(uuid.uuid4())
        with tempfile.TemporaryDirectory() as folder, serving.Server(
                "--session-idle", f"{idle}s", "--detached-operation", "1s") as server:
            commits = os.path.join(folder, "commits")
            done = lambda: len(os.listdir(commits)) if os.path.isdir(commits) else 0  # noqa: E731
            newest = lambda: max(int(name) for name in os.listdir(commits) if name.isdigit())  # noqa: E731
            client = subprocess.Popen([sys.executable, serving.program(self.CLIENT), server.url(session_id=session, user_id="u"), folder],
                                      stdout=subprocess.PIPE, text=True)
            self.assertEqual(client.stdout.readline(), "started\n")
            serving.wait_until(lambda: done() > 2, what="the third batch")
            threads = server.threads()
            client.send_signal(signal.SIGKILL)
            client.communicate()
            killed = time.monotonic()
            at_kill = newest()
            serving.wait_until(lambda: newest() > at_kill, what="a batch after its client's end")

            def stands_still():
                before = newest()
                time.sleep(3)  # Rows come once a second.
                return newest() == before

            serving.wait_until(stands_still, seconds=60, what="the end of the query")
            print(f"the query stopped {time.monotonic() - killed - 3:.1f} s after its client was killed (idle time-out {idle} s)")
            with self.assertRaises(PySparkException) as raised:
                server.session(session_id=session, user_id="u").range(1).count()
            self.assertIn("INVALID_HANDLE.SESSION_CLOSED", str(raised.exception))
            serving.wait_until(lambda: server.threads() < threads, what="the end of the session's threads")
            self.assertEqual(server.session().range(5).count(), 5)

    def test_one_that_reads_on_keeps_its_session(self):
        """A session whose client waits for a query is not idle, however long that takes."""
        with serving.Server("--session-idle", "1s", "--detached-operation", "1s") as server:
            spark = server.session()
            query = rate_query(spark, "kept")
            self.assertFalse(query.awaitTermination(5))
            self.assertGreater(spark.table("kept").count(), 0)
            query.stop()


class Limits(unittest.TestCase):
    def test_more_sessions_than_there_may_be_are_refused(self):
        with serving.Server("--max-sessions", "2") as server:
            one, two = server.session(), server.session()
            self.assertEqual((one.range(1).count(), two.range(2).count()), (1, 2))
            with mock.patch.object(DefaultPolicy, "can_retry", return_value=False), self.assertRaises(Exception) as raised:
                server.session().range(1).count()
            self.assertIn("as many sessions as it may have", str(raised.exception))
            self.assertEqual(raised.exception.getGrpcStatusCode(), grpc.StatusCode.UNAVAILABLE)

            # As it is, a client tries again until there is room.
            waits = []
            waiting = threading.Thread(target=lambda: waits.append(server.session().range(3).count()))
            waiting.start()
            time.sleep(1)
            self.assertEqual(waits, [])
            one.stop()
            waiting.join(60)
            self.assertEqual(waits, [3])

    def test_results_and_requests_that_are_too_large(self):
        with serving.Server("--max-result-bytes", "1m", "--max-message-bytes", "1m") as server:
            spark = server.session()
            self.assertEqual(len(spark.range(1000).collect()), 1000)
            with self.assertRaises(PySparkException) as raised:
                spark.range(1_000_000).collect()
            print("too large a result:", str(raised.exception).splitlines()[0])
            with self.assertRaises(Exception) as raised:
                spark.sql("SELECT '" + "x" * 2_000_000 + "'").collect()
            self.assertIn("RESOURCE_EXHAUSTED", str(raised.exception) + repr(getattr(raised.exception, "__cause__", "")))
            self.assertEqual(spark.range(5).count(), 5)

    def test_wrong_flags_are_refused(self):
        for flags in (["--max-sessions", "0"], ["--session-idle", "soon"], ["--session-idle", "0s"], ["--max-message-bytes", "much"]):
            run = subprocess.run([serving.MILLRACE, "serve", "--port", "0", *flags], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30)
            self.assertNotEqual(run.returncode, 0, flags)
            self.assertIn(flags[0], run.stderr + run.stdout)


class Memory(unittest.TestCase):
    ROUNDS, SESSIONS = 20, 50
    WARM, WINDOW = 2, 6
    UPLOADS = 40

    def test_uploaded_rows_do_not_stay_in_memory(self):
        with tempfile.TemporaryDirectory() as folder:
            with serving.Server(environment={"TMPDIR": folder}) as server:
                spark = server.session()
                frames = []
                for i in range(self.UPLOADS):
                    frames.append(spark.createDataFrame([(i, chr(ord("a") + i % 26) * 8_000_000)], "i int, s string"))
                    self.assertEqual(frames[-1].select("i").collect()[0].i, i)
                    if i == 4:
                        early = server.resident_kib()
                late = server.resident_kib()
                print(f"resident memory in KiB after 5 uploads of 8 MB: {early}, after {self.UPLOADS}: {late}")
                self.assertLess(late - early, 8_000 * self.UPLOADS / 4)
                self.assertEqual(frames[0].selectExpr("i", "length(s) AS n").collect()[0].n, 8_000_000)
                self.assertTrue(os.listdir(folder))
            self.assertEqual(os.listdir(folder), [])

    def work(self, spark, i):
        spark.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
        spark.createDataFrame([(i, "x" * 100)], "id int, s string").createOrReplaceTempView("v")
        if i % 5 == 0:
            self.assertEqual(spark.sql("SELECT id FROM v").collect()[0].id, i)
        if i % 10 == 0:
            rate_query(spark, "q")  # Ends with its session.
        if i % 10 == 5:
            with self.assertRaises(PySparkException):
                spark.sql("SELECT nope FROM v").collect()

    def test_sessions_that_come_and_go_cost_no_memory(self):
        """From any round to the 20th after it. What the C library keeps of freed memory goes up and down from round to round;
        the least of several rounds does not, and what leaks is in each."""
        with serving.Server() as server:
            resident = []
            for _ in range(self.WARM + self.ROUNDS + self.WINDOW):
                sessions = [server.session() for _ in range(self.SESSIONS)]
                for i, spark in enumerate(sessions):
                    self.work(spark, i)
                for spark in sessions:
                    spark.stop()
                time.sleep(1)  # Then the server returns what is free.
                resident.append(server.resident_kib())
            early, late = min(resident[self.WARM:][:self.WINDOW]), min(resident[-self.WINDOW:])
            print(f"resident memory in KiB, least of {self.WINDOW} rounds: {early}, and {self.ROUNDS} rounds of {self.SESSIONS} sessions later: "
                  f"{late} ({100 * (late - early) / early:+.2f} %); rounds: {resident}; threads: {server.threads()}")
            self.assertLess(late, early * 1.05)


if __name__ == "__main__":
    unittest.main(verbosity=2)
