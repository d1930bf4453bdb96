#include "processor/duckdb/uri.h"

#include <algorithm>

namespace millrace::processor::duckdb {
namespace {

using Text = std::string_view;

bool IsAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool In(Text set, char c) { return set.find(c) != Text::npos; }
bool IsUnreserved(char c) { return IsAlpha(c) || IsDigit(c) || In("-_.!~*'()", c); }

constexpr Text kPath = ":@&=+$,;/";
constexpr Text kAnywhere = ";/?:@&=+$,[]";
constexpr Text kUserInfo = ";:&=+$,";
constexpr Text kRegistryName = "$,;:@&=+";

// Characters beyond ASCII stand for themselves, but for spaces and controls.
bool IsOther(Text text, std::size_t i) {
  const auto c = static_cast<unsigned char>(text[i]);
  if (c < 0x80) return false;
  const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
  if (c == 0xC2 && next <= 0xA0) return false;
  if (c == 0xE2 && next == 0x80) {
    const auto last = i + 2 < text.size() ? static_cast<unsigned char>(text[i + 2]) : 0;
    return !(last <= 0x8A || last == 0xA8 || last == 0xA9 || last == 0xAF);
  }
  return !text.substr(i).starts_with("\xE3\x80\x80") &&
         !text.substr(i).starts_with("\xE1\x9A\x80") &&
         !text.substr(i).starts_with("\xE2\x81\x9F");
}

bool IsLegal(Text text, Text reserved) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || !IsHex(text[i + 1]) || !IsHex(text[i + 2])) return false;
      i += 2;
    } else if (!IsUnreserved(text[i]) && !In(reserved, text[i]) && !IsOther(text, i)) {
      const bool continues = (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80 && i > 0;
      if (!continues) return false;
    }
  }
  return true;
}

bool IsIpv6(Text host) {
  return host.size() > 2 && host.front() == '[' && host.back() == ']' &&
         std::all_of(host.begin() + 1, host.end() - 1,
                     [](char c) { return IsHex(c) || In(":.%", c) || IsAlpha(c); }) &&
         std::count(host.begin(), host.end(), ':') >= 2;
}

bool IsIpv4(Text host) {
  int parts = 0;
  for (Text rest = host;; ++parts) {
    const std::size_t dot = rest.find('.');
    const Text part = rest.substr(0, dot);
    if (part.empty() || part.size() > 3 || !std::all_of(part.begin(), part.end(), IsDigit)) {
      return false;
    }
    int value = 0;
    for (const char c : part) value = value * 10 + (c - '0');
    if (value > 255) return false;
    if (dot == Text::npos) return parts == 3;
    rest.remove_prefix(dot + 1);
  }
}

// Labels of letters, digits and hyphens; the last begins with a letter.
bool IsHostName(Text host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  Text last;
  for (Text rest = host;;) {
    const std::size_t dot = rest.find('.');
    last = rest.substr(0, dot);
    const bool good =
        !last.empty() && last.front() != '-' && last.back() != '-' &&
        std::all_of(last.begin(), last.end(),
                    [](char c) { return IsAlpha(c) || IsDigit(c) || c == '-'; });
    if (!good) return false;
    if (dot == Text::npos) break;
    rest.remove_prefix(dot + 1);
  }
  return IsAlpha(last.front());
}

/// [user@]host[:port]; otherwise it is a name in a registry, which has no host.
void ReadServer(Text authority, Uri* uri) {
  std::optional<Text> user;
  Text rest = authority;
  if (const std::size_t at = rest.find('@'); at != Text::npos) {
    user = rest.substr(0, at);
    if (!IsLegal(*user, kUserInfo)) return;
    rest.remove_prefix(at + 1);
  }
  std::size_t colon = rest.find(':');
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == Text::npos) return;
    colon = rest.find(':', end);
    if (colon != Text::npos && colon != end + 1) return;
  }
  const Text host = rest.substr(0, colon);
  const Text port = colon == Text::npos ? Text() : rest.substr(colon + 1);
  if (!std::all_of(port.begin(), port.end(), IsDigit) || port.size() > 9) return;
  if (!IsIpv6(host) && !IsIpv4(host) && !IsHostName(host)) return;
  uri->host = std::string(host);
  if (user) uri->user_info = std::string(*user);
}

bool ReadAuthority(Text authority, Uri* uri) {
  uri->authority = std::string(authority);
  ReadServer(authority, uri);
  return uri->host.has_value() || IsLegal(authority, kRegistryName);
}

/// //authority/path?query, from the authority on.
bool ReadHierarchy(Text text, Uri* uri) {
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    const std::size_t end = std::min(text.find_first_of("/?"), text.size());
    if (end > 0) {
      if (!ReadAuthority(text.substr(0, end), uri)) return false;
    } else if (text.empty()) {
      return false;
    }
    text.remove_prefix(end);
  }
  const std::size_t question = text.find('?');
  uri->path = std::string(text.substr(0, question));
  if (question != Text::npos) uri->query = std::string(text.substr(question + 1));
  return IsLegal(*uri->path, kPath) && IsLegal(uri->query.value_or(""), kAnywhere);
}

bool IsScheme(Text scheme) {
  return !scheme.empty() && IsAlpha(scheme.front()) &&
         std::all_of(scheme.begin(), scheme.end(),
                     [](char c) { return IsAlpha(c) || IsDigit(c) || In("+-.", c); });
}

}  // namespace

std::optional<Uri> ParseUri(std::string_view text) {
  Uri uri;
  if (const std::size_t hash = text.find('#'); hash != Text::npos) {
    uri.fragment = std::string(text.substr(hash + 1));
    if (!IsLegal(*uri.fragment, kAnywhere)) return std::nullopt;
    text = text.substr(0, hash);
  }
  const std::size_t end = text.find_first_of(":/?");
  if (end != Text::npos && text[end] == ':') {
    if (!IsScheme(text.substr(0, end))) return std::nullopt;
    uri.scheme = std::string(text.substr(0, end));
    text.remove_prefix(end + 1);
    if (!text.starts_with('/')) {
      // An opaque part, of which Spark shows nothing.
      if (text.empty() || !IsLegal(text, kAnywhere)) return std::nullopt;
      return uri;
    }
  }
  if (!ReadHierarchy(text, &uri)) return std::nullopt;
  return uri;
}

}  // namespace millrace::processor::duckdb
