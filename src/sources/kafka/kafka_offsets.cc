#include "sources/kafka/kafka_offsets.h"

#include <charconv>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace millrace::sources::kafka {

namespace {

using Json = nlohmann::ordered_json;
using base::Status;

Status Malformed(std::string_view example, std::string_view json) {
  return Status::InvalidArgument(fmt::format("Expected e.g. {}, got {}", example, json))
      .WithSparkError({.exception_class = "IllegalArgumentException"});
}

/// A partition number, as an object's key.
std::optional<std::int32_t> ParseKey(const std::string& text) {
  std::int32_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::optional<std::int64_t> AsLong(const Json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() &&
      value.get<std::uint64_t>() >
          static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return std::nullopt;
  }
  return value.get<std::int64_t>();
}

base::Result<Offsets> ParseNumbers(std::string_view text, std::string_view example) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Malformed(example, text);
  Offsets offsets;
  for (const auto& [topic, partitions] : json.items()) {
    if (!partitions.is_object()) return Malformed(example, text);
    for (const auto& [key, value] : partitions.items()) {
      const std::optional<std::int32_t> partition = ParseKey(key);
      const std::optional<std::int64_t> offset = AsLong(value);
      if (!partition || !offset) return Malformed(example, text);
      offsets[{topic, *partition}] = *offset;
    }
  }
  return offsets;
}

}  // namespace

std::string FormatOffsets(const Offsets& offsets) {
  std::string text = "{";
  const std::string* topic = nullptr;
  for (const auto& [partition, offset] : offsets) {
    if (topic == nullptr || *topic != partition.topic) {
      if (topic != nullptr) text += "},";
      // A broker's topic names are letters, digits, '.', '_' and '-'; those of an option may be
      // anything.
      text += Json(partition.topic).dump(-1, ' ', false, Json::error_handler_t::replace) + ":{";
      topic = &partition.topic;
    } else {
      text += ',';
    }
    text += fmt::format("\"{}\":{}", partition.partition, offset);
  }
  text += topic == nullptr ? "}" : "}}";
  return text;
}

base::Result<Offsets> ParseOffsets(std::string_view json) {
  return ParseNumbers(json, R"({"topicA":{"0":23,"1":-1},"topicB":{"0":-2}})");
}

base::Result<Offsets> ParseTimestamps(std::string_view json) {
  return ParseNumbers(json,
                      "{\"topicA\": {\"0\": 123456789, \"1\": 123456789},\n"
                      "\"topicB\": {\"0\": 123456789, \"1\": 123456789}}");
}

base::Result<std::vector<TopicPartition>> ParsePartitions(std::string_view text) {
  constexpr std::string_view kExample = R"({"topicA":[0,1],"topicB":[0,1]})";
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Malformed(kExample, text);
  std::vector<TopicPartition> partitions;
  for (const auto& [topic, numbers] : json.items()) {
    if (!numbers.is_array()) return Malformed(kExample, text);
    for (const Json& number : numbers) {
      const std::optional<std::int64_t> partition = AsLong(number);
      if (!partition || *partition < 0 || *partition > std::numeric_limits<std::int32_t>::max()) {
        return Malformed(kExample, text);
      }
      partitions.push_back({topic, static_cast<std::int32_t>(*partition)});
    }
  }
  return partitions;
}

std::string FormatSet(const std::set<TopicPartition>& partitions) {
  std::string text = "Set(";
  for (const TopicPartition& partition : partitions) {
    if (text.size() > 4) text += ", ";
    text += ToString(partition);
  }
  return text + ")";
}

std::set<TopicPartition> PartitionsOf(const Offsets& offsets) {
  std::set<TopicPartition> partitions;
  for (const auto& [partition, offset] : offsets) partitions.insert(partition);
  return partitions;
}

}  // namespace millrace::sources::kafka
