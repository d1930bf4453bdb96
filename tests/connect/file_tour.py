"""A tour of what is told of files beside their rows: `_metadata`, input_file_name() and their kin. As dataframe_tour.py.

    file_tour.py FOLDER        a folder that may be written to
"""
# ruff: noqa: E701, E702
import glob, os, sys
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F
spark = SparkSession.builder.appName("tour").getOrCreate()
spark.conf.set("spark.sql.session.timeZone", "UTC")
folder = sys.argv[1]
def step(name):
    def deco(f):
        print("##", name, flush=True)
        f()
        return f
    return deco
def told(make):
    """What it gives, sorted, or the error."""
    try: print(*sorted((tuple(row) for row in make().collect()), key=str), sep="\n")
    except Exception as e: print("ERR", type(e).__name__, e.getCondition(), str(e).split("\n")[0].split(" SQLSTATE")[0], flush=True)
def put(path, text, second=0):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as out: out.write(text)
    os.utime(path, (1_767_225_600 + second, 1_767_225_600.25 + second))
def put_parquet(path, frame):
    """The rows as one file of this name."""
    frame.coalesce(1).write.mode("overwrite").parquet(folder + "/written")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.replace(glob.glob(folder + "/written/part-*")[0], path)
put_parquet(folder + "/p q/é%a b.parquet", spark.range(0, 3).selectExpr("id", "id * 2 AS v"))
put_parquet(folder + "/p q/c.parquet", spark.range(3, 5).selectExpr("id", "id * 2 AS v"))
put(folder + "/j/a b.json", '{"id":1,"w":"x"}\n{"id":2,"w":"y"}\n'); put(folder + "/j/b.json", '{"id":3,"w":"z"}\n', 7)
put(folder + "/c/a.csv", "1,x\n2,y\n"); put(folder + "/t/a.txt", "l1\nl2\n")
put(folder + "/k/k=1/a.json", '{"id":1}\n{"id":2}\n'); put(folder + "/k/k=2/b.json", '{"id":3}\n', 1); put(folder + "/k/k=2/c.json", '{"id":4}\n', 2)
parquet, json = spark.read.parquet(folder + "/p q"), spark.read.json(folder + "/j")
keyed, ten = spark.read.json(folder + "/k"), spark.range(10).withColumnRenamed("id", "ten")
parquet.createOrReplaceTempView("v"); json.createOrReplaceTempView("vj"); spark.sql(f"CREATE TABLE t (id BIGINT, v BIGINT) USING parquet LOCATION '{folder}/p q'")
spark.sql("CREATE VIEW stored AS SELECT id FROM t")
ROW, NAME = "_metadata.row_index", "_metadata.file_name"
@step("schema")
def _():
    for frame in (parquet, json, spark.read.csv(folder + "/c"), spark.read.text(folder + "/t"), keyed): print(frame.columns, frame.select("_metadata").schema.json())
    print(parquet.select(NAME, "_metadata.row_index", F.input_file_name(), F.input_file_block_start(), F.input_file_block_length()).schema.json())
    print(parquet.select(F.col("_metadata").alias("m")).schema.json())
@step("values")
def _():
    told(lambda: json.select("id", "_metadata", F.input_file_name(), F.input_file_block_start(), F.input_file_block_length())); told(lambda: spark.read.csv(folder + "/c").select("*", "_metadata"))
    told(lambda: spark.read.text(folder + "/t").select("*", "_metadata.*")); told(lambda: parquet.select("id", "_metadata.file_path", "_METADATA.FILE_NAME", ROW, F.input_file_name()))
    told(lambda: keyed.select("*", "_metadata.file_path", F.input_file_name())); told(lambda: parquet.selectExpr("_metadata.file_size = _metadata.file_block_length", "_metadata.file_block_start", "input_file_block_length() = _metadata.file_size"))
    told(lambda: json.select("_metadata.row_index")); told(lambda: parquet.select("_metadata.nothing")); told(lambda: spark.range(1).select("_metadata"))
@step("through operators")
def _():
    for make in (
            lambda: parquet.select("id").select("id", ROW), lambda: parquet.filter("id > 1").select("id", ROW), lambda: parquet.filter(ROW + " = 1"), lambda: parquet.select("id").filter(ROW + " = 1"),
            lambda: parquet.sort("id").select("id", ROW), lambda: parquet.sort(F.desc(ROW), "id").limit(2), lambda: parquet.sort("id").limit(2).select("id", ROW), lambda: parquet.sort("id").offset(3).select("id", NAME),
            lambda: parquet.withColumn("x", F.col(ROW) + 1), lambda: parquet.withColumn("x", F.lit(1)).select("x", ROW), lambda: parquet.withColumn("_metadata", F.lit(1)).select("_metadata"),
            lambda: parquet.withColumnRenamed("id", "i").select("i", ROW), lambda: parquet.withColumnRenamed("_metadata", "m"), lambda: parquet.drop("id").select("v", ROW), lambda: parquet.drop("_metadata").select(ROW), lambda: parquet.drop(F.col("_metadata")).select("v", ROW),
            lambda: parquet.toDF("a", "b").select("a", ROW), lambda: parquet.dropDuplicates(["id"]).select("id", ROW), lambda: parquet.dropDuplicates(["_metadata"]), lambda: parquet.sample(1.0).select(ROW), lambda: parquet.repartition(2).select(ROW), lambda: parquet.coalesce(1).select(ROW),
            lambda: parquet.repartition(2, ROW), lambda: parquet.hint("broadcast").select(ROW), lambda: parquet.fillna(1).select(ROW), lambda: parquet.dropna().select(ROW), lambda: parquet.replace(1, 2).select("id", ROW),
            lambda: parquet.alias("q").select("q.id", "q._metadata.row_index", ROW), lambda: parquet.alias("q").alias("r").select("r._metadata.row_index"), lambda: parquet.alias("q").alias("r").select("q._metadata.row_index"),
            lambda: parquet.select(F.struct("id", ROW)), lambda: parquet.select("_metadata").select(ROW), lambda: parquet.select(F.col("_metadata").alias("m")).select("m.row_index", NAME), lambda: parquet.select("*", "_metadata").select("*").select(NAME),
            lambda: parquet.select("id", F.explode(F.array("v"))).select("id", ROW), lambda: parquet.select(F.explode(F.array(NAME))), lambda: parquet.select("id", F.row_number().over(Window.orderBy(ROW, "id")).alias("n")),
            lambda: parquet.select("id", F.row_number().over(Window.orderBy("id")).alias("n")).select("n", ROW), lambda: parquet.select(parquet["_metadata"].row_index), lambda: parquet.select("id").select(parquet[NAME]),
            lambda: spark.sql("SELECT id FROM t").select(ROW), lambda: parquet.select(parquet.colRegex("`_meta.*`")).limit(1)): told(make)
@step("grouped")
def _():
    for make in (lambda: parquet.groupBy(NAME).count(), lambda: parquet.groupBy("_metadata.file_name", "v").agg(F.max(ROW)), lambda: parquet.groupBy("id").count().select("_metadata"), lambda: parquet.agg(F.max(ROW), F.min(NAME)),
                 lambda: parquet.groupBy("id").agg(F.max("v").alias("m")).filter(f"max({ROW}) > 0"), lambda: parquet.groupBy(NAME).pivot("id", [1, 3]).count()): told(make)
@step("joined and put together")
def _():
    for make in (
            lambda: parquet.join(ten, F.col("id") == F.col("ten")).select("id", ROW), lambda: ten.join(parquet, F.col("id") == F.col("ten"), "left").select("ten", ROW), lambda: parquet.join(ten, F.col("id") == F.col("ten"), "semi").select("id", ROW),
            lambda: ten.join(parquet, F.col("id") == F.col("ten"), "semi").select(ROW), lambda: parquet.join(ten, F.col(ROW) == F.col("ten")).select("id", "ten"), lambda: parquet.crossJoin(spark.range(1).toDF("z")).select("id", ROW),
            lambda: parquet.join(json, parquet.id == json.id).select(NAME), lambda: parquet.alias("a").join(json.alias("b"), F.expr("a.id = b.id")).select("a._metadata.file_name", "b._metadata.file_name"),
            lambda: parquet.join(ten.toDF("id"), "id").select("id", ROW),
            lambda: parquet.union(parquet).select(ROW), lambda: parquet.unionByName(parquet).select(ROW), lambda: parquet.intersect(parquet).select(ROW), lambda: parquet.exceptAll(parquet).select(ROW), lambda: parquet.unpivot("id", "v", "n", "w").select(ROW)): told(make)
    print(ten.join(parquet, F.col("id") == F.col("ten"), "left").select("_metadata").schema[0].nullable)
@step("a column of that name")
def _():
    put_parquet(folder + "/own/a.parquet", spark.range(2).selectExpr("id", "'u' AS _Metadata")); put(folder + "/ownj/a.json", '{"_metadata":{"file_name":1},"__metadata":2}\n')
    own, ownj = spark.read.parquet(folder + "/own"), spark.read.json(folder + "/ownj")
    for make in (lambda: own.select("_metadata"), lambda: own.select(NAME), lambda: own.select("__metadata.file_name"), lambda: own.select(own.metadataColumn("_metadata").file_name), lambda: ownj.select(NAME), lambda: ownj.select("__metadata"), lambda: ownj.select("___metadata.file_name"),
                 lambda: parquet.select(parquet.metadataColumn("_metadata").row_index), lambda: parquet.select(parquet.metadataColumn("id")), lambda: parquet.select("id").filter("id > 2").select(parquet.metadataColumn("_metadata").row_index)): told(make)
    print(own.select("__metadata").schema[0].jsonValue()["metadata"], own.columns)
@step("kept")
def _():
    json.select("id", "_metadata").coalesce(1).write.parquet(folder + "/kept"); kept = spark.read.parquet(folder + "/kept")
    print(kept.schema.json()); told(lambda: kept.select("id", NAME))
@step("sql")
def _():
    for text in (
            f"SELECT _metadata.file_name, {ROW} FROM parquet.`{folder}/p q`", f"SELECT id, _metadata.file_name FROM json.`{folder}/j`", f"SELECT * FROM parquet.`{folder}/p q` ORDER BY {ROW} DESC, id LIMIT 2",
            f"SELECT id FROM v WHERE {ROW} = 1", "SELECT v._metadata.row_index FROM v", "SELECT _metadata.file_name FROM vj", "SELECT _metadata.row_index FROM stored",
            f"SELECT {ROW}, t._metadata.row_index, spark_catalog.default.t._metadata.row_index FROM t", f"SELECT {ROW} FROM t x", "SELECT x._metadata.row_index FROM t x", f"SELECT {ROW} FROM (SELECT id FROM t)", "SELECT s._metadata.row_index FROM (SELECT id FROM t) s",
            "SELECT _metadata.file_name, count(*) FROM t GROUP BY _metadata.file_name", "SELECT _metadata.file_name, count(*) FROM t GROUP BY 1", f"SELECT count(*) FROM t HAVING max({ROW}) > 0", f"SELECT id FROM t GROUP BY id HAVING max({ROW}) > 0",
            f"SELECT max(id) FROM t GROUP BY v ORDER BY max({ROW}), 1 LIMIT 1", "SELECT (SELECT max(u._metadata.row_index) FROM t u) FROM t LIMIT 1", "SELECT id, (SELECT max(r.id) FROM range(10) r WHERE r.id = t._metadata.row_index) FROM t", f"SELECT id FROM t WHERE EXISTS (SELECT 1 FROM range(2) r WHERE r.id = {ROW} AND r.id = 1)",
            "SELECT a._metadata.row_index, b.id FROM t a JOIN vj b ON a.id = b.id", f"SELECT {ROW} FROM t a JOIN vj b ON a.id = b.id", "SELECT a._metadata.file_name FROM t a JOIN vj b USING (id)", f"SELECT x.*, {ROW} FROM t x LATERAL VIEW explode(array(1, 2)) e AS z", "SELECT t._metadata.* FROM t LIMIT 0",
            f"SELECT {ROW} FROM (SELECT id FROM t UNION ALL SELECT id FROM vj)", f"SELECT {ROW} r, r + 1 FROM t", f"SELECT id AS _metadata, {ROW} FROM t", "SELECT t.* FROM t", "SELECT struct(*) FROM t"): told(lambda text=text: spark.sql(text))
@step("input_file_name")
def _():
    for text in (
            "input_file_name() FROM t", "input_file_name(), input_file_block_start(), input_file_block_length()", "id, input_file_name() FROM range(1)", "input_file_name(), count(*) FROM t GROUP BY input_file_name()", "input_file_name(), count(*) FROM t GROUP BY 1",
            "input_file_name(), count(*) FROM t GROUP BY id", "max(input_file_name()) FROM t", "id FROM t WHERE input_file_name() LIKE '%/c.parquet'", "id FROM t ORDER BY input_file_name(), id DESC LIMIT 2", "id, input_file_name() FROM (SELECT * FROM t ORDER BY id)",
            "input_file_name(), input_file_block_start() FROM (SELECT * FROM t LIMIT 2)", "id, input_file_name() FROM (SELECT DISTINCT * FROM t)", "id, input_file_name() FROM (SELECT id, count(*) FROM t GROUP BY id)", "id, input_file_name() FROM (SELECT id FROM t UNION SELECT id FROM range(1))",
            "input_file_name() FROM t, vj", "t.id, input_file_name() FROM t WHERE EXISTS (SELECT 1 FROM vj)", "t.id FROM t JOIN range(3) r ON input_file_name() = ''", "id, input_file_name(), row_number() OVER (ORDER BY id DESC) FROM t",
            "id, row_number() OVER (PARTITION BY input_file_name() ORDER BY id) FROM t", "id, input_file_name(), z FROM t LATERAL VIEW explode(array(1, 2)) e AS z", "input_file_name(), explode(array(1, 2)) FROM t", "input_file_name() FROM stored", "id, input_file_name() FROM v",
            "input_file_name() FROM (WITH c AS (SELECT id FROM t) SELECT input_file_name() FROM c)", "input_file_name(1) FROM t", "id, input_file_name() FROM t TABLESAMPLE (100 PERCENT)", "DISTINCT input_file_name() FROM t"): told(lambda text=text: spark.sql("SELECT " + text))
    for make in (lambda: parquet.coalesce(1).select("id", F.input_file_name()), lambda: parquet.sortWithinPartitions("id").select("id", F.input_file_name()), lambda: parquet.dropDuplicates(["id"]).select("id", F.input_file_name()), lambda: parquet.join(json, "id").select(F.input_file_name()),
                 lambda: parquet.withColumn("f", F.input_file_name()).join(json.withColumn("g", F.input_file_name()), "id").select("f", "g"), lambda: parquet.fillna(1).select("id", F.input_file_name()), lambda: spark.range(1).filter(F.input_file_name() == "").select("id"),
                 lambda: parquet.intersect(parquet).select("id", F.input_file_name()), lambda: parquet.withColumn("f", F.input_file_name()).agg(F.max("f"))): told(make)
@step("streams")
def _():
    def run(frame, name):
        query = frame.writeStream.format("memory").queryName(name).trigger(availableNow=True).start(); query.awaitTermination()
        told(lambda: spark.table(name))
    lines = spark.readStream.schema("id LONG, k INT").option("maxFilesPerTrigger", 1).json(folder + "/k")
    print(lines.columns, lines.select("_metadata").schema[0].jsonValue()["metadata"])
    run(lines.select("id", "k", "_metadata", F.input_file_name(), F.input_file_block_length()), "all"); run(lines.filter("_metadata.file_name = 'b.json'").select("id"), "one"); run(lines.withColumn("f", F.input_file_name()).filter("f LIKE '%a.json'"), "name")
    lines.createOrReplaceTempView("lines"); run(spark.sql("SELECT id, input_file_name() FROM lines"), "view"); told(lambda: spark.sql("SELECT _metadata FROM lines"))
    run(spark.readStream.schema("id LONG, v LONG").parquet(folder + "/p q").select("id", ROW, NAME), "rows"); run(spark.readStream.text(folder + "/t").select("value", NAME), "text"); run(spark.readStream.schema("a INT, b STRING").csv(folder + "/c").select("a", "_metadata.file_modification_time"), "csv")
    told(lambda: spark.readStream.format("rate").load().select("_metadata"))
spark.stop()
