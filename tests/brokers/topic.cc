// Changes topics for tests, as an administrator would.
//
//   kafka_topic --brokers H:P --topic T delete
//   kafka_topic --brokers H:P --topic T add-partitions N         the topic then has N
//   kafka_topic --brokers H:P --topic T delete-records P OFFSET  partition P then begins at OFFSET

#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "clients/kafka/topic_admin.h"

namespace {

namespace kafka = millrace::clients::kafka;
using millrace::base::Status;

int Report(const Status& status) {
  if (status.ok()) return 0;
  fmt::print(stderr, "kafka_topic: {}\n", status.ToString());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::string brokers;
  std::string topic;
  int partition = 0;
  int partitions = 0;
  std::int64_t offset = 0;
  CLI::App app("Changes Kafka topics for tests");
  app.add_option("--brokers", brokers, "host:port")->required();
  app.add_option("--topic", topic)->required();
  app.require_subcommand(1);
  const CLI::App* remove = app.add_subcommand("delete", "removes the topic");
  CLI::App* add = app.add_subcommand("add-partitions", "makes the topic larger");
  add->add_option("partitions", partitions, "how many it then has")->required();
  CLI::App* forget = app.add_subcommand("delete-records", "removes the oldest records");
  forget->add_option("partition", partition)->required();
  forget->add_option("offset", offset, "where the partition then begins")->required();
  CLI11_PARSE(app, argc, argv);
  const auto admin = kafka::TopicAdmin::Create({{"bootstrap.servers", brokers}});
  if (!admin.ok()) return Report(admin.status());
  if (remove->parsed()) return Report((*admin)->DeleteTopic(topic));
  if (add->parsed()) return Report((*admin)->AddPartitions(topic, partitions));
  return Report((*admin)->DeleteRecords({topic, partition}, offset));
}
