#include "data/time_zone.h"

#include <array>
#include <cstdlib>
#include <utility>

#include <absl/time/civil_time.h>
#include <fmt/format.h>

namespace millrace::data {
namespace {

constexpr int kMostSeconds = 18 * 3600;

// java.time.ZoneId.SHORT_IDS.
constexpr std::array<std::pair<std::string_view, std::string_view>, 28> kShortIds = {{
    {"ACT", "Australia/Darwin"},
    {"AET", "Australia/Sydney"},
    {"AGT", "America/Argentina/Buenos_Aires"},
    {"ART", "Africa/Cairo"},
    {"AST", "America/Anchorage"},
    {"BET", "America/Sao_Paulo"},
    {"BST", "Asia/Dhaka"},
    {"CAT", "Africa/Harare"},
    {"CNT", "America/St_Johns"},
    {"CST", "America/Chicago"},
    {"CTT", "Asia/Shanghai"},
    {"EAT", "Africa/Addis_Ababa"},
    {"ECT", "Europe/Paris"},
    {"IET", "America/Indiana/Indianapolis"},
    {"IST", "Asia/Kolkata"},
    {"JST", "Asia/Tokyo"},
    {"MIT", "Pacific/Apia"},
    {"NET", "Asia/Yerevan"},
    {"NST", "Pacific/Auckland"},
    {"PLT", "Asia/Karachi"},
    {"PNT", "America/Phoenix"},
    {"PRT", "America/Puerto_Rico"},
    {"PST", "America/Los_Angeles"},
    {"SST", "Pacific/Guadalcanal"},
    {"VST", "Asia/Ho_Chi_Minh"},
    {"EST", "-05:00"},
    {"MST", "-07:00"},
    {"HST", "-10:00"},
}};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsSign(char c) { return c == '+' || c == '-'; }

// Spark's getZoneId rewrites: (+|-)h: becomes (+|-)0h:, and a final (+|-)hh:m becomes (+|-)hh:0m.
std::string WidenDigits(std::string_view id) {
  std::string out(id);
  for (std::size_t i = 0; i + 2 < out.size(); ++i) {
    if (IsSign(out[i]) && IsDigit(out[i + 1]) && out[i + 2] == ':') {
      out.insert(i + 1, 1, '0');
      break;
    }
  }
  std::size_t size = out.size();
  if (size >= 5 && IsSign(out[size - 5]) && IsDigit(out[size - 4]) && IsDigit(out[size - 3]) &&
      out[size - 2] == ':' && IsDigit(out[size - 1])) {
    out.insert(size - 1, 1, '0');
  }
  return out;
}

// Names that a Java runtime knows; the system's folder holds more.
bool IsRegionName(std::string_view id) {
  if (id.size() < 2) return false;
  auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  if (!letter(id[0])) return false;
  for (char c : id) {
    if (!letter(c) && !IsDigit(c) && c != '~' && c != '/' && c != '.' && c != '_' && c != '+' &&
        c != '-') {
      return false;
    }
  }
  for (std::string_view odd : {"posix/", "right/", "posixrules", "leap", "tzdata", "zone",
                               "iso3166", "localtime", "Factory", "ROC"}) {
    if (id.substr(0, odd.size()) == odd) return false;
  }
  return id.find("..") == std::string_view::npos && id != "EST" && id != "MST" && id != "HST";
}

}  // namespace

std::optional<int> ParseOffset(std::string_view text) {
  if (text == "Z") return 0;
  if (text.size() < 2 || !IsSign(text[0])) return std::nullopt;
  std::string digits;
  std::string_view rest = text.substr(1);
  switch (text.size()) {
    case 2:
    case 3:
    case 5:
    case 7:
      digits = rest;
      break;
    case 6:
    case 9:
      for (std::size_t i = 0; i < rest.size(); ++i) {
        if (i % 3 != 2) {
          digits += rest[i];
        } else if (rest[i] != ':') {
          return std::nullopt;
        }
      }
      break;
    default:
      return std::nullopt;
  }
  for (char c : digits) {
    if (!IsDigit(c)) return std::nullopt;
  }
  if (digits.size() == 1) digits.insert(0, 1, '0');
  digits.resize(6, '0');
  auto two = [&](int i) { return (digits[i] - '0') * 10 + digits[i + 1] - '0'; };
  if (two(2) > 59 || two(4) > 59) return std::nullopt;
  int seconds = two(0) * 3600 + two(2) * 60 + two(4);
  if (seconds > kMostSeconds) return std::nullopt;
  return text[0] == '-' ? -seconds : seconds;
}

std::string OffsetId(int seconds) {
  if (seconds == 0) return "Z";
  int total = std::abs(seconds);
  std::string out =
      fmt::format("{}{:02}:{:02}", seconds < 0 ? '-' : '+', total / 3600, total / 60 % 60);
  if (total % 60 != 0) out += fmt::format(":{:02}", total % 60);
  return out;
}

TimeZone::TimeZone() : id_("UTC"), fixed_offset_(0), zone_(absl::UTCTimeZone()) {}

TimeZone TimeZone::Offset(int seconds) {
  TimeZone zone;
  zone.id_ = OffsetId(seconds);
  zone.fixed_offset_ = seconds;
  zone.zone_ = absl::FixedTimeZone(seconds);
  return zone;
}

std::optional<TimeZone> TimeZone::Parse(std::string_view text) {
  std::string id = WidenDigits(text);
  for (const auto& [name, region] : kShortIds) {
    if (id == name) id = std::string(region);
  }
  if (id == "Z" || (!id.empty() && IsSign(id[0]))) {
    std::optional<int> offset = ParseOffset(id);
    if (!offset) return std::nullopt;
    return Offset(*offset);
  }
  for (std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (id.substr(0, prefix.size()) != prefix) continue;
    std::string rest = id.substr(prefix.size());
    if (!rest.empty() && !IsSign(rest[0])) continue;
    std::optional<int> offset = rest.empty() ? std::optional<int>(0) : ParseOffset(rest);
    if (!offset) return std::nullopt;
    TimeZone zone = Offset(*offset);
    zone.id_ = std::string(prefix) + (*offset == 0 ? "" : OffsetId(*offset));
    return zone;
  }
  TimeZone zone;
  if (!IsRegionName(id) || !absl::LoadTimeZone(id, &zone.zone_)) return std::nullopt;
  zone.id_ = id;
  zone.fixed_offset_.reset();
  return zone;
}

int TimeZone::OffsetAt(std::int64_t epoch_seconds) const {
  if (fixed_offset_) return *fixed_offset_;
  return zone_.At(absl::FromUnixSeconds(epoch_seconds)).offset;
}

std::int64_t TimeZone::FromLocal(std::int64_t local_seconds) const {
  if (fixed_offset_) return local_seconds - *fixed_offset_;
  absl::CivilSecond civil = absl::CivilSecond(1970) + local_seconds;
  return absl::ToUnixSeconds(zone_.At(civil).pre);
}

base::Result<absl::TimeZone> LoadTimeZone(std::string_view name) {
  if (const std::optional<TimeZone> zone = TimeZone::Parse(name)) return zone->zone();
  const std::string text(name);
  return base::Status::InvalidArgument(
             "The timezone: " + text +
             " is invalid. Name an area, such as 'America/Los_Angeles', or an offset between "
             "-18:00 and +18:00, such as '-08', '+01:00' or 'Z'.")
      .WithSparkError(
          {"SparkDateTimeException", "INVALID_TIMEZONE", "22009", {{"timeZone", text}}});
}

}  // namespace millrace::data
