#include "connect/connect_url.h"

#include <utility>

#include <fmt/format.h>

namespace millrace::connect {
namespace {

/// RFC 3986: what is not "unreserved" is encoded.
std::string PercentEncoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace

std::string LocalUrl(int port, std::string_view token) {
  std::string url = fmt::format("sc://localhost:{}/", port);
  return token.empty() ? url : WithParameter(std::move(url), "token", token);
}

std::string WithParameter(std::string url, std::string_view name, std::string_view value) {
  return fmt::format("{};{}={}", url, name, PercentEncoded(value));
}

}  // namespace millrace::connect
