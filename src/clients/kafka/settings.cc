#include "clients/kafka/settings.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <regex>
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

namespace millrace::clients::kafka {

namespace {

using base::Status;

/// Same meaning, other name.
const std::map<std::string_view, std::string_view> kRenamed = {
    {"fetch.max.wait.ms", "fetch.wait.max.ms"},
    {"receive.buffer.bytes", "socket.receive.buffer.bytes"},
    {"send.buffer.bytes", "socket.send.buffer.bytes"},
    {"request.timeout.ms", "socket.timeout.ms"},
};

/// Settings of the Java client that change nothing for a reader that assigns partitions itself and
/// runs without a JVM.
const std::set<std::string_view> kJvmOnly = {
    "auto.commit.interval.ms",
    "auto.include.jmx.reporter",
    "config.providers",
    "enable.metrics.push",
    "exclude.internal.topics",
    "group.id",
    "group.instance.id",
    "group.protocol",
    "group.remote.assignor",
    "heartbeat.interval.ms",
    "internal.leave.group.on.close",
    "max.poll.interval.ms",
    "max.poll.records",
    "metadata.recovery.strategy",
    "metadata.recovery.rebootstrap.trigger.ms",
    "metric.reporters",
    "metrics.num.samples",
    "metrics.recording.level",
    "metrics.sample.window.ms",
    "partition.assignment.strategy",
    "session.timeout.ms",
    "socket.connection.setup.timeout.max.ms",
    "sasl.kerberos.ticket.renew.jitter",
    "sasl.kerberos.ticket.renew.window.factor",
    "sasl.login.refresh.buffer.seconds",
    "sasl.login.refresh.min.period.seconds",
    "sasl.login.refresh.window.factor",
    "sasl.login.refresh.window.jitter",
    "ssl.keymanager.algorithm",
    "ssl.provider",
    "ssl.secure.random.implementation",
    "ssl.trustmanager.algorithm",
};

/// Settings of a producer, which some users hand to readers as well.
const std::set<std::string_view> kProducerOnly = {
    "acks",
    "batch.size",
    "buffer.memory",
    "compression.type",
    "delivery.timeout.ms",
    "enable.idempotence",
    "key.serializer",
    "linger.ms",
    "max.block.ms",
    "max.in.flight.requests.per.connection",
    "max.request.size",
    "partitioner.class",
    "retries",
    "transaction.timeout.ms",
    "transactional.id",
    "value.serializer",
};

/// Settings that are refused, and what to do instead.
const std::map<std::string_view, std::string_view> kRefused = {
    {"builtin.features", "it cannot be set"},
    {"enable.auto.offset.store", "offsets are kept in the query's checkpoint"},
    {"enable.partition.eof", "the reader needs it as it is"},
    {"log.queue", "log lines go to the log of this process"},
    {"opaque", "it cannot be set"},
    {"plugin.library.paths", "no code is loaded from options"},
    {"security.providers", "it names Java classes; OpenSSL is used here"},
    {"sasl.client.callback.handler.class", "it names a Java class"},
    {"sasl.login.callback.handler.class", "it names a Java class"},
    {"sasl.login.class", "it names a Java class"},
    {"ssl.enabled.protocols", "OpenSSL's own configuration decides; set the minimum there"},
    {"ssl.engine.factory.class", "it names a Java class"},
    {"ssl.protocol", "OpenSSL's own configuration decides; set the minimum there"},
    {"statistics.interval.ms", "nobody would read the statistics"},
    {"ssl.truststore.password", "a PEM file has no password; see ssl.truststore.location"},
};

bool EqualIgnoreCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

Status Refuse(std::string_view name, std::string_view reason) {
  return Status::Unsupported(
             fmt::format("Kafka option 'kafka.{}' is not supported here: {}", name, reason))
      .WithSparkError({.exception_class = "IllegalArgumentException"});
}

std::string Lookup(const std::map<std::string, std::string>& java, const std::string& name) {
  const auto found = java.find(name);
  return found == java.end() ? std::string() : found->second;
}

/// `...PlainLoginModule required username="u" password="p";` of the PLAIN and SCRAM modules.
Status TranslateJaas(const std::string& text, Properties* properties) {
  static const std::regex kModule(R"(^\s*([\w.]+)\s+(required|requisite|sufficient|optional)\b)");
  static const std::regex kSetting(
      R"rx((\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s;"']+)))rx");
  std::smatch module;
  if (!std::regex_search(text, module, kModule)) {
    return Refuse("sasl.jaas.config",
                  "it has no login module; set kafka.sasl.username and "
                  "kafka.sasl.password instead");
  }
  const std::string name = module[1];
  if (!name.ends_with("PlainLoginModule") && !name.ends_with("ScramLoginModule")) {
    return Refuse("sasl.jaas.config",
                  fmt::format("the login module {} is a Java class; for Kerberos set "
                              "kafka.sasl.kerberos.principal and kafka.sasl.kerberos.keytab, for a "
                              "password kafka.sasl.username and kafka.sasl.password",
                              name));
  }
  const std::string rest = module.suffix();
  for (std::sregex_iterator it(rest.begin(), rest.end(), kSetting), end; it != end; ++it) {
    std::string value = (*it)[2].matched ? (*it)[2] : (*it)[3].matched ? (*it)[3] : (*it)[4];
    if ((*it)[2].matched) value = std::regex_replace(value, std::regex(R"(\\(.))"), "$1");
    if ((*it)[1] == "username") properties->insert_or_assign("sasl.username", value);
    if ((*it)[1] == "password") properties->insert_or_assign("sasl.password", value);
  }
  if (!properties->contains("sasl.username") || !properties->contains("sasl.password")) {
    return Refuse("sasl.jaas.config", "it gives no username and password");
  }
  return Status::Ok();
}

/// Java's trust and key stores: PEM files work, and PKCS12 for the key; JKS is Java's own.
Status TranslateStore(const std::string& name, const std::string& value,
                      const std::map<std::string, std::string>& java, Properties* properties) {
  if (name == "ssl.truststore.location" || name == "ssl.truststore.type") {
    if (!EqualIgnoreCase(Lookup(java, "ssl.truststore.type"), "PEM")) {
      return Refuse(name,
                    "Java key stores cannot be read; export the certificates as PEM and set "
                    "kafka.ssl.ca.location, or kafka.ssl.truststore.type=PEM");
    }
    if (name == "ssl.truststore.location") properties->insert_or_assign("ssl.ca.location", value);
  } else if (name == "ssl.truststore.certificates") {
    properties->insert_or_assign("ssl.ca.pem", value);
  } else if (name == "ssl.keystore.type") {
    if (!EqualIgnoreCase(value, "PKCS12")) {
      return Refuse(name,
                    "only PKCS12 key stores can be read; for PEM set "
                    "kafka.ssl.certificate.location and kafka.ssl.key.location");
    }
  } else if (name == "ssl.keystore.certificate.chain") {
    properties->insert_or_assign("ssl.certificate.pem", value);
  } else if (name == "ssl.keystore.key") {
    properties->insert_or_assign("ssl.key.pem", value);
  } else {
    return Status::Internal("not a store setting: " + name);
  }
  return Status::Ok();
}

bool IsStoreSetting(std::string_view name) {
  return name.starts_with("ssl.truststore.") ||
         (name.starts_with("ssl.keystore.") && name != "ssl.keystore.location" &&
          name != "ssl.keystore.password");
}

/// librdkafka's own opinion on one property.
Status CheckProperty(rd_kafka_conf_t* conf, const std::string& option, const std::string& name,
                     const std::string& value) {
  char text[512] = "";
  switch (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text, sizeof text)) {
    case RD_KAFKA_CONF_OK:
      return Status::Ok();
    case RD_KAFKA_CONF_UNKNOWN:
      return Refuse(option, fmt::format("librdkafka {} has no such setting; remove it, or look for "
                                        "its name there",
                                        rd_kafka_version_str()));
    case RD_KAFKA_CONF_INVALID:
      break;
  }
  return Status::InvalidArgument(
             fmt::format("Kafka option 'kafka.{}' has a value that is not possible: {}", option,
                         text))
      .WithSparkError({.exception_class = "IllegalArgumentException"});
}

}  // namespace

base::Result<TranslatedSettings> TranslateSettings(const std::map<std::string, std::string>& java) {
  TranslatedSettings result;
  const std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)> conf(
      rd_kafka_conf_new(), &rd_kafka_conf_destroy);
  for (const auto& [name, value] : java) {
    if (const auto refused = kRefused.find(name); refused != kRefused.end()) {
      return Refuse(name, refused->second);
    }
    if (kJvmOnly.contains(name) || kProducerOnly.contains(name)) {
      result.without_effect.push_back(name);
      continue;
    }
    if (name == "sasl.jaas.config") {
      MILLRACE_RETURN_IF_ERROR(TranslateJaas(value, &result.properties));
      continue;
    }
    if (IsStoreSetting(name)) {
      MILLRACE_RETURN_IF_ERROR(TranslateStore(name, value, java, &result.properties));
      continue;
    }
    if ((name == "sasl.mechanism" || name == "sasl.mechanisms") &&
        EqualIgnoreCase(value, "OAUTHBEARER")) {
      return Refuse(name, "OAUTHBEARER needs a token provider; use PLAIN, SCRAM or GSSAPI");
    }
    const auto renamed = kRenamed.find(name);
    const std::string property(renamed == kRenamed.end() ? name : renamed->second);
    std::string translated = value;
    if (name == "ssl.endpoint.identification.algorithm" && value.empty()) translated = "none";
    if ((name == "receive.buffer.bytes" || name == "send.buffer.bytes") && value == "-1") {
      translated = "0";  // Both mean: the system's default.
    }
    if (name == "isolation.level" || name == "security.protocol") {
      std::transform(translated.begin(), translated.end(), translated.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    }
    MILLRACE_RETURN_IF_ERROR(CheckProperty(conf.get(), name, property, translated));
    result.properties.insert_or_assign(property, translated);
  }
  return result;
}

}  // namespace millrace::clients::kafka
