#include "processor/duckdb/from_json_fast.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>
#include <unordered_map>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "processor/duckdb/datetime_text.h"
#include "processor/duckdb/decimal_text.h"

namespace millrace::processor::duckdb {

using Kind = DataType::Kind;

/// What a value becomes.
struct FastJsonParser::Target {
  Kind kind = Kind::kNull;
  ColumnBuilder* column = nullptr;  ///< Null: read over the value.
  /// Holds binary: wrong base64 spoils what follows, also where the value is not wanted.
  bool holds_binary = false;
  int precision = 0;
  int scale = 0;
  std::unique_ptr<Object> object;   ///< Of a struct.
  std::unique_ptr<Target> element;  ///< Of an array; the value of a map.
};

struct FastJsonParser::Object {
  struct Field {
    std::string key;  ///< The name with its closing quote.
    std::unique_ptr<Target> target;
    std::uint64_t seen = 0;  ///< The row in which it came last.
  };
  std::vector<Field> fields;
  std::unordered_map<std::string_view, std::size_t> index;
  std::uint64_t row = 0;
};

namespace {

// Deeper values are left to the exact parser.
constexpr int kMostDepth = 32;
constexpr std::size_t kMostKeyBytes = 16'384;  // Below Spark's limit of 50,000.
constexpr std::size_t kLinearSearch = 8;

bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// What may stand behind a number or a word.
bool EndsToken(char c) {
  return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// The first quote, backslash or control character from `p` on; at least `end` when there is none.
const char* FindSpecial(const char* p, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i highest_control = _mm_set1_epi8(0x1F);
  for (; p < end; p += 16) {
    __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, highest_control), bytes);
    __m128i hit = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)), control);
    int mask = _mm_movemask_epi8(hit);
    if (mask != 0) return p + std::countr_zero(static_cast<unsigned>(mask));
  }
  return end;
#else
  while (p < end && *p != '"' && *p != '\\' && static_cast<unsigned char>(*p) >= 0x20) ++p;
  return p;
#endif
}

int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Four hex digits; -1 when they are none.
int HexUnit(const char* p) {
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    int digit = HexDigit(p[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

char* PutUtf8(std::uint32_t c, char* out) {
  if (c < 0x80) {
    *out++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *out++ = static_cast<char>(0xC0 | (c >> 6));
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    *out++ = static_cast<char>(0xE0 | (c >> 12));
    *out++ = static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  } else {
    *out++ = static_cast<char>(0xF0 | (c >> 18));
    *out++ = static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    *out++ = static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  }
  return out;
}

// Writes what the escape at `*p` (behind the backslash) stands for; null: not for the fast way.
char* PutEscape(const char** p, const char* end, char* out) {
  char c = **p;
  ++*p;
  switch (c) {
    case '"':
    case '\\':
    case '/':
      *out++ = c;
      return out;
    case 'b':
      *out++ = '\b';
      return out;
    case 'f':
      *out++ = '\f';
      return out;
    case 'n':
      *out++ = '\n';
      return out;
    case 'r':
      *out++ = '\r';
      return out;
    case 't':
      *out++ = '\t';
      return out;
    case 'u':
      break;
    default:
      return nullptr;
  }
  if (end - *p < 4) return nullptr;
  int unit = HexUnit(*p);
  if (unit < 0) return nullptr;
  *p += 4;
  auto code = static_cast<std::uint32_t>(unit);
  if (code >= 0xD800 && code <= 0xDFFF) {
    if (code >= 0xDC00 || end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u') return nullptr;
    int low = HexUnit(*p + 2);
    if (low < 0xDC00 || low > 0xDFFF) return nullptr;
    *p += 6;
    code = 0x10000 + ((code & 0x3FF) << 10) + (static_cast<std::uint32_t>(low) & 0x3FF);
  }
  return PutUtf8(code, out);
}

constexpr std::array<double, 23> kPowers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                            1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                            1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// A plain number with few digits is exact in one division; others go the long way.
double QuickDouble(const char* start, const char* end) {
  const char* p = start;
  bool negative = *p == '-';
  if (negative) ++p;
  std::uint64_t mantissa = 0;
  const char* first = p;
  int fraction = 0;
  while (p < end && IsDigit(*p)) mantissa = mantissa * 10 + static_cast<std::uint64_t>(*p++ - '0');
  if (p < end && *p == '.') {
    const char* point = ++p;
    while (p < end && IsDigit(*p))
      mantissa = mantissa * 10 + static_cast<std::uint64_t>(*p++ - '0');
    fraction = static_cast<int>(p - point);
  }
  if (p != end || p - first > 16 || mantissa > (1ull << 53)) {
    return ParseDouble(std::string_view(start, static_cast<std::size_t>(end - start)));
  }
  double value = static_cast<double>(mantissa) / kPowers[static_cast<std::size_t>(fraction)];
  return negative ? -value : value;
}

// The most common spelling, 2026-01-31T12:34:56[.fraction][Z|+hh:mm] with T or a space.
std::optional<std::int64_t> QuickTimestamp(std::string_view text, const TimeZone& zone) {
  constexpr std::size_t kSeconds = 19;
  if (text.size() < kSeconds) return std::nullopt;
  bool good = text[4] == '-' && text[7] == '-' && (text[10] == 'T' || text[10] == ' ') &&
              text[13] == ':' && text[16] == ':';
  auto two = [&](std::size_t i) {
    auto tens = static_cast<unsigned char>(text[i] - '0');
    auto ones = static_cast<unsigned char>(text[i + 1] - '0');
    good &= tens < 10 && ones < 10;
    return tens * 10 + ones;
  };
  int year = two(0) * 100 + two(2);
  int month = two(5);
  int day = two(8);
  int hour = two(11);
  int minute = two(14);
  int second = two(17);
  if (!good || month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month) || hour > 23 ||
      minute > 59 || second > 59) {
    return std::nullopt;
  }
  std::size_t at = kSeconds;
  std::int64_t fraction = 0;
  if (at < text.size() && text[at] == '.') {
    std::int64_t unit = 100'000;
    for (++at; at < text.size() && IsDigit(text[at]); ++at, unit /= 10) {
      fraction += unit * (text[at] - '0');
    }
  }
  std::int64_t seconds =
      DaysFromCivil(year, month, day) * 86'400 + hour * 3600 + minute * 60 + second;
  const std::string_view suffix = text.substr(at);
  if (suffix.empty()) {
    seconds = zone.fixed_offset() ? seconds - *zone.fixed_offset() : zone.FromLocal(seconds);
  } else if (suffix.size() == 6 && (suffix[0] == '+' || suffix[0] == '-') && suffix[3] == ':') {
    const int hours = two(at + 1);
    const int minutes = two(at + 4);
    if (!good || hours > 17 || minutes > 59) return std::nullopt;
    const int offset = hours * 3600 + minutes * 60;
    seconds += suffix[0] == '-' ? offset : -offset;
  } else if (suffix != "Z") {
    return std::nullopt;
  }
  return seconds * 1'000'000 + fraction;
}

}  // namespace

bool FastJsonParser::Handles(const DataType& schema) {
  if (!schema.is(Kind::kStruct)) return false;
  std::unordered_map<std::string_view, int> names;
  for (const StructField& field : schema.fields()) {
    if (names[field.name]++ > 0) return false;
    for (char c : field.name) {
      if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) return false;
    }
  }
  return true;
}

void FastJsonParser::MakeFields(const DataType& type, std::string_view unreadable, Object* object) {
  for (const StructField& field : type.fields()) {
    Object::Field made;
    // No key of a document holds a line feed.
    made.key = (!unreadable.empty() && field.name == unreadable ? "\n" : field.name) + '"';
    object->fields.push_back(std::move(made));
  }
  for (std::size_t i = 0; i < object->fields.size(); ++i) {
    std::string_view key = object->fields[i].key;
    object->index[key.substr(0, key.size() - 1)] = i;
  }
}

namespace {

bool HoldsBinary(const DataType& type) {
  if (type.is(Kind::kArray)) return HoldsBinary(type.elementType());
  if (type.is(Kind::kMap)) return HoldsBinary(type.valueType());
  if (!type.is(Kind::kStruct)) return type.is(Kind::kBinary);
  return std::any_of(type.fields().begin(), type.fields().end(),
                     [](const StructField& field) { return HoldsBinary(field.dataType); });
}

}  // namespace

std::unique_ptr<FastJsonParser::Target> FastJsonParser::MakeTarget(const DataType& type,
                                                                   ColumnBuilder* column) {
  auto target = std::make_unique<Target>();
  target->kind = type.kind();
  target->column = column;
  target->holds_binary = HoldsBinary(type);
  if (column == nullptr) return target;
  if (type.is(Kind::kDecimal)) {
    target->precision = type.precision();
    target->scale = type.scale();
  } else if (type.is(Kind::kArray)) {
    target->element = MakeTarget(type.elementType(), &column->child(0));
  } else if (type.is(Kind::kMap)) {
    target->element = MakeTarget(type.valueType(), &column->child(1));
  } else if (type.is(Kind::kStruct)) {
    target->object = std::make_unique<Object>();
    MakeFields(type, "", target->object.get());
    for (std::size_t i = 0; i < type.fields().size(); ++i) {
      target->object->fields[i].target = MakeTarget(type.fields()[i].dataType, &column->child(i));
    }
  }
  return target;
}

FastJsonParser::FastJsonParser(const DataType& schema, const FromJsonOptions& options,
                               const std::vector<ColumnBuilder*>& columns)
    : options_(options), root_(std::make_unique<Object>()) {
  MakeFields(schema, options.corrupt_column, root_.get());
  bool corrupt = false;
  for (const StructField& field : schema.fields()) corrupt |= field.name == options.corrupt_column;
  tolerant_ = !options.fail_fast && !corrupt;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    root_->fields[i].target = MakeTarget(schema.fields()[i].dataType, columns[i]);
  }
}

FastJsonParser::~FastJsonParser() = default;

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
