"""Records what examples/python/*.py print on real Spark: writes recorded/examples/NAME.txt (see tests/examples).

The scripts run unmodified: jars and settings come from PYSPARK_SUBMIT_ARGS.
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "examples"))
import examples  # noqa: E402

SUBMIT = ("--master local[2] --conf spark.jars={jars} --conf spark.driver.memory=1g --conf spark.driver.bindAddress=127.0.0.1 "
          "--conf spark.driver.host=127.0.0.1 --conf spark.sql.session.timeZone=UTC --conf spark.ui.enabled=false "
          "--conf spark.ui.showConsoleProgress=false --conf spark.sql.shuffle.partitions=2 "
          "--conf spark.sql.extensions=io.delta.sql.DeltaSparkSessionExtension "
          "--conf spark.sql.catalog.spark_catalog=org.apache.spark.sql.delta.catalog.DeltaCatalog pyspark-shell")


def main(names):
    out = HERE / "recorded/examples"
    out.mkdir(exist_ok=True)
    for name in names or examples.SCRIPTS:
        with tempfile.TemporaryDirectory() as folder:
            arguments = [argument.replace("<dir>", folder) for argument in examples.SCRIPTS[name]]
            if name == "rate_to_console":
                arguments = ["15"]
            run = subprocess.run([sys.executable, HERE.parent.parent / "examples/python" / f"{name}.py", *arguments], cwd=folder,
                                 env=os.environ | {"PYSPARK_SUBMIT_ARGS": SUBMIT.format(jars=os.environ["ORACLE_JARS"]), "PYSPARK_PYTHON": sys.executable},
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            if run.returncode:
                print(name, "failed:", run.stderr[-2000:])
                continue
            (out / f"{name}.txt").write_text(examples.normal(name, run.stdout, run.stderr))
            print(name, "recorded")


if __name__ == "__main__":
    main(sys.argv[1:])
