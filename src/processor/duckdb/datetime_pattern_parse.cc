// Reading a text by a pattern: fields one after the other, then a date and a time of them.

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "data/java_text.h"
#include "processor/duckdb/datetime_names.h"
#include "processor/duckdb/datetime_pattern.h"
#include "processor/duckdb/datetime_text.h"
#include "processor/duckdb/offset_pattern.h"

namespace millrace::processor::duckdb {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kNanosPerDay = 86'400 * kNanosPerSecond;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool DatetimePattern::Put(Parsed* parsed, Field field, std::int64_t value) {
  std::optional<std::int64_t>& slot = parsed->field[static_cast<int>(field)];
  if (slot && *slot != value) return false;
  slot = value;
  return true;
}

bool DatetimePattern::ParseNumber(const Element& element, std::string_view text, std::size_t* at,
                                  Parsed* parsed) {
  std::size_t position = *at;
  if (position >= text.size()) return false;
  bool negative = false;
  bool positive = false;
  if (text[position] == '+' || text[position] == '-') {
    bool plus = text[position] == '+';
    bool allowed = element.sign == Sign::kExceedsPad || (element.sign == Sign::kNormal && !plus);
    if (!allowed) return false;
    (plus ? positive : negative) = true;
    ++position;
  }
  std::size_t most = static_cast<std::size_t>(element.max_width) +
                     static_cast<std::size_t>(element.subsequent_width);
  std::size_t end = position;
  while (end < text.size() && end - position < most && IsDigit(text[end])) ++end;
  if (element.subsequent_width > 0) {
    std::size_t length = end - position;
    std::size_t reserved = static_cast<std::size_t>(element.subsequent_width);
    std::size_t kept = length > reserved ? length - reserved : 0;
    end = position + std::min(length, std::max<std::size_t>(element.min_width, kept));
  }
  std::size_t length = end - position;
  if (length < static_cast<std::size_t>(element.min_width) || length > 18 || length == 0)
    return false;
  std::int64_t value = 0;
  for (std::size_t i = position; i < end; ++i) value = value * 10 + (text[i] - '0');
  if (negative) {
    if (value == 0) return false;
    value = -value;
  } else if (element.sign == Sign::kExceedsPad && element.kind == Kind::kNumber) {
    bool exceeds = length > static_cast<std::size_t>(element.min_width);
    if (positive != exceeds) return false;
  }
  *at = end;
  if (element.kind == Kind::kReducedYear) value += 2000;
  return Put(parsed, element.field, value);
}

namespace {

// Index of the longest name at `*at`, in full or its first three letters; -1 when there is none.
template <std::size_t N>
int ParseName(const std::array<std::string_view, N>& names, bool full, std::string_view text,
              std::size_t* at) {
  for (std::size_t i = 0; i < N; ++i) {
    std::string_view name = full ? names[i] : names[i].substr(0, 3);
    if (EqualAnyCase(text.substr(*at, name.size()), name)) {
      *at += name.size();
      return static_cast<int>(i);
    }
  }
  return -1;
}

}  // namespace

bool DatetimePattern::ParseElement(const Element& element, std::string_view text, std::size_t* at,
                                   Parsed* parsed) {
  switch (element.kind) {
    case Kind::kLiteral:
      if (!EqualAnyCase(text.substr(*at, element.text.size()), element.text)) return false;
      *at += element.text.size();
      return true;
    case Kind::kNumber:
    case Kind::kReducedYear:
      return ParseNumber(element, text, at, parsed);
    case Kind::kFraction: {
      std::size_t end = *at;
      std::int64_t nanos = 0;
      while (end < text.size() && IsDigit(text[end]) &&
             end - *at < static_cast<std::size_t>(element.max_width)) {
        nanos = nanos * 10 + (text[end++] - '0');
      }
      if (end == *at) return false;
      for (std::size_t i = end - *at; i < 9; ++i) nanos *= 10;
      *at = end;
      return Put(parsed, Field::kNano, nanos);
    }
    case Kind::kMonthName: {
      int month = ParseName(kMonths, element.full, text, at);
      return month >= 0 && Put(parsed, Field::kMonth, month + 1);
    }
    case Kind::kHalfOfDay: {
      std::string_view half = text.substr(*at, 2);
      if (!EqualAnyCase(half, "AM") && !EqualAnyCase(half, "PM")) return false;
      *at += 2;
      return Put(parsed, Field::kHalf, Lower(half[0]) == 'p' ? 1 : 0);
    }
    case Kind::kEra: {
      std::string_view before = element.full ? "Before Christ" : "BC";
      std::string_view after = element.full ? "Anno Domini" : "AD";
      for (int era : {0, 1}) {
        std::string_view name = era == 0 ? before : after;
        if (EqualAnyCase(text.substr(*at, name.size()), name)) {
          *at += name.size();
          return Put(parsed, Field::kEra, era);
        }
      }
      return false;
    }
    case Kind::kOffset: {
      std::optional<int> offset = ParseOffsetAs(element.text, element.no_offset, text, at);
      if (offset) parsed->zone = TimeZone::Offset(*offset);
      return offset.has_value();
    }
    case Kind::kLocalizedOffset: {
      if (!EqualAnyCase(text.substr(*at, 3), "GMT")) return false;
      std::size_t end = *at + 3;
      while (end < text.size() &&
             (IsDigit(text[end]) || text[end] == ':' || text[end] == '+' || text[end] == '-')) {
        ++end;
      }
      std::string_view offset = text.substr(*at + 3, end - *at - 3);
      std::optional<TimeZone> zone = offset.empty() ? TimeZone() : TimeZone::Parse(offset);
      if (!zone) return false;
      parsed->zone = zone;
      *at = end;
      return true;
    }
    case Kind::kZoneId:
    case Kind::kZoneName:
      parsed->zone = ParseZone(text, at, element.kind == Kind::kZoneName);
      return parsed->zone.has_value();
    default:
      return false;
  }
}

bool DatetimePattern::ParseRange(std::size_t begin, std::size_t end, std::string_view text,
                                 std::size_t* at, Parsed* parsed) const {
  for (std::size_t i = begin; i < end; ++i) {
    const Element& element = elements_[i];
    if (element.kind == Kind::kOptionalStart) {
      Parsed attempt = *parsed;
      std::size_t position = *at;
      if (ParseRange(i + 1, element.partner, text, &position, &attempt)) {
        *parsed = attempt;
        *at = position;
      }
      i = element.partner;
    } else if (element.kind != Kind::kOptionalEnd) {
      std::size_t position = *at;
      if (!ParseElement(element, text, &position, parsed)) return false;
      *at = position;
    }
  }
  return true;
}

std::optional<DatetimePattern::Parsed> DatetimePattern::ParseFields(std::string_view text,
                                                                    std::string* why) const {
  Parsed parsed;
  std::size_t at = 0;
  bool matches = ParseRange(0, elements_.size(), text, &at, &parsed);
  if (matches && at == text.size()) return parsed;
  if (why != nullptr) {
    // Java counts UTF-16 units.
    std::size_t index = data::DecodeLikeJava(text.substr(0, at)).size();
    *why = matches ? fmt::format(", unparsed text found at index {}", index)
                   : fmt::format(" at index {}", index);
  }
  return std::nullopt;
}

namespace {

constexpr std::array<std::string_view, 12> kUpperMonths = {
    "JANUARY", "FEBRUARY", "MARCH",     "APRIL",   "MAY",      "JUNE",
    "JULY",    "AUGUST",   "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"};

void Explain(std::string* why, std::string message) {
  if (why != nullptr && why->empty()) *why = ": " + std::move(message);
}

std::string OutOfRange(std::string_view field, std::string_view range, std::int64_t value) {
  return fmt::format("Invalid value for {} (valid values {}): {}", field, range, value);
}

}  // namespace

std::optional<std::int64_t> DatetimePattern::ResolveDays(const Parsed& parsed, std::string* why) {
  auto get = [&](Field field) { return parsed.field[static_cast<int>(field)]; };
  std::optional<std::int64_t> year = get(Field::kYear);
  if (std::optional<std::int64_t> of_era = get(Field::kYearOfEra)) {
    if (*of_era < 1) return std::nullopt;
    // Without an era there is no year, and 1970 stands for it.
    if (std::optional<std::int64_t> era = get(Field::kEra))
      year = *era == 1 ? *of_era : 1 - *of_era;
  }
  constexpr std::int64_t kLastYear = 999'999'999;
  if (year.value_or(1970) > kLastYear || year.value_or(1970) < -kLastYear) return std::nullopt;
  std::int64_t y = year.value_or(1970);
  std::int64_t month = get(Field::kMonth).value_or(1);
  std::int64_t day = get(Field::kDay).value_or(1);
  if (month < 1 || month > 12) Explain(why, OutOfRange("MonthOfYear", "1 - 12", month));
  if (day < 1 || day > 31) Explain(why, OutOfRange("DayOfMonth", "1 - 28/31", day));
  if (month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  std::optional<std::int64_t> of_year = get(Field::kDayOfYear);
  bool has_all = get(Field::kYear) && get(Field::kMonth) && get(Field::kDay);
  if (of_year && !has_all) {
    if (*of_year == 366 && !IsLeapYear(y)) {
      Explain(why, fmt::format("Invalid date 'DayOfYear 366' as '{}' is not a leap year", y));
      return std::nullopt;
    }
    if (*of_year < 1 || *of_year > 366) {
      Explain(why, OutOfRange("DayOfYear", "1 - 365/366", *of_year));
      return std::nullopt;
    }
    std::int64_t days = DaysFromCivil(y, 1, 1) + *of_year - 1;
    CivilDate date = CivilFromDays(days);
    if ((get(Field::kMonth) && date.month != month) || (get(Field::kDay) && date.day != day)) {
      return std::nullopt;
    }
    return days;
  }
  if (day > DaysInMonth(y, static_cast<int>(month))) {
    if (day == 29) {
      Explain(why, fmt::format("Invalid date 'February 29' as '{}' is not a leap year", y));
    } else {
      Explain(why, fmt::format("Invalid date '{} {}'",
                               kUpperMonths[static_cast<std::size_t>(month - 1)], day));
    }
    return std::nullopt;
  }
  std::int64_t days = DaysFromCivil(y, static_cast<int>(month), static_cast<int>(day));
  if (of_year && days - DaysFromCivil(y, 1, 1) + 1 != *of_year) return std::nullopt;
  return days;
}

std::optional<std::int64_t> DatetimePattern::ResolveNanos(const Parsed& parsed, std::string* why) {
  auto get = [&](Field field) { return parsed.field[static_cast<int>(field)]; };
  auto in = [&](Field field, std::string_view name, std::int64_t low, std::int64_t high) {
    std::optional<std::int64_t> value = get(field);
    if (!value || (*value >= low && *value <= high)) return true;
    Explain(why, OutOfRange(name, fmt::format("{} - {}", low, high), *value));
    return false;
  };
  if (!in(Field::kHour, "HourOfDay", 0, 23) || !in(Field::kClockHour, "ClockHourOfDay", 1, 24) ||
      !in(Field::kHalfHour, "HourOfAmPm", 0, 11) ||
      !in(Field::kClockHalfHour, "ClockHourOfAmPm", 1, 12) ||
      !in(Field::kMinute, "MinuteOfHour", 0, 59) || !in(Field::kSecond, "SecondOfMinute", 0, 59)) {
    return std::nullopt;
  }
  std::optional<std::int64_t> hour = get(Field::kHour);
  auto agree = [](std::optional<std::int64_t>* known, std::int64_t value) {
    if (*known && **known != value) return false;
    *known = value;
    return true;
  };
  if (get(Field::kClockHour) && !agree(&hour, *get(Field::kClockHour) % 24)) return std::nullopt;
  std::optional<std::int64_t> half_hour = get(Field::kHalfHour);
  if (get(Field::kClockHalfHour) && !agree(&half_hour, *get(Field::kClockHalfHour) % 12)) {
    return std::nullopt;
  }
  std::optional<std::int64_t> half = get(Field::kHalf);
  if (half && half_hour) {
    if (!agree(&hour, *half * 12 + *half_hour)) return std::nullopt;
  } else if (hour) {
    if ((half && *half != *hour / 12) || (half_hour && *half_hour != *hour % 12))
      return std::nullopt;
  } else {
    hour = half_hour ? *half_hour : half.value_or(0) * 12;
  }
  return ((*hour * 60 + get(Field::kMinute).value_or(0)) * 60 + get(Field::kSecond).value_or(0)) *
             kNanosPerSecond +
         get(Field::kNano).value_or(0);
}

std::optional<DatetimePattern::Local> DatetimePattern::Resolve(const Parsed& parsed,
                                                               std::string* why) {
  std::optional<std::int64_t> nanos = ResolveNanos(parsed, why);
  std::optional<std::int64_t> days = ResolveDays(parsed, why);
  if (!days || !nanos) return std::nullopt;
  return Local{*days, *nanos};
}

namespace {

std::optional<std::int64_t> Micros(std::int64_t seconds, std::int64_t nanos) {
  __int128 micros = static_cast<__int128>(seconds) * 1'000'000 + nanos / 1000;
  if (micros > std::numeric_limits<std::int64_t>::max() ||
      micros < std::numeric_limits<std::int64_t>::min()) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(micros);
}

}  // namespace

std::optional<std::int64_t> DatetimePattern::ParseTimestamp(std::string_view text,
                                                            const TimeZone& zone,
                                                            std::string* why) const {
  std::optional<Parsed> parsed = ParseFields(text, why);
  std::optional<Local> local;
  if (parsed) local = Resolve(*parsed, why);
  if (!local) {
    if (why != nullptr) *why = fmt::format("Text '{}' could not be parsed{}", text, *why);
    return std::nullopt;
  }
  std::int64_t seconds = local->days * 86'400 + local->nanos / kNanosPerSecond;
  const TimeZone& used = parsed->zone ? *parsed->zone : zone;
  return Micros(used.FromLocal(seconds), local->nanos % kNanosPerSecond);
}

std::optional<std::int64_t> DatetimePattern::ParseTimestampNtz(std::string_view text,
                                                               bool allow_zone,
                                                               std::string* why) const {
  std::optional<Parsed> parsed = ParseFields(text, why);
  std::optional<Local> local;
  if (parsed && (allow_zone || !parsed->zone)) local = Resolve(*parsed, why);
  if (!local) {
    if (why != nullptr) *why = fmt::format("Text '{}' could not be parsed{}", text, *why);
    return std::nullopt;
  }
  return Micros(local->days * 86'400 + local->nanos / kNanosPerSecond,
                local->nanos % kNanosPerSecond);
}

std::optional<std::int32_t> DatetimePattern::ParseDate(std::string_view text) const {
  std::optional<Parsed> parsed = ParseFields(text);
  if (!parsed || !ResolveNanos(*parsed)) return std::nullopt;
  std::optional<std::int64_t> days = ResolveDays(*parsed);
  if (!days || *days > std::numeric_limits<std::int32_t>::max() ||
      *days < std::numeric_limits<std::int32_t>::min()) {
    return std::nullopt;
  }
  return static_cast<std::int32_t>(*days);
}

}  // namespace millrace::processor::duckdb
