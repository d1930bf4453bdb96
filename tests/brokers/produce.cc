// Fills topics for tests and measurements.
//
//   kafka_produce --brokers H:P --topic T [--create N] [--topic-config k=v]... [--partitions N]
//                 [--count N] [--first N] [--rate N] [--now] [--codec none|gzip|snappy|lz4|zstd]
//                 [--transaction N [--abort-every M]] [--lines] [--property k=v]...
//
// Without --lines, message i (from --first) is a JSON text of about 110 bytes in partition i % N;
// every tenth has event_type "test"; with --now, the timestamp is the time of sending:
//   {"user_id":"user-0000009","event_type":"click","value":3.45,
//    "timestamp":"2026-01-01T00:00:00.123Z","n":7}
// With --lines, each line of standard input is one message: "text", or "partition TAB text", or
// "partition TAB key TAB text"; "\N" stands for null.
// --transaction N puts N messages into each transaction and, with --abort-every M, aborts each
// M-th. Prints one line of JSON: messages, seconds, messages per second.

#include <chrono>
#include <cstdio>
#include <iostream>
#include <map>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "clients/kafka/producer.h"
#include "clients/kafka/topic_admin.h"

namespace {

namespace kafka = millrace::clients::kafka;
using millrace::base::Status;
using SteadyClock = std::chrono::steady_clock;

struct Arguments {
  std::string brokers;
  std::string topic;
  std::string codec = "none";
  int create = 0;
  int partitions = 1;
  std::int64_t count = 0;
  std::int64_t first = 0;
  double rate = 0;
  std::int64_t transaction = 0;
  std::int64_t abort_every = 0;
  bool now = false;
  bool lines = false;
  std::vector<std::string> properties;
  std::vector<std::string> topic_config;
};

std::map<std::string, std::string> Pairs(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> pairs;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) pairs[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return pairs;
}

/// "2026-01-01T00:00:00.123Z"
std::string TimestampText(std::chrono::sys_time<std::chrono::milliseconds> time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::string MakeMessage(std::int64_t i, bool now) {
  static constexpr const char* kTypes[] = {"click",  "view",   "purchase", "login",
                                           "logout", "scroll", "search",   "share"};
  static constexpr std::chrono::sys_days kFirstDay =
      std::chrono::year(2026) / std::chrono::January / 1;
  const std::uint64_t mixed = static_cast<std::uint64_t>(i) * 0x9E3779B97F4A7C15ULL >> 33;
  const char* type = i % 10 == 9 ? "test" : kTypes[mixed % 8];
  const auto time =
      now ? std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())
          : kFirstDay + std::chrono::milliseconds(i);
  return fmt::format(R"({{"user_id":"user-{:07}","event_type":"{}","value":{}.{:02},)"
                     R"("timestamp":"{}","n":{}}})",
                     mixed % 1000000, type, mixed % 1000, mixed / 1000 % 100, TimestampText(time),
                     i);
}

/// Where a message goes and what it is.
struct Message {
  int partition = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
};

/// The fields of one line of standard input.
Message ParseLine(const std::string& line, std::int64_t index, int partitions) {
  Message message{static_cast<int>(index % partitions), std::nullopt, line};
  const std::size_t first = line.find('\t');
  if (first != std::string::npos) {
    message.partition = std::stoi(line.substr(0, first));
    const std::size_t second = line.find('\t', first + 1);
    if (second == std::string::npos) {
      message.value = line.substr(first + 1);
    } else {
      message.key = line.substr(first + 1, second - first - 1);
      message.value = line.substr(second + 1);
    }
  }
  if (message.key == "\\N") message.key = std::nullopt;
  if (message.value == "\\N") message.value = std::nullopt;
  return message;
}

bool NextMessage(const Arguments& arguments, std::int64_t index, Message* message) {
  if (arguments.lines) {
    std::string line;
    if (!std::getline(std::cin, line)) return false;
    *message = ParseLine(line, index, arguments.partitions);
    return true;
  }
  if (index >= arguments.count) return false;
  const std::int64_t number = arguments.first + index;
  *message = {static_cast<int>(number % arguments.partitions), std::nullopt,
              MakeMessage(number, arguments.now)};
  return true;
}

millrace::base::Result<std::int64_t> Produce(const Arguments& arguments,
                                             kafka::Producer& producer) {
  const auto start = SteadyClock::now();
  std::int64_t sent = 0;
  std::int64_t transactions = 0;
  const auto end_transaction = [&]() -> Status {
    MILLRACE_RETURN_IF_ERROR(producer.Flush());
    ++transactions;
    const bool abort = arguments.abort_every > 0 && transactions % arguments.abort_every == 0;
    return abort ? producer.AbortTransaction() : producer.CommitTransaction();
  };
  for (Message message; NextMessage(arguments, sent, &message); ++sent) {
    if (arguments.transaction > 0 && sent % arguments.transaction == 0) {
      if (sent > 0) MILLRACE_RETURN_IF_ERROR(end_transaction());
      MILLRACE_RETURN_IF_ERROR(producer.BeginTransaction());
    }
    // A burst each 5 ms: to sleep before each message would cost more than to send it.
    while (arguments.rate > 0) {
      const std::chrono::duration<double> passed = SteadyClock::now() - start;
      if (static_cast<double>(sent) < passed.count() * arguments.rate) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    kafka::OutgoingRecord record;
    if (message.key) record.key = *message.key;
    if (message.value) record.value = *message.value;
    MILLRACE_RETURN_IF_ERROR(producer.Send({arguments.topic, message.partition}, record));
  }
  if (arguments.transaction > 0 && sent > 0) MILLRACE_RETURN_IF_ERROR(end_transaction());
  MILLRACE_RETURN_IF_ERROR(producer.Flush());
  return sent;
}

Status Run(const Arguments& arguments) {
  const kafka::Properties base = {{"bootstrap.servers", arguments.brokers}};
  if (arguments.create > 0) {
    MILLRACE_ASSIGN_OR_RETURN(const auto admin, kafka::TopicAdmin::Create(base));
    MILLRACE_RETURN_IF_ERROR(
        admin->CreateTopic(arguments.topic, arguments.create, Pairs(arguments.topic_config)));
  }
  kafka::Properties properties = base;
  properties["compression.codec"] = arguments.codec;
  properties["linger.ms"] = arguments.rate > 0 ? "2" : "50";
  properties["queue.buffering.max.messages"] = "500000";
  if (arguments.transaction > 0) {
    properties["transactional.id"] = "kafka_produce-" + arguments.topic;
  }
  for (const auto& [name, value] : Pairs(arguments.properties)) properties[name] = value;
  MILLRACE_ASSIGN_OR_RETURN(const auto producer, kafka::Producer::Create(properties));
  if (arguments.transaction > 0) MILLRACE_RETURN_IF_ERROR(producer->InitTransactions());
  const auto start = SteadyClock::now();
  MILLRACE_ASSIGN_OR_RETURN(const std::int64_t sent, Produce(arguments, *producer));
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
  fmt::print("{{\"messages\":{},\"seconds\":{:.3f},\"messages_per_second\":{:.0f}}}\n", sent,
             seconds, static_cast<double>(sent) / seconds);
  return Status::Ok();
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Fills Kafka topics for tests");
  app.add_option("--brokers", arguments.brokers, "host:port")->required();
  app.add_option("--topic", arguments.topic)->required();
  app.add_option("--create", arguments.create, "make the topic first, with so many partitions");
  app.add_option("--topic-config", arguments.topic_config, "key=value of the new topic");
  app.add_option("--partitions", arguments.partitions, "partitions that are written");
  app.add_option("--count", arguments.count, "messages");
  app.add_option("--first", arguments.first, "number of the first message");
  app.add_option("--rate", arguments.rate, "messages a second; 0: as fast as possible");
  app.add_flag("--now", arguments.now, "timestamps of messages are the time of sending");
  app.add_option("--codec", arguments.codec);
  app.add_option("--transaction", arguments.transaction, "messages in each transaction");
  app.add_option("--abort-every", arguments.abort_every, "abort each n-th transaction");
  app.add_flag("--lines", arguments.lines, "messages come from standard input");
  app.add_option("--property", arguments.properties, "key=value for librdkafka");
  CLI11_PARSE(app, argc, argv);
  const Status status = Run(arguments);
  if (status.ok()) return 0;
  fmt::print(stderr, "kafka_produce: {}\n", status.ToString());
  return 1;
}
