"""Records what real Spark says about Kafka options and about the life of a query (see README.md). Needs a broker: MILLRACE_TEST_BROKERS.

recorded/kafka_options.jsonl: {"mode": "stream" | "batch", "options": {...}, "stage": "load" | "start" | "run" | "none", "seconds": time to the error, "error": ...}
recorded/progress.jsonl:      {"what": ..., "text" | "json" | ...}: progress JSON, log files, exceptions, explain output, statuses, listener events.
"""
import json
import shutil
import sys
import threading
import time
from pathlib import Path

import canonical
from oracle_session import BROKERS, session

WORK = Path("/tmp/millrace-record/kafka")
TWO, EMPTY, ONE = "mr_two", "mr_empty", "mr_one"


def topic(name, partitions, messages=()):
    """Makes the topic afresh; messages are (partition, key, value, timestamp in ms)."""
    from confluent_kafka.admin import AdminClient, NewTopic
    admin = AdminClient({"bootstrap.servers": BROKERS})
    if name in admin.list_topics(timeout=10).topics:
        admin.delete_topics([name])[name].result()
        time.sleep(1)
    admin.create_topics([NewTopic(name, partitions, 1)])[name].result()
    time.sleep(0.5)
    produce(name, messages)


def produce(name, messages):
    from confluent_kafka import Producer
    producer = Producer({"bootstrap.servers": BROKERS, "linger.ms": 5})
    for partition, key, value, stamp in messages:
        producer.produce(name, partition=partition, key=key, value=value, timestamp=stamp)
    producer.flush()


def events(count, partitions=2, first=0):
    return [(i % partitions, None, '{"user_id":%d,"event_type":"%s"}' % (i, "test" if i % 5 == 4 else "click"), 1767225600000 + i) for i in range(first, first + count)]


S = {"subscribe": TWO}
OPTIONS = [
    {}, {"kafka.bootstrap.servers": None}, {"kafka.bootstrap.servers": None, **S}, {"kafka.bootstrap.servers": "", **S}, {"kafka.bootstrap.servers": "nohost", **S}, {"kafka.bootstrap.servers": "127.0.0.1:x", **S}, {"kafka.bootstrap.servers": "no.such.host.invalid:9092", **S},
    {"subscribe": TWO, "assign": '{"mr_two":[0]}'}, {"subscribe": TWO, "subscribePattern": "mr.*"}, {"subscribe": TWO, "assign": '{"mr_two":[0]}', "subscribePattern": "x"}, {"subscribe": ""}, {"subscribe": " , "}, {"subscribe": " mr_two , "}, {"subscribe": "mr_two,mr_two"}, {"subscribePattern": ""}, {"subscribePattern": " "}, {"subscribePattern": "mr_tw["}, {"subscribePattern": "nothing_like_it.*"},
    {"assign": ""}, {"assign": "x"}, {"assign": "{}"}, {"assign": "[]"}, {"assign": '{"mr_two":[]}'}, {"assign": '{"mr_two":0}'}, {"assign": '{"mr_two":["a"]}'}, {"assign": '{"mr_two":["0"]}'}, {"assign": '{"mr_two":[0,0]}'}, {"assign": '{"mr_two":[0,1]'}, {"assign": '{"mr_two":[-1]}'}, {"assign": '{"mr_two":[1.5]}'}, {"assign": '{"mr_two":[7]}'}, {"assign": '{"no_such_topic":[0]}'}, {"ASSIGN": '{"mr_two":[0]}'}, {"SUBSCRIBE": TWO},
    {"subscribe": "no_such_topic"}, {"subscribe": "mr_two,no_such_topic"}, {"subscribe": "bad topic!"}, {"subscribe": EMPTY},
    *[{**S, "startingOffsets": value} for value in ("Earliest", "LATEST", "none", "", " ", " earliest ", "5", "x", "{}", "[]", "{", '{"mr_two":{"0":0,"1":0}}', '{"mr_two":{"0":-2,"1":-1}}', '{"mr_two":{"0":0}}', '{"mr_two":{"0":0,"1":0,"2":0}}', '{"mr_two":{"0":0,"1":0},"mr_one":{"0":0}}', '{"mr_two":{"0":0,"1":-3}}', '{"mr_two":{"0":0,"1":"0"}}', '{"mr_two":{"0":0,"1":"x"}}', '{"mr_two":{"0":0,"1":1.5}}', '{"mr_two":{"0":0,"1":null}}', '{"mr_two":{"x":0,"1":0}}', '{"mr_two":[0,1]}', '{"mr_two":0}', '{"no_such_topic":{"0":0}}', '{"mr_two":{"0":0,"1":999}}', '{"mr_two":{"0":0,"1":99999999999999999999}}', '{"mr_two":{"0":0,"1":0},}', '{"mr_two":{"0":0,"1":0}} x', '{"MR_TWO":{"0":0,"1":0}}', '{"mr_two":{"0":1,"0":2,"1":0}}', "{'mr_two':{'0':0,'1':0}}", '{"mr_two":{"00":0,"1":0}}')],
    *[{**S, "endingOffsets": value} for value in ("latest", "earliest", '{"mr_two":{"0":1,"1":1}}', '{"mr_two":{"0":-1,"1":-2}}', "x", '{"mr_two":{"0":99,"1":1}}')], {**S, "endingTimestamp": "5"}, {**S, "endingOffsetsByTimestamp": '{"mr_two":{"0":1,"1":1}}'},
    *[{**S, "startingTimestamp": value} for value in ("0", "1767225600005", "9999999999999", "-1", "x", "", "1.5", " 5 ")], {**S, "startingTimestamp": "9999999999999", "startingOffsetsByTimestampStrategy": "latest"}, {**S, "startingOffsetsByTimestampStrategy": "x"}, {**S, "startingOffsetsByTimestampStrategy": "LATEST", "startingTimestamp": "9999999999999"},
    *[{**S, "startingOffsetsByTimestamp": value} for value in ('{"mr_two":{"0":1767225600005,"1":0}}', '{"mr_two":{"0":1}}', "x", "{}", '{"mr_two":{"0":"x","1":0}}', '{"mr_two":{"0":9999999999999,"1":0}}', '{"mr_two":{"0":-1,"1":0}}', '{"mr_one":{"0":1}}')],
    *[{**S, "failOnDataLoss": value} for value in ("true", "FALSE", "x", "", "1")], *[{**S, "includeHeaders": value} for value in ("TRUE", "x", "")],
    *[{**S, "minPartitions": value} for value in ("1", "0", "-1", "x", "1.5", "", "99999999999")], *[{**S, "maxRecordsPerPartition": value} for value in ("1", "0", "-1", "x")],
    *[{**S, "maxOffsetsPerTrigger": value} for value in ("1", "0", "-1", "x", "1.5", "", "99999999999999999999", " 5 ")], *[{**S, "minOffsetsPerTrigger": value} for value in ("1", "0", "-1", "x")], {**S, "minOffsetsPerTrigger": "10", "maxOffsetsPerTrigger": "5"}, {**S, "minOffsetsPerTrigger": "5", "maxOffsetsPerTrigger": "5"}, *[{**S, "minOffsetsPerTrigger": "5", "maxTriggerDelay": value} for value in ("15m", "x", "", "-5s", "5", "1 minute")],
    {**S, "kafkaConsumer.pollTimeoutMs": "x"}, {**S, "kafkaConsumer.pollTimeoutMs": "-1"}, {**S, "fetchOffset.numRetries": "x"}, {**S, "fetchOffset.numRetries": "0"}, {**S, "fetchOffset.retryIntervalMs": "x"}, {**S, "groupIdPrefix": ""}, {**S, "groupIdPrefix": "p", "kafka.group.id": "g"}, {**S, "noSuchOption": "1"},
    *[{**S, f"kafka.{key}": "x"} for key in ("auto.offset.reset", "key.deserializer", "value.deserializer", "enable.auto.commit", "interceptor.classes", "key.serializer", "value.serializer", "no.such.key", "isolation.level", "session.timeout.ms", "fetch.min.bytes", "max.poll.records", "security.protocol", "sasl.mechanism", "sasl.jaas.config", "compression.type", "ssl.truststore.location", "bootstrap.server")],
    {**S, "KAFKA.AUTO.OFFSET.RESET": "x"}, {**S, "kafka.Auto.Offset.Reset": "x"}, {**S, "Kafka.bootstrap.servers": "127.0.0.1:1"}, {**S, "kafka.isolation.level": "read_committed"}, {**S, "kafka.client.id": "me"}, {**S, "kafka.receive.buffer.bytes": "1"}, {**S, "kafka.metric.reporters": "x"}, {**S, "kafka.security.protocol": "SASL_PLAINTEXT"}, {**S, "kafka.security.protocol": "SSL"}, {**S, "kafka.security.protocol": "SASL_SSL", "kafka.sasl.mechanism": "PLAIN"},
]
SLOW = [{"kafka.bootstrap.servers": "127.0.0.1:1", **S}, {"kafka.bootstrap.servers": "127.0.0.1:1", "assign": '{"mr_two":[0]}'}, {"kafka.bootstrap.servers": "127.0.0.1:1", "kafka.default.api.timeout.ms": "3000", "kafka.request.timeout.ms": "2000", **S}, {"kafka.bootstrap.servers": "127.0.0.1:1", "kafka.default.api.timeout.ms": "3000", "kafka.request.timeout.ms": "2000", "startingOffsets": "latest", **S}]
BAD_BATCH = [{**S, "startingOffsets": "latest"}, {**S, "startingOffsets": '{"mr_two":{"0":0,"1":-1}}'}, {**S, "endingOffsets": "earliest"}, {**S, "endingOffsets": '{"mr_two":{"0":-2,"1":1}}'}, {**S, "endingOffsets": '{"mr_two":{"0":1}}'}, {**S, "startingOffsets": '{"mr_two":{"0":0}}'}, {**S, "endingOffsets": '{"mr_two":{"0":99,"1":99}}'}, {**S, "startingOffsets": '{"mr_two":{"0":3,"1":3}}', "endingOffsets": '{"mr_two":{"0":1,"1":1}}'}, {"subscribe": "no_such_topic"}, {**S, "maxOffsetsPerTrigger": "1"}, {**S, "startingTimestamp": "x"}, {**S, "minPartitions": "0"}]


class Options:
    def __init__(self, spark):
        self.spark, self.records, self.lock, self.count = spark, [], threading.Lock(), 0

    def one(self, mode, options, wait):
        start = time.time()
        with self.lock:
            self.count += 1
            number = self.count
        record = {"mode": mode, "options": options, "stage": "load"}
        query = None
        try:
            reader = (self.spark.readStream if mode == "stream" else self.spark.read).format("kafka")
            for key, value in ({"kafka.bootstrap.servers": BROKERS, "startingOffsets": "earliest"} | options if mode == "stream" else {"kafka.bootstrap.servers": BROKERS} | options).items():
                if value is not None:
                    reader = reader.option(key, value)
            frame = reader.load()
            record["stage"] = "start" if mode == "stream" else "run"
            if mode == "stream":
                query = frame.writeStream.format("noop").option("checkpointLocation", f"{WORK}/options-{number}").trigger(availableNow=True).start()
                record["stage"] = "run"
                if not query.awaitTermination(wait):
                    record |= {"stage": "still running", "status": query.status}
                else:
                    record |= {"stage": "none", "rows": sum(p.numInputRows for p in query.recentProgress), "description": [s.description for p in query.recentProgress[:1] for s in p.sources]}
            else:
                record["rows"] = len(frame.collect())
                record["stage"] = "none"
        except Exception as failure:
            record |= canonical.error(failure)
        record["seconds"] = round(time.time() - start, 1)
        if query is not None and query.isActive:
            query.stop()
        with self.lock:
            self.records.append(record)

    def all(self):
        slow = [threading.Thread(target=self.one, args=("stream", options, 400)) for options in SLOW]
        for thread in slow:
            thread.start()
        for options in OPTIONS:
            if "no.such.host" in str(options) or "nothing_like" in str(options):
                slow.append(threading.Thread(target=self.one, args=("stream", options, 150)))
                slow[-1].start()
            else:
                self.one("stream", options, 90)
        for options in BAD_BATCH:
            self.one("batch", options, 60)
        for thread in slow:
            thread.join()
        self.records.sort(key=lambda record: "seconds" in record and record["seconds"] > 60)


def listener(spark, out):
    from pyspark.sql.streaming import StreamingQueryListener

    class Recorder(StreamingQueryListener):
        def onQueryStarted(self, event):
            out.append({"event": "started", "id": str(event.id), "runId": str(event.runId), "name": event.name, "timestamp": event.timestamp})

        def onQueryProgress(self, event):
            out.append({"event": "progress", "text": event.progress.json})

        def onQueryIdle(self, event):
            out.append({"event": "idle", "id": str(event.id), "timestamp": event.timestamp})

        def onQueryTerminated(self, event):
            out.append({"event": "terminated", "id": str(event.id), "runId": str(event.runId), "exception": event.exception, "errorClassOnException": event.errorClassOnException})
    spark.streams.addListener(Recorder())


def full_error(query):
    try:
        query.awaitTermination(120)
    except Exception as failure:
        shown = canonical.error(failure)["error"]
        return {"pyspark_str": str(failure), "java_to_string": failure._origin.toString(), "exception()": str(query.exception()), "status": query.status} | {"error": shown}
    shown = {"error": None, "status": query.status, "still_running": query.isActive}
    query.stop()
    return shown


def life(spark):
    from pyspark.sql.functions import col, current_timestamp, from_json
    heard, records = [], []
    listener(spark, heard)
    put = lambda what, **more: records.append({"what": what} | more)

    def files(what, folder):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                data = path.read_bytes()
                put(what, path=str(path.relative_to(folder)), text=canonical.text(data))

    def source(name, **options):
        reader = spark.readStream.format("kafka").option("kafka.bootstrap.servers", BROKERS).option("subscribe", name).option("startingOffsets", "earliest")
        for key, value in options.items():
            reader = reader.option(key, value)
        return reader.load()

    def seed(frame):
        return (frame.select(from_json(col("value").cast("string"), "user_id BIGINT, event_type STRING").alias("data")).select("data.*")
                .withColumn("ingestion_time", current_timestamp()).filter(col("event_type") != "test"))

    topic("mr_life", 2, events(25))
    d = WORK / "life"
    query = seed(source("mr_life", maxOffsetsPerTrigger=10)).writeStream.format("delta").queryName("life").option("checkpointLocation", f"{d}/checkpoint").trigger(availableNow=True).start(f"{d}/table")
    query.awaitTermination()
    time.sleep(2)
    for event in heard:
        put("kafka to delta, 25 records, maxOffsetsPerTrigger 10, availableNow", **event)
    put("the same, last progress as PySpark's object", json=str(query.lastProgress))
    files("the same, checkpoint", d / "checkpoint")
    # An empty restart, a default trigger, statuses, explain, idle.
    heard.clear()
    statuses, seen = [], set()

    def watch(query, until, limit=240):
        """Notes each new status until the condition holds."""
        end = time.time() + limit
        while time.time() < end and query.isActive and not until():
            status = query.status
            key = json.dumps(status, sort_keys=True)
            if key not in seen:
                seen.add(key)
                statuses.append(status)
            time.sleep(0.0005)

    def last_batch(query):
        return query.lastProgress["batchId"] if query.lastProgress else -1

    def waiting(query):
        return query.status["message"] == "Waiting for data to arrive"

    query = seed(source("mr_life")).writeStream.format("delta").queryName("life").option("checkpointLocation", f"{d}/checkpoint").start(f"{d}/table")
    put("explain() before the first batch of a run", text=query._jsq.explainInternal(False), extended=query._jsq.explainInternal(True))
    watch(query, lambda: waiting(query))
    put("lastProgress before the first batch of a run", json=str(query.lastProgress), recent=len(query.recentProgress))
    produce("mr_life", events(10, 2, 25))
    watch(query, lambda: last_batch(query) == 3 and waiting(query))
    put("explain() after a batch", text=query._jsq.explainInternal(False), extended=query._jsq.explainInternal(True))
    watch(query, lambda: any(event["event"] == "idle" for event in heard), 60)
    produce("mr_life", events(10, 2, 35))
    watch(query, lambda: last_batch(query) == 4 and waiting(query))
    put("lastProgress is", json=str(query.lastProgress), recent=len(query.recentProgress))
    query.stop()
    statuses.append(query.status)
    time.sleep(2)
    for status in statuses:
        put("status", json=status)
    put("awaitTermination after stop", value=query.awaitTermination(), with_timeout=query.awaitTermination(1), exception=str(query.exception()), isActive=query.isActive)
    for event in heard:
        put("default trigger, restart, 10 + 10 records, idle between", **event)
    # processingTime: status while it waits.
    seen.clear()
    statuses.clear()
    query = seed(source("mr_life")).writeStream.format("noop").option("checkpointLocation", f"{WORK}/waits").trigger(processingTime="3 seconds").start()
    watch(query, lambda: last_batch(query) == 0 and query.status["message"] == "Waiting for next trigger")
    watch(query, lambda: query.status["message"] == "Waiting for data to arrive", 8)
    query.stop()
    for status in statuses:
        put("status with trigger 3 seconds", json=status)
    put("streams.get of a stopped query", value=str(spark.streams.get(str(query.id))))
    # The same name twice, the same checkpoint twice.
    first = seed(source("mr_life")).writeStream.format("noop").queryName("twice").option("checkpointLocation", f"{WORK}/twice").start()
    watch(first, lambda: last_batch(first) == 0)
    for what, name, place in (("the same name while it runs", "twice", "twice2"), ("the same checkpoint while it runs, same session", "other", "twice")):
        try:
            second = seed(source("mr_life")).writeStream.format("noop").queryName(name).option("checkpointLocation", f"{WORK}/{place}").start()
            watch(second, lambda: waiting(second))
            put(what, started=True, first_active=first.isActive, first_exception=str(first.exception()), second_active=second.isActive, second_exception=str(second.exception()))
            second.stop()
        except Exception as failure:
            put(what, **canonical.error(failure))
    first.stop()
    # Failures.
    topic("mr_bad", 1, [(0, None, value, 1767225600000 + i) for i, value in enumerate(("1", "2", "x", "4"))])
    heard.clear()
    bad = source("mr_bad", maxOffsetsPerTrigger=2).select(col("value").cast("string").cast("int").alias("n"))
    query = bad.writeStream.format("delta").option("checkpointLocation", f"{WORK}/bad").trigger(availableNow=True).start(f"{WORK}/bad-table")
    put("bad cast in the second batch", **full_error(query))
    time.sleep(1)
    for event in heard:
        put("bad cast in the second batch, event", **event)
    files("bad cast in the second batch, checkpoint", WORK / "bad")
    try:
        spark.streams.awaitAnyTermination(1)
        put("awaitAnyTermination after a failure", value="returned")
    except Exception as failure:
        put("awaitAnyTermination after a failure", **canonical.error(failure))
    spark.streams.resetTerminated()
    heard.clear()
    query = source("mr_bad").select((col("offset") / (col("offset") - 2)).alias("n")).writeStream.format("noop").option("checkpointLocation", f"{WORK}/zero").queryName("zero").trigger(availableNow=True).start()
    put("divide by zero", **full_error(query))
    # Data loss.
    import subprocess
    from confluent_kafka.admin import AdminClient, NewPartitions
    from confluent_kafka import TopicPartition
    admin = AdminClient({"bootstrap.servers": BROKERS})

    def restart(what, name, folder, **options):
        query = source(name, **options).writeStream.format("noop").option("checkpointLocation", f"{WORK}/{folder}").trigger(availableNow=True).start()
        shown = full_error(query)
        put(what, options=options, rows=[(p.batchId, p.numInputRows) for p in query.recentProgress], **shown)

    def delete_records(name, partition, offset):
        for attempt in range(20):  # the leader of a new partition takes its time
            try:
                wanted = TopicPartition(name, partition, offset)
                fresh = AdminClient({"bootstrap.servers": BROKERS})  # kept in a name: its futures die with it
                return fresh.delete_records([wanted])[wanted].result(10)
            except Exception:
                time.sleep(0.5)
        raise TimeoutError(name)

    def prepared(folder, name="mr_loss"):
        source(name).writeStream.format("noop").option("checkpointLocation", f"{WORK}/{folder}").trigger(availableNow=True).start().awaitTermination()

    topic("mr_loss", 1, events(10, 1))
    for folder in ("loss1", "loss2"):
        prepared(folder)
    produce("mr_loss", events(10, 1, 10))
    delete_records("mr_loss", 0, 15)
    restart("records deleted past the committed offset", "mr_loss", "loss1")
    restart("records deleted past the committed offset", "mr_loss", "loss2", failOnDataLoss="false")
    topic("mr_loss", 1, events(10, 1))
    for folder in ("loss3", "loss4"):
        prepared(folder)
    topic("mr_loss", 1, events(4, 1))
    restart("topic made anew with fewer records", "mr_loss", "loss3")
    restart("topic made anew with fewer records", "mr_loss", "loss4", failOnDataLoss="false")
    topic("mr_loss", 2, events(10))
    for folder in ("loss5", "loss6"):
        prepared(folder)
    topic("mr_loss", 1, events(10, 1))
    restart("a partition is gone", "mr_loss", "loss5")
    restart("a partition is gone", "mr_loss", "loss6", failOnDataLoss="false")
    topic("mr_loss_grows", 1, events(10, 1))
    for folder in ("loss7", "loss8"):
        prepared(folder, "mr_loss_grows")
    admin.create_partitions([NewPartitions("mr_loss_grows", 2)])["mr_loss_grows"].result()
    time.sleep(3)
    produce("mr_loss_grows", [(1, None, "{}", 1767225600000 + i) for i in range(5)])
    delete_records("mr_loss_grows", 1, 3)
    restart("a new partition does not start at 0", "mr_loss_grows", "loss7")
    restart("a new partition does not start at 0", "mr_loss_grows", "loss8", failOnDataLoss="false")
    topic("mr_loss", 1, events(10, 1))
    for folder in ("loss9", "loss10"):
        prepared(folder)
    admin.delete_topics(["mr_loss"])["mr_loss"].result()
    time.sleep(1)
    restart("the topic is deleted", "mr_loss", "loss9")
    restart("the topic is deleted", "mr_loss", "loss10", failOnDataLoss="false")
    return records


def main(folder, only):
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    spark = session("kafka")
    topic(TWO, 2, events(10))
    topic(EMPTY, 1)
    topic(ONE, 1, events(3, 1))
    hide = {str(WORK): "<dir>", BROKERS: "<broker>"}
    if only != "life":
        options = Options(spark)
        options.all()
        canonical.write(folder / "kafka_options.jsonl", options.records, hide, uuids=False)
    if only != "options":
        canonical.write(folder / "progress.jsonl", life(spark), hide)
    spark.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "recorded", sys.argv[2] if len(sys.argv) > 2 else None)
