"""Spark's answers as JSON: one canonical form for each type, so that another engine's answer can be compared byte by byte.

    null -> null                              boolean, byte, short, int, long -> JSON boolean, JSON integer
    float, double -> Python repr in a string  ("1.5", "1e+16", "NaN", "Infinity", "-0.0"; a float is widened to double first)
    decimal -> plain text with its scale      string -> string, or {"b64": ...} when it is not valid UTF-8
    binary -> {"b64": ...}                    date -> "yyyy-MM-dd" (years outside 0000..9999 with sign and as many digits as needed)
    timestamp, timestamp_ntz, day-time interval -> {"us": microseconds since 1970-01-01T00:00:00 (UTC, or local for NTZ)}
    time -> {"ns": nanoseconds of the day}    array -> list
    struct -> list of [name, value]           map -> {"map": [[key, value], ...]} in Spark's order
    an error -> {"error": {"class", "pyspark", "condition", "sqlState", "parameters", "message"}}

Values are taken from Arrow columns, not from Python rows, so that strings keep their bytes and times keep their range.
"""
import base64
import datetime
import json
import re
import zoneinfo

import pyarrow as pa


def b64(data):
    return {"b64": base64.b64encode(data).decode()}


def text(data):
    """Bytes as a JSON string, or as {"b64"} when they are not UTF-8 (surrogates encoded as UTF-8 are not)."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return b64(data)


def number(value):
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value)


def date(days):
    """Days since 1970-01-01 in the proleptic Gregorian calendar, years without limit."""
    era, day = divmod(days + 719468, 146097)
    year = (day - day // 1460 + day // 36524 - day // 146096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    day = day - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    year = year + era * 400 + (month <= 2)
    sign = "-" if year < 0 else "+" if year > 9999 else ""
    return f"{sign}{abs(year):04}-{month:02}-{day:02}"


def values(array):
    """An Arrow array or chunked array of Spark's as a list of canonical values."""
    if isinstance(array, pa.ChunkedArray):
        return [value for chunk in array.chunks for value in values(chunk)]
    kind = array.type
    valid = array.is_valid().to_pylist()
    pick = lambda items, make: [make(item) if ok else None for item, ok in zip(items, valid)]
    if pa.types.is_null(kind):
        return [None] * len(array)
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind):
        return array.to_pylist()
    if pa.types.is_floating(kind):
        return pick(array.to_pylist(), number)
    if pa.types.is_decimal(kind):
        return pick(array.to_pylist(), lambda value: format(value, "f"))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pick(array.cast(pa.large_binary()).to_pylist(), text)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pick(array.to_pylist(), b64)
    if pa.types.is_date32(kind):
        return pick(array.cast(pa.int32()).to_pylist(), date)
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        return pick(array.cast(pa.int64()).to_pylist(), lambda value: {"us": value})
    if pa.types.is_time64(kind):
        return pick(array.cast(pa.int64()).to_pylist(), lambda value: {"ns": value})
    if pa.types.is_map(kind):
        keys, items, ends = values(array.keys), values(array.items), array.offsets.to_pylist()
        return [{"map": [[k, v] for k, v in zip(keys[a:b], items[a:b])]} if ok else None for a, b, ok in zip(ends, ends[1:], valid)]
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        items, ends = values(array.values), array.offsets.to_pylist()
        return [items[a:b] if ok else None for a, b, ok in zip(ends, ends[1:], valid)]
    if pa.types.is_struct(kind):
        columns = [values(array.field(i)) for i in range(kind.num_fields)]
        names = [kind.field(i).name for i in range(kind.num_fields)]
        return [[[name, column[i]] for name, column in zip(names, columns)] if ok else None for i, ok in enumerate(valid)]
    raise TypeError(f"no canonical form for {kind}")


def columns(frame):
    """All rows of a DataFrame, column by column."""
    table = frame.toArrow()
    return [values(table.column(i)) for i in range(table.num_columns)]


def _is(origin, name):
    from pyspark import SparkContext
    from py4j.java_gateway import is_instance_of
    return is_instance_of(SparkContext._gateway, origin, name)


def error(exception):
    """An exception of PySpark as {"error": ...}.

    It describes the first exception of the chain of causes that has a condition (the outermost one when none has): `class` is its JVM
    class, ExtendedAnalysisException shown as AnalysisException. `pyspark` is the class that a PySpark user catches, `outer` what
    was thrown around it, `causes` the rest of the chain.
    """
    shown = {"class": type(exception).__name__, "pyspark": type(exception).__name__, "condition": None, "sqlState": None,
             "parameters": {}, "message": str(exception)}
    origin = getattr(exception, "_origin", None) or getattr(exception, "java_exception", None)
    if origin is None:
        if hasattr(exception, "getCondition"):
            shown |= {"condition": exception.getCondition(), "parameters": dict(exception.getMessageParameters() or {}),
                      "sqlState": exception.getSqlState() if exception.getCondition() else None, "python_side": True}
        return {"error": shown}
    from pyspark.errors.exceptions.captured import convert_exception
    shown["pyspark"] = type(convert_exception(origin)).__name__
    chain, link = [], origin
    while link is not None and len(chain) < 20:
        name = link.getClass().getSimpleName()
        message = link.getSimpleMessage() if name == "ExtendedAnalysisException" else link.getMessage()  # without the plan and its numbers
        entry = {"class": {"ExtendedAnalysisException": "AnalysisException"}.get(name, name), "condition": None, "sqlState": None, "parameters": {}, "message": message}
        if _is(link, "org.apache.spark.SparkThrowable"):
            entry |= {"condition": link.getCondition(), "sqlState": link.getSqlState(), "parameters": dict(link.getMessageParameters() or {})}
        chain.append(entry)
        link = link.getCause()
    best = next((i for i, entry in enumerate(chain) if entry["condition"]), 0)
    shown |= chain[best]
    brief = lambda entry: {key: entry[key] for key in ("class", "condition", "message")}
    if best:
        shown["outer"] = [chain[i]["class"] for i in range(best)]
    if chain[best + 1:]:
        shown["causes"] = [brief(entry) for entry in chain[best + 1:]]
    return {"error": shown}


UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


TIME_ONLY = re.compile(r'^(?:\{"\w+":")?T?\d{1,2}:\d{2}')


def date_bound(text_, output, zone, now=None):
    """{"today": date in the zone} when the answer took its date from the moment of the recording: a text with only a time of day became a timestamp."""
    if not (isinstance(text_, str) and TIME_ONLY.match(text_) and '"us"' in json.dumps(output)):
        return {}
    offset = re.fullmatch(r"(?:GMT)?([+-])(\d{1,2})(?::(\d\d))?", zone)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        place = datetime.timezone(datetime.timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    else:
        place = zoneinfo.ZoneInfo(zone)
    return {"today": (now or datetime.datetime.now(datetime.UTC)).astimezone(place).date().isoformat()}


def write(path, records, hide=None, uuids=True):
    """One JSON object a line. `hide` maps texts of this run (folders, ids) to the placeholders that stand for them in the file.

    Without `uuids` every UUID becomes <uuid>, so that a second recording differs only where Spark does."""
    with open(path, "w", encoding="utf-8") as out:
        for record in records:
            line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
            for text_, placeholder in (hide or {}).items():
                line = line.replace(text_, placeholder)
            out.write((line if uuids else UUID.sub("<uuid>", line)) + "\n")
    print(f"{path}: {len(records)} records")
