#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace::processor::duckdb {

/// The parts of a java.net.URI, as they stand in it (raw).
struct Uri {
  std::optional<std::string> scheme;
  std::optional<std::string> authority;
  std::optional<std::string> user_info;
  std::optional<std::string> host;
  std::optional<std::string> path;
  std::optional<std::string> query;
  std::optional<std::string> fragment;
};

/// What `new java.net.URI(text)` reads; none where it throws. Precondition: `text` is UTF-8.
std::optional<Uri> ParseUri(std::string_view text);

}  // namespace millrace::processor::duckdb
