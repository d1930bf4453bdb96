#!/usr/bin/env python3
"""The Spark Connect server as an unmodified PySpark program sees it.

    pyspark_test.py [unittest arguments]
"""
import concurrent.futures
import contextlib
import datetime
import decimal
import io
import logging
import os
import pathlib
import sys
import tempfile
import time
import unittest
import uuid

import serving

serving.use_client_python()

from pyspark.errors import (  # noqa: E402
    AnalysisException,
    IllegalArgumentException,
    ParseException,
    PySparkException,
    StreamingQueryException,
    UnsupportedOperationException,
)
from pyspark.sql import Observation, Row  # noqa: E402
from pyspark.sql import functions as F  # noqa: E402
from pyspark.sql.streaming import StreamingQueryListener  # noqa: E402

logging.getLogger("pyspark").setLevel(logging.CRITICAL)


def server(*arguments):
    return serving.Server(*arguments, environment={"TZ": "UTC"})


class WithServer(unittest.TestCase):
    arguments = ()

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(server(*cls.arguments))

    def setUp(self):
        self.spark = self.server.session()

    def tearDown(self):
        self.spark.stop()

    def rate(self, rows=10):
        return self.spark.readStream.format("rate").option("rowsPerSecond", rows).load()

    def raised(self, kind, function):
        with self.assertRaises(kind) as caught:
            function()
        return caught.exception


class Batch(WithServer):
    def test_version_and_settings(self):
        self.assertEqual(self.spark.version, "4.2.0")
        self.spark.conf.set("spark.sql.shuffle.partitions", "7")
        self.assertEqual(self.spark.conf.get("spark.sql.shuffle.partitions"), "7")
        self.spark.conf.unset("spark.sql.shuffle.partitions")
        self.assertEqual(self.spark.conf.get("spark.sql.shuffle.partitions"), "200")
        self.assertEqual(self.spark.conf.get("spark.nosuch", "other"), "other")
        self.assertTrue(self.spark.conf.isModifiable("spark.sql.shuffle.partitions"))
        self.assertFalse(self.spark.conf.isModifiable("spark.sql.warehouse.dir"))
        error = self.raised(PySparkException, lambda: self.spark.conf.get("spark.nosuch"))
        self.assertEqual(error.getCondition(), "SQL_CONF_NOT_FOUND")
        error = self.raised(IllegalArgumentException,
                            lambda: self.spark.conf.set("spark.sql.shuffle.partitions", "many"))
        self.assertIn("spark.sql.shuffle.partitions", str(error))
        error = self.raised(AnalysisException,
                            lambda: self.spark.conf.set("spark.sql.warehouse.dir", "/tmp/x"))
        self.assertEqual(error.getCondition(), "CANNOT_MODIFY_STATIC_CONFIG")

    def test_rows(self):
        rows = self.spark.range(5).select("id", (F.col("id") * 2).alias("twice")).collect()
        self.assertEqual([tuple(row) for row in rows], [(i, 2 * i) for i in range(5)])
        self.assertEqual(self.spark.range(3).toPandas()["id"].tolist(), [0, 1, 2])
        self.assertEqual(self.spark.range(0).collect(), [])
        self.assertEqual(self.spark.range(0).toPandas().columns.tolist(), ["id"])

    def test_rows_of_the_client(self):
        frame = self.spark.createDataFrame([(1, "a", None), (2, "b", 1.5)], "i int, s string, d double")
        self.assertEqual([tuple(row) for row in frame.collect()], [(1, "a", None), (2, "b", 1.5)])
        self.assertEqual(frame.schema.simpleString(), "struct<i:int,s:string,d:double>")

    def test_many_rows_of_the_client_are_uploaded_once(self):
        rows = [(i, "x" * 100) for i in range(30_000)]
        frame = self.spark.createDataFrame(rows, "i int, s string")
        self.assertEqual(frame.selectExpr("count(*)", "sum(i)").first(), (30_000, sum(range(30_000))))

    def test_many_rows(self):
        count = 300_000
        table = self.spark.range(count).select("id", F.lit("y" * 50).alias("text")).toArrow()
        self.assertEqual(table.num_rows, count)
        self.assertEqual(sum(table.column("id").to_pylist()), count * (count - 1) // 2)

    def test_sql(self):
        self.spark.range(4).createOrReplaceTempView("numbers")
        self.assertEqual(self.spark.sql("SELECT sum(id) FROM numbers").first()[0], 6)
        self.assertEqual(self.spark.sql("SELECT :a + 1", args={"a": 41}).first()[0], 42)
        self.assertEqual(self.spark.sql("SELECT ? + ?", args=[1, 2]).first()[0], 3)
        self.assertEqual(self.spark.sql("SELECT count(*) FROM {t}", t=self.spark.range(7)).first()[0], 7)
        self.assertIn("numbers", [row.tableName for row in self.spark.sql("SHOW TABLES").collect()])

    def test_show_and_explain(self):
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            self.spark.range(2).show()
            self.spark.range(2).explain()
            self.spark.range(2).printSchema()
        self.assertIn("| id|\n+---+\n|  0|\n|  1|\n+---+", shown.getvalue())
        self.assertIn("== Physical Plan ==", shown.getvalue())
        self.assertIn("root\n |-- id: long (nullable = false)", shown.getvalue())

    def test_explain_names_the_sources_and_what_is_read_of_them(self):
        with tempfile.TemporaryDirectory() as folder:
            self.spark.range(3).selectExpr("id", "id % 2 AS k", "cast(id AS string) AS s").write.parquet(folder + "/in")
            files, shown = self.spark.read.parquet(folder + "/in").filter("k = 1").select("id"), io.StringIO()
            with contextlib.redirect_stdout(shown):
                files.explain()
                self.rate().filter("value > 1").select("value").explain()
            self.assertEqual(shown.getvalue(), f"""== Physical Plan ==
Project [id]
+- Filter (k = 1)
   +- FileScan parquet [file:{folder}/in], reads [id, k]


== Physical Plan ==
Project [value]
+- Filter (value > 1)
   +- rate, reads [value]


""")

    def test_the_catalog_remembers_what_is_cached_and_gives_tables_that_it_made(self):
        catalog = self.spark.catalog
        self.spark.range(2).write.format("delta").mode("overwrite").saveAsTable("remembered")
        catalog.cacheTable("remembered")
        self.assertTrue(catalog.isCached("default.remembered"))
        catalog.uncacheTable("remembered")
        self.assertFalse(catalog.isCached("remembered"))
        with self.assertRaisesRegex(AnalysisException, "ALTER TABLE ... RECOVER PARTITIONS is not supported for v2 tables"):
            catalog.recoverPartitions("remembered")
        with self.assertRaisesRegex(AnalysisException, "TABLE_OR_VIEW_NOT_FOUND"):
            catalog.isCached("nowhere")
        with tempfile.TemporaryDirectory() as folder:
            self.spark.range(4).selectExpr("id", "id % 2 AS k").write.partitionBy("k").parquet(folder + "/in")
            made = catalog.createTable("made", path=folder + "/in", source="parquet")
            self.assertEqual((made.columns, made.count()), (["id", "k"], 4))
            catalog.recoverPartitions("made")
            self.spark.sql("DROP TABLE made")
        self.spark.sql("DROP TABLE remembered")

    def test_analysis(self):
        self.assertFalse(self.spark.range(1).isStreaming)
        self.assertTrue(self.rate().isStreaming)
        self.assertEqual(self.rate().schema.simpleString(), "struct<timestamp:timestamp,value:bigint>")
        same, other = self.spark.range(3).select("id"), self.spark.range(4).select("id")
        self.assertTrue(same.sameSemantics(self.spark.range(3).select("id")))
        self.assertFalse(same.sameSemantics(other))
        self.assertEqual(same.semanticHash(), self.spark.range(3).select("id").semanticHash())
        self.assertFalse(same.storageLevel.useMemory)
        self.assertTrue(same.persist().storageLevel.useMemory)
        self.assertFalse(same.unpersist().storageLevel.useMemory)

    def test_a_checkpoint_holds_the_rows(self):
        frame = self.spark.range(3).localCheckpoint()
        self.assertEqual(frame.count(), 3)

    def test_errors_are_of_sparks_classes(self):
        error = self.raised(AnalysisException, lambda: self.spark.range(3).select("nope").collect())
        self.assertEqual(error.getCondition(), "UNRESOLVED_COLUMN.WITH_SUGGESTION")
        self.assertEqual(error.getSqlState(), "42703")
        self.assertEqual(error.getMessageParameters()["objectName"], "`nope`")
        error = self.raised(ParseException, lambda: self.spark.sql("SELEC 1").collect())
        self.assertEqual((error.getCondition(), error.getSqlState()), ("PARSE_SYNTAX_ERROR", "42601"))
        error = self.raised(AnalysisException, lambda: self.rate().collect())
        self.assertEqual(error.getCondition(), "_LEGACY_ERROR_TEMP_3102")
        error = self.raised(PySparkException,
                            lambda: self.spark.range(2).selectExpr("1 / id").collect())
        self.assertEqual(type(error).__name__, "ArithmeticException")
        self.assertEqual(error.getCondition(), "DIVIDE_BY_ZERO")
        long_name = "n" * 5000
        error = self.raised(AnalysisException, lambda: self.spark.range(3).select(long_name).collect())
        self.assertIn(long_name, str(error))  # Longer than a trailer: from FetchErrorDetails.
        self.assertEqual(error.getMessageParameters()["objectName"], f"`{long_name}`")

    def test_what_is_not_there_is_refused_by_name(self):
        error = self.raised(UnsupportedOperationException, lambda: self.spark.udf.register("f", lambda x: x))
        self.assertIn("spark.udf.register()", str(error))

    def test_files_of_delta_tables(self):
        with tempfile.TemporaryDirectory() as folder:
            self.spark.range(4).selectExpr("id", "id % 2 AS k").coalesce(1).write.partitionBy("k").format("delta").save(folder + "/t")
            table = self.spark.read.format("delta").load(folder + "/t")
            rows = table.select("id", "k", "_metadata", F.input_file_name().alias("name")).orderBy("id").collect()
            self.assertEqual(len({row.name for row in rows}), 2)
            for row in rows:
                path = row["_metadata"].file_path
                self.assertTrue(path.startswith(f"file:{folder}/t/k={row.k}/part-"), path)
                self.assertEqual((row.name, path.split("/")[-1]), (path, row["_metadata"].file_name))
                self.assertEqual(row["_metadata"].file_size, os.path.getsize(path[len("file:"):]))
            self.assertEqual(list(rows[0]["_metadata"].asDict())[-1], "file_modification_time")
            error = self.raised(AnalysisException, lambda: table.select("_metadata.row_index").collect())
            self.assertEqual(error.getCondition(), "FIELD_NOT_FOUND")
            self.spark.sql(f"CREATE TABLE files_of USING delta LOCATION '{folder}/t'")
            self.assertEqual(self.spark.sql("SELECT count(DISTINCT t._metadata.file_name) FROM files_of t").first()[0], 2)
            self.spark.sql("DROP TABLE files_of")

    def test_only_what_is_asked_of_a_file_is_read(self):
        with tempfile.TemporaryDirectory() as folder:
            self.spark.range(3).coalesce(1).write.parquet(folder + "/p")
            frame = self.spark.read.parquet(folder + "/p")
            shown = io.StringIO()
            with contextlib.redirect_stdout(shown):
                frame.select("_metadata.file_name").explain()
                frame.select("id").explain()
            self.assertEqual(shown.getvalue().count("_metadata]"), 1, shown.getvalue())
            self.assertIn(f"[file:{folder}/p], reads [_metadata]\n", shown.getvalue())
            joined = frame.join(self.spark.range(2), "id").select(F.input_file_name())
            error = self.raised(AnalysisException, joined.collect)
            self.assertIn("input_file_name() over a join, a union or a window. Call it in a column of the files", str(error))
            self.assertEqual([row.n for row in frame.withColumn("n", F.col("_metadata.row_index")).orderBy("id").collect()], [0, 1, 2])

    def test_compressed_plans(self):
        self.spark.conf.set("spark.connect.session.planCompression.threshold", "1")
        self.assertEqual(self.spark.range(3).select(F.lit("z" * 1000)).count(), 3)

    def test_deep_plans(self):
        frame = self.spark.range(1)
        for i in range(150):
            frame = frame.filter(F.col("id") >= -i)
        self.assertEqual(frame.count(), 1)
        relation = b"\x7a\x00"  # Relation.range = Range()
        for _ in range(5000):  # Relation.limit = Limit(input = relation)
            inner = b"\x0a" + self.varint(len(relation)) + relation
            relation = b"\x42" + self.varint(len(inner)) + inner
        import grpc
        with grpc.insecure_channel(f"localhost:{self.server.port}") as channel:
            call = channel.unary_unary("/spark.connect.SparkConnectService/AnalyzePlan")
            plan = b"\x0a" + self.varint(len(relation)) + relation
            schema = b"\x0a" + self.varint(len(plan)) + plan
            session = str(uuid.uuid4()).encode()
            error = self.raised(grpc.RpcError, lambda: call(
                b"\x0a" + self.varint(len(session)) + session + b"\x22" + self.varint(len(schema)) + schema))
        self.assertIn("nested more than 1024 levels", error.details())
        self.assertEqual(self.spark.version, "4.2.0")

    @staticmethod
    def varint(number):
        out = bytearray()
        while number > 0x7F:
            out.append(number & 0x7F | 0x80)
            number >>= 7
        return bytes(out) + bytes([number])

    def test_artifacts(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "module_of_mine.py"
            path.write_text("x = 1\n")
            self.spark.addArtifacts(str(path), pyfile=True)
            jar = pathlib.Path(folder) / "some.jar"
            jar.write_bytes(b"PK")
            error = self.raised(PySparkException, lambda: self.spark.addArtifacts(str(jar)))
            self.assertIn("jars/some.jar", str(error))

    def test_options_that_nobody_knows(self):
        with tempfile.TemporaryDirectory() as folder:
            for format in ("csv", "json", "parquet", "text"):
                rows = self.spark.range(1).selectExpr("string(id) AS value")
                error = self.raised(IllegalArgumentException,
                                    lambda: rows.write.format(format).option("heeder", "true").save(f"{folder}/{format}"))
                self.assertIn('unknown option "heeder"', str(error))
                error = self.raised(IllegalArgumentException,
                                    lambda: self.spark.read.format(format).option("heeder", "true").load(folder).schema)
                self.assertIn('unknown option "heeder"', str(error))

    def test_a_cloned_session_has_the_settings_and_views(self):
        self.spark.conf.set("spark.sql.shuffle.partitions", "9")
        self.spark.range(2).createOrReplaceTempView("kept")
        clone = self.spark.cloneSession()
        self.assertEqual(clone.conf.get("spark.sql.shuffle.partitions"), "9")
        self.assertEqual(clone.table("kept").count(), 2)
        clone.conf.set("spark.sql.shuffle.partitions", "8")
        self.assertEqual(self.spark.conf.get("spark.sql.shuffle.partitions"), "9")
        clone.client.release_session()  # stop() of a clone fails in PySpark 4.2 itself.


    def test_lines_of_white_space_are_no_records(self):
        with tempfile.TemporaryDirectory() as folder:
            lines = pathlib.Path(folder) / "lines"
            lines.write_text('{"a":1}\n \t\n\n{"a":2}\n')
            rows = self.spark.read.schema("a INT, _corrupt_record STRING").json(str(lines)).collect()
            self.assertEqual([tuple(row) for row in rows], [(1, None), (2, None)])
            lines.write_text("1,x\n \t\n\n \x01\x1f\n2,y\n   ,z\n")
            rows = self.spark.read.schema("a STRING, b STRING").csv(str(lines)).collect()
            self.assertEqual([tuple(row) for row in rows], [("1", "x"), ("2", "y"), ("   ", "z")])


class Streams(WithServer):
    def start(self, frame, **options):
        return frame.writeStream.format("noop").options(**options).start()

    def test_the_life_of_a_query(self):
        query = self.rate().writeStream.format("noop").queryName("mine").trigger(processingTime="100 milliseconds").start()
        self.assertEqual(query.name, "mine")
        self.assertTrue(query.isActive)
        self.assertIn("message", query.status)
        serving.wait_until(lambda: query.lastProgress is not None and query.lastProgress.batchId >= 2)
        progress = query.lastProgress
        self.assertEqual((progress.name, str(progress.id)), ("mine", query.id))
        self.assertEqual(progress.sources[0].numInputRows, progress.numInputRows)
        self.assertGreaterEqual(len(query.recentProgress), 3)
        self.assertEqual([active.id for active in self.spark.streams.active], [query.id])
        self.assertEqual(self.spark.streams.get(query.id).runId, query.runId)
        self.assertIsNone(query.exception())
        self.assertFalse(query.awaitTermination(0.3))
        query.processAllAvailable()
        query.stop()
        self.assertFalse(query.isActive)
        self.assertTrue(query.awaitTermination(1))
        self.assertTrue(self.spark.streams.awaitAnyTermination(5))
        self.spark.streams.resetTerminated()
        self.assertFalse(self.spark.streams.awaitAnyTermination(0.2))
        self.assertEqual(self.spark.streams.active, [])
        self.assertIsNotNone(query.lastProgress)  # It can be asked after its end too.

    def test_a_query_that_fails(self):
        query = self.start(self.rate().selectExpr("1 / (value - 3)"))
        error = self.raised(StreamingQueryException, lambda: query.awaitTermination(60))
        self.assertEqual((error.getCondition(), error.getSqlState()), ("STREAM_FAILED", "XXKST"))
        self.assertEqual(error.getMessageParameters()["id"], query.id)
        self.assertIn("DIVIDE_BY_ZERO", str(error))
        self.assertIn("DIVIDE_BY_ZERO", str(query.exception()))
        self.assertFalse(query.isActive)
        self.raised(StreamingQueryException, lambda: self.spark.streams.awaitAnyTermination(5))

    def test_available_now_and_once(self):
        for trigger in ({"availableNow": True}, {"once": True}):
            query = self.rate().writeStream.format("noop").trigger(**trigger).start()
            self.assertTrue(query.awaitTermination(30))
            self.assertIsNone(query.exception())

    def test_what_is_wrong_at_start(self):
        writer = self.rate().writeStream.format("noop")
        error = self.raised(AnalysisException, lambda: self.rate().writeStream.format("console").outputMode("complete").start())
        self.assertEqual(error.getCondition(), "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION")
        error = self.raised(UnsupportedOperationException, lambda: writer.trigger(continuous="1 second").start())
        self.assertIn("processingTime", str(error))
        self.raised(PySparkException, lambda: writer.trigger(processingTime="soon").start())

    def test_a_listener_in_the_client(self):
        seen = []

        class Listener(StreamingQueryListener):
            def onQueryStarted(self, event):
                seen.append(("started", event.name))

            def onQueryProgress(self, event):
                seen.append(("progress", event.progress.batchId))

            def onQueryIdle(self, event):
                pass

            def onQueryTerminated(self, event):
                seen.append(("terminated", event.exception))

        listener = Listener()
        self.spark.streams.addListener(listener)
        query = self.rate().writeStream.format("noop").queryName("heard").start()
        self.assertIn(("started", "heard"), seen)
        serving.wait_until(lambda: ("progress", 1) in seen)
        query.stop()
        serving.wait_until(lambda: ("terminated", None) in seen)
        self.spark.streams.removeListener(listener)
        count = len(seen)
        self.start(self.rate()).stop()
        self.assertEqual(len(seen), count)

    def test_an_interrupt_ends_a_wait(self):
        query = self.start(self.rate())
        with concurrent.futures.ThreadPoolExecutor() as pool:
            wait = pool.submit(query.awaitTermination)
            serving.wait_until(lambda: len(self.spark.interruptAll()) > 0)
            error = self.raised(PySparkException, wait.result)
        self.assertEqual(error.getCondition(), "OPERATION_CANCELED")
        self.assertTrue(query.isActive)
        query.stop()

    def test_an_interrupt_by_tag(self):
        query = self.start(self.rate())

        def wait():
            self.spark.addTag("waits")
            query.awaitTermination()

        with concurrent.futures.ThreadPoolExecutor() as pool:
            waiting = pool.submit(wait)
            self.assertEqual(self.spark.interruptTag("other"), [])
            serving.wait_until(lambda: len(self.spark.interruptTag("waits")) > 0)
            self.raised(PySparkException, waiting.result)
        query.stop()

    def test_the_end_of_a_session_ends_its_queries(self):
        other = self.server.session()
        name = f"q{uuid.uuid4().hex}"
        other.readStream.format("rate").load().writeStream.format("console").queryName(name).start()
        self.assertEqual([query.name for query in other.streams.active], [name])
        other.stop()
        again = self.server.session()
        self.assertEqual(again.streams.active, [])
        again.stop()


class QueryContexts(WithServer):
    """Where in the program an expression was made that cannot be analyzed; as real Spark 4.2 answered."""

    def contexts(self, action):
        error = self.raised(AnalysisException, action)
        found = [(str(context.contextType()), context.fragment(), context.callSite().split("/")[-1].split(":")[0]) for context in error.getQueryContext()]
        for context in error.getQueryContext():
            self.assertEqual(context.summary(), f'== DataFrame ==\n"{context.fragment()}" was called from\n{context.callSite()}\n')
        return found

    def test_dataframes(self):
        rows = self.spark.range(2)
        here = "pyspark_test.py"
        self.assertEqual(self.contexts(lambda: rows.select(F.col("nope")).collect()), [("QueryContextType.DataFrame", "col", here)])
        self.assertEqual(self.contexts(lambda: rows.select("id").filter(F.col("nope") > 1).select("id").collect()),
                         [("QueryContextType.DataFrame", "col", here)])
        self.assertEqual(self.contexts(lambda: rows.select(F.array(F.lit(1)) + 1).schema), [("QueryContextType.DataFrame", "__add__", here)])
        self.assertEqual(self.contexts(lambda: rows.filter(F.col("id")).collect()), [])  # Of the filter, not of the column.

    def test_views(self):
        self.spark.sql("CREATE TEMP VIEW below AS SELECT 1 AS a")
        self.spark.sql("CREATE TEMP VIEW above AS  SELECT a FROM below")
        self.spark.sql("DROP VIEW below")
        error = self.raised(AnalysisException, lambda: self.spark.sql("SELECT * FROM above").collect())
        told = [(one.objectType(), one.objectName(), one.startIndex(), one.stopIndex(), one.fragment()) for one in error.getQueryContext()]
        self.assertEqual(told, [("VIEW", "above", 14, 18, "below")])
        self.assertTrue(error.getMessage().endswith("SQLSTATE: 42P01; line 1 pos 14"), error.getMessage())


class Progress(WithServer):
    def test_handlers_hear_of_a_long_query(self):
        heard = []
        self.spark.registerProgressHandler(lambda **progress: heard.append(progress))
        many = self.spark.range(100_000)
        slow = many.crossJoin(many.withColumnRenamed("id", "other")).where("(id * other) % 7 = 3")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            running = pool.submit(slow.count)
            serving.wait_until(lambda: len(heard) > 1)
            self.spark.interruptAll()
            self.raised(PySparkException, running.result)
        self.assertEqual([(progress["inflight_tasks"], progress["done"]) for progress in heard[:2]], [(1, False)] * 2)
        self.assertEqual([(stage.num_tasks, stage.num_completed_tasks, stage.done) for stage in heard[0]["stages"]], [(1, 0, False)])
        self.assertTrue(heard[-1]["done"])


class Observed(WithServer):
    """df.observe(); what is expected is what real Spark 4.2 answered."""

    def setUp(self):
        super().setUp()
        self.spark.conf.set("spark.sql.session.timeZone", "UTC")
        self.rows = self.spark.range(10).withColumn("s", F.concat(F.lit("x"), F.col("id"))).withColumn("d", F.col("id") * F.lit(0.5))

    def observed(self, frame, *metrics, action=lambda frame: frame.collect()):
        observation = Observation("name")
        action(frame.observe(observation, *metrics))
        return observation.get

    def test_values_of_all_types(self):
        found = self.observed(
            self.rows, F.count(F.lit(1)).alias("rows"), F.sum("id").alias("s"), F.max("s").alias("m"), F.avg("d"),
            F.sum(F.col("id").cast("decimal(10,2)")).alias("dec"), F.max(F.lit(True)).alias("b"),
            F.max(F.lit("2024-01-02").cast("date")).alias("date"), F.max(F.lit("2024-01-02 03:04:05").cast("timestamp_ntz")).alias("ntz"),
            F.max(F.lit(1).cast("tinyint")).alias("t"), F.max(F.lit(1.5).cast("float")).alias("f"),
            F.max(F.lit("ab").cast("binary")).alias("bin"), F.max(F.expr("interval 1 day 2 hours")).alias("dt"),
            F.max(F.lit(None).cast("int")).alias("n"), F.lit(5).alias("five"), (F.sum("id") + 1).alias("more"))
        self.assertEqual(found, {
            "rows": 10, "s": 45, "m": "x9", "avg(d)": 2.25, "dec": decimal.Decimal("45.00"), "b": True,
            "date": datetime.date(2024, 1, 2), "ntz": datetime.datetime(2024, 1, 2, 3, 4, 5), "t": 1, "f": 1.5, "bin": b"ab",
            "dt": datetime.timedelta(days=1, seconds=7200), "n": None, "five": 5, "more": 46})

    def test_nested_values(self):
        found = self.observed(
            self.rows.where("id > 7"), F.max(F.struct("id", "s")).alias("st"), F.sort_array(F.collect_list("id")).alias("l"),
            F.map_from_arrays(F.collect_list("s"), F.collect_list("id")).alias("m"), F.collect_list(F.struct("id", "s")).alias("ls"))
        self.assertEqual(found, {"st": Row(id=9, s="x9"), "l": [8, 9], "m": {"x8": 8, "x9": 9},
                                 "ls": [Row(id=8, s="x8"), Row(id=9, s="x9")]})

    def test_no_rows(self):
        found = self.observed(self.rows.filter("id < 0"), F.count(F.lit(1)).alias("rows"), F.sum("id").alias("s"), F.max(F.struct("id")).alias("st"))
        self.assertEqual(found, {"rows": 0, "s": None, "st": None})

    def test_whatever_asks_for_the_rows(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            for action, rows in ((lambda frame: frame.count(), 10), (lambda frame: frame.filter("id > 7").collect(), 10),
                                 (lambda frame: frame.limit(3).collect(), 3), (lambda frame: frame.show(2), 3),
                                 (lambda frame: frame.toPandas(), 10),
                                 (lambda frame: frame.write.mode("overwrite").parquet(folder), 10)):
                self.assertEqual(self.observed(self.rows, F.count(F.lit(1)).alias("rows"), action=action), {"rows": rows})

    def test_several_at_once(self):
        above, below = Observation("above"), Observation("below")
        below_rows = self.rows.observe(below, F.count(F.lit(1)).alias("x"))
        self.assertEqual(below_rows.filter("id > 5").observe(above, F.count(F.lit(1)).alias("x"), F.sum("id").alias("y")).count(), 4)
        self.assertEqual((below.get, above.get), ({"x": 10}, {"x": 4, "y": 30}))
        again = Observation("again")
        rows = self.rows.observe(again, F.count(F.lit(1)).alias("x"))
        self.assertEqual((rows.union(rows).count(), again.get), (20, {"x": 10}))
        frame = self.rows.observe("named", F.count(F.lit(1)).alias("x")).toPandas()
        self.assertIn("named", str(frame.attrs["observed_metrics"]))

    def test_what_is_wrong(self):
        def condition(*metrics):
            return self.raised(AnalysisException, lambda: self.observed(self.rows, *metrics)).getCondition()

        self.assertEqual(condition(F.countDistinct("id")), "INVALID_OBSERVED_METRICS.AGGREGATE_EXPRESSION_WITH_DISTINCT_UNSUPPORTED")
        self.assertEqual(condition(F.col("id")), "INVALID_OBSERVED_METRICS.NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE")
        self.assertEqual(condition(F.sum("nope")), "UNRESOLVED_COLUMN.WITH_SUGGESTION")
        error = self.raised(AnalysisException, lambda: self.observed(self.rows, F.expr("sum(id) filter (where id > 1)").alias("x")))
        self.assertIn('but found: "sum(id) FILTER (WHERE (id > 1)) AS x". SQLSTATE: 42K0E', str(error))
        first, second = (self.rows.observe("same", F.count(F.lit(1)).alias("x")) for _ in range(2))
        error = self.raised(AnalysisException, lambda: first.union(second).collect())
        self.assertEqual((error.getCondition(), error.getMessageParameters()), ("DUPLICATED_METRICS_NAME", {"metricName": "same"}))

    def test_a_stream(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "0.json").write_text('{"n":1,"s":"a"}\n{"n":2,"s":"b"}\n')
            rows = self.spark.readStream.schema("n long, s string").json(folder).observe(
                "m1", F.count(F.lit(1)).alias("rows"), F.sum("n").alias("sum"), F.max(F.struct("n", "s")).alias("st"),
                F.collect_list("n").alias("l"), F.avg("n").alias("avg"), F.max(F.lit("2024-01-02").cast("date")).alias("d"),
                F.max(F.lit("2024-01-02 03:04:05").cast("timestamp")).alias("ts"), F.sum(F.col("n").cast("decimal(10,2)")).alias("dec"),
                F.max(F.lit("ab").cast("binary")).alias("bin"))
            events, ends = [], []

            class Listener(StreamingQueryListener):
                def onQueryStarted(self, event):
                    pass

                def onQueryProgress(self, event):
                    events.append(event.progress)

                def onQueryTerminated(self, event):
                    ends.append(event)

            listener = Listener()
            self.spark.streams.addListener(listener)
            query = rows.filter("n > 1").observe("a2", F.count(F.lit(1)).alias("rows")).writeStream.format("noop").trigger(availableNow=True).start()
            query.awaitTermination(60)
            observed = query.lastProgress["observedMetrics"]
            self.assertEqual(list(observed), ["m1", "a2"])
            self.assertEqual(observed["a2"]["values"], [1])
            self.assertEqual([field["name"] for field in observed["a2"]["schema"]["fields"]], ["rows"])
            values = observed["m1"]["values"]
            self.assertEqual(values[2]["values"], [2, "b"])
            self.assertEqual(values[:2] + values[3:], [2, 3, [1, 2], 1.5, 1704153600000, 1704164645000, 3.0, "YWI="])
            # PySpark waits for ever when an event arrives while its last listener is removed.
            serving.wait_until(lambda: ends)
            self.spark.streams.removeListener(listener)
            self.assertEqual(events[0].observedMetrics, {
                "a2": Row(rows=1),
                "m1": Row(rows=2, sum=3, st={"n": 2, "s": "b"}, l=[1, 2], avg=1.5, d="2024-01-02", ts="2024-01-02 03:04:05", dec=3.0, bin="YWI=")})


class Workers(WithServer):
    arguments = ("--python", sys.executable)

    def test_files_of_a_batch_are_named_by_the_stream(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(folder + "/in")
            pathlib.Path(folder, "in", "a.txt").write_text("x\ny\n")

            def each(batch, number):
                said = [row.name for row in batch.collect()]
                try:
                    batch.select("value", F.input_file_name()).collect()
                except Exception as error:
                    said.append(str(error))
                pathlib.Path(folder, "said").write_text("\n".join(said))

            lines = self.spark.readStream.text(folder + "/in").withColumn("name", F.input_file_name())
            lines.writeStream.foreachBatch(each).trigger(availableNow=True).start().awaitTermination()
            name, same, refusal = pathlib.Path(folder, "said").read_text().splitlines()
            self.assertEqual((name, same), (f"file://{folder}/in/a.txt",) * 2)
            self.assertIn("input_file_name() over the rows of foreachBatch. Call it in a column of the stream.", refusal)


class ShortStreams(WithServer):
    """Answers that end after a quarter of a second: the client has to reattach again and again."""

    arguments = ("--stream-duration", "250ms")

    def test_waits_go_on(self):
        query = self.rate().writeStream.format("noop").start()
        self.assertFalse(query.awaitTermination(2))
        with concurrent.futures.ThreadPoolExecutor() as pool:
            wait = pool.submit(query.awaitTermination)
            time.sleep(1)
            query.stop()
            wait.result(30)

    def test_rows_come_once(self):
        rows = self.spark.range(100_000).select("id", F.lit("r" * 200)).collect()
        self.assertEqual([row[0] for row in rows], list(range(100_000)))


class IdleSessions(unittest.TestCase):
    def test_idle_sessions_are_closed(self):
        with server("--session-idle", "3s") as idle:
            spark = idle.session()
            self.assertEqual(spark.range(1).count(), 1)
            time.sleep(6)  # The server looks twice in the time that it allows.
            with self.assertRaises(PySparkException) as caught:
                spark.range(1).count()
            self.assertIn("INVALID_HANDLE.SESSION", str(caught.exception))


class Tokens(unittest.TestCase):
    def test_only_the_right_token_is_let_in(self):
        with server("--token", "a-secret") as guarded:
            spark = guarded.session(token="a-secret")
            self.assertEqual(spark.range(1).count(), 1)
            spark.stop()
            for parameters in ({}, {"token": "a-secreT"}, {"token": "a-secret2"}):
                with self.assertRaises(PySparkException) as caught:
                    guarded.session(**parameters).range(1).count()
                self.assertIn("authentication token", str(caught.exception))


class ManyClients(unittest.TestCase):
    def test_fifty_sessions_with_waits(self):
        with server() as shared, concurrent.futures.ThreadPoolExecutor(50) as pool:

            def use(spark):
                query = spark.readStream.format("rate").load().writeStream.format("noop").start()
                ended = query.awaitTermination(2)
                count = spark.range(10).count()
                query.stop()
                return ended, count

            sessions = [shared.session() for _ in range(50)]
            self.assertEqual(set(pool.map(use, sessions)), {(False, 10)})
            for spark in sessions:
                spark.stop()


if __name__ == "__main__":
    unittest.main(verbosity=2)
