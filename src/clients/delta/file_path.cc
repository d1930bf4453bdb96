#include "clients/delta/file_path.h"

#include <charconv>

#include <fmt/format.h>

namespace millrace::clients::delta {

namespace {

constexpr std::size_t kVersionDigits = 20;

// All of `text` as a number of `digits` digits.
template <typename T>
bool ParseDigits(std::string_view text, std::size_t digits, T* value) {
  if (text.size() != digits) return false;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), *value);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && text[0] != '-';
}

}  // namespace

std::string CommitFileName(std::int64_t version) { return fmt::format("{:020}.json", version); }

std::string CheckpointFileName(std::int64_t version) {
  return fmt::format("{:020}.checkpoint.parquet", version);
}

LogFileName ParseLogFileName(std::string_view name) {
  LogFileName parsed;
  std::int64_t version = 0;
  if (name.size() <= kVersionDigits ||
      !ParseDigits(name.substr(0, kVersionDigits), kVersionDigits, &version)) {
    return parsed;
  }
  const std::string_view rest = name.substr(kVersionDigits);
  if (rest == ".json") {
    parsed.kind = LogFileName::Kind::kCommit;
  } else if (rest == ".checkpoint.parquet") {
    parsed.kind = LogFileName::Kind::kCheckpointV1;
  } else if (rest.starts_with(".checkpoint.")) {
    const std::string_view middle = rest.substr(12);
    if (middle.size() == 29 && middle[10] == '.' && middle.ends_with(".parquet") &&
        ParseDigits(middle.substr(0, 10), 10, &parsed.part) &&
        ParseDigits(middle.substr(11, 10), 10, &parsed.parts)) {
      parsed.kind = LogFileName::Kind::kCheckpointPart;
    } else if (middle.ends_with(".parquet") || middle.ends_with(".json")) {
      parsed.kind = LogFileName::Kind::kCheckpointV2;
    }
  }
  if (parsed.kind != LogFileName::Kind::kOther) parsed.version = version;
  return parsed;
}

std::string CanonicalPath(std::string_view uri) {
  std::string path = DecodePath(uri);
  if (path.starts_with("file:///")) return path.substr(7);
  if (path.starts_with("file:/") && !path.starts_with("file://")) return path.substr(5);
  return path;
}

}  // namespace millrace::clients::delta
