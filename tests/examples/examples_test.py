#!/usr/bin/env python3
"""Each script of examples/python, unmodified, on Millrace by `millrace submit` with the real PySpark client; what it prints and writes is what
real Spark printed and wrote (tests/spark/recorded/examples, by record_examples.py)."""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "brokers"))
import broker  # noqa: E402
import examples  # noqa: E402

PYTHON = os.environ.get("MILLRACE_CLIENT_PYTHON", "")  # pyspark-client, as the README says; there is no Spark in it.
READER = os.environ.get("MILLRACE_TEST_PYTHON", "")  # delta-rs.
MILLRACE = os.path.join(os.environ.get("MILLRACE_BIN", ""), "millrace")
RECORDED = ROOT / "tests/spark/recorded/examples"


def submit(name, arguments, folder, **more):
    return subprocess.Popen([MILLRACE, "submit", "--python", PYTHON, str(ROOT / "examples/python" / f"{name}.py"), *arguments],
                            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


@unittest.skipIf(broker.missing("MILLRACE_CLIENT_PYTHON"), "no Python with PySpark's client (scripts/setup.sh test)")
class Examples(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def run_example(self, name):
        arguments = [argument.replace("<dir>", self.folder.name) for argument in examples.SCRIPTS[name]]
        run = submit(name, arguments, self.folder.name, env=os.environ | {"TZ": "UTC"})
        out, err = run.communicate(timeout=180)
        self.assertEqual(run.returncode, 0, err)
        expected = (RECORDED / f"{name}.txt").read_text()
        self.assertEqual(examples.normal(name, out, err), expected)

    def test_rate_to_console(self):
        self.run_example("rate_to_console")

    def test_rate_to_memory(self):
        self.run_example("rate_to_memory")

    def test_files_to_memory(self):
        self.run_example("files_to_memory")

    def test_delta_table(self):
        self.run_example("delta_table")
        self.assertTrue(os.path.isdir(os.path.join(self.folder.name, "spark-warehouse/results/_delta_log")))

    def test_foreach_row(self):
        self.run_example("foreach_row")

    def test_foreach_batch(self):
        self.run_example("foreach_batch")

    @unittest.skipIf(broker.missing("MILLRACE_KAFKA_JARS", "MILLRACE_TEST_PYTHON"), "no Kafka broker (scripts/setup.sh test)")
    def test_kafka_to_delta(self):
        """Rows out are the rows in but "test"; Ctrl-C ends the program and every query with it."""
        # Ended at once: threads of delta-rs that are still there at Python's own end have aborted the process.
        from_python = ("import deltalake, os, sys; t = deltalake.DeltaTable(sys.argv[1]).to_pyarrow_table(); "
                       "print(sorted(t['user_id'].to_pylist()), flush=True); os._exit(0)")
        table, checkpoint = self.folder.name + "/table", self.folder.name + "/checkpoint"
        with broker.Broker(self.folder.name + "/broker") as kafka:
            kafka.create_topic("events", 2)
            kafka.produce("events", [(i % 2, '{"user_id":%d,"event_type":"%s","value":0.5}' % (i, "test" if i % 5 == 0 else "click"))
                                     for i in range(100)])
            run = submit("kafka_to_delta", [kafka.address, "events", table, checkpoint], self.folder.name, start_new_session=True)
            deadline = time.monotonic() + 120
            while not os.path.exists(checkpoint + "/commits/0") and run.poll() is None and time.monotonic() < deadline:
                time.sleep(0.1)
            self.assertIsNone(run.poll(), "ended by itself")
            os.kill(run.pid, signal.SIGINT)
            out, err = run.communicate(timeout=60)
        self.assertNotEqual(run.returncode, 0)  # What Python makes of KeyboardInterrupt.
        self.assertIn("KeyboardInterrupt", err)
        rows = subprocess.run([READER, "-c", from_python, table], stdout=subprocess.PIPE, text=True, check=True).stdout
        self.assertEqual(rows.strip(), str([i for i in range(100) if i % 5]))


@unittest.skipIf(broker.missing("MILLRACE_CLIENT_PYTHON"), "no Python with PySpark's client (scripts/setup.sh test)")
class Submit(unittest.TestCase):
    def run_script(self, text, *arguments, python=PYTHON):
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder) / "job.py"
            script.write_text(text)
            return subprocess.run([MILLRACE, "submit", "--python", python, str(script), *arguments], cwd=folder,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)

    def test_arguments_and_exit_code_are_the_programs(self):
        run = self.run_script("import sys; print(sys.argv[1:]); sys.exit(7)", "a", "--b", "-c")
        self.assertEqual((run.returncode, run.stdout), (7, "['a', '--b', '-c']\n"), run.stderr)

    def test_no_such_program(self):
        run = subprocess.run([MILLRACE, "submit", "nowhere.py"], stderr=subprocess.PIPE, text=True)
        self.assertEqual((run.returncode, run.stderr), (1, "millrace submit: there is no file nowhere.py\n"))

    def test_a_python_without_pyspark_says_what_to_install(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([PYTHON, "-m", "venv", "--without-pip", folder], check=True)
            run = self.run_script("print(1)", python=folder + "/bin/python")
            self.assertEqual(run.returncode, 1)
            self.assertEqual(len(run.stderr.strip().splitlines()), 1, run.stderr)
            self.assertIn("-m pip install pyspark-client", run.stderr)


if __name__ == "__main__":
    unittest.main()
