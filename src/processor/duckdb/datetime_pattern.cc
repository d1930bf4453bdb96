#include "processor/duckdb/datetime_pattern.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "data/java_text.h"
#include "data/value.h"
#include "processor/duckdb/datetime_text.h"
#include "processor/duckdb/spark_error.h"

namespace millrace::processor::duckdb {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kNanosPerDay = 86'400 * kNanosPerSecond;

constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kDays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                   "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 4> kQuarters = {"1st quarter", "2nd quarter", "3rd quarter",
                                                       "4th quarter"};

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool EqualAnyCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return Lower(x) == Lower(y); });
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::int64_t FloorDiv(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// ZoneOffset patterns: "+HH", "+HHmm", "+HHMM", "+HH:MM", "+HHMMss", "+HH:MM:ss".
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

/// Reads an offset at `*at` as `pattern` wants it.
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

/// The longest zone id, offset or known abbreviation at `*at`.
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

base::Status PatternError(std::string_view condition, std::map<std::string, std::string> parameters,
                          std::string_view text) {
  return SparkFailure("SparkIllegalArgumentException", condition, "22007", std::move(parameters),
                      text);
}

base::Status BadPattern(std::string_view pattern) {
  return PatternError("INVALID_DATETIME_PATTERN", {{"pattern", std::string(pattern)}},
                      fmt::format("Unrecognized datetime pattern: {}.", pattern));
}

// The pattern without its quoted parts, which become spaces.
std::string Unquoted(std::string_view pattern) {
  std::string out(pattern);
  bool quoted = false;
  for (char& c : out) {
    bool quote = c == '\'';
    if (quote) quoted = !quoted;
    if (quote || quoted) c = ' ';
  }
  return out;
}

// Spark's own checks, before java.time sees the pattern: one after the other over all letters.
base::Status CheckLetters(std::string_view pattern, bool for_parsing) {
  std::string letters = Unquoted(pattern);
  if (std::size_t at = letters.find_first_of("YWwuec"); at != std::string::npos) {
    return SparkFailure(
        "SparkIllegalArgumentException",
        "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN", "42K0B",
        {{"c", letters.substr(at, 1)}},
        fmt::format("You may get a different result due to the upgrading to Spark >= 3.0:\nAll "
                    "week-based patterns are unsupported since Spark 3.0, detected week-based "
                    "character: {}.\nPlease use the SQL function EXTRACT instead.",
                    letters[at]));
  }
  const char* illegal = for_parsing ? "ABnNpEFqQ" : "ABnNp";
  if (std::size_t at = letters.find_first_of(illegal); at != std::string::npos) {
    return PatternError(
        "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER",
        {{"c", letters.substr(at, 1)}, {"pattern", std::string(pattern)}},
        fmt::format("Unrecognized datetime pattern: {}. Illegal pattern character found in "
                    "datetime pattern: {}. Please provide legal character.",
                    pattern, letters[at]));
  }
  for (std::string_view style : {"GGGGG", "MMMMM", "LLLLL", "EEEEE", "QQQQQ", "qqqqq", "yyyyyyy"}) {
    if (letters.find(style) == std::string::npos) continue;
    return PatternError("INVALID_DATETIME_PATTERN.LENGTH", {{"pattern", std::string(style)}},
                        fmt::format("Unrecognized datetime pattern: {}. Too many letters in "
                                    "datetime pattern: {}. Please reduce pattern length.",
                                    style, style));
  }
  return base::Status::Ok();
}

// Whether Spark 2's formatters knew all letters of a pattern.
bool LegacyFormatKnows(std::string_view pattern) {
  bool quoted = false;
  for (char c : pattern) {
    if (c == '\'') quoted = !quoted;
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!quoted && letter &&
        std::string_view("GyYMLdDFwWEauHkKhmsSzZX").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return !quoted;
}

// The pattern as a SQL literal.
std::string AsSql(std::string_view pattern) {
  return data::ToSql(data::Value::Bytes(std::string(pattern)), StringType());
}

base::Status PatternRecognition(std::string_view pattern) {
  return SparkFailure(
      "SparkUpgradeException", "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION",
      "42K0B",
      {{"pattern", AsSql(pattern)},
       {"config", "\"spark.sql.legacy.timeParserPolicy\""},
       {"docroot", "https://spark.apache.org/docs/latest"}},
      fmt::format("You may get a different result due to the upgrading to Spark >= 3.0:\nFail to "
                  "recognize '{}' pattern in the DateTimeFormatter.\n1) You can set "
                  "\"spark.sql.legacy.timeParserPolicy\" to \"LEGACY\" to restore the behavior "
                  "before Spark 3.0.\n2) You can form a valid datetime pattern with the guide from "
                  "'https://spark.apache.org/docs/latest/sql-ref-datetime-pattern.html'.",
                  pattern));
}

}  // namespace

base::Status DatetimePattern::SparkError(std::string_view pattern,
                                         const base::Status& compile_error) {
  if (compile_error.code() == base::StatusCode::kUnsupported) return compile_error;
  if (LegacyFormatKnows(pattern)) return PatternRecognition(pattern);
  const std::string& condition = compile_error.spark_error().condition;
  if (condition != "INVALID_DATETIME_PATTERN") return compile_error;
  return SparkFailure(
      "SparkRuntimeException", "INVALID_DATETIME_PATTERN.WITH_SUGGESTION", "22007",
      {{"pattern", AsSql(pattern)}, {"docroot", "https://spark.apache.org/docs/latest"}},
      fmt::format("Unrecognized datetime pattern: '{}'. You can form a valid datetime pattern with "
                  "the guide from 'https://spark.apache.org/docs/latest/"
                  "sql-ref-datetime-pattern.html'.",
                  pattern));
}

/// Builds the elements as DateTimeFormatterBuilder.appendPattern does.
class DatetimePattern::Compiler {
 public:
  Compiler(std::string_view pattern, bool for_parsing)
      : pattern_(pattern), for_parsing_(for_parsing) {}

  base::Result<DatetimePattern> Run() {
    MILLRACE_RETURN_IF_ERROR(CheckLetters(pattern_, for_parsing_));
    era_ = HasEra();
    for (std::size_t at = 0; at < pattern_.size();) {
      char c = pattern_[at];
      if (Lower(c) >= 'a' && Lower(c) <= 'z') {
        std::size_t end = at;
        while (end < pattern_.size() && pattern_[end] == c) ++end;
        MILLRACE_RETURN_IF_ERROR(Letters(c, static_cast<int>(end - at)));
        at = end;
      } else if (c == '\'') {
        MILLRACE_RETURN_IF_ERROR(Quoted(&at));
      } else if (c == '[') {
        open_.push_back(out_.elements_.size());
        Append({Kind::kOptionalStart});
        ++at;
      } else if (c == ']') {
        if (open_.empty()) return BadPattern(pattern_);
        CloseOptional();
        ++at;
      } else if (c == '{' || c == '}' || c == '#') {
        return BadPattern(pattern_);
      } else {
        Literal(pattern_.substr(at, 1));
        ++at;
      }
    }
    while (!open_.empty()) CloseOptional();
    return std::move(out_);
  }

 private:
  bool HasEra() const {
    bool quoted = false;
    for (char c : pattern_) {
      if (c == '\'') quoted = !quoted;
      if (c == 'G' && !quoted) return true;
    }
    return false;
  }

  void CloseOptional() {
    std::size_t start = open_.back();
    open_.pop_back();
    Append({Kind::kOptionalEnd});
    out_.elements_[start].partner = out_.elements_.size() - 1;
  }

  void Append(Element element) {
    active_.reset();
    out_.elements_.push_back(std::move(element));
  }

  void Literal(std::string_view text) {
    Element element{Kind::kLiteral};
    element.text = std::string(text);
    Append(std::move(element));
  }

  base::Status Quoted(std::size_t* at) {
    std::string text;
    std::size_t p = *at + 1;
    while (true) {
      if (p >= pattern_.size()) return BadPattern(pattern_);
      if (pattern_[p] != '\'') {
        text += pattern_[p++];
      } else if (p + 1 < pattern_.size() && pattern_[p + 1] == '\'') {
        text += '\'';
        p += 2;
      } else {
        break;
      }
    }
    Literal(text.empty() ? "'" : std::string_view(text));
    *at = p + 1;
    return base::Status::Ok();
  }

  // Fixed-width numbers behind a number reserve their digits from it.
  void AppendNumber(Element element) {
    if (!active_) {
      out_.elements_.push_back(std::move(element));
      active_ = out_.elements_.size() - 1;
      return;
    }
    Element& base = out_.elements_[*active_];
    if (element.min_width == element.max_width && element.sign == Sign::kNotNegative) {
      base.subsequent_width += element.max_width;
      out_.elements_.push_back(std::move(element));
    } else {
      out_.elements_.push_back(std::move(element));
      active_ = out_.elements_.size() - 1;
    }
  }

  void Number(Field field, int min_width, int max_width, Sign sign) {
    Element element{Kind::kNumber, field, min_width, max_width, sign};
    AppendNumber(std::move(element));
  }

  void Names(Kind kind, bool full) {
    Element element{kind};
    element.full = full;
    Append(std::move(element));
  }

  base::Status OneOrTwo(Field field, int count) {
    if (count > 2) return BadPattern(pattern_);
    if (count == 1) {
      Number(field, 1, 19, Sign::kNormal);
    } else {
      Number(field, 2, 2, Sign::kNotNegative);
    }
    return base::Status::Ok();
  }

  base::Status Year(int count) {
    Field field = era_ ? Field::kYearOfEra : Field::kYear;
    if (count == 2) {
      Element element{Kind::kReducedYear, field, 2, 2, Sign::kNotNegative};
      AppendNumber(std::move(element));
    } else {
      Number(field, count, 19, count < 4 ? Sign::kNormal : Sign::kExceedsPad);
    }
    return base::Status::Ok();
  }

  void Offset(std::string_view pattern, std::string_view zero) {
    Element element{Kind::kOffset};
    element.text = std::string(pattern);
    element.no_offset = std::string(zero);
    Append(std::move(element));
  }

  base::Status Offsets(char c, int count) {
    if (count > 5) return BadPattern(pattern_);
    constexpr std::array<std::string_view, 5> kPatterns = {"+HHmm", "+HHMM", "+HH:MM", "+HHMMss",
                                                           "+HH:MM:ss"};
    if (c == 'X') {
      Offset(kPatterns[count - 1], "Z");
    } else if (c == 'x') {
      Offset(kPatterns[count - 1], count == 1 ? "+00" : count % 2 == 0 ? "+0000" : "+00:00");
    } else if (count < 4) {
      Offset("+HHMM", "+0000");
    } else if (count == 4) {
      Names(Kind::kLocalizedOffset, true);
    } else {
      Offset("+HH:MM:ss", "Z");
    }
    return base::Status::Ok();
  }

  base::Status Letters(char c, int count) {
    switch (c) {
      case 'y':
        return Year(count);
      case 'M':
      case 'L':
        if (count <= 2) return OneOrTwo(Field::kMonth, count);
        Names(Kind::kMonthName, count == 4);
        return base::Status::Ok();
      case 'Q':
      case 'q':
        if (count <= 2) return OneOrTwo(Field::kQuarter, count);
        Names(Kind::kQuarterName, count == 4);
        return base::Status::Ok();
      case 'd':
        return OneOrTwo(Field::kDay, count);
      case 'D':
        if (count > 3) return BadPattern(pattern_);
        if (count == 1) {
          Number(Field::kDayOfYear, 1, 19, Sign::kNormal);
        } else {
          Number(Field::kDayOfYear, count, 3, Sign::kNotNegative);
        }
        return base::Status::Ok();
      case 'H':
        return OneOrTwo(Field::kHour, count);
      case 'k':
        return OneOrTwo(Field::kClockHour, count);
      case 'K':
        return OneOrTwo(Field::kHalfHour, count);
      case 'h':
        return OneOrTwo(Field::kClockHalfHour, count);
      case 'm':
        return OneOrTwo(Field::kMinute, count);
      case 's':
        return OneOrTwo(Field::kSecond, count);
      case 'S':
        if (count > 9) return BadPattern(pattern_);
        return Fraction(count);
      case 'E':
        if (count > 4) return BadPattern(pattern_);
        Names(Kind::kDayName, count == 4);
        return base::Status::Ok();
      case 'a':
        if (count > 1) return BadPattern(pattern_);
        Names(Kind::kHalfOfDay, false);
        return base::Status::Ok();
      case 'G':
        if (count > 4) return BadPattern(pattern_);
        Names(Kind::kEra, count == 4);
        return base::Status::Ok();
      case 'X':
      case 'x':
      case 'Z':
        return Offsets(c, count);
      case 'O':
        if (count != 1 && count != 4) return BadPattern(pattern_);
        Names(Kind::kLocalizedOffset, count == 4);
        return base::Status::Ok();
      case 'V':
        if (count != 2) return BadPattern(pattern_);
        Names(Kind::kZoneId, false);
        return base::Status::Ok();
      case 'z':
        if (count > 4) return BadPattern(pattern_);
        if (count == 4) return NotHere(c);
        Names(Kind::kZoneName, false);
        return base::Status::Ok();
      case 'F':
      case 'v':
      case 'g':
        return NotHere(c);
      default:
        return BadPattern(pattern_);
    }
  }

  base::Status NotHere(char c) const {
    return base::Status::Unsupported(
        fmt::format("letter '{}' of datetime pattern '{}' is not supported", c, pattern_));
  }

  base::Status Fraction(int count) {
    Element element{Kind::kFraction, Field::kNano, for_parsing_ ? 1 : count, count,
                    Sign::kNotNegative};
    Append(std::move(element));
    return base::Status::Ok();
  }

  std::string_view pattern_;
  bool for_parsing_;
  bool era_ = false;
  DatetimePattern out_;
  std::vector<std::size_t> open_;
  std::optional<std::size_t> active_;
};

base::Result<DatetimePattern> DatetimePattern::Compile(std::string_view pattern, bool for_parsing) {
  return Compiler(pattern, for_parsing).Run();
}

bool DatetimePattern::has_names() const {
  return std::any_of(elements_.begin(), elements_.end(), [](const Element& element) {
    return element.kind == Kind::kMonthName || element.kind == Kind::kDayName ||
           element.kind == Kind::kHalfOfDay || element.kind == Kind::kEra ||
           element.kind == Kind::kQuarterName;
  });
}

bool DatetimePattern::has_zone_names() const {
  return std::any_of(elements_.begin(), elements_.end(),
                     [](const Element& element) { return element.kind == Kind::kZoneName; });
}

std::string DatetimePattern::ZoneName(const TimeZone& zone, std::int64_t epoch_seconds) {
  if (zone.fixed_offset()) return zone.id();
  absl::TimeZone::CivilInfo info = zone.zone().At(absl::FromUnixSeconds(epoch_seconds));
  if (std::string_view(info.zone_abbr) != "LMT") return info.zone_abbr;
  // Before there were zones Java shows the name of standard time.
  constexpr std::int64_t kHalfYear = 182 * 86'400;
  info = zone.zone().At(absl::UnixEpoch());
  if (info.is_dst) info = zone.zone().At(absl::FromUnixSeconds(kHalfYear));
  return info.zone_abbr;
}

bool DatetimePattern::CanName(const TimeZone& zone) {
  if (zone.fixed_offset()) return true;
  // Java has names for the zones that the database only numbers.
  std::string name = zone.zone().At(absl::UnixEpoch()).zone_abbr;
  return !name.empty() && name[0] >= 'A' && name[0] <= 'Z';
}

// ------------------------------------------------------------------------------------- parsing

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
  std::size_t most = static_cast<std::size_t>(element.max_width + element.subsequent_width);
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
                                                               bool allow_zone) const {
  std::optional<Parsed> parsed = ParseFields(text);
  if (!parsed || (!allow_zone && parsed->zone)) return std::nullopt;
  std::optional<Local> local = Resolve(*parsed);
  if (!local) return std::nullopt;
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

// ---------------------------------------------------------------------------------- formatting

std::optional<std::string> DatetimePattern::Format(std::int64_t micros,
                                                   const TimeZone* zone) const {
  std::int64_t utc = FloorDiv(micros, 1'000'000);
  std::int64_t nanos = (micros - utc * 1'000'000) * 1000;
  int offset = zone == nullptr ? 0 : zone->OffsetAt(utc);
  std::int64_t seconds = utc + offset;
  std::int64_t days = FloorDiv(seconds, 86'400);
  std::int64_t time = seconds - days * 86'400;
  CivilDate date = CivilFromDays(days);
  std::int64_t hour = time / 3600;
  auto value = [&](Field field) -> std::int64_t {
    switch (field) {
      case Field::kYear:
        return date.year;
      case Field::kYearOfEra:
        return date.year > 0 ? date.year : 1 - date.year;
      case Field::kQuarter:
        return (date.month + 2) / 3;
      case Field::kMonth:
        return date.month;
      case Field::kDay:
        return date.day;
      case Field::kDayOfYear:
        return days - DaysFromCivil(date.year, 1, 1) + 1;
      case Field::kHour:
        return hour;
      case Field::kClockHour:
        return hour == 0 ? 24 : hour;
      case Field::kHalfHour:
        return hour % 12;
      case Field::kClockHalfHour:
        return hour % 12 == 0 ? 12 : hour % 12;
      case Field::kMinute:
        return time / 60 % 60;
      case Field::kSecond:
        return time % 60;
      default:
        return 0;
    }
  };
  std::string out;
  for (const Element& element : elements_) {
    switch (element.kind) {
      case Kind::kLiteral:
        out += element.text;
        break;
      case Kind::kNumber: {
        std::int64_t number = value(element.field);
        std::string digits = std::to_string(std::abs(number));
        if (static_cast<int>(digits.size()) > element.max_width) return std::nullopt;
        if (number < 0) {
          if (element.sign == Sign::kNotNegative) return std::nullopt;
          out += '-';
        } else if (element.sign == Sign::kExceedsPad &&
                   static_cast<int>(digits.size()) > element.min_width) {
          out += '+';
        }
        out.append(std::max(0, element.min_width - static_cast<int>(digits.size())), '0');
        out += digits;
        break;
      }
      case Kind::kReducedYear:
        out += fmt::format("{:02}", std::abs(value(element.field)) % 100);
        break;
      case Kind::kFraction:
        out += fmt::format("{:09}", nanos).substr(0, element.max_width);
        break;
      case Kind::kMonthName:
        out += kMonths[date.month - 1].substr(0, element.full ? std::string_view::npos : 3);
        break;
      case Kind::kDayName:
        // 1970-01-01 was a Thursday.
        out += kDays[((days + 3) % 7 + 7) % 7].substr(0, element.full ? std::string_view::npos : 3);
        break;
      case Kind::kQuarterName:
        out += element.full ? std::string(kQuarters[value(Field::kQuarter) - 1])
                            : fmt::format("Q{}", value(Field::kQuarter));
        break;
      case Kind::kHalfOfDay:
        out += hour < 12 ? "AM" : "PM";
        break;
      case Kind::kEra:
        out += date.year > 0 ? (element.full ? "Anno Domini" : "AD")
                             : (element.full ? "Before Christ" : "BC");
        break;
      case Kind::kOffset: {
        if (zone == nullptr) return std::nullopt;
        // What the pattern does not show counts as zero.
        bool shows_seconds = element.text.find("ss") != std::string::npos;
        int shown = shows_seconds ? offset : offset / 60 * 60;
        out += shown == 0 ? element.no_offset : FormatOffset(element.text, offset);
        break;
      }
      case Kind::kLocalizedOffset:
        if (zone == nullptr) return std::nullopt;
        out += "GMT";
        if (offset != 0) {
          int total = std::abs(offset);
          out += offset < 0 ? '-' : '+';
          if (element.full) {
            out += fmt::format("{:02}:{:02}", total / 3600, total / 60 % 60);
            if (total % 60 != 0) out += fmt::format(":{:02}", total % 60);
          } else {
            out += std::to_string(total / 3600);
            if (total % 3600 != 0) out += fmt::format(":{:02}", total / 60 % 60);
            if (total % 60 != 0) out += fmt::format(":{:02}", total % 60);
          }
        }
        break;
      case Kind::kZoneId:
        if (zone == nullptr) return std::nullopt;
        out += zone->id();
        break;
      case Kind::kZoneName:
        if (zone == nullptr) return std::nullopt;
        out += ZoneName(*zone, utc);
        break;
      case Kind::kOptionalStart:
      case Kind::kOptionalEnd:
        break;
    }
  }
  return out;
}

}  // namespace millrace::processor::duckdb
