"""Records what the tours in tests/connect print on real Spark: recorded/{dataframe,sql,file}_tour.txt.

`python record_tour.py [TOUR ...]`: only these.
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from record_examples import SUBMIT

HERE = Path(__file__).resolve().parent
TOURS = ("dataframe_tour", "sql_tour", "file_tour")


def main():
    for tour in sys.argv[1:] or TOURS:
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run([sys.executable, HERE.parent / f"connect/{tour}.py", folder], cwd=folder, stdout=subprocess.PIPE, text=True, check=True,
                                 env=os.environ | {"PYSPARK_SUBMIT_ARGS": SUBMIT.format(jars=os.environ["ORACLE_JARS"]), "PYSPARK_PYTHON": sys.executable})
            (HERE / f"recorded/{tour}.txt").write_text(run.stdout.replace(folder, "<dir>"))


if __name__ == "__main__":
    main()
