#include "clients/delta/last_checkpoint.h"

#include <fmt/format.h>
#include <simdjson.h>

#include "clients/delta/json_text.h"

namespace millrace::clients::delta {

namespace {

using base::Result;
using base::Status;

// Reads a whole number that is not below zero. True when it is absent, null or such a number.
bool ReadCount(const simdjson::dom::object& hint, std::string_view key,
               std::optional<std::int64_t>* out) {
  simdjson::dom::element value;
  std::int64_t number = 0;
  if (hint[key].get(value) != simdjson::SUCCESS || value.is_null()) return true;
  if (value.get(number) != simdjson::SUCCESS || number < 0) return false;
  *out = number;
  return true;
}

}  // namespace

std::string ToJson(const LastCheckpoint& hint) {
  std::string text;
  JsonWriter json(&text);
  json.BeginObject().Key("version").Number(hint.version).Key("size").Number(hint.size);
  if (hint.parts) json.Key("parts").Number(*hint.parts);
  if (hint.size_bytes) json.Key("sizeInBytes").Number(*hint.size_bytes);
  if (hint.add_files) json.Key("numOfAddFiles").Number(*hint.add_files);
  json.EndObject();
  return text;
}

Result<LastCheckpoint> ParseLastCheckpoint(std::string_view bytes, std::string_view file) {
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  if (const auto error = parser.parse(bytes.data(), bytes.size()).get(root)) {
    return Status::Corrupt(fmt::format("{}: {}", file, simdjson::error_message(error)));
  }
  LastCheckpoint hint;
  std::optional<std::int64_t> version;
  std::optional<std::int64_t> size;
  const bool readable = ReadCount(root, "version", &version) && ReadCount(root, "size", &size) &&
                        ReadCount(root, "parts", &hint.parts) &&
                        ReadCount(root, "sizeInBytes", &hint.size_bytes) &&
                        ReadCount(root, "numOfAddFiles", &hint.add_files);
  if (!readable || !version) {
    return Status::Corrupt(fmt::format("{}: not the description of a checkpoint", file));
  }
  hint.version = *version;
  hint.size = size.value_or(0);
  return hint;
}

Status PointTo(fs::FileSystem* file_system, const std::string& log_path,
               const LastCheckpoint& newest) {
  const std::string path = fs::Join(log_path, "_last_checkpoint");
  if (const Result<std::string> bytes = file_system->Read(path); bytes.ok()) {
    const Result<LastCheckpoint> hint = ParseLastCheckpoint(*bytes, path);
    if (hint.ok() && hint->version > newest.version) return Status::Ok();
  }
  return file_system->Replace(path, ToJson(newest));
}

}  // namespace millrace::clients::delta
