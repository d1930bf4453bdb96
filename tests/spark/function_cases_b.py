"""The expressions that record_functions.py asks real Spark about: functions of times, collections, JSON and CSV.

A case is (expression, types, rows): `expression` is SQL text over the columns "a0", "a1" ... of the given types, `rows` hold SQL text for each column.
"""
from itertools import product

from expression_cases import CAST_TIMES, DATES, NTZS, PATTERNS, TIMESTAMPS, q, rows

FEW_DATES = ["DATE'2026-01-31'", "DATE'2024-02-29'", "DATE'1969-12-31'", "DATE'0001-01-01'", "DATE'9999-12-31'", "DATE'2026-12-15'", "NULL"]
FEW_TIMES = ["2026-01-31 12:34:56.789123", "2024-02-29 23:59:59.999999", "1969-12-31 23:59:59.5", "1970-01-01 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "2026-03-08 02:30:00", "2026-03-29 02:30:00", "2026-11-01 01:30:00", "2026-10-25 02:30:00", "1582-10-10 07:08:09", "1883-11-18 12:03:57.5"]
FEW_STAMPS = [f"TIMESTAMP'{t}'" for t in FEW_TIMES] + ["NULL"]
FEW_NTZS = [f"TIMESTAMP_NTZ'{t}'" for t in FEW_TIMES] + ["NULL"]
INTS = ["0", "1", "-1", "12", "-13", "2147483647", "-2147483648", "NULL"]
DT = "interval day to second"
DTS = ["INTERVAL '0' DAY", "INTERVAL '1 02:03:04.567891' DAY TO SECOND", "INTERVAL '-1 02:03:04.5' DAY TO SECOND", "INTERVAL '24' HOUR", "INTERVAL '30' MINUTE", "INTERVAL '106751991 04:00:54.775807' DAY TO SECOND", "INTERVAL '-106751991 04:00:54.775808' DAY TO SECOND", "NULL"]
ZONES = ["'UTC'", "'America/New_York'", "'Europe/Berlin'", "'+05:30'", "'Asia/Kolkata'", "'PST'", "'GMT+8'", "'Z'", "'nowhere'", "NULL"]
FIELDS = ["YEAR", "Y", "YEARS", "YR", "YRS", "YEAROFWEEK", "QUARTER", "QTR", "MONTH", "MON", "MONS", "MONTHS", "WEEK", "W", "WEEKS", "DAY", "D", "DAYS", "DAYOFWEEK", "DOW", "DAYOFWEEK_ISO", "DOW_ISO", "DOY", "HOUR", "H", "HOURS", "HR", "HRS", "MINUTE", "M", "MIN", "MINS", "MINUTES", "SECOND", "S", "SEC", "SECONDS", "SECS", "day", "EPOCH", "nope"]
TRUNC = ["year", "yyyy", "yy", "YEAR", "quarter", "month", "mon", "mm", "week", "day", "dd", "hour", "minute", "second", "millisecond", "microsecond", "nope", ""]
UNITS = ["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DAYOFYEAR", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND"]


def every(*columns):
    return [list(row) for row in product(*columns)]


def date_cases():
    for name in ("date_add", "dateadd", "date_sub"):
        yield f"{name}(a0, a1)", ["date", "int"], every(FEW_DATES, ["0", "1", "-1", "400", "NULL"])
    yield "date_add(a0, a1)", ["date", "smallint"], [["DATE'2026-01-01'", "3"]]
    yield "date_add(a0, a1)", ["date", "tinyint"], [["DATE'2026-01-01'", "3"]]
    yield "date_add(a0, a1)", ["date", "bigint"], [["DATE'2026-01-01'", "3"]]
    yield "date_add(a0, a1)", ["date", "string"], [["DATE'2026-01-01'", "'3'"]]
    yield "date_add(a0, '3')", ["date"], [["DATE'2026-01-01'"]]
    yield "date_add(a0, 'x')", ["date"], [["DATE'2026-01-01'"]]
    yield "date_add(a0, '1.5')", ["date"], [["DATE'2026-01-01'"]]
    yield "date_add(a0, 1)", ["string"], rows(["'2026-01-01'", "'x'", "NULL"])
    yield "date_add(a0, 1)", ["timestamp"], rows(FEW_STAMPS)
    yield "date_add(a0, 1)", ["int"], rows(["1"])
    yield "date_sub(a0, 1)", ["timestamp_ntz"], rows(FEW_NTZS)
    for name in ("datediff", "date_diff"):
        yield f"{name}(a0, a1)", ["date", "date"], every(FEW_DATES, FEW_DATES)
    yield "datediff(a0, a1)", ["timestamp", "string"], [["TIMESTAMP'2026-01-01 23:00:00'", "'2025-12-31'"], ["TIMESTAMP'2026-01-01 23:00:00'", "'x'"], ["NULL", "NULL"]]
    yield "add_months(a0, a1)", ["date", "int"], every(DATES, ["0", "1", "-1", "12", "25", "-2147483648", "2147483647", "NULL"])
    yield "add_months(a0, 1)", ["timestamp"], rows(FEW_STAMPS)
    yield "add_months(a0, 1)", ["string"], rows(["'2026-01-31'", "'x'"])
    yield "add_months(a0, a1)", ["date", "bigint"], [["DATE'2026-01-01'", "3"]]
    yield "add_months(a0, 1.5)", ["date"], [["DATE'2026-01-01'"]]
    yield "last_day(a0)", ["date"], rows(DATES)
    yield "last_day(a0)", ["string"], rows(["'2026-02-01'", "'x'"])
    yield "next_day(a0, a1)", ["date", "string"], every(FEW_DATES[:3] + ["NULL"], ["'MO'", "'tu'", "'Wed'", "'THURSDAY'", "'friday'", "'sa'", "'SUN'", "NULL"])
    yield "next_day(a0, 'xx')", ["date"], rows(["DATE'2026-01-31'", "NULL"])
    yield "next_day(a0, a1)", ["date", "string"], [["DATE'2026-01-31'", "'xx'"], ["NULL", "'xx'"], ["DATE'2026-01-31'", "' MO'"], ["DATE'2026-01-31'", "''"]]
    yield "make_date(a0, a1, a2)", ["int", "int", "int"], [["2026", "2", "28"], ["2024", "2", "29"], ["2026", "2", "29"], ["2026", "13", "1"], ["2026", "0", "1"], ["2026", "1", "32"], ["2026", "4", "31"], ["0", "1", "1"], ["-44", "3", "15"], ["10000", "1", "1"], ["999999999", "12", "31"], ["1000000000", "1", "1"], ["5881580", "7", "11"], ["NULL", "1", "1"], ["2026", "NULL", "1"], ["2026", "13", "NULL"]]
    yield "try_make_date(a0, a1, a2)", ["int", "int", "int"], [["2026", "2", "28"], ["2026", "2", "29"], ["NULL", "1", "1"]]
    yield "make_date(a0, a1, a2)", ["string", "bigint", "double"], [["'2026'", "2", "3.0"]]
    yield "make_date(a0, '2', 3)", ["smallint"], [["2026"]]
    for name in ("dayname", "monthname"):
        yield f"{name}(a0)", ["date"], rows(DATES)
        yield f"{name}(a0)", ["timestamp"], rows(FEW_STAMPS)
        yield f"{name}(a0)", ["string"], rows(["'2026-02-01'"])
    for name in ("day", "dayofmonth", "dayofweek", "dayofyear", "weekday", "weekofyear", "month", "quarter", "year"):
        yield f"{name}(a0)", ["date"], rows(DATES)
    for name in ("hour", "minute", "second"):
        yield f"{name}(a0)", ["timestamp"], rows(FEW_STAMPS)
        yield f"{name}(a0)", ["date"], rows(["DATE'2026-01-01'"])
    yield "unix_date(a0)", ["date"], rows(DATES)
    yield "unix_date(a0)", ["string"], rows(["'2026-01-01'"])
    yield "unix_date(a0)", ["timestamp"], rows(FEW_STAMPS)
    yield "date_from_unix_date(a0)", ["int"], rows(INTS)
    yield "date_from_unix_date(a0)", ["bigint"], rows(["1", "3000000000"])
    for unit in TRUNC:
        yield f"trunc(a0, {q(unit)})", ["date"], rows(FEW_DATES)
        yield f"date_trunc({q(unit)}, a0)", ["timestamp"], rows(FEW_STAMPS)
    yield "trunc(a0, a1)", ["date", "string"], every(FEW_DATES[:2], ["'YEAR'", "'Week'", "NULL", "'x'"])
    yield "trunc(a0, 'month')", ["timestamp"], rows(FEW_STAMPS[:3])
    yield "trunc(a0, 'month')", ["string"], rows(["'2026-01-31'", "'x'"])
    yield "trunc(a0, 'month')", ["int"], rows(["1"])
    yield "date_trunc(a1, a0)", ["timestamp", "string"], every(FEW_STAMPS[:2], ["'YEAR'", "'Week'", "NULL", "'x'"])
    yield "date_trunc('month', a0)", ["date"], rows(FEW_DATES)
    yield "date_trunc('hour', a0)", ["timestamp_ntz"], rows(FEW_NTZS)
    yield "date_trunc('month', a0)", ["string"], rows(["'2026-01-31 01:02:03'", "'x'"])
    yield "months_between(a0, a1)", ["timestamp", "timestamp"], every(FEW_STAMPS, FEW_STAMPS[:4] + ["TIMESTAMP'2026-02-28 00:00:00'", "TIMESTAMP'2026-01-30 12:34:56'", "NULL"])
    yield "months_between(a0, a1, a2)", ["timestamp", "timestamp", "boolean"], every(FEW_STAMPS[:3], FEW_STAMPS[1:4], ["true", "false", "NULL"])
    yield "months_between(a0, a1)", ["date", "string"], [["DATE'2026-01-31'", "'2025-12-15'"], ["DATE'2026-01-31'", "'x'"]]


def time_cases():
    for field in FIELDS:
        yield f"date_part({q(field)}, a0)", ["timestamp"], rows(FEW_STAMPS[:6])
        yield f"extract({field} FROM a0)", ["date"], rows(FEW_DATES[:5])
        yield f"datepart({q(field)}, a0)", [DT], rows(DTS)
    yield "date_part('SECOND', a0)", ["timestamp_ntz"], rows(FEW_NTZS)
    yield "date_part('HOUR', a0)", ["string"], rows(["'2026-01-01 05:06:07'", "'x'"])
    yield "date_part(a1, a0)", ["timestamp", "string"], [["TIMESTAMP'2026-01-01 00:00:00'", "'YEAR'"]]
    yield "date_part(NULL, a0)", ["timestamp"], [["TIMESTAMP'2026-01-01 00:00:00'"]]
    for field in ("YEAR", "MONTH", "DAY"):
        yield f"date_part({q(field)}, make_ym_interval(a0, a1))", ["int", "int"], [["1", "14"], ["-1", "-3"], ["NULL", "1"]]
    yield "extract(DAYS FROM INTERVAL '5 06:07:08.9' DAY TO SECOND)", [], [[]]
    yield "extract(SECOND FROM INTERVAL '5 06:07:08.9' DAY TO SECOND)", [], [[]]
    yield "extract(HOUR FROM INTERVAL '6:07' HOUR TO MINUTE)", [], [[]]
    yield "extract(DAY FROM INTERVAL '6:07' HOUR TO MINUTE)", [], [[]]
    for name in ("unix_seconds", "unix_millis", "unix_micros"):
        yield f"{name}(a0)", ["timestamp"], rows(FEW_STAMPS)
        yield f"{name}(a0)", ["date"], rows(FEW_DATES[:3])
        yield f"{name}(a0)", ["string"], rows(["'2026-01-01'"])
        yield f"{name}(a0)", ["timestamp_ntz"], rows(FEW_NTZS[:3])
    for name in ("timestamp_seconds", "timestamp_millis", "timestamp_micros"):
        yield f"{name}(a0)", ["bigint"], rows(["0", "1", "-1", "1767225600", "253402300800", "9223372036854775807", "-9223372036854775808", "9223372036855", "NULL"])
        yield f"{name}(a0)", ["int"], rows(["1", "-1"])
        yield f"{name}(a0)", ["double"], rows(["1.5"])
        yield f"{name}(a0)", ["string"], rows(["'1'"])
    yield "timestamp_seconds(a0)", ["double"], rows(["0.0", "1.5", "-1.5", "1.23456789", "1e10", "1e13", "'NaN'", "'Infinity'", "NULL", "1e300"])
    yield "timestamp_seconds(a0)", ["float"], rows(["1.5", "'NaN'", "-0.1"])
    yield "timestamp_seconds(a0)", ["decimal(20,8)"], rows(["1.5", "1.23456789", "-1.5", "NULL", "123456789012"])
    yield "timestamp_seconds(a0)", ["decimal(10,3)"], rows(["1.5", "-0.001", "NULL"])
    for name in ("unix_timestamp", "to_unix_timestamp"):
        yield f"{name}(a0)", ["timestamp"], rows(FEW_STAMPS)
        yield f"{name}(a0)", ["timestamp_ntz"], rows(FEW_NTZS)
        yield f"{name}(a0)", ["date"], rows(FEW_DATES)
        yield f"{name}(a0)", ["string"], rows(["'2026-01-31 12:34:56'", "'2026-01-31'", "'x'", "'2026-03-08 02:30:00'", "NULL"])
        yield f"{name}(a0, 'yyyy-MM-dd')", ["string"], rows(["'2026-01-31'", "'x'", "NULL"])
        yield f"{name}(a0, 'yyyy-MM-dd')", ["date"], rows(["DATE'2026-01-31'", "NULL"])
        yield f"{name}(a0, a1)", ["string", "string"], [["'31/01/2026'", "'dd/MM/yyyy'"], ["'31/01/2026 24'", "'dd/MM/yyyy HH'"], ["'x'", "NULL"], ["NULL", "'yyyy'"], ["'2026'", "'bad'"]]
        yield f"{name}(a0)", ["int"], rows(["1"])
    yield "from_unixtime(a0)", ["bigint"], rows(["0", "1", "-1", "1767225600", "253402300800", "1780000000", "-62135596800", "9223372036854775807", "-9223372036854775808", "NULL"])
    yield "from_unixtime(a0, a1)", ["bigint", "string"], every(["1767225600", "NULL"], ["'yyyy-MM-dd'", "'HH:mm'", "NULL", "'bad'"])
    yield "from_unixtime(a0, 'yyyy/MM/dd EEEE')", ["int"], rows(["0", "86400"])
    yield "from_unixtime(a0, 'yyyy')", ["string"], rows(["'0'", "'x'"])
    yield "from_unixtime(a0)", ["double"], rows(["1.5"])
    yield "make_timestamp(a0, a1, a2, a3, a4, a5)", ["int", "int", "int", "int", "int", "decimal(16,6)"], STAMP_PARTS
    for name in ("make_timestamp_ltz", "make_timestamp_ntz", "try_make_timestamp", "try_make_timestamp_ltz", "try_make_timestamp_ntz"):
        yield f"{name}(a0, a1, a2, a3, a4, a5)", ["int", "int", "int", "int", "int", "decimal(16,6)"], STAMP_PARTS
    for name in ("make_timestamp", "make_timestamp_ltz", "try_make_timestamp", "try_make_timestamp_ltz"):
        yield f"{name}(2026, 3, 29, 2, 30, a0, a1)", ["decimal(16,6)", "string"], every(["1.5", "NULL"], ZONES)
    yield "make_timestamp(a0, 1, 2, 3, 4, 5)", ["int"], rows(["2026"])
    yield "make_timestamp(a0, 1, 2, 3, 4, 5.67)", ["string"], rows(["'2026'", "'x'"])
    yield "make_timestamp(2026, 1, 2, 3, 4, a0)", ["double"], rows(["5.678901234", "59.9999999", "60.0"])
    yield "make_timestamp(2026, 1, 2, 3, 4, a0)", ["string"], rows(["'5.6'", "'x'"])
    yield "make_timestamp_ntz(a0, 1, 2, 3, 4, 5)", ["int"], rows(["2026"])
    yield "make_dt_interval(a0, a1, a2, a3)", ["int", "int", "int", "decimal(18,6)"], [["1", "2", "3", "4.567891"], ["-1", "-2", "-3", "-4.5"], ["0", "25", "61", "61.5"], ["106751991", "4", "0", "54.775807"], ["106751991", "4", "0", "54.775808"], ["2147483647", "0", "0", "0"], ["NULL", "1", "1", "1"]]
    yield "make_dt_interval(a0)", ["int"], rows(["1", "NULL"])
    yield "make_dt_interval(a0, a1)", ["int", "int"], [["1", "2"]]
    yield "make_dt_interval(a0, a1, 3)", ["int", "int"], [["1", "2"]]
    yield "make_dt_interval()", [], [[]]
    yield "cast(make_ym_interval(a0, a1) as string)", ["int", "int"], [["1", "2"], ["-1", "-2"], ["0", "14"], ["178956970", "7"], ["178956970", "8"], ["NULL", "1"]]
    yield "cast(make_ym_interval(a0) as string)", ["int"], rows(["1", "NULL"])
    yield "cast(make_ym_interval() as string)", [], [[]]
    yield "make_ym_interval(a0, a1)", ["int", "string"], [["1", "'x'"]]
    yield "make_interval(a0)", ["int"], rows(["1"])
    yield "current_timezone()", [], [[]]
    yield "to_date(a0)", ["string"], rows([q(text) for text in CAST_TIMES[:60]] + ["NULL"])
    yield "to_date(a0)", ["timestamp"], rows(FEW_STAMPS)
    yield "to_date(a0)", ["date"], rows(FEW_DATES[:2])
    yield "to_date(a0)", ["int"], rows(["1"])
    yield "to_date(a0, 'yyyyMMdd')", ["string"], rows(["'20260131'", "'2026013'", "'x'", "''", "NULL"])
    yield "to_date(a0, 'yyyy')", ["date"], rows(FEW_DATES[:2])
    yield "to_date(a0, a1)", ["string", "string"], [["'31.01.2026'", "'dd.MM.yyyy'"], ["'31.01.2026'", "NULL"], ["'x'", "'bad'"]]
    yield "try_to_date(a0)", ["string"], rows(["'2026-01-31'", "'x'", "NULL"])
    yield "try_to_date(a0, 'yyyyMMdd')", ["string"], rows(["'20260131'", "'x'", "NULL"])
    for name in ("to_timestamp", "to_timestamp_ltz", "to_timestamp_ntz", "try_to_timestamp"):
        yield f"{name}(a0)", ["string"], rows([q(text) for text in CAST_TIMES[:40]] + ["'2026-01-31 01:02:03+05:00'", "NULL"])
        yield f"{name}(a0, 'yyyy-MM-dd HH:mm')", ["string"], rows(["'2026-01-31 01:02'", "'2026-03-29 02:30'", "'x'", "''", "NULL"])
        yield f"{name}(a0, 'yyyy-MM-dd HH:mm XXX')", ["string"], rows(["'2026-01-31 01:02 +05:00'", "'2026-01-31 01:02'"])
        yield f"{name}(a0)", ["date"], rows(FEW_DATES[:3])
        yield f"{name}(a0)", ["timestamp"], rows(FEW_STAMPS[:3])
        yield f"{name}(a0)", ["timestamp_ntz"], rows(FEW_NTZS)
        yield f"{name}(a0, 'yyyy')", ["date"], rows(FEW_DATES[:3])
        yield f"{name}(a0, 'yyyy')", ["timestamp"], rows(FEW_STAMPS[:3])
        yield f"{name}(a0)", ["int"], rows(["1"])
        yield f"{name}(a0)", ["double"], rows(["1.5"])
    for name in ("from_utc_timestamp", "to_utc_timestamp"):
        yield f"{name}(a0, a1)", ["timestamp", "string"], every(FEW_STAMPS, ["'America/New_York'", "'Europe/Berlin'", "NULL"])
        yield f"{name}(a0, a1)", ["timestamp", "string"], every(FEW_STAMPS[:1], ZONES)
        yield f"{name}(a0, 'PST')", ["string"], rows(["'2026-01-31 01:02:03'", "'x'", "NULL"])
        yield f"{name}(a0, '+02:00')", ["date"], rows(FEW_DATES[:2])
        yield f"{name}(a0, 'nowhere')", ["timestamp"], rows(FEW_STAMPS[:1])
    yield "convert_timezone(a1, a2, a0)", ["timestamp_ntz", "string", "string"], every(FEW_NTZS[:1] + FEW_NTZS[6:8], ZONES[:4], ["'Asia/Tokyo'", "'nowhere'", "NULL"])
    yield "convert_timezone('Europe/Berlin', a0)", ["timestamp_ntz"], rows(FEW_NTZS)
    yield "convert_timezone('Europe/Berlin', a0)", ["timestamp"], rows(FEW_STAMPS)
    yield "convert_timezone('Europe/Berlin', a0)", ["date"], rows(FEW_DATES[:2])
    yield "convert_timezone('Europe/Berlin', a0)", ["string"], rows(["'2026-01-31 01:02:03'", "'x'"])
    for unit in UNITS:
        for name in ("timestampadd", "dateadd"):
            yield f"{name}({unit}, a0, a1)", ["int", "timestamp"], every(["0", "1", "-1", "25", "NULL"], FEW_STAMPS)
        yield f"timestampadd({unit}, a0, a1)", ["bigint", "timestamp_ntz"], every(["1", "9223372036854775807"], FEW_NTZS)
        yield f"timestampdiff({unit}, a0, a1)", ["timestamp", "timestamp"], every(FEW_STAMPS, FEW_STAMPS[:4] + FEW_STAMPS[6:10])
        yield f"datediff({unit}, a0, a1)", ["date", "timestamp"], every(FEW_DATES[:3], FEW_STAMPS[:3])
    yield "timestampadd(DAY, a0, a1)", ["int", "date"], every(["1"], FEW_DATES)
    yield "timestampadd(DAY, a0, a1)", ["int", "string"], [["1", "'2026-01-31'"]]
    yield "timestampadd(DAY, a0, a1)", ["double", "timestamp"], [["1", "TIMESTAMP'2026-01-31 00:00:00'"]]
    yield "timestampdiff(DAY, a0, a1)", ["timestamp_ntz", "timestamp"], [["TIMESTAMP_NTZ'2026-01-31 00:00:00'", "TIMESTAMP'2026-02-28 00:00:00'"]]
    for pattern in PATTERNS[:6]:
        yield f"date_format(a0, {q(pattern)})", ["timestamp"], rows(FEW_STAMPS)
    yield "window_time(a0)", ["timestamp"], rows(["NULL"])


STAMP_PARTS = [["2026", "3", "29", "2", "30", "1.234567"], ["2026", "12", "31", "23", "59", "60"], ["2026", "1", "1", "0", "0", "60.5"], ["2026", "1", "1", "0", "0", "61"], ["2026", "13", "1", "0", "0", "0"], ["2026", "2", "29", "0", "0", "0"], ["2026", "1", "1", "24", "0", "0"], ["2026", "1", "1", "0", "60", "0"], ["2026", "1", "1", "0", "0", "-1"], ["0", "1", "1", "0", "0", "0"], ["-5", "1", "1", "0", "0", "0.5"], ["10000", "1", "1", "0", "0", "0"], ["1", "1", "1", "0", "0", "0"], ["2026", "11", "1", "1", "30", "0"], ["300000", "1", "1", "0", "0", "0"], ["NULL", "1", "1", "0", "0", "0"], ["2026", "1", "1", "0", "0", "NULL"]]


def interval_cases():
    yield "a0 + a1", ["timestamp", DT], every(FEW_STAMPS, DTS)
    yield "a1 + a0", ["timestamp_ntz", DT], every(FEW_NTZS[:4], DTS)
    yield "a0 - a1", ["timestamp", DT], every(FEW_STAMPS[:4] + FEW_STAMPS[6:10], DTS)
    yield "a0 + a1", ["date", DT], every(FEW_DATES, DTS)
    yield "a0 - a1", ["date", DT], every(FEW_DATES[:2], DTS[:3])
    yield "a0 + a1", [DT, DT], every(DTS, DTS)
    yield "a0 - a1", [DT, DT], every(DTS, DTS)
    yield "- a0", [DT], rows(DTS)
    yield "negative(a0)", [DT], rows(DTS[:2])
    yield "a0 * a1", [DT, "int"], every(DTS, ["2", "-3", "0", "NULL"])
    yield "a1 * a0", [DT, "double"], every(DTS[:4], ["0.5", "1.5", "'NaN'", "1e300"])
    yield "a0 * a1", [DT, "decimal(10,2)"], every(DTS[:3], ["0.5", "1.55"])
    yield "a0 / a1", [DT, "int"], every(DTS, ["2", "-3", "0", "NULL"])
    yield "a0 / a1", [DT, "double"], every(DTS[:4], ["0.5", "0.0", "'NaN'"])
    yield "a0 / a1", [DT, "decimal(10,2)"], every(DTS[:3], ["0.5", "1.55", "0"])
    for op in ("=", "<", "<=>"):
        yield f"a0 {op} a1", [DT, DT], every(DTS[:4] + ["NULL"], DTS[:4] + ["NULL"])
    yield "a0 - a1", ["timestamp", "timestamp"], every(FEW_STAMPS, FEW_STAMPS[:3])
    yield "a0 - a1", ["timestamp_ntz", "timestamp_ntz"], every(FEW_NTZS, FEW_NTZS[:3])
    yield "a0 - a1", ["timestamp", "date"], every(FEW_STAMPS[:3], FEW_DATES[:3])
    yield "a0 - a1", ["date", "timestamp"], every(FEW_DATES[:3], FEW_STAMPS[:3])
    yield "a0 - a1", ["timestamp", "timestamp_ntz"], [["TIMESTAMP'2026-01-31 00:00:00'", "TIMESTAMP_NTZ'2026-01-30 00:00:00'"]]
    yield "a0 - a1", ["timestamp", "string"], [["TIMESTAMP'2026-01-31 00:00:00'", "'2026-01-30'"], ["TIMESTAMP'2026-01-31 00:00:00'", "'x'"]]
    yield "a0 - a1", ["date", "string"], [["DATE'2026-01-31'", "'2026-01-30'"]]
    yield "a0 - a1", ["string", "date"], [["'2026-01-31'", "DATE'2026-01-30'"]]
    yield "a0 - a1", ["date", "date"], every(FEW_DATES, FEW_DATES)
    for text in ("INTERVAL '1' MONTH", "INTERVAL '-13' MONTH", "INTERVAL '1-1' YEAR TO MONTH", "INTERVAL '9999' YEAR"):
        for op in ("+", "-"):
            yield f"a0 {op} {text}", ["date"], rows(FEW_DATES)
            yield f"a0 {op} {text}", ["timestamp"], rows(FEW_STAMPS)
            yield f"a0 {op} {text}", ["timestamp_ntz"], rows(FEW_NTZS[:4])
    for text in ("INTERVAL '1' DAY", "INTERVAL '3' DAY", "INTERVAL '25' HOUR", "INTERVAL '1 01' DAY TO HOUR", "INTERVAL '90' SECOND", "INTERVAL '1.5' SECOND", "INTERVAL 1 DAY", "INTERVAL 10 MINUTES", "INTERVAL 2 WEEKS"):
        for op in ("+", "-"):
            yield f"a0 {op} {text}", ["date"], rows(FEW_DATES[:3])
            yield f"a0 {op} {text}", ["timestamp"], rows(FEW_STAMPS)
    yield "INTERVAL '1' MONTH + a0", ["date"], rows(FEW_DATES[:3])
    yield "a0 + INTERVAL '1' DAY", ["string"], rows(["'2026-01-31'", "'x'"])
    yield "a0 + INTERVAL '1' MONTH", ["string"], rows(["'2026-01-31 01:02:03'"])
    yield "a0 + INTERVAL '1' DAY", ["int"], rows(["1"])
    yield "INTERVAL '1' DAY - a0", ["date"], rows(["DATE'2026-01-31'"])
    yield "INTERVAL '1 02:03:04.5' DAY TO SECOND", [], [[]]
    yield "INTERVAL '5' DAY", [], [[]]
    yield "cast(INTERVAL '5' DAY as string)", [], [[]]
    yield "cast(a0 as string)", [DT], rows(DTS)
    yield "cast(INTERVAL '1-2' YEAR TO MONTH as string)", [], [[]]
    yield "cast(make_ym_interval(a0, 2) + INTERVAL '3' MONTH as string)", ["int"], rows(["1", "-5", "NULL", "178956970"])
    yield "cast(make_ym_interval(a0, 2) - INTERVAL '3' YEAR as string)", ["int"], rows(["1", "-5", "NULL"])
    yield "cast(- make_ym_interval(a0, 2) as string)", ["int"], rows(["1", "-5", "NULL"])
    yield "cast(make_ym_interval(a0, 2) * a1 as string)", ["int", "double"], [["1", "0.5"], ["1", "2.5"], ["NULL", "1"]]
    yield "cast(make_ym_interval(a0, 2) * 3 as string)", ["int"], rows(["1", "178956970"])
    yield "cast(make_ym_interval(a0, 2) / a1 as string)", ["int", "int"], [["1", "2"], ["1", "0"], ["NULL", "1"]]
    yield "a0 + make_ym_interval(a1, a2)", ["timestamp", "int", "int"], every(FEW_STAMPS[:3], ["1", "-1"], ["1", "0"])
    yield "a0 + make_ym_interval(a1, a2)", ["date", "int", "int"], every(FEW_DATES[:3], ["1", "-1"], ["1", "0"])
    yield "a0 BETWEEN a1 - INTERVAL '1' DAY AND a1", ["timestamp", "timestamp"], every(FEW_STAMPS[:2], FEW_STAMPS[:2])
    yield "abs(a0)", [DT], rows(DTS[:3])


I = "array<int>"
S = "array<string>"
D = "array<double>"
A_INTS = ["array(1, NULL, 3)", "array()", "array(NULL)", "array(3, 1, 2, 1)", "NULL"]
A_TEXTS = ["array('a', NULL, 'x', '')", "array()", "array('b', 'a', 'b')", "NULL"]
A_DOUBLES = ["array(1.0D, double('NaN'), 0.0D, double('-0.0'), NULL, double('Infinity'))", "array(double('NaN'), double('NaN'))", "array(double('-0.0'), 0.0D)", "NULL"]
A_LISTS = ["array(array(1, 2), array(1), NULL, array(1, NULL))", "array()", "array(array(1), array(1))", "NULL"]
A_STRUCTS = ["array(named_struct('a', 2, 'b', 'y'), named_struct('a', 1, 'b', 'z'), NULL, named_struct('a', 1, 'b', NULL))", "array()", "NULL"]
STRUCTS = "array<struct<a:int,b:string>>"
LISTS = "array<array<int>>"
BYTES = ["array(X'61', X'', X'FF', NULL)", "NULL"]
KINDS = {I: A_INTS, S: A_TEXTS, D: A_DOUBLES, LISTS: A_LISTS, STRUCTS: A_STRUCTS, "array<binary>": BYTES, "array<boolean>": ["array(true, false, NULL)"], "array<date>": ["array(DATE'2026-01-02', NULL, DATE'2026-01-01')"], "array<timestamp>": ["array(TIMESTAMP'2026-01-02 00:00:00', NULL, TIMESTAMP'2026-01-01 00:00:00')"], "array<decimal(10,2)>": ["array(1.50, NULL, -2)"], "array<bigint>": ["array(5, NULL, 9223372036854775807)"], "array<float>": ["array(float('NaN'), 1.5, NULL)"], "array<tinyint>": ["array(tinyint(1), NULL, tinyint(-1))"]}
M = "map<string,int>"
MAPS = ["map('a', 1, 'b', NULL)", "map()", "map('', 0)", "map('b', 2, 'a', 1)", "NULL"]
MAPI = "map<int,string>"
MAPIS = ["map(1, 'x', 2, NULL)", "map()", "NULL"]


def array_cases():
    for kind, values in KINDS.items():
        for name in ("array_max", "array_min", "array_distinct", "array_sort", "sort_array", "array_compact", "array_size", "size", "cardinality", "reverse", "flatten"):
            yield f"{name}(a0)", [kind], rows(values)
        yield "sort_array(a0, false)", [kind], rows(values)
        for name in ("array_union", "array_intersect", "array_except", "arrays_overlap"):
            yield f"{name}(a0, a1)", [kind, kind], every(values, values)
        yield "array_contains(a0, a0[0])", [kind], rows([v for v in values if v != "array()"])
        for name in ("array_position", "array_remove", "array_append", "array_prepend"):
            yield f"{name}(a0, try_element_at(a0, 1))", [kind], rows(values)
        yield "array_repeat(try_element_at(a0, 1), 2)", [kind], rows(values)
        yield "slice(a0, 1, 2)", [kind], rows(values)
        yield "array_insert(a0, 2, try_element_at(a0, 1))", [kind], rows(values)
        yield "concat(a0, a0)", [kind], rows(values)
        yield "arrays_zip(a0, a0)", [kind], rows(values)
        yield "array_join(a0, ',')", [kind], rows(values)
    yield "array(a0, a1)", ["int", "int"], [["1", "NULL"]]
    yield "array()", [], [[]]
    yield "array(a0, a1)", ["int", "string"], [["1", "'x'"]]
    yield "array(a0, a1)", ["int", "double"], [["1", "2.5"], ["NULL", "2.5"]]
    yield "array(a0, a1)", ["int", "array<int>"], [["1", "array(1)"]]
    yield "array(a0, a1)", [STRUCTS, STRUCTS], [[A_STRUCTS[0], "NULL"]]
    yield "array_contains(a0, a1)", [I, "int"], every(A_INTS, ["1", "7", "NULL"])
    yield "array_contains(a0, a1)", [D, "double"], every(A_DOUBLES, ["'NaN'", "0.0", "'-0.0'"])
    yield "array_contains(a0, a1)", [I, "bigint"], every(A_INTS[:1], ["1", "5000000000"])
    yield "array_contains(a0, a1)", [I, "string"], every(A_INTS[:1], ["'1'"])
    yield "array_contains(a0, NULL)", [I], rows(A_INTS[:1])
    yield "array_contains(a0, 1)", ["int"], rows(["1"])
    yield "array_contains(a0, a1)", ["array<map<string,int>>", M], [["array(map('a', 1))", "map('a', 1)"]]
    yield "array_position(a0, a1)", [I, "int"], every(A_INTS, ["1", "7", "NULL"])
    yield "array_position(a0, a1)", [D, "double"], every(A_DOUBLES, ["'NaN'", "'-0.0'"])
    yield "array_position(a0, 'x')", [I], rows(A_INTS[:1])
    yield "array_remove(a0, a1)", [I, "int"], every(A_INTS, ["1", "7", "NULL"])
    yield "array_remove(a0, a1)", [D, "double"], every(A_DOUBLES, ["'NaN'", "0.0"])
    yield "array_append(a0, a1)", [I, "int"], every(A_INTS, ["1", "NULL"])
    yield "array_append(a0, a1)", [I, "bigint"], every(A_INTS[:1], ["1"])
    yield "array_append(a0, 'x')", [I], rows(A_INTS[:1])
    yield "array_prepend(a0, a1)", [S, "string"], every(A_TEXTS, ["'q'", "NULL"])
    yield "array_insert(a0, a1, a2)", [I, "int", "int"], every(A_INTS, ["1", "2", "5", "7", "-1", "-2", "-5", "-8", "NULL"], ["9", "NULL"])
    yield "array_insert(a0, 0, 9)", [I], rows(A_INTS)
    yield "array_insert(a0, a1, 9)", [I, "int"], [["array(1)", "0"], ["array(1)", "2147483647"], ["array(1)", "-2147483648"], ["NULL", "0"]]
    yield "array_insert(a0, 1, 'x')", [I], rows(A_INTS[:1])
    yield "array_repeat(a0, a1)", ["int", "int"], every(["1", "NULL"], ["0", "3", "-1", "NULL"])
    yield "array_repeat(a0, a1)", ["string", "string"], [["'x'", "'2'"]]
    yield "array_repeat(a0, 2147483647)", ["int"], rows(["1"])
    yield "array_join(a0, a1)", [S, "string"], every(A_TEXTS, ["','", "''", "NULL"])
    yield "array_join(a0, a1, a2)", [S, "string", "string"], every(A_TEXTS, ["','"], ["'-'", "NULL"])
    yield "array_join(a0, 1)", [S], rows(A_TEXTS[:1])
    yield "slice(a0, a1, a2)", [I, "int", "int"], every(A_INTS, ["1", "2", "-2", "-9", "9", "NULL"], ["0", "1", "9", "NULL"])
    yield "slice(a0, a1, a2)", [I, "int", "int"], [["array(1)", "0", "1"], ["array(1)", "1", "-1"], ["NULL", "0", "1"]]
    yield "sort_array(a0, a1)", [I, "boolean"], every(A_INTS, ["true", "false", "NULL"])
    yield "sort_array(a0, 1)", [I], rows(A_INTS[:1])
    yield "sort_array(a0)", ["array<map<string,int>>"], rows(["array(map('a', 1))"])
    yield "array_max(a0)", ["int"], rows(["1"])
    yield "element_at(a0, a1)", [I, "int"], every(["array(1, NULL, 3)", "NULL"], ["1", "2", "3", "-1", "-3", "NULL"])
    yield "element_at(a0, a1)", [I, "int"], [["array(1, 2)", "0"], ["array(1, 2)", "3"], ["array(1, 2)", "-3"], ["array()", "1"], ["NULL", "0"], ["array(1)", "-2147483648"]]
    yield "element_at(a0, a1)", [I, "bigint"], [["array(1, 2)", "1"]]
    yield "element_at(a0, a1)", [I, "string"], [["array(1, 2)", "'1'"]]
    yield "element_at(a0, a1)", [M, "string"], every(MAPS, ["'a'", "'b'", "'zz'", "NULL"])
    yield "element_at(a0, a1)", [MAPI, "int"], every(MAPIS, ["1", "2", "3", "NULL"])
    yield "element_at(a0, a1)", [MAPI, "string"], [["map(1, 'x')", "'1'"]]
    yield "element_at(a0, 1)", ["map<bigint,string>"], [["map(1L, 'x')"]]
    yield "element_at(a0, 1)", ["int"], rows(["1"])
    yield "try_element_at(a0, a1)", [I, "int"], every(A_INTS, ["1", "4", "-1", "-5", "NULL"])
    yield "try_element_at(a0, 0)", [I], rows(A_INTS[:2])
    yield "try_element_at(a0, a1)", [M, "string"], every(MAPS, ["'a'", "'zz'"])
    yield "a0[a1]", [I, "int"], every(["array(1, NULL, 3)", "NULL"], ["0", "1", "2", "NULL"])
    yield "a0[a1]", [I, "int"], [["array(1, 2)", "2"], ["array(1, 2)", "-1"], ["array()", "0"], ["NULL", "5"]]
    yield "a0[a1]", [I, "bigint"], [["array(1, 2)", "1"], ["array(1, 2)", "4294967296"]]
    yield "a0['a']", [M], rows(MAPS)
    yield "a0[a1]", [MAPI, "int"], every(MAPIS, ["1", "2", "3", "NULL"])
    yield "a0[1]", ["map<bigint,string>"], [["map(1L, 'x')"]]
    yield "a0.a", [STRUCTS], rows(A_STRUCTS)
    yield "a0.b", [STRUCTS], rows(A_STRUCTS)
    yield "a0.a", [M], rows(MAPS)
    yield "get(a0, a1)", [I, "int"], every(A_INTS, ["0", "1", "9", "-1", "NULL"])
    yield "get(a0, 'x')", [I], rows(A_INTS[:1])
    yield "size(a0)", [M], rows(MAPS)
    yield "cardinality(a0)", [M], rows(MAPS)
    yield "size(a0)", ["string"], rows(["'x'"])
    yield "array_size(a0)", [M], rows(MAPS[:1])
    yield "flatten(a0)", ["array<array<array<int>>>"], rows(["array(array(array(1), NULL), array())", "array(NULL)"])
    yield "flatten(a0)", ["array<array<string>>"], rows(["array(array('a', NULL), array('b'))", "array(array('a'), NULL)", "NULL"])
    yield "arrays_zip(a0, a1)", [I, S], every(A_INTS, A_TEXTS)
    yield "arrays_zip(a0, a1, array(1, 2))", [I, S], every(A_INTS[:2], A_TEXTS[:2])
    yield "arrays_zip(a0)", [I], rows(A_INTS)
    yield "arrays_zip()", [], [[]]
    yield "arrays_zip(a0, 1)", [I], rows(A_INTS[:1])
    yield "arrays_overlap(a0, a1)", [I, I], every(["array(1, 2)", "array(2, NULL)", "array(3)", "array(NULL)", "array()", "NULL"], ["array(1, 2)", "array(2, NULL)", "array(3)", "array(NULL)", "array()", "NULL"])
    yield "array_union(a0, a1)", [I, "array<bigint>"], [["array(1)", "array(2L)"]]
    yield "array_union(a0, a1)", [I, S], [["array(1)", "array('2')"]]
    yield "array_union(a0, 1)", [I], [["array(1)"]]
    yield "array_union(a0, array(NULL))", [I], [["array(1)"]]
    yield "array_distinct(a0)", ["array<map<string,int>>"], rows(["array(map('a', 1))"])
    for kind, values in {"int": [("1", "5"), ("5", "1"), ("1", "1"), ("NULL", "1"), ("2147483646", "2147483647"), ("-2147483647", "-2147483648")], "bigint": [("1", "3"), ("9223372036854775806", "9223372036854775807")], "tinyint": [("1", "3"), ("126", "127"), ("-127", "-128")], "smallint": [("1", "-2")]}.items():
        yield "sequence(a0, a1)", [kind, kind], [list(v) for v in values]
    yield "sequence(a0, a1, a2)", ["int", "int", "int"], [["1", "10", "3"], ["10", "1", "-4"], ["1", "1", "0"], ["1", "5", "0"], ["1", "5", "-1"], ["5", "1", "1"], ["1", "5", "NULL"], ["1", "2", "5"], ["-2147483648", "2147483647", "1000000000"]]
    yield "sequence(a0, a1)", ["int", "bigint"], [["1", "3"]]
    yield "sequence(a0, a1)", ["string", "int"], [["'1'", "3"]]
    yield "sequence(a0, a1)", ["double", "double"], [["1", "3"]]
    yield "sequence(a0, a1)", ["date", "date"], [["DATE'2026-02-27'", "DATE'2026-03-02'"], ["DATE'2026-03-02'", "DATE'2026-02-27'"], ["NULL", "DATE'2026-02-27'"]]
    for step in ("INTERVAL '1' DAY", "INTERVAL '2' DAY", "INTERVAL '-1' DAY", "INTERVAL '1' MONTH", "INTERVAL '1' YEAR", "INTERVAL '-1' MONTH", "INTERVAL '0' DAY", "INTERVAL '12' HOUR", "INTERVAL 1 WEEK", "INTERVAL 1 DAY"):
        yield f"sequence(a0, a1, {step})", ["date", "date"], [["DATE'2026-01-31'", "DATE'2026-02-05'"], ["DATE'2026-01-31'", "DATE'2026-05-31'"], ["DATE'2026-05-31'", "DATE'2026-01-31'"], ["DATE'2026-05-31'", "DATE'2026-05-31'"], ["NULL", "DATE'2026-01-01'"]]
        yield f"sequence(a0, a1, {step})", ["timestamp", "timestamp"], [["TIMESTAMP'2026-03-07 12:00:00'", "TIMESTAMP'2026-03-10 12:00:00'"], ["TIMESTAMP'2026-10-24 02:30:00'", "TIMESTAMP'2026-10-27 02:30:00'"], ["TIMESTAMP'2026-05-31 01:00:00'", "TIMESTAMP'2026-01-31 00:00:00'"]]
        yield f"sequence(a0, a1, {step})", ["timestamp_ntz", "timestamp_ntz"], [["TIMESTAMP_NTZ'2026-03-07 12:00:00'", "TIMESTAMP_NTZ'2026-03-10 12:00:00'"]]
    yield "sequence(a0, a1)", ["timestamp", "timestamp"], [["TIMESTAMP'2026-03-07 12:00:00'", "TIMESTAMP'2026-03-10 12:00:00'"], ["TIMESTAMP'2026-03-10 12:00:00'", "TIMESTAMP'2026-03-07 12:00:00'"]]
    yield "sequence(a0, a1, 1)", ["date", "date"], [["DATE'2026-02-27'", "DATE'2026-03-02'"]]
    yield "struct(a0, a1)", ["int", "string"], [["1", "'x'"], ["NULL", "NULL"]]
    yield "named_struct('p', a0, 'q', a1)", ["int", "string"], [["1", "'x'"], ["NULL", "NULL"]]


def map_cases():
    for name in ("map_keys", "map_values", "map_entries"):
        yield f"{name}(a0)", [M], rows(MAPS)
        yield f"{name}(a0)", [MAPI], rows(MAPIS)
        yield f"{name}(a0)", [I], rows(A_INTS[:1])
    yield "map(a0, a1)", ["string", "int"], [["'a'", "1"], ["'a'", "NULL"], ["NULL", "1"]]
    yield "map(a0, a1, a2, a3)", ["string", "int", "string", "int"], [["'a'", "1", "'b'", "2"], ["'a'", "1", "'a'", "2"]]
    yield "map(a0, 1, a1, 2)", ["double", "double"], [["0.0", "'-0.0'"], ["'NaN'", "'NaN'"], ["1.0", "2.0"]]
    yield "map()", [], [[]]
    yield "map(a0)", ["int"], rows(["1"])
    yield "map(a0, 1)", [M], rows(MAPS[:1])
    yield "map(a0, 1, a1, 2)", ["int", "string"], [["1", "'x'"]]
    yield "map(1, a0, 2, a1)", ["int", "double"], [["1", "2.5"]]
    yield "map_from_arrays(a0, a1)", [S, I], [["array('a', 'b')", "array(1, NULL)"], ["array()", "array()"], ["array('a', 'a')", "array(1, 2)"], ["array('a', NULL)", "array(1, 2)"], ["array('a')", "array(1, 2)"], ["NULL", "array(1)"], ["array('a')", "NULL"]]
    yield "map_from_arrays(a0, 1)", [S], [["array('a')"]]
    yield "map_from_entries(a0)", ["array<struct<k:string,v:int>>"], rows(["array(named_struct('k', 'a', 'v', 1), named_struct('k', 'b', 'v', NULL))", "array()", "array(named_struct('k', 'a', 'v', 1), named_struct('k', 'a', 'v', 2))", "array(named_struct('k', NULL, 'v', 1))", "array(named_struct('k', 'a', 'v', 1), NULL)", "array(named_struct('k', 'a', 'v', 1), named_struct('k', 'a', 'v', 2), NULL)", "NULL"])
    yield "map_from_entries(a0)", [I], rows(A_INTS[:1])
    yield "map_concat(a0, a1)", [M, M], every(["map('a', 1)", "map()", "NULL"], ["map('b', NULL)", "map('a', 3)", "NULL"])
    yield "map_concat(a0)", [M], rows(MAPS)
    yield "map_concat()", [], [[]]
    yield "map_concat(a0, a1)", [M, "map<string,bigint>"], [["map('a', 1)", "map('b', 2L)"]]
    yield "map_concat(a0, 1)", [M], rows(MAPS[:1])
    yield "map_contains_key(a0, a1)", [M, "string"], every(MAPS, ["'a'", "''", "NULL"])
    yield "map_contains_key(a0, a1)", [MAPI, "bigint"], every(MAPIS[:1], ["1", "7"])
    yield "map_contains_key(a0, NULL)", [M], rows(MAPS[:1])
    yield "map_contains_key(a0, 1)", [I], rows(A_INTS[:1])
    yield "str_to_map(a0)", ["string"], rows(["'a:1,b:2'", "'a'", "''", "'a:1,a:2'", "'a:b:c'", "':1'", "'a:,b'", "',,'", "NULL"])
    yield "str_to_map(a0, a1)", ["string", "string"], [["'a:1;b:2'", "';'"], ["'a:1|b:2'", "'|'"], ["'a:1|b:2'", "'\\\\|'"], ["'a:1'", "NULL"], ["'ab'", "''"]]
    yield "str_to_map(a0, a1, a2)", ["string", "string", "string"], [["'a=1&b=2'", "'&'", "'='"], ["'a=1 b==2'", "'\\\\s+'", "'=+'"], ["'a=1'", "'&'", "NULL"]]
    yield "str_to_map(a0)", ["int"], rows(["1"])
    yield "named_struct('m', a0).m['a']", [M], rows(MAPS[:2])
    for name in ("map_keys", "map_values"):
        yield f"{name}(a0)", ["map<array<int>,struct<x:int>>"], rows(["map(array(1), named_struct('x', 1))", "NULL"])


def lambda_cases():
    yield "transform(a0, x -> x + 1)", [I], rows(A_INTS)
    yield "transform(a0, (x, i) -> x * 10 + i)", [I], rows(A_INTS)
    yield "transform(a0, x -> x + a1)", [I, "int"], every(A_INTS, ["5", "NULL"])
    yield "transform(a0, x -> array(x, a1))", [I, "int"], every(A_INTS, ["5", "NULL"])
    yield "transform(a0, x -> upper(x))", [S], rows(A_TEXTS)
    yield "transform(a0, x -> 1)", [I], rows(A_INTS)
    yield "transform(a0, x -> transform(x, y -> y + size(x)))", [LISTS], rows(A_LISTS)
    yield "transform(a0, x -> x.a)", [STRUCTS], rows(A_STRUCTS)
    yield "transform(a0, x -> x + 1)", [M], rows(MAPS[:1])
    yield "transform(a0, (x, y, z) -> x)", [I], rows(A_INTS[:1])
    yield "filter(a0, x -> x > 1)", [I], rows(A_INTS)
    yield "filter(a0, (x, i) -> i % 2 = 0)", [I], rows(A_INTS)
    yield "filter(a0, x -> x IS NOT NULL)", [S], rows(A_TEXTS)
    yield "filter(a0, x -> x)", [I], rows(A_INTS[:1])
    yield "filter(a0, x -> NULL)", [I], rows(A_INTS)
    yield "exists(a0, x -> x > 2)", [I], rows(A_INTS + ["array(1, 1)", "array(1, NULL)"])
    yield "exists(a0, x -> x IS NULL)", [I], rows(A_INTS)
    yield "forall(a0, x -> x > 0)", [I], rows(A_INTS + ["array(-1, NULL)"])
    yield "aggregate(a0, 0, (acc, x) -> acc + x)", [I], rows(A_INTS)
    yield "aggregate(a0, 0, (acc, x) -> acc + coalesce(x, 0), acc -> acc * 10)", [I], rows(A_INTS)
    yield "reduce(a0, a1, (acc, x) -> concat(acc, x))", [S, "string"], every(A_TEXTS, ["'>'", "NULL"])
    yield "aggregate(a0, 0, (acc, x) -> acc + x)", [D], rows(A_DOUBLES[:1])
    yield "aggregate(a0, 0L, (acc, x) -> acc + x)", [I], rows(A_INTS)
    yield "aggregate(a0, array(0), (acc, x) -> concat(acc, array(x)))", [I], rows(A_INTS)
    yield "zip_with(a0, a1, (x, y) -> x + y)", [I, I], every(A_INTS, A_INTS)
    yield "zip_with(a0, a1, (x, y) -> concat_ws('-', x, y))", [I, S], every(A_INTS[:2], A_TEXTS)
    yield "zip_with(a0, a1, (x, y) -> struct(x, y))", [I, S], every(A_INTS[:2], A_TEXTS[:2])
    yield "array_sort(a0, (x, y) -> CASE WHEN x < y THEN 1 WHEN x > y THEN -1 ELSE 0 END)", [I], rows(["array(3, 1, 2, 1)", "array()", "NULL"])
    yield "array_sort(a0, (x, y) -> CASE WHEN x IS NULL AND y IS NULL THEN 0 WHEN x IS NULL THEN -1 WHEN y IS NULL THEN 1 ELSE x - y END)", [I], rows(A_INTS)
    yield "array_sort(a0, (x, y) -> CASE WHEN x < y THEN -1 WHEN x > y THEN 1 ELSE 0 END)", [I], rows(["array(3, NULL, 2)", "array(5)", "array(2, 1)"])
    yield "array_sort(a0, (x, y) -> NULL)", [I], rows(["array(3, 2)", "array(3)"])
    yield "array_sort(a0, (x, y) -> 'x')", [I], rows(["array(3, 2)"])
    yield "array_sort(a0, (x, y) -> length(x) - length(y))", [S], rows(["array('ccc', 'a', 'bb', 'b')"])
    yield "map_filter(a0, (k, v) -> v > 1)", [M], rows(MAPS)
    yield "map_filter(a0, (k, v) -> k = 'a')", [M], rows(MAPS)
    yield "transform_keys(a0, (k, v) -> concat(k, '!'))", [M], rows(MAPS)
    yield "transform_keys(a0, (k, v) -> 1)", [M], rows(MAPS)
    yield "transform_keys(a0, (k, v) -> v)", [M], rows(["map('a', 1)", "map('a', NULL)", "map('a', 1, 'b', 1)"])
    yield "transform_values(a0, (k, v) -> v + length(k))", [M], rows(MAPS)
    yield "transform_values(a0, (k, v) -> k)", [M], rows(MAPS)
    yield "map_zip_with(a0, a1, (k, x, y) -> concat_ws('/', k, x, y))", [M, M], every(MAPS, ["map('a', 7, 'c', 8)", "map()", "NULL"])
    yield "map_zip_with(a0, a1, (k, x, y) -> coalesce(x, 0) + coalesce(y, 0))", [M, M], every(MAPS[:2], ["map('a', 7, 'c', 8)"])
    yield "map_zip_with(a0, a1, (k, x, y) -> x)", [M, MAPI], [["map('a', 1)", "map(1, 'x')"]]
    yield "transform(filter(a0, x -> x > 0), y -> y * 2)", [I], rows(A_INTS)
    yield "aggregate(map_values(a0), 0, (s, x) -> s + coalesce(x, 0))", [M], rows(MAPS)
    yield "transform(a0, x -> 10 / x)", [I], rows(["array(1, 2)", "array(0)", "array()"])


JSONS = ['{"a":1}', '{"a":{"b":[1,2,{"c":"x"}]}}', '{"a":[{"b":1},{"b":2}]}', '{"a":null}', '{"a":"text","b":"q\\"uo\\\\te"}', '[1,2,3]', '[[1,2],[3,4]]', '{"a":1.50}', '{"a":1e3}', '{"a":true}', '', 'x', '{"a":1', '{"a":1}x', '{"a":1,"a":2}', '{"a b":1,"c.d":2}', '{"a":"\\u00e9\\n"}', '{"a":[]}', '{"a":{}}', '{"a":-0.0,"b":12345678901234567890}', "{'a':1}", ' {"a" : [ 1 , 2 ] } ', '"s"', '12', 'null', '{"a":[[{"b":1},{"b":[2,3]}],[{"b":4}]]}', '{"a":[1,null,"x",{"b":null}]}', '{"":1}', '{"a":"\u00e9\U0001f600"}']
PATHS = ["$", "$.a", "$.a.b", "$.a.b[2].c", "$.a[0]", "$.a[*]", "$.a[*].b", "$[0]", "$[*]", "$[1][0]", "$[*][0]", "$['a']", "$.*", "$['a b']", "$.a b", "$['c.d']", "$.c.d", "$.a.*", "$.a[1].b", "a", "", "$.", "$..a", "$[", "$[-1]", "$.a[0][1].b", "$.a[*][*].b", "$[*][*]", "$.a[*].*", "$['*']", "$.b", "$.a[5]", "$ .a", "$.a ", "$['']", "$[0].a"]


def json_cases():
    for path in PATHS:
        yield f"get_json_object(a0, {q(path)})", ["string"], rows([q(text) for text in JSONS] + ["NULL"])
    yield "get_json_object(a0, a1)", ["string", "string"], [["'{\"a\":1}'", "'$.a'"], ["'{\"a\":1}'", "NULL"], ["NULL", "'$.a'"], ["'{\"a\":1}'", "'x'"]]
    yield "get_json_object(a0, 1)", ["string"], rows(["'{}'"])
    yield "json_array_length(a0)", ["string"], rows([q(text) for text in JSONS + ["[]", "[1,[2,3],{}]", "[1,", "[1]x", " [1] "]] + ["NULL"])
    yield "json_object_keys(a0)", ["string"], rows([q(text) for text in JSONS + ["{}", '{"a":1,"b":{"c":2}}', '{"a":1,', "{x}"]] + ["NULL"])
    for text in ['{"a":1}', '{"a":1,"b":"x","c":[1,2.5],"d":{"e":null},"f":true}', '[{"a":1},{"b":2}]', '[]', '{}', '12', '"x"', 'null', '{"a":12345678901234567890}', '{"a":1.5}', '{"a":"2026-01-01"}', '[1,"x"]', '[[1],[2.5]]', "{'a':1}", '{"b":1,"a":2}', 'x', '{"a b":1}', '{"a":[{"x":1},{"y":2}]}', '{"a":1e400}', '{"a":1.0E+2}', '01']:
        yield f"schema_of_json({q(text)})", [], [[]]
    for options in ("map('allowNumericLeadingZeros', 'true')", "map('primitivesAsString', 'true')", "map('prefersDecimal', 'true')", "map('inferTimestamp', 'true')", "map('dropFieldIfAllNull', 'true')"):
        yield f"""schema_of_json('{{"a":01.5,"b":"2026-01-01T00:00:00","c":null}}', {options})""", [], [[]]
        yield f"""schema_of_json('{{"a":1.5,"b":"2026-01-01T00:00:00","c":null}}', {options})""", [], [[]]
    yield "schema_of_json(a0)", ["string"], rows(["'{}'"])
    yield "schema_of_json(NULL)", [], [[]]


LINES = ["1,x,2.5", "1,x", "1,x,2.5,more", "", " ", ",,", "a,x,2.5", "1,\"x,y\",2.5", "1,\"x\"\"y\",2.5", "1,\"x\\\"y\",2.5", "1,x\"y,2.5", "1,\"x\"y,2.5", "1,\"x,2.5", " 1 , x , 2.5 ", "1,'x',2.5", "1,\"\",2.5", "1,\\,2.5", "1,x\\,y,2.5", "1;x;2.5", "#1,x,2.5", "1,null,NaN", "1,-,Inf", "99999999999,x,1e400", "1,x,-Inf", "1\tx\t2.5", "1,x\ny,2.5", "1,\"x\ny\",2.5", "1,x\r\n,2.5", "1||x||2.5", "1,\"a\\\\\",2.5", "1,\" x \",2.5", "\"1\",\"x\",\"2.5\"", "1,x,2.5\n", "1.0,x,1d", "+1,x,+1", "1,\"\"\"x\"\"\",2.5", "\"\"", "1,\u00e9\U0001f600,1"]
CSV_OPTIONS = ["map()", "map('sep', ';')", "map('sep', '\\t')", "map('sep', '||')", "map('delimiter', '|')", "map('quote', '\\'')", "map('quote', '')", "map('escape', '\"')", "map('escape', '\\\\')", "map('nullValue', '-')", "map('nullValue', 'null')", "map('emptyValue', 'E')", "map('comment', '#')", "map('ignoreLeadingWhiteSpace', 'true', 'ignoreTrailingWhiteSpace', 'true')", "map('nanValue', 'null', 'positiveInf', '-')", "map('mode', 'FAILFAST')", "map('mode', 'DROPMALFORMED')", "map('mode', 'nope')", "map('charToEscapeQuoteEscaping', '\\\\')", "map('unescapedQuoteHandling', 'STOP_AT_CLOSING_QUOTE')", "map('unescapedQuoteHandling', 'SKIP_VALUE')", "map('unescapedQuoteHandling', 'RAISE_ERROR')", "map('unescapedQuoteHandling', 'BACK_TO_DELIMITER')", "map('maxCharsPerColumn', '3')", "map('maxColumns', '2')", "map('sep', '')", "map('sep', 'a\\\\')", "map('lineSep', 'x')", "map('columnNameOfCorruptRecord', 'c')", "map('header', 'true')", "map('enforceSchema', 'false')", "map('locale', 'de')", "map('nope', '1')", "map('multiLine', 'true')"]


def csv_cases():
    texts = rows([q(text) for text in LINES] + ["NULL"])
    for options in CSV_OPTIONS:
        yield f"from_csv(a0, 'a INT, b STRING, c DOUBLE', {options})", ["string"], texts
    yield "from_csv(a0, 'a INT, b STRING, c DOUBLE')", ["string"], texts
    yield "from_csv(a0, 'a INT, b STRING, c DOUBLE, _corrupt_record STRING')", ["string"], texts
    yield "from_csv(a0, 'bad STRING, a INT, b STRING, c DOUBLE', map('columnNameOfCorruptRecord', 'bad'))", ["string"], texts
    yield "from_csv(a0, 'a STRING')", ["string"], texts
    values = ["1", "-1", "127", "128", "32768", "2147483648", "9223372036854775807", "9223372036854775808", "1.5", "1.50", "1e3", "true", "false", "TRUE", "True", "x", "", " 1", "NaN", "Infinity", "-Infinity", "2026-01-31", "2026-1-3", "2026-01-31 01:02:03", "2026-01-31T01:02:03.456Z", "2026-01-31T01:02:03.456+05:00", "2026", "2026-01", "2026-13-01", "31/01/2026", "0001-01-01", "1,234.56", "12345678901234567890.12", "PT1S", "INTERVAL '1' DAY", "1d", "0x1", "+5", "1.0"]
    for kind in ("TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL(10,2)", "DECIMAL(38,18)", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMP_NTZ", "STRING"):
        yield f"from_csv(a0, 'a {kind}', map('sep', '|'))", ["string"], rows([q(text) for text in values])
    for kind in ("BINARY", "INTERVAL DAY TO SECOND", "ARRAY<INT>", "STRUCT<x:INT>", "MAP<STRING,INT>", "VARIANT"):
        yield f"from_csv(a0, 'a {kind}')", ["string"], rows(["'1'", "'x'"])
    times = rows([q(text) for text in values if text.startswith("2") or text.startswith("3")])
    for kind, option in (("DATE", "dateFormat"), ("TIMESTAMP", "timestampFormat"), ("TIMESTAMP_NTZ", "timestampNTZFormat")):
        for pattern in ("dd/MM/yyyy", "yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss", "nope"):
            yield f"from_csv(a0, 'a {kind}', map('{option}', '{pattern}'))", ["string"], times
    yield "from_csv(a0, 'a TIMESTAMP', map('timeZone', 'America/New_York'))", ["string"], times
    yield "from_csv(a0, 'a DECIMAL(10,2)', map('locale', 'de-DE', 'sep', ';'))", ["string"], rows(["'1.234,56'", "'1,5'", "'1.5'"])
    yield "from_csv(a0, a1)", ["string", "string"], [["'1'", "'a INT'"]]
    yield "from_csv(a0, 'a INT')", ["int"], rows(["1"])
    yield "from_csv(a0, 'INT')", ["string"], rows(["'1'"])
    yield "from_csv(a0, schema_of_csv('1,abc'))", ["string"], rows(["'7,q'"])
    yield "from_csv(a0, 'a INT NOT NULL, b STRING')", ["string"], rows(["'7,q'", "'x,q'", "NULL"])
    record = "struct<a:int,b:string,c:double,d:date,t:timestamp,n:timestamp_ntz,f:boolean,e:decimal(10,2)>"
    values = ["named_struct('a', 1, 'b', 'x', 'c', 2.5D, 'd', DATE'2026-01-31', 't', TIMESTAMP'2026-01-31 12:34:56.789', 'n', TIMESTAMP_NTZ'2026-01-31 12:34:56.789', 'f', true, 'e', 1.50)", "named_struct('a', NULL, 'b', NULL, 'c', NULL, 'd', NULL, 't', NULL, 'n', NULL, 'f', NULL, 'e', NULL)", "named_struct('a', 1, 'b', '', 'c', double('NaN'), 'd', DATE'0001-01-01', 't', TIMESTAMP'0001-01-01 00:00:00', 'n', NULL, 'f', false, 'e', 0)", "named_struct('a', 1, 'b', 'q\"u,o\\\\te', 'c', double('Infinity'), 'd', NULL, 't', NULL, 'n', NULL, 'f', NULL, 'e', NULL)", "NULL"]
    for options in ("", ", map('sep', ';')", ", map('quoteAll', 'true')", ", map('nullValue', '-')", ", map('emptyValue', 'E')", ", map('dateFormat', 'dd/MM/yyyy')", ", map('timestampFormat', 'yyyy')", ", map('escape', '\"')", ", map('quote', '\\'')", ", map('escapeQuotes', 'false')", ", map('timeZone', 'America/New_York')", ", map('ignoreLeadingWhiteSpace', 'false')"):
        yield f"to_csv(a0{options})", [record], rows(values)
    texts = ["x", " x ", "", "a,b", "a\"b", "\"x\"", "a\nb", "a\\b", "\\", "\u00e9", "#x", "a\tb", "'", ",", "a\"", "\"", " ", "\r"]
    for options in ("", ", map('ignoreLeadingWhiteSpace', 'false', 'ignoreTrailingWhiteSpace', 'false')", ", map('quoteAll', 'true')", ", map('escape', '\"')", ", map('comment', '#')", ", map('charToEscapeQuoteEscaping', '\\\\')", ", map('quote', '')"):
        yield f"to_csv(named_struct('a', a0, 'b', 1){options})", ["string"], rows([q(text) for text in texts] + ["NULL"])
    yield "to_csv(named_struct('a', a0))", ["string"], rows([q(text) for text in texts] + ["NULL"])
    yield "to_csv(named_struct('a', a0))", ["float"], rows(["1.5", "'NaN'", "1e20"])
    yield "to_csv(named_struct('a', a0))", ["binary"], rows(["X'61'"])
    yield "to_csv(named_struct('a', a0))", [I], rows(A_INTS)
    yield "to_csv(named_struct('a', a0))", [M], rows(MAPS)
    yield "to_csv(named_struct('a', named_struct('x', a0)))", ["int"], rows(["1", "NULL"])
    yield "to_csv(a0)", ["int"], rows(["1"])
    for text in ("1,abc", "1", "", "1.5,true,2026-01-01,2026-01-01 00:00:00", "12345678901", "99999999999999999999", "a,,b", "\"x,y\",2", "1|2", "NaN,Inf", "1e5,-1"):
        yield f"schema_of_csv({q(text)})", [], [[]]
    yield "schema_of_csv('1|abc', map('sep', '|'))", [], [[]]
    yield "schema_of_csv('2026-01-01', map('preferDate', 'false'))", [], [[]]
    yield "schema_of_csv('-,1', map('nullValue', '-'))", [], [[]]
    yield "schema_of_csv(a0)", ["string"], rows(["'1'"])
    yield "schema_of_csv(NULL)", [], [[]]


def cases():
    yield from date_cases()
    yield from time_cases()
    yield from interval_cases()
    yield from array_cases()
    yield from map_cases()
    yield from lambda_cases()
    yield from json_cases()
    yield from csv_cases()


def zoned_cases():
    """What depends on the session's time zone."""
    zoned = ("stamp", "time", "convert", "from_unix", "unix", "to_date", "sequence", "months_between", "trunc", "date_part", "extract", "from_csv", "to_csv", "a0 ", "a1 ", "add_months", "date_add", "datediff", "hour", "monthname", "dayname", "dateadd", "datediff")
    for expression, types, values in cases():
        about_time = any("timestamp" in kind for kind in types) or "TIMESTAMP" in expression or ("string" in types and "time" in expression)
        if about_time and any(word in expression for word in zoned) or expression.startswith(("from_unixtime", "make_timestamp", "current_timezone")):
            yield expression, types, values
