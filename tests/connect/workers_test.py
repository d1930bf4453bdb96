#!/usr/bin/env python3
"""foreach, foreachBatch and listeners on the server, with the client and the workers of pyspark-client 4.0, 4.1 and 4.2
and of the whole of pyspark 4.2: one program prints the same."""
import importlib.util
import os
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import serving

WHOLE = os.environ.get("MILLRACE_TEST_PYTHON", "")
OLDER = os.environ.get("MILLRACE_OLDER_CLIENTS", "")
HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, "workers_program.py")

EXPECTED = """\
-- foreach with a function
0 row 0 [0, None] {'k': 0.0} Row
1 row 1 [1, None] {'k': 0.5} Row
2 row 2 [2, None] {'k': 1.0} Row
3 row 3 [3, None] {'k': 1.5} Row
4 row 4 [4, None] {'k': 2.0} Row
5 row 5 [5, None] {'k': 2.5} Row
-- foreach with an object
close None
close None
open 0 True
open 1 True
process 3
process 4
process 5
function StreamingQueryException STREAM_FAILED
  True ["ValueError: invalid literal for int() with base 10: 'not today'"]
object StreamingQueryException STREAM_FAILED
  True ['ValueError: not today True']
object with close StreamingQueryException STREAM_FAILED
  True ["KeyError: 'not today'"]
close KeyError('not today')
-- foreachBatch
0 3 [0, 1, 2] ['n', 's', 't', 'm']
0 [Row(n=3)]
1 3 [3, 4, 5] ['n', 's', 't', 'm']
1 [Row(n=12)]
[Row(n=0), Row(n=1), Row(n=2), Row(n=3), Row(n=4), Row(n=5)]
foreachBatch StreamingQueryException STREAM_FAILED
  True ['ValueError: not today, batch 0']
-- uploaded files
10 15 ['a file', 'in an archive']
4 6 ['a file', 'in an archive']
the same name SparkRuntimeException ARTIFACT_ALREADY_EXISTS
-- a listener on the server
[] True True ['kept', 'killed']
True False True []
1 started heard False
2 progress 0 3 3
2 progress 1 3 3
3 terminated None
no listener StreamingPythonRunnerInitializationException STREAMING_PYTHON_RUNNER_INITIALIZATION_COMMUNICATION_FAILURE True
"""

serving.use_client_python()

from pyspark.sql import SparkSession  # noqa: E402


def batches_of(spark):
    """Runs foreachBatch on the server: the ids and row counts that its function saw there."""
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/in")
        with open(f"{folder}/in/lines.txt", "w") as lines:
            lines.write("a\nb\nc\n")

        def note(batch, batch_id, file=f"{folder}/seen"):
            with open(file, "a") as seen:
                seen.write(f"{batch_id} {batch.count()}\n")
            with open("/proc/self/cmdline") as arguments:
                assert ";token=" not in arguments.read()

        query = spark.readStream.format("text").load(f"{folder}/in").writeStream.foreachBatch(note).trigger(availableNow=True).start()
        assert query.awaitTermination(120), "the query did not end"
        with open(f"{folder}/seen") as seen:
            return [tuple(map(int, line.split())) for line in seen]


class Workers(unittest.TestCase):
    maxDiff = None

    def check(self, python, path, version):
        """The server's workers and the client are those of this Python with this PySpark in front of its own."""
        environment = {"TZ": "UTC", "PYTHONPATH": path or ""}
        show = "import pyspark; print(pyspark.__version__)"
        found = subprocess.run([python, "-c", show], env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=True)
        self.assertEqual(found.stdout.strip(), version)
        with serving.Server("--python", python, environment=environment) as server, tempfile.TemporaryDirectory() as folder:
            run = subprocess.run([python, PROGRAM, folder], env={**os.environ, **environment, "SPARK_REMOTE": server.url()},
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=240)
            errors = server.errors()
            self.assertEqual(run.stdout, EXPECTED, run.stderr[-3000:] + errors[-3000:])
            self.assertEqual(run.returncode, 0, run.stderr[-3000:])
            self.assertRegex(errors, r"listener kept: \[PYTHON_EXCEPTION\] .*ValueError: not told to anybody")
            self.assertRegex(errors, r"listener killed is told nothing any more: .* was killed by signal 9")

    def test_4_0(self):
        self.check(serving.CLIENT_PYTHON, os.path.join(OLDER, "4.0.4"), "4.0.4")

    def test_4_1(self):
        self.check(serving.CLIENT_PYTHON, os.path.join(OLDER, "4.1.3"), "4.1.3")

    def test_4_2(self):
        self.check(serving.CLIENT_PYTHON, None, "4.2.0")

    def test_whole_pyspark(self):
        self.check(WHOLE, None, "4.2.0")

    def test_tokens_and_users_of_any_text(self):
        """The workers' URL holds both. PySpark parts its parameters at ';' and '='."""
        token, user = "aB/+;c%41 ==", "o'h;a=ra/ \N{LATIN SMALL LETTER U WITH DIAERESIS}"
        for user in (user, ""):
            # A worker takes what it is not told from its environment.
            with serving.Server("--python", serving.CLIENT_PYTHON, "--token", token, environment={"USER": "other"}) as server:
                self.assertEqual(batches_of(server.session(token=token, user_id=user)), [(0, 3)])

    def test_an_address_that_localhost_does_not_reach(self):
        with serving.Server("--python", serving.CLIENT_PYTHON, "--host", "127.0.0.2") as server:
            spark = SparkSession.builder.remote(f"sc://127.0.0.2:{server.port}/").create()
            self.addCleanup(spark.stop)
            self.assertEqual(batches_of(spark), [(0, 3)])
            spark.stop()

    def test_tls(self):
        """The server's environment has no root certificate, and its address is not the one that the certificate names."""
        with tempfile.TemporaryDirectory() as folder:
            cert, key = f"{folder}/cert.pem", f"{folder}/key.pem"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj",
                            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
            with serving.Server("--python", serving.CLIENT_PYTHON, "--host", "0.0.0.0", "--tls-cert", cert, "--tls-key", key,
                                "--token", "right") as server, mock.patch.dict(os.environ, GRPC_DEFAULT_SSL_ROOTS_FILE_PATH=cert):
                self.assertEqual(batches_of(server.session(use_ssl="true", token="right")), [(0, 3)])

    def test_a_python_that_lacks_something(self):
        """A server whose Python has PySpark, but not all that it needs, says what is missing."""
        packages = os.path.dirname(os.path.dirname(importlib.util.find_spec("pyspark").origin))
        with tempfile.TemporaryDirectory() as folder:
            for name in os.listdir(packages):
                if not name.startswith(("pandas", "pyarrow")):
                    os.symlink(os.path.join(packages, name), os.path.join(folder, name))
            plain = os.path.join(sys.base_prefix, "bin", "python3")
            with serving.Server("--python", plain, environment={"PYTHONPATH": folder}) as server:
                spark = server.session()
                stream = spark.readStream.format("rate").load()
                for writer in (stream.writeStream.foreach(print), stream.writeStream.foreachBatch(print)):
                    with self.assertRaisesRegex(Exception, r"python3 has no PySpark \(missing: pandas pyarrow\); install it with: .* -m pip"):
                        writer.start()


if __name__ == "__main__":
    unittest.main(verbosity=2)
