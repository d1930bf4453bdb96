"""Records what real Spark's functions give, in the form of recorded/expressions.jsonl, with the column's name (see README.md).

    record_functions.py CASES FILE [WORD ...]    CASES: a module with cases() and zoned_cases(); with words, only expressions that hold one of them
"""
import importlib
import sys

import canonical
from oracle_session import session
from record_expressions import Recorder


class FunctionRecorder(Recorder):
    def run(self, expression, types, rows):
        """Cases are SQL text; the first record of each gets the name of the column without an alias."""
        first = len(self.records)
        try:
            super().run(expression, types, rows)
        except Exception as failure:  # values without an Arrow form
            print("no record:", expression, types, repr(failure)[:200], file=sys.stderr)
            del self.records[first:]
        if first == len(self.records):
            return
        for record in self.records[first:]:
            record.pop("call")
        if "error" not in self.records[first]:
            self.records[first]["name"] = self.spark.sql(frame_text(expression, types, rows[0])).columns[0]


def frame_text(expression, types, row):
    if not types:
        return f"SELECT {expression}"
    names = [f"a{i}" for i in range(len(types))]
    return f"SELECT {expression} FROM VALUES (" + ", ".join(f"CAST({value} AS {kind})" for value, kind in zip(row, types)) + f") AS t({', '.join(names)})"


def main(module, path, words):
    cases = importlib.import_module(module)
    spark = session("functions")
    recorder = FunctionRecorder(spark)
    wanted = lambda expression: not words or any(word in expression for word in words)
    for zone, part in (("UTC", cases.cases), ("America/New_York", cases.zoned_cases), ("Europe/Berlin", cases.zoned_cases)):
        recorder.zone = zone
        spark.conf.set("spark.sql.session.timeZone", zone)
        for case in part():
            if wanted(case[0]):
                recorder.run(*case)
        canonical.write(path, recorder.records)
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
