"""Records how real Spark reads and writes types: recorded/types.jsonl (see README.md).

{"ddl": text, "via": "type" | "table", ...} or {"json": text, ...}, then either "error" or
"simpleString", "catalogString", "sql", "json", "treeString", "ddl_out" (toDDL of a struct).
via "type": DataType.fromDDL (what from_json, cast and schema strings in PySpark use; it takes a table schema as well);
via "table": StructType.fromDDL (readStream.schema); "via":"cast": the text in Column.cast.
"""
import sys
from pathlib import Path

import canonical
from oracle_session import session

ATOMS = ["BOOLEAN", "boolean", "Boolean", "TINYINT", "BYTE", "SMALLINT", "SHORT", "INT", "INTEGER", "BIGINT", "LONG", "FLOAT", "REAL", "DOUBLE", "DATE", "TIMESTAMP", "TIMESTAMP_LTZ", "TIMESTAMP_NTZ", "STRING", "BINARY", "DECIMAL", "DEC", "NUMERIC", "DECIMAL(10)", "DECIMAL(10,2)", "DECIMAL( 10 , 2 )", "decimal(38,38)", "DECIMAL(38,0)", "DECIMAL(1,0)", "DECIMAL(0,0)", "DECIMAL(39,0)", "DECIMAL(5,6)", "DECIMAL(-1,0)", "DECIMAL(5,-2)", "DECIMAL(a)", "DECIMAL()", "DECIMAL(1,2,3)", "NUMERIC(5,1)", "DEC(5,1)",
         "CHAR(3)", "CHARACTER(3)", "VARCHAR(3)", "CHAR", "VARCHAR", "CHAR(0)", "VARCHAR(0)", "VARCHAR(-1)", "VOID", "NULL", "VARIANT", "TIME", "TIME(0)", "TIME(3)", "TIME(6)", "TIME(7)", "TIME WITHOUT TIME ZONE", "TIMESTAMP WITHOUT TIME ZONE", "TIMESTAMP WITH LOCAL TIME ZONE", "INTERVAL", "INTERVAL YEAR", "INTERVAL YEAR TO MONTH", "INTERVAL MONTH", "INTERVAL DAY", "INTERVAL DAY TO HOUR", "INTERVAL DAY TO MINUTE", "INTERVAL DAY TO SECOND", "INTERVAL HOUR", "INTERVAL HOUR TO MINUTE", "INTERVAL HOUR TO SECOND", "INTERVAL MINUTE", "INTERVAL MINUTE TO SECOND", "INTERVAL SECOND", "INTERVAL MONTH TO YEAR", "INTERVAL YEAR TO DAY",
         "STRING COLLATE UTF8_BINARY", "STRING COLLATE UTF8_LCASE", "STRING COLLATE UNICODE", "STRING COLLATE UNICODE_CI", "STRING COLLATE NOPE", "GEOMETRY", "GEOMETRY(4326)", "GEOGRAPHY(4326)", "GEOMETRY(ANY)",
         "ARRAY<INT>", "array<int>", "ARRAY < INT >", "ARRAY<>", "ARRAY", "ARRAY<INT", "ARRAY<INT>>", "ARRAY<INT,INT>", "ARRAY<ARRAY<INT>>", "ARRAY<INT NOT NULL>", "ARRAY<nope>", "MAP<STRING,INT>", "MAP<STRING, INT>", "map<int,array<string>>", "MAP<STRING>", "MAP<>", "MAP", "MAP<MAP<INT,INT>,INT>", "MAP<VARIANT,INT>", "MAP<STRING,MAP<STRING,STRUCT<a: INT>>>",
         "STRUCT<a: INT>", "STRUCT<a INT>", "STRUCT<a:INT,b:STRING>", "STRUCT< a : INT , b : STRING >", "struct<A:int,b:STRING>", "STRUCT<>", "STRUCT", "STRUCT<a>", "STRUCT<a:>", "STRUCT<a: INT,>", "STRUCT<,a: INT>", "STRUCT<a: INT b: INT>", "STRUCT<a: INT, a: INT>", "STRUCT<a: INT, A: INT>", "STRUCT<a: INT NOT NULL>", "STRUCT<a: INT COMMENT 'hi'>", "STRUCT<a: INT NOT NULL COMMENT 'it\\'s'>", "STRUCT<a: INT COMMENT 'hi' NOT NULL>", "STRUCT<a: INT NULL>", "STRUCT<a: INT DEFAULT 5>", "STRUCT<`a b`: INT>", "STRUCT<`a``b`: INT>", "STRUCT<``: INT>", "STRUCT<`a:b`: INT>", "STRUCT<1a: INT>", "STRUCT<1: INT>", "STRUCT<a-b: INT>", "STRUCT<a.b: INT>", "STRUCT<\u00e9: INT>", "STRUCT<`\u00e9`: INT>", "STRUCT<_a: INT>", "STRUCT<select: INT, from: STRING>",
         "STRUCT<a: STRUCT<b: STRUCT<c: ARRAY<MAP<STRING,DECIMAL(5,2)>>>>>", "nope", "int(5)", "STRING(5)", "INT NOT NULL", "INT COMMENT 'x'", "", " ", "INT INT", "INT,", ",", "<", "`INT`", "'INT'", "INT;", "-- c\nINT", "/* c */ INT", "INT -- c", "\nINT\n", "\u00a0INT", "UNSIGNED", "BIGINT UNSIGNED", "LONG LONG", "TEXT", "BOOL", "UUID", "JSON", "OBJECT", "CALENDARINTERVAL", "UINT8"]
TABLES = ["a INT", "a: INT", "a:INT", "A INT", "a int, b string", "a INT,b STRING", " a  INT ,  b\tSTRING ", "a INT\n, b STRING", "a INT b STRING", "a INT,", ",a INT", "a INT,, b INT", "a", "a,b", "a: INT, b: STRING", "a: INT, b STRING", "a INT, b: STRING", "a INT NOT NULL", "a INT NOT NULL, b STRING COMMENT 'text'", "a INT COMMENT 'x' NOT NULL", "a INT COMMENT \"dq\"", "a INT COMMENT 'it''s'", "a INT COMMENT 'it\\'s'", "a INT COMMENT ''", "a INT COMMENT 5", "a INT NULL", "a INT DEFAULT 5", "a INT GENERATED ALWAYS AS (5)", "a INT GENERATED ALWAYS AS IDENTITY", "a INT PRIMARY KEY", "`a b` INT", "`a``b` INT", "`a.b` INT", "a.b INT", "`` INT", "1a INT", "1 INT", "_a INT", "a-b INT", "\u00e9 INT", "`\u00e9` INT", "$a INT", "@a INT", "a$ INT", "select INT", "timestamp TIMESTAMP, date DATE, value DOUBLE", "order INT, group STRING", "a INT, a STRING", "a INT, A STRING", "a STRUCT<x: INT, y: STRING>", "a STRUCT<x INT, y STRING>", "a STRUCT<x: INT NOT NULL COMMENT 'q'> NOT NULL COMMENT 'w'", "a ARRAY<STRUCT<x: INT>>, m MAP<STRING, ARRAY<INT>>",
          "user_id STRING, event_type STRING, value DOUBLE, timestamp TIMESTAMP", "user_id BIGINT, event_type STRING", "a INT -- comment\n, b STRING", "a INT /* c */, b STRING", "(a INT)", "STRUCT<a: INT>", "a CHAR(3), b VARCHAR(5)", "a VARIANT", "a VOID", "a TIME", "a INTERVAL DAY TO SECOND", "a DECIMAL", "a STRING COLLATE UTF8_LCASE", "a INTEGER, b BYTE, c SHORT, d LONG, e REAL, f NUMERIC(5,1), g DEC", "", " ", "a IN", "a INT(5)", "INT", "a nope", "a `INT`", "`a INT", "'a' INT", "a INT;", "a INT\tNOT\tNULL", "a int not null comment 'c'"]
FIELD = '{"name":"a","type":%s,"nullable":true,"metadata":{}}'
STRUCT = '{"type":"struct","fields":[%s]}'
JSON_TYPES = ['"boolean"', '"byte"', '"short"', '"integer"', '"int"', '"long"', '"bigint"', '"tinyint"', '"smallint"', '"float"', '"real"', '"double"', '"decimal"', '"decimal(10,2)"', '"decimal(10, 2)"', '"decimal( 10,2 )"', '"decimal(10)"', '"decimal(39,2)"', '"decimal(5,6)"', '"decimal(5,-2)"', '"Integer"', '"STRING"', '"string"', '"binary"', '"date"', '"timestamp"', '"timestamp_ltz"', '"timestamp_ntz"', '"void"', '"null"', '"variant"', '"char(3)"', '"varchar(3)"', '"time"', '"time(6)"', '"time(3)"', '"interval"', '"interval day to second"', '"interval day"', '"interval year to month"', '"interval hour to minute"', '"calendar_interval"', '"string collate UNICODE"', '"geometry(4326)"', '"array<int>"', '"struct<a:int>"', '"nope"', '""', '5', 'null', 'true', '[]', '{}',
              '{"type":"array","elementType":"integer","containsNull":true}', '{"type":"array","elementType":"integer","containsNull":false}', '{"type":"array","elementType":"integer"}', '{"type":"array","containsNull":true}', '{"type":"array","elementType":{"type":"array","elementType":"string","containsNull":true},"containsNull":true}', '{"containsNull":true,"elementType":"integer","type":"array"}',
              '{"type":"map","keyType":"string","valueType":"integer","valueContainsNull":true}', '{"type":"map","keyType":"string","valueType":"integer","valueContainsNull":false}', '{"type":"map","keyType":"string","valueType":"integer"}', '{"type":"map","valueType":"integer","valueContainsNull":true}', '{"type":"udt","class":"nope","pyClass":null,"sqlType":"integer"}', '{"type":"nope"}',
              STRUCT % "", STRUCT % (FIELD % '"integer"'), '{"type":"struct"}', '{"fields":[],"type":"struct"}', '{"type":"struct","fields":{}}', '{"type":"struct","fields":[5]}', STRUCT % '{"name":"a","type":"integer","nullable":false,"metadata":{}}', STRUCT % '{"name":"a","type":"integer","nullable":true}', STRUCT % '{"name":"a","type":"integer"}', STRUCT % '{"name":"a","nullable":true,"metadata":{}}', STRUCT % '{"type":"integer","nullable":true,"metadata":{}}', STRUCT % '{"name":5,"type":"integer","nullable":true,"metadata":{}}', STRUCT % '{"name":"a","type":"integer","nullable":"true","metadata":{}}', STRUCT % '{"name":"a","type":"integer","nullable":true,"metadata":null}', STRUCT % '{"name":"a","type":"integer","nullable":true,"metadata":{},"extra":1}',
              STRUCT % '{"metadata":{},"nullable":true,"type":"integer","name":"a"}', STRUCT % '{"name":"a","type":"integer","nullable":true,"metadata":{"comment":"hi","n":5,"f":1.5,"b":true,"l":[1,2],"o":{"x":"y"},"z":null}}', STRUCT % '{"name":"","type":"integer","nullable":true,"metadata":{}}', STRUCT % '{"name":"a b`c.\u00e9\\"\\n","type":"integer","nullable":true,"metadata":{}}', STRUCT % ((FIELD % '"integer"') + "," + (FIELD % '"string"')), STRUCT % (FIELD % (STRUCT % (FIELD % '"long"'))), STRUCT % '{"name":"a","type":"string","nullable":true,"metadata":{"__CHAR_VARCHAR_TYPE_STRING":"varchar(3)"}}', STRUCT % '{"name":"a","type":"string","nullable":true,"metadata":{"delta.columnMapping.id":1,"delta.columnMapping.physicalName":"col-1"}}',
              STRUCT % '{"name":"a","type":"string","nullable":true,"metadata":{"__COLLATIONS":{"a":"icu.UNICODE"}}}', '{"type":"struct","fields":[', '{', '', ' ', 'x', '"integer" x', ' "integer" ', "'integer'", STRUCT % (FIELD % '"integer"') + "x", '{"type":"array","elementType":{"type":"struct","fields":[{"name":"k","type":{"type":"map","keyType":"string","valueType":{"type":"array","elementType":"double","containsNull":false},"valueContainsNull":true},"nullable":false,"metadata":{}}]},"containsNull":true}']
DEEP = ["a INT, s STRUCT<x: INT NOT NULL, y: STRUCT<z: ARRAY<INT>, m: MAP<STRING, STRUCT<q: DATE>>>>, l ARRAY<ARRAY<STRUCT<v: DOUBLE>>>, m MAP<STRUCT<k: INT>, ARRAY<STRING>>, d DECIMAL(10,2), t TIMESTAMP NOT NULL, n TIMESTAMP_NTZ, b BINARY, v VARIANT, c CHAR(3), i INTERVAL DAY TO SECOND, y INTERVAL YEAR TO MONTH, o VOID, ti TIME(6), `a b` INT COMMENT 'note', w VARCHAR(5)"]


def describe(kind, jvm):
    shown = {"simpleString": kind.simpleString(), "catalogString": kind.catalogString(), "sql": kind.sql(), "json": kind.json()}
    if jvm.java.lang.Class.forName("org.apache.spark.sql.types.StructType").isInstance(kind):
        shown |= {"treeString": kind.treeString(), "toDDL": kind.toDDL(), "prettyJson": kind.prettyJson()}
    return shown


def main(path):
    spark = session("types")
    jvm = spark._jvm
    types = jvm.org.apache.spark.sql.types
    records = []

    def put(base, make):
        try:
            records.append(base | describe(make(), jvm))
        except Exception as failure:
            records.append(base | canonical.error(failure))

    for text in ATOMS + TABLES + DEEP:
        put({"ddl": text, "via": "type"}, lambda: types.DataType.fromDDL(text))
        put({"ddl": text, "via": "table"}, lambda: types.StructType.fromDDL(text))
    for text in ATOMS:
        put({"ddl": text, "via": "cast"}, lambda: spark.range(0).selectExpr("NULL AS x")._jdf.select(jvm.PythonUtils.toSeq([spark._jvm.org.apache.spark.sql.functions.col("x").cast(text)])).schema().apply(0).dataType())
    for text in JSON_TYPES:
        put({"json_in": text}, lambda: types.DataType.fromJson(text))
    for text in DEEP + ["a STRUCT<x: STRUCT<y: STRUCT<z: INT>>>, b ARRAY<MAP<STRING,INT>>"]:
        for level in range(0, 6):
            records.append({"ddl": text, "level": level, "treeString": types.StructType.fromDDL(text).treeString(level)})
    from pyspark.sql.types import StructType, _parse_datatype_json_string
    for text in TABLES + DEEP:  # what PySpark's own StructType prints
        try:
            schema = spark.createDataFrame([], text).schema
            records.append({"ddl": text, "via": "pyspark", "simpleString": schema.simpleString(), "json": schema.json(), "treeString": schema.treeString(), "printSchema": spark.createDataFrame([], text)._jdf.schema().treeString()})
        except Exception as failure:
            records.append({"ddl": text, "via": "pyspark"} | canonical.error(failure))
    canonical.write(path, records)
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "recorded/types.jsonl")
