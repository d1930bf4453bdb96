"""A real Kafka broker for tests in Python, by kafka_broker.sh and kafka_produce."""

import os
import pathlib
import subprocess

_HERE = pathlib.Path(__file__).resolve().parent


def missing(*variables):
    """Is one of these paths, which scripts/setup.sh prints, not there?"""
    return any(not os.environ.get(variable) or not os.path.exists(os.environ[variable]) for variable in variables)


class Broker:
    """One broker that keeps its data in `folder`; use it in a `with`."""

    def __init__(self, folder):
        self.folder, self.address = pathlib.Path(folder), None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Also starts it again, on the port it had."""
        port = [self.address.rpartition(":")[2]] if self.address else []
        self._script("start", str(self.folder), *port)
        self.address = (self.folder / "bootstrap").read_text().strip()

    def stop(self, sig="TERM"):
        self._script("stop", str(self.folder), sig)

    def create_topic(self, topic, partitions):
        self._produce(topic, "--create", str(partitions), "--partitions", str(partitions), "--count", "0")

    def delete_topic(self, topic):
        self._program("kafka_topic", topic, "delete")

    def add_partitions(self, topic, partitions):
        """The topic then has `partitions`."""
        self._program("kafka_topic", topic, "add-partitions", str(partitions))

    def delete_records(self, topic, partition, before):
        """The partition then begins at `before`."""
        self._program("kafka_topic", topic, "delete-records", str(partition), str(before))

    def produce(self, topic, records, *arguments):
        """`records`: (partition, text or None). Texts have no tab and no line break. `arguments`: kafka_produce's."""
        lines = "".join(f"{partition}\t{chr(92) + 'N' if text is None else text}\n" for partition, text in records)
        self._produce(topic, "--lines", *arguments, stdin=lines)

    def _produce(self, topic, *arguments, stdin=""):
        self._program("kafka_produce", topic, *arguments, stdin=stdin)

    def _program(self, name, topic, *arguments, stdin=""):
        program = os.path.join(os.environ["MILLRACE_BIN"], name)
        subprocess.run([program, "--brokers", self.address, "--topic", topic, *arguments], input=stdin, text=True,
                       check=True, stdout=subprocess.DEVNULL)

    def _script(self, *arguments):
        subprocess.run(["bash", str(_HERE / "kafka_broker.sh"), *arguments], check=True, stdout=subprocess.DEVNULL)
