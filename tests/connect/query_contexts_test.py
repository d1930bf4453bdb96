#!/usr/bin/env python3
"""Where errors have their cause, in SQL texts and programs: what the client is told beside what real Spark told it (recorded/query_contexts.jsonl)."""
import json
import logging
import pathlib
import re
import sys
import unittest

import serving

serving.use_client_python()

SPARK = pathlib.Path(__file__).resolve().parent.parent / "spark"
sys.path.insert(0, str(SPARK))
import query_contexts_cases as cases  # noqa: E402
import record_query_contexts  # noqa: E402

logging.disable(logging.CRITICAL)


# Differences that stay (docs/differences.md): what fails when it runs, commands about a table that is not there, and where these functions stand.
COMMANDS = ("CACHE ", "DESCRIBE ", "INSERT ", "REFRESH ", "SHOW ", "TRUNCATE ", "UNCACHE ")
CONDITIONS = ("UNSUPPORTED_GROUPING_EXPRESSION",)


def differs(record):
    text = record.get("sql") or record.get("frame") or ""
    return text not in cases.SQL + cases.FRAMES or text.startswith(COMMANDS) or record.get("condition") in CONDITIONS


def told(record):
    """The end of the message, and the contexts. Texts of messages are what other tests are about."""
    end = re.search(r"( SQLSTATE: \w{5})?(; line \d+ pos \d+)?(\n== .*)?\n*$", record["message"], re.DOTALL)
    return end[0].rstrip("\n"), record["contexts"]


class QueryContexts(unittest.TestCase):
    maxDiff = None

    def test_as_recorded(self):
        recorded = [json.loads(line) for line in (SPARK / "recorded/query_contexts.jsonl").read_text().splitlines()]
        with serving.Server(environment={"TZ": "UTC"}) as server:
            here = list(record_query_contexts.records(server.session()))
        self.assertEqual(len(here), len(recorded))
        same = other_condition = 0
        for spark, millrace in zip(recorded, here):
            if differs(spark):
                continue
            text = spark.get("sql") or spark["frame"]
            if "condition" not in spark or spark["condition"] != millrace.get("condition"):
                other_condition += 1
                print("another answer:", text, "|", spark.get("condition"), "|", millrace.get("condition", millrace))
                continue
            with self.subTest(text):
                self.assertEqual(told(millrace), told(spark))
            same += told(millrace) == told(spark)
        print(f"query_contexts: {same} same, {other_condition} with another condition")
        self.assertGreaterEqual(same, 300)


if __name__ == "__main__":
    sys.exit(unittest.main())
