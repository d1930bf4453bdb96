"""Records what real Spark computes with its functions: writes recorded/functions_a.jsonl from function_cases_a.py, and so for other letters.

    record_function_calls.py LETTER [FOLDER [FUNCTION ...]]

The lines have the form of expressions.jsonl, and "name", the name that Spark gives the column without an alias.
"""
import importlib
import sys
import time
from pathlib import Path

import canonical
from oracle_session import session
from record_expressions import Recorder

import expression_cases


class Named(Recorder):
    def run(self, call, types, rows):
        before = len(self.records)
        super().run(call, types, rows)
        added = self.records[before:]
        if not added or "error" in added[0]:
            return
        expression = expression_cases.sql(call)
        nulls = ", ".join(f"CAST(NULL AS {kind}) AS a{i}" for i, kind in enumerate(types))
        frame = self.spark.sql(f"SELECT {expression} FROM (SELECT {nulls})" if types else f"SELECT {expression}")
        for record in added:
            record["name"] = frame.columns[0]


def main(letter, folder=None, *only):
    cases = importlib.import_module(f"function_cases_{letter}")
    spark = session("functions")
    recorder = Named(spark)
    started, spent = time.time(), {}
    for call, types, rows in cases.cases():
        if only and call[0] not in only:
            continue
        begun = time.time()
        try:
            recorder.run(call, types, rows)
        except Exception as failure:
            print("not recorded:", call, types, str(failure)[:300], file=sys.stderr)
        spent[call[0]] = spent.get(call[0], 0) + time.time() - begun
    canonical.write(Path(folder or Path(__file__).parent / "recorded") / f"functions_{letter}.jsonl", recorder.records)
    print(len(recorder.records), "records", round(time.time() - started), "s; slowest", sorted(spent.items(), key=lambda item: -item[1])[:8], file=sys.stderr)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
