"""Records what from_json of real Spark answers: recorded/from_json.jsonl and recorded/from_json_bad_input.jsonl (see README.md).

    python record_from_json.py [FOLDER [values|bad_input ...]]
"""
import json
import sys
from pathlib import Path

import pyarrow as pa

import canonical
import from_json_bad_input as bad_input
import from_json_cases as cases
from oracle_session import session

from pyspark.sql.functions import col, from_json


def as_bytes(document):
    return document if isinstance(document, bytes) else document.encode("utf-8", "surrogatepass")


def is_struct(schema):
    return not schema.upper().startswith(("ARRAY<", "MAP<"))


class Recorder:
    def __init__(self, spark):
        self.spark, self.records, self.zone = spark, [], "UTC"

    def frame(self, documents):
        return self.spark.createDataFrame(pa.table({"value": pa.array(documents, pa.binary())}))

    def parsed(self, schema, options):
        return from_json(col("value").cast("string"), schema, options)

    def corrupt(self, schema, options):
        """The same with a corrupt-record column: says whether Spark calls the record malformed."""
        return from_json(col("value").cast("string"), schema + ", _corrupt_record STRING", options)["_corrupt_record"].isNotNull()

    def put(self, schema, options, document, output, corrupt=None):
        record = {"schema": schema, "options": options, "tz": self.zone, "input": None if document is None else canonical.text(document), "output": output}
        if corrupt is not None:
            record["corrupt"] = corrupt
        record |= canonical.date_bound(record["input"], output, options.get("timeZone", self.zone))
        self.records.append(record)

    def run(self, schemas, options, documents):
        """Every document under every schema in one query; document by document when Spark refuses one of them."""
        documents = [document if document is None else as_bytes(document) for document in documents]
        failfast = options.get("mode", "").upper() == "FAILFAST"
        flags = [is_struct(schema) and "_corrupt_record" not in schema.lower() and not failfast and "columnNameOfCorruptRecord" not in options for schema in schemas]
        try:
            if failfast and len(documents) > 1:
                raise InterruptedError
            wanted = []
            for i, (schema, flag) in enumerate(zip(schemas, flags)):
                wanted.append(self.parsed(schema, options).alias(f"o{i}"))
                if flag:
                    inner = schema[7:-1].replace(":", "") if schema.upper().startswith("STRUCT<") else schema
                    wanted.append(self.corrupt(inner, options).alias(f"c{i}"))
            answers = canonical.columns(self.frame(documents).select(*wanted))
        except Exception as failure:
            if len(documents) == 1 and len(schemas) == 1:
                self.put(schemas[0], options, documents[0], canonical.error(failure))
                return
            for schema in schemas:
                for document in documents:
                    self.run([schema], options, [document])
            return
        for schema, flag in zip(schemas, flags):
            output = answers.pop(0)
            marks = answers.pop(0) if flag else [None] * len(documents)
            for document, value, mark in zip(documents, output, marks):
                self.put(schema, options, document, value, mark)

    def pruned(self):
        """Only some fields of the struct are used: Spark's optimizer may then parse only these (enableJsonExpressionOptimization)."""
        for text in ("data.a", "data.c", "data.b, data.c"):
            documents = [as_bytes(document) for document in cases.FLAT_DOCUMENTS]
            frame = self.frame(documents).select(self.parsed(cases.FLAT, {}).alias("data")).select(*text.split(", "))
            names = [name.split(".")[1] for name in text.split(", ")]
            for document, row in zip(documents, zip(*canonical.columns(frame))):
                self.records.append({"schema": cases.FLAT, "options": {}, "tz": self.zone, "fields": names, "input": canonical.text(document), "output": [[name, value] for name, value in zip(names, row)]})


LONGEST = 400


def shortened(output):
    """A long answer as its length and its FNV-1a hash, both of its JSON text in UTF-8."""
    text = json.dumps(output, ensure_ascii=False, separators=(",", ":")).encode()
    if len(text) <= LONGEST:
        return output
    hash_ = 0xCBF29CE484222325
    for byte in text:
        hash_ = (hash_ ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return {"long": len(text), "fnv1a": f"{hash_:016x}"}


def record_values(spark, folder):
    # Without this the whole struct and its corrupt column would be parsed with narrowed schemas; pruned() records that case.
    spark.conf.set("spark.sql.optimizer.enableJsonExpressionOptimization", "false")
    recorder = Recorder(spark)
    matrix = ['{"v":%s}' % token for token in cases.tokens()]
    recorder.run([f"v {kind}" for kind in cases.TYPES], {}, matrix)
    recorder.run(["v BINARY"], {}, cases.b64_tokens())
    for zone in ("America/New_York", "Europe/Berlin", "+05:30"):
        recorder.zone = zone
        spark.conf.set("spark.sql.session.timeZone", zone)
        recorder.run([f"v {kind}" for kind in cases.ZONED_TYPES], {}, ['{"v":%s}' % token for token in cases.time_tokens()])
    recorder.zone = "UTC"
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    recorder.run([cases.FLAT], {}, [None, *cases.FLAT_DOCUMENTS])
    recorder.run([cases.STRINGS], {}, cases.STRING_DOCUMENTS)
    recorder.run(["b STRING"], {}, ['{"b":%s}' % token for token in cases.RAW])
    for schema, documents in cases.limits():
        recorder.run([schema], {}, documents)
    for schema, options, documents in cases.variants():
        recorder.run([schema], options, documents)
    spark.conf.set("spark.sql.optimizer.enableJsonExpressionOptimization", "true")
    recorder.pruned()
    canonical.write(folder / "from_json.jsonl", recorder.records)


def record_bad_input(spark, folder):
    spark.conf.set("spark.sql.optimizer.enableJsonExpressionOptimization", "false")
    records, last = [], None
    for schema, options, documents in bad_input.every():
        recorder = Recorder(spark)
        recorder.run([schema], options, [bad_input.expand(document) for document in documents])
        if (schema, options) != last:
            records.append({"schema": schema, "options": options, "tz": "UTC"})
            last = (schema, options)
        for document, record in zip(documents, recorder.records, strict=True):
            records.append({"input": bad_input.form(document), "output": shortened(record["output"])} | ({"corrupt": record["corrupt"]} if "corrupt" in record else {}))
    canonical.write(folder / "from_json_bad_input.jsonl", records)


def main(folder, *parts):
    spark = session("from_json")
    for part in parts or ("values", "bad_input"):
        {"values": record_values, "bad_input": record_bad_input}[part](spark, Path(folder))
    spark.stop()


if __name__ == "__main__":
    main(*(sys.argv[1:] or [Path(__file__).parent / "recorded"]))
