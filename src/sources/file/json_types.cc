#include "sources/file/json_types.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string>
#include <vector>

#include "data/cast_text.h"
#include "data/datetime_text.h"
#include "data/decimal_text.h"
#include "sources/file/type_merge.h"

namespace millrace::sources::file {

namespace {

constexpr int kMaxDepth = 1000;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameCharacter(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

void AppendUtf8(unsigned code, std::string* out) {
  if (code < 0x80) {
    out->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out->push_back(static_cast<char>(0xC0 | code >> 6));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xE0 | code >> 12));
    out->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

class TypeReader {
 public:
  TypeReader(std::string_view text, const JsonTypeOptions& options)
      : text_(text), options_(options) {}

  std::optional<DataType> Root() {
    if (!SkipBlanks()) return std::nullopt;
    if (at_ == text_.size()) return DataType(NullType());
    return Value(0);
  }

 private:
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  // False for a comment that is not allowed, or not closed.
  bool SkipBlanks() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        ++at_;
      } else if (c == '/' && options_.allow_comments) {
        const bool block = text_.substr(at_).starts_with("/*");
        if (!block && !text_.substr(at_).starts_with("//")) return false;
        const std::size_t end = text_.find(block ? "*/" : "\n", at_ + 2);
        if (block && end == text_.npos) return false;
        at_ = std::min(end == text_.npos ? end : end + (block ? 2 : 1), text_.size());
      } else {
        break;
      }
    }
    return true;
  }

  std::optional<DataType> Value(int depth) {
    if (depth > kMaxDepth) return std::nullopt;
    const char c = Peek();
    if (c == '{') return Object(depth);
    if (c == '[') return Array(depth);
    if (c == '"' || (c == '\'' && options_.allow_single_quotes)) return Text();
    if (IsDigit(c) || c == '-' || c == '+') return Number();
    return Word();
  }

  std::optional<DataType> Object(int depth) {
    std::vector<StructField> fields;
    ++at_;
    if (!SkipBlanks()) return std::nullopt;
    if (Peek() == '}') {
      ++at_;
      return StructType();
    }
    while (true) {
      const auto name = Name();
      if (!name || !SkipBlanks() || Peek() != ':') return std::nullopt;
      ++at_;
      if (!SkipBlanks()) return std::nullopt;
      const auto type = Value(depth + 1);
      if (!type || !SkipBlanks()) return std::nullopt;
      fields.push_back({*name, *type, true, "{}"});
      const char c = Peek();
      ++at_;
      if (c == '}') break;
      if (c != ',' || !SkipBlanks()) return std::nullopt;
    }
    std::ranges::stable_sort(fields, {}, &StructField::name);
    return StructType(std::move(fields));
  }

  std::optional<DataType> Array(int depth) {
    DataType element;
    ++at_;
    if (!SkipBlanks()) return std::nullopt;
    if (Peek() == ']') {
      ++at_;
      return ArrayType(element, true);
    }
    while (true) {
      const auto type = Value(depth + 1);
      if (!type || !SkipBlanks()) return std::nullopt;
      element = CompatibleType(element, *type);
      const char c = Peek();
      ++at_;
      if (c == ']') return ArrayType(element, true);
      if (c != ',' || !SkipBlanks()) return std::nullopt;
    }
  }

  std::optional<std::string> Name() {
    const char c = Peek();
    if (c == '"' || (c == '\'' && options_.allow_single_quotes)) return Quoted();
    if (!options_.allow_unquoted_names || !IsNameCharacter(c) || IsDigit(c)) return std::nullopt;
    const std::size_t begin = at_;
    while (IsNameCharacter(Peek())) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::optional<std::string> Quoted() {
    const char quote = text_[at_++];
    std::string value;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == quote) return value;
      if (static_cast<unsigned char>(c) < 0x20 && !options_.allow_control_characters) {
        return std::nullopt;
      }
      if (c != '\\') {
        value.push_back(c);
      } else if (!Escape(&value)) {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  bool Escape(std::string* value) {
    if (at_ == text_.size()) return false;
    const char c = text_[at_++];
    constexpr std::string_view kNames = "bfnrt\"\\/";
    constexpr std::string_view kValues = "\b\f\n\r\t\"\\/";
    if (const std::size_t found = kNames.find(c); found != kNames.npos) {
      value->push_back(kValues[found]);
      return true;
    }
    if (c != 'u') {
      value->push_back(c);
      return options_.allow_any_backslash || (c == '\'' && options_.allow_single_quotes);
    }
    unsigned code = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      if (at_ == text_.size()) return false;
      const char digit = text_[at_];
      if (!std::isxdigit(static_cast<unsigned char>(digit))) return false;
      code = code * 16 + static_cast<unsigned>(IsDigit(digit) ? digit - '0' : (digit | 32) - 'a' + 10);
    }
    AppendUtf8(code, value);
    return true;
  }

  std::optional<DataType> Text() {
    const auto text = Quoted();
    if (!text) return std::nullopt;
    if (text->empty()) return DataType(NullType());
    if (options_.prefers_decimal) {
      if (const auto type = DecimalOf(*text)) return type;
    }
    if (options_.infer_timestamp && data::ParseTimestamp(*text, options_.zone, 0)) {
      return DataType(TimestampType());
    }
    return DataType(StringType());
  }

  static std::optional<DataType> DecimalOf(std::string_view text) {
    const auto decimal = data::ParseBigDecimal(text);
    if (!decimal || decimal->scale < 0) return std::nullopt;
    const auto digits = std::max<std::int64_t>(
        static_cast<std::int64_t>(std::max<std::size_t>(decimal->digits.size(), 1)),
        decimal->scale);
    if (digits > 38) return std::nullopt;
    return DecimalType(static_cast<int>(digits), static_cast<int>(decimal->scale));
  }

  // The digits of a number; how many there were.
  std::size_t Digits() {
    const std::size_t begin = at_;
    while (IsDigit(Peek())) ++at_;
    return at_ - begin;
  }

  std::optional<DataType> Number() {
    const std::size_t begin = at_;
    if (Peek() == '-' || Peek() == '+') {
      ++at_;
      if (!IsDigit(Peek())) return Word();
      if (text_[begin] == '+') return std::nullopt;
    }
    const bool zero_first = Peek() == '0';
    if (Digits() > 1 && zero_first && !options_.allow_leading_zeros) return std::nullopt;
    bool whole = true;
    if (Peek() == '.') {
      whole = false;
      ++at_;
      if (Digits() == 0) return std::nullopt;
    }
    if (Peek() == 'e' || Peek() == 'E') {
      whole = false;
      ++at_;
      if (Peek() == '+' || Peek() == '-') ++at_;
      if (Digits() == 0) return std::nullopt;
    }
    if (options_.primitives_as_string) return DataType(StringType());
    const std::string_view number = text_.substr(begin, at_ - begin);
    if (whole && data::ParseInteger(number, INT64_MIN, INT64_MAX)) return DataType(LongType());
    if (whole || options_.prefers_decimal) {
      if (const auto type = DecimalOf(number)) return type;
    }
    return DataType(DoubleType());
  }

  std::optional<DataType> Word() {
    const std::size_t begin = at_;
    while (IsNameCharacter(Peek())) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    const bool is_signed = begin > 0 && (text_[begin - 1] == '-' || text_[begin - 1] == '+');
    if (!is_signed && word == "null") return DataType(NullType());
    if (!is_signed && (word == "true" || word == "false")) {
      return options_.primitives_as_string ? DataType(StringType()) : DataType(BooleanType());
    }
    const bool is_number = word == "Infinity" || word == "INF" || (!is_signed && word == "NaN");
    if (!is_number || !options_.allow_non_numeric) return std::nullopt;
    return options_.primitives_as_string ? DataType(StringType()) : DataType(DoubleType());
  }

  const std::string_view text_;
  const JsonTypeOptions& options_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<DataType> JsonTypeOf(std::string_view text, const JsonTypeOptions& options) {
  return TypeReader(text, options).Root();
}

}  // namespace millrace::sources::file
