"""Reads a Delta table with real Spark and prints it canonically.

    python read_table.py TABLE_DIR [--version N] [--order]

The first line is {"version": N, "schema": Spark's schema JSON}, every other line a row, as a list in column order (forms: canonical.py).
Rows come in no particular order; with --order they are sorted by their printed text, so that two readers can be compared line by line.
"""
import argparse
import json
import sys

import canonical
from oracle_session import session


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("table")
    arguments.add_argument("--version", type=int, help="an older version of the table")
    arguments.add_argument("--order", action="store_true", help="sort the printed rows")
    given = arguments.parse_args()
    spark = session("read_table")
    reader = spark.read.format("delta")
    if given.version is not None:
        reader = reader.option("versionAsOf", given.version)
    try:
        frame = reader.load(given.table)
        columns = canonical.columns(frame)
        version = given.version
        if version is None:
            version = spark.sql(f"DESCRIBE HISTORY delta.`{given.table}` LIMIT 1").collect()[0]["version"]
    except Exception as failure:
        print(json.dumps(canonical.error(failure), ensure_ascii=False), file=sys.stderr)
        return 1
    lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in zip(*columns)]
    print(json.dumps({"version": version, "schema": json.loads(frame.schema.json())}, ensure_ascii=False, separators=(",", ":")))
    for line in sorted(lines) if given.order else lines:
        print(line)
    spark.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
