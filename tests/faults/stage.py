"""What the tests of this folder stand on: the tools that must be there, a folder, a real broker."""

import argparse
import contextlib
import os
import pathlib
import shutil
import signal
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "brokers"))
from broker import Broker, missing  # noqa: E402
from faulty_job import shim  # noqa: E402


def arguments(description):
    """A parser that knows --seed and --keep."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--keep", action="store_true", help="leave tables, checkpoints and logs in place")
    return parser


@contextlib.contextmanager
def stage(name, args):
    """(folder, broker) for one test; both go when it ends, however that is. Skips where something is not there."""
    for needed in ("MILLRACE_BIN", "MILLRACE_TEST_PYTHON", "MILLRACE_KAFKA_JARS"):
        if missing(needed):
            print(f"skipped: {needed} is not set; scripts/setup.sh test sets up what is needed")
            sys.exit(77)
    if not shim().exists():
        sys.exit(f"{shim()} is not there: build the target disk_shim")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    print(f"seed {args.seed}", flush=True)
    with contextlib.ExitStack() as cleaning:
        folder = pathlib.Path(tempfile.mkdtemp(prefix=f"millrace-{name}-"))
        if args.keep:
            print(f"tables, checkpoints and logs stay in {folder}", flush=True)
        else:
            cleaning.callback(shutil.rmtree, folder, ignore_errors=True)
        yield folder, cleaning.enter_context(Broker(folder / "kafka"))
