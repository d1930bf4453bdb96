#include "processor/duckdb/from_json_fast.h"

#include <cstring>
#include <limits>
#include <optional>

#include "processor/duckdb/datetime_text.h"
#include "processor/duckdb/decimal_text.h"
#include "processor/duckdb/from_json_target.h"
#include "processor/duckdb/json_scan.h"
#include "processor/duckdb/quick_values.h"

namespace millrace::processor::duckdb {

using Kind = DataType::Kind;

namespace {

// Deeper values are left to the exact parser.
constexpr int kMostDepth = 32;
constexpr std::size_t kMostKeyBytes = 16'384;  // Below Spark's limit of 50,000.
constexpr std::size_t kLinearSearch = 8;

}  // namespace

// The bytes behind end_ can be read, so looking at one character needs no check; a record that was
// read beyond its end is given up in Parse or before a loop could run on.
inline void FastJsonParser::SkipSpace() {
  if (static_cast<unsigned char>(*at_) > ' ') return;
  while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
}

bool FastJsonParser::Parse(std::string_view json, std::int64_t now_us) {
  now_us_ = now_us;
  at_ = json.data();
  end_ = at_ + json.size();
  SkipSpace();
  if (at_ >= end_ || *at_ != '{') return false;
  ++at_;
  // What follows the object does not matter.
  return ParseObject(root_.get(), tolerant_) && at_ <= end_;
}

bool FastJsonParser::SkipToColon() {
  SkipSpace();
  if (at_ >= end_ || *at_ != ':') return false;
  ++at_;
  SkipSpace();
  return at_ < end_;
}

// A key without escapes; the position is behind its opening quote.
bool FastJsonParser::Key(std::string_view* key) {
  const char* stop = FindSpecial(at_, end_);
  if (stop >= end_ || *stop != '"') return false;
  *key = std::string_view(at_, static_cast<std::size_t>(stop - at_));
  at_ = stop + 1;
  return key->size() < kMostKeyBytes;
}

bool FastJsonParser::ParseObject(Object* object, bool tolerant) {
  ++object->row;
  std::size_t count = object->fields.size();
  std::size_t guess = 0;
  std::size_t filled = 0;
  SkipSpace();
  if (at_ < end_ && *at_ == '}') {
    ++at_;
  } else {
    while (true) {
      if (at_ >= end_ || *at_ != '"') return false;
      ++at_;
      Object::Field* field = nullptr;
      if (guess < count) {
        Object::Field& expected = object->fields[guess];
        if (static_cast<std::size_t>(end_ - at_) >= expected.key.size() &&
            std::memcmp(at_, expected.key.data(), expected.key.size()) == 0) {
          field = &expected;
          at_ += expected.key.size();
        }
      }
      if (field == nullptr) {
        std::string_view key;
        if (!Key(&key)) return false;
        if (count <= kLinearSearch) {
          for (Object::Field& candidate : object->fields) {
            if (candidate.key.size() == key.size() + 1 &&
                std::memcmp(candidate.key.data(), key.data(), key.size()) == 0) {
              field = &candidate;
            }
          }
        } else if (auto found = object->index.find(key); found != object->index.end()) {
          field = &object->fields[found->second];
        }
      }
      if (!SkipToColon()) return false;
      if (field == nullptr) {
        if (!SkipValue(0)) return false;
      } else {
        if (field->seen == object->row) return false;
        field->seen = object->row;
        ++filled;
        guess = static_cast<std::size_t>(field - object->fields.data()) + 1;
        if (!ParseValue(field->target.get(), tolerant)) return false;
      }
      SkipSpace();
      if (at_ >= end_) return false;
      char c = *at_++;
      if (c == '}') break;
      if (c != ',') return false;
      SkipSpace();
    }
  }
  if (filled < count) {
    for (Object::Field& field : object->fields) {
      if (field.seen != object->row && field.target->column != nullptr) {
        field.target->column->AppendNull();
      }
    }
  }
  return true;
}

// A value of the wrong kind: null, where nothing else depends on it.
bool FastJsonParser::Bad(Target* target, bool tolerant) {
  if (!tolerant || !SkipValue(0)) return false;
  target->column->AppendNull();
  return true;
}

bool FastJsonParser::Literal(std::string_view word) {
  if (static_cast<std::size_t>(end_ - at_) <= word.size() ||
      std::memcmp(at_, word.data(), word.size()) != 0) {
    return false;
  }
  char next = at_[word.size()];
  if (!EndsToken(next)) return false;
  at_ += word.size();
  return true;
}

bool FastJsonParser::ParseValue(Target* target, bool tolerant) {
  if (target->column == nullptr) {
    return (!target->holds_binary || *at_ == 'n') && SkipValue(0);
  }
  switch (*at_) {
    case 'n':
      if (!Literal("null")) return false;
      target->column->AppendNull();
      return true;
    case 't':
    case 'f': {
      bool value = *at_ == 't';
      if (target->kind == Kind::kBoolean) {
        if (!Literal(value ? "true" : "false")) return false;
        target->column->AppendBool(value);
        return true;
      }
      if (target->kind == Kind::kString) {
        std::string_view word = value ? "true" : "false";
        if (!Literal(word)) return false;
        target->column->AppendBytes(word);
        return true;
      }
      return Bad(target, tolerant);
    }
    case '"':
      return ParseText(target, tolerant);
    case '{':
      if (target->kind == Kind::kStruct) {
        ++at_;
        if (!ParseObject(target->object.get(), false)) return false;
        target->column->AppendNested();
        return true;
      }
      if (target->kind == Kind::kMap) return ParseMap(target);
      return target->kind != Kind::kString && Bad(target, tolerant);
    case '[':
      if (target->kind == Kind::kArray) return ParseArray(target);
      return target->kind != Kind::kString && Bad(target, tolerant);
    default:
      return ParseNumber(target, tolerant);
  }
}

bool FastJsonParser::ParseArray(Target* target) {
  ++at_;
  SkipSpace();
  if (at_ < end_ && *at_ == ']') {
    ++at_;
  } else {
    while (true) {
      if (at_ >= end_ || !ParseValue(target->element.get(), false)) return false;
      SkipSpace();
      if (at_ >= end_) return false;
      char c = *at_++;
      if (c == ']') break;
      if (c != ',') return false;
      SkipSpace();
    }
  }
  target->column->AppendNested();
  return true;
}

bool FastJsonParser::ParseMap(Target* target) {
  ++at_;
  SkipSpace();
  if (at_ < end_ && *at_ == '}') {
    ++at_;
  } else {
    while (true) {
      std::string_view key;
      if (at_ >= end_ || *at_++ != '"' || !Key(&key) || !SkipToColon()) return false;
      target->column->child(0).AppendBytes(key);
      if (!ParseValue(target->element.get(), false)) return false;
      SkipSpace();
      if (at_ >= end_) return false;
      char c = *at_++;
      if (c == '}') break;
      if (c != ',') return false;
      SkipSpace();
    }
  }
  target->column->AppendNested();
  return true;
}

bool FastJsonParser::AppendString(ColumnBuilder* column) {
  const char* stop = FindSpecial(at_, end_);
  if (stop >= end_) return false;
  if (*stop == '"') {
    // A copy of constant size is cheaper; the bytes behind a record can be read.
    constexpr std::size_t kShort = 32;
    auto length = static_cast<std::size_t>(stop - at_);
    char* place = column->StartBytes(length + kShort);
    std::memcpy(place, at_, kShort);
    if (length > kShort) std::memcpy(place, at_, length);
    column->FinishBytes(length);
    at_ = stop + 1;
    return true;
  }
  // Decoding never makes a string longer.
  char* start = column->StartBytes(static_cast<std::size_t>(end_ - at_));
  char* out = start;
  const char* p = at_;
  while (true) {
    std::memcpy(out, p, static_cast<std::size_t>(stop - p));
    out += stop - p;
    if (*stop == '"') break;
    p = stop + 1;
    if (*stop != '\\' || p >= end_) return false;
    out = PutEscape(&p, end_, out);
    if (out == nullptr || p >= end_) return false;
    stop = FindSpecial(p, end_);
    if (stop >= end_) return false;
  }
  column->FinishBytes(static_cast<std::size_t>(out - start));
  at_ = stop + 1;
  return true;
}

bool FastJsonParser::ParseText(Target* target, bool tolerant) {
  switch (target->kind) {
    case Kind::kString:
      ++at_;
      return AppendString(target->column);
    case Kind::kDate:
    case Kind::kTimestamp:
    case Kind::kTimestampNtz: {
      const char* start = at_ + 1;
      const char* stop = FindSpecial(start, end_);
      if (stop >= end_ || *stop != '"') return false;
      at_ = stop + 1;
      if (AppendTime(target, std::string_view(start, static_cast<std::size_t>(stop - start)))) {
        return true;
      }
      if (!tolerant) return false;
      target->column->AppendNull();
      return true;
    }
    case Kind::kFloat:
    case Kind::kDouble:
    case Kind::kDecimal:
    case Kind::kBinary:
      return false;
    default:
      return Bad(target, tolerant);
  }
}

bool FastJsonParser::AppendTime(Target* target, std::string_view text) {
  if (text.empty()) return false;
  std::optional<std::int64_t> value;
  if (target->kind == Kind::kDate) {
    const DatetimeFormat& format = options_.date;
    if (format.pattern) {
      value = format.pattern->ParseDate(text);
    } else if (!format.unreadable) {
      value = ParseDate(text);
    }
    if (!value && format.fallback) value = ParseLegacyDate(text);
  } else if (target->kind == Kind::kTimestampNtz) {
    const DatetimeFormat& format = options_.timestamp_ntz;
    if (format.pattern) {
      value = format.pattern->ParseTimestampNtz(text, false);
    } else if (!format.unreadable) {
      value = ParseTimestampNtz(text, false);
    }
  } else {
    const DatetimeFormat& format = options_.timestamp;
    if (format.pattern) {
      value = format.pattern->ParseTimestamp(text, options_.zone);
    } else if (!format.unreadable) {
      value = QuickTimestamp(text, options_.zone);
      if (!value) value = ParseTimestamp(text, options_.zone, now_us_);
    }
    if (!value && format.fallback) value = ParseLegacyTimestamp(text, options_.zone, now_us_);
  }
  if (!value) return false;
  target->column->AppendInt(*value);
  return true;
}

// Moves behind a number of the JSON grammar that something follows.
bool FastJsonParser::SkipNumber(bool* integer) {
  constexpr int kMostCharacters = 512;  // Far below Spark's limit.
  const char* start = at_;
  const char* p = at_;
  if (*p == '-') ++p;
  if (*p == '0') {
    ++p;
  } else {
    if (!IsDigit(*p)) return false;
    while (p < end_ && IsDigit(*p)) ++p;
  }
  *integer = true;
  if (p < end_ && *p == '.') {
    *integer = false;
    const char* digits = ++p;
    while (p < end_ && IsDigit(*p)) ++p;
    if (p == digits) return false;
  }
  if (p < end_ && (*p == 'e' || *p == 'E')) {
    *integer = false;
    ++p;
    if (*p == '+' || *p == '-') ++p;
    const char* digits = p;
    while (p < end_ && IsDigit(*p)) ++p;
    if (p == digits) return false;
  }
  if (p >= end_ || p - start > kMostCharacters) return false;
  if (!EndsToken(*p)) return false;
  at_ = p;
  return true;
}

bool FastJsonParser::ParseNumber(Target* target, bool tolerant) {
  constexpr std::ptrdiff_t kMostDigits = 18;
  const char* start = at_;
  bool integer;
  if (!SkipNumber(&integer)) return false;
  const char* end = at_;
  ColumnBuilder* column = target->column;
  std::string_view text(start, static_cast<std::size_t>(end - start));
  bool negative_zero = text == "-0";  // A whole number, so no negative zero.
  auto whole = [&]() -> std::optional<std::int64_t> {
    if (!integer || end - start > kMostDigits) return std::nullopt;
    std::int64_t value = 0;
    bool negative = *start == '-';
    for (const char* p = start + negative; p < end; ++p) value = value * 10 + (*p - '0');
    return negative ? -value : value;
  };
  std::int64_t limit = std::numeric_limits<std::int64_t>::max();
  switch (target->kind) {
    case Kind::kDouble:
      column->AppendDouble(negative_zero ? 0 : QuickDouble(start, end));
      return true;
    case Kind::kFloat:
      if (negative_zero) return false;
      column->AppendFloat(ParseFloat(text));
      return true;
    case Kind::kShort:
      limit = std::numeric_limits<std::int16_t>::max();
      break;
    case Kind::kInteger:
      limit = std::numeric_limits<std::int32_t>::max();
      break;
    case Kind::kLong:
      break;
    case Kind::kTimestamp: {
      std::optional<std::int64_t> seconds = whole();
      if (!seconds || end - start > 12) return false;
      column->AppendInt(*seconds * 1'000'000);
      return true;
    }
    case Kind::kString:
      if (!integer || negative_zero) return false;
      column->AppendBytes(text);
      return true;
    case Kind::kDecimal: {
      std::optional<BigDecimal> decimal = ParseBigDecimal(text);
      if (!decimal) return false;
      std::optional<__int128> unscaled = ToDecimal(*decimal, target->precision, target->scale);
      if (!unscaled && !tolerant) return false;
      unscaled ? column->AppendDecimal(*unscaled) : column->AppendNull();
      return true;
    }
    case Kind::kByte:
      return false;
    default:
      if (!tolerant) return false;
      column->AppendNull();
      return true;
  }
  std::optional<std::int64_t> value = whole();
  if (value && *value <= limit && *value >= -limit - 1) {
    column->AppendInt(*value);
    return true;
  }
  if (!tolerant || (integer && target->kind == Kind::kLong)) return false;
  column->AppendNull();
  return true;
}

bool FastJsonParser::SkipString() {
  ++at_;
  while (true) {
    const char* stop = FindSpecial(at_, end_);
    if (stop >= end_) return false;
    if (*stop == '"') {
      at_ = stop + 1;
      return true;
    }
    const char* p = stop + 1;
    char ignored[8];
    if (*stop != '\\' || p >= end_ || PutEscape(&p, end_, ignored) == nullptr || p >= end_) {
      return false;
    }
    at_ = p;
  }
}

bool FastJsonParser::SkipValue(int depth) {
  if (at_ >= end_ || depth > kMostDepth) return false;
  switch (*at_) {
    case '"':
      return SkipString();
    case 't':
      return Literal("true");
    case 'f':
      return Literal("false");
    case 'n':
      return Literal("null");
    case '{':
    case '[':
      break;
    default: {
      bool integer;
      return SkipNumber(&integer);
    }
  }
  bool object = *at_++ == '{';
  char close = object ? '}' : ']';
  SkipSpace();
  if (at_ < end_ && *at_ == close) {
    ++at_;
    return true;
  }
  while (true) {
    if (object && (at_ >= end_ || *at_ != '"' || !SkipString() || !SkipToColon())) return false;
    if (!SkipValue(depth + 1)) return false;
    SkipSpace();
    if (at_ >= end_) return false;
    char c = *at_++;
    if (c == close) return true;
    if (c != ',') return false;
    SkipSpace();
  }
}

}  // namespace millrace::processor::duckdb
