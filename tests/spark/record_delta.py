"""Records what a stream of real Spark + Delta writes, and what it refuses: recorded/delta_{shapes,empties,refusals,constraints,features,casts,cast_values}.jsonl (see README.md).

{"what": ..., "setup": [SQL], "select": [SQL], "partitionBy", "mode", "options", then
 "error" (as in canonical.py, of the query) or "log": {file name in _delta_log: text}, "files": data files with their Parquet schema and footer facts, "rows": the table read back}.
Each case has its own table and checkpoint. The stream has one batch (or `batches`), made of a file source with the column `id` (0, 1, 2).

`record_delta.py FOLDER inputs` adds to each line what went into the sink, so that another engine needs no SQL to repeat the case:
 "input_schema": JSON, "input": the rows of each batch (one entry when all batches are alike), "batches": how many there were.
"""
import json
import os
import shutil
import sys
from pathlib import Path

import pyarrow.parquet as parquet
from pyspark.sql import Row

import canonical
from oracle_session import session

WORK = Path(os.environ.get("ORACLE_WORK", "/tmp/millrace-record/delta"))


def rows_of(frame):
    """The rows of a frame in canonical form."""
    try:
        return [list(row) for row in zip(*canonical.columns(frame))]
    except Exception:  # Arrow does not take a null struct with a field that is never null; these hold no values that Python changes.
        return [[plain(value) for value in row] for row in frame.collect()]


def plain(value):
    if isinstance(value, Row):
        return [[name, plain(part)] for name, part in value.asDict().items()]
    if isinstance(value, dict):
        return {"map": [[plain(key), plain(part)] for key, part in sorted(value.items())]}
    return [plain(part) for part in value] if isinstance(value, list) else value


class Recorder:
    def __init__(self, spark):
        self.spark, self.records, self.count = spark, [], 0
        for i in range(13):
            folder = WORK / f"source{i}"
            spark.range(3).coalesce(1).write.parquet(str(folder))
            for path in folder.glob("*.parquet"):
                (WORK / "sources").mkdir(exist_ok=True)
                shutil.copy(path, WORK / f"sources/part-{i:02}.parquet")

    def case(self, what, select, setup=(), partition=(), mode="append", options=None, batches=1, aggregate=None, conf=None, schemas=False, rows=True, twice=False, after=()):
        self.count += 1
        table, checkpoint, feed = WORK / f"table{self.count}", WORK / f"checkpoint{self.count}", WORK / f"feed{self.count}"
        feed.mkdir()
        for i in range(batches):
            shutil.copy(WORK / f"sources/part-{i:02}.parquet", feed)
        record = {"what": what, "setup": list(setup), "select": list(select), "partitionBy": list(partition), "mode": mode, "options": options or {}}
        if conf:
            record["conf"] = conf
        hide = {str(table): "<table>", str(checkpoint): "<checkpoint>", str(feed): "<feed>"}
        hidden = lambda value: json.loads(self.hidden(json.dumps(value, ensure_ascii=False), hide))
        for key, value in (conf or {}).items():
            self.spark.conf.set(key, value)
        before = set()
        try:
            for statement in setup:
                self.spark.sql(statement.replace("TABLE_PATH", f"delta.`{table}`"))
            before = {path.name for path in (table / "_delta_log").glob("*")}
            frame = self.spark.readStream.schema("id BIGINT").option("maxFilesPerTrigger", 1).parquet(str(feed)).selectExpr(*select)
            if aggregate:
                frame = frame.groupBy(aggregate).count()
            writer = frame.writeStream.format("delta").outputMode(mode).option("checkpointLocation", str(checkpoint)).trigger(availableNow=True)
            for key, value in (options or {}).items():
                writer = writer.option(key, value)
            if partition:
                writer = writer.partitionBy(*partition)
            writer.start(str(table)).awaitTermination()
            for statement in after:
                self.spark.sql(statement.replace("TABLE_PATH", f"delta.`{table}`"))
            if rows and not after:
                shown = self.spark.read.format("delta").load(str(table))
                record["schema"] = shown.schema.simpleString()
                record["rows"] = [list(row) for row in zip(*canonical.columns(shown))]
        except Exception as failure:
            record |= hidden(canonical.error(failure))
        finally:
            for key in conf or {}:
                self.spark.conf.unset(key)
        log = sorted((table / "_delta_log").glob("*")) if (table / "_delta_log").exists() else []
        text_of = lambda path: self.hidden(path.read_text(), hide)
        if "error" not in record or setup:
            record["log"] = {path.name: text_of(path) for path in log if path.suffix in (".json", ".crc") and not path.name.startswith(".") or path.name == "_last_checkpoint"}
            record["made_by_setup"] = sorted(before & set(record["log"])) if setup else []
        if "error" in record:
            record.pop("log", None) if not setup else None
        if schemas:
            record["files"] = []
            for path in sorted(table.rglob("*.parquet")):
                meta = parquet.read_metadata(path)
                group = meta.row_group(0) if meta.num_row_groups else None
                record["files"].append({"path": str(path.relative_to(table)), "created_by": meta.created_by, "format_version": meta.format_version, "row_groups": meta.num_row_groups, "rows": meta.num_rows,
                                        "key_values": {key.decode(): value.decode() for key, value in (meta.metadata or {}).items()}, "parquet_schema": str(meta.schema), "arrow_schema": parquet.read_schema(path).to_string(show_schema_metadata=False),
                                        "columns": [] if group is None else [{"path": group.column(i).path_in_schema, "physical": group.column(i).physical_type, "compression": group.column(i).compression, "encodings": list(group.column(i).encodings), "statistics": group.column(i).is_stats_set} for i in range(group.num_columns)]})
        record["hidden_files"] = sorted(str(path.relative_to(table)) for path in table.rglob(".*") if path.is_file())[:6] if schemas else []
        self.records.append(record)

    def add_inputs(self, path, part):
        """Runs the selects of `part` again, without a sink, and writes what they give into the lines of `path`."""
        records = [json.loads(line) for line in path.read_text().splitlines()]
        left = list(records)

        def case(what, select, aggregate=None, batches=1, conf=None, **_):
            record = next((one for one in left if one["what"] == what and one["select"] == list(select)), None)
            if record is None:
                return print(f"{path.name} has no {what!r} of this kind")
            left.remove(record)
            for key, value in (conf or {}).items():
                self.spark.conf.set(key, value)
            record.pop("no_input", None)
            try:
                inputs = []
                for i in range(batches if not aggregate else 0):
                    frame = self.spark.read.schema("id BIGINT").parquet(str(WORK / f"sources/part-{i:02}.parquet")).selectExpr(*select)
                    record["input_schema"] = json.loads(frame.schema.json())
                    inputs.append(rows_of(frame))
                    if i == 0 and "input_file_name" not in str(select):
                        break
                inputs.reverse()  # The file source took the newer of two files first.
                record |= {"input": inputs[:1] if all(one == inputs[0] for one in inputs) else inputs, "batches": batches}
            except Exception as failure:
                record.pop("input_schema", None)
                record.pop("input", None)
                record["no_input"] = canonical.error(failure)["error"]["condition"]
            finally:
                for key in conf or {}:
                    self.spark.conf.unset(key)

        self.case = lambda what, select, setup=(), partition=(), mode="append", options=None, **keys: case(what, select, **keys)
        part(self)
        del self.case
        for record in left:
            print(f"{path.name}: {record['what']!r} is not in the script")
        canonical.write(path, records, {str(WORK): "<dir>"})

    @staticmethod
    def hidden(text, hide):
        for key, value in hide.items():
            text = text.replace("file:" + key, value).replace(key, value)
        return text


ALL_TYPES = ["id % 2 = 0 AS flag", "CAST(id AS TINYINT) AS by", "CAST(id - 1 AS SMALLINT) AS sh", "CAST(id * 1000 AS INT) AS i", "id * 10000000000 AS l", "CAST(id / 3 AS FLOAT) AS f", "id / 3 AS d", "CAST(id / 3 AS DECIMAL(10,2)) AS e", "CAST(id AS DECIMAL(38,18)) AS w", "CAST(id AS DECIMAL(5,0)) AS e0", "concat('s', id) AS s", "CAST(concat('b', id) AS BINARY) AS z", "date_add(DATE'2026-01-01', CAST(id AS INT)) AS dt",
             "TIMESTAMP'2026-01-01 00:00:00.123456' + make_dt_interval(0, 0, 0, id) AS t", "array(CAST(id AS INT), NULL) AS arr", "map('k', CAST(id AS INT)) AS m", "named_struct('x', CAST(id AS INT), 'y', CAST(NULL AS STRING), 'u', named_struct('v', id * 1.5D, 'w', DATE'2026-01-01')) AS st", "CAST(NULL AS STRING) AS nothing", "IF(id = 1, NULL, id) AS some"]
PARTITIONS = {
    "string": ["'plain'", "''", "NULL", "'a b'", "'a/b'", "'a=b'", "'a%b'", "'a:b'", "'a\\\\b'", "'\u00e9'", "'\U0001f600'", "'a\"b'", "'a\\'b'", "'#?&+'", "'*<>|'", "'{}[]^'", "'a\\nb'", "'a\\tb'", "'a\u0001b'", "'a\u007fb'", "'/%20%f'", "' lead'", "'trail '", "'.'", "'..'", "'__HIVE_DEFAULT_PARTITION__'", "'null'", "'NULL'", "'a.b,c;d'", "'~!@$()-_`'", "'%2F'", "'\u4e2d\u6587'", "repeat('x', 100)"],
    "int": ["1", "-1", "NULL", "2147483647"], "bigint": ["1L", "-9223372036854775808L", "NULL"], "tinyint": ["1Y", "-128Y"], "smallint": ["1S"], "boolean": ["true", "false", "NULL"], "double": ["1.0D", "0.1D", "-0.0D", "0.0D", "1e10D", "1e-7D", "double('NaN')", "double('Infinity')", "double('-Infinity')", "NULL", "123456789.125D"], "float": ["1.0F", "0.1F", "1e10F", "float('NaN')"],
    "decimal(10,2)": ["1.50BD", "-1.00BD", "0.00BD", "NULL"], "decimal(38,18)": ["CAST('0.000000000000000001' AS DECIMAL(38,18))", "CAST(1 AS DECIMAL(38,18))"], "date": ["DATE'2026-01-01'", "DATE'0001-01-01'", "DATE'9999-12-31'", "DATE'1582-10-10'", "DATE'+10000-01-01'", "NULL"],
    "timestamp": ["TIMESTAMP'2026-01-01 00:00:00'", "TIMESTAMP'2026-01-01 12:34:56.1'", "TIMESTAMP'2026-01-01 12:34:56.123456'", "TIMESTAMP'2026-01-01 12:34:56.1234'", "TIMESTAMP'1969-12-31 23:59:59.999999'", "TIMESTAMP'0001-01-01 00:00:00'", "TIMESTAMP'1883-11-18 12:03:57'", "NULL"], "timestamp_ntz": ["TIMESTAMP_NTZ'2026-01-01 00:00:00'", "TIMESTAMP_NTZ'2026-01-01 12:34:56.123456'", "TIMESTAMP_NTZ'2026-01-01 12:34:56.1'", "NULL"], "binary": ["X'61'", "X'FF'", "X''", "NULL", "X'C3A9'"],
}
LONG_STRINGS = ["repeat('a', 32)", "repeat('a', 33)", "concat(repeat('a', 32), 'b')", "concat(repeat('a', 32), '\u00e9')", "concat(repeat('a', 31), '\U0001f33c', 'b')", "concat(repeat('a', 31), '\U0001f33c')", "repeat('\U0010ffff', 16)", "repeat('\U0010ffff', 17)", "repeat('\U0010ffff', 32)", "repeat('\U0010ffff', 33)", "concat(repeat('\U0010ffff', 16), 'a')", "concat(repeat('a', 32), '\U0010ffff')", "concat(repeat('a', 32), '\u007f')", "concat(repeat('a', 32), '~')", "concat(repeat('a', 32), '\u0080')", "repeat('\u00e9', 33)", "repeat('\U0001f600', 20)", "repeat('z', 70)", "''", "'a\\nb\"c\\\\'", "'\u0001'", "'\uffff'", "concat(repeat('\U0010ffff', 32), 'a')", "concat(repeat('a', 31), '\U0010ffff', repeat('\U0010ffff', 40))", "CAST(X'61FF62' AS STRING)", "concat(repeat('a', 32), CAST(X'FF' AS STRING))"]
KINDS = {"boolean": "true", "tinyint": "1Y", "int": "5", "bigint": "5L", "float": "1.5F", "double": "2.5D", "decimal(10,2)": "1.25BD", "decimal(5,0)": "CAST(7 AS DECIMAL(5,0))", "decimal(12,4)": "CAST(1.2345 AS DECIMAL(12,4))", "string": "'12'", "binary": "X'61'", "date": "DATE'2026-01-01'", "timestamp": "TIMESTAMP'2026-01-01 00:00:00'", "timestamp_ntz": "TIMESTAMP_NTZ'2026-01-01 00:00:00'", "array<int>": "array(1)", "array<string>": "array('x')", "map<string,int>": "map('k', 1)", "struct<x:int>": "named_struct('x', 1)", "struct<x:string>": "named_struct('x', 'q')", "struct<x:int,y:int>": "named_struct('x', 1, 'y', 2)"}
ATOMIC = {kind for kind in KINDS if "<" not in kind}


def shapes(r):
    """What an append writes: types, statistics, partitions, checkpoints."""
    r.case("all types", ALL_TYPES, schemas=True)
    r.case("all types, with timestamp_ntz", ["id", "TIMESTAMP_NTZ'2026-01-01 00:00:00.123456' AS n"], schemas=True)
    for kind, values in PARTITIONS.items():
        r.case(f"partitioned by {kind}", ["CAST(id AS INT) AS v", f"explode(array({', '.join(values)})) AS p"], partition=["p"])
    r.case("partitioned by timestamp, session zone America/New_York", ["id AS v", f"explode(array({', '.join(PARTITIONS['timestamp'])})) AS p"], partition=["p"], conf={"spark.sql.session.timeZone": "America/New_York"})
    r.case("partitioned by two columns", ["id AS v", "IF(id = 1, NULL, concat('x', id)) AS p", "CAST(id AS INT) AS q"], partition=["q", "p"])
    r.case("partition column in the middle, odd name", ["id AS v", "'x' AS `P Q`", "1 AS z"], partition=["P Q"])
    r.case("partition column named in another case", ["id AS v", "'x' AS p"], partition=["P"])
    r.case("partition column with a dot and percent in its name", ["id AS v", "'x' AS `p.q%`"], partition=["p.q%"])
    r.case("statistics of long strings, one column each", [f"{text} AS s{i}" for i, text in enumerate(LONG_STRINGS)])
    r.case("statistics of strings, byte order", ["explode(array('\uffff', '\U0001f600', 'z', '', 'Z')) AS s"])
    r.case("statistics of doubles with NaN", ["explode(array(1.0D, double('NaN'), -1.0D)) AS d", "CAST(1.5 AS FLOAT) AS f"])
    r.case("statistics of doubles, only NaN", ["double('NaN') AS d", "float('NaN') AS f"])
    r.case("statistics of infinities", ["explode(array(double('Infinity'), double('-Infinity'), 0.0D)) AS d"])
    r.case("statistics of zeros", ["explode(array(0.0D, -0.0D)) AS d", "-0.0F AS f"])
    r.case("statistics of zeros, other order", ["explode(array(-0.0D, 0.0D)) AS d"])
    r.case("statistics of big and small numbers", ["explode(array(1e300D, 1e-300D, 123456789.123D, 1e7D, 1e-3D)) AS d", "CAST(1e10 AS FLOAT) AS f", "9223372036854775807 AS l", "-9223372036854775808 AS k"])
    r.case("statistics of decimals", ["explode(array(1.50BD, -0.01BD)) AS e", "CAST('12345678901234567890.123456789012345678' AS DECIMAL(38,18)) AS w", "CAST(100 AS DECIMAL(10,0)) AS z", "CAST(0 AS DECIMAL(10,7)) AS y", "CAST('0.0000001' AS DECIMAL(10,7)) AS x", "CAST('99999999999999999999999999999999999999' AS DECIMAL(38,0)) AS b"])
    r.case("statistics of timestamps", ["explode(array(TIMESTAMP'2026-01-01 12:00:00.123999', TIMESTAMP'1969-12-31 23:59:59.999999', TIMESTAMP'2026-01-01 12:00:00.000001')) AS t", "TIMESTAMP_NTZ'2026-01-01 12:00:00.999999' AS n"])
    r.case("statistics of timestamps, extremes", ["explode(array(TIMESTAMP'0001-01-01 00:00:00', TIMESTAMP'9999-12-31 23:59:59.999999')) AS t", "explode(array(DATE'0001-01-01', DATE'9999-12-31')) AS d"][:1] + ["DATE'0001-01-01' AS d"])
    r.case("statistics of timestamps, session zone Europe/Berlin", ["TIMESTAMP'2026-07-01 12:00:00.123999 UTC' AS t", "TIMESTAMP_NTZ'2026-01-01 12:00:00.5' AS n"], conf={"spark.sql.session.timeZone": "Europe/Berlin"})
    r.case("statistics of old timestamps, session zone America/New_York", ["TIMESTAMP'1800-07-01 12:00:00 UTC' AS t"], conf={"spark.sql.session.timeZone": "America/New_York"})
    r.case("statistics of nulls", ["CAST(NULL AS INT) AS a", "CAST(NULL AS STRING) AS b", "IF(id = 0, 5, NULL) AS c", "CAST(NULL AS STRUCT<x: INT, y: STRING>) AS s", "IF(id = 0, named_struct('x', 1), NULL) AS u", "CAST(NULL AS ARRAY<INT>) AS l", "CAST(NULL AS BOOLEAN) AS o"])
    r.case("statistics of nested structs, arrays and maps of structs", ["named_struct('a', named_struct('b', named_struct('c', id, 'd', concat('x', id)))) AS s", "array(named_struct('x', 1)) AS l", "map('k', named_struct('x', 1)) AS m"])
    r.case("40 columns", [f"id + {i} AS c{i}" for i in range(40)], rows=False)
    r.case("structs across the 32nd column", [f"id AS c{i}" for i in range(30)] + ["named_struct('x', 1, 'y', 2, 'z', 3) AS s", "id AS last"], rows=False)
    r.case("35 columns, partition among the first", ["'p' AS p"] + [f"id AS c{i}" for i in range(35)], partition=["p"], rows=False)
    r.case("arrays among the first 32", ["array(id) AS l"] * 0 + [f"array(id) AS l{i}" for i in range(20)] + [f"id AS c{i}" for i in range(15)], rows=False)
    r.case("odd column names", ["id AS `a.b`", "id AS `\u00e9`", "id AS `x-y`", "id AS `A`", "id AS `quote\"d`"])
    r.case("13 batches of a partitioned table of all types: checkpoint at 10", ALL_TYPES + ["CAST(id AS STRING) AS p", "date_add(DATE'2026-01-01', CAST(id AS INT)) AS pd"], partition=["p", "pd"], batches=13, schemas=True, rows=False)
    r.case("13 batches, delta.checkpoint.writeStatsAsStruct", ["id", "named_struct('x', id, 's', 'q') AS n", "'x' AS p"], setup=["CREATE TABLE TABLE_PATH (id BIGINT, n STRUCT<x: BIGINT, s: STRING>, p STRING) USING delta PARTITIONED BY (p) TBLPROPERTIES ('delta.checkpoint.writeStatsAsStruct' = 'true', 'delta.checkpoint.writeStatsAsJson' = 'false')"], batches=11, schemas=True, rows=False)


def empties(r):
    """Batches in which no row passes."""
    none, second = ["explode(filter(array(id), x -> x < 0)) AS v", "'x' AS s"], ["explode(filter(array(id), x -> input_file_name() LIKE '%part-01%')) AS v", "'x' AS s"]
    r.case("no row passes, new table", none, schemas=True)
    r.case("no row passes, new partitioned table", none, partition=["s"], schemas=True)
    r.case("no row passes, table exists", none, ["CREATE TABLE TABLE_PATH (v BIGINT, s STRING) USING delta"], schemas=True)
    r.case("no row passes in the first of two batches", second, batches=2, schemas=True)
    r.case("no row passes in one of 3 partitions' values", ["id AS v", "IF(id = 1, '', 'p') AS p"], partition=["p"], schemas=True)


def refusals(r):
    """Schema enforcement, modes, names."""
    base = ["CREATE TABLE TABLE_PATH (id BIGINT, s STRING) USING delta"]
    r.case("extra column", ["id", "'x' AS s", "1 AS more"], base)
    r.case("extra column, mergeSchema", ["id", "'x' AS s", "1 AS more"], base, options={"mergeSchema": "true"})
    r.case("extra nested column", ["id", "named_struct('x', 1, 'y', 2) AS n"], ["CREATE TABLE TABLE_PATH (id BIGINT, n STRUCT<x: INT>) USING delta"])
    r.case("extra nested column, mergeSchema", ["id", "named_struct('x', 1, 'y', 2) AS n"], ["CREATE TABLE TABLE_PATH (id BIGINT, n STRUCT<x: INT>) USING delta"], options={"mergeSchema": "true"})
    r.case("extra column in a struct in an array, mergeSchema", ["id", "array(named_struct('x', 1, 'y', 2)) AS n"], ["CREATE TABLE TABLE_PATH (id BIGINT, n ARRAY<STRUCT<x: INT>>) USING delta"], options={"mergeSchema": "true"})
    r.case("missing column", ["id"], base)
    r.case("missing nested column", ["id", "named_struct('x', 1) AS n"], ["CREATE TABLE TABLE_PATH (id BIGINT, n STRUCT<x: INT, y: INT>) USING delta"])
    r.case("columns in another order", ["'x' AS s", "id"], base)
    r.case("columns in another case", ["id AS ID", "'x' AS S"], base)
    r.case("no column of the table", ["id AS other"], base)
    r.case("missing column of a table with NOT NULL", ["'x' AS s"], ["CREATE TABLE TABLE_PATH (id BIGINT NOT NULL, s STRING) USING delta"])
    r.case("null in a NOT NULL column", ["CAST(NULL AS BIGINT) AS id", "'x' AS s"], ["CREATE TABLE TABLE_PATH (id BIGINT NOT NULL, s STRING) USING delta"])
    r.case("no null in a NOT NULL column", ["id", "'x' AS s"], ["CREATE TABLE TABLE_PATH (id BIGINT NOT NULL, s STRING) USING delta"])
    r.case("null in a nested NOT NULL column", ["named_struct('x', CAST(NULL AS INT)) AS n"], ["CREATE TABLE TABLE_PATH (n STRUCT<x: INT NOT NULL>) USING delta"])
    r.case("null struct with a nested NOT NULL column", ["CAST(NULL AS STRUCT<x: INT>) AS n"], ["CREATE TABLE TABLE_PATH (n STRUCT<x: INT NOT NULL>) USING delta"])
    part = ["CREATE TABLE TABLE_PATH (id BIGINT, p STRING, q STRING) USING delta PARTITIONED BY (p)"]
    row = ["id", "'x' AS p", "'y' AS q"]
    r.case("partitionBy other than the table's", row, part, partition=["q"])
    r.case("partitionBy more than the table's", row, part, partition=["p", "q"])
    r.case("no partitionBy given for a partitioned table", row, part)
    r.case("partitionBy given for an unpartitioned table", ["id", "'x' AS s"], base, partition=["s"])
    r.case("partitionBy same as the table's", row, part, partition=["p"])
    r.case("partitionBy in another order", row, ["CREATE TABLE TABLE_PATH (id BIGINT, p STRING, q STRING) USING delta PARTITIONED BY (p, q)"], partition=["q", "p"])
    for name in ("a b", "a,b", "a;b", "a{b", "a}b", "a(b", "a)b", "a\tb", "a=b", "a\nb", "a.b", "a%b", "a-b", "a:b", ""):
        r.case(f"column name {name!r}", ["id", f"1 AS `{name}`"], rows=False)
    r.case("nested column name with a space", ["named_struct('a b', 1) AS s"])
    r.case("duplicate column", ["id", "1 AS a", "2 AS a"])
    r.case("duplicate column, other case", ["id", "1 AS a", "2 AS A"])
    r.case("void column", ["id", "NULL AS v"])
    r.case("void column into an existing table", ["id", "NULL AS s"], base)
    r.case("nested void column", ["id", "named_struct('x', NULL) AS s"])
    r.case("array of void", ["id", "array() AS s"])
    r.case("interval column", ["id", "INTERVAL '1' DAY AS v"])
    r.case("variant column", ["id", "parse_json('1') AS v"], rows=False)
    r.case("time column", ["id", "TIME'12:00:00' AS v"], rows=False)
    r.case("char and varchar table", ["'ab' AS c", "'abcd' AS v"], ["CREATE TABLE TABLE_PATH (c CHAR(3), v VARCHAR(5)) USING delta"])
    r.case("varchar too long", ["'ab' AS c", "'abcdefgh' AS v"], ["CREATE TABLE TABLE_PATH (c CHAR(3), v VARCHAR(5)) USING delta"])
    r.case("update mode", ["id % 2 AS k"], mode="update", aggregate="k")
    r.case("complete mode", ["id % 2 AS k"], mode="complete", aggregate="k", batches=2)
    r.case("complete mode on an append-only table", ["id % 2 AS k"], ["CREATE TABLE TABLE_PATH (k BIGINT, count BIGINT) USING delta TBLPROPERTIES ('delta.appendOnly' = 'true')"], mode="complete", aggregate="k", batches=2)
    r.case("append mode with an aggregate without watermark", ["id % 2 AS k"], aggregate="k")
    for option, value in (("mergeSchema", "x"), ("overwriteSchema", "true"), ("userMetadata", "hello"), ("maxRecordsPerFile", "2"), ("txnAppId", "a"), ("txnVersion", "1"), ("dataChange", "false"), ("compression", "zstd"), ("compression", "nope"), ("delta.appendOnly", "true"), ("optimizeWrite", "true"), ("noSuchOption", "1"), ("replaceWhere", "id = 1"), ("partitionOverwriteMode", "dynamic")):
        r.case(f"option {option}={value}", ["id", "'x' AS s"], options={option: value})


def constraints(r):
    r.case("CHECK constraint holds", ["id", "'x' AS s"], ["CREATE TABLE TABLE_PATH (id BIGINT, s STRING) USING delta", "ALTER TABLE TABLE_PATH ADD CONSTRAINT positive CHECK (id >= 0)"])
    r.case("CHECK constraint violated", ["-id AS id", "'x' AS s"], ["CREATE TABLE TABLE_PATH (id BIGINT, s STRING) USING delta", "ALTER TABLE TABLE_PATH ADD CONSTRAINT positive CHECK (id >= 0)"])
    r.case("CHECK constraint is null", ["CAST(NULL AS BIGINT) AS id", "'x' AS s"], ["CREATE TABLE TABLE_PATH (id BIGINT, s STRING) USING delta", "ALTER TABLE TABLE_PATH ADD CONSTRAINT positive CHECK (id >= 0)"])
    generated = ["CREATE TABLE TABLE_PATH (id BIGINT, g BIGINT GENERATED ALWAYS AS (id * 2)) USING delta"]
    r.case("generated column left out", ["id"], generated)
    r.case("generated column given right", ["id", "id * 2 AS g"], generated)
    r.case("generated column given wrong", ["id", "5L AS g"], generated)
    identity = ["CREATE TABLE TABLE_PATH (k BIGINT GENERATED ALWAYS AS IDENTITY, id BIGINT) USING delta"]
    r.case("identity column left out", ["id"], identity)
    r.case("identity column given", ["id AS k", "id"], identity)
    r.case("identity by default given", ["id AS k", "id"], ["CREATE TABLE TABLE_PATH (k BIGINT GENERATED BY DEFAULT AS IDENTITY, id BIGINT) USING delta"])
    r.case("column default left out", ["id"], ["CREATE TABLE TABLE_PATH (id BIGINT, s STRING DEFAULT 'dflt') USING delta TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported')"])


def features(r):
    def feature(what, properties="", columns="id BIGINT, s STRING", clause="", select=("id", "'x' AS s"), more=(), **keys):
        r.case(f"feature {what}", list(select), [f"CREATE TABLE TABLE_PATH ({columns}) USING delta {clause} {f'TBLPROPERTIES ({properties})' if properties else ''}", *more], schemas=True, **keys)
    feature("none")
    feature("appendOnly", "'delta.appendOnly' = 'true'")
    feature("changeDataFeed", "'delta.enableChangeDataFeed' = 'true'")
    feature("columnMapping name", "'delta.columnMapping.mode' = 'name'")
    feature("columnMapping name, partitioned, odd names", "'delta.columnMapping.mode' = 'name'", columns="`a b` BIGINT, `p,q` STRING, n STRUCT<`x y`: INT>", clause="PARTITIONED BY (`p,q`)", select=("id AS `a b`", "'v' AS `p,q`", "named_struct('x y', 1) AS n"))
    feature("columnMapping id", "'delta.columnMapping.mode' = 'id'", columns="id BIGINT, n STRUCT<x: INT>, l ARRAY<STRUCT<y: INT>>", select=("id", "named_struct('x', 1) AS n", "array(named_struct('y', 1)) AS l"))
    feature("columnMapping name after rename and drop", "'delta.columnMapping.mode' = 'name'", columns="id BIGINT, s STRING, gone INT", more=("ALTER TABLE TABLE_PATH RENAME COLUMN s TO t", "ALTER TABLE TABLE_PATH DROP COLUMN gone"), select=("id", "'x' AS t"))
    feature("deletionVectors", "'delta.enableDeletionVectors' = 'true'")
    feature("deletionVectors after a DELETE", "'delta.enableDeletionVectors' = 'true'", more=("INSERT INTO TABLE_PATH SELECT /*+ COALESCE(1) */ id, 'old' FROM range(10)", "DELETE FROM TABLE_PATH WHERE id = 3"))
    feature("rowTracking", "'delta.enableRowTracking' = 'true'", batches=2)
    feature("inCommitTimestamp", "'delta.enableInCommitTimestamps' = 'true'", batches=2)
    feature("clustering", clause="CLUSTER BY (id)")
    feature("v2Checkpoint", "'delta.checkpointPolicy' = 'v2'", batches=11)
    feature("domainMetadata", "'delta.feature.domainMetadata' = 'supported'")
    feature("timestampNtz", columns="id BIGINT, n TIMESTAMP_NTZ", select=("id", "TIMESTAMP_NTZ'2026-01-01 00:00:00' AS n"))
    feature("typeWidening", "'delta.enableTypeWidening' = 'true'", columns="id INT, s STRING", more=("INSERT INTO TABLE_PATH VALUES (1, 'a')", "ALTER TABLE TABLE_PATH ALTER COLUMN id TYPE BIGINT"))
    feature("typeWidening by mergeSchema", "'delta.enableTypeWidening' = 'true'", columns="id INT, s STRING", options={"mergeSchema": "true"})
    feature("vacuumProtocolCheck", "'delta.feature.vacuumProtocolCheck' = 'supported'")
    feature("variant", columns="id BIGINT, v VARIANT", select=("id", "parse_json('{\"a\":1}') AS v"), rows=False)
    feature("icebergCompatV2", "'delta.enableIcebergCompatV2' = 'true', 'delta.columnMapping.mode' = 'name'")
    feature("checkpointInterval 3", "'delta.checkpointInterval' = '3'", batches=4)
    feature("dataSkippingNumIndexedCols 1", "'delta.dataSkippingNumIndexedCols' = '1'")
    feature("dataSkippingNumIndexedCols 0", "'delta.dataSkippingNumIndexedCols' = '0'")
    feature("dataSkippingNumIndexedCols -1", "'delta.dataSkippingNumIndexedCols' = '-1'")
    feature("dataSkippingStatsColumns s", "'delta.dataSkippingStatsColumns' = 's'")
    feature("randomizeFilePrefixes", "'delta.randomizeFilePrefixes' = 'true'")
    feature("writer version 7, reader 3 by hand", "'delta.minReaderVersion' = '3', 'delta.minWriterVersion' = '7'")
    feature("an old protocol 1/1", "'delta.minReaderVersion' = '1', 'delta.minWriterVersion' = '1'")
    feature("a comment and properties", "'custom.key' = 'v'", clause="COMMENT 'table note'", columns="id BIGINT COMMENT 'the id', s STRING")


def casts(r):
    for source, target in (("int", "array<int>"), ("array<int>", "int"), ("string", "struct<x:int>"), ("struct<x:int>", "string"), ("map<string,int>", "string"), ("array<int>", "string"), ("string", "map<string,int>")):
        r.case(f"stream has {source}, table has {target}", [f"{KINDS[source]} AS v"], [f"CREATE TABLE TABLE_PATH (v {target}) USING delta"])
    for target in KINDS:
        for source, value in KINDS.items():
            if source != target and (target in ATOMIC) == (source in ATOMIC):
                r.case(f"stream has {source}, table has {target}", [f"{value} AS v"], [f"CREATE TABLE TABLE_PATH (v {target}) USING delta"])
    for what, target, value in (("long out of int's range", "int", "id + 3000000000"), ("double with a fraction to int", "int", "1.5D"), ("double out of range to int", "int", "1e20D"), ("NaN to int", "int", "double('NaN')"), ("text to int", "int", "'x'"), ("decimal with more digits", "decimal(5,0)", "CAST(123456 AS DECIMAL(10,0))"), ("decimal with more scale", "decimal(10,2)", "CAST(1.239 AS DECIMAL(10,3))"), ("text to timestamp", "timestamp", "'x'"), ("int to byte", "tinyint", "300")):
        r.case(f"value does not fit: {what}", [f"{value} AS v"], [f"CREATE TABLE TABLE_PATH (v {target}) USING delta"])
    for source, value in KINDS.items():
        r.case(f"mergeSchema: stream has {source}, table has int", [f"{value} AS v", "1 AS more"], ["CREATE TABLE TABLE_PATH (v INT) USING delta"], options={"mergeSchema": "true"})
        r.case(f"mergeSchema: stream has {source}, table has string", [f"{value} AS v", "1 AS more"], ["CREATE TABLE TABLE_PATH (v STRING) USING delta"], options={"mergeSchema": "true"})


def cast_values(r):
    """Values on their way into a table of another type, one type of the stream and of the table at a time: accepted ones together, each that fails on its own.

    Values come out of explode, because Spark folds a cast of a constant and then describes its failure in other words."""
    def accepted(source, target, *values, **keys):
        r.case(f"{source} into {target}", [f"explode(array({', '.join(values)})) AS v"], [f"CREATE TABLE TABLE_PATH (v {target}) USING delta"], **keys)

    def refused(source, target, *values):
        for value in values:
            r.case(f"{source} into {target}: {value}", [f"explode(array({value})) AS v"], [f"CREATE TABLE TABLE_PATH (v {target}) USING delta"])

    for target in ("tinyint", "int", "bigint"):
        accepted("string", target, "' 12 '", "'+7'", "'-0'", "NULL", "'\\t5\\n'")
    refused("string", "int", "'1.5'", "'1e3'", "''", "'2147483648'", "'1L'", "'it\\'s'")
    refused("string", "tinyint", "'300'")
    refused("string", "bigint", "'9223372036854775808'")
    accepted("string", "double", "' 2 '", "'1e400'", "'-1e-400'", "'Infinity'", "'-inf'", "'NaN'", "'1.5f'", "'0x1p3'", "'-0'", "NULL")
    accepted("string", "float", "'0.1'", "'1e39'", "'nan'", "'16777217'", "NULL")
    refused("string", "double", "'1,5'", "''")
    accepted("string", "decimal(5,2)", "'12.345'", "'1e2'", "'-0.005'", "' 7 '", "'.5'", "NULL", "'999.994'")
    refused("string", "decimal(5,2)", "'1234.5'", "'999.995'", "'x'", "''", "'NaN'", "'1e50'", "repeat('9', 40)")
    accepted("string", "date", "'2026-1-2'", "'2026'", "'2026-03'", "' 2026-01-01 '", "'2026-01-01 10:00:00'", "'2026-01-01Tx'", "NULL")
    refused("string", "date", "'2026-13-01'", "'1.1.2026'", "''")
    for zone in ("UTC", "Europe/Berlin"):
        accepted("string", "timestamp", "'2026-01-01 10:00:00.1234567'", "'2026-07-01T10:00:00'", "'2026-01-01 10:00:00+05:30'", "'2026-01-01 10:00:00 America/New_York'", "'2026-03-29 02:30:00'", "'2026-10-25 02:30:00'", "'1800-01-01 00:00:00'", "NULL", conf={"spark.sql.session.timeZone": zone})
    refused("string", "timestamp", "'2026-02-30 00:00:00'", "'2026-01-01 25:00:00'", "''")
    accepted("string", "timestamp_ntz", "'2026-01-01 10:00:00.5'", "'2026-01-01'", "'2026-01-01 10:00:00+05:30'", "NULL")
    accepted("string", "binary", "'\u00e9'", "''", "NULL")
    for target in ("tinyint", "int", "bigint"):
        accepted("double", target, "-1.9D", "1.9D", "-0.0D", "127.9D", "-128.9D", "CAST(NULL AS DOUBLE)")
    refused("double", "tinyint", "128.0D", "-129.0D")
    refused("double", "bigint", "9.3e18D", "double('-Infinity')")
    accepted("double", "bigint", "9.223372036854775807e18D", "-9.223372036854775808e18D")
    refused("float", "int", "2147483648.0F", "float('NaN')")
    accepted("double", "float", "1e300D", "-1e300D", "1e-300D", "0.1D", "double('NaN')", "CAST(NULL AS DOUBLE)")
    accepted("double", "decimal(10,2)", "1.005D", "0.125D", "-0.125D", "1e-300D", "12345678.125D", "double('NaN')", "double('Infinity')", "CAST(NULL AS DOUBLE)")
    refused("double", "decimal(5,2)", "1000.0D", "999.995D", "1e300D")
    accepted("float", "decimal(10,4)", "0.1F", "16777216.0F / 1000", "float('NaN')")
    accepted("bigint", "float", "9007199254740993L", "9223372036854775807L", "CAST(NULL AS BIGINT)")
    accepted("bigint", "double", "9007199254740993L", "-9223372036854775808L")
    accepted("int", "decimal(5,2)", "999", "-999", "CAST(NULL AS INT)")
    refused("int", "decimal(5,2)", "1000")
    refused("bigint", "decimal(5,2)", "9223372036854775807L")
    refused("bigint", "tinyint", "128L", "-129L")
    refused("decimal(10,2)", "int", "CAST('99999999.99' AS DECIMAL(10,2)) * 100")
    refused("decimal(10,2)", "tinyint", "CAST('128.00' AS DECIMAL(10,2))")
    accepted("decimal(10,2)", "tinyint", "CAST('127.99' AS DECIMAL(10,2))", "CAST('-128.99' AS DECIMAL(10,2))")
    refused("decimal(38,0)", "bigint", "CAST('99999999999999999999999999999999999999' AS DECIMAL(38,0))")
    accepted("decimal(38,18)", "double", "CAST('0.1' AS DECIMAL(38,18))", "CAST('12345678901234567890.123456789012345678' AS DECIMAL(38,18))")
    accepted("decimal(38,18)", "float", "CAST('0.1' AS DECIMAL(38,18))", "CAST('12345678901234567890.123456789012345678' AS DECIMAL(38,18))")
    accepted("decimal(10,4)", "decimal(6,2)", "CAST('1.2350' AS DECIMAL(10,4))", "CAST('-1.2350' AS DECIMAL(10,4))", "CAST('1.2349' AS DECIMAL(10,4))")
    refused("decimal(10,4)", "decimal(6,2)", "CAST('9999.9950' AS DECIMAL(10,4))")
    for zone in ("UTC", "Europe/Berlin"):
        keys = {"conf": {"spark.sql.session.timeZone": zone}}
        accepted("timestamp", "date", "TIMESTAMP'2026-01-01 23:30:00 UTC'", "TIMESTAMP'1969-12-31 23:59:59.999999 UTC'", "TIMESTAMP'1800-01-01 23:50:00 UTC'", **keys)
        accepted("timestamp", "timestamp_ntz", "TIMESTAMP'2026-07-01 23:30:00.000001 UTC'", "TIMESTAMP'1800-01-01 00:00:00 UTC'", **keys)
        accepted("timestamp", "string", "TIMESTAMP'2026-07-01 23:30:00.120000 UTC'", "TIMESTAMP'1800-01-01 00:00:00 UTC'", "CAST(NULL AS TIMESTAMP)", **keys)
        accepted("timestamp_ntz", "timestamp", "TIMESTAMP_NTZ'2026-03-29 02:30:00'", "TIMESTAMP_NTZ'2026-10-25 02:30:00'", "TIMESTAMP_NTZ'1800-01-01 00:00:00'", **keys)
        accepted("date", "timestamp", "DATE'2026-07-01'", "DATE'1800-01-01'", **keys)
    accepted("double", "string", "1e7D", "1e-5D", "-0.0D", "double('NaN')", "double('-Infinity')", "0.1D")
    accepted("float", "string", "0.1F", "1e10F", "16777216.0F")
    accepted("decimal(10,7)", "string", "CAST('0.0000001' AS DECIMAL(10,7))", "CAST('1.5' AS DECIMAL(10,7))", "CAST(0 AS DECIMAL(10,7))")
    accepted("binary", "string", "X'61FF62'", "X''", "X'C3A9'")
    accepted("date", "string", "DATE'-0044-03-15'", "DATE'+10000-01-01'", "DATE'0001-01-01'")

    struct = "named_struct('x', 1L, 'y', 'b')"
    accepted("struct<x:bigint,y:string>", "struct<y:string,x:int>", struct, "NULL", "named_struct('x', NULL, 'y', NULL)")
    accepted("struct<X:bigint>", "struct<w:string,x:int>", "named_struct('X', 5L)", "NULL")
    accepted("struct<x:struct<y:bigint>>", "struct<x:struct<z:int,y:int>>", "named_struct('x', named_struct('y', 5L))", "named_struct('x', NULL)", "NULL")
    refused("struct<x:bigint>", "struct<x:int>", "named_struct('x', 3000000000L)")
    refused("struct<s:struct<x:bigint>>", "struct<s:struct<x:int>>", "named_struct('s', named_struct('x', 3000000000L))")
    refused("array<bigint>", "array<int>", "array(1L, 3000000000L)")
    refused("array<struct<x:bigint>>", "array<struct<x:int>>", "array(named_struct('x', 3000000000L))")
    accepted("array<struct<x:bigint>>", "array<struct<w:string,x:int>>", "array(named_struct('x', 5L), NULL)", "NULL", "array()" if False else "filter(array(named_struct('x', 5L)), e -> false)")
    accepted("array<array<bigint>>", "array<array<string>>", "array(array(1L, NULL), NULL)", "NULL")
    accepted("map<string,bigint>", "map<string,int>", "map('k', 5L, 'l', NULL)", "NULL", "map_filter(map('k', 5L), (k, v) -> false)")
    accepted("map<string,struct<x:bigint>>", "map<string,struct<w:string,x:int>>", "map('k', named_struct('x', 5L), 'l', NULL)", "NULL")
    accepted("map<string,struct<a:string,b:string>>", "map<string,struct<b:string,a:string>>", "map('k', named_struct('a', 'a', 'b', 'b'))")
    accepted("array<array<struct<a:string,b:string>>>", "array<array<struct<b:string,a:string>>>", "array(array(named_struct('a', 'a', 'b', 'b')))")
    accepted("map<struct<x:bigint>,int>", "map<struct<x:int>,int>", "map(named_struct('x', 5L), 1)")
    accepted("map<double,int>", "map<int,int>", "map(1.1D, 1, 2.5D, 2)")
    accepted("map<double,int> with keys that fall together", "map<int,int>", "map(1.1D, 1, 1.5D, 2)")
    refused("map<string,bigint>", "map<string,int>", "map('k', 3000000000L)")
    refused("map<bigint,string>", "map<int,string>", "map(3000000000L, 'v')")
    refused("map<string,struct<x:bigint>>", "map<string,struct<x:int>>", "map('k', named_struct('x', 3000000000L))")
    refused("array<string>", "array<date>", "array('x')")
    refused("struct<x:string>", "struct<x:timestamp>", "named_struct('x', 'q')")
    r.case("array<struct> into array<struct>: a field more", ["array(named_struct('x', 1, 'y', 2)) AS v"], ["CREATE TABLE TABLE_PATH (v ARRAY<STRUCT<x: INT>>) USING delta"])
    r.case("array<struct> into array<struct>: a field more, mergeSchema", ["array(named_struct('y', 2, 'x', 1L)) AS v"], ["CREATE TABLE TABLE_PATH (v ARRAY<STRUCT<x: INT>>) USING delta"], options={"mergeSchema": "true"})
    r.case("struct into struct: a field more, mergeSchema", ["named_struct('y', 2, 'X', 1L) AS v"], ["CREATE TABLE TABLE_PATH (v STRUCT<x: INT>) USING delta"], options={"mergeSchema": "true"})
    r.case("another column's cast does not touch a struct", ["IF(id = 1, named_struct('x', 1), NULL) AS v", "id AS i"], ["CREATE TABLE TABLE_PATH (v STRUCT<x: INT>, i INT) USING delta"])
    r.case("a cast of the column by which the table is partitioned", ["id AS v", "concat('0', id) AS p"], ["CREATE TABLE TABLE_PATH (v INT, p INT) USING delta PARTITIONED BY (p)"])
    r.case("a cast gives null for a column that may not be null", ["double('NaN') AS v"], ["CREATE TABLE TABLE_PATH (v DECIMAL(5,2) NOT NULL) USING delta"])


def main(folder, parts):
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    spark = session("delta")
    recorder = Recorder(spark)
    for part in (shapes, empties, refusals, constraints, features, casts, cast_values):
        path = folder / f"delta_{part.__name__}.jsonl"
        if "inputs" in parts and path.exists():
            recorder.add_inputs(path, part)
        elif not parts or part.__name__ in parts:
            recorder.records = []
            part(recorder)
            canonical.write(path, recorder.records, {str(WORK): "<dir>"})
            recorder.add_inputs(path, part)
    spark.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "recorded", set(sys.argv[2:]))
