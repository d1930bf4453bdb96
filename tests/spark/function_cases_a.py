"""The scalar functions of numbers, conditions, hashes, strings and patterns that record_function_calls.py asks real Spark about.

A case is (call, types, rows) as in expression_cases.py. After the first case of a function follow those that Spark refuses: no argument, too many, an array
in place of each column.
"""
from expression_cases import BINARIES, BOOLEANS, DATES, NUMERIC, STRINGS, TEXTS, TIMESTAMPS, VALUES, lit, q, rows

ONE_DOUBLE = ("acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "cos", "cosh", "cot", "csc", "degrees", "exp", "expm1", "ln", "log10", "log1p", "log2", "radians", "rint", "sec", "signum", "sign", "sin", "sinh", "sqrt", "tan", "tanh")
DOUBLES = ["0.0", "'-0.0'", "1.0", "-1.0", "0.5", "-0.5", "2.5", "3.5", "-2.5", "10", "100", "1000", "8", "27", "-27", "0.1", "1e-5", "1e-10", "-1e-10", "20", "700", "710", "-710", "1e10", "1e300", "-1e300", "'4.9E-324'", "'1.7976931348623157E308'", "'NaN'", "'Infinity'", "'-Infinity'", "3.141592653589793", "180", "NULL"]
SOME_DOUBLES = ["0.0", "'-0.0'", "1.0", "-1.0", "0.5", "2.0", "-3.0", "10", "'NaN'", "'Infinity'", "'-Infinity'", "NULL"]
INTS = NUMERIC["int"]
LONGS = NUMERIC["bigint"]
pairs = lambda left, right: [[a, b] for a in left for b in right]
texts = lambda *values: [q(value) for value in values] + ["NULL"]
VALUES = VALUES | {"string": STRINGS}
FEW = {"tinyint": ["5", "-3", "0", "127", "-128", "NULL"], "smallint": ["5", "-3", "0", "32767", "-32768", "NULL"], "int": ["5", "-3", "0", "2147483647", "-2147483648", "NULL"], "bigint": ["5", "-3", "0", "-1", "9223372036854775807", "-9223372036854775808", "NULL"],
       "float": ["5.5", "-3.25", "0.0", "'NaN'", "'Infinity'", "NULL"], "double": ["5.5", "-3.25", "0.0", "'-0.0'", "'NaN'", "'-Infinity'", "NULL"], "decimal(10,2)": ["5.50", "-3.25", "0.00", "99999999.99", "NULL"], "decimal(38,18)": ["1.5", "'99999999999999999999.999999999999999999'", "-0.3", "NULL"]}


def math_cases():
    for name in ONE_DOUBLE:
        yield [name, "a0"], ["double"], rows(DOUBLES)
        yield [name, "a0"], ["int"], rows(["0", "1", "-1", "7", "NULL"])
    for kind, values in FEW.items():
        yield ["exp", "a0"], [kind], rows(values[:3])
    yield ["sin", "a0"], ["string"], rows(["'1'", "'x'", "NULL"])
    yield ["abs", "a0"], ["int"], rows(INTS)
    for kind, values in NUMERIC.items():
        if kind != "int":
            yield ["abs", "a0"], [kind], rows(values)
        yield ["positive", "a0"], [kind], rows(values[:4])
        yield ["negative", "a0"], [kind], rows(values)
    yield ["abs", "a0"], ["string"], rows(["'-1.5'", "'x'"])
    yield ["abs", lit("NULL")], [], [[]]
    for name in ("atan2", "hypot", "power", "pow"):
        yield [name, "a0", "a1"], ["double", "double"], pairs(SOME_DOUBLES, SOME_DOUBLES)
        yield [name, "a0", "a1"], ["int", "decimal(10,2)"], [["2", "0.5"], ["3", "2"]]
    yield ["log", "a0"], ["double"], rows(DOUBLES)
    yield ["log", "a0", "a1"], ["double", "double"], pairs(SOME_DOUBLES, SOME_DOUBLES)
    yield ["log", lit("2"), "a0"], ["int"], rows(["8", "0", "-1", "NULL"])
    for name in ("e", "pi"):
        yield [name], [], [[]]
    yield ["bin", "a0"], ["bigint"], rows(LONGS)
    yield ["bin", "a0"], ["string"], rows(["'13'", "'x'"])
    yield ["bin", "a0"], ["double"], rows(["13.7", "1e30"])
    yield ["factorial", "a0"], ["int"], rows(["0", "1", "5", "20", "21", "-1", "NULL"])
    for name in ("ceil", "floor"):
        for kind in ("double", "float", "int", "bigint", "tinyint", "decimal(10,2)", "decimal(38,18)", "decimal(38,0)", "decimal(3,3)", "decimal(20,10)"):
            yield [name, "a0"], [kind], rows(NUMERIC[kind])
        yield [name, "a0"], ["string"], rows(["'1.5'", "'x'"])
        for places in ("0", "1", "2", "-1", "-2", "5", "-10", "-40"):
            for kind in ("double", "decimal(10,2)", "int", "decimal(38,18)"):
                yield [name, "a0", lit(places)], [kind], rows(NUMERIC[kind])
        yield [name, "a0", lit("1")], ["bigint"], rows(LONGS)
        yield [name, "a0", lit("-18")], ["bigint"], rows(LONGS)
        yield [name, "a0", "a1"], ["double", "int"], [["1.5", "1"]]
        yield [name, "a0", lit("NULL")], ["double"], [["1.5"]]
    yield ["ceiling", "a0"], ["double"], rows(["1.5", "-1.5"])
    for name in ("round", "bround"):
        for kind, values in NUMERIC.items():
            yield [name, "a0"], [kind], rows(values + ["2.5", "3.5", "-2.5", "12", "15", "25", "14.5"])
            for places in ("1", "2", "-1", "-2", "5", "-10", "-19", "40"):
                yield [name, "a0", lit(places)], [kind], rows(values + ["2.5", "3.5", "-2.5", "12", "15", "25", "2.25", "2.35", "125"])
        yield [name, "a0"], ["string"], rows(["'1.5'", "'x'"])
        yield [name, "a0", "a1"], ["double", "int"], [["1.5", "1"]]
        yield [name, "a0", lit("NULL")], ["double"], [["1.5"]]
        yield [name, lit("NULL")], [], [[]]
    yield ["conv", "a0", "a1", "a2"], ["string", "int", "int"], [[text, a, b] for text in ("'100'", "'-10'", "'zz'", "'FF'", "''", "' 11'", "'1x'", "'18446744073709551615'", "'18446744073709551616'", "'-9223372036854775808'", "'7fffffffffffffff'", "'-'", "'+5'") for a, b in (("2", "10"), ("10", "16"), ("16", "10"), ("36", "16"), ("16", "-10"), ("10", "-16"), ("1", "10"), ("10", "37"))]
    yield ["conv", "a0", "a1", "a2"], ["string", "int", "int"], [["NULL", "10", "2"], ["'1'", "NULL", "2"], ["'1'", "10", "NULL"]]
    yield ["conv", "a0", lit("10"), lit("2")], ["int"], rows(["5", "-5"])
    for kind in ("tinyint", "smallint", "int", "bigint"):
        yield ["div", "a0", "a1"], [kind, kind], pairs(FEW[kind], FEW[kind])
        yield ["pmod", "a0", "a1"], [kind, kind], pairs(FEW[kind], FEW[kind])
    for kind in ("float", "double", "decimal(10,2)"):
        yield ["pmod", "a0", "a1"], [kind, kind], pairs(FEW[kind], FEW[kind])
    yield ["div", "a0", "a1"], ["decimal(10,2)", "decimal(10,2)"], pairs(FEW["decimal(10,2)"], FEW["decimal(10,2)"])
    yield ["div", "a0", "a1"], ["decimal(38,18)", "int"], pairs(FEW["decimal(38,18)"], FEW["int"])
    yield ["div", "a0", "a1"], ["double", "int"], [["5.5", "2"]]
    yield ["div", "a0", "a1"], ["string", "int"], [["'5'", "2"], ["'x'", "2"]]
    yield ["pmod", "a0", "a1"], ["int", "bigint"], pairs(FEW["int"], FEW["bigint"])
    yield ["pmod", "a0", "a1"], ["decimal(10,2)", "decimal(38,18)"], pairs(FEW["decimal(10,2)"], FEW["decimal(38,18)"])
    yield ["mod", "a0", "a1"], ["int", "int"], pairs(FEW["int"], FEW["int"])
    for name in ("try_add", "try_subtract", "try_multiply", "try_divide", "try_mod"):
        for kind in ("int", "tinyint", "bigint", "double", "decimal(10,2)", "decimal(38,18)"):
            yield [name, "a0", "a1"], [kind, kind], pairs(FEW[kind], FEW[kind])
        yield [name, "a0", "a1"], ["int", "bigint"], [["1", "2"]]
        yield [name, "a0", "a1"], ["string", "int"], [["'1'", "2"], ["'x'", "2"]]
    yield ["hex", "a0"], ["bigint"], rows(LONGS)
    yield ["hex", "a0"], ["string"], rows(STRINGS)
    yield ["hex", "a0"], ["binary"], rows(BINARIES)
    yield ["hex", "a0"], ["int"], rows(["17", "-1"])
    yield ["hex", "a0"], ["double"], rows(["17.5"])
    yield ["unhex", "a0"], ["string"], rows(texts("", "61", "616", "6G", "ABCDEF", "abcdef", "\u00e9\u00e9", "f", "g"))
    yield ["width_bucket", "a0", "a1", "a2", "a3"], ["double", "double", "double", "bigint"], [[v, lo, hi, n] for v in ("5.3", "-1", "10", "0.2", "'NaN'", "'Infinity'", "NULL") for lo, hi, n in (("0.2", "10.6", "5"), ("10.6", "0.2", "5"), ("1", "1", "5"), ("0", "10", "0"), ("0", "10", "-1"), ("0", "'Infinity'", "3"), ("0", "10", "9223372036854775807"), ("0", "10", "4"))]
    for name in ("greatest", "least"):
        for kind, values in FEW.items():
            yield [name, "a0", "a1"], [kind, kind], pairs(values, values)
        yield [name, "a0", "a1", "a2"], ["string", "string", "string"], [[a, b, c] for a in STRINGS[:6] for b in STRINGS[-4:] for c in ("'m'", "NULL")]
        yield [name, "a0", "a1"], ["binary", "binary"], pairs(BINARIES, BINARIES)
        yield [name, "a0", "a1"], ["boolean", "boolean"], pairs(BOOLEANS, BOOLEANS)
        yield [name, "a0", "a1"], ["date", "date"], pairs(DATES[:4], DATES[-3:])
        yield [name, "a0", "a1"], ["timestamp", "timestamp"], pairs(TIMESTAMPS[:3], TIMESTAMPS[-3:])
        yield [name, "a0", "a1"], ["int", "double"], [["1", "1.5"], ["NULL", "2"]]
        yield [name, "a0", "a1"], ["date", "string"], [["DATE'2026-01-01'", "'2026-02-01'"]]
        yield [name, "a0", "a1"], ["int", "boolean"], [["1", "true"]]
        yield [name, "a0", "a1"], ["int", "decimal(10,2)"], [["1", "1.5"], ["NULL", "2"]]
        yield [name, "a0", "a1"], ["map<int,int>", "map<int,int>"], [["map(1, 2)", "map(1, 2)"]]
        yield [name, "a0"], ["int"], [["1"]]
    bits = ("tinyint", "smallint", "int", "bigint")
    for name in ("&", "|", "^"):
        for kind in bits:
            yield [name, "a0", "a1"], [kind, kind], pairs(FEW[kind], FEW[kind])
        yield [name, "a0", "a1"], ["int", "bigint"], [["5", "6"]]
        yield [name, "a0", "a1"], ["int", "double"], [["5", "6"]]
        yield [name, "a0", "a1"], ["string", "int"], [["'5'", "6"]]
        yield [name, "a0", lit("NULL")], ["int"], [["5"]]
    for kind in bits:
        yield ["~", "a0"], [kind], rows(FEW[kind])
        yield ["bit_count", "a0"], [kind], rows(FEW[kind])
        for name in ("bit_get", "getbit"):
            yield [name, "a0", "a1"], [kind, "int"], pairs(FEW[kind], ["0", "1", "7"])
    yield ["~", "a0"], ["double"], [["1.5"]]
    yield ["bit_count", "a0"], ["boolean"], rows(BOOLEANS)
    yield ["bit_get", "a0", "a1"], ["int", "int"], [["5", "-1"], ["5", "32"], ["5", "31"], ["NULL", "1"], ["5", "NULL"]]
    yield ["bit_get", "a0", "a1"], ["bigint", "int"], [["5", "64"], ["-5", "63"]]
    for name in ("shiftleft", "shiftright", "shiftrightunsigned", "<<", ">>", ">>>"):
        for kind in bits:
            yield [name, "a0", "a1"], [kind, "int"], pairs(FEW[kind], ["0", "1", "31", "33", "64", "-1", "NULL"])
        yield [name, "a0", "a1"], ["string", "int"], [["'5'", "1"]]
    for name in ("rand", "randn", "random"):
        yield [name, lit("42")], [], [[]]
    yield ["uniform", lit("1"), lit("10"), lit("5")], [], [[]]


def conditional_cases():
    yield ["if", "a0", "a1", "a2"], ["boolean", "int", "int"], [[c, "1", "2"] for c in BOOLEANS]
    yield ["if", "a0", "a1", "a2"], ["boolean", "int", "double"], [[c, "1", "2.5"] for c in BOOLEANS]
    yield ["if", "a0", "a1", "a2"], ["boolean", "string", "date"], [["true", "'2026-01-01'", "DATE'2026-01-02'"]]
    yield ["if", "a0", "a1", "a2"], ["int", "int", "int"], [["1", "1", "2"]]
    yield ["if", "a0", "a1", "a2"], ["boolean", "int", "array<int>"], [["true", "1", "array(1)"]]
    yield ["if", ["=", "a0", lit("0")], lit("0"), ["div", lit("1"), "a0"]], ["int"], rows(["0", "1"])
    for name in ("ifnull", "nvl"):
        yield [name, "a0", "a1"], ["int", "int"], [["1", "2"], ["NULL", "2"], ["NULL", "NULL"]]
        yield [name, "a0", "a1"], ["int", "string"], [["1", "'2'"], ["NULL", "'2'"], ["NULL", "'x'"]]
        yield [name, "a0", "a1"], ["date", "int"], [["DATE'2026-01-01'", "1"]]
    yield ["nvl2", "a0", "a1", "a2"], ["int", "string", "string"], [["1", "'a'", "'b'"], ["NULL", "'a'", "'b'"]]
    yield ["nvl2", "a0", "a1", "a2"], ["int", "int", "double"], [["1", "1", "2.5"], ["NULL", "1", "2.5"]]
    yield ["nullif", "a0", "a1"], ["int", "int"], [["1", "2"], ["2", "2"], ["NULL", "2"], ["1", "NULL"]]
    yield ["nullif", "a0", "a1"], ["int", "string"], [["1", "'1'"], ["1", "'2'"]]
    yield ["nullif", "a0", "a1"], ["double", "double"], [["'NaN'", "'NaN'"], ["0.0", "'-0.0'"]]
    yield ["nullifzero", "a0"], ["int"], rows(["0", "1", "NULL"])
    yield ["nullifzero", "a0"], ["double"], rows(["0.0", "'-0.0'", "1", "'NaN'"])
    yield ["nullifzero", "a0"], ["decimal(10,2)"], rows(["0", "1.5"])
    yield ["nullifzero", "a0"], ["string"], rows(["'0'", "'1'"])
    yield ["zeroifnull", "a0"], ["int"], rows(["0", "1", "NULL"])
    yield ["zeroifnull", "a0"], ["double"], rows(["0.5", "NULL"])
    yield ["zeroifnull", "a0"], ["decimal(10,2)"], rows(["1.5", "NULL"])
    yield ["nanvl", "a0", "a1"], ["double", "double"], pairs(["1.5", "'NaN'", "NULL"], ["2.5", "'NaN'", "NULL"])
    yield ["nanvl", "a0", "a1"], ["float", "float"], pairs(["1.5", "'NaN'", "NULL"], ["2.5", "'NaN'", "NULL"])
    yield ["nanvl", "a0", "a1"], ["float", "double"], pairs(["1.5", "'NaN'", "NULL"], ["2.5"])
    yield ["nanvl", "a0", "a1"], ["int", "double"], [["1", "2"]]
    yield ["isnan", "a0"], ["double"], rows(["1.5", "'NaN'", "'Infinity'", "NULL"])
    yield ["isnan", "a0"], ["float"], rows(["1.5", "'NaN'", "NULL"])
    yield ["isnan", "a0"], ["int"], rows(["1"])
    yield ["equal_null", "a0", "a1"], ["int", "int"], pairs(["1", "2", "NULL"], ["1", "NULL"])
    yield ["equal_null", "a0", "a1"], ["int", "string"], [["1", "'1'"], ["NULL", "'1'"]]
    for kind in ("int", "string", "decimal(10,2)", "array<int>", "map<string,int>", "struct<a:int,b:string>", "timestamp", "double", "tinyint"):
        yield ["typeof", "a0"], [kind], [["NULL"]]
    yield ["typeof", lit("NULL")], [], [[]]
    yield ["assert_true", "a0"], ["boolean"], rows(BOOLEANS)
    yield ["assert_true", "a0", "a1"], ["boolean", "string"], pairs(BOOLEANS, ["'no'", "NULL"])
    yield ["raise_error", "a0"], ["string"], rows(["'boom'", "NULL", "''"])
    yield ["raise_error", lit("'boom'")], [], [[]]
    yield ["version"], [], [[]]
    for name in ("current_user", "user", "session_user", "current_database", "current_schema", "current_catalog"):
        yield [name], [], [[]]
    for name in ("monotonically_increasing_id", "spark_partition_id", "input_file_name"):
        yield [name], [], [[]]


def hash_cases():
    for name in ("hash", "xxhash64"):
        for kind in ("boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "decimal(10,2)", "decimal(38,18)", "decimal(38,0)", "string", "binary", "date", "timestamp", "array<int>", "struct<a:int,b:string>"):
            yield [name, "a0"], [kind], rows(VALUES[kind])
        yield [name, "a0", "a1"], ["int", "string"], [["1", "'a'"], ["NULL", "'a'"], ["1", "NULL"], ["NULL", "NULL"], ["7", "'abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz'"]]
        yield [name, "a0"], ["string"], rows([q("x" * n) for n in range(1, 40)])
        yield [name, "a0"], ["map<string,int>"], rows(["map('a', 1)"])
        yield [name, lit("NULL")], [], [[]]
    for name in ("md5", "sha", "sha1", "crc32"):
        yield [name, "a0"], ["binary"], rows(BINARIES)
        yield [name, "a0"], ["string"], rows(["'abc'", "''", "NULL"])
        yield [name, "a0"], ["int"], rows(["1"])
    yield ["sha2", "a0", "a1"], ["binary", "int"], pairs(BINARIES[:4] + ["NULL"], ["0", "224", "256", "384", "512", "1", "-1", "NULL"])
    yield ["sha2", "a0", lit("256")], ["string"], rows(["'abc'", "NULL"])
    yield ["base64", "a0"], ["binary"], rows(BINARIES + ["X'" + "61" * 60 + "'", "X'" + "61" * 57 + "'", "X'" + "FF" * 76 + "'"])
    yield ["base64", "a0"], ["string"], rows(["'abc'", "'\u00e9'"])
    yield ["unbase64", "a0"], ["string"], rows(texts("", "YWJj", "YWI=", "YQ==", "YQ", "YWI", "Y", "Y=", "YW Jj", "Y\nWJj", "!!", "YWJj=", "YQ==YQ==", "__--", "YWJjZA==\r\n", "\u00e9", "YW=Jj", "===="))
    charsets = ("'UTF-8'", "'utf-8'", "'US-ASCII'", "'ISO-8859-1'", "'UTF-16'", "'UTF-16BE'", "'UTF-16LE'", "'UTF-32'", "'latin1'", "'nope'", "'utf8'", "'windows-1252'")
    for charset in charsets:
        yield ["encode", "a0", lit(charset)], ["string"], rows(texts("", "abc", "\u00e9", "\u4e2d", "\U0001f600"))
        yield ["decode", "a0", lit(charset)], ["binary"], rows(["X''", "X'616263'", "X'C3A9'", "X'FF'", "X'FEFF0061'", "X'FFFE6100'", "X'00610062'", "X'0061FF'", "X'D83DDE00'", "NULL"])
    yield ["encode", "a0", "a1"], ["string", "string"], [["'a'", "'UTF-8'"], ["'a'", "NULL"], ["NULL", "'UTF-8'"], ["NULL", "'nope'"]]
    yield ["decode", "a0", lit("1"), lit("'one'"), lit("2"), lit("'two'"), lit("'other'")], ["int"], rows(["1", "2", "3", "NULL"])
    yield ["decode", "a0", lit("1"), lit("'one'")], ["int"], rows(["1", "2", "NULL"])
    yield ["decode", "a0", "a1", lit("'x'"), lit("'y'")], ["int", "int"], [["NULL", "NULL"], ["1", "1"], ["1", "2"]]
    for name in ("is_valid_utf8", "make_valid_utf8", "validate_utf8", "try_validate_utf8"):
        yield [name, ["cast", "a0", {"type": "string"}]], ["binary"], rows(BINARIES + ["X'61C3'", "X'E282'", "X'F09F98'", "X'C080'", "X'F8808080'", "X'E28261'", "X'6180BF62'"])
        yield [name, "a0"], ["string"], rows(["'abc'", "NULL"])
    for name in ("to_binary", "try_to_binary"):
        yield [name, "a0"], ["string"], rows(texts("616263", "61", "6", "zz", ""))
        for form in ("hex", "utf-8", "utf8", "base64", "HEX", "nope"):
            yield [name, "a0", lit(q(form))], ["string"], rows(texts("616263", "YWJj", "zz", "", "YQ", "\u00e9"))
        yield [name, "a0", "a1"], ["string", "string"], [["'61'", "'hex'"]]
        yield [name, "a0", lit("NULL")], ["string"], [["'61'"]]


SUBJECTS = texts("", "a", "abc", "abcabc", " abc ", "a,b,c", "a\U0001f600b", "\u00e9t\u00e9", "hello world", "ABC", "aXbXc", "\u4e2d\u6587", "tab\tx", "x" * 20)


def string_cases():
    broken = ["cast", "a0", {"type": "string"}]
    for name in ("ascii", "bit_length", "octet_length", "btrim", "trim", "ltrim", "rtrim", "initcap", "lcase", "lower", "ucase", "upper", "char_length", "character_length", "len", "length", "reverse", "soundex", "quote", "url_encode"):
        yield [name, "a0"], ["string"], rows(STRINGS + texts("  x  ", "hello  WORLD foo-bar", "it's", "a b&c=d/e?f+g~h*i", "Robert", "Rupert", "Honeyman", "Tymczak", "'q'", "back\\slash", "\u00e0b \u00e9c", "\u01c6x \u01c6"))
        yield [name, broken], ["binary"], rows(BINARIES[:-1] + ["X'61FF62'", "X'E28261'", "X'F09F98'"])
        yield [name, "a0"], ["int"], rows(["123", "-5", "NULL"])
    for name in ("bit_length", "octet_length", "length", "char_length", "reverse", "lower", "btrim"):
        yield [name, "a0"], ["binary"], rows(BINARIES)
    for name in ("btrim", "trim", "ltrim", "rtrim"):
        yield [name, "a0", "a1"], ["string", "string"], pairs(texts("xyabcyx", "aaa", "", "\U0001f600a\U0001f600", "\u00e9a\u00e9"), texts("xy", "a", "", "\U0001f600", "\u00e9"))
    yield ["btrim", "a0", "a1"], ["binary", "binary"], pairs(["X'616261'", "X''", "NULL"], ["X'61'", "X''", "NULL"])
    for name in ("char", "chr"):
        yield [name, "a0"], ["bigint"], rows(["0", "65", "127", "128", "255", "256", "321", "-1", "-65", "9223372036854775807", "NULL"])
        yield [name, "a0"], ["int"], rows(["65"])
    sep = texts(",", "")
    yield ["concat_ws", "a0", "a1", "a2"], ["string", "string", "string"], [[s, a, b] for s in sep for a in ("'a'", "''", "NULL") for b in ("'b'", "NULL")]
    yield ["concat_ws", "a0", "a1", "a2"], ["string", "array<string>", "string"], [[s, a, b] for s in sep for a in ("array('x', NULL, 'y')", "array()", "NULL") for b in ("'b'", "NULL")]
    yield ["concat_ws", "a0", "a1"], ["string", "int"], [["','", "5"]]
    yield ["concat_ws", "a0", "a1"], ["string", "array<int>"], [["','", "array(5)"]]
    yield ["concat_ws", "a0"], ["string"], rows(["','", "NULL"])
    for name in ("contains", "startswith", "endswith"):
        yield [name, "a0", "a1"], ["string", "string"], pairs(SUBJECTS, texts("", "a", "bc", "abc", "\U0001f600", "b"))
        yield [name, "a0", "a1"], ["binary", "binary"], pairs(BINARIES, ["X''", "X'61'", "X'FF'", "NULL"])
        yield [name, "a0", "a1"], ["int", "string"], [["123", "'1'"]]
        yield [name, "a0", "a1"], ["binary", "string"], [["X'61'", "'a'"]]
    yield ["elt", "a0", "a1", "a2"], ["int", "string", "string"], [[n, "'a'", "'b'"] for n in ("0", "1", "2", "3", "-1", "NULL")] + [["1", "NULL", "'b'"]]
    yield ["elt", "a0", "a1", "a2"], ["int", "binary", "binary"], [["2", "X'61'", "X'62'"]]
    yield ["elt", "a0", "a1", "a2"], ["int", "int", "string"], [["1", "5", "'b'"]]
    yield ["find_in_set", "a0", "a1"], ["string", "string"], pairs(texts("", "a", "b", "c", "a,b", "d"), texts("", "a,b,c", "a", ",", "a,,c", "ab,b"))
    places = ["0", "2", "5", "-1", "NULL"]
    for kind, values in (("double", ["0.0", "1234567.891", "-0.5", "2.5", "3.5", "0.125", "1e20", "'NaN'", "'Infinity'", "-1234.5", "1e-5", "'-0.0'", "NULL"]), ("int", ["0", "1234567", "-1234", "2147483647"]), ("bigint", LONGS), ("decimal(20,10)", ["1234567.8915", "-0.0000000001", "0.125", "2.5"]), ("float", ["1234.567", "0.1"]), ("decimal(38,18)", NUMERIC["decimal(38,18)"]), ("tinyint", ["5"])):
        yield ["format_number", "a0", "a1"], [kind, "int"], pairs(values, places)
    for form in ("", "#,###.00", "0000.0", "#.##%", "0.00E0", "$#,##0.00", "##,##,##0.0", "nope#'x'", "#", "00;(00)", "###,###", "0.0#", "\u20ac0"):
        yield ["format_number", "a0", "a1"], ["double", "string"], [[value, q(form)] for value in ("1234567.891", "-0.5", "0.125", "0.0", "NULL")]
    strings = (("%s", "string", STRINGS[:6] + ["NULL"]), ("[%10s]", "string", texts("abc", "abcdefghijklm")), ("[%-10s]", "string", texts("abc")), ("%.2s|", "string", texts("abc")), ("%S", "string", texts("abc", "\u00df")), ("%d", "int", ["0", "5", "-7", "2147483647", "NULL"]), ("%5d|%-5d|%05d|%+d|% d|%(d", "int6", ["0", "5", "-7", "1234567"]), ("%,d", "bigint", LONGS), ("%x %X %o", "int3", ["0", "255", "-1"]),
               ("%x", "bigint", ["-1", "255"]), ("%f", "double", ["0.0", "1.5", "-2.25", "1e10", "1e20", "'NaN'", "'Infinity'", "0.125", "NULL"]), ("%.2f", "double", ["0.125", "0.375", "2.675", "1e20", "-0.001", "1.005"]), ("%10.3f|", "double", ["3.14159"]), ("%,.2f", "double", ["1234567.891", "-1234.5"]), ("%e", "double", ["0.0", "12345.678", "1e-10", "1e100"]), ("%.3E", "double", ["12345.678"]), ("%g", "double", ["0.0001", "123456", "1e10", "0.0", "1e-5"]),
               ("%c", "int", ["65", "128512"]), ("%b", "boolean", BOOLEANS), ("%b", "string", ["'x'", "NULL"]), ("%h", "string", ["'abc'"]), ("%%", "int", ["1"]), ("%n", "int", ["1"]), ("%s", "int", ["5", "NULL"]), ("%s", "double", ["1.5", "1e10", "NULL"]), ("%s", "decimal(10,2)", ["1.50"]), ("%s", "boolean", BOOLEANS), ("%s", "bigint", LONGS[:3]), ("%s", "float", ["0.1"]), ("%.1f", "decimal(10,2)", ["1.25", "1.35", "-0.05"]), ("%.1f", "float", ["0.25", "0.35"]),
               ("%d", "double", ["1.5"]), ("%d", "string", ["'1'"]), ("%f", "int", ["1"]), ("%q", "int", ["1"]), ("%", "int", ["1"]), ("%2$s", "int", ["1"]), ("%1$s %1$s %<s", "string", ["'x'"]), ("%s %s", "int", ["1"]), ("%-d", "int", ["1"]), ("%d", "tinyint", ["5"]), ("%x", "tinyint", ["-1"]), ("%t", "int", ["1"]), ("%tY", "int", ["1"]), ("%08.2f", "double", ["-3.14159"]), ("%+.1f", "double", ["2.5", "-2.5"]), ("%5c|", "int", ["65"]), ("%a", "double", ["1.0"]), ("%#x", "int", ["255"]), ("x", "int", ["1"]))
    for name in ("format_string", "printf"):
        for form, kind, values in strings if name == "format_string" else strings[:2]:
            count = int(kind[3:]) if kind[:3] == "int" and kind[3:] else 1
            kind = "int" if kind[:3] == "int" else kind
            yield [name, lit(q(form)), *["a0"] * count], [kind], rows(values)
    yield ["format_string", "a0", "a1"], ["string", "int"], [["'%d!'", "1"], ["NULL", "1"], ["'%s'", "NULL"]]
    yield ["format_string", "a0"], ["string"], [["'abc'"], ["NULL"]]
    yield ["instr", "a0", "a1"], ["string", "string"], pairs(SUBJECTS, texts("", "a", "bc", "c", "\U0001f600", "b"))
    for name in ("locate", "position"):
        yield [name, "a0", "a1"], ["string", "string"], pairs(texts("", "a", "bc", "b"), SUBJECTS)
        yield [name, "a0", "a1", "a2"], ["string", "string", "int"], [[a, b, n] for a in texts("", "a", "c") for b in texts("abcabc", "", "a\U0001f600bc") for n in ("0", "1", "2", "4", "7", "-1", "NULL")]
    for name in ("left", "right"):
        yield [name, "a0", "a1"], ["string", "int"], pairs(SUBJECTS, ["0", "1", "2", "5", "-1", "100", "NULL"])
        yield [name, "a0", "a1"], ["string", "string"], [["'abc'", "'2'"]]
    yield ["left", "a0", "a1"], ["binary", "int"], pairs(BINARIES, ["0", "1", "-1", "2"])
    yield ["right", "a0", "a1"], ["binary", "int"], pairs(BINARIES[:3], ["1"])
    yield ["right", "a0", "a1"], ["int", "int"], [["123", "2"]]
    words = texts("", "kitten", "sitting", "a", "\u00e9t\u00e9", "a\U0001f600b", "ab")
    yield ["levenshtein", "a0", "a1"], ["string", "string"], pairs(words, words)
    yield ["levenshtein", "a0", "a1", "a2"], ["string", "string", "int"], [[a, b, n] for a in words[:3] for b in words for n in ("0", "2", "3", "10", "-1", "NULL")]
    for name in ("lpad", "rpad"):
        yield [name, "a0", "a1", "a2"], ["string", "int", "string"], [[s, n, p] for s in texts("", "hi", "a\U0001f600b") for n in ("0", "1", "2", "5", "8", "-1", "NULL") for p in texts("?", "xy", "", "\u4e2d\u6587")]
        yield [name, "a0", "a1"], ["string", "int"], [["'hi'", "5"], ["'hi'", "1"]]
        yield [name, "a0", "a1"], ["binary", "int"], [["X'6162'", "5"], ["X'6162'", "1"], ["NULL", "1"]]
        yield [name, "a0", "a1", "a2"], ["binary", "int", "binary"], [[s, n, p] for s in ("X'6162'", "X''") for n in ("0", "1", "5", "-1") for p in ("X'01'", "X'0203'", "X''", "NULL")]
        yield [name, "a0", "a1", "a2"], ["binary", "int", "string"], [["X'6162'", "5", "'x'"]]
    yield ["luhn_check", "a0"], ["string"], rows(texts("79927398713", "79927398714", "", "0", "4111111111111111", "4111 1111", "x", " 0", "\u0660"))
    yield ["mask", "a0"], ["string"], rows(STRINGS + texts("abcd-EFGH-8765-4321", "\u00e9\u00c9\u0661"))
    yield ["mask", "a0", lit("'Q'")], ["string"], rows(texts("abcd-EFGH-8765"))
    yield ["mask", "a0", lit("'Q'"), lit("'q'"), lit("'d'"), lit("'o'")], ["string"], rows(texts("abcd-EFGH-8765", "a b\u00e9", ""))
    yield ["mask", "a0", lit("NULL"), lit("'q'"), lit("NULL"), lit("'o'")], ["string"], rows(texts("abcd-EFGH-8765"))
    yield ["mask", "a0", lit("'QQ'")], ["string"], [["'a'"]]
    yield ["mask", "a0", "a1"], ["string", "string"], [["'A'", "'B'"]]
    yield ["overlay", "a0", "a1", "a2"], ["string", "string", "int"], [[s, r, n] for s in texts("Spark SQL", "") for r in texts("_", "CORE", "\u4e2d") for n in ("0", "1", "6", "20", "-1", "NULL")]
    yield ["overlay", "a0", "a1", "a2", "a3"], ["string", "string", "int", "int"], [["'Spark SQL'", "'ANSI '", n, l] for n in ("1", "7", "-1", "50") for l in ("0", "1", "-1", "4", "100", "NULL")]
    yield ["overlay", "a0", "a1", "a2", "a3"], ["binary", "binary", "int", "int"], [["X'616263'", "X'7A7A'", n, l] for n in ("0", "1", "2", "9") for l in ("-1", "0", "2")]
    urls = texts("http://user:pw@host.com:8080/path/a%20b;p=1/x.html?query=1&b=a%26c&query=2#frag", "http://spark.apache.org/path?query=1", "https://h", "ftp://h/p", "", "not a url", "/just/path?x=1#f", "mailto:a@b.c", "http://h/p?x=", "http://h/p?xquery=1", "http://h/[bad]", "http://h/p?a=b c", "http://[::1]:80/x", "http://h?q#", "file:///a/b", "http://\u00e9.com/\u00e9?\u00e9=1")
    parts = ("'HOST'", "'PATH'", "'QUERY'", "'REF'", "'PROTOCOL'", "'FILE'", "'AUTHORITY'", "'USERINFO'", "'host'", "'NOPE'", "NULL")
    for name in ("parse_url", "try_parse_url"):
        yield [name, "a0", "a1"], ["string", "string"], pairs(urls, parts)
        yield [name, "a0", lit("'QUERY'"), "a1"], ["string", "string"], pairs(urls, texts("query", "b", "x", "", "q.*"))
        yield [name, "a0", lit("'HOST'"), lit("'x'")], ["string"], rows(urls[:1])
    for name in ("url_decode", "try_url_decode"):
        yield [name, "a0"], ["string"], rows(texts("", "a+b%20c", "%C3%A9", "%zz", "%4", "%", "a%FFb", "%E4%B8%AD", "\u00e9", "%2", "abc%41", "%-1"))
    yield ["repeat", "a0", "a1"], ["string", "int"], pairs(texts("", "ab", "\u4e2d"), ["0", "1", "3", "-1", "NULL"])
    yield ["replace", "a0", "a1", "a2"], ["string", "string", "string"], [[s, f, t] for s in SUBJECTS for f in texts("", "a", "abc", "X") for t in texts("", "zz")]
    yield ["replace", "a0", "a1"], ["string", "string"], [["'abcabc'", "'b'"], ["'abc'", "NULL"]]
    yield ["space", "a0"], ["int"], rows(["0", "1", "5", "-1", "NULL"])
    delimiters = texts(",", "", "abc", ".", "X", "\U0001f600")
    for name in ("split_part",):
        yield [name, "a0", "a1", "a2"], ["string", "string", "int"], [[s, d, n] for s in texts("a,b,c", "abc", "", "1.2.3", "a\U0001f600b", ",") for d in delimiters for n in ("1", "2", "-1", "-3", "9", "NULL")]
        yield [name, "a0", "a1", "a2"], ["string", "string", "int"], [["'a,b'", "','", "0"]]
    yield ["substring_index", "a0", "a1", "a2"], ["string", "string", "int"], [[s, d, n] for s in texts("www.apache.org", "", "aaa", "a.b.", ".a", "\u4e2d.\u6587") for d in texts(".", "", "a", "aa", "org") for n in ("0", "1", "2", "3", "-1", "-2", "-9", "NULL")]
    for name in ("substr", "substring"):
        yield [name, "a0", "a1", "a2"], ["string", "int", "int"], [["'abcdef'", n, l] for n in ("1", "-3", "0", "9") for l in ("2", "0", "-1")]
    yield ["translate", "a0", "a1", "a2"], ["string", "string", "string"], [[s, f, t] for s in texts("AaBbCc", "", "a\U0001f600b", "\u00e9a") for f in texts("abc", "aab", "", "\U0001f600", "\u00e9a") for t in texts("123", "1", "", "\u4e2d\u6587")]
    yield ["translate", broken, lit("'a'"), lit("'b'")], ["binary"], rows(["X'61FF62'", "X'E28261'"])
    yield ["randstr", lit("5"), lit("0")], [], [[]]
    yield ["collation", "a0"], ["string"], rows(["'a'"])
    yield ["sentences", "a0"], ["string"], rows(["'Hi there. Bye.'"])
    for form, values in (("999", ["5", "-5", "1234", "5.5", "NULL"]), ("000.00", ["5", "-5.5", "1234.567"]), ("$9,999.99", ["1234.5", "0"]), ("S999", ["5", "-5"]), ("999MI", ["5", "-5"]), ("999PR", ["5", "-5"]), ("nope", ["1"]), ("", ["1"])):
        for name in ("to_char", "to_varchar"):
            yield [name, "a0", lit(q(form))], ["decimal(10,3)"], rows(values)
        for name in ("to_number", "try_to_number"):
            yield [name, "a0", lit(q(form))], ["string"], rows([q(value) for value in values if value != "NULL"] + texts("$1,234.50", "-5", "5-", "<5>", "12,34", "x", "", " 5 "))
    yield ["to_char", "a0", lit("'999'")], ["int"], rows(["5", "-5", "1234"])
    yield ["to_char", "a0", lit("'hex'")], ["binary"], rows(["X'FF'", "NULL"])
    yield ["to_char", "a0", lit("'yyyy'")], ["date"], rows(["DATE'2026-01-01'"])


PATTERNS = ["a", "b+", "(a)(b)?", "^a", "c$", "a|b", "[abc]+", "[^a]", ".", ".*", "", "\\d+", "\\w+", "\\s", "\\bfoo\\b", "a{2,3}", "(?i)ABC", "(?i)\u00c9", "(?iu)\u00c9", "a++", "(?<x>b)\\k<x>?", "[a-z&&[^b]]+", "[a-c[x-z]]+", "\\p{Alpha}+", "\\p{L}+", "\\p{javaLowerCase}+", "\\p{IsLatin}+", "\\p{InGreek}", "\\Qa.b\\E", "(?=a)", "(?<=a)b", "(?!a).", "\\u0041", "\\x41", "\\t", "\\R", "\\h", "\\X", "\\Aa", "c\\z", "c\\Z", "(?s).+", "(?m)^b$", "(?x) a b # c", "\\G", "[\\w&&[^\\d]]", "[]a]", "[a", "(", ")", "*", "a{,2}", "\\", "\\q", "(?P<n>a)", "(?#c)", "\\p{Nope}", "x*", "[a-\\d]", "\\N{LATIN SMALL LETTER A}", "\\0101", "\\cA", "\\e", "(a)\\1", "\\2", "a{2", "{a", "]", "}", "[[:alpha:]]", "(?:ab)+", "(?>a+)b", "\\D\\W\\S", "[.]", "[^\\s]", "\\p{Lu}\\p{javaWhitespace}?", "\\P{L}", "\\pL", "[\\p{L}--[a]]", "a.c", "$", "^", "\\$", "(?-i)a", "(?i:a)B", "\\x{1F600}", "\U0001f600", "[\U0001f600]", "\\v", "\\H", "\\Z", "(a+)+$", "(?u)\\w", "(?U)\\w+", "(?d)a.b"]
MATCHED = texts("", "a", "abc", "aab", "foo bar", "foobar", "ABC", "123", "a\nb\nc\n", "a.b", "\u00e9\u00c9", "\U0001f600b", "a1_", "\t \u00a0", "\u03b1", "A", "a\r\nb", "c\n", "aa\u2028b", "K\u212ak")


def regex_cases():
    for name in ("rlike", "regexp", "regexp_like"):
        for pattern in PATTERNS if name == "rlike" else PATTERNS[:2]:
            yield [name, "a0", lit(q(pattern))], ["string"], rows(MATCHED)
        yield [name, "a0", "a1"], ["string", "string"], pairs(MATCHED[:5], texts("a", "b+", "("))
    for pattern in PATTERNS:
        yield ["regexp_replace", "a0", lit(q(pattern)), lit("'-'")], ["string"], rows(MATCHED)
        yield ["regexp_extract_all", "a0", lit(q(pattern)), lit("0")], ["string"], rows(MATCHED)
        yield ["split", "a0", lit(q(pattern))], ["string"], rows(MATCHED)
    for replacement in ("$1", "[$0]", "\\$", "$2", "$9", "$", "\\", "$x", "$11", "\u4e2d", "$1$1", "${", "$a"):
        yield ["regexp_replace", "a0", lit("'(?<x>a)(b)?'"), lit(q(replacement))], ["string"], rows(texts("abc", "aab", "", "xyz"))
    yield ["regexp_replace", "a0", "a1", "a2"], ["string", "string", "string"], [[a, b, c] for a in texts("abc", "") for b in texts("b", "") for c in texts("x", "$0")]
    for place in ("1", "2", "5", "0", "-1", "100"):
        yield ["regexp_replace", "a0", lit("'a'"), lit("'-'"), lit(place)], ["string"], rows(texts("aXaXa", "", "\U0001f600aa"))
    yield ["regexp_replace", "a0", lit("'a'"), lit("'-'"), "a1"], ["string", "int"], [["'aa'", "2"]]
    for group in ("0", "1", "2", "3", "-1"):
        yield ["regexp_extract", "a0", lit("'(a)(b)?'"), lit(group)], ["string"], rows(texts("abc", "aab", "a", "", "xyz"))
        yield ["regexp_extract_all", "a0", lit("'(a)(b)?'"), lit(group)], ["string"], rows(texts("abc", "aabab", "a", "", "xyz"))
        yield ["regexp_instr", "a0", lit("'(a)(b)?'"), lit(group)], ["string"], rows(texts("abc", "xab", "a", "", "xyz", "\U0001f600a"))
    yield ["regexp_extract", "a0", lit("'([a-z]+)([0-9]+)'")], ["string"], rows(texts("abc123", "x"))
    yield ["regexp_extract_all", "a0", lit("'([a-z])([0-9])'")], ["string"], rows(texts("a1b2", "x"))
    yield ["regexp_extract", "a0", "a1", "a2"], ["string", "string", "int"], [["'abc'", "'(b)'", "1"], ["'abc'", "NULL", "1"], ["'abc'", "'('", "1"], ["NULL", "'('", "1"]]
    for name in ("regexp_count", "regexp_substr", "regexp_instr"):
        yield [name, "a0", lit("'a+'")], ["string"], rows(MATCHED)
        yield [name, "a0", lit("'x*'")], ["string"], rows(MATCHED)
        yield [name, "a0", "a1"], ["string", "string"], pairs(MATCHED[:5] + ["NULL"], texts("a", "b+", "("))
    for limit in ("0", "1", "2", "-1", "3"):
        for pattern in (",", "", "[,;]", "x*", "\\.", "|"):
            yield ["split", "a0", lit(q(pattern)), lit(limit)], ["string"], rows(texts("a,b,c", "", ",a,,b,,", "a;b,c", "abc", "\U0001f600b", "a.b.c", "a|b"))
    yield ["split", "a0", "a1", "a2"], ["string", "string", "int"], [["'a,b,c'", "','", "2"], ["'a'", "NULL", "1"], ["NULL", "','", "1"]]
    likes = ("abc", "a%", "%c", "a_c", "%", "", "_", "a\\%", "a\\_c", "\\", "a\\b", "%b%", "a%c", "__", "\\\\", "A%", "\u00e9%", "_\U0001f600")
    subjects = texts("", "abc", "a%", "a_c", "ABC", "a\\b", "\\", "a\nc", "\u00e9t\u00e9", "a\U0001f600", "ac", "\u00c9", "K\u212a", "\u0130", "\u00df")
    for name in ("like", "ilike"):
        for pattern in likes:
            yield [name, "a0", lit(q(pattern))], ["string"], rows(subjects)
        yield [name, "a0", "a1"], ["string", "string"], pairs(subjects[:3], texts("a%", "", "a\\"))
        for pattern, escape in (("a/%", "/"), ("a/b", "/"), ("/", "/"), ("//", "/"), ("a_c", "_"), ("a%", "")):
            yield [name, "a0", lit(q(pattern)), lit(q(escape))], ["string"], rows(subjects)
        yield [name, "a0", "a1"], ["int", "string"], [["123", "'1%'"]]


def refused(call, types):
    """The same call without arguments, with too many, and with an array in place of each column."""
    name, *args = call
    columns = [arg for arg in args if isinstance(arg, str)]
    yield [name], [], [[]]
    yield [name, *["a0"] * 9], ["string"], [["'a'"]]
    for column in dict.fromkeys(columns):
        kinds = list(types)
        kinds[int(column[1:])] = "array<int>"
        yield call, kinds, [["array(1)" if kind == "array<int>" else "NULL" for kind in kinds]]


OPERATORS = {"&", "|", "^", "~", "<<", ">>", ">>>", "div", "negative", "-"}


def cases():
    seen = set()
    for group in (math_cases, conditional_cases, hash_cases, string_cases, regex_cases):
        for call, types, values in group():
            yield call, types, values
            if call[0] not in seen and call[0] not in OPERATORS:
                yield from refused(call, types)
            seen.add(call[0])
