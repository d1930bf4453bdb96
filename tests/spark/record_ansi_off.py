"""Records what real Spark computes with spark.sql.ansi.enabled=false: writes recorded/ansi_off.jsonl (see README.md and ansi_off_cases.py).

    record_ansi_off.py [FILE [WORD ...]]    with words, only expressions that hold one of them

All expressions over the same rows go into one query.
"""
import sys
from pathlib import Path

import ansi_off_cases as cases
import canonical
from oracle_session import session
from record_expressions import Recorder


class AnsiOffRecorder(Recorder):
    def frame(self, expressions, types, rows):
        shown = ", ".join(f"{text} AS r{i}" for i, text in enumerate(expressions))
        if not types:
            return self.spark.sql(f"SELECT {shown}")
        values = ", ".join("(" + ", ".join(f"CAST({value} AS {kind})" for value, kind in zip(row, types)) + ")" for row in rows)
        return self.spark.sql(f"SELECT {shown} FROM VALUES {values} AS t({', '.join(f'a{i}' for i in range(len(types)))})")

    def run_all(self, types, rows, expressions):
        rows, shown = self.inputs(types, rows)
        if not rows:
            return
        # The columns as Spark keeps them, not as constants: `- a0` of a constant would be folded away.
        accepted = {}
        for expression in expressions:
            try:
                alone = self.spark.sql(f"SELECT {expression} FROM (SELECT {', '.join(f'CAST(NULL AS {kind}) AS a{i}' for i, kind in enumerate(types))})" if types else f"SELECT {expression}")
                accepted[expression] = (alone.columns[0], alone.schema[0].dataType.simpleString())
            except Exception as failure:
                self.records.append({"expr": expression, "columns": [[f"a{i}", t, None] for i, t in enumerate(types)], "tz": self.zone} | self.failure(failure))
        self.compute(list(accepted), types, rows, shown, accepted)

    def compute(self, expressions, types, rows, shown, accepted):
        """Halves what fails until the failing expression and row stand alone."""
        if not expressions:
            return
        try:
            answers = canonical.columns(self.frame(expressions, types, rows))
        except Exception as failure:
            if len(expressions) > 1:
                half = len(expressions) // 2
                self.compute(expressions[:half], types, rows, shown, accepted)
                self.compute(expressions[half:], types, rows, shown, accepted)
            elif len(rows) > 1:
                for row, values in zip(rows, shown):
                    self.compute(expressions, types, [row], [values], accepted)
            elif isinstance(failure, (TypeError, ValueError)) or "UNSUPPORTED" in str(failure)[:200].upper():
                print("no record:", expressions, types, str(failure)[:200], file=sys.stderr)
            else:
                self.put(expressions[0], types, shown[0], self.failure(failure), accepted)
            return
        for expression, column in zip(expressions, answers):
            for values, output in zip(shown, column):
                self.put(expression, types, values, output, accepted)

    def put(self, expression, types, values, output, accepted):
        name, kind = accepted[expression]
        self.records.append({"expr": expression, "columns": [[f"a{i}", t, v] for i, (t, v) in enumerate(zip(types, values))], "tz": self.zone, "type": kind, "output": output, "name": name}
                            | canonical.date_bound(values[0] if values else None, output, self.zone))


def main(path=None, *words):
    spark = session("ansi-off", spark__sql__ansi__enabled="false")
    recorder = AnsiOffRecorder(spark)
    for zone, part in (("UTC", cases.cases), ("America/New_York", cases.zoned_cases)):
        recorder.zone = zone
        spark.conf.set("spark.sql.session.timeZone", zone)
        for types, rows, expressions in part():
            wanted = [text for text in expressions if not words or any(word in text for word in words)]
            try:
                recorder.run_all(types, rows, wanted)
            except Exception as failure:
                print("no record:", types, str(failure)[:300], file=sys.stderr)
    canonical.write(path or Path(__file__).parent / "recorded/ansi_off.jsonl", recorder.records)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
