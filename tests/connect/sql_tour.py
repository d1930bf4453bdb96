"""A tour of SQL statements and of what a session keeps, in steps; what each prints on Millrace is what it prints on real Spark.

    sql_tour.py FOLDER [STEP]       a folder that may be written to

Recorded by tests/spark/record_tour.py.
"""
import glob
import os
import re
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.appName("tour").getOrCreate()
spark.conf.set("spark.sql.session.timeZone", "UTC")
folder = sys.argv[1]
warehouse = folder + "/spark-warehouse"
chosen = sys.argv[2] if len(sys.argv) > 2 else ""


def failure(error):
    """Condition, SQLSTATE and the first line of the message."""
    condition = error.getCondition() if hasattr(error, "getCondition") else None
    state = error.getSqlState() if hasattr(error, "getSqlState") else None
    print("ERR", type(error).__name__, condition, state, flush=True)
    if condition and not condition.startswith(("_LEGACY", "INTERNAL")):
        # Connect says less of where in the text.
        line = re.sub(r"; ?(line \d+ pos \d+.*)?$", "", str(error).strip().split("\n")[0])
        print("   ", line.rstrip()[:300])


def sql(text, *rest, **named):
    """Prints the statement and its rows, or why there are none."""
    print(">", text.replace(folder, "<dir>"), *rest, flush=True)
    try:
        answer = spark.sql(text, *rest, **named)
        if answer.columns:
            answer.show(truncate=False)
    except Exception as error:  # noqa: BLE001 - every failure is an answer
        failure(error)


def shown(function):
    """Prints what the function gives, or why it fails."""
    try:
        print(function(), flush=True)
    except Exception as error:  # noqa: BLE001
        failure(error)


def step(name):
    def run(function):
        if chosen in name:
            print("##", name, flush=True)
            try:
                function()
            except Exception as error:  # noqa: BLE001
                failure(error)
    return run


@step("views")
def _():
    sql("CREATE TABLE base (id INT, name STRING) USING delta")
    sql("INSERT INTO base VALUES (1, 'a'), (2, 'b')")
    sql("CREATE VIEW v AS SELECT id, name FROM base WHERE id > 1")
    sql("SELECT * FROM v")
    sql("SELECT v.id, spark_catalog.default.v.name FROM default.v")
    sql("CREATE VIEW v AS SELECT 1")
    sql("CREATE VIEW base AS SELECT 1")
    sql("CREATE TABLE v (a INT) USING delta")
    sql("CREATE TABLE v USING delta AS SELECT 1 AS a")
    sql("CREATE VIEW IF NOT EXISTS v AS SELECT 2 AS other")
    sql("CREATE VIEW IF NOT EXISTS base AS SELECT 2 AS other")
    sql("SELECT * FROM v")
    sql("CREATE OR REPLACE VIEW v (n COMMENT 'the number', s) COMMENT 'numbers' TBLPROPERTIES ('k' = 'x') AS SELECT id, name FROM base")
    sql("SELECT * FROM v ORDER BY n")
    sql("DESCRIBE v")
    sql("SHOW TBLPROPERTIES v ('k')")
    sql("CREATE OR REPLACE VIEW base AS SELECT 1")
    sql("CREATE VIEW w (a, b, c) AS SELECT 1, 2")
    sql("CREATE VIEW w (a) AS SELECT 1, 2")
    sql("CREATE VIEW w AS SELECT 1 AS a, 2 AS a")
    sql("CREATE VIEW w AS SELECT 1, 1 + id FROM base")
    sql("CREATE VIEW w AS SELECT * FROM nothing")
    sql("CREATE VIEW nodb.w AS SELECT 1 AS a")
    sql("CREATE OR REPLACE VIEW v AS SELECT n FROM v")
    sql("CREATE VIEW v2 AS SELECT n * 2 AS twice FROM v")
    sql("CREATE OR REPLACE VIEW v AS SELECT twice AS n, 'z' AS s FROM v2")
    sql("SELECT * FROM v2 ORDER BY twice")
    sql("INSERT INTO base VALUES (3, 'c')")
    sql("SELECT count(*) AS n FROM v2")
    sql("SHOW TABLES")
    sql("SHOW VIEWS")
    sql("SHOW VIEWS LIKE 'v2'")
    sql("SHOW COLUMNS IN v")
    sql("INSERT INTO v VALUES (1, 'x')")
    sql("TRUNCATE TABLE v")
    sql("DROP TABLE v")
    sql("DROP TABLE IF EXISTS v")
    sql("DROP VIEW base")
    sql("DROP VIEW IF EXISTS base")
    sql("DROP VIEW nothing")
    sql("DROP VIEW IF EXISTS nothing")
    sql("DROP VIEW v2")
    sql("SELECT * FROM v2")
    sql("SHOW VIEWS")


@step("views and temporary views")
def _():
    sql("CREATE TEMPORARY VIEW t AS SELECT 1 AS a")
    sql("CREATE VIEW p AS SELECT * FROM t")
    sql("CREATE VIEW p AS SELECT * FROM (SELECT a FROM t WHERE a > 0)")
    sql("CREATE VIEW p AS SELECT (SELECT max(a) FROM t) AS m")
    sql("CREATE VIEW p AS WITH t AS (SELECT 5 AS a) SELECT * FROM t")
    sql("SELECT * FROM p")
    spark.range(2).createGlobalTempView("g")
    sql("CREATE VIEW q AS SELECT * FROM global_temp.g")
    sql("CREATE TEMPORARY VIEW p AS SELECT 'temporary' AS a")
    sql("SELECT * FROM p")
    sql("SELECT * FROM default.p")
    sql("SHOW TABLES")
    sql("SHOW VIEWS")
    sql("DROP VIEW p")
    sql("SELECT * FROM p")
    sql("DROP VIEW p")
    sql("SELECT * FROM p")
    sql("DROP VIEW t")


@step("views in databases")
def _():
    sql("CREATE DATABASE other")
    sql("USE other")
    sql("CREATE TABLE inner_table (a INT) USING delta")
    sql("INSERT INTO inner_table VALUES (7)")
    sql("CREATE VIEW iv AS SELECT a FROM inner_table")
    sql("CREATE VIEW default.dv AS SELECT a + 1 AS b FROM iv")
    sql("USE default")
    sql("SELECT * FROM other.iv")
    sql("SELECT * FROM dv")
    sql("SHOW VIEWS IN other")
    sql("SHOW VIEWS FROM default")
    sql("SHOW TABLES IN other")
    sql("SHOW VIEWS IN nowhere")
    sql("DROP DATABASE other")
    sql("DROP TABLE other.inner_table")
    sql("SELECT * FROM dv")
    sql("DROP DATABASE other CASCADE")
    sql("SELECT * FROM other.iv")
    sql("DROP VIEW dv")


@step("what the catalog says of views")
def _():
    sql("CREATE OR REPLACE VIEW v COMMENT 'of one row' AS SELECT 1 AS a, 'x' AS b")
    for table in sorted(spark.catalog.listTables(), key=lambda t: t.name):
        print(table)
    print(spark.catalog.getTable("v"))
    print(spark.catalog.getTable("default.v"))
    print(spark.catalog.tableExists("v"), spark.catalog.tableExists("default.v"), spark.catalog.tableExists("vv"))
    print(spark.catalog.listColumns("v"))
    spark.table("v").show()
    shown(lambda: spark.range(1).write.format("delta").saveAsTable("v"))
    shown(lambda: spark.range(1).writeTo("v").using("delta").create())
    sql("SHOW CREATE TABLE v")
    sql("CREATE OR REPLACE VIEW v2 (a COMMENT 'first', b) COMMENT 'c' TBLPROPERTIES ('x' = 'y', 'k' = 'l') AS SELECT 1, 2")
    sql("SHOW CREATE TABLE v2")
    spark.sql("DESCRIBE EXTENDED v2").filter("col_name NOT LIKE 'Created%'").show(truncate=False)
    sql("SHOW TBLPROPERTIES v2")
    sql("DROP VIEW v2")
    sql("DROP VIEW v")


@step("properties of tables")
def _():
    sql("CREATE TABLE props (a INT) USING delta TBLPROPERTIES ('k' = 'v', 'delta.appendOnly' = 'true', owner = 'me')")
    sql("CREATE TABLE props (a INT) USING delta TBLPROPERTIES ('k' = 'v', 'delta.appendOnly' = 'true', n = 5)")
    sql("SHOW TBLPROPERTIES props")
    sql("SHOW TBLPROPERTIES props ('k')")
    sql("SHOW TBLPROPERTIES props (k)")
    sql("SHOW TBLPROPERTIES props ('nothing')")
    sql("SHOW TBLPROPERTIES nothing")
    sql("CREATE TABLE badprops (a INT) USING delta TBLPROPERTIES ('delta.nonsense' = 'true')")
    sql("CREATE TABLE pprops (a INT) USING parquet TBLPROPERTIES ('k' = 'v')")
    sql("SHOW TBLPROPERTIES pprops")
    sql("CREATE TABLE ctas USING delta TBLPROPERTIES ('q' = '1') COMMENT 'made' AS SELECT 1 AS a")
    sql("SHOW TBLPROPERTIES ctas")
    sql("SELECT * FROM ctas")
    spark.range(1).writeTo("written").using("delta").tableProperty("z", "1").create()
    sql("SHOW TBLPROPERTIES written")
    for name in ("props", "pprops", "ctas", "written"):
        sql(f"DROP TABLE {name}")


@step("history and detail")
def _():
    sql("CREATE TABLE h (id INT, p STRING) USING delta PARTITIONED BY (p) COMMENT 'kept' TBLPROPERTIES ('k' = 'v')")
    sql("INSERT INTO h VALUES (1, 'a'), (2, 'b')")
    sql("INSERT OVERWRITE h VALUES (3, 'c')")
    history = spark.sql("DESCRIBE HISTORY h")
    print(history.dtypes)
    history.select("version", "userId", "userName", "operation", "job", "notebook", "clusterId", "readVersion", "isolationLevel", "isBlindAppend", "userMetadata").show(truncate=False)
    history.select("version", F.col("timestamp").isNotNull(), F.array_sort(F.map_keys("operationParameters")).alias("parameters"), F.col("operationMetrics")["numFiles"].isNull()).show(truncate=False)
    print(spark.sql("DESCRIBE HISTORY h LIMIT 1").count())
    where = spark.sql("DESCRIBE DETAIL h").first()["location"]
    path = where.replace("file:", "", 1)
    print(spark.sql(f"DESCRIBE HISTORY delta.`{path}`").count(), spark.sql(f"DESCRIBE HISTORY '{path}'").count())
    detail = spark.sql("DESCRIBE DETAIL h")
    print(detail.dtypes)
    detail.select("format", F.length("id"), "name", "description", F.col("location").endswith("h"), F.col("createdAt").isNotNull(), "partitionColumns", "clusteringColumns", "numFiles", F.col("sizeInBytes") > 0, "properties", "minReaderVersion", "minWriterVersion", "tableFeatures").show(truncate=False)
    spark.sql(f"DESCRIBE DETAIL delta.`{path}`").select("format", "name", "numFiles").show(truncate=False)
    sql("DESCRIBE HISTORY nothing")
    sql("DESCRIBE DETAIL nothing")
    sql(f"DESCRIBE HISTORY delta.`{folder}/nothing`")
    sql(f"DESCRIBE DETAIL delta.`{folder}/nothing`")
    spark.range(3).write.parquet(folder + "/plain")
    sql(f"DESCRIBE HISTORY delta.`{folder}/plain`")
    sql("CREATE TABLE hp (a INT) USING parquet")
    sql("DESCRIBE HISTORY hp")
    sql("CREATE VIEW hv AS SELECT 1 AS a")
    sql("DESCRIBE HISTORY hv")
    sql("DESCRIBE DETAIL hv")
    sql("DROP VIEW hv")
    sql("DROP TABLE hp")
    sql("DROP TABLE h")


@step("named arguments")
def _():
    sql("SELECT mask('AbCD123-@$#', lowerChar => 'q', upperChar => 'Q', otherChar => 'o', digitChar => 'd') AS m")
    sql("SELECT mask(str => 'AbCD123', digitChar => NULL) AS m")
    sql("SELECT mask(lowerChar => 'q', str => 'AbCD123') AS m")
    sql("SELECT mask('AbCD123', str => 'x') AS m")
    sql("SELECT mask(lowerChar => 'q', 'AbCD123') AS m")
    sql("SELECT mask('AbCD123', lowerchar => 'q', LOWERCHAR => 'r') AS m")
    sql("SELECT mask('AbCD123', nothing => 'q') AS m")
    sql("SELECT mask(lowerChar => 'q') AS m")
    sql("SELECT explode(collection => array(1, 2))")
    sql("SELECT * FROM explode(collection => array(1, 2))")
    sql("SELECT posexplode(collection => array(5))")
    sql("SELECT inline(input => array(struct(1, 'a')))")
    sql("SELECT explode(array => array(1, 2))")
    sql("SELECT abs(expr => 1)")
    sql("SELECT upper(str => 'a')")
    sql("SELECT count(expr => 1)")
    sql("SELECT nofunc(a => 1)")


@step("DataFrames in a text")
def _():
    sql("SELECT sum(id) AS s FROM {df} WHERE id > {low}", df=spark.range(5), low=1)
    sql("SELECT a.id FROM {a} a JOIN {b} b ON a.id = b.id ORDER BY 1", a=spark.range(5), b=spark.range(3, 9))
    sql("SELECT {c} + 1 AS n FROM {df}", c=F.col("id"), df=spark.range(2))


@step("where a query runs")
def _():
    sql("SELECT current_catalog(), current_database(), current_schema()")
    sql("SELECT current_catalog, current_database")
    sql("SELECT current_user() = user() AND user() = session_user() AS same, length(current_user()) > 0 AS some")
    sql("SELECT current_user = session_user AND current_user = user AS same")
    sql("SELECT current_user, user() FROM range(0)")
    sql("SELECT current_timezone(), version() LIKE '4.2.%' AS v")
    sql("CREATE DATABASE elsewhere")
    sql("USE elsewhere")
    sql("SELECT current_database(), current_schema() AS s")
    sql("USE default")
    sql("DROP DATABASE elsewhere")
    sql("SELECT current_database(1)")
    sql("SELECT localtimestamp")
    sql("SELECT current_date() = curdate() AND current_date = curdate() AS d, now() = current_timestamp AS t, localtimestamp() = localtimestamp() AS l")
    spark.range(2).select(F.current_database(), F.current_catalog(), F.current_schema(), F.current_timezone()).show()


@step("random values")
def _():
    one = spark.range(0, 5, 1, 1)
    one.createOrReplaceTempView("one")
    sql("SELECT id, rand(0) AS r, randn(0) AS n FROM one")
    sql("SELECT id, rand(42) AS r, random(42) AS r2, rand(-1) AS m, randn(7) AS n FROM one")
    sql("SELECT rand(NULL) AS r, randn(NULL) AS n FROM one")
    sql("SELECT rand(cast(3 AS BIGINT)) AS r FROM one")
    sql("SELECT rand(id) FROM one")
    sql("SELECT rand('a') FROM one")
    sql("SELECT rand(1, 2) FROM one")
    one.select(F.rand(5).alias("r"), F.randn(5).alias("n")).show(truncate=False)
    sql("SELECT id, uniform(10, 20, 0) AS i, uniform(cast(10 AS FLOAT), 20.0F, 0) AS f, uniform(1.5D, 2.5D, 3) AS d, uniform(5, 105L, 3) AS l FROM one")
    sql("SELECT uniform(0, 10.5, 1) AS u FROM one")
    sql("SELECT uniform(NULL, 10, 1) AS u FROM one")
    sql("SELECT uniform(id, 10, 1) AS u FROM one")
    sql("SELECT uniform('a', 10, 1) AS u FROM one")
    sql("SELECT randstr(5, 0) AS s, randstr(3, 1) AS t FROM one")
    sql("SELECT randstr(0, 0) AS s FROM one")
    sql("SELECT randstr(-1, 0) AS s FROM one")
    sql("SELECT randstr(id, 0) AS s FROM one")
    sql("SELECT randstr('a', 0) AS s FROM one")
    sql("SELECT shuffle(array(1, 2, 3, 4, 5), 3) AS s FROM one")
    sql("SELECT shuffle(array('a', NULL, 'c'), 11) AS s FROM one")
    sql("SELECT shuffle(CAST(NULL AS ARRAY<INT>), 1) AS s, shuffle(array(), 1) AS e")
    sql("SELECT size(shuffle(array(1, 2, 3))) AS s, array_sort(shuffle(array(3, 1, 2))) AS a")
    sql("SELECT uuid(0) AS u FROM one")
    sql("SELECT length(uuid()) AS l, count(DISTINCT u) AS n FROM (SELECT uuid() AS u FROM range(100)) GROUP BY ALL")
    sql("SELECT count(DISTINCT r) AS n, min(r) >= 0 AS low, max(r) < 1 AS high FROM (SELECT rand() AS r FROM range(100))")
    sql("SELECT count(DISTINCT r) AS n FROM (SELECT randn() AS r FROM range(100))")
    sql("SELECT id FROM one WHERE rand(0) > 0.5")
    sql("SELECT id FROM one WHERE rand(0) > 0.5 AND id > 2")
    sql("SELECT id, r FROM (SELECT id, rand(0) AS r FROM one) WHERE r > 0.5")
    sql("SELECT r, r AS again FROM (SELECT rand(3) AS r FROM one)")
    sql("SELECT rand(1) AS a, rand(1) AS b FROM one")
    sql("SELECT id FROM one ORDER BY rand(1)")
    sql("SELECT sum(rand(1)) AS s FROM one")
    sql("SELECT id % 2 AS k, count(*) AS n FROM one GROUP BY id % 2, rand(0) > 2 ORDER BY k")
    sql("SELECT CASE WHEN id > 2 THEN rand(0) ELSE -1 END AS r FROM one")
    sql("SELECT * FROM one a JOIN one b ON a.id = b.id AND rand(0) > 2")
    sql("SELECT id, monotonically_increasing_id() AS m FROM one")
    sql("SELECT id FROM one WHERE monotonically_increasing_id() < 2")
    sql("SELECT id, monotonically_increasing_id() + 1 AS m, spark_partition_id() AS p FROM one WHERE id > 2")
    sql("SELECT max(monotonically_increasing_id()) AS m FROM one")
    sql("SELECT id FROM one ORDER BY monotonically_increasing_id() DESC")
    sql("SELECT monotonically_increasing_id() % 2 AS k, count(*) AS n FROM one GROUP BY 1 ORDER BY 1")
    one.withColumn("m", F.monotonically_increasing_id()).withColumn("r", F.rand(9)).filter("r > 0.3").show(truncate=False)


@step("samples")
def _():
    one = spark.range(0, 30, 1, 1)
    print([row.id for row in one.sampleBy(F.col("id") % 3, {0: 0.5, 1: 1.0}, seed=4).collect()])


@step("pivot without values")
def _():
    sales = spark.sql("SELECT * FROM VALUES (2024, 'x', 1), (2025, 'y', 2), (2024, 'y', 3), (2026, NULL, 4), (2024, 'x', 5) AS t(year, product, n)")
    sales.groupBy("year").pivot("product").sum("n").orderBy("year").show()
    sales.groupBy("year").pivot("product").agg(F.sum("n").alias("s"), F.count("n").alias("c")).orderBy("year").show()
    sales.groupBy("product").pivot("year").agg({"n": "max"}).orderBy("product").show()
    sales.groupBy().pivot("product").count().show()
    sales.groupBy("product").pivot("n").count().orderBy("product").show()
    sales.withColumn("d", F.make_date("year", F.lit(1), "n")).groupBy("product").pivot("d").count().orderBy("product").show()
    sales.withColumn("b", F.col("n") > 2).groupBy("product").pivot("b").count().orderBy("product").show()
    sales.withColumn("f", F.col("n") / 2).groupBy("product").pivot("f").count().orderBy("product").show()
    sales.filter("n > 100").groupBy("year").pivot("product").sum("n").show()
    spark.conf.set("spark.sql.pivotMaxValues", "2")
    shown(lambda: sales.groupBy("year").pivot("product").sum("n").show())
    spark.conf.unset("spark.sql.pivotMaxValues")


@step("statistics of columns")
def _():
    pets = spark.createDataFrame([(1, "cat"), (1, "dog"), (2, "cat"), (None, "cat"), (2, None), (1, "cat")], "n INT, pet STRING")
    pets.stat.crosstab("n", "pet").orderBy("n_pet").show()
    pets.crosstab("pet", "n").orderBy("pet_n").show()
    pets.crosstab("n", "n").orderBy("n_n").show()
    shown(lambda: pets.crosstab("n", "nothing").show())
    print([sorted(row, key=str) for row in pets.freqItems(["pet"], 0.5).first()])
    print(pets.freqItems(["n", "pet"], 0.5).columns)
    print(len(pets.freqItems(["pet"]).first()[0]))
    items = pets.freqItems(["n", "pet"], 0.3)
    items.printSchema()
    print([sorted(map(str, column)) for column in items.first()])
    shown(lambda: pets.freqItems(["nothing"]).show())
    shown(lambda: pets.freqItems(["n"], 0.00001).show())
    numbers = spark.range(0, 100, 1, 1).selectExpr("CASE WHEN id % 3 = 0 THEN 1 WHEN id % 3 = 1 THEN id ELSE 7 END AS a")
    print(sorted(numbers.freqItems(["a"], 0.2).first()[0]))


@step("transpose")
def _():
    frame = spark.createDataFrame([("A", 1, 2), ("B", 3, 4), ("C", 5, 6)], "id STRING, val1 INT, val2 INT")
    frame.transpose().show()
    frame.transpose("id").show()
    frame.select("id", "val2").transpose().show()
    frame.select("id").transpose().show()
    frame.filter("id = 'none'").transpose().show()
    frame.select("id", "val1", F.col("val2").cast("double")).transpose().show()
    spark.sql("SELECT * FROM VALUES ('b', 1), (NULL, 2), ('a', 3) AS t(k, v)").transpose().show()
    spark.sql("SELECT * FROM VALUES (2, 'x', 1.5D), (1, 'y', 2.5D) AS t(k, s, d)").select("k", "d").transpose().show()
    shown(lambda: frame.select("id", "val1", F.lit("s").alias("t")).transpose().show())
    shown(lambda: frame.transpose(F.lit("x")).show())
    shown(lambda: frame.transpose("val1", ).show())
    spark.conf.set("spark.sql.transposeMaxValues", "2")
    shown(lambda: frame.transpose().show())
    spark.conf.unset("spark.sql.transposeMaxValues")
    shown(lambda: frame.select(F.array("val1").alias("a"), "val1").transpose().show())


@step("folders that hold files already")
def _():
    def save(name, kind, mode, **options):
        print(name, kind, mode, flush=True)
        shown(lambda: spark.range(1).write.format(kind).mode(mode).options(**options).saveAsTable(name))
    for mode in ("error", "ignore", "append", "overwrite"):
        left = spark.range(3).write
        left.parquet(f"{warehouse}/left_{mode}")
        save(f"left_{mode}", "parquet", mode)
        print(spark.read.parquet(f"{warehouse}/left_{mode}").count())
        save(f"left_{mode}", "delta", mode)
        sql(f"SELECT * FROM left_{mode}")
        os.makedirs(f"{warehouse}/hollow")
        save("hollow", "parquet", mode)
        sql("SELECT * FROM hollow")
        sql("DROP TABLE hollow")
        if mode != "append":
            left.parquet(f"{folder}/left_{mode}")
            save(f"outside_{mode}", "parquet", mode, path=f"{folder}/left_{mode}")
            print(spark.read.parquet(f"{folder}/left_{mode}").count())
    sql("CREATE TABLE left_error (a INT) USING parquet")
    sql("CREATE TABLE IF NOT EXISTS left_error (a INT) USING csv")
    sql("CREATE TABLE left_error USING parquet AS SELECT 1 AS a")
    sql("CREATE TABLE left_error (a INT) USING delta")
    sql("CREATE TABLE left_error USING delta AS SELECT 1 AS a")
    shown(lambda: spark.range(1).writeTo("left_error").using("parquet").create())
    os.makedirs(warehouse + "/hidden/_folder")
    save("hidden", "parquet", "overwrite")
    open(warehouse + "/file", "w").close()
    save("file", "parquet", "overwrite")
    for name in ("left_overwrite", "outside_ignore", "outside_overwrite"):
        sql(f"DROP TABLE {name}")


def texts(place):
    """Of the data files below a folder."""
    for name in sorted(glob.glob(place + "/**/part-*", recursive=True)):
        with open(name) as file:
            print(repr(file.read()), flush=True)


@step("columns that partition")
def _():
    sql("CREATE TABLE parted (p STRING, a STRING) USING parquet PARTITIONED BY (P)")
    sql("DESCRIBE parted")
    sql("INSERT INTO parted VALUES ('1', 'x')")
    sql("INSERT INTO parted VALUES ('1', 'x')")
    sql("INSERT INTO parted (p, a) VALUES ('2', 'y')")
    sql("SELECT * FROM parted ORDER BY p")
    rows = spark.sql("SELECT 'p' AS p, 1 AS a, 'q' AS q, 2 AS b")
    rows.write.format("json").partitionBy("q", "p").saveAsTable("saved")
    sql("SELECT * FROM saved")
    rows.select("b", "q", "p", "a").write.format("json").partitionBy("q", "p").mode("append").saveAsTable("saved")
    rows.write.insertInto("saved")
    sql("SELECT * FROM saved ORDER BY a, b, q, p")
    for columns in ((), ("p",), ("p", "q")):
        shown(lambda: rows.write.format("json").partitionBy(*columns).mode("append").saveAsTable("saved"))
    shown(lambda: rows.write.format("csv").partitionBy("q", "p").mode("append").saveAsTable("saved"))
    shown(lambda: rows.select("p").write.format("json").partitionBy("q", "p").mode("append").saveAsTable("saved"))
    shown(lambda: rows.withColumnRenamed("b", "c").write.format("json").partitionBy("q", "p").mode("append").saveAsTable("saved"))
    sql("CREATE TABLE asked USING csv PARTITIONED BY (p) AS SELECT '1' AS p, 'x' AS a")
    sql("SELECT * FROM asked")
    sql("CREATE TABLE kept (p STRING, a STRING) USING delta PARTITIONED BY (p)")
    sql("INSERT INTO kept VALUES ('1', 'x')")
    sql("SELECT * FROM kept")
    sql("CREATE TABLE bad (p STRING, a STRING) USING parquet PARTITIONED BY (nothing)")
    sql("CREATE TABLE bad (p STRING, a STRING) USING parquet PARTITIONED BY (p, a)")
    sql("CREATE TABLE bad (p STRING, a STRING, A INT) USING parquet")
    sql("CREATE TABLE bad (p STRING, a STRING) USING parquet PARTITIONED BY (p, p)")
    sql("CREATE TABLE bad USING parquet PARTITIONED BY (q) AS SELECT 1 AS a")
    for name in ("parted", "saved", "asked", "kept"):
        sql(f"DROP TABLE {name}")


@step("options of tables")
def _():
    sql("CREATE TABLE semi (a INT, b INT) USING csv OPTIONS (header 'true', sep ';', mode 'DROPMALFORMED', quoteAll 'true')")
    sql("INSERT INTO semi VALUES (1, 2)")
    texts(warehouse + "/semi")
    spark.sql("SELECT 2 AS a, 3 AS b").write.option("sep", "|").mode("append").format("csv").saveAsTable("semi")
    spark.sql("SELECT 3 AS a, 4 AS b").write.option("header", "false").insertInto("semi")
    sql("SELECT * FROM semi ORDER BY a")
    sql("SHOW CREATE TABLE semi")
    sql("INSERT OVERWRITE semi VALUES (5, 6)")
    texts(warehouse + "/semi")
    shown(lambda: spark.read.option("sep", "|").table("semi").show())
    spark.read.option("sep", ";").table("semi").show()
    spark.sql("SELECT 1 AS a, 'x|y' AS b").write.format("csv").option("header", True).option("sep", "|").saveAsTable("bars")
    sql("SELECT * FROM bars")
    spark.sql("SELECT 1 AS a, 'x' AS b").write.format("csv").option("header", True).mode("overwrite").saveAsTable("bars")
    texts(warehouse + "/bars")
    sql("SELECT * FROM bars")
    sql("CREATE TABLE asked USING csv OPTIONS (header 'true', sep '|') AS SELECT 1 AS a, 'b' AS b")
    sql("SELECT * FROM asked")
    spark.sql("SELECT 1 AS a, 'b' AS b").writeTo("written").using("csv").option("header", "true").create()
    sql("SELECT * FROM written")
    spark.sql("SELECT 1 AS a, 'x|y' AS b").write.csv(folder + "/bars", sep="|", header=True)
    sql(f"CREATE TABLE over USING csv OPTIONS (header 'true', sep '|') LOCATION '{folder}/bars'")
    sql("INSERT INTO over VALUES ('2', 'b')")
    sql("SELECT * FROM over ORDER BY a")
    sql(f"CREATE TABLE over2 USING csv OPTIONS (header 'true', path '{folder}/bars', sep '|')")
    sql("SELECT * FROM over2 ORDER BY a")
    sql("CREATE TABLE packed (a INT) USING json OPTIONS (compression 'gzip')")
    sql("INSERT INTO packed VALUES (1)")
    print([name[-8:] for name in os.listdir(warehouse + "/packed") if name.startswith("part-")])
    sql("SELECT * FROM packed")
    for name in ("semi", "bars", "asked", "written", "over", "over2", "packed"):
        sql(f"DROP TABLE {name}")


@step("tables over what is there")
def _():
    spark.range(3).write.parquet(folder + "/files")
    sql(f"CREATE TABLE t1 (id BIGINT) USING parquet LOCATION '{folder}/files'")
    sql("SELECT * FROM t1 ORDER BY id")
    sql(f"CREATE TABLE t2 (id BIGINT, other STRING) USING parquet LOCATION '{folder}/files'")
    sql("SELECT * FROM t2 ORDER BY id")
    sql(f"CREATE TABLE t3 (id BIGINT) USING parquet LOCATION '{folder}/not_yet'")
    sql("SELECT * FROM t3")
    sql("INSERT INTO t3 VALUES (1)")
    sql("SELECT * FROM t3")
    sql(f"CREATE OR REPLACE TABLE t1 (id BIGINT) USING parquet LOCATION '{folder}/files'")
    sql(f"CREATE OR REPLACE TABLE t4 USING parquet LOCATION '{folder}/files' AS SELECT 1 AS id")
    shown(lambda: spark.range(1).writeTo("t4").using("parquet").createOrReplace())
    sql(f"CREATE TABLE t4 USING parquet LOCATION '{folder}/files' AS SELECT 1 AS id")
    print(spark.read.parquet(folder + "/files").count())
    spark.range(3).write.json(folder + "/lines")
    sql(f"CREATE TABLE t4 (id BIGINT) USING json LOCATION '{folder}/lines'")
    sql("SELECT * FROM t4 ORDER BY id")
    sql(f"CREATE TABLE t4 (id BIGINT) USING json LOCATION '{folder}/lines'")
    sql(f"CREATE TABLE IF NOT EXISTS t4 (id BIGINT) USING json LOCATION '{folder}/lines'")
    spark.sql("SELECT 1L AS id, 2 AS p").write.format("delta").partitionBy("p").save(folder + "/delta")
    sql(f"CREATE TABLE d1 (id BIGINT, p INT) USING delta PARTITIONED BY (p) LOCATION '{folder}/delta'")
    sql("SELECT * FROM d1")
    sql(f"CREATE TABLE d2 (p INT, id BIGINT) USING delta PARTITIONED BY (p) LOCATION '{folder}/delta'")
    sql(f"CREATE TABLE d3 USING delta LOCATION '{folder}/delta'")
    sql(f"CREATE TABLE d4 (id INT, p INT) USING delta PARTITIONED BY (p) LOCATION '{folder}/delta'")
    sql(f"CREATE TABLE d4 (id BIGINT, p INT, q INT) USING delta PARTITIONED BY (p) LOCATION '{folder}/delta'")
    sql(f"CREATE TABLE d4 (id BIGINT NOT NULL, p INT) USING delta PARTITIONED BY (p) LOCATION '{folder}/delta'")
    sql(f"CREATE TABLE d4 (ID BIGINT, p INT) USING delta PARTITIONED BY (p) LOCATION '{folder}/delta'")
    sql(f"CREATE TABLE d4 (id BIGINT, p INT) USING delta LOCATION '{folder}/delta'")
    sql(f"CREATE TABLE d4 (id BIGINT, p INT) USING delta PARTITIONED BY (p) LOCATION '{folder}/delta' TBLPROPERTIES ('k' = 'v')")
    sql(f"CREATE TABLE d4 USING delta LOCATION '{folder}/delta' AS SELECT 1 AS id")
    sql(f"CREATE TABLE d4 (id BIGINT) USING delta LOCATION '{folder}/files'")
    sql(f"CREATE TABLE d4 (id BIGINT) USING delta LOCATION '{folder}/new_delta'")
    sql("SELECT * FROM d4")
    print(spark.sql(f"DESCRIBE HISTORY delta.`{folder}/delta`").count())
    spark.sql("SELECT 1L AS id, 2 AS p").write.partitionBy("p").json(folder + "/parts")
    sql(f"CREATE TABLE t5 USING json LOCATION '{folder}/parts'")
    sql("DESCRIBE t5")
    sql("INSERT INTO t5 VALUES (3, 4)")
    sql(f"INSERT INTO json.`{folder}/parts` VALUES (5, 6)")
    sql(f"INSERT INTO delta.`{folder}/delta` VALUES (5, 6)")
    print(sorted(tuple(row) for row in spark.read.json(folder + "/parts").collect()), spark.table("d3").count())
    sql(f"CREATE TABLE t6 USING json PARTITIONED BY (p) LOCATION '{folder}/parts'")
    sql("DESCRIBE d3")
    for name in ("t1", "t2", "t3", "t4", "t5", "d1", "d2", "d3", "d4"):
        sql(f"DROP TABLE {name}")
    print(spark.read.parquet(folder + "/files").count(), spark.read.format("delta").load(folder + "/delta").count())


@step("Delta tables that stand elsewhere")
def _():
    def where():
        print(os.path.exists(warehouse + "/away"), spark.read.format("delta").load(folder + "/away").count(), flush=True)
    spark.range(3).write.format("delta").option("path", folder + "/away").saveAsTable("away")
    spark.range(2).write.format("delta").mode("overwrite").saveAsTable("away")
    where()
    sql("CREATE OR REPLACE TABLE away USING delta AS SELECT 5 AS a")
    where()
    sql("CREATE OR REPLACE TABLE away (b INT) USING delta")
    where()
    spark.range(4).writeTo("away").using("delta").createOrReplace()
    where()
    spark.range(1).writeTo("away").using("delta").replace()
    where()
    shown(lambda: spark.range(4).write.format("delta").mode("overwrite").option("path", folder + "/other").saveAsTable("away"))
    sql(f"CREATE OR REPLACE TABLE away USING delta LOCATION '{folder}/other' AS SELECT 5 AS a")
    spark.range(6).write.format("delta").mode("overwrite").option("path", folder + "/away").saveAsTable("away")
    where()
    spark.range(7).write.format("parquet").mode("overwrite").saveAsTable("away")
    sql("SELECT count(*) FROM away")
    where()
    sql("DROP TABLE away")
    where()


@step("inserts by name")
def _():
    sql("CREATE TABLE named (a INT, b STRING, p INT) USING parquet PARTITIONED BY (p)")
    sql("INSERT INTO named BY NAME SELECT 'x' AS b, 1 AS p, 2 AS a")
    sql("INSERT INTO named BY NAME SELECT 'x' AS b, 1 AS p, 2 AS a, 5 AS c")
    sql("INSERT INTO named BY NAME SELECT 'x' AS b, 1 AS p, 5 AS c")
    sql("INSERT INTO named BY NAME SELECT 'y' AS b, 1 AS p")
    sql("INSERT INTO named BY NAME SELECT 'z' AS b, 1 AS p, 2L AS A")
    sql("INSERT INTO named BY NAME SELECT 'x' AS b, 1 AS p, '3' AS a")
    sql("INSERT INTO named BY NAME SELECT 'x' AS b, 1 AS p, DATE'2020-01-01' AS a")
    sql("SELECT * FROM named ORDER BY b")
    sql("INSERT OVERWRITE named BY NAME SELECT 'y' AS b, 4 AS p, 2.6 AS a")
    sql("SELECT * FROM named")
    sql("INSERT INTO named VALUES (1, 'x', DATE'2020-01-01')")
    sql("INSERT INTO named VALUES ('a', 'x', 1)")
    sql("INSERT INTO named VALUES (true, 1, 1)")
    sql("INSERT INTO named (b, nothing) VALUES ('x', 1)")
    sql("INSERT INTO named (b, b) VALUES ('x', 1)")
    sql("INSERT INTO named (b, p) VALUES ('x', 1)")
    sql("INSERT INTO named (b, p, a) VALUES ('x', 1)")
    sql("INSERT INTO named (b, p, a) VALUES ('x', 1, 2, 3)")
    sql("INSERT INTO named VALUES (NULL, DATE'2020-01-01', 5S)")
    sql("SELECT * FROM named ORDER BY a, b")
    sql("CREATE TABLE nested (a INT, s STRUCT<x: INT, y: INT>) USING parquet")
    sql("INSERT INTO nested BY NAME SELECT named_struct('y', 1, 'x', 2) AS s, 1 AS a")
    sql("INSERT INTO nested BY NAME SELECT IF(id > 0, named_struct('y', 1, 'x', id), NULL) AS s, 2 AS a FROM range(1)")
    sql("INSERT INTO nested BY NAME SELECT named_struct('y', 1, 'z', 2) AS s, 1 AS a")
    sql("INSERT INTO nested BY NAME SELECT named_struct('y', 1, 'x', 2, 'z', 3) AS s, 1 AS a")
    sql("INSERT INTO nested BY NAME SELECT named_struct('y', '1', 'x', 2) AS s, 1 AS a")
    sql("INSERT INTO nested VALUES (3, named_struct('y', 1, 'x', 2))")
    sql("SELECT * FROM nested ORDER BY a")
    sql("CREATE TABLE kept (a INT, b STRING, s STRUCT<x: INT, y: INT>) USING delta")
    sql("INSERT INTO kept BY NAME SELECT 'x' AS b, 2 AS a")
    sql("INSERT INTO kept BY NAME SELECT 'y' AS b, '2' AS a")
    sql("INSERT INTO kept (b) VALUES ('z')")
    sql("INSERT INTO kept (b, nothing) VALUES ('x', 1)")
    sql("SELECT * FROM kept ORDER BY b")
    for name in ("named", "nested", "kept"):
        sql(f"DROP TABLE {name}")


@step("columns called value")
def _():
    rows = spark.sql("SELECT 1 AS a, 'x' AS value")
    for kind in ("json", "csv"):
        place = f"{folder}/value_{kind}"
        rows.write.partitionBy("value").format(kind).save(place)
        spark.read.format(kind).load(place).show()
        spark.read.format(kind).schema("a INT").load(place).show()
        spark.read.format(kind).schema("a INT, value STRING").load(place).show()
        stream = spark.readStream.format(kind).schema("a INT, value STRING").load(place)
        query = stream.writeStream.format(kind).partitionBy("value").option("checkpointLocation", place + "_cp").trigger(availableNow=True).start(place + "_out")
        query.awaitTermination()
        spark.read.format(kind).schema("a INT").load(place + "_out").show()
    rows.select(F.col("value").alias("p"), "value").write.partitionBy("p").text(folder + "/value_text")
    spark.read.text(folder + "/value_text").show()


@step("headers of CSV")
def _():
    def written(**options):
        print(options, flush=True)
        frame.write.mode("overwrite").options(**options).csv(folder + "/heads")
        texts(folder + "/heads")
    frame = spark.sql("SELECT 'x' AS a, 'y' AS `b,c`, 'z' AS `d\"e`, '' AS `'f`")
    for value in ("True", "TRUE", "true", "false", "False"):
        written(header=value)
    for options in ({"quoteAll": True}, {"sep": ";"}, {"sep": "\\t"}, {"sep": "||"}, {"quote": "'"}, {"escape": "/"}, {"escapeQuotes": False},
                    {"delimiter": "|"}, {"nullValue": "N", "emptyValue": "E"}):
        written(header=True, **options)
    frame = spark.sql("SELECT '#x' AS `#h`, ' w' AS ` d`, 'w ' AS `d `, 'b\\\\b' AS `b\\\\b`")
    written(header=True)
    written(header=True, quoteAll=True)


@step("streams into tables of text")
def _():
    spark.sql("SELECT id, concat('s;', id) AS s, id % 2 AS p FROM range(3)").write.json(folder + "/to_tables")
    stream = spark.readStream.schema("id INT, s STRING, p INT").json(folder + "/to_tables")
    for kind in ("json", "csv", "parquet", "delta"):
        writer = stream.writeStream.format(kind).partitionBy("p").trigger(availableNow=True)
        writer.option("checkpointLocation", f"{folder}/cp_{kind}").toTable(f"stream_{kind}").awaitTermination()
        sql(f"SELECT * FROM stream_{kind} ORDER BY id")
        sql(f"DESCRIBE stream_{kind}")
        sql(f"DROP TABLE stream_{kind}")


@step("overwrites of partitions")
def _():
    rows = spark.sql("SELECT id AS a, id % 3 AS p, CAST(id % 2 AS STRING) AS q FROM range(6)")
    few = rows.where("p = 1").limit(1)

    def stands(reader):
        print(sorted(tuple(row) for row in reader.select("a", "p").collect()), flush=True)
    for kind in ("parquet", "csv", "delta"):
        print(kind)
        place = f"{folder}/parts_{kind}"
        read = spark.read.format(kind) if kind != "csv" else spark.read.schema("a BIGINT, p INT, q STRING").format(kind)

        def write(frame, **options):
            frame.write.format(kind).partitionBy("p", "q").mode("overwrite").options(**options).save(place)
            stands(read.load(place))
        write(rows)
        write(few, partitionOverwriteMode="dynamic")
        write(few)
        write(rows)
        spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
        write(few)
        write(rows.limit(0))
        write(few, partitionOverwriteMode="static")
        sql(f"CREATE TABLE parts (a BIGINT, p BIGINT, q STRING) USING {kind} PARTITIONED BY (p)")
        sql("INSERT OVERWRITE parts SELECT id AS a, id AS p, 'x' AS q FROM range(3)" if kind == "delta" else "INSERT OVERWRITE parts SELECT id AS a, 'x' AS q, id AS p FROM range(3)")
        sql("INSERT OVERWRITE parts VALUES (9, 2, 'y')" if kind == "delta" else "INSERT OVERWRITE parts VALUES (9, 'y', 2)")
        stands(spark.table("parts"))
        few.write.format(kind).partitionBy("p").mode("overwrite").saveAsTable("parts")
        stands(spark.table("parts"))
        sql("DROP TABLE parts")
        rows.write.format(kind).mode("overwrite").save(place + "_plain")
        few.write.format(kind).mode("overwrite").save(place + "_plain")
        stands(read.load(place + "_plain"))
        spark.conf.unset("spark.sql.sources.partitionOverwriteMode")
    for value in ("Dynamic", "nothing", "STATIC"):
        shown(lambda: spark.conf.set("spark.sql.sources.partitionOverwriteMode", value))
        print(spark.conf.get("spark.sql.sources.partitionOverwriteMode"))
    spark.conf.unset("spark.sql.sources.partitionOverwriteMode")
    print(spark.conf.get("spark.sql.sources.partitionOverwriteMode"))


@step("writes by writeTo")
def _():
    rows = spark.sql("SELECT 1 AS a, 'x' AS p")
    sql("CREATE TABLE files (a INT, p STRING) USING parquet PARTITIONED BY (p)")
    shown(lambda: rows.writeTo("files").append())
    shown(lambda: rows.writeTo("files").overwritePartitions())
    sql("CREATE TABLE kept (a INT, p STRING) USING delta PARTITIONED BY (p)")
    for query in ("SELECT 1 AS a, 'x' AS p", "SELECT 'y' AS p, 2 AS a", "SELECT 'y' AS p, '3' AS a", "SELECT 'y' AS p"):
        shown(lambda: spark.sql(query).writeTo("kept").append())
    sql("SELECT * FROM kept ORDER BY a")
    shown(lambda: spark.sql("SELECT 'y' AS p, 9 AS a").writeTo("kept").overwritePartitions())
    sql("SELECT * FROM kept ORDER BY a")
    shown(lambda: rows.writeTo("nothing").append())
    sql("INSERT INTO nothing VALUES (1)")
    sql("INSERT INTO nodb.nothing VALUES (1)")
    for name in ("files", "kept"):
        sql(f"DROP TABLE {name}")
