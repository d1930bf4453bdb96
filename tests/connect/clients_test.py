#!/usr/bin/env python3
"""One program with each client that is supported, pyspark-client 4.0, 4.1 and 4.2 and the whole of pyspark 4.2 with
SPARK_REMOTE, prints the same."""
import os
import subprocess
import unittest

import serving

WHOLE = os.environ.get("MILLRACE_TEST_PYTHON", "")
OLDER = os.environ.get("MILLRACE_OLDER_CLIENTS", "")
PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clients_program.py")
SHOW_VERSION = "import pyspark; print(pyspark.__version__)"


@unittest.skipUnless(os.path.exists(serving.CLIENT_PYTHON), "no Python with pyspark-client (scripts/setup.sh test)")
class Clients(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(serving.Server())
        cls.expected = cls.run_program(serving.CLIENT_PYTHON, None, "4.2.0")

    @classmethod
    def run_program(cls, python, path, version):
        """What the program prints with this Python and this PySpark in front of its own."""
        environment = {**os.environ, "SPARK_REMOTE": cls.server.url(), "TZ": "UTC", "PYTHONPATH": path or ""}
        found = subprocess.run([python, "-c", SHOW_VERSION], env=environment, stdout=subprocess.PIPE, text=True, check=True)
        if found.stdout.strip() != version:
            raise AssertionError(f"wanted PySpark {version}, found {found.stdout}")
        run = subprocess.run([python, PROGRAM], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=240)
        if run.returncode != 0:
            raise AssertionError(f"PySpark {version} ended with {run.returncode}:\n{run.stdout[-3000:]}\n{run.stderr[-4000:]}")
        return run.stdout

    def test_the_program_says_what_it_should(self):
        """The others are compared with this one: it must have come to its end, with errors that are Spark's."""
        for text in ("version 4.2.0\n", "no column AnalysisException UNRESOLVED_COLUMN.WITH_SUGGESTION 42703\n",
                     "no view AnalysisException TABLE_OR_VIEW_NOT_FOUND 42P01\n", "no SQL ParseException PARSE_SYNTAX_ERROR 42601\n",
                     "division ArithmeticException DIVIDE_BY_ZERO 22012\n", "cast NumberFormatException CAST_INVALID_INPUT 22018\n",
                     "failing stream StreamingQueryException ", "Row(n=30, least=0, most=29, twice=870)\n",
                     "Row(rows=50000, n=1249975000, text=5000000)\n"):
            self.assertIn(text, self.expected)
        self.assertNotIn("did not fail", self.expected)

    def test_4_0(self):
        self.assertEqual(self.run_program(serving.CLIENT_PYTHON, os.path.join(OLDER, "4.0.4"), "4.0.4"), self.expected)

    def test_4_1(self):
        self.assertEqual(self.run_program(serving.CLIENT_PYTHON, os.path.join(OLDER, "4.1.3"), "4.1.3"), self.expected)

    def test_whole_pyspark(self):
        self.assertEqual(self.run_program(WHOLE, None, "4.2.0"), self.expected)


if __name__ == "__main__":
    unittest.main(verbosity=2)
