#include "sources/kafka/kafka_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"
#include "sources/kafka/kafka_source_provider.h"

namespace millrace::sources::kafka {
namespace {

using connector::Options;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using Values = std::map<std::string, std::string>;

/// A legal set of options with `more` added.
Options With(const Values& more) {
  Options options(Values{{"kafka.bootstrap.servers", "h:1"}, {"subscribe", "t"}});
  for (const auto& [name, value] : more) options.Set(name, value);
  return options;
}

base::Result<KafkaSourceOptions> Parse(const Values& more) {
  return KafkaSourceOptions::Parse(With(more));
}

std::string Refusal(const Options& options) {
  const auto parsed = KafkaSourceOptions::Parse(options);
  return parsed.ok() ? "accepted" : parsed.status().message();
}
std::string Refusal(const Values& more) { return Refusal(With(more)); }

TEST(KafkaOptionsTest, DefaultsAreSparks) {
  const auto parsed = Parse({});
  ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
  EXPECT_EQ(parsed->subscription.description(), "Subscribe[t]");
  EXPECT_EQ(parsed->start.kind, StartingPosition::Kind::kLatest);
  EXPECT_TRUE(parsed->fail_on_data_loss);
  EXPECT_FALSE(parsed->include_headers);
  EXPECT_FALSE(parsed->read_committed);
  EXPECT_EQ(parsed->max_trigger_delay, std::chrono::minutes(15));
  EXPECT_EQ(parsed->poll_timeout, std::chrono::seconds(120));
  EXPECT_EQ(parsed->fetch_attempts, 3);
  EXPECT_EQ(parsed->group_id_prefix, "spark-kafka-source");
  EXPECT_EQ(parsed->properties, (clients::kafka::Properties{{"bootstrap.servers", "h:1"}}));
}

TEST(KafkaOptionsTest, EachOptionIsHonoured) {
  const auto parsed = Parse({{"subscribe", " a, ,b "},
                             {"STARTINGOFFSETS", " Earliest "},
                             {"failOnDataLoss", "False"},
                             {"includeHeaders", "true"},
                             {"maxOffsetsPerTrigger", "100"},
                             {"minOffsetsPerTrigger", "10"},
                             {"maxTriggerDelay", "2m"},
                             {"minPartitions", "4"},
                             {"maxRecordsPerPartition", "5"},
                             {"fetchOffset.numRetries", "7"},
                             {"fetchOffset.retryIntervalMs", "8"},
                             {"kafkaConsumer.pollTimeoutMs", "9"},
                             {"groupIdPrefix", "mine"},
                             {"kafka.default.api.timeout.ms", "1234"},
                             {"kafka.isolation.level", "read_committed"}});
  ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
  EXPECT_THAT(parsed->subscription.topics, ElementsAre("a", "b"));
  EXPECT_EQ(parsed->start.kind, StartingPosition::Kind::kEarliest);
  EXPECT_FALSE(parsed->fail_on_data_loss);
  EXPECT_TRUE(parsed->include_headers);
  EXPECT_EQ(parsed->max_offsets_per_trigger, 100);
  EXPECT_EQ(parsed->min_offsets_per_trigger, 10);
  EXPECT_EQ(parsed->max_trigger_delay, std::chrono::minutes(2));
  EXPECT_EQ(parsed->splitting.min_partitions, 4);
  EXPECT_EQ(parsed->splitting.max_records_per_partition, 5);
  EXPECT_EQ(parsed->fetch_attempts, 7);
  EXPECT_EQ(parsed->fetch_retry_interval, milliseconds(8));
  EXPECT_EQ(parsed->poll_timeout, milliseconds(9));
  EXPECT_EQ(parsed->group_id_prefix, "mine");
  EXPECT_EQ(parsed->answer_timeout, milliseconds(1234));
  EXPECT_TRUE(parsed->read_committed);
}

TEST(KafkaOptionsTest, StartingPositionsHaveSparksPriority) {
  const Values all = {{"startingOffsets", R"({"t":{"0":5}})"},
                      {"startingOffsetsByTimestamp", R"({"t":{"0":1000}})"},
                      {"startingTimestamp", " 77 "},
                      {"startingOffsetsByTimestampStrategy", "LATEST"}};
  auto parsed = Parse(all);
  ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
  EXPECT_EQ(parsed->start.kind, StartingPosition::Kind::kTimestamp);
  EXPECT_EQ(parsed->start.timestamp, 77);
  EXPECT_TRUE(parsed->start.latest_when_no_match);
  parsed =
      Parse({{"startingOffsets", "latest"}, {"startingOffsetsByTimestamp", R"({"t":{"0":9}})"}});
  EXPECT_EQ(parsed->start.kind, StartingPosition::Kind::kTimestamps);
  EXPECT_EQ(parsed->start.values, (Offsets{{{"t", 0}, 9}}));
  parsed = Parse({{"startingOffsets", R"({"t":{"0":5,"1":-1}})"}});
  EXPECT_EQ(parsed->start.kind, StartingPosition::Kind::kOffsets);
  EXPECT_EQ(parsed->start.values, (Offsets{{{"t", 0}, 5}, {{"t", 1}, -1}}));
}

TEST(KafkaOptionsTest, ExactlyOneSubscriptionIsAsked) {
  Options none(Values{{"kafka.bootstrap.servers", "h:1"}});
  EXPECT_EQ(Refusal(none),
            "One of the following options must be specified for Kafka source: subscribe, "
            "subscribepattern, assign. See the docs for more details.");
  EXPECT_EQ(Refusal(Values{{"assign", "{}"}}),
            "Only one of the following options can be specified for Kafka source: subscribe, "
            "subscribepattern, assign. See the docs for more details.");
}

TEST(KafkaOptionsTest, EmptySubscriptionsAreRefusedWithSparksTexts) {
  Options options(Values{{"kafka.bootstrap.servers", "h:1"}, {"assign", "t"}});
  EXPECT_EQ(Refusal(options),
            "No topicpartitions to assign as specified value for option 'assign' is 't'");
  EXPECT_EQ(Refusal(Values{{"subscribe", " , "}}),
            "No topics to subscribe to as specified value for option 'subscribe' is ' , '");
  Options pattern(Values{{"kafka.bootstrap.servers", "h:1"}, {"subscribePattern", " "}});
  EXPECT_EQ(
      Refusal(pattern),
      "Pattern to subscribe is empty as specified value for option 'subscribePattern' is ' '");
}

TEST(KafkaOptionsTest, OtherRefusalsHaveSparksTexts) {
  EXPECT_EQ(Refusal(Values{{"endingOffsets", "latest"}}),
            "ending offset not valid in streaming queries");
  EXPECT_EQ(Refusal(Values{{"endingOffsetsByTimestamp", "{}"}}),
            "ending timestamp not valid in streaming queries");
  EXPECT_EQ(Refusal(Values{{"minPartitions", "0"}}), "minPartitions must be positive");
  EXPECT_EQ(Refusal(Values{{"maxRecordsPerPartition", "-1"}}),
            "maxrecordsperpartition must be positive");
  EXPECT_EQ(Refusal(Values{{"minOffsetsPerTrigger", "5"}, {"maxOffsetsPerTrigger", "4"}}),
            "The value of minOffsetPerTrigger(5) is higher than the maxOffsetsPerTrigger(4).");
  EXPECT_EQ(Refusal(Values{{"startingTimestamp", "soon"}}),
            "Expected a single long value, got soon");
  EXPECT_EQ(Refusal(Values{{"startingOffsets", "[]"}}),
            R"(Expected e.g. {"topicA":{"0":23,"1":-1},"topicB":{"0":-2}}, got [])");
  EXPECT_THAT(
      Refusal(Values{{"kafka.auto.offset.reset", "earliest"}}),
      StartsWith("Kafka option 'auto.offset.reset' is not supported.\nInstead set the source "
                 "option 'startingoffsets' to 'earliest' or 'latest'"));
  EXPECT_THAT(
      Refusal(Values{{"kafka.Key.Deserializer", "x"}}),
      StartsWith("Kafka option 'key.deserializer' is not supported as keys are deserialized"));
  EXPECT_THAT(Refusal(Values{{"kafka.value.deserializer", "x"}}),
              HasSubstr("as values are deserialized as byte arrays"));
  EXPECT_EQ(Refusal(Values{{"kafka.enable.auto.commit", "true"}}),
            "Kafka option 'enable.auto.commit' is not supported");
  EXPECT_EQ(Refusal(Values{{"kafka.interceptor.classes", "x"}}),
            "Kafka option 'interceptor.classes' is not supported");
  Options nowhere(Values{{"subscribe", "t"}});
  EXPECT_EQ(Refusal(nowhere),
            "Option 'kafka.bootstrap.servers' must be specified for configuring Kafka consumer");
  const auto parsed = KafkaSourceOptions::Parse(nowhere);
  EXPECT_EQ(parsed.status().spark_error().exception_class, "IllegalArgumentException");
}

TEST(KafkaOptionsTest, WrongValuesAreNamed) {
  for (const auto& [name, value] : Values{{"minPartitions", "many"},
                                          {"maxOffsetsPerTrigger", "0"},
                                          {"includeHeaders", "1"},
                                          {"failOnDataLoss", "no"},
                                          {"maxTriggerDelay", "soon"},
                                          {"startingOffsetsByTimestampStrategy", "first"},
                                          {"fetchOffset.numRetries", "x"},
                                          {"kafkaConsumer.pollTimeoutMs", "1.5"},
                                          {"startingOffsets", R"({"startingOffsets":{"0":-3}})"},
                                          {"kafka.fetch.min.bytes", "x"},
                                          {"kafka.default.api.timeout.ms", "-1"},
                                          {"kafka.no.such.setting", "1"}}) {
    EXPECT_THAT(Refusal(Values{{name, value}}), HasSubstr(name)) << name;
  }
}

TEST(KafkaOptionsTest, UnknownOptionsAreNamedWithTheNearestKnownOne) {
  EXPECT_EQ(Refusal(Values{{"startingOffset", "earliest"}}),
            "kafka source: unknown option \"startingOffset\"; did you mean \"startingOffsets\"?");
  EXPECT_EQ(Refusal(Values{{"bootstrap.servers", "h:1"}}),
            "kafka source: unknown option \"bootstrap.servers\"; did you mean "
            "\"kafka.bootstrap.servers\"?");
}

TEST(KafkaOptionsTest, PatternsThatMeanAnotherThingInJavaAreRefused) {
  const auto refusal = [](const std::string& pattern) {
    return Refusal(
        Options(Values{{"kafka.bootstrap.servers", "h:1"}, {"subscribePattern", pattern}}));
  };
  for (const char* pattern : {"topic-.*", "^(a|b)\\d+$", "(?:x|y)[a-z]{2,3}", "a\\.b"}) {
    EXPECT_EQ(refusal(pattern), "accepted") << pattern;
  }
  for (const char* pattern :
       {"(?i)topic", "\\p{Alpha}", "[a-z&&[^b]]", "a*+", "\\Qx\\E", "(?<name>x)", "(", "[z-a]"}) {
    EXPECT_THAT(refusal(pattern), HasSubstr("subscribePattern")) << pattern;
  }
}

TEST(KafkaOptionsTest, SettingsOfTheJavaClientAreAcceptedWithOneWarning) {
  std::vector<std::string> lines;
  base::SetLogSink([&](base::LogLevel, const std::string& line) { lines.push_back(line); });
  const auto parsed = Parse({{"kafka.max.poll.records", "5"}, {"kafka.group.id", "g"}});
  base::SetLogSink(nullptr);
  ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
  EXPECT_EQ(parsed->group_id, "g");
  EXPECT_THAT(lines, testing::UnorderedElementsAre(HasSubstr("kafka.max.poll.records"),
                                                   HasSubstr("kafka.group.id")));
}

TEST(KafkaOptionsTest, TheSchemaIsFixed) {
  const KafkaSourceProvider provider;
  EXPECT_EQ(provider.Schema(With({}), std::nullopt).value().toDDL(),
            "key BINARY,value BINARY,topic STRING,partition INT,offset BIGINT,timestamp TIMESTAMP,"
            "timestampType INT");
  EXPECT_EQ(
      provider.Schema(With({{"includeHeaders", "true"}}), std::nullopt).value()[7].dataType.sql(),
      "ARRAY<STRUCT<key: STRING, value: BINARY>>");
  EXPECT_THAT(provider.Schema(With({}), StructType()).status().message(),
              HasSubstr("Kafka source has a fixed schema"));
}

}  // namespace
}  // namespace millrace::sources::kafka
