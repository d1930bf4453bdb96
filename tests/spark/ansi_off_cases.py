"""The expressions that record_ansi_off.py asks real Spark about, with spark.sql.ansi.enabled=false.

A case is (types, rows, expressions): SQL texts over the columns "a0", "a1" ... of these types; `rows` hold SQL text for each column.
"""
from expression_cases import CAST_TEXTS, CAST_TIMES, NESTED, NESTED_TARGETS, TARGETS, VALUES, pairs, q, rows

DT, YM = "interval day to second", "interval year to month"
WHOLE = {"tinyint": ["0", "1", "-1", "7", "127", "-128", "NULL"], "smallint": ["0", "1", "-1", "7", "32767", "-32768", "NULL"], "int": ["0", "1", "-1", "7", "2147483647", "-2147483648", "NULL"],
         "bigint": ["0", "1", "-1", "7", "9223372036854775807", "-9223372036854775807 - 1", "NULL"]}
REAL = {kind: ["0.0", "'-0.0'", "1.5", "-2.5", "1e30", "'NaN'", "'Infinity'", "'-Infinity'", "NULL"] for kind in ("float", "double")}
EXACT = {"decimal(10,2)": ["0", "1.50", "-2.25", "99999999.99", "-99999999.99", "NULL"], "decimal(38,0)": ["0", "1", "-3", "9" * 38, "-" + "9" * 38, "NULL"],
         "decimal(38,18)": ["0", "1.5", "99999999999999999999.999999999999999999", "-0.000000000000000001", "NULL"]}
NUMBERS = WHOLE | REAL | EXACT
ARITHMETIC = ["+", "-", "*", "/", "%", "div"]
# One or two values of each type, to see what types an operator brings together.
SAMPLES = {
    "boolean": ["true", "false"], "tinyint": ["1", "-128"], "smallint": ["1", "300"], "int": ["1", "-2147483648"], "bigint": ["1", "9223372036854775807"], "float": ["1.0", "2.5"], "double": ["1.0", "2.5"],
    "decimal(10,2)": ["1.00", "2.50"], "decimal(38,18)": ["1", "2.5"], "string": ["'1'", "'2.5'", "'x'", "'2026-01-01'", "'true'", "'9223372036854775807'"], "binary": ["X'31'"], "date": ["DATE'2026-01-01'"], "timestamp": ["TIMESTAMP'2026-01-01 00:00:00'"],
    "timestamp_ntz": ["TIMESTAMP_NTZ'2026-01-01 00:00:00'"], DT: ["INTERVAL '1' DAY"], YM: ["INTERVAL '1' YEAR"], "array<int>": ["array(1)"], "array<string>": ["array('1')"], "map<string,int>": ["map('1', 1)"], "struct<x:int>": ["named_struct('x', 1)"],
    "void": ["NULL"],
}
MIXED = ["a0 + a1", "a0 - a1", "a0 * a1", "a0 / a1", "a0 % a1", "a0 div a1", "pmod(a0, a1)", "a0 & a1", "a0 = a1", "a0 < a1", "a0 <=> a1", "a0 != a1", "a0 IN (a1)", "a0 IN (a1, NULL)", "a0 BETWEEN a1 AND a1", "coalesce(a0, a1)", "CASE WHEN true THEN a0 ELSE a1 END", "if(false, a0, a1)",
         "nvl(a0, a1)", "nullif(a0, a1)", "greatest(a0, a1)", "array(a0, a1)", "map(a0, 1, a1, 2)", "CASE a0 WHEN a1 THEN 1 END", "concat(a0, a1)", "array_contains(array(a0), a1)", "a0 AND a1"]
UNARY = ["- a0", "+ a0", "abs(a0)", "negative(a0)", "~ a0", "NOT a0", "sqrt(a0)", "round(a0)", "ceil(a0)", "sign(a0)", "a0 + 1", "a0 * 1.5", "a0 / 2", "a0 = 1", "a0 = '1'", "a0 < '2'", "a0 = 1.5", "a0 = true", "a0 IN (1, 2)", "a0 IN ('1', 'x')", "a0 || 'x'", "length(a0)", "upper(a0)", "substring(a0, 1, 2)", "year(a0)",
         "hour(a0)", "date_add(a0, 1)", "a0 + INTERVAL '1' DAY", "a0 - DATE'2025-12-31'", "a0 > DATE'2025-12-31'", "a0 > TIMESTAMP'2025-12-31 00:00:00'", "hex(a0)", "isnan(a0)", "a0 IS NULL", "if(a0, 1, 2)", "a0 LIKE '1%'", "repeat('x', a0)", "a0 + '1'", "a0 % '2'", "a0 div '2'", "'3' - a0", "nvl2(a0, 1, 'x')", "bin(a0)",
         "exp(a0)", "pow(a0, 2)", "shiftleft(a0, 1)", "from_unixtime(a0)", "to_date(a0)", "to_timestamp(a0)", "unix_timestamp(a0)", "sha2(a0, 256)", "char(a0)", "factorial(a0)", "split(a0, '1')", "lpad(a0, 3, '0')", "a0 BETWEEN 0 AND '5'", "nullif(a0, '1')", "coalesce(a0, 'x')", "coalesce(a0, 1)", "coalesce(a0, DATE'2026-01-01')"]


def number_cases():
    for kind, values in NUMBERS.items():
        yield [kind, kind], pairs(values), [f"a0 {op} a1" for op in ARITHMETIC] + ["pmod(a0, a1)", "mod(a0, a1)"]
        yield [kind], rows(values), ["- a0", "+ a0", "abs(a0)", "negative(a0)", "positive(a0)", "a0 / 0", "a0 % 0", "a0 div 0", "pmod(a0, 0)", "a0 + 1", "a0 - 1", "a0 * 2"] + [f"{f}(a0, {n})" for f in ("round", "bround", "ceil", "floor") for n in (-1, -2, -10, 0, 1, 20)] + [f"{f}(a0)" for f in ("round", "bround", "ceil", "floor", "sqrt", "ln", "signum", "bin", "hex", "factorial", "shiftleft", "conv")
                                                                                                                                                                         if f not in ("shiftleft", "conv")] + [f"{f}(a0, {n})" for f in ("shiftleft", "shiftright", "shiftrightunsigned") for n in (1, 31, 33, 65)]
    yield ["tinyint", "int"], pairs(WHOLE["tinyint"][:2]), ["a0 + a1"]
    yield ["decimal(20,10)", "decimal(38,18)"], [["9999999999.9999999999", "99999999999999999999.5"], ["1", "0"], ["-1.5", "7.25"]], [f"a0 {op} a1" for op in ARITHMETIC] + ["a0 = a1", "coalesce(a0, a1)"]
    yield [], [[]], ["2147483647 + 1", "-2147483648", "- (-2147483648)", "9223372036854775807L * 2", "127Y + 1Y", "1 / 0", "1.0 / 0", "0D / 0", "1 div 0", "1 % 0", "CAST('x' AS INT)", "'1' + 1", "'1' + '1'", "'a' * 2", "1 = '1.0'", "'1.5' > 1", "9.5BD * '2'", "int('12.7')", "bigint(' 9 ')", "1 + NULL", "true = 1", "true = 'true'"]


def cast_cases():
    for source, values in VALUES.items():
        yield [source], rows(values), [f"CAST(a0 AS {target})" for target in (NESTED_TARGETS if source in NESTED else TARGETS)]
    numbers = [target for target in TARGETS if target not in ("date", "timestamp", "timestamp_ntz", "string", "binary")]
    yield ["string"], rows([q(text) for text in CAST_TEXTS] + ["NULL"]), [f"CAST(a0 AS {target})" for target in numbers] + ["TRY_CAST(a0 AS INT)", "CAST(a0 AS BINARY)", "int(a0)", "a0 + 1", "a0 = 1", "a0 = 1.5D", "a0 < 100L"]
    yield ["string"], rows([q(text) for text in CAST_TIMES]), ["CAST(a0 AS DATE)", "CAST(a0 AS TIMESTAMP)", "CAST(a0 AS TIMESTAMP_NTZ)", "to_date(a0)", "to_timestamp(a0)", "a0 < DATE'2026-01-01'"]
    yield ["string"], rows(["'1 02:03:04.5'", "'x'", "NULL", "'INTERVAL \\'1\\' DAY'", "'1-2'"]), [f"CAST(a0 AS {DT})", f"CAST(a0 AS {YM})", "CAST(a0 AS interval day)"]
    for source in ("tinyint", "smallint", "int", "bigint", "decimal(10,2)"):
        yield [source], rows(NUMBERS[source]), ["CAST(a0 AS interval day)", "CAST(a0 AS interval second)", "CAST(a0 AS interval month)", "CAST(a0 AS interval year)"]
    yield [DT], rows(["INTERVAL '1 02:03:04.5' DAY TO SECOND", "INTERVAL '-100000' DAY", "NULL"]), [f"CAST(a0 AS {target})" for target in TARGETS] + ["CAST(a0 AS interval day)"]
    yield ["interval second"], rows(["INTERVAL '40000' SECOND", "INTERVAL '5.7' SECOND", "INTERVAL '3000000000' SECOND", "NULL"]), [f"CAST(a0 AS {target})" for target in ("tinyint", "smallint", "int", "bigint", "decimal(5,0)", "decimal(10,2)")]
    yield ["interval month"], rows(["INTERVAL '40000' MONTH", "INTERVAL '5' MONTH", "NULL"]), [f"CAST(a0 AS {target})" for target in ("tinyint", "smallint", "int", "bigint", "decimal(5,0)", "decimal(3,0)")]
    yield ["array<string>"], rows(["array('1', 'x', NULL, '12.5', '300')"]), ["CAST(a0 AS array<tinyint>)", "CAST(a0 AS array<date>)", "CAST(a0 AS array<boolean>)", "CAST(a0 AS array<decimal(3,1)>)"]
    yield ["map<string,string>"], rows(["map('1', 'x', '2', '12.5')"]), ["CAST(a0 AS map<int,int>)", "CAST(a0 AS map<string,int>)"]
    yield ["struct<a:string,b:double>"], rows(["named_struct('a', 'x', 'b', 1e20D)"]), ["CAST(a0 AS struct<a:int,b:int>)", "CAST(a0 AS struct<p:date,q:timestamp>)"]


def coercion_cases():
    for left, lefts in SAMPLES.items():
        for right, rights in SAMPLES.items():
            count = max(len(lefts), len(rights))
            yield [left, right], [[lefts[i % len(lefts)], rights[i % len(rights)]] for i in range(count)], MIXED
        yield [left], rows(lefts), UNARY
    for types in (["int", "string", "date"], ["string", "int", "double"], ["date", "timestamp", "string"], ["decimal(10,2)", "string", "bigint"], ["boolean", "int", "string"]):
        values = [SAMPLES[kind][0] for kind in types]
        yield types, [values], ["coalesce(a0, a1, a2)", "a0 IN (a1, a2)", "CASE WHEN true THEN a0 WHEN false THEN a1 ELSE a2 END", "greatest(a0, a1, a2)", "array(a0, a1, a2)", "a0 BETWEEN a1 AND a2", "concat(a0, a1, a2)"]


def collection_cases():
    yield ["array<int>", "int"], [[a, i] for a in ("array(1, NULL, 3)", "array()", "NULL") for i in ("0", "1", "2", "3", "-1", "4", "-4", "NULL")], ["a0[a1]", "element_at(a0, nullif(a1, 0))", "try_element_at(a0, nullif(a1, 0))", "size(a0)", "cardinality(a0)", "elt(a1, 'x', 'y')", "get(a0, a1)", "array_size(a0)", "slice(a0, nullif(a1, 0), 2)"]
    yield ["array<int>"], rows(["array(1)", "NULL"]), ["element_at(a0, 0)", "a0['0']", "a0['x']", "a0[1L]", "element_at(a0, '1')", "array_contains(a0, '1')", "array_position(a0, '1')", "array_join(a0, ',')", "array_insert(a0, 3, 5)", "array_insert(a0, 0, 5)", "array_repeat(a0, '2')", "sequence(1, '3')", "concat(a0, array('x'))", "array_union(a0, array(1L))", "array_append(a0, 2L)", "sort_array(a0, 'x')", "flatten(array(a0))",
                                                       "transform(a0, x -> x + 2147483647)", "filter(a0, x -> x = '1')", "aggregate(a0, 2147483647, (s, x) -> s + x)", "exists(a0, x -> x / 0 > 1)", "transform(a0, x -> int('x'))"]
    yield ["map<string,int>", "string"], [["map('a', 1, 'b', NULL)", "'a'"], ["map('a', 1, 'b', NULL)", "'b'"], ["map('a', 1)", "'c'"], ["NULL", "'a'"], ["map()", "NULL"]], ["a0[a1]", "element_at(a0, a1)", "size(a0)", "cardinality(a0)", "map_contains_key(a0, a1)", "a0.a"]
    yield ["map<int,string>"], rows(["map(1, 'x')", "NULL"]), ["a0[1]", "a0['1']", "a0[2]", "a0['x']", "element_at(a0, '1')", "element_at(a0, 2)", "a0[1L]", "map_concat(a0, map(1, 'y'))", "map(1, 'a', '2', 'b')", "map_from_arrays(array(1, 1), array('a', 'b'))"]


def function_cases():
    yield ["int", "int", "int"], [["2026", "2", "28"], ["2026", "2", "29"], ["2026", "13", "1"], ["NULL", "1", "1"], ["999999999", "1", "1"], ["2147483647", "1", "1"]], ["make_date(a0, a1, a2)", "make_timestamp(a0, a1, a2, 25, 0, 0)", "make_timestamp(a0, a1, a2, 23, 59, 60)", "make_timestamp(a0, a1, a2, 1, 2, 60.5)", "make_timestamp_ntz(a0, a1, a2, 1, 60, 0)", "make_timestamp_ltz(a0, a1, a2, 1, 2, 3.5)",
                                                                                                                                                                             "make_dt_interval(a0, a1, a2, 1)", "make_ym_interval(a0, a1)"]
    yield ["date", "string"], [["DATE'2026-01-31'", "'MO'"], ["DATE'2026-01-31'", "'xx'"], ["DATE'2026-01-31'", "''"], ["NULL", "'xx'"], ["DATE'9999-12-31'", "'MO'"]], ["next_day(a0, a1)", "date_trunc(a1, a0)", "trunc(a0, a1)", "a0 + 1", "a0 - 1", "date_add(a0, a1)", "date_add(a0, 2147483647)", "date_sub(a0, 2147483647)", "add_months(a0, 2147483647)", "add_months(a0, a1)", "datediff(a0, a1)", "months_between(a0, a1)", "a0 = a1",
                                                                                                                                                                             "a0 + INTERVAL '1' MONTH", "last_day(a1)", "dayofweek(a1)", "date_format(a0, 'yyyy')"]
    texts = ["2026-01-31", "2026-01-31 10:11:12", "2026-02-30", "x", "", "31/01/2026", "2026-13-01", "12:34", "0", "99999999999", " 2026-01-31 ", "2026"]
    yield ["string"], rows([q(text) for text in texts] + ["NULL"]), ["to_date(a0)", "to_date(a0, 'yyyy-MM-dd')", "to_date(a0, 'dd/MM/yyyy')", "to_timestamp(a0)", "to_timestamp(a0, 'yyyy-MM-dd')", "to_timestamp(a0, 'yyyy-MM-dd HH:mm:ss')", "to_timestamp_ntz(a0)", "to_timestamp_ltz(a0, 'yyyy-MM-dd')", "unix_timestamp(a0)", "unix_timestamp(a0, 'yyyy-MM-dd')", "to_unix_timestamp(a0, 'yyyy-MM-dd')", "try_to_timestamp(a0)",
                                                                     "date(a0)", "timestamp(a0)", "year(a0)", "hour(a0)", "date_format(a0, 'yyyy-MM')", "date_add(a0, 1)", "date_trunc('MONTH', a0)", "timestampadd(HOUR, 1, a0)", "timestampdiff(DAY, a0, DATE'2026-02-01')", "from_utc_timestamp(a0, 'UTC')", "a0 > current_date()", "dayofmonth(a0)", "weekday(a0)", "extract(YEAR FROM a0)", "a0 + INTERVAL '1' DAY", "a0 - INTERVAL '1' HOUR",
                                                                     "timestamp_seconds(a0)", "date_from_unix_date(a0)", "from_unixtime(a0)"]
    yield ["bigint"], rows(["0", "1", "-1", "253402300800", "9223372036854775807", "-9223372036854775807 - 1", "NULL"]), ["timestamp_seconds(a0)", "timestamp_millis(a0)", "timestamp_micros(a0)", "date_from_unix_date(a0)", "from_unixtime(a0)", "conv(a0, 10, 16)", "CAST(a0 AS TIMESTAMP)", "make_dt_interval(a0)", "shiftleft(a0, 63)", "bit_count(a0)", "factorial(a0)", "chr(a0)", "format_number(a0, 2)", "unhex(a0)", "a0 * INTERVAL '1' DAY",
                                                                                                                                                       "INTERVAL '1' DAY / a0", "INTERVAL '1' MONTH * a0", "INTERVAL '1' MONTH / a0"]
    yield [DT, DT], [["INTERVAL '1' DAY", "INTERVAL '2' HOUR"], ["INTERVAL '106751991 04:00:54.775807' DAY TO SECOND", "INTERVAL '1' SECOND"], ["INTERVAL '0' DAY", "INTERVAL '0' DAY"]], ["a0 + a1", "a0 - a1", "- a0", "abs(a0)", "a0 div a1", "a0 * 2", "a0 / 0", "a0 / 2.5D", "a0 * '2'", "a0 = a1"]
    yield [YM, YM], [["INTERVAL '1' YEAR", "INTERVAL '2' MONTH"], ["INTERVAL '178956970-7' YEAR TO MONTH", "INTERVAL '1' MONTH"]], ["a0 + a1", "a0 - a1", "- a0", "abs(a0)", "a0 * 2", "a0 / 0"]
    yield ["timestamp"], rows(["TIMESTAMP'2026-01-31 10:11:12.5'", "TIMESTAMP'9999-12-31 23:59:59'", "NULL"]), ["a0 + INTERVAL '1' DAY", "a0 - a0", "a0 - '2026-01-01'", "a0 = '2026-01-31 10:11:12.5'", "a0 > '2026'", "a0 > DATE'2026-01-01'", "a0 < 'x'", "date_add(a0, 1)", "unix_timestamp(a0)", "CAST(a0 AS INT)", "a0 + 1", "timestampadd(MONTH, 2147483647, a0)", "dateadd(a0, 5)"]
    yield ["string", "string"], [["'http://a.b/c?d=e#f'", "'HOST'"], ["'http://a b'", "'HOST'"], ["'x'", "'QUERY'"], ["'ff'", "'HOST'"], ["NULL", "'HOST'"], ["'%41%zz'", "'x'"], ["'a%20b'", "'x'"], ["'YWJj'", "'base64'"], ["'!!!'", "'base64'"], ["'616'", "'hex'"]], [
        "parse_url(a0, a1)", "try_parse_url(a0, a1)", "url_decode(a0)", "to_binary(a0, 'hex')", "to_binary(a0, 'base64')", "to_binary(a0, 'utf-8')", "try_to_binary(a0, 'hex')", "unhex(a0)", "unbase64(a0)", "conv(a0, 16, 10)", "conv(a0, 36, -10)", "elt(a0, a1)", "a0 + a1", "a0 AND a1", "a0 = a1", "substring(a0, a1)", "left(a0, a1)", "space(a0)", "repeat(a0, a1)", "ascii(a0)",
        "decode(encode(a0, 'utf-8'), 'utf-8')", "encode(a0, 'us-ascii')", "split_part(a0, '/', 1)", "split_part(a0, '/', 0)", "from_json(a0, 'a INT')", "get_json_object(a0, '$.a')", "str_to_map(a0)", "assert_true(a0 = 'zz')", "lpad(a0, a1, 'x')", "round(a0, 1)", "ceil(a0)", "abs(a0)", "- a0", "sum(a0)", "instr(a0, a1)", "validate_utf8(a0)"]
    yield ["string"], rows(["'99999999999999999999'", "'-1'", "'7fffffffffffffff'", "'zz'", "''", "NULL", "'18446744073709551616'"]), ["conv(a0, 10, 16)", "conv(a0, 16, -10)", "conv(a0, 16, 10)", "conv(a0, 1, 10)", "conv(a0, 37, 10)"]
    yield ["int"], rows(["-1", "0", "20", "21", "NULL"]), ["factorial(a0)", "elt(a0, 'x')", "sequence(1, a0)", "make_date(a0, a0, a0)", "chr(a0)", "space(a0)", "a0 = ' 20 '", "a0 IN ('20', 'x')", "a0 > '3.5'", "a0 + '3.5'", "nullif(a0, '21')", "width_bucket(a0, '1', 10, 5)", "bround(a0, -1)", "date_from_unix_date(a0)", "raise_error('x')", "if(a0 > 0, a0, 'x')", "a0 || 1", "a0 / (a0 - a0)", "1 % (a0 - a0)", "array(a0)[5]", "map(a0, 1)[99]"]


def aggregate_cases():
    for kind, values in (("int", ["2147483647", "2147483647"]), ("bigint", ["9223372036854775807", "1"]), ("decimal(38,0)", ["9" * 38, "1"]), ("decimal(10,2)", ["99999999.99", "1"]), ("string", ["'1'", "'x'"]), ("double", ["1.5", "2"]), (DT, ["INTERVAL '1' DAY", "INTERVAL '2' DAY"]), ("boolean", ["true", "false"]), ("date", ["DATE'2026-01-01'", "DATE'2026-01-02'"]), ("tinyint", ["127", "127"])):
        yield [kind], rows(values), ["sum(a0)", "avg(a0)", "try_sum(a0)", "try_avg(a0)", "max(a0)", "min(a0)", "count(a0)", "stddev(a0)", "first(a0)", "bit_and(a0)", "bool_and(a0)", "sum(DISTINCT a0)", "median(a0)", "percentile(a0, 0.5)", "collect_list(a0)", "max(a0 + 1)", "sum(a0 * 2)", "corr(a0, a0)"]


def cases():
    yield from number_cases()
    yield from cast_cases()
    yield from collection_cases()
    yield from function_cases()
    yield from coercion_cases()


def zoned_cases():
    for source in ("date", "timestamp", "timestamp_ntz", "bigint", "boolean", "double"):
        yield [source], rows(VALUES[source]), [f"CAST(a0 AS {target})" for target in ("string", "date", "timestamp", "timestamp_ntz", "bigint", "int", "boolean", "double")]
    yield ["string"], rows([q(text) for text in CAST_TIMES[::4]]), ["CAST(a0 AS DATE)", "CAST(a0 AS TIMESTAMP)", "CAST(a0 AS TIMESTAMP_NTZ)"]
