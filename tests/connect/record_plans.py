#!/usr/bin/env python3
"""Records what PySpark sends: recorded/plans.bin, the plans and analyses of many small programs, as bytes.

    MILLRACE_BIN=build/quick/bin record_plans.py

One record after the other: a letter, E for a Plan of ExecutePlan and A for an AnalyzePlanRequest; the length of the message
in four bytes, the lowest first; the message. What a program is answered does not matter here. Ids, users and places in source
files are taken out, and messages that differ in their ids alone are kept once.
"""
import os
import struct
import sys

import serving

serving.use_client_python()

import pandas  # noqa: E402
from google.protobuf.descriptor import FieldDescriptor  # noqa: E402
from pyspark.sql import Row, functions as F, types as T  # noqa: E402
from pyspark.sql.window import Window  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../spark"))
from batch_query_cases import QUERIES  # noqa: E402

PROGRAMS = r'''
t.select("id", t.g, F.col("a") + 1, (t.a * 2).alias("twice"), F.lit("x"), F.lit(None), F.lit(2.5), F.lit(True))
t.select(F.lit(b"\x00\x01"), F.lit([1, 2]), F.lit(10**12), F.lit(__import__("datetime").date(2026, 1, 1)), F.lit(__import__("decimal").Decimal("1.25")))
t.select(F.lit(__import__("datetime").datetime(2026, 1, 1, 2, 3, 4)), F.lit(__import__("datetime").timedelta(days=1, seconds=2)))
t.select("*").where("a > 1 AND g = 'x'").filter(t.id.isin(1, 2, 3) & ~t.s.isNull() | t.s.like("a%"))
t.withColumn("n", F.col("id") % 3).withColumn("m", F.when(F.col("n") == 0, "zero").when(F.col("n") == 1, "one").otherwise("more"))
t.withColumns({"x": F.upper("s"), "y": F.length("s")}).withColumnRenamed("x", "z").withColumnsRenamed({"y": "w"}).drop("z", t.w)
t.select(F.col("st.x"), F.col("st").getField("x"), F.col("ar")[0], F.col("m")["k"], F.col("st").withField("q", F.lit(1)).dropFields("x"))
t.select(F.from_json("s", "a INT, b ARRAY<STRUCT<c: STRING>>", {"mode": "FAILFAST"}).alias("j")).select("j.*")
t.select(F.from_json("s", T.StructType([T.StructField("a", T.MapType(T.StringType(), T.DecimalType(10, 2)), False)])), F.to_json(F.struct("id", "s")))
t.select(F.col("a").cast("string"), F.col("a").cast(T.DecimalType(12, 3)), F.col("s").try_cast("int"), F.col("id").between(1, 5))
t.select(F.transform("ar", lambda x: x + 1), F.filter("ar", lambda x: x > 1), F.aggregate("ar", F.lit(0), lambda a, x: a + x), F.exists("ar", lambda x: x == 1))
t.select(F.transform("ar", lambda x, i: x + i), F.map_filter("m", lambda k, v: v > 1), F.zip_with("ar", "ar", lambda x, y: x * y))
t.select(F.explode("ar")); t.select(F.posexplode("ar")); t.select(F.explode_outer("m"), "id")
t.select(F.expr("a + 1 AS b"), F.expr("CASE WHEN a > 1 THEN 'x' END")).selectExpr("b", "b * 2 AS c", "rank() OVER (ORDER BY b)")
t.select(F.col("`a`"), F.col("t.*"), t["id"], t.colRegex("`i.*`"))
t.alias("l").join(t.alias("r"), F.col("l.id") == F.col("r.a"), "left").select("l.id", "r.s")
t.join(u, "id"); t.join(u, ["id"], "outer"); t.join(u, t.id == u.id, "semi"); t.join(u, t.id == u.id, "anti"); t.crossJoin(u)
t.hint("broadcast").join(u.hint("merge", 10, "x"), "id")
t.lateralJoin(u.where(u.id == F.col("a").outer()))
t.union(t).unionAll(t).distinct(); t.unionByName(u, allowMissingColumns=True); t.intersect(t); t.intersectAll(t); t.exceptAll(t); t.subtract(t)
t.groupBy("g").agg(F.sum("a"), F.count("*").alias("n"), F.avg("d"), F.countDistinct("s"), F.collect_list("id"), F.first("s", ignorenulls=True))
t.groupBy(F.col("a") % 2).count(); t.groupBy().max("a"); t.agg({"a": "min", "d": "stddev"}); t.groupBy("g").pivot("f", [True, False]).sum("a")
t.rollup("g", "s").count(); t.cube("g", "f").agg(F.grouping("g"), F.grouping_id(), F.sum("a")); t.groupingSets([["g"], ["f"], []], "g", "f").count()
t.groupBy(F.window("ts", "10 minutes", "5 minutes")).count(); t.groupBy(F.session_window("ts", "5 minutes")).count()
t.select("id", F.row_number().over(Window.partitionBy("g").orderBy(F.desc("a"), F.asc_nulls_last("s"))), F.lag("a", 1, 0).over(Window.orderBy("id")))
t.select(F.sum("a").over(Window.partitionBy("g").orderBy("id").rowsBetween(Window.unboundedPreceding, 1)), F.max("a").over(Window.orderBy("a").rangeBetween(-5, 5)))
t.orderBy("a", F.desc_nulls_first("s")).limit(3).offset(1); t.sort(F.col("a").desc()); t.sortWithinPartitions("g"); t.tail(2); t.head(3); t.take(2)
t.repartition(4); t.repartition(4, "g", F.col("a") + 1); t.repartitionByRange(3, "a"); t.coalesce(1); t.repartition("g")
t.dropDuplicates(); t.dropDuplicates(["g", "s"]); t.dropDuplicatesWithinWatermark(["g"]); t.sample(0.5, 3); t.sample(True, 0.3); t.sampleBy("g", {"x": 0.5, "y": 0.1}, 7)
t.na.fill(0); t.na.fill({"a": 1, "s": "none"}); t.na.drop("all", subset=["a"]); t.na.drop(thresh=2); t.na.replace(["x"], ["y"], "g"); t.replace({1: 2})
t.describe("a", "d"); t.summary("count", "33%"); t.stat.crosstab("g", "s"); t.stat.cov("a", "d"); t.stat.corr("a", "d"); t.stat.freqItems(["g"], 0.3); t.stat.approxQuantile(["a", "d"], [0.1, 0.5], 0.01)
t.unpivot(["id"], ["a", "b"], "name", "value"); t.melt("id", None, "name", "value"); t.transpose("id"); t.toDF("c1", "c2"); t.to(T.StructType([T.StructField("id", T.LongType())]))
t.withMetadata("id", {"comment": "k"}).schema; t.withWatermark("ts", "10 minutes").groupBy(F.window("ts", "1 hour")).count(); t.observe("m", F.count(F.lit(1)), F.max("a"))
t.show(); t.show(5, 10, True); t._repr_html_(); t.explain(True); t.explain("formatted"); t.printSchema(); t.schema; t.columns; t.isLocal(); t.isStreaming; t.inputFiles(); t.semanticHash(); t.sameSemantics(u); t.storageLevel; t.persist(); t.unpersist()
t.createOrReplaceTempView("t2"); t.createGlobalTempView("g2"); t.createTempView("t2")
t.exists(); t.where(u.where(u.id == t.id.outer()).exists()); t.select(u.select(F.max("v")).scalar()); t.where(t.id.isin(u.select("id")))
t.checkpoint(); t.localCheckpoint(False); t.cache()
t.write.mode("append").option("k", "v").partitionBy("g").format("parquet").save("/nowhere/x"); t.write.saveAsTable("tab"); t.write.insertInto("tab"); t.write.bucketBy(4, "id").sortBy("a").saveAsTable("b")
t.writeTo("tab").using("delta").tableProperty("p", "q").partitionedBy(F.years("ts"), "g").create(); t.writeTo("tab").overwrite(F.col("id") > 1); t.writeTo("tab").append(); t.writeTo("tab").overwritePartitions()
t.mergeInto("tab", F.expr("tab.id = t.id")).whenMatched().update({"a": F.col("t.a")}).whenNotMatched().insertAll().whenNotMatchedBySource().delete().merge()
spark.range(10); spark.range(1, 100, 7, 3); spark.table("t"); spark.read.table("t"); spark.read.schema("a INT").option("k", "v").json("/nowhere/j"); spark.read.format("csv").load(["/nowhere/1", "/nowhere/2"])
spark.read.parquet("/nowhere/p", "/nowhere/q"); spark.read.text("/nowhere/t"); spark.read.csv(spark.range(1).selectExpr("'a,b' AS value")); spark.read.json(spark.range(1).selectExpr("'{}' AS value")); spark.read.jdbc("u", "t", predicates=["a = 1"])
spark.tvf.range(1, 5); spark.tvf.explode(F.lit([1, 2])); spark.tvf.stack(F.lit(2), F.lit(1), F.lit(2)); spark.tvf.json_tuple(F.lit("{}"), F.lit("a"))
spark.sql("SELECT :a + ? FROM t", args={"a": 1}); spark.sql("SELECT ? AS x, ?", args=[1, "y"]); spark.sql("SELECT * FROM {df} WHERE id > {n}", df=t, n=2); spark.sql("SELECT :a", {"a": F.array(F.lit(1), F.lit(2))})
spark.sql("CREATE TEMP VIEW v3 AS SELECT 1 AS x"); spark.sql("SHOW TABLES"); spark.sql("DESCRIBE t"); spark.sql("SET spark.sql.session.timeZone = UTC"); spark.sql("EXPLAIN SELECT 1"); spark.sql("DROP VIEW IF EXISTS v3")
spark.createDataFrame([(1, "a", None)], "i INT, s STRING, d DOUBLE"); spark.createDataFrame([Row(x=1, y=[1, 2], z={"k": 0.5})]); spark.createDataFrame([], "a INT"); spark.createDataFrame(pandas.DataFrame({"i": [1, 2], "s": ["x", None]}))
spark.catalog.listTables(); spark.catalog.tableExists("t"); spark.catalog.currentDatabase(); spark.catalog.listColumns("t"); spark.catalog.listFunctions(); spark.catalog.dropTempView("t2"); spark.catalog.listDatabases("x*"); spark.catalog.getTable("t"); spark.catalog.functionExists("sum"); spark.catalog.setCurrentDatabase("default"); spark.catalog.cacheTable("t"); spark.catalog.isCached("t"); spark.catalog.clearCache(); spark.catalog.refreshTable("t"); spark.catalog.listCatalogs(); spark.catalog.createTable("c1", "/nowhere/c", "parquet", T.StructType([T.StructField("a", T.IntegerType())]))
rate.withWatermark("timestamp", "1 minute").groupBy(F.window("timestamp", "1 minute"), F.col("value") % 2).agg(F.count("*"), F.approx_count_distinct("value")).isStreaming
rate.writeStream.format("memory").queryName("q1").trigger(processingTime="1 second").option("k", "v").partitionBy("value").outputMode("complete").start()
rate.writeStream.format("noop").trigger(availableNow=True).start("/nowhere/out"); rate.writeStream.format("noop").trigger(once=True).toTable("tab"); rate.writeStream.format("noop").trigger(continuous="1 second").start()
rate.join(rate.withColumnRenamed("value", "v2"), F.expr("value = v2")).writeStream.format("noop").start(); rate.dropDuplicatesWithinWatermark(["value"]).writeStream.format("console").start()
rate.groupBy("value").count().writeStream.outputMode("update").format("console").start(); rate.filter("value > 1").select(F.col("value").cast("string")).writeStream.format("kafka").option("topic", "x").start()
spark.readStream.format("kafka").option("kafka.bootstrap.servers", "nowhere:1").option("subscribe", "a,b").load().select(F.col("value").cast("string")).schema; spark.readStream.schema("a INT").json("/nowhere/in").schema; spark.readStream.table("t").schema
spark.streams.active; spark.streams.get("00112233-4455-6677-8899-aabbccddeeff"); spark.streams.resetTerminated(); spark.streams.awaitAnyTermination(1)
t.groupBy("g").applyInPandas(identity, "id INT"); t.mapInPandas(identity, "id INT"); t.mapInArrow(identity, "id INT"); t.select(F.udf(identity, "int")("id")); t.select(F.pandas_udf(identity, "int")("id"))
t.groupBy("g").cogroup(u.groupBy("g")).applyInPandas(identity, "id INT"); rate.groupBy("value").applyInPandasWithState(identity, "a INT", "b INT", "append", "NoTimeout")
t.select(F.call_function("sum", "a"), F.count_if(F.col("f")), F.percentile_approx("a", [0.5], 100), F.date_format("ts", "yyyy-MM-dd"), F.to_timestamp("s", "yyyy"), F.year("dt"), F.date_add("dt", 1), F.make_interval(F.lit(1)))
t.select(F.concat_ws("-", "s", "g"), F.regexp_extract("s", "(o)", 1), F.split("s", ","), F.substring("s", 1, 2), F.coalesce("a", "id"), F.greatest("a", "id"), F.round("d", 2), F.hash("s"), F.md5("s"), F.array("a", "id"), F.create_map("s", "a"), F.named_struct(F.lit("x"), "a"))
t.select(F.monotonically_increasing_id(), F.rand(3), F.current_timestamp(), F.uuid(), F.input_file_name(), F.spark_partition_id())
'''.strip()

FUNCTION = "def identity(*x):\n    return x[0]\n"


def without_places(message):
    """Takes out where in which file something was written."""
    for field, value in message.ListFields():
        if field.name == "call_site":
            message.ClearField("call_site")
        elif field.type == FieldDescriptor.TYPE_MESSAGE:
            if field.message_type.GetOptions().map_entry:
                if field.message_type.fields_by_name["value"].type == FieldDescriptor.TYPE_MESSAGE:
                    for key in value:
                        without_places(value[key])
                continue
            for part in (value if field.is_repeated else [value]):
                without_places(part)


class Recorder:
    def __init__(self, stub):
        self.seen, self.records = set(), []
        execute, analyze = stub.ExecutePlan, stub.AnalyzePlan

        def execute_plan(request, **more):
            self.record("E", type(request.plan).FromString(request.plan.SerializeToString()))
            return execute(request, **more)

        def analyze_plan(request, **more):
            copy = type(request).FromString(request.SerializeToString())
            for field in ("session_id", "client_observed_server_side_session_id", "user_context", "client_type"):
                copy.ClearField(field)
            self.record("A", copy)
            return analyze(request, **more)

        stub.ExecutePlan, stub.AnalyzePlan = execute_plan, analyze_plan

    def record(self, letter, message):
        without_places(message)
        shape = without_ids(type(message).FromString(message.SerializeToString())).SerializeToString(deterministic=True)
        if (letter, shape) not in self.seen:
            self.seen.add((letter, shape))
            self.records.append((letter, message.SerializeToString(deterministic=True)))


def without_ids(message):
    for field, value in message.ListFields():
        if field.name in ("plan_id", "plan_ids"):
            message.ClearField(field.name)
        elif field.type == FieldDescriptor.TYPE_MESSAGE and not field.message_type.GetOptions().map_entry:
            for part in (value if field.is_repeated else [value]):
                without_ids(part)
    return message


def run(statement, names):
    """What it answers does not matter, but a program that is no program does."""
    try:
        frame = eval(statement, names)
        if hasattr(frame, "schema") and not frame.isStreaming:
            frame.collect()
    except (NameError, SyntaxError):
        raise
    except Exception as error:  # noqa: BLE001
        if os.environ.get("RECORD_VERBOSE"):
            print(statement[:100], "->", type(error).__name__, str(error).split("\n")[0][:100])


def main():
    with serving.Server() as server:
        spark = server.session()
        recorder = Recorder(spark.client._stub)
        names = {"spark": spark, "F": F, "T": T, "Row": Row, "Window": Window, "pandas": pandas}
        exec(compile(FUNCTION, "job.py", "exec"), names)
        names["t"] = spark.createDataFrame(
            [], "id INT, g STRING, a INT, b LONG, d DOUBLE, s STRING, dt DATE, ts TIMESTAMP, f BOOLEAN, ar ARRAY<INT>, m MAP<STRING, INT>, "
                "st STRUCT<x: INT, y: STRING>")
        names["u"] = spark.createDataFrame([(1, "x", 1000)], "id INT, g STRING, v INT")
        names["rate"] = spark.readStream.format("rate").load()
        names["t"].createOrReplaceTempView("t")
        names["u"].createOrReplaceTempView("u")
        for line in PROGRAMS.split("\n"):
            for statement in line.split("; "):
                run(statement, names)
        for query in [line for line in QUERIES.split("\n") if line and not line.startswith("--")][::4]:
            run(f"spark.sql({query!r})", names)
        for query in spark.streams.active:
            query.stop()
    with open(os.path.join(HERE, "recorded/plans.bin"), "wb") as file:
        for letter, message in recorder.records:
            file.write(letter.encode() + struct.pack("<I", len(message)) + message)
        size = file.tell()
    print(f"{len(recorder.records)} messages, {size} bytes")


if __name__ == "__main__":
    main()
