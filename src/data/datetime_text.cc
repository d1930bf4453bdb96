#include "data/datetime_text.h"

#include <array>
#include <limits>

#include "data/decimal_text.h"

namespace millrace::data {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

std::int64_t FloorDiv(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// UTF8String.isWhitespaceOrISOControl of a single byte.
bool IsBlank(char c) {
  auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte == 0x7F;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (text.size() > 1 && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

bool ValidDate(std::int64_t year, int month, int day) {
  return month >= 1 && month <= 12 && day >= 1 && day <= DaysInMonth(year, month);
}

// The parts of a timestamp text.
struct Segments {
  std::array<std::int64_t, 9> value = {1, 1, 1, 0, 0, 0, 0, 0, 0};
  std::optional<TimeZone> zone;
  bool just_time = false;
};

bool ValidDigits(int segment, int digits) {
  if (segment == 6) return true;
  if (segment == 0) return digits >= 4 && digits <= 6;
  if (segment == 7) return digits <= 2;
  return digits > 0 && digits <= 2;
}

/// Walks a timestamp text segment by segment: year, month, day, hour, minute, second, fraction.
class SegmentParser {
 public:
  explicit SegmentParser(std::string_view text) : whole_(text), text_(Trim(text)) {}

  std::optional<Segments> Parse() {
    if (text_.empty()) return std::nullopt;
    std::size_t at = 0;
    bool negative = text_[0] == '-';
    signed_ = negative || text_[0] == '+';
    if (signed_) ++at;
    for (; at < text_.size(); ++at) {
      char c = text_[at];
      if (c >= '0' && c <= '9') {
        Digit(c - '0');
      } else if (!Separator(c, at)) {
        return std::nullopt;
      } else if (zone_at_) {
        break;
      }
    }
    if (index_ > 8 || !ValidDigits(index_, digits_)) return std::nullopt;
    out_.value[index_] = value_;
    for (; fraction_digits_ < 6; ++fraction_digits_) out_.value[6] *= 10;
    if (zone_at_) {
      out_.zone = TimeZone::Parse(JavaTrim(text_.substr(*zone_at_)));
      if (!out_.zone) return std::nullopt;
    }
    if (negative) out_.value[0] = -out_.value[0];
    return out_;
  }

 private:
  static std::string_view JavaTrim(std::string_view text) {
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
    return text;
  }

  void Digit(int digit) {
    if (index_ == 6) ++fraction_digits_;
    if (index_ != 6 || digits_ < 6) {
      // Wraps like Java's int; too many digits are refused by ValidDigits anyway.
      value_ = static_cast<std::int32_t>(static_cast<std::uint32_t>(value_) * 10u + digit);
    }
    ++digits_;
  }

  bool Close(int segment) {
    if (segment > 8 || !ValidDigits(segment, digits_)) return false;
    out_.value[segment] = value_;
    value_ = 0;
    digits_ = 0;
    return true;
  }

  bool Separator(char c, std::size_t at) {
    // A leading T counts only where the untrimmed text begins with it.
    if (at == 0 && c == 'T' && whole_.data() == text_.data()) {
      out_.just_time = true;
      index_ += 3;
      return true;
    }
    switch (index_) {
      case 0:
      case 1:
        if (c == '-') return Close(index_++);
        if (index_ == 0 && c == ':' && !signed_) {
          out_.just_time = true;
          index_ = 4;
          return Close(3);
        }
        return false;
      case 2:
        return (c == ' ' || c == 'T') && Close(index_++);
      case 3:
      case 4:
        return c == ':' && Close(index_++);
      case 5:
        if (c == '.') return Close(index_++);
        [[fallthrough]];
      case 6:
        if (!Close(index_++)) return false;
        zone_at_ = at;
        if (index_ == 6) ++index_;
        return true;
      default:
        return (c == ':' || c == ' ') && Close(index_++);
    }
  }

  std::string_view whole_;
  std::string_view text_;
  bool signed_ = false;
  int index_ = 0;
  std::int64_t value_ = 0;
  int digits_ = 0;
  int fraction_digits_ = 0;
  std::optional<std::size_t> zone_at_;
  Segments out_;
};

std::optional<std::int64_t> Micros(std::int64_t seconds, std::int64_t fraction) {
  __int128 micros = static_cast<__int128>(seconds) * kMicrosPerSecond + fraction;
  if (micros > std::numeric_limits<std::int64_t>::max() ||
      micros < std::numeric_limits<std::int64_t>::min()) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(micros);
}

std::optional<std::int64_t> LocalSeconds(const Segments& segments, std::int64_t days) {
  const auto& v = segments.value;
  if (v[3] > 23 || v[4] > 59 || v[5] > 59) return std::nullopt;
  return days * kSecondsPerDay + v[3] * 3600 + v[4] * 60 + v[5];
}

std::string WithoutGmt(std::string_view text) {
  std::string out(text);
  for (std::size_t at = 0; (at = out.find("GMT", at)) != std::string::npos;) out.erase(at, 3);
  return out;
}

// Days of the Julian calendar before 1582-10-15 as days of the proleptic Gregorian one.
std::int32_t RebaseJulianDays(std::int32_t days) {
  constexpr std::int32_t kGregorianStart = -141427;
  if (days >= kGregorianStart) return days;
  // The Julian date of this day number, read as a Gregorian date.
  std::int64_t shifted = days + 719470LL;  // days since 0000-03-01 Julian
  std::int64_t cycle = FloorDiv(shifted, 1461);
  std::int64_t rest = shifted - cycle * 1461;
  std::int64_t year_of_cycle = rest == 1460 ? 3 : rest / 365;
  std::int64_t day = rest - year_of_cycle * 365;
  std::int64_t month = (5 * day + 2) / 153;
  int day_of_month = static_cast<int>(day - (153 * month + 2) / 5 + 1);
  std::int64_t year = cycle * 4 + year_of_cycle + (month >= 10 ? 1 : 0);
  return static_cast<std::int32_t>(
      DaysFromCivil(year, static_cast<int>(month < 10 ? month + 3 : month - 9), day_of_month));
}

}  // namespace

std::int64_t DaysFromCivil(std::int64_t year, int month, int day) {
  year -= month <= 2;
  std::int64_t era = FloorDiv(year, 400);
  std::int64_t year_of_era = year - era * 400;
  std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

CivilDate CivilFromDays(std::int64_t days) {
  days += 719468;
  std::int64_t era = FloorDiv(days, 146097);
  std::int64_t day_of_era = days - era * 146097;
  std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int month = static_cast<int>((5 * day_of_year + 2) / 153);
  int day = static_cast<int>(day_of_year - (153 * month + 2) / 5 + 1);
  month += month < 10 ? 3 : -9;
  return {year_of_era + era * 400 + (month <= 2), month, day};
}

bool IsLeapYear(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int DaysInMonth(std::int64_t year, int month) {
  if (month == 2) return IsLeapYear(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

std::optional<std::int32_t> ParseDate(std::string_view whole) {
  std::string_view text = Trim(whole);
  if (text.empty() || IsBlank(text.front())) return std::nullopt;
  std::array<std::int64_t, 3> value = {1, 1, 1};
  std::size_t at = 0;
  bool negative = text[0] == '-';
  if (negative || text[0] == '+') ++at;
  int index = 0;
  int digits = 0;
  std::int64_t current = 0;
  auto valid = [&] { return index == 0 ? digits >= 4 && digits <= 7 : digits > 0 && digits <= 2; };
  while (at < text.size() && text[at] != ' ' && text[at] != 'T') {
    char c = text[at];
    if (index < 2 && c == '-') {
      if (!valid()) return std::nullopt;
      value[index++] = current;
      current = 0;
      digits = 0;
    } else if (c < '0' || c > '9' || ++digits > 9) {
      return std::nullopt;
    } else {
      current = current * 10 + (c - '0');
    }
    ++at;
  }
  if (!valid() || (index < 2 && at < text.size())) return std::nullopt;
  value[index] = current;
  std::int64_t year = negative ? -value[0] : value[0];
  int month = static_cast<int>(value[1]);
  int day = static_cast<int>(value[2]);
  if (!ValidDate(year, month, day)) return std::nullopt;
  std::int64_t days = DaysFromCivil(year, month, day);
  if (days > std::numeric_limits<std::int32_t>::max() ||
      days < std::numeric_limits<std::int32_t>::min()) {
    return std::nullopt;
  }
  return static_cast<std::int32_t>(days);
}

std::optional<std::int64_t> ParseTimestamp(std::string_view text, const TimeZone& session_zone,
                                           std::int64_t now_us) {
  std::optional<Segments> segments = SegmentParser(text).Parse();
  if (!segments) return std::nullopt;
  const auto& v = segments->value;
  const TimeZone& zone = segments->zone ? *segments->zone : session_zone;
  std::int64_t days;
  if (segments->just_time) {
    std::int64_t now = FloorDiv(now_us, kMicrosPerSecond);
    days = FloorDiv(now + zone.OffsetAt(now), kSecondsPerDay);
  } else {
    if (!ValidDate(v[0], static_cast<int>(v[1]), static_cast<int>(v[2]))) return std::nullopt;
    days = DaysFromCivil(v[0], static_cast<int>(v[1]), static_cast<int>(v[2]));
  }
  std::optional<std::int64_t> local = LocalSeconds(*segments, days);
  if (!local) return std::nullopt;
  return Micros(zone.FromLocal(*local), v[6]);
}

std::optional<std::int64_t> ParseTimestampNtz(std::string_view text, bool allow_zone) {
  std::optional<Segments> segments = SegmentParser(text).Parse();
  if (!segments || segments->just_time || (!allow_zone && segments->zone)) return std::nullopt;
  const auto& v = segments->value;
  if (!ValidDate(v[0], static_cast<int>(v[1]), static_cast<int>(v[2]))) return std::nullopt;
  std::optional<std::int64_t> local =
      LocalSeconds(*segments, DaysFromCivil(v[0], static_cast<int>(v[1]), static_cast<int>(v[2])));
  if (!local) return std::nullopt;
  return Micros(*local, v[6]);
}

std::optional<std::int32_t> ParseLegacyDate(std::string_view text) {
  if (std::optional<std::int32_t> date = ParseDate(WithoutGmt(text))) return date;
  std::optional<std::int32_t> days = ParseJavaInt(text);
  if (!days) return std::nullopt;
  return RebaseJulianDays(*days);
}

std::optional<std::int64_t> ParseLegacyTimestamp(std::string_view text, const TimeZone& zone,
                                                 std::int64_t now_us) {
  if (text.find("GMT") == std::string_view::npos) return ParseTimestamp(text, zone, now_us);
  return ParseTimestamp(WithoutGmt(text), zone, now_us);
}

}  // namespace millrace::data
