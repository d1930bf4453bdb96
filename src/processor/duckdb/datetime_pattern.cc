// What Spark allows in a pattern, and how it becomes elements.

#include "processor/duckdb/datetime_pattern.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "data/value.h"
#include "processor/duckdb/datetime_names.h"
#include "processor/duckdb/spark_error.h"

namespace millrace::processor::duckdb {
namespace {

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

// Deeper patterns are refused instead of using up the stack.
constexpr std::size_t kMostOpen = 100;

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
        if (open_.size() == kMostOpen) {
          return base::Status::Unsupported(
              fmt::format("A datetime pattern with more than {} optional sections inside one "
                          "another is not supported.",
                          kMostOpen));
        }
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

}  // namespace millrace::processor::duckdb
