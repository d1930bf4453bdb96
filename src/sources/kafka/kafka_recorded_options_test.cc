// Every case of tests/spark/recorded/kafka_options.jsonl, read as Spark read it: until nothing is
// left. MILLRACE_TEST_KAFKA=host:port names a real broker; without one librdkafka's mock serves,
// which knows no times.

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/random.h"
#include "base/uuid.h"
#include "clients/kafka/mock_cluster.h"
#include "clients/kafka/producer.h"
#include "clients/kafka/topic_admin.h"
#include "fs/memory_file_system.h"
#include "sources/kafka/kafka_source_provider.h"

namespace millrace::sources::kafka {
namespace {

using clients::kafka::MockCluster;
using clients::kafka::OutgoingRecord;
using clients::kafka::Producer;
using clients::kafka::Properties;
using clients::kafka::TopicAdmin;
using clients::kafka::TopicPartition;
using connector::Offset;
using connector::Options;
using connector::ReadLimit;
using Json = nlohmann::ordered_json;
using ::testing::HasSubstr;

constexpr std::string_view kAccepted = "accepted";

/// A case that ends differently here.
struct Deviation {
  std::string_view options;  ///< As they were recorded.
  std::string_view answer;   ///< Part of our message, or kAccepted.
};

/// By reason.
const std::map<std::string, std::vector<Deviation>>& Deviations() {
  static const std::map<std::string, std::vector<Deviation>> kDeviations = {
      {"Spark would ignore the option, and the job would do another thing than its user meant",
       {{R"({"subscribe":"mr_two","noSuchOption":"1"})", "unknown option \"noSuchOption\""},
        {R"({"subscribe":"mr_two","endingTimestamp":"5"})",
         "ending timestamp not valid in streaming queries"},
        {R"({"subscribe":"mr_two","kafka.no.such.key":"x"})",
         "Kafka option 'kafka.no.such.key' is not supported here"},
        {R"({"subscribe":"mr_two","kafka.bootstrap.server":"x"})",
         "Kafka option 'kafka.bootstrap.server' is not supported here"},
        {R"({"subscribe":"mr_two","kafka.sasl.jaas.config":"x"})", "it has no login module"},
        {R"({"subscribe":"mr_two","kafka.ssl.truststore.location":"x"})",
         "Java key stores cannot be read"},
        {R"({"subscribe":"mr_two","kafka.sasl.mechanism":"x"})", kAccepted}}},
      {"no batch would ever move on",
       {{R"({"subscribe":"mr_two","maxOffsetsPerTrigger":"0"})",
         "maxOffsetsPerTrigger must be positive"},
        {R"({"subscribe":"mr_two","maxOffsetsPerTrigger":"-1"})",
         "maxOffsetsPerTrigger must be positive"}}},
      {"Jackson lets pass what is no number, no partition or no JSON, and means something by it",
       {{R"({"assign":"{\"mr_two\":[-1]}"})", "Expected e.g."},
        {R"({"assign":"{\"mr_two\":[1.5]}"})", "Expected e.g."},
        {R"({"subscribe":"mr_two","startingOffsets":"{\"mr_two\":{\"0\":0,\"1\":1.5}}"})",
         "Expected e.g."},
        {R"({"subscribe":"mr_two","startingOffsets":"{\"mr_two\":{\"0\":0,\"1\":null}}"})",
         "Expected e.g."},
        {R"({"subscribe":"mr_two","startingOffsets":"{\"mr_two\":{\"0\":0,\"1\":0}} x"})",
         "Expected e.g."},
        {R"({"subscribe":"mr_two","startingOffsets":)"
         R"("{\"mr_two\":{\"0\":0,\"1\":99999999999999999999}}"})",
         "Expected e.g."}}},
      {"a set is shown in order",
       {{R"({"subscribe":"mr_two","startingOffsets":)"
         R"("{\"mr_two\":{\"0\":0,\"1\":0},\"mr_one\":{\"0\":0}}"})",
         "Specified: Set("}}},
      {"the text is the Java client's, or a stack of Java; ours names the option",
       {{R"({"kafka.bootstrap.servers":"","subscribe":"mr_two"})",
         "Option 'kafka.bootstrap.servers' must be specified"},
        {R"({"kafka.bootstrap.servers":"nohost","subscribe":"mr_two"})",
         "\"nohost\" did not answer"},
        {R"({"kafka.bootstrap.servers":"no.such.host.invalid:9092","subscribe":"mr_two"})",
         "\"no.such.host.invalid:9092\" did not answer"},
        {R"({"kafka.bootstrap.servers":"127.0.0.1:x","subscribe":"mr_two"})",
         "\"127.0.0.1:x\" did not answer"},
        {R"({"kafka.bootstrap.servers":"127.0.0.1:1","kafka.default.api.timeout.ms":"3000",)"
         R"("kafka.request.timeout.ms":"2000","subscribe":"mr_two"})",
         "\"127.0.0.1:1\" did not answer"},
        {R"({"kafka.bootstrap.servers":"127.0.0.1:1","kafka.default.api.timeout.ms":"3000",)"
         R"("kafka.request.timeout.ms":"2000","startingOffsets":"latest","subscribe":"mr_two"})",
         "\"127.0.0.1:1\" did not answer"},
        {R"({"kafka.bootstrap.servers":"127.0.0.1:1","subscribe":"mr_two"})",
         "\"127.0.0.1:1\" did not answer"},
        {R"({"kafka.bootstrap.servers":"127.0.0.1:1","assign":"{\"mr_two\":[0]}"})",
         "\"127.0.0.1:1\" did not answer"},
        {R"({"subscribe":"mr_two","Kafka.bootstrap.servers":"127.0.0.1:1"})",
         "\"127.0.0.1:1\" did not answer"},
        {R"({"subscribe":"mr_two","kafka.security.protocol":"SSL"})", "did not answer"},
        {R"({"subscribe":"mr_two","kafka.security.protocol":"SASL_PLAINTEXT"})",
         "sasl.kerberos.keytab"},
        {R"({"subscribe":"mr_two","kafka.security.protocol":"SASL_SSL",)"
         R"("kafka.sasl.mechanism":"PLAIN"})",
         "sasl.username and sasl.password must be set"},
        {R"({"subscribe":"mr_two","kafka.security.protocol":"x"})",
         "Kafka option 'kafka.security.protocol' has a value that is not possible"},
        {R"({"subscribe":"mr_two","kafka.isolation.level":"x"})",
         "Kafka option 'kafka.isolation.level' has a value that is not possible"},
        {R"({"subscribe":"mr_two","kafka.fetch.min.bytes":"x"})",
         "Kafka option 'kafka.fetch.min.bytes' has a value that is not possible"},
        {R"({"subscribe":"mr_two","kafkaConsumer.pollTimeoutMs":"-1"})",
         "kafkaConsumer.pollTimeoutMs must be positive"},
        {R"({"subscribe":"mr_two","fetchOffset.numRetries":"0"})",
         "fetchOffset.numRetries must be positive"},
        {R"({"subscribePattern":"mr_tw["})", "which is no regular expression"},
        {R"({"subscribe":"bad topic!"})", "topic \"bad topic!\""},
        {R"({"subscribe":"mr_two","startingOffsets":"{\"mr_two\":{\"0\":0,\"1\":-3}}"})",
         "option \"startingOffsets\" has offset -3"}}},
      {"the setting means nothing without a JVM or a consumer group; it is accepted with a warning",
       {{R"({"subscribe":"mr_two","kafka.session.timeout.ms":"x"})", kAccepted},
        {R"({"subscribe":"mr_two","kafka.max.poll.records":"x"})", kAccepted},
        {R"({"subscribe":"mr_two","kafka.metric.reporters":"x"})", kAccepted}}},
  };
  return kDeviations;
}

const Deviation* FindDeviation(const std::string& options) {
  for (const auto& [reason, cases] : Deviations()) {
    for (const Deviation& deviation : cases) {
      if (deviation.options == options) return &deviation;
    }
  }
  return nullptr;
}

/// How one case ended.
struct Answer {
  std::string refusal;  ///< Empty: accepted.
  std::string exception_class;
  std::int64_t rows = 0;
  std::string description;
};

Answer RefusedBy(const base::Status& status) {
  return {.refusal = status.message(), .exception_class = status.spark_error().exception_class};
}

std::string Trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(" \n"));
  text.erase(text.find_last_not_of(" \n") + 1);
  return text;
}

std::string ReplaceAll(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
  return text;
}

/// The topics of the recording: mr_two with 5 records in each of 2 partitions, a millisecond apart,
/// mr_one and mr_empty. On a real broker they have names that no other run uses.
class KafkaBrokerRecordedOptionsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* broker = std::getenv("MILLRACE_TEST_KAFKA");
    if (broker != nullptr) {
      servers_ = broker;
      prefix_ = "mr" + base::Uuid::Random(base::Random::System()).ToString().substr(0, 8) + "_";
      admin_ = TopicAdmin::Create(properties()).value();
    } else {
      mock_ = MockCluster::Start().value();
      servers_ = mock_->bootstrap_servers();
    }
    for (const auto& [name, partitions] : topics_) {
      const base::Status created = admin_ != nullptr
                                       ? admin_->CreateTopic(prefix_ + name, partitions)
                                       : mock_->CreateTopic(prefix_ + name, partitions);
      ASSERT_TRUE(created.ok()) << created.ToString();
    }
    const auto producer = Producer::Create(properties()).value();
    for (int i = 0; i < 13; ++i) {
      const TopicPartition to =
          i < 10 ? TopicPartition{prefix_ + "two", i % 2} : TopicPartition{prefix_ + "one", 0};
      const OutgoingRecord record{
          .key = std::nullopt, .value = "{}", .headers = {}, .timestamp_ms = 1767225600000 + i};
      ASSERT_TRUE(producer->Send(to, record).ok());
    }
    ASSERT_TRUE(producer->Flush().ok());
    base::SetLogSink([](base::LogLevel, const std::string&) {});
  }
  void TearDown() override {
    base::SetLogSink(nullptr);
    for (const auto& [name, partitions] : topics_) {
      if (admin_ != nullptr) (void)admin_->DeleteTopic(prefix_ + name).ok();
    }
  }

  Properties properties() const { return {{"bootstrap.servers", servers_}}; }

  /// As `recorded` describes it: {"kafka.bootstrap.servers", "startingOffsets"} are given unless
  /// the case has others, null leaves one out. Where no broker will answer, it is given up soon.
  Options OptionsOf(const Json& recorded) const {
    Options options(std::map<std::string, std::string>{{"startingOffsets", "earliest"}});
    if (!recorded.contains("kafka.bootstrap.servers")) {
      options.Set("kafka.bootstrap.servers", servers_);
    }
    for (const auto& [name, value] : recorded.items()) {
      if (!value.is_null()) options.Set(name, value.get<std::string>());
      if (name.ends_with("bootstrap.servers") || name == "kafka.security.protocol") {
        options.Set("kafka.default.api.timeout.ms", "600");
      }
    }
    return options;
  }

  Answer Run(const Options& options) {
    const KafkaSourceProvider provider;
    const auto schema = provider.Schema(options, std::nullopt);
    if (!schema.ok()) return RefusedBy(schema.status());
    fs::MemoryFileSystem disk;
    auto source = provider.Create({.options = options,
                                   .user_schema = {},
                                   .file_system = &disk,
                                   .metadata_path = "/c/sources/0",
                                   .query_name = "test",
                                   .parallelism = 2});
    if (!source.ok()) return RefusedBy(source.status());
    Answer answer{
        .refusal = "", .exception_class = "", .rows = 0, .description = (*source)->description()};
    const base::Status status = ReadAll(**source, &answer.rows);
    return status.ok() ? answer : RefusedBy(status);
  }

  /// What a query with Trigger.AvailableNow does.
  static base::Status ReadAll(connector::Source& source, std::int64_t* rows) {
    MILLRACE_ASSIGN_OR_RETURN(std::optional<Offset> start, source.InitialOffset({}));
    MILLRACE_RETURN_IF_ERROR(source.PrepareAvailableNow({}));
    while (true) {
      MILLRACE_ASSIGN_OR_RETURN(const std::optional<Offset> end,
                                source.LatestOffset(start, ReadLimit::kSourceOptions, {}));
      if (!end || (start && *end == *start)) return base::Status::Ok();
      MILLRACE_ASSIGN_OR_RETURN(const auto partitions, source.PlanPartitions(start, *end, {}));
      for (const auto& partition : partitions) {
        MILLRACE_ASSIGN_OR_RETURN(const auto reader, source.OpenReader(partition, {4}));
        while (true) {
          MILLRACE_ASSIGN_OR_RETURN(const auto batch, reader->Next({}));
          if (batch == nullptr) break;
          *rows += batch->num_rows();
        }
      }
      start = end;
    }
  }

  /// What Spark says about a case, without what it puts around each failure of a query.
  static std::string RefusalOf(const Json& recorded) {
    const Json& error = recorded["error"];
    return Trimmed(error["class"] == "StreamingQueryException"
                       ? error["parameters"]["message"].get<std::string>()
                       : error["message"].get<std::string>());
  }

  void Expect(const Json& recorded, const std::string& key, const Answer& answer) {
    if (const Deviation* deviation = FindDeviation(key)) {
      if (deviation->answer == kAccepted) {
        EXPECT_EQ(answer.refusal, "");
      } else {
        EXPECT_THAT(answer.refusal, HasSubstr(std::string(deviation->answer)));
      }
      return;
    }
    if (recorded["stage"] == "none") {
      EXPECT_EQ(answer.refusal, "");
      EXPECT_EQ(answer.rows, recorded["rows"].get<std::int64_t>());
      const Json& descriptions = recorded["description"];
      if (!descriptions.empty()) {
        EXPECT_EQ(answer.description, descriptions[0].get<std::string>());
      }
      return;
    }
    ASSERT_TRUE(recorded.contains("error")) << recorded["stage"];
    std::string refusal = RefusalOf(recorded);
    std::string exception_class = recorded["error"]["class"];
    constexpr std::string_view kJavaClient = "org.apache.kafka.common.errors.";
    if (refusal.starts_with(kJavaClient)) {
      const std::size_t end = refusal.find(": ");
      exception_class = refusal.substr(kJavaClient.size(), end - kJavaClient.size());
      refusal.erase(0, end + 2);
    }
    EXPECT_THAT(answer.refusal, HasSubstr(refusal));
    if (exception_class != "StreamingQueryException") {
      EXPECT_EQ(answer.exception_class, exception_class);
    }
  }

  const std::map<std::string, int> topics_ = {{"two", 2}, {"one", 1}, {"empty", 1}};
  std::string servers_;
  std::string prefix_ = "mr_";
  std::unique_ptr<MockCluster> mock_;
  std::unique_ptr<TopicAdmin> admin_;
};

TEST_F(KafkaBrokerRecordedOptionsTest, EveryCaseEndsAsInSpark) {
  std::ifstream file(std::string(MILLRACE_SOURCE_DIR) +
                     "/tests/spark/recorded/kafka_options.jsonl");
  ASSERT_TRUE(file.is_open()) << "tests/spark/recorded/kafka_options.jsonl is not here";
  int cases = 0;
  std::set<std::string> deviations;
  for (std::string line; std::getline(file, line);) {
    const std::string key = Json::parse(line)["options"].dump();
    const Json recorded = Json::parse(ReplaceAll(line, "mr_", prefix_));
    if (recorded["mode"] != "stream") continue;  // Batch reads are no part of this.
    if (mock_ != nullptr && key.find("Timestamp") != std::string::npos) continue;
    SCOPED_TRACE(key);
    Expect(recorded, key, Run(OptionsOf(recorded["options"])));
    if (FindDeviation(key) != nullptr) deviations.insert(key);
    ++cases;
  }
  EXPECT_GT(cases, 100);
  for (const auto& [reason, listed] : Deviations()) {
    for (const Deviation& deviation : listed) {
      const std::string key(deviation.options);
      EXPECT_TRUE(deviations.contains(key) || key.find("Timestamp") != std::string::npos)
          << "no such case: " << key;
    }
  }
}

}  // namespace
}  // namespace millrace::sources::kafka
