// INTERVAL literals: `1 DAY 2 HOURS`, `'1-2' YEAR TO MONTH`, `'1 day 2 hours'`.

#include <array>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "sql/text_parser.h"

namespace millrace::sql {
using plan::ExpressionPtr;

/// A unit of time in an INTERVAL.
struct TextParser::Unit {
  std::string_view name;  // Without its s.
  int months;
  std::int64_t micros;
  int field;  // Of the interval's type: YEAR 0, MONTH 1; DAY 0 .. SECOND 3.
};

namespace {

using Unit = TextParser::Unit;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::array<Unit, 10> kUnits = {{{"YEAR", 12, 0, 0},
                                          {"MONTH", 1, 0, 1},
                                          {"WEEK", 0, 7 * 86400 * kSecond, 0},
                                          {"DAY", 0, 86400 * kSecond, 0},
                                          {"HOUR", 0, 3600 * kSecond, 1},
                                          {"MINUTE", 0, 60 * kSecond, 2},
                                          {"SECOND", 0, kSecond, 3},
                                          {"MILLISECOND", 0, 1000, 3},
                                          {"MICROSECOND", 0, 1, 3},
                                          {"NANOSECOND", 0, 0, 3}}};

const Unit* UnitOf(std::string_view word) {
  if (word.ends_with('S')) word.remove_suffix(1);
  for (const Unit& unit : kUnits) {
    if (unit.name == word) return &unit;
  }
  return nullptr;
}

std::string UpperCase(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// A number without sign, with at most `fraction_digits` digits behind its point, in units of
// 10^-fraction_digits.
std::optional<__int128> ParseFixed(std::string_view text, int fraction_digits) {
  __int128 value = 0;
  std::size_t i = 0;
  std::size_t digits = 0;
  for (; i < text.size() && IsDigit(text[i]); ++i, ++digits) value = value * 10 + (text[i] - '0');
  int fraction = 0;
  if (i < text.size() && text[i] == '.') {
    for (++i; i < text.size() && IsDigit(text[i]); ++i, ++digits, ++fraction) {
      value = value * 10 + (text[i] - '0');
    }
  }
  if (i < text.size() || digits == 0 || digits > 30 || fraction > fraction_digits) {
    return std::nullopt;
  }
  for (; fraction < fraction_digits; ++fraction) value *= 10;
  return value;
}

// What one value and unit after the other add up to.
class IntervalSum {
 public:
  enum class Outcome { kOk, kNoNumber, kFraction, kOverflow };
  Outcome Add(std::string_view number, const Unit& unit) {
    bool negative = false;
    if (number.starts_with('-') || number.starts_with('+')) {
      negative = number[0] == '-';
      number.remove_prefix(1);
    }
    const bool is_second = unit.name == "SECOND";
    const std::optional<__int128> value = ParseFixed(number, is_second ? 9 : 0);
    if (!value) return ParseFixed(number, 9) ? Outcome::kFraction : Outcome::kNoNumber;
    (unit.months > 0 ? has_months_ : has_time_) = true;
    first_ = std::min(first_, unit.field);
    last_ = std::max(last_, unit.field);
    __int128 amount = *value;
    if (is_second) amount /= 1000;
    if (unit.name == "NANOSECOND") amount /= 1000;
    if (!is_second && unit.micros > 0) amount *= unit.micros;
    if (unit.months > 0) amount *= unit.months;
    __int128& sum = unit.months > 0 ? months_ : micros_;
    sum += negative ? -amount : amount;
    const __int128 limit = unit.months > 0 ? __int128{std::numeric_limits<std::int32_t>::max()}
                                           : __int128{std::numeric_limits<std::int64_t>::max()};
    return sum > limit || sum < -limit ? Outcome::kOverflow : Outcome::kOk;
  }
  bool mixed() const { return has_months_ && has_time_; }
  bool empty() const { return !has_months_ && !has_time_; }
  ExpressionPtr literal() const {
    if (has_months_) {
      return plan::Literal(data::Value::Int(static_cast<std::int64_t>(months_)),
                           YearMonthIntervalType(first_, last_));
    }
    return plan::Literal(data::Value::Int(static_cast<std::int64_t>(micros_)),
                         DayTimeIntervalType(first_, last_));
  }

 private:
  __int128 months_ = 0;
  __int128 micros_ = 0;
  bool has_months_ = false;
  bool has_time_ = false;
  int first_ = 3;
  int last_ = 0;
};

// The fields of `1 02:03:04.5` or `1-2`: their texts, without separators.
std::vector<std::string_view> SplitFields(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t end = text.find_first_of(separators);
    fields.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return fields;
    text.remove_prefix(end + 1);
  }
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

bool TextParser::AtInterval() const {
  if (!At("INTERVAL")) return false;
  const std::size_t number = AtSymbol("-", 1) || AtSymbol("+", 1) ? 2 : 1;
  const Token::Kind kind = Peek(number).kind;
  const bool has_number = kind == Token::Kind::kInteger || kind == Token::Kind::kDecimal ||
                          kind == Token::Kind::kString;
  if (!has_number) return false;
  // `interval - 1` is a difference.
  return number == 1 || UnitOf(Peek(number + 1).text) != nullptr;
}

ExpressionPtr TextParser::Interval() {
  const Token& start = Take();
  const bool sign = AtSymbol("-") || AtSymbol("+");
  const std::size_t value = sign ? 1 : 0;
  if (Peek(value).kind == Token::Kind::kString && UnitOf(Peek(value + 1).text) == nullptr) {
    return IntervalText(start, StringLiteral());
  }
  if (!At("TO", value + 2)) return MultiUnitInterval(start);
  const bool negative = AtSymbol("-");
  const Token& first = Peek();
  if (sign) Take();
  const Token& text = Take();
  return UnitToUnitInterval(
      first, text.kind == Token::Kind::kString ? text.text : std::string(text.raw), negative);
}

/// `value` begins what the error is about.
void TextParser::IntervalError(const Token& value, std::string_view condition, std::string_view text,
                               std::map<std::string, std::string> parameters) {
  const std::string& input = parameters["input"];
  const std::string full = fmt::format(
      "Error parsing '{}' to interval. Please ensure that the value provided is in a valid format "
      "for defining an interval. You can reference the documentation for the correct format. {}",
      input, text);
  const std::string name = fmt::format("INVALID_INTERVAL_FORMAT.{}", condition);
  // Two of them come from the code that casts, which knows no place.
  if (condition != "INVALID_FRACTION" && condition != "ARITHMETIC_EXCEPTION") {
    return FailAbout(value, full, name, "22006", std::move(parameters));
  }
  FailMeaning(base::Status::InvalidArgument(fmt::format("[{}] {} SQLSTATE: 22006", name, full))
           .WithSparkError({"SparkIllegalArgumentException", name, "22006", std::move(parameters)}));
}

void TextParser::MixedInterval(const Token& start) {
  const std::string literal(sql_.substr(start.offset, tokens_[next_ - 1].end() - start.offset));
  FailAbout(start, "Cannot mix year-month and day-time fields: " + literal + ".",
            "_LEGACY_ERROR_TEMP_0029", "", {{"literal", literal}});
}

ExpressionPtr TextParser::MultiUnitInterval(const Token& start) {
  const Token& first = Peek();
  IntervalSum sum;
  std::string input;
  auto outcome = IntervalSum::Outcome::kOk;
  std::string wrong_unit;
  while (outcome == IntervalSum::Outcome::kOk) {
    const std::size_t value = AtSymbol("-") || AtSymbol("+") ? 1 : 0;
    const Token& token = Peek(value);
    const bool number = token.kind == Token::Kind::kInteger ||
                        token.kind == Token::Kind::kDecimal || token.kind == Token::Kind::kString;
    const Unit* unit = UnitOf(Peek(value + 1).text);
    if (!number || unit == nullptr || Peek(value + 1).kind != Token::Kind::kWord) break;
    wrong_unit = LowerCase(Peek(value + 1).text);
    std::string text(AtSymbol("-") ? "-" : "");
    text += token.kind == Token::Kind::kString ? std::string(Trimmed(token.text))
                                               : std::string(token.raw);
    if (text.starts_with("--")) text.erase(0, 2);
    if (text.starts_with("-+")) text.erase(1, 1);
    input += fmt::format(" {} {}", text, Peek(value + 1).raw);
    for (std::size_t i = 0; i < value + 2; ++i) Take();
    outcome = sum.Add(text, *unit);
    if (outcome == IntervalSum::Outcome::kNoNumber) {
      FailAbout(first,
                "Can only use numbers in the interval value part for multiple unit value pairs "
                "interval form, but got invalid value: " + text + ".",
                "_LEGACY_ERROR_TEMP_0026", "", {{"value", text}});
      return plan::NullLiteral();
    }
  }
  if (outcome == IntervalSum::Outcome::kFraction) {
    IntervalError(first, "INVALID_FRACTION", wrong_unit + " cannot have fractional part.",
                  {{"input", input}, {"unit", wrong_unit}});
  } else if (outcome == IntervalSum::Outcome::kOverflow) {
    IntervalError(first, "ARITHMETIC_EXCEPTION",
                  fmt::format("Uncaught arithmetic exception while parsing '{}'.", input),
                  {{"input", input}});
  } else if (sum.mixed()) {
    MixedInterval(start);
  } else if (sum.empty()) {
    SyntaxError();
  }
  return failed() ? plan::NullLiteral() : sum.literal();
}

ExpressionPtr TextParser::IntervalText(const Token& start, const std::string& text) {
  IntervalSum sum;
  std::vector<std::string> words;
  for (const std::string_view word : SplitFields(text, " \t\r\n")) {
    if (!word.empty()) words.push_back(UpperCase(word));
  }
  std::size_t i = !words.empty() && words[0] == "INTERVAL" ? 1 : 0;
  bool wrong = false;
  while (i < words.size() && !wrong) {
    std::string number = words[i++];
    if ((number == "-" || number == "+") && i < words.size()) number += words[i++];
    const Unit* unit = i < words.size() ? UnitOf(words[i++]) : nullptr;
    wrong = unit == nullptr || sum.Add(number, *unit) != IntervalSum::Outcome::kOk;
  }
  if (wrong || sum.empty()) return InvalidLiteral(start, text);
  if (sum.mixed()) MixedInterval(start);
  return sum.literal();
}

ExpressionPtr TextParser::UnitToUnitInterval(const Token& value, const std::string& text,
                                             bool negative) {
  const Unit* from = UnitOf(Peek().text);
  Take();
  Expect("TO");
  const Unit* to = UnitOf(Peek().text);
  if (to == nullptr) {
    SyntaxError();
    return plan::NullLiteral();
  }
  Take();
  const bool months = from->months > 0;
  const std::string names[] = {LowerCase(from->name), LowerCase(to->name)};
  if (months != (to->months > 0) || from->field >= to->field) {
    IntervalError(value, "UNSUPPORTED_FROM_TO_EXPRESSION",
                  fmt::format("Cannot support (interval '{}' {} to {}) expression.", text, names[0],
                              names[1]),
                  {{"input", text}, {"from", names[0]}, {"to", names[1]}});
    return plan::NullLiteral();
  }
  if (UnitOf(Peek(1).text) != nullptr && (Peek().kind == Token::Kind::kString ||
                                          Peek().kind == Token::Kind::kInteger)) {
    while (UnitOf(Peek(1).text) != nullptr && !AtEnd()) {
      Take();
      Take();
    }
    FailAbout(tokens_[&value - tokens_.data() - 1],
              "Can only have a single from-to unit in the interval literal syntax.",
              "_LEGACY_ERROR_TEMP_0024", "", {});
    return plan::NullLiteral();
  }
  std::string_view rest = Trimmed(text);
  if (rest.starts_with('-') || rest.starts_with('+')) {
    negative = negative != (rest[0] == '-');
    rest.remove_prefix(1);
  }
  const std::vector<std::string_view> fields = SplitFields(rest, months ? "-" : " :");
  IntervalSum sum;
  bool matches = fields.size() == static_cast<std::size_t>(to->field - from->field + 1);
  for (std::size_t i = 0; i < fields.size() && matches; ++i) {
    const Unit& unit = months ? kUnits[from->field + i] : kUnits[3 + from->field + i];
    matches = sum.Add((negative ? "-" : "") + std::string(fields[i]), unit) ==
              IntervalSum::Outcome::kOk;
    const std::optional<__int128> number = ParseFixed(fields[i], 9);
    const int max = months ? 11 : unit.name == "HOUR" ? 23 : 59;
    if (!matches || i == 0 || !number || *number <= __int128{max} * 1'000'000'000 + 999'999'999) {
      continue;
    }
    FieldOutOfRange(value, text, months, LowerCase(unit.name), std::string(fields[i]), max);
    return plan::NullLiteral();
  }
  if (!matches) UnmatchedInterval(value, text, *from, *to);
  return failed() ? plan::NullLiteral() : sum.literal();
}

void TextParser::FieldOutOfRange(const Token& value, const std::string& text, bool months,
                                 const std::string& unit, const std::string& field, int max) {
  if (months) {
    return IntervalError(value, "INTERVAL_PARSING", "Error parsing interval year-month string.",
                         {{"input", text}, {"interval", "year-month"}});
  }
  const std::string wrong =
      fmt::format("requirement failed: {} {} outside range [0, {}]", unit, field, max);
  FailAbout(value, wrong + ".", "_LEGACY_ERROR_TEMP_0063", "", {{"msg", wrong}});
}

void TextParser::UnmatchedInterval(const Token& value, const std::string& text, const Unit& from,
                                   const Unit& to) {
  const bool months = from.months > 0;
  static constexpr std::string_view kFields[] = {"d", "h", "m", "s.n"};
  std::string shape = months ? "y-m" : "";
  for (int field = from.field; !months && field <= to.field; ++field) {
    if (field > from.field) shape += field == 1 ? ' ' : ':';
    shape += kFields[field];
  }
  const std::string units = fmt::format("{} TO {}", from.name, to.name);
  const std::string formats =
      fmt::format("`[+|-]{0}`, `INTERVAL [+|-]'[+|-]{0}' {1}`", shape, units);
  const std::string type = "interval " + LowerCase(units);
  const std::string kind = months ? "year-month" : "day-time";
  std::string wrong =
      fmt::format("Interval string does not match {} format of {} when cast to {}: {}.", kind,
                  formats, type, text);
  if (!months) {
    wrong +=
        " Set \"spark.sql.legacy.fromDayTimeString.enabled\" to \"true\" to restore the behavior "
        "before Spark 3.0.";
  }
  IntervalError(value, months ? "UNMATCHED_FORMAT_STRING" : "UNMATCHED_FORMAT_STRING_WITH_NOTICE",
                wrong,
                {{"intervalStr", kind},
                 {"supportedFormat", formats},
                 {"typeName", type},
                 {"input", text}});
}

}  // namespace millrace::sql
