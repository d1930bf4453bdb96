#include "fs/escapes.h"

namespace millrace::fs {

namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

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

std::string ToFileUri(std::string_view path) { return "file://" + EncodePath(path); }

}  // namespace millrace::fs
