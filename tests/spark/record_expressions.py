"""Records what real Spark computes: writes recorded/expressions.jsonl (see README.md and expression_cases.py).

{"expr": SQL text, "call": the same as a nested list, "columns": [[name, DDL type, value] ...], "tz": session time zone, "type": DDL, "output": value or error}
An expression that Spark refuses for these types has "error" at the top level and neither "type" nor "output" (once, without values).
"""
import json
import sys
from pathlib import Path

import canonical
import expression_cases as cases
from oracle_session import session


class Recorder:
    def __init__(self, spark):
        self.spark, self.records, self.zone = spark, [], "UTC"

    def query(self, expression, types, rows):
        names = [f"a{i}" for i in range(len(types))]
        if not types:
            return self.spark.sql(f"SELECT {expression} AS r")
        values = ", ".join("(" + ", ".join(f"CAST({value} AS {kind})" for value, kind in zip(row, types)) + ")" for row in rows)
        return self.spark.sql(f"SELECT {', '.join(names)}, {expression} AS r FROM VALUES {values} AS t({', '.join(names)})")

    def failure(self, exception):
        shown = canonical.error(exception)["error"]
        shown["message"] = shown["message"].split("\n== SQL")[0]
        shown.pop("outer", None)
        for cause in shown.get("causes", []):
            cause["message"] = (cause["message"] or "").split("\n== SQL")[0]
        return {"error": shown}

    def inputs(self, types, rows):
        """The rows of inputs that Spark itself can make, with their canonical values."""
        if not types:
            return [[]], [[]]
        try:
            return rows, [list(row) for row in zip(*canonical.columns(self.query("1", types, rows))[:-1])]
        except Exception as failure:
            if len(rows) == 1:
                print("no such input:", types, rows, str(failure)[:150], file=sys.stderr)
                return [], []
            kept, shown = [], []
            for row in rows:
                more = self.inputs(types, [row])
                kept += more[0]
                shown += more[1]
            return kept, shown

    def run(self, call, types, rows):
        expression = cases.sql(call)
        base = {"expr": expression, "call": call}
        rows, shown = self.inputs(types, rows)
        if not rows:
            return
        put = lambda values, kind, output: self.records.append(base | {"columns": [[f"a{i}", t, v] for i, (t, v) in enumerate(zip(types, values))], "tz": self.zone, "type": kind, "output": output} | canonical.date_bound(values[0] if values else None, output, self.zone))
        try:
            kind = self.query(expression, types, rows[:1]).schema["r"].dataType.simpleString()
        except Exception as failure:
            self.records.append(base | {"columns": [[f"a{i}", t, None] for i, t in enumerate(types)], "tz": self.zone} | self.failure(failure))
            return
        outputs = {}
        good = list(range(len(rows)))
        for attempt in range(2):
            try:
                answer = canonical.columns(self.query(expression, types, [rows[i] for i in good]))[-1] if good else []
                outputs |= dict(zip(good, answer))
                break
            except Exception as failure:
                assert attempt == 0, (expression, failure)
                kept = []
                for i in good:
                    try:  # the optimizer computes a projection over VALUES, so the plan alone shows whether this row fails
                        frame = self.query(expression, types, [rows[i]])
                        frame._jdf.queryExecution().optimizedPlan()
                        kept.append(i)
                    except Exception as single:
                        outputs[i] = self.failure(single)
                good = kept
        for i, values in enumerate(shown):
            put(values, kind, outputs[i])


def main(path, only=None):
    spark = session("expressions")
    recorder = Recorder(spark)
    for call, types, rows in cases.cases():
        if only is None or call[0] in only:
            recorder.run(call, types, rows)
    for zone in ("America/New_York", "Europe/Berlin"):
        recorder.zone = zone
        spark.conf.set("spark.sql.session.timeZone", zone)
        for call, types, rows in cases.zoned_cast_cases():
            if only is None or call[0] in only:
                recorder.run(call, types, rows)
    canonical.write(path, recorder.records)
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "recorded/expressions.jsonl", set(sys.argv[2:]) or None)
