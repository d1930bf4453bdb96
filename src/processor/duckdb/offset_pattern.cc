#include "processor/duckdb/offset_pattern.h"

#include <array>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "processor/duckdb/datetime_names.h"

namespace millrace::processor::duckdb {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string FormatOffset(const std::string& pattern, int seconds) {
  int total = std::abs(seconds);
  int hours = total / 3600;
  int minutes = total / 60 % 60;
  int rest = total % 60;
  std::string_view colon = pattern.find(':') != std::string::npos ? ":" : "";
  std::string out = fmt::format("{}{:02}", seconds < 0 ? '-' : '+', hours);
  bool always_minutes = pattern.find("MM") != std::string::npos;
  bool may_minutes = always_minutes || pattern.find("mm") != std::string::npos;
  if (always_minutes || (may_minutes && minutes > 0)) {
    out += fmt::format("{}{:02}", colon, minutes);
    if (pattern.find("ss") != std::string::npos && rest > 0) {
      out += fmt::format("{}{:02}", colon, rest);
    }
  }
  return out;
}

std::optional<int> ParseOffsetAs(const std::string& pattern, const std::string& zero,
                                 std::string_view text, std::size_t* at) {
  std::string_view rest = text.substr(*at);
  if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) {
    bool colon = pattern.find(':') != std::string::npos;
    bool must_minutes = pattern.find("MM") != std::string::npos;
    bool may_minutes = must_minutes || pattern.find("mm") != std::string::npos;
    bool may_seconds = pattern.find("ss") != std::string::npos;
    std::size_t p = 1;
    auto two = [&](bool with_colon) -> std::optional<int> {
      std::size_t q = p;
      if (with_colon) {
        if (q >= rest.size() || rest[q] != ':') return std::nullopt;
        ++q;
      }
      if (q + 2 > rest.size() || !IsDigit(rest[q]) || !IsDigit(rest[q + 1])) return std::nullopt;
      p = q + 2;
      return (rest[q] - '0') * 10 + rest[q + 1] - '0';
    };
    std::optional<int> hours = two(false);
    std::optional<int> minutes = 0;
    std::optional<int> seconds = 0;
    bool ok = hours.has_value();
    if (ok && may_minutes) {
      minutes = two(colon);
      ok = minutes.has_value() || !must_minutes;
      if (minutes && may_seconds) seconds = two(colon);
    }
    if (ok) {
      int total = *hours * 3600 + minutes.value_or(0) * 60 + seconds.value_or(0);
      if (minutes.value_or(0) <= 59 && seconds.value_or(0) <= 59 && total <= 18 * 3600) {
        *at += p;
        return rest[0] == '-' ? -total : total;
      }
      return std::nullopt;
    }
  }
  if (EqualAnyCase(rest.substr(0, zero.size()), zero) && rest.size() >= zero.size()) {
    *at += zero.size();
    return 0;
  }
  return std::nullopt;
}

std::optional<TimeZone> ParseZone(std::string_view text, std::size_t* at, bool names) {
  std::string_view rest = text.substr(*at);
  std::size_t length = 0;
  auto part = [](char c) {
    return IsDigit(c) || (Lower(c) >= 'a' && Lower(c) <= 'z') || c == '/' || c == '_' || c == '+' ||
           c == '-' || c == ':';
  };
  while (length < rest.size() && part(rest[length])) ++length;
  constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kNames = {{
      {"PST", "America/Los_Angeles"},
      {"PDT", "America/Los_Angeles"},
      {"MST", "America/Denver"},
      {"MDT", "America/Denver"},
      {"CST", "America/Chicago"},
      {"CDT", "America/Chicago"},
      {"EST", "America/New_York"},
      {"EDT", "America/New_York"},
      {"CET", "Europe/Paris"},
      {"CEST", "Europe/Paris"},
      {"GMT", "GMT"},
      {"UTC", "UTC"},
      {"BST", "Europe/London"},
      {"JST", "Asia/Tokyo"},
      {"IST", "Asia/Kolkata"},
      {"MSK", "Europe/Moscow"},
  }};
  for (; length > 0; --length) {
    std::string_view id = rest.substr(0, length);
    bool offset = id[0] == '+' || id[0] == '-' || id == "Z";
    if (offset) {
      if (std::optional<int> seconds = ParseOffset(id);
          seconds && (length == 6 || length == 9 || id == "Z")) {
        *at += length;
        return TimeZone::Offset(*seconds);
      }
      continue;
    }
    if (names) {
      for (const auto& [name, region] : kNames) {
        if (EqualAnyCase(id, name)) {
          *at += length;
          return TimeZone::Parse(region);
        }
      }
    }
    if (id.size() == 3 && id != "UTC" && id != "GMT" && id != "CET" && id != "MET" && id != "EET" &&
        id != "WET" && id != "PRC" && id != "ROK" && id != "UCT") {
      continue;  // Spark's short ids are no zone ids here.
    }
    if (std::optional<TimeZone> zone = TimeZone::Parse(id)) {
      *at += length;
      return zone;
    }
  }
  return std::nullopt;
}

}  // namespace millrace::processor::duckdb
