// The limit that the main job is measured against: librdkafka alone drains a topic, with its batch
// call, from N threads, and looks at nothing.
//
//   bare_consumer BROKERS TOPIC THREADS     prints
//   {"messages":..,"bytes":..,"wall_s":..,"cpu_s":..}

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <librdkafka/rdkafka.h>

namespace {

[[noreturn]] void Fail(const std::string& text) {
  std::fprintf(stderr, "bare_consumer: %s\n", text.c_str());
  std::exit(1);
}

double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

rd_kafka_t* NewConsumer(const char* brokers) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char error[512];
  const std::pair<const char*, const char*> settings[] = {
      {"bootstrap.servers", brokers},     {"group.id", "bare-consumer"},
      {"enable.auto.commit", "false"},    {"fetch.queue.backoff.ms", "1"},
      {"queued.min.messages", "1000000"}, {"auto.offset.reset", "error"},
  };
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name, value, error, sizeof error) != RD_KAFKA_CONF_OK) Fail(error);
  }
  rd_kafka_t* consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
  if (consumer == nullptr) Fail(error);
  return consumer;
}

int PartitionsOf(rd_kafka_t* consumer, const char* topic) {
  rd_kafka_topic_t* handle = rd_kafka_topic_new(consumer, topic, nullptr);
  const struct rd_kafka_metadata* metadata = nullptr;
  const auto error = rd_kafka_metadata(consumer, 0, handle, &metadata, 10'000);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) Fail(rd_kafka_err2str(error));
  const int partitions = metadata->topics[0].partition_cnt;
  rd_kafka_metadata_destroy(metadata);
  rd_kafka_topic_destroy(handle);
  if (partitions == 0) Fail(std::string("no such topic: ") + topic);
  return partitions;
}

struct Totals {
  std::atomic<std::int64_t> messages = 0;
  std::atomic<std::int64_t> bytes = 0;
};

/// Drains every partition p with p % threads == thread.
void Drain(rd_kafka_t* consumer, const char* topic, int partitions, int thread, int threads,
           Totals& totals) {
  rd_kafka_topic_t* handle = rd_kafka_topic_new(consumer, topic, nullptr);
  rd_kafka_queue_t* queue = rd_kafka_queue_new(consumer);
  std::int64_t wanted = 0;
  for (int partition = thread; partition < partitions; partition += threads) {
    std::int64_t low = 0, high = 0;
    const auto error =
        rd_kafka_query_watermark_offsets(consumer, topic, partition, &low, &high, 10'000);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) Fail(rd_kafka_err2str(error));
    wanted += high - low;
    if (rd_kafka_consume_start_queue(handle, partition, low, queue) == -1) {
      Fail(rd_kafka_err2str(rd_kafka_last_error()));
    }
  }
  std::vector<rd_kafka_message_t*> batch(1000);
  std::int64_t messages = 0, bytes = 0;
  while (messages < wanted) {
    const ssize_t count = rd_kafka_consume_batch_queue(queue, 1000, batch.data(), batch.size());
    for (ssize_t i = 0; i < count; ++i) {
      if (batch[i]->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        ++messages;
        bytes += static_cast<std::int64_t>(batch[i]->len);
      }
      rd_kafka_message_destroy(batch[i]);
    }
  }
  for (int partition = thread; partition < partitions; partition += threads) {
    rd_kafka_consume_stop(handle, partition);
  }
  totals.messages += messages;
  totals.bytes += bytes;
  rd_kafka_queue_destroy(queue);
  rd_kafka_topic_destroy(handle);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) Fail("usage: bare_consumer BROKERS TOPIC THREADS");
  const auto start = std::chrono::steady_clock::now();
  const int threads = std::atoi(argv[3]);
  rd_kafka_t* consumer = NewConsumer(argv[1]);
  const int partitions = PartitionsOf(consumer, argv[2]);
  Totals totals;
  std::vector<std::thread> workers;
  for (int thread = 0; thread < threads; ++thread) {
    workers.emplace_back(
        [&, thread] { Drain(consumer, argv[2], partitions, thread, threads, totals); });
  }
  for (std::thread& worker : workers) worker.join();
  rd_kafka_destroy(consumer);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  std::printf("{\"messages\":%lld,\"bytes\":%lld,\"wall_s\":%.3f,\"cpu_s\":%.3f}\n",
              static_cast<long long>(totals.messages.load()),
              static_cast<long long>(totals.bytes.load()), wall.count(), CpuSeconds());
  return 0;
}
