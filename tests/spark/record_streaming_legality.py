"""Records which queries real Spark starts on a stream, and in which output mode: recorded/streaming_legality.jsonl.

Views: s and s2 are streams of the rate source (timestamp, value), b is a batch (value BIGINT, name STRING). A line is {"sql", "mode", "error"} or {"sql",
"mode", "accepted": true}.
"""
import json
import sys
from pathlib import Path

import canonical
from oracle_session import session

QUERIES = """
SELECT value FROM s
SELECT value FROM s WHERE value > 1
SELECT value FROM b
SELECT count(*) FROM s
SELECT value % 2 AS k, count(*) FROM s GROUP BY value % 2
SELECT count(DISTINCT value) FROM s
SELECT value, count(*) FROM s GROUP BY ROLLUP (value)
SELECT DISTINCT value FROM s
SELECT value FROM s ORDER BY value
SELECT value, count(*) AS n FROM s GROUP BY value ORDER BY n
SELECT value FROM s LIMIT 5
SELECT value FROM s LIMIT 5 OFFSET 2
SELECT value FROM s OFFSET 2
SELECT value, count(*) AS n FROM s GROUP BY value LIMIT 5
SELECT value, count(*) AS n FROM s GROUP BY value ORDER BY n LIMIT 5
SELECT s.value FROM s JOIN b ON s.value = b.value
SELECT s.value FROM s LEFT JOIN b ON s.value = b.value
SELECT s.value FROM s RIGHT JOIN b ON s.value = b.value
SELECT s.value FROM s FULL JOIN b ON s.value = b.value
SELECT s.value FROM s LEFT SEMI JOIN b ON s.value = b.value
SELECT s.value FROM s LEFT ANTI JOIN b ON s.value = b.value
SELECT s.value FROM s CROSS JOIN b
SELECT s.value FROM b JOIN s ON s.value = b.value
SELECT s.value FROM b LEFT JOIN s ON s.value = b.value
SELECT s.value FROM b RIGHT JOIN s ON s.value = b.value
SELECT b.value FROM b LEFT SEMI JOIN s ON s.value = b.value
SELECT b.value FROM b LEFT ANTI JOIN s ON s.value = b.value
SELECT s.value FROM s JOIN s2 ON s.value = s2.value
SELECT s.value FROM s LEFT JOIN s2 ON s.value = s2.value
SELECT s.value FROM s FULL JOIN s2 ON s.value = s2.value
SELECT s.value FROM s LEFT ANTI JOIN s2 ON s.value = s2.value
SELECT value FROM s UNION ALL SELECT value FROM s2
SELECT value FROM s UNION ALL SELECT value FROM b
SELECT value FROM s UNION SELECT value FROM s2
SELECT value FROM s INTERSECT SELECT value FROM b
SELECT value FROM s EXCEPT SELECT value FROM b
SELECT value FROM b EXCEPT SELECT value FROM s
SELECT value, row_number() OVER (ORDER BY value) AS n FROM s
SELECT value, sum(value) OVER (PARTITION BY value) AS n FROM s
SELECT explode(array(value, 1)) AS x FROM s
SELECT value FROM s TABLESAMPLE (50 PERCENT)
SELECT value FROM s WHERE value IN (SELECT value FROM b)
SELECT value FROM s WHERE EXISTS (SELECT 1 FROM b WHERE b.value = s.value)
SELECT value, (SELECT max(value) FROM b) AS m FROM s
SELECT value FROM b WHERE value IN (SELECT value FROM s)
SELECT k, count(*) FROM (SELECT value % 2 AS k, count(*) AS n FROM s GROUP BY value % 2) GROUP BY k
SELECT count(*) FROM s JOIN b ON s.value = b.value
SELECT count(*) FROM (SELECT DISTINCT value FROM s)
SELECT monotonically_increasing_id() AS m FROM s
SELECT rand() AS r FROM s
SELECT collect_list(value) FROM s
SELECT first(value) FROM s
"""


def main():
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "recorded" / "streaming_legality.jsonl"
    spark = session("streaming_legality", spark__sql__streaming__checkpointLocation="/tmp/millrace-record/legality")
    rate = spark.readStream.format("rate").load()
    rate.createOrReplaceTempView("s")
    spark.readStream.format("rate").load().createOrReplaceTempView("s2")
    spark.sql("SELECT * FROM VALUES (1L, 'a'), (2L, 'b') AS b(value, name)").createOrReplaceTempView("b")
    with open(target, "w", encoding="utf-8") as out:
        for text in [line.strip() for line in QUERIES.splitlines() if line.strip()]:
            for mode in ("append", "update", "complete"):
                line = {"sql": text, "mode": mode}
                try:
                    query = spark.sql(text).writeStream.format("noop").outputMode(mode).trigger(processingTime="1 hour").start()
                    query.stop()
                    line["accepted"] = True
                except Exception as exception:  # noqa: BLE001 - every failure is an answer
                    line |= canonical.error(exception)
                    line["error"]["message"] = line["error"]["message"].split("\n")[0]
                    line["error"].pop("causes", None)
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
    spark.stop()


main()
