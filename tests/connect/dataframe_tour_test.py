#!/usr/bin/env python3
"""dataframe_tour.py, sql_tour.py and file_tour.py by `millrace submit` with the real client, against what real Spark printed (recorded/*_tour.txt), step by step."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = os.environ.get("MILLRACE_CLIENT_PYTHON", "")
MILLRACE = os.path.join(os.environ.get("MILLRACE_BIN", ""), "millrace")


def steps(text):
    """Name -> what it printed."""
    found, name = {}, None
    for line in text.splitlines():
        if line.startswith("## "):
            name = line[3:]
            found[name] = []
        elif name:
            found[name].append(line)
    return {name: "\n".join(lines) for name, lines in found.items()}


@unittest.skipIf(not PYTHON or not os.path.exists(PYTHON), "no Python with PySpark's client (scripts/setup.sh test)")
class Tour(unittest.TestCase):
    maxDiff = None

    def test_dataframes(self):
        self.compare("dataframe_tour")

    def test_sql(self):
        self.compare("sql_tour")

    def test_files(self):
        self.compare("file_tour")

    def compare(self, tour):
        expected = steps((HERE.parent / f"spark/recorded/{tour}.txt").read_text())
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run([MILLRACE, "submit", "--python", PYTHON, str(HERE / f"{tour}.py"), folder], cwd=folder,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=240, env=os.environ | {"TZ": "UTC"})
            self.assertEqual(run.returncode, 0, run.stderr)
            printed = steps(run.stdout.replace(folder, "<dir>"))
        self.assertEqual(list(printed), list(expected))
        for name, text in expected.items():
            with self.subTest(name):
                self.assertEqual(printed[name], text)


if __name__ == "__main__":
    sys.exit(unittest.main())
