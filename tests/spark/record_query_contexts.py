"""Records where in SQL texts and programs Spark's errors have their cause, as a Spark Connect client sees it: recorded/query_contexts.jsonl (see README.md)."""
import json
import logging
import re
import sys
from pathlib import Path

import query_contexts_cases as cases


def message(failure):
    """Without the plan, whose numbers change, and without Spark's stack."""
    text = failure.getMessage().split("\n\nJVM stacktrace:")[0]
    return re.sub(r"(SQLSTATE: \w{5}(; line \d+ pos \d+)?);\n.*", r"\1", text, flags=re.DOTALL)


def context(one):
    if one.contextType().name == "SQL":
        return {"type": "SQL", "objectType": one.objectType(), "objectName": one.objectName(), "startIndex": one.startIndex(), "stopIndex": one.stopIndex(),
                "fragment": one.fragment(), "summary": one.summary()}
    return {"type": "DataFrame", "fragment": one.fragment(), "callSite": one.callSite(), "summary": one.summary()}


def answer(run):
    """What the failure of `run` tells; {"rows"} when it does not fail."""
    try:
        return {"rows": len(run())}
    except Exception as failure:  # noqa: BLE001 - every failure is an answer
        if not hasattr(failure, "getQueryContext"):
            return {"class": type(failure).__name__}
        return {"class": type(failure).__name__, "condition": failure.getCondition(), "message": message(failure),
                "contexts": [context(one) for one in failure.getQueryContext() or []]}


def records(spark):
    from pyspark.sql import functions as F

    for text in cases.SETUP:
        spark.sql(text).collect()
        yield {"setup": text}
    for text in cases.SQL + cases.RUN:
        yield {"sql": text} | answer(lambda text=text: spark.sql(text).collect())
    names = {"spark": spark, "F": F, "frame": spark.table("t")}
    for text in cases.FRAMES + cases.RUN_FRAMES:
        yield {"frame": text} | answer(lambda text=text: eval(text, dict(names)).collect())  # noqa: S307 - our own texts


def main(path):
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.remote("local[2]")
    for key, value in {"spark.driver.memory": "1g", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false",
                       "spark.sql.session.timeZone": "UTC", "spark.sql.warehouse.dir": "/tmp/millrace-record/warehouse"}.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    logging.disable(logging.CRITICAL)
    with open(path, "w", encoding="utf-8") as out:
        for record in records(spark):
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "recorded" / "query_contexts.jsonl")
