"""From the time in each row's column `timestamp` to the moment at which its commit became visible.

    python table_latency.py TABLE_DIR      (with PyArrow)

Visible is a commit when its log entry has its name: the change time of that file. Prints one JSON line, times in seconds.
"""
import json
import os
import pathlib
import sys
import urllib.parse

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


def main():
    table = pathlib.Path(sys.argv[1])
    latencies, commits, files, size = [], 0, 0, 0
    for entry in sorted((table / "_delta_log").glob("*.json")):
        visible = os.stat(entry).st_ctime_ns // 1000
        adds = [action["add"] for action in map(json.loads, entry.read_text().splitlines()) if "add" in action]
        commits += bool(adds)
        for add in adds:
            column = pq.read_table(table / urllib.parse.unquote(add["path"]), columns=["timestamp"]).column(0)
            latencies.append(pc.subtract(visible, pc.cast(column, pa.int64())).combine_chunks())
            files += 1
            size += add["size"]
    micros = pa.chunked_array(latencies)
    p50, p99 = (value.as_py() / 1e6 for value in pc.quantile(micros, [0.5, 0.99]))
    print(json.dumps({"rows": len(micros), "p50": p50, "p99": p99, "mean": pc.mean(micros).as_py() / 1e6,
                      "max": pc.max(micros).as_py() / 1e6, "commits": commits, "files": files, "bytes": size}))


if __name__ == "__main__":
    main()
