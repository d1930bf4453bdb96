#include "clients/delta/file_path.h"

#include <charconv>

#include <fmt/format.h>

namespace millrace::clients::delta {

namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";
constexpr std::size_t kVersionDigits = 20;

void AppendPercent(char c, std::string* out) {
  const auto byte = static_cast<unsigned char>(c);
  out->push_back('%');
  out->push_back(kHex[byte >> 4]);
  out->push_back(kHex[byte & 15]);
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// All of `text` as a number of `digits` digits.
template <typename T>
bool ParseDigits(std::string_view text, std::size_t digits, T* value) {
  if (text.size() != digits) return false;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), *value);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && text[0] != '-';
}

// ExternalCatalogUtils.charToEscape of Spark.
bool HiveEscapes(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if ((byte >= 0x01 && byte <= 0x1F) || byte == 0x7F) return true;
  return std::string_view("\"#%'*/:=?\\{[]^").find(c) != std::string_view::npos;
}

std::string HiveEscape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (HiveEscapes(c)) {
      AppendPercent(c, &escaped);
    } else {
      escaped.push_back(c);
    }
  }
  return escaped;
}

// RFC 2396 "pchar" and "/", and everything that is not ASCII.
bool StandsInPath(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80) return true;
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::string_view("-_.!~*'():@&=+$,/;").find(c) != std::string_view::npos;
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

std::string PartitionDirectory(std::string_view column, const std::optional<std::string>& value) {
  std::string directory = HiveEscape(column) + "=";
  directory += value.has_value() ? HiveEscape(*value) : "__HIVE_DEFAULT_PARTITION__";
  return directory;
}

std::string EncodePath(std::string_view path) {
  std::string encoded;
  encoded.reserve(path.size());
  for (const char c : path) {
    if (StandsInPath(c)) {
      encoded.push_back(c);
    } else {
      AppendPercent(c, &encoded);
    }
  }
  return encoded;
}

std::string DecodePath(std::string_view uri) {
  std::string decoded;
  decoded.reserve(uri.size());
  for (std::size_t i = 0; i < uri.size(); ++i) {
    if (uri[i] == '%' && i + 2 < uri.size()) {
      const int high = HexValue(uri[i + 1]);
      const int low = HexValue(uri[i + 2]);
      if (high >= 0 && low >= 0) {
        decoded.push_back(static_cast<char>(high * 16 + low));
        i += 2;
        continue;
      }
    }
    decoded.push_back(uri[i]);
  }
  return decoded;
}

std::string CanonicalPath(std::string_view uri) {
  std::string path = DecodePath(uri);
  if (path.starts_with("file:///")) return path.substr(7);
  if (path.starts_with("file:/") && !path.starts_with("file://")) return path.substr(5);
  return path;
}

}  // namespace millrace::clients::delta
