"""What clients_test.py runs with each PySpark that is supported: prints the same with all of them."""
import tempfile
import time

import pandas
from pyspark.errors import PySparkException
from pyspark.sql import Observation, Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming import StreamingQueryListener
from pyspark.sql.window import Window

spark = SparkSession.builder.appName("Clients").getOrCreate()
spark.conf.set("spark.sql.session.timeZone", "UTC")
print("version", spark.version)


def shows(frame):
    print(frame.schema.simpleString())
    for row in frame.collect():
        print(" ", row)


def fails(name, action, changing=()):
    """Prints which error this is, without those of its parameters that change from run to run."""
    try:
        action()
        print(name, "did not fail")
    except PySparkException as error:
        print(name, type(error).__name__, error.getCondition(), error.getSqlState())
        print(" ", sorted(item for item in (error.getMessageParameters() or {}).items() if item[0] not in changing))


print("-- batch")
numbers = spark.range(20).withColumn("k", F.col("id") % 3)
shows(numbers.groupBy("k").agg(F.sum("id").alias("sum"), F.count("*").alias("n"), F.max("id").alias("max")).orderBy("k"))
shows(numbers.withColumn("rank", F.row_number().over(Window.partitionBy("k").orderBy(F.desc("id")))).filter("rank = 1").orderBy("k"))
print(numbers.count(), numbers.filter(numbers.k == 1).first(), numbers.tail(2), numbers.isEmpty(), numbers.columns)
numbers.limit(3).show()
print(numbers.select(F.when(F.col("k") == 0, "zero").otherwise("more").alias("w")).distinct().orderBy("w").toPandas().to_dict("list"))
print(spark.range(100_000).selectExpr("sum(id) AS s").collect())
print(sum(1 for _ in spark.range(5000).toLocalIterator()))

print("-- createDataFrame")
rows = [Row(name="Ada", born=1815, tags=["x", "y"], at={"lat": 51.5}), Row(name="Łukasz", born=None, tags=[], at=None)]
shows(spark.createDataFrame(rows, "name string, born int, tags array<string>, at map<string, double>"))
shows(spark.createDataFrame([(1, "a"), (2, None)], ["n", "s"]))
shows(spark.createDataFrame(pandas.DataFrame({"i": [1, 2, 3], "f": [0.5, None, 2.5], "s": ["x", None, "ż"],
                                              "t": pandas.to_datetime(["2026-01-01 00:00:00", "2026-01-02 03:04:05", None])})))
large = pandas.DataFrame({"n": range(50_000), "text": ["x" * 100] * 50_000})
shows(spark.createDataFrame(large).selectExpr("count(*) AS rows", "sum(n) AS n", "sum(length(text)) AS text"))

print("-- sql")
spark.createDataFrame([(1, "one"), (2, "two"), (3, "three")], "n int, w string").createOrReplaceTempView("words")
shows(spark.sql("SELECT w, n * 2 AS twice FROM words WHERE n > 1 ORDER BY n"))
shows(spark.sql("SELECT count(*) AS c FROM words WHERE n >= :least", args={"least": 2}))
shows(spark.sql("SELECT w FROM words WHERE n = ?", args=[3]))
spark.sql("CREATE OR REPLACE TEMP VIEW longer AS SELECT * FROM words WHERE length(w) > 3")
shows(spark.table("longer"))
print(spark.catalog.tableExists("words"), spark.catalog.dropTempView("words"), spark.catalog.tableExists("words"))
print(spark.conf.get("spark.sql.session.timeZone"), spark.conf.get("spark.nope", "unset"))

print("-- joins")
people = spark.createDataFrame([(1, "Ada", 10), (2, "Bob", 20), (3, "Cid", None), (4, "Dee", 20)], "id int, name string, team int")
teams = spark.createDataFrame([(10, "blue"), (20, "red"), (30, "green")], "team int, color string")
for how in ("inner", "left", "right", "outer", "left_semi", "left_anti"):
    joined = people.join(teams, "team", how)
    print(how, joined.columns)
    shows(joined.orderBy("team", *(["id"] if "id" in joined.columns else [])))
shows(people.alias("a").join(people.alias("b"), (F.col("a.team") == F.col("b.team")) & (F.col("a.id") < F.col("b.id"))).select("a.name", "b.name"))
shows(people.join(F.broadcast(teams), people.team == teams.team, "inner").drop(teams.team).orderBy("id"))
shows(people.crossJoin(teams).groupBy().count())
shows(people.join(teams, "team", "left").groupBy("color").agg(F.collect_list("name").alias("names")).orderBy(F.col("color").asc_nulls_first()))
shows(spark.sql("SELECT p.name, t.color FROM {p} p LEFT JOIN {t} t USING (team) WHERE t.color IS NULL OR t.color = 'red' ORDER BY p.id", p=people, t=teams))

print("-- windows")
days = spark.createDataFrame([("a", 1, 5.0), ("a", 2, 7.0), ("a", 2, 1.0), ("a", 4, 2.0), ("b", 1, 3.0), ("b", 3, None)], "k string, day int, v double")
by_day = Window.partitionBy("k").orderBy("day")
shows(days.select("k", "day", "v", F.rank().over(by_day).alias("rank"), F.dense_rank().over(by_day).alias("dense"),
                  F.sum("v").over(by_day).alias("so_far"), F.count("v").over(Window.partitionBy("k")).alias("n"))
      .orderBy("k", "day", "v"))
in_order = Window.partitionBy("k").orderBy("day", "v")
shows(days.select("k", "day", F.lag("v").over(in_order).alias("before"), F.lead("v", 1, -1.0).over(in_order).alias("after"),
                  F.ntile(2).over(in_order).alias("half"), F.first("v").over(in_order).alias("first"),
                  F.sum("v").over(in_order.rowsBetween(-1, Window.currentRow)).alias("two"),
                  F.max("v").over(by_day.rangeBetween(-1, 0)).alias("near")).orderBy("k", "day", "before"))
shows(spark.sql("SELECT k, v, row_number() OVER w AS r, avg(v) OVER w AS mean FROM {d} WINDOW w AS (PARTITION BY k ORDER BY day, v) ORDER BY k, r", d=days))

print("-- groups")
shows(people.rollup("team").agg(F.count("*").alias("n"), F.grouping("team").alias("all")).orderBy("all", F.col("team").asc_nulls_first()))
shows(days.groupBy("day").pivot("k", ["a", "b"]).agg(F.sum("v")).orderBy("day"))
shows(days.agg(F.min("v"), F.stddev("v"), F.countDistinct("k"), F.max_by("day", "v"), F.sort_array(F.collect_set("k"))))
shows(people.unionByName(people.select("team", "name", "id")).dropDuplicates(["id"]).orderBy("id"))

print("-- files")
folder = tempfile.mkdtemp()
days.write.partitionBy("k").parquet(f"{folder}/days")
back = spark.read.parquet(f"{folder}/days")
shows(back.orderBy("k", "day", "v"))
shows(back.where("k = 'a' AND day > 1").select(F.sum("v").alias("v")))
days.where("k = 'b'").write.mode("append").partitionBy("k").parquet(f"{folder}/days")
print(spark.read.parquet(f"{folder}/days").count())
spark.range(3).write.mode("overwrite").parquet(f"{folder}/days")
shows(spark.read.parquet(f"{folder}/days").orderBy("id"))
for kind, options in (("csv", {"header": True, "sep": ";"}), ("json", {}), ("delta", {})):
    people.coalesce(1).write.format(kind).options(**options).save(f"{folder}/{kind}")
    reader = spark.read.format(kind).options(**options)
    shows((reader if kind == "delta" else reader.schema(people.schema)).load(f"{folder}/{kind}").orderBy("id"))
people.writeTo("people_table").using("delta").create()
people.write.insertInto("people_table")
shows(spark.table("people_table").groupBy("team").count().orderBy(F.col("team").asc_nulls_first()))
spark.sql("DROP TABLE people_table")

print("-- observed")
observation = Observation("rows of days")
print(days.observe(observation, F.count(F.lit(1)).alias("rows"), F.max("k").alias("k"), F.sum("v")).where("v > 2").count())
print(observation.get)
written = Observation("written")
days.observe(written, F.count(F.lit(1)).alias("rows")).write.format("noop").mode("overwrite").save()
print(written.get)

print("-- streams")


class Counter(StreamingQueryListener):
    started, batches, terminated = [], [], []

    def onQueryStarted(self, event):
        self.started.append((event.name, str(event.runId)))

    def onQueryProgress(self, event):
        self.batches.append(event.progress.batchId)

    def onQueryIdle(self, event):
        pass

    def onQueryTerminated(self, event):
        self.terminated.append((str(event.runId), event.exception))


def wait_until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "nothing came within 60 s"
        time.sleep(0.1)


listener = Counter()
spark.streams.addListener(listener)
rate = spark.readStream.format("rate").option("rowsPerSecond", 50).load()
query = rate.filter("value < 30").select("value", (F.col("value") * 2).alias("twice")).writeStream.format("memory").queryName("out").start()
print(query.name, query.isActive, [active.name for active in spark.streams.active])
wait_until(lambda: spark.table("out").count() >= 30)
shows(spark.sql("SELECT count(*) AS n, min(value) AS least, max(value) AS most, sum(twice) AS twice FROM out"))
wait_until(lambda: len(listener.batches) > 2)
print(query.awaitTermination(1), query.exception(), sorted(query.status) == sorted(query.lastProgress and query.status))
query.stop()
wait_until(lambda: listener.terminated)
print(listener.started == [("out", str(query.runId))], listener.terminated == [(str(query.runId), None)], query.isActive)
print(listener.batches == sorted(set(listener.batches)), listener.batches[0])
spark.streams.removeListener(listener)

print("-- errors")
fails("no column", lambda: spark.range(1).select("nope").collect())
fails("no view", lambda: spark.table("nowhere").collect())
fails("no SQL", lambda: spark.sql("SELEC 1").collect())
fails("division", lambda: spark.sql("SELECT 1 / 0 AS x").collect())
fails("cast", lambda: spark.sql("SELECT CAST('x' AS INT) AS x").collect())
fails("types", lambda: spark.sql("SELECT array(1) + 1").collect())
fails("view twice", lambda: [spark.range(1).createTempView("twice") for _ in range(2)])
fails("ambiguous", lambda: people.join(teams, people.team == teams.team).select("team").collect())
fails("no such path", lambda: spark.read.parquet(f"{folder}/nowhere").collect(), changing=("path",))
fails("path is taken", lambda: people.write.parquet(f"{folder}/days"), changing=("outputPath",))
fails("not grouped", lambda: people.groupBy("team").agg(F.col("name")).collect())
fails("no function", lambda: spark.sql("SELECT nofunction(1)").collect())
fails("overflow", lambda: spark.sql("SELECT 2147483647 + 1").collect())
fails("no element", lambda: spark.sql("SELECT array(1, 2)[5]").collect())
fails("no key", lambda: spark.sql("SELECT element_at(array(1), 0)").collect())
fails("no frame", lambda: spark.sql("SELECT rank() OVER () FROM range(1)").collect())
fails("two columns", lambda: spark.range(1).selectExpr("id", "id").write.parquet(f"{folder}/two"))
fails("no date", lambda: spark.sql("SELECT DATE '2026-02-30'").collect())
fails("union", lambda: people.union(teams).collect())
fails("observed twice", lambda: days.observe("m", F.sum("v")).observe("m", F.max("v")).collect())
fails("observed column", lambda: days.observe("m", F.col("v")).collect())
fails("batch of a stream", lambda: rate.collect())
fails("no such query", lambda: spark.range(1).writeStream.format("noop").start())
fails("failing stream", lambda: rate.selectExpr("1 / (value - value) AS x").writeStream.format("noop").start().awaitTermination(60),
      changing=("id", "runId", "message"))
spark.stop()
