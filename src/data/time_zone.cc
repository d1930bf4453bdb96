#include "data/time_zone.h"

#include <optional>
#include <string>

namespace millrace::data {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Seconds of "+h", "+hh", "+hh:mm", "+h:mm", "+hh:m", "+hhmm", "+hh:mm:ss", "+hhmmss", with either
/// sign.
std::optional<int> ParseOffset(std::string_view text) {
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  const bool colons = text.find(':') != std::string_view::npos;
  int parts[3] = {0, 0, 0};
  int count = 0;
  while (!text.empty()) {
    if (count == 3) return std::nullopt;
    if (count > 0 && colons) {
      if (text[0] != ':') return std::nullopt;
      text.remove_prefix(1);
    }
    if (text.empty() || !IsDigit(text[0])) return std::nullopt;
    const std::size_t digits = text.size() > 1 && IsDigit(text[1]) ? 2 : 1;
    // One digit stands for an hour, or for a minute at the very end ("+01:5").
    const bool short_allowed =
        count == 0 ? (colons || text.size() == 1) : (colons && count == 1 && text.size() == 1);
    if (digits == 1 && !short_allowed) return std::nullopt;
    parts[count] = text[0] - '0';
    if (digits == 2) parts[count] = parts[count] * 10 + (text[1] - '0');
    ++count;
    text.remove_prefix(digits);
  }
  if (count == 0 || parts[0] > 18 || parts[1] > 59 || parts[2] > 59) return std::nullopt;
  const int seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
  if (seconds > 18 * 3600) return std::nullopt;
  return sign * seconds;
}

bool IsAreaName(std::string_view name) {
  if (name.size() < 2 || name.size() > 100) return false;
  const char first = name[0];
  if (!((first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z'))) return false;
  for (char c : name) {
    const bool allowed = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || IsDigit(c) ||
                         c == '/' || c == '_' || c == '-' || c == '+';
    if (!allowed) return false;
  }
  return name != "localtime" && name != "posixrules";
}

std::optional<absl::TimeZone> Find(std::string_view name) {
  if (name == "Z" || name == "UTC" || name == "GMT" || name == "UT") return absl::UTCTimeZone();
  std::string_view offset = name;
  for (std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (name.size() > prefix.size() && name.substr(0, prefix.size()) == prefix) {
      offset.remove_prefix(prefix.size());
      break;
    }
  }
  if (const std::optional<int> seconds = ParseOffset(offset)) {
    return absl::FixedTimeZone(*seconds);
  }
  absl::TimeZone zone;
  if (!IsAreaName(name) || !absl::LoadTimeZone(std::string(name), &zone)) return std::nullopt;
  return zone;
}

}  // namespace

base::Result<absl::TimeZone> LoadTimeZone(std::string_view name) {
  if (const std::optional<absl::TimeZone> zone = Find(name)) return *zone;
  const std::string text(name);
  return base::Status::InvalidArgument(
             "The timezone: " + text +
             " is invalid. Name an area, such as 'America/Los_Angeles', or an offset between "
             "-18:00 and +18:00, such as '-08', '+01:00' or 'Z'.")
      .WithSparkError(
          {"SparkDateTimeException", "INVALID_TIMEZONE", "22009", {{"timeZone", text}}});
}

}  // namespace millrace::data
