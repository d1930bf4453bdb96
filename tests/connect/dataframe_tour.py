"""A tour of the DataFrame API and of SQL, in steps; what each prints on Millrace is what it prints on real Spark.

    dataframe_tour.py FOLDER        a folder that may be written to

Rows come out in an order that the step itself asks for. Recorded by tests/spark/record_tour.py.
"""
# ruff: noqa: E701, E702
import sys, datetime, decimal
from pyspark.sql import SparkSession, Window, Row
from pyspark.sql import functions as F
from pyspark.sql.types import *
spark = SparkSession.builder.appName("tour").getOrCreate()
spark.conf.set("spark.sql.session.timeZone", "UTC")
folder = sys.argv[1]
def step(name):
    def deco(f):
        print("##", name, flush=True)
        try:
            f()
        except Exception as e:
            print("ERR", type(e).__name__, getattr(e, 'getCondition', lambda: None)(), flush=True)
            if "-v" in sys.argv: print(str(e)[:600])
        return f
    return deco
people = spark.createDataFrame([Row(id=1, name="Ann", age=30, city="Rome"), Row(id=2, name="Bob", age=25, city="Oslo"), Row(id=3, name="Cid", age=None, city="Rome"), Row(id=4, name=None, age=41, city="Bonn")])
orders = spark.createDataFrame([(1, 1, 10.5), (2, 1, 20.0), (3, 2, 5.25), (4, 9, 1.0)], "oid INT, id BIGINT, amount DOUBLE")
@step("show")
def _(): people.show(); people.show(2, False); people.show(1, vertical=True); people.printSchema(); print(people.schema.simpleString(), people.columns, people.dtypes, people.count())
@step("select expr")
def _(): people.select("id", F.upper("name").alias("n"), (F.col("age") + 1).alias("a1"), F.lit("x"), F.col("age").cast("string")).show()
@step("selectExpr")
def _(): people.selectExpr("id * 2 AS d", "coalesce(name, 'none') n", "age IS NULL").show()
@step("filter")
def _(): people.filter((F.col("age") > 26) & F.col("city").isin("Rome", "Bonn")).show(); people.where("name LIKE 'A%' OR age BETWEEN 20 AND 26").show()
@step("orderBy")
def _(): people.orderBy(F.desc("age"), "name").show(); people.sort(F.col("age").asc_nulls_last()).show()
@step("groupBy")
def _(): people.groupBy("city").agg(F.count("*").alias("n"), F.avg("age"), F.max("name"), F.collect_list("id")).orderBy("city").show(); people.groupBy().sum("age").show(); people.agg({"age": "max"}).show()
@step("groupBy count")
def _(): people.groupBy("city").count().orderBy(F.col("count").desc(), "city").show()
@step("having sql")
def _():
    people.createOrReplaceTempView("people"); orders.createOrReplaceTempView("orders")
    spark.sql("SELECT city, count(*) AS n FROM people GROUP BY city HAVING count(*) > 1 ORDER BY city").show()
@step("joins")
def _():
    for how in ("inner", "left", "right", "outer", "left_semi", "left_anti"):
        joined = people.join(orders, "id", how); joined.orderBy(*joined.columns).show()
    people.join(orders, people.id == orders.id).select(people.id, "amount").orderBy("amount").show()
    people.crossJoin(orders.limit(1)).count()
@step("union distinct")
def _(): people.select("city").union(people.select("city")).distinct().orderBy("city").show(); people.select("city").intersect(people.select("city")).orderBy("city").show(); people.select("id").exceptAll(orders.select("id")).orderBy("id").show(); people.unionByName(orders.select("id"), allowMissingColumns=True).orderBy("id", "name").show(3)
@step("columns that using hides")
def _():
    flags = spark.createDataFrame([(1, "gold"), (9, "none")], "id LONG, flag STRING"); joined = people.join(orders, "id", "left")
    joined.withColumn("hit", orders.id.isNotNull()).orderBy("id", "oid").show(); joined.join(flags, orders.id == flags.id).orderBy("oid").show()
    joined.select("id").join(flags, orders.id == flags.id, "left").orderBy("flag", people.id).show(); joined.orderBy("id", "oid").limit(3).select(orders.id, "name").show()
    joined.drop("age").withColumnRenamed("name", "who").filter(orders.id.isNotNull()).select("who", orders.id, "oid").orderBy("oid").show()
    joined.dropDuplicates(["id"]).select("id", orders.id).orderBy(people.id).show(); joined.toDF("a", "b", "c", "d", "e", "f").filter(orders.id == 2).show()
    people.join(orders, "id", "right").drop(people.id).select("*", people.id).orderBy("oid").show(); joined.repartition(2).hint("broadcast").sample(1.0).filter(orders.id == 2).select(orders.id).show()
    print(joined.columns, joined.drop(orders.id).columns, joined.distinct().columns, joined.select("*").columns, joined.select(F.struct("*")).columns)
    joined.groupBy(orders.id).count().orderBy("id").show(); joined.join(flags, "id").select("id", orders.id, flags.id).orderBy("oid").show()
@step("unionByName of structs")
def _():
    ordered, other = spark.sql("SELECT named_struct('a', 1, 'n', named_struct('p', 1, 'q', 'x')) AS s, array(named_struct('x', 1, 'y', 2)) AS l"), spark.sql("SELECT array(named_struct('y', 20, 'x', 10L)) AS l, named_struct('n', named_struct('q', 'y', 'p', 10), 'A', 2) AS s UNION ALL SELECT NULL, NULL")
    both = ordered.unionByName(other); both.printSchema(); both.orderBy("s").show(truncate=False)
    left, right = spark.sql("SELECT 1 AS k, named_struct('a', 1, 'n', named_struct('p', 1)) AS s, array(named_struct('x', 1)) AS l"), spark.sql("SELECT named_struct('n', named_struct('q', 'y'), 'b', 2) AS s, array(named_struct('y', 2), NULL) AS l")
    both = left.unionByName(right, allowMissingColumns=True); both.printSchema(); both.orderBy("k").show(truncate=False)
    for a, b in ((left, right), (left.select("s"), right.select("s")), (right.select("l"), left.select("l")), (left.select("s"), spark.sql("SELECT named_struct('a', 1, 'n', named_struct('p', 1, 'q', 2)) AS s"))):
        try: print(a.unionByName(b).columns)
        except Exception as e: print(type(e).__name__, e.getCondition(), str(e).split("\n")[0].rstrip(";"))
@step("dropDuplicates")
def _(): people.dropDuplicates(["city"]).select("city").orderBy("city").show(); people.drop("name").show(2)
@step("window")
def _():
    w = Window.partitionBy("city").orderBy("id")
    people.select("city", "id", F.row_number().over(w).alias("rn"), F.lag("id", 1).over(w).alias("lag"), F.sum("id").over(w).alias("s"), F.rank().over(Window.orderBy("city")).alias("r")).orderBy("id").show()
@step("with columns")
def _(): people.withColumn("x", F.when(F.col("age") > 29, "old").when(F.col("age").isNull(), "?").otherwise("young")).withColumnRenamed("name", "who").withColumns({"a": F.lit(1), "b": F.length("city")}).orderBy("id").show()
@step("na")
def _(): people.na.fill({"age": 0, "name": "-"}).show(); people.na.drop().show(); people.na.replace({"Rome": "Roma"}, subset=["city"]).show(); people.fillna(7).show()
@step("describe")
def _(): people.select("id", "age").describe().show(); people.select("age").summary("count", "min", "max").show()
@step("stat")
def _(): print(orders.stat.corr("id", "amount"), orders.stat.cov("id", "amount"), orders.approxQuantile("amount", [0.5], 0.0))
@step("explode")
def _():
    d = spark.createDataFrame([(1, [1, 2, 3], {"a": 1}), (2, [], {})], "id INT, xs ARRAY<INT>, m MAP<STRING,INT>")
    d.select("id", F.explode("xs")).show(); d.select("id", F.explode_outer("xs").alias("x")).show(); d.select("id", F.posexplode("xs")).show(); d.select(F.explode("m")).show(); d.select(F.size("xs"), F.col("xs")[0], F.col("m")["a"], F.array_contains("xs", 2), F.transform("xs", lambda x: x + 1)).show()
@step("struct json")
def _():
    d = spark.createDataFrame([('{"a": 1, "b": "x"}',), ('bad',)], "j STRING")
    d.select(F.from_json("j", "a INT, b STRING").alias("s")).select("s.*", "s").show(); d.select(F.get_json_object("j", "$.b")).show(); people.select(F.to_json(F.struct("*")).alias("j")).show(truncate=False); d.select(F.json_tuple("j", "a", "b")).show()
@step("dates")
def _():
    d = spark.sql("SELECT DATE'2026-01-31' AS d, TIMESTAMP'2026-01-31 12:34:56.789' AS t")
    d.select(F.add_months("d", 1), F.date_add("d", 1), F.datediff(F.lit("2026-02-10").cast("date"), "d"), F.date_format("t", "yyyy/MM/dd HH"), F.date_trunc("hour", "t"), F.year("d"), F.dayofweek("d"), F.last_day("d"), F.to_date(F.lit("2026-03-04")), F.unix_timestamp("t")).show(truncate=False)
@step("strings")
def _(): people.select(F.concat_ws("-", "name", "city"), F.split("city", "o"), F.regexp_replace("city", "[aeiou]", "*"), F.substring("city", 1, 2), F.lpad("name", 5, "."), F.trim(F.lit("  x ")), F.instr("city", "o"), F.initcap(F.lit("hello world"))).show(truncate=False)
@step("math")
def _(): orders.select(F.round("amount", 1), F.ceil("amount"), F.floor("amount"), F.sqrt("amount"), F.pow("amount", 2), F.abs(-F.col("amount")), F.greatest("oid", "id"), F.expr("amount % 3"), F.log("amount")).show()
@step("types")
def _():
    d = spark.createDataFrame([(True, 1, 2, 3, 4, 1.5, 2.5, decimal.Decimal("1.23"), "s", b"ab", datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2, 3, 4, 5, 6), [1, None], {"k": 1.0}, (1, "x"))], "b BOOLEAN, t TINYINT, s SMALLINT, i INT, l BIGINT, f FLOAT, d DOUBLE, de DECIMAL(10,2), st STRING, bi BINARY, da DATE, ts TIMESTAMP, ar ARRAY<INT>, m MAP<STRING,DOUBLE>, sr STRUCT<a:INT,b:STRING>")
    d.show(truncate=False); d.printSchema(); print(d.collect()); print(d.first().sr.b); print(d.toPandas().dtypes.to_dict()); print(d.head(1)[0].asDict(True)["m"])
@step("collect take tail")
def _(): print(people.take(2), people.tail(1), people.limit(1).collect(), people.isEmpty(), people.offset(3).collect(), people.orderBy("id").first()["name"], [r.id for r in people.toLocalIterator()])
@step("sql")
def _():
    spark.sql("SELECT p.name, sum(o.amount) AS total FROM people p LEFT JOIN orders o ON p.id = o.id GROUP BY p.name ORDER BY total DESC NULLS LAST, name").show()
    spark.sql("WITH t AS (SELECT city, avg(age) a FROM people GROUP BY city) SELECT * FROM t WHERE a > (SELECT avg(age) FROM people) ORDER BY city").show()
    spark.sql("SELECT name FROM people WHERE EXISTS (SELECT 1 FROM orders WHERE orders.id = people.id) ORDER BY 1").show()
    spark.sql("SELECT name FROM people WHERE id NOT IN (SELECT id FROM orders) ORDER BY name").show()
    spark.sql("SELECT city, name, rank() OVER (PARTITION BY city ORDER BY id DESC) r FROM people ORDER BY city, r").show()
    spark.sql("SELECT * FROM VALUES (1, 'a'), (2, 'b') AS t(x, y)").show()
    spark.sql("SELECT city, count(*) FROM people GROUP BY ROLLUP(city) ORDER BY city NULLS FIRST").show()
    spark.sql("SELECT explode(sequence(1, 3)) AS x").show()
@step("range")
def _(): spark.range(5).show(); print(spark.range(0, 10, 3).collect(), spark.range(10_000_000).selectExpr("sum(id)").first()[0])
@step("pivot")
def _(): people.groupBy("city").pivot("id", [1, 2]).count().orderBy("city").show(); people.unpivot("id", ["name", "city"], "k", "v").orderBy("id", "k").show()
@step("rollup cube")
def _(): people.rollup("city").count().orderBy(F.col("city").asc_nulls_first()).show(); people.cube("city", "id").agg(F.grouping_id().alias("g")).orderBy("g", "city", "id").show()
@step("sample repartition")
def _(): print(people.repartition(3).coalesce(1).count(), people.sample(0.0).count(), people.hint("broadcast").count())
@step("parquet")
def _():
    people.write.mode("overwrite").parquet(folder + "/p"); spark.read.parquet(folder + "/p").orderBy("id").show(); people.write.partitionBy("city").mode("overwrite").parquet(folder + "/pp"); spark.read.parquet(folder + "/pp").orderBy("id").show(); spark.read.parquet(folder + "/pp").printSchema()
@step("json csv text")
def _():
    people.coalesce(1).write.mode("overwrite").json(folder + "/j"); spark.read.json(folder + "/j").orderBy("id").show(); spark.read.schema("id INT, name STRING").json(folder + "/j").orderBy("id").show()
    people.coalesce(1).write.mode("overwrite").option("header", True).csv(folder + "/c"); spark.read.option("header", True).option("inferSchema", True).csv(folder + "/c").orderBy("id").show(); spark.read.csv(folder + "/c").orderBy("_c0").show(); people.select("city").write.mode("overwrite").text(folder + "/t"); spark.read.text(folder + "/t").orderBy("value").show()
@step("delta")
def _():
    people.write.format("delta").save(folder + "/d"); people.write.format("delta").mode("append").save(folder + "/d"); spark.read.format("delta").load(folder + "/d").groupBy("id").count().orderBy("id").show(); spark.read.format("delta").option("versionAsOf", 0).load(folder + "/d").count(); people.limit(1).write.format("delta").mode("overwrite").save(folder + "/d"); print(spark.read.format("delta").load(folder + "/d").count()); spark.sql(f"SELECT count(*) FROM delta.`{folder}/d`").show()
@step("tables")
def _():
    people.write.format("delta").saveAsTable("tpeople"); spark.table("tpeople").orderBy("id").show(); print(spark.catalog.tableExists("tpeople"), [t.name for t in spark.catalog.listTables()]); spark.sql("INSERT INTO tpeople VALUES (9, 'Zoe', 1, 'Rome')"); print(spark.table("tpeople").count()); spark.sql("DESCRIBE tpeople").show(); people.writeTo("t2").using("delta").create(); spark.sql("SHOW TABLES").show(); spark.sql("DROP TABLE t2"); spark.sql("CREATE TABLE t3 (a INT, b STRING) USING delta"); spark.sql("INSERT INTO t3 SELECT 1, 'x'"); spark.sql("SELECT * FROM t3").show()
@step("errors")
def _():
    for f in (lambda: people.select("nope").show(), lambda: spark.sql("SELEC 1"), lambda: spark.table("nope").show(), lambda: spark.sql("SELECT 1/0").show(), lambda: spark.read.parquet("/nope/x").show(), lambda: people.filter("age").show(), lambda: spark.sql("SELECT cast('x' AS INT)").show(), lambda: people.groupBy("city").agg(F.col("name")).show(), lambda: people.write.parquet(folder + "/p"), lambda: spark.sql("SELECT nofunc(1)").show(), lambda: people.select(F.col("a.b.c")).show(), lambda: spark.conf.get("no.such"), lambda: people.union(orders).show()):
        try: f(); print("no error")
        except Exception as e: print(type(e).__name__, e.getCondition() if hasattr(e, "getCondition") else None, e.getSqlState() if hasattr(e, "getSqlState") else None,)
@step("misc")
def _():
    print(people.isStreaming, people.select("id").schema.json(), spark.version[:3]); print(people.schema == people.select("*").schema); print(spark.createDataFrame([], "a INT").count()); import pandas as pd; spark.createDataFrame(pd.DataFrame({"a": [1, 2], "b": ["x", None]})).show(); print(people.withColumn("c", F.current_timestamp().isNotNull()).first().c, people.toDF("a", "b", "c", "d").columns, people.colRegex("`.*d`") is not None)
    people.cache(); people.persist(); people.unpersist(); print(people.sameSemantics(people)); people.createGlobalTempView("gp"); spark.sql("SELECT count(*) FROM global_temp.gp").show(); print(spark.catalog.currentDatabase(), spark.catalog.listDatabases()[0].name, spark.catalog.functionExists("abs"))
