"""The expressions that record_expressions.py asks real Spark about.

A case is (call, types, rows): `call` is a nested list whose head names an operator or function; "a0", "a1" ... are columns of the given
types, {"lit": SQL text} a literal, {"type": DDL} the target of a cast, {"name": n} a struct field. `rows` hold SQL text for each column.
"""
import from_json_cases as json_cases

DIALECT = {"and": "AND", "or": "OR"}
BINARY = {"=", "!=", "<", "<=", ">", ">=", "<=>", "+", "-", "*", "/", "%", "div", "||", "and", "or", "&", "|", "^", "<<", ">>", ">>>"}


def sql(call):
    """The SQL text of a call."""
    if isinstance(call, str):
        return call
    if isinstance(call, dict):
        return call.get("lit") or call.get("type") or call["name"]
    head, *rest = call
    args = [sql(item) for item in rest]
    if head in BINARY and len(args) == 2:
        return f"({args[0]} {DIALECT.get(head, head)} {args[1]})"
    if head in ("-", "+", "~") and len(args) == 1:
        return f"({head} {args[0]})"
    if head == "not":
        return f"(NOT {args[0]})"
    if head == "isnull":
        return f"({args[0]} IS NULL)"
    if head == "isnotnull":
        return f"({args[0]} IS NOT NULL)"
    if head == "in":
        return f"({args[0]} IN ({', '.join(args[1:])}))"
    if head == "between":
        return f"({args[0]} BETWEEN {args[1]} AND {args[2]})"
    if head == "cast":
        return f"CAST({args[0]} AS {args[1]})"
    if head == "try_cast":
        return f"TRY_CAST({args[0]} AS {args[1]})"
    if head == "getfield":
        return f"{args[0]}.{args[1]}"
    if head == "getitem":
        return f"{args[0]}[{args[1]}]"
    if head == "case":
        pairs = [f"WHEN {c} THEN {v}" for c, v in zip(args[0::2], args[1::2])]
        return f"CASE {' '.join(pairs)}{' ELSE ' + args[-1] if len(args) % 2 else ''} END"
    return f"{head}({', '.join(args)})"


def lit(text):
    return {"lit": text}


def q(text):
    """A SQL string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def binary_of(data):
    return "X'" + data.hex() + "'"


NUMERIC = {
    "tinyint": ["0", "1", "-1", "5", "-5", "3", "127", "-128", "NULL"], "smallint": ["0", "1", "-1", "5", "32767", "-32768", "128", "NULL"],
    "int": ["0", "1", "-1", "7", "-7", "3", "2147483647", "-2147483648", "32768", "16777217", "NULL"],
    "bigint": ["0", "1", "-1", "7", "-7", "3", "9223372036854775807", "-9223372036854775808", "2147483648", "9007199254740993", "1767225600", "NULL"],
    "float": ["0.0", "'-0.0'", "1.5", "-1.5", "0.1", "7", "1e10", "1e7", "9999999", "0.001", "0.0009", "1e-5", "'1.17549435E-38'", "'3.4028235E38'", "'1.4E-45'", "'NaN'", "'Infinity'", "'-Infinity'", "16777216", "123456.789", "2147483648", "1e20", "-129", "NULL"],
    "double": ["0.0", "'-0.0'", "1.5", "-1.5", "0.1", "7", "100", "1e10", "1e7", "9999999.999", "12345678.9", "0.001", "0.0009999", "1e-5", "2e-3", "1e16", "1e17", "1e21", "1e22", "123456789.123", "'4.9E-324'", "'1.7976931348623157E308'", "'2.2250738585072014E-308'", "'NaN'", "'Infinity'", "'-Infinity'", "2147483647", "2147483647.9", "2147483648", "-2147483648.9", "9223372036854775807", "-9223372036854775808", "1e19", "127.9", "128", "99999999.994", "99999999.995", "1767225600.123456789", "1767225600.9999999", "0.3", "1.005", "2.675", "3e-324", "2.0E-3", "NULL"],
    "decimal(10,2)": ["0", "1.50", "-1.50", "0.01", "99999999.99", "-99999999.99", "127.99", "128", "7", "3", "0.005", "NULL"], "decimal(5,0)": ["0", "1", "-1", "99999", "7", "NULL"],
    "decimal(38,18)": ["0", "1.5", "'12345678901234567890.123456789012345678'", "'99999999999999999999.999999999999999999'", "'0.000000000000000001'", "'-0.0000001'", "'0.123456789012345678'", "3", "NULL"],
    "decimal(38,0)": ["0", "1", "'99999999999999999999999999999999999999'", "'-99999999999999999999999999999999999999'", "9223372036854775807", "'9223372036854775808'", "3", "NULL"], "decimal(3,3)": ["0", "0.125", "-0.999", "NULL"], "decimal(20,10)": ["1.5", "'1234567890.0123456789'", "-3", "NULL"],
}
TEXTS = ["", " ", "a", "A", "abc", "ABC", "abd", "ab", "abc ", " abc", "\u00e9", "e\u0301", "\u00df", "SS", "stra\u00dfe", "\u0130stanbul", "\u0131", "i", "I", "\ufb01n", "\u01c5", "\u03a3\u03a3", "\u1f88", "\ufb03", "\u0149", "\u4e2d\u6587", "\U0001f600", "a\U0001f600b", "\uffff", "\U00010400", "tab\tx", "nul\0x", "na\u00efve", "\u1e9e", "\u10d0", "\u1c90"]
STRINGS = [q(text) for text in TEXTS] + ["NULL"]
BINARIES = ["X''", "X'00'", "X'61'", "X'616263'", "X'FF'", "X'C3A9'", "X'80FF'", "X'EDA080'", "X'F09F9880'", "NULL"]
BOOLEANS = ["true", "false", "NULL"]
DATES = ["DATE'1970-01-01'", "DATE'2026-01-01'", "DATE'2024-02-29'", "DATE'1969-12-31'", "DATE'0001-01-01'", "DATE'9999-12-31'", "DATE'1582-10-10'", "DATE'2026-12-31'", "DATE'2025-12-29'", "DATE'2027-01-03'", "DATE'-0044-03-15'", "DATE'+10000-01-01'", "DATE'2026-11-01'", "NULL"]
TIMES = ["1970-01-01 00:00:00", "2026-01-01 12:34:56", "2026-01-01 12:34:56.1", "2026-01-01 12:34:56.123456", "2026-01-01 12:34:56.000001", "2026-01-01 12:34:56.100000", "2024-02-29 23:59:59.999999", "1969-12-31 23:59:59.999999", "1582-10-10 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "1883-11-18 12:03:57.5", "2026-03-08 02:30:00", "2026-11-01 01:30:00", "2026-07-04 00:00:00", "2027-01-03 13:05:09.05", "-0044-03-15 10:00:00", "+10000-01-01 00:00:00", "2025-12-29 00:00:00", "2026-12-31 00:59:59"]
TIMESTAMPS = [f"TIMESTAMP'{t}'" for t in TIMES] + ["NULL"]
NTZS = [f"TIMESTAMP_NTZ'{t}'" for t in TIMES] + ["NULL"]
UNESCAPE = {"\\t": "\t", "\\n": "\n", "\\u0000": "\0"}


def unescaped(items):
    out = []
    for item in items:
        for escape, char in UNESCAPE.items():
            item = item.replace(escape, char)
        out.append(item)
    return out


CAST_TEXTS = list(dict.fromkeys(unescaped(json_cases.NUMBER_TEXTS) + ["\t1\n", "\u00a01", "1\0", "\x1f1", "\u30001", "1 2", "--1", "1-", "+", "-", ".", "1.", "-.5", "1e", "1e+2", "1E-2", "-0", "-0.0", "00", "127", "-129", "32768", "-32769", "2147483647", "-2147483649", "9223372036854775807", "-9223372036854775808", "-9223372036854775809", "1.9", "-1.9", "127.9", "1e2147483648",
                                              "99999999.994", "99999999.99", "0.005", "0.015", "-0.005", "1.005", "12345678901234567890123456789012345678", "123456789012345678901234567890123456789", "1e-400", "1E309", "4.9e-324", "2e-324", "0x1p3", "1D", "1F", "2.5d", "1.5e0f", "Inf", "+Inf", "-Inf", "-nan", "n", "no", "f", "y", "T", "F", "Y", "N", "YES", "on", "off", " true ", "True", "tru", "truex", "\ttrue\n", "fAlSe", "t\0",
                                              "1S", "1Y", "\u0661\u0662"]))
CAST_TIMES = list(dict.fromkeys(unescaped(json_cases.DATE_TEXTS + json_cases.TIME_TEXTS)))
NESTED = {
    "array<int>": ["array(1, NULL, 3)", "array()", "array(NULL)", "NULL"], "array<string>": ["array('a', NULL, 'x, \"y\"', '')", "array()", "array('1', '2')", "array('1', 'x')", "NULL"], "array<double>": ["array(1.0D, double('NaN'), 1e10D, NULL)"], "array<timestamp>": ["array(TIMESTAMP'2026-01-01 00:00:00.5', NULL)"],
    "array<binary>": ["array(X'61', NULL, X'FF')"], "array<array<int>>": ["array(array(1), NULL, array())"], "array<boolean>": ["array(true, NULL)"], "array<decimal(10,2)>": ["array(1.50, NULL)"], "array<date>": ["array(DATE'2026-01-01', NULL)"],
    "map<string,int>": ["map('a', 1, 'b', NULL)", "map()", "map('', 0)", "NULL"], "map<int,string>": ["map(1, 'x', 2, NULL)"], "map<string,array<int>>": ["map('k', array(1, 2))"],
    "struct<a:int,b:string>": ["named_struct('a', 1, 'b', 'x')", "named_struct('a', NULL, 'b', NULL)", "named_struct('a', 1, 'b', '')", "NULL"], "struct<a:string,b:string>": ["named_struct('a', '1', 'b', 'x')", "named_struct('a', 'x', 'b', 'x')"], "struct<a:struct<x:int>,l:array<int>,m:map<string,int>>": ["named_struct('a', named_struct('x', 1), 'l', array(1, NULL), 'm', map('k', 1))"],
    "struct<t:timestamp,d:date,f:double,e:decimal(10,2),z:binary,o:boolean>": ["named_struct('t', TIMESTAMP'2026-01-01 01:02:03.45', 'd', DATE'2026-01-01', 'f', 1.0D, 'e', 1.50, 'z', X'61', 'o', true)"], "struct<>": ["struct()"],
}
VALUES = NUMERIC | {"boolean": BOOLEANS, "binary": BINARIES, "date": DATES, "timestamp": TIMESTAMPS, "timestamp_ntz": NTZS} | NESTED
TARGETS = ["boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "decimal(10,2)", "decimal(5,0)", "decimal(38,18)", "decimal(3,3)", "string", "binary", "date", "timestamp", "timestamp_ntz"]
NESTED_TARGETS = ["string", "array<string>", "array<int>", "array<double>", "map<string,string>", "map<string,bigint>", "struct<a:string,b:string>", "struct<p:bigint,q:string>", "struct<a:int,b:int>"]


def pairs(values, extra=()):
    return [[x, y] for x in values for y in values] + list(extra)


def rows(values):
    return [[value] for value in values]


def cast_cases():
    for source, values in VALUES.items():
        for target in (NESTED_TARGETS if source in NESTED else TARGETS):
            yield ["cast", "a0", {"type": target}], [source], rows(values)
    for target in TARGETS:
        texts = [q(text) for text in (CAST_TIMES if target in ("date", "timestamp", "timestamp_ntz") else CAST_TEXTS)] + ["NULL"]
        if target == "binary":
            texts = STRINGS
        if target != "string":
            yield ["cast", "a0", {"type": target}], ["string"], rows(texts)
            yield ["try_cast", "a0", {"type": target}], ["string"], rows(texts[:60])


def zoned_cast_cases():
    for source in ("date", "timestamp", "timestamp_ntz", "bigint", "double"):
        for target in ("string", "date", "timestamp", "timestamp_ntz", "bigint", "double"):
            yield ["cast", "a0", {"type": target}], [source], rows(VALUES[source])
    for target in ("date", "timestamp", "timestamp_ntz"):
        yield ["cast", "a0", {"type": target}], ["string"], rows([q(text) for text in CAST_TIMES])
    yield ["cast", "a0", {"type": "string"}], ["array<timestamp>"], rows(NESTED["array<timestamp>"])
    for name in ("year", "quarter", "month", "dayofmonth", "dayofweek", "dayofyear", "weekofyear", "hour", "minute", "second"):
        yield [name, "a0"], ["timestamp"], rows(TIMESTAMPS)
        yield [name, "a0"], ["timestamp_ntz"], rows(NTZS[:8])
    for pattern in ("yyyy-MM-dd HH:mm:ss.SSSSSS XXX", "yyyy-MM-dd'T'HH:mm:ssXXX", "VV z O x X Z"):
        yield ["date_format", "a0", lit(q(pattern))], ["timestamp"], rows(TIMESTAMPS)
        yield ["date_format", "a0", lit(q(pattern))], ["date"], rows(DATES)
    yield ["to_json", ["struct", "a0", "a1", "a2"]], ["timestamp", "timestamp_ntz", "date"], [list(row) for row in zip(TIMESTAMPS, NTZS, DATES + DATES)]
    for op in ("=", "<", "<=>"):
        yield [op, "a0", "a1"], ["date", "timestamp"], [["DATE'2026-01-01'", "TIMESTAMP'2026-01-01 00:00:00'"], ["DATE'2026-01-01'", "TIMESTAMP'2026-01-01 05:00:00 UTC'"]]
        yield [op, "a0", "a1"], ["timestamp_ntz", "timestamp"], [["TIMESTAMP_NTZ'2026-01-01 00:00:00'", "TIMESTAMP'2026-01-01 00:00:00'"], ["TIMESTAMP_NTZ'2026-01-01 00:00:00'", "TIMESTAMP'2026-01-01 05:00:00 UTC'"]]


def comparison_cases():
    same = {"int": ["1", "2", "NULL"], "double": ["0.0", "'-0.0'", "1.5", "'NaN'", "'Infinity'", "'-Infinity'", "NULL"], "float": ["0.0", "'-0.0'", "'NaN'", "'Infinity'", "0.1", "NULL"], "boolean": BOOLEANS, "string": STRINGS[:12] + ["'\u4e2d'", "'\U0001f600'", "'\uffff'", "NULL"], "binary": ["X''", "X'00'", "X'7F'", "X'80'", "X'FF'", "X'FF00'", "NULL"],
            "decimal(10,2)": ["1.50", "1.5", "-2", "NULL"], "date": DATES[:3] + ["NULL"], "timestamp": TIMESTAMPS[:3] + ["NULL"], "array<int>": ["array(1)", "array(1, 2)", "array(1, NULL)", "array()", "NULL"], "struct<a:int,b:string>": NESTED["struct<a:int,b:string>"] + ["named_struct('a', 1, 'b', 'y')"], "void": ["NULL"]}
    for kind, values in same.items():
        for op in ("=", "!=", "<", "<=", ">", ">=", "<=>"):
            yield [op, "a0", "a1"], [kind, kind], pairs(values)
    mixed = [("int", "double", [["1", "1.0"], ["1", "1.5"], ["2147483647", "'NaN'"], ["NULL", "1.0"]]), ("bigint", "double", [["9007199254740993", "9007199254740992"], ["9223372036854775807", "9223372036854775807"]]), ("bigint", "float", [["16777217", "16777216"], ["9007199254740993", "9007199254740992"]]), ("int", "float", [["16777217", "16777216"]]),
             ("int", "bigint", [["1", "1"], ["-1", "4294967295"]]), ("int", "string", [["1", "'1'"], ["1", "' 1 '"], ["1", "'1.0'"], ["1", "'x'"], ["1", "''"], ["1", "NULL"], ["1", "'2147483648'"]]), ("bigint", "string", [["1", "'1'"], ["1", "'x'"]]), ("double", "string", [["1.5", "'1.5'"], ["1.5", "'1.50'"], ["1", "'x'"], ["'NaN'", "'NaN'"], ["1", "'1d'"]]), ("decimal(10,2)", "string", [["1.50", "'1.5'"], ["1.50", "'1.500000001'"], ["1.5", "'x'"]]),
             ("decimal(10,2)", "int", [["1.00", "1"], ["1.50", "1"]]), ("decimal(10,2)", "double", [["1.10", "1.1"], ["0.10", "0.1"]]), ("decimal(38,18)", "bigint", [["1.5", "1"], ["'99999999999999999999.999999999999999999'", "9223372036854775807"]]), ("decimal(38,18)", "decimal(38,0)", [["1.5", "1"], ["1", "1"]]), ("decimal(10,2)", "float", [["0.10", "0.1"]]), ("boolean", "string", [["true", "'true'"], ["true", "'1'"], ["true", "'x'"], ["false", "'f'"]]),
             ("date", "string", [["DATE'2026-01-01'", "'2026-01-01'"], ["DATE'2026-01-01'", "'2026-1-1'"], ["DATE'2026-01-01'", "'x'"], ["DATE'2026-01-01'", "'2026-01-01 12:00:00'"]]), ("timestamp", "string", [["TIMESTAMP'2026-01-01 00:00:00'", "'2026-01-01'"], ["TIMESTAMP'2026-01-01 00:00:00'", "'x'"], ["TIMESTAMP'2026-01-01 00:00:00'", "'2026-01-01T02:00:00+02:00'"]]), ("date", "timestamp", [["DATE'2026-01-01'", "TIMESTAMP'2026-01-01 00:00:00'"], ["DATE'2026-01-01'", "TIMESTAMP'2026-01-01 00:00:01'"]]),
             ("binary", "string", [["X'61'", "'a'"], ["X'FF'", "'a'"], ["X'61'", "NULL"]]), ("tinyint", "smallint", [["1", "1"]]), ("int", "void", [["1", "NULL"]]), ("array<int>", "array<bigint>", [["array(1)", "array(1L)"]])]
    for left, right, values in mixed:
        for op in ("=", "<", "<=>"):
            yield [op, "a0", "a1"], [left, right], values
            yield [op, "a1", "a0"], [left, right], values


def arithmetic_cases():
    small = {"tinyint": ["0", "1", "-1", "5", "-5", "3", "127", "-128", "NULL"], "smallint": ["0", "1", "-1", "32767", "-32768", "NULL"], "int": ["0", "1", "-1", "7", "-7", "3", "-3", "46341", "2147483647", "-2147483648", "NULL"], "bigint": ["0", "1", "-1", "7", "-7", "3", "3037000500", "9223372036854775807", "-9223372036854775808", "NULL"],
             "float": ["0.0", "'-0.0'", "1.5", "-7", "3", "0.1", "'3.4028235E38'", "'NaN'", "'Infinity'", "NULL"], "double": ["0.0", "'-0.0'", "1.5", "-7", "3", "0.1", "0.2", "'1.7976931348623157E308'", "'NaN'", "'Infinity'", "'-Infinity'", "NULL"], "decimal(10,2)": ["0", "1.50", "-7.25", "3", "0.01", "99999999.99", "NULL"], "decimal(38,18)": ["0", "1.5", "3", "-7", "'99999999999999999999.999999999999999999'", "'0.000000000000000001'", "NULL"], "decimal(38,0)": ["0", "1", "3", "-7", "'99999999999999999999999999999999999999'", "NULL"], "decimal(20,10)": ["1.5", "'1234567890.0123456789'", "-3", "0"], "decimal(3,3)": ["0.125", "-0.999", "0"], "decimal(5,0)": ["1", "99999", "7"]}
    for kind, values in small.items():
        for op in "+-*/%":
            yield [op, "a0", "a1"], [kind, kind], pairs(values)
        yield ["-", "a0"], [kind], rows(values)
        yield ["+", "a0"], [kind], rows(values)
        yield ["abs", "a0"], [kind], rows(values)
        if not kind.startswith(("float", "double")):
            yield ["div", "a0", "a1"], [kind, kind], pairs(values[:6])
    kinds = list(small)
    for left in kinds:
        for right in kinds:
            if left != right:
                for op in "+-*/%":
                    yield [op, "a0", "a1"], [left, right], [[x, y] for x in (small[left][1], small[left][2], small[left][-2]) for y in (small[right][1], small[right][2], small[right][0])]
    for kind in ("int", "bigint", "double", "decimal(10,2)"):
        for op in "+-*/%":
            yield [op, "a0", "a1"], [kind, "string"], [[small[kind][1], text] for text in ("'2'", "'2.5'", "'x'", "''", "' 3 '", "'1e2'", "NULL")]
            yield [op, "a1", "a0"], [kind, "string"], [[small[kind][1], text] for text in ("'2'", "'2.5'", "'x'", "'0'")]
    for op in "+-*/%":
        yield [op, "a0", "a1"], ["string", "string"], [["'1'", "'2'"], ["'1.5'", "'2'"], ["'x'", "'2'"], ["'5'", "'0'"]]
        yield [op, "a0", "a1"], ["int", "void"], [["1", "NULL"]]
    for call, kinds_, values in ((["+", "a0", "a1"], ["date", "int"], [["DATE'2026-01-31'", "1"], ["DATE'9999-12-31'", "2147483647"], ["DATE'2026-01-01'", "NULL"]]), (["-", "a0", "a1"], ["date", "int"], [["DATE'2026-03-01'", "1"]]), (["-", "a0", "a1"], ["date", "date"], [["DATE'2026-03-01'", "DATE'2026-01-01'"]]), (["-", "a0", "a1"], ["timestamp", "timestamp"], [["TIMESTAMP'2026-01-02 00:00:00.5'", "TIMESTAMP'2026-01-01 00:00:00'"]])):
        yield call, kinds_, values
    yield ["round", "a0", lit("1")], ["double"], rows(["0.25", "0.35", "1.25", "-0.25", "2.5", "'NaN'"])


def logic_cases():
    for op in ("and", "or", "=", "<=>", "!="):
        yield [op, "a0", "a1"], ["boolean", "boolean"], pairs(BOOLEANS)
    yield ["not", "a0"], ["boolean"], rows(BOOLEANS)
    for kind in ("int", "double", "string", "boolean", "binary", "date", "timestamp", "array<int>", "struct<a:int,b:string>", "map<string,int>", "void"):
        values = {"string": STRINGS[:3] + ["NULL"], "void": ["NULL"]}.get(kind) or VALUES[kind]
        yield ["isnull", "a0"], [kind], rows(values)
        yield ["isnotnull", "a0"], [kind], rows(values)
    yield ["isnan", "a0"], ["double"], rows(NUMERIC["double"])
    yield ["and", "a0", [">", ["/", lit("1"), "a1"], lit("0")]], ["boolean", "int"], [["false", "0"], ["true", "0"], ["NULL", "0"], ["true", "1"], ["NULL", "1"]]
    yield ["or", "a0", [">", ["/", lit("1"), "a1"], lit("0")]], ["boolean", "int"], [["true", "0"], ["false", "0"], ["NULL", "0"]]
    yield ["and", [">", ["/", lit("1"), "a1"], lit("0")], "a0"], ["boolean", "int"], [["false", "0"], ["true", "0"]]
    yield ["coalesce", "a0", ["/", lit("1"), "a1"]], ["int", "int"], [["1", "0"], ["NULL", "0"], ["NULL", "2"]]
    yield ["case", ["=", "a0", lit("0")], lit("0"), ["/", lit("1"), "a0"]], ["int"], rows(["0", "2", "NULL"])
    yield ["if", ["=", "a0", lit("0")], lit("0"), ["/", lit("1"), "a0"]], ["int"], rows(["0", "2", "NULL"])
    yield ["in", "a0", "a1", ["cast", ["/", lit("1"), "a1"], {"type": "int"}]], ["int", "int"], [["0", "0"], ["1", "0"]]
    for values in (["1", "2"], ["1", "NULL"], ["NULL"], ["1.5", "2"], ["'1'", "'x'"], ["'1'"], ["1L", "9999999999"]):
        yield ["in", "a0", *[lit(value) for value in values]], ["int"], rows(["1", "2", "3", "NULL"])
    for values in (["'a'", "'b'"], ["'a'", "NULL"], ["1"], ["''"]):
        yield ["in", "a0", *[lit(value) for value in values]], ["string"], rows(["'a'", "'1'", "''", "'x'", "NULL"])
    for values in (["double('NaN')", "1.0D"], ["0.0D"], ["NULL", "double('NaN')"]):
        yield ["in", "a0", *[lit(value) for value in values]], ["double"], rows(["'NaN'", "1.0", "'-0.0'", "NULL"])
    yield ["in", "a0", "a1", "a2"], ["int", "int", "int"], [["1", "1", "NULL"], ["1", "NULL", "2"], ["1", "2", "3"], ["NULL", "1", "2"]]
    for low, high in (("1", "3"), ("3", "1"), ("1", "NULL"), ("NULL", "3"), ("1.5", "3"), ("'1'", "'3'")):
        yield ["between", "a0", lit(low), lit(high)], ["int"], rows(["0", "1", "2", "3", "4", "NULL"])
    yield ["between", "a0", lit("'a'"), lit("'c'")], ["string"], rows(["'a'", "'b'", "'c'", "'cc'", "''", "'B'", "NULL"])
    yield ["between", "a0", lit("0.0D"), lit("double('NaN')")], ["double"], rows(["'-0.0'", "'Infinity'", "'NaN'", "'-Infinity'", "NULL"])
    flag = rows(BOOLEANS)
    for yes, no in (("1", "2L"), ("1", "2.5"), ("1", "2.5D"), ("1", "'x'"), ("1", "NULL"), ("NULL", "NULL"), ("'x'", "true"), ("DATE'2026-01-01'", "TIMESTAMP'2026-01-01 00:00:00'"), ("1.5", "2.25BD"), ("CAST(1 AS DECIMAL(10,2))", "CAST(1 AS DECIMAL(5,4))"), ("1Y", "1.5F"), ("X'61'", "'a'"), ("array(1)", "array(2L)"), ("'5'", "5"), ("named_struct('a', 1)", "named_struct('a', 2L)")):
        yield ["case", "a0", lit(yes), lit(no)], ["boolean"], flag
        yield ["coalesce", ["case", "a0", lit(yes)], lit(no)], ["boolean"], flag
    yield ["case", "a0", lit("1")], ["boolean"], flag
    yield ["case", "a0", lit("'first'"), "a1", lit("'second'"), lit("'third'")], ["boolean", "boolean"], pairs(BOOLEANS)
    yield ["coalesce", "a0", "a1", "a2"], ["int", "bigint", "double"], [["1", "2", "3"], ["NULL", "2", "3"], ["NULL", "NULL", "3"], ["NULL", "NULL", "NULL"]]
    yield ["coalesce", "a0", "a1"], ["int", "string"], [["1", "'2'"], ["NULL", "'2'"], ["NULL", "'x'"], ["1", "'x'"]]
    yield ["coalesce", "a0", "a1"], ["string", "int"], [["'x'", "1"], ["NULL", "1"]]
    yield ["coalesce", "a0", "a1"], ["date", "string"], [["NULL", "'2026-01-01'"], ["NULL", "'x'"], ["DATE'2026-01-01'", "'x'"]]
    yield ["nullif", "a0", "a1"], ["int", "int"], [["1", "1"], ["1", "2"], ["NULL", "1"], ["1", "NULL"]]
    struct = "struct<a:int,b:string>"
    for name in ("a", "b"):
        yield ["getfield", "a0", {"name": name}], [struct], rows(VALUES[struct])
    yield ["getfield", "a0", {"name": "a"}], ["array<struct<a:int,b:string>>"], rows(["array(named_struct('a', 1, 'b', 'x'), NULL)", "NULL"])
    yield ["getitem", "a0", lit("0")], ["array<int>"], rows(VALUES["array<int>"])
    yield ["getitem", "a0", lit("-1")], ["array<int>"], rows(["array(1)"])
    yield ["getitem", "a0", lit("'a'")], ["map<string,int>"], rows(VALUES["map<string,int>"])


def text_cases():
    for name in ("upper", "lower", "length", "char_length", "octet_length", "trim", "initcap", "reverse"):
        yield [name, "a0"], ["string"], rows(STRINGS)
    for name in ("upper", "lower", "length"):
        yield [name, "a0"], ["int"], rows(["0", "-12", "NULL"])
        yield [name, "a0"], ["double"], rows(["1.0", "1e10", "'NaN'", "NULL"])
        yield [name, "a0"], ["boolean"], rows(BOOLEANS)
        yield [name, "a0"], ["date"], rows(DATES[:3])
        yield [name, "a0"], ["timestamp"], rows(TIMESTAMPS[:5])
    for name in ("upper", "lower", "length"):
        yield [name, "a0"], ["binary"], rows(BINARIES)
        yield [name, ["cast", "a0", {"type": "string"}]], ["binary"], rows(BINARIES + ["X'61FF62'", "X'E282'", "X'41C328'", "X'F0288CBC'"])
    yield ["concat", "a0", "a1"], ["string", "string"], pairs(["''", "'a'", "'\U0001f600'", "NULL"])
    yield ["concat", "a0", "a1"], ["binary", "binary"], pairs(["X''", "X'FF'", "NULL"])
    yield ["concat", "a0", "a1"], ["array<int>", "array<int>"], pairs(["array(1, NULL)", "array()", "NULL"])
    yield ["concat", "a0", "a1"], ["array<int>", "array<string>"], [["array(1)", "array('x')"]]
    yield ["concat", "a0", "a1"], ["binary", "string"], [["X'61'", "'b'"], ["X'FF'", "'b'"]]
    for kind, value in (("int", "5"), ("double", "1.0"), ("boolean", "true"), ("date", "DATE'2026-01-01'"), ("timestamp", "TIMESTAMP'2026-01-01 00:00:00.5'"), ("decimal(10,2)", "1.5"), ("float", "0.1"), ("bigint", "7")):
        yield ["concat", "a0", "a1"], ["string", kind], [["'x'", value], ["NULL", value], ["'x'", "NULL"]]
    yield ["concat", "a0"], ["string"], rows(["'a'", "NULL"])
    yield ["concat", "a0", "a1", "a2", "a3"], ["string", "int", "string", "double"], [["'a'", "1", "'b'", "2.5"], ["'a'", "NULL", "'b'", "2.5"]]
    yield ["concat"], [], [[]]
    yield ["||", "a0", "a1"], ["string", "int"], [["'a'", "1"]]
    places = ["0", "1", "2", "3", "-1", "-2", "-3", "-4", "4", "10", "-10", "2147483647", "-2147483648"]
    lengths = ["0", "1", "2", "3", "10", "-1", "2147483647", "-2147483648"]
    for text in ("'abc'", "'a\U0001f600b'", "''", "'\u00e9\u4e2d'"):
        yield ["substring", "a0", "a1", "a2"], ["string", "int", "int"], [[text, place, length] for place in places for length in lengths]
    yield ["substring", "a0", "a1", "a2"], ["binary", "int", "int"], [["X'616263'", place, length] for place in places for length in ("0", "1", "2", "10", "-1", "2147483647")]
    yield ["substring", "a0", "a1", "a2"], ["string", "int", "int"], [["NULL", "1", "1"], ["'abc'", "NULL", "1"], ["'abc'", "1", "NULL"]]
    yield ["substring", "a0", "a1"], ["string", "int"], [["'abc'", place] for place in places]
    yield ["substring", "a0", lit("1"), lit("2")], ["int"], rows(["12345", "NULL"])
    yield ["substring", "a0", lit("1"), lit("2")], ["double"], rows(["1.5"])
    yield ["substring", "a0", "a1", lit("2")], ["string", "string"], [["'abc'", "'2'"], ["'abc'", "'x'"]]
    yield ["substring", ["cast", "a0", {"type": "string"}], lit("2"), lit("1")], ["binary"], rows(["X'61FF62'", "X'E28261'", "X'FFFE'", "X'C3A9FF'", "X'F09F9861'"])


FIELDS = ("year", "quarter", "month", "dayofmonth", "day", "dayofweek", "dayofyear", "weekday", "weekofyear", "hour", "minute", "second")
PATTERNS = ["yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "y", "yy", "yyy", "yyyy", "yyyyy", "yyyyyy", "u", "uuuu", "M", "MM", "MMM", "MMMM", "MMMMM", "L", "LL", "LLL", "LLLL", "d", "dd", "ddd", "D", "DD", "DDD", "E", "EE", "EEE", "EEEE", "EEEEE", "F", "FF", "a", "aa", "h", "hh", "H", "HH", "HHH", "k", "kk", "K", "KK", "m", "mm", "s", "ss", "S", "SS", "SSS", "SSSSSS", "SSSSSSSSS", "SSSSSSSSSS", "V", "VV", "z", "zz", "zzz", "zzzz", "zzzzz", "O", "OO", "OOOO", "X", "XX", "XXX", "XXXX", "XXXXX", "x", "xx", "xxx", "xxxx", "xxxxx", "Z", "ZZ", "ZZZ", "ZZZZ", "ZZZZZ", "G", "GG", "GGG", "GGGG", "GGGGG", "Q", "QQ", "QQQ", "QQQQ", "q", "qq", "qqq", "qqqq", "w", "ww", "W", "Y", "YYYY", "e", "c", "n", "N", "A", "B", "p", "''", "'quoted'", "'it''s' yyyy", "'open", "[yyyy]", "[yyyy", "yyyy]", "{yyyy}", "#", "yyyy-MM-dd'T'HH", "", " ", "yyyy年MM月dd日", "d/M/yy h:mm a", "EEEE, d MMMM yyyy", "HH:mm:ss.S", "b", "T", "yyyy T", "I", "l", "P", "R", "C", "U", "v", "g", "t"]
PARSE = [("yyyy-MM-dd", ["2026-01-31", "2026-1-31", "2026-02-30", "2026-01-31 ", "2026-01-31x", "", "x"]), ("yyyy-MM-dd HH:mm:ss", ["2026-01-31 12:34:56", "2026-01-31 12:34", "2026-01-31 24:00:00", "2026-01-31 12:34:60", "2026-01-31T12:34:56"]), ("dd/MM/yyyy HH:mm", ["31/01/2026 12:34", "1/1/2026 1:2", "31/13/2026 00:00"]), ("d/M/y", ["1/2/2026", "01/02/26", "31/12/12345"]), ("yy-M-d", ["26-1-5", "99-1-5", "2026-1-5"]), ("yyyyMMdd", ["20260131", "2026013"]), ("yyyyMMddHHmmss", ["20260131123456"]), ("yyyyMMddHHmmssSSS", ["20260131123456789"]),
         ("yyyy-MM-dd HH:mm:ss.SSS", ["2026-01-31 12:34:56.789", "2026-01-31 12:34:56.7", "2026-01-31 12:34:56.7891"]), ("yyyy-MM-dd HH:mm:ss.SSSSSS", ["2026-01-31 12:34:56.123456", "2026-01-31 12:34:56.1"]), ("yyyy-MM-dd HH:mm:ss.SSSSSSSSS", ["2026-01-31 12:34:56.123456789"]), ("yyyy-MM-dd HH:mm:ss[.SSS]", ["2026-01-31 12:34:56", "2026-01-31 12:34:56.5", "2026-01-31 12:34:56.500"]), ("yyyy-MM-dd'T'HH:mm:ssXXX", ["2026-01-31T12:34:56+02:00", "2026-01-31T12:34:56Z", "2026-01-31T12:34:56+0200", "2026-01-31T12:34:56"]), ("yyyy-MM-dd'T'HH:mm:ss.SSSX", ["2026-01-31T12:34:56.789Z", "2026-01-31T12:34:56.789+02"]),
         ("yyyy-MM-dd HH:mm:ss VV", ["2026-01-31 12:34:56 Europe/Berlin", "2026-07-31 12:34:56 America/New_York", "2026-01-31 12:34:56 Nope/Zone"]), ("yyyy-MM-dd HH:mm:ss z", ["2026-01-31 12:34:56 PST", "2026-01-31 12:34:56 UTC", "2026-01-31 12:34:56 CET"]), ("yyyy-MM-dd HH:mm:ss Z", ["2026-01-31 12:34:56 +0200", "2026-01-31 12:34:56 +02:00"]), ("yyyy-MM-dd HH:mm:ss O", ["2026-01-31 12:34:56 GMT+2"]), ("yyyy-MM-dd hh:mm a", ["2026-01-31 12:34 AM", "2026-01-31 01:34 PM", "2026-01-31 01:34 pm", "2026-01-31 13:34 PM"]), ("d MMM yyyy", ["5 Jan 2026", "5 jan 2026", "5 January 2026"]), ("d MMMM yyyy", ["5 January 2026", "5 Jan 2026"]),
         ("MMMM d, yyyy", ["January 5, 2026"]), ("yyyy-DDD", ["2026-031", "2026-366"]), ("yyyy", ["2026", "26"]), ("yyyy-MM", ["2026-02"]), ("HH:mm:ss", ["12:34:56"]), ("MM-dd", ["02-03"]), ("EEE MMM dd HH:mm:ss yyyy", ["Sat Jan 31 12:34:56 2026"]), ("yyyy-MM-dd'T'", ["2026-01-31T"]), ("", ["2026-01-31"]), ("yyyy-MM-dd G", ["2026-01-31 AD", "0044-03-15 BC"]), ("QQQ yyyy", ["Q1 2026"]), ("e", ["1"]), ("yyyy-MM-dd'x", ["2026-01-31x"]), ("yyyy-MM-dd kk", ["2026-01-31 24"]), ("yyyy-MM-dd K a", ["2026-01-31 0 PM"]), ("yyyyyy", ["002026"]), ("bad", ["x"]), ("yyyy-MM-dd HH:mm:ss.S", ["2026-01-31 12:34:56.5", "2026-01-31 12:34:56.55"]), ("s", ["5", "05", "61"]), ("ss", ["5", "05"])]


def time_cases():
    for name in FIELDS:
        yield [name, "a0"], ["timestamp"], rows(TIMESTAMPS)
        yield [name, "a0"], ["timestamp_ntz"], rows(NTZS)
        yield [name, "a0"], ["date"], rows(DATES)
        yield [name, "a0"], ["string"], rows(["'2026-02-03 04:05:06.789'", "'2026-02-03'", "'x'", "'2026-02-03T04:05:06+02:00'", "''", "NULL"])
    for pattern in PATTERNS:
        yield ["date_format", "a0", lit(q(pattern))], ["timestamp"], rows(["TIMESTAMP'2026-02-03 04:05:06.123456'", "TIMESTAMP'2026-11-30 00:59:00'", "TIMESTAMP'1999-12-31 13:14:15.5'", "TIMESTAMP'0001-01-01 12:00:00'", "TIMESTAMP'+10000-01-01 00:00:00'", "TIMESTAMP'-0044-03-15 10:00:00'", "NULL"])
    for pattern in PATTERNS[:5]:
        yield ["date_format", "a0", lit(q(pattern))], ["date"], rows(DATES)
        yield ["date_format", "a0", lit(q(pattern))], ["timestamp_ntz"], rows(NTZS[:4])
        yield ["date_format", "a0", lit(q(pattern))], ["string"], rows(["'2026-02-03'", "'x'", "'2026-02-03 04:05:06'"])
    yield ["date_format", "a0", "a1"], ["timestamp", "string"], [["TIMESTAMP'2026-02-03 04:05:06'", "'yyyy'"], ["TIMESTAMP'2026-02-03 04:05:06'", "NULL"], ["TIMESTAMP'2026-02-03 04:05:06'", "'bad'"]]
    yield ["to_timestamp", "a0"], ["string"], rows([q(text) for text in CAST_TIMES])
    yield ["to_timestamp", "a0"], ["date"], rows(DATES)
    yield ["to_timestamp", "a0"], ["timestamp"], rows(TIMESTAMPS[:4])
    yield ["to_timestamp", "a0"], ["timestamp_ntz"], rows(NTZS[:4])
    yield ["to_timestamp", "a0"], ["bigint"], rows(["0", "1767225600", "-1", "NULL", "9223372036854775807"])
    yield ["to_timestamp", "a0"], ["int"], rows(["1767225600"])
    yield ["to_timestamp", "a0"], ["double"], rows(["1767225600.5", "'NaN'", "'Infinity'"])
    yield ["to_date", "a0"], ["string"], rows([q(text) for text in unescaped(json_cases.DATE_TEXTS)])
    for pattern, texts in PARSE:
        yield ["to_timestamp", "a0", lit(q(pattern))], ["string"], rows([q(text) for text in texts] + ["NULL"])
        yield ["to_date", "a0", lit(q(pattern))], ["string"], rows([q(text) for text in texts])
    yield ["to_timestamp", "a0", lit("'yyyy-MM-dd'")], ["date"], rows(DATES[:2])
    yield ["to_timestamp", "a0", "a1"], ["string", "string"], [["'2026'", "'yyyy'"], ["'2026'", "NULL"]]


def json_out_cases():
    one = lambda kind, values: (["to_json", ["struct", "a0"]], [kind], rows(values))
    for kind in ("boolean", "tinyint", "int", "bigint", "float", "double", "decimal(10,2)", "decimal(38,18)", "decimal(38,0)", "binary", "date", "timestamp", "timestamp_ntz", *NESTED):
        yield one(kind, VALUES[kind])
    yield one("string", STRINGS + [q(text) for text in ('quote " back \\ slash / ', "\b\f\n\r\t\x01\x1f\x7f", "\u2028\u2029", "<>&'", "\u0080")])
    yield ["to_json", ["struct", ["cast", "a0", {"type": "string"}]]], ["binary"], rows(["X'61FF62'", "X'EDA080'"])
    yield ["to_json", "a0"], ["map<string,int>"], rows(VALUES["map<string,int>"])
    yield ["to_json", "a0"], ["map<int,string>"], rows(VALUES["map<int,string>"])
    yield ["to_json", "a0"], ["array<int>"], rows(VALUES["array<int>"])
    yield ["to_json", "a0"], ["array<struct<a:int,b:string>>"], rows(["array(named_struct('a', 1, 'b', NULL), NULL)", "array()", "NULL"])
    yield ["to_json", "a0"], ["struct<a:int,b:string>"], rows(VALUES["struct<a:int,b:string>"])
    yield ["to_json", "a0"], ["array<string>"], rows(VALUES["array<string>"])
    for kind in ("map<date,int>", "map<timestamp,int>", "map<double,int>", "map<boolean,int>", "map<binary,int>", "map<decimal(10,2),int>", "map<struct<x:int>,int>", "map<array<int>,int>"):
        keys = {"map<date,int>": "DATE'2026-01-01'", "map<timestamp,int>": "TIMESTAMP'2026-01-01 00:00:00.5'", "map<double,int>": "1.0D", "map<boolean,int>": "true", "map<binary,int>": "X'61'", "map<decimal(10,2),int>": "1.5", "map<struct<x:int>,int>": "named_struct('x', 1)", "map<array<int>,int>": "array(1)"}
        yield ["to_json", "a0"], [kind], rows([f"map({keys[kind]}, 1)"])
    for options in ("map('ignoreNullFields', 'false')", "map('pretty', 'true')", "map('timestampFormat', 'dd/MM/yyyy HH:mm')", "map('dateFormat', 'dd/MM/yyyy')", "map('timeZone', 'America/New_York')", "map('timestampNTZFormat', 'yyyy')", "map('writeNonAsciiCharacterAsCodePoint', 'true')", "map('sortKeys', 'true')", "map('nope', '1')", "map('timestampFormat', 'nope')"):
        yield ["to_json", "a0", lit(options)], ["struct<t:timestamp,n:timestamp_ntz,d:date,s:string,z:array<int>,m:map<string,int>>"], rows(["named_struct('t', TIMESTAMP'2026-01-31 12:34:56.7', 'n', TIMESTAMP_NTZ'2026-01-31 12:34:56.7', 'd', DATE'2026-01-31', 's', 'a\u00e9\U0001f600', 'z', array(1, NULL), 'm', map('b', 1, 'a', NULL))", "named_struct('t', NULL, 'n', NULL, 'd', NULL, 's', NULL, 'z', NULL, 'm', NULL)", "NULL"])
    yield ["struct", "a0", "a1"], ["int", "string"], [["1", "'x'"], ["NULL", "NULL"]]
    yield ["named_struct", lit("'p'"), "a0", lit("'q'"), "a1"], ["int", "string"], [["1", "'x'"]]
    yield ["struct"], [], [[]]
    yield ["array", "a0", "a1"], ["int", "double"], [["1", "2.5"], ["NULL", "2.5"]]


def cases():
    yield from comparison_cases()
    yield from arithmetic_cases()
    yield from logic_cases()
    yield from text_cases()
    yield from time_cases()
    yield from json_out_cases()
    yield from cast_cases()
