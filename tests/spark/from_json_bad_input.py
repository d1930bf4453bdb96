"""Bad input for record_from_json.py: bytes that are no UTF-8, texts that are no JSON, values at and beyond every limit.

A document is bytes, or a list of pieces where it is long: bytes, (bytes, times), or (bytes with %d, numbers) for each number from 0 on.
"""
import random

import canonical
import from_json_cases as cases

MANY = 1_000_000


def piece_bytes(piece):
    if isinstance(piece, bytes):
        return piece
    of, count = piece
    return b"".join(of % i for i in range(count)) if b"%d" in of else of * count


def expand(document):
    return b"".join(map(piece_bytes, document)) if isinstance(document, list) else document


def form(document):
    """How the input stands in the recording: short ones as they are, long ones as {"parts": [text | {"b64"} | {"of", "times"}]}."""
    if document is None or isinstance(document, bytes):
        return None if document is None else canonical.text(document)
    return {"parts": [canonical.text(piece) if isinstance(piece, bytes) else {"of": canonical.text(piece[0]), "times": piece[1]} for piece in document]}


# ---- bytes that are not UTF-8 -----------------------------------------------------------------------------------------

SEQUENCES = {
    "truncated": [b"\xc3", b"\xe2", b"\xe2\x82", b"\xf0", b"\xf0\x9f", b"\xf0\x9f\x98"],
    "overlong": [b"\xc0\x80", b"\xc0\xa2", b"\xc1\xbf", b"\xe0\x80\xaf", b"\xe0\x9f\xbf", b"\xf0\x80\x80\xaf", b"\xf0\x8f\xbf\xbf"],
    "surrogates": [b"\xed\xa0\x80", b"\xed\xaf\xbf", b"\xed\xb0\x80", b"\xed\xbf\xbf", b"\xed\xa0\xbd\xed\xb8\x80"],
    "beyond": [b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xf7\xbf\xbf\xbf", b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80", b"\xfe", b"\xff", b"\xfe\xff"],
    "stray": [b"\x80", b"\xbf", b"\x80\x80\x80", b"\xc3\xa9\x80"],
    "wrong end": [b"\xc3\x28", b"\xe2\x28\xa1", b"\xe2\x82\x28", b"\xf0\x9f\x28\x80", b"\xc3\xc3\xa9", b"\xe2\x82\xe2\x82\xac"],
    "good limits": [b"\x7f", b"\xc2\x80", b"\xdf\xbf", b"\xe0\xa0\x80", b"\xed\x9f\xbf", b"\xee\x80\x80", b"\xef\xbf\xbd", b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"\xf0\x90\x80\x80", b"\xf4\x8f\xbf\xbf"],
}
UTF8_SCHEMA = "b STRING, n INT, m MAP<STRING,STRING>, x BINARY, d DATE"
PLACES = [b'{"b":"~","n":7}', b'{"b":"0123456789abcdef~0123456789abcdef","n":7}', b'{"b":"x\\n~\\n","n":7}', b'{"b~":"x","b":"y","n":7}', b'{"z":"~","n":7}', b'{"z":{"~":["~"]},"n":7}', b'{"m":{"~":"~"},"n":7}',
          b'{"b":{"k":"~"},"n":7}', b'{"b":["~",1.0],"n":7}', b'~{"n":7}', b'{"n":7}~', b'{"n":7~}', b'{"n":~7}', b'{~"n":7}', b'{"n"~:7}', b'{"n":7,"b":"~', b'{"n":7,"b":"x"~', b'{"x":"AQ~==","n":7}', b'{"d":"2026-01-0~","n":7}', b'{"b":tru~,"n":7}', b"~"]


def broken_utf8():
    return [place.replace(b"~", sequence) for kind in SEQUENCES.values() for sequence in kind for place in PLACES]


# ---- a megabyte -------------------------------------------------------------------------------------------------------

LARGE_SCHEMA = "b STRING, n INT, l ARRAY<INT>, m MAP<STRING,INT>, d DOUBLE, e DECIMAL(38,18), t TIMESTAMP, x BINARY, y DATE"


def large():
    out = []
    field = lambda name, *value: out.append([b'{"n":7,"' + name + b'":', *value, b',"d":2.5}'])
    for unit in (b"x", b"\xc3\xa9", b"\\n", b"\\u0041", b"\\ud83d\\ude00", b"\xf0\x9f\x98\x80", b"\xff", b" ", b"\\\\", b"\xed\xa0\x80"):
        for name in (b"b", b"z"):
            field(name, b'"', (unit, MANY // len(unit)), b'"')
    field(b"b", b'"', (b"x", MANY), b"\\x", b'"')
    field(b"b", b'"', (b"x", MANY), b"\n", b'"')
    field(b"z", b'"', (b"x", MANY), b"\\ud800", b'"')
    out.append([b'{"n":7,"b":"', (b"x", MANY)])
    out.append([b'{"n":7,"z":"', (b"x", MANY)])
    for name in (b"n", b"l", b"m", b"d", b"e", b"t", b"x", b"y"):
        field(name, b'"', (b"1", MANY), b'"')
    field(b"x", b'"', (b"AQID", MANY // 4), b'"')
    field(b"x", b'"', (b"AQID", MANY // 4), b'=="')
    field(b"m", b'{"', (b"k", MANY), b'":1}')
    out.append([b'{"', (b"k", MANY), b'":1,"n":7}'])
    out.append([b'{"b":"x","', (b"k", MANY)])
    for length in (49_999, 50_000, 50_001):
        out.append([b'{"', (b"k", length), b'":1,"n":7}'])
        out.append([b'{"m":{"', (b"k", length), b'":1},"n":7}'])
        out.append([b'{"', (b"\xc3\xa9", length), b'":1,"n":7}'])
        out.append([b'{"b":{"', (b"k", length), b'":1},"n":7}'])
    for name in (b"b", b"n", b"l", b"d", b"e", b"t", b"x", b"z"):
        field(name, (b"1", MANY))
    for number in ([b"-", (b"1", MANY)], [b"0.", (b"1", MANY)], [b"1e", (b"0", MANY), b"1"], [(b"0", MANY)], [(b"-", MANY)], [b"1.", (b"0", MANY), b"1"], [(b"1", MANY), b".5"], [(b".", MANY)]):
        for name in (b"d", b"z", b"n"):
            field(name, *number)
    ones = (b"1,", MANY // 2)
    for name in (b"l", b"b", b"z", b"n"):
        field(name, b"[", ones, b"2]")
        field(name, b"[", ones, b'"x"]')
        out.append([b'{"n":7,"' + name + b'":[', ones])
    field(b"b", b"[", (b'"\xc3\xa9\\n" , ', MANY // 10), b"2]")
    field(b"b", b"[", (b"1.50,", MANY // 5), b"2]")
    field(b"l", b"[", (b"null,", MANY // 5), b"2]")
    field(b"l", b"[", (b"[],", MANY // 3), b"2]")
    keys = (b'"k%d":1,', 80_000)
    for name in (b"m", b"b", b"z"):
        field(name, b"{", keys, b'"n":2}')
        field(name, b"{", keys, b'"n":"x"}')
    out.append([b"{", keys, b'"n":7}'])
    out.append([b"{", (b'"n":%d,', 100_000), b'"n":7}'])
    out.append([b"{", (b'"n":"x",', 100_000), b'"b":"y"}'])
    out.append([b"{", (b'"b":"%d",', 80_000), b'"n":7}'])
    out.append([b'{"m":{', (b'"k":%d,', 80_000), b'"k":7}}'])
    for space in (b" ", b"\n", b"\r\n", b"\t", b"\r"):
        blank = (space, MANY // len(space))
        out += [[blank], [blank, b'{"n":7}'], [b'{"n":7}', blank], [b'{"n":', blank, b"7}"], [b'{"n":7', blank, b"}"], [b"{", blank, b'"n":7}'], [b'{"n"', blank, b":7}"], [b'{"b":[1,', blank, b'2],"n":7}'], [b'{"n":7', blank]]
    for unit in (b'"', b"\\", b",", b":", b"{", b"[", b"}", b"]", b"\0", b"\xff", b"x", b"1", b"-", b"'", b'{"n":', b'{"n":{', b'[{"n":', b'{"n":7}', b'{"n":7},', b"/", b"\xef\xbb\xbf", b"\xed\xa0\x80"):
        out.append([(unit, MANY // len(unit))])
    return out


# ---- nesting ----------------------------------------------------------------------------------------------------------

DEEP_SCHEMA = "a INT, b STRING, l ARRAY<ARRAY<INT>>, m MAP<STRING,MAP<STRING,INT>>, s STRUCT<s: STRUCT<s: INT>>, c DOUBLE"
SHAPES = [(b"[", b"1", b"]"), (b'{"s":', b"1", b"}"), (b'[{"s":', b"1", b"}]"), (b'{"s":[', b'"x"', b"]}"), (b"[1,[", b"", b"],2]"), (b'{"k":1,"s":', b"null", b',"l":2}')]


def deep():
    out = []
    for depth in (31, 32, 33, 34, 499, 500, 998, 999, 1000, 1001, 10_000):
        for open_, middle, close in SHAPES:
            levels = max(1, depth // (2 if len(open_) > 5 and b"[" in open_ or open_ == b"[1,[" else 1))
            nest = [(open_, levels), middle, (close, levels)]
            out.append(nest)
            for name in (b"b", b"z", b"l", b"m", b"s", b"a"):
                out.append([b'{"a":1,"' + name + b'":', *nest, b',"c":2.5}'])
            out.append([b'{"a":1,"b":', (open_, levels)])
            out.append([b'{"a":1,"z":', (open_, levels), middle, (close, levels - 1)])
    return out


def nested_type(depth):
    kind = "INT"
    for _ in range(depth):
        kind = f"STRUCT<s: {kind}>"
    return kind


# ---- wrong types below the top, limits of numbers --------------------------------------------------------------------------

WRONG = ["null", "true", "0", "-1", "1.5", "1e400", "123456789012345678901234567890", '""', '"x"', '"1"', '"true"', '"2026-01-31"', '"2026-01-31T12:34:56Z"', '"AQID"', '"NaN"', "NaN", "[]", "[1]", '["x"]', "{}", '{"a":1}', '{"k":"x"}', "x", "tru", "'q'", '"\\x"', "-", "1."]


def wrong(kind):
    schema = f"s STRUCT<v: {kind}, w: INT>, l ARRAY<{kind}>, m MAP<STRING,{kind}>, z STRING"
    shapes = ('{"s":{"v":~,"w":1},"z":"end"}', '{"l":[~],"z":"end"}', '{"m":{"k":~},"z":"end"}', '{"s":{"w":1,"v":~},"l":[~,~],"m":{"k":~,"l":~},"z":~}')
    return schema, [shape.replace("~", token).encode() for token in WRONG for shape in shapes]


LIMIT_TYPES = ["BYTE", "SHORT", "INT", "LONG", "FLOAT", "DOUBLE", "DECIMAL(38,0)", "DECIMAL(38,38)", "DECIMAL(1,0)", "DECIMAL(1,1)", "DECIMAL(18,9)", "DECIMAL(19,9)", "STRING", "TIMESTAMP", "TIMESTAMP_NTZ", "DATE", "BOOLEAN"]


def limit_numbers():
    out = []
    for bits in (7, 8, 15, 16, 24, 31, 32, 53, 63, 64, 96, 127, 128):
        for value in (2**bits - 1, 2**bits, 2**bits + 1, -(2**bits) + 1, -(2**bits), -(2**bits) - 1):
            out += [f"{value}", f"{value}.0", f"{value}e0", f"{value}.5"]
    for digits in (15, 16, 17, 18, 19, 20, 37, 38, 39, 308, 309, 310):
        out += ["9" * digits, "-" + "9" * digits, "1" + "0" * digits, "0." + "9" * digits, "0." + "0" * digits + "5", "9" * digits + ".5", f"1e{digits}", f"-1e-{digits}", "1" + "0" * digits + f"e-{digits}"]
    out += ["0", "-0", "0.0", "-0.0", "0e0", "-0e0", "0e999999999", "0.5", "-0.5", "0.05", "0.95", "0.94", "9.5", "9.4", "-9.5", "1e0", "1E+0", "1e-0", "1e00000000000000000001", "0.00000000000000000000000000000000000000000000000000001",
            "1.4e-45", "0.7e-45", "7.006492321624085e-46", "7.006492321624086e-46", "3.4028235677973366e38", "3.4028235677973365e38", "3.4028234663852886e38", "1.17549421e-38", "1.00000017881393432617187499", "1.00000017881393432617187500", "1.00000017881393432617187501", "16777217.0", "16777219", "33554431",
            "4.9406564584124654e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "2.2250738585072011e-308", "2.2250738585072014e-308", "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "9007199254740992.5", "9007199254740993.0", "9007199254740993.00000000000000000000000001", "0.1e1", "123456789012345678", "1234567890123456.7", "12345678901234567e1", "8.5", "0.30000000000000004", "1e23", "8.41e21", "5e-324", "9.5367431640625e-7",
            "9223372036854775807000000", "9223372036854.775807", "253402300799", "253402300800", "-62135596800", "-62135596801", "9223372036854", "9223372036855", "-9223372036854", "-9223372036855", "18446744073709", "1e12", "12345678901.5"]
    return list(dict.fromkeys(out))


# ---- nothing, NUL, byte order marks, names that come twice ------------------------------------------------------------------

BOM = b"\xef\xbb\xbf"
SMALL_SCHEMAS = ["a INT, b STRING", "a INT, b STRING, _corrupt_record STRING", "ARRAY<INT>", "MAP<STRING,STRING>", "ARRAY<STRUCT<a: INT, b: STRING>>"]


def small():
    out = [None, b"", b"null", b'"null"', b" null", b"null ", b"nul", b"nulll", b"null null", b"NULL", b"[null]", b"{null}", b'{"a":null,"b":null}', b'{"a":"null","b":"null"}', b'{"null":null}', b"None", b"undefined", b"{}", b"[]", b"[{}]", b"{} {}", b'""', b"''", b" ", b"\0", b"\0\0\0\0", b"\0null", b"null\0", b"\0{}", b"{}\0", b"{\0}"]
    good = b'{"a":1,"b":"x"}'
    for at in range(len(good) + 1):
        for thing in (b"\0", BOM, b"\x01", b"\x1f", b"\x7f", b"\xc2\x85", b"\xe2\x80\xa8"):
            out.append(good[:at] + thing + good[at:])
        out += [good[:at] + b"\0" + good[at + 1:], good[:at] + good[at + 1:], good[:at] + good[at:at + 1] + good[at:]]
    for mark in (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff", b"\xff\xfe\0\0", BOM + BOM, b"+/v8", b"\xf7\x64\x4c", b"\xdd\x73\x66\x73", b"\x0e\xfe\xff", b"\xfb\xee\x28", b"\x84\x31\x95\x33"):
        out += [mark, mark + good, good + mark]
    for code in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp1252"):
        out += ['{"a":1,"b":"\u00e9"}'.encode(code), "[1,2]".encode(code)]
    names = ['"a":1', '"a":2', '"a":null', '"a":"x"', '"b":"y"', '"b":5', '"b":{"a":3}', '"\\u0061":4', '"a":bad', '"A":6']
    out += [("{" + first + "," + second + "}").encode() for first in names for second in names]
    out += [("{" + ",".join((first, second, '"a":9')) + "}").encode() for first in names[:4] for second in names[:4]]
    return out


# ---- what comes to stand where Jackson's buffer of 4,000 characters ends ----------------------------------------------------

BOUNDARY_SCHEMA = "a INT, b STRING, c DOUBLE"
BOUNDARY_TOKENS = [b"1", b"-12", b"1.5", b"1.x", b"1.", b"1x", b"1e5", b"1e", b"1ex", b"1e+", b"1e+x", b"01", b"0", b"00", b"-", b"-x", b"-01", b"--1", b".5", b"12345", b"true", b"tru", b"truex", b"nul", b"null", b"NaN", b"NaNx", b"-Infinity", b"-INF", b"+INF", b"Infinit", b"x", b"xyz", b'"q"', b'"\\n"', b'"\\x"', b'"\\u0041"', b'"\\u00g"', b"'q'", b"[1,2]", b"[1,x]", b'{"k":1.x}', b"\xf0\x9f\x98\x80", b'"\xf0\x9f\x98\x80"', b"1\xf0\x9f\x98\x80"]


def boundary():
    out = []
    for end in (4000, 8000):
        for token in BOUNDARY_TOKENS:
            for name in (b"a", b"z", b"c") if end == 4000 else (b"a",):
                for before in range(-1, min(len(token), 7) + 2):
                    head, tail = b'{"p":"', b'","' + name + b'":'
                    fill = end - before - len(head) - len(tail)
                    out.append([head, (b"x", fill), tail + token + b',"b":"y","c":2}'])
    return out


# Inside a declared field an error spoils that field only, and Spark reads on from where Jackson stopped.
NESTED_SCHEMA = "l ARRAY<INT>, s STRUCT<k: INT>, t STRING, b STRING, c DOUBLE"
NESTED_TOKENS = [b"1.x", b"1.", b"1x", b"1ex", b"1e", b"1e+x", b"-x", b"-", b"--1", b"01", b"00", b"-01", b"0.x", b"0x", b".5", b"+1", b"+x", b"-Ix", b"+INx", b"12345.x", b"truex", b"tru", b"x", b'"\\x"', b'"\\u00g"', b"'q", b"1.5", b"-0", b"77"]


def boundary_nested():
    out = []
    for token in NESTED_TOKENS:
        for name, open_, close in ((b"l", b"[", b",2]"), (b"s", b'{"k":', b"}"), (b"t", b"[", b",2]")):
            for before in range(-1, min(len(token), 7) + 2):
                head, tail = b'{"p":"', b'","' + name + b'":' + open_
                fill = 4000 - before - len(head) - len(tail)
                out.append([head, (b"x", fill), tail + token + close + b',"b":"y","c":2}'])
    return out


# ---- damage without a plan ------------------------------------------------------------------------------------------------

RANDOM_SCHEMAS = ["a INT, b STRING, c DOUBLE, d TIMESTAMP", "a LONG, b STRUCT<a: INT, b: STRING>, c ARRAY<STRING>, d MAP<STRING,DOUBLE>", "a STRING, b DECIMAL(10,2), c DATE, d BINARY"]
SEEDS = [b'{"a":1,"b":"x","c":2.5,"d":"2026-01-31T12:34:56.789Z"}', b'{"a": -12, "b": {"a": 3, "b": "y"}, "c": ["p", 1.0, null], "d": {"k": 1e3, "l": -0.5}}', b'{"c":["\\u00e9",[1,{"x":"\xc3\xa9"}]],"a":9223372036854775807,"d":{"":0},"b":{"b":"\\\\","z":[]}}', b"[{'a':NaN},{\"b\":tru}]",
         b'{"b":123.456,"a":{"q":[1 , 2.50 ,"\\n"]},"c":"2026-02-28","d":"AQIDBA=="}', b'{"z":{"a":[true,false,null,{"b":-1.5E+10}]},"a":0,"b":"\\ud83d\\ude00","c":1e-7,"d":1767225600}']
PIECES = [b"{", b"}", b"[", b"]", b'"', b",", b":", b"\\", b"'", b"/", b"0", b"1", b"-", b".", b"e", b"n", b"null", b"true", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\0", b"\n", b" ", b"\\u", b"\\ud800", b'"a":', b"//", b"NaN", b"\xef\xbb\xbf", b"+", b"x"]


def damaged(seed, count):
    dice = random.Random(seed)
    out = []
    for _ in range(count):
        document = bytearray(dice.choice(SEEDS))
        for _ in range(dice.randint(1, 4)):
            at, span = dice.randrange(len(document) + 1), dice.choice((1, 1, 1, 2, 5))
            act = dice.randrange(6)
            if act == 0:
                del document[at:at + span]
            elif act == 1:
                document[at:at] = dice.choice(PIECES)
            elif act == 2:
                document[at:at + 1] = dice.choice(PIECES)
            elif act == 3:
                document[at:at] = bytes([dice.randrange(256)])
            elif act == 4:
                other = dice.choice(SEEDS)
                begin = dice.randrange(len(other))
                document[at:at] = other[begin:begin + dice.randrange(12)]
            else:
                document[at:at] = document[at:at + dice.randrange(12)]
        out.append(bytes(document))
    for _ in range(count // 8):
        out.append(dice.randbytes(dice.randrange(48)))
        out.append(b"".join(dice.choice(PIECES) for _ in range(dice.randrange(16))))
    return out


def every():
    """(schema, options, documents), a query for each."""
    groups = [(UTF8_SCHEMA, {}, broken_utf8()), (DEEP_SCHEMA, {}, deep())]
    groups += [(nested_type(40)[7:-1].replace("s: ", "s ", 1), {}, [[(b'{"s":', depth), b"1", (b"}", depth)] for depth in (1, 31, 32, 33, 39, 40, 41, 60)])]
    groups += [(*wrong(kind)[:1], {}, wrong(kind)[1]) for kind in cases.TYPES[:14]]
    groups += [(f"v {kind}", {}, [b'{"v":%s}' % token.encode() for token in limit_numbers()]) for kind in LIMIT_TYPES]
    groups += [(schema, {}, small()) for schema in SMALL_SCHEMAS]
    groups += [(BOUNDARY_SCHEMA, {}, boundary()), (NESTED_SCHEMA, {}, boundary_nested())]
    groups += [(schema, {}, damaged(index, 600)) for index, schema in enumerate(RANDOM_SCHEMAS)]
    groups += [("a STRING, b INT", {"allowUnquotedFieldNames": "true", "allowComments": "true", "allowNumericLeadingZeros": "true", "allowBackslashEscapingAnyCharacter": "true", "allowUnquotedControlChars": "true"}, damaged(100, 400))]
    documents = large()
    groups += [(LARGE_SCHEMA, {}, documents[start:start + 20]) for start in range(0, len(documents), 20)]
    return groups
