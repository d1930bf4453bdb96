#include "clients/kafka/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::clients::kafka {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Java = std::map<std::string, std::string>;

TEST(SettingsTest, EqualNamesPassAndOthersAreRenamed) {
  const auto result = TranslateSettings(Java{{"bootstrap.servers", "h:1"},
                                             {"fetch.max.wait.ms", "5"},
                                             {"receive.buffer.bytes", "65536"},
                                             {"send.buffer.bytes", "-1"},
                                             {"request.timeout.ms", "4000"},
                                             {"max.partition.fetch.bytes", "1000000"},
                                             {"isolation.level", "READ_COMMITTED"},
                                             {"queued.max.messages.kbytes", "1024"},
                                             {"security.protocol", "SASL_SSL"},
                                             {"sasl.mechanism", "SCRAM-SHA-512"}});
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_EQ(result->properties, (Properties{{"bootstrap.servers", "h:1"},
                                            {"fetch.wait.max.ms", "5"},
                                            {"socket.receive.buffer.bytes", "65536"},
                                            {"socket.send.buffer.bytes", "0"},
                                            {"socket.timeout.ms", "4000"},
                                            {"max.partition.fetch.bytes", "1000000"},
                                            {"isolation.level", "read_committed"},
                                            {"queued.max.messages.kbytes", "1024"},
                                            {"security.protocol", "sasl_ssl"},
                                            {"sasl.mechanism", "SCRAM-SHA-512"}}));
  EXPECT_TRUE(result->without_effect.empty());
}

TEST(SettingsTest, SettingsWithoutEffectAreReported) {
  const auto result = TranslateSettings(Java{{"max.poll.records", "5"}, {"linger.ms", "x"}});
  ASSERT_TRUE(result.ok());
  EXPECT_THAT(result->without_effect, ElementsAre("linger.ms", "max.poll.records"));
  EXPECT_TRUE(result->properties.empty());
}

TEST(SettingsTest, UnknownOnesAreRefusedByName) {
  const auto result = TranslateSettings(Java{{"fetch.min.byte", "5"}});
  EXPECT_EQ(result.status().code(), base::StatusCode::kUnsupported);
  EXPECT_THAT(result.status().message(), HasSubstr("'kafka.fetch.min.byte'"));
}

TEST(SettingsTest, ImpossibleValuesAreRefusedByName) {
  for (const auto& [name, value] :
       Java{{"fetch.min.bytes", "many"}, {"isolation.level", "maybe"}}) {
    const auto result = TranslateSettings(Java{{name, value}});
    EXPECT_EQ(result.status().code(), base::StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(result.status().message(), HasSubstr("'kafka." + name + "'"));
  }
}

TEST(SettingsTest, WhatWouldBreakTheReaderIsRefused) {
  for (const char* name : {"enable.partition.eof", "statistics.interval.ms", "plugin.library.paths",
                           "sasl.login.class", "ssl.enabled.protocols"}) {
    EXPECT_EQ(TranslateSettings(Java{{name, "x"}}).status().code(), base::StatusCode::kUnsupported)
        << name;
  }
}

TEST(SettingsTest, UserAndPasswordComeOutOfAJaasLine) {
  const auto result =
      TranslateSettings(Java{{"sasl.jaas.config",
                              "org.apache.kafka.common.security.scram.ScramLoginModule required\n"
                              R"(  username="al\"ice" password='p w=;';)"}});
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_EQ(result->properties,
            (Properties{{"sasl.username", "al\"ice"}, {"sasl.password", "p w=;"}}));
}

TEST(SettingsTest, OtherJaasModulesAreRefusedWithWhatToDo) {
  for (const char* text :
       {"com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true;", "rubbish",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"a\";"}) {
    const auto result = TranslateSettings(Java{{"sasl.jaas.config", text}});
    EXPECT_EQ(result.status().code(), base::StatusCode::kUnsupported) << text;
    EXPECT_THAT(result.status().message(), HasSubstr("kafka.sasl.jaas.config"));
  }
}

TEST(SettingsTest, PemStoresWorkAndJavaStoresAreRefused) {
  const auto pem = TranslateSettings(
      Java{{"ssl.truststore.type", "pem"}, {"ssl.truststore.location", "/etc/ssl/certs"}});
  ASSERT_TRUE(pem.ok()) << pem.status().ToString();
  EXPECT_EQ(pem->properties, (Properties{{"ssl.ca.location", "/etc/ssl/certs"}}));
  const auto jks = TranslateSettings(Java{{"ssl.truststore.location", "/x.jks"}});
  EXPECT_THAT(jks.status().message(), HasSubstr("ssl.ca.location"));
}

}  // namespace
}  // namespace millrace::clients::kafka
