"""Records what real Spark makes of batch queries: recorded/batch_queries.jsonl.

First a line {"view": name, "sql": query} for each view, then one for each query: {"sql", "columns": [[name, type, nullable], ...], "rows": [[value,
...], ...], "ordered"} or {"sql", "error"}; with columns and error the query failed when it ran. Values as in canonical.py. `ordered`: the text sorts its rows;
others are sorted here, by their JSON. `python record_batch_plans.py [FILE [TEXT]]`: only the queries that hold TEXT.
"""
import json
import re
import sys
from pathlib import Path

import batch_query_cases as cases
import canonical
from oracle_session import session


def outcome(spark, text):
    line = {"sql": text}
    try:
        frame = spark.sql(text)
        line["columns"] = [[field.name, field.dataType.simpleString(), field.nullable] for field in frame.schema]
        columns = canonical.columns(frame) if frame.columns else []
        rows = [list(row) for row in zip(*columns)] if columns else [[] for _ in range(frame.count())]
        line["ordered"] = bool(re.search(r"\b(ORDER|SORT|CLUSTER) BY [^()]*$", text))
        line["rows"] = rows if line["ordered"] else sorted(rows, key=json.dumps)
    except Exception as exception:  # noqa: BLE001 - every failure is an answer
        line |= canonical.error(exception)
        line["error"]["message"] = line["error"]["message"].split("\n")[0]
        line["error"].pop("causes", None)
    return line


def main():
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "recorded" / "batch_queries.jsonl"
    chosen = sys.argv[2] if len(sys.argv) > 2 else ""
    spark = session("batch_queries")
    with open(target, "w", encoding="utf-8") as out:
        for name, text in cases.VIEWS.items():
            spark.sql(text).createOrReplaceTempView(name)
            out.write(json.dumps({"view": name, "sql": " ".join(text.split())}) + "\n")
        for text in cases.queries():
            if chosen in text:
                out.write(json.dumps(outcome(spark, text), ensure_ascii=False) + "\n")
    spark.stop()


main()
