"""What the proofs of the Spark Connect server share: a `millrace serve` of one's own, and a Python that has the client.

    serving.use_client_python()           # First: runs this script again by the Python that has pyspark-client.
    with serving.Server("--session-idle", "5s") as server:
        spark = server.session()
"""
import atexit
import contextlib
import faulthandler
import os
import re
import select
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

SKIP = 77
MILLRACE = os.path.join(os.environ.get("MILLRACE_BIN", ""), "millrace")
CLIENT_PYTHON = os.environ.get("MILLRACE_CLIENT_PYTHON", "")


def use_client_python():
    """Goes on in the Python with pyspark-client; ends with 77 where there is none. A test that hangs shows where its threads
    are before ctest kills it."""
    if not os.path.exists(CLIENT_PYTHON):
        print("skipped: no Python with pyspark-client (scripts/setup.sh test)")
        sys.exit(SKIP)
    if os.path.realpath(sys.executable) == os.path.realpath(CLIENT_PYTHON) and sys.prefix != sys.base_prefix:
        if seconds := int(os.environ.get("MILLRACE_TEST_TIMEOUT", 0)):
            faulthandler.dump_traceback_later(seconds - 10)
        return
    if os.environ.get("MILLRACE_SERVING") != CLIENT_PYTHON:
        os.environ["MILLRACE_SERVING"] = CLIENT_PYTHON
        os.execv(CLIENT_PYTHON, [CLIENT_PYTHON, *sys.argv])


class Server:
    """`millrace serve` with these arguments, on a free port of this machine, until the end of the with block."""

    def __init__(self, *arguments, environment=None):
        self._sessions = []
        self._errors = tempfile.TemporaryFile("w+", errors="replace")
        self.process = subprocess.Popen([MILLRACE, "serve", "--port", "0", *arguments], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=self._errors, text=True, errors="replace",
                                        env={**os.environ, "MILLRACE_LOG": "warn", **(environment or {})})
        readable, _, _ = select.select([self.process.stdout], [], [], 60)
        line = self.process.stdout.readline() if readable else ""
        found = re.search(r"sc://.*:(\d+)", line)
        if not found:
            self.process.kill()
            self.process.wait()
            raise RuntimeError(f"the server did not start: {line}{self.errors()}")
        self.port = int(found[1])
        # What its workers print goes there too, and a full pipe would hold them up.
        self._drain = threading.Thread(target=self.process.stdout.read, daemon=True)
        self._drain.start()

    def errors(self):
        """What it wrote to standard error so far."""
        self._errors.seek(0)
        return self._errors.read()

    def url(self, **parameters):
        """sc://localhost:port/;name=value..."""
        return f"sc://localhost:{self.port}/" + "".join(f";{name}={urllib.parse.quote(value, safe='')}" for name, value in parameters.items())

    def session(self, **parameters):
        """A new session of its own. No two share a channel."""
        from pyspark.sql import SparkSession

        session = SparkSession.builder.remote(self.url(**parameters)).create()
        self._sessions = [open_one for open_one in self._sessions if not open_one.is_stopped]
        self._sessions.append(session)
        return session

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])

    def threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Ends it, and finds out when it crashed before or does not end. Sessions that are open are stopped first: a client
        whose server is gone tries for minutes to release what it holds, in the two threads that all clients of this process
        have for that."""
        early = self.process.poll()
        for session in self._sessions:
            if early is None and not session.is_stopped:
                session.stop()
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise RuntimeError("the server did not end within 30 s of SIGTERM") from None
        errors = self.errors()
        self._errors.close()
        self._drain.join(10)
        if not self._drain.is_alive():
            self.process.stdout.close()
        if early is not None or self.process.returncode != 0:
            raise RuntimeError(f"the server ended with {self.process.returncode}{' too early' if early is not None else ''}: {errors}")


def program(text):
    """The text as a program in a file, which goes away with this process. (pyspark-client looks for a file behind
    __main__, which `python -c` has not.)"""
    file = tempfile.NamedTemporaryFile("w", suffix=".py", delete=False)
    with file:
        file.write(text)
    atexit.register(os.unlink, file.name)
    return file.name


def wait_until(condition, seconds=30, what="it"):
    """The first true answer of `condition`, asked every 50 ms."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := condition():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {seconds} s")
