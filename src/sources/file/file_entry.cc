#include "sources/file/file_entry.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/json_text.h"

namespace millrace::sources::file {

using base::Result;
using base::Status;

std::string ToJson(const FileEntry& entry) {
  std::string json = "{\"path\":";
  data::AppendJsonString(&json, entry.uri);
  return json + fmt::format(",\"timestamp\":{},\"batchId\":{}}}", entry.time_ms, entry.batch_id);
}

Result<FileEntry> ParseFileEntry(const std::string& line) {
  const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  FileEntry entry;
  const bool is_entry = json.is_object() && json.contains("path") && json["path"].is_string() &&
                        json.contains("timestamp") && json["timestamp"].is_number_integer() &&
                        json.contains("batchId") && json["batchId"].is_number_integer();
  if (!is_entry) {
    return Status::Corrupt(fmt::format("the line does not name a file of the source: {}", line));
  }
  entry.uri = json["path"].get<std::string>();
  entry.time_ms = json["timestamp"].get<std::int64_t>();
  entry.batch_id = json["batchId"].get<std::int64_t>();
  return entry;
}

Result<std::int64_t> ParseLogOffset(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto* number = &json;
  if (json.is_object() && json.contains("logOffset")) number = &json["logOffset"];
  if (!json.is_discarded() && number->is_number_integer()) return number->get<std::int64_t>();
  return Status::Corrupt(
      fmt::format("file source: the offset {} is not of the form {{\"logOffset\":0}}", text));
}

std::string LogOffsetJson(std::int64_t offset) {
  return fmt::format("{{\"logOffset\":{}}}", offset);
}

}  // namespace millrace::sources::file
