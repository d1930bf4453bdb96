#include "sources/kafka/kafka_options.h"

#include <algorithm>
#include <limits>
#include <regex>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log.h"
#include "connector/duration.h"

namespace millrace::sources::kafka {

namespace {

using base::Status;
using connector::Options;

const std::vector<std::string> kKnownNames = {
    "assign",
    "subscribe",
    "subscribePattern",
    "kafka.bootstrap.servers",
    "startingOffsets",
    "startingTimestamp",
    "startingOffsetsByTimestamp",
    "startingOffsetsByTimestampStrategy",
    "failOnDataLoss",
    "includeHeaders",
    "maxOffsetsPerTrigger",
    "minOffsetsPerTrigger",
    "maxTriggerDelay",
    "minPartitions",
    "maxRecordsPerPartition",
    "fetchOffset.numRetries",
    "fetchOffset.retryIntervalMs",
    "kafkaConsumer.pollTimeoutMs",
    "groupIdPrefix",
};

Status Illegal(std::string message) {
  return Status::InvalidArgument(std::move(message))
      .WithSparkError({.exception_class = "IllegalArgumentException"});
}

std::string_view Trim(std::string_view text) {
  const auto is_space = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string Upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::vector<std::string> SplitTopics(std::string_view list) {
  std::vector<std::string> topics;
  while (true) {
    const std::size_t comma = list.find(',');
    const std::string_view topic = Trim(list.substr(0, comma));
    if (!topic.empty()) topics.emplace_back(topic);
    if (comma == std::string_view::npos) return topics;
    list.remove_prefix(comma + 1);
  }
}

/// Java's regular expressions are wider than std::regex; what both take and mean alike may pass.
Status CheckPattern(const std::string& pattern) {
  const auto refuse = [&](std::string_view what) {
    return Status::Unsupported(fmt::format("option \"subscribePattern\" is \"{}\": {} is not "
                                           "possible here; use a simpler expression, or subscribe",
                                           pattern, what))
        .WithSparkError({.exception_class = "IllegalArgumentException"});
  };
  constexpr std::string_view kSameEscapes = "dDwWsSbBntrfv";
  for (std::size_t i = 0; i + 1 < pattern.size(); ++i) {
    const char next = pattern[i + 1];
    if (pattern[i] == '\\') {
      if (std::isalnum(static_cast<unsigned char>(next)) &&
          kSameEscapes.find(next) == std::string_view::npos) {
        return refuse(fmt::format("\\{}", next));
      }
      ++i;
      continue;
    }
    if (pattern[i] == '(' && next == '?' &&
        (i + 2 >= pattern.size() ||
         std::string_view(":=!").find(pattern[i + 2]) == std::string_view::npos)) {
      return refuse("\"(?\" with anything but ':', '=' or '!'");
    }
    if (pattern[i] == '&' && next == '&') return refuse("\"&&\"");
    if (next == '+' && std::string_view("+*?}").find(pattern[i]) != std::string_view::npos) {
      return refuse("a possessive \"+\"");
    }
  }
  try {
    const std::regex compiled(pattern);
  } catch (const std::regex_error& error) {
    return Illegal(
        fmt::format("option \"subscribePattern\" is \"{}\", which is no regular "
                    "expression: {}",
                    pattern, error.what()));
  }
  return Status::Ok();
}

base::Result<Subscription> ParseSubscription(const Options& options) {
  constexpr std::string_view kNames = "subscribe, subscribepattern, assign";
  const auto assign = options.GetString("assign");
  const auto subscribe = options.GetString("subscribe");
  const auto pattern = options.GetString("subscribePattern");
  const int given = assign.has_value() + subscribe.has_value() + pattern.has_value();
  if (given == 0) {
    return Illegal(
        fmt::format("One of the following options must be specified for Kafka source: {}. "
                    "See the docs for more details.",
                    kNames));
  }
  if (given > 1) {
    return Illegal(
        fmt::format("Only one of the following options can be specified for Kafka source: "
                    "{}. See the docs for more details.",
                    kNames));
  }
  Subscription subscription;
  if (assign) {
    subscription.kind = Subscription::Kind::kPartitions;
    if (!Trim(*assign).starts_with('{')) {
      return Illegal(
          fmt::format("No topicpartitions to assign as specified value for option 'assign' "
                      "is '{}'",
                      *assign));
    }
    MILLRACE_ASSIGN_OR_RETURN(subscription.partitions, ParsePartitions(*assign));
    for (const TopicPartition& partition : subscription.partitions) {
      subscription.topics.push_back(partition.topic);
    }
    std::sort(subscription.topics.begin(), subscription.topics.end());
    subscription.topics.erase(std::unique(subscription.topics.begin(), subscription.topics.end()),
                              subscription.topics.end());
  } else if (subscribe) {
    subscription.topics = SplitTopics(*subscribe);
    if (subscription.topics.empty()) {
      return Illegal(
          fmt::format("No topics to subscribe to as specified value for option 'subscribe' "
                      "is '{}'",
                      *subscribe));
    }
  } else {
    subscription.kind = Subscription::Kind::kPattern;
    subscription.pattern = Trim(*pattern);
    if (subscription.pattern.empty()) {
      return Illegal(
          fmt::format("Pattern to subscribe is empty as specified value for option "
                      "'subscribePattern' is '{}'",
                      *pattern));
    }
    MILLRACE_RETURN_IF_ERROR(CheckPattern(subscription.pattern));
  }
  return subscription;
}

base::Result<StartingPosition> ParseStart(const Options& options) {
  StartingPosition start;
  const std::string strategy =
      Lower(options.GetString("startingOffsetsByTimestampStrategy").value_or("error"));
  if (strategy != "error" && strategy != "latest") {
    return Illegal(
        fmt::format("No value found for '{}'; option "
                    "\"startingOffsetsByTimestampStrategy\" must be error or latest",
                    Upper(strategy)));
  }
  start.latest_when_no_match = strategy == "latest";
  const auto offsets = options.GetString("startingOffsets");
  const auto timestamps = options.GetString("startingOffsetsByTimestamp");
  if (const auto timestamp = options.GetString("startingTimestamp")) {
    start.kind = StartingPosition::Kind::kTimestamp;
    Options trimmed;
    trimmed.Set("startingTimestamp", Trim(*timestamp));
    const auto value = trimmed.GetLong("startingTimestamp");
    if (!value.ok()) {
      return Illegal(fmt::format("Expected a single long value, got {}", Trim(*timestamp)));
    }
    start.timestamp = **value;
  } else if (timestamps) {
    start.kind = StartingPosition::Kind::kTimestamps;
    MILLRACE_ASSIGN_OR_RETURN(start.values, ParseTimestamps(Trim(*timestamps)));
  } else if (offsets) {
    const std::string text = Lower(std::string(Trim(*offsets)));
    if (text == "earliest") {
      start.kind = StartingPosition::Kind::kEarliest;
    } else if (text != "latest") {
      start.kind = StartingPosition::Kind::kOffsets;
      MILLRACE_ASSIGN_OR_RETURN(start.values, ParseOffsets(Trim(*offsets)));
      for (const auto& [partition, offset] : start.values) {
        if (offset >= clients::kafka::kEarliest) continue;
        return Illegal(
            fmt::format("option \"startingOffsets\" has offset {} for {}; -1 means the "
                        "latest and -2 the earliest, others must not be negative",
                        offset, ToString(partition)));
      }
    }
  }
  return start;
}

/// The text of Java's parsers, and which option they were about.
Status NotParsed(std::string_view exception_class, const Options& options, std::string_view name,
                 std::string_view expected) {
  return Status::InvalidArgument(fmt::format("For input string: \"{}\"; option \"{}\" must be {}",
                                             *options.GetString(name), name, expected))
      .WithSparkError({.exception_class = std::string(exception_class)});
}

/// A whole number in [low, high], or Spark's complaint about it.
Status ReadNumber(const Options& options, std::string_view name, std::int64_t low,
                  std::int64_t high, std::string_view complaint, std::optional<std::int64_t>* out) {
  const auto value = options.GetLong(name);
  const bool is_int = high == std::numeric_limits<std::int32_t>::max();
  if (!value.ok() || (*value && is_int && **value > high)) {
    return NotParsed("NumberFormatException", options, name, "a whole number");
  }
  if (*value && (**value < low || **value > high)) return Illegal(std::string(complaint));
  *out = *value;
  return Status::Ok();
}

Status ReadBoolean(const Options& options, std::string_view name, bool* out) {
  const auto value = options.GetBool(name);
  if (!value.ok()) {
    return NotParsed("IllegalArgumentException", options, name, "true or false");
  }
  *out = value->value_or(*out);
  return Status::Ok();
}

/// `kafka.*` settings that Spark keeps for itself.
Status CheckReserved(const std::map<std::string, std::string>& kafka) {
  for (const auto& [name, value] : kafka) {
    const std::string lower = Lower(name);
    if (lower == "auto.offset.reset") {
      return Illegal(
          "Kafka option 'auto.offset.reset' is not supported.\n"
          "Instead set the source option 'startingoffsets' to 'earliest' or 'latest'\n"
          "to specify where to start. Structured Streaming manages which offsets are consumed\n"
          "internally, rather than relying on the kafkaConsumer to do it. This will ensure that "
          "no\n"
          "data is missed when new topics/partitions are dynamically subscribed. Note that\n"
          "'startingoffsets' only applies when a new Streaming query is started, and\n"
          "that resuming will always pick up from where the query left off. See the docs for more\n"
          "details.");
    }
    if (lower == "key.deserializer" || lower == "value.deserializer") {
      const std::string_view what = lower == "key.deserializer" ? "keys" : "values";
      return Illegal(
          fmt::format("Kafka option '{}' is not supported as {} are deserialized as byte "
                      "arrays with ByteArrayDeserializer. Use DataFrame operations to "
                      "explicitly deserialize the {}.",
                      lower, what, what));
    }
    if (lower == "enable.auto.commit" || lower == "interceptor.classes") {
      return Illegal(fmt::format("Kafka option '{}' is not supported", lower));
    }
  }
  return Status::Ok();
}

Status ReadKafkaSettings(const Options& options, KafkaSourceOptions* result) {
  std::map<std::string, std::string> kafka;
  for (const auto& [name, value] : options.WithPrefix("kafka.")) kafka[Lower(name)] = value;
  MILLRACE_RETURN_IF_ERROR(CheckReserved(kafka));
  if (Trim(kafka["bootstrap.servers"]).empty()) {
    return Illegal(
        "Option 'kafka.bootstrap.servers' must be specified for configuring Kafka "
        "consumer");
  }
  if (const auto group = kafka.extract("group.id")) {
    result->group_id = group.mapped();
    base::LogWarn(
        "Kafka option 'kafka.group.id' has been set on this query. Partitions are assigned by the "
        "query itself, so nothing is committed for that group and no other reader of it is "
        "disturbed; the name appears in messages");
    if (options.Has("groupIdPrefix")) {
      base::LogWarn("Option groupIdPrefix will be ignored as option kafka.group.id has been set.");
    }
  }
  if (kafka.contains("default.api.timeout.ms")) {
    std::optional<std::int64_t> timeout;
    MILLRACE_RETURN_IF_ERROR(ReadNumber(options, "kafka.default.api.timeout.ms", 1,
                                        std::numeric_limits<std::int32_t>::max(),
                                        "kafka.default.api.timeout.ms must be positive", &timeout));
    result->answer_timeout = std::chrono::milliseconds(*timeout);
    kafka.erase("default.api.timeout.ms");
  }
  MILLRACE_ASSIGN_OR_RETURN(clients::kafka::TranslatedSettings translated,
                            clients::kafka::TranslateSettings(kafka));
  for (const std::string& name : translated.without_effect) {
    base::LogWarn(
        fmt::format("option \"kafka.{}\" means something to the Java client or to a "
                    "producer only; it is accepted and changes nothing here",
                    name));
  }
  result->properties = std::move(translated.properties);
  const auto isolation = result->properties.find("isolation.level");
  result->read_committed =
      isolation != result->properties.end() && isolation->second == "read_committed";
  return Status::Ok();
}

Status ReadLimits(const Options& options, KafkaSourceOptions* result) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kInt = std::numeric_limits<std::int32_t>::max();
  std::optional<std::int64_t> number;
  MILLRACE_RETURN_IF_ERROR(
      ReadNumber(options, "minPartitions", 1, kInt, "minPartitions must be positive", &number));
  if (number) result->splitting.min_partitions = static_cast<std::int32_t>(*number);
  MILLRACE_RETURN_IF_ERROR(ReadNumber(options, "maxRecordsPerPartition", 1, kAny,
                                      "maxrecordsperpartition must be positive",
                                      &result->splitting.max_records_per_partition));
  MILLRACE_RETURN_IF_ERROR(
      ReadNumber(options, "maxOffsetsPerTrigger", 1, kAny,
                 "maxOffsetsPerTrigger must be positive, or no batch would ever "
                 "move on",
                 &result->max_offsets_per_trigger));
  MILLRACE_RETURN_IF_ERROR(ReadNumber(options, "minOffsetsPerTrigger", kLeast, kAny, "",
                                      &result->min_offsets_per_trigger));
  if (result->min_offsets_per_trigger && result->max_offsets_per_trigger &&
      *result->min_offsets_per_trigger > *result->max_offsets_per_trigger) {
    return Illegal(
        fmt::format("The value of minOffsetPerTrigger({}) is higher than the "
                    "maxOffsetsPerTrigger({}).",
                    *result->min_offsets_per_trigger, *result->max_offsets_per_trigger));
  }
  if (const auto delay = options.GetString("maxTriggerDelay")) {
    const auto parsed = connector::ParseDuration(*delay);
    if (!parsed) {
      return Status::InvalidArgument(
                 fmt::format(
                     "Time must be specified as seconds (s), milliseconds (ms), microseconds "
                     "(us), minutes (m or min), hour (h), or day (d). E.g. 50s, 100ms, or "
                     "250us.\nFailed to parse time string: {}; option \"maxTriggerDelay\"",
                     *delay))
          .WithSparkError({.exception_class = "NumberFormatException"});
    }
    result->max_trigger_delay = *parsed;
  }
  MILLRACE_RETURN_IF_ERROR(ReadNumber(options, "fetchOffset.numRetries", 1, kInt,
                                      "fetchOffset.numRetries must be positive", &number));
  if (number) result->fetch_attempts = static_cast<int>(*number);
  MILLRACE_RETURN_IF_ERROR(ReadNumber(options, "fetchOffset.retryIntervalMs", 0, kInt,
                                      "fetchOffset.retryIntervalMs must not be negative", &number));
  if (number) result->fetch_retry_interval = std::chrono::milliseconds(*number);
  MILLRACE_RETURN_IF_ERROR(ReadNumber(options, "kafkaConsumer.pollTimeoutMs", 1, kInt,
                                      "kafkaConsumer.pollTimeoutMs must be positive", &number));
  if (number) result->poll_timeout = std::chrono::milliseconds(*number);
  return Status::Ok();
}

}  // namespace

std::string Subscription::description() const {
  switch (kind) {
    case Kind::kTopics:
      return fmt::format("Subscribe[{}]", fmt::join(topics, ", "));
    case Kind::kPattern:
      return fmt::format("SubscribePattern[{}]", pattern);
    case Kind::kPartitions:
      break;
  }
  std::vector<std::string> names;
  for (const TopicPartition& partition : partitions) names.push_back(ToString(partition));
  return fmt::format("Assign[{}]", fmt::join(names, ", "));
}

base::Result<KafkaSourceOptions> KafkaSourceOptions::Parse(const Options& options) {
  if (options.Has("endingOffsets")) return Illegal("ending offset not valid in streaming queries");
  if (options.Has("endingOffsetsByTimestamp") || options.Has("endingTimestamp")) {
    return Illegal("ending timestamp not valid in streaming queries");
  }
  KafkaSourceOptions result;
  MILLRACE_ASSIGN_OR_RETURN(result.subscription, ParseSubscription(options));
  MILLRACE_RETURN_IF_ERROR(ReadLimits(options, &result));
  MILLRACE_RETURN_IF_ERROR(ReadKafkaSettings(options, &result));
  MILLRACE_RETURN_IF_ERROR(ReadBoolean(options, "includeHeaders", &result.include_headers));
  MILLRACE_RETURN_IF_ERROR(ReadBoolean(options, "failOnDataLoss", &result.fail_on_data_loss));
  if (const auto prefix = options.GetString("groupIdPrefix")) result.group_id_prefix = *prefix;
  MILLRACE_ASSIGN_OR_RETURN(result.start, ParseStart(options));
  MILLRACE_RETURN_IF_ERROR(options.CheckAllHonoured("kafka source", kKnownNames));
  return result;
}

}  // namespace millrace::sources::kafka
