"""The inputs that record_from_json.py asks real Spark about."""
import base64

# Every type against every token, as {"v":TOKEN} with the schema `v TYPE`.
TYPES = ["BOOLEAN", "BYTE", "SHORT", "INT", "LONG", "FLOAT", "DOUBLE", "DECIMAL(10,2)", "DECIMAL(38,18)", "STRING", "BINARY", "DATE", "TIMESTAMP",
         "TIMESTAMP_NTZ", "ARRAY<INT>", "ARRAY<STRING>", "MAP<STRING,INT>", "MAP<STRING,STRING>", "STRUCT<a: INT, b: STRING>",
         "STRUCT<s: STRUCT<a: INT, b: STRING>, n: INT>", "ARRAY<STRUCT<a: INT, b: STRING>>", "MAP<STRING,STRUCT<a: INT>>", "ARRAY<ARRAY<INT>>"]
ZONED_TYPES = ["DATE", "TIMESTAMP", "TIMESTAMP_NTZ", "STRING"]

NUMBERS = ["0", "-0", "1", "12", "-5", "127", "128", "-128", "-129", "255", "32767", "32768", "-32768", "-32769", "2147483647", "2147483648",
           "-2147483648", "-2147483649", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
           "12345678901234567890123", "99999999.99", "99999999.995", "99999999.994", "100000000", "-99999999.995", "0.005", "0.015", "0.025", "0.0049",
           "-0.005", "12345678901234567890.123456789012345678", "12345678901234567890.1234567890123456785", "123456789012345678901",
           "0.1", "0.3", "1.0", "1.10", "1.5", "2.5", "-0.0", "1.999", "1e3", "1E3", "1e+3", "1e-3", "1E5", "1e0", "1.0e2", "-1.5E+2", "1e400", "-1e400", "1e-400",
           "3.4028235e38", "3.4028236e38", "1e39", "1e-45", "1e-46", "16777217", "16777216.5", "1.7976931348623157e308", "1.7976931348623159e308",
           "4.9e-324", "2.4e-324", "2.2250738585072012e-308", "0.1234567890123456789", "9007199254740993", "123456789.125", "1.17549435e-38",
           "007", "00", "-01", "+1", ".5", "-.5", "1.", "1.e3", "0x10", "1_000", "1e", "1e+", "--1", "-", "1f", "1d", "1L"]
NON_NUMBERS = ["NaN", "-NaN", "+NaN", "nan", "Infinity", "-Infinity", "+Infinity", "infinity", "INF", "-INF", "+INF", "Inf"]
WORDS = ["null", "true", "false", "True", "TRUE", "NULL", "nul", "truex", "undefined", "None"]
NUMBER_TEXTS = ["", " ", "abc", "0", "1", "-1", "+1", "1.0", "1.5", "1e3", " 1 ", " 1", "1 ", "007", "0x10", "128", "2147483648", "9223372036854775808", "1,000",
                "1,234.5", "1_000", ".5", "5.", "1e400", "1e39", "1d", "1f", "1.5f", "1L", "99999999.995", "12345678901234567890.1234567890123456785", "true", "false", "TRUE", "t", "yes", "null",
                "NaN", "nan", "-NaN", "+NaN", "Infinity", "-Infinity", "+Infinity", "infinity", "INF", "+INF", "-INF", "Inf", "\u0661", "\uff11"]
BASE64_TEXTS = ["AQID", "aGVsbG8=", "aGVsbG8", "aGVsbG8==", "aGVs bG8=", "aGVs\\nbG8=", "-_-_", "+/+/", "####", "A", "AB", "ABC", "ABCD", "====", "AQID\\u0000", "\u00e9"]
DATE_TEXTS = ["2026-01-01", "2026-1-1", "2026-01-1", "2026-1-01", "26-01-01", "02026-01-01", "20260101", "2026", "2026-01", "2026-1", "2026-01-01T00:00:00Z", "2026-01-01T23:59:59-05:00", "2026-01-01 12:34:56",
              "2026-01-01T", "2026-01-01 ", " 2026-01-01", "2026-01-01x", "2026-02-29", "2024-02-29", "2026-02-30", "2026-13-01", "2026-00-10", "2026-01-32", "2026-04-31", "9999-12-31", "10000-01-01",
              "+10000-01-01", "123456-01-01", "1234567-01-01", "5881580-07-11", "5881580-07-12", "0001-01-01", "0000-01-01", "-0001-01-01", "1582-10-04", "1582-10-05", "1582-10-10", "1582-10-14", "1582-10-15",
              "1900-01-01", "1969-12-31", "1970-01-01", "2026/01/01", "01-01-2026", "Jan 1, 2026", "epoch", "now", "today", "yesterday", "tomorrow", "2026-01-01Z", "20454", "1767225600", "\u0662\u0660\u0662\u0666-01-01"]
TIME_TEXTS = (["2026-01-01T12:34:56" + ("." + "123456789987"[:digits] if digits is not None else "") + "Z" for digits in [None, *range(0, 11)]]
              + ["2026-01-01T12:34:56" + "." + "1234567"[:digits] for digits in range(1, 8)]
              + ["2026-01-01 12:34:56" + offset for offset in
                 ["", "Z", "z", "+02:00", "-02:00", "+0200", "+02", "+2", "+2:00", "+02:0", "+2:0", "-18:00", "+18:00", "+18:01", "+19:00", "-19:00", "+05:30", "+05:30:15", "+01:02:03", "+02:60", " +02:00", "UTC", " UTC", "GMT", "GMT+2", "UTC+02:00", "UT", "Zulu", "Europe/Berlin",
                  " Europe/Berlin", "[Europe/Berlin]", "+01:00[Europe/Berlin]", "America/New_York", "CET", "EST", "PST", "PST8PDT", "Etc/GMT+5", "europe/berlin", "Mars/Phobos", " Z", "  Z", " ", "X"]]
              + ["2026-01-01T12:34:56,123Z", "2026-01-01T12:34:56.Z", "2026-01-01T12:34:56.1234567Z", "2026-01-01T12:34:56.0000009Z", "2026-01-01T12:34:56.1 Z",
                 "2026-01-01T12:34", "2026-01-01T12:34Z", "2026-01-01 12:34", "2026-01-01T12", "2026-01-01T12Z", "2026-01-01T1:2:3", "2026-01-01T1:2:3Z", "2026-1-1T1:2:3Z", "2026-1-1 1:2:3.5", "2026-01T00:00:00Z", "2026T00:00:00Z", "2026-01-01t12:34:56z",
                 "2026-01-01T24:00:00", "2026-01-01T24:00:00Z", "2026-01-01T23:59:60", "2026-01-01T23:59:60Z", "2026-01-01T23:60:00Z", "2026-01-01T25:00:00Z", "2026-01-01T12:34:56Z ", " 2026-01-01T12:34:56Z", "\\t2026-01-01T12:34:56Z\\n",
                 "2026-02-30T00:00:00Z", "2026-02-29T12:00:00", "2024-02-29T12:00:00Z", "2026-13-01T00:00:00Z", "20260101T123456Z", "20260101 12:34:56", "2026-01-01T123456Z", "2026-01-01  12:34:56", "2026-01-01_12:34:56", "2026-01-01T12:34:56.123456789123Z",
                 "12:34:56", "T12:34:56", "12:34:56Z", "T12:34:56+02:00", "12:34", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999-18:00", "10000-01-01T00:00:00Z", "+10000-01-01T00:00:00Z", "294247-01-10T04:00:54.775807Z", "294247-01-10T04:00:54.775808Z", "294248-01-01T00:00:00Z",
                 "999999-12-31T00:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "-290308-12-21T19:59:05.224192Z", "-290308-12-21T19:59:05.224191Z", "1582-10-10T00:00:00Z", "1582-10-04T23:59:59Z", "1883-11-18T12:03:57", "1883-11-18T12:03:58", "1900-01-01T00:00:00", "1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00Z",
                 "2026-03-08T01:59:59", "2026-03-08T02:30:00", "2026-03-08T03:00:00", "2026-11-01T01:30:00", "2026-11-01T01:30:00-05:00", "2026-03-29T02:30:00Europe/Berlin", "2026-10-25T02:30:00 Europe/Berlin",
                 "Thu, 01 Jan 2026 12:34:56 GMT", "2026-01-01T12:34:56.123+02:00", "2026-01-01T12:34:56.123456+02:00", "2026-01-01T12:34:56.5Europe/Paris", "2026-01-01T12:34:56+0530", "1767225600000", "1767225600.5", "-1",
                 "epoch", "now", "2026-01-01T12:34:56.999999999Z", "2026-01-01T12:34:56\\u0000Z"])
TIME_NUMBERS = ["1767225600", "1767225600.5", "1767225600.0", "1767225600000", "1767225600000000", "9223372036854", "9223372036855", "-9223372036855", "9223372036854775", "-1", "-1.5", "20454"]
NESTED = ["[]", "{}", "[1]", "[1,2,3]", "[1,null,3]", "[1,\"x\",3]", "[\"x\",1,2]", "[1.0,2]", "[\"1\"]", "[\"a\",\"b\"]", "[true,false]", "[null]", "[[]]", "[[1],[2,3]]", "[[1],2]", "[[1],null,[\"x\"],[4]]", "[1,2147483648,3]",
          "{\"a\":1}", "{\"a\":1,\"b\":\"x\"}", "{\"b\":\"x\",\"a\":1}", "{\"a\":\"x\",\"b\":\"y\"}", "{\"a\":1.5,\"b\":\"y\"}", "{\"a\":null,\"b\":null}", "{\"b\":2}", "{\"c\":3}", "{\"a\":1,\"c\":3}", "{\"A\":1}", "{\"a\":1,\"a\":2}",
          "{\"a\":1,\"a\":\"x\"}", "{\"a\":\"x\",\"a\":1}", "{\"a\":{\"x\":1}}", "{\"a\":[1]}", "{\"b\":{\"x\": [1, 2.0, \"q\\n\"]}}", "{\"b\":[1, 2]}", "{\"\":1}", "{\"a\":1,\"b\":2,\"c\":null}", "{\"k\":\"x\",\"l\":2}",
          "[{}]", "[{\"a\":1}]", "[{\"a\":1,\"b\":\"x\"},{\"a\":2}]", "[{\"a\":\"x\",\"b\":\"y\"},{\"a\":2}]", "[{\"a\":1},null]", "[{\"a\":1},2]", "[{\"a\":1},[]]", "[{\"a\":1},[{\"a\":2}]]",
          "{\"s\":{\"a\":1,\"b\":\"x\"},\"n\":2}", "{\"s\":{\"a\":\"bad\",\"b\":\"x\"},\"n\":2}", "{\"s\":null,\"n\":2}", "{\"s\":5,\"n\":2}", "{\"s\":[],\"n\":2}", "{\"s\":{},\"n\":\"bad\"}", "{\"n\":2,\"s\":{\"a\":1,\"b\":\"x\"}}", "{\"s\":{\"a\":1},\"s\":{\"b\":\"y\"}}",
          "{\"s\":\"{\\\"a\\\":1}\",\"n\":2}", "{\"x\":{\"a\":1}}", "{\"x\":{\"a\":\"bad\"},\"y\":{\"a\":2}}", "{\"x\":null,\"y\":{\"a\":2}}", "{\"x\":5,\"y\":{\"a\":2}}", "{\"a\" : 1 , \"b\" : [ 1 , { \"c\" : 2.50 } ] }", "[ 1 , 2 ]", "\"[1,2]\"", "\"{\\\"a\\\":1}\""]


def quoted(items):
    return [f'"{item}"' for item in items]


def tokens():
    out = []
    for group in (WORDS, NUMBERS, NON_NUMBERS, quoted(NUMBER_TEXTS), quoted(BASE64_TEXTS), quoted(DATE_TEXTS), quoted(TIME_TEXTS), TIME_NUMBERS, NESTED):
        out += [item for item in group if item not in out]
    return out


def time_tokens():
    return [token for token in tokens() if token in set(quoted(DATE_TEXTS)) | set(quoted(TIME_TEXTS)) | set(TIME_NUMBERS)]


# Whole documents for `a INT, b STRING, c DOUBLE`.
FLAT = "a INT, b STRING, c DOUBLE"
GOOD = '{"a":1,"b":"x","c":2.5}'
FLAT_DOCUMENTS = (
    [GOOD[:cut] for cut in range(0, len(GOOD))]
    + [GOOD, GOOD + "}", GOOD + "]", GOOD + " x", GOOD + " {}", GOOD + ' {"a":2}', GOOD + GOOD, GOOD + "\n" + '{"a":2,"b":"y"}', GOOD + ",", GOOD + "\0", GOOD + " \t\r\n", GOOD + ' "t', GOOD + " [", GOOD + " /* x */",
       '{"a":1,}', '{,"a":1}', '{"a":1,,"b":"x"}', '{"a":1 "b":"x"}', '{"a" 1}', '{"a"::1}', '{"a":}', '{"a":,"b":"x"}', '{"a":1;"b":"x"}', '{"a"=1}', '{"a":1:2}', '{:1}', '{"a"}', '{a:1}', "{'a':1}", "{'a':1,'b':'x'}", '{"b":\'x"y\'}', '{"b":\'it\\\'s\'}',
       '{"b":"it\'s"}', '{"b":"it\\\'s"}', '{1:1}', '{null:1}', '{"a":1]', '["a":1}', '{"a":[1}', '{"a":1,"b":{"x":1}', '{"a":1,"b":{"x":1},"c":2.5}', '{"a":1,"b":["x",{"y":null}],"c":2.5}', '{"a":1,"b":["x",{"y":nul}],"c":2.5}',
       '{"a":1,"z":{"y":[1,2,{"q":"w"}]},"c":2.5}', '{"a":1,"z":{"y":[1,2,{"q":"w"},"c":2.5}', '{"a":1,"z":bad,"c":2.5}', '{"z":[1,2,"c":2.5,"a":1}', '{"a":1,"z":"\\x","c":2.5}', '{"a":1,"z":007,"c":2.5}', '{"a":1,"z":NaN,"c":2.5}', '{"a":1,"z":1e999,"c":2.5}',
       '{"a":"bad","b":"x","c":2.5}', '{"a":1,"b":"x","c":"bad"}', '{"a":"bad","b":"x","c":"bad"}', '{"a":1.5,"b":"x","c":2}', '{"b":"x","a":"bad","c":2.5}', '{"a":"bad","b":"x"', '{"a":1,"b":"x","c":bad}', '{"a":bad,"b":"x","c":2.5}', '{"a":1,"b":bad,"c":2.5}', '{"a":1,"b":"x","c":2.5,bad}',
       '{"a":1,"a":2}', '{"a":1,"a":"bad"}', '{"a":"bad","a":1}', '{"a":1,"a":null}', '{"a":null,"a":1}', '{"b":"x","b":"y","b":5}', '{"c":1,"a":5,"c":"bad","a":"bad"}', '{"A":1,"B":"x","C":2.5}', '{"a":1,"A":2}', '{"A":2,"a":1}', '{" a":1,"b ":"x"}', '{"":1}', '{"a":1,"":2}',
       '{"\\u0061":1,"b":"x"}', '{"a\\n":1}', '{"a":1,"d":5,"e":null}', '{"d":1}', '{}', '{ }', ' {"a":1} ', '\t{"a":1}', '\r\n{"a":1}', '\n\n{"a":1}', '\f{"a":1}', '\v{"a":1}', '\u00a0{"a":1}', '\u2028{"a":1}', '\u3000{"a":1}', '{\u00a0"a":1}', '{"a":\f1}', '{"a"\t:\r\n 1 \n}', '\ufeff{"a":1}', '\ufeff', ' \ufeff{"a":1}', '\0{"a":1}', '{"a":1\0}', '\x1e{"a":1}', '\x7f{"a":1}',
       '', ' ', '\t', '\n', '\r\n', ' \t\r\n ', '\f', '\v', '\u00a0', '\u3000', '\0', '\x1f', '\x1c', '\u2003', 'null', ' null ', 'nullx', 'true', 'false', '1', '-1.5', '1 2', '"x"', '""', '"{\\"a\\":1}"', 'x', 'NaN', 'Infinity', '[]', '[ ]', '[1]', '[null]', '[{}]', '[{"a":1}]', '[{"a":1},{"a":2}]', '[{"a":1}', '[[{"a":1}]]', '[{"a":"bad"}]', '[', ']', '{', '}', '[}', '{]', ',', ':', '"',
       '# {"a":1}', '// x\n{"a":1}', '/* x */{"a":1}', '{/* x */"a":1}', '{"a":/* x */1}', '{"a":1/* x */}', '{"a":1 // x\n}', '{"a":1 # x\n}', '{"a":1}// x', '{"a":1}/* x', '<a>1</a>', 'a=1', '{"a":True}', '{"b":True}', '{"a":undefined}', '{"a":nil}', '{"b":None}', '{"a":1e5}', '{"a":tru', '{"a":"1"}', '{"a":"1","b":2,"c":"3"}'])

# Strings and names: escapes, control characters, bytes that are not UTF-8. For `b STRING, n INT`.
STRINGS = "b STRING, n INT"


def string_document(inner):
    inner = inner if isinstance(inner, bytes) else inner.encode("utf-8", "surrogatepass")
    return b'{"b":"' + inner + b'","n":7}'


ESCAPES = ["", "x", '\\"', "\\\\", "\\/", "/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0041", "\\u00e9", "\\u20AC", "\\u20ac", "\\u0000", "\\u001f", "\\u007f", "\\ud83d\\ude00", "\\uD83D\\uDE00", "a\\ud83d\\ude00b", "\\ud800", "\\udc00", "\\ude00\\ud83d", "\\ud800x", "\\ud800\\u0041",
           "\\ud800\\ud800\\udc00", "x\\udbff", "\\uffff", "\\ufffe", "\\ufeff", "\\x", "\\x41", "\\'", "\\a", "\\v", "\\0", "\\1", "\\u12", "\\u12g4", "\\u", "\\u 041", "\\U0041", "\\u{41}", "\\", "\\\n", "\\e", "\\N", "\\ ", "\n", "\r", "\t", "\r\n", "\0", "\x01", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\u0080", "\u0085", "\u2028", "\u2029",
           "\u00e9", "e\u0301", "\u20ac", "\U0001f600", "\U0010ffff", "\ufffd", "\u4e2d\u6587", "'", "it's", "{\"", "a,b", "<>&", "\\u003c", " lead", "trail ", "null"]
BYTES = [b"\xff", b"\xfe\xff", b"\x80", b"\xbf", b"\xc0\x80", b"\xc0\xaf", b"\xc1\xbf", b"\xc2", b"\xc2x", b"\xc3\x28", b"\xe2\x82", b"\xe2\x28\xa1", b"\xe2\x82x", b"\xf0\x9f\x98", b"\xf0\x9f\x98x", b"\xf0\x28\x8c\xbc", b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80", b"\xed\xa0\x80", b"\xed\xa0\xbd\xed\xb8\x80", b"\xed\xb0\x80",
         b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xef\xbf\xbf", b"\xef\xbf\xbe", b"\xef\xbb\xbf", b"a\xffb", b"\xe9", b"caf\xe9 x", b"\xc3\xa9\xff"]
STRING_DOCUMENTS = [string_document(item) for item in ESCAPES + BYTES] + [
    b'{"b\xff":"x","n":7}', b'{"b":"x","n\xff":7}', b'{"\xff":1,"b":"x","n":7}', b'{"z":"\xff","b":"x","n":7}', b'{"z":["\xff"],"b":"x","n":7}', b'\xff{"b":"x","n":7}', b'{"b":"x","n":7}\xff', b'{"b":"x"\xff,"n":7}', b'{"b":\xff"x","n":7}', b'{"b":"x","n":7\xff}', b'{"b":"x","n":\xff}',
    b'\xef\xbb\xbf{"b":"x","n":7}', b'\xfe\xff{"b":"x"}', b'\xff\xfe{"b":"x"}', '{"b":"x","n":7}'.encode("utf-16-le"), '{"b":"x","n":7}'.encode("utf-16-be"), '{"b":"x","n":7}'.encode("utf-16"), '{"b":"x","n":7}'.encode("utf-32-be"), '{"b":"x","n":7}'.encode("utf-32-le"), b'{"b":"x","n":7}\x00', b'\x00{"b":"x","n":7}',
    b'{"b":{"z":"\xff"},"n":7}', b'{"b":["\xff", 1.0],"n":7}', b'{"b":{"z":"\\ud800"},"n":7}', b'{"b":{"z":"\\u00e9\\n\\/"},"n":7}', '{"b":{"z":"\u00e9\U0001f600\\ud83d\\ude00"},"n":7}'.encode(), b'{"b":{"z\\n":"\\"q\\""},"n":7}', b'{"b":{"z":"\\x"},"n":7}', b'{"b":{"z":"\n"},"n":7}', b'{"b":[1,2,"n":7}', b'{"n":7,"b":"\xff"', b'{"n":7,"b":"\\x"}', b'{"n":7,"b":"x\n"}', b'{"n":7,"b":"\\ud800"}',
    b'{"a\xc0\x80":1,"b":"x","n":7}', b'{"\\u0062":"x","\\u006e":7}', b'{"b\\u0000":"x","n":7}', b'{"B":"x","N":7}']

# A string target that keeps the raw source of other tokens. For `b STRING`.
RAW = ["1.0", "1.10", "1E5", "1e5", "1e+05", "-0", "-0.0", "0e0", "100000000000000000000000000000", "1.00000000000000000000000000000001", "1e400", "true", "false", "null", "NaN", "-Infinity", "+Infinity", "INF", "{ }", "[ ]", "{ \"a\" : 1 }", "[ 1 ,  2 ]", "[1.0,1E5,-0,1e400]", "{\"a\":1.0,\"b\":1E5}", "{\"a\":NaN}", "[Infinity]", "[\"a\\u0041\\n\\/\\\"\"]", "{\"a\\u0041\":\"\\u00e9\"}", "{\"a\":'q'}", "{'a':\"q\"}", "{\"a\":1,\"a\":2}",
       "[\n1,\n\t2 ]", "{\"a\":{\"b\":[{\"c\":null}]}}", "[[[[]]]]", "{\"z\":\"<>&'\"}", "[\"\u2028\"]", "[\"\\u2028\\u007f\\u0080\"]", "[123456789012345678901234567890.123456789012345678901234567890]", "[1,]", "{\"a\":1,}", "[01]", "[\"\\ud83d\\ude00\"]", "{\"a\" :\"x\" /* c */}"]


def _deep(open_, close, middle, depth):
    return open_ * depth + middle + close * depth


# (schema, documents) at the limits of size and depth.
def limits():
    long_string = '{"b":"' + "x" * 70000 + '","n":7}'
    digits = lambda n: "1" * n
    return [
        (STRINGS, [long_string, '{"n":7,"b":"' + "\u00e9" * 40000 + '"}', '{"' + "k" * 70000 + '":1,"n":7}', '{"b":"' + "\\n" * 40000 + '","n":7}']),
        ("v DOUBLE", ['{"v":%s}' % token for token in (digits(999), digits(1000), digits(1001), digits(1100), "0." + digits(998), "0." + digits(999), "0." + digits(1100), "1e" + "0" * 1100 + "1", "-" + digits(1000), "-" + digits(999), "1." + "0" * 400 + "1")]),
        ("v LONG", ['{"v":%s}' % token for token in (digits(1000), digits(1001), digits(1100))]),
        ("v STRING", ['{"v":%s}' % token for token in (digits(1000), digits(1001), digits(1100), "0." + digits(1100), '"' + digits(1100) + '"', "[" + digits(1100) + "]")]),
        ("v DECIMAL(38,18)", ['{"v":%s}' % token for token in (digits(20), digits(21), digits(1000), digits(1001), "0." + digits(900), "0." + digits(1100), "1e-1000", "1e1000", "1e-2000000000", "1e2147483647", "1e2147483648", "1e-2147483648", "1e99999999999", '"1e2147483647"', '"' + digits(1100) + '"', "0e2147483647")]),
        ("v DOUBLE, w INT", ['{"w":1,"v":%s}' % token for token in ("1e99999999999", "1e-99999999999", "0e99999999999", digits(1100))]),
        ("v INT, w INT", ['{"w":1,"x":%s,"v":2}' % token for token in (digits(1001), digits(1100), "0." + digits(1100), "1e99999999999")]),
        ("a INT, b STRING", ['{"a":1,"b":%s}' % _deep("[", "]", "", depth) for depth in (100, 998, 999, 1000, 1001, 10000)] + ['{"a":1,"b":%s}' % _deep('{"k":', "}", "1", depth) for depth in (100, 998, 999, 1000, 1001, 10000)]
         + ['{"a":1,"z":%s,"b":"x"}' % _deep("[", "]", "", depth) for depth in (100, 998, 999, 1000, 1001, 10000)] + ['{"a":1,"z":%s,"b":"x"}' % _deep('{"k":', "}", "1", depth) for depth in (999, 1000, 1001, 10000)]
         + [_deep("[", "]", "", depth) for depth in (999, 1000, 1001)] + ['{"a":1,"b":%s' % ("[" * depth) for depth in (10, 998, 999, 1000, 1001)] + ['{"a":%s}' % _deep("[", "]", "", depth) for depth in (10, 999, 1000, 1001)]),
    ]


# (schema, options, documents): other roots, corrupt column, options.
def variants():
    corrupt = ["", " ", "null", "1", '"x"', "[]", '[{"a":1}]', '{"a":1,"b":"x"}', '{"a":"bad","b":"x"}', '{"a":1,"b":"x"', '{"a":1,"b":bad}', '{"a":1}x', '{"a":1} {"a":2}', '{"a":1,"z":{"y":}}', '{"a":1,"a":"bad"}', '{"a":"bad","a":1}', '{"a":1,"_corrupt_record":"given"}', '{"a":1,"_corrupt_record":5}', '{"a":"bad","_corrupt_record":"given"}', "{'a':1}", b'{"a":1,"b":"\xff"}', b'{"a":1,"b":"\xff"', b'\xff', b'{"a":"\xff","b":"x"}', '{"a":1,"b":"\\x"}', '\ufeff{"a":1}', "{}", '{"a":1.5,"b":"x","c":3}', " x ", "\u00e9{"]
    roots = ["", " ", "null", "1", '"x"', "true", "[]", "{}", "[1,2]", "[1,null,\"x\",4]", "[null]", "[[1],[2]]", '{"a":1}', '{"a":1,"b":"x"}', '{"a":"bad","b":"x"}', '{"a":null}', '{"a":1,"a":2}', '[{"a":1,"b":"x"}]', '[{"a":1},{"a":"bad","b":"y"},{"a":3}]', '[{"a":1},null,{"a":3}]', '[{"a":1},5,{"a":3}]', '[{"a":1},"x"]', '[[{"a":1}]]', '[{"a":1},[{"a":2}]]', '[{"a":1}', '[{"a":1},', "[1,2", '{"a":1', "[1,2] x", '{"a":1} x', "[] []", "[1,]", "x", '[{"b":"only"}]', '{"x":{"a":1}}', '{"x":[1,2]}', '{"x":"y","z":2}', '[{"a":1,"b":"x"}]]', "[,1]", "[\"a\"]", "[1.0]", "[\"1\"]"]
    bad = ['{"a":1,"b":"x"', '{"a":"bad","b":"x"}', '{"a":1,"b":"x"} trailing', "[]", "null", "", "1", '"x"']
    options = []
    each = lambda schema, docs, *optionses: [(schema, option, docs) for option in optionses]
    options += each("v STRING, a INT", ['/* c */{"a":1}', '{"a":1 /* c */}', '{"a":/* c */1,"v":"x"}', '{"a":1 // c\n}', '// c\n{"a":1}', '{"a":1 # c\n}', '{"v":"/* c */"}', '{"a":1}// c', '{"a":1}/* open', '{"a":1 /* open }', '{"v":[1 /* c */, 2]}', '/* c */', '/* c */ null', '{"a":/1}'], {}, {"allowComments": "true"}, {"allowComments": "TRUE"}, {"ALLOWCOMMENTS": "true"})
    options += each("v STRING, a INT", ["{'a':1}", "{'a':1,'v':'x'}", '{"v":\'x\'}', "{'v':'it\\'s'}", '{"v":\'say "hi"\'}', "{'v':\"it's\"}", '{"v":["x",\'y\']}', "{'v':'\\\"'}", "{'a\":1}", "{'v':'a\\u0041\\n'}", "{'v':'x"], {}, {"allowSingleQuotes": "false"}, {"allowSingleQuotes": "true"})
    options += each("v STRING, a INT", ["{a:1}", "{a:1,v:\"x\"}", "{a :1}", "{v:x}", "{a-b:1,a:2}", "{$a:1,a:2}", "{_a:1,a:2}", "{1a:1,a:2}", "{a1:1,a:2}", "{a b:1}", "{\u00e9:1,a:2}", "{@a:1,a:2}", "{#a:1,a:2}", "{a.b:1,a:2}", "{*:1,a:2}", "{+:1,a:2}", "{\"a\":1,v:2}", "{'a':1,v:2}", "{v:{b:1}}", "{null:1,a:2}", "{true:1,a:2}", "{:1}"], {}, {"allowUnquotedFieldNames": "true"})
    options += each("v STRING, a INT, d DOUBLE", ['{"a":007}', '{"a":00}', '{"a":-01}', '{"a":0}', '{"a":01.5}', '{"d":01.5}', '{"d":00.5}', '{"d":001e2}', '{"v":007}', '{"v":[007]}', '{"a":0x1}', '{"a":+1}', '{"a":08}', '{"v":-007.50}', '{"v":00}', '{"d":.5}'], {}, {"allowNumericLeadingZeros": "true"})
    options += each("v STRING, a INT", ['{"v":"a\nb"}', '{"v":"a\tb"}', '{"v":"a\0b"}', '{"v":"a\x1fb"}', '{"v":"a\rb"}', '{"v":"\x7f"}', '{"v\n":1,"a":2}', '{"z":"\n","a":2}', '{"v":["\n"],"a":2}', '{"a":1\x01}', '\x01{"a":1}', '{"v":"a\\\nb"}'], {}, {"allowUnquotedControlChars": "true"})
    options += each("v STRING, a INT", ['{"v":"\\x"}', '{"v":"\\\'"}', '{"v":"\\a\\0"}', '{"v":"\\u12"}', '{"v":"\\ \\\n"}', '{"v":"\\$\\{"}', '{"z":"\\x","a":2}', '{"\\v":"x","a":2}', '{"v":["\\x"]}', '{"v":"\\\u00e9"}', '{"v":"\\U0041"}'], {}, {"allowBackslashEscapingAnyCharacter": "true"})
    numbers = ['{"%s":%s}' % (name, token) for name in "dfev" for token in ("NaN", "-NaN", "+NaN", "Infinity", "-Infinity", "+Infinity", "INF", "-INF", "+INF", '"NaN"', '"Infinity"', '"-Infinity"', '"+Infinity"', '"INF"', '"-INF"', '"+INF"', "1.5", '"1.5"', "[NaN]", "1e400")]
    options += each("d DOUBLE, f FLOAT, e DECIMAL(10,2), v STRING", numbers, {}, {"allowNonNumericNumbers": "false"}, {"allowNonNumericNumbers": "true"})
    options += each("a INT, d DOUBLE, e DECIMAL(10,2), v STRING, x BOOLEAN, n ARRAY<INT>", ['{"a":1,"d":1.5,"e":2.25,"v":3,"x":true,"n":[1]}', '{"a":"1","d":"1.5","e":"2.25","v":"3","x":"true"}', '{"v":1.10}', '{"v":true}', '{"v":null}', '{"e":1.005}', '{"d":1}', '{"a":1.0}', '{"v":{"a": 1.0}}'], {"primitivesAsString": "true"}, {"prefersDecimal": "true"}, {"primitivesAsString": "true", "prefersDecimal": "true"})
    moments = ["2026-01-31", "31/01/2026", "31.01.2026", "01-31-2026", "2026-01-31 12:34:56", "2026-01-31T12:34:56", "2026-01-31T12:34:56Z", "2026-01-31T12:34:56+02:00", "2026-01-31T12:34:56.789+02:00", "31/01/2026 12:34", "31/01/2026 12:34:56.123456", "20260131", "20260131123456", "2026-031", "Sat Jan 31 2026", "31 January 2026", "2026-02-30", "30/02/2026", "2026-1-3", "3/1/2026", "12:34:56", "2026", "1769862896", "2026-01-31 12:34:56 Europe/Berlin", "2026-01-31 12:34:56 PST", "2026-01-31 12:34:56 GMT+02:00", "2026-01-31 12:34 PM", "2026-01-31 01:02 pm", "", " 2026-01-31", "2026-01-31 ", "26-01-31", "2026-01-31T12:34:56.1234567Z", "0001-01-01", "10000-01-01"]
    time_documents = ['{"t":"%s","n":"%s","d":"%s"}' % (moment, moment, moment) for moment in moments] + ['{"t":1769862896}', '{"n":1769862896}', '{"d":20484}', '{"t":1769862896.5}', '{"t":null,"n":null,"d":null}', '{"t":-1}']
    times = "t TIMESTAMP, n TIMESTAMP_NTZ, d DATE"
    options += each(times, time_documents, {}, {"timestampFormat": "yyyy-MM-dd HH:mm:ss"}, {"timestampFormat": "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]"}, {"timestampFormat": "dd/MM/yyyy HH:mm"}, {"timestampFormat": "dd/MM/yyyy HH:mm[:ss[.SSSSSS]]"}, {"timestampFormat": "yyyyMMddHHmmss"}, {"timestampFormat": "yyyy-MM-dd HH:mm:ss VV"}, {"timestampFormat": "yyyy-MM-dd HH:mm:ss z"}, {"timestampFormat": "yyyy-MM-dd hh:mm a"}, {"timestampFormat": "yyyy-MM-dd"}, {"timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX"}, {"timestampFormat": "yyyy-M-d"}, {"timestampFormat": "yy-MM-dd"}, {"timestampFormat": "HH:mm:ss"}, {"timestampFormat": "yyyy"}, {"timestampFormat": ""},
                    {"timestampNTZFormat": "yyyy-MM-dd HH:mm:ss"}, {"timestampNTZFormat": "dd/MM/yyyy HH:mm"}, {"timestampNTZFormat": "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]"}, {"timestampNTZFormat": "yyyy-MM-dd"},
                    {"dateFormat": "dd/MM/yyyy"}, {"dateFormat": "yyyy-MM-dd"}, {"dateFormat": "dd.MM.yyyy"}, {"dateFormat": "MM-dd-yyyy"}, {"dateFormat": "yyyyMMdd"}, {"dateFormat": "yyyy-M-d"}, {"dateFormat": "EEE MMM dd yyyy"}, {"dateFormat": "dd MMMM yyyy"}, {"dateFormat": "yyyy-MM-dd HH:mm:ss"}, {"dateFormat": "yyyy"}, {"dateFormat": "yyyy-DDD"}, {"dateFormat": "yy-MM-dd"}, {"dateFormat": "d/M/y"},
                    {"timeZone": "America/New_York"}, {"timeZone": "+02:00"}, {"timeZone": "Europe/Berlin"}, {"timeZone": "GMT+3"}, {"timeZone": "Mars/Phobos"}, {"timeZone": "America/New_York", "timestampFormat": "yyyy-MM-dd HH:mm:ss", "dateFormat": "dd/MM/yyyy"}, {"timestampFormat": "bad pattern"}, {"timestampFormat": "YYYY-MM-dd"}, {"dateFormat": "yyyy-MM-dd'T"}, {"dateFormat": "qqqqq"}, {"timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSZ"}, {"timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSX"}, {"timestampFormat": "EEEE"}, {"enableDateTimeParsingFallback": "true"}, {"enableDateTimeParsingFallback": "false"}, {"locale": "de-DE", "dateFormat": "dd MMMM yyyy"}, {"locale": "de-DE"})
    options += each("e DECIMAL(10,2), d DOUBLE", ['{"e":"1,234.56"}', '{"e":"1.234,56"}', '{"e":"1234.56"}', '{"e":"1234,56"}', '{"e":1234.56}', '{"e":"$5"}', '{"e":" 5"}', '{"e":"5 "}', '{"e":"1e3"}', '{"e":"1E3"}', '{"e":"+5"}', '{"e":"5x"}', '{"e":"\u0665"}', '{"e":"1,2,3"}', '{"e":"NaN"}', '{"e":"0x1"}'], {}, {"locale": "de-DE"}, {"locale": "de"}, {"locale": "en-US"}, {"locale": "xx"}, {"locale": ""})
    corrupt_schema = "a INT, b STRING, _corrupt_record STRING"
    return (
        [(corrupt_schema, {}, corrupt), ("_corrupt_record STRING, a INT, b STRING", {}, corrupt), ("a INT, _corrupt_record STRING, b STRING", {}, corrupt), ("_corrupt_record STRING", {}, corrupt),
         ("a INT, b STRING, bad STRING", {"columnNameOfCorruptRecord": "bad"}, corrupt), ("a INT, b STRING, _corrupt_record STRING", {"columnNameOfCorruptRecord": "bad"}, corrupt), ("a INT, b STRING", {"columnNameOfCorruptRecord": "bad"}, corrupt),
         ("a INT, b STRING, _corrupt_record INT", {}, ['{"a":1}']), ("a INT, b STRING, bad BINARY", {"columnNameOfCorruptRecord": "bad"}, ['{"a":1}']), ("a INT, b STRING, _Corrupt_Record STRING", {}, corrupt),
         ("a INT, s STRUCT<x: INT, _corrupt_record: STRING>", {}, ['{"a":1,"s":{"x":"bad"}}', '{"a":1,"s":{"x":1,"_corrupt_record":"q"}}', "{"])]
        + [(schema, {}, roots) for schema in ("a INT, b STRING", "ARRAY<INT>", "ARRAY<STRUCT<a: INT, b: STRING>>", "MAP<STRING,INT>", "MAP<STRING,STRING>", "ARRAY<STRING>", "STRUCT<a: INT, b: STRING>", "MAP<STRING,STRUCT<a: INT, b: STRING>>", "MAP<STRING,ARRAY<INT>>", "ARRAY<ARRAY<INT>>", "ARRAY<MAP<STRING,INT>>")]
        + [("a INT NOT NULL, b STRING", {}, ['{"b":"x"}', '{"a":null}', '{"a":1}', "{"])]
        + [("m MAP<STRING,INT>, t INT", {}, ['{"m":{"k":1,"k":2},"t":1}', '{"m":{"k":1,"l":"bad","n":3},"t":1}', '{"m":{"k":"bad","k":2},"t":1}', '{"m":{"k":1,"k":"bad"},"t":1}', '{"m":{"":1},"t":1}', '{"m":{"k":null},"t":1}', '{"m":{"k":1,"t":1}', '{"m":{},"t":1}', '{"m":[],"t":1}', '{"m":{"K":1,"k":2},"t":1}', '{"m":{"\\u006b":1,"k":2},"t":1}', '{"m":{"z":1,"a":2,"m":3},"t":1}', '{"m":{"a":1},"m":{"b":2}}', '{"m":{"a":1},"m":null}', '{"m":{"a":{}}}'])]
        + [("s STRUCT<a: INT, b: STRING, u: STRUCT<x: INT, y: DOUBLE>>, n INT", {}, ['{"s":{"a":1,"b":"x","u":{"x":1,"y":2.5}},"n":3}', '{"s":{"a":1,"b":"x","u":{"x":"bad","y":2.5}},"n":3}', '{"s":{"a":1,"b":"x","u":5},"n":3}', '{"s":{"a":1,"u":{"x":1,"y":2.5},"b":"x"', '{"s":{"a":1,"b":"x","u":{"x":1,"y":2.5}},"n":', '{"n":3,"s":{"a":1,"b":', '{"s":{"a":1,"a":"bad"},"n":3}', '{"s":{"a":"bad","a":1},"n":3}', '{"s":{"a":1},"s":{"a":"bad","b":"y"},"n":3}', '{"s":{"a":"bad"},"s":{"a":2},"n":3}', '{"s":{"a":"bad"},"n":"bad"}', '{"s":[{"a":1}],"n":3}', '{"s":[{"a":1},{"a":2}],"n":3}', '{"s":"x","n":3}', '{"s":{"z":{"a":1},"A":2},"n":3}', '{"s":{"u":{"x":1},"u":{"y":1}}}'])]
        + [("l ARRAY<STRUCT<a: INT, b: STRING>>, n INT", {}, ['{"l":[{"a":1,"b":"x"},{"a":2}],"n":1}', '{"l":[{"a":"bad","b":"x"},{"a":2}],"n":1}', '{"l":[{"a":1},"bad",{"a":2}],"n":1}', '{"l":{"a":1},"n":1}', '{"l":[{"a":1},[{"a":2}]],"n":1}', '{"l":[[{"a":1}]],"n":1}', '{"l":[{"a":1},{"a":2,"n":1}', '{"l":[{"a":1},{"a":2}'])]
        + [("a INT, b ARRAY<INT>, c MAP<STRING,INT>", {}, ['{"a":1,"b":[1,"x",3],"c":{"k":1}}', '{"a":1,"b":["x","y",3],"c":{"k":"x","l":2}}', '{"a":1,"b":"x","c":5}', '{"a":1,"b":[1,2,"c":{"k":1}}', '{"a":1,"b":[1,2.5,3],"c":{"k":2.5,"l":1}}'])]
        + [("a INT, b STRING", {"mode": "FAILFAST"}, bad + [GOOD, '{"a":1,"a":"bad"}', b'{"a":1,"b":"\xff"}', b'\xff', '[{"a":1}]', "[1]", '{"b":"\\x"}', "{}", " ", '{"a":1.5}', '{"a":99999999999}'])]
        + [("ARRAY<INT>", {"mode": "FAILFAST"}, ["[1,2]", '[1,"x"]', "{}", "[1", "null", "1"]), ("MAP<STRING,INT>", {"mode": "FAILFAST"}, ['{"a":1}', '{"a":"x"}', "[]", "{", "null"]), ("ARRAY<STRUCT<a: INT>>", {"mode": "FAILFAST"}, ['[{"a":1}]', '{"a":1}', '[{"a":"x"}]', "[1]", "1"])]
        + [(f"v {type_}", {"mode": "FAILFAST"}, ['{"v":%s}' % token]) for type_ in ("BOOLEAN", "BYTE", "INT", "LONG", "DOUBLE", "FLOAT", "DECIMAL(10,2)", "BINARY", "DATE", "TIMESTAMP", "TIMESTAMP_NTZ", "ARRAY<INT>", "MAP<STRING,INT>", "STRUCT<a: INT>") for token in ('"bad"', "1e400", "{}", "[]", "123456789012345678901", '""')]
        + [("a INT, b STRING", {"mode": mode}, ['{"a":1,"b":"x"}', "{"]) for mode in ("PERMISSIVE", "permissive", "FailFast", "failfast", "DROPMALFORMED", "dropmalformed", "other", "")]
        + options
        + [("a INT, b STRING", {"multiLine": "true"}, ['{"a":1,\n"b":"x"}', '{"a":1}\n{"a":2}']), ("a INT, b STRING", {"lineSep": "|"}, ['{"a":1}|{"a":2}']), ("a INT, b STRING", {"encoding": "UTF-16LE"}, ['{"a":1}', '{"a":1}'.encode("utf-16-le")]), ("a INT, b STRING", {"charset": "ISO-8859-1"}, [b'{"b":"\xe9"}']), ("a INT, b STRING", {"noSuchOption": "1"}, ['{"a":1}']), ("a INT, b STRING", {"dropFieldIfAllNull": "true"}, ['{"a":null}']),
           ("a INT, b STRING", {"allowComments": "yes"}, ['{"a":1}']), ("a INT, b STRING", {"allowComments": ""}, ['{"a":1}'])]
    )


def b64_tokens():
    """Round trips of every byte length through the binary type."""
    return ['{"v":"%s"}' % base64.b64encode(bytes(range(length))).decode() for length in range(0, 12)]
