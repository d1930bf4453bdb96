"""What workers_test.py runs with each PySpark that is supported, whose workers run on the server: foreach, foreachBatch
and a pickled listener. Prints the same with all of them.

    workers_program.py FOLDER
"""
import json
import os
import pathlib
import re
import signal
import sys
import time
import zipfile

import pyspark.sql.connect.proto as proto
from pyspark.errors import PySparkException
from pyspark.serializers import CloudPickleSerializer
from pyspark.sql import SparkSession
from pyspark.sql.streaming import StreamingQueryListener

folder = pathlib.Path(sys.argv[1])
spark = SparkSession.builder.appName("Workers").getOrCreate()
spark.conf.set("spark.sql.session.timeZone", "UTC")
rows = [{"n": n, "s": f"row {n}", "t": [n, None], "m": {"k": n * 0.5}} for n in range(6)]
(folder / "in").mkdir()
for part in range(2):
    (folder / "in" / f"{part}.json").write_text("".join(json.dumps(row) + "\n" for row in rows[part * 3:part * 3 + 3]))


def stream(**options):
    reader = spark.readStream.schema("n long, s string, t array<long>, m map<string, double>").options(**options)
    return reader.json(str(folder / "in"))


def written(name):
    """The lines that workers wrote, in the order of their texts."""
    lines = []
    for file in folder.glob(f"{name}.*"):
        lines += file.read_text().splitlines()
    return sorted(lines)


class Notes:
    """Writes lines beside this program, one file for each process."""

    def __init__(self, name):
        self.path = str(folder / name)

    def write(self, text):
        with open(f"{self.path}.{os.getpid()}", "a") as file:
            file.write(f"{text}\n")


def run(writer):
    query = writer.trigger(availableNow=True).start()
    assert query.awaitTermination(120), "the query did not end"


def fails(name, writer):
    """Prints which error this is, and the last lines of the traceback of Python that it brings."""
    query = writer.trigger(availableNow=True).start()
    try:
        query.awaitTermination(120)
        print(name, "did not fail")
    except PySparkException as error:
        lines = str(error).splitlines()
        print(name, type(error).__name__, error.getCondition())
        print(" ", any(line.endswith("Traceback (most recent call last):") for line in lines),
              [line for line in lines if re.match(r"\w+Error: .*not today", line)])


def wait_until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "nothing came within 60 s"
        time.sleep(0.05)


print("-- foreach with a function")
notes = Notes("function")
run(stream().writeStream.foreach(lambda row: notes.write(f"{row.n} {row['s']} {row.t} {row.m} {type(row).__name__}")))
print(*written("function"), sep="\n")

print("-- foreach with an object")


class Writer:
    def __init__(self):
        self.notes = Notes("object")

    def open(self, partition_id, epoch_id):
        self.rows = []
        self.notes.write(f"open {epoch_id} {partition_id >= 0}")
        return epoch_id > 0

    def process(self, row):
        self.rows.append(row.n)
        self.notes.write(f"process {row.n}")

    def close(self, error):
        self.notes.write(f"close {error}")


# Two batches of a file each; the first is not wanted.
run(stream(maxFilesPerTrigger=1).writeStream.foreach(Writer()).option("checkpointLocation", str(folder / "checkpoint")))
print(*written("object"), sep="\n")


class OnlyProcess:
    def process(self, row):
        raise ValueError(f"not today {row.n >= 0}")


class Closes:
    def open(self, partition_id, epoch_id):
        return True

    def process(self, row):
        raise KeyError("not today")

    def close(self, error, notes=Notes("closes")):
        notes.write(f"close {error!r}")


fails("function", stream().writeStream.foreach(lambda row: 1 // 0 if row.n > 100 else [][int("not today")]))
fails("object", stream().writeStream.foreach(OnlyProcess()))
fails("object with close", stream().writeStream.foreach(Closes()))
print(*written("closes"), sep="\n")

print("-- foreachBatch")
notes = Notes("batch")


def each(batch, batch_id):
    notes.write(f"{batch_id} {batch.count()} {[row.n for row in batch.orderBy('n').collect()]} {batch.columns}")
    batch.createOrReplaceTempView("rows_of_batch")
    notes.write(f"{batch_id} {batch.sparkSession.sql('SELECT sum(n) AS n FROM rows_of_batch').collect()}")
    batch.write.mode("append").parquet(str(folder / "out"))


run(stream(maxFilesPerTrigger=1).writeStream.foreachBatch(each))
print(*written("batch"), sep="\n")
print(spark.read.parquet(str(folder / "out")).orderBy("n").select("n").collect())


def raises(batch, batch_id):
    raise ValueError(f"not today, batch {batch_id}")


fails("foreachBatch", stream().writeStream.foreachBatch(raises))

print("-- uploaded files")


def upload(name, text, **kind):
    path = folder / name
    path.write_text(text)
    spark.addArtifacts(str(path), **kind)


def archive(name, inside, text):
    with zipfile.ZipFile(folder / name, "w") as file:
        file.writestr(inside, text)
    return str(folder / name)


upload("uploaded_module.py", "def doubled(n):\n    return 2 * n\n", pyfile=True)
spark.addArtifacts(archive("package.zip", "uploaded_package/__init__.py", "def tripled(n):\n    return 3 * n\n"), pyfile=True)
upload("uploaded.txt", "a file", file=True)
spark.addArtifacts(archive("data.zip", "inside.txt", "in an archive") + "#unpacked", archive=True)


def uses_files(row, notes=Notes("files")):
    import uploaded_module
    import uploaded_package

    root = next(path for path in sys.path if os.path.exists(os.path.join(path, "uploaded.txt")))
    texts = [pathlib.Path(root, name).read_text() for name in ("uploaded.txt", "unpacked/inside.txt")]
    try:
        from pyspark.core.files import SparkFiles
    except ImportError:
        pass  # In the whole of PySpark only.
    else:
        assert SparkFiles.get("uploaded.txt") == os.path.join(root, "uploaded.txt"), SparkFiles.get("uploaded.txt")
    notes.write(f"{uploaded_module.doubled(row.n)} {uploaded_package.tripled(row.n)} {texts}")


run(stream().where("n = 2").writeStream.foreach(uses_files))
run(stream().where("n = 5").writeStream.foreachBatch(lambda batch, batch_id: [uses_files(row) for row in batch.collect()] and None))
print(*written("files"), sep="\n")
try:
    upload("uploaded_module.py", "changed = True\n", pyfile=True)
    print("the same name did not fail")
except PySparkException as error:
    print("the same name", type(error).__name__, error.getCondition())

print("-- a listener on the server")


class Listener(StreamingQueryListener):
    """Pickled by this program and run by the server; newer PySparks keep their listeners in the client."""

    def __init__(self, name):
        self.notes = Notes(name)

    def onQueryStarted(self, event):
        self.notes.write(f"1 started {event.name} {event.id == event.runId}")

    def onQueryProgress(self, event):
        self.notes.write(f"2 progress {event.progress.batchId} {event.progress.numInputRows} {self.spark.range(3).count()}")
        if event.progress.batchId == 0:
            raise ValueError("not told to anybody")

    def onQueryIdle(self, event):
        pass

    def onQueryTerminated(self, event):
        self.notes.write(f"3 terminated {event.exception}")


class Killed(Listener):
    def onQueryStarted(self, event):
        os.kill(os.getpid(), signal.SIGKILL)


def manager(**arguments):
    command = proto.Command()
    command.streaming_query_manager_command.CopyFrom(proto.StreamingQueryManagerCommand(**arguments))
    _, properties = spark.client.execute_command(command)[:2]
    return properties["streaming_query_manager_command_result"]


def add(name, pickled):
    function = proto.PythonUDF(eval_type=0, command=pickled, python_ver="%d.%d" % sys.version_info[:2])
    command = proto.StreamingQueryManagerCommand.StreamingQueryListenerCommand(id=name, python_listener_payload=function)
    return manager(add_listener=command).add_listener


def remove(name):
    command = proto.StreamingQueryManagerCommand.StreamingQueryListenerCommand(id=name)
    return manager(remove_listener=command).remove_listener


def listed():
    return sorted(manager(list_listeners=True).list_listeners.listener_ids)


pickled = CloudPickleSerializer().dumps
print(listed(), add("kept", pickled(Listener("kept"))), add("killed", pickled(Killed("killed"))), listed())
run(stream(maxFilesPerTrigger=1).writeStream.format("noop").queryName("heard"))
wait_until(lambda: len(written("kept")) == 4)
wait_until(lambda: listed() == ["kept"])
print(remove("kept"), remove("kept"), remove("killed"), listed())
run(stream().writeStream.format("noop").queryName("unheard"))
print(*written("kept"), sep="\n")
try:
    add("broken", b"no pickle")
    print("no listener did not fail")
except PySparkException as error:
    print("no listener", type(error).__name__, error.getCondition(), "UnpicklingError" in str(error))
spark.stop()
