"""Records what Spark's parser says to SQL texts: recorded/sql_parse.jsonl (see README.md).

{"sql": text, "ok": true} or {"sql": text, "error": {...}}. Only the parser is asked: names, types and functions are not looked up.
"""
import json
import os
import sys
from pathlib import Path

import canonical
import sql_cases
from oracle_session import session


def main(path):
    # Without Delta's extension, whose parser stands before Spark's and takes some statements for its own.
    spark = session("sql", **{"spark.jars": "", "spark.sql.extensions": ""})
    parser = spark._jsparkSession.sessionState().sqlParser()
    plans = open(os.environ["MILLRACE_RECORD_PLANS"], "w") if "MILLRACE_RECORD_PLANS" in os.environ else None
    with open(path, "w", encoding="utf-8") as out:
        for text in sql_cases.texts():
            try:
                plan = parser.parsePlan(text)
                record = {"sql": text, "ok": True}
                if plans:
                    plans.write(f"{text}\n{plan.toString()}\n")
            except Exception as failure:
                record = {"sql": text} | canonical.error(failure)
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "recorded" / "sql_parse.jsonl")
